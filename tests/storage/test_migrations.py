"""The tables and the migrations that make them agree, and a database of another version is left alone."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Connection, inspect, text

from storage.database import Database, DatabaseTrouble
from storage.tables import METADATA
from storage.versions import configuration, migrate

Open = Callable[[str], Database]


def tables(connection: Connection) -> set[str]:
    return set(inspect(connection).get_table_names()) - {"alembic_version"}


def test_migrations_make_the_tables_as_the_models_describe_them(bare_url: str, opened: Open) -> None:
    database = opened(bare_url)
    migrate(database)

    with database.connection() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, METADATA) == []
        assert tables(connection) == set(METADATA.tables)


def test_migrating_again_changes_nothing(bare_url: str, opened: Open) -> None:
    migrate(opened(bare_url))
    migrate(opened(bare_url))


def test_what_was_upgraded_can_be_taken_back(bare_url: str, opened: Open) -> None:
    database = opened(bare_url)
    migrate(database)
    with database.connection() as connection:
        command.downgrade(configuration(connection), "base")
        connection.commit()

    with database.connection() as connection:
        assert tables(connection) == set()
    migrate(database)


def test_a_database_of_a_newer_version_is_left_alone(bare_url: str, opened: Open) -> None:
    database = opened(bare_url)
    migrate(database)
    with database.connection() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
        connection.execute(text("DROP TABLE welcome"))
        connection.commit()

    with pytest.raises(DatabaseTrouble, match=r"was made by a newer Hearth \(revision 9999\); update Hearth"):
        migrate(database)
    with database.connection() as connection:
        assert "welcome" not in tables(connection)


def test_a_database_of_another_program_is_left_alone(bare_url: str, opened: Open) -> None:
    database = opened(bare_url)
    with database.connection() as connection:
        connection.execute(text("CREATE TABLE welcome (anything TEXT)"))
        connection.commit()

    with pytest.raises(DatabaseTrouble, match=r"has a table of another program \(welcome\)"):
        migrate(database)
    with database.connection() as connection:
        assert tables(connection) == {"welcome"}


def test_an_upgrade_that_breaks_off_leaves_nothing_behind(
    bare_url: str, opened: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    def upgrade_half(config: object, revision: str) -> None:
        whole(config, revision)  # type: ignore[arg-type]  # what Alembic was handed
        raise OSError("power cut")

    whole = command.upgrade
    database = opened(bare_url)
    with monkeypatch.context() as patch:
        patch.setattr(command, "upgrade", upgrade_half)
        with pytest.raises(OSError, match="power cut"):
            migrate(database)

    with database.connection() as connection:
        assert tables(connection) == set()
    migrate(database)


def test_two_processes_may_migrate_at_once(bare_url: str, opened: Open) -> None:
    databases = [opened(bare_url), opened(bare_url)]
    with ThreadPoolExecutor(2) as threads:
        for done in [threads.submit(migrate, database) for database in databases]:
            done.result()
