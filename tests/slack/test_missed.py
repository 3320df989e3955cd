"""What was missed is read when Slack lets it be, and until then it is said where it is not, and why."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from datetime import timedelta

import pytest
from aiohttp import ClientSession

from adapters.slack.arrival import Arrival, client_for, enter
from adapters.slack.manifest import manifest
from adapters.slack.missed import Missed
from bot.clock import Clock
from bot.events import CapabilityFound, MessagePosted
from bot.memory import Memories
from storage.database import Database
from tests.fakes.ear import Ear
from tests.fakes.pretend_slack import Channel, Fault, Person, Workspace, serve


class Away:
    """A workspace where something was said while Hearth was away."""

    def __init__(self, workspace: Workspace) -> None:
        self.workspace = workspace
        self.help, self.garden = workspace.channel("help"), workspace.channel("garden", private=True)
        self.dana: Person = workspace.person("Dana", owner=True, joins=(self.help, self.garden))
        workspace.install(workspace.slack.app(dict(manifest())), self.dana, into=(self.help, self.garden))
        self.ear = Ear()

    def says(self, channel: Channel, text: str) -> None:
        self.dana.says(channel, text)

    @property
    def heard(self) -> set[str]:
        return {event.text for event in self.ear.of(MessagePosted)}

    @property
    def told(self) -> list[str]:
        """What was told of history, "" where it works."""
        found = self.ear.of(CapabilityFound)
        return [event.reason for event in found if event.capability == "history"]

    @asynccontextmanager
    async def back(self, memory: Memories) -> AsyncIterator[Missed]:
        """Have Hearth come back after ten minutes, and read what it missed."""
        slack = self.workspace.slack
        now = Clock().now

        async def caught_up(late: int) -> None:
            pass

        async with ClientSession() as session:
            entered = await enter(client_for(self.workspace.only.token, slack.api_url, session))
            arrival = Arrival(entered, self.ear, memory, now)
            await arrival.again()
            missed = Missed(entered, self.ear, memory, now, arrival.again, caught_up)
            missed.lost(now() - timedelta(minutes=10))
            await missed.regain()
            reading = asyncio.create_task(missed.run())
            try:
                yield missed
            finally:
                reading.cancel()
                await asyncio.gather(reading, return_exceptions=True)


@pytest.fixture
async def away() -> AsyncIterator[Away]:
    async with serve() as slack:
        yield Away(slack.workspace("Pottery"))


@pytest.fixture
def memory(sqlite_url: str) -> Iterator[Memories]:
    database = Database(sqlite_url, synchronous="OFF")
    yield Memories(database)
    database.close()


async def test_a_channel_that_may_not_be_read_is_named_and_read_once_it_may(
    away: Away, memory: Memories, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Shorter than ten minutes until it is asked for again.
    monkeypatch.setattr("adapters.slack.missed._DENIED_AGAIN_S", 0.05)
    away.says(away.help, "in the open")
    away.says(away.garden, "behind the fence")
    away.workspace.only.scopes -= {"groups:history"}
    async with away.back(memory):
        await away.workspace.slack.until(lambda: away.told and "in the open" in away.heard, "the reason")

        [reason] = away.told
        assert reason.startswith(
            "What was missed in #garden cannot be read yet: The app lacks groups:history"
        )
        assert away.heard == {"in the open"}
        away.workspace.only.scopes |= {"groups:history"}
        await away.workspace.slack.until(lambda: away.told[-1] == "", "that it works again")
        assert away.heard == {"in the open", "behind the fence"}


async def test_what_may_not_be_read_stays_written_down_through_a_restart(
    away: Away, memory: Memories
) -> None:
    away.says(away.garden, "behind the fence")
    away.workspace.only.scopes -= {"groups:history"}
    async with away.back(memory):
        await away.workspace.slack.until(lambda: away.told, "the reason")
    away.workspace.only.scopes |= {"groups:history"}
    async with away.back(memory):
        await away.workspace.slack.until(lambda: away.heard, "what was missed")


async def test_of_a_channel_that_hearth_was_removed_from_nothing_is_missed(
    away: Away, memory: Memories
) -> None:
    away.says(away.garden, "behind the fence")
    away.says(away.help, "in the open")
    away.workspace.slack.faults.plan("conversations.history", Fault(error="not_in_channel"))
    async with away.back(memory):
        await away.workspace.slack.until(lambda: away.heard, "what was missed")
    assert away.told == []


async def test_a_thread_that_is_deleted_meanwhile_takes_nothing_else_away(
    away: Away, memory: Memories
) -> None:
    first = away.dana.says(away.help, "a thread")
    away.dana.says(away.help, "a reply", thread=first)
    away.says(away.help, "beside it")
    away.workspace.slack.faults.plan("conversations.replies", Fault(error="thread_not_found"))
    async with away.back(memory):
        await away.workspace.slack.until(lambda: len(away.heard) == 2, "what was missed")
    assert (away.heard, away.told) == ({"a thread", "beside it"}, [])
