"""The words in a picture: texts that can be drawn, and numbers in few characters."""

import math
import unicodedata
from collections.abc import Iterable

# So many characters fit beside each other in the width of a picture; names share a line.
TITLE, NAMES, LABEL = 48, 54, 14
# What cannot be seen in a picture, and would not be allowed in an SVG: control characters, halves of
# characters, and what turns the direction of writing or asks for another shape.
_UNSEEN = {"Cc", "Cf", "Cs", "Cn", "Co"}
# What each number of an axis says itself: shares, and times, which are seconds.
SHARE, TIME = "%", "time"
_TIMES = ((86_400, " d"), (3_600, " h"), (60, " min"), (1, " s"))


def readable(text: str, most: int) -> str:
    """Return a text in one line of at most `most` characters, without what cannot be seen."""
    line = " ".join("".join(" " if each.isspace() else each for each in text).split())
    seen = "".join(each for each in line if unicodedata.category(each) not in _UNSEEN)
    return seen if len(seen) <= most else seen[: most - 1].rstrip() + "…"


def number(value: float, unit: str) -> str:
    """Return a number as an axis shows it: 1,200 messages as "1.2k", with the unit where it is short."""
    if unit == TIME:
        length, name = next((each for each in _TIMES if value >= each[0]), _TIMES[-1])
        return f"{value / length:.3g}{name}"
    sign = SHARE if unit == SHARE else ""
    for size, letter in ((1e9, "G"), (1e6, "M"), (1e3, "k")):
        if abs(value) >= size:
            return f"{value / size:.3g}{letter}{sign}"
    return f"{value:.3g}{sign}"


def known(values: Iterable[float | None], count: int) -> list[float | None]:
    """Return `count` values, with None for what is missing or no number."""
    listed = [value if value is not None and math.isfinite(value) else None for value in values]
    return (listed + [None] * count)[:count]


def said_beside(unit: str) -> str:
    """Return the unit where the axis does not show it."""
    return "" if unit in (SHARE, TIME) else unit
