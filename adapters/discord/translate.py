"""From Discord's messages and dispatches, as they come over the wire, to Hearth's events; pure."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import Any, Protocol

from adapters.wire.discord_text import buttons_of, plain, words_of_embeds
from adapters.wire.values import Wire, iso_time, object_in, objects_in, text_in, texts_in
from bot.events import (
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
    made_id,
)

# A person's message, a reply, and answers to commands; all other kinds Discord writes by itself.
TALK = (0, 19, 20, 23)
_REPLY = 19
_LOADING = 1 << 7
_EPHEMERAL = 1 << 6
_FORWARDED = 1
# AutoMod's rules that may tell of selling: on words that managers chose, on spam, on crowds of mentions. The
# others are on insults and profiles.
_TELLING_RULES = (1, 3, 5)
# As Slack calls one of the check marks; Discord has the character for it.
_TAGGED = "ballot_box_with_check"
_EPOCH = datetime(2015, 1, 1, tzinfo=UTC)
_SNOWFLAKE_TIME = 22


@dataclass(frozen=True, slots=True)
class Place:
    """Where something is said, as the core has it: a thread stands in the channel it was opened in."""

    channel: str
    thread: str | None = None


class Guild(Protocol):
    """What has to be known of a server to read what comes from it."""

    community: str
    me: str
    # Members who have still to pass the screening.
    pending: set[str]

    @property
    def channel_names(self) -> Mapping[str, str]:
        """The names of its channels by their ids."""
        ...

    def place(self, channel: str) -> Place:
        """Return where something said in a channel or a thread of Discord's is said for the core."""
        ...

    def title(self, post: str) -> str:
        """Return what a post of a forum is called, "" if it is none that is known."""
        ...

    def roles(self, member: Wire) -> tuple[str, ...]:
        """Return the roles of a member."""
        ...

    def is_admin(self, user: str, member: Wire) -> bool:
        """Tell whether somebody administers the server."""
        ...


def snowflake_time(snowflake: str) -> datetime:
    """Return when something of this id was made."""
    return _EPOCH + timedelta(milliseconds=int(snowflake) >> _SNOWFLAKE_TIME)


def snowflake_at(at: datetime) -> str:
    """Return the first id that something made at a time can have."""
    return str(max(0, int((at - _EPOCH) / timedelta(milliseconds=1))) << _SNOWFLAKE_TIME)


def called(user: Wire, member: Wire) -> str:
    """Return what somebody is called in a server."""
    names = (text_in(member, "nick"), text_in(user, "global_name"), text_in(user, "username"))
    return next(filter(None, names), text_in(user, "id"))


def posted(message: Wire, guild: Guild) -> Iterator[Event]:
    """Give what a message tells: a post, and the edit that it was changed by since.

    Nothing of Hearth's own, of answers that one person sees, and of Discord's own notes. Raises
    ValidationError where an id is none.
    """
    at = iso_time(message.get("timestamp"))
    if at is None or not _is_talk(message, guild):
        return
    channel, said = text_in(message, "channel_id"), _said(message, guild)
    id_, place = text_in(message, "id"), guild.place(channel)
    yield MessagePosted(id=f"4-posted:{place.channel}:{id_}", at=at, **said)
    yield from _edit(message, at, said, place)


def edited(message: Wire, guild: Guild) -> Iterator[Event]:
    """Give what a changed message tells; nothing where only a preview was added."""
    at = iso_time(message.get("timestamp"))
    if at is not None and _is_talk(message, guild):
        yield from _edit(message, at, _said(message, guild), guild.place(text_in(message, "channel_id")))


def _edit(message: Wire, at: datetime, said: dict[str, Any], place: Place) -> Iterator[Event]:
    edited_at = iso_time(message.get("edited_timestamp"))
    if edited_at:
        id_ = f"5-edited:{place.channel}:{text_in(message, 'id')}:{edited_at:%Y%m%dT%H%M%S.%f}"
        yield MessageEdited(id=id_, at=edited_at, posted_at=at, **said)


def _is_talk(message: Wire, guild: Guild) -> bool:
    author = object_in(message, "author")
    flags = message.get("flags") or 0
    return (
        message.get("type", 0) in TALK
        and bool(text_in(author, "id"))
        and text_in(author, "id") != guild.me
        and not (isinstance(flags, int) and flags & (_LOADING | _EPHEMERAL))
    )


