"""Discord, as a running Hearth starts it: the servers it is in, what it hears of them, and how it answers."""

import asyncio
import json
import logging
from collections.abc import Awaitable, Callable, Collection, Coroutine, Iterable, Mapping, Sequence
from contextlib import suppress
from datetime import date, datetime
from typing import Any, TypeVar

import aiohttp
import discord
import yarl
from aiohttp import web
from discord.http import Route
from pydantic import ValidationError

from adapters.discord.arrival import Arrival, forget_installed
from adapters.discord.calls import Calls, Denied
from adapters.discord.commands import WHICH, Commands, typed_in
from adapters.discord.doings import PRESSED, SENT, SUGGEST, doer, doing, is_private, typing
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
from adapters.discord.gone import Gone
from adapters.discord.history import with_names
from adapters.discord.kept import KeptValues
from adapters.discord.lenient import json_or_text
from adapters.discord.line import Line
from adapters.discord.missed import Missed, forget_missed
from adapters.discord.names import read_name
from adapters.discord.obstacles import Obstacles
from adapters.discord.pace import Pace
from adapters.discord.registering import APPLICATION, register
from adapters.discord.replies import Replies
from adapters.discord.rights import UNKNOWN, intents_for
from adapters.discord.sender import DiscordSender
from adapters.discord.server import Server
from adapters.discord.shards import Shards
from adapters.discord.translate import called, cleared, edited, happened, tagged
from adapters.discord.upkeep import Upkeep
from adapters.wire.values import Wire, object_in, objects_in, text_in
from bot.cards import MessageRef
from bot.clock import Clock
from bot.events import Event, Uninstalled
from bot.logs import named
from bot.ports import Closed, Hears, Memory, Sender, Suggests
from bot.settings import Process

log = named(__name__)

