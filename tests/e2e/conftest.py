"""A workspace of pretend Slack with Hearth in it, running."""

from collections.abc import AsyncIterator

import pytest

from tests.fakes.slack_hearth import SlackHearth, slack_hearth


@pytest.fixture
async def hearth(sqlite_url: str) -> AsyncIterator[SlackHearth]:
    """Hearth, told things by socket."""
    async with slack_hearth(sqlite_url) as hearth:
        await hearth.start()
        yield hearth
