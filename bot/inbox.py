"""Gathers the events that wait together, and has the core receive them as one batch."""

import asyncio
from collections.abc import Callable, Sequence
from itertools import accumulate

from bot.ahead import read_ahead
from bot.clock import stopwatch
from bot.core import Core
from bot.events import Event, MessageEdited, MessagePosted, Tick
from bot.logs import named
from bot.metrics import Metrics
from bot.order import MOST_BEFORE, Order, Waiting, is_overtaken
from storage.database import Database, DatabaseTrouble

log = named(__name__)

# More waits in the next batch, so that one commit never holds the writer for long.
MOST_AT_ONCE = 60
# More than this waiting, and who brings events has to wait too.
MOST_WAITING = 10_000
# Seconds between tries while the database cannot be used: the first, and the longest.
_FIRST_PAUSE, _LONGEST_PAUSE = 0.2, 5.0


class Inbox:
    """Where adapters put events. `trouble` says what keeps them from being kept, if anything does."""

    def __init__(
        self,
        core: Core,
        database: Database,
        on_commit: Callable[[], None],
        metrics: Metrics | None = None,
    ) -> None:
        self._core = core
        self._database = database
        self._on_commit = on_commit
        self._order = Order()
        self._room = asyncio.Semaphore(MOST_WAITING)
        self._arrived = asyncio.Event()
        # How many were put and are not committed, and whether that is none.
        self._unfinished = 0
        self._idle = asyncio.Event()
        self._idle.set()
        self._metrics = metrics or Metrics()
        self.trouble: str | None = None
        # By the stopwatch, when the batch under way was taken up; None while there is none.
        self.busy_since: float | None = None

    @property
    def waiting(self) -> int:
        """How many events wait."""
        return len(self._order)

    async def put(self, event: Event) -> None:
        """Hand over an event; return when it is committed."""
        await self._room.acquire()
        done: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._order.add(event, done)
        self._unfinished += 1
        self._idle.clear()
        self._arrived.set()
        await done

    async def run(self) -> None:
        """Receive batch after batch, until cancelled; who waits then is told so."""
        batch: list[Waiting] = []
        try:
            while True:
                batch = await self._take()
                self.busy_since = stopwatch()
                done = await self._receive(batch)
                self.busy_since = None
                self._order.give_back(batch[done:])
                self._unfinished -= done
                if not self._unfinished:
                    self._idle.set()
                for _ in range(done):
                    self._room.release()
        finally:
            while self._order:
                batch += self._order.take(MOST_AT_ONCE)
            for waiting in batch:
                waiting.done.cancel()

    async def emptied(self) -> None:
        """Return when everything put so far is committed."""
        await self._idle.wait()

    async def _take(self) -> list[Waiting]:
        """Return what comes next, once there is something."""
        while not self._order:
            self._arrived.clear()
            await self._arrived.wait()
        return self._order.take(MOST_AT_ONCE)

    def _hurry(self, events: Sequence[Event]) -> Callable[[int], bool]:
        """Return what tells whether a batch with so many events left is to end for who waits for an answer.

        It is where they would go before enough of what is left.
        """
        overtaken = [0, *accumulate(map(is_overtaken, reversed(events)))]

        def hurry(left: int) -> bool:
            # Asked in the writer's thread: a count that is late by one costs one event more.
            return self._order.awaited > 0 and overtaken[left] > MOST_BEFORE

        return hurry

    async def _receive(self, batch: Sequence[Waiting]) -> int:
        """Have a batch committed; return how many of it are, as it may end early for who waits."""
        events = [waiting.event for waiting in batch]
        hurry = self._hurry(events)
        begun = stopwatch()
        if any(isinstance(event, MessagePosted | MessageEdited) for event in events):
            await asyncio.to_thread(read_ahead, events, hurry)
            if hurry(len(events)):
                # Who waits for an answer came meanwhile. What was read so far is remembered.
                return 0
        pause = _FIRST_PAUSE
        while True:
            try:
                done = await self._database.in_writer(lambda: self._core.receive(events, hurry=hurry))
            except DatabaseTrouble as trouble:
                if self.trouble is None:
                    log.error("events_wait", waiting=self.waiting + len(batch), reason=str(trouble))
                self.trouble = str(trouble)
                await asyncio.sleep(pause)
                pause = min(2 * pause, _LONGEST_PAUSE)
            except Exception as error:
                if len(batch) > 1:
                    # One of them is to blame, and the others are not to suffer for it.
                    for one in batch:
                        await self._receive([one])
                    return len(batch)
                log.exception("event_not_handled", **_ids(events[0]))
                _finish(batch, error)
                return len(batch)
            else:
                break
        if self.trouble is not None:
            log.warning("events_go_on", waiting=self.waiting)
        self.trouble = None
        self._metrics.committed(events[:done], stopwatch() - begun)
        _finish(batch[:done], None)
        self._on_commit()
        return done


def _finish(batch: Sequence[Waiting], error: Exception | None) -> None:
    for waiting in batch:
        if waiting.done.done():  # Whoever waited has gone.
            continue
        if error is None:
            waiting.done.set_result(None)
        else:
            waiting.done.set_exception(error)


def _ids(event: Event) -> dict[str, str]:
    if isinstance(event, Tick):
        return {"kind": event.kind}
    return {"kind": event.kind, "community": event.community, "of_event": event.id}