def read_text(message: Wire, guild: Guild) -> dict[str, Any]:
    """Return what a message says and leads to, and who it names."""
    author = object_in(message, "author")
    mentioned = {text_in(each, "id"): called(each, object_in(each, "member")) for each in _named(message)}
    bot = author.get("bot") is True
    forwarded = _forwarded(message)
    opened = text_in(message, "id") == (channel := text_in(message, "channel_id"))
    parts = [
        guild.title(channel) if opened else "",
        text_in(message, "content"),
        *(text_in(each, "content") for each in forwarded),
    ]
    if bot:
        # Under a person's message embeds are previews of what it links to; a bot speaks through them.
        parts.append(words_of_embeds(message))
    text, links = plain("\n".join(filter(None, parts)), mentioned, guild.channel_names)
    files = sum(
        len(objects_in(each, "attachments")) + len(objects_in(each, "sticker_items"))
        for each in (message, *forwarded)
    )
    return {
        "text": text,
        "links": (*links, *buttons_of(message)),
        "attachments": files,
        "mentions": tuple(filter(None, mentioned)),
    }


def _named(message: Wire) -> list[Wire]:
    return objects_in(message, "mentions")


def _forwarded(message: Wire) -> list[Wire]:
    reference = object_in(message, "message_reference")
    if reference.get("type") != _FORWARDED:
        return []
    return [object_in(each, "message") for each in objects_in(message, "message_snapshots")]


def _said(message: Wire, guild: Guild) -> dict[str, Any]:
    """Return what posts and edits of a message have in common."""
    author, member = object_in(message, "author"), object_in(message, "member")
    place = guild.place(text_in(message, "channel_id"))
    id_ = text_in(message, "id")
    reference = object_in(message, "message_reference") if message.get("type") == _REPLY else {}
    return {
        "community": guild.community,
        "channel": place.channel,
        "message": id_,
        "author": text_in(author, "id"),
        "author_name": called(author, member),
        "author_is_bot": author.get("bot") is True,
        # A post of a forum opens its thread, and stands in none.
        "thread": place.thread if place.thread != id_ else None,
        "reply_to": text_in(reference, "message_id") or None,
        **read_text(message, guild),
    }


def deleted_in(channel: str, messages: Sequence[str], at: datetime, community: str) -> Iterator[Event]:
    """Give that messages of a channel are gone."""
    for message in messages:
        yield MessageDeleted(
            id=f"9-deleted:{channel}:{message}",
            community=community,
            at=at,
            channel=channel,
            message=message,
        )


def filtered(data: Wire, at: datetime, guild: Guild) -> Iterator[Event]:
    """Give that AutoMod stopped or flagged something; each of a rule's deeds tells the same of it."""
    author, channel = text_in(data, "user_id"), text_in(data, "channel_id")
    if not author or not channel or data.get("rule_trigger_type") not in _TELLING_RULES:
        return
    place, message = guild.place(channel), text_in(data, "message_id")
    if message.isdigit():
        once, at = message, snowflake_time(message)
    else:
        # The same tried again and again within the hour is told of once.
        said = f"{author} {text_in(data, 'rule_id')} {text_in(data, 'content')} {at:%Y%m%dT%H}"
        once = sha256(said.encode()).hexdigest()[:32]
    yield MessageFiltered(
        id=f"6-filtered:{place.channel}:{once}",
        community=guild.community,
        at=at,
        channel=place.channel,
        author=author,
        message=message or None,
    )


def reacted(data: Wire, at: datetime, once: str, guild: Guild, *, added: bool) -> Iterator[Event]:
    """Give a reaction, or that it was taken back; `once` tells this telling from another of the same."""
    member, message = text_in(data, "user_id"), text_in(data, "message_id")
    emoji = object_in(data, "emoji")
    name = text_in(emoji, "name") or text_in(emoji, "id")
    # Our own marks are nobody's reaction.
    if member == guild.me or not name:
        return
    place = guild.place(text_in(data, "channel_id"))
    kind = ReactionAdded if added else ReactionRemoved
    word = "reaction" if added else "unreaction"
    yield kind(
        id=made_id(f"6-{word}:{place.channel}:{message}:{name[:50]}:{member}:{once}"),
        community=guild.community,
        at=at,
        channel=place.channel,
        message=message,
        member=member,
        emoji=name,
    )


def cleared(
    data: Wire, there: Sequence[tuple[str, str]], at: datetime, once: str, guild: Guild
) -> Iterator[Event]:
    """Give that a moderator cleared reactions, all of a message or those with one emoji.

    `there` is who reacted to it, and with what.
    """
    emoji = object_in(data, "emoji")
    only = text_in(emoji, "name") or text_in(emoji, "id")
    for member, name in there:
        if name != _TAGGED and only in ("", name):
            one = {**data, "user_id": member, "emoji": {"name": name}}
            yield from reacted(one, at, once, guild, added=False)


