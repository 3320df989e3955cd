"""Keeps what was said and who is there, whatever order it arrives in."""

import json
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import (
    bindparam,
    delete,
    func,
    select,
    update,
)

from bot import heard
from bot.actions import Action
from bot.communities import (
    excluded_by,
    forget_channel,
    forget_installed,
    forget_role,
    forget_settings,
    is_forgotten,
    note_readers,
    settings_from,
)
from bot.events import (
    ButtonPressed,
    CapabilityFound,
    ChannelFound,
    ChannelJoined,
    CommandGiven,
    CommunityFound,
    Event,
    FormSubmitted,
    Happened,
    HomeOpened,
    Installed,
    MemberAdmitted,
    MemberChanged,
    MemberJoined,
    MemberLeft,
    MessageDeleted,
    MessageEdited,
    MessagePosted,
    ReactionAdded,
    ReactionRemoved,
    ShortcutUsed,
    Uninstalled,
)
from bot.features.record.merges import (
    CAPABILITY,
    CHANNEL,
    COMMUNITY,
    DELETION,
    ENDED,
    INSTALLED,
    LAST,
    LATER,
    MEMBER,
    NEVER,
    REACTION,
    TEXT,
)
from storage.tables import Community, Failure, Message, table
from storage.transaction import Transaction

_community = table(Community)
_KNOWN_SINCE = (
    update(_community)
    .where(_community.c.id == bindparam("in_community"), _community.c.found_at > bindparam("since"))
    .values(found_at=bindparam("since"))
)


# What is left of a message of somebody excluded is that there was one, as of one that was deleted.
_message = table(Message)
_ERASE = (
    update(_message)
    .where(_message.c.community == bindparam("in_community"), _message.c.author == bindparam("by_author"))
    .values(text="", links=[], mentions=[], deleted_at=func.coalesce(_message.c.deleted_at, bindparam("at")))
)


_failure = table(Failure)
_FAILURES = select(_failure.c.event, _failure.c.payload).where(
    _failure.c.community == bindparam("in_community")
)
_FORGET_FAILURES = delete(_failure).where(
    _failure.c.community == bindparam("in_community"), _failure.c.event == bindparam("of_event")
)


def look_ahead(events: Sequence[Event], tx: Transaction) -> None:
    """See which messages are heard of for the first time."""
    heard.look_ahead(events, tx)


def handle(event: Event, tx: Transaction) -> Sequence[Action]:
    """Keep what the event says."""
    match event:
        case MessagePosted():
            _said(event, event.at, event.at, tx)
        case MessageEdited():
            _said(event, event.posted_at, max(event.at, event.posted_at + LATER), tx)
        case MessageDeleted():
            _deleted(event, tx)
        case ReactionAdded() | ReactionRemoved():
            tx.put(
                REACTION,
                community=event.community,
                channel=event.channel,
                message=event.message,
                member=event.member,
                emoji=event.emoji,
                there=isinstance(event, ReactionAdded),
                at=event.at,
            )
        case MemberJoined() | MemberChanged():
            _member(event, tx)
        case MemberAdmitted() | ChannelJoined() | FormSubmitted() | HomeOpened() | ShortcutUsed():
            # Whether they administer is told of members; here it speaks of this alone.
            _name(event, tx)
        case CommandGiven() | ButtonPressed():
            _name(event, tx)
            for member in excluded_by(event, tx):
                tx.run(_ERASE, in_community=event.community, by_author=member, at=event.at)
                _erase_failures(event.community, member, tx)
        case Installed():
            tx.put(INSTALLED, **_unknown_community(event), installed_at=event.at)
            forget_installed(tx, event.community)
        case Uninstalled():
            tx.put(ENDED, **_unknown_community(event), ended_at=event.at)
            forget_installed(tx, event.community)
        case CapabilityFound():
            tx.put(
                CAPABILITY,
                community=event.community,
                capability=event.capability,
                works=event.works,
                reason=event.reason,
                changed_at=event.at,
            )
        case MemberLeft():
            pass
        case ChannelFound():
            note_readers(event, tx)
            forget_channel(tx, event.community, event.channel)
            tx.put(
                CHANNEL,
                community=event.community,
                id=event.channel,
                name=event.name,
                private=event.private,
                archived=event.archived,
                heard=event.heard,
                changed_at=event.at,
            )
        case CommunityFound() if tx.history:
            # What its managers set stays as it is, and what it begins with comes with whom finds it.
            tx.run(_KNOWN_SINCE, in_community=event.community, since=event.at)
        case CommunityFound():
            tx.put(
                COMMUNITY,
                id=event.community,
                name=event.name,
                named_at=event.at,
                found_at=event.at,
                settings=settings_from(event.settings).model_dump(mode="json", exclude_unset=True),
            )
            forget_settings(tx, event.community)
        case _:
            pass
    return []


