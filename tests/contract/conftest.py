"""Hearth in communities that are played: one for a test, or one for all tests of a module."""

import shutil
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from adapters.slack.sender import SlackSender
from bot.engine import Engine
from tests.fakes.slack_hearth import SlackHearth, slack_hearth


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory, sqlite_template: Path) -> Path:
    """A folder with a fresh embedded database with our tables, for all tests of a module."""
    made = tmp_path_factory.mktemp("shared")
    shutil.copy(sqlite_template, made / "hearth.db")
    return made


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def shared(folder: Path) -> AsyncIterator[SlackHearth]:
    """Hearth in Slack, running, told things by socket, with a channel for what managers should see.

    Slack's limits, and Hearth's pace by them, are for tests that have one for themselves.
    """
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(SlackSender, "pause", 0.0)
        patch.setattr("bot.outbox._DOUBT_PAUSE_S", 0.05)
        assert Engine.__init__.__kwdefaults__
        patch.setitem(Engine.__init__.__kwdefaults__, "tick_every_s", 0.1)
        async with slack_hearth(f"sqlite:///{folder}/hearth.db", limited=False) as hearth:
            await hearth.start()
            await hearth.set(managers_channel=hearth.managers)
            yield hearth


@pytest.fixture
def in_haste(tmp_path: Path, sqlite_template: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with a fresh embedded database, for a Hearth that looks often at what is due."""
    shutil.copy(sqlite_template, tmp_path / "hearth.db")
    monkeypatch.setattr(SlackSender, "pause", 0.0)
    assert Engine.__init__.__kwdefaults__
    monkeypatch.setitem(Engine.__init__.__kwdefaults__, "tick_every_s", 0.1)
    return tmp_path


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
