"""A community on a web page where one person plays everyone, on the same core as the real platforms."""

from collections.abc import Awaitable, Callable
from pathlib import Path
from urllib.parse import quote

from aiohttp import web

from adapters.sandbox.api import Api
from adapters.sandbox.journal import Broken, Journal
from adapters.sandbox.listener import Listener
from adapters.sandbox.playground import Playground
from adapters.sandbox.sender import SandboxSender
from bot.cards import MessageRef
from bot.clock import Clock
from bot.ports import Hears, Sender

__all__ = ["Broken", "Sandbox"]


class Sandbox:
    """The pretend community kept in the file `journal`. Moves `clock` ahead as far as it was before.

    Raises Broken where the file cannot be read, OSError where it cannot be opened.
    """

    def __init__(self, journal: Path, clock: Clock) -> None:
        self._clock = clock
        self._playground = Playground(Journal(journal), clock)
        self._listener = Listener(self._playground)
        self.community: str = self._playground.world.community
        self.sender: Sender = SandboxSender(self._playground, clock)

    def routes(self, inbox: Hears, tick: Callable[[], Awaitable[None]]) -> web.Application:
        """Return an application with the page at / and its API at /api/, ready for more routes.

        `tick` is awaited after the clock was moved, and returns when what became due is handled.
        """
        return Api(self._playground, self._listener, self._clock, inbox, tick).application()

    def permalink(self, community: str, ref: MessageRef) -> str | None:
        """Return where on the page a message can be read, if this is its community."""
        if community != self.community:
            return None
        return f"/#/{quote(ref.channel, safe='')}/{quote(ref.message, safe='')}"

    async def announce(self, inbox: Hears) -> None:
        """Tell the inbox of the community, and of what it had not committed when it last ended."""
        await self._listener.announce(inbox)

    def close(self) -> None:
        """Let go of the journal; to be called when nothing more happens."""
        self._playground.close()
