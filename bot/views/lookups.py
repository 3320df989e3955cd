"""What a page looks up for all of its rows at once: names, texts, and what may be shown of them."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Column, ColumnElement, Row, Select, and_, bindparam, select

from bot.cards import MessageRef, Quote, shorten
from bot.communities import SOMEBODY, look_up_channels, may_quote
from bot.heard import of_message
from bot.language.unmarked import unmarked
from bot.ports import Visitor
from storage.tables import Decision, Member, Message, Turn, table
from storage.transaction import Transaction

Key = tuple[str, str]

# What is quoted on a page is read there; the link leads to the whole.
QUOTED = 1_000
WITHHELD = "This was said in a private channel. Its words are shown only to who can read it there."

_member = table(Member)
_message = table(Message)
_turn = table(Turn)
_decision = table(Decision)


def among(channel: Column[Any], message: Column[Any]) -> ColumnElement[bool]:
    """Return whether a row's channel and message are among those of `places`.

    Each by itself: of pairs SQLite makes a list that it walks the whole table beside. A message's id in
    another channel may be found with them, which callers look past by asking for pairs.
    """
    return and_(
        channel.in_(bindparam("of_channels", expanding=True)),
        message.in_(bindparam("of_messages", expanding=True)),
    )


def places(keys: Iterable[Key]) -> dict[str, list[str]]:
    """Return what `among` is asked with, for messages by their channels and ids."""
    pairs = set(keys)
    return {
        "of_channels": sorted({channel for channel, _ in pairs}),
        "of_messages": sorted({message for _, message in pairs}),
    }


def decisions_about(what: str) -> Select[Any]:
    """Return the statement for what was decided about those of `places`, the last of each last."""
    return (
        select(_decision)
        .where(
            _decision.c.community == bindparam("in_community"),
            _decision.c.about == what,
            among(_decision.c.channel, _decision.c.message),
        )
        .order_by(_decision.c.at, _decision.c.event)
    )


_NAMES = select(_member.c.id, _member.c.name).where(
    _member.c.community == bindparam("in_community"), _member.c.id.in_(bindparam("of_ids", expanding=True))
)
_TEXTS = select(_message.c.channel, _message.c.id.label("message"), _message.c.text).where(
    _message.c.community == bindparam("in_community"),
    among(_message.c.channel, _message.c.id),
    _message.c.deleted_at.is_(None),
)
_BURSTS = (
    select(
        _turn.c.channel, _turn.c.head.label("message"), _message.c.text, _message.c.posted_at, _message.c.id
    )
    .select_from(_turn.join(_message, of_message(_turn)))
    .where(
        _turn.c.community == bindparam("in_community"),
        among(_turn.c.channel, _turn.c.head),
        _message.c.deleted_at.is_(None),
    )
)


@dataclass(frozen=True, slots=True)
class Names:
    """What members are called, and their ids where nobody knows."""

    names: Mapping[str, str]

    def __call__(self, member: str) -> str:
        return self.names.get(member, member or SOMEBODY)


def names_of(tx: Transaction, community: str, members: Iterable[str | None]) -> Names:
    """Read what members are called."""
    ids = sorted({member for member in members if member})
    return Names({row.id: row.name for row in tx.rows(_NAMES, in_community=community, of_ids=ids)})


@dataclass(frozen=True, slots=True)
class Channels:
    """What channels are called, and of which a visitor may see words."""

    names: Mapping[str, str]
    readable: frozenset[str]

    def name(self, channel: str) -> str:
        """Return a channel's name, or its id."""
        return self.names.get(channel, channel)


def channels_of(tx: Transaction, visitor: Visitor, channels: Iterable[str]) -> Channels:
    """Read what channels are called, and which may be quoted to this visitor."""
    ids = set(channels)
    names = look_up_channels(tx, visitor.community, ids)
    readable = (each for each in ids if may_quote(tx, visitor.community, each, visitor.reads))
    return Channels(names, frozenset(readable))


def texts_of(tx: Transaction, community: str, messages: Iterable[Key]) -> Mapping[Key, str]:
    """Read the texts of messages."""
    rows = tx.rows(_TEXTS, in_community=community, **places(messages))
    return {(row.channel, row.message): row.text for row in rows}


def bursts_of(tx: Transaction, community: str, heads: Iterable[Key]) -> Mapping[Key, str]:
    """Read all that people said in a row, by the first message of it."""
    found: dict[Key, list[Row[Any]]] = {}
    for row in tx.rows(_BURSTS, in_community=community, **places(heads)):
        found.setdefault((row.channel, row.message), []).append(row)
    return {
        key: "\n".join(row.text for row in sorted(rows, key=lambda row: (row.posted_at, row.id)))
        for key, rows in found.items()
    }


def quote(
    row: Any, at: datetime, author: str, texts: Mapping[Key, str], readable: frozenset[str]
) -> tuple[Quote, ...]:
    """Return what a row's message says, where it may be shown and is still kept."""
    text = texts.get((row.channel, row.message), "")
    if not text.strip() or row.channel not in readable:
        return ()
    ref = MessageRef(channel=row.channel, message=row.message, thread=row.thread)
    return (Quote(author=author, text=shorten(unmarked(text), QUOTED), ref=ref, at=at),)


def note(row: Any, readable: frozenset[str]) -> str:
    """Say why the words of a row's message are not shown, where that is so."""
    return "" if row.channel in readable else WITHHELD
