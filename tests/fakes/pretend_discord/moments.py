"""The time as the pretend Discord has it, and the ids it makes of it."""

from datetime import UTC, datetime, timedelta

from bot.clock import Clock

_EPOCH = datetime(2015, 1, 1, tzinfo=UTC)
_BITS = 22


class Moments:
    """A clock that runs, and can be put forward; a test may share it with Hearth."""

    # Whether ids are small numbers that tell no time, as another server may make them.
    counts = False

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._last = 0
        self._past = 0

    def now(self) -> datetime:
        """Return the time."""
        return self._clock.now()

    def pass_by(self, time: timedelta) -> None:
        """Let time go by at once."""
        self._clock.forward(time)

    def snowflake(self, at: datetime | None = None) -> str:
        """Return an id that is greater than any made before; for a given time, one that is of that time."""
        if self.counts:
            self._last += 1
            return str(1_000 + self._last)
        made = int(((at or self.now()) - _EPOCH) / timedelta(milliseconds=1)) << _BITS
        if at is None:
            made = self._last = max(made, self._last + 1)
        else:
            self._past += 1
            made += self._past % (1 << _BITS)
        return str(made)


def time_of(snowflake: str) -> datetime:
    """Return when an id was made."""
    return _EPOCH + timedelta(milliseconds=int(snowflake) >> _BITS)


def stamp(at: datetime) -> str:
    """Return a time as Discord writes it."""
    return at.isoformat(timespec="microseconds")
