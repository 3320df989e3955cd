"""From what people do with Hearth in Slack (commands, buttons, forms, shortcuts) to its events; pure."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypedDict

from adapters.slack.directory import Directory
from adapters.slack.names import read_numbered
from adapters.wire.slack_messages import said_in
from adapters.wire.slack_text import plain
from adapters.wire.values import Wire, object_in, objects_in, slack_time, text_in
from bot.events import (
    MAX_ID,
    ButtonPressed,
    CommandGiven,
    FormSubmitted,
    Interaction,
    ShortcutUsed,
    made_id,
)

# What a member or a channel is called, after its id.
_LABEL = re.compile(r"<([@#]\w+)\|[^<>]*>")


@dataclass(frozen=True, slots=True)
class Way:
    """How somebody who waits is answered: what opens a window, and where an answer is sent to."""

    trigger: str = ""
    url: str = ""

    def written(self) -> str:
        """Return it as an event carries it; an address too long for that is left out."""
        both = f"{self.trigger} {self.url}"
        return (both if len(both) <= MAX_ID else self.trigger) or " "


def way_of(interaction: str) -> Way:
    """Read what `Way.written` wrote."""
    trigger, _, url = interaction.partition(" ")
    return Way(trigger, url if url.startswith(("https://", "http://")) else "")


class _Base(TypedDict):
    id: str
    community: str
    at: datetime
    channel: str
    member: str
    name: str
    admin: bool
    roles: tuple[str, ...]
    interaction: str


def command(body: Wire, at: datetime, directory: Directory) -> CommandGiven:
    """Return a slash command as an event. Raises ValidationError."""
    trigger = text_in(body, "trigger_id")
    way = Way(trigger, text_in(body, "response_url"))
    base = _base(body, f"command:{trigger}", at, text_in(body, "channel_id"), way, directory)
    # Whoever and whatever was mentioned is told by its id: names are not told apart, and may hold commas.
    marked = _LABEL.sub(r"<\1>", text_in(body, "text"))
    text = plain(marked, lambda member: (member, member), lambda channel: channel).text
    return CommandGiven(**base, text=text)


def interactions(body: Wire, at: datetime, directory: Directory) -> list[Interaction]:
    """Return what somebody pressed, chose, sent or asked of a message. Raises ValidationError."""
    match body.get("type"):
        case "block_actions":
            return [_pressed(body, action, at, directory) for action in objects_in(body, "actions")]
        case "view_submission":
            return [_submitted(body, at, directory)]
        case "message_action":
            return [_shortcut(body, at, directory)]
        case _:
            return []


def _pressed(body: Wire, action: Wire, at: datetime, directory: Directory) -> ButtonPressed:
    trigger = text_in(body, "trigger_id")
    way = Way(trigger, text_in(body, "response_url"))
    name, block = text_in(action, "action_id"), text_in(action, "block_id")
    once = f"pressed:{trigger}:{text_in(action, 'action_ts')}:{name[:60]}"
    button, in_block = read_numbered(name), read_numbered(block)
    channel = text_in(object_in(body, "channel"), "id") or text_in(object_in(body, "container"), "channel_id")
    # On Hearth's own page there is no channel: what is answered there is told in private.
    base = _base(body, once, at, channel or member_in(body), way, directory)
    value = text_in(action, "value") if action.get("type") == "button" else in_block
    return ButtonPressed(**base, button=button, value=value, chosen=_chosen(action))


def _submitted(body: Wire, at: datetime, directory: Directory) -> FormSubmitted:
    view = object_in(body, "view")
    kept = read_kept(text_in(view, "private_metadata"))
    trigger = text_in(body, "trigger_id")
    fields: dict[str, str | tuple[str, ...]] = {}
    for block, states in object_in(object_in(view, "state"), "values").items():
        for state in states.values() if isinstance(states, dict) else ():
            text = isinstance(state, dict) and state.get("type") == "plain_text_input"
            fields[read_numbered(block)] = text_in(state, "value") if text else _chosen(state)
    once = f"submitted:{text_in(view, 'id')}:{text_in(view, 'hash') or trigger}"
    way = Way(trigger, kept.get("url", ""))
    base = _base(body, once, at, kept.get("channel") or member_in(body), way, directory)
    return FormSubmitted(
        **base, form=text_in(view, "callback_id"), value=kept.get("value", ""), fields=fields
    )


def _shortcut(body: Wire, at: datetime, directory: Directory) -> ShortcutUsed:
    message, trigger = object_in(body, "message"), text_in(body, "trigger_id")
    channel = text_in(object_in(body, "channel"), "id")
    way = Way(trigger, text_in(body, "response_url"))
    base = _base(body, f"shortcut:{trigger}", at, channel, way, directory)
    author = directory.author(message)
    ts = text_in(message, "ts") or text_in(body, "message_ts")
    said: dict[str, Any] = {}
    if author is not None:
        said = said_in({**message, "ts": ts}, channel, author, directory.reader)
    return ShortcutUsed(
        **base,
        shortcut=text_in(body, "callback_id"),
        message=ts,
        author=said.get("author", "unknown"),
        author_name=said.get("author_name", "unknown"),
        author_is_bot=said.get("author_is_bot", False),
        posted_at=slack_time(ts) or at,
        text=said.get("text", ""),
        links=said.get("links", ()),
        thread=said.get("thread"),
    )


def kept(form_value: str, channel: str, url: str) -> str:
    """Return what a window keeps until it is sent: about what it was opened, and where from."""
    return json.dumps({"value": form_value, "channel": channel, "url": url}, separators=(",", ":"))


def read_kept(written: str) -> Mapping[str, str]:
    """Read what `kept` wrote."""
    try:
        found = json.loads(written)
    except ValueError:
        return {}
    pairs = found.items() if isinstance(found, dict) else ()
    return {name: value for name, value in pairs if isinstance(value, str)}


def member_in(body: Wire) -> str:
    """Return who did something."""
    return text_in(object_in(body, "user"), "id") or text_in(body, "user_id")


def _base(body: Wire, once: str, at: datetime, channel: str, way: Way, directory: Directory) -> _Base:
    member = member_in(body)
    person = directory.people.get(member)
    called = text_in(object_in(body, "user"), "name") or text_in(body, "user_name")
    return _Base(
        id=made_id(once),
        community=directory.community,
        at=at,
        channel=channel,
        member=member,
        name=person.name if person else called or member,
        admin=directory.is_admin(member),
        roles=directory.roles(member) or (),
        interaction=way.written(),
    )


def _chosen(state: object) -> tuple[str, ...]:
    """Return what was chosen in a select, whatever kind it is."""
    if not isinstance(state, dict):
        return ()
    option = text_in(object_in(state, "selected_option"), "value")
    for key in ("selected_channel", "selected_conversation", "selected_user"):
        option = option or text_in(state, key)
    return (option,) if option else ()
