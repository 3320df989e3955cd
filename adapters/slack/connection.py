"""The socket through which Slack tells what happens, where Hearth has no public address."""

import asyncio
import logging
from collections.abc import Awaitable, Callable

from aiohttp import WSMessage
from slack_bolt.async_app import AsyncApp
from slack_sdk.web.async_client import AsyncWebClient

from adapters.slack.background import until_done
from adapters.slack.line import Line
from bot.clock import stopwatch
from bot.logs import named

log = named(__name__)

# Slack is asked whether the line still holds each so many seconds.
_PING_S = 5.0
_LOOK_S = 1.0
# A quiet workspace says nothing for hours, and a dead line too: after so long it is made anew. While there is
# nothing to be heard on the new one either, twice as long is waited each time, so many times.
SILENT_S = 1_800.0
_MOST_SILENT = 4
# Without a connection for so long, people are told.
_LOST_S = 30.0
# Shorter gaps Slack bridges by itself: it tells again what was not acknowledged.
BRIDGED_S = 2.0
# An address from Slack is good for one connection: after so long another is asked for.
_ADDRESS_S = 10.0


class Connection:
    """Keeps a socket to Slack.

    `told` hears with a reason that it does not work, or with None that it does, and what there is to be said
    of what it was like before. `back` hears that there was a gap of so many seconds.
    """

    def __init__(
        self,
        app: AsyncApp,
        app_token: str,
        client: AsyncWebClient,
        *,
        told: Callable[[str | None, str], Awaitable[None]],
        back: Callable[[float], Awaitable[None]],
        silent_s: float = SILENT_S,
    ) -> None:
        logger = logging.getLogger("slack_sdk")
        logger.setLevel(logging.CRITICAL)  # What it says, the lines below say once.
        self._socket = Line(app, app_token, client, logger, _PING_S)
        self._socket.on_message_listeners.append(self._heard)
        self._told = told
        self._back = back
        self._silent_s = silent_s
        # How much silence is taken for a quiet workspace, in seconds.
        self._patience_s = silent_s
        # By the stopwatch: when Slack was last heard, and since when there is no connection.
        self.heard_at = stopwatch()
        self._lost_at: float | None = None
        self._said_lost = False
        # How often it was made anew, for whatever reason.
        self.renewals = 0
        self._connecting: asyncio.Task[None] | None = None
        self._watching: asyncio.Task[None] | None = None
        self._renewing: asyncio.Task[None] | None = None

    @property
    def silent_for(self) -> float:
        """Seconds since Slack said anything at all."""
        return stopwatch() - self.heard_at

    @property
    def lost_for(self) -> float:
        """Seconds since there is no connection, 0 while there is one."""
        return 0.0 if self._lost_at is None else stopwatch() - self._lost_at

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
        for task in (self._watching, self._connecting, self._renewing):
            if task is not None:
                task.cancel()
        await socket.close()  # type: ignore[no-untyped-call]
        tasks = (
            self._watching,
            self._connecting,
            self._renewing,
            socket.message_processor,
            socket.current_session_monitor,
            socket.message_receiver,
        )
        await asyncio.gather(*(task for task in tasks if task is not None), return_exceptions=True)

    async def _heard(self, message: WSMessage) -> None:
        self.heard_at = stopwatch()
        if "envelope_id" in message.data:
            # Not only that the line begins or ends: something is told on it.
            self._socket.is_good()
            self._patience_s = self._silent_s

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
        elif self._lost_at is not None:
            await self._look_at_return(self._lost_at)
        elif self.silent_for > self._patience_s and (self._renewing is None or self._renewing.done()):
            self._renewing = asyncio.create_task(self._renew())

    async def _renew(self) -> None:
        """Make a line anew on which nothing is said, and tell so."""
        silent = self.silent_for
        log.warning("socket_silent", seconds=round(silent))
        said = f"Slack said nothing for {_long(silent)}"
        try:
            await self._told(f"{said}: the connection is being made anew.", "")
            await self._socket.connect_to_new_endpoint(force=True)
        except Exception as error:
            # The next look tries again, as soon as an address may be asked for.
            log.warning("socket_not_renewed", reason=type(error).__name__)
            return
        self.heard_at = stopwatch()
        self.renewals += 1
        self._lost_at, self._said_lost = None, False
        self._patience_s = min(2 * self._patience_s, _MOST_SILENT * self._silent_s)
        # First what must not be left out, should what is told not be kept.
        await self._back(silent)
        told = f"{said}, and the connection was made anew; what was missed is read."
        await until_done(lambda: self._told(None, told))

    async def _look_at_return(self, lost_at: float) -> None:
        gap, told = stopwatch() - lost_at, self._said_lost
        self._lost_at, self._said_lost = None, False
        self.renewals += 1
        log.warning("socket_back", seconds=round(gap))
        said = f"There was no connection to Slack for {_long(gap)}; what was missed is read."
        if gap > BRIDGED_S:
            await self._back(gap)
        await self._told(None, said if told else "")

    async def _look_at_loss(self) -> None:
        renewing = self._renewing is not None and not self._renewing.done()
        if renewing and self.silent_for < self._patience_s + _LOST_S:
            # It is told and looked after there, as long as it takes no longer than that.
            return
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
                "reads what it missed when it is back.",
                "",
            )


def _long(seconds: float) -> str:
    """Return a time in words."""
    return f"{seconds / 60:.0f} minutes" if seconds >= 120 else f"{seconds:.0f} seconds"
