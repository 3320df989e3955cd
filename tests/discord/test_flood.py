"""In a flood no more is taken than can be kept, the line stays up, and nothing is lost."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import pytest
from aiohttp import web

from adapters.discord import Commands, Discord
from adapters.discord.pace import Pace
from adapters.discord.rights import permissions
from bot.clock import Clock
from bot.events import CommandGiven, Event, Installed, MessagePosted
from bot.ports import Closed
from bot.settings import Process
from tests.fakes.pretend_discord import TOKEN, Person, PretendDiscord
from tests.fakes.pretend_discord.things import Channel

MOST = 50


class Notes:
    """A memory that lasts as long as the test, and fails as often as it is told to."""

    def __init__(self) -> None:
        self.kept: dict[tuple[str, str], str] = {}
        self.fails = 0

    async def read(self, community: str, name: str) -> str | None:
        return self.kept.get((community, name))

    async def read_all(self, community: str, prefix: str) -> Mapping[str, str]:
        return {name: value for (_, name), value in self.kept.items() if name.startswith(prefix)}

    async def write(self, community: str, name: str, value: str | None) -> None:
        if self.fails:
            self.fails -= 1
            raise Closed("The database cannot be used.")
        if value is None:
            self.kept.pop((community, name), None)
        else:
            self.kept[community, name] = value

    async def heard_in(self, community: str) -> Mapping[str, tuple[str, bool]]:
        return {}

    async def last_heard(self, community: str) -> Mapping[str, datetime]:
        return {}

    async def last_messages(self, community: str) -> Mapping[str, str]:
        return {}

    async def messages_in(self, community: str, channel: str, thread: str | None) -> Sequence[str]:
        return ()

    async def names(self, community: str, members: Sequence[str]) -> Mapping[str, str]:
        return {}

    async def reactions_on(self, community: str, channel: str, message: str) -> Sequence[tuple[str, str]]:
        return ()

    async def kept_of(self, community: str, channel: str, messages: Sequence[str]) -> Sequence[str]:
        return ()

    async def channel_of(self, community: str, thread: str, among: Sequence[str]) -> str | None:
        return None


class Nothing:
    """Suggests nothing."""

    async def digests(self, typed: CommandGiven) -> Mapping[str, str]:
        return {}


class Slow:
    """An inbox that takes whatever comes, and keeps what was said only once it is let."""

    def __init__(self) -> None:
        self.let = asyncio.Event()
        self.let.set()
        self.kept: Counter[str] = Counter()
        self.installed: Counter[str] = Counter()
        self.waiting = self.most_waiting = 0
        self._stirred = asyncio.Event()

    async def put(self, event: Event) -> None:
        self.waiting += 1
        self.most_waiting = max(self.most_waiting, self.waiting)
        self._stirred.set()
        await self.let.wait()
        self.waiting -= 1
        if isinstance(event, MessagePosted):
            self.kept[event.text] += 1
        if isinstance(event, Installed):
            self.installed[event.community] += 1
        self._stirred.set()

    async def until(self, condition: Callable[[], object]) -> None:
        """Wait until something is so."""
        async with asyncio.timeout(60):
            while not condition():
                self._stirred.clear()
                await self._stirred.wait()


@dataclass
class Flooded:
    """Hearth's adapter in a server of pretend Discord, with an inbox of ours."""

    discord: PretendDiscord
    channel: Channel
    sam: Person
    inbox: Slow
    clock: Clock
    notes: Notes
    hearth: Discord

    def says(self, since: int, until: int) -> None:
        """Have so many things said."""
        for number in range(since, until):
            self.sam.says(self.channel, f"message {number}")


