"""How alike two questions are, by the words they share: a word says the more the fewer questions have it."""

import math
import re
from collections.abc import Collection, Mapping
from functools import lru_cache
from hashlib import blake2b

from bot.language.words import mentions_out, read_words

# What is said at length is told by its longest words.
MOST_WORDS = 40
# From this on two questions are so alike that the answer to one is worth a look for the other.
ALIKE = 0.36
# Who asks is shown what was answered before from this on: they did not ask for it.
VERY_ALIKE = 0.5
# Fewer words in common may be chance, however rare they are.
_SHARED = 3
# But two that say nothing else are the same question, however common its words.
SAME = 2
# Two that are rare say what it is about, where the third may be any.
_RARE_SHARED = 2
# What is in more questions than this share says little of what they are about.
_RARE = 0.02
_FEW = 5
# Of fewer questions it cannot be told yet which words are rare among them: a new one would weigh too much.
_AT_LEAST = 100
_LETTERS = re.compile(r"[^\W\d_]")
_ENDINGS = ("ings", "ing", "ied", "ies", "ers", "er", "ed", "es", "s", "e", "y")
_SHORTEST_STEM = 3
# Words of how something is asked, not of what.
_OF_ASKING = frozenset(
    """
    a about after again all also am an and any anybody anyone are as at be because been before being
    but by can could did do does doing done don't for from get gets getting got had has have having
    hello help here hey hi how i i'm i've if in into is isn't it it's its just know like looking
    make maybe me might more my need no not of on one only or other our out please possible question
    should so some somebody someone something sure thank thanks that that's the their them then
    there there's these they thing things think this to too tried try trying up us use used using
    want was way we well were what what's when where which while who why will with work working
    works would yes you your doesn't didn't can't won't anything else still now new really very than
    over guys folks morning everyone everybody currently issue problem seems see
    """.split()
)


@lru_cache(maxsize=256)
def telling_words(text: str) -> frozenset[int]:
    """Return the words that say what a text is about, each as a number that is always the same."""
    words = [
        word
        for word in sorted(
            read_words(mentions_out(text)).tokens - _OF_ASKING, key=lambda word: (-len(word), word)
        )
        if len(word) > 1 and _LETTERS.match(word)
    ]
    return frozenset(_number(_stem(word)) for word in words[:MOST_WORDS])


def weight(having: int, of: int) -> float:
    """Return how much a word says that so many questions have, of all (Robertson and Spärck Jones, 1976)."""
    return math.log1p((max(of, _AT_LEAST) - having + 0.5) / (having + 0.5))


def likeness(asked: Collection[int], other: Collection[int], having: Mapping[int, int], of: int) -> float:
    """Return how alike two questions are, 0 to 1: the weight of the words they share by that of all they say.

    `having` says of each word how many questions have it, `of` how many there are. It is 0 where they share
    too little for that not to be chance.
    """
    shared = set(asked) & set(other)
    if len(shared) >= SAME and set(asked) == set(other):
        return 1.0
    rare = max(_FEW, of * _RARE)
    if len(shared) < _SHARED or sum(having.get(word, 0) <= rare for word in shared) < _RARE_SHARED:
        return 0.0
    weights = {word: weight(having.get(word, 0), of) for word in {*asked, *other}}
    return sum(weights[word] for word in shared) / sum(weights.values())


def _stem(word: str) -> str:
    for ending in _ENDINGS:
        if word.endswith(ending) and len(word) - len(ending) >= _SHORTEST_STEM:
            return word[: -len(ending)]
    return word


def _number(word: str) -> int:
    return int.from_bytes(blake2b(word.encode(), digest_size=8).digest(), "big", signed=True)
