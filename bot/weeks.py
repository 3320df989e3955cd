"""Weeks in local dates: from Monday 00:00 to the next, whatever the clocks do in between."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
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


def weeks(first: datetime, last: datetime, zone: ZoneInfo) -> list[Window]:
    """Return the weeks from the one that `first` lies in to the one that `last` lies in."""
    day, days = _monday(first, zone), [_monday(first, zone)]
    while day <= _monday(last, zone):
        day += timedelta(days=7)
        days.append(day)
    return _between(days, zone)


def months(first: datetime, last: datetime, zone: ZoneInfo) -> list[Window]:
    """Return the months from the one that `first` lies in to the one that `last` lies in."""
    day = first.astimezone(zone).date().replace(day=1)
    days = [day]
    while day <= last.astimezone(zone).date():
        # From the first of any month, 31 days later is in the next.
        day = (day + timedelta(days=31)).replace(day=1)
        days.append(day)
    return _between(days, zone)


def _between(days: Sequence[date], zone: ZoneInfo) -> list[Window]:
    return [Window(_at(one, time(0), zone), _at(other, time(0), zone)) for one, other in pairwise(days)]


def _monday(at: datetime, zone: ZoneInfo) -> date:
    day = at.astimezone(zone).date()
    return day - timedelta(days=day.weekday())


def _at(day: date, hour: time, zone: ZoneInfo) -> datetime:
    # Through a local time that may not exist, or exists twice, to the one moment Python takes it for.
    return datetime.combine(day, hour, zone).astimezone(UTC)
