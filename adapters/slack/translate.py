"""From what Slack's Events API tells to Hearth's events; pure."""

from collections.abc import Iterator, Mapping
from datetime import datetime
from types import MappingProxyType
from typing import TypedDict

from adapters.slack.directory import Directory, Group, Person, Place, person_of, place_of
from adapters.wire.slack_messages import TALK, deletion_of, edit_of, emoji_of, post_of
from adapters.wire.values import Wire, object_in, slack_time, text_in, texts_in
from bot.events import (
    CapabilityFound,
    ChannelFound,
    ChannelJoined,
    ChannelLeft,
    Happened,
    HomeOpened,
    MemberChanged,
    MemberJoined,
    MemberLeft,
    ReactionAdded,
    ReactionRemoved,
    Uninstalled,
    made_id,
)

# Where people talk to one another alone, or to Hearth: that is not said to the community.
_PRIVATE_TALK = ("im", "mpim", "app_home")
_RENAMED = ("channel_rename", "group_rename")
_ARCHIVED = ("channel_archive", "group_archive", "channel_deleted", "group_deleted")
_UNARCHIVED = ("channel_unarchive", "group_unarchive")
_LEFT = ("channel_left", "group_left")
_CAME_OR_WENT = ("member_joined_channel", "member_left_channel")
# What of a channel each kind of event is about: of one thing the last word counts, whatever came of others.
_ABOUT: Mapping[str, str] = MappingProxyType(
    {
        **dict.fromkeys(("channel_created", *_RENAMED), "name"),
        **dict.fromkeys((*_ARCHIVED, *_UNARCHIVED), "archived"),
        **dict.fromkeys((*_LEFT, *_CAME_OR_WENT), "heard"),
        "message": "private",
    }
)
_GROUPS = ("subteam_created", "subteam_updated", "subteam_members_changed")
# What of a message makes it read otherwise; all else Slack adds by itself, as a preview or a count.
_READ = ("text", "blocks", "attachments", "files")


class _Base(TypedDict):
    id: str
    community: str
    at: datetime


class _Who(_Base):
    member: str
    name: str
    bot: bool
    admin: bool
    roles: tuple[str, ...] | None


def take(event: Wire, told_at: datetime, directory: Directory) -> list[Happened]:
    """Return what an event of Slack's tells; the directory knows it from then on.

    `told_at` is when it was, should it not say so itself. Raises ValidationError where an id is none.
    """
    at = slack_time(event.get("event_ts")) or slack_time(event.get("ts")) or told_at
    if event.get("type") in _GROUPS:
        # Groups are told as they are after the change, people by what they were before it.
        group = text_in(object_in(event, "subteam"), "id") or text_in(event, "subteam_id")
        before = set(directory.groups[group].members) if group in directory.groups else set()
        _learn(event, at, directory)
        return list(_of_group(event, at, before, directory))
    found = list(_events_of(event, at, directory))
    _learn(event, at, directory)
    return found


def _events_of(event: Wire, at: datetime, directory: Directory) -> Iterator[Happened]:
    match event.get("type"):
        case "message":
            yield from _of_message(event, at, directory)
        case "reaction_added" | "reaction_removed":
            yield from _of_reaction(event, at, directory)
        case "team_join":
            yield from _of_join(event, at, directory)
        case "user_change":
            yield from _of_change(event, at, directory)
        case str() as kind if kind in _CAME_OR_WENT:
            yield from _of_coming(event, at, directory)
        case "app_home_opened" if event.get("tab", "home") == "home":
            yield _home(event, at, directory)
        case "app_uninstalled":
            yield _ended(at, directory)
        case "tokens_revoked" if texts_in(object_in(event, "tokens"), "bot"):
            yield _ended(at, directory)
        case str() as kind:
            yield from _of_channel(kind, event, at, directory)
        case _:
            return


def _learn(event: Wire, at: datetime, directory: Directory) -> None:
    """Take into the directory what an event tells of members, channels and groups, but for what is late."""
    match event.get("type"):
        case "team_join" | "user_change":
            person = person_of(object_in(event, "user"), directory.team)
            if person.id and not directory.is_late(at, person.id):
                directory.note(at, person.id)
                directory.people[person.id] = person
        case "subteam_created" | "subteam_updated":
            _learn_group(object_in(event, "subteam"), at, directory)
        case "subteam_members_changed":
            _learn_members(event, at, directory)
        case str() as kind:
            place = _changed(kind, event, at, directory)
            if place:
                directory.note(at, place.id, _ABOUT[kind])
                directory.places[place.id] = place
        case _:
            return


def _learn_group(group: Wire, at: datetime, directory: Directory) -> None:
    id_ = text_in(group, "id")
    if not id_ or directory.is_late(at, id_):
        return
    directory.note(at, id_)
    known = directory.groups.pop(id_, None)
    if group.get("date_delete"):
        return
    before = known.members if known else set()
    members = set(texts_in(group, "users")) or before
    # Of some there may have been a later word.
    later = {member for member in members | before if directory.is_late(at, id_, member)}
    directory.groups[id_] = Group(text_in(group, "handle"), (members - later) | (before & later))


