"""Keeps the counts of days and weeks: every night those of the last ones anew, for late answers."""

from collections.abc import Sequence
from datetime import date, timedelta

from bot.actions import Action
from bot.communities import settings_of
from bot.daily import NIGHTLY, RECENT, WEEK, count_again, count_day, is_worth_counting
from bot.days import day_of, next_night, span_of
from bot.events import CommunityFound, Event, FellDue, MessagePosted
from bot.figures import count_week, uncounted
from bot.retention import erased_before
from bot.weeks import week_of, weeks
from storage.transaction import Transaction

# Each is counted at a tick of its own, so that others who write do not wait for all of them.
_BREATH = timedelta(seconds=1)


def handle(event: Event, tx: Transaction) -> Sequence[Action]:
    """Count what is due."""
    match event:
        case CommunityFound():
            at = next_night(event.at, settings_of(tx, event.community).zone)
            tx.schedule(event.community, "counts", NIGHTLY, at, unless_there=True)
        case MessagePosted():
            # No night would count its day any more, as after a long outage.
            count_again(tx, event.community, event.at)
        case FellDue(feature="counts", key="nightly"):
            _tonight(event, tx)
        case FellDue(feature="counts"):
            _count(event, tx)
        case _:
            pass
    return []


def _tonight(event: FellDue, tx: Transaction) -> None:
    """Have days counted one after the other: the recent ones, and those since the last such night.

    Then the weeks that these lie in, and those of the last weeks that were never counted.
    """
    zone = settings_of(tx, event.community).zone
    begin = max(event.due_at - RECENT, erased_before(tx, event.community))
    first, last = day_of(begin, zone), day_of(event.at, zone) - timedelta(days=1)
    days = (first + timedelta(days=number) for number in range((last - first).days + 1))
    keys = [day.isoformat() for day in days if is_worth_counting(tx, event.community, day, zone)]
    mondays = {day_of(week.start, zone) for week in weeks(begin, event.at, zone)[:-1]}
    mondays.update(uncounted(tx, event.community, zone, event.at))
    keys += [f"{WEEK}{monday.isoformat()}" for monday in sorted(mondays)]
    for number, key in enumerate(keys, 1):
        tx.schedule(event.community, "counts", key, event.at + number * _BREATH)
    tx.schedule(event.community, "counts", NIGHTLY, next_night(event.at, zone))


def _count(event: FellDue, tx: Transaction) -> None:
    zone, erased = settings_of(tx, event.community).zone, erased_before(tx, event.community)
    day = date.fromisoformat(event.key.removeprefix(WEEK))
    span = span_of(day, zone)
    if event.key.startswith(WEEK):
        week = week_of(span.start, zone)
        # Of a week that is being erased, what was counted of it whole stays.
        if week.start >= erased or day in uncounted(tx, event.community, zone, event.at):
            count_week(tx, event.community, week, zone)
    # Of what is erased nothing is left to count.
    elif span.start >= erased:
        count_day(tx, event.community, day, zone, whole=True)
