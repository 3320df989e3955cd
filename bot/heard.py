"""Messages as they stand when an event about them is handled, which may be told in any order.

Of a message that a batch hears of for the first time the event says all there is to know: no row is read.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, FromClause, and_, bindparam, select, union_all

from bot.events import (
    Event,
    MessageDeleted,
    MessageEdited,
    MessagePosted,
    ReactionAdded,
    ReactionRemoved,
)
from bot.language.links import Link
from storage.tables import Message, Reaction, table
from storage.transaction import Transaction

_message = table(Message)
_reaction = table(Reaction)


def of_message(of: FromClause) -> ColumnElement[bool]:
    """Return whether a row, keyed by channel and message, is of the message that it is joined with."""
    return and_(
        of.c.community == _message.c.community,
        of.c.channel == _message.c.channel,
        of.c.message == _message.c.id,
    )


_MESSAGE = select(_message).where(
    _message.c.community == bindparam("in_community"),
    _message.c.channel == bindparam("in_channel"),
    _message.c.id == bindparam("of_message"),
)
# Asked for pairs of channel and message, SQLite would walk the whole community; so more may be found than is
# looked for.
_KNOWN = union_all(
    select(_message.c.channel, _message.c.id).where(
        _message.c.community == bindparam("in_community"),
        _message.c.channel.in_(bindparam("in_channels", expanding=True)),
        _message.c.id.in_(bindparam("messages", expanding=True)),
    ),
    select(_reaction.c.channel, _reaction.c.message).where(
        _reaction.c.community == bindparam("in_community"),
        _reaction.c.channel.in_(bindparam("in_channels", expanding=True)),
        _reaction.c.message.in_(bindparam("messages", expanding=True)),
    ),
)


def look_ahead(events: Iterable[Event], tx: Transaction) -> None:
    """See which posts of a batch, not begun yet, are the first that is heard of their messages."""
    first: dict[tuple[str, str, str], Event] = {}
    for event in events:
        match event:
            case MessagePosted() | MessageEdited() | MessageDeleted() | ReactionAdded() | ReactionRemoved():
                first.setdefault((event.community, event.channel, event.message), event)
            case _:
                pass
    posted = {key: event for key, event in first.items() if isinstance(event, MessagePosted)}
    for community in sorted({key[0] for key in posted}):
        keys = [key for key in posted if key[0] == community]
        channels, messages = sorted({key[1] for key in keys}), sorted({key[2] for key in keys})
        for row in tx.rows(_KNOWN, in_community=community, in_channels=channels, messages=messages):
            posted.pop((community, row.channel, row.id), None)
    tx.memo["new"] = {(event.community, event.id) for event in posted.values()}


def is_new(event: MessagePosted, tx: Transaction) -> bool:
    """Return whether nothing was heard of a message before; False too where nobody looked ahead."""
    return (event.community, event.id) in tx.memo.get("new", ())


@dataclass(frozen=True, slots=True)
class Heard:
    """A message as it reads now; a deleted one is none."""

    author: str
    bot: bool
    posted_at: datetime
    text: str
    links: tuple[Link, ...]
    thread: str | None
    reply_to: str | None


def posted(event: MessagePosted) -> Heard:
    """Return a message as it was posted."""
    return Heard(
        event.author,
        event.author_is_bot,
        event.at,
        event.text,
        event.links,
        event.thread,
        event.reply_to,
    )


def as_it_reads(event: MessagePosted | MessageEdited | MessageDeleted, tx: Transaction) -> Heard | None:
    """Return the message an event is about, unless it is deleted: other events may have come before this."""
    if isinstance(event, MessagePosted) and is_new(event, tx):
        return posted(event)
    return message_of(tx, event.community, event.channel, event.message)


def author_of(tx: Transaction, community: str, channel: str, message: str) -> str | None:
    """Return who wrote a message, a deleted one too; None where it is not known."""
    row = tx.row(_MESSAGE, in_community=community, in_channel=channel, of_message=message)
    return None if row is None or not row.author else str(row.author)


def message_of(tx: Transaction, community: str, channel: str, message: str) -> Heard | None:
    """Return a message, unless it is deleted or unknown."""
    row = tx.row(_MESSAGE, in_community=community, in_channel=channel, of_message=message)
    if row is None or row.deleted_at is not None:
        return None
    links = tuple(Link(label, url, button) for label, url, button in row.links)
    return Heard(row.author, row.bot, row.posted_at, row.text, links, row.thread, row.reply_to)
