"""The end: those who ask are told so first, nothing new is taken, and nothing holds it up for long."""

import asyncio
import threading
from collections.abc import Callable
from pathlib import Path

import pytest
from aiohttp import ClientSession

from bot import compose
from bot.clock import Clock
from bot.engine import Engine
from bot.settings import Process
from storage.database import Database

Open = Callable[[str], Database]


async def test_it_says_that_it_ends_while_it_finishes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    told, stopping, go_on = asyncio.Event(), asyncio.Event(), asyncio.Event()
    whole = Engine.stop

    async def stop(engine: Engine) -> None:
        stopping.set()
        await go_on.wait()
        await whole(engine)

    monkeypatch.setattr(Engine, "stop", stop)
    monkeypatch.setattr(compose, "_told_to_end", lambda: told)
    process = Process(
        port=0, database_url=f"sqlite:///{tmp_path}/hearth.db", sandbox_file=str(tmp_path / "sandbox.jsonl")
    )
    said: asyncio.Queue[str] = asyncio.Queue()
    running = asyncio.create_task(compose.run_sandbox(process, Clock(), said.put_nowait))
    address = (await said.get()).removeprefix("Hearth is at ")
    async with ClientSession() as session:
        async with session.get(f"{address}/readyz") as answer:
            assert (answer.status, await answer.json()) == (200, {"status": "ready"})
        told.set()
        await stopping.wait()
        async with session.get(f"{address}/readyz") as answer:
            assert answer.status == 503
            assert await answer.json() == {"status": "not ready", "reason": "Hearth is ending."}
        async with session.get(f"{address}/metrics") as answer:
            assert answer.status == 200
        body = {"as": "you", "channel": "help", "text": "How do I export?"}
        async with session.post(f"{address}/api/messages", json=body) as answer:
            assert answer.status == 503
        go_on.set()
        await running


async def test_a_writer_that_is_stuck_is_left(
    sqlite_url: str, opened: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("storage.database._LEAVE_S", 0.05)
    database, go_on = opened(sqlite_url), threading.Event()
    stuck = asyncio.create_task(database.in_writer(go_on.wait))
    await asyncio.sleep(0)
    await asyncio.to_thread(database.close)
    go_on.set()

    assert await stuck
    with pytest.raises(RuntimeError, match="has ended"):
        await database.in_writer(go_on.wait)


async def test_what_waits_is_done_before_the_end(sqlite_url: str, opened: Open) -> None:
    database, done = opened(sqlite_url), []
    for n in range(10):
        asyncio.create_task(database.in_writer(lambda n=n: done.append(n)))  # type: ignore[misc]  # noqa: RUF006
    await asyncio.sleep(0)
    await asyncio.to_thread(database.close)

    assert done == list(range(10))
