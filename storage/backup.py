"""A consistent copy of a database while Hearth runs on it, and a new database from such a copy."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from itertools import islice
from pathlib import Path
from typing import Any

from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Connection,
    DateTime,
    Float,
    Integer,
    MetaData,
    Table,
    column,
    func,
    inspect,
    literal,
    select,
    table,
    text,
)
from sqlalchemy.types import TypeEngine
from sqlmodel.sql.sqltypes import UTCDateTime

from storage.archive import BadBackup, ColumnEntry, Kind, Manifest, TableEntry, Tell, check, rows, writing
from storage.column_types import WORDS, Instant
from storage.condition import Unusable, newest
from storage.database import Database
from storage.tables import METADATA
from storage.versions import configuration_of, migrate

_GROUP = 1_000
_TYPES: dict[Kind, TypeEngine[Any]] = {
    "words": WORDS,
    "number": BigInteger(),
    "real": Float(),
    "truth": Boolean(),
    "time": Instant(),
    "json": JSON(none_as_null=True),
}


def back_up(database: Database, file: Path, version: str, now: datetime, tell: Tell) -> Manifest:
    """Write everything to a new file, as it is at one moment, while others read and write.

    Raises Unusable, DatabaseTrouble, FileExistsError, OSError.
    """
    with writing(file) as archive, database.snapshot() as connection:
        revision = MigrationContext.configure(connection).get_current_revision()
        if revision != newest():
            raise Unusable(
                f"The database {database.name} is at revision {revision}, and this Hearth at {newest()}; "
                "start Hearth once to bring it up to date, then back it up."
            )
        tables = METADATA.sorted_tables
        of = sum(_count(connection, each) for each in tables)
        done = 0
        for each in tables:
            columns = [ColumnEntry(name=column.name, kind=_kind(column.type)) for column in each.columns]
            found = connection.execute(select(each))
            archive.table(each.name, columns, _told(found, done, of, tell))
            done += _count(connection, each)
        return archive.end(version, newest(), now)


def restore(database: Database, file: Path, tell: Tell) -> Manifest:
    """Fill an empty database from a backup, whichever kind of database that was made from.

    What waited to be sent may have been sent since: it is looked for first, or left as doubtful, as after a
    crash. Raises BadBackup, Unusable, DatabaseTrouble.
    """
    manifest = check(file, tell)
    known = {script.revision for script in ScriptDirectory.from_config(configuration_of()).walk_revisions()}
    if manifest.revision not in known:
        raise BadBackup(
            f"The backup {file} was made by a newer Hearth ({manifest.version}); update this one first."
        )
    _make_tables(database, manifest.revision)
    with database.connection() as connection:
        _see_that_empty(connection, database)
        done = 0
        for each in manifest.tables:
            done = _load(connection, each, file, done, manifest.rows, tell)
        _doubt_what_waited(connection)
        _count_on(connection, database)
        connection.commit()
    migrate(database)
    return manifest


def _told(found: Any, done: int, of: int, tell: Tell) -> Iterator[Sequence[Any]]:
    for n, row in enumerate(found, 1):
        if n % _GROUP == 0:
            tell("Copying", done + n, of)
        yield row


def _count(connection: Connection, of: Table) -> int:
    return int(connection.execute(select(func.count()).select_from(of)).scalar_one())


def _kind(of: TypeEngine[Any]) -> Kind:
    if isinstance(of, JSON):
        return "json"
    if isinstance(of, Boolean):
        return "truth"
    if isinstance(of, DateTime | UTCDateTime):
        return "time"
    if isinstance(of, Float):
        return "real"
    return "number" if isinstance(of, Integer) else "words"


def _make_tables(database: Database, revision: str) -> None:
    """Have the tables as they were when the backup was made."""
    with database.connection() as connection:
        there = MigrationContext.configure(connection).get_current_revision()
        _see_that_empty(connection, database)
        if there not in (None, revision):
            # Tables of another version, with nothing in them.
            found = MetaData()
            found.reflect(connection, only=lambda name, _: name in {*METADATA.tables, "alembic_version"})
            found.drop_all(connection)
            connection.commit()
    migrate(database, revision)


def _see_that_empty(connection: Connection, database: Database) -> None:
    there = inspect(connection).get_table_names()
    for each in METADATA.tables.values():
        if each.name not in there:
            continue
        if connection.execute(select(literal(1)).select_from(each).limit(1)).first() is not None:
            raise Unusable(
                f"The database {database.name} is not empty; restore into one that is, and name it in "
                "DATABASE_URL."
            )


def _load(connection: Connection, entry: TableEntry, file: Path, done: int, of: int, tell: Tell) -> int:
    names = (
        {found["name"] for found in inspect(connection).get_columns(entry.name)}
        if entry.name in (inspect(connection).get_table_names())
        else set()
    )
    if names != {each.name for each in entry.columns}:
        raise BadBackup(f"The backup {file} does not fit the tables of its version (in {entry.name}).")
    statement = table(entry.name, *(column(each.name, _TYPES[each.kind]) for each in entry.columns)).insert()
    waiting = rows(file, entry)
    while group := [
        {each.name: value for each, value in zip(entry.columns, row, strict=True)}
        for row in islice(waiting, _GROUP)
    ]:
        connection.execute(statement, group)
        done += len(group)
        tell("Restoring", done, of)
    return done


def _doubt_what_waited(connection: Connection) -> None:
    """Take what waited for half sent by a process that is gone: nobody knows what it did after the backup."""
    connection.execute(
        text(
            "UPDATE outgoing SET state = 'sending', claimed_by = 'backup', claimed_until = made_at "
            "WHERE state = 'waiting'"
        )
    )


def _count_on(connection: Connection, database: Database) -> None:
    """Have the server number new rows after those that came with their numbers; SQLite does so by itself."""
    if database.embedded:
        return
    for each in METADATA.tables.values():
        for numbered in each.columns:
            if numbered.identity is None:
                continue
            highest = connection.execute(select(func.max(numbered))).scalar_one()
            if highest is not None:
                connection.execute(
                    select(func.setval(func.pg_get_serial_sequence(each.name, numbered.name), highest))
                )
