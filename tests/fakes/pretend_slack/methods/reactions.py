"""reactions.*: emoji under messages."""

import re

from tests.fakes.pretend_slack.methods.calls import Call, Method
from tests.fakes.pretend_slack.refusal import Json, Refusal
from tests.fakes.pretend_slack.talk import Message

MOST_REACTIONS = 23


def _reacted(call: Call) -> tuple[Message, str]:
    call.needs("reactions:write")
    name = call.arguments.text("name")
    if not re.fullmatch(r"[a-z0-9_+'-]+(::skin-tone-[2-6])?", name):
        raise Refusal("invalid_name")
    if not call.arguments.maybe("channel") or not call.arguments.maybe("timestamp"):
        raise Refusal("no_item_specified")
    channel = call.joined_channel()
    if channel.archived:
        raise Refusal("is_archived")
    return call.message(channel), name


def _add(call: Call) -> Json:
    message, name = _reacted(call)
    if call.me.id in message.reactions.get(name, ()):
        raise Refusal("already_reacted")
    if sum(call.me.id in users for users in message.reactions.values()) >= MOST_REACTIONS:
        raise Refusal("too_many_reactions")
    call.workspace.react(call.me, message, name)
    return {}


def _remove(call: Call) -> Json:
    message, name = _reacted(call)
    if call.me.id not in message.reactions.get(name, ()):
        raise Refusal("no_reaction")
    call.workspace.unreact(call.me, message, name)
    return {}


def _get(call: Call) -> Json:
    call.needs("reactions:read")
    channel = call.joined_channel()
    message = call.message(channel)
    return {
        "type": "message",
        "channel": channel.id,
        "message": channel.told(message, call.workspace.id),
    }


METHODS = (
    Method("reactions.add", _add, ("reactions:write",), 3, takes_json=True),
    Method("reactions.remove", _remove, ("reactions:write",), 2, takes_json=True),
    Method("reactions.get", _get, ("reactions:read",), 3),
)
