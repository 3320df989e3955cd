"""Days in local dates: from midnight to midnight, whatever the clocks do in between."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from bot.weeks import Window

# The hour at which a day is over for those who stay up late, and nobody waits for anything.
NIGHT = 3


def day_of(at: datetime, zone: ZoneInfo) -> date:
    """Return the local day that `at` lies in."""
    return at.astimezone(zone).date()


def span_of(day: date, zone: ZoneInfo) -> Window:
    """Return when a day begins and ends."""
    return Window(_at(day, time(0), zone), _at(day + timedelta(days=1), time(0), zone))


def next_night(at: datetime, zone: ZoneInfo) -> datetime:
    """Return the first time after `at` that it is `NIGHT` there."""
    day = day_of(at, zone)
    this = _at(day, time(NIGHT), zone)
    return this if this > at else _at(day + timedelta(days=1), time(NIGHT), zone)


def _at(day: date, hour: time, zone: ZoneInfo) -> datetime:
    # Through a local time that may not exist, or exists twice, to the one moment Python takes it for.
    return datetime.combine(day, hour, zone).astimezone(UTC)
