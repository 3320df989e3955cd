"""What a Slack and a Discord export have in common, once opened."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from adapters.exports.journal import Journal
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
    # The first message of threads that are channels, where the export names it: by channel.
    starters: dict[str, str]

    def read(self, journal: Journal, told: Callable[[int], None]) -> None:
        """Hand every event to the journal, in any order, and tell how many bytes were read each time."""
        ...

    def permalink(self, ref: MessageRef) -> str:
        """Return the address of a message on its platform."""
        ...
