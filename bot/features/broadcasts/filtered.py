"""What the platform's own filter flagged or stopped: known by whose it was, where and when, without words."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Row, and_, bindparam, delete, select

from bot.events import MessageFiltered
from storage.tables import Filtered, Message, table
from storage.transaction import Transaction

# What somebody says within so long of what was stopped is taken for another try. Either may come first: a
# platform may not say when it stopped something, whose time is then when it was heard of.
ANOTHER_TRY = timedelta(minutes=10)

_filtered, _message = table(Filtered), table(Message)
_HERE = _filtered.c.community == bindparam("in_community")
_BY_AUTHOR = and_(_HERE, _filtered.c.author == bindparam("by_author"))
_ANY = select(_filtered.c.event).where(_HERE).limit(1)
_AROUND = select(_filtered.c.message).where(
    _BY_AUTHOR, _filtered.c.at.between(bindparam("since"), bindparam("until"))
)
_FORGET = delete(_filtered).where(_BY_AUTHOR)
_SAID = (
    select(_message.c.channel, _message.c.id)
    .where(
        _message.c.community == bindparam("in_community"),
        _message.c.posted_at.between(bindparam("since"), bindparam("until")),
        _message.c.author == bindparam("by_author"),
    )
    .order_by(_message.c.posted_at, _message.c.id)
)


def keep_filtered(event: MessageFiltered, tx: Transaction) -> None:
    """Write it down."""
    tx.put(
        Filtered,
        community=event.community,
        event=event.id,
        channel=event.channel,
        author=event.author,
        message=event.message,
        at=event.at,
    )
    tx.kept["filtered", event.community] = True


def forget_filtered(tx: Transaction, community: str, author: str) -> None:
    """Forget what was flagged of somebody."""
    tx.run(_FORGET, in_community=community, by_author=author)


def was_filtered(tx: Transaction, community: str, author: str, message: str, posted_at: datetime) -> bool:
    """Return whether a message was flagged, or another try of its author stopped about then."""
    # Few communities have a filter that tells; the others are not to pay for it.
    known = ("filtered", community)
    if known not in tx.kept:
        tx.kept[known] = tx.row(_ANY, in_community=community) is not None
    if not tx.kept[known]:
        return False
    span = {"since": posted_at - ANOTHER_TRY, "until": posted_at + ANOTHER_TRY}
    rows = tx.rows(_AROUND, in_community=community, by_author=author, **span)
    return any(row.message in (None, message) for row in rows)


def said_about_then(tx: Transaction, event: MessageFiltered) -> Sequence[Row[Any]]:
    """Return the messages that what was stopped bears on, as far as they were told of before it."""
    span = {"since": event.at - ANOTHER_TRY, "until": event.at + ANOTHER_TRY}
    return tx.rows(_SAID, in_community=event.community, by_author=event.author, **span)