def _learn_members(event: Wire, at: datetime, directory: Directory) -> None:
    id_ = text_in(event, "subteam_id")
    known = directory.groups.get(id_)
    if known is None or directory.is_late(at, id_):
        return
    added, removed = set(texts_in(event, "added_users")), set(texts_in(event, "removed_users"))
    for member in added | removed:
        if not directory.is_late(at, id_, member):
            directory.note(at, id_, member)
            (known.members.discard if member in removed else known.members.add)(member)


def member_changed(person: Person, at: datetime, id_: str, directory: Directory) -> MemberChanged:
    """Return who a member is."""
    return MemberChanged(**_who(person, at, f"2-member:{person.id}:{id_}", directory))


def member_joined(person: Person, at: datetime, id_: str, directory: Directory) -> MemberJoined:
    """Return that a member joined the workspace; `id_` tells a second time from the first."""
    return MemberJoined(**_who(person, at, f"3-joined:{person.id}{id_}", directory))


def channel_found(place: Place, at: datetime, id_: str, directory: Directory) -> ChannelFound:
    """Return what a channel is."""
    return ChannelFound(
        id=made_id(f"1-channel:{place.id}:{id_}"),
        community=directory.community,
        at=at,
        channel=place.id,
        name=place.name,
        private=place.private,
        archived=place.archived,
        heard=place.heard,
    )


def posted(message: Wire, channel: str, directory: Directory) -> Iterator[Happened]:
    """Give what a message read from history tells; nothing of Hearth's own and of Slack's notes."""
    at = slack_time(message.get("ts"))
    if at is None or directory.is_own(message):
        return
    if message.get("subtype") == "tombstone":
        yield deletion_of(message["ts"], at, channel, directory.community)
        return
    author = directory.author(message)
    if author and text_in(message, "subtype") in TALK:
        for each in post_of(message, at, channel, author, directory.reader):
            # A mark of ours on an answered question is nobody's reaction.
            if not (isinstance(each, ReactionAdded) and each.member == directory.bot_user):
                yield each


def _of_message(event: Wire, at: datetime, directory: Directory) -> Iterator[Happened]:
    channel, subtype = text_in(event, "channel"), text_in(event, "subtype")
    if not channel or channel.startswith("D") or event.get("channel_type") in _PRIVATE_TALK:
        return
    if subtype == "message_changed":
        yield from _of_edit(event, at, channel, directory)
    elif subtype == "message_deleted":
        before = object_in(event, "previous_message")
        gone = text_in(event, "deleted_ts") or text_in(before, "ts")
        if slack_time(gone) and not directory.is_own(before):
            yield deletion_of(gone, at, channel, directory.community)
    elif subtype in ("channel_convert_to_private", "channel_convert_to_public"):
        place = _changed("message", event, at, directory)
        if place:
            yield channel_found(place, at, text_in(event, "ts"), directory)
    else:
        yield from posted(event, channel, directory)


def _of_edit(event: Wire, at: datetime, channel: str, directory: Directory) -> Iterator[Happened]:
    message, before = object_in(event, "message"), object_in(event, "previous_message")
    if directory.is_own(message) or directory.is_own(before):
        return
    if message.get("subtype") == "tombstone":
        if slack_time(message.get("ts")):
            yield deletion_of(message["ts"], at, channel, directory.community)
        return
    edited = text_in(object_in(message, "edited"), "ts")
    was = text_in(object_in(before, "edited"), "ts")
    same = bool(before) and all(message.get(key) == before.get(key) for key in _READ)
    if same and edited == was:
        return
    author = directory.author(message)
    if author is None or text_in(message, "subtype") not in TALK:
        return
    # A preview that Slack added bears the name of an older edit, or of none.
    new = edited and edited != was
    edited_at = (slack_time(edited) if new else None) or at
    name = edited if new else text_in(event, "event_ts") or text_in(event, "ts")
    edit = edit_of(message, edited_at, channel, author, directory.reader, edited=name)
    if edit:
        yield edit


def _of_reaction(event: Wire, at: datetime, directory: Directory) -> Iterator[Happened]:
    item, member = object_in(event, "item"), text_in(event, "user")
    channel, ts, emoji = text_in(item, "channel"), text_in(item, "ts"), emoji_of(event, "reaction")
    if item.get("type") != "message" or member == directory.bot_user or channel.startswith("D"):
        return
    added = event.get("type") == "reaction_added"
    kind = ReactionAdded if added else ReactionRemoved
    yield kind(
        id=made_id(
            f"6-{'reaction' if added else 'unreaction'}:{channel}:{ts}:{emoji[:50]}:{member}:"
            f"{text_in(event, 'event_ts')}"
        ),
        community=directory.community,
        at=at,
        channel=channel,
        message=ts,
        member=member,
        emoji=emoji,
    )


def _who(person: Person, at: datetime, id_: str, directory: Directory) -> _Who:
    """Return what all events about a member say of them."""
    return _Who(
        id=made_id(id_),
        community=directory.community,
        at=at,
        member=person.id,
        name=person.name,
        bot=person.bot,
        admin=person.admin,
        roles=directory.roles(person.id, person),
    )


