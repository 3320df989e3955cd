"""How often Discord lets something be done again: identify oneself, or open a line."""

# Discord takes 1,000 identifications a day, and resets the token of who goes on: so many may follow each
# other, besides one for each shard, and then one every so many seconds.
_AT_ONCE, _EVERY_S = 50, 120.0


class Identifying:
    """What is left of it; times are a stopwatch's, in seconds. Two are at least `apart` from each other."""

    def __init__(self, shards: int, apart: float, at_once: int = _AT_ONCE, every: float = _EVERY_S) -> None:
        self._apart = apart
        self._every = every
        self._most = self._left = float(shards + at_once)
        self._last: float | None = None

    def wait(self, now: float) -> float:
        """Return how many seconds to wait before the next one."""
        if self._last is None:
            return 0.0
        return max(0.0, self._last + self._apart - now, self._every * (1 - self._left_at(now)))

    def took(self, now: float) -> None:
        """Count one."""
        self._left = self._left_at(now) - 1
        self._last = now

    def _left_at(self, now: float) -> float:
        since = 0.0 if self._last is None else now - self._last
        return min(self._most, self._left + since / self._every)
