"""The sandbox's page and its JSON API, as docs/sandbox.md describes it."""

import asyncio
import json
from collections.abc import Awaitable, Callable
from contextlib import suppress
from pathlib import Path

from aiohttp import web

from adapters.sandbox import rules
from adapters.sandbox.bodies import (
    MAX_BODY,
    MAX_EMOJI,
    Acting,
    Filled,
    Forward,
    NewCommand,
    NewMember,
    NewMessage,
    NewText,
    Picking,
    Press,
    body,
)
from adapters.sandbox.drawings import named
from adapters.sandbox.guard import add_headers, guard
from adapters.sandbox.listener import Listener
from adapters.sandbox.playground import Playground
from adapters.sandbox.records import Admitted, Fact, Joined, Left, Record
from adapters.sandbox.views import changes, clock, state
from adapters.sandbox.world import Member, World, interaction_id, message_id
from bot.clock import Clock
from bot.pictures import draw_png, draw_svg
from bot.ports import Hears

PAGE = Path(__file__).parent / "page"
PARTS = frozenset(path.name for path in PAGE.iterdir())
# Seconds after which a silent stream says that it is still there, so that a lost one is noticed.
_STILL_HERE = 15.0

_MEMBER_CHANGES: dict[str, Callable[[World, str], Admitted | Left | Joined]] = {
    "admit": rules.admit,
    "leave": rules.leave,
    "return": rules.join_again,
}


