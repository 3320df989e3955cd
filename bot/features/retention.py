"""Erases what a community keeps no longer: every night, in bites, and of a member when they want it."""

from collections.abc import Sequence
from datetime import timedelta

from bot.actions import Action
from bot.communities import forgotten_by, settings_of
from bot.days import next_night
from bot.events import ButtonPressed, CommunityFound, Delivered, Event, FellDue
from bot.retention import (
    REMEMBERED,
    erase_member,
    erase_talk,
    forget_derived,
    forget_handled,
    forget_sent,
    forget_words,
    kept_from,
    unname_home,
)
from storage.transaction import Transaction

# So many messages go at once: some tens of milliseconds, after which others have their turn.
MOST = 1_000
_BREATH = timedelta(seconds=1)
_NIGHTLY, _MORE = "nightly", "more"


def handle(event: Event, tx: Transaction) -> Sequence[Action]:
    """Erase a bite, and come back for the next."""
    match event:
        case CommunityFound():
            at = next_night(event.at, settings_of(tx, event.community).zone)
            tx.schedule(event.community, "retention", _NIGHTLY, at, unless_there=True)
        case FellDue(feature="retention"):
            if event.key == _NIGHTLY:
                at = next_night(event.at, settings_of(tx, event.community).zone)
                tx.schedule(event.community, "retention", _NIGHTLY, at)
            if _bite(event, tx):
                tx.schedule(event.community, "retention", _MORE, event.at + _BREATH)
        case ButtonPressed() if (member := forgotten_by(event, tx)) is not None:
            # All who derived something from their words have been asked before.
            erase_member(tx, event.community, member)
        case Delivered() if event.key.startswith("home:"):
            unname_home(tx, event.community, event.key)
        case _:
            pass
    return []


def _bite(event: FellDue, tx: Transaction) -> bool:
    """Erase some; return whether there may be more."""
    settings = settings_of(tx, event.community)
    before = kept_from(settings, event.at)
    remembered = min(before, event.at - REMEMBERED)
    if erase_talk(tx, event.community, settings, before, MOST):
        return True
    forget_words(tx, event.community, before)
    return any(
        [
            forget_derived(tx, event.community, before, MOST),
            forget_handled(tx, event.community, remembered, MOST),
            forget_sent(tx, event.community, remembered, MOST),
        ]
    )