T = TypeVar("T")

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
_DELETES = ("MESSAGE_DELETE", "MESSAGE_DELETE_BULK")
_CLEARED = ("MESSAGE_REACTION_REMOVE_ALL", "MESSAGE_REACTION_REMOVE_EMOJI")
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
        self._gone: dict[str, Gone] = {}
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
        self._upkeep: Upkeep | None = None
        self._hushed = False
        self._before: tuple[str, Any, Any] | None = None
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
        line = Line(intents_for(flags), application, shards, self._told, self._state, self._pace.room)
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
        self._task(_until_done(self._register))
        keeping = self._task(self._upkeep.run())
        begun = asyncio.create_task(self._line.begun.wait())
        try:
            await asyncio.wait((keeping, begun), timeout=_PATIENCE_S, return_when=asyncio.FIRST_COMPLETED)
        finally:
            begun.cancel()
            await asyncio.gather(begun, return_exceptions=True)
        if keeping.done():
            raise CannotUseDiscord(f"Discord's gateway does not let Hearth in: {keeping.result()}")
        arriving = [tasks[0] for tasks in self._working.values() if tasks]
        if arriving:
            await asyncio.wait(arriving, timeout=_PATIENCE_S)
        self._task(_until_done(self._look_after))

    async def hush(self) -> None:
        """Hear no more, and have what was heard committed."""
        self._hushed = True
        if self._line is not None:
            await self._line.close()
        self._shards.close()
        if self._taken:
            await asyncio.wait(self._taken, timeout=_FINISH_S)
        with suppress(Closed):
            await self._complete()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

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
        server = self._servers.get(text_in(data, "guild_id") or self._told_of(data))
        if server is None:
            return
        if kind == "INTERACTION_CREATE":
            self._interaction(data, server)
            return
        channel = text_in(data, "channel_id")
        if kind in _DELETES and not server.knows(channel):
            self._task(_until_done(lambda: self._deleted_in_unknown(kind, data, server)))
            return
        now = self._clock.now()
        # A number of its session is told again where a line is resumed.
        once = f"{self._shards.session(server.id)}.{wire.get('s')}"
        if kind in _CLEARED:
            earlier = set(self._taken)
            self._task(_until_done(lambda: self._cleared(data, server, now, once, earlier)))
            return
        try:
            events: list[Event] = [*self._about(kind, data, server)]
            events += happened(kind, data, now, once, server)
        except ValidationError as error:
            field = error.errors(include_input=False, include_url=False)[0]["loc"]
            log.warning("event_not_read", kind=kind, field=str(field))
            return
        if kind == "GUILD_MEMBER_ADD":
            user = object_in(data, "user")
            server.know(text_in(user, "id"), called(user, data))
        if events:
            message = number_in(data, "id") if kind == "MESSAGE_CREATE" and server.caught_up else 0
            member = self._arrivals[server.id].digest_of(kind, data)
            if member is not None:
                server.know_again(member[0])
            self._take(self._keep(events, server, message, member))

    async def _keep(
        self, events: Sequence[Event], server: Server, message: int, member: tuple[str, str | None] | None
    ) -> None:
        """Have events committed; the message or the member that they tell of is known then."""
        await self._put(events)
        server.newest = max(server.newest, message)
        arrival = self._arrivals.get(server.id)
        if member is not None and arrival is not None:
            arrival.note(*member)

    async def _deleted_in_unknown(self, kind: str, data: Wire, server: Server) -> None:
        """Tell of what was deleted in a thread that was put away before Hearth came."""
        thread, among = text_in(data, "channel_id"), [str(each.id) for each in server.channels()]
        channel = await self._memory.channel_of(server.community, thread, among)
        if channel is not None:
            server.learn_among(thread, channel)
        with suppress(ValidationError):
            await self._put([*happened(kind, data, self._clock.now(), "", server)])

    async def _cleared(
        self, data: Wire, server: Server, at: datetime, once: str, earlier: Collection[asyncio.Task[None]]
    ) -> None:
        """Tell that reactions were cleared, once those are kept that were told of before."""
        if earlier:
            await asyncio.wait(earlier)
        place, message = server.place(text_in(data, "channel_id")), text_in(data, "message_id")
        there = await self._memory.reactions_on(server.community, place.channel, message)
        with suppress(ValidationError):
            await self._put([*cleared(data, there, at, once, server)])

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
            self._begin(id_, objects_in(data, "threads"))
        elif kind == "GUILD_UPDATE" and id_ in self._arrivals:
            self._task(self._put([self._arrivals[id_].community()]))
            self._look_at_rulers(self._servers[id_])
        elif kind == "GUILD_DELETE" and id_ in self._servers:
            if data.get("unavailable"):
                self._fails(id_)
            else:
                self._end(id_)

    def _begin(self, id_: str, threads: Sequence[Wire]) -> None:
        """Read a server, in which these threads are open, then look after it until it is left."""
        assert self._inbox is not None
        assert self._line is not None
        assert self._calls is not None
        for task in self._working.get(id_, ()):
            task.cancel()
        server = self._servers.get(id_)
        if server is None:
            server = self._servers[id_] = Server(self._line, id_, self._replies.application, self._memory)
            user = self._line.user
            server.me = str(user.id) if user else server.me
        server.caught_up = False
        for thread in threads:
            server.learn(thread)
            server.unseen[text_in(thread, "id")] = thread
        assert self._upkeep is not None
        now = self._clock.now
        # One that was there before knows of members what is not written down yet.
        arrival = self._arrivals.get(id_) or Arrival(server, self._calls, self._inbox, self._memory, now)
        arrival.flags = self._upkeep.flags
        missed = Missed(server, self._calls, self._inbox, self._memory)
        self._arrivals[id_], self._missed[id_] = arrival, missed
        gone = self._gone[id_] = Gone(server, self._inbox, self._memory, now)

        async def arrive() -> None:
            leaving = self._leaving.pop(id_, None)
            if leaving is not None:
                await asyncio.wait([leaving])
            async with self._arriving:
                await self._memory.write(APPLICATION, f"{_SERVER}{id_}", "")
                await missed.since_last()
                await server.tagged.recall()
                while server.unseen:
                    await self._tag(server.unseen.popitem()[1], server)
                server.caught_up = True
                await missed.complete()
                await arrival.tell()
                await gone.tell()
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
        self._gone.pop(id_, None)
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
        if kind.startswith("THREAD_"):
            for thread in objects_in(data, "threads") or [data]:
                self._thread(thread, server)
        if kind in _CHANNELS:
            channel = guild.get_channel_or_thread(number_in(data, "id"))
            if channel is not None:
                yield from arrival.channel(channel)
        elif kind in ("CHANNEL_DELETE", "THREAD_DELETE"):
            yield from self._went(data, server)
        own = kind == "GUILD_MEMBER_UPDATE" and text_in(object_in(data, "user"), "id") == server.me
        if kind in _RIGHTS:
            self._look_at_rulers(server)
        if kind in _RIGHTS or own:
            yield from arrival.capabilities()
        if kind in _RIGHTS or own or kind == "CHANNEL_UPDATE":
            yield from arrival.channels()
            self._task(_until_done(lambda: self._obstacles.look_again(server)))

    def _thread(self, thread: Wire, server: Server) -> None:
        """Take in what a thread is called and how it is tagged."""
        id_ = text_in(thread, "id")
        before = server.title(id_)
        server.learn(thread)
        if before and server.title(id_) != before:
            self._task(_until_done(lambda: self._retitled(id_, server)))
        if not server.caught_up:
            server.unseen[id_] = thread
        elif "applied_tags" in thread:
            self._take(self._tag(thread, server))

    async def _retitled(self, post: str, server: Server) -> None:
        """Tell that a post of a forum reads differently: its title belongs to what it asks."""
        assert self._calls is not None
        where = {"channel_id": post, "message_id": post}
        with suppress(Denied, ValidationError):
            path = "/channels/{channel_id}/messages/{message_id}"
            message = await self._calls.patiently("GET", path, **where)
            now = self._clock.now().isoformat()
            [said] = await with_names([message], self._memory, server.community)
            await self._put([*edited({**said, "edited_timestamp": now}, server)])

    async def _tag(self, post: Wire, server: Server) -> None:
        """Tell that a member marked a post of a forum as answered, or took that back."""
        now, id_, bears = self._clock.now(), text_in(post, "id"), server.bears_tag(post)
        if bears is not None and server.tagged.sees(id_, tagged=bears):
            with suppress(ValidationError):
                await self._put([*tagged(post, now, f"{now.timestamp():.6f}", server, added=bears)])
            await server.tagged.keep(id_)

    def _look_at_rulers(self, server: Server) -> None:
        """Have it told whose right to manage the server changed with a role's, or with its owner."""
        arrival = self._arrivals[server.id]
        if arrival.rulers != (rulers := server.rulers()):
            arrival.rulers = rulers
            server.know_again()
            self._task(_until_done(arrival.members))

    def _went(self, data: Wire, server: Server) -> Iterable[Event]:
        """Give that a channel or thread is gone, and have every message of it told of as deleted."""
        places = server.forget(text_in(data, "id"))
        for place in places:
            if place.channel in server.told and place.thread in (None, place.channel):
                yield self._arrivals[server.id].gone(place.channel)
        # What was told before is kept first.
        earlier, gone = set(self._taken), self._gone[server.id]

        async def tell() -> None:
            if earlier:
                await asyncio.wait(earlier)
            for place in places:
                await gone.note(place.channel, place.thread if place.thread != place.channel else None)
            await gone.tell()

        self._task(_until_done(tell))

    def _told_of(self, data: Wire) -> str:
        """Return the server that private words of Hearth are about, of which something was pressed."""
        message = object_in(data, "message")
        author = text_in(object_in(message, "author"), "id")
        addresses = [text_in(embed, "url") for embed in objects_in(message, "embeds")]
        return next(
            (
                id_
                for id_, server in self._servers.items()
                if server.me == author and any(each.startswith(server.address) for each in addresses)
            ),
            "",
        )

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
        if event is None:
            return
        if is_private(data):
            await self._put([event])
            return
        server.know(event.member, event.name)
        if server.is_news(event.member, admin=event.admin):
            await self._put([doer(data, event), event])
        else:
            await self._put([event])

    # The lines.

    def _state(self, event: str, shard: int) -> None:
        if not self._hushed:
            self._shards.changed(event, shard)

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
        """Write down how far all was heard."""
        for id_, missed in list(self._missed.items()):
            server = self._servers.get(id_)
            if server and server.caught_up:
                await missed.complete()
                await self._arrivals[id_].keep_members()

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

    def _task(self, work: Coroutine[Any, Any, T]) -> asyncio.Task[T]:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._ended)
        return task

    def _ended(self, task: asyncio.Task[Any]) -> None:
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
