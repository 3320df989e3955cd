"""What goes on beside: begun, tried again where something was in the way, and ended together."""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine
from typing import Any

from bot.logs import named
from bot.ports import Closed

log = named(__name__)

# What went wrong is tried again after so long.
_AGAIN_S = 5.0


class Background:
    """Tasks that belong together. What ends one of them unasked is written down."""

    def __init__(self) -> None:
        self._tasks: set[asyncio.Task[None]] = set()

    def begin(self, work: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        """Begin something."""
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._done)
        return task

    async def end(self) -> None:
        """End all but what this is asked from."""
        tasks = self._tasks - {asyncio.current_task()}
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    def _done(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and task.exception() is not None:
            log.error("slack_task_ended", exc_info=task.exception())


async def until_done(work: Callable[[], Awaitable[None]]) -> None:
    """Do something, again after a while where something was in the way."""
    while True:
        try:
            return await work()
        except Closed:
            # The database: it is looked after elsewhere, and said there.
            log.warning("slack_waits_for_database")
        except Exception:
            log.exception("slack_task_failed")
        await asyncio.sleep(_AGAIN_S)
