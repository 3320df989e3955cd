"""Tells of messages that went with their channel or thread: Discord names none of them."""

import asyncio
import json
from collections.abc import Callable
from datetime import datetime

from adapters.discord.server import Server
from adapters.discord.translate import deleted_in
from bot.ports import Hears, Memory

_GONE = "gone:"
# Of a post of a forum or a private thread, in which channel it was opened: that of one which was put away
# Discord does not say when its channel goes.
_IN = "in:"
# So many are told of at once.
_AT_ONCE = 500


class Gone:
    """What went in one server; it is noted before it is told, and so is told whole through a restart."""

    def __init__(self, server: Server, inbox: Hears, memory: Memory, now: Callable[[], datetime]) -> None:
        self._server = server
        self._inbox = inbox
        self._memory = memory
        self._now = now

    async def recall(self) -> None:
        """Forget of what nothing is kept, and have nothing written down that is."""
        community, server = self._server.community, self._server
        kept = await self._memory.last_heard(community)
        for name, parent in (await self._memory.read_all(community, _IN)).items():
            thread = name.removeprefix(_IN)
            if server.unwritten.get(thread) == parent:
                del server.unwritten[thread]
            elif thread not in kept and not server.knows(thread):
                await self._memory.write(community, name, None)

    async def keep(self) -> None:
        """Write down in which channels threads were opened that are channels of their own."""
        for thread, parent in list(self._server.unwritten.items()):
            await self._memory.write(self._server.community, f"{_IN}{thread}", parent)
            self._server.unwritten.pop(thread, None)

    async def note_opened_in(self, channel: str) -> None:
        """Note that all is gone that was opened in a channel."""
        for name, parent in (await self._memory.read_all(self._server.community, _IN)).items():
            if parent == channel:
                await self.note(name.removeprefix(_IN), None)

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
            await self._memory.write(community, f"{_IN}{channel}", None)
            await self._memory.write(community, name, None)
