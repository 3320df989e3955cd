"""Socket Mode: up to ten websockets of an app, each envelope to one of them."""

import asyncio
import json
import random
import secrets
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from aiohttp import WSMsgType, web

from tests.fakes.pretend_slack.deliveries import Answer, Delivery
from tests.fakes.pretend_slack.refusal import Json

if TYPE_CHECKING:
    from tests.fakes.pretend_slack.apps import App

MOST_SOCKETS = 10


@dataclass(eq=False)
class Connection:
    """One websocket. A mute one sends nothing any more, not even answers to pings, and stays open.

    A deaf one still answers pings, and no envelope comes through it.
    """

    ws: web.WebSocketResponse
    mute: bool = False
    deaf: bool = False


@dataclass(eq=False)
class Sockets:
    """An app's websockets, and the envelopes that wait for an acknowledgement."""

    app: "App"
    address: str
    complaints: list[str] = field(default_factory=list)
    connections: list[Connection] = field(default_factory=list)
    # How many were ever opened.
    opened: int = 0
    _tickets: set[str] = field(default_factory=set)
    _waiting: dict[str, asyncio.Future[Json]] = field(default_factory=dict)
    _known: set[str] = field(default_factory=set)
    _random: random.Random = field(default_factory=lambda: random.Random(4))

    def ticket(self) -> str:
        """Return an address for one websocket."""
        ticket = secrets.token_hex(16)
        self._tickets.add(ticket)
        return f"{self.address.replace('http', 'ws', 1)}/link/?ticket={ticket}&app_id={self.app.id}"

    async def attempt(self, delivery: Delivery, number: int, reason: str, patience_s: float) -> Answer:
        """Send an envelope over one websocket, and wait for its acknowledgement."""
        open_ones = [each for each in self.connections if not each.ws.closed]
        if not open_ones:
            return Answer(False, reason="no_active_connection")
        connection = self._random.choice(open_ones)
        envelope: Json = {
            "envelope_id": delivery.envelope,
            "payload": delivery.body,
            "type": delivery.kind,
            "accepts_response_payload": delivery.kind != "events_api",
        }
        if delivery.kind == "events_api":
            envelope |= {"retry_attempt": number, "retry_reason": reason}
        self._known.add(delivery.envelope)
        future = self._waiting[delivery.envelope] = asyncio.get_running_loop().create_future()
        try:
            if not (connection.mute or connection.deaf):
                await connection.ws.send_str(json.dumps(envelope))
            response = await asyncio.wait_for(future, patience_s)
        except (TimeoutError, ConnectionError):
            return Answer(False, reason="timeout")
        finally:
            del self._waiting[delivery.envelope]
        if response and delivery.kind == "events_api":
            self.complaints.append(f"an event was answered with {sorted(response)}")
        return Answer(True, response)

    async def serve(self, request: web.Request) -> web.StreamResponse:
        """Take a websocket for as long as it is open."""
        ticket = request.query.get("ticket", "")
        if ticket not in self._tickets:
            return web.Response(status=404)
        self._tickets.remove(ticket)
        ws = web.WebSocketResponse(autoping=False)
        await ws.prepare(request)
        if len(self.connections) >= MOST_SOCKETS:
            await ws.send_json(self._disconnect("too_many_websockets"))
            await ws.close()
            return ws
        connection = Connection(ws)
        self.connections.append(connection)
        self.opened += 1
        try:
            await ws.send_json(
                {
                    "type": "hello",
                    "num_connections": len(self.connections),
                    "connection_info": {"app_id": self.app.id},
                    "debug_info": {"host": "applink-pretend", "approximate_connection_time": 18_060},
                }
            )
            async for message in ws:
                if connection.mute:
                    continue
                if message.type == WSMsgType.PING:
                    await ws.pong(message.data)
                elif message.type == WSMsgType.TEXT:
                    self._acknowledged(message.data)
        finally:
            self.connections.remove(connection)
        return ws

    async def warn(self) -> None:
        """Say that the websockets will be closed soon."""
        for connection in self.connections:
            await connection.ws.send_json(self._disconnect("warning"))

    async def refresh(self) -> None:
        """Ask for new websockets, and close those there are."""
        for connection in list(self.connections):
            await connection.ws.send_json(self._disconnect("refresh_requested"))
            await connection.ws.close()

    def drop(self) -> None:
        """Cut every connection without a word, as a network does."""
        for connection in list(self.connections):
            transport = connection.ws._req.transport if connection.ws._req else None
            if transport:
                transport.abort()

    def _acknowledged(self, data: str) -> None:
        try:
            told = json.loads(data)
            envelope, payload = told["envelope_id"], told.get("payload") or {}
        except (ValueError, KeyError, TypeError):
            self.complaints.append("something came over a websocket that is no acknowledgement")
            return
        if envelope not in self._known:
            self.complaints.append("an envelope was acknowledged that was never sent")
        future = self._waiting.get(envelope)
        if future and not future.done():
            future.set_result(payload if isinstance(payload, dict) else {"text": payload})

    @staticmethod
    def _disconnect(reason: str) -> Json:
        return {"type": "disconnect", "reason": reason, "debug_info": {"host": "applink-pretend"}}
