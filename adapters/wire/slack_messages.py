"""What one message of Slack's says, whether it is told live, read from history, or stands in an export."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from adapters.wire.slack_cards import (
    buttons_of,
    is_laid_out_by_an_app,
    words_of_attachments,
    words_of_blocks,
)
from adapters.wire.slack_text import FindChannel, FindMember, plain
from adapters.wire.values import Wire, object_in, objects_in, slack_time, text_in, texts_in
from bot.events import Happened, MessageDeleted, MessageEdited, MessagePosted, ReactionAdded

# The subtypes under which somebody says something.
TALK = {
    "",
    "bot_message",
    "file_comment",
    "file_share",
    "me_message",
    "reply_broadcast",
    "slackbot_response",
    "thread_broadcast",
}
SLACKBOT = "USLACKBOT"
_BY_APPS = ("bot_message", "slackbot_response")


@dataclass(frozen=True, slots=True)
class Author:
    """Who wrote a message."""

    member: str
    name: str
    bot: bool


@dataclass(frozen=True, slots=True)
class Reader:
    """What is needed to read a message: whose workspace it is, and what ids stand for."""

    community: str
    find_member: FindMember
    find_channel: FindChannel
    # Hears each text as it was before what cannot be kept was taken from it.
    checked: Callable[[str], None] = lambda text: None


def is_by_app(message: Wire) -> bool:
    """Tell whether an app or Slackbot wrote a message."""
    by_bot = bool(text_in(message, "bot_id")) or message.get("subtype") in _BY_APPS
    return by_bot or text_in(message, "user") == SLACKBOT


def profile_name(message: Wire) -> str:
    """Return what a message itself calls who wrote it; "" if it does not say."""
    profile = object_in(message, "user_profile")
    return text_in(profile, "display_name") or text_in(profile, "real_name") or text_in(profile, "name")


def app_name(message: Wire) -> str:
    """Return what a message calls the app that wrote it; "" if it does not say."""
    return text_in(message, "username") or text_in(object_in(message, "bot_profile"), "name")


def post_of(message: Wire, at: datetime, channel: str, author: Author, reader: Reader) -> Iterator[Happened]:
    """Give what a message tells of: that it was posted, its last edit, its reactions."""
    ts = message["ts"]
    said = said_in(message, channel, author, reader)
    yield MessagePosted(id=f"4-posted:{channel}:{ts}", at=at, **said)
    edited = text_in(object_in(message, "edited"), "ts") if "edited" in message else ""
    edited_at = slack_time(edited) if edited else None
    if edited_at:
        yield MessageEdited(id=f"5-edited:{channel}:{ts}:{edited}", at=edited_at, posted_at=at, **said)
    for reaction in objects_in(message, "reactions"):
        emoji = emoji_of(reaction, "name")
        for member in texts_in(reaction, "users"):
            yield ReactionAdded(
                id=f"6-reaction:{channel}:{ts}:{emoji[:50]}:{member}",
                community=reader.community,
                at=at,
                channel=channel,
                message=ts,
                member=member,
                emoji=emoji,
            )


def edit_of(
    message: Wire, at: datetime, channel: str, author: Author, reader: Reader, *, edited: str
) -> MessageEdited | None:
    """Return the edit that made a message read so; `edited` is what the platform calls it."""
    posted_at = slack_time(message.get("ts"))
    if posted_at is None:
        return None
    return MessageEdited(
        id=f"5-edited:{channel}:{message['ts']}:{edited}",
        at=at,
        posted_at=posted_at,
        **said_in(message, channel, author, reader),
    )


def deletion_of(ts: str, at: datetime, channel: str, community: str) -> MessageDeleted:
    """Return that a message is gone."""
    return MessageDeleted(
        id=f"7-deleted:{channel}:{ts}", community=community, at=at, channel=channel, message=ts
    )


def emoji_of(wire: Wire, key: str) -> str:
    """Return an emoji's short name, without its tone of skin."""
    return text_in(wire, key).partition("::")[0]


def said_in(message: Wire, channel: str, author: Author, reader: Reader) -> dict[str, Any]:
    """Return what posts and edits of a message have in common."""
    read = plain(_marked(message), reader.find_member, reader.find_channel)
    reader.checked(read.text)
    ts, thread = text_in(message, "ts"), text_in(message, "thread_ts")
    files = objects_in(message, "files") or ([message["file"]] if object_in(message, "file") else [])
    return {
        "community": reader.community,
        "channel": channel,
        "message": ts,
        "author": author.member,
        "author_name": author.name,
        "author_is_bot": author.bot,
        "text": read.text,
        "links": (*read.links, *buttons_of(message)),
        "attachments": sum(file.get("mode") != "tombstone" for file in files),
        "mentions": read.mentions,
        "thread": thread if thread and thread != ts else None,
    }


def _marked(message: Wire) -> str:
    """Return what a message says, in Slack's markup; what an app lays out says more than its summary."""
    text = text_in(message, "text")
    if "blocks" in message and (not text.strip() or is_laid_out_by_an_app(message)):
        laid_out = words_of_blocks(message)
        text = laid_out if len(laid_out) > len(text) else text
    if "attachments" in message:
        text = "\n".join(part for part in (text, words_of_attachments(message)) if part)
    return text
