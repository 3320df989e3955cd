"""Weeks in local dates: from Monday 00:00 to the next, whatever the clocks do in between."""

from datetime import UTC, date, datetime, time, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo


class Window(NamedTuple):
    """A stretch of time, [start, end), in UTC."""

    start: datetime
    end: datetime


def week_of(at: datetime, zone: ZoneInfo) -> Window:
    """Return the week that `at` lies in."""
    monday = _monday(at, zone)
    return Window(_at(monday, time(0), zone), _at(monday + timedelta(days=7), time(0), zone))


def next_monday(at: datetime, zone: ZoneInfo, hour: int) -> datetime:
    """Return the first Monday at that local hour after `at`."""
    monday = _monday(at, zone)
    this = _at(monday, time(hour), zone)
    return this if this > at else _at(monday + timedelta(days=7), time(hour), zone)


def _monday(at: datetime, zone: ZoneInfo) -> date:
    day = at.astimezone(zone).date()
    return day - timedelta(days=day.weekday())


def _at(day: date, hour: time, zone: ZoneInfo) -> datetime:
    # Through a local time that may not exist, or exists twice, to the one moment Python takes it for.
    return datetime.combine(day, hour, zone).astimezone(UTC)