@pytest.fixture
async def flooded(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Flooded]:
    """The adapter, hearing; its inbox keeps nothing for now."""
    monkeypatch.setattr("adapters.discord.pace.MOST_UNDER_WAY", MOST)
    monkeypatch.setattr("adapters.discord.work._FINISH_S", 0.01)
    clock, inbox, notes = Clock(), Slow(), Notes()
    discord = PretendDiscord(clock)
    discord.gateway.heartbeat_s = 0.2
    await discord.start()
    server = discord.server("Pottery", rights=permissions().value)
    channel, sam = server.channel("general"), server.person("Sam")
    given: dict[str, Any] = {"discord_token": TOKEN, "discord_api_url": discord.api}
    hearth = Discord(Process(_env_file=None, **given), clock, notes, Commands([], [], []), Nothing())
    try:
        await hearth.open()
        hearth.attach(web.Application(), inbox, "")
        await hearth.start()
        # However slow this machine is, nobody is sent away; the line was told to beat often.
        discord.gateway.heartbeat_s = 60.0
        inbox.let.clear()
        yield Flooded(discord, channel, sam, inbox, clock, notes, hearth)
    finally:
        inbox.let.set()
        await hearth.hush()
        await hearth.close()
        await discord.close()
    assert discord.problems == []


async def test_a_flood_is_kept_at_the_pace_of_the_inbox(flooded: Flooded) -> None:
    gateway, inbox = flooded.discord.gateway, flooded.inbox
    flooded.says(0, 40 * MOST)
    await inbox.until(lambda: inbox.waiting >= MOST)
    # While the inbox stands still, the heart beats, and no more comes in.
    [line] = gateway.connections
    for _ in range(3):
        last = line.last_heartbeat
        await flooded.discord.until(lambda last=last: line.last_heartbeat > last)  # type: ignore[misc]
    assert inbox.kept == {}
    inbox.let.set()
    await inbox.until(lambda: len(inbox.kept) == 40 * MOST)
    assert set(inbox.kept.values()) == {1}
    # One was read already when there was no more room.
    assert inbox.most_waiting <= MOST + 1
    assert gateway.closes == []
    assert gateway.identified == 1


async def test_a_line_that_broke_in_a_flood_goes_on_where_it_was(flooded: Flooded) -> None:
    gateway, inbox = flooded.discord.gateway, flooded.inbox
    flooded.says(0, 10 * MOST)
    await inbox.until(lambda: inbox.waiting >= MOST)
    await gateway.drop()
    flooded.says(10 * MOST, 15 * MOST)
    inbox.let.set()
    await inbox.until(lambda: len(inbox.kept) == 15 * MOST)
    assert set(inbox.kept.values()) == {1}
    assert inbox.most_waiting <= MOST + 1
    assert gateway.resumed == gateway.identified == 1


async def test_a_server_is_read_though_the_database_was_away(
    flooded: Flooded, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("adapters.discord.work._AGAIN_S", 0.0)
    flooded.inbox.let.set()
    flooded.notes.fails = 5
    server = flooded.discord.server("Coffee", rights=permissions().value)
    await flooded.inbox.until(lambda: flooded.inbox.installed[f"discord:{server.id}"])
    assert flooded.notes.fails == 0


@pytest.mark.parametrize("in_a_flood", [True, False])
async def test_what_waits_to_be_read_does_not_count_as_heard(flooded: Flooded, in_a_flood: bool) -> None:
    inbox, kept = flooded.inbox, flooded.notes.kept
    complete = f"discord:{flooded.channel.guild}", "complete"
    before = int(kept[complete])
    if not in_a_flood:
        inbox.let.set()
    flooded.says(0, 10 * MOST)
    await inbox.until(lambda: inbox.waiting >= MOST if in_a_flood else len(inbox.kept) == 10 * MOST)
    # At the next start what was said and not kept is read from history.
    await flooded.hearth.hush()
    assert (int(kept[complete]) > before) != in_a_flood


async def test_room_is_there_again_as_soon_as_something_is_done(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("adapters.discord.pace.MOST_UNDER_WAY", 2)
    pace = Pace()
    pace.begin()
    await pace.room()
    pace.begin()
    waiting = asyncio.create_task(pace.room())
    await asyncio.sleep(0)
    assert not waiting.done()
    pace.end()
    await waiting
    assert pace.under_way == 1
