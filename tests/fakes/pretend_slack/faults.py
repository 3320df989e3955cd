"""What goes wrong on the way: calls that are dropped, answered late, or done and never answered."""

from collections import defaultdict, deque
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Fault:
    """What happens to one call, by the time it happens; `done` tells whether Slack did what was asked."""

    done: bool = False
    hangs_up: bool = False
    status: int | None = None
    text: str = "upstream connect error"
    error: str | None = None
    retry_after: int | None = None
    wait_s: float = 0.0


HANGS_UP = Fault(hangs_up=True)
# Takes a request, does it, and dies before it answers.
DIES_AFTER = Fault(done=True, hangs_up=True)
UNAVAILABLE = Fault(status=503)


def rate_limited(after: int) -> Fault:
    """Return the fault of a call that is one too many."""
    return Fault(status=429, retry_after=after)


@dataclass
class Faults:
    """The faults that wait for calls of each method, the next one first."""

    _next: dict[str, deque[Fault]] = field(default_factory=lambda: defaultdict(deque))
    # How long every answer takes.
    latency_s: float = 0.0
    # While it is set nothing is answered: every call is hung up on.
    down: bool = False

    def plan(self, method: str, *faults: Fault) -> None:
        """Have these happen to the next calls of a method."""
        self._next[method].extend(faults)

    def take(self, method: str) -> Fault | None:
        """Return what happens to a call."""
        if self.down:
            return HANGS_UP
        waiting = self._next.get(method)
        return waiting.popleft() if waiting else None
