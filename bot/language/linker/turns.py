"""What a message's words tell of its turn in the talk, before anything is known of who spoke when.

The words and pairs of words stand with their weights in `turns.tsv`; `training/turns.py` makes it.
"""

import re
from collections.abc import Mapping
from pathlib import Path

from bot.language.words import WORD, Words

# What is told, each as log-odds: that a message starts something, that it goes on with what its author said
# before, that somebody else replies to it, and that its author goes on with it.
TURNS = ("starts_by_words", "goes_on_by_words", "replied_to_by_words", "gone_on_with_by_words")
FILE = Path(__file__).with_suffix(".tsv")

Weights = Mapping[str, tuple[int, ...]]

# Of a message the first so many words are read.
_MOST_WORDS = 60
# Weights are hundredths, so that their sum is the same in any order.
_STEP = 100
# Whom a message calls first. Before a comma it can be another word.
_CALL = re.compile(r"(?:@\S+|[^\s:,]+:(?=\s)|(?P<word>[^\s:,]+),(?=\s))\s*")
_NO_NAMES = frozenset(
    "yes yeah yep no nope ok okay well so hi hello hey thanks hmm ah oh right sure sorry actually anyway "
    "also but and or then now btw lol cool nice".split()
)
_ENDS = frozenset("?!.)/'\"")


def terms_of(words: Words) -> set[str]:
    """Return the words, and the pairs of words, and what stands first and last."""
    text = words.text
    call = _CALL.match(text)
    if call is not None and call["word"] not in _NO_NAMES:
        text = text[call.end() :]
    said = WORD.findall(text)[:_MOST_WORDS]
    found = {before + " " + word for before, word in zip(["^", *said], said, strict=False)}
    found.update(said)
    found.add(f"%{min(len(said), 8)}")
    if said:
        found.add(said[-1] + " $")
    if text[-1:] in _ENDS:
        found.add("%" + text[-1])
    if "..." in text:
        found.add("%...")
    if words.code:
        found.add("%code")
    if words.link:
        found.add("%link")
    return found


def turns_of(words: Words, weights: Weights) -> tuple[float, ...]:
    """Return what the words of a message tell, in the order of `TURNS`."""
    starts, goes_on, replied, gone_on = weights[""]
    for term in weights.keys() & terms_of(words):
        one, two, three, four = weights[term]
        starts += one
        goes_on += two
        replied += three
        gone_on += four
    return starts / _STEP, goes_on / _STEP, replied / _STEP, gone_on / _STEP


def weights_in(file: Path) -> Weights:
    """Read what the trainer wrote: a term and its weights a line; the first term, of no letters, is in any
    message."""
    lines = (line.split("\t") for line in file.read_text(encoding="utf-8").splitlines())
    return {term: tuple(map(int, each)) for term, *each in lines}


WEIGHTS = weights_in(FILE)
