"""Keeps what was said and who is there, whatever order it arrives in."""

import json
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import (
    ColumnElement,
    String,
    and_,
    bindparam,
    case,
    cast,
    delete,
    func,
    or_,
    select,
    update,
)

from bot import heard
from bot.actions import Action
from bot.communities import (
    excluded_by,
    forget_installed,
    forget_role,
    forget_settings,
    is_forgotten,
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
from storage.tables import Capability, Channel, Community, Failure, Member, Message, Reaction, table
from storage.transaction import Columns, Transaction, Upsert

# The time of a text we have not seen: any text is newer.
_NEVER = datetime(1, 1, 1, tzinfo=UTC)
# When a community was found that nobody has told of yet.
_LAST = datetime(9999, 1, 1, tzinfo=UTC)
# An edit comes after what it edits, where a platform tells both of one moment.
_LATER = timedelta(microseconds=1)


def _newer(new: Columns, old: Columns, at: str, tie: str) -> ColumnElement[bool]:
    """Return whether the new row is the later word; of two at the same time the greater one is."""
    return or_(new[at] > old[at], and_(new[at] == old[at], new[tie] > old[tie]))


def _if(condition: ColumnElement[bool], new: Columns, old: Columns, *names: str) -> dict[str, Any]:
    return {name: case((condition, new[name]), else_=old[name]) for name in names}


def _keep_text(new: Columns, old: Columns) -> Mapping[str, ColumnElement[Any]]:
    gone = old.deleted_at.is_not(None)
    newer = and_(~gone, _newer(new, old, "text_at", "text"))
    unknown = old.author == ""
    return _if(newer, new, old, "text", "text_at", "links", "mentions") | _if(
        unknown, new, old, "author", "bot", "posted_at", "thread", "reply_to"
    )


def _erase_text(new: Columns, old: Columns) -> Mapping[str, ColumnElement[Any]]:
    first = or_(old.deleted_at.is_(None), new.deleted_at < old.deleted_at)
    unseen = and_(first, old.author == "")
    return (
        {name: new[name] for name in ("text", "text_at", "links", "mentions")}
        | _if(first, new, old, "deleted_at")
        | _if(unseen, new, old, "posted_at")
    )


def _earliest(new: Columns, old: Columns) -> dict[str, Any]:
    return _if(new.first_seen_at < old.first_seen_at, new, old, "first_seen_at")


def _name_member(new: Columns, old: Columns) -> Mapping[str, ColumnElement[Any]]:
    named = _if(_newer(new, old, "named_at", "name"), new, old, "name", "named_at")
    # Who was seen to be a bot is one; a command or an admission does not say.
    return named | _earliest(new, old) | {"bot": or_(old.bot, new.bot)}


def _know_role(new: Columns, old: Columns) -> Mapping[str, ColumnElement[Any]]:
    newer = or_(new.role_at > old.role_at, and_(new.role_at == old.role_at, new.admin > old.admin))
    told = and_(
        new.roles_at.is_not(None),
        or_(
            old.roles_at.is_(None),
            new.roles_at > old.roles_at,
            and_(new.roles_at == old.roles_at, cast(new.roles, String) > cast(old.roles, String)),
        ),
    )
    return (
        dict(_name_member(new, old))
        | _if(newer, new, old, "admin", "role_at")
        | _if(told, new, old, "roles", "roles_at")
    )


def _know_channel(new: Columns, old: Columns) -> Mapping[str, ColumnElement[Any]]:
    newer = _newer(new, old, "changed_at", "name")
    return _if(newer, new, old, "name", "private", "archived", "heard", "changed_at")


def _last_reaction(new: Columns, old: Columns) -> Mapping[str, ColumnElement[Any]]:
    newer = or_(new.at > old.at, and_(new.at == old.at, new.there < old.there))
    return _if(newer, new, old, "there", "at")


def _name_community(new: Columns, old: Columns) -> Mapping[str, ColumnElement[Any]]:
    newer = _newer(new, old, "named_at", "name")
    return _if(newer, new, old, "name", "named_at") | _if(
        new.found_at < old.found_at, new, old, "found_at", "settings"
    )


def _last_time(name: str) -> Callable[[Columns, Columns], Mapping[str, ColumnElement[Any]]]:
    def merge(new: Columns, old: Columns) -> Mapping[str, ColumnElement[Any]]:
        return _if(or_(old[name].is_(None), new[name] > old[name]), new, old, name)

    return merge


def _know_capability(new: Columns, old: Columns) -> Mapping[str, ColumnElement[Any]]:
    at_once = new.changed_at == old.changed_at
    # Of two found at one time, what does not work is the safer word, and then the longer sentence.
    sooner = or_(and_(old.works, ~new.works), and_(old.works == new.works, new.reason > old.reason))
    return _if(
        or_(new.changed_at > old.changed_at, and_(at_once, sooner)), new, old, "works", "reason", "changed_at"
    )


_TEXT = Upsert(Message, _keep_text)
_DELETION = Upsert(Message, _erase_text)
_NAMED = Upsert(Member, _name_member)
_ROLE = Upsert(Member, _know_role)
_CHANNEL = Upsert(Channel, _know_channel)
_REACTION = Upsert(Reaction, _last_reaction)
_COMMUNITY = Upsert(Community, _name_community)
_INSTALLED = Upsert(Community, _last_time("installed_at"))
_ENDED = Upsert(Community, _last_time("ended_at"))
_CAPABILITY = Upsert(Capability, _know_capability)
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
            _said(event, event.posted_at, max(event.at, event.posted_at + _LATER), tx)
        case MessageDeleted():
            _deleted(event, tx)
        case ReactionAdded() | ReactionRemoved():
            tx.put(
                _REACTION,
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
            tx.put(_INSTALLED, **_unknown_community(event), installed_at=event.at)
            forget_installed(tx, event.community)
        case Uninstalled():
            tx.put(_ENDED, **_unknown_community(event), ended_at=event.at)
            forget_installed(tx, event.community)
        case CapabilityFound():
            tx.put(
                _CAPABILITY,
                community=event.community,
                capability=event.capability,
                works=event.works,
                reason=event.reason,
                changed_at=event.at,
            )
        case MemberLeft():
            pass
        case ChannelFound():
            tx.memo.pop(("private", event.community, event.channel), None)
            tx.put(
                _CHANNEL,
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
                _COMMUNITY,
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
        "named_at": _NEVER,
        "found_at": _LAST,
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
        _TEXT,
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
    # An edit late in life must not make somebody look as if they came late.
    tx.put(
        _NAMED,
        community=event.community,
        id=event.author,
        name=event.author_name,
        bot=event.author_is_bot,
        named_at=event.at,
        admin=False,
        role_at=_NEVER,
        roles=None,
        roles_at=None,
        first_seen_at=posted_at,
    )


def _deleted(event: MessageDeleted, tx: Transaction) -> None:
    tx.put(
        _DELETION,
        community=event.community,
        channel=event.channel,
        id=event.message,
        author="",
        bot=False,
        posted_at=event.at,
        text="",
        text_at=_NEVER,
        links=[],
        mentions=[],
        thread=None,
        reply_to=None,
        deleted_at=event.at,
    )


def _member(event: MemberJoined | MemberChanged, tx: Transaction) -> None:
    tx.put(
        _ROLE,
        community=event.community,
        id=event.member,
        name=event.name,
        bot=event.bot,
        named_at=event.at,
        admin=event.admin,
        role_at=event.at,
        roles=None if event.roles is None else sorted(set(event.roles)),
        roles_at=None if event.roles is None else event.at,
        first_seen_at=event.at,
    )
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
    if is_forgotten(tx, event.community, event.member):
        return
    tx.put(
        _NAMED,
        community=event.community,
        id=event.member,
        name=event.name,
        bot=isinstance(event, ChannelJoined) and event.bot,
        named_at=event.at,
        admin=False,
        role_at=_NEVER,
        roles=None,
        roles_at=None,
        first_seen_at=event.at,
    )
