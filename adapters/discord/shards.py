"""The shards that servers are shared out to: which lines are up, and what their sessions are called."""

import asyncio
from collections.abc import Callable
from secrets import token_hex

from adapters.discord.line import Line
from adapters.wire.values import Wire, text_in

# A line that is down for less needs no word of it.
_DOWN_S = 30.0
_DOWN = "The line to Discord is down, and Hearth tries to get it back; what is said meanwhile is read later."
_SESSION = 16


class Shards:
    """What is known of each shard; `tell` hears why its line is down, and "" when it is back."""

    def __init__(self, tell: Callable[[int, str], None]) -> None:
        self._tell_of = tell
        self._line: Line | None = None
        # By the shard: the session that its numbers count in, and since when its line is down.
        self._sessions: dict[int, str] = {}
        self._down: dict[int, asyncio.TimerHandle] = {}
        # Those that were down for so long that it was said.
        self._told: set[int] = set()
        # Why nothing is heard at all, in a sentence.
        self.trouble: str | None = None

    @property
    def number_down(self) -> int:
        """How many lines are down."""
        return len(self._down)

    def look_at(self, line: Line) -> None:
        """Follow the shards of a client."""
        self._line = line

    def of(self, server: str) -> int:
        """Return the shard that tells of a server."""
        return (int(server) >> 22) % self._count

    def session(self, server: str) -> str:
        """Return the session in which a server is told of."""
        return self._sessions.get(self.of(server), "")

    def begin(self, ready: Wire) -> int:
        """Note a new session; return its shard."""
        shard = ready.get("shard")
        number = int(shard[0]) if isinstance(shard, list) and shard else 0
        # A session that nobody names is told from others all the same: its numbers begin anew.
        self._sessions[number] = text_in(ready, "session_id")[:_SESSION] or token_hex(_SESSION // 2)
        self.trouble = None
        return number

    def changed(self, event: str, shard: int) -> None:
        """Say that a line is down if it stays so, and that it is back."""
        if event == "shard_disconnect":
            if shard not in self._down:
                loop = asyncio.get_running_loop()
                self._down[shard] = loop.call_later(_DOWN_S, self._tell, shard, _DOWN)
            return
        timer = self._down.pop(shard, None)
        if timer is not None:
            timer.cancel()
        self._told.discard(shard)
        self.trouble = None
        self._tell_of(shard, "")

    def broke(self) -> None:
        """Note that every line is down."""
        for shard in range(self._count):
            self.changed("shard_disconnect", shard)

    def lost(self, why: str) -> None:
        """Say that Discord ended every line for good."""
        self.broke()
        self.trouble = why
        for shard in range(self._count):
            self._down[shard].cancel()
            self._tell(shard, why)

    def _tell(self, shard: int, reason: str) -> None:
        self._told.add(shard)
        if self.trouble is None and len(self._told) == self._count:
            self.trouble = reason
        self._tell_of(shard, reason)

    def close(self) -> None:
        """Say no more."""
        for timer in self._down.values():
            timer.cancel()

    @property
    def _count(self) -> int:
        return (self._line.shard_count if self._line else None) or 1
