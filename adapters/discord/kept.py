"""Values too long for a custom id: kept under their digests as long as somebody may press what holds them."""

from collections.abc import Callable, Mapping
from datetime import date, datetime, timedelta

from bot.ports import Memory

_VALUE = "value:"
# What was not shown for so long is pressed by nobody: words themselves are kept for a shorter time.
_KEPT = timedelta(days=400)
# A value shown again and again is not written down anew each time.
_FRESH = timedelta(days=30)


class KeptValues:
    """What digests in custom ids stand for, in each community."""

    def __init__(self, memory: Memory, now: Callable[[], datetime]) -> None:
        self._memory = memory
        self._now = now

    async def keep(self, community: str, values: Mapping[str, str]) -> None:
        """Keep values by their digests."""
        today = self._now().date()
        for digest, value in values.items():
            written = await self._memory.read(community, f"{_VALUE}{digest}")
            if written is None or today - _read(written)[0] > _FRESH:
                await self._memory.write(community, f"{_VALUE}{digest}", f"{today.isoformat()} {value}")

    async def value(self, community: str, digest: str) -> str:
        """Return what a digest stands for, "" where that is not known any more."""
        written = await self._memory.read(community, f"{_VALUE}{digest}")
        return "" if written is None else _read(written)[1]

    async def forget_old(self, community: str) -> None:
        """Forget what was not shown for long."""
        today = self._now().date()
        for name, written in (await self._memory.read_all(community, _VALUE)).items():
            if today - _read(written)[0] > _KEPT:
                await self._memory.write(community, name, None)


def _read(written: str) -> tuple[date, str]:
    day, _, value = written.partition(" ")
    return date.fromisoformat(day), value
