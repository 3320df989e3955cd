"""How Alembic runs our migrations: on the connection it is handed."""

from typing import Any, Literal

from alembic import context
from alembic.autogenerate.api import AutogenContext
from sqlmodel.sql.sqltypes import UTCDateTime

from storage.column_types import WORDS
from storage.tables import METADATA


def _render(kind: str, item: Any, _: AutogenContext) -> str | Literal[False]:
    """Write types of ours as SQLAlchemy's, so that a migration reads the same for good."""
    if kind == "type" and item is WORDS:
        return "WORDS"
    if kind == "type" and isinstance(item, UTCDateTime):
        return "sa.DateTime(timezone=True)"
    return False


context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=METADATA,
    render_as_batch=True,
    render_item=_render,
    compare_type=True,
    # SQLite can undo a change of tables as well; an upgrade is whole or not at all.
    transactional_ddl=True,
)
with context.begin_transaction():
    context.run_migrations()
