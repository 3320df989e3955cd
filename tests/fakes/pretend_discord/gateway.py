"""The gateway: sessions that are told what happens, heard from, dropped and resumed."""

import asyncio
import json
import random
import secrets
import zlib
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

from aiohttp import WSCloseCode, WSMsgType, web

from tests.fakes.pretend_discord import permissions, shapes
from tests.fakes.pretend_discord.refusals import Wire
from tests.fakes.pretend_discord.server import Asked, Front
from tests.fakes.pretend_discord.world import CONTENT, MEMBERS, PRIVILEGED, Dispatch, World

_DISPATCH, _HEARTBEAT, _IDENTIFY, _PRESENCE, _VOICE, _RESUME, _RECONNECT = 0, 1, 2, 3, 4, 6, 7
_REQUEST_MEMBERS, _INVALID, _HELLO, _ACK = 8, 9, 10, 11
_KNOWN_INTENTS = (1 << 26) - 1
_MOST_SENT, _PER_SECONDS = 120, 60.0
_CHUNK = 1_000
_ABOUT_MESSAGES = ("MESSAGE_CREATE", "MESSAGE_UPDATE")
# Servers an application is in before it has to share them out.
_MOST_GUILDS = 2_500


class Closing(Exception):
    """The connection is closed with a code that says why."""

    def __init__(self, code: int, reason: str) -> None:
        super().__init__(reason)
        self.code = code


@dataclass(eq=False)
class Session:
    """What one shard is told, connected or not; what it was told last is kept to be told again."""

    id: str
    shard: tuple[int, int]
    intents: int
    sequence: int = 0
    told: deque[Wire] = field(default_factory=deque)
    connection: "Connection | None" = None


@dataclass(eq=False)
class Connection:
    """A socket, with what is still to be sent through it."""

    socket: web.WebSocketResponse
    compressed: bool
    last_heartbeat: float
    outgoing: asyncio.Queue[Wire | None] = field(default_factory=asyncio.Queue)
    session: Session | None = None
    heard: deque[float] = field(default_factory=deque)
    task: asyncio.Task[Any] | None = None
    closed_with: int | None = None