def tagged(post: Wire, at: datetime, once: str, guild: Guild, *, added: bool) -> Iterator[Event]:
    """Give that a post of a forum was given its tag for answered ones, or lost it.

    Only who opened it and who looks after threads can do that; Discord does not say which of them did. So it
    counts as the mark of who asked, under a name that no reaction of theirs has.
    """
    id_, owner = text_in(post, "id"), text_in(post, "owner_id")
    if not id_ or not owner:
        return
    kind = ReactionAdded if added else ReactionRemoved
    yield kind(
        id=made_id(f"6-tagged:{id_}:{once}"),
        community=guild.community,
        at=at,
        channel=id_,
        message=id_,
        member=owner,
        emoji=_TAGGED,
    )


def joined(member: Wire, guild: Guild) -> Iterator[Event]:
    """Give that somebody joined, whenever that is read: the time says which of their joins it was."""
    user = object_in(member, "user")
    at = iso_time(member.get("joined_at"))
    if not text_in(user, "id") or at is None:
        return
    yield MemberJoined(
        id=f"3-joined:{text_in(user, 'id')}:{at:%Y%m%dT%H%M%S.%f}",
        community=guild.community,
        at=at,
        member=text_in(user, "id"),
        name=called(user, member),
        bot=user.get("bot") is True,
        pending=member.get("pending") is True,
        admin=guild.is_admin(text_in(user, "id"), member),
        roles=guild.roles(member),
    )


def admitted(member: Wire, at: datetime, guild: Guild) -> Iterator[Event]:
    """Give that somebody passed the screening."""
    user = object_in(member, "user")
    since = iso_time(member.get("joined_at")) or at
    yield MemberAdmitted(
        id=f"3-admitted:{text_in(user, 'id')}:{since:%Y%m%dT%H%M%S.%f}",
        community=guild.community,
        at=at,
        member=text_in(user, "id"),
        name=called(user, member),
    )


def member_changed(member: Wire, at: datetime, once: str, guild: Guild) -> Iterator[Event]:
    """Give who a member is."""
    user = object_in(member, "user")
    if text_in(user, "id"):
        yield MemberChanged(
            id=made_id(f"2-member:{text_in(user, 'id')}:{once}"),
            community=guild.community,
            at=at,
            member=text_in(user, "id"),
            name=called(user, member),
            bot=user.get("bot") is True,
            admin=guild.is_admin(text_in(user, "id"), member),
            roles=guild.roles(member),
        )


def left(user: str, at: datetime, once: str, guild: Guild) -> Iterator[Event]:
    """Give that somebody left."""
    if user:
        yield MemberLeft(id=f"8-left:{user}:{once}", community=guild.community, at=at, member=user)


def happened(kind: str, data: Wire, at: datetime, once: str, guild: Guild) -> Iterator[Event]:
    """Give what a dispatch tells of messages, reactions and members.

    `once` is the same whenever the same dispatch is told again. Raises ValidationError where an id is none.
    """
    match kind:
        case "MESSAGE_CREATE":
            yield from posted(data, guild)
        case "MESSAGE_UPDATE":
            yield from edited(data, guild)
        case "MESSAGE_DELETE":
            place = guild.place(text_in(data, "channel_id"))
            yield from deleted_in(place.channel, [text_in(data, "id")], at, guild.community)
        case "MESSAGE_DELETE_BULK":
            place = guild.place(text_in(data, "channel_id"))
            yield from deleted_in(place.channel, texts_in(data, "ids"), at, guild.community)
        case "MESSAGE_REACTION_ADD" | "MESSAGE_REACTION_REMOVE":
            yield from reacted(data, at, once, guild, added=kind.endswith("ADD"))
        case "AUTO_MODERATION_ACTION_EXECUTION":
            yield from filtered(data, at, guild)
        case "GUILD_MEMBER_ADD":
            user = text_in(object_in(data, "user"), "id")
            if data.get("pending") is True:
                guild.pending.add(user)
            yield from joined(data, guild)
        case "GUILD_MEMBER_UPDATE":
            user = text_in(object_in(data, "user"), "id")
            if user in guild.pending and data.get("pending") is not True:
                guild.pending.discard(user)
                yield from admitted(data, at, guild)
            if user != guild.me:
                yield from member_changed(data, at, once, guild)
        case "GUILD_MEMBER_REMOVE":
            user = text_in(object_in(data, "user"), "id")
            guild.pending.discard(user)
            yield from left(user, at, once, guild)
        case _:
            return