def _unknown_community(event: Installed | Uninstalled) -> dict[str, Any]:
    """Return the row of a community as long as nobody has told what it is called."""
    return {
        "id": event.community,
        "name": event.community,
        "named_at": NEVER,
        "found_at": LAST,
        "settings": {},
    }


def _erase_failures(community: str, author: str, tx: Transaction) -> None:
    """Forget what of somebody's words could not be handled, and was kept to be tried again."""
    theirs = f'"author":{json.dumps(author, ensure_ascii=False)}'
    for row in tx.rows(_FAILURES, in_community=community):
        if theirs in row.payload:
            tx.run(_FORGET_FAILURES, in_community=community, of_event=row.event)


def _said(
    event: MessagePosted | MessageEdited, posted_at: datetime, text_at: datetime, tx: Transaction
) -> None:
    tx.put(
        TEXT,
        community=event.community,
        channel=event.channel,
        id=event.message,
        author=event.author,
        bot=event.author_is_bot,
        posted_at=posted_at,
        text=event.text,
        text_at=text_at,
        links=[[link.label, link.url, link.button] for link in event.links],
        mentions=list(event.mentions),
        thread=event.thread,
        reply_to=event.reply_to,
    )
    _heard_in(event.community, event.channel, tx)
    # An edit late in life must not make somebody look as if they came late.
    author, name = event.author, event.author_name
    _know(tx, event, author, name, bot=event.author_is_bot, first_seen_at=posted_at)


def _heard_in(community: str, channel: str, tx: Transaction) -> None:
    """Have a channel that nobody has told us of count as private: events come in any order."""
    known: set[tuple[str, str]] = tx.kept.setdefault(("channels",), set())
    if (community, channel) not in known:
        known.add((community, channel))
        forget_channel(tx, community, channel)
        tx.put(
            CHANNEL,
            community=community,
            id=channel,
            name=channel,
            private=True,
            archived=False,
            heard=True,
            changed_at=NEVER,
        )


def _deleted(event: MessageDeleted, tx: Transaction) -> None:
    tx.put(
        DELETION,
        community=event.community,
        channel=event.channel,
        id=event.message,
        author="",
        bot=False,
        posted_at=event.at,
        text="",
        text_at=NEVER,
        links=[],
        mentions=[],
        thread=None,
        reply_to=None,
        deleted_at=event.at,
    )


def _member(event: MemberJoined | MemberChanged, tx: Transaction) -> None:
    roles = None if event.roles is None else sorted(set(event.roles))
    told = {"admin": event.admin, "role_at": event.at, "roles": roles}
    if roles is not None:
        told["roles_at"] = event.at
    _know(tx, event, event.member, event.name, bot=event.bot, **told)
    forget_role(tx, event.community, event.member)


def _name(
    event: MemberAdmitted
    | ChannelJoined
    | CommandGiven
    | ButtonPressed
    | FormSubmitted
    | ShortcutUsed
    | HomeOpened,
    tx: Transaction,
) -> None:
    if not is_forgotten(tx, event.community, event.member):
        bot = isinstance(event, ChannelJoined) and event.bot
        _know(tx, event, event.member, event.name, bot=bot)


def _know(tx: Transaction, event: Happened, member: str, name: str, *, bot: bool, **told: Any) -> None:
    """Keep what an event tells of a member, and leave what it does not tell as it is known."""
    values = {
        "community": event.community,
        "id": member,
        "name": name,
        "called": name.casefold(),
        "bot": bot,
        "named_at": event.at,
        "admin": False,
        "role_at": NEVER,
        "roles": None,
        "roles_at": None,
        "first_seen_at": event.at,
    }
    tx.put(MEMBER, **values | told)
