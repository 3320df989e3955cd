"""Bytes and names from outside, made safe to read on and to show."""

import re
import unicodedata
import zipfile
import zlib
from collections.abc import Callable
from typing import Protocol

from bot.events import clean

# Whatever zipfile, zlib and the disk raise on damaged or locked files.
UNREADABLE = (zipfile.BadZipFile, zlib.error, EOFError, RuntimeError, ValueError, OSError)

# Control characters, line separators and what turns the direction of writing would garble a terminal.
_UNSHOWN = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069]")


class Damaged(Exception):
    """A file cannot be read, or not to its end; the message completes "it …"."""


class _Readable(Protocol):
    def read(self, most: int, /) -> bytes: ...

    def close(self) -> None: ...


class Stream:
    """An open file, for which every way of being unreadable is `Damaged`."""

    def __init__(self, file: _Readable) -> None:
        self._file = file
        # Is told how many bytes were read, each time.
        self.told: Callable[[int], None] = lambda more: None

    def read(self, most: int) -> bytes:
        """Return up to `most` bytes, none at the end. Raises Damaged."""
        try:
            data = self._file.read(most)
        except UNREADABLE:
            raise Damaged("is damaged") from None
        self.told(len(data))
        return data

    def close(self) -> None:
        self._file.close()

    def __enter__(self) -> "Stream":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def printable(name: str) -> str:
    """Return a name as it can be shown anywhere, in one normal form (macOS writes another than Slack)."""
    return unicodedata.normalize("NFC", _UNSHOWN.sub("\ufffd", clean(name)))
