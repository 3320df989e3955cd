"""What a feature reads and writes through: plain statements inside one transaction, no commit."""

from collections.abc import Callable, Hashable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from typing import Any
from weakref import WeakKeyDictionary

from sqlalchemy import (
    Alias,
    ColumnElement,
    Connection,
    Executable,
    Row,
    Table,
    bindparam,
    delete,
    func,
    select,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import DBAPIError
from sqlalchemy.sql import visitors
from sqlalchemy.sql.base import ReadOnlyColumnCollection
from sqlalchemy.sql.dml import Insert
from sqlmodel import SQLModel

from storage.tables import Due, table

Columns = ReadOnlyColumnCollection[str, Any]
Merge = Callable[[Columns, Columns], Mapping[str, ColumnElement[Any]]]


class Upsert:
    """Insert a row, or merge it into the one with the same key.

    `merge` is given the new row's columns and the old one's, and returns what the merged row holds. Without
    it the columns written replace what was there; with `first_wins` a row that is there stays as it is.
    """

    def __init__(
        self, model: type[SQLModel], merge: Merge | None = None, *, first_wins: bool = False
    ) -> None:
        self.table = table(model)
        self._merge = merge
        self._first_wins = first_wins
        self._statements: dict[tuple[str, tuple[str, ...]], Insert] = {}

    def statement(self, dialect: str, columns: tuple[str, ...]) -> Insert:
        """Return the statement for these columns in a database's dialect."""
        found = self._statements.get((dialect, columns))
        if found is None:
            found = self._statements[dialect, columns] = self._build(dialect, columns)
        return found

    def _build(self, dialect: str, columns: tuple[str, ...]) -> Insert:
        insert: sqlite.Insert | postgresql.Insert
        insert = sqlite.insert(self.table) if dialect == "sqlite" else postgresql.insert(self.table)
        keys = [column.name for column in self.table.primary_key]
        if self._merge is not None:
            merged = self._merge(insert.excluded, self.table.c)
        else:
            merged = {name: insert.excluded[name] for name in columns if name not in keys}
        if self._first_wins or not merged:
            return insert.on_conflict_do_nothing()
        return insert.on_conflict_do_update(index_elements=keys, set_=dict(merged))


_PLAIN: dict[tuple[type[SQLModel], bool], Upsert] = {}
_due = table(Due)
_UNSCHEDULE = delete(_due).where(
    _due.c.community == bindparam("in_community"),
    _due.c.feature == bindparam("for_feature"),
    _due.c.key == bindparam("with_key"),
)
_NEXT_DUE = select(func.min(_due.c.due_at))
# Any number no other program uses on the same server.
_HANDLING = 7_210_402
_ALONE = select(func.pg_advisory_xact_lock(bindparam("number")))
_UNKNOWN = object()
# Rows held at a time while all are looked at.
_EACH = 1_000
# Statements are built once, so that what is known of them can be kept.
_TABLES: WeakKeyDictionary[Executable, frozenset[str]] = WeakKeyDictionary()


class Transaction:
    """The reading and writing of one batch.

    Rows that are put are gathered per table and written before the next read, so that a read sees what
    was written, and a batch that does not read writes each table once. `memo` is for what a feature wants
    to remember within the batch: it is forgotten with the transaction, and when something is undone. What is
    `kept` may be there again in a later batch, if no other process handled events in between; whoever keeps
    something brings it in line with each row that is written.
    """

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._dialect = connection.dialect.name
        self._gathered: dict[str, list[tuple[Executable, list[dict[str, Any]]]]] = {}
        # What was scheduled last under each key, or None where that is to be forgotten: much that is
        # scheduled is settled before it is written.
        self._scheduled: dict[tuple[str, str, str], dict[str, Any] | None] = {}
        self._next_due: datetime | object | None = _UNKNOWN
        self.memo: dict[Hashable, Any] = {}
        self.kept: dict[Hashable, Any] = {}
        # Whether anything was written, or is to be.
        self.wrote = False
        # Whether what is handled is of the past, before we came: nothing follows from it later.
        self.history = False
        # Whether the database gave the transaction up: nothing more can be done in it.
        self.lost = False

    @property
    def on_postgresql(self) -> bool:
        """Whether this is PostgreSQL, for the few statements only it knows."""
        return self._dialect == "postgresql"

    def alone(self) -> None:
        """Wait until no other process handles events, and keep them waiting until this one is done.

        On SQLite a transaction that writes is alone from its beginning.
        """
        if self.on_postgresql:
            self._connection.execute(_ALONE, {"number": _HANDLING})

    def rows(self, statement: Executable, **values: Any) -> Sequence[Row[Any]]:
        """Return the rows a select finds."""
        self._flush_what(statement)
        return self._connection.execute(statement, values).all()

    def each(self, statement: Executable, **values: Any) -> Iterator[Row[Any]]:
        """Yield the rows a select finds, some at a time, where there may be more than should be held."""
        self._flush_what(statement)
        yield from self._connection.execute(statement, values, execution_options={"yield_per": _EACH})

    def row(self, statement: Executable, **values: Any) -> Row[Any] | None:
        """Return the first row a select finds, if any."""
        self._flush_what(statement)
        return self._connection.execute(statement, values).first()

    def claim(self, model: type[SQLModel], rows: Sequence[Mapping[str, Any]]) -> set[tuple[Any, ...]]:
        """Insert rows of which several processes may insert the same; return the keys that were new."""
        if not rows:
            return set()
        self.wrote = True
        self.flush()
        upsert = _plain(model, first_wins=True)
        keys = [column.name for column in upsert.table.primary_key]
        statement = upsert.statement(self._dialect, tuple(rows[0])).returning(*upsert.table.primary_key)
        # Sorted, because two that insert the same keys in different orders would wait for each other.
        ordered = sorted(rows, key=lambda row: tuple(row[key] for key in keys))
        return {tuple(row) for row in self._connection.execute(statement, ordered)}

    def run(self, statement: Executable, **values: Any) -> int:
        """Run an update or a delete; return how many rows it touched."""
        self.wrote = True
        self._flush_what(statement)
        return self._connection.execute(statement, values).rowcount

    def put(self, what: Upsert | type[SQLModel], **values: Any) -> None:
        """Insert a row or merge it into the one with its key."""
        self._insert(what if isinstance(what, Upsert) else _plain(what), values)

    def add(self, model: type[SQLModel], **values: Any) -> None:
        """Insert a row unless one with its key is there already."""
        self._insert(_plain(model, first_wins=True), values)

    def schedule(
        self,
        community: str,
        feature: str,
        key: str,
        at: datetime,
        *,
        since: datetime | None = None,
        unless_there: bool = False,
    ) -> None:
        """Have the feature told once `at` has come; `unless_there` leaves what was scheduled before.

        `since` says when it was to be told first, if it was put off. Nothing falls due because of what is
        `history`.
        """
        if self.history:
            return
        name = (community, feature, key)
        row = {"community": community, "feature": feature, "key": key, "due_at": at, "since": since or at}
        if not unless_there:
            self._schedule(name, row)
        elif name not in self._scheduled:
            self.add(Due, **row)
        elif self._scheduled[name] is None:
            self._schedule(name, row)
        if isinstance(self._next_due, datetime):
            self._next_due = min(self._next_due, at)
        else:
            self._next_due = at if self._next_due is None else _UNKNOWN

    def unschedule(self, community: str, feature: str, key: str) -> None:
        """Forget what was scheduled, if it was."""
        # What was to come next may be what is forgotten: then `next_due` is early, never late.
        self._schedule((community, feature, key), None)

    def _schedule(self, name: tuple[str, str, str], row: dict[str, Any] | None) -> None:
        self.wrote = True
        self._scheduled[name] = row
        self._gathered.setdefault(_due.name, [])

    def look_again(self) -> None:
        """Have `next_due` look into the table: what it said may have been done or forgotten."""
        self._next_due = _UNKNOWN

    def next_due(self) -> datetime | None:
        """Return a time before which nothing is due, for any feature; None if nothing will be."""
        if self._next_due is _UNKNOWN:
            found = self.row(_NEXT_DUE)
            self._next_due = found[0] if found else None
        return self._next_due if isinstance(self._next_due, datetime) else None

    def flush(self) -> None:
        """Write what was gathered."""
        for name in list(self._gathered):
            self._flush_table(name)

    def _flush_what(self, statement: Executable) -> None:
        """Write what was gathered for the tables that a statement is about."""
        if self._gathered:
            for name in _tables_of(statement):
                self._flush_table(name)

    def _flush_table(self, name: str) -> None:
        for statement, values in self._gathered.pop(name, ()):
            self._connection.execute(statement, values)
        if name == _due.name and self._scheduled:
            self._flush_scheduled()

    def _flush_scheduled(self) -> None:
        scheduled, self._scheduled = self._scheduled, {}
        rows = [row for row in scheduled.values() if row is not None]
        if rows:
            self._connection.execute(_plain(Due).statement(self._dialect, tuple(rows[0])), rows)
        forgotten = [
            {"in_community": community, "for_feature": feature, "with_key": key}
            for (community, feature, key), row in scheduled.items()
            if row is None
        ]
        if forgotten:
            self._connection.execute(_UNSCHEDULE, forgotten)

    @contextmanager
    def savepoint(self) -> Iterator[None]:
        """Undo what is done inside, and only that, when it raises."""
        self.flush()
        self._forget()
        point = self._connection.begin_nested()
        try:
            yield
            self.flush()
        except BaseException:
            self._gathered.clear()
            self._scheduled.clear()
            self._forget()
            self._next_due = _UNKNOWN
            try:
                point.rollback()
            except DBAPIError:
                # The database gave up the whole transaction, as SQLite may when its disk is full.
                self.lost = True
            raise
        else:
            point.commit()

    def _forget(self) -> None:
        self.memo.clear()
        self.kept.clear()

    def _insert(self, upsert: Upsert, values: dict[str, Any]) -> None:
        self._gather(upsert.statement(self._dialect, tuple(values)), upsert.table.name, values)

    def _gather(self, statement: Executable, name: str, values: dict[str, Any]) -> None:
        self.wrote = True
        of_table = self._gathered.setdefault(name, [])
        if of_table and of_table[-1][0] is statement:
            of_table[-1][1].append(values)
        else:
            of_table.append((statement, [values]))


def _tables_of(statement: Executable) -> frozenset[str]:
    """Return the names of the tables that a statement reads or writes."""
    found = _TABLES.get(statement)
    if found is None:
        parts = visitors.iterate(statement)  # type: ignore[arg-type]  # every statement we write can be visited
        named = {part.name for part in parts if isinstance(part, Table)}
        aliased = {part.element.name for part in visitors.iterate(statement) if isinstance(part, Alias)}  # type: ignore[arg-type, attr-defined]  # we alias tables only
        found = _TABLES[statement] = frozenset(named | aliased)
    return found


def _plain(model: type[SQLModel], *, first_wins: bool = False) -> Upsert:
    found = _PLAIN.get((model, first_wins))
    if found is None:
        found = _PLAIN[model, first_wins] = Upsert(model, first_wins=first_wins)
    return found
