"""What goes on beside: kept track of, tried again where the database was away, and ended in order."""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine
from typing import Any, TypeVar

from adapters.discord.pace import Pace
from bot.logs import named
from bot.ports import Closed

log = named(__name__)

T = TypeVar("T")

# At the end, for so long what was told is waited for until it is committed.
_FINISH_S = 5.0
# What went wrong in the background is tried again after so long.
_AGAIN_S = 5.0


class Work:
    """All tasks of the adapter. What was told is taken, and more is told only as long as there is room."""

    def __init__(self) -> None:
        self.pace = Pace()
        self._tasks: set[asyncio.Task[Any]] = set()
        # Of these, what was told and is not committed yet.
        self._taken: set[asyncio.Task[None]] = set()

    def begin(self, work: Coroutine[Any, Any, T]) -> asyncio.Task[T]:
        """Do something beside."""
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._ended)
        return task

    def until_done(self, work: Callable[[], Awaitable[None]]) -> asyncio.Task[None]:
        """Do something beside, again after a while where something was in the way."""
        return self.begin(until_done(work))

    def after_all(self, work: Callable[[], Awaitable[None]]) -> asyncio.Task[None]:
        """Do something once all is committed that was told so far."""
        earlier = set(self._taken)

        async def then() -> None:
            if earlier:
                await asyncio.wait(earlier)
            await until_done(work)

        return self.begin(then())

    def take(self, work: Coroutine[Any, Any, None]) -> None:
        """Do what was told."""
        self.pace.begin()
        task = self.begin(work)
        self._taken.add(task)
        task.add_done_callback(self._done)

    async def finish(self) -> None:
        """Wait for a while until what was told is committed."""
        if self._taken:
            await asyncio.wait(self._taken, timeout=_FINISH_S)

    async def end(self) -> None:
        """Leave off whatever is not done."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def _done(self, task: asyncio.Task[None]) -> None:
        self._taken.discard(task)
        self.pace.end()

    def _ended(self, task: asyncio.Task[Any]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and task.exception() is not None:
            log.error("discord_task_ended", exc_info=task.exception())


async def until_done(work: Callable[[], Awaitable[None]]) -> None:
    """Do what is to be done in the background, again after a while where something was in the way."""
    while True:
        try:
            return await work()
        except Closed:
            # The database: it is looked after elsewhere, and said there.
            log.warning("discord_waits_for_database")
        except Exception:
            log.exception("discord_task_failed")
        await asyncio.sleep(_AGAIN_S)
