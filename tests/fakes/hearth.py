"""Hearth as `compose` runs it, in a community that is played: what a test can do on every platform."""

import asyncio
import inspect
import re
from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, Generic, TypeVar

from aiohttp import ClientSession
from sqlalchemy import select, text
from sqlmodel import SQLModel

from bot.clock import Clock, stopwatch
from bot.compose import run_platforms
from bot.settings import Process
from storage.database import Database
from storage.tables import Community, Outgoing, SettingChange, table

Person = TypeVar("Person")
Channel = TypeVar("Channel")
Message = TypeVar("Message")

# A Monday, at ten in London; summer time has just begun there.
MONDAY = datetime(2031, 4, 7, 9, tzinfo=UTC)
# How long to wait for something that has to come; a test that waits so long has failed.
PATIENCE_S = 30.0
_LOOK_AGAIN_S = 0.01


def hours(number: float) -> timedelta:
    """Return so many hours."""
    return timedelta(hours=number)


@dataclass(eq=False, kw_only=True)
class Hearth(ABC, Generic[Person, Channel, Message]):
    """A community with a manager, a few channels, and Hearth in it; the clock is both their own."""

    url: str
    clock: Clock
    dana: Person
    general: Channel
    help: Channel
    managers: Channel
    # Settings of the process that a test adds to those it needs.
    settings: dict[str, Any] = field(default_factory=dict)
    running: asyncio.Task[None] | None = None
    address: str = ""

    # Running it.

    @abstractmethod
    def given(self) -> dict[str, Any]:
        """Return the settings that it needs on this platform."""

    def process(self) -> Process:
        """Return the settings that it is started with."""
        there: dict[str, Any] = {"port": 0, "database_url": self.url, **self.given(), **self.settings}
        return Process(_env_file=None, **there)

    async def run(self, say: Callable[[str], None]) -> None:
        """Run it until it is told to end."""
        await run_platforms(self.process(), self.clock, say)

    async def start(self) -> None:
        """Start Hearth; return when it says that it runs."""
        said: asyncio.Future[str] = asyncio.get_running_loop().create_future()

        def say(words: str) -> None:
            if not said.done():
                said.set_result(words)

        self.running = asyncio.create_task(self.run(say))
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

    async def restart(self) -> None:
        """End Hearth and start it again."""
        await self.stop()
        await self.start()

    def goes_to(self, at: datetime) -> None:
        """Move the time ahead, for the platform and Hearth alike."""
        self.clock.forward(at - self.clock.now())

    def later(self, by: timedelta) -> None:
        """Let so much time go by."""
        self.clock.forward(by)

    # Waiting for it, and looking into what it keeps.

    def look_up(self, statement: str) -> list[Any]:
        """Return what is in its database."""
        database = Database(self.url)
        try:
            with database.reading() as tx:
                return [tuple(row) for row in tx.rows(text(statement))]
        finally:
            database.close()

    async def until(self, found: Callable[[], Any], what: str = "it") -> Any:
        """Wait until something holds, and return it; `found` may be asynchronous."""
        try:
            async with asyncio.timeout(PATIENCE_S):
                while True:
                    if self.running is not None and self.running.done():
                        self.running.result()
                    value = found()
                    if inspect.isawaitable(value):
                        value = await value
                    if value:
                        return value
                    await asyncio.sleep(_LOOK_AGAIN_S)
        except TimeoutError:
            done = [(row.kind, row.lane, row.state, row.reason) for row in self.rows(Outgoing)]
            raise AssertionError(f"{what} never came; last Hearth did: {done[-10:]}") from None

    def rows(self, of: type[SQLModel]) -> list[Any]:
        """Return what is kept in a table."""
        database = Database(self.url)
        try:
            with database.reading() as tx:
                return list(tx.rows(select(table(of))))
        finally:
            database.close()

    def community(self) -> Any:
        """Return what is kept of the community itself."""
        [row] = self.rows(Community)
        return row

    async def ticked(self) -> None:
        """Wait until what is due by now was handled, and what follows of it was done."""
        # The first may have begun before now, the second begins when that was handled.
        for _ in range(2):
            asked = stopwatch()

            async def beaten() -> bool:
                age = await self.figure("hearth_heartbeat_age_seconds")
                return stopwatch() - age > asked  # noqa: B023 # at once

            await self.until(beaten, "a tick")
        await self.done()

    async def figure(self, name: str) -> float:
        """Return one of Hearth's figures of running."""
        async with ClientSession() as session, session.get(f"{self.address}/metrics") as response:
            [value] = re.findall(rf"^{name} (\S+)$", await response.text(), re.M)
        return float(value)

    async def done(self, of: str = "") -> None:
        """Wait until Hearth has nothing left to do of what it decided to; of one kind, if that is named."""

        def waits() -> list[Any]:
            rows = [row for row in self.rows(Outgoing) if row.state in ("waiting", "sending")]
            return [row for row in rows if of in ("", row.kind)]

        await self.until(lambda: not waits(), "the end of what Hearth does")

    @abstractmethod
    async def tells_again(self) -> None:
        """Have Hearth told again of all that happened; return when it was."""

    # What people do.

    @abstractmethod
    async def heard(self) -> None:
        """Wait until all that people did so far is kept."""

    async def lets_be(self) -> None:
        """Let who was told in private what they said reads like leave it, until managers are shown it."""
        await self.heard()
        await self.done("tell")
        self.later(timedelta(minutes=11))

    @abstractmethod
    async def joins(self, name: str) -> Person:
        """Let a stranger join who may come to be greeted; Hearth is told so."""

    @abstractmethod
    async def says(self, by: Person, channel: Channel, text: str, *, to: Message | None = None) -> Message:
        """Let somebody say something, as a reply if that is named."""

    @abstractmethod
    async def edits(self, by: Person, message: Message, text: str) -> None:
        """Let somebody change what they said."""

    @abstractmethod
    async def deletes(self, by: Person, message: Message) -> None:
        """Let somebody take back what they said."""

    @abstractmethod
    async def reacts(self, by: Person, message: Message, emoji: str) -> None:
        """Let somebody react."""

    @abstractmethod
    async def presses(self, by: Person, message: Message, label: str) -> None:
        """Let somebody press a button of Hearth's; they are told that it arrived."""

    @abstractmethod
    async def picks(self, by: Person, shortcut: str, message: Message) -> Message:
        """Let somebody use a shortcut, named as in `bot.events.SHORTCUTS`; return the answer."""

    @abstractmethod
    async def command(self, line: str, *, by: Person | None = None) -> Message:
        """Run /community in the managers' channel, or elsewhere by who is not in it; return the answer."""

    @abstractmethod
    async def draft(self, name: str, value: "str | Channel") -> Message:
        """Have the manager ask for a setting to be changed; return the preview."""

    # What they see of Hearth.

    @abstractmethod
    async def read(self, channel: Channel, *, to: Person | None = None) -> list[Message]:
        """Return what Hearth said in a channel for all to see, or for somebody to see, oldest first."""

    @abstractmethod
    async def words(self, message: Message) -> str:
        """Return what a message of Hearth's says as it stands now."""

    @abstractmethod
    def id_of(self, message: Message) -> str:
        """Return the platform's id of a message."""

    @abstractmethod
    async def pings(self, message: Message) -> set[str]:
        """Return whom a message of Hearth's notifies."""

    @abstractmethod
    async def links(self, message: Message) -> list[str]:
        """Return where a message of Hearth's leads."""

    @abstractmethod
    async def offers(self, message: Message) -> list[str]:
        """Return what the buttons of a message of Hearth's say, as it stands now."""

    async def with_words(self, channel: Channel, words: str, *, to: Person | None = None) -> list[Message]:
        """Return those of Hearth's messages in a channel that say something."""
        return [each for each in await self.read(channel, to=to) if words in await self.words(each)]

    async def shown(self, channel: Channel, words: str, *, to: Person | None = None) -> Message:
        """Wait until Hearth shows something with these words in a channel; to one person, if one is named."""
        found: list[Message] = await self.until(lambda: self.with_words(channel, words, to=to), repr(words))
        return found[-1]

    async def says_now(self, message: Message, words: str) -> None:
        """Wait until a message of Hearth's came to say something."""

        async def look() -> bool:
            return words in await self.words(message)

        await self.until(look, repr(words))

    # At the end: from here on the name means this.

    async def set(self, **values: "str | Channel") -> None:
        """Have the manager set things, and apply what they see before."""
        for name, value in values.items():
            before = len(self.rows(SettingChange))
            draft = await self.draft(name, value)
            await self.presses(self.dana, draft, "Apply")
            await self.until(lambda: len(self.rows(SettingChange)) > before, f"{name}")  # noqa: B023 # at once
            await self.done("answer")


class Elsewhere(Hearth[Person, Channel, Message]):
    """A platform elsewhere, that tells Hearth things over a line: more than once, and in any order."""

    @abstractmethod
    def hold(self) -> None:
        """Tell Hearth nothing for now."""

    @abstractmethod
    async def release(self, seed: int) -> None:
        """Tell what was held, each twice and in an order that is drawn."""
