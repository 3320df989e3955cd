"""Hearth as `compose` runs it, in a workspace of pretend Slack, with a clock that both share."""

import asyncio
import re
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from aiohttp import ClientSession
from sqlalchemy import select
from sqlmodel import SQLModel

from adapters.slack.manifest import manifest
from bot.clock import Clock, stopwatch
from bot.compose import run_platforms
from bot.settings import Process
from storage.database import Database
from storage.tables import Community, table
from tests.fakes.pretend_slack import Channel, Installation, Message, Person, PretendSlack, Workspace, serve

ADDRESS = "https://hearth.example.com"


@dataclass(eq=False)
class SlackHearth:
    """A workspace with a manager, a few channels, and Hearth in them."""

    slack: PretendSlack
    workspace: Workspace
    installation: Installation
    url: str
    dana: Person
    help: Channel
    managers: Channel
    by_socket: bool
    settings: dict[str, Any] = field(default_factory=dict)
    running: asyncio.Task[None] | None = None
    address: str = ""

    @property
    def clock(self) -> Clock:
        return self.slack.clock

    def process(self) -> Process:
        """Return the settings that it is started with."""
        app = self.installation.app
        way = {"slack_app_token": app.app_token} if self.by_socket else {}
        given: dict[str, Any] = {
            "port": 0,
            "database_url": self.url,
            "slack_bot_token": self.installation.token,
            "slack_signing_secret": app.signing_secret,
            "slack_api_url": self.slack.api_url,
            **way,
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
        if not self.by_socket:
            self.installation.app.address = self.address

    async def stop(self) -> None:
        """End Hearth as a signal does."""
        if self.running is not None:
            self.running.cancel()
            with suppress(asyncio.CancelledError):
                await self.running
            self.running = None

    async def until(self, found: Callable[[], Any], what: str) -> Any:
        """Wait until something holds, and return it."""
        if self.running is not None and self.running.done():
            self.running.result()
        return await self.slack.until(found, what)

    async def shown(self, channel: Channel, words: str, *, to: Person | None = None) -> Message:
        """Wait until Hearth shows something with these words in a channel; to one person, if one is named."""

        look = f"{words!r} in #{channel.name}"
        message: Message = await self.until(lambda: self.shown_now(channel, words, to=to), look)
        return message

    def shown_now(self, channel: Channel, words: str, *, to: Person | None = None) -> Message | None:
        """Return what Hearth last said with these words in a channel, or to one person there."""
        there = to.sees(channel) if to else channel.shown
        own = [each for each in there if each.author.bot == self.installation.bot_id]
        return next((each for each in reversed(own) if words in each.shown), None)

    async def ticked(self, *, quietly: bool = False) -> None:
        """Wait until what is due by now was handled, and a command after that is answered; or not that."""
        asked = stopwatch()
        async with ClientSession() as session:
            while True:
                async with session.get(f"{self.address}/metrics") as response:
                    [age] = re.findall(r"^hearth_heartbeat_age_seconds (\S+)$", await response.text(), re.M)
                if stopwatch() - float(age) > asked:
                    break
                await asyncio.sleep(0.05)
        if not quietly:
            await self.command("help")

    async def set(self, *lines: str) -> None:
        """Have the manager set things, in the managers' channel."""
        for line in lines:
            draft = await self.command(f"settings {line}")
            name, updates = line.partition(" ")[0], draft.updates
            assert (await self.dana.clicks(draft, "Apply")).acknowledged
            said = f"an answer to applying {name}"
            await self.until(lambda: draft.updates > updates or self._answers_after(draft), said)  # noqa: B023 # at once

    def _answers_after(self, message: Message) -> list[Message]:
        return [m for m in self.dana.sees(self.managers) if m.only_for and float(m.ts) > float(message.ts)]

    async def command(self, text: str, *, by: Person | None = None) -> Message:
        """Run /community in the managers' channel; return the answer, which only they see."""
        person = by or self.dana
        before = {message.ts for message in person.sees(self.managers)}
        outcome = await person.runs("/community", text, channel=self.managers)
        assert outcome.acknowledged

        def answered() -> Message | None:
            new = [m for m in person.sees(self.managers) if m.only_for and m.ts not in before]
            return new[0] if new else None

        message: Message = await self.until(answered, f"an answer to /community {text}")
        return message

    def rows(self, of: type[SQLModel]) -> list[Any]:
        """Return what is kept in a table."""
        database = Database(self.url)
        try:
            with database.reading() as tx:
                return list(tx.rows(select(table(of))))
        finally:
            database.close()

    def community(self) -> Any:
        """Return what is kept of the workspace itself."""
        [row] = self.rows(Community)
        return row

    def goes_to(self, at: datetime) -> None:
        """Move the time ahead, for Slack and Hearth alike."""
        self.clock.forward(at - self.clock.now())


# A Monday, at ten in London; summer time has just begun there.
MONDAY = datetime(2031, 4, 7, 9, tzinfo=UTC)


@asynccontextmanager
async def slack_hearth(
    url: str,
    *,
    by_socket: bool = True,
    at: datetime | None = MONDAY,
    left_out: frozenset[str] | set[str] = frozenset(),
) -> AsyncIterator[SlackHearth]:
    """Make a workspace with Hearth installed, yet to be started; see in the end that it did nothing wrong."""
    clock = Clock()
    if at is not None:
        clock.forward(at - clock.now())
    async with serve(clock) as slack:
        workspace = slack.workspace("Pottery")
        help_, managers = workspace.channel("help"), workspace.channel("managers", private=True)
        dana = workspace.person("Dana", owner=True, admin=True, joins=(help_, managers))
        app = slack.app(dict(manifest(None if by_socket else ADDRESS)))
        scopes = set(app.scopes) - left_out
        installed = workspace.install(app, dana, scopes=scopes, into=(workspace.general, help_, managers))
        slack.deliveries(app).retry_after_s = (0.05, 0.5, 2.0)
        hearth = SlackHearth(slack, workspace, installed, url, dana, help_, managers, by_socket)
        try:
            yield hearth
        finally:
            await hearth.stop()
        slack.check()


def hours(number: float) -> timedelta:
    """Return so many hours."""
    return timedelta(hours=number)
