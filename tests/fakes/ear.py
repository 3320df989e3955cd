"""An inbox that remembers what it is told."""

from typing import TypeVar

from bot.events import Event

Kind = TypeVar("Kind", bound=Event)


class Ear:
    """Remembers what it is told."""

    def __init__(self) -> None:
        self.heard: list[Event] = []

    async def put(self, event: Event) -> None:
        """Remember an event."""
        self.heard.append(event)

    def of(self, kind: type[Kind]) -> list[Kind]:
        """Return what was told of one kind, in order."""
        return [event for event in self.heard if isinstance(event, kind)]
