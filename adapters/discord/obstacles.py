"""What is in the way of saying something in a channel, as far as it was met; known through a restart."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress

from adapters.discord.server import Server
from bot.ports import Closed, Memory

_WRONG = "wrong:"

# Hears of a channel what is in the way there, "" when nothing is any more.
Tell = Callable[[Server, str, str], Awaitable[None]]


class Obstacles:
    """Tells when something comes to be in the way, and when it no longer is; each once."""

    def __init__(self, memory: Memory, tell: Tell) -> None:
        self._memory = memory
        self._tell = tell
        # By the server and the channel.
        self._met: dict[tuple[str, str], str] = {}

    async def met(self, server: Server, channel: str, reason: str | None) -> None:
        """Take in what was in the way of saying something, or that nothing was."""
        key = (server.id, channel)
        if self._met.get(key) == reason:
            return
        if reason is None:
            self._met.pop(key)
        else:
            self._met[key] = reason
        await asyncio.gather(self._tell(server, channel, reason or ""), self._keep(server, channel, reason))

    async def _keep(self, server: Server, channel: str, reason: str | None) -> None:
        # Whoever was told of it while the database was away is not to fail for that.
        with suppress(Closed):
            await self._memory.write(server.community, f"{_WRONG}{channel}", reason)

    async def recall(self, server: Server) -> None:
        """Recall what was in the way when Hearth last ended."""
        for name, reason in (await self._memory.read_all(server.community, _WRONG)).items():
            self._met.setdefault((server.id, name.removeprefix(_WRONG)), reason)
        await self.look_again(server)

    async def look_again(self, server: Server) -> None:
        """Tell what is in the way no more: what Hearth may has changed."""
        for id_, channel in list(self._met):
            if id_ == server.id and server.may_post(channel):
                await self.met(server, channel, None)
