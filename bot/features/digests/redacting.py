"""Keeps digests, posted or kept, true to what they quote when that is deleted, excluded, edited or closed."""

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, String, Table, bindparam, cast, select

from bot.actions import Action, Update
from bot.cards import Card, Item, Section
from bot.communities import may_quote, member_name, readers_changed_by, shown_in
from bot.events import ButtonPressed, ChannelFound, CommandGiven, Happened, MessageDeleted, MessageEdited
from bot.features.digests.lines import ASKED, VERDICTS, quoted, unnamed
from bot.features.digests.posting import kept, key_of
from bot.heard import message_of
from storage.tables import Digest, Message, Question, table
from storage.transaction import Transaction

# Returns a line of the section so named as it is to stand; None where it is to go.
Change = Callable[[str, Item], Item | None]

_digest, _message, _question = table(Digest), table(Message), table(Question)
_POSTED_AT = select(_message.c.posted_at).where(
    _message.c.community == bindparam("in_community"),
    _message.c.channel == bindparam("in_channel"),
    _message.c.id == bindparam("of_message"),
)
# A question may go on after its window: what is quoted of it was said before the digest was made.
_QUOTING = (
    select(_digest)
    .where(
        _digest.c.community == bindparam("in_community"),
        _digest.c.window_from <= bindparam("said_at"),
        _digest.c.made_at >= bindparam("said_at"),
    )
    .order_by(_digest.c.subscription, _digest.c.window_from)
)
_WITH_LINES = (
    select(_digest.c.subscription, _digest.c.window_from)
    .where(_digest.c.community == bindparam("in_community"), cast(_digest.c.sections, String) != "[]")
    .order_by(_digest.c.subscription, _digest.c.window_from)
)
_BY_AUTHOR = select(_message.c.channel, _message.c.id).where(
    _message.c.community == bindparam("in_community"), _message.c.author == bindparam("by_author")
)


def _still(of: Table, is_so: ColumnElement[bool]) -> Select[Any]:
    return select(of.c.message).where(
        of.c.community == bindparam("in_community"),
        of.c.channel == bindparam("in_channel"),
        of.c.message.in_(bindparam("of_messages", expanding=True)),
        is_so,
    )


# Finds, by section, which messages still are what it is about.
_STILL: Mapping[str, Select[Any]] = MappingProxyType(
    {
        ASKED: _still(_question, _question.c.state != "dismissed"),
        **{name: _still(of, of.c.verdict == verdict) for _, name, verdict, of in VERDICTS},
    }
)


def on_message(event: MessageDeleted | MessageEdited, tx: Transaction) -> list[Action]:
    """Take a message out of the digests that quote it, or have them quote what it says now."""
    place = {"in_community": event.community, "in_channel": event.channel, "of_message": event.message}
    said = tx.row(_POSTED_AT, **place)
    if said is None:
        return []
    there = (event.channel, event.message)

    def now(section: str, item: Item) -> Item | None:
        if there not in _rests_on(item):
            return item
        return _as_it_reads(event.community, tx, section, item) if isinstance(event, MessageEdited) else None

    actions: list[Action] = []
    for row in tx.rows(_QUOTING, in_community=event.community, said_at=said.posted_at):
        actions += _bring_in_line(event, tx, row, now)
    return actions


def on_exclusion(event: CommandGiven | ButtonPressed, member: str, tx: Transaction) -> list[Action]:
    """Take out of all digests what somebody said who is excluded now, and their name where they answered."""
    by_author = tx.rows(_BY_AUTHOR, in_community=event.community, by_author=member)
    theirs = {(row.channel, row.id) for row in by_author}
    name = member_name(tx, event.community, member)

    def without(section: str, item: Item) -> Item | None:
        if theirs & _rests_on(item):
            return None
        return unnamed(item, name) if section == ASKED else item

    actions: list[Action] = []
    for key in tx.rows(_WITH_LINES, in_community=event.community):
        row = kept(tx, event.community, key.subscription, key.window_from)
        assert row is not None
        actions += _bring_in_line(event, tx, row, without)
    return actions


def on_readers(event: ChannelFound | ButtonPressed, tx: Transaction) -> list[Action]:
    """Take out of all digests what fewer may read now than where it was posted."""
    changed = readers_changed_by(event, tx)
    closed = {channel for channel in changed if not may_quote(tx, event.community, channel, "")}
    actions: list[Action] = []
    for key in tx.rows(_WITH_LINES, in_community=event.community) if closed else ():
        row = kept(tx, event.community, key.subscription, key.window_from)
        assert row is not None
        where = shown_in(tx, event.community, key_of(key.subscription, key.window_from)) or ""
        unread = {channel for channel in closed if not may_quote(tx, event.community, channel, where)}

        def without(_: str, item: Item, unread: set[str] = unread) -> Item | None:
            return None if any(ref.channel in unread for ref in item.refs) else item

        actions += _bring_in_line(event, tx, row, without)
    return actions


def _rests_on(item: Item) -> set[tuple[str, str]]:
    return {(ref.channel, ref.message) for ref in item.refs}


def _as_it_reads(community: str, tx: Transaction, section: str, item: Item) -> Item | None:
    """Return a line with what its messages say now, if they still are what its section is about."""
    channel, messages = item.refs[0].channel, [ref.message for ref in item.refs]
    place = {"in_community": community, "in_channel": channel, "of_messages": messages}
    if section not in _STILL or tx.row(_STILL[section], **place) is None:
        return None
    read = (message_of(tx, community, channel, message) for message in messages)
    words = quoted(" ".join(said.text for said in read if said is not None))
    if section == ASKED:
        # What stands before the words says how the question stood when it was told of.
        words = f"{item.text.partition(': ')[0]}: {words}"
    return item.model_copy(update={"text": words})


def _bring_in_line(event: Happened, tx: Transaction, row: Row[Any], change: Change) -> list[Action]:
    """Change a digest's lines, as it is kept and as it was posted, if any is to change."""
    before = tuple(Section.model_validate(section) for section in row.sections)
    changed = (
        Section(
            name=section.name,
            items=tuple(new for item in section.items if (new := change(section.name, item)) is not None),
        )
        for section in before
    )
    after = tuple(section for section in changed if section.items)
    if after == before:
        return []
    as_kept = [section.model_dump(mode="json") for section in after]
    tx.put(Digest, **{**row._asdict(), "sections": as_kept})
    post = key_of(row.subscription, row.window_from)
    channel = shown_in(tx, event.community, post)
    if channel is None or row.card is None:
        return []
    card = Card.model_validate(row.card).model_copy(update={"sections": after})
    key = f"update:{event.id}:{post}"
    return [Update(key=key, community=event.community, channel=channel, post=post, card=card)]
