"""The file the sandbox's world is rebuilt from: one JSON line for each record, only ever appended to."""

import os
from collections.abc import Iterator
from pathlib import Path

from filelock import FileLock, Timeout
from pydantic import ValidationError

from adapters.sandbox.records import RECORD, Record


class Broken(Exception):
    """The journal cannot be used; the sentence says why and what to do."""


class Journal:
    """Reads the records of a file and appends to it; what was appended outlives a crash of ours."""

    def __init__(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self.path = path
        self._lock = FileLock(f"{path}.lock")
        try:
            self._lock.acquire(timeout=0)
        except Timeout as error:
            raise Broken(
                f"Another Hearth writes to {path}: end it first, or name another file in SANDBOX_FILE."
            ) from error
        # What members wrote is for who runs Hearth alone.
        path.touch(mode=0o600)
        # Unbuffered: a line is with the operating system, whole, before anybody hears of it.
        self._file = path.open("a+b", buffering=0)
        self._end = self._file.seek(0, os.SEEK_END)

    def read(self) -> Iterator[Record]:
        """Give all records in order. A last line that a crash cut short is dropped. Raises Broken."""
        self._file.seek(0)
        good = 0
        for number, line in enumerate(self._file, start=1):
            if not line.endswith(b"\n"):
                break
            yield self._parse(line, number)
            good += len(line)
        self._file.truncate(good)
        self._end = good

    def append(self, record: Record) -> None:
        """Write a record down, whole or not at all. Raises OSError when the disk is full or gone."""
        line = RECORD.dump_json(record) + b"\n"
        try:
            if self._file.write(line) != len(line):
                raise OSError("The disk is full.")
        except OSError:
            self._file.truncate(self._end)
            raise
        self._end += len(line)

    def close(self) -> None:
        """Let the file go."""
        self._file.close()
        self._lock.release()

    def _parse(self, line: bytes, number: int) -> Record:
        try:
            record = RECORD.validate_json(line)
        except ValidationError as error:
            raise self._broken(number) from error
        if record.n != number:
            raise self._broken(number)
        return record

    def _broken(self, number: int) -> Broken:
        self.close()
        return Broken(
            f"The sandbox's journal {self.path} is broken at line {number}: "
            "move the file away to start with a new sandbox."
        )
