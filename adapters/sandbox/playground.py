"""The pretend community as it runs: what happens is written down, applied, and shown to who watches."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

from adapters.sandbox.journal import Journal
from adapters.sandbox.records import Fact, Moved, Record
from adapters.sandbox.start import START
from adapters.sandbox.world import World
from bot.clock import Clock


class Playground:
    """Joins the world, its journal and the clock. Rebuilds the world on start; may raise Broken."""

    def __init__(self, journal: Journal, clock: Clock) -> None:
        self.world = World()
        self.closing = False
        self._journal = journal
        self._clock = clock
        self._watchers: set[asyncio.Event] = set()
        for record in journal.read():
            self.world.apply(record)
        clock.forward(self.world.ahead)
        # A crash in the very first moment may have left the beginning half written.
        for fact in START[self.world.last :]:
            self.write(fact)

    def write(self, fact: Fact) -> Record:
        """Let something happen now. Raises OSError, changing nothing, when it cannot be written down."""
        record = Record(n=self.world.last + 1, at=self._clock.now(), fact=fact)
        if self.world.records and record.at < self.world.records[-1].at:
            # The machine's clock was put back; a community's time never is.
            record = record.model_copy(update={"at": self.world.records[-1].at})
        self._journal.append(record)
        self.world.apply(record)
        if isinstance(fact, Moved):
            self._clock.forward(timedelta(seconds=fact.seconds))
        for watcher in self._watchers:
            watcher.set()
        return record

    @contextmanager
    def watched(self) -> Iterator[asyncio.Event]:
        """Give an event that is set whenever something happened; whoever waits clears it."""
        watcher = asyncio.Event()
        self._watchers.add(watcher)
        try:
            yield watcher
        finally:
            self._watchers.discard(watcher)

    def close(self) -> None:
        """Let go of the file, and of everybody who watches."""
        self.release()
        self._journal.close()

    def release(self) -> None:
        """Let go of everybody who watches."""
        self.closing = True
        for watcher in self._watchers:
            watcher.set()
