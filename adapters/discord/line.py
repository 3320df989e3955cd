"""discord.py's client, as Hearth uses it: it keeps the lines to Discord, and tells what comes as it came."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import aiohttp
import discord

from adapters.discord.gateway import Gateway
from adapters.discord.identifying import Identifying
from adapters.discord.lenient import complete, whole_application, whole_user
from adapters.wire.values import Wire
from bot.clock import stopwatch
from bot.logs import named

log = named(__name__)

# Discord wants so long between two identifications that share a key.
_IDENTIFY_EVERY_S = 5.0
# discord.py's events of one shard, in which the first argument is its number.
STATES = ("shard_ready", "shard_resumed", "shard_disconnect")
# What discord.py takes in; of the rest it would keep nothing, and Hearth reads it itself.
_TAKEN_IN = {
    "READY",
    "RESUMED",
    "GUILD_CREATE",
    "GUILD_UPDATE",
    "GUILD_DELETE",
    "GUILD_ROLE_CREATE",
    "GUILD_ROLE_UPDATE",
    "GUILD_ROLE_DELETE",
    "GUILD_MEMBER_UPDATE",
    "CHANNEL_CREATE",
    "CHANNEL_UPDATE",
    "CHANNEL_DELETE",
    "THREAD_CREATE",
    "THREAD_UPDATE",
    "THREAD_DELETE",
    "THREAD_LIST_SYNC",
}
# Without it there is no line.
_NEEDED = {"READY"}
# So many sockets may be opened one after the other, besides one for each shard, and then one every so many
# seconds: a gateway that ends each line at once is not to be beleaguered.
_OPENED_AT_ONCE, _OPEN_EVERY_S = 20, 5.0


class Line(discord.AutoShardedClient):
    """The connection, with nothing kept of messages and members: the core has its own tables.

    `told` is called with every message of the gateway as a text, after discord.py took it in; `state` when
    the state of a shard changed. The next message is read when `room` has returned: until then it waits on
    its way, and the heart beats on, as discord.py has a thread for that. Where this takes longer than a
    minute discord.py ends the line, and resumes it with what was read last.
    """

    def __init__(
        self,
        intents: discord.Intents,
        application: Wire,
        shards: int,
        told: Callable[[str], None],
        state: Callable[[str, int], None],
        room: Callable[[], Awaitable[None]],
    ) -> None:
        super().__init__(
            intents=intents,
            shard_count=shards,
            max_messages=None,
            member_cache_flags=discord.MemberCacheFlags.none(),
            chunk_guilds_at_startup=False,
            guild_ready_timeout=0.5,
            allowed_mentions=discord.AllowedMentions.none(),
            enable_debug_events=True,
            max_ratelimit_timeout=30.0,
        )
        self._told = told
        self._state = state
        self._room = room
        self._application_said = application
        # Set once all shards have begun.
        self.begun = asyncio.Event()
        self._identifying = Identifying(shards, _IDENTIFY_EVERY_S)
        self._opening = Identifying(shards, 0.0, _OPENED_AT_ONCE, _OPEN_EVERY_S)
        self._latest: str | None = None
        self._open, self._log_in = self.http.ws_connect, self.http.static_login
        # discord.py has no other place where reading could be made to wait, and none for who we are.
        self.http.ws_connect = self._open_paced  # type: ignore[method-assign]
        self.http.static_login = self._log_in_whole  # type: ignore[method-assign]
        parsers = self._connection.parsers
        for kind in [*parsers]:
            if kind not in _TAKEN_IN:
                del parsers[kind]
            elif kind not in _NEEDED:
                parsers[kind] = _spared(kind, parsers[kind])

    def ask_for(self, intents: discord.Intents) -> None:
        """Begin sessions with other intents from now on."""
        self._connection._intents = intents

    async def application_info(self) -> discord.AppInfo:
        """Return what Discord said of the application when it was asked first."""
        said: Any = whole_application(self._application_said)
        return discord.AppInfo(self._connection, said)

    async def hold(self) -> Exception | None:
        """Begin the lines, and hold them until they end for good; return what ended them."""
        # discord.py begins only once: what it waits on has to be made anew.
        await self._async_setup_hook()
        try:
            await self.connect()
        except Exception as error:
            return error
        return None

    async def close(self) -> None:
        """End the lines. discord.py does so where one of them ended for good; HTTP is still needed then."""
        for shard in self.shards.values():
            await shard.disconnect()

    async def let_go(self) -> None:
        """End everything."""
        await super().close()

    async def _log_in_whole(self, token: str) -> Any:
        user: Any = await self._log_in(token)
        Gateway.me = me = whole_user(user)
        return me

    async def _open_paced(self, url: str, *, compress: int = 0) -> aiohttp.ClientWebSocketResponse:
        """Open a socket from which is read only what there is room for."""
        wait = self._opening.wait(stopwatch())
        self._opening.took(stopwatch())
        await asyncio.sleep(wait)
        socket = await self._open(url, compress=compress)
        receive = socket.receive

        async def paced(timeout: float | None = None) -> aiohttp.WSMessage:  # noqa: ASYNC109 (aiohttp's)
            await self._room()
            return await receive(timeout)

        socket.receive = paced  # type: ignore[method-assign]
        return socket

    def dispatch(self, event: str, /, *args: Any, **kwargs: Any) -> None:
        """Pass on what Hearth reads itself; the rest goes discord.py's way."""
        if event == "socket_raw_receive":
            # discord.py takes it in right after this, and before it gets the next.
            self._pass_on()
            self._latest = args[0]
            asyncio.get_running_loop().call_soon(self._pass_on)
            return
        if event in STATES:
            self._state(event, args[0])
        elif event == "ready":
            self.begun.set()
        super().dispatch(event, *args, **kwargs)

    def _pass_on(self) -> None:
        """Tell what came last: discord.py's cache is as of it now, and of nothing later."""
        latest, self._latest = self._latest, None
        if latest is not None:
            self._told(latest)

    async def before_identify_hook(self, shard_id: int | None, *, initial: bool = False) -> None:
        """Wait until Discord lets one more shard identify itself."""
        await asyncio.sleep(self._identifying.wait(stopwatch()))
        self._identifying.took(stopwatch())


def _spared(kind: str, take_in: Callable[[Any], None]) -> Callable[[Any], None]:
    """Have discord.py leave out what it cannot read: it would end the line for good."""

    def try_to(data: Any) -> None:
        try:
            complete(kind, data, Gateway.me)
            take_in(data)
        except Exception:
            log.exception("discord_task_failed", kind=kind)

    return try_to
