"""A database that cannot be used says why in one sentence, and works again once the trouble is over."""

import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import func, select, text
from sqlalchemy.exc import DBAPIError

from storage.database import Database, DatabaseTrouble
from storage.tables import Handled, table
from storage.versions import migrate
from tests.storage.locking import locked

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
NOBODY = 65_534
COUNT = select(func.count()).select_from(table(Handled))
Open = Callable[[str], Database]


def handle(database: Database, event: str) -> None:
    with database.transaction() as tx:
        tx.put(Handled, community="c", event=event, at=NOON)


def handled(database: Database) -> int:
    with database.reading() as tx:
        found = tx.row(COUNT)
        assert found is not None
        return int(found[0])


@contextmanager
def as_nobody() -> Iterator[None]:
    """Do without the rights of root, to whom nothing is read-only."""
    if os.geteuid() != 0:
        yield
        return
    os.seteuid(NOBODY)
    try:
        yield
    finally:
        os.seteuid(0)


@pytest.fixture
def anybodys() -> Iterator[Path]:
    """A folder that anybody may enter, but not write to."""
    path = Path(tempfile.mkdtemp(prefix="hearth-tests-"))
    path.chmod(0o755)
    yield path
    path.chmod(0o755)
    shutil.rmtree(path)


def test_a_database_locked_by_another_program(
    sqlite_url: str, opened: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("storage.database.BUSY_MS", 20)
    database = opened(sqlite_url)
    handle(database, "before")
    with locked(database.path):
        with pytest.raises(
            DatabaseTrouble, match=r"hearth\.db is locked by another program; end that program"
        ):
            handle(database, "meanwhile")
        assert handled(database) == 1
    handle(database, "after")
    assert handled(database) == 2


def test_a_second_hearth_on_the_same_database(sqlite_url: str, opened: Open) -> None:
    first, second = opened(sqlite_url), opened(sqlite_url)
    first.lock()
    with pytest.raises(DatabaseTrouble, match=r"^Another Hearth runs on .*; end it first, or give"):
        second.lock()
    first.close()
    second.lock()


def test_a_read_only_database(anybodys: Path, sqlite_template: Path, opened: Open) -> None:
    path = anybodys / "hearth.db"
    shutil.copy(sqlite_template, path)
    path.chmod(0o444)
    if os.geteuid() != 0:
        anybodys.chmod(0o555)
    with as_nobody():
        database = opened(f"sqlite:///{path}")
        with pytest.raises(
            DatabaseTrouble, match=r"hearth\.db is read-only; let the user who runs Hearth write"
        ):
            handle(database, "1")
        with pytest.raises(DatabaseTrouble, match=r"is read-only; .* \(Permission denied\)"):
            database.lock()
    path.chmod(0o644)
    anybodys.chmod(0o755)
    handle(database, "1")
    assert handled(database) == 1


def test_a_folder_that_may_not_be_made(anybodys: Path) -> None:
    if os.geteuid() != 0:
        anybodys.chmod(0o555)
    with (
        as_nobody(),
        pytest.raises(DatabaseTrouble, match=r"cannot be made \(Permission denied\); name another"),
    ):
        Database(f"sqlite:///{anybodys}/data/hearth.db")


def test_a_folder_that_is_a_file(tmp_path: Path) -> None:
    (tmp_path / "data").write_text("")
    with pytest.raises(DatabaseTrouble, match=r"^The folder .*/data for the database cannot be made"):
        Database(f"sqlite:///{tmp_path}/data/hearth.db")


def test_a_missing_folder_is_made(tmp_path: Path, opened: Open) -> None:
    migrate(opened(f"sqlite:///{tmp_path}/a/b/hearth.db"))
    assert (tmp_path / "a" / "b" / "hearth.db").exists()


def test_a_database_that_is_a_folder(tmp_path: Path, opened: Open) -> None:
    with pytest.raises(DatabaseTrouble, match=r"cannot be opened; check that its folder exists"):
        migrate(opened(f"sqlite:///{tmp_path}"))


def test_a_full_disk(sqlite_url: str, opened: Open, limit_pages: Callable[[int], None]) -> None:
    database = opened(sqlite_url)
    handle(database, "before")
    limit_pages(1)
    with pytest.raises(DatabaseTrouble, match=r"has no room left; free space on its disk"):
        handle(database, "much" * 10_000)
    limit_pages(1_000_000)
    handle(database, "much" * 10_000)
    assert handled(database) == 2


def test_a_file_that_is_no_database(tmp_path: Path, opened: Open) -> None:
    path = tmp_path / "hearth.db"
    path.write_bytes(b"Dear diary, " * 1_000)
    with pytest.raises(DatabaseTrouble, match=r"is not a database; name another file in DATABASE_URL"):
        migrate(opened(f"sqlite:///{path}"))
    assert path.read_bytes() == b"Dear diary, " * 1_000


def test_a_damaged_database(sqlite_url: str, opened: Open) -> None:
    path = Path(sqlite_url.removeprefix("sqlite:///"))
    whole = path.read_bytes()
    path.write_bytes(whole[:4096] + b"\xff" * (len(whole) - 4096))
    with pytest.raises(DatabaseTrouble, match=r"is damaged; restore a backup"):
        handle(opened(sqlite_url), "1")


@pytest.mark.parametrize(
    "url",
    [
        "nonsense",
        "mysql://host/name",
        "sqlite://",
        "sqlite:///:memory:",
        "sqlite+aiosqlite:///hearth.db",
        "postgresql+asyncpg://host/name",
        "postgresql://host:port/name",
        "http://host/name",
    ],
)
def test_an_address_that_is_none(url: str) -> None:
    with pytest.raises(DatabaseTrouble, match=r"^DATABASE_URL is no database Hearth knows; write sqlite:///"):
        Database(url)


def test_a_server_that_is_not_there(opened: Open) -> None:
    database = opened("postgresql://hearth:secret@127.0.0.1:1/hearth")
    with pytest.raises(DatabaseTrouble) as trouble:
        handle(database, "1")
    assert "cannot be used now" in str(trouble.value)
    assert "secret" not in str(trouble.value)


def test_a_database_the_server_does_not_know(postgresql_url: str, opened: Open) -> None:
    database = opened(postgresql_url.replace("/test", "/nothing"))
    with pytest.raises(DatabaseTrouble, match=r"cannot be used now \(.*does not exist\); see that"):
        handle(database, "1")


def test_a_connection_that_breaks(postgresql_url: str, opened: Open) -> None:
    def write_and_lose_it() -> None:
        with database.transaction() as tx, psycopg.connect(postgresql_url, autocommit=True) as other:
            tx.put(Handled, community="c", event="meanwhile", at=NOON)
            tx.flush()
            other.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
                "WHERE datname = current_database() AND pid <> pg_backend_pid()"
            )
            tx.rows(COUNT)

    database = opened(postgresql_url)
    handle(database, "before")
    with pytest.raises(DatabaseTrouble, match="cannot be used now"):
        write_and_lose_it()
    handle(database, "after")
    assert handled(database) == 2


