"""A strict chat platform on a loopback port, that tells of events over and over and fails now and then.

What it does it does when the request arrives, so that nothing of a caller that is gone comes through late.
"""

import asyncio
import json
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from random import Random
from typing import Any, Literal

from aiohttp import WSMsgType, web
from pydantic import ValidationError

from bot.cards import Card
from bot.events import Event, Happened

MAX_CARD_TEXT = 4_000
# Of each request: the platform is busy, drops the connection before it did anything, or after it did.
_BUSY, _DROPS_BEFORE, _DROPS_AFTER = 0.04, 0.04, 0.06
_BUSY_FOR_S = 0.02
# Of each event in each round: it is held back, or told twice.
_HELD_BACK, _DOUBLED = 0.2, 0.1
# So many events are told in one round, in any order, and again if not acknowledged by then.
_WINDOW = 5
_AGAIN_S = 0.15
_BETWEEN_ROUNDS_S = 0.02

Kind = Literal["post", "tell", "answer", "update"]
# When somebody may look on: an event was told or acknowledged, a request came in, or was done.
Moment = Literal["told", "acknowledged", "asked", "done"]
_LOOKED_UP: tuple[Kind, ...] = ("post", "tell")


@dataclass(frozen=True, slots=True)
class Done:
    """Something the platform did; `message` is its id of what was made or changed."""

    key: str
    kind: Kind
    place: str
    message: str


class PretendPlatform:
    """Tells of events until they are acknowledged, and does what it is asked, as `draw` has it."""

    def __init__(self, draw: Random) -> None:
        self._draw = draw
        self._runner = web.AppRunner(self._routes(), access_log=None, shutdown_timeout=0.1)
        self._untold: dict[str, str] = {}
        self._messages: dict[str, str] = {}
        # Everything done, in order; what was done twice is there twice.
        self.done: list[Done] = []
        self.refused: list[str] = []
        self.looked_up = 0
        self.told = 0
        self.connected = asyncio.Event()
        self.watch: Callable[[Moment], None] = lambda moment: None
        self.url = ""

    async def start(self) -> None:
        """Listen on a free port; `url` says where."""
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", 0)
        await site.start()
        host, port = self._runner.addresses[0]
        self.url = f"http://{host}:{port}"

    async def close(self) -> None:
        """Drop every connection and end."""
        await self._runner.cleanup()

    def happen(self, events: Sequence[Event]) -> None:
        """Let things happen that somebody is to be told of."""
        self._untold |= {event.id: event.model_dump_json() for event in events if isinstance(event, Happened)}

    @property
    def unacknowledged(self) -> int:
        """How many events nobody has acknowledged."""
        return len(self._untold)

    def _routes(self) -> web.Application:
        app = web.Application()
        app.router.add_get("/events", self._events)
        app.router.add_post("/messages", self._make)
        app.router.add_get("/messages", self._look_up)
        app.router.add_put("/messages/{message}", self._change)
        return app

    async def _events(self, request: web.Request) -> web.WebSocketResponse:
        socket = web.WebSocketResponse()
        await socket.prepare(request)
        self.connected.set()
        telling = asyncio.create_task(self._tell(socket))
        try:
            async for heard in socket:
                if heard.type is WSMsgType.TEXT:
                    self._untold.pop(json.loads(heard.data)["acknowledged"], None)
                    self.watch("acknowledged")
        finally:
            telling.cancel()
            with suppress(asyncio.CancelledError, ConnectionError):
                await telling
        return socket

    async def _tell(self, socket: web.WebSocketResponse) -> None:
        again_at: dict[str, float] = {}
        while True:
            now = asyncio.get_running_loop().time()
            window = [id for id in self._untold if again_at.get(id, now) <= now][:_WINDOW]
            told = [id for id in window if self._draw.random() >= _HELD_BACK]
            told += [id for id in told if self._draw.random() < _DOUBLED]
            self._draw.shuffle(told)
            for id in told:
                if id not in self._untold:
                    continue  # Acknowledged while an earlier one was told.
                await socket.send_str(self._untold[id])
                again_at[id] = now + _AGAIN_S
                self.told += 1
                self.watch("told")
            await asyncio.sleep(self._draw.random() * _BETWEEN_ROUNDS_S)

    async def _make(self, request: web.Request) -> web.Response:
        asked = await request.json()
        return self._answer(request, asked["key"], asked["card"], lambda: self._made(asked))

    async def _change(self, request: web.Request) -> web.Response:
        asked = await request.json()
        message = request.match_info["message"]
        if message not in self._messages.values():
            return self._refuse(asked["key"], "there is no such message")
        done = Done(asked["key"], "update", asked["place"], message)
        return self._answer(request, asked["key"], asked["card"], lambda: self._did(done))

    async def _look_up(self, request: web.Request) -> web.Response:
        key = request.query["key"]
        self.looked_up += 1
        return self._answer(request, key, None, lambda: self._messages.get(key))

    def _made(self, asked: dict[str, Any]) -> str:
        message = f"m{len(self.done)}"
        if asked["kind"] in _LOOKED_UP:
            self._messages.setdefault(asked["key"], message)
        return self._did(Done(asked["key"], asked["kind"], asked["place"], message))

    def _did(self, done: Done) -> str:
        self.done.append(done)
        return done.message

    def _answer(
        self, request: web.Request, key: str, card: object, do: Callable[[], str | None]
    ) -> web.Response:
        """Do it and say so, unless it is refused or the platform is not itself."""
        self.watch("asked")
        if card is not None and (why_not := _malformed(card)):
            return self._refuse(key, why_not)
        fate = self._draw.random()
        if fate < _BUSY:
            return web.json_response({}, status=429, headers={"Retry-After": str(_BUSY_FOR_S)})
        if fate < _BUSY + _DROPS_BEFORE:
            return _hang_up(request)
        message = do()
        self.watch("done")
        if fate < _BUSY + _DROPS_BEFORE + _DROPS_AFTER:
            return _hang_up(request)
        return web.json_response({"message": message})

    def _refuse(self, key: str, why_not: str) -> web.Response:
        self.refused.append(key)
        return web.json_response({"error": why_not}, status=400)


def _malformed(card: object) -> str | None:
    """Return what is wrong with a card, or None."""
    try:
        read = Card.model_validate(card)
    except ValidationError as error:
        return f"no card: {error.errors()[0]['msg']}"
    if not (read.title or read.text):
        return "the card says nothing"
    return "the card is too long" if len(read.text) > MAX_CARD_TEXT else None


def _hang_up(request: web.Request) -> web.Response:
    if request.transport is not None:
        request.transport.abort()
    return web.Response()
