"""Keeps the counts of each day: every night those of the last days anew, as late answers change them."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta

from sqlalchemy import bindparam, select

from bot.actions import Action
from bot.communities import settings_of
from bot.daily import count_day
from bot.days import day_of, next_night, span_of
from bot.events import CommunityFound, Event, FellDue, MessagePosted
from bot.retention import erased_before
from storage.tables import Due, table
from storage.transaction import Transaction

# What comes later than this is counted when the day is erased, at the latest.
RECENT = timedelta(days=14)
# Each day is counted at a tick of its own, so that others who write do not wait for all of them.
_BREATH = timedelta(seconds=1)
_NIGHTLY = "nightly"

_due = table(Due)
_NEXT = select(_due.c.due_at).where(
    _due.c.community == bindparam("in_community"), _due.c.feature == "counts", _due.c.key == _NIGHTLY
)


def handle(event: Event, tx: Transaction) -> Sequence[Action]:
    """Count what is due."""
    match event:
        case CommunityFound():
            at = next_night(event.at, settings_of(tx, event.community).zone)
            tx.schedule(event.community, "counts", _NIGHTLY, at, unless_there=True)
        case MessagePosted():
            _told_late(event, tx)
        case FellDue(feature="counts", key="nightly"):
            _tonight(event, tx)
        case FellDue(feature="counts"):
            _count(event, tx)
        case _:
            pass
    return []


def _tonight(event: FellDue, tx: Transaction) -> None:
    """Have the days counted one after the other: the recent ones, and those since the last such night."""
    zone = settings_of(tx, event.community).zone
    first = day_of(max(event.due_at - RECENT, erased_before(tx, event.community)), zone)
    last = day_of(event.at, zone) - timedelta(days=1)
    for number in range((last - first).days + 1):
        day = first + timedelta(days=number)
        tx.schedule(event.community, "counts", day.isoformat(), event.at + (number + 1) * _BREATH)
    tx.schedule(event.community, "counts", _NIGHTLY, next_night(event.at, zone))


def _count(event: FellDue, tx: Transaction) -> None:
    zone = settings_of(tx, event.community).zone
    day = date.fromisoformat(event.key)
    # Of what is erased nothing is left to count.
    if span_of(day, zone).start >= erased_before(tx, event.community):
        count_day(tx, event.community, day, zone, whole=True)


def _told_late(event: MessagePosted, tx: Transaction) -> None:
    """Have a day counted again that no night would count any more, as after a long outage."""
    key = ("counted", event.community)
    if key not in tx.memo:
        found = tx.row(_NEXT, in_community=event.community)
        tx.memo[key] = found.due_at if found else None
    night: datetime | None = tx.memo[key]
    if night is None or event.at >= night - RECENT:
        return
    day = day_of(event.at, settings_of(tx, event.community).zone)
    tx.schedule(event.community, "counts", day.isoformat(), night)
