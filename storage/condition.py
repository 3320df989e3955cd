"""What state a database is in, as far as reading shows: nothing here waits for the writers' lock."""

import os
import shutil
from functools import cache

from alembic.script import ScriptDirectory
from sqlalchemy import text

from storage.database import Database
from storage.transaction import Transaction
from storage.versions import configuration_of

# With less than this left, the next large batch or checkpoint may not fit.
LEAST_FREE = 32 * 1024 * 1024
_REVISION = text("SELECT version_num FROM alembic_version")
_READ_ONLY = text("SELECT current_setting('transaction_read_only') = 'on' OR pg_is_in_recovery()")
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


@cache
def newest() -> str:
    """Return the revision that this version of Hearth works with."""
    head = ScriptDirectory.from_config(configuration_of()).get_current_head()
    assert head is not None
    return head


def free_bytes(database: Database) -> int:
    """Return how much room there is on the disk of an embedded database."""
    return shutil.disk_usage(database.path.parent).free


def _may_write(database: Database) -> bool:
    return not database.embedded or all(
        os.access(path, os.W_OK) for path in (database.path, database.path.parent)
    )
