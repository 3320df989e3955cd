"""Many phrases found in one walk over a text's words.

A phrase is words in lower case: `a|b` is one of several, `_` any one word, `#` any number, `LINK` a web
address, and a word with `?` behind it may be missing (`sign up right? now|here`). The first word must
be a real one. A `^` before a phrase binds it to the beginning of a clause, where a verb is an order:
"subscribe for more", not "I subscribe for more". No phrase reaches over the end of a sentence, because
`.`, `!` and `?` are tokens of their own.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from bot.language.reading import ADDRESS

Token = tuple[str, int, int]
_Rest = tuple[frozenset[str] | None, ...]

_NUMBER = frozenset("#")
_ENDS = frozenset(".!?")
# After these words, as after a comma or on a new line, a verb may still be an order.
_BEFORE_ORDER = frozenset(
    "please pls plz and or then just now so also guys everyone folks all must kindly".split()
)
_MARKUP = " \t*_~"
_LAST_WORD = re.compile(r"\w+\Z")


class _Entry(NamedTuple):
    rest: _Rest
    owner: int
    order: bool


class Hit(NamedTuple):
    """A phrase of the `owner` stands at [start, end)."""

    owner: int
    start: int
    end: int


class PhraseBook:
    """Phrases of several owners, each owner a small number."""

    def __init__(self, phrases: Iterable[tuple[int, str]]) -> None:
        """Raise ValueError on a phrase that begins with `_` or `#`."""
        self._by_first: dict[str, _Branch] = {}
        for owner, phrase in phrases:
            for first, *rest in _expanded(phrase.removeprefix("^")):
                if first is None or first is _NUMBER:
                    raise ValueError(f"a phrase must begin with a word: {phrase!r}")
                for word in first:
                    branch = self._by_first.setdefault(word, _Branch())
                    branch.entries.append(_Entry(tuple(rest), owner, phrase.startswith("^")))
        for branch in self._by_first.values():
            branch.grow()

    def find(self, words: str, tokens: Sequence[Token]) -> list[Hit]:
        """Return the hits in order; of one owner's hits that overlap, the first and there the longest.

        `tokens` are those of `words`, the text in lower case.
        """
        hits: list[Hit] = []
        reach: dict[int, int] = {}
        by_first = self._by_first
        for place, (word, start, _) in enumerate(tokens):
            branch = by_first.get(word)
            if branch is None:
                continue
            following = tokens[place + 1][0] if place + 1 < len(tokens) else ""
            for rest, owner, order in branch.by_second.get(following, branch.any_second):
                if start < reach.get(owner, 0) or not _follows(rest, tokens, place + 1):
                    continue
                if order and not opens_clause(words, start):
                    continue
                reach[owner] = tokens[place + len(rest)][2]
                hits.append(Hit(owner, start, reach[owner]))
        return hits


@dataclass(slots=True)
class _Branch:
    """The phrases with one first word: those that may go on with a given second word, longest first."""

    entries: list[_Entry] = field(default_factory=list)
    by_second: dict[str, list[_Entry]] = field(default_factory=dict)
    any_second: list[_Entry] = field(default_factory=list)

    def grow(self) -> None:
        self.entries.sort(key=lambda entry: -len(entry.rest))
        fixed = {word for entry in self.entries for word in _second(entry)}
        self.any_second = [entry for entry in self.entries if not _second(entry)]
        self.by_second = {
            word: [entry for entry in self.entries if word in _second(entry) or not _second(entry)]
            for word in fixed
        }


def _second(entry: _Entry) -> frozenset[str]:
    """Return the words one of which must come second; none where any may, a number may, or nothing need."""
    wanted = entry.rest[0] if entry.rest else None
    return frozenset() if wanted is None or wanted is _NUMBER else wanted


def _follows(rest: _Rest, tokens: Sequence[Token], place: int) -> bool:
    if place + len(rest) > len(tokens):
        return False
    for step, wanted in enumerate(rest):
        word = tokens[place + step][0]
        if wanted is None:
            if word in _ENDS:
                return False
        elif wanted is _NUMBER:
            if not word[0].isdigit():
                return False
        elif word not in wanted:
            return False
    return True


def opens_clause(words: str, start: int) -> bool:
    """Return whether a clause may begin at `start`: after punctuation, on a new line, after "please"."""
    before = start - 1
    while before >= 0 and words[before] in _MARKUP:
        before -= 1
    if before < 0:
        return True
    last = words[before]
    if last.isalnum():
        word = _LAST_WORD.search(words, max(0, before - 12), before + 1)
        return before < start - 1 and word is not None and word[0] in _BEFORE_ORDER
    return last not in "\"'`/$@#=<" and (last != "-" or before < start - 1)


def _expanded(phrase: str) -> list[list[frozenset[str] | None]]:
    ways: list[list[frozenset[str] | None]] = [[]]
    for part in phrase.split():
        wanted = _wanted(part.removesuffix("?"))
        with_part = [[*way, wanted] for way in ways]
        ways = with_part + ways if part.endswith("?") else with_part
    return ways


def _wanted(part: str) -> frozenset[str] | None:
    if part == "_":
        return None
    return _NUMBER if part == "#" else frozenset(part.replace("LINK", ADDRESS).split("|"))