class Api:
    """The routes. What people do is answered when Hearth has committed the event it made."""

    def __init__(
        self,
        playground: Playground,
        listener: Listener,
        clock: Clock,
        inbox: Hears,
        tick: Callable[[], Awaitable[None]],
    ) -> None:
        self._playground = playground
        self._world = playground.world
        self._listener = listener
        self._clock = clock
        self._inbox = inbox
        self._tick = tick

    def application(self) -> web.Application:
        """Return the application, to which other routes may be added."""
        app = web.Application(middlewares=[guard], client_max_size=MAX_BODY)
        app.on_response_prepare.append(add_headers)
        app.on_shutdown.append(self._release)
        app.router.add_get("/", self._page)
        app.router.add_get("/page/{name}", self._part)
        app.router.add_get("/api/state", self._state)
        app.router.add_get("/api/stream", self._stream)
        app.router.add_post("/api/members", self._join)
        app.router.add_post("/api/members/{member}/{what:admit|leave|return}", self._change_member)
        app.router.add_post("/api/messages", self._post)
        app.router.add_patch("/api/messages/{message}", self._edit)
        app.router.add_delete("/api/messages/{message}", self._delete)
        app.router.add_get("/api/messages/{message}/pictures/{name}.{kind:png|svg}", self._picture)
        app.router.add_put("/api/messages/{message}/reactions/{emoji}", self._react)
        app.router.add_delete("/api/messages/{message}/reactions/{emoji}", self._unreact)
        app.router.add_post("/api/commands", self._command)
        app.router.add_post("/api/buttons", self._press)
        app.router.add_post("/api/messages/{message}/shortcuts", self._pick)
        app.router.add_post("/api/forms/{form}", self._submit)
        app.router.add_delete("/api/forms/{form}", self._close)
        app.router.add_post("/api/home", self._visit)
        app.router.add_get("/api/clock", self._time)
        app.router.add_post("/api/clock", self._forward)
        return app

    async def _release(self, _: web.Application) -> None:
        self._playground.release()

    async def _happen(self, fact: Fact) -> Record:
        return await self._listener.happen(fact, self._inbox)

    async def _page(self, _: web.Request) -> web.FileResponse:
        return web.FileResponse(PAGE / "index.html")

    async def _part(self, request: web.Request) -> web.FileResponse:
        name = request.match_info["name"]
        if name not in PARTS:
            raise web.HTTPNotFound
        return web.FileResponse(PAGE / name)

    def _reader(self, request: web.Request) -> Member:
        return rules.reader(self._world, _as(request))

    async def _state(self, request: web.Request) -> web.Response:
        return web.json_response(state(self._world, self._reader(request), self._clock.now()))

    async def _stream(self, request: web.Request) -> web.StreamResponse:
        member = self._reader(request)
        seq = _since(request, self._world.last)
        response = web.StreamResponse(headers={"Content-Type": "text/event-stream"})
        await response.prepare(request)
        with suppress(ConnectionResetError):  # Whoever watched has gone.
            await self._follow(response, member, seq)
        return response

    async def _follow(self, response: web.StreamResponse, member: Member, seq: int) -> None:
        with self._playground.watched() as happened:
            while not self._playground.closing:
                happened.clear()
                change = changes(self._world, member, seq, self._clock.now())
                seq = self._world.last
                if change is not None:
                    text = f"id: {seq}\nevent: change\ndata: {json.dumps(change)}\n\n"
                    await response.write(text.encode())
                try:
                    await asyncio.wait_for(happened.wait(), _STILL_HERE)
                except TimeoutError:
                    await response.write(b": still here\n\n")

    async def _join(self, request: web.Request) -> web.Response:
        new = await body(request, NewMember)
        fact = rules.join(self._world, new.name, bot=new.bot, pending=new.pending, admin=new.manager)
        record = await self._happen(fact)
        return _done({"member": fact.member}, record, status=201)

    async def _change_member(self, request: web.Request) -> web.Response:
        member = request.match_info["member"]
        fact = _MEMBER_CHANGES[request.match_info["what"]](self._world, member)
        return _done({"member": fact.member}, await self._happen(fact))

    async def _post(self, request: web.Request) -> web.Response:
        new = await body(request, NewMessage)
        fact = rules.post(
            self._world,
            new.by,
            new.channel,
            new.text,
            buttons=[button.link() for button in new.buttons],
            thread=new.thread,
            reply_to=new.reply_to,
        )
        record = await self._happen(fact)
        return _done({"message": message_id(record.n)}, record, status=201)

    async def _edit(self, request: web.Request) -> web.Response:
        new = await body(request, NewText)
        fact = rules.edit(self._world, new.by, request.match_info["message"], new.text)
        return _done({"message": fact.message}, await self._happen(fact))

    async def _delete(self, request: web.Request) -> web.Response:
        fact = rules.delete(self._world, _as(request), request.match_info["message"])
        return _done({"message": fact.message}, await self._happen(fact))

    async def _picture(self, request: web.Request) -> web.Response:
        message = rules.message_for(self._world, self._reader(request), request.match_info["message"])
        picture = named(message.card, request.match_info["name"])
        if picture is None:
            raise rules.NotThere(f"There is no such picture in {message.id}.")
        # Another picture has another name.
        headers = {"Cache-Control": "private, max-age=31536000, immutable"}
        if request.match_info["kind"] == "png":
            image = await asyncio.to_thread(draw_png, picture)
            return web.Response(body=image, content_type="image/png", headers=headers)
        drawn = await asyncio.to_thread(draw_svg, picture)
        return web.Response(text=drawn, content_type="image/svg+xml", headers=headers)

    async def _react(self, request: web.Request) -> web.Response:
        by = (await body(request, Acting)).by
        message, emoji = request.match_info["message"], _emoji(request)
        fact = rules.react(self._world, by, message, emoji)
        return _done({"message": message}, await self._happen(fact) if fact else None)

    async def _unreact(self, request: web.Request) -> web.Response:
        message, emoji = request.match_info["message"], _emoji(request)
        fact = rules.unreact(self._world, _as(request), message, emoji)
        return _done({"message": message}, await self._happen(fact))

    async def _command(self, request: web.Request) -> web.Response:
        new = await body(request, NewCommand)
        record = await self._happen(rules.command(self._world, new.by, new.channel, new.text))
        return _done({"interaction": interaction_id(record.n)}, record, status=201)

    async def _press(self, request: web.Request) -> web.Response:
        new = await body(request, Press)
        fact = rules.press(self._world, new.by, new.message, new.button, new.value, new.chosen)
        record = await self._happen(fact)
        return _done({"interaction": interaction_id(record.n)}, record, status=201)

    async def _pick(self, request: web.Request) -> web.Response:
        new = await body(request, Picking)
        record = await self._happen(
            rules.pick(self._world, new.by, request.match_info["message"], new.shortcut)
        )
        return _done({"interaction": interaction_id(record.n)}, record, status=201)

    async def _submit(self, request: web.Request) -> web.Response:
        new = await body(request, Filled)
        record = await self._happen(rules.submit(self._world, new.by, request.match_info["form"], new.fields))
        return _done({"interaction": interaction_id(record.n)}, record, status=201)

    async def _close(self, request: web.Request) -> web.Response:
        fact = rules.close(self._world, _as(request), request.match_info["form"])
        return _done({"form": fact.form}, await self._happen(fact))

    async def _visit(self, request: web.Request) -> web.Response:
        by = (await body(request, Acting)).by
        record = await self._happen(rules.visit(self._world, by))
        return _done({"member": by}, record, status=201)

    async def _time(self, _: web.Request) -> web.Response:
        return web.json_response(clock(self._world, self._clock.now()))

    async def _forward(self, request: web.Request) -> web.Response:
        wanted = await body(request, Forward)
        await self._happen(rules.forward(self._clock.now(), by=wanted.by, to=wanted.to))
        await self._tick()
        return web.json_response(clock(self._world, self._clock.now()))


def _as(request: web.Request) -> str:
    who = request.query.get("as")
    if not who:
        raise rules.NotFit("Say who asks, as in ?as=bob.")
    return who


def _emoji(request: web.Request) -> str:
    emoji = request.match_info["emoji"]
    if len(emoji) > MAX_EMOJI or not emoji.isprintable() or not {" ", ":"}.isdisjoint(emoji):
        raise rules.NotFit("An emoji is a character or a short name without colons.")
    return emoji


def _since(request: web.Request, last: int) -> int:
    """Return the number a stream goes on from: what the browser saw last, what the page asked for, or now."""
    given = request.headers.get("Last-Event-ID") or request.query.get("after") or str(last)
    if not (given.isascii() and given.isdigit()) or len(given) > 18:
        raise rules.NotFit("A place in the stream is a whole number.")
    return min(int(given), last)


def _done(ids: dict[str, str], record: Record | None, status: int = 200) -> web.Response:
    """Answer with the ids that were made; `event` is null where nothing had to happen."""
    return web.json_response({**ids, "event": f"e{record.n}" if record else None}, status=status)
