"""One message of a Slack export as events."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from adapters.exports.people import People
from adapters.exports.problems import NOBODYS_REACTIONS, Problems, check_text
from adapters.wire.slack_messages import (
    SLACKBOT,
    TALK,
    Author,
    Reader,
    app_name,
    deletion_of,
    edit_of,
    is_by_app,
    post_of,
    profile_name,
)
from adapters.wire.values import Wire, count_in, object_in, objects_in, slack_time, text_in, texts_in
from bot.events import Happened, MemberJoined

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

    def reader(self, where: str) -> Reader:
        """Return what reads the message that stands there."""
        return Reader(
            self.community,
            self.find_member,
            self.find_channel,
            lambda text: check_text(text, where, self.problems),
        )


def events_of(message: Wire, channel: str, where: str, workspace: Workspace) -> Iterator[Happened]:
    """Give what a message tells of: a post with its edit and reactions, a deletion, or a join.

    Raises ValidationError where an id is none.
    """
    subtype = text_in(message, "subtype")
    at = slack_time(message.get("ts"))
    if at is None:
        workspace.problems.add("time", where, "has no time that can be read (`ts`), so it was left out.")
    elif subtype in TALK:
        yield from _post(message, at, channel, where, workspace)
    elif subtype in _JOINS:
        yield from _join(message, at, workspace)
    elif subtype == "tombstone":
        yield deletion_of(message["ts"], at, channel, workspace.community)
    elif subtype == "message_changed":
        yield from _change(object_in(message, "message"), at, channel, where, workspace)
    elif subtype == "message_deleted":
        original = object_in(message, "previous_message") or object_in(message, "original")
        gone = text_in(message, "deleted_ts") or text_in(original, "ts")
        if slack_time(gone):
            yield deletion_of(gone, at, channel, workspace.community)
    elif subtype not in _NO_TALK:
        what = f"is of a kind that Hearth does not know (`{subtype[:50]}`), so it was left out."
        workspace.problems.add("kind", where, what)


def _post(message: Wire, at: datetime, channel: str, where: str, workspace: Workspace) -> Iterator[Happened]:
    author = _author(message, where, workspace)
    if author is None:
        return
    yield from post_of(message, at, channel, author, workspace.reader(where))
    for reaction in objects_in(message, "reactions"):
        unknown = count_in(reaction, "count") - len(texts_in(reaction, "users"))
        if unknown > 0:
            workspace.problems.tally(workspace.name, NOBODYS_REACTIONS, unknown)


def _change(
    message: Wire, at: datetime, channel: str, where: str, workspace: Workspace
) -> Iterator[Happened]:
    author = _author(message, where, workspace) if slack_time(message.get("ts")) else None
    if author:
        edited = f"{at.timestamp():.6f}"
        edit = edit_of(message, at, channel, author, workspace.reader(where), edited=edited)
        if edit:
            yield edit


def _join(message: Wire, at: datetime, workspace: Workspace) -> Iterator[Happened]:
    member = text_in(message, "user") or text_in(message, "bot_id")
    person = workspace.people.find(member)
    if member:
        yield MemberJoined(
            id=f"3-joined:{member}",
            community=workspace.community,
            at=at,
            member=member,
            name=person.name if person else profile_name(message) or member,
            bot=person.bot if person else "bot_id" in message,
            admin=person.admin if person else False,
        )


def _author(message: Wire, where: str, workspace: Workspace) -> Author | None:
    member, bot = text_in(message, "user"), text_in(message, "bot_id")
    by_bot, name = is_by_app(message), app_name(message)
    if not member:
        member = bot or (f"name:{name[:100]}" if name else "")
        if not member:
            workspace.problems.add("author", where, "names no author, so it was left out.")
            return None
        return Author(member, name or member, True)
    person = workspace.people.find(member)
    if person is None:
        known = profile_name(message) or name
        if not known and member != SLACKBOT:
            what = f"is by {member[:50]}, whom users.json does not name; the id stands for the name."
            workspace.problems.add("unknown", where, what)
        person = workspace.people.know(member, known, by_bot)
    return Author(member, person.name, by_bot or person.bot)
