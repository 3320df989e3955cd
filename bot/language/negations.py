"""Tells whether a text turns round what another says: denies what is said there, or says what is denied.

Which word a denial is about is told by where it stands, in English and German, and not by what is meant: what
turns its source round by other words ("stop", "avoid", "instead of") is not seen.
"""

import re
from collections.abc import Iterator

_WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)?|[.!?;:\n]")
_DENIES = re.compile(
    r"(?:not|no|never|none|neither|nor|cannot|without|nobody|nothing|\w+n['’]t|dont|cant|wont|doesnt|isnt"
    r"|nicht|nie|niemals|keine?[mnrs]?|ohne|weder|nichts|niemand)",
    re.IGNORECASE,
)
# A denial is about the first of so many words behind it that tell something.
_NEAR = 4
# Shorter words tell little, and endings change the rest.
_SHORTEST, _BEGINNING = 3, 5
_EMPTY = frozenset(
    "the and you your for that this any all its it's are was were been have has had will would can "
    "could may should must does did just only yet ever use der die das den dem des ein eine einen "
    "einem einer und ist sind war hat haben wird werden kann können soll sollte muss müssen darf "
    "dürfen man sie ihr wir mehr".split()
)


def turns_round(text: str, source: str) -> bool:
    """Return whether a text denies what its source does not, or says plainly what is only denied there."""
    denied, said = _told(text)
    denied_there, said_there = _told(source)
    return not denied <= denied_there or bool((said - denied) & (denied_there - said_there))


def _told(text: str) -> tuple[set[str], set[str]]:
    """Return the beginnings of the words that are denied in a text, and of the others."""
    denied: set[str] = set()
    said: set[str] = set()
    for word, is_denied in _words(text):
        (denied if is_denied else said).add(word)
    return denied, said


def _words(text: str) -> Iterator[tuple[str, bool]]:
    near = 0
    for word in _WORD.findall(text.casefold()):
        if not word[0].isalpha():
            near = 0
        elif _DENIES.fullmatch(word):
            near = _NEAR
        elif len(word) >= _SHORTEST and word not in _EMPTY:
            yield word[:_BEGINNING].rstrip("s"), near > 0
            near = 0
        else:
            near = max(0, near - 1)
