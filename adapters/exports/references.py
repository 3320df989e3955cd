"""Counts the replies to messages that are not there, on the disk: no list of all messages is held."""

from itertools import groupby
from pathlib import Path

from adapters.exports.sorting import SortedLines

# Bytes of short lines held at once, each with twice its size about it.
_CHUNK = 2 * 2**20
# A message sorts before the replies to it.
_THERE, _MEANT = b"1", b"2"


class References:
    """Which messages there are, and which are replied to."""

    def __init__(self, folder: Path) -> None:
        self._lines = SortedLines(folder, "references", chunk=_CHUNK)

    def there(self, channel: str, message: str) -> None:
        self._add(channel, message, _THERE)

    def meant(self, channel: str, message: str) -> None:
        self._add(channel, message, _MEANT)

    def missing(self) -> int:
        """Return how many replies mean a message that is not there. Can be asked once."""
        count = 0
        for _, lines in groupby(self._lines.merged(), key=lambda line: line[:-2]):
            if next(lines).endswith(_MEANT + b"\n"):
                count += 1 + sum(1 for _ in lines)
        return count

    def _add(self, channel: str, message: str, which: bytes) -> None:
        # `\0` is in no id, and stands before whatever may be.
        self._lines.add(f"{channel}\0{message}\0".encode() + which + b"\n")
