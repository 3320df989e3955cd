"""One message of a Slack export as events."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from adapters.exports.people import People
from adapters.exports.problems import Problems
from adapters.exports.slack_cards import (
    buttons_of,
    is_laid_out_by_an_app,
    words_of_attachments,
    words_of_blocks,
)
from adapters.exports.slack_text import plain
from adapters.exports.wire import (
    NOBODYS_REACTIONS,
    Wire,
    check_text,
    count_in,
    object_in,
    objects_in,
    slack_time,
    text_in,
    texts_in,
)
from bot.events import (
    Happened,
    MemberJoined,
    MessageDeleted,
    MessageEdited,
    MessagePosted,
    ReactionAdded,
)

_TALK = {
    "",
    "bot_message",
    "file_comment",
    "file_share",
    "me_message",
    "reply_broadcast",
    "slackbot_response",
    "thread_broadcast",
}
_JOINS = {"channel_join", "group_join"}
# What Slack writes into a channel by itself; nobody says it.
_NO_TALK = {
    "app_conversation_join",
    "app_conversation_leave",
    "assistant_app_thread",
    "bot_add",
    "bot_disable",
    "bot_enable",
    "bot_remove",
    "channel_archive",
    "channel_canvas_deleted",
    "channel_canvas_updated",
    "channel_convert_to_private",
    "channel_convert_to_public",
    "channel_leave",
    "channel_name",
    "channel_posting_permissions",
    "channel_purpose",
    "channel_topic",
    "channel_unarchive",
    "document_mention",
    "ekm_access_denied",
    "file_mention",
    "group_archive",
    "group_leave",
    "group_name",
    "group_purpose",
    "group_topic",
    "group_unarchive",
    "huddle_thread",
    "joiner_notification",
    "joiner_notification_for_inviter",
    "message_replied",
    "pinned_item",
    "reminder_add",
    "reminder_delete",
    "sh_room_created",
    "sh_room_shared",
    "tabbed_canvas_updated",
    "unpinned_item",
}
_SLACKBOT = "USLACKBOT"


@dataclass(frozen=True, slots=True)
class Author:
    """Who wrote a message."""

    member: str
    name: str
    bot: bool


@dataclass(slots=True)
class Workspace:
    """What must be known to read a message: whose workspace it is, its people and channels."""

    community: str
    name: str
    people: People
    channel_names: Mapping[str, str]
    problems: Problems

    def find_member(self, mentioned: str) -> tuple[str | None, str]:
        """Return whom a mention means; Slack writes ids, other programs sometimes names."""
        person = self.people.find(mentioned)
        if person:
            return mentioned, person.name
        if mentioned[0] in "UW" and mentioned.isalnum() and mentioned.isupper():
            return mentioned, mentioned
        return self.people.named(mentioned), mentioned

    def find_channel(self, channel: str) -> str:
        return self.channel_names.get(channel, channel)


def events_of(message: Wire, channel: str, where: str, workspace: Workspace) -> Iterator[Happened]:
    """Give what a message tells of: a post with its edit and reactions, a deletion, or a join.

    Raises ValidationError where an id is none.
    """
    subtype = text_in(message, "subtype")
    at = slack_time(message.get("ts"))
    if at is None:
        workspace.problems.add("time", where, "has no time that can be read (`ts`), so it was left out.")
    elif subtype in _TALK:
        yield from _post(message, at, channel, where, workspace)
    elif subtype in _JOINS:
        yield from _join(message, at, workspace)
    elif subtype == "tombstone":
        yield _deleted(message["ts"], at, channel, workspace)
    elif subtype == "message_changed":
        yield from _change(object_in(message, "message"), at, channel, where, workspace)
    elif subtype == "message_deleted":
        original = object_in(message, "previous_message") or object_in(message, "original")
        gone = text_in(message, "deleted_ts") or text_in(original, "ts")
        if slack_time(gone):
            yield _deleted(gone, at, channel, workspace)
    elif subtype not in _NO_TALK:
        what = f"is of a kind that Hearth does not know (`{subtype[:50]}`), so it was left out."
        workspace.problems.add("kind", where, what)


def _post(message: Wire, at: datetime, channel: str, where: str, workspace: Workspace) -> Iterator[Happened]:
    author = _author(message, where, workspace)
    if author is None:
        return
    ts = message["ts"]
    said = _said(message, author, channel, where, workspace)
    yield MessagePosted(id=f"4-posted:{channel}:{ts}", at=at, **said)
    edited = text_in(object_in(message, "edited"), "ts") if "edited" in message else ""
    edited_at = slack_time(edited) if edited else None
    if edited_at:
        yield MessageEdited(id=f"5-edited:{channel}:{ts}:{edited}", at=edited_at, posted_at=at, **said)
    for reaction in objects_in(message, "reactions"):
        emoji = text_in(reaction, "name").partition("::")[0]
        members = texts_in(reaction, "users")
        for member in members:
            yield ReactionAdded(
                id=f"6-reaction:{channel}:{ts}:{emoji[:50]}:{member}",
                community=workspace.community,
                at=at,
                channel=channel,
                message=ts,
                member=member,
                emoji=emoji,
            )
        unknown = count_in(reaction, "count") - len(members)
        if unknown > 0:
            workspace.problems.tally(workspace.name, NOBODYS_REACTIONS, unknown)


def _change(
    message: Wire, at: datetime, channel: str, where: str, workspace: Workspace
) -> Iterator[Happened]:
    posted_at = slack_time(message.get("ts"))
    author = _author(message, where, workspace)
    if posted_at and author:
        said = _said(message, author, channel, where, workspace)
        id_ = f"5-edited:{channel}:{message['ts']}:{at.timestamp():.6f}"
        yield MessageEdited(id=id_, at=at, posted_at=posted_at, **said)


def _join(message: Wire, at: datetime, workspace: Workspace) -> Iterator[Happened]:
    member = text_in(message, "user") or text_in(message, "bot_id")
    person = workspace.people.find(member)
    if member:
        yield MemberJoined(
            id=f"3-joined:{member}",
            community=workspace.community,
            at=at,
            member=member,
            name=person.name if person else _profile_name(message) or member,
            bot=person.bot if person else "bot_id" in message,
            admin=person.admin if person else False,
        )


def _deleted(ts: str, at: datetime, channel: str, workspace: Workspace) -> MessageDeleted:
    return MessageDeleted(
        id=f"7-deleted:{channel}:{ts}", community=workspace.community, at=at, channel=channel, message=ts
    )


def _author(message: Wire, where: str, workspace: Workspace) -> Author | None:
    member, bot = text_in(message, "user"), text_in(message, "bot_id")
    by_bot = (
        bool(bot) or member == _SLACKBOT or message.get("subtype") in ("bot_message", "slackbot_response")
    )
    name = text_in(message, "username") or text_in(object_in(message, "bot_profile"), "name")
    if not member:
        member = bot or (f"name:{name[:100]}" if name else "")
        if not member:
            workspace.problems.add("author", where, "names no author, so it was left out.")
            return None
        return Author(member, name or member, True)
    person = workspace.people.find(member)
    if person is None:
        known = _profile_name(message) or name
        if not known and member != _SLACKBOT:
            what = f"is by {member[:50]}, whom users.json does not name; the id stands for the name."
            workspace.problems.add("unknown", where, what)
        person = workspace.people.know(member, known, by_bot)
    return Author(member, person.name, by_bot or person.bot)


def _profile_name(message: Wire) -> str:
    profile = object_in(message, "user_profile")
    return text_in(profile, "display_name") or text_in(profile, "real_name") or text_in(profile, "name")


def _said(message: Wire, author: Author, channel: str, where: str, workspace: Workspace) -> dict[str, Any]:
    """Return what posts and edits of a message have in common."""
    read = plain(_marked(message), workspace.find_member, workspace.find_channel)
    check_text(read.text, where, workspace.problems)
    ts, thread = text_in(message, "ts"), text_in(message, "thread_ts")
    files = objects_in(message, "files") or ([message["file"]] if object_in(message, "file") else [])
    return {
        "community": workspace.community,
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
