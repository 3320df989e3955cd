"""The socket through which Slack tells what happens, where Hearth has no public address."""

import asyncio
import logging
from collections.abc import Awaitable, Callable

from aiohttp import WSMessage
from slack_bolt.adapter.socket_mode.aiohttp import AsyncSocketModeHandler
from slack_bolt.async_app import AsyncApp
from slack_sdk.web.async_client import AsyncWebClient

from bot.clock import stopwatch
from bot.logs import named

log = named(__name__)

# Slack is asked whether the line still holds each so many seconds.
_PING_S = 5.0
_LOOK_S = 1.0
# A quiet workspace says nothing for hours, and a dead line too: after so long it is made anew.
SILENT_S = 1_800.0
# Without a connection for so long, people are told.
_LOST_S = 30.0
# Shorter gaps Slack bridges by itself: it tells again what was not acknowledged.
BRIDGED_S = 2.0
# An address from Slack is good for one connection: after so long another is asked for.
_ADDRESS_S = 10.0


class Connection:
    """Keeps a socket to Slack. `told` hears whether it works, `back` that there was a gap of seconds."""

    def __init__(
        self,
        app: AsyncApp,
        app_token: str,
        client: AsyncWebClient,
        *,
        told: Callable[[str | None], Awaitable[None]],
        back: Callable[[float], Awaitable[None]],
        silent_s: float = SILENT_S,
    ) -> None:
        logger = logging.getLogger("slack_sdk")
        logger.setLevel(logging.CRITICAL)  # What it says, the lines below say once.
        self._handler = AsyncSocketModeHandler(
            app, app_token, logger=logger, web_client=client, ping_interval=_PING_S
        )
        self._socket = self._handler.client
        self._socket.on_message_listeners.append(self._heard)
        self._told = told
        self._back = back
        self._silent_s = silent_s
        # By the stopwatch: when Slack was last heard, and since when there is no connection.
        self.heard_at = stopwatch()
        self._lost_at: float | None = None
        self._said_lost = False
        self._connecting: asyncio.Task[None] | None = None
        self._watching: asyncio.Task[None] | None = None

    @property
    def silent_for(self) -> float:
        """Seconds since Slack said anything at all."""
        return stopwatch() - self.heard_at

    async def open(self, url: str) -> None:
        """Connect to the address that Slack gave, and stay connected."""
        self._socket.wss_uri = url
        self._connecting = asyncio.create_task(
            self._socket.connect()  # type: ignore[no-untyped-call]  # it has no types
        )
        await asyncio.wait([self._connecting], timeout=_ADDRESS_S)
        self.heard_at = stopwatch()
        self._watching = asyncio.create_task(self._watch())

    async def close(self) -> None:
        """Hang up."""
        socket = self._socket
        for task in (self._watching, self._connecting):
            if task is not None:
                task.cancel()
        await socket.close()  # type: ignore[no-untyped-call]
        tasks = (
            self._watching,
            self._connecting,
            socket.message_processor,
            socket.current_session_monitor,
            socket.message_receiver,
        )
        await asyncio.gather(*(task for task in tasks if task is not None), return_exceptions=True)

    async def _heard(self, _: WSMessage) -> None:
        self.heard_at = stopwatch()

    async def _watch(self) -> None:
        while True:
            await asyncio.sleep(_LOOK_S)
            try:
                await self._look()
            except Exception:
                log.exception("socket_not_watched")

    async def _look(self) -> None:
        if not await self._socket.is_connected():
            await self._look_at_loss()
            return
        if self._lost_at is not None:
            gap, self._lost_at, self._said_lost = stopwatch() - self._lost_at, None, False
            log.warning("socket_back", seconds=round(gap))
            await self._told(None)
            if gap > BRIDGED_S:
                await self._back(gap)
        elif self.silent_for > self._silent_s:
            silent = self.silent_for
            log.warning("socket_silent", seconds=round(silent))
            await self._socket.connect_to_new_endpoint(force=True)
            self.heard_at = stopwatch()
            await self._told(None)
            await self._back(silent)

    async def _look_at_loss(self) -> None:
        if self._lost_at is None:
            self._lost_at = stopwatch()
        gap = stopwatch() - self._lost_at
        if gap > _ADDRESS_S:
            self._socket.wss_uri = None
        if gap > _LOST_S and not self._said_lost:
            self._said_lost = True
            log.error("socket_lost", seconds=round(gap))
            await self._told(
                f"There has been no connection to Slack for {gap:.0f} seconds; Hearth keeps trying, and "
                "reads what it missed when it is back."
            )