def test_a_server_that_takes_no_writes(postgresql_url: str, opened: Open) -> None:
    database = opened(postgresql_url)
    with psycopg.connect(postgresql_url, autocommit=True) as other:
        other.execute("ALTER ROLE postgres SET default_transaction_read_only = on")
    try:
        with pytest.raises(DatabaseTrouble, match="read-only transaction"):
            handle(database, "1")
    finally:
        with psycopg.connect(postgresql_url, autocommit=True) as other:
            other.execute("SET default_transaction_read_only = off")
            other.execute("ALTER ROLE postgres RESET default_transaction_read_only")


def test_what_is_wrong_with_a_statement_is_no_trouble_of_the_database(
    postgresql_url: str, opened: Open
) -> None:
    """Else it would be tried again for ever."""
    database = opened(postgresql_url)
    with pytest.raises(DBAPIError, match="NUL"):
        handle(database, "a\x00b")


def test_what_members_wrote_is_for_who_runs_hearth_alone(tmp_path: Path, opened: Open) -> None:
    with opened(f"sqlite:///{tmp_path}/hearth.db").transaction() as tx:
        tx.rows(text("SELECT 1"))
        made = [each for each in tmp_path.iterdir() if not each.name.endswith(".lock")]
        assert {each.name for each in made} >= {"hearth.db", "hearth.db-wal", "hearth.db-shm"}
        assert {each.stat().st_mode & 0o777 for each in made} == {0o600}
