"""A backup as a file: a zip with a list of what is in it, and each table as a line of JSON a row.

The same file serves both databases, so that what was SQLite can go on as PostgreSQL; and it can be read
without Hearth. It is written and read row by row.
"""

import json
import lzma
import os
import stat
import zipfile
import zlib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from datetime import datetime
from hashlib import sha256
from io import BufferedReader, RawIOBase
from pathlib import Path
from typing import IO, Any, Literal, cast

from pydantic import BaseModel, ConfigDict, Field, ValidationError

Tell = Callable[[str, int, int], None]
Kind = Literal["words", "number", "real", "truth", "time", "json"]

_LIST = "manifest.json"
_FORMAT = 1
# Its reader is Hearth alone: nobody else on the machine.
_MODE = 0o600
# A list longer than this is none of ours.
_MOST_LIST = 4 * 1024 * 1024
# A bar that moves more often than this costs more than the rows.
_TELL_EVERY = 1_000
# SQLite and PostgreSQL keep numbers, names and texts; a row is far below this. What is not is no row of ours.
_MOST_LINE = 256 * 1024 * 1024
# What reading a zip raises that is not what it was: one bit may speak of another packing, or of a password.
_BROKEN = (
    zipfile.BadZipFile,
    KeyError,
    EOFError,
    ValueError,
    TypeError,
    RuntimeError,
    zlib.error,
    lzma.LZMAError,
)


class BadBackup(Exception):
    """The file is no backup that can be used; the message is a sentence that says why."""


