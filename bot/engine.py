"""The running core: inbox, outbox and heartbeat over one database, started and stopped in order."""

import asyncio
from collections.abc import Mapping
from contextlib import suppress

from bot.asker import Asker
from bot.clock import Clock
from bot.core import Core
from bot.failures import failure_id
from bot.features import FEATURES
from bot.heartbeat import EVERY_S, Heartbeat
from bot.inbox import Inbox
from bot.logs import named
from bot.metrics import Metrics
from bot.outbox import Outbox
from bot.ports import Feature, LanguageModel, Sender
from storage.database import Database

log = named(__name__)

# Time for what is under way when asked to end; what is not done by then is looked after at the next start.
_FINISH_S = 1.0
# A heartbeat that was not heard for so many seconds has stopped.
_SILENT_S = 30.0


class Engine:
    """Receives events and does actions until it is stopped."""

    def __init__(
        self,
        database: Database,
        senders: Mapping[str, Sender],
        clock: Clock,
        *,
        features: Mapping[str, Feature] = FEATURES,
        tick_every_s: float = EVERY_S,
        model: LanguageModel | None = None,
    ) -> None:
        self._database = database
        self.metrics = Metrics(clock)
        self._core = Core(database, features, self.metrics)
        self.inbox = Inbox(self._core, database, on_commit=self._committed, metrics=self.metrics)
        self.heartbeat = Heartbeat(self.inbox, clock, tick_every_s)
        asker = None if model is None else Asker(database, model, clock, self.metrics)
        self._outbox = Outbox(database, self.inbox, senders, clock, self.metrics, asker)
        self._tasks: list[asyncio.Task[None]] = []

    def start(self) -> None:
        """Begin to receive, to send and to tick."""
        self._tasks = [
            asyncio.create_task(self.inbox.run(), name="inbox"),
            asyncio.create_task(self._outbox.run(), name="outbox"),
        ]
        for task in self._tasks:
            task.add_done_callback(_say_why)
        self.heartbeat.start()

    async def stop(self) -> None:
        """Finish what is under way, within a few seconds."""
        self.heartbeat.stop()
        if not self._tasks:
            return
        inbox, outbox = self._tasks
        outbox.cancel()
        with suppress(TimeoutError):
            async with asyncio.timeout(_FINISH_S):
                await asyncio.wait([outbox])
        with suppress(TimeoutError):
            async with asyncio.timeout(_FINISH_S):
                await self.inbox.emptied()
        for task in (inbox, outbox):
            task.cancel()
        await asyncio.gather(inbox, outbox, return_exceptions=True)

    async def retry(self, community: str, event: str | None, feature: str | None) -> tuple[int, int]:
        """Run again what failed in a community, or what is named of it; return as `Core.retry` does."""
        only = [failure_id(community, event, feature)] if event and feature else []
        done = await self._database.in_writer(lambda: self._core.retry(only, community=community))
        self._committed()
        return done

    def unwell(self) -> str | None:
        """Return what is wrong, in a sentence, or None."""
        if self.inbox.trouble is not None:
            return self.inbox.trouble
        if self.heartbeat.silent_s > _SILENT_S:
            return "The heartbeat has stopped: nothing that is due is done. Start Hearth again."
        stopped = [task.get_name() for task in self._tasks if task.done()]
        return f"The {stopped[0]} has stopped; see the log." if stopped else None

    def _committed(self) -> None:
        self._outbox.wake()


def _say_why(task: asyncio.Task[None]) -> None:
    """Write down what ended a task that should never end."""
    if not task.cancelled() and task.exception() is not None:
        log.critical("stopped", loop=task.get_name(), exc_info=task.exception())
