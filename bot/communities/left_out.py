"""What no feature hears of: the words of channels and members that were left out of reading.

Managers leave channels and members out by a setting; members leave themselves out. Of who wants to be
forgotten nothing stays but a mark that only this installation can make of their id: by it they are known
again, in an export or a history, and left out.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import Row, bindparam, select

from bot.communities.history import changes_by, settings_of
from bot.events import (
    ButtonPressed,
    ChannelJoined,
    ChannelLeft,
    CommandGiven,
    Event,
    MemberAdmitted,
    MemberChanged,
    MemberJoined,
    MemberLeft,
    MessageDeleted,
    MessageEdited,
    MessageFiltered,
    MessagePosted,
    ReactionAdded,
    ReactionRemoved,
    ShortcutUsed,
)
from bot.keys import PEOPLE_KEY, mark_of, value_of
from storage.tables import Unseen, table
from storage.transaction import Transaction

_unseen = table(Unseen)
_ALL = select(_unseen).where(_unseen.c.community == bindparam("in_community"))


def as_heard(event: Event, tx: Transaction) -> Event | None:
    """Return what features may hear of an event: all of it, that a message is gone, or nothing (None).

    Every event passes here before any feature is asked, so that what is left out is kept nowhere. An edit
    takes away what was kept of a message before.
    """
    match event:
        case MessagePosted() | MessageFiltered() if _left_out(event, event.author, event.at, tx):
            return None
        case MessageEdited() if _left_out(event, event.author, event.posted_at, tx):
            return MessageDeleted(
                id=event.id,
                community=event.community,
                at=event.at,
                channel=event.channel,
                message=event.message,
            )
        case MessagePosted() | MessageEdited():
            return _without_the_forgotten(event, tx)
        case ShortcutUsed() if _left_out(event, event.author, event.posted_at, tx):
            return event.model_copy(update={"text": "", "links": ()})
        case ReactionAdded() | ReactionRemoved():
            if is_unseen(tx, event.community, event.member, event.at):
                return None
            return event if settings_of(tx, event.community).watches(event.channel) else None
        case (
            MemberJoined()
            | MemberAdmitted()
            | MemberChanged()
            | MemberLeft()
            | ChannelJoined()
            | ChannelLeft()
        ):
            return None if is_forgotten(tx, event.community, event.member) else event
        case _:
            return event


def is_unseen(tx: Transaction, community: str, member: str, said_at: datetime) -> bool:
    """Return whether a member wants not to be read, as far as something they said then goes.

    What they said before they wanted to be read again was erased, or never kept; it stays so.
    """
    row = standing(tx, community, member)
    return row is not None and (row.until is None or said_at < row.until)


def is_hidden(tx: Transaction, community: str, member: str) -> bool:
    """Return whether a member takes part unseen now."""
    row = standing(tx, community, member)
    return row is not None and row.until is None


def is_forgotten(tx: Transaction, community: str, member: str) -> bool:
    """Return whether a member was forgotten, and nothing is known of them since."""
    row = standing(tx, community, member)
    return row is not None and row.until is None and bool(row.forgotten)


def standing(tx: Transaction, community: str, member: str) -> Row[Any] | None:
    """Return the row of a member who wants, or wanted, not to be seen."""
    marks = _marks(tx, community)
    if not marks:
        return None
    key = ("unseen", community, member)
    if key not in tx.memo:
        if ("key", PEOPLE_KEY) not in tx.memo:
            tx.memo["key", PEOPLE_KEY] = value_of(tx, PEOPLE_KEY)
        secret = tx.memo["key", PEOPLE_KEY]
        tx.memo[key] = None if secret is None else marks.get(mark_of(secret, community, member))
    found: Row[Any] | None = tx.memo[key]
    return found


def forget_unseen(tx: Transaction, community: str, member: str) -> None:
    """Have it looked up again who wants not to be seen: a row was written."""
    tx.kept.pop(("unseen", community), None)
    tx.memo.pop(("unseen", community, member), None)


def excluded_by(event: Event, tx: Transaction) -> list[str]:
    """Return the members whom an event left out: nothing of what they said is to be kept."""
    if isinstance(event, CommandGiven | ButtonPressed):
        row = standing(tx, event.community, event.member)
        if row is not None and row.event == event.id and row.until is None:
            return [event.member]
    change = changes_by(event, tx).get("excluded_members")
    before, after = (change.before or [], change.after or []) if change else ([], [])
    assert isinstance(before, list)
    assert isinstance(after, list)
    return sorted(str(member) for member in after if member not in before)


def forgotten_by(event: Event, tx: Transaction) -> str | None:
    """Return the member who is to be forgotten by an event: nothing that tells of them is to be kept."""
    if not isinstance(event, CommandGiven | ButtonPressed):
        return None
    row = standing(tx, event.community, event.member)
    wanted = row is not None and row.event == event.id and row.until is None and row.forgotten
    return event.member if wanted else None


def _marks(tx: Transaction, community: str) -> Mapping[str, Row[Any]]:
    key = ("unseen", community)
    if key not in tx.kept:
        tx.kept[key] = {row.mark: row for row in tx.rows(_ALL, in_community=community)}
    found: Mapping[str, Row[Any]] = tx.kept[key]
    return found


def _left_out(
    event: MessagePosted | MessageEdited | MessageFiltered | ShortcutUsed,
    author: str,
    said_at: datetime,
    tx: Transaction,
) -> bool:
    settings = settings_of(tx, event.community)
    if author in settings.excluded_members or not settings.watches(event.channel):
        return True
    return is_unseen(tx, event.community, author, said_at)


def _without_the_forgotten(event: MessagePosted | MessageEdited, tx: Transaction) -> Event:
    """Leave out whom a message mentions that want to be forgotten."""
    if not event.mentions or not _marks(tx, event.community):
        return event
    mentions = tuple(each for each in event.mentions if not is_forgotten(tx, event.community, each))
    return event if mentions == event.mentions else event.model_copy(update={"mentions": mentions})
