"""Tells an app what happened, until it acknowledges or Slack gives up."""

import asyncio
import random
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal, Protocol

from bot.clock import stopwatch
from tests.fakes.pretend_slack.refusal import Json

if TYPE_CHECKING:
    from tests.fakes.pretend_slack.apps import App

Kind = Literal["events_api", "interactive", "slash_commands"]


@dataclass(eq=False)
class Delivery:
    """Something an app is told, and what came of it; times are seconds of a stopwatch."""

    kind: Kind
    body: Json
    envelope: str
    retries: bool
    attempts: int = 0
    sent_at: float = 0.0
    acked_at: float | None = None
    response: Json = field(default_factory=dict)
    # Why the last attempt failed, as x-slack-retry-reason says it.
    failed: str = ""
    over: asyncio.Event = field(default_factory=asyncio.Event)

    @property
    def event(self) -> Json:
        """The event told, where it is one."""
        event: Json = self.body.get("event", {})
        return event


@dataclass(frozen=True)
class Answer:
    """What came of one attempt."""

    acknowledged: bool
    response: Json = field(default_factory=dict)
    reason: str = ""
    # The app asked not to be told again.
    enough: bool = False


class Way(Protocol):
    """How an app is reached."""

    async def attempt(self, delivery: Delivery, number: int, reason: str, patience_s: float) -> Answer:
        """Tell it once, and wait for as long as Slack does."""
        ...


class Deliveries:
    """What one app is told, in the order it happened; each until it is acknowledged.

    `patience_s` and `retry_after_s` are Slack's own unless a test is in a hurry. `log` keeps everything.
    """

    def __init__(self, app: "App", sockets: Way, requests: Way) -> None:
        self._app = app
        self._ways = {True: sockets, False: requests}
        self._tasks: set[asyncio.Task[None]] = set()
        self._held: list[Delivery] | None = None
        self._count = 0
        self.patience_s = 3.0
        self.retry_after_s: tuple[float, ...] = (0.0, 60.0, 300.0)
        self.log: list[Delivery] = []
        # Events that nobody hears of: Slack forgets them, as after a long outage.
        self.lost = False
        self.keep_log = True
        self.failures = 0

    def put(self, kind: Kind, body: Json, *, retries: bool = True) -> Delivery:
        """Begin to tell something."""
        delivery = Delivery(kind, body, self._envelope(), retries)
        if self.keep_log:
            self.log.append(delivery)
        if self.lost and retries:
            delivery.failed = "lost"
            delivery.over.set()
        elif self._held is not None and retries:
            self._held.append(delivery)
        else:
            self._start(delivery)
        return delivery

    def hold(self) -> None:
        """Keep events back until they are released."""
        self._held = []

    def release(self, *, shuffled: random.Random | None = None, twice: bool = False) -> None:
        """Tell what was kept back, in another order or each twice if wished."""
        held, self._held = self._held or [], None
        if twice:
            held = [*held, *(self._copy(delivery) for delivery in held)]
        if shuffled:
            shuffled.shuffle(held)
        for delivery in held:
            self._start(delivery)

    def drop_held(self) -> list[Delivery]:
        """Return what was kept back, and tell it to nobody."""
        held, self._held = self._held or [], None
        for delivery in held:
            delivery.over.set()
        return held

    def again(self, delivery: Delivery) -> Delivery:
        """Tell an event once more, as Slack does when it missed the acknowledgement."""
        copy = self._copy(delivery)
        copy.attempts = 1
        self._start(copy)
        return copy

    async def settled(self) -> None:
        """Wait until everything told was acknowledged or given up."""
        while waiting := [delivery for delivery in self.log if not delivery.over.is_set()]:
            await asyncio.gather(*(delivery.over.wait() for delivery in waiting))

    async def close(self) -> None:
        """Tell nothing more."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def _envelope(self) -> str:
        self._count += 1
        return f"{self._count:08x}-0000-4000-8000-{random.getrandbits(48):012x}"

    def _copy(self, delivery: Delivery) -> Delivery:
        copy = Delivery(delivery.kind, delivery.body, self._envelope(), delivery.retries)
        self.log.append(copy)
        return copy

    def _start(self, delivery: Delivery) -> None:
        task = asyncio.get_running_loop().create_task(self._tell(delivery))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _tell(self, delivery: Delivery) -> None:
        delays = self.retry_after_s if delivery.retries else ()
        delivery.sent_at = stopwatch()
        try:
            for delay in (*delays[delivery.attempts :], None):
                number, delivery.attempts = delivery.attempts, delivery.attempts + 1
                way = self._ways[self._app.by_socket]
                answer = await way.attempt(delivery, number, delivery.failed, self.patience_s)
                if answer.acknowledged:
                    delivery.acked_at, delivery.response = stopwatch(), answer.response
                    return
                delivery.failed = answer.reason
                self.failures += 1
                if delay is None or answer.enough:
                    return
                await asyncio.sleep(delay)
        finally:
            delivery.over.set()
