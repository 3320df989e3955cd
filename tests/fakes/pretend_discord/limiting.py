"""How often what may be asked: by route, by all of a bot, and how often in vain."""

import asyncio
from collections import Counter, deque
from dataclasses import dataclass, field
from hashlib import md5

# Of a route of one channel or server, unless it has its own here: so many requests in so many seconds.
_USUAL = (50, 1.0)
_OWN = {
    ("POST", "/channels/{channel}/messages"): (5, 5.0),
    ("PATCH", "/channels/{channel}/messages/{message}"): (5, 5.0),
    ("PUT", "/channels/{channel}/messages/{message}/reactions/{emoji}/@me"): (1, 0.25),
    ("DELETE", "/channels/{channel}/messages/{message}/reactions/{emoji}/@me"): (1, 0.25),
    ("GET", "/channels/{channel}/messages"): (5, 5.0),
    ("POST", "/users/@me/channels"): (10, 60.0),
    ("PATCH", "/channels/{channel}"): (5, 5.0),
}
_OF_ALL = 50
# Refused requests in ten minutes, after which an address is shut out.
MOST_INVALID = 10_000


@dataclass
class Bucket:
    """What is left of one allowance, and until when."""

    limit: int
    window: float
    left: int = 0
    resets: float = 0.0


@dataclass
class Verdict:
    """Whether a request may pass; `after` says in how many seconds else."""

    passes: bool
    headers: dict[str, str]
    after: float = 0.0
    of_all: bool = False


@dataclass
class Limiter:
    """Counts requests. `scale` shortens Discord's windows, so that a test need not sit them out."""

    scale: float = 0.01
    most_invalid: int = MOST_INVALID
    invalid: int = 0
    hit: Counter[str] = field(default_factory=Counter)
    _buckets: dict[str, Bucket] = field(default_factory=dict)
    _recent: deque[float] = field(default_factory=deque)

    def shut_out(self) -> bool:
        """Say whether too many requests were refused."""
        return self.invalid >= self.most_invalid

    def ask(self, method: str, route: str, major: str, *, counts_for_all: bool) -> Verdict:
        """Let a request pass, or not."""
        now = asyncio.get_running_loop().time()
        if counts_for_all:
            while self._recent and now - self._recent[0] >= self.scale:
                self._recent.popleft()
            if len(self._recent) >= _OF_ALL:
                after = self.scale - (now - self._recent[0])
                return Verdict(False, {"X-RateLimit-Global": "true"}, after, of_all=True)
            self._recent.append(now)
        limit, window = _OWN.get((method, route), _USUAL)
        bucket = self._buckets.setdefault(f"{method} {route} {major}", Bucket(limit, window * self.scale))
        if now >= bucket.resets:
            bucket.left, bucket.resets = bucket.limit, now + bucket.window
        passes = bucket.left > 0
        bucket.left -= passes
        after = bucket.resets - now
        headers = {
            "X-RateLimit-Limit": str(bucket.limit),
            "X-RateLimit-Remaining": str(bucket.left),
            "X-RateLimit-Reset": f"{now + after:.3f}",
            "X-RateLimit-Reset-After": f"{after:.3f}",
            "X-RateLimit-Bucket": md5(f"{method} {route}".encode(), usedforsecurity=False).hexdigest(),
        }
        return Verdict(passes, headers, 0.0 if passes else after)
