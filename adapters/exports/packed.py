"""Which files of a zip are read: none that is locked, leads out of it, or unpacks to more than talk can."""

import posixpath
import re
import stat
import zipfile
from contextlib import suppress
from datetime import UTC, datetime
from typing import Literal

from adapters.exports.problems import NotAnExport

# The largest exports known, of servers with a million members, are some tens of gigabytes.
MAX_UNPACKED = 64 * 2**30
# Chat as JSON packs to a seventh or a thirteenth, a channel of equal alerts to perhaps a fiftieth;
# deflate can reach 1,032, and only what is made to do harm comes near.
MAX_RATIO = 250
# Below this size no ratio does harm, for files are read in pieces; and a day of one line over and over,
# or of ten megabytes pasted into one message, may pack very well.
RATIO_COUNTS_FROM = 100 * 2**20
# A thousand channels over nearly three years; the list of them is held in memory, about 600 bytes each.
MAX_ENTRIES = 1_000_000

_LOCKED, _NAME_IS_UTF8 = 0x1, 0x800
# What Slack and every common program pack with; the other ways unpack without a bound on memory.
_PACKINGS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
_LEADS_OUT = re.compile(r"^[/\\]|^[A-Za-z]:|(^|[/\\])\.\.([/\\]|$)")

Reason = Literal["path", "link", "locked", "packing", "bomb"]


def why_left_out(info: zipfile.ZipInfo) -> Reason | None:
    """Return why a file of a zip is not read, or None for one that is."""
    if _LEADS_OUT.search(info.orig_filename) or _LEADS_OUT.search(info.filename):
        return "path"
    if stat.S_ISLNK(info.external_attr >> 16):
        return "link"
    if info.flag_bits & _LOCKED:
        return "locked"
    if info.compress_type not in _PACKINGS:
        return "packing"
    if info.file_size > RATIO_COUNTS_FROM and info.file_size > info.compress_size * MAX_RATIO:
        return "bomb"
    return None


def refuse_bombs(name: str, packed: int, unpacked: int) -> None:
    """Refuse a zip of `packed` bytes whose files, some perhaps the same bytes again, make too many."""
    if unpacked > MAX_UNPACKED or (unpacked > RATIO_COUNTS_FROM and unpacked > packed * MAX_RATIO):
        raise NotAnExport(
            f"{name} would unpack from {packed:,} bytes to {unpacked:,}, as no talk does: "
            "find out where it comes from, and export again."
        )


def true_name(info: zipfile.ZipInfo) -> str:
    """Return the file's path; many programs write UTF-8 without saying so, where zips mean code page 437."""
    name = info.filename
    if not info.flag_bits & _NAME_IS_UTF8:
        with suppress(UnicodeError):
            name = name.encode("cp437").decode("utf-8")
    # Older programs on Windows write its own separators.
    return posixpath.normpath(name.replace("\\", "/"))


def zip_time(info: zipfile.ZipInfo) -> datetime | None:
    """Return when the zip says the file was written; zips know local time only, so it may be a day off."""
    try:
        return datetime(*info.date_time, tzinfo=UTC)
    except ValueError:
        return None
