"""The messages that what is asked of a language model rests on, and whose names are taken out of them."""

from typing import Any

from sqlalchemy import Row, bindparam, select

from bot.asking import Source
from storage.tables import Message, table
from storage.transaction import Transaction

_message = table(Message)
_SAID = select(_message.c.author, _message.c.mentions, _message.c.text).where(
    _message.c.community == bindparam("in_community"),
    _message.c.channel == bindparam("in_channel"),
    _message.c.id == bindparam("of_message"),
    _message.c.deleted_at.is_(None),
)


def said_in(tx: Transaction, community: str, channel: str, message: str) -> Row[Any] | None:
    """Return `author`, `mentions` and `text` of a message that is there."""
    return tx.row(_SAID, in_community=community, in_channel=channel, of_message=message)


def source_of(tx: Transaction, community: str, channel: str, message: str) -> Source:
    """Return a message as a source: who wrote it and whom it mentions are named in it."""
    said = said_in(tx, community, channel, message)
    return Source(channel, message, (said.author, *said.mentions) if said is not None else ())
