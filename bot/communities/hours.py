"""Lengths of time and working hours, as people write them."""

import re
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from typing import Annotated
from zoneinfo import ZoneInfo

from pydantic import BaseModel, ConfigDict, Field

from bot.communities.zones import zone_called, zone_like

_UNITS = {"m": "minutes", "h": "hours", "d": "days"}
_DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_MIDNIGHT = time(0)
# How like a timezone's name a word has to be to be taken for a slip of the pen.
_ALIKE = 0.75
_HOURS = re.compile(
    r"([a-z]{3,}(?:\s*[-–,]\s*[a-z]{3,})*)\s+(\d{1,2})(?::(\d\d))?\s*[-–]\s*(\d{1,2})(?::(\d\d))?"
)


def timezone(name: str) -> str:
    """Return the IANA name of the timezone that is called so. Raises ValueError."""
    found = zone_called(name)
    if found is None:
        near = zone_like(name, cutoff=_ALIKE)
        right = f'perhaps "{near}" is meant' if near else 'write one as "Europe/Berlin" or "America/New_York"'
        raise ValueError(f'"{name}" is no timezone; {right}')
    return found


def duration(value: object) -> object:
    """Read "90m", "4h" or "2d"; leave what is a duration already. Raises ValueError."""
    if isinstance(value, timedelta):
        return value
    found = re.fullmatch(r"\s*(\d{1,6}(?:\.\d{1,3})?)\s*([mhd])\s*", str(value).lower())
    if not found:
        raise ValueError(f'"{value}" is no length of time; write "90m", "4h" or "2d"')
    return timedelta(**{_UNITS[found[2]]: float(found[1])})


def long_enough(limit: timedelta) -> timedelta:
    """Return how long a question may wait, if it is a sensible time. Raises ValueError."""
    if not timedelta(minutes=1) <= limit <= timedelta(days=30):
        raise ValueError("a question may wait from one minute (1m) to thirty days (30d)")
    return limit


def written(length: timedelta) -> str:
    """Return a length of time as `duration` reads it: in whole hours where it is so many, else in minutes."""
    minutes = length.total_seconds() / 60
    return f"{minutes / 60:.10g}h" if minutes % 60 == 0 else f"{minutes:.10g}m"


class WorkingHours(BaseModel):
    """When a community works: on these weekdays (0 is Monday) from `start` to `end`, in its timezone.

    An `end` at midnight is that of the day's last hour.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    days: tuple[Annotated[int, Field(ge=0, le=6)], ...] = Field(min_length=1)
    start: time
    end: time

    def __str__(self) -> str:
        names = [_DAYS[day][:3].title() for day in self.days]
        in_a_row = all((one + 1) % 7 == other for one, other in pairwise(self.days))
        days = f"{names[0]}-{names[-1]}" if in_a_row and len(names) > 1 else ",".join(names)
        end = "24:00" if self.end == _MIDNIGHT else f"{self.end:%H:%M}"
        return f"{days} {self.start:%H:%M}-{end}"

    def on(self, day: date, zone: ZoneInfo) -> tuple[datetime, datetime]:
        """Return when work begins and ends on a day, in UTC."""
        last = day if self.end != _MIDNIGHT else day + timedelta(days=1)
        return (
            datetime.combine(day, self.start, zone).astimezone(UTC),
            datetime.combine(last, self.end, zone).astimezone(UTC),
        )


def working_hours(value: object) -> WorkingHours | None:
    """Read "Mon-Fri 9:00-17:00", "Mon,Wed 8-12" or "off". Raises ValueError."""
    if value is None or isinstance(value, WorkingHours):
        return value
    if str(value).strip().lower() in ("off", ""):
        return None
    found = _HOURS.fullmatch(str(value).lower().strip())
    try:
        if not found:
            raise ValueError
        days = tuple(dict.fromkeys(day for part in found[1].split(",") for day in _days(part)))
        start = time(int(found[2]), int(found[3] or 0))
        end = time(int(found[4]) % 24 if found[4] == "24" else int(found[4]), int(found[5] or 0))
        if (start >= end and end != _MIDNIGHT) or (found[4] == "24" and end != _MIDNIGHT):
            raise ValueError
    except ValueError:
        raise ValueError(
            f'"{value}" are no working hours; write "Mon-Fri 9:00-17:00", the earlier hour first, or "off"'
        ) from None
    return WorkingHours(days=days, start=start, end=end)


def after(hours: WorkingHours | None, zone: ZoneInfo, start: datetime, wait: timedelta) -> datetime:
    """Return when, in UTC, `wait` has gone by since `start`, counting working hours where there are some.

    Days are walked in local dates, so that the hour a clock change skips or repeats is not counted wrong.
    """
    start = start.astimezone(UTC)
    if hours is None:
        return start + wait
    left = wait
    day = start.astimezone(zone).date()
    while True:
        if day.weekday() in hours.days:
            opens, closes = hours.on(day, zone)
            begins = max(opens, start)
            if closes - begins >= left:
                return begins + left
            left -= max(closes - begins, timedelta(0))
        day += timedelta(days=1)


def next_within(hours: WorkingHours | None, zone: ZoneInfo, at: datetime) -> datetime:
    """Return the first moment of these hours, in UTC, that is not before `at`: `at` itself within them."""
    return after(hours, zone, at, timedelta(0))


def _days(part: str) -> list[int]:
    """Return the weekdays from one to another, over the week's end if need be. Raises ValueError."""
    first, _, last = part.replace("–", "-").partition("-")
    start = _day(first.strip())
    end = _day(last.strip()) if last else start
    return [(start + day) % 7 for day in range((end - start) % 7 + 1)]


def _day(name: str) -> int:
    """Return the weekday that a name of three letters or more begins. Raises ValueError."""
    return [day.startswith(name) for day in _DAYS].index(True)
