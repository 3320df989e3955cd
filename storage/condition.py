"""What state a database is in, as far as reading shows: nothing here waits for the writers' lock."""

import os
import shutil
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from alembic.script import ScriptDirectory
from sqlalchemy import make_url, text
from sqlalchemy.exc import ArgumentError

from storage.database import Database
from storage.transaction import Transaction
from storage.versions import configuration_of

# With less than this left, the next large batch or checkpoint may not fit.
LEAST_FREE = 32 * 1024 * 1024
_REVISION = text("SELECT version_num FROM alembic_version")
_READ_ONLY = text("SELECT current_setting('transaction_read_only') = 'on' OR pg_is_in_recovery()")
_MADE = {
    True: text("SELECT to_regclass('alembic_version') IS NOT NULL"),
    False: text("SELECT count(*) FROM sqlite_master WHERE name = 'alembic_version'"),
}
_SERVER = text(
    "SELECT current_setting('server_version') AS version, pg_database_size(current_database()) AS size"
)
_READ = text("SELECT batch FROM handling")


class Unusable(Exception):
    """The database answers, but Hearth cannot work with it as it is; the message says what to do."""


def look(database: Database) -> None:
    """See that it answers, is of this version, and takes writes. Raises Unusable, DatabaseTrouble."""
    with database.reading() as tx:
        there = revision(tx)
        tx.rows(_READ)
        read_only = tx.on_postgresql and bool(tx.rows(_READ_ONLY)[0][0])
    if there != newest():
        raise Unusable(
            f"The database {database.name} is at revision {there}, and this Hearth at {newest()}; "
            "start Hearth again to bring it up to date."
        )
    if read_only or not _may_write(database):
        raise Unusable(
            f"The database {database.name} takes no writes; let the user who runs Hearth write to it."
        )
    if database.embedded and (free := free_bytes(database)) < LEAST_FREE:
        raise Unusable(
            f"The disk of {database.name} has {free // 1024**2} MB left; free space on it, "
            "Hearth goes on by itself."
        )


def revision(tx: Transaction) -> str | None:
    """Return the revision of the tables."""
    rows = tx.rows(_REVISION)
    return str(rows[0][0]) if rows else None


def current(tx: Transaction) -> bool:
    """Tell whether the tables are those of this version."""
    return _revision_if_made(tx) == newest()


def _revision_if_made(tx: Transaction) -> str | None:
    return revision(tx) if tx.rows(_MADE[tx.on_postgresql])[0][0] else None


@cache
def newest() -> str:
    """Return the revision that this version of Hearth works with."""
    head = ScriptDirectory.from_config(configuration_of()).get_current_head()
    assert head is not None
    return head


@dataclass(frozen=True, slots=True)
class Condition:
    """What a database is like: its version, its size, and what a look through it found, if anything."""

    version: str
    revision: str | None
    size: int
    # What was written and is still to be joined with the rest; SQLite's alone.
    log_size: int
    damage: str | None


def describe(database: Database) -> Condition:
    """Look through a database; a large one takes a while. Raises DatabaseTrouble."""
    with database.reading() as tx:
        there = _revision_if_made(tx)
        if tx.on_postgresql:
            server = tx.rows(_SERVER)[0]
            return Condition(f"PostgreSQL {server.version}", there, server.size, 0, None)
        version = tx.rows(text("SELECT sqlite_version()"))[0][0]
        found = str(tx.rows(text("PRAGMA quick_check(1)"))[0][0])
    log = database.path.with_name(f"{database.path.name}-wal")
    return Condition(
        f"SQLite {version}",
        there,
        database.path.stat().st_size,
        log.stat().st_size if log.exists() else 0,
        None if found == "ok" else found,
    )


def not_made_yet(url: str) -> Path | None:
    """Return where an embedded database is to be made, if it is not there yet."""
    try:
        address = make_url(url)
    except (ArgumentError, ValueError):
        return None
    if address.get_backend_name() != "sqlite" or not address.database:
        return None
    path = Path(address.database)
    return None if path.exists() else path


def free_bytes(database: Database) -> int:
    """Return how much room there is on the disk of an embedded database."""
    return shutil.disk_usage(database.path.parent).free


def _may_write(database: Database) -> bool:
    return not database.embedded or all(
        os.access(path, os.W_OK) for path in (database.path, database.path.parent)
    )
