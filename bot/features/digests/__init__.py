"""Tells channels what members asked, wanted, reported and praised: each week, or as subscribed to."""

from collections.abc import Sequence

from bot.actions import Action
from bot.communities import changes_by, settings_of
from bot.events import ButtonPressed, CommandGiven, CommunityFound, Event, FellDue, MessageDeleted
from bot.features.digests.making import THIN, due, redact
from bot.features.digests.plans import HOUR, WEEKLY
from bot.features.digests.subscribing import on_button, on_command
from bot.weeks import next_monday
from storage.transaction import Transaction

__all__ = ["HOUR", "THIN", "handle"]


def handle(event: Event, tx: Transaction) -> Sequence[Action]:
    """Make what is due, answer managers, and take what is deleted out of what was posted."""
    match event:
        case CommunityFound():
            zone = settings_of(tx, event.community).zone
            due_at = next_monday(event.at, zone, HOUR)
            tx.schedule(event.community, "digest", WEEKLY, due_at, unless_there=True)
            return []
        case ButtonPressed() if "timezone" in changes_by(event, tx):
            zone = settings_of(tx, event.community).zone
            tx.schedule(event.community, "digest", WEEKLY, next_monday(event.at, zone, HOUR))
            return []
        case FellDue(feature="digest"):
            return due(event, tx)
        case MessageDeleted():
            return redact(event, tx)
        case CommandGiven():
            return on_command(event, tx)
        case ButtonPressed() if event.button.startswith("digest."):
            return on_button(event, tx)
        case _:
            return []
