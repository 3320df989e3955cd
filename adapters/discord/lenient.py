"""What discord.py cannot do without, though other servers than Discord's may leave it out."""

import json
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any

import aiohttp
import discord

from adapters.wire.values import Wire, object_in, objects_in

_LONG_AGO = "2015-01-01T00:00:00+00:00"
_USER: Wire = {"id": "0", "username": "", "discriminator": "0", "avatar": None}
# Where a server does not say what everyone may, nobody is kept from anything.
_ALL = str(discord.Permissions.all_channel().value)
_ROLE: Wire = {"name": "", "permissions": "0", "position": 0}
_CHANNEL: Wire = {"name": "", "position": 0, "bitrate": 64_000, "user_limit": 0}
_TAG: Wire = {"name": "", "emoji_name": None}
_THREAD: Wire = {"name": "", "owner_id": "0", "message_count": 0, "member_count": 0, "thread_metadata": {}}
_PUT_AWAY: Wire = {"archived": False, "auto_archive_duration": 1440, "archive_timestamp": _LONG_AGO}
_MEMBER: Wire = {"roles": [], "flags": 0}
_OURSELVES: Wire = {
    "name": "",
    "description": "",
    "icon": None,
    "bot_public": True,
    "bot_require_code_grant": False,
    "verify_key": "",
    "owner": {},
}


async def json_or_text(response: aiohttp.ClientResponse) -> Any:
    """Return what was answered, read if it is JSON, whatever else stands beside that in its type."""
    text = await response.text(encoding="utf-8")
    kind = response.headers.get("content-type", "").partition(";")[0].strip().lower()
    try:
        return json.loads(text) if kind == "application/json" else text
    except ValueError:
        return text


def whole_application(application: Wire) -> Wire:
    """Return what Discord says of the application, with all that discord.py reads of it."""
    whole = {**_OURSELVES, **application}
    return {**whole, "owner": {**_USER, **object_in(whole, "owner")}}


def whole_user(user: Wire) -> Wire:
    """Return a user with all that discord.py reads of them."""
    return {**_USER, **user}


def whole_ready(data: dict[str, Any], me: Wire, shard: list[int]) -> None:
    """Complete what begins a session."""
    data["user"] = {**_USER, **me, **object_in(data, "user")}
    data["guilds"] = objects_in(data, "guilds")
    if not isinstance(data.get("session_id"), str):
        data["session_id"] = ""
    if not (isinstance(data.get("shard"), list) and data["shard"]):
        data["shard"] = shard
    # Which it is was asked at login.
    data.pop("application", None)


def complete(kind: str, data: Any, me: Wire) -> None:
    """Complete what a dispatch tells; a server has our own user among its members."""
    if not isinstance(data, dict):
        return
    if kind in ("GUILD_CREATE", "GUILD_UPDATE"):
        _complete_all(data, "roles", _complete_role)
        _complete_all(data, "channels", _complete_channel)
        _complete_all(data, "threads", _complete_thread)
        _complete_all(data, "members", _complete_member)
    if kind == "GUILD_CREATE":
        roles, everyone = objects_in(data, "roles"), data.get("id")
        if all(role.get("id") != everyone for role in roles):
            data["roles"] = [*roles, {**_ROLE, "id": everyone, "permissions": _ALL}]
    if kind == "GUILD_CREATE" and me:
        members = objects_in(data, "members")
        if all(object_in(each, "user").get("id") != me["id"] for each in members):
            data["members"] = [*members, {**_MEMBER, "user": me}]
    if kind in _COMPLETED:
        key, complete_it = _COMPLETED[kind]
        if key is None:
            complete_it(data)
        else:
            _complete_all(data, key, complete_it)


def _complete_all(data: dict[str, Any], key: str, complete_it: Callable[[dict[str, Any]], None]) -> None:
    """Complete what stands under a key: an object, or a list of them."""
    there = data.get(key)
    for each in there if isinstance(there, list) else [there]:
        if isinstance(each, dict):
            complete_it(each)


def _complete_role(role: dict[str, Any]) -> None:
    _fill(role, _ROLE)


def _complete_channel(channel: dict[str, Any]) -> None:
    _fill(channel, _CHANNEL)
    _complete_all(channel, "available_tags", lambda tag: _fill(tag, _TAG))


def _complete_thread(thread: dict[str, Any]) -> None:
    _fill(thread, _THREAD)
    thread["thread_metadata"] = {**_PUT_AWAY, **object_in(thread, "thread_metadata")}


def _complete_member(member: dict[str, Any]) -> None:
    _fill(member, _MEMBER)
    _complete_all(member, "user", lambda user: _fill(user, _USER))


def _fill(there: dict[str, Any], with_these: Wire) -> None:
    for key, value in with_these.items():
        there.setdefault(key, value)


# By the kind of dispatch: under which key stands what is completed (None: it is all there is), and how.
_COMPLETED: Mapping[str, tuple[str | None, Callable[[dict[str, Any]], None]]] = MappingProxyType(
    {
        "GUILD_ROLE_CREATE": ("role", _complete_role),
        "GUILD_ROLE_UPDATE": ("role", _complete_role),
        "CHANNEL_CREATE": (None, _complete_channel),
        "CHANNEL_UPDATE": (None, _complete_channel),
        "THREAD_CREATE": (None, _complete_thread),
        "THREAD_UPDATE": (None, _complete_thread),
        "THREAD_LIST_SYNC": ("threads", _complete_thread),
        "GUILD_MEMBER_UPDATE": (None, _complete_member),
    }
)
