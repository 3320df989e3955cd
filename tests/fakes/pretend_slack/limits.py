"""Slack's rate limits, by method and workspace, and by channel for posting."""

import math
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from bot.clock import Clock
from tests.fakes.pretend_slack.refusal import Refusal

A_MINUTE = {1: 1, 2: 20, 3: 50, 4: 100}
POSTS_A_MINUTE = 400
HISTORY = ("conversations.history", "conversations.replies")
LIMITED_HISTORY_PAGE = 15


@dataclass
class _Bucket:
    left: float
    at: datetime


@dataclass
class Limits:
    """Counts calls. Off, unless a test turns it on; a limited history is counted in any case.

    Of calls made before the time that Retry-After named, it complains.
    """

    clock: Clock
    on: bool = False
    # As for apps that are sold outside of Slack's marketplace: one call a minute, 15 messages.
    limited_history: bool = False
    complaints: list[str] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)
    _buckets: dict[tuple[str, ...], _Bucket] = field(default_factory=dict)
    _until: dict[tuple[str, ...], datetime] = field(default_factory=dict)

    def count(self, method: str, tier: int, workspace: str, channel: str | None) -> None:
        """Count a call. Raises Refusal if it is one too many."""
        if self.limited_history and method in HISTORY:
            self._take((method, workspace), 1, 60.0)
            return
        if not self.on:
            return
        if method == "chat.postMessage":
            self._take((method, workspace, channel or ""), 2, 2.0)
            self._take((method, workspace), POSTS_A_MINUTE, 60.0)
        else:
            self._take((method, workspace), A_MINUTE[tier], 60.0)

    def refuse(self, key: tuple[str, ...], after_s: int) -> Refusal:
        """Return the refusal of a call, and remember when it may be made again."""
        self._until[key] = self.clock.now() + timedelta(seconds=after_s)
        self.refused.append(key[0])
        return Refusal("ratelimited", status=429, retry_after=after_s)

    def obeyed(self, key: tuple[str, ...]) -> None:
        """Complain if a call comes before it may be made again."""
        until = self._until.pop(key, None)
        # Clients count from when the answer reached them; a moment is no disobedience.
        if until and self.clock.now() < until - timedelta(milliseconds=100):
            self.complaints.append(f"{key[0]} was called again before Retry-After was over")

    def _take(self, key: tuple[str, ...], most: int, period_s: float) -> None:
        """Take one of `most` calls in `period_s` seconds."""
        now = self.clock.now()
        self.obeyed(key)
        bucket = self._buckets.setdefault(key, _Bucket(most, now))
        gained = (now - bucket.at).total_seconds() * most / period_s
        bucket.left, bucket.at = min(most, bucket.left + gained), now
        if bucket.left < 1:
            raise self.refuse(key, max(1, math.ceil((1 - bucket.left) * period_s / most)))
        bucket.left -= 1
