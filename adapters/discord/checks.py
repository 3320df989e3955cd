"""Looks whether Hearth could do its work in Discord: token, intents, permissions, channels."""

from collections.abc import AsyncIterator, Iterable, Iterator, Mapping, Sequence

import aiohttp
import discord

from adapters.discord.first import CannotUseDiscord, ask_first, number_in
from adapters.discord.rights import INTENTS, PERMISSIONS, WISHED, invitation, lacking
from adapters.wire.values import Wire, objects_in, text_in
from bot.findings import Finding
from bot.settings import Process

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
                for name, channel in channels.get(f"discord:{text_in(guild, 'id')}", ()):
                    yield await _channel(session, process, token, name, channel)
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

    server = f"{text_in(guild, 'name')} ({text_in(guild, 'id')})"
    if off(PERMISSIONS):
        yield Finding("server", "wrong", f"In {server}: {off(PERMISSIONS)}")
    else:
        yield Finding("server", "fine", f"In {server} all permissions are there.")
    if off(WISHED):
        yield Finding("automod", "fine", f"In {server}: {off(WISHED)}")


async def _channel(
    session: aiohttp.ClientSession, process: Process, token: str, name: str, channel: str
) -> Finding:
    try:
        found = await ask_first(session, process.discord_api_url, f"/channels/{channel}", token)
    except CannotUseDiscord:
        return Finding(name, "wrong", f"Hearth cannot see the channel {channel}.", "Let its role see it.")
    return Finding(name, "fine", f"It is #{text_in(found, 'name')}.")
