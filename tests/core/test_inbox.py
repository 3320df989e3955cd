"""An event is acknowledged once it is committed; what waits while the database is in trouble is not lost."""

import asyncio
import threading
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from typing import Any

import pytest

from bot import ahead
from bot.actions import Action
from bot.core import Core
from bot.events import Event, MessagePosted, Tick
from bot.inbox import Inbox
from bot.ports import Feature
from storage.database import Database, DatabaseTrouble
from storage.transaction import Transaction
from tests.core.contents import contents, failures, handled
from tests.core.features import Counts
from tests.core.made import commanded, joined, posted
from tests.core.waiting import until
from tests.storage.locking import locked

Open = Callable[[str], Database]


class Watched(Core):
    """A core that says which batches it was handed."""

    def __init__(self, database: Database, feature: Feature) -> None:
        super().__init__(database, {"counts": feature})
        self.batches: list[list[str]] = []

    def receive(self, events: Sequence[Event], **how: Any) -> int:
        self.batches.append([event.id for event in events if not isinstance(event, Tick)])
        return super().receive(events, **how)


@asynccontextmanager
async def running(core: Core, database: Database) -> AsyncIterator[Inbox]:
    inbox = Inbox(core, database, on_commit=lambda: None)
    task = asyncio.create_task(inbox.run())
    yield inbox
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


