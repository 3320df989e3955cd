"""Keeps the gateway from bringing more than can be kept: who reads it waits while enough is under way."""

import asyncio

# Of what was told so much may be on its way into the inbox; the rest waits with Discord, or on the way here.
# Behind that a command waits as well, so that it is more than a busy server says in some seconds.
MOST_UNDER_WAY = 5_000


class Pace:
    """How much of what was told is not committed yet."""

    def __init__(self) -> None:
        self._under_way = 0
        self._room = asyncio.Event()
        self._room.set()

    @property
    def under_way(self) -> int:
        """How much is under way."""
        return self._under_way

    def begin(self) -> None:
        """Take something up."""
        self._under_way += 1
        if self._under_way >= MOST_UNDER_WAY:
            self._room.clear()

    def end(self) -> None:
        """Be done with something."""
        self._under_way -= 1
        if self._under_way < MOST_UNDER_WAY and not self._room.is_set():
            self._room.set()

    async def room(self) -> None:
        """Return when there is room for more."""
        await self._room.wait()
