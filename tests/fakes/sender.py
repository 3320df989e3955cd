"""A platform's sender that does what a test says, and keeps what was done."""

import asyncio
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from bot.actions import Action, Update
from bot.ports import Doubtful, Sent


@dataclass(frozen=True, slots=True)
class Hangs:
    """It never answers."""


@dataclass(frozen=True, slots=True)
class Unsure:
    """It does it, or not, and does not say."""

    done: bool


@dataclass
class PretendSender:
    """Sends by `outcomes` first, per key, then well.

    `sent` is what was done, in order; `tried` is what was asked of it.
    """

    outcomes: Mapping[str, deque[Exception | Hangs | Unsure]] = field(default_factory=dict)
    pause: float = 0.0
    # While it is cleared, nothing comes through.
    open: asyncio.Event = field(default_factory=asyncio.Event)
    sent: list[Action] = field(default_factory=list)
    tried: list[tuple[Literal["send", "find"], str]] = field(default_factory=list)
    under_way: int = 0
    most_under_way: int = 0

    def __post_init__(self) -> None:
        self.open.set()

    @property
    def keys(self) -> list[str]:
        return [action.key for action in self.sent]

    async def send(self, action: Action) -> Sent:
        """Do it, as told."""
        self.tried.append(("send", action.key))
        self.under_way += 1
        self.most_under_way = max(self.most_under_way, self.under_way)
        try:
            await self.open.wait()
            outcomes = self.outcomes.get(action.key)
            outcome = outcomes.popleft() if outcomes else None
            match outcome:
                case Hangs():
                    await asyncio.Event().wait()
                case Unsure(done):
                    if done:
                        self.sent.append(action)
                    raise Doubtful("no answer came")
                case Exception():
                    raise outcome
            self.sent.append(action)
        finally:
            self.under_way -= 1
        return Sent(action.message if isinstance(action, Update) else made(action))

    async def find(self, action: Action, since: datetime | None = None) -> Sent | None:
        """Look whether it was done."""
        self.tried.append(("find", action.key))
        return Sent(made(action)) if action.key in self.keys else None


def made(action: Action) -> str:
    """Return the id of the message that an action makes."""
    return f"m-{action.key[-20:]}"


def then(*outcomes: Exception | Hangs | Unsure) -> deque[Exception | Hangs | Unsure]:
    """Name what comes of one try after another."""
    return deque(outcomes)
