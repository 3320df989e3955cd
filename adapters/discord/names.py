"""What Hearth's buttons, selects and forms are called, so that they tell what they are about.

A name holds at most 100 characters and has to be the only one in its message: a number stands before what
it says, and a value that is too long is kept elsewhere under its digest.
"""

import re
from dataclasses import dataclass
from hashlib import sha256

MAX_NAME = 100
_DIGEST = 32
_WRITTEN = re.compile(r"\d+([:#])([^:]*):(.*)", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Name:
    """A custom id; `kept` is the value that its digest stands for, where it holds only that."""

    custom_id: str
    kept: str | None = None


def named(number: int, name: str, value: str = "") -> Name | None:
    """Return what a part of a message is called; None where nothing could tell what it was."""
    whole = f"{number}:{name}:{value}"
    if ":" in name:
        return None
    if len(whole) <= MAX_NAME:
        return Name(whole)
    short = f"{number}#{name}:{digest_of(value)}"
    return Name(short, value) if len(short) <= MAX_NAME else None


def digest_of(value: str) -> str:
    """Return what a long value is kept under."""
    return sha256(value.encode()).hexdigest()[:_DIGEST]


def read_name(custom_id: str) -> tuple[str, str, bool]:
    """Return the name and the value, and whether the value is only a digest of it."""
    found = _WRITTEN.fullmatch(custom_id)
    if found is None:
        return custom_id, "", False
    return found[2], found[3], found[1] == "#"
