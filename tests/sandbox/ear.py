"""An inbox that only listens: it keeps what it hears, and can be made deaf."""

import asyncio
from typing import TypeVar

from bot.events import Event, Happened

Kind = TypeVar("Kind", bound=Happened)


class Deaf(Exception):
    """The inbox was told not to commit."""


class Ear:
    """What the core would be handed. While `deaf`, nothing is committed; `gate` holds commits back."""

    def __init__(self) -> None:
        self.heard: list[Happened] = []
        self.deaf = False
        self.gate = asyncio.Event()
        self.gate.set()
        self.ticks = 0

    async def put(self, event: Event) -> None:
        """Commit an event."""
        if self.deaf:
            raise Deaf
        await self.gate.wait()
        assert isinstance(event, Happened)
        self.heard.append(event)

    async def tick(self) -> None:
        """Count that the clock was moved."""
        self.ticks += 1

    def last(self, kind: type[Kind]) -> Kind:
        """Return what was heard last, which is of this kind."""
        event = self.heard[-1]
        assert isinstance(event, kind)
        return event
