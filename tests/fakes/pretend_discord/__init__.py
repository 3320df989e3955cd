"""A strict Discord on a loopback port, written after Discord's documentation: HTTP, the gateway, and people.

What it refuses, with Discord's own statuses and codes:

- requests without its token (401), without a bot's user agent (403, 40333), of another version than 10
  (50041), with another content type than `application/json` or a multipart form (50035,
  CONTENT_TYPE_INVALID), with broken JSON (50109), too large (413, 40005), to what is not there (404)
- forms out of bounds, with what is wrong at each place (50035): content, embeds and all of their parts,
  files and their descriptions, rows, buttons, selects and their options, custom ids twice in a message,
  modals and their fields, nonces, allowed mentions that contradict themselves, commands and their options
  and choices, pages of history and members; empty messages (50006)
- what the application may not do: channels it may not see (50001), rights it lacks (50013), others'
  messages (50005), system messages (50021), replies without history (160002), direct messages to those who
  take none or share no server (50007), members without the intent for them (50001)
- what is not there: servers, channels, members, users, messages, emoji, tags, commands (10003 to 10087)
- posts into forums (40058) and categories (50008), threads where there can be none (50024), a second thread
  on a message (160004), posts without a tag where one is needed (40067); edits and reactions in archived
  threads (50083), posts into locked ones (160005); posting wakes what is archived
- a fourth edit of a message that is older than an hour (429, 30046), a 21st kind of reaction (30010), more
  than 200 new commands a day in one place (30034)
- a second answer to an interaction (40060), a first one after three seconds or to none (10062), any after
  fifteen minutes or with a wrong token (401, 50027), a follow-up before the first answer (10015), kinds of
  answers that do not fit (50035). Enforced nonces return the earlier message, for five minutes and in
  channels only
- too many requests (429): by route, for all of a bot, and for good after 10,000 refusals
- at the gateway: wrong tokens (4004), intents that are unknown (4013) or not granted (4014), shards that
  cannot be (4010, 4011), versions (4012), noise (4001, 4002), orders before identifying (4003) or
  identifying twice (4005), sequences from the future (4007), too many orders (4008), hearts that do not
  beat (4009); sessions that were forgotten, or left with 1000, cannot be resumed

Without the intent for members nobody is told of them, without that for content words are empty, also over
HTTP, but for what the application said, is named in, or is pressed on. A message tells its nonce only at
once. Channels of voice and stages have their chats and nothing else. There are no polls, no stickers, and
none of the newer layouts of messages.

Windows of rate limits are shortened by `Limiter.scale`. What a test should fail for whatever else it looks
at is in `problems`: somebody notified who is not in `may_ping`, a refused request repeated, members asked
for without the intent, identifying too often.
"""

import asyncio
from collections.abc import Callable
from datetime import timedelta

from aiohttp import web

from bot.clock import Clock
from tests.fakes.pretend_discord.commands import Commands
from tests.fakes.pretend_discord.gateway import Gateway
from tests.fakes.pretend_discord.interactions import Interactions
from tests.fakes.pretend_discord.limiting import Limiter
from tests.fakes.pretend_discord.moments import Moments
from tests.fakes.pretend_discord.people import Person
from tests.fakes.pretend_discord.permissions import EVERYONE
from tests.fakes.pretend_discord.rest import Rest
from tests.fakes.pretend_discord.server import Fate, Front, Plan
from tests.fakes.pretend_discord.servers import Server
from tests.fakes.pretend_discord.things import Guild, Message, Role, User
from tests.fakes.pretend_discord.world import CONTENT, MEMBERS, World

__all__ = ["CONTENT", "MEMBERS", "TOKEN", "Person", "PretendDiscord", "Server"]

# Three parts with dots between, as tokens have; it opens nothing.
TOKEN = "MTAwMDAwMDAwMDAwMDAwMDAw.GpretX.not-a-token-of-any-bot-at-all-000000000"
# How long to wait for something that has to come; a test that waits so long has failed.
_PATIENCE_S = 30.0


class PretendDiscord:
    """All of it: start it, make servers, let people do things, and look what was said."""

    def __init__(
        self, clock: Clock | None = None, *, granted: int = MEMBERS | CONTENT, scale: float = 0.01
    ) -> None:
        self.moments = Moments(clock or Clock())
        me = User(self.moments.snowflake(), "Hearth", bot=True)
        self.world = World(self.moments, me, granted)
        self.front = Front(self.world, TOKEN, Limiter(scale))
        self.gateway = Gateway(self.front, self.world)
        Rest(self.front, self.world)
        self.commands = Commands(self.front, self.world)
        self.interactions = Interactions(self.front, self.world)
        self.front.complete()
        self._runner = web.AppRunner(self.front.app, access_log=None, shutdown_timeout=0.1)
        self.api = ""

    async def start(self) -> None:
        """Listen on a free port; `api` says where, and the API where the gateway is."""
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", 0).start()
        host, port = self._runner.addresses[0][:2]
        self.api = f"http://{host}:{port}/api/v10"
        self.gateway.url = f"ws://{host}:{port}/gateway"

    async def close(self) -> None:
        """Drop every connection and end."""
        self.front.closing.set()
        self.gateway.silent = False
        self.world.stir()
        await self.gateway.end()
        await self._runner.cleanup()

    def server(
        self, name: str, *, screening: bool = False, rights: int = EVERYONE, with_me: bool = True
    ) -> Server:
        """Make a server, with our application in it and what it may do there."""
        id = self.moments.snowflake()
        guild = Guild(id, name, "0", screening=screening)
        guild.roles[id] = Role(id, "@everyone", EVERYONE, 0)
        server = Server(self.world, self.commands, self.interactions, guild)
        self.world.guilds[id] = guild
        guild.owner = server.person("Owner").id
        if with_me:
            server.invites_me(rights)
        return server

    def plan(self, method: str, route: str, fate: Fate, times: int = 1) -> None:
        """Say what is to become of the next requests to a route, as "/channels/{channel}/messages"."""
        self.front.plans.append(Plan(method, route, fate, times))

    @property
    def said(self) -> list[Message]:
        """What our application has said, in order, whoever saw it."""
        return self.world.said

    @property
    def problems(self) -> list[str]:
        """What a test should fail for."""
        return self.world.problems

    def may_ping(self, *people: Person) -> None:
        """Name those who may be notified."""
        self.world.welcome_pings |= {person.id for person in people}

    def pass_by(self, **time: float) -> None:
        """Let time go by at once, as pass_by(minutes=15)."""
        self.moments.pass_by(timedelta(**time))

    async def until(self, condition: Callable[[], object]) -> None:
        """Wait until something is so; it is looked at again whenever something happened."""
        async with asyncio.timeout(_PATIENCE_S):
            while not condition():
                changed = self.world.changed
                if condition():
                    return
                await changed.wait()

    async def ready(self) -> None:
        """Wait until somebody listens."""
        await self.until(lambda: self.gateway.ready)
