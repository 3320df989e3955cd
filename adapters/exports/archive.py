"""What holds an export: a zip, a folder or a file, opened so that nothing in it can do harm."""

import os
import stat
import zipfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path
from typing import Protocol

from adapters.exports.packed import MAX_ENTRIES, refuse_bombs, true_name, why_left_out, zip_time
from adapters.exports.problems import NotAnExport, Problems
from adapters.exports.streams import UNREADABLE, Damaged, Stream, printable


@dataclass(frozen=True, slots=True)
class Entry:
    """A JSON file of an archive: its printable path, its size in bytes, when it was written."""

    path: str
    size: int
    written: datetime | None
    handle: zipfile.ZipInfo | str

    @property
    def name(self) -> str:
        return self.path.rpartition("/")[2]

    @property
    def folder(self) -> str:
        """The path of the folder it is in, "" for the archive itself."""
        return self.path.rpartition("/")[0]


class Archive(Protocol):
    """What holds the files of an export."""

    name: str
    entries: Sequence[Entry]

    def open(self, entry: Entry) -> Stream:
        """Open for reading. Raises Damaged, here or while reading."""
        ...

    def close(self) -> None: ...


def is_below(path: str, folder: str) -> bool:
    """Tell whether a path of an archive leads into a folder of it; everything is below ""."""
    return not folder or path.startswith(f"{folder}/")


def open_archive(path: Path, problems: Problems) -> Archive:
    """Open a zip, a folder or a single file. Raises NotAnExport."""
    shown = printable(str(path))
    try:
        about = path.stat()
        if stat.S_ISDIR(about.st_mode):
            return Folder(path, problems)
        if not stat.S_ISREG(about.st_mode):
            raise NotAnExport(f"{shown} is neither a file nor a folder: name a zip, a folder or a JSON file.")
        if about.st_size == 0:
            raise NotAnExport(f"{shown} is empty: export it again, or copy it again.")
        with path.open("rb") as file:
            begins_as_zip = file.read(2) == b"PK"
    except (FileNotFoundError, NotADirectoryError, ValueError):
        raise NotAnExport(f"There is no {shown}: check the path.") from None
    except OSError as error:
        raise NotAnExport(f"{shown} cannot be opened ({error.strerror}): check who may read it.") from None
    if begins_as_zip:
        return Zip(path, problems)
    if path.suffix.lower() == ".zip":
        raise NotAnExport(f"{shown} is no zip, whatever its name says: export it again, or copy it again.")
    return SingleFile(path)


class Zip:
    """A zip, read without unpacking it to the disk."""

    def __init__(self, path: Path, problems: Problems) -> None:
        self.name = printable(path.name)
        try:
            self._zip = zipfile.ZipFile(path)
        except (*UNREADABLE, NotImplementedError):
            raise NotAnExport(
                f"{printable(str(path))} is a zip that was cut short or damaged: download or copy it again."
            ) from None
        try:
            self.entries: Sequence[Entry] = list(self._admitted(problems))
            refuse_bombs(self.name, path.stat().st_size, sum(entry.size for entry in self.entries))
        except BaseException:
            self._zip.close()
            raise

    def _admitted(self, problems: Problems) -> Iterator[Entry]:
        files = [info for info in self._zip.infolist() if not info.is_dir()]
        if not files:
            raise NotAnExport(f"{self.name} is an empty zip: export it again.")
        if len(files) > MAX_ENTRIES:
            raise NotAnExport(
                f"{self.name} holds more than {MAX_ENTRIES:,} files, as no export does: name the right zip."
            )
        if all(why_left_out(info) == "locked" for info in files):
            raise NotAnExport(
                f"{self.name} is locked with a password: unpack it with the password and name the folder."
            )
        for info in files:
            path = printable(true_name(info))
            if not _is_wanted(path):
                continue
            reason = why_left_out(info)
            if reason is None:
                yield Entry(path, info.file_size, zip_time(info), info)
            else:
                problems.add(f"zip {reason}", path, _LEFT_OUT[reason])

    def open(self, entry: Entry) -> Stream:
        assert isinstance(entry.handle, zipfile.ZipInfo)
        try:
            return Stream(self._zip.open(entry.handle))
        except UNREADABLE:
            raise Damaged("is damaged in the zip") from None

    def close(self) -> None:
        self._zip.close()


_LEFT_OUT = {
    "path": "has a path that leads out of the zip, so it was left out.",
    "link": "is a link and no file, so it was left out.",
    "locked": "is locked with a password, so it was left out; unpack the zip with it and name the folder.",
    "packing": "is packed in a way that Hearth does not read, so it was left out; pack it as a plain zip.",
    "bomb": "would unpack to more than 250 times its size, as no talk does, so it was left out.",
}


class Folder:
    """A folder; nothing outside of it is read, wherever its links lead."""

    def __init__(self, path: Path, problems: Problems) -> None:
        self._root = path.resolve()
        self.name = printable(self._root.name)
        self.entries: Sequence[Entry] = sorted(
            islice(self._admitted(problems), MAX_ENTRIES + 1), key=lambda entry: entry.path
        )
        if len(self.entries) > MAX_ENTRIES:
            raise NotAnExport(
                f"{self.name} holds more than {MAX_ENTRIES:,} files, as no export does: name the right one."
            )
        if not self.entries and any(self._root.glob("*.zip")):
            raise NotAnExport(f"{self.name} holds zips and no unpacked export: name the zip itself.")

    def _admitted(self, problems: Problems) -> Iterator[Entry]:
        def cannot_enter(error: OSError) -> None:
            where = printable(Path(error.filename).name)
            problems.add("folder", where, f"cannot be opened ({error.strerror}), so it was left out.")

        for folder, folders, files in os.walk(self._root, onerror=cannot_enter):
            for name in sorted(folders + files):
                path = Path(folder, name)
                shown = printable(path.relative_to(self._root).as_posix())
                if path.is_symlink() and not path.resolve().is_relative_to(self._root):
                    problems.add("link", shown, "is a link that leads out of the folder, so it was left out.")
                elif _is_wanted(shown) and path.is_file():
                    yield _entry(shown, path)

    def open(self, entry: Entry) -> Stream:
        return _open_file(entry)

    def close(self) -> None:
        """Nothing of a folder stays open."""


class SingleFile:
    """One file, which is all there is."""

    def __init__(self, path: Path) -> None:
        self.name = printable(path.name)
        self.entries: Sequence[Entry] = [_entry(self.name, path)]

    def open(self, entry: Entry) -> Stream:
        return _open_file(entry)

    def close(self) -> None:
        """Nothing stays open."""


def _entry(shown: str, path: Path) -> Entry:
    about = path.stat()
    return Entry(shown, about.st_size, datetime.fromtimestamp(about.st_mtime, UTC), str(path))


def _open_file(entry: Entry) -> Stream:
    assert isinstance(entry.handle, str)
    try:
        return Stream(open(entry.handle, "rb"))
    except OSError as error:
        raise Damaged(f"cannot be opened ({error.strerror})") from None


def _is_wanted(path: str) -> bool:
    # macOS adds __MACOSX/ and ._ files to every zip it makes; they hold no talk.
    return path.lower().endswith(".json") and "/._" not in f"/{path}" and not path.startswith("__MACOSX/")
