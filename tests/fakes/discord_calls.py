"""Talks to a pretend Discord: by bare HTTP, by a bare gateway socket, and with discord.py as it is."""

import asyncio
import json
import zlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any, Self

import aiohttp
import discord
import yarl
from discord.gateway import DiscordWebSocket
from discord.http import Route

from tests.fakes.pretend_discord import TOKEN, PretendDiscord

USER_AGENT = "DiscordBot (https://example.com, 1) tests"
Wire = Any


class Caller:
    """Asks over HTTP what no library would, and shows what came back."""

    def __init__(self, pretend: PretendDiscord, session: aiohttp.ClientSession) -> None:
        self._pretend = pretend
        self._session = session
        self.headers: dict[str, str] = {}

    async def call(
        self,
        method: str,
        path: str,
        body: Wire = None,
        *,
        token: str | None = TOKEN,
        agent: str = USER_AGENT,
        kind: str = "application/json",
        base: str = "",
        **query: Any,
    ) -> tuple[int, Wire]:
        """Return the status and what was answered."""
        headers = {"User-Agent": agent}
        data: bytes | aiohttp.FormData | None = None
        if token is not None:
            headers["Authorization"] = f"Bot {token}"
        if isinstance(body, bytes | aiohttp.FormData):
            data = body
            if isinstance(body, bytes):
                headers["Content-Type"] = kind
        elif body is not None:
            data, headers["Content-Type"] = json.dumps(body).encode(), kind
        url = (base or self._pretend.api) + path
        async with self._session.request(method, url, data=data, headers=headers, params=query) as response:
            self.headers = dict(response.headers)
            text = await response.text()
            is_json = response.headers.get("Content-Type") == "application/json"
            return response.status, json.loads(text) if is_json else text

    async def refusal(self, method: str, path: str, body: Wire = None, **more: Any) -> tuple[int, int]:
        """Return the status and the code of an answer that is a refusal."""
        status, answer = await self.call(method, path, body, **more)
        return status, answer["code"] if isinstance(answer, dict) and "code" in answer else -1

    async def mistakes(self, method: str, path: str, body: Wire, **more: Any) -> list[tuple[str, str]]:
        """Return where a form is wrong, with the codes, of a refusal that says so."""
        status, answer = await self.call(method, path, body, **more)
        assert (status, answer["code"]) == (400, 50035), (status, answer)
        return sorted(_places(answer["errors"]))

    def gateway(self, **query: str) -> "Line":
        """Open the gateway by hand."""
        url = yarl.URL(self._pretend.gateway.url).with_query({"v": "10", "encoding": "json", **query})
        return Line(self._session, url)


def _places(errors: Wire, place: str = "") -> list[tuple[str, str]]:
    found = [(place, each["code"]) for each in errors.get("_errors", ())]
    for key, below in errors.items():
        if key != "_errors":
            found += _places(below, f"{place}.{key}".lstrip("."))
    return found


class Line:
    """A gateway socket in a test's own hands."""

    def __init__(self, session: aiohttp.ClientSession, url: yarl.URL) -> None:
        self._session = session
        self._url = url
        self._inflate = zlib.decompressobj()

    async def __aenter__(self) -> Self:
        self._socket = await self._session.ws_connect(self._url, autoclose=False)
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._socket.close(code=4000)

    async def send(self, op: int, data: Wire) -> None:
        await self._socket.send_str(json.dumps({"op": op, "d": data}))

    async def send_raw(self, text: str) -> None:
        await self._socket.send_str(text)

    async def next(self) -> Wire:
        """Return what comes next."""
        async with asyncio.timeout(30):
            heard = await self._socket.receive()
        if heard.type is aiohttp.WSMsgType.BINARY:
            return json.loads(self._inflate.decompress(heard.data))
        assert heard.type is aiohttp.WSMsgType.TEXT, heard
        return json.loads(heard.data)

    async def until(self, kind: str) -> Wire:
        """Return the data of the next dispatch of a kind."""
        while True:
            heard = await self.next()
            if heard["t"] == kind:
                return heard["d"]

    async def closed(self) -> int | None:
        """Wait for the end; return its code."""
        async with asyncio.timeout(30):
            while True:
                heard = await self._socket.receive()
                if heard.type in (aiohttp.WSMsgType.CLOSE, aiohttp.WSMsgType.CLOSED):
                    return self._socket.close_code

    async def leave(self, code: int) -> None:
        await self._socket.close(code=code)

    async def identify(self, intents: int, **more: Wire) -> Wire:
        """Identify after the hello; return what READY says."""
        assert (await self.next())["op"] == 10
        await self.send(2, identity(intents, **more))
        return await self.until("READY")


def identity(intents: int, **more: Wire) -> Wire:
    return {"token": TOKEN, "intents": intents, "properties": {"os": "linux"}} | more


@asynccontextmanager
async def calling(pretend: PretendDiscord) -> AsyncIterator[Caller]:
    """Give a caller of a pretend Discord, and start and end that."""
    await pretend.start()
    try:
        async with aiohttp.ClientSession() as session:
            yield Caller(pretend, session)
    finally:
        await pretend.close()


class Client(discord.Client):
    """discord.py's client, as a test sees it: what came is in `heard`, by the names of its events."""

    def __init__(self, intents: discord.Intents, **more: Any) -> None:
        more = {"chunk_guilds_at_startup": False, "guild_ready_timeout": 0.05} | more
        super().__init__(intents=intents, **more)
        self.heard: list[tuple[str, Any]] = []
        self.stirred = asyncio.Event()

    def dispatch(self, event: str, /, *args: Any, **kwargs: Any) -> None:
        """Note what happened, besides."""
        if not event.startswith("socket"):
            self.heard.append((event, args[0] if args else None))
            self.stirred.set()
        super().dispatch(event, *args, **kwargs)

    async def before_identify_hook(self, shard_id: int | None, *, initial: bool = False) -> None:
        """Identify again at once: nobody minds here."""

    async def hears(self, event: str, count: int = 1) -> Any:
        """Wait until an event came so often; return what the last one was about."""
        async with asyncio.timeout(30):
            while True:
                self.stirred.clear()
                found = [about for name, about in self.heard if name == event]
                if len(found) >= count:
                    return found[count - 1]
                await self.stirred.wait()


@asynccontextmanager
async def pointed_at(pretend: PretendDiscord) -> AsyncIterator[None]:
    """Let discord.py ask the pretend Discord; the addresses are the process's, so they are put back."""
    before = Route.BASE, DiscordWebSocket.DEFAULT_GATEWAY
    Route.BASE = pretend.api
    DiscordWebSocket.DEFAULT_GATEWAY = yarl.URL(pretend.gateway.url)
    try:
        yield
    finally:
        Route.BASE, DiscordWebSocket.DEFAULT_GATEWAY = before


@asynccontextmanager
async def connected(pretend: PretendDiscord, client: discord.Client) -> AsyncIterator[None]:
    """Run a client of discord.py on a pretend Discord that listens."""
    async with pointed_at(pretend):
        running = asyncio.create_task(client.start(TOKEN))
        try:
            await pretend.until(lambda: pretend.gateway.ready or running.done())
            yield
        finally:
            await client.close()
            await asyncio.gather(running, return_exceptions=True)
