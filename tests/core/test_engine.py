"""The running core: it hears, does and ticks, and ends within seconds whatever is under way."""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from datetime import timedelta

import pytest

from bot import engine as engine_module
from bot.actions import Action
from bot.clock import Clock
from bot.engine import Engine
from bot.events import Event, Tick
from bot.heartbeat import Heartbeat
from storage.database import Database, DatabaseTrouble
from storage.transaction import Transaction
from tests.core.contents import actions, handled, outgoing
from tests.core.features import Counts, Greets, post
from tests.core.made import HOME, NOON, commanded, joined, later, posted
from tests.core.waiting import until
from tests.fakes.sender import PretendSender

Open = Callable[[str], Database]
NEVER_S = 3_600.0


def engine(
    database: Database, sender: PretendSender, *, clock: Clock | None = None, tick_every_s: float = NEVER_S
) -> Engine:
    return Engine(
        database,
        {"sandbox": sender},
        clock or later(),
        features={"greets": Greets(), "counts": Counts()},
        tick_every_s=tick_every_s,
    )


@asynccontextmanager
async def started(running: Engine) -> AsyncIterator[Engine]:
    running.start()
    try:
        yield running
    finally:
        await running.stop()


@pytest.fixture(autouse=True)
def in_haste(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engine_module, "_FINISH_S", 0.2)
    monkeypatch.setattr("bot.inbox._FIRST_PAUSE", 0.01)


async def test_what_happens_is_answered_by_what_is_done(database: Database) -> None:
    sender = PretendSender()
    async with started(engine(database, sender)) as running:
        await running.inbox.put(joined("ada"))
        await running.inbox.put(commanded("help"))
        await until(lambda: {state for state, _ in outgoing(database).values()} == {"sent"})
        assert running.unwell() is None

    assert len(sender.keys) == 2


async def test_what_became_of_an_action_is_an_event(database: Database) -> None:
    async with started(engine(database, PretendSender())) as running:
        await running.inbox.put(joined("ada"))
        await until(lambda: "delivered:hello:ada" in handled(database))


async def test_time_passes_by_itself(database: Database) -> None:
    sender = PretendSender()
    async with started(engine(database, sender, tick_every_s=0.01)) as running:
        await running.inbox.put(posted("1", "one"))
        await until(lambda: "due:1" in sender.keys)
        first = running.heartbeat.last
        await until(lambda: running.heartbeat.last != first)
    assert sender.keys == ["due:1"]


async def test_a_clock_moved_forward_brings_what_is_due(database: Database) -> None:
    clock = Clock()
    at = clock.now() + timedelta(hours=4)
    with database.transaction() as tx:
        tx.schedule(HOME, "greets", "later", at)
    async with started(engine(database, PretendSender(), clock=clock)) as running:
        await running.heartbeat.beat()
        assert actions(database) == []
        clock.forward(timedelta(hours=5))
        await running.heartbeat.beat()
        assert [action.key for action in actions(database)] == ["due:later"]
        assert running.heartbeat.last is not None
        assert running.heartbeat.last >= at


class Full:
    """An inbox that keeps those waiting who bring something."""

    def __init__(self) -> None:
        self.brought: list[Event] = []
        self.free = asyncio.Event()

    async def put(self, event: Event) -> None:
        self.brought.append(event)
        await self.free.wait()


class Counted(Heartbeat):
    """Counts how often it would have ticked."""

    begun = 0

    async def _begin(self) -> None:
        self.begun += 1
        await super()._begin()


async def test_one_tick_waits_at_a_time_and_nobody_complains(caplog: pytest.LogCaptureFixture) -> None:
    inbox = Full()
    heartbeat = Counted(inbox, Clock(), every_s=0.005)
    heartbeat.start()
    await until(lambda: heartbeat.begun > 5)
    assert len(inbox.brought) == 1
    assert heartbeat.last is None
    inbox.free.set()
    await until(lambda: len(inbox.brought) > 1)
    heartbeat.stop()
    heartbeat.stop()
    assert all(isinstance(event, Tick) for event in inbox.brought)
    assert [record.message for record in caplog.records if record.levelname != "INFO"] == []


async def test_a_heart_beats_on_after_a_tick_that_failed() -> None:
    class Failing(Full):
        async def put(self, event: Event) -> None:
            await super().put(event)
            raise DatabaseTrouble

    inbox = Failing()
    inbox.free.set()
    heartbeat = Heartbeat(inbox, Clock(), every_s=0.005)
    heartbeat.start()
    await until(lambda: len(inbox.brought) > 2)
    heartbeat.stop()
    assert heartbeat.last is None


async def test_what_is_under_way_is_finished_before_the_end(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(engine_module, "_FINISH_S", 60)
    sender = PretendSender()
    sender.open.clear()
    running = engine(database, sender)
    running.start()
    await running.inbox.put(joined("ada"))
    await until(lambda: sender.under_way == 1)
    ending = asyncio.create_task(running.stop())
    await asyncio.sleep(0)
    sender.open.set()
    await ending

    assert outgoing(database)["hello:ada"][0] == "sent"


async def test_what_cannot_be_finished_is_taken_up_at_the_next_start(database: Database) -> None:
    sender = PretendSender()
    sender.open.clear()
    running = engine(database, sender)
    running.start()
    await running.inbox.put(joined("ada"))
    await until(lambda: sender.under_way == 1)
    await running.stop()
    assert outgoing(database)["hello:ada"][0] == "sending"
    assert sender.under_way == 0


async def test_events_that_wait_are_handled_before_the_end(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(engine_module, "_FINISH_S", 60)
    running = engine(database, PretendSender())
    running.start()
    putting = [asyncio.create_task(running.inbox.put(posted(str(n), "one"))) for n in range(300)]
    await asyncio.sleep(0)
    await running.stop()
    await asyncio.gather(*putting)
    assert len(handled(database)) >= 300


async def test_it_ends_while_the_database_cannot_be_used(sqlite_url: str, opened: Open) -> None:
    class Troubled(Counts):
        def handle(self, event: Event, tx: Transaction) -> Sequence[Action]:
            raise DatabaseTrouble("The database x is locked by another program.")

    database = opened(sqlite_url)
    running = Engine(database, {}, Clock(), features={"counts": Troubled()}, tick_every_s=NEVER_S)
    running.start()
    putting = asyncio.create_task(running.inbox.put(joined("ada")))
    await until(lambda: running.unwell() is not None)
    assert running.unwell() == "The database x is locked by another program."
    await running.stop()
    with pytest.raises(asyncio.CancelledError):
        await putting


async def test_it_says_what_has_stopped(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    def breaks(*_: object, **__: object) -> None:
        raise RuntimeError("a bug in claiming")

    monkeypatch.setattr("bot.outbox.claim", breaks)
    running = engine(database, PretendSender())
    running.start()
    await until(lambda: running.unwell() is not None)
    assert running.unwell() == "The outbox has stopped; see the log."
    with database.transaction() as tx:
        tx.schedule(HOME, "greets", "later", NOON)
    await running.inbox.put(joined("ada"))
    await running.stop()
    assert post("hello:ada").key in outgoing(database)
