"""The engine under the tables: SQLite embedded, PostgreSQL by its URL; one thread owns the writing."""

import asyncio
import json
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, Literal, TypeVar

from filelock import FileLock, Timeout
from sqlalchemy import URL, Connection, Engine, create_engine, event, make_url
from sqlalchemy.exc import ArgumentError, DBAPIError, InterfaceError, NoSuchModuleError, OperationalError
from sqlalchemy.pool import ConnectionPoolEntry

from storage.transaction import Transaction
from storage.writer import Writer

Result = TypeVar("Result")

# How long a writer waits for another's lock before it says so.
BUSY_MS = 2_000
# A new database is read by nobody else on the machine.
_MODE = 0o600
# How long the end of a process waits for its writer.
_LEAVE_S = 1.5
# How many rows are held at once where all of a table is read.
_ROWS_AT_ONCE = 1_000
# SQLite's primary result codes that speak of the place, not of the statement: busy, locked, out of
# memory, read-only, I/O error, corrupt, full, cannot open, not a database.
_SQLITE_TROUBLE = {
    5: "is locked by another program; end that program, or give Hearth a database of its own",
    6: "is locked by another program; end that program, or give Hearth a database of its own",
    7: "ran out of memory",
    8: "is read-only; let the user who runs Hearth write the file and its folder",
    10: "could not be read or written (an I/O error); look at the disk",
    11: "is damaged; restore a backup",
    13: "has no room left; free space on its disk, Hearth goes on by itself",
    14: "cannot be opened; check that its folder exists and may be written",
    26: "is not a database; name another file in DATABASE_URL",
}
# PostgreSQL's classes of the same: connection, resources, operator intervention, system error,
# serialization and deadlock, read-only transaction, invalid authorization, no such database.
_POSTGRESQL_TROUBLE = ("08", "53", "57", "58", "40", "25006", "28", "3D")


class DatabaseTrouble(Exception):
    """The database cannot be used as it is; what was asked may be sound. The message says what to do."""


class Database:
    """A database and the thread that writes to it."""

    def __init__(self, url: str, *, synchronous: Literal["FULL", "NORMAL", "OFF"] = "FULL") -> None:
        try:
            self.url = make_url(url)
            if self.url.drivername in ("postgres", "postgresql"):
                self.url = self.url.set(drivername="postgresql+psycopg")
            self.embedded = self.url.get_backend_name() == "sqlite"
            if self.url.get_backend_name() not in ("sqlite", "postgresql"):
                raise ArgumentError("neither of the two")
            if self.embedded:
                self._engine = _sqlite(self.path, self.url.render_as_string(False), synchronous)
            else:
                self._engine = _postgresql(self.url)
        except (ArgumentError, NoSuchModuleError, ModuleNotFoundError, ValueError) as error:
            raise DatabaseTrouble(
                "DATABASE_URL is no database Hearth knows; write sqlite:///data/hearth.db or "
                "postgresql://user:password@host/name."
            ) from error
        self._writer = Writer()
        self._lock: FileLock | None = None

    @property
    def path(self) -> Path:
        """Where the embedded database lies."""
        return Path(self.url.database or "")

    @property
    def name(self) -> str:
        """What to call the database in a sentence; never with its password."""
        # A password can stand in the query as well.
        return (
            str(self.path) if self.embedded else self.url.set(query={}).render_as_string(hide_password=True)
        )

    def lock(self) -> None:
        """Make sure that one process at a time runs on an embedded database. Raises DatabaseTrouble."""
        if not self.embedded:
            return
        self._lock = FileLock(f"{self.path}.lock")
        try:
            self._lock.acquire(timeout=0)
        except Timeout as error:
            raise DatabaseTrouble(
                f"Another Hearth runs on {self.path}; end it first, or give this one its own DATABASE_URL."
            ) from error
        except OSError as error:
            raise DatabaseTrouble(
                f"The database {self.path} {_SQLITE_TROUBLE[8]} ({os.strerror(error.errno or 0)})."
            ) from error

    def held(self) -> bool:
        """Tell whether a Hearth runs on an embedded database now. Raises DatabaseTrouble."""
        if not self.embedded or not Path(f"{self.path}.lock").exists():
            return False
        try:
            with FileLock(f"{self.path}.lock", timeout=0):
                return False
        except Timeout:
            return True
        except OSError as error:
            raise DatabaseTrouble(
                f"The database {self.path} {_SQLITE_TROUBLE[8]} ({os.strerror(error.errno or 0)})."
            ) from error

    @contextmanager
    def transaction(self) -> Iterator[Transaction]:
        """Write: everything inside is committed at the end, or nothing. Raises DatabaseTrouble."""
        with self._connected("IMMEDIATE") as connection:
            transaction = Transaction(connection)
            yield transaction
            transaction.flush()
            connection.commit()

    @contextmanager
    def reading(self) -> Iterator[Transaction]:
        """Read what is committed, from any thread; nothing written inside stays. Raises DatabaseTrouble."""
        with self._connected("DEFERRED") as connection:
            yield Transaction(connection)

    @contextmanager
    def connection(self) -> Iterator[Connection]:
        """Return a bare connection, for migrations."""
        with self._connected("IMMEDIATE") as connection:
            yield connection

    @contextmanager
    def snapshot(self) -> Iterator[Connection]:
        """Read everything as it was at one moment, row by row, while others write. Raises DatabaseTrouble."""
        # On SQLite a transaction that reads sees what was there at its first statement, for as long as it
        # lasts; PostgreSQL has to be asked for that.
        asked: dict[str, Any] = {"yield_per": _ROWS_AT_ONCE}
        if not self.embedded:
            asked |= {"isolation_level": "REPEATABLE READ", "postgresql_readonly": True}
        with self._connected("DEFERRED", **asked) as connection:
            yield connection

    async def in_writer(self, work: Callable[[], Result]) -> Result:
        """Run `work` in the thread that owns the writing."""
        return await asyncio.wrap_future(self._writer.submit(work))

    def close(self) -> None:
        """End the writer once it is done, and let the database go.

        A writer that is stuck, as on a server that stands still, is left: what it did not commit is undone.
        """
        if not self._writer.end(_LEAVE_S):
            return
        self._engine.dispose()
        if self._lock is not None:
            self._lock.release()

    @contextmanager
    def _connected(self, mode: Literal["IMMEDIATE", "DEFERRED"], **options: Any) -> Iterator[Connection]:
        try:
            with self._engine.connect().execution_options(begin_mode=mode, **options) as connection:
                yield connection
        except DBAPIError as error:
            trouble = self.trouble(error)
            if trouble is None:
                raise
            raise trouble from error

    def trouble(self, error: DBAPIError) -> DatabaseTrouble | None:
        """Return what is wrong with the database itself, or None if the statement was."""
        if self.embedded:
            code = getattr(error.orig, "sqlite_errorcode", None)
            sentence = None if code is None else _SQLITE_TROUBLE.get(code & 0xFF)
            return None if sentence is None else DatabaseTrouble(f"The database {self.name} {sentence}.")
        state = getattr(error.orig, "sqlstate", None)
        # Without a state it is the driver that speaks: of the connection, or of a value it cannot send.
        unreached = state is None and isinstance(error, OperationalError | InterfaceError)
        if error.connection_invalidated or unreached or (state or "").startswith(_POSTGRESQL_TROUBLE):
            first = str(error.orig).strip().splitlines() or ["it gave no reason"]
            return DatabaseTrouble(
                f"The database {self.name} cannot be used now ({first[0].rstrip('.')}); see that its server "
                "runs and that DATABASE_URL is right."
            )
        return None