def _of_join(event: Wire, at: datetime, directory: Directory) -> Iterator[Happened]:
    person = person_of(object_in(event, "user"), directory.team)
    if person.id and person.outside:
        yield member_changed(person, at, f"{at.timestamp():.6f}", directory)
    elif person.id:
        yield member_joined(person, at, "", directory)


def _of_change(event: Wire, at: datetime, directory: Directory) -> Iterator[Happened]:
    person = person_of(object_in(event, "user"), directory.team)
    if not person.id or directory.is_late(at, person.id):
        return
    known, when = directory.people.get(person.id), text_in(event, "event_ts") or f"{at.timestamp():.6f}"
    if person.left:
        if known is None or not known.left:
            yield MemberLeft(
                id=f"8-left:{person.id}:{when}", community=directory.community, at=at, member=person.id
            )
    elif known is not None and known.left and not person.outside:
        yield member_joined(person, at, f":{when}", directory)
    elif known != person:
        yield member_changed(person, at, when, directory)


def _of_coming(event: Wire, at: datetime, directory: Directory) -> Iterator[Happened]:
    channel, member = text_in(event, "channel"), text_in(event, "user")
    came = event.get("type") == "member_joined_channel"
    when = text_in(event, "event_ts") or f"{at.timestamp():.6f}"
    if not channel or not member:
        return
    if member == directory.bot_user:
        place = _changed(str(event.get("type")), event, at, directory)
        if place:
            yield channel_found(place, at, when, directory)
            if came:
                yield CapabilityFound(
                    id=f"channel-works:{channel}:{when}",
                    community=directory.community,
                    at=at,
                    capability=f"channel:{channel}",
                    works=True,
                )
        return
    person = directory.people.get(member)
    base: _Base = {
        "id": f"3-{'came' if came else 'went'}:{channel}:{member}:{when}",
        "community": directory.community,
        "at": at,
    }
    if came:
        bot = bool(person and person.bot)
        yield ChannelJoined(**base, channel=channel, member=member, name=directory.name(member), bot=bot)
    else:
        yield ChannelLeft(**base, channel=channel, member=member)


def _of_channel(kind: str, event: Wire, at: datetime, directory: Directory) -> Iterator[Happened]:
    place = _changed(kind, event, at, directory)
    if place:
        yield channel_found(place, at, text_in(event, "event_ts") or f"{at.timestamp():.6f}", directory)


def _changed(kind: str, event: Wire, at: datetime, directory: Directory) -> Place | None:
    """Return what a channel is after an event, if that is about one and is not late."""
    told = event.get("channel")
    wire = told if isinstance(told, dict) else {}
    id_ = told if isinstance(told, str) else text_in(wire, "id")
    if not id_ or kind not in _ABOUT or directory.is_late(at, id_, _ABOUT[kind]):
        return None
    known = directory.place(id_)
    name, private, archived, heard = known.name, known.private, known.archived, known.heard
    if kind == "channel_created":
        place = place_of(wire)
        name, private = place.name, place.private
    elif kind in _RENAMED:
        name = text_in(wire, "name_normalized") or text_in(wire, "name") or name
    elif kind in _ARCHIVED:
        archived = True
    elif kind in _UNARCHIVED:
        archived = False
    elif kind in _LEFT:
        heard = False
    elif kind == "message":
        private = event.get("subtype") == "channel_convert_to_private"
        if event.get("subtype") not in ("channel_convert_to_private", "channel_convert_to_public"):
            return None
    elif kind in _CAME_OR_WENT:
        if text_in(event, "user") != directory.bot_user:
            return None
        heard = kind == "member_joined_channel"
    return Place(id_, name, private, archived, heard)


def _of_group(event: Wire, at: datetime, before: set[str], directory: Directory) -> Iterator[Happened]:
    """Tell of those whose groups changed, as they are by now; those in it `before` may be in it no more."""
    group = object_in(event, "subteam")
    affected = set(texts_in(group, "users")) | before
    affected |= {*texts_in(event, "added_users"), *texts_in(event, "removed_users")}
    when = text_in(event, "event_ts") or f"{at.timestamp():.6f}"
    for member in sorted(affected):
        person = directory.people.get(member)
        if person:
            yield member_changed(person, at, f"group:{when}", directory)


def _home(event: Wire, at: datetime, directory: Directory) -> HomeOpened:
    member = text_in(event, "user")
    return HomeOpened(
        id=f"home:{member}:{text_in(event, 'event_ts') or f'{at.timestamp():.6f}'}",
        community=directory.community,
        at=at,
        member=member,
        name=directory.name(member),
        admin=directory.is_admin(member),
        roles=directory.roles(member) or (),
    )


def _ended(at: datetime, directory: Directory) -> Uninstalled:
    # Both of two events say so; one of them is enough.
    return Uninstalled(id=f"uninstalled:{int(at.timestamp()) // 60}", community=directory.community, at=at)
