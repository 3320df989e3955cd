"""The shards that servers are shared out to: which lines are up, and what their sessions are called."""

import asyncio
import math
from collections.abc import Callable

from adapters.discord.line import Line
from adapters.wire.values import Wire, text_in

# A line that is down for less needs no word of it.
_DOWN_S = 30.0
_DOWN = "The line to Discord is down, and Hearth tries to get it back; what is said meanwhile is read later."
# A heartbeat that is acknowledged so late was told behind much that was not heard yet.
_LATE_S = 30.0
_SESSION = 16


class Shards:
    """What is known of each shard; `tell` hears why its line is down, and "" when it is back."""

    def __init__(self, tell: Callable[[int, str], None]) -> None:
        self._tell = tell
        self._line: Line | None = None
        # By the shard: the session that its numbers count in, and since when its line is down.
        self._sessions: dict[int, str] = {}
        self._down: dict[int, asyncio.TimerHandle] = {}

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
        self._sessions[number] = text_in(ready, "session_id")[:_SESSION]
        return number

    def changed(self, event: str, shard: int) -> None:
        """Say that a line is down if it stays so, and that it is back."""
        timer = self._down.pop(shard, None)
        if timer is not None:
            timer.cancel()
        if event == "shard_disconnect":
            loop = asyncio.get_running_loop()
            self._down[shard] = loop.call_later(_DOWN_S, self._tell, shard, _DOWN)
        else:
            self._tell(shard, "")

    def broke(self) -> None:
        """Note that every line is down."""
        for shard in range(self._count):
            self.changed("shard_disconnect", shard)

    def lost(self, error: BaseException | None) -> None:
        """Say that Discord let the line end for good, as it does where the token was reset."""
        why = error or "it does not say why"
        self.broke()
        for shard in range(self._count):
            self._down[shard].cancel()
            self._tell(shard, f"Discord has ended the line ({why}): see the log, start Hearth again.")

    def is_behind(self, server: str) -> bool:
        """Tell whether what is told of a server is heard late, or not at all."""
        shard = self.of(server)
        line = self._line.get_shard(shard) if self._line else None
        # The first acknowledgement has yet to come where it took for ever.
        return shard in self._down or line is None or _LATE_S < line.latency < math.inf

    def close(self) -> None:
        """Say no more."""
        for timer in self._down.values():
            timer.cancel()

    @property
    def _count(self) -> int:
        return (self._line.shard_count if self._line else None) or 1
