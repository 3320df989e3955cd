"""Looks whether Hearth could do its work in Discord: token, intents, permissions, channels."""

from collections.abc import AsyncIterator, Iterable, Iterator, Mapping, Sequence

import aiohttp
import discord

from adapters.discord.first import CannotUseDiscord, ask_first, number_in
from adapters.discord.rights import (
    IN_CHANNELS,
    INTENTS,
    PERMISSIONS,
    WISHED,
    in_channel,
    invitation,
    lacking,
    taken,
    taken_in,
)
from adapters.discord.server import FORUMS, HEARD
from adapters.wire.values import Wire, objects_in, text_in, texts_in
from bot.findings import Finding
from bot.settings import Process

_TALK = tuple(kind.value for kind in HEARD)
_FORUMS = tuple(kind.value for kind in FORUMS)
# By the community: what is set to which channel.
Channels = Mapping[str, Sequence[tuple[str, str]]]


async def look(process: Process, channels: Channels) -> AsyncIterator[Finding]:
    """Ask Discord, and say what was found; nothing is posted."""
    assert process.discord_token is not None
    token = process.discord_token.get_secret_value().strip()
    async with aiohttp.ClientSession() as session:
        try:
            application = await ask_first(session, process.discord_api_url, "/oauth2/applications/@me", token)
            guilds = await ask_first(session, process.discord_api_url, "/users/@me/guilds", token)
            yield Finding("discord", "fine", f"Hearth is the application {text_in(application, 'id')}.")
            for finding in _intents(application):
                yield finding
            address = invitation(text_in(application, "id"))
            there = objects_in({"guilds": guilds}, "guilds")
            if there:
                yield Finding("invite", "fine", f"Whoever manages a server adds Hearth at {address}")
            else:
                yield Finding("invite", "look", "Hearth is in no server yet.", f"Add it at {address}")
            for guild in there:
                for finding in _server(guild):
                    yield finding
                named = channels.get(f"discord:{text_in(guild, 'id')}", ())
                for finding in await _channels(session, process, token, guild, named):
                    yield finding
        except CannotUseDiscord as error:
            yield Finding("discord", "wrong", str(error))


def _intents(application: Wire) -> list[Finding]:
    flags = number_in(application, "flags")
    lacked = [intent for intent in INTENTS.values() if not intent.granted(flags)]
    if not lacked:
        return [Finding("intents", "fine", "Both privileged intents are granted.")]
    return [Finding("intents", "wrong", intent.reason) for intent in lacked]


def _server(guild: Wire) -> Iterator[Finding]:
    rights = discord.Permissions(number_in(guild, "permissions"))

    def off(names: Iterable[str]) -> str:
        return " ".join(
            lacking(name) for name in names if not (rights.administrator or getattr(rights, name))
        )

    server = _titled(guild)
    if off(PERMISSIONS):
        yield Finding("server", "wrong", f"In {server}: {off(PERMISSIONS)}")
    else:
        yield Finding("server", "fine", f"In {server} all permissions are there.")
    if off(WISHED):
        yield Finding("automod", "fine", f"In {server}: {off(WISHED)}")


async def _channels(
    session: aiohttp.ClientSession,
    process: Process,
    token: str,
    guild: Wire,
    named: Sequence[tuple[str, str]],
) -> list[Finding]:
    """Say what Hearth may not in channels: in each that is set to something, and in the others it sees."""
    url, server = process.discord_api_url, text_in(guild, "id")
    me = text_in(await ask_first(session, url, "/users/@me", token), "id")
    member = await ask_first(session, url, f"/guilds/{server}/members/{me}", token)
    listed = await ask_first(session, url, f"/guilds/{server}/channels", token)
    base = discord.Permissions(number_in(guild, "permissions"))
    names, off = dict[str, str](), dict[str, list[str]]()
    for channel in objects_in({"listed": listed}, "listed"):
        if channel.get("type") in _TALK:
            id_ = text_in(channel, "id")
            rights = in_channel(
                base, objects_in(channel, "permission_overwrites"), server, texts_in(member, "roles"), me
            )
            names[id_] = text_in(channel, "name")
            off[id_] = taken(base, rights, forum=channel.get("type") in _FORUMS)
    found = []
    for name, id_ in named:
        if id_ not in names:
            found.append(await _thread(session, process, token, name, id_))
        elif off[id_]:
            said = " ".join(taken_in(each, [names[id_]], 0) for each in off[id_])
            found.append(Finding(name, "wrong", said))
        else:
            found.append(Finding(name, "fine", f"It is #{names[id_]}."))
    set_to = {id_ for _, id_ in named}
    for name in IN_CHANNELS:
        where = [names[id_] for id_ in names if id_ not in set_to and name in off[id_]]
        if where:
            found.append(Finding("channels", "look", f"In {_titled(guild)}: {taken_in(name, where, 0)}"))
    return found


async def _thread(
    session: aiohttp.ClientSession, process: Process, token: str, name: str, channel: str
) -> Finding:
    """Say whether something that is in no list of channels is there."""
    try:
        found = await ask_first(session, process.discord_api_url, f"/channels/{channel}", token)
    except CannotUseDiscord:
        return Finding(name, "wrong", f"Hearth cannot see the channel {channel}.", "Let its role see it.")
    return Finding(name, "fine", f"It is #{text_in(found, 'name')}.")


def _titled(guild: Wire) -> str:
    return f"{text_in(guild, 'name')} ({text_in(guild, 'id')})"
