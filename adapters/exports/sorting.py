"""Puts lines in order on the disk: an external merge sort, so that memory does not grow with their number."""

import heapq
import os
from collections.abc import Iterable, Iterator
from contextlib import ExitStack
from pathlib import Path

# Lines held in memory before they go to the disk, in bytes: some ten thousand messages.
CHUNK = 8 * 2**20
# Files merged at once; far below the usual limit of 1,024 open files.
FAN_IN = 64
# What is read ahead of each file that is merged, in bytes.
_AHEAD = 64 * 2**10


class SortedLines:
    """Takes lines in any order and gives them back in the order of their bytes.

    After Knuth, The Art of Computer Programming 3, section 5.4: sorted runs, merged `FAN_IN` at a time.
    """

    def __init__(self, folder: Path, name: str, chunk: int = CHUNK) -> None:
        self._folder = folder
        self._name = name
        self._chunk = chunk
        self._held: list[bytes] = []
        self._size = 0
        self._runs: list[Path] = []
        self._made = 0

    def add(self, line: bytes) -> None:
        """Take a line, which ends in a newline and has no other."""
        self._held.append(line)
        self._size += len(line)
        if self._size >= self._chunk:
            self._spill()

    def merged(self) -> Iterator[bytes]:
        """Give every line once, in order; then nothing is left."""
        held, self._held, self._size = sorted(self._held), [], 0
        while len(self._runs) > FAN_IN:
            first, self._runs = self._runs[:FAN_IN], self._runs[FAN_IN:]
            self._runs.append(self._write(_merge(first)))
        runs, self._runs = self._runs, []
        yield from _merge(runs, held)

    def _spill(self) -> None:
        self._held.sort()
        self._runs.append(self._write(self._held))
        self._held = []
        self._size = 0

    def _write(self, lines: Iterable[bytes]) -> Path:
        run = self._folder / f"{self._name}-{self._made}"
        self._made += 1
        with run.open("wb") as file:
            file.writelines(lines)
        return run


def _merge(runs: list[Path], held: Iterable[bytes] = ()) -> Iterator[bytes]:
    with ExitStack() as opened:
        files = [opened.enter_context(run.open("rb", buffering=_AHEAD)) for run in runs]
        yield from heapq.merge(*files, held)
    for run in runs:
        os.unlink(run)
