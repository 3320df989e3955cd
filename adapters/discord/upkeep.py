"""Begins the lines to Discord, and begins them anew where they ended for good, as long as that may help."""

import asyncio
from collections.abc import Awaitable, Callable
from types import MappingProxyType

import discord

from adapters.discord.first import CannotUseDiscord
from adapters.discord.line import Line
from adapters.discord.rights import fewer, intents_for
from adapters.discord.shards import Shards
from bot.clock import stopwatch
from bot.logs import named

log = named(__name__)

# Where lines end for good it is waited so long before they are begun anew, and each time twice as long; those
# that held for longer than the longest wait begin the count anew.
_FIRST_S, _MOST_S = 5.0, 300.0
_BAD_TOKEN = 4004
# Why Discord would end every other line as well.
_FOR_GOOD = MappingProxyType(
    {
        4010: "Discord has no such shard (4010): look at DISCORD_SHARDS, or leave it out; then start Hearth "
        "again.",
        4011: "Hearth is in so many servers that Discord wants more shards (4011): set DISCORD_SHARDS "
        "higher, or leave it out; then start Hearth again.",
        4012: "The gateway does not speak version 10 (4012): look at DISCORD_GATEWAY_URL if that is set.",
        4013: "The gateway does not know the intents that Hearth asks for (4013): look at "
        "DISCORD_GATEWAY_URL if that is set.",
    }
)


class Upkeep:
    """Keeps the lines up. `flags` are the application's for the intents that are asked for by now."""

    def __init__(
        self, line: Line, shards: Shards, flags: int, check_token: Callable[[], Awaitable[None]]
    ) -> None:
        """`check_token` raises CannotUseDiscord where Discord does not know the token."""
        self.flags = flags
        self._line = line
        self._shards = shards
        self._fewer = fewer(flags)
        self._check_token = check_token

    async def run(self) -> str:
        """Keep the lines up until cancelled; return why, where Discord would end every other as well."""
        wait = _FIRST_S
        while True:
            self._shards.broke()
            began = stopwatch()
            error = await self._line.hold()
            if isinstance(error, discord.PrivilegedIntentsRequired):
                flags = next(self._fewer, None)
                if flags is None:
                    return self._end("Discord refuses intents that Hearth did not ask for (4014).")
                log.warning("intents_refused", left=intents_for(flags).value)
                self.flags = flags
                self._line.ask_for(intents_for(flags))
                continue
            if (why := await self._why_for_good(error)) is not None:
                return self._end(why)
            if stopwatch() - began > _MOST_S:
                wait = _FIRST_S
            self._shards.broke()
            log.error("lines_ended", code=_code(error), error=_said(error), seconds=wait)
            self._shards.trouble = (
                f"Discord's gateway ended the line ({_said(error)}); Hearth begins it anew every few minutes."
            )
            await asyncio.sleep(wait)
            wait = min(_MOST_S, 2 * wait)

    async def _why_for_good(self, error: Exception | None) -> str | None:
        code = _code(error)
        if code == _BAD_TOKEN:
            try:
                await self._check_token()
            except CannotUseDiscord as cannot:
                return f"{cannot} Then start Hearth again."
        return _FOR_GOOD.get(code)

    def _end(self, why: str) -> str:
        log.critical("lines_ended_for_good", reason=why)
        self._shards.lost(why)
        return why


def _code(error: Exception | None) -> int:
    return error.code if isinstance(error, discord.ConnectionClosed) else 0


def _said(error: Exception | None) -> str:
    return str(_code(error) or (type(error).__name__ if error else "no reason is given"))
