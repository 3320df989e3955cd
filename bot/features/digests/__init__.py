"""Tells channels what members asked, wanted, reported and praised: each week, or as subscribed to."""

from collections.abc import Sequence
from datetime import UTC
from zoneinfo import ZoneInfo

from sqlalchemy import bindparam, select

from bot.actions import Action
from bot.communities import Settings, changes_by, excluded_by, settings_of
from bot.events import (
    ButtonPressed,
    ChannelFound,
    CommandGiven,
    CommunityFound,
    Event,
    FellDue,
    Judged,
    MessageDeleted,
    MessageEdited,
)
from bot.features.digests.making import THIN, due
from bot.features.digests.plans import HOUR, WEEKLY
from bot.features.digests.prose import answered, is_prose, is_waiting, waited
from bot.features.digests.redacting import on_exclusion, on_message, on_readers
from bot.features.digests.subscribing import on_button, on_command, pause_archived
from bot.weeks import next_monday
from storage.tables import Due, table
from storage.transaction import Transaction

__all__ = ["HOUR", "THIN", "handle"]

_due = table(Due)
_DUE = select(_due.c.since).where(
    _due.c.community == bindparam("in_community"),
    _due.c.feature == "digest",
    _due.c.key == bindparam("of_key"),
)


def handle(event: Event, tx: Transaction) -> Sequence[Action]:
    """Make what is due, answer managers, and keep what was posted true to what it quotes."""
    if isinstance(event, CommandGiven | ButtonPressed) and (excluded := excluded_by(event, tx)):
        return [action for member in excluded for action in on_exclusion(event, member, tx)]
    match event:
        case CommunityFound():
            zone = settings_of(tx, event.community).zone
            due_at = next_monday(event.at, zone, HOUR)
            tx.schedule(event.community, "digest", WEEKLY, due_at, unless_there=True)
            return []
        case FellDue(feature="digest") if is_waiting(event):
            return waited(event, tx)
        case FellDue(feature="digest"):
            return due(event, tx)
        case Judged() if is_prose(event):
            return answered(event, tx)
        case ChannelFound() if not tx.history:
            paused = pause_archived(event, tx) if event.archived else []
            return [*paused, *on_readers(event, tx)]
        case MessageDeleted() | MessageEdited():
            return on_message(event, tx)
        case CommandGiven():
            return on_command(event, tx)
        case ButtonPressed() if event.button.startswith("digest."):
            return on_button(event, tx)
        case ButtonPressed():
            return _follow(event, tx)
        case _:
            return []


def _follow(event: ButtonPressed, tx: Transaction) -> Sequence[Action]:
    """Do what follows when settings were changed."""
    if (change := changes_by(event, tx).get("timezone")) is not None:
        _move(event, tx, ZoneInfo(str(change.before or Settings().timezone)))
    return on_readers(event, tx)


def _move(event: ButtonPressed, tx: Transaction, before: ZoneInfo) -> None:
    """Have the digest that comes next come at the same local time of the new timezone, on the same day."""
    due_next = tx.row(_DUE, in_community=event.community, of_key=WEEKLY)
    if due_next is not None:
        then = due_next.since.astimezone(before).replace(tzinfo=settings_of(tx, event.community).zone)
        tx.schedule(event.community, "digest", WEEKLY, then.astimezone(UTC))
