"""Gathers the events that wait together, and has the core receive them as one batch."""

import asyncio
from collections.abc import Callable, Sequence

from bot.ahead import read_ahead
from bot.clock import stopwatch
from bot.core import Core
from bot.events import Event, Tick
from bot.logs import named
from bot.metrics import Metrics
from storage.database import Database, DatabaseTrouble

log = named(__name__)

# More waits in the next batch, so that one commit never holds the writer for long.
MOST_AT_ONCE = 200
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
        self._waiting: asyncio.Queue[tuple[Event, asyncio.Future[None]]] = asyncio.Queue(MOST_WAITING)
        self._metrics = metrics or Metrics()
        self.trouble: str | None = None
        # By the stopwatch, when the batch under way was taken up; None while there is none.
        self.busy_since: float | None = None

    @property
    def waiting(self) -> int:
        """How many events wait."""
        return self._waiting.qsize()

    async def put(self, event: Event) -> None:
        """Hand over an event; return when it is committed."""
        done: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        await self._waiting.put((event, done))
        await done

    async def run(self) -> None:
        """Receive batch after batch, until cancelled; who waits then is told so."""
        batch: list[tuple[Event, asyncio.Future[None]]] = []
        try:
            while True:
                batch = [await self._waiting.get()]
                while len(batch) < MOST_AT_ONCE and not self._waiting.empty():
                    batch.append(self._waiting.get_nowait())
                self.busy_since = stopwatch()
                await self._receive(batch)
                self.busy_since = None
                for _ in batch:
                    self._waiting.task_done()
        finally:
            while not self._waiting.empty():
                batch.append(self._waiting.get_nowait())
            for _, done in batch:
                done.cancel()

    async def emptied(self) -> None:
        """Return when everything put so far is committed."""
        await self._waiting.join()

    async def _receive(self, batch: Sequence[tuple[Event, asyncio.Future[None]]]) -> None:
        events = [event for event, _ in batch]
        begun = stopwatch()
        await asyncio.to_thread(read_ahead, events)
        pause = _FIRST_PAUSE
        while True:
            try:
                await self._database.in_writer(lambda: self._core.receive(events))
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
                    return
                log.exception("event_not_handled", **_ids(events[0]))
                _finish(batch, error)
                return
            else:
                break
        if self.trouble is not None:
            log.warning("events_go_on", waiting=self.waiting)
        self.trouble = None
        self._metrics.committed(events, stopwatch() - begun)
        _finish(batch, None)
        self._on_commit()


def _finish(batch: Sequence[tuple[Event, asyncio.Future[None]]], error: Exception | None) -> None:
    for _, done in batch:
        if done.done():  # Whoever waited has gone.
            continue
        if error is None:
            done.set_result(None)
        else:
            done.set_exception(error)


def _ids(event: Event) -> dict[str, str]:
    if isinstance(event, Tick):
        return {"kind": event.kind}
    return {"kind": event.kind, "community": event.community, "of_event": event.id}
