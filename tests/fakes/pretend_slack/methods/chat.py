"""chat.*: posting, changing and deleting messages."""

import json
import re
from typing import Any

from tests.fakes.pretend_slack.blocks import MOST_CHARACTERS, refuse_blocks, total_characters
from tests.fakes.pretend_slack.interactions import with_ids
from tests.fakes.pretend_slack.methods.calls import Call, Method
from tests.fakes.pretend_slack.refusal import Json, Refusal
from tests.fakes.pretend_slack.talk import Channel, Message

MOST_TEXT = 40_000
MOST_UPDATED_TEXT = 4_000
MOST_ATTACHMENTS = 100
MOST_METADATA_BYTES = 16_000


def _post(call: Call) -> Json:
    call.needs("chat:write")
    channel = _addressed(call)
    if channel.archived:
        raise Refusal("is_archived")
    anywhere = channel.kind == "channel" and "chat:write.public" in call.installation.scopes
    if call.me.id not in channel.members and not anywhere:
        raise Refusal("not_in_channel")
    if channel.read_only:
        raise Refusal("restricted_action_read_only_channel")
    text, blocks, attachments = _content(call)
    metadata = _metadata(call)
    if any(call.arguments.maybe(name) for name in ("username", "icon_url", "icon_emoji")):
        call.needs("chat:write.customize")
    _plain_parsing(call)
    thread = None
    ts = call.arguments.maybe("thread_ts")
    if ts:
        thread = channel.messages.get(ts)
        if thread is None or thread.only_for is not None:
            raise Refusal("thread_not_found")
        if thread.thread_ts and thread.thread_ts != thread.ts:
            raise Refusal("cannot_reply_to_message")
    message = call.workspace.post(
        channel,
        call.installation.bot_author,
        text,
        blocks=blocks,
        thread=thread,
        broadcast=bool(thread) and call.arguments.yes("reply_broadcast"),
        metadata=metadata,
        attachments=attachments,
    )
    if message.broadcast:
        message.subtype = "thread_broadcast"
    told = message.wire(metadata=True, team=call.workspace.id)
    return {"channel": channel.id, "ts": message.ts, "message": told}


def _addressed(call: Call) -> Channel:
    name = call.arguments.text("channel")
    person = call.workspace.people.get(name)
    if person is not None:
        if person.deleted:
            raise Refusal("user_disabled")
        if person.bot_id or person.id == "USLACKBOT":
            raise Refusal("cannot_dm_bot")
        return call.workspace.direct(person, call.me)
    return call.known_channel(name)


def _content(call: Call, most: int = MOST_TEXT) -> tuple[str, list[Json] | None, list[Json]]:
    """Return text, blocks and attachments. Raises Refusal."""
    text = call.arguments.text("text", "")
    blocks: Any = call.arguments.structure("blocks", "invalid_blocks_format")
    attachments: Any = call.arguments.structure("attachments", "invalid_attachments") or []
    if not isinstance(attachments, list):
        raise Refusal("invalid_attachments")
    if len(attachments) > MOST_ATTACHMENTS:
        raise Refusal("too_many_attachments")
    if blocks is not None and not isinstance(blocks, list):
        raise Refusal("invalid_blocks_format")
    if len(text) > most:
        raise Refusal("msg_too_long")
    if not text.strip() and not blocks and not attachments:
        raise Refusal("no_text")
    if not blocks:
        return text, None, attachments
    refuse_blocks(blocks, "message", call.workspace.has_file)
    if total_characters(blocks) > MOST_CHARACTERS:
        raise Refusal("msg_blocks_too_long")
    return text, with_ids(blocks), attachments


def _metadata(call: Call) -> Json | None:
    metadata = call.arguments.structure("metadata", "invalid_metadata_format")
    if metadata is None:
        return None
    if not isinstance(metadata, dict) or set(metadata) - {"event_type", "event_payload", "entities"}:
        raise Refusal("invalid_metadata_format")
    kind, payload = metadata.get("event_type"), metadata.get("event_payload")
    if not isinstance(kind, str) or not re.fullmatch(r"\w{1,255}", kind) or not isinstance(payload, dict):
        raise Refusal("invalid_metadata_schema")
    for value in payload.values():
        if not isinstance(value, str | int | float | bool | list | dict):
            raise Refusal("invalid_metadata_schema")
    if len(json.dumps(metadata).encode()) > MOST_METADATA_BYTES:
        raise Refusal("metadata_too_large")
    return metadata


def _plain_parsing(call: Call) -> None:
    """Note arguments that make pings and links of plain words; nothing a bot says should need them."""
    if call.arguments.maybe("parse") == "full" or call.arguments.yes("link_names"):
        call.workspace.complain("a message was posted so that Slack makes pings of its plain words")


def _own(call: Call, channel: Channel, error: str) -> Message:
    message = call.message(channel, "ts")
    if message.author.bot != call.installation.bot_id:
        raise Refusal(error)
    return message


def _update(call: Call) -> Json:
    call.needs("chat:write")
    channel = call.channel()
    message = _own(call, channel, "cant_update_message")
    if channel.archived:
        raise Refusal("is_archived")
    text, blocks, attachments = _content(call, MOST_UPDATED_TEXT)
    metadata = _metadata(call)
    _plain_parsing(call)
    before = channel.told(message, call.workspace.id)
    message.text = text or message.text
    # What is left out stays as it was; an empty list takes it away.
    if "blocks" in call.arguments.given:
        message.blocks = blocks
    if "attachments" in call.arguments.given:
        message.attachments = attachments
    message.metadata = metadata or message.metadata
    message.edited = {"user": call.me.id, "ts": message.ts}
    message.updates += 1
    call.workspace.tell_changed(channel, message, before)
    told = message.wire(metadata=True, team=call.workspace.id)
    return {"channel": channel.id, "ts": message.ts, "text": message.text, "message": told}


def _delete(call: Call) -> Json:
    call.needs("chat:write")
    channel = call.channel()
    message = _own(call, channel, "cant_delete_message")
    call.workspace.remove(message)
    return {"channel": channel.id, "ts": message.ts}


def _ephemeral(call: Call) -> Json:
    call.needs("chat:write")
    channel = call.joined_channel()
    if channel.archived:
        raise Refusal("is_archived")
    person = call.workspace.people.get(call.arguments.text("user"))
    if person is None or person.id not in channel.members:
        raise Refusal("user_not_in_channel")
    text, blocks, attachments = _content(call)
    _plain_parsing(call)
    thread = call.arguments.maybe("thread_ts")
    message = call.workspace.post(
        channel,
        call.installation.bot_author,
        text,
        blocks=blocks,
        thread=channel.messages.get(thread) if thread else None,
        attachments=attachments,
        only_for=person.id,
    )
    return {"message_ts": message.ts}


def _permalink(call: Call) -> Json:
    channel = call.channel()
    message = call.message(channel, "message_ts")
    return {"channel": channel.id, "permalink": call.workspace.permalink(message)}


METHODS = (
    # A limit of its own, by channel; the tier is not used.
    Method("chat.postMessage", _post, ("chat:write",), 4, takes_json=True),
    Method("chat.update", _update, ("chat:write",), 3, takes_json=True),
    Method("chat.delete", _delete, ("chat:write",), 3, takes_json=True),
    Method("chat.postEphemeral", _ephemeral, ("chat:write",), 4, takes_json=True),
    Method("chat.getPermalink", _permalink, (), 4),
)
