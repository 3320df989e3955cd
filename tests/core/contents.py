"""What is in a database, for comparing."""

from collections.abc import Collection
from typing import Any

from sqlalchemy import Table, select

from bot.actions import ACTION, Action
from storage.database import Database
from storage.tables import METADATA, Failure, Handled, Handling, Outgoing, table

_outgoing = table(Outgoing)


def contents(database: Database, *, but: Collection[str] = ()) -> dict[str, list[dict[str, Any]]]:
    """Return the rows of all tables, but some, in the order of their keys; and not which batch was last."""
    with database.reading() as tx:
        return {
            name: [dict(row._mapping) for row in tx.rows(select(found).order_by(*_keys(found)))]
            for name, found in METADATA.tables.items()
            if name not in {table(Handling).name, *but}
        }


def _keys(found: Table) -> list[Any]:
    return list(found.primary_key)


def actions(database: Database) -> list[Action]:
    """Return what was decided to be done, in order."""
    with database.reading() as tx:
        rows = tx.rows(select(_outgoing.c.payload).order_by(_outgoing.c.seq))
    return [ACTION.validate_json(row.payload) for row in rows]


def handled(database: Database) -> set[str]:
    """Return the ids of the events that were handled."""
    with database.reading() as tx:
        return {str(row.event) for row in tx.rows(select(table(Handled).c.event))}


def failures(database: Database) -> list[tuple[str, str, str]]:
    """Return what failed: feature, event, reason."""
    failure = table(Failure)
    with database.reading() as tx:
        rows = tx.rows(
            select(failure.c.feature, failure.c.event, failure.c.reason).order_by(
                failure.c.feature, failure.c.event
            )
        )
    return [(row.feature, row.event, row.reason) for row in rows]


def outgoing(database: Database) -> dict[str, tuple[str, str | None]]:
    """Return the state of each action, with the id of the message it made."""
    with database.reading() as tx:
        rows = tx.rows(select(_outgoing.c.key, _outgoing.c.state, _outgoing.c.message))
    return {row.key: (row.state, row.message) for row in rows}
