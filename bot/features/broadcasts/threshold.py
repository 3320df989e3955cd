"""Moves the score from which on a message is salesy, every night, by a community's own talk and decisions."""

from datetime import timedelta

from bot.communities import Change, change_settings, changed_from_default, settings_of
from bot.corrections import BY_TALK
from bot.days import next_night
from bot.events import CommunityFound, FellDue
from bot.scores import BAR, bar_wanted
from storage.transaction import Transaction

# What is due every night, when the day that ended is counted.
NIGHTLY = "threshold"
_COUNTED = timedelta(hours=1)


def begin(event: CommunityFound, tx: Transaction) -> None:
    """Have it moved from the next night on."""
    night = next_night(event.at, settings_of(tx, event.community).zone)
    tx.schedule(event.community, "broadcasts", NIGHTLY, night + _COUNTED, unless_there=True)


def move(event: FellDue, tx: Transaction) -> None:
    """Move it, and come back the next night."""
    now = changed_from_default(settings_of(tx, event.community)).get(BAR)
    becomes = bar_wanted(tx, event.community, event.at) or None
    if becomes != now:
        change_settings(tx, event, BY_TALK, {BAR: Change(now, becomes)})
    night = next_night(event.at, settings_of(tx, event.community).zone)
    tx.schedule(event.community, "broadcasts", NIGHTLY, night + _COUNTED)
