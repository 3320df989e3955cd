"""The HTTP side of the pretend Discord: what a request goes through before and after it is answered."""

import asyncio
import json
import re
from collections import Counter
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Literal

from aiohttp import web

from tests.fakes.pretend_discord.limiting import Limiter
from tests.fakes.pretend_discord.refusals import Mistakes, Refusal, Wire
from tests.fakes.pretend_discord.world import World

VERSION = "10"
_MAX_BODY = 10 * 1024**2
_MAJOR = ("channel", "guild", "token")
_FIELD = re.compile(r"files\[(\d+)\]")

# What may become of a request that a test has plans for: the connection drops before it was done or after,
# no answer ever comes, or the status is answered and nothing done.
Fate = Literal["drops", "dies", "hangs"] | int


@dataclass
class Asked:
    """A request, read: what is in its path, its query and its form, with the files that came along."""

    path: dict[str, str]
    query: dict[str, str]
    form: Wire
    files: dict[int, tuple[str, bytes]]
    body: object = None


Answer = Wire | list[Wire] | None
Work = Callable[[Asked], Answer | Awaitable[Answer]]


@dataclass
class Plan:
    """What is to become of the next requests of a kind."""

    method: str
    route: str
    fate: Fate
    times: int


@dataclass
class Logged:
    """A request as it came, and how it was answered."""

    method: str
    path: str
    route: str
    form: Wire
    status: int


@dataclass
class Front:
    """Checks, limits and answers requests."""

    world: World
    token: str
    limiter: Limiter = field(default_factory=Limiter)
    latency: float = 0.0
    # Discord's has no charset beside it.
    json_type: str = "application/json"
    plans: list[Plan] = field(default_factory=list)
    log: list[Logged] = field(default_factory=list)
    refused: Counter[str] = field(default_factory=Counter)

    def __post_init__(self) -> None:
        self.app = web.Application(client_max_size=4 * _MAX_BODY)
        self.closing = asyncio.Event()

    def complete(self) -> None:
        """Say of everything else that it is not there; after all has been added."""
        self.app.router.add_route("*", "/api/{version}/{tail:.*}", self._unknown)

    def add(self, method: str, route: str, work: Work, *, open: bool = False) -> None:
        """Answer requests at a route with what `work` returns; `open`: without the bot's token."""

        async def answer(request: web.Request) -> web.StreamResponse:
            return await self._answer(request, method, route, work, open)

        self.app.router.add_route(method, f"/api/v{VERSION}{route}", answer)

    async def _unknown(self, request: web.Request) -> web.StreamResponse:
        version = request.match_info["version"]
        if version != f"v{VERSION}":
            return _said(Refusal(50041))
        return _json(404, {"message": "404: Not Found", "code": 0})

    async def _answer(
        self, request: web.Request, method: str, route: str, work: Work, open: bool
    ) -> web.StreamResponse:
        if self.latency:
            await asyncio.sleep(self.latency)
        fate = self._fate(method, route)
        if fate == "hangs":
            await self.closing.wait()
        if fate in ("drops", "hangs"):
            return _drop(request)
        if isinstance(fate, int):
            return _json(fate, {"message": "internal error", "code": 0})
        response = await self._limited(request, method, route, work, open)
        return _drop(request) if fate == "dies" else response

    def _fate(self, method: str, route: str) -> Fate | None:
        for plan in self.plans:
            if plan.times and plan.method == method and plan.route == route:
                plan.times -= 1
                return plan.fate
        return None

    async def _limited(
        self, request: web.Request, method: str, route: str, work: Work, open: bool
    ) -> web.StreamResponse:
        if self.limiter.shut_out():
            return web.Response(status=429, text="error code: 1015", content_type="text/html")
        major = ":".join(request.match_info[key] for key in _MAJOR if key in request.match_info)
        verdict = self.limiter.ask(method, route, major, counts_for_all=not open)
        headers = dict(verdict.headers)
        form: Wire = {}
        if verdict.passes:
            try:
                self._authorize(request, open)
                asked = await _read(request)
                form = asked.form
                answer = work(asked)
                response = _json(200, await answer if isinstance(answer, Awaitable) else answer)
            except Refusal as refusal:
                response = _said(refusal)
                if refusal.status == 429:
                    headers |= {"Via": "1.1 pretend", "Retry-After": str(refusal.body.get("retry_after", 1))}
        else:
            body = {"message": "You are being rate limited.", "retry_after": verdict.after}
            response = _json(429, body | {"global": verdict.of_all})
            headers |= {
                "Via": "1.1 pretend",
                "Retry-After": f"{verdict.after:.3f}",
                "X-RateLimit-Scope": "global" if verdict.of_all else "user",
            }
            self.limiter.hit[f"{method} {route}"] += 1
        self._note(request, method, route, form, response.status)
        response.headers.update(headers)
        if response.headers.get("Content-Type") == "application/json":
            response.headers["Content-Type"] = self.json_type
        return response

    def _authorize(self, request: web.Request, open: bool) -> None:
        if open:
            return
        if not request.headers.get("User-Agent", "").startswith("DiscordBot ("):
            raise Refusal(40333)
        if request.headers.get("Authorization") != f"Bot {self.token}":
            raise Refusal(0)

    def _note(self, request: web.Request, method: str, route: str, form: Wire, status: int) -> None:
        self.log.append(Logged(method, request.path, route, form, status))
        if status in (401, 403, 429):
            self.limiter.invalid += 1
        if status in (401, 403):
            same = f"{method} {request.path} {json.dumps(form, sort_keys=True)}"
            self.refused[same] += 1
            if self.refused[same] > 1:
                self.world.complain(f"{method} {route} was asked again after {status}")
        if self.limiter.shut_out():
            self.world.complain("so many requests were refused that the address is shut out")
        self.world.stir()


