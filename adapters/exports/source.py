"""What a Slack and a Discord export have in common, once opened."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from adapters.exports.journal import Journal, Starter
from bot.cards import MessageRef


@dataclass(frozen=True, slots=True)
class Channel:
    """A channel as an export lists it."""

    id: str
    name: str
    private: bool = False
    archived: bool = False


class Source(Protocol):
    """An export that was found: what it is of, and the way to its messages."""

    community: str
    name: str
    # The last instant that its messages can be of.
    until: datetime
    # Bytes that will be read.
    size: int
    channels: Sequence[Channel]
    # Under what the messages of a thread stand that is a channel of its own, where the export names it.
    starters: dict[str, Starter]

    def read(self, journal: Journal, told: Callable[[int], None]) -> None:
        """Hand every event to the journal, in any order, and tell how many bytes were read each time."""
        ...

    def permalink(self, ref: MessageRef) -> str:
        """Return the address of a message on its platform."""
        ...
