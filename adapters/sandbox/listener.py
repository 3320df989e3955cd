"""Hands Hearth the events of the sandbox, and remembers which it has heard."""

import asyncio

from adapters.sandbox.playground import Playground
from adapters.sandbox.records import Fact, Heard, Record
from adapters.sandbox.translate import event_of, is_start
from bot.logs import named
from bot.ports import Hears

log = named(__name__)


class NotHeard(Exception):
    """Hearth could not commit it; it is written down, and told again when Hearth starts."""


class Listener:
    """Tells the inbox what happens. What it did not commit before a crash is told again on start."""

    def __init__(self, playground: Playground) -> None:
        self._playground = playground
        self._unheard = {
            record.n
            for record, _ in playground.world.since(playground.world.heard)
            if event_of(record, playground.world) is not None
        }
        self._latest = max(self._unheard, default=playground.world.heard)

    async def happen(self, fact: Fact, inbox: Hears) -> Record:
        """Let something happen; return when Hearth has committed it. Raises NotHeard."""
        record = self._playground.write(fact)
        if event_of(record, self._playground.world) is not None:
            self._unheard.add(record.n)
            self._latest = record.n
            try:
                await self._tell(record, inbox)
            except Exception as error:  # Whatever the inbox met is its own to explain.
                log.exception("event_not_committed", record=record.n)
                raise NotHeard(
                    "Hearth could not take that in. It is written down, and told again when Hearth starts."
                ) from error
        return record

    async def announce(self, inbox: Hears) -> None:
        """Tell of the community as it was made, then of everything not heard yet, in order."""
        world = self._playground.world
        start = [record for record in world.records if is_start(record)]
        missed = [world.records[n - 1] for n in sorted(self._unheard)]
        again = [record for record in missed if not is_start(record)]
        await asyncio.gather(*(self._tell(record, inbox) for record in (*start, *again)))

    async def _tell(self, record: Record, inbox: Hears) -> None:
        event = event_of(record, self._playground.world)
        if event is None:
            return
        await inbox.put(event)
        self._unheard.discard(record.n)
        heard = min(self._unheard, default=self._latest + 1) - 1
        if heard > self._playground.world.heard:
            self._playground.write(Heard(upto=heard))
