"""What one message shows by itself to who looks for what it replies to: its words, and whom it calls."""

import hashlib
import math
import re
import struct
import sys
from collections.abc import Sequence
from functools import lru_cache
from typing import NamedTuple

import numpy as np

from bot.language.linker.forest import Floats
from bot.language.linker.turns import TURNS, WEIGHTS, turns_of
from bot.language.parents import Said
from bot.language.questions import read_question
from bot.language.replies import read_reply
from bot.language.words import read_words, remembered

_FIRST = re.compile(r"\W*([^\s:,]+)([:,]?)\s*(?:(\w[\w']*))?")
_TERM = re.compile(r"[^\W\d_][\w.+/\-]{2,}")
_TERM_IN_ASCII = re.compile(r"[a-z][a-z0-9_.+/\-]{2,}")
_YES = frozenset(
    "yes yeah yep yup no nope nah ok okay k sure right exactly true oh ah hm hmm lol haha thanks thx ty same "
    "indeed cool great nice well maybe it's its that's thats because so but and or then i'm".split()
)
_THANKS = frozenset("thanks thank thx ty cheers tnx appreciate".split())
_GREETINGS = frozenset("hi hello hey hiya howdy greetings yo sup morning evening".split())
_YOU = frozenset("you your u ur you're".split())
_ME = frozenset("i i'm im my me i've ive".split())
_ALL = frozenset("anyone anybody someone somebody everyone guys folks all people".split())
_CODE = re.compile(r"https?://|`|\$ |sudo |/\w+/\w+")
# Words that say nothing of what is talked about.
_EMPTY = frozenset(
    "the and for you that this have with not are was but can what how just from there its it's out get does "
    "any about will one would like don't i'm all know has use when your then they some see try which yes "
    "think ok did want need should could using why who where too also only more than that's yeah thanks "
    "them been were into because good well still had much really very make way something work sure".split()
)
# Of a long message the first so many words that say something are compared with others'.
_MOST_TERMS = 24
# A word's number leaves room beside it for a place in the talk.
TERM_BITS = 40
_KINDS = {"answer": 0, "clarify": 1, "metoo": 2, "thanks": 3, "noanswer": 4, "greeting": 5}

# The numbers of a message that are compared, in this order.
SEEN = (
    "question",
    "size",
    "thanks",
    "greets",
    "opens",
    "you",
    "me",
    "all",
    "code",
    "mark",
    "command",
    "kind",
    *TURNS,
)

_PACKED = struct.Struct(f"={len(SEEN)}f")


class Facts(NamedTuple):
    """The numbers named by `SEEN`, packed; the words that say something, each as a number (int64), packed;
    and the first word, if it calls. In few pieces, as it is given from one process to another."""

    seen: bytes
    terms: bytes
    head: str

    @staticmethod
    def numbers(facts: Sequence["Facts"]) -> Floats:
        """Return the numbers of some messages: [n, numbers]."""
        return np.frombuffer(b"".join(each.seen for each in facts), dtype=np.float32).reshape(-1, len(SEEN))


@remembered
def facts_of(text: str) -> Facts:
    """Read one message. Pure, so that it can be read ahead."""
    words = read_words(text)
    low = text.lower()
    tokens = words.tokens
    first = _FIRST.match(low)
    head, called, second = ("", "", "") if first is None else (first[1], first[2], first[3] or "")
    opener = second if called else head
    kind = read_reply(text, by_asker=False).kind
    seen = (
        read_question(text, starts=False).probability,
        math.log1p(low.count(" ") + 1),
        not _THANKS.isdisjoint(tokens),
        opener in _GREETINGS,
        opener in _YES,
        not _YOU.isdisjoint(tokens),
        not _ME.isdisjoint(tokens),
        not _ALL.isdisjoint(tokens),
        words.code or words.link or _CODE.search(low) is not None,
        low.rstrip()[-1:] == "?",
        low.startswith("!"),
        _KINDS.get(kind, 0),
        *turns_of(words, WEIGHTS),
    )
    term = _TERM_IN_ASCII if words.text.isascii() else _TERM
    found = [term for term in dict.fromkeys(term.findall(words.text)) if term not in _EMPTY]
    return Facts(_PACKED.pack(*seen), b"".join(map(_number, found[:_MOST_TERMS])), head)


@lru_cache(maxsize=20_000)
def _number(term: str) -> bytes:
    """Return a word's number, of TERM_BITS and in eight bytes: the same wherever and whenever it is read."""
    digest = hashlib.blake2b(term.encode("utf-8", "surrogatepass"), digest_size=TERM_BITS // 8)
    return int.from_bytes(digest.digest(), "little").to_bytes(8, sys.byteorder)


def leads(said: Said, head: str) -> str | None:
    """Return whom a message calls with its first word."""
    if not said.mentions:
        return None
    called = min((name for name in said.mentions if name.lower() == head), default=None)
    # Where ids are no names, the text shows a name behind a sign.
    return called or (
        next(iter(said.mentions)) if len(said.mentions) == 1 and said.text.lstrip()[:1] == "@" else None
    )