class _Entry(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class ColumnEntry(_Entry):
    """A column and what its values are."""

    name: str
    kind: Kind


class TableEntry(_Entry):
    """A table: its columns in the order of each line, how many rows, and the hash of its lines."""

    name: str = Field(pattern=r"^[a-z_]+$")
    columns: tuple[ColumnEntry, ...]
    rows: int
    sha256: str


class Manifest(_Entry):
    """What is in a backup, and when and by which version it was made."""

    hearth: Literal["backup"] = "backup"
    format: int = _FORMAT
    version: str
    revision: str
    made_at: datetime
    tables: tuple[TableEntry, ...]

    @property
    def rows(self) -> int:
        """How many rows there are in all."""
        return sum(table.rows for table in self.tables)


class Writing:
    """A backup being written: table by table, then what is in it."""

    def __init__(self, archive: zipfile.ZipFile) -> None:
        self._archive = archive
        self._tables: list[TableEntry] = []

    def table(self, name: str, columns: Sequence[ColumnEntry], rows: Iterable[Sequence[Any]]) -> None:
        """Write a table."""
        digest, written = sha256(), 0
        with self._archive.open(_member(name), "w", force_zip64=True) as file:
            for row in rows:
                line = _LINE.encode(list(row)).encode() + b"\n"
                digest.update(line)
                file.write(line)
                written += 1
        self._tables.append(
            TableEntry(name=name, columns=tuple(columns), rows=written, sha256=digest.hexdigest())
        )

    def end(self, version: str, revision: str, made_at: datetime) -> Manifest:
        """Write what is in it; without this it is no backup."""
        manifest = Manifest(version=version, revision=revision, made_at=made_at, tables=tuple(self._tables))
        self._archive.writestr(_LIST, manifest.model_dump_json(indent=1))
        return manifest


@contextmanager
def writing(file: Path) -> Iterator[Writing]:
    """Write a new backup, which is there when it is whole and not before. Raises FileExistsError, OSError."""
    if file.exists():
        raise FileExistsError(file)
    part = file.with_name(f".{file.name}.{os.getpid()}.part")
    try:
        with _new(part) as raw:
            with zipfile.ZipFile(raw, "w", zipfile.ZIP_DEFLATED, compresslevel=3) as archive:
                yield Writing(archive)
            raw.flush()
            os.fsync(raw.fileno())
        _check(part, None)
        _name(part, file)
    finally:
        with suppress(FileNotFoundError):
            part.unlink()
    _settle(file.parent)


def check(file: Path, tell: Tell) -> Manifest:
    """See that a backup is whole: every row of every table is as it was written. Raises BadBackup."""
    return _check(file, tell)


def rows(file: Path, table: TableEntry) -> Iterator[list[Any]]:
    """Give the rows of a table. Raises BadBackup."""
    times = [n for n, column in enumerate(table.columns) if column.kind == "time"]
    with _opened(file) as archive:
        for line in _lines(archive, table, file):
            try:
                row = json.loads(line)
                for n in times:
                    if row[n] is not None:
                        row[n] = datetime.fromisoformat(row[n])
            except (ValueError, TypeError, LookupError) as error:
                raise _damaged(file, table.name) from error
            if not isinstance(row, list) or len(row) != len(table.columns):
                raise _damaged(file, table.name)
            yield row


def _check(file: Path, tell: Tell | None) -> Manifest:
    with _opened(file) as archive:
        manifest = _manifest(archive, file)
        done = 0
        for table in manifest.tables:
            digest, read = sha256(), 0
            for line in _lines(archive, table, file):
                digest.update(line)
                read += 1
                if tell is not None and (done + read) % _TELL_EVERY == 0:
                    tell("Checking", done + read, manifest.rows)
            if (read, digest.hexdigest()) != (table.rows, table.sha256):
                raise _damaged(file, table.name)
            done += read
        return manifest


def _lines(archive: zipfile.ZipFile, table: TableEntry, file: Path) -> Iterator[bytes]:
    with _unless_broken(_damaged(file, table.name)), archive.open(_member(table.name)) as member:
        lines = BufferedReader(cast(RawIOBase, member))
        while line := lines.readline(_MOST_LINE):
            yield line


@contextmanager
def _unless_broken(bad: BadBackup) -> Iterator[None]:
    """Say so where a zip is not what it was; what a disk says of itself is for who opened the file."""
    try:
        yield
    except OSError as error:
        if error.errno is not None:
            raise
        raise bad from error
    except _BROKEN as error:
        raise bad from error


def _damaged(file: Path, table: str) -> BadBackup:
    return BadBackup(f"The backup {file} is damaged (in {table}); take another.")


def _no_backup(file: Path) -> BadBackup:
    return BadBackup(f"{file} is no backup of Hearth, or it is cut off; name another.")


@contextmanager
def _opened(file: Path) -> Iterator[zipfile.ZipFile]:
    try:
        with zipfile.ZipFile(file) as archive:
            yield archive
    except FileNotFoundError as error:
        raise BadBackup(f"There is no file {file}; name a backup.") from error
    except OSError as error:
        raise BadBackup(f"{file} cannot be read ({error.strerror}); name a backup.") from error
    except zipfile.BadZipFile as error:
        raise _no_backup(file) from error


def _manifest(archive: zipfile.ZipFile, file: Path) -> Manifest:
    with _unless_broken(_no_backup(file)):
        with archive.open(_LIST) as listed:
            told: Mapping[str, Any] = json.loads(listed.read(_MOST_LIST))
        if told["hearth"] != "backup":
            raise KeyError("hearth")
        written = told["format"]
    if written != _FORMAT:
        raise BadBackup(
            f"The backup {file} was made by a newer Hearth ({told.get('version')}); update this one first."
        )
    try:
        return Manifest.model_validate(told)
    except ValidationError as error:
        raise _damaged(file, "its list") from error


def _member(table: str) -> str:
    return f"tables/{table}.jsonl"


def _new(path: Path) -> IO[bytes]:
    return os.fdopen(os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL, _MODE & stat.S_IRWXU), "w+b")


def _name(part: Path, file: Path) -> None:
    try:
        # Unlike a renaming, this never takes the place of a file made in the meantime.
        os.link(part, file)
    except FileExistsError:
        raise
    except OSError:
        # The disk knows no second names.
        part.rename(file)


def _settle(folder: Path) -> None:
    """Have the file's name survive a power cut as well."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _as_text(value: object) -> str:
    if isinstance(value, datetime):
        return value.isoformat()
    raise TypeError(f"a {type(value).__name__} cannot be written to a backup")


_LINE = json.JSONEncoder(separators=(",", ":"), default=_as_text)
