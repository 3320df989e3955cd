"""Hearth as `compose` runs it, in a server of pretend Discord, with a clock that both share."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from adapters.discord.rights import permissions
from bot.clock import Clock
from bot.compose import run_platforms
from bot.settings import Process
from tests.fakes.pretend_discord import CONTENT, MEMBERS, TOKEN, Person, PretendDiscord, Server
from tests.fakes.pretend_discord.interactions import Interaction
from tests.fakes.pretend_discord.permissions import MANAGE_GUILD, VIEW_CHANNEL
from tests.fakes.pretend_discord.things import Channel, Message, Overwrite, remaining

# A Monday, at ten in London; summer time has just begun there.
MONDAY = datetime(2031, 4, 7, 9, tzinfo=UTC)


@dataclass(eq=False)
class DiscordHearth:
    """A server with a manager, a few channels, and Hearth in it."""

    discord: PretendDiscord
    clock: Clock
    server: Server
    url: str
    dana: Person
    general: Channel
    help: Channel
    managers: Channel
    settings: dict[str, Any] = field(default_factory=dict)
    running: asyncio.Task[None] | None = None
    address: str = ""

    def process(self) -> Process:
        """Return the settings that it is started with."""
        given: dict[str, Any] = {
            "port": 0,
            "database_url": self.url,
            "discord_token": TOKEN,
            "discord_api_url": self.discord.api,
            **self.settings,
        }
        return Process(_env_file=None, **given)

    async def start(self) -> None:
        """Start Hearth; return when it says that it runs."""
        said: asyncio.Future[str] = asyncio.get_running_loop().create_future()

        def say(words: str) -> None:
            if not said.done():
                said.set_result(words)

        self.running = asyncio.create_task(run_platforms(self.process(), self.clock, say))
        futures: list[asyncio.Future[Any]] = [self.running, said]
        await asyncio.wait(futures, return_when=asyncio.FIRST_COMPLETED)
        if self.running.done():
            self.running.result()
        self.address = (await said).rpartition(" ")[2]

    async def stop(self) -> None:
        """End Hearth as a signal does."""
        if self.running is not None:
            self.running.cancel()
            # What ended it was raised where it was started, or waited for.
            await asyncio.gather(self.running, return_exceptions=True)
            self.running = None

    async def until(self, found: Callable[[], Any]) -> Any:
        """Wait until something holds, and return it."""

        def look() -> Any:
            if self.running is not None and self.running.done():
                self.running.result()
            return found()

        await self.discord.until(look)
        return found()

    async def shown(self, channel: Channel, words: str, *, to: Person | None = None) -> Message:
        """Wait until Hearth shows something with these words in a channel; to one person, if one is named."""

        def look() -> Message | None:
            there = self.server.seen_by(to, channel) if to else remaining(channel)
            own = [each for each in there if each.author is self.discord.world.me]
            return next((each for each in reversed(own) if words in each.words), None)

        message: Message = await self.until(look)
        return message

    async def answer(self, given: Interaction) -> Message:
        """Wait for the answer to something somebody did, which only they see."""
        message: Message = (await self.until(lambda: given.shown))[0]
        assert message.only == given.user.id
        return message

    async def command(self, line: str, *, by: Person | None = None, **options: object) -> Message:
        """Run /community in the managers' channel; return the answer."""
        person = by or self.dana
        return await self.answer(person.runs(self.managers, f"community {line}", **options))

    async def set(self, **values: "str | Channel") -> None:
        """Have the manager set things, and apply what they see before."""
        for name, value in values.items():
            option = {"channel": value} if isinstance(value, Channel) else {"to": value}
            draft = await self.command("settings", set=name, **option)
            await self.answer(self.dana.presses(draft, "Apply"))

    def goes_to(self, at: datetime) -> None:
        """Move the time ahead, for Discord and Hearth alike."""
        self.clock.forward(at - self.clock.now())


@asynccontextmanager
async def discord_hearth(
    url: str, *, at: datetime = MONDAY, granted: int = MEMBERS | CONTENT
) -> AsyncIterator[DiscordHearth]:
    """Make a server with Hearth in it, yet to be started; see in the end that it did nothing wrong."""
    clock = Clock()
    clock.forward(at - clock.now())
    discord = PretendDiscord(clock, granted=granted)
    await discord.start()
    server = discord.server("Pottery", rights=permissions().value)
    general, help_ = server.channel("general"), server.channel("help")
    managers = server.channel("managers", hidden=True, to_me=True)
    dana = server.person("Dana", rights=MANAGE_GUILD)
    managers.overwrites.append(Overwrite(dana.id, 1, allow=VIEW_CHANNEL))
    hearth = DiscordHearth(discord, clock, server, url, dana, general, help_, managers)
    try:
        yield hearth
    finally:
        await hearth.stop()
        await discord.close()
    assert discord.problems == []


def hours(number: float) -> timedelta:
    """Return so many hours."""
    return timedelta(hours=number)
