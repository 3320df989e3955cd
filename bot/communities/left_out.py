"""What no feature hears of: the words of channels and members that managers left out of reading."""

from bot.communities.history import settings_of
from bot.events import (
    Event,
    MessageDeleted,
    MessageEdited,
    MessagePosted,
    ReactionAdded,
    ReactionRemoved,
)
from storage.transaction import Transaction


def as_heard(event: Event, tx: Transaction) -> Event | None:
    """Return what features may hear of an event: all of it, that a message is gone, or nothing (None).

    Every event passes here before any feature is asked, so that what is left out is kept nowhere. An edit
    takes away what was kept of a message before.
    """
    match event:
        case MessagePosted() if _left_out(event, tx):
            return None
        case MessageEdited() if _left_out(event, tx):
            return MessageDeleted(
                id=event.id,
                community=event.community,
                at=event.at,
                channel=event.channel,
                message=event.message,
            )
        case ReactionAdded() | ReactionRemoved():
            return event if settings_of(tx, event.community).watches(event.channel) else None
        case _:
            return event


def _left_out(event: MessagePosted | MessageEdited, tx: Transaction) -> bool:
    settings = settings_of(tx, event.community)
    return event.author in settings.excluded_members or not settings.watches(event.channel)
