"""How dates, windows and plans are said."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from bot.communities import channel_name
from bot.features.digests.plans import KINDS, USUAL, Plan
from bot.weeks import Rhythm, Window, begins_a_day
from storage.transaction import Transaction

DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
PERIOD = {"daily": "day", "weekly": "week", "monthly": "month"}
_MOMENT = timedelta(microseconds=1)
# How many days a month has at least, and at most.
_SHORTEST, _LAST = 28, 31
_ENDINGS = {1: "st", 2: "nd", 3: "rd", 21: "st", 22: "nd", 23: "rd", 31: "st"}


def dates(window: Window, zone: ZoneInfo) -> str:
    """Return a window's local dates, with the hour where it does not begin or end with a day."""
    first, last = window.start.astimezone(zone), (window.end - _MOMENT).astimezone(zone)
    begins = "" if begins_a_day(window.start, zone) else f" {hour(window.start, zone)}"
    ends = "" if begins_a_day(window.end, zone) else f" {hour(window.end, zone)}"
    if first.date() == last.date() and not begins and not ends:
        return f"{last.day} {last:%B %Y}"
    year = "" if first.year == last.year else f" {first.year}"
    if first.date() == last.date():
        return f"{last.day} {last:%B %Y}{begins} until{ends or ' midnight'}"
    return f"{first.day} {first:%B}{year}{begins} to {last.day} {last:%B %Y}{ends}"


def moment(at: datetime, zone: ZoneInfo) -> str:
    """Return a moment as it is there, as "Monday 9 March at 9:00"."""
    here = at.astimezone(zone)
    return f"{DAYS[here.weekday()]} {here.day} {here:%B} at {hour(at, zone)}"


def hour(at: datetime, zone: ZoneInfo) -> str:
    """Return the time of day there, as "9:00"."""
    here = at.astimezone(zone)
    return f"{here.hour}:{here:%M}"


def when(rhythm: Rhythm) -> str:
    """Return when something regular comes, as "each Monday at 9:00 (Europe/Berlin)"."""
    if rhythm.every == "daily":
        day = "each day"
    elif rhythm.every == "weekly":
        day = f"each {DAYS[rhythm.day or 0]}"
    else:
        number = rhythm.day or 1
        named = "last day" if number == _LAST else ordinal(number)
        # Not all months have it.
        named += " (or last day)" if _SHORTEST < number < _LAST else ""
        day = f"on the {named} of each month"
    return f"{day} at {rhythm.at.hour}:{rhythm.at:%M} ({rhythm.zone.key})"


def about(kinds: Sequence[str]) -> str:
    """Return what a digest is about, in words."""
    if len(kinds) == len(KINDS):
        return "everything"
    if tuple(kinds) == USUAL:
        return "everything members say"
    return listed(kinds)


def described(tx: Transaction, plan: Plan) -> str:
    """Return a plan in one line."""
    return said_of(plan, channel_name(tx, plan.community, plan.channel) if plan.channel else "")


def said_of(plan: Plan, where: str) -> str:
    """Return a plan in one line; `where` is what its channel is called, empty if it has none."""
    place = f"#{where}" if where else "no channel yet"
    return f"{about(plan.kinds)}, {when(plan.rhythm)}, to {place}"


def counted(number: int, word: str) -> str:
    """Return a number with its word, as "1 line"."""
    return f"{number:,} {word}{'' if number == 1 else 's'}"


def listed(words: Sequence[str]) -> str:
    """Return words as people list them, as "a, b and c"."""
    return " and ".join([", ".join(words[:-1]), words[-1]]) if len(words) > 1 else "".join(words)


def ordinal(day: int) -> str:
    """Return a day of the month, as "1st"."""
    return f"{day}{_ENDINGS.get(day, 'th')}"
