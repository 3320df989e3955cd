"""Makes time pass for the core: a tick every so often, by APScheduler."""

import asyncio
from datetime import datetime

from apscheduler.schedulers.asyncio import AsyncIOScheduler

from bot.clock import Clock, stopwatch
from bot.events import Tick
from bot.ports import Hears

EVERY_S = 1.0


class Heartbeat:
    """Ticks for the communities. `last` is when a tick was last handled, for those who watch over it."""

    def __init__(self, inbox: Hears, clock: Clock, every_s: float = EVERY_S) -> None:
        self._inbox = inbox
        self._clock = clock
        self._scheduler = AsyncIOScheduler(timezone="UTC")
        # One for all that were missed, however late: what is due is in tables.
        self._scheduler.add_job(
            self._begin, "interval", seconds=every_s, max_instances=1, coalesce=True, misfire_grace_time=None
        )
        self._beating: asyncio.Task[None] | None = None
        self.last: datetime | None = None
        self._heard_s = stopwatch()

    @property
    def silent_s(self) -> float:
        """For how many seconds no tick was handled."""
        return stopwatch() - self._heard_s

    async def beat(self) -> None:
        """Handle what is due now."""
        now = self._clock.now()
        await self._inbox.put(Tick(at=now))
        self.last = now
        self._heard_s = stopwatch()

    async def _begin(self) -> None:
        """Tick, unless an earlier tick still waits to be handled: while the inbox is full one is enough."""
        if self._beating is None:
            self._beating = asyncio.create_task(self.beat())
            self._beating.add_done_callback(self._ended)

    def _ended(self, beating: asyncio.Task[None]) -> None:
        self._beating = None
        if not beating.cancelled():
            # What went wrong was written down where it did; the next tick may fare better.
            beating.exception()

    def start(self) -> None:
        """Begin to tick."""
        self._heard_s = stopwatch()
        self._scheduler.start()

    def stop(self) -> None:
        """Tick no more."""
        if self._scheduler.running:
            self._scheduler.shutdown(wait=False)
        if self._beating is not None:
            self._beating.cancel()