async def _read(request: web.Request) -> Asked:
    """Read a request as Discord does. Raises Refusal."""
    form: object = {}
    files: dict[int, tuple[str, bytes]] = {}
    kind = request.headers.get("Content-Type", "")
    if request.can_read_body:
        if kind.startswith("multipart/form-data"):
            form, files = await _read_parts(request)
        elif kind == "application/json":
            form = _loads(await request.read())
        else:
            message = "Expected \"Content-Type\" header to be one of {'application/json'}."
            mistakes = Mistakes()
            mistakes.add((), "CONTENT_TYPE_INVALID", message)
            mistakes.check()
    path = dict(request.match_info)
    return Asked(path, dict(request.query), form if isinstance(form, dict) else {}, files, form)


async def _read_parts(request: web.Request) -> tuple[object, dict[int, tuple[str, bytes]]]:
    form: object = {}
    files: dict[int, tuple[str, bytes]] = {}
    size = 0
    async for part in await request.multipart():
        assert not isinstance(part, type(None))
        data = await part.read()  # type: ignore[union-attr] # Nobody nests parts in parts.
        size += len(data)
        name = part.name or ""  # type: ignore[union-attr]
        numbered = _FIELD.fullmatch(name)
        if name == "payload_json":
            form = _loads(bytes(data))
        elif numbered:
            files[int(numbered[1])] = (part.filename or "", bytes(data))  # type: ignore[union-attr]
    if size > _MAX_BODY:
        raise Refusal(40005)
    return form, files


def _loads(data: bytes) -> object:
    try:
        form: object = json.loads(data)
    except ValueError:
        raise Refusal(50109) from None
    return form


def _json(status: int, body: object) -> web.Response:
    if body is None:
        return web.Response(status=204)
    headers = {"Content-Type": "application/json"}
    return web.Response(status=status, body=json.dumps(body).encode(), headers=headers)


def _said(refusal: Refusal) -> web.Response:
    return _json(refusal.status, refusal.body)


def _drop(request: web.Request) -> web.Response:
    if request.transport is not None:
        request.transport.abort()
    return web.Response()
