"""Hearth in a workspace of pretend Slack, by each of Slack's ways."""

from collections.abc import AsyncIterator

import pytest

from tests.fakes.slack_hearth import SlackHearth, slack_hearth


@pytest.fixture
async def waiting(sqlite_url: str) -> AsyncIterator[SlackHearth]:
    """Hearth, installed and yet to be started; it will be told things by socket."""
    async with slack_hearth(sqlite_url) as hearth:
        yield hearth


@pytest.fixture(params=["socket", "http"])
async def hearth(request: pytest.FixtureRequest, sqlite_url: str) -> AsyncIterator[SlackHearth]:
    """Hearth, running; told things by socket, and by signed requests."""
    async with slack_hearth(sqlite_url, by_socket=request.param == "socket") as hearth:
        await hearth.start()
        yield hearth


@pytest.fixture
async def by_socket(waiting: SlackHearth) -> SlackHearth:
    """Hearth, running, told things by socket."""
    await waiting.start()
    return waiting
