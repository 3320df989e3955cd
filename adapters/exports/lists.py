"""Reads the objects of a JSON list in an archive, and says what of it is none."""

import re
from collections.abc import Callable, Iterator

from adapters.exports.archive import Archive, Entry
from adapters.exports.elements import CHUNK, Elements
from adapters.exports.problems import Problems
from adapters.exports.streams import Damaged
from adapters.wire.values import Wire

_OPENING = re.compile(r"\A\s*\[")


def objects_of(
    archive: Archive,
    entry: Entry,
    where: str,
    problems: Problems,
    start: re.Pattern[str],
    told: Callable[[int], None] = lambda more: None,
    *,
    opening: re.Pattern[str] = _OPENING,
    within: int = CHUNK,
) -> Iterator[tuple[int, Wire]]:
    """Give the objects of the list in a file, each with its place in it, counted from 1.

    `start` matches where one begins, so that reading can go on after a broken one; `opening` matches up to
    the list's bracket, which is `within` so many characters.
    """
    try:
        stream = archive.open(entry)
    except Damaged as damage:
        problems.add("damaged", where, f"{damage}, so it was left out. Copy it or export it again.")
        return
    with stream:
        stream.told = told
        elements = Elements(stream, where, problems, start)
        if elements.seek(opening, within) is None:
            elements.report_no_list()
            return
        for place, value in enumerate(elements, 1):
            if isinstance(value, dict):
                yield place, value
            else:
                what = "is no object but something else, so it was left out."
                problems.add("no object", f"{where}, number {place}", what)
