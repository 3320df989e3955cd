"""Bringing a database to this version of the tables."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, inspect, text

from storage.database import Database, DatabaseTrouble
from storage.tables import METADATA

_FOLDER = Path(__file__).parent / "migrations"
# Any number no other program uses on the same server: it keeps two processes from migrating at once.
_MIGRATING = 7_210_401


def migrate(database: Database, to: str = "head") -> None:
    """Make or change the tables as this version wants them, or an older one. Raises DatabaseTrouble."""
    with database.connection() as connection:
        if not database.embedded:
            connection.execute(text("SELECT pg_advisory_xact_lock(:number)"), {"number": _MIGRATING})
        config = configuration(connection)
        known = {script.revision for script in ScriptDirectory.from_config(config).walk_revisions()}
        there = MigrationContext.configure(connection).get_current_revision()
        if there is not None and there not in known:
            raise DatabaseTrouble(
                f"The database {database.name} was made by a newer Hearth (revision {there}); "
                "update Hearth, or give this one its own DATABASE_URL."
            )
        if there is None and (strange := METADATA.tables.keys() & inspect(connection).get_table_names()):
            raise DatabaseTrouble(
                f"The database {database.name} has a table of another program "
                f"({', '.join(sorted(strange))}); give Hearth a database of its own in DATABASE_URL."
            )
        command.upgrade(config, to)
        connection.commit()


def configuration(connection: Connection) -> Config:
    """Return what Alembic needs to know, for use from code."""
    config = configuration_of()
    config.attributes["connection"] = connection
    return config


def configuration_of() -> Config:
    """Return where the migrations are, for those who only read them."""
    config = Config()
    config.set_main_option("script_location", str(_FOLDER))
    config.set_main_option("path_separator", "os")
    return config
