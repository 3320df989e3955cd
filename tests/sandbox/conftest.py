"""A sandbox on a real socket, with an ear for a core."""

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
from aiohttp import ClientSession
from aiohttp.test_utils import TestServer

from adapters.sandbox import Sandbox
from bot.clock import Clock
from tests.sandbox.ear import Ear
from tests.sandbox.visitor import Visitor


@pytest.fixture
def journal(tmp_path: Path) -> Path:
    return tmp_path / "data" / "sandbox.jsonl"


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
async def ear() -> Ear:
    return Ear()


@pytest.fixture
def sandbox(journal: Path, clock: Clock) -> Iterator[Sandbox]:
    sandbox = Sandbox(journal, clock)
    yield sandbox
    sandbox.close()


@pytest.fixture
async def visitor(sandbox: Sandbox, ear: Ear) -> AsyncIterator[Visitor]:
    async with (
        TestServer(sandbox.routes(ear, ear.tick)) as server,
        ClientSession(str(server.make_url("/"))) as session,
    ):
        yield Visitor(session)
