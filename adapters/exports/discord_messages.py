"""One message of a DiscordChatExporter file as events."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from adapters.exports.journal import Starter
from adapters.exports.problems import NOBODYS_REACTIONS, Problems, check_text
from adapters.wire.discord_text import buttons_of, plain, words_of_embeds
from adapters.wire.values import (
    Wire,
    count_in,
    iso_time,
    object_in,
    objects_in,
    text_in,
)
from bot.events import Happened, MemberChanged, MemberJoined, MessageEdited, MessagePosted, ReactionAdded

# Kinds that the exporter has no name for are numbers: 20 and 23 are answers to commands.
_TALK = {"Default", "Reply", "0", "19", "20", "23", "ChatInputCommand", "ContextMenuCommand"}
_REPLIES = {"Reply", "19"}
_JOINS = {"GuildMemberJoin", "7"}
_STARTERS = {"ThreadStarterMessage", "21"}
# What Discord writes into a channel by itself: pins, boosts, names changed, calls, polls that ended …
_NO_TALK = {
    "RecipientAdd",
    "RecipientRemove",
    "Call",
    "ChannelNameChange",
    "ChannelIconChange",
    "ChannelPinnedMessage",
    "ThreadCreated",
    *map(str, range(1, 50)),
}


@dataclass(frozen=True, slots=True)
class Guild:
    """What must be known to read a message: whose server it is, and the names of its channels."""

    community: str
    name: str
    channel_names: Mapping[str, str]
    problems: Problems


def starter_in(message: Wire) -> Starter | None:
    """Return the message that a thread was started from, if this is Discord's note of it."""
    if str(message.get("type")) not in _STARTERS:
        return None
    reference = object_in(message, "reference")
    return Starter(text_in(reference, "messageId"), text_in(reference, "channelId"))


def events_of(message: Wire, channel: str, where: str, guild: Guild) -> Iterator[Happened]:
    """Give what a message tells of: a post with its edit and reactions, or a join.

    Raises ValidationError where an id is none.
    """
    kind = str(message.get("type"))
    at = iso_time(message.get("timestamp"))
    author = object_in(message, "author")
    if at is None:
        guild.problems.add("time", where, "has no `timestamp` that can be read, so it was left out.")
    elif not text_in(message, "id"):
        guild.problems.add("id", where, "has no `id`, so it was left out.")
    elif kind in _TALK:
        if text_in(author, "id"):
            yield from _post(message, author, at, channel, where, guild)
        else:
            guild.problems.add("author", where, "names no author, so it was left out.")
    elif kind in _JOINS:
        if text_in(author, "id"):
            yield MemberJoined(
                id=f"3-joined:{text_in(author, 'id')}",
                community=guild.community,
                at=at,
                member=text_in(author, "id"),
                name=_name(author),
                bot=author.get("isBot") is True,
            )
    elif kind not in _NO_TALK:
        what = f"is of a kind that Hearth does not know (`{kind[:50]}`), so it was left out."
        guild.problems.add("kind", where, what)


def _post(
    message: Wire, author: Wire, at: datetime, channel: str, where: str, guild: Guild
) -> Iterator[Happened]:
    id_ = text_in(message, "id")
    said = _said(message, author, channel, where, guild)
    yield MessagePosted(id=f"4-posted:{channel}:{id_}", at=at, **said)
    edited_at = iso_time(message.get("timestampEdited"))
    if edited_at:
        edit = f"5-edited:{channel}:{id_}:{edited_at:%Y%m%dT%H%M%S.%f}"
        yield MessageEdited(id=edit, at=edited_at, posted_at=at, **said)
    for reaction in objects_in(message, "reactions"):
        emoji = text_in(object_in(reaction, "emoji"), "name") or text_in(object_in(reaction, "emoji"), "code")
        members = objects_in(reaction, "users")
        for member in members:
            yield from _reaction(member, emoji, at, channel, id_, guild)
        unknown = count_in(reaction, "count") - len(members)
        if unknown > 0:
            guild.problems.tally(guild.name, NOBODYS_REACTIONS, unknown)


def _reaction(
    member: Wire, emoji: str, at: datetime, channel: str, message: str, guild: Guild
) -> Iterator[Happened]:
    id_ = text_in(member, "id")
    yield MemberChanged(
        id=f"2-member:{id_}",
        community=guild.community,
        at=at,
        member=id_,
        name=_name(member),
        bot=member.get("isBot") is True,
    )
    yield ReactionAdded(
        id=f"6-reaction:{channel}:{message}:{emoji[:50]}:{id_}",
        community=guild.community,
        at=at,
        channel=channel,
        message=message,
        member=id_,
        emoji=emoji,
    )


def _said(message: Wire, author: Wire, channel: str, where: str, guild: Guild) -> dict[str, Any]:
    """Return what posts and edits of a message have in common."""
    mentioned = {text_in(each, "id"): _name(each) for each in objects_in(message, "mentions")}
    forwarded = object_in(message, "forwardedMessage")
    bot = author.get("isBot") is True
    text, links = plain(_marked(message, forwarded, bot), mentioned, guild.channel_names)
    check_text(text, where, guild.problems)
    files = _files(message) + (_files(forwarded) if forwarded else 0)
    reply = object_in(message, "reference") if str(message.get("type")) in _REPLIES else {}
    return {
        "community": guild.community,
        "channel": channel,
        "message": text_in(message, "id"),
        "author": text_in(author, "id"),
        "author_name": _name(author),
        "author_is_bot": bot,
        "text": text,
        "links": (*links, *buttons_of(message)),
        "attachments": files,
        "mentions": tuple(filter(None, mentioned)),
        "reply_to": text_in(reply, "messageId") or None,
    }


def _marked(message: Wire, forwarded: Wire, bot: bool) -> str:
    """Return what a message says, in Discord's markup.

    Under a person's message, embeds are previews of what it links to; a bot speaks through them.
    """
    content = text_in(message, "content")
    if not forwarded and not bot:
        return content
    parts = [content, text_in(forwarded, "content"), words_of_embeds(message) if bot else ""]
    return "\n".join(filter(None, parts))


def _files(message: Wire) -> int:
    return len(objects_in(message, "attachments")) + len(objects_in(message, "stickers"))


def _name(user: Wire) -> str:
    return text_in(user, "nickname") or text_in(user, "name") or text_in(user, "id")
