"""What the core asks of an adapter, and what an adapter is handed."""

from collections.abc import Awaitable
from dataclasses import dataclass
from typing import Protocol

from bot.actions import Action
from bot.events import Event, MessageId


class TryLater(Exception):
    """The platform is busy or down; the action is sound. `after` says how many seconds to wait."""

    def __init__(self, reason: str, after: float = 5.0) -> None:
        super().__init__(reason)
        self.after = after


class Refused(Exception):
    """The platform said no, and would say so again; the reason is for people."""


class Doubtful(Exception):
    """The request left and no answer came: it may have been done."""


@dataclass(frozen=True, slots=True)
class Sent:
    """An action was done; `message` is the platform's id of what it made, where there is one."""

    message: MessageId | None = None


class Sender(Protocol):
    """Does what an action says, on one platform. Any other exception than those above is a bug of ours."""

    # Seconds to leave between two actions of one lane, as the platform's limits ask.
    pause: float

    async def send(self, action: Action) -> Sent:
        """Do it. Raises TryLater, Refused or Doubtful."""
        ...

    async def find(self, action: Action) -> Sent | None:
        """Look whether a checkable action was done (its key travels with it). Raises TryLater."""
        ...


class Hears(Protocol):
    """The inbox, as a listener sees it."""

    def put(self, event: Event) -> Awaitable[None]:
        """Hand over an event; acknowledge it only when this awaitable is done: then it is committed."""
        ...
