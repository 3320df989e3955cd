"""conversations.* and users.conversations: channels, who is in them, and what was said."""

from collections.abc import Sequence

from tests.fakes.pretend_slack.limits import LIMITED_HISTORY_PAGE
from tests.fakes.pretend_slack.methods.calls import Call, Method
from tests.fakes.pretend_slack.refusal import Json, Refusal, bad_argument
from tests.fakes.pretend_slack.talk import Channel, Message

_TYPES = {"public_channel": "channels", "private_channel": "groups", "im": "im", "mpim": "mpim"}
_KINDS = {"channel": "public_channel", "group": "private_channel", "im": "im"}


def _listed(call: Call, *, mine: bool) -> Json:
    types = call.arguments.text("types", "public_channel").split(",")
    for kind in types:
        if kind not in _TYPES:
            raise Refusal("invalid_types")
        call.needs(f"{_TYPES[kind]}:read")
    limit = call.arguments.number("limit", 100, most=999, error="invalid_limit")
    archived = not call.arguments.yes("exclude_archived")
    if mine and call.arguments.maybe("user") not in (None, call.me.id):
        raise Refusal("method_not_supported")
    found = [
        channel
        for channel in call.workspace.channels.values()
        if _KINDS[channel.kind] in types
        and (archived or not channel.archived)
        and (call.me.id in channel.members or (channel.kind == "channel" and not mine))
    ]
    page, more = call.page(found, limit, f"channels {types}")
    told = [channel.wire(call.me.id) for channel in page]
    if mine:
        for each in told:
            # Which of them the bot is in need not be said: all.
            each.pop("is_member", None)
            each.pop("num_members", None)
    return {"channels": told, "response_metadata": {"next_cursor": more}}


def _info(call: Call) -> Json:
    channel = call.channel()
    call.of_kind("read", channel)
    told = channel.wire(call.me.id)
    if not call.arguments.yes("include_num_members"):
        told.pop("num_members", None)
    return {"channel": told}


def _members(call: Call) -> Json:
    channel = call.channel()
    call.of_kind("read", channel)
    limit = call.arguments.number("limit", 100, most=999, error="invalid_limit")
    page, more = call.page(channel.members, limit, f"members {channel.id}")
    return {"members": list(page), "response_metadata": {"next_cursor": more}}


def _history(call: Call) -> Json:
    channel = call.joined_channel()
    call.of_kind("history", channel)
    limit = _page_size(call, 100)
    oldest, latest = _stamp(call, "oldest"), _stamp(call, "latest")
    inclusive = call.arguments.yes("inclusive")
    found = [
        message
        for message in reversed(channel.shown)
        if (message.thread_ts in (None, message.ts) or message.broadcast)
        and _between(message, oldest, latest, inclusive)
    ]
    page, more = call.page(found, limit, f"history {channel.id} {oldest} {latest}")
    return {
        "messages": _told(call, channel, page),
        "has_more": bool(more),
        "pin_count": 0,
        **({"response_metadata": {"next_cursor": more}} if more else {}),
    }


def _replies(call: Call) -> Json:
    channel = call.joined_channel()
    call.of_kind("history", channel)
    limit = _page_size(call, 1_000)
    ts = call.arguments.text("ts")
    if ts not in channel.messages:
        raise Refusal("thread_not_found")
    first, *rest = channel.thread(channel.messages[ts].thread_ts or ts)
    oldest, latest = _stamp(call, "oldest"), _stamp(call, "latest")
    inclusive = call.arguments.yes("inclusive")
    # The first is told on every page's beginning, whatever was asked for.
    found = [first, *(each for each in rest if _between(each, oldest, latest, inclusive))]
    page, more = call.page(found, limit, f"replies {channel.id} {ts} {oldest} {latest}")
    return {
        "messages": _told(call, channel, page),
        "has_more": bool(more),
        **({"response_metadata": {"next_cursor": more}} if more else {}),
    }


def _told(call: Call, channel: Channel, messages: Sequence[Message]) -> list[Json]:
    metadata = call.arguments.yes("include_all_metadata")
    return [channel.told(message, call.workspace.id, metadata=metadata) for message in messages]


def _page_size(call: Call, default: int) -> int:
    if call.slack.limits.limited_history:
        asked = call.arguments.number("limit", LIMITED_HISTORY_PAGE, most=1_000, error="invalid_limit")
        return min(asked, LIMITED_HISTORY_PAGE)
    most = 999 if default == 100 else 1_000
    return call.arguments.number("limit", default, most=most, error="invalid_limit")


def _stamp(call: Call, name: str) -> float | None:
    words = call.arguments.maybe(name)
    try:
        return float(words) if words else None
    except ValueError:
        raise Refusal(f"invalid_ts_{name}") from None


def _between(message: Message, oldest: float | None, latest: float | None, inclusive: bool) -> bool:
    at = float(message.ts)
    if inclusive:
        return (oldest is None or at >= oldest) and (latest is None or at <= latest)
    return (oldest is None or at > oldest) and (latest is None or at < latest)


def _open(call: Call) -> Json:
    call.needs("im:write")
    users = call.arguments.text("users", "")
    if call.arguments.maybe("channel"):
        return {"channel": call.channel().wire(call.me.id)}
    if not users:
        raise Refusal("users_list_not_supplied")
    if "," in users:
        call.needs("mpim:write")
        raise bad_argument("group conversations are not pretended")
    person = call.workspace.people.get(users)
    if person is None:
        raise Refusal("user_not_found")
    if person.deleted:
        raise Refusal("user_disabled")
    if person.bot_id or person.id == "USLACKBOT":
        raise Refusal("cannot_dm_bot")
    known = {channel.id for channel in call.workspace.channels.values()}
    channel = call.workspace.direct(person, call.me)
    there = {"no_op": True, "already_open": True} if channel.id in known else {}
    whole = call.arguments.yes("return_im")
    return {"channel": channel.wire(call.me.id) if whole else {"id": channel.id}, **there}


def _join(call: Call) -> Json:
    call.needs("channels:join")
    channel = call.channel()
    if channel.kind != "channel":
        raise Refusal("method_not_supported_for_channel_type")
    if channel.archived:
        raise Refusal("is_archived")
    if call.me.id in channel.members:
        warned = {"warning": "already_in_channel", "response_metadata": {"warnings": ["already_in_channel"]}}
        return {"channel": channel.wire(call.me.id), **warned}
    call.me.joins(channel)
    return {"channel": channel.wire(call.me.id)}


METHODS = (
    Method("conversations.list", lambda call: _listed(call, mine=False), (), 2),
    Method("users.conversations", lambda call: _listed(call, mine=True), (), 3),
    Method("conversations.info", _info, (), 3),
    Method("conversations.members", _members, (), 4),
    Method("conversations.history", _history, (), 3),
    Method("conversations.replies", _replies, (), 3),
    Method("conversations.open", _open, ("im:write",), 3, takes_json=True),
    Method("conversations.join", _join, ("channels:join",), 3, takes_json=True),
)