@dataclass
class Gateway:
    """Every session, and what a test can do to them."""

    front: Front
    world: World
    heartbeat_s: float = 41.25
    # Between two identifies of one concurrency key; Discord's are five seconds apart.
    identify_gap_s: float = 0.0
    identifies_left: int = 1_000
    shards: int = 1
    buffered: int = 1_000
    # While it is silent it says nothing, not even that it hears.
    silent: bool = False
    # Whether what is compressed is one stream; else each message is compressed by itself.
    streams: bool = True
    # How the next who identify themselves are turned away: with a code, or by never an answer (0).
    turns_away: deque[int] = field(default_factory=deque)
    # Whether what is told has numbers; without, no session can be resumed.
    numbers: bool = True
    # With which code sessions are closed that someone wants to go on with.
    refuses_resume: int = 0
    # What becomes of what is told, by another server than Discord's; of each kind of dispatch, its data.
    as_told: Callable[[str, Wire], Wire] = lambda kind, data: data
    # Where lines were opened.
    opened: list[str] = field(default_factory=list)
    sessions: dict[str, Session] = field(default_factory=dict)
    connections: set[Connection] = field(default_factory=set)
    identified: int = 0
    resumed: int = 0
    closes: list[int] = field(default_factory=list)
    url: str = ""
    # What happened, but what people wait for an answer to; and what of it is held back.
    past: deque[Dispatch] = field(default_factory=lambda: deque(maxlen=1_000))
    held: list[Dispatch] | None = None
    _last_identify: dict[int, float] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.front.add("GET", "/gateway", self._where, open=True)
        self.front.add("GET", "/gateway/bot", self._where_for_bots)
        self.front.app.router.add_get("/gateway", self._connect)
        self.front.app.router.add_get("/gateway/resume", self._connect)
        self.world.listen = self.tell

    # What a test can do.

    async def drop(self) -> None:
        """Let every connection break; the sessions stay."""
        for connection in list(self.connections):
            transport = connection.socket._req.transport if connection.socket._req else None
            if transport:
                transport.abort()
            await self._gone(connection)

    def forget(self) -> None:
        """Forget what every session would be told again: none can be resumed."""
        self.sessions.clear()

    def ask_to_reconnect(self) -> None:
        """Ask every connection to come again, and to go on where it was."""
        for connection in self.connections:
            connection.outgoing.put_nowait({"op": _RECONNECT, "d": None, "s": None, "t": None})

    def invalidate(self, *, resumable: bool) -> None:
        """Tell every connection that its session is over, or that it should be resumed."""
        for connection in self.connections:
            if not resumable and connection.session:
                self.sessions.pop(connection.session.id, None)
            connection.outgoing.put_nowait({"op": _INVALID, "d": resumable, "s": None, "t": None})

    def ask_for_heartbeat(self) -> None:
        """Ask every connection for a heartbeat."""
        for connection in self.connections:
            connection.outgoing.put_nowait({"op": _HEARTBEAT, "d": None, "s": None, "t": None})

    def hold(self) -> None:
        """Hold back what happens until it is released; but what people wait for an answer to."""
        self.held = []

    def release(self, *, shuffled: random.Random) -> None:
        """Tell what was held back, each twice and in another order."""
        held, self.held = 2 * (self.held or []), None
        shuffled.shuffle(held)
        for dispatch in held:
            self._tell(dispatch)

    def again(self) -> None:
        """Tell all that happened once more, as where a session is resumed from further back."""
        for dispatch in list(self.past):
            self._tell(dispatch)

    @property
    def ready(self) -> bool:
        """Whether somebody listens."""
        return any(connection.session for connection in self.connections)

    def speak(self) -> None:
        """End the silence; what was to be said is said."""
        self.silent = False
        self.world.stir()

    # What Discord does.

    def tell(self, dispatch: Dispatch) -> None:
        """Tell every session that may know and asked to, unless it is held back."""
        if dispatch.kind == "INTERACTION_CREATE":
            self._tell(dispatch)
            return
        self.past.append(dispatch)
        if self.held is None:
            self._tell(dispatch)
        else:
            self.held.append(dispatch)

    def _tell(self, dispatch: Dispatch) -> None:
        for session in self.sessions.values():
            if self._concerns(session, dispatch):
                self._say(session, dispatch.kind, self._as_seen(session, dispatch))

    def _concerns(self, session: Session, dispatch: Dispatch) -> bool:
        number, count = session.shard
        if number != (int(dispatch.guild) >> 22) % count if dispatch.guild else number != 0:
            return False
        if dispatch.intent and not session.intents & dispatch.intent:
            return False
        if dispatch.guild is None:
            return True
        guild = self.world.guilds[dispatch.guild]
        me = self.world.me.id
        if me not in guild.members:
            return dispatch.kind == "GUILD_DELETE"
        if not guild.available and dispatch.kind not in ("GUILD_DELETE", "INTERACTION_CREATE"):
            return False
        if dispatch.needs and not permissions.in_guild(guild, me) & dispatch.needs:
            return False
        channel = self.world.channels.get(dispatch.channel or "")
        return channel is None or bool(permissions.in_channel(guild, channel, me) & permissions.VIEW_CHANNEL)

    def _as_seen(self, session: Session, dispatch: Dispatch) -> Wire:
        data = dispatch.data
        if session.intents & CONTENT or dispatch.guild is None:
            return data
        if dispatch.kind in _ABOUT_MESSAGES:
            return shapes.without_words(data, self.world.me.id)
        if dispatch.kind == "AUTO_MODERATION_ACTION_EXECUTION":
            return data | {"content": "", "matched_content": ""}
        return data

    def _say(self, session: Session, kind: str, data: Wire) -> None:
        session.sequence += 1
        number = session.sequence if self.numbers else None
        payload = {"op": _DISPATCH, "t": kind, "s": number, "d": self.as_told(kind, data)}
        session.told.append(payload)
        while len(session.told) > self.buffered:
            session.told.popleft()
        if session.connection:
            session.connection.outgoing.put_nowait(payload)

    def _where(self, asked: Asked) -> Wire:
        return {"url": self.url}

    def _where_for_bots(self, asked: Asked) -> Wire:
        start: Wire = {
            "total": 1_000,
            "remaining": self.identifies_left,
            "reset_after": 14_400_000,
            "max_concurrency": 1,
        }
        return {"url": self.url, "shards": self.shards, "session_start_limit": start}

    async def _connect(self, request: web.Request) -> web.StreamResponse:
        self.opened.append(request.path)
        compress = request.query.get("compress")
        if compress not in (None, "zlib-stream"):
            return web.Response(status=400, text="this pretend Discord compresses with zlib only")
        socket = web.WebSocketResponse(max_msg_size=4_096, autoping=True)
        await socket.prepare(request)
        now = asyncio.get_running_loop().time()
        connection = Connection(socket, compress == "zlib-stream", now)
        self.connections.add(connection)
        connection.task = asyncio.create_task(self._send_all(connection))
        watching = asyncio.create_task(self._watch(connection))
        try:
            if request.query.get("v") != "10" or request.query.get("encoding") != "json":
                raise Closing(4012, "Invalid API version")
            interval = int(self.heartbeat_s * 1_000)
            connection.outgoing.put_nowait(
                {"op": _HELLO, "d": {"heartbeat_interval": interval}, "s": None, "t": None}
            )
            async for heard in socket:
                if heard.type is not WSMsgType.TEXT:
                    raise Closing(4002, "Decode error")
                self._hear(connection, heard.data)
            if socket.close_code in (1000, 1001) and connection.session and connection.closed_with is None:
                self.sessions.pop(connection.session.id, None)
        except Closing as closing:
            await self._close(connection, closing.code, str(closing))
        finally:
            watching.cancel()
            await self._gone(connection)
        return socket

    async def _gone(self, connection: Connection) -> None:
        self.connections.discard(connection)
        if connection.session and connection.session.connection is connection:
            connection.session.connection = None
        if connection.task and not connection.task.done():
            connection.task.cancel()
            with suppress(asyncio.CancelledError, ConnectionError):
                await connection.task
        self.world.stir()

    async def _close(self, connection: Connection, code: int, reason: str) -> None:
        connection.closed_with = code
        self.closes.append(code)
        if connection.session and connection.session.connection is connection:
            connection.session.connection = None
        await connection.socket.close(code=code, message=reason.encode())

    async def _watch(self, connection: Connection) -> None:
        """Close a connection whose heart does not beat."""
        loop = asyncio.get_running_loop()
        while True:
            patience = connection.last_heartbeat + self.heartbeat_s * 1.5 - loop.time()
            if patience <= 0:
                await self._close(connection, 4009, "Session timed out")
                return
            await asyncio.sleep(patience)

    async def _send_all(self, connection: Connection) -> None:
        compressor = zlib.compressobj()
        while True:
            payload = await connection.outgoing.get()
            while self.silent:
                await self.world.changed.wait()
            text = json.dumps(payload)
            with suppress(ConnectionError):
                if connection.compressed and not self.streams:
                    await connection.socket.send_bytes(zlib.compress(text.encode()))
                elif connection.compressed:
                    data = compressor.compress(text.encode()) + compressor.flush(zlib.Z_SYNC_FLUSH)
                    await connection.socket.send_bytes(data)
                else:
                    await connection.socket.send_str(text)

    def _hear(self, connection: Connection, text: str) -> None:
        now = asyncio.get_running_loop().time()
        connection.heard.append(now)
        while now - connection.heard[0] > _PER_SECONDS:
            connection.heard.popleft()
        if len(connection.heard) > _MOST_SENT:
            raise Closing(4008, "Rate limited")
        try:
            heard = json.loads(text)
            op, data = heard["op"], heard.get("d")
        except (ValueError, KeyError, TypeError):
            raise Closing(4002, "Decode error") from None
        match op:
            case 1:
                connection.last_heartbeat = now
                self.world.stir()
                connection.outgoing.put_nowait({"op": _ACK, "d": None, "s": None, "t": None})
            case 2 if connection.session is None:
                self._identify(connection, data, now)
            case 6 if connection.session is None:
                self._resume(connection, data)
            case 2 | 6:
                raise Closing(4005, "Already authenticated")
            case 3 | 4 | 8 if connection.session is None:
                raise Closing(4003, "Not authenticated")
            case 8:
                assert connection.session
                self._chunk(connection.session, data)
            case 3 | 4:
                pass
            case _:
                raise Closing(4001, "Unknown opcode")

    def _identify(self, connection: Connection, data: Wire, now: float) -> None:
        if data.get("token") != self.front.token:
            raise Closing(4004, "Authentication failed")
        number, count = data.get("shard") or (0, 1)
        if not 0 <= number < count:
            raise Closing(4010, "Invalid shard")
        if len(self.world.guilds) / count > _MOST_GUILDS:
            raise Closing(4011, "Sharding required")
        intents = data.get("intents")
        if not isinstance(intents, int) or intents & ~_KNOWN_INTENTS:
            raise Closing(4013, "Invalid intents")
        if any(intents & intent and not self.world.granted & intent for intent in PRIVILEGED):
            raise Closing(4014, "Disallowed intents")
        if not (data.get("properties") or {}).get("os"):
            raise Closing(4002, "Decode error")
        if now - self._last_identify.get(0, -1e9) < self.identify_gap_s:
            self.world.complain("identified again too soon")
            connection.outgoing.put_nowait({"op": _INVALID, "d": False, "s": None, "t": None})
            return
        if self.identifies_left <= 0:
            self.world.complain("identified more often than a day allows")
            raise Closing(4004, "Authentication failed")
        if self.turns_away:
            if code := self.turns_away.popleft():
                raise Closing(code, "Turned away")
            return
        self._last_identify[0] = now
        self.identifies_left -= 1
        self.identified += 1
        session = Session(secrets.token_hex(16), (number, count), intents, connection=connection)
        self.sessions[session.id] = connection_session = session
        connection.session = connection_session
        guilds = [
            guild
            for guild in self.world.guilds.values()
            if self.world.me.id in guild.members and (int(guild.id) >> 22) % count == number
        ]
        self._say(
            session,
            "READY",
            {
                "v": 10,
                "user": shapes.user(self.world.me) | {"verified": True, "mfa_enabled": True, "email": None},
                "guilds": [{"id": guild.id, "unavailable": True} for guild in guilds],
                "session_id": session.id,
                "resume_gateway_url": f"{self.url}/resume",
                "shard": [number, count],
                "application": {"id": self.world.me.id, "flags": self.world.flags},
                "session_type": "normal",
                "private_channels": [],
                "relationships": [],
                "user_settings": {},
            },
        )
        for guild in guilds:
            if intents & 1 and guild.available:
                shown = shapes.whole_guild(guild, self.world.me.id, self.world.active_threads(guild))
                self._say(session, "GUILD_CREATE", shown)
        self.world.stir()

    def _resume(self, connection: Connection, data: Wire) -> None:
        if data.get("token") != self.front.token:
            raise Closing(4004, "Authentication failed")
        if self.refuses_resume:
            raise Closing(self.refuses_resume, "Turned away")
        session = self.sessions.get(str(data.get("session_id")))
        if session is None:
            connection.outgoing.put_nowait({"op": _INVALID, "d": False, "s": None, "t": None})
            return
        sequence = data.get("seq")
        if not isinstance(sequence, int) or sequence > session.sequence:
            raise Closing(4007, "Invalid seq")
        missed = [each for each in session.told if each["s"] > sequence]
        if len(missed) < session.sequence - sequence:
            # Some of it is no longer kept.
            del self.sessions[session.id]
            connection.outgoing.put_nowait({"op": _INVALID, "d": False, "s": None, "t": None})
            return
        if session.connection and session.connection is not connection:
            session.connection.session = None
        session.connection, connection.session = connection, session
        self.resumed += 1
        for payload in missed:
            connection.outgoing.put_nowait(payload)
        self._say(session, "RESUMED", {"_trace": []})
        self.world.stir()

    def _chunk(self, session: Session, data: Wire) -> None:
        guild = self.world.guilds.get(str(data.get("guild_id")))
        if guild is None:
            return
        query, wanted, limit = data.get("query"), data.get("user_ids"), data.get("limit", 0)
        whole = query == "" and limit == 0
        if whole and not session.intents & MEMBERS:
            self.world.complain("asked for all members without the intent for them")
            return
        if wanted is not None:
            ids = [str(id) for id in (wanted if isinstance(wanted, list) else [wanted])][:100]
            found = [guild.members[id] for id in ids if id in guild.members]
            missing = [id for id in ids if id not in guild.members]
        else:
            found = [
                each for each in guild.members.values() if guild.named(each.user).startswith(query or "")
            ]
            found, missing = (found if whole else found[: min(limit, 100)]), []
        parts = [found[start : start + _CHUNK] for start in range(0, len(found), _CHUNK)] or [[]]
        for number, part in enumerate(parts):
            chunk: Wire = {
                "guild_id": guild.id,
                "members": [shapes.member(each) for each in part],
                "chunk_index": number,
                "chunk_count": len(parts),
                "not_found": missing,
            }
            if data.get("nonce"):
                chunk["nonce"] = data["nonce"]
            self._say(session, "GUILD_MEMBERS_CHUNK", chunk)

    async def end(self) -> None:
        """Close every connection."""
        for connection in list(self.connections):
            await self._close(connection, WSCloseCode.GOING_AWAY, "")
            await self._gone(connection)
