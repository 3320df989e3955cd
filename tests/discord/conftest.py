"""Hearth in a server of pretend Discord."""

from collections.abc import AsyncIterator

import pytest

from tests.fakes.discord_hearth import DiscordHearth, discord_hearth


@pytest.fixture
async def hearth(sqlite_url: str) -> AsyncIterator[DiscordHearth]:
    """Hearth in a server, running."""
    async with discord_hearth(sqlite_url) as made:
        await made.start()
        yield made
