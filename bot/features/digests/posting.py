"""Posts a digest as its row has it, in the channel whose readers it was made for."""

from datetime import datetime
from typing import Any

from sqlalchemy import Row, bindparam, select

from bot.actions import Post
from bot.cards import Card, Section
from storage.tables import Digest, table
from storage.transaction import Transaction

_digest = table(Digest)
_OF_KEY = select(_digest).where(
    _digest.c.community == bindparam("in_community"),
    _digest.c.subscription == bindparam("of_subscription"),
    _digest.c.window_from == bindparam("since"),
)


def key_of(subscription: str, start: datetime) -> str:
    """Return the key of the post that shows a digest."""
    return f"digest:{subscription or 'weekly'}:{start.isoformat()}"


def kept(tx: Transaction, community: str, subscription: str, start: datetime) -> Row[Any] | None:
    """Return the row of a digest."""
    return tx.row(_OF_KEY, in_community=community, of_subscription=subscription, since=start)


def posted(community: str, channel: str, row: Row[Any], sections: tuple[Section, ...]) -> Post:
    """Return what posts a digest with these sections."""
    card = Card.model_validate(row.card).model_copy(update={"sections": sections})
    key = key_of(row.subscription, row.window_from)
    return Post(key=key, community=community, channel=channel, card=card)
