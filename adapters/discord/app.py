"""Discord, as a running Hearth starts it: the servers it is in, what it hears of them, and how it answers."""

import asyncio
import json
import logging
from collections.abc import Callable, Collection, Mapping, Sequence
from contextlib import suppress
from datetime import date
from typing import Any

import aiohttp
import discord
import yarl
from aiohttp import web
from discord.http import Route

from adapters.discord.arrival import forget_installed
from adapters.discord.asked import Asked
from adapters.discord.calls import Calls, Denied
from adapters.discord.commands import Commands
from adapters.discord.first import (
    BadToken,
    CannotUseDiscord,
    ask_first,
    check_sessions_left,
    check_token,
    number_in,
    unreachable,
)
from adapters.discord.gateway import Gateway
from adapters.discord.inside import Inside
from adapters.discord.kept import KeptValues
from adapters.discord.lenient import json_or_text
from adapters.discord.line import Line
from adapters.discord.missed import forget_missed
from adapters.discord.obstacles import Obstacles
from adapters.discord.registering import APPLICATION, register
from adapters.discord.replies import Replies
from adapters.discord.rights import UNKNOWN, intents_for
from adapters.discord.sender import DiscordSender
from adapters.discord.server import Server
from adapters.discord.shards import Shards
from adapters.discord.upkeep import Upkeep
from adapters.discord.work import Work, until_done
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
# So many servers are read at once, whose members are held meanwhile.
_ARRIVE_AT_ONCE = 4
# How often it is written down until when everything was heard.
_COMPLETE_EVERY_S = 30.0
# How the names begin under which the servers are kept that Hearth is in.
_SERVER = "server:"
# What Discord says of servers that Hearth is not in.
_NOT_IN_SERVER = (10004, 50001)


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
        self._servers: dict[str, Inside] = {}
        # What is told of servers that were left, before anything is told of them again.
        self._leaving: dict[str, asyncio.Task[None]] = {}
        self._shards = Shards(self._tell_line)
        self._obstacles = Obstacles(memory, self._tell_right)
        self._work = Work()
        self._arriving = asyncio.Semaphore(_ARRIVE_AT_ONCE)
        self._inbox: Hears | None = None
        self._line: Line | None = None
        self._calls: Calls | None = None
        self._session: aiohttp.ClientSession | None = None
        self._upkeep: Upkeep | None = None
        self._hushed = False
        self._before: tuple[str, Any, Any] | None = None
        self._replies = Replies(process.discord_api_url, self._open_session)
        self._asked = Asked(commands, suggests, self._kept, self._replies, self._work, clock.now)
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
        self._before = Route.BASE, discord.shard.DiscordWebSocket, discord.http.json_or_text
        # discord.py has no other place to say of what kind lines are, where they lead, and what is JSON.
        discord.shard.DiscordWebSocket = Gateway  # type: ignore[misc]
        discord.http.json_or_text = json_or_text
        Route.BASE = url = self._process.discord_api_url
        self._session = session = aiohttp.ClientSession()
        application = await ask_first(session, url, "/oauth2/applications/@me", token)
        # Where nobody says what was granted, it is asked for all, and for less where that is refused.
        flags = number_in(application, "flags") if "flags" in application else UNKNOWN
        self._replies.application = text_in(application, "id")
        shards = await self._find_gateway(session, token)
        line = Line(intents_for(flags), application, shards, self._told, self._state, self._work.pace.room)
        self._line = line
        self._shards.look_at(line)
        self._calls = Calls(line)
        self._sender = DiscordSender(
            self._of_community, self._calls, self._replies, self._kept, self._obstacles.met
        )

        self._upkeep = Upkeep(line, self._shards, flags, lambda: check_token(session, url, token))
        try:
            await line.login(token)
        except (discord.DiscordException, aiohttp.ClientError, TimeoutError, OSError) as error:
            raise unreachable(url, error) from error

    async def _find_gateway(self, session: aiohttp.ClientSession, token: str) -> int:
        """Learn where the lines lead; return how many shards there are. Raises CannotUseDiscord."""
        named_one = self._process.discord_gateway_url
        try:
            where = await ask_first(session, self._process.discord_api_url, "/gateway/bot", token)
        except BadToken:
            raise
        except CannotUseDiscord:
            if not named_one:
                raise
            where = {}
        Gateway.fixed = yarl.URL(named_one) if named_one else None
        Gateway.DEFAULT_GATEWAY = yarl.URL(named_one or text_in(where, "url"))
        shards = self._process.discord_shards or number_in(where, "shards") or 1
        check_sessions_left(object_in(where, "session_start_limit"), shards)
        return shards

    def attach(self, application: web.Application, inbox: Hears, address: str) -> None:
        """Hand what is heard to an inbox; Discord needs no address of ours."""
        self._inbox = inbox

    async def start(self) -> None:
        """Begin to hear, and read what there is. Raises CannotUseDiscord."""
        assert self._line is not None
        assert self._upkeep is not None
        self._work.until_done(self._register)
        keeping = self._work.begin(self._upkeep.run())
        begun = asyncio.create_task(self._line.begun.wait())
        try:
            await asyncio.wait((keeping, begun), timeout=_PATIENCE_S, return_when=asyncio.FIRST_COMPLETED)
        finally:
            begun.cancel()
            await asyncio.gather(begun, return_exceptions=True)
        if keeping.done():
            raise CannotUseDiscord(f"Discord's gateway does not let Hearth in: {keeping.result()}")
        arriving = [inside.reading[0] for inside in self._servers.values() if inside.reading]
        if arriving:
            await asyncio.wait(arriving, timeout=_PATIENCE_S)
        self._work.until_done(self._look_after)

    async def hush(self) -> None:
        """Hear no more, and have what was heard committed."""
        self._hushed = True
        if self._line is not None:
            await self._line.close()
        self._shards.close()
        await self._work.finish()
        with suppress(Closed):
            await self._complete()
        await self._work.end()

    async def close(self) -> None:
        """Let go, once nothing is sent any more."""
        await self._replies.close()
        if self._line is not None:
            await self._line.let_go()
        if self._session is not None:
            await self._session.close()
        if self._before is not None:
            Route.BASE, gateway, discord.http.json_or_text = self._before
            discord.shard.DiscordWebSocket = gateway  # type: ignore[misc]

    def unready(self) -> str | None:
        """Return why nothing is heard of Discord now, in a sentence, or None."""
        return self._shards.trouble

    def permalink(self, community: str, ref: MessageRef) -> str | None:
        """Return where a message of a server can be read."""
        server = self._of_community(community)
        return None if server is None else server.permalink(ref)

    def figures(self) -> Mapping[str, tuple[str, Callable[[], float]]]:
        """Return what is to be seen of it in the figures of running."""
        down, under_way = "Shards whose line is down.", "What Discord told and is not committed yet."
        return {
            "hearth_discord_lines_down": (down, lambda: float(self._shards.number_down)),
            "hearth_discord_under_way": (under_way, lambda: float(self._work.pace.under_way)),
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
        inside = self._servers.get(text_in(data, "guild_id") or self._told_of(data))
        if inside is None:
            return
        if kind == "INTERACTION_CREATE":
            assert self._inbox is not None
            self._asked.hear(data, inside.server, self._inbox)
            return
        # A number of its session is told again where a line is resumed; without numbers nothing is.
        number = wire.get("s") or f"{self._clock.now().timestamp():.6f}"
        inside.hear(kind, data, f"{self._shards.session(inside.server.id)}.{number}")

    def _told_of(self, data: Wire) -> str:
        """Return the server that private words of Hearth are about, of which something was pressed."""
        message = object_in(data, "message")
        author = text_in(object_in(message, "author"), "id")
        addresses = [text_in(embed, "url") for embed in objects_in(message, "embeds")]
        return next(
            (
                id_
                for id_, inside in self._servers.items()
                if inside.server.me == author
                and any(each.startswith(inside.server.address) for each in addresses)
            ),
            "",
        )

    def _ready(self, data: Wire) -> None:
        """Note a new session: until a server is told whole, nothing counts as heard."""
        number = self._shards.begin(data)
        there = {text_in(guild, "id") for guild in objects_in(data, "guilds")}
        for id_, inside in list(self._servers.items()):
            if id_ in there:
                inside.server.caught_up = False
        self._work.until_done(lambda: self._leave_others(number, there))

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
            self._begin(id_, objects_in(data, "threads"))
        elif kind == "GUILD_UPDATE" and id_ in self._servers:
            inside = self._servers[id_]
            self._work.begin(inside.put([inside.arrival.community()]))
            inside.look_at_rulers()
        elif kind == "GUILD_DELETE" and id_ in self._servers:
            if data.get("unavailable"):
                self._servers[id_].stop_reading()
            else:
                self._end(id_)

    def _begin(self, id_: str, threads: Sequence[Wire]) -> None:
        """Read a server, in which these threads are open, then look after it until it is left."""
        assert self._inbox is not None
        assert self._line is not None
        assert self._calls is not None
        assert self._upkeep is not None
        inside = self._servers.get(id_)
        if inside is None:
            user = self._line.user
            me = str(user.id) if user else self._replies.application
            server = Server(self._line, id_, me, self._memory)
            inside = self._servers[id_] = Inside(
                server, self._calls, self._inbox, self._memory, self._obstacles, self._work, self._clock.now
            )
        inside.see(threads)
        inside.arrival.flags = self._upkeep.flags

        async def arrive() -> None:
            leaving = self._leaving.pop(id_, None)
            if leaving is not None:
                await asyncio.wait([leaving])
            async with self._arriving:
                await self._memory.write(APPLICATION, f"{_SERVER}{id_}", "")
                await inside.arrive()

        async def read() -> None:
            await arriving
            await until_done(inside.read)

        arriving = self._work.until_done(arrive)
        inside.reading = [arriving, self._work.begin(read())]

    def _end(self, id_: str) -> None:
        """Leave a server that removed Hearth."""
        inside = self._servers.pop(id_, None)
        if inside is not None:
            inside.stop_reading()
        self._leaving[id_] = self._work.until_done(lambda: self._leave(id_))

    async def _leave(self, id_: str) -> None:
        community, now = f"discord:{id_}", self._clock.now()
        log.warning("uninstalled", community=community)
        await self._put([Uninstalled(id=f"uninstalled:{now.timestamp():.6f}", community=community, at=now)])
        await forget_installed(self._memory, community)
        await forget_missed(self._memory, community)
        await self._memory.write(APPLICATION, f"{_SERVER}{id_}", None)

    # The lines.

    def _state(self, event: str, shard: int) -> None:
        if not self._hushed:
            self._shards.changed(event, shard)

    def _tell_line(self, shard: int, reason: str) -> None:
        events = [
            inside.arrival.capability("connection", reason)
            for id_, inside in self._servers.items()
            if self._shards.of(id_) == shard
        ]
        self._work.begin(self._put(events))

    async def _look_after(self) -> None:
        """Write down from time to time until when all was heard; forget each day what is old."""
        day: date | None = None
        while True:
            if day != (day := self._clock.now().date()):
                for inside in list(self._servers.values()):
                    await self._kept.forget_old(inside.server.community)
            await asyncio.sleep(_COMPLETE_EVERY_S)
            await self._complete()

    async def _complete(self) -> None:
        """Write down how far all was heard."""
        for inside in list(self._servers.values()):
            await inside.complete()

    # The rest.

    async def _register(self) -> None:
        assert self._calls is not None
        url = self._process.discord_api_url
        await register(self._calls, self._memory, url, self._replies.application, self._commands)

    def _of_community(self, community: str) -> Server | None:
        inside = self._servers.get(community.partition(":")[2])
        return None if inside is None else inside.server

    async def _tell_right(self, server: Server, channel: str, reason: str) -> None:
        inside = self._servers.get(server.id)
        if inside is not None:
            await inside.put([inside.arrival.capability(f"channel:{channel}", reason)])

    async def _put(self, events: Sequence[Event]) -> None:
        assert self._inbox is not None
        await asyncio.gather(*(self._inbox.put(event) for event in events))

    def _open_session(self) -> aiohttp.ClientSession:
        assert self._session is not None
        return self._session
