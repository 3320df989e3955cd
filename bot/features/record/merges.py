"""How what is told of later is joined with what is kept, whatever order it is told in."""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, String, and_, case, cast, or_

from storage.tables import Capability, Channel, Community, Member, Message, Reaction
from storage.transaction import Columns, Upsert

# The time of a text we have not seen: any text is newer.
NEVER = datetime(1, 1, 1, tzinfo=UTC)
# When a community was found that nobody has told of yet.
LAST = datetime(9999, 1, 1, tzinfo=UTC)
# An edit comes after what it edits, where a platform tells both of one moment.
LATER = timedelta(microseconds=1)


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


def _know_member(new: Columns, old: Columns) -> Mapping[str, ColumnElement[Any]]:
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
        _if(_newer(new, old, "named_at", "name"), new, old, "name", "called", "named_at")
        | _if(new.first_seen_at < old.first_seen_at, new, old, "first_seen_at")
        # Who was seen to be a bot is one; a command or an admission does not say.
        | {"bot": or_(old.bot, new.bot)}
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


TEXT = Upsert(Message, _keep_text)
DELETION = Upsert(Message, _erase_text)
MEMBER = Upsert(Member, _know_member)
CHANNEL = Upsert(Channel, _know_channel)
REACTION = Upsert(Reaction, _last_reaction)
COMMUNITY = Upsert(Community, _name_community)
INSTALLED = Upsert(Community, _last_time("installed_at"))
ENDED = Upsert(Community, _last_time("ended_at"))
CAPABILITY = Upsert(Capability, _know_capability)
