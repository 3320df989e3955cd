"""Makes time pass for the core: a tick every so often, by APScheduler."""

import asyncio
from contextlib import suppress
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
        # One at a time, and one for all that were missed: what is due is in tables.
        self._scheduler.add_job(self._beat, "interval", seconds=every_s, max_instances=1, coalesce=True)
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

    async def _beat(self) -> None:
        # At the end the scheduler cancels what waits to be committed: that is no failure to be logged.
        with suppress(asyncio.CancelledError):
            await self.beat()

    def start(self) -> None:
        """Begin to tick."""
        self._heard_s = stopwatch()
        self._scheduler.start()

    def stop(self) -> None:
        """Tick no more."""
        if self._scheduler.running:
            self._scheduler.shutdown(wait=False)
