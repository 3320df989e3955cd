"""Waiting for what no event tells of."""

import asyncio
from collections.abc import Callable

# Nothing here takes long; on a machine that is very busy it may.
PATIENCE_S = 60


async def until(what: Callable[[], bool]) -> None:
    """Wait until something holds."""
    async with asyncio.timeout(PATIENCE_S):
        while not what():  # noqa: ASYNC110 -- it is a row or a flag, and says nothing by itself
            await asyncio.sleep(0.005)
