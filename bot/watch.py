"""Watches over a running Hearth: whether it lives, whether it is ready, and its figures."""

from collections.abc import Callable, Sequence
from contextlib import suppress
from datetime import datetime

from bot.aside import Aside
from bot.backlog import Backlog, backlog
from bot.clock import Clock, stopwatch
from bot.engine import Engine
from bot.inbox import MOST_WAITING
from bot.logs import named
from storage.condition import Unusable, look
from storage.database import Database, DatabaseTrouble

log = named(__name__)

# Longer than this nobody waits to hear whether Hearth is ready: those who ask give up after some seconds.
_PATIENCE_S = 2.0
# A tick is heard each second. Without one for so long, what is due is late.
_SILENT_S = 10.0
# A batch takes milliseconds. One that takes so long is stuck.
_STUCK_S = 10.0
# Fuller than this, the inbox will soon keep platforms waiting.
_FULL = 0.8
# How long the rows' figures are good: asking more often than that costs the database nothing.
_FRESH_S = 5.0


class Watch:
    """What the outside may ask of a running Hearth; it never waits long for an answer."""

    def __init__(
        self,
        database: Database,
        engine: Engine,
        clock: Clock,
        platforms: Sequence[Callable[[], str | None]] = (),
    ) -> None:
        """`platforms` return why they are not heard now, in a sentence, or None."""
        self._database = database
        self._engine = engine
        self._clock = clock
        self._platforms = platforms
        self._reading = Aside("ready", lambda: look(database), _PATIENCE_S)
        self._counting = Aside("figures", self._count, _PATIENCE_S)
        self._counted: tuple[float, Backlog] | None = None
        self.ending = False
        metrics = engine.metrics
        metrics.runs_on("sqlite" if database.embedded else "postgresql")
        metrics.follow(
            "hearth_inbox_waiting", "Events that wait to be committed.", lambda: engine.inbox.waiting
        )
        metrics.follow("hearth_inbox_batch_age_seconds", "Since the batch under way was begun.", self._busy_s)
        metrics.follow(
            "hearth_heartbeat_age_seconds", "Since time last passed.", lambda: engine.heartbeat.silent_s
        )

    def unwell(self) -> str | None:
        """Return why the process should be looked after, or None while it lives and its loops run."""
        return self._engine.unwell()

    async def unready(self) -> str | None:
        """Return why Hearth cannot do its work now, in a sentence, or None. Answers within seconds."""
        if self.ending:
            return "Hearth is ending."
        if (trouble := self._engine.unwell()) is not None:
            return trouble
        try:
            await self._reading.answer()
        except TimeoutError:
            return f"The database {self._database.name} did not answer within {_PATIENCE_S:g} seconds."
        except (DatabaseTrouble, Unusable) as trouble:
            return str(trouble)
        except Exception as error:
            log.exception("not_looked_at")
            return f"The database {self._database.name} cannot be looked at ({type(error).__name__})."
        if (busy := self._busy_s()) > _STUCK_S:
            return f"A batch of events has been under way for {busy:.0f} seconds; the database may be stuck."
        if (silent := self._engine.heartbeat.silent_s) > _SILENT_S:
            return f"The heartbeat was last heard {silent:.0f} seconds ago; what is due is late."
        if (waiting := self._engine.inbox.waiting) > _FULL * MOST_WAITING:
            return f"{waiting:,} events wait in the inbox, and it takes {MOST_WAITING:,}."
        return next(filter(None, (unheard() for unheard in self._platforms)), None)

    async def figures(self) -> bytes:
        """Return the figures for Prometheus; those of rows are left open if the database does not answer."""
        found: Backlog | None = None
        with suppress(TimeoutError, DatabaseTrouble):
            found = await self._counting.answer()
        return self._engine.metrics.show(found)

    def _count(self) -> Backlog:
        if self._counted is not None and stopwatch() - self._counted[0] < _FRESH_S:
            return self._counted[1]
        now: datetime = self._clock.now()
        with self._database.reading() as tx:
            found = backlog(tx, now)
        self._counted = (stopwatch(), found)
        return found

    def _busy_s(self) -> float:
        since = self._engine.inbox.busy_since
        return 0.0 if since is None else stopwatch() - since
