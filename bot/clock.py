"""The only reader of the wall clock."""

import time
from datetime import UTC, datetime, timedelta


class Clock:
    """Tells the time, shifted by what a sandbox has been moved forward."""

    def __init__(self, ahead: timedelta = timedelta(0)) -> None:
        self.ahead = ahead

    def now(self) -> datetime:
        """Return the time, aware, in UTC."""
        return datetime.now(UTC) + self.ahead

    def forward(self, by: timedelta) -> None:
        """Move ahead; time never goes back."""
        if by < timedelta(0):
            raise ValueError("A clock moves forward only.")
        self.ahead += by


def stopwatch() -> float:
    """Return seconds from an arbitrary start, for measuring how long something took."""
    return time.perf_counter()