@pytest.fixture(autouse=True)
def in_haste(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bot.inbox._FIRST_PAUSE", 0.01)
    monkeypatch.setattr("storage.database.BUSY_MS", 20)


async def test_an_event_is_committed_when_it_is_acknowledged(database: Database) -> None:
    async with running(Core(database, {"counts": Counts()}), database) as inbox:
        await inbox.put(posted("1", "one"))
        assert handled(database) == {"posted:general/1"}


async def test_what_waits_together_is_one_batch(database: Database) -> None:
    core = Watched(database, Counts())
    async with running(core, database) as inbox:
        await asyncio.gather(*(inbox.put(posted(str(number), "one")) for number in range(145)))

    assert [len(batch) for batch in core.batches] == [60, 60, 25]
    assert len(handled(database)) == 145


async def test_events_are_handled_in_the_order_they_were_put(database: Database) -> None:
    core = Watched(database, Counts())
    async with running(core, database) as inbox:
        await asyncio.gather(*(inbox.put(posted(str(number), "one")) for number in range(20)))

    assert core.batches[0] == [f"posted:general/{number}" for number in range(20)]


@pytest.fixture
def crowd(monkeypatch: pytest.MonkeyPatch) -> None:
    """Three are many."""
    monkeypatch.setattr("bot.inbox.MOST_BEFORE", 2)
    monkeypatch.setattr("bot.order.MOST_BEFORE", 2)


async def test_in_a_crowd_who_waits_for_an_answer_goes_first(database: Database, crowd: None) -> None:
    class Slow(Counts):
        def handle(self, event: Event, tx: Transaction) -> Sequence[Action]:
            begun.set()
            asked.wait(30)
            return super().handle(event, tx)

    begun, asked = threading.Event(), threading.Event()
    core = Watched(database, Slow())
    async with running(core, database) as inbox:
        said = [posted(str(number), "one") for number in range(5)]
        putting = [asyncio.create_task(inbox.put(event)) for event in (*said, said[3])]
        await asyncio.to_thread(begun.wait)
        command = commanded("help")
        asking = asyncio.create_task(inbox.put(command))
        more = asyncio.create_task(inbox.put(posted("5", "one")))
        await until(lambda: inbox.waiting == 2)
        asked.set()
        await asking
        await asyncio.gather(*putting, more)
        await inbox.emptied()

    first = [f"posted:general/{number}" for number in (0, 1, 2, 3, 4, 3)]
    # It sees what was begun before; what was not begun comes after it, once, and in its order.
    assert core.batches == [first, [command.id], [*first[1:], "posted:general/5"]]
    assert len(contents(database)["decision"]) == 7


async def test_who_comes_while_a_crowd_is_read_goes_first(
    database: Database, crowd: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun, asked = threading.Event(), threading.Event()
    read: list[str] = []

    def slowly(text: str, *_: object) -> None:
        begun.set()
        asked.wait(30)
        read.append(text)

    monkeypatch.setattr("bot.ahead.read_message", slowly)
    core = Watched(database, Counts())
    async with running(core, database) as inbox:
        said = [posted(str(number), f"message {number}") for number in range(5)]
        putting = [asyncio.create_task(inbox.put(event)) for event in said]
        await asyncio.to_thread(begun.wait)
        command = commanded("help")
        asking = asyncio.create_task(inbox.put(command))
        await until(lambda: inbox.waiting == 1)
        asked.set()
        await asking
        assert read[0] == "message 0"
        assert core.batches == [[command.id]]
        await asyncio.gather(*putting)

    assert core.batches == [[command.id], [f"posted:general/{number}" for number in range(5)]]


async def test_the_outbox_is_told_of_each_commit(database: Database) -> None:
    told: list[int] = []
    inbox = Inbox(Core(database, {}), database, on_commit=lambda: told.append(len(handled(database))))
    task = asyncio.create_task(inbox.run())
    await inbox.put(posted("1", "one"))
    await inbox.put(posted("2", "two"))
    task.cancel()
    assert told == [1, 2]


async def test_an_event_whose_bringer_went_away_is_handled_all_the_same(database: Database) -> None:
    async with running(Core(database, {"counts": Counts()}), database) as inbox:
        gone = asyncio.create_task(inbox.put(posted("1", "one")))
        await asyncio.sleep(0)
        gone.cancel()
        await inbox.put(posted("2", "two"))

    assert gone.cancelled()
    assert len(handled(database)) == 2


async def test_emptied_returns_when_all_is_committed(database: Database) -> None:
    async with running(Core(database, {"counts": Counts()}), database) as inbox:
        putting = [asyncio.create_task(inbox.put(posted(str(number), "one"))) for number in range(300)]
        await asyncio.sleep(0)
        await inbox.emptied()
        assert len(handled(database)) == 300
        await asyncio.gather(*putting)


async def test_events_wait_while_the_database_is_locked(sqlite_url: str, opened: Open) -> None:
    database = opened(sqlite_url)
    async with running(Core(database, {"counts": Counts()}), database) as inbox:
        await inbox.put(posted("0", "before"))
        with locked(database.path):
            putting = [asyncio.create_task(inbox.put(posted(str(number), "one"))) for number in range(1, 6)]
            await until(lambda: inbox.trouble is not None)
            assert "locked by another program" in str(inbox.trouble)
            assert not any(task.done() for task in putting)
        await asyncio.gather(*putting)
        assert inbox.trouble is None

    assert len(handled(database)) == 6
    assert failures(database) == []


async def test_events_wait_while_the_disk_is_full(
    sqlite_url: str, opened: Open, limit_pages: Callable[[int], None]
) -> None:
    database = opened(sqlite_url)
    async with running(Core(database, {"counts": Counts()}), database) as inbox:
        await inbox.put(posted("0", "before"))
        limit_pages(1)
        putting = [asyncio.create_task(inbox.put(posted(f"{number:0150}", "one"))) for number in range(150)]
        await until(lambda: inbox.trouble is not None)
        assert "has no room left" in str(inbox.trouble)
        limit_pages(1_000_000)
        await asyncio.gather(*putting)
        assert inbox.trouble is None

    assert len(handled(database)) == 151
    assert failures(database) == []


async def test_an_event_that_cannot_be_handled_harms_no_other(database: Database) -> None:
    class Poisoned(Core):
        def receive(self, events: Sequence[Event], **how: Any) -> int:
            if any(isinstance(event, MessagePosted) and event.message == "3" for event in events):
                raise ValueError("no database takes this")
            return super().receive(events, **how)

    async with running(Poisoned(database, {"counts": Counts()}), database) as inbox:
        done = await asyncio.gather(
            *(inbox.put(posted(str(number), "one")) for number in range(6)), return_exceptions=True
        )
        await inbox.put(posted("6", "after"))

    assert [type(each) for each in done].count(ValueError) == 1
    assert isinstance(done[3], ValueError)
    assert len(handled(database)) == 6


async def test_a_message_that_cannot_be_read_ahead_is_handled_all_the_same(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    def unreadable(text: str, links: object) -> None:
        raise RecursionError("too deep")

    monkeypatch.setattr(ahead, "read_message", unreadable)
    async with running(Core(database, {"counts": Counts()}), database) as inbox:
        await inbox.put(posted("1", "one"))
    assert len(handled(database)) == 1


async def test_ending_while_a_batch_is_written_loses_nothing_that_was_acknowledged(
    database: Database,
) -> None:
    class Slow(Counts):
        def handle(self, event: Event, tx: Transaction) -> Sequence[Action]:
            begun.set()
            ended.wait(30)
            return super().handle(event, tx)

    begun, ended = threading.Event(), threading.Event()
    inbox = Inbox(Core(database, {"counts": Slow()}), database, on_commit=lambda: None)
    task = asyncio.create_task(inbox.run())
    putting = asyncio.create_task(inbox.put(posted("1", "one")))
    await asyncio.to_thread(begun.wait)
    task.cancel()
    ended.set()
    await asyncio.gather(task, return_exceptions=True)
    # What was begun is committed or not, and never acknowledged without.
    await database.in_writer(lambda: None)
    with pytest.raises(asyncio.CancelledError):
        await putting
    assert len(handled(database)) == 1


async def test_whoever_waits_at_the_end_is_told_so(database: Database) -> None:
    inbox = Inbox(Core(database, {}), database, on_commit=lambda: None)
    events: list[Event] = [
        posted("1", "one"),
        commanded("help"),
        posted("2", "two"),
        commanded("status"),
        joined("ada"),
    ]
    putting = [asyncio.create_task(inbox.put(event)) for event in events]
    task = asyncio.create_task(inbox.run())
    await asyncio.sleep(0)
    task.cancel()
    ended = await asyncio.wait_for(asyncio.gather(*putting, task, return_exceptions=True), 30)
    assert [type(each) for each in ended] == [asyncio.CancelledError] * 6


async def test_trouble_of_a_feature_s_own_making_does_not_stop_the_inbox(database: Database) -> None:
    class Troubled(Counts):
        troubled = True

        def handle(self, event: Event, tx: Transaction) -> Sequence[Action]:
            if self.troubled:
                self.troubled = False
                raise DatabaseTrouble("The server is being restarted.")
            return super().handle(event, tx)

    async with running(Core(database, {"counts": Troubled()}), database) as inbox:
        await inbox.put(joined("ada"))
    assert len(handled(database)) == 1
