"""Writes a migration from the difference between the models and a database at the newest one."""

import sys
import tempfile

from alembic import command
from alembic.script import ScriptDirectory

from storage.database import Database
from storage.versions import configuration, migrate


def main() -> None:
    """Write it under storage/migrations/versions, numbered after the newest."""
    if len(sys.argv) != 2:
        sys.exit('Say what changed: python -m storage.migrations "What changed"')
    with tempfile.TemporaryDirectory() as folder:
        database = Database(f"sqlite:///{folder}/newest.db")
        migrate(database)
        with database.connection() as connection:
            config = configuration(connection)
            number = len(list(ScriptDirectory.from_config(config).walk_revisions())) + 1
            command.revision(config, message=sys.argv[1], autogenerate=True, rev_id=f"{number:04}")
        database.close()


if __name__ == "__main__":
    main()
