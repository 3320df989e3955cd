"""Takes values out of JSON that may have any shape, and reads its times."""

import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from bot.events import MAX_TEXT, clean
from bot.language.links import Link

Wire = Mapping[str, Any]

# Before either platform was thought of: an earlier date is a mistake.
FIRST = datetime(2009, 1, 1, tzinfo=UTC)
# Later than anything; dates can be reckoned with from here on without running over.
FAR = datetime(9000, 1, 1, tzinfo=UTC)
# Markup makes a text longer than what is shown of it, seldom more than this many times; longer ones are
# cut before they are read, as well as after.
MARKUP = 5
# What is kept of a link's label and address: more is no help in judging it.
MAX_LABEL = 300
MAX_URL = 2_000

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_SLACK_TIME = re.compile(r"([0-9]{1,12})(?:\.([0-9]{1,6}))?")
_NOTHING: Wire = {}


def text_in(wire: Wire, key: str) -> str:
    """Return the text under `key`, cut to what can be kept of it; "" if there is none."""
    value = wire.get(key)
    return value[: MAX_TEXT * MARKUP] if isinstance(value, str) else ""


def object_in(wire: Wire, key: str) -> Wire:
    """Return the object under `key`; an empty one if there is none."""
    value = wire.get(key)
    return value if isinstance(value, dict) else _NOTHING


def objects_in(wire: Wire, key: str) -> list[Wire]:
    """Return the objects in the list under `key`."""
    value = wire.get(key)
    if not value or not isinstance(value, list):
        return []
    return [each for each in value if isinstance(each, dict)]


def texts_in(wire: Wire, key: str) -> list[str]:
    """Return the texts in the list under `key`."""
    value = wire.get(key)
    return [each for each in value if isinstance(each, str)] if isinstance(value, list) else []


def count_in(wire: Wire, key: str) -> int:
    """Return the whole number under `key`; 0 if there is none."""
    value = wire.get(key)
    return value if isinstance(value, int) and value > 0 else 0


def slack_time(value: object) -> datetime | None:
    """Read "1582756044.000100", seconds since 1970 that are also a message's name; None if it is no time."""
    found = _SLACK_TIME.fullmatch(value) if isinstance(value, str) else None
    if not found:
        return None
    try:
        return _EPOCH + timedelta(seconds=int(found[1]), microseconds=int((found[2] or "").ljust(6, "0")))
    except OverflowError:
        return None


def iso_time(value: object) -> datetime | None:
    """Read an ISO 8601 time, in UTC where it names no zone; None if it is no time."""
    if not isinstance(value, str):
        return None
    try:
        time = datetime.fromisoformat(value)
        return time.astimezone(UTC) if time.tzinfo else time.replace(tzinfo=UTC)
    except (ValueError, OverflowError):
        return None


def link(label: str, url: str, button: bool = False) -> Link:
    """Return a link as it can be kept."""
    label, url = clean(label.strip(), MAX_LABEL), clean(url.strip(), MAX_URL)
    return Link("" if label == url else label, url, button)
