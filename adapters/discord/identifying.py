"""How often Discord lets shards identify themselves: slowly one after the other, and so often a day."""

# Discord takes 1,000 a day, and resets the token of who goes on: so many may follow each other, besides one
# for each shard, and then one every so many seconds.
_AT_ONCE, _EVERY_S = 50, 120.0


class Identifying:
    """What is left of it; times are a stopwatch's, in seconds. Two are at least `apart` from each other."""

    def __init__(self, shards: int, apart: float) -> None:
        self._apart = apart
        self._most = self._left = float(shards + _AT_ONCE)
        self._last: float | None = None

    def wait(self, now: float) -> float:
        """Return how many seconds to wait before the next one."""
        if self._last is None:
            return 0.0
        return max(0.0, self._last + self._apart - now, _EVERY_S * (1 - self._left_at(now)))

    def took(self, now: float) -> None:
        """Count one."""
        self._left = self._left_at(now) - 1
        self._last = now

    def _left_at(self, now: float) -> float:
        since = 0.0 if self._last is None else now - self._last
        return min(self._most, self._left + since / _EVERY_S)
