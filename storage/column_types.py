"""How values are kept: words in the order of their code points, times as the drivers read them fastest."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Dialect, MetaData, String
from sqlmodel.sql.sqltypes import AutoString, UTCDateTime


class Instant(UTCDateTime):
    """An aware time in UTC. SQLite keeps it as text; each row has several, so it is written in one call."""

    cache_ok = True

    def bind_processor(self, dialect: Dialect) -> Callable[[datetime | None], Any] | None:
        """Return what turns a time into what the driver takes."""
        return _to_text if dialect.name == "sqlite" else super().bind_processor(dialect)

    def result_processor(self, dialect: Dialect, coltype: object) -> Callable[[Any], datetime | None] | None:
        """Return what turns what the driver gives into a time."""
        return _from_text if dialect.name == "sqlite" else super().result_processor(dialect, coltype)


def _to_text(value: datetime | None) -> str | None:
    if value is None:
        return None
    if value.utcoffset() is None:
        raise ValueError("a time without its timezone cannot be kept")
    return value.astimezone(UTC).isoformat(" ", "microseconds").removesuffix("+00:00")


def _from_text(value: str | None) -> datetime | None:
    return None if value is None else datetime.fromisoformat(value).replace(tzinfo=UTC)


# A server's own collation would order ids otherwise than SQLite and Python do.
WORDS = String().with_variant(String(collation="C"), "postgresql")


def settle_types(metadata: MetaData) -> None:
    """Give the columns of all tables these types, in place of those their fields' annotations stand for."""
    for each in metadata.tables.values():
        for column in each.columns:
            if isinstance(column.type, AutoString):
                column.type = WORDS
            elif isinstance(column.type, UTCDateTime):
                column.type = Instant()