def _postgresql(url: URL) -> Engine:
    # Whatever a server's administrator chose, a statement sees what was committed before it: features are
    # handed the lock that keeps processes apart after their transaction has begun.
    engine = create_engine(url, isolation_level="READ COMMITTED", pool_pre_ping=True, hide_parameters=True)

    @event.listens_for(engine, "connect")
    def _set_up(connection: Any, _: ConnectionPoolEntry) -> None:
        # West of Greenwich the first moment of year 1 is in no year that Python knows.
        before, connection.autocommit = connection.autocommit, True
        connection.execute("SET TIME ZONE 'UTC'")
        connection.autocommit = before

    return engine


def _read_json(text: str) -> Any:
    # Most lists in a row are empty.
    return [] if text == "[]" else json.loads(text)


def _sqlite(path: Path, url: str, synchronous: str) -> Engine:
    if not path.name or path.name == ":memory:":
        raise ArgumentError("no file")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise DatabaseTrouble(
            f"The folder {path.parent} for the database cannot be made ({os.strerror(error.errno or 0)}); "
            "name another in DATABASE_URL."
        ) from error
    engine = create_engine(
        url,
        connect_args={"isolation_level": None, "timeout": BUSY_MS / 1000, "check_same_thread": False},
        # What members wrote is not to stand in a log.
        hide_parameters=True,
        json_deserializer=_read_json,
    )

    @event.listens_for(engine, "do_connect")
    def _make(*_: object) -> None:
        # What members wrote is for who runs Hearth alone; what stands beside the file is made like it. Where
        # it cannot be made, connecting says so.
        with suppress(OSError):
            path.touch(mode=_MODE)

    @event.listens_for(engine, "connect")
    def _set_up(connection: Any, _: ConnectionPoolEntry) -> None:
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute(f"PRAGMA synchronous = {synchronous}")

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        # A deferred BEGIN that turns to writing fails when another writes, whatever the time-out.
        mode = connection.get_execution_options().get("begin_mode", "DEFERRED")
        connection.exec_driver_sql(f"BEGIN {mode}")

    return engine
