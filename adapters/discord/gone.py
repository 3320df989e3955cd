"""Tells of messages that went with their channel or thread: Discord names none of them."""

import asyncio
import json
from collections.abc import Callable
from datetime import datetime

from adapters.discord.server import Server
from adapters.discord.translate import deleted_in
from bot.ports import Hears, Memory

_GONE = "gone:"
# So many are told of at once.
_AT_ONCE = 500


class Gone:
    """What went in one server; it is noted before it is told, and so is told whole through a restart."""

    def __init__(self, server: Server, inbox: Hears, memory: Memory, now: Callable[[], datetime]) -> None:
        self._server = server
        self._inbox = inbox
        self._memory = memory
        self._now = now

    async def note(self, channel: str, thread: str | None) -> None:
        """Note that a channel is gone, or a thread in it."""
        written = json.dumps({"channel": channel, "thread": thread})
        await self._memory.write(self._server.community, f"{_GONE}{thread or channel}", written)

    async def tell(self) -> None:
        """Tell of every message that is kept of what is gone."""
        community = self._server.community
        for name, written in (await self._memory.read_all(community, _GONE)).items():
            place = json.loads(written)
            channel, at = str(place["channel"]), self._now()
            left = await self._memory.messages_in(community, channel, place["thread"])
            for start in range(0, len(left), _AT_ONCE):
                events = deleted_in(channel, left[start : start + _AT_ONCE], at, community)
                await asyncio.gather(*(self._inbox.put(event) for event in events))
            await self._memory.write(community, name, None)
