"""Days, weeks and months in local dates, whatever the clocks do in between."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from typing import Literal, NamedTuple
from zoneinfo import ZoneInfo

Every = Literal["daily", "weekly", "monthly"]

_DAY = timedelta(days=1)
# A longest month, and a day to spare on either side: some clock changes make a date come twice, or never.
_LOOKED_AT = 34
# A window of more days than this is told of in weeks.
_DAYS_SHOWN = 16


class Window(NamedTuple):
    """A stretch of time, [start, end), in UTC."""

    start: datetime
    end: datetime


class Moment(NamedTuple):
    """When something regular is due, and where the window that it closes ends: as its local date begins."""

    due_at: datetime
    end: datetime


@dataclass(frozen=True, slots=True)
class Rhythm:
    """When something regular is due: daily, weekly or monthly, on a day and at a local time.

    Of the week, day 0 is Monday. A month that has no such day has it on its last.
    """

    every: Every
    day: int | None
    at: time
    zone: ZoneInfo

    def following(self, at: datetime) -> Moment:
        """Return the first moment that is due after `at`."""
        first = at.astimezone(self.zone).date() - 2 * _DAY
        days = (first + number * _DAY for number in range(_LOOKED_AT + 3))
        return next(moment for moment in self._moments(days) if moment.due_at > at)

    def latest(self, at: datetime) -> Moment:
        """Return the last moment that was due by `at`."""
        last = at.astimezone(self.zone).date() + 2 * _DAY
        days = (last - number * _DAY for number in range(_LOOKED_AT + 3))
        return next(moment for moment in self._moments(days) if moment.due_at <= at)

    def closing(self, end: datetime) -> Moment:
        """Return the first moment that closes a window which ends at `end` or later."""
        moment = self.latest(end)
        while moment.end < end:
            moment = self.following(moment.due_at)
        return moment

    def start_of(self, moment: Moment) -> datetime:
        """Return where the window that a moment closes begins, if nothing came in between."""
        return self.latest(moment.due_at - timedelta(microseconds=1)).end

    def _moments(self, days: Iterator[date]) -> Iterator[Moment]:
        for day in days:
            if self._is_on(day):
                due_at = _at(day, self.at, self.zone)
                # Where a clock change swallows midnight, the day may begin later than that time of it.
                yield Moment(due_at, min(_at(day, time(0), self.zone), due_at))

    def _is_on(self, day: date) -> bool:
        if self.every == "weekly":
            return day.weekday() == self.day
        if self.every == "monthly":
            assert self.day is not None
            return day.day == self.day or (day.day < self.day and (day + _DAY).day == 1)
        return True


def week_of(at: datetime, zone: ZoneInfo) -> Window:
    """Return the week that `at` lies in."""
    monday = _monday(at, zone)
    return Window(_at(monday, time(0), zone), _at(monday + timedelta(days=7), time(0), zone))


def next_monday(at: datetime, zone: ZoneInfo, hour: int) -> datetime:
    """Return the first Monday at that local hour after `at`."""
    return Rhythm("weekly", 0, time(hour), zone).following(at).due_at


def stretches(window: Window, zone: ZoneInfo) -> list[tuple[date, Window]]:
    """Return the local days of a window, or its weeks where it has many, each with its first date."""
    first, last = window.start.astimezone(zone).date(), window.end.astimezone(zone).date()
    step = 1 if (last - first).days <= _DAYS_SHOWN else 7
    begins = [first + timedelta(days=number) for number in range(0, (last - first).days + 1, step)]
    found: list[tuple[date, Window]] = []
    for day in begins:
        start = max(_at(day, time(0), zone), window.start)
        end = min(_at(day + timedelta(days=step), time(0), zone), window.end)
        # A day that a zone skips has no time in it.
        if start < end:
            found.append((day, Window(start, end)))
    return found


def begins_a_day(at: datetime, zone: ZoneInfo) -> bool:
    """Return whether a local date begins at that moment."""
    return _at(at.astimezone(zone).date(), time(0), zone) == at


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
