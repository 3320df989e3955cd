"""Discord, as a running Hearth starts it: the servers it is in, what it hears of them, and how it answers."""

import asyncio
import json
import logging
from collections.abc import Awaitable, Callable, Collection, Coroutine, Iterable, Mapping, Sequence
from contextlib import suppress
from datetime import date, datetime
from typing import Any

import aiohttp
import discord
import yarl
from aiohttp import web
from discord.gateway import DiscordWebSocket
from discord.http import Route
from pydantic import ValidationError

from adapters.discord.arrival import Arrival, forget_installed
from adapters.discord.calls import Calls, Denied
from adapters.discord.commands import WHICH, Commands, typed_in
from adapters.discord.doings import PRESSED, SENT, SUGGEST, doing, typing
from adapters.discord.first import (
    CannotUseDiscord,
    ask_first,
    check_sessions_left,
    number_in,
    unreachable,
)
from adapters.discord.kept import KeptValues
from adapters.discord.line import Line
from adapters.discord.missed import SURELY, Missed, forget_missed
from adapters.discord.names import read_name
from adapters.discord.obstacles import Obstacles
from adapters.discord.pace import Pace
from adapters.discord.registering import APPLICATION, register
from adapters.discord.replies import Replies
from adapters.discord.rights import intents_for
from adapters.discord.sender import DiscordSender
from adapters.discord.server import Server
from adapters.discord.shards import Shards
from adapters.discord.translate import called, happened
from adapters.wire.values import Wire, object_in, objects_in, text_in
from bot.cards import MessageRef
from bot.clock import Clock
from bot.events import Event, Uninstalled
from bot.logs import named
from bot.ports import Closed, Hears, Memory, Sender, Suggests
from bot.settings import Process

log = named(__name__)

# Longer than this nobody waits at the start until everything about the servers is read: it goes on beside.
_PATIENCE_S = 15.0
# At the end, for so long what was told is waited for until it is committed.
_FINISH_S = 5.0
# So many servers are read at once, whose members are held meanwhile.
_ARRIVE_AT_ONCE = 4
# How often it is written down until when everything was heard.
_COMPLETE_EVERY_S = 30.0
# What went wrong in the background is tried again after so long.
_AGAIN_S = 5.0
# How the names begin under which the servers are kept that Hearth is in.
_SERVER = "server:"
# What Discord says of servers that Hearth is not in.
_NOT_IN_SERVER = (10004, 50001)
_CHANNELS = ("CHANNEL_CREATE", "CHANNEL_UPDATE", "THREAD_CREATE", "THREAD_UPDATE")
_RIGHTS = ("GUILD_ROLE_CREATE", "GUILD_ROLE_UPDATE", "GUILD_ROLE_DELETE")


