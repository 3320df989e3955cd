"""What is asked of Discord before there is a client, and its refusals as sentences."""

import json
from typing import Any

import aiohttp
import discord

from adapters.wire.values import Wire
from bot.ports import CannotUse

_REQUEST_S = 20.0


class CannotUseDiscord(CannotUse):
    """Discord cannot be used with these settings; the message says why and what to do."""


class BadToken(CannotUseDiscord):
    """Discord does not know the token."""


async def ask_first(session: aiohttp.ClientSession, api_url: str, path: str, token: str) -> Any:
    """Ask with the token. Raises CannotUseDiscord."""
    url = f"{api_url}{path}"
    headers = {
        "Authorization": f"Bot {token}",
        "User-Agent": f"DiscordBot (https://github.com/Rapptz/discord.py {discord.__version__})",
    }
    timeout = aiohttp.ClientTimeout(total=_REQUEST_S)
    try:
        async with session.get(url, headers=headers, timeout=timeout) as answer:
            if answer.status == 401:
                raise BadToken(
                    "DISCORD_TOKEN: Discord does not know it; copy it again from the application's page, "
                    "under Bot."
                )
            if answer.status != 200:
                raise CannotUseDiscord(
                    f"Discord answers {answer.status} at {url}; look at DISCORD_API_URL if that is set, or "
                    "try again later."
                )
            return json.loads(await answer.text())
    except (aiohttp.ClientError, TimeoutError, OSError, ValueError) as error:
        raise unreachable(api_url, error) from error


async def check_token(session: aiohttp.ClientSession, api_url: str, token: str) -> None:
    """Look whether Discord knows the token. Raises BadToken; whatever else is wrong may pass."""
    try:
        await ask_first(session, api_url, "/users/@me", token)
    except BadToken:
        raise
    except CannotUseDiscord:
        return


def check_sessions_left(limit: Wire, shards: int) -> None:
    """Look whether each shard may begin a session today. Raises CannotUseDiscord.

    Discord resets the token of who begins more.
    """
    if "remaining" in limit and number_in(limit, "remaining") < shards:
        minutes = number_in(limit, "reset_after") // 60_000 + 1
        raise CannotUseDiscord(
            f"Discord lets an application begin {number_in(limit, 'total')} sessions a day, and they are "
            f"used up: start Hearth again in {minutes} minutes, and look in its log why it began so many."
        )


def unreachable(api_url: str, error: BaseException) -> CannotUseDiscord:
    """Return that Discord does not answer, as it is said."""
    return CannotUseDiscord(
        f"Discord does not answer at {api_url} ({type(error).__name__}); look at the network, and at "
        "DISCORD_API_URL if that is set."
    )


def number_in(wire: Wire, key: str) -> int:
    """Return the whole number under `key`, written as a number or a text; 0 if there is none."""
    value = wire.get(key)
    if isinstance(value, str):
        return int(value) if value.isdigit() else 0
    return value if isinstance(value, int) else 0
