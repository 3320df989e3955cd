"""A socket to Slack as its library keeps it; while none is good it asks for another ever more rarely."""

import asyncio
import logging
import random

from slack_bolt.adapter.socket_mode.async_internals import run_async_bolt_app, send_async_response
from slack_bolt.async_app import AsyncApp
from slack_sdk.socket_mode.aiohttp import SocketModeClient
from slack_sdk.socket_mode.async_client import AsyncBaseSocketModeClient
from slack_sdk.socket_mode.request import SocketModeRequest
from slack_sdk.web.async_client import AsyncWebClient

from bot.clock import stopwatch

# Slack lets addresses be asked for about once a minute; the first tries come sooner, for it may be a moment.
_FIRST_PAUSE_S, _LONGEST_PAUSE_S = 1.0, 60.0
# A line that held so long was good, though nothing was told on it.
_HELD_S = 150.0


class Line(SocketModeClient):
    """Hands what it hears to an app, and acknowledges what that took."""

    def __init__(
        self, app: AsyncApp, app_token: str, client: AsyncWebClient, logger: logging.Logger, ping_s: float
    ) -> None:
        super().__init__(app_token, logger=logger, web_client=client, ping_interval=ping_s)
        self.socket_mode_request_listeners.append(self._hand_over)
        self._app = app
        # Seconds to leave before the next address is asked for: none once a line was good.
        self._pause = 0.0
        self._asked_at = stopwatch()

    def is_good(self) -> None:
        """Note that something is told on it: should the line be lost, the next is asked for at once."""
        self._pause = 0.0

    async def issue_new_wss_url(self) -> str:
        """Return an address to connect to. Raises what the library does."""
        if stopwatch() - self._asked_at > _HELD_S:
            self._pause = 0.0
        # Not all that lost it at once are to come back at once.
        await asyncio.sleep(self._pause * random.uniform(0.5, 1.0))
        self._asked_at = stopwatch()
        self._pause = min(max(_FIRST_PAUSE_S, 2 * self._pause), _LONGEST_PAUSE_S)
        return await super().issue_new_wss_url()

    async def _hand_over(self, client: AsyncBaseSocketModeClient, request: SocketModeRequest) -> None:
        begun = stopwatch()
        await send_async_response(client, request, await run_async_bolt_app(self._app, request), begun)