class Discord:
    """The adapter: one application, and all servers it was added to."""

    prefix = "discord"

    def __init__(
        self, process: Process, clock: Clock, memory: Memory, commands: Commands, suggests: Suggests
    ) -> None:
        self._process = process
        self._clock = clock
        self._memory = memory
        self._kept = KeptValues(memory, clock.now)
        self._commands = commands
        self._suggests = suggests
        self._servers: dict[str, Server] = {}
        self._missed: dict[str, Missed] = {}
        self._arrivals: dict[str, Arrival] = {}
        self._working: dict[str, list[asyncio.Task[None]]] = {}
        # What is told of servers that were left, before anything is told of them again.
        self._leaving: dict[str, asyncio.Task[None]] = {}
        self._shards = Shards(self._tell_line)
        self._obstacles = Obstacles(memory, self._tell_right)
        self._tasks: set[asyncio.Task[Any]] = set()
        # Of these, what was told and is not committed yet.
        self._taken: set[asyncio.Task[None]] = set()
        self._pace = Pace()
        self._arriving = asyncio.Semaphore(_ARRIVE_AT_ONCE)
        self._inbox: Hears | None = None
        self._line: Line | None = None
        self._calls: Calls | None = None
        self._session: aiohttp.ClientSession | None = None
        self._flags = 0
        self._hushed = False
        self._before: tuple[str, yarl.URL] | None = None
        self._replies = Replies(process.discord_api_url, self._open_session)
        self._sender: Sender | None = None

    @property
    def sender(self) -> Sender:
        """What does actions here, once it is opened."""
        assert self._sender is not None
        return self._sender

    async def open(self) -> None:
        """Look whether the token is good, and what was granted. Raises CannotUseDiscord."""
        assert self._process.discord_token is not None
        token = self._process.discord_token.get_secret_value().strip()
        logger = logging.getLogger("discord")
        logger.setLevel(max(logger.level, logging.ERROR))
        self._before = Route.BASE, DiscordWebSocket.DEFAULT_GATEWAY
        Route.BASE = url = self._process.discord_api_url
        self._session = aiohttp.ClientSession()
        application = await ask_first(self._session, url, "/oauth2/applications/@me", token)
        self._flags = number_in(application, "flags")
        self._replies.application = text_in(application, "id")
        where = await ask_first(self._session, url, "/gateway/bot", token)
        gateway = self._process.discord_gateway_url or text_in(where, "url")
        DiscordWebSocket.DEFAULT_GATEWAY = yarl.URL(gateway)
        shards = self._process.discord_shards or number_in(where, "shards") or 1
        check_sessions_left(object_in(where, "session_start_limit"), shards)
        self._line = Line(intents_for(self._flags), shards, self._told, self._state, self._pace.room)
        self._shards.look_at(self._line)
        self._calls = Calls(self._line)
        self._sender = DiscordSender(
            self._of_community, self._calls, self._replies, self._kept, self._obstacles.met
        )
        try:
            await self._line.login(token)
        except (discord.DiscordException, aiohttp.ClientError, TimeoutError, OSError) as error:
            raise unreachable(url, error) from error

    def attach(self, application: web.Application, inbox: Hears, address: str) -> None:
        """Hand what is heard to an inbox; Discord needs no address of ours."""
        self._inbox = inbox

    async def start(self) -> None:
        """Begin to hear, and read what there is. Raises CannotUseDiscord."""
        assert self._line is not None
        self._task(_until_done(self._register))
        connecting = self._task(self._line.connect())
        ready = asyncio.create_task(self._line.wait_until_ready())
        try:
            await asyncio.wait((connecting, ready), timeout=_PATIENCE_S, return_when=asyncio.FIRST_COMPLETED)
        finally:
            ready.cancel()
            await asyncio.gather(ready, return_exceptions=True)
        if connecting.done():
            error = connecting.exception()
            raise CannotUseDiscord(f"Discord's gateway does not let Hearth in: {error}") from error
        connecting.add_done_callback(self._lost)
        arriving = [tasks[0] for tasks in self._working.values() if tasks]
        if arriving:
            await asyncio.wait(arriving, timeout=_PATIENCE_S)
        self._task(_until_done(self._look_after))

    async def hush(self) -> None:
        """Hear no more, and have what was heard committed."""
        self._hushed = True
        await self._complete()
        if self._line is not None:
            for shard in self._line.shards.values():
                await shard.disconnect()
        self._shards.close()
        if self._taken:
            await asyncio.wait(self._taken, timeout=_FINISH_S)
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def close(self) -> None:
        """Let go, once nothing is sent any more."""
        await self._replies.close()
        if self._line is not None:
            await self._line.close()
        if self._session is not None:
            await self._session.close()
        if self._before is not None:
            Route.BASE, DiscordWebSocket.DEFAULT_GATEWAY = self._before

    def permalink(self, community: str, ref: MessageRef) -> str | None:
        """Return where a message of a server can be read."""
        server = self._of_community(community)
        return None if server is None else server.permalink(ref)

    def figures(self) -> Mapping[str, tuple[str, Callable[[], float]]]:
        """Return what is to be seen of it in the figures of running."""
        down, under_way = "Shards whose line is down.", "What Discord told and is not committed yet."
        return {
            "hearth_discord_lines_down": (down, lambda: float(self._shards.number_down)),
            "hearth_discord_under_way": (under_way, lambda: float(self._pace.under_way)),
        }

    # What comes.

    def _told(self, text: str) -> None:
        """Take what the gateway told; whatever that is, the line goes on."""
        if self._hushed:
            return
        wire = json.loads(text)
        try:
            self._hear(wire)
        except Exception:
            log.exception("discord_task_failed", kind=str(wire.get("t")))

    def _hear(self, wire: Wire) -> None:
        kind, data = wire.get("t"), wire.get("d")
        if not isinstance(kind, str) or not isinstance(data, dict):
            return
        if kind == "READY":
            self._ready(data)
            return
        if kind.startswith("GUILD_") and "guild_id" not in data:
            self._of_server(kind, data)
            return
        server = self._servers.get(text_in(data, "guild_id"))
        if server is None:
            return
        if kind == "INTERACTION_CREATE":
            self._interaction(data, server)
            return
        now = self._clock.now()
        try:
            events: list[Event] = [*self._about(kind, data, server)]
            # A number of its session is told again where a line is resumed.
            once = f"{self._shards.session(server.id)}.{wire.get('s')}"
            events += happened(kind, data, now, once, server)
        except ValidationError as error:
            field = error.errors(include_input=False, include_url=False)[0]["loc"]
            log.warning("event_not_read", kind=kind, field=str(field))
            return
        if kind == "GUILD_MEMBER_ADD":
            user = object_in(data, "user")
            server.know(text_in(user, "id"), called(user, data))
        if events:
            self._take(self._put(events))

    def _take(self, work: Coroutine[Any, Any, None]) -> None:
        """Do what was told, while more is told only as long as there is room for it."""
        self._pace.begin()
        task = self._task(work)
        self._taken.add(task)
        task.add_done_callback(self._done)

    def _done(self, task: asyncio.Task[None]) -> None:
        self._taken.discard(task)
        self._pace.end()

    def _ready(self, data: Wire) -> None:
        """Note a new session: until a server is told whole, nothing counts as heard."""
        number = self._shards.begin(data)
        there = {text_in(guild, "id") for guild in objects_in(data, "guilds")}
        for id_, server in list(self._servers.items()):
            if id_ in there:
                server.caught_up = False
        self._task(_until_done(lambda: self._leave_others(number, there)))

    async def _leave_others(self, shard: int, there: Collection[str]) -> None:
        """Leave the servers that removed Hearth while it did not hear."""
        for name in await self._memory.read_all(APPLICATION, _SERVER):
            id_ = name.removeprefix(_SERVER)
            if id_ not in there and self._shards.of(id_) == shard and await self._is_gone(id_):
                self._end(id_)

    async def _is_gone(self, id_: str) -> bool:
        """Ask whether Hearth is in a server no more: it may have been added anew just now."""
        assert self._calls is not None
        try:
            await self._calls.patiently("GET", "/guilds/{guild_id}", guild_id=id_)
        except Denied as denied:
            return denied.code in _NOT_IN_SERVER
        return False

    def _of_server(self, kind: str, data: Wire) -> None:
        id_ = text_in(data, "id")
        if kind == "GUILD_CREATE" and not data.get("unavailable"):
            self._begin(id_)
        elif kind == "GUILD_UPDATE" and id_ in self._arrivals:
            self._task(self._put([self._arrivals[id_].community()]))
        elif kind == "GUILD_DELETE" and id_ in self._servers:
            if data.get("unavailable"):
                self._fails(id_)
            else:
                self._end(id_)

    def _begin(self, id_: str) -> None:
        """Read a server, then look after it until it is left."""
        assert self._inbox is not None
        assert self._line is not None
        assert self._calls is not None
        for task in self._working.get(id_, ()):
            task.cancel()
        server = self._servers.get(id_)
        if server is None:
            server = self._servers[id_] = Server(self._line, id_, self._replies.application)
            user = self._line.user
            server.me = str(user.id) if user else server.me
        server.caught_up = False
        now = self._clock.now
        arrival = Arrival(server, self._calls, self._inbox, self._memory, now, self._flags)
        missed = Missed(server, self._calls, self._inbox, self._memory, now)
        self._arrivals[id_], self._missed[id_] = arrival, missed

        async def arrive() -> None:
            leaving = self._leaving.pop(id_, None)
            if leaving is not None:
                await asyncio.wait([leaving])
            async with self._arriving:
                await self._memory.write(APPLICATION, f"{_SERVER}{id_}", "")
                await missed.since_last()
                server.caught_up = True
                await missed.complete()
                await arrival.tell()
                await self._obstacles.recall(server)

        async def read() -> None:
            await arriving
            await _until_done(missed.run)

        arriving = self._task(_until_done(arrive))
        self._working[id_] = [arriving, self._task(read())]

    def _fails(self, id_: str) -> None:
        """Have what is said count as missed until Discord tells the server whole again."""
        self._servers[id_].caught_up = False
        for task in self._working.pop(id_, ()):
            task.cancel()

    def _end(self, id_: str) -> None:
        """Leave a server that removed Hearth."""
        self._servers.pop(id_, None)
        self._missed.pop(id_, None)
        self._arrivals.pop(id_, None)
        for task in self._working.pop(id_, ()):
            task.cancel()
        self._leaving[id_] = self._task(_until_done(lambda: self._leave(id_)))

    async def _leave(self, id_: str) -> None:
        community, now = f"discord:{id_}", self._clock.now()
        log.warning("uninstalled", community=community)
        await self._put([Uninstalled(id=f"uninstalled:{now.timestamp():.6f}", community=community, at=now)])
        await forget_installed(self._memory, community)
        await forget_missed(self._memory, community)
        await self._memory.write(APPLICATION, f"{_SERVER}{id_}", None)

    def _about(self, kind: str, data: Wire, server: Server) -> Iterable[Event]:
        """Give what a dispatch tells of channels and of what Hearth may."""
        arrival = self._arrivals[server.id]
        guild = server.guild
        if guild is None:
            return
        if kind in _CHANNELS:
            channel = guild.get_channel_or_thread(number_in(data, "id"))
            if channel is not None:
                yield from arrival.channel(channel)
        elif kind in ("CHANNEL_DELETE", "THREAD_DELETE"):
            yield from self._gone(text_in(data, "id"), server)
        own = kind == "GUILD_MEMBER_UPDATE" and text_in(object_in(data, "user"), "id") == server.me
        if kind in _RIGHTS or own:
            yield from arrival.capabilities()
        if kind in _RIGHTS or own or kind == "CHANNEL_UPDATE":
            yield from arrival.channels()
            self._task(_until_done(lambda: self._obstacles.look_again(server)))

    def _gone(self, id_: str, server: Server) -> Iterable[Event]:
        if id_ in server.told:
            yield self._arrivals[server.id].gone(id_)

    def _interaction(self, data: Wire, server: Server) -> None:
        """Take what somebody did; that they wait is noted at once."""
        id_, token, kind = text_in(data, "id"), text_in(data, "token"), data.get("type")
        if kind == SUGGEST:
            self._take(self._suggest(data, server, self._clock.now()))
            return
        # What is pressed is often answered by the card that changes.
        self._replies.expect(id_, token, quietly=kind == PRESSED)
        self._take(self._did(data, server, self._clock.now()))

    async def _suggest(self, wire: Wire, server: Server, at: datetime) -> None:
        data, digests = object_in(wire, "data"), dict[str, str]()
        if typed_in(data)[1] == WHICH.name:
            with suppress(ValidationError, Closed):
                digests |= await self._suggests.digests(typing(wire, at, server))
        choices = self._commands.suggestions(data, digests)
        await self._replies.suggest(text_in(wire, "id"), text_in(wire, "token"), choices)

    async def _did(self, data: Wire, server: Server, at: datetime) -> None:
        values: dict[str, str] = {}
        if data.get("type") in (PRESSED, SENT):
            _, value, digest = read_name(text_in(object_in(data, "data"), "custom_id"))
            if digest:
                try:
                    values[value] = await self._kept.value(server.community, value)
                except Closed:
                    # They see that no answer comes, and press again.
                    log.warning("discord_waits_for_database")
                    return
        try:
            event = doing(data, at, server, values)
        except ValidationError as error:
            field = error.errors(include_input=False, include_url=False)[0]["loc"]
            log.warning("interaction_not_read", field=str(field))
            return
        if event is not None:
            server.know(event.member, event.name)
            await self._put([event])

    # The lines.

    def _state(self, event: str, shard: int) -> None:
        if not self._hushed:
            self._shards.changed(event, shard)

    def _lost(self, connecting: asyncio.Task[None]) -> None:
        if not self._hushed and not connecting.cancelled():
            self._shards.lost(connecting.exception())

    def _tell_line(self, shard: int, reason: str) -> None:
        events = [
            self._arrivals[id_].capability("connection", reason)
            for id_ in self._servers
            if self._shards.of(id_) == shard and id_ in self._arrivals
        ]
        self._task(self._put(events))

    async def _look_after(self) -> None:
        """Write down from time to time until when all was heard; forget each day what is old."""
        day: date | None = None
        while True:
            if day != (day := self._clock.now().date()):
                for server in list(self._servers.values()):
                    await self._kept.forget_old(server.community)
            await asyncio.sleep(_COMPLETE_EVERY_S)
            await self._complete()

    async def _complete(self) -> None:
        """Write it down where all was heard: behind what waited to be read is more that was said then."""
        if self._pace.held_for < SURELY.total_seconds():
            return
        for id_, missed in list(self._missed.items()):
            server = self._servers.get(id_)
            if server and server.caught_up and not self._shards.is_behind(id_):
                await missed.complete()

    # The rest.

    async def _register(self) -> None:
        assert self._calls is not None
        url = self._process.discord_api_url
        await register(self._calls, self._memory, url, self._replies.application, self._commands)

    def _of_community(self, community: str) -> Server | None:
        return self._servers.get(community.partition(":")[2])

    async def _tell_right(self, server: Server, channel: str, reason: str) -> None:
        arrival = self._arrivals.get(server.id)
        if arrival is not None:
            await self._put([arrival.capability(f"channel:{channel}", reason)])

    async def _put(self, events: Sequence[Event]) -> None:
        assert self._inbox is not None
        await asyncio.gather(*(self._inbox.put(event) for event in events))

    def _open_session(self) -> aiohttp.ClientSession:
        assert self._session is not None
        return self._session

    def _task(self, work: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._ended)
        return task

    def _ended(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and task.exception() is not None:
            log.error("discord_task_ended", exc_info=task.exception())


async def _until_done(work: Callable[[], Awaitable[None]]) -> None:
    """Do what is to be done in the background, again after a while where something was in the way."""
    while True:
        try:
            return await work()
        except Closed:
            # The database: it is looked after elsewhere, and said there.
            log.warning("discord_waits_for_database")
        except Exception:
            log.exception("discord_task_failed")
        await asyncio.sleep(_AGAIN_S)
