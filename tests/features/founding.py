"""A community that was founded before is copied: for many tests that would be most of their time."""

import sqlite3
from collections import OrderedDict

from storage.database import Database

# Most tests want one of few communities.
_MOST = 8
_KNOWN: "OrderedDict[str, sqlite3.Connection]" = OrderedDict()


def is_fresh(database: Database) -> bool:
    """Return whether an embedded database holds nothing yet."""
    if not database.embedded:
        return False
    there = sqlite3.connect(database.path)
    tables = [name for (name,) in there.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
    filled = " UNION ALL ".join(
        f"SELECT EXISTS (SELECT 1 FROM {name})"
        for name in tables
        if name != "alembic_version" and not name.startswith("sqlite_")
    )
    fresh = not any(found for (found,) in there.execute(filled))
    there.close()
    return fresh


def is_copied(database: Database, key: str) -> bool:
    """Make a fresh database a copy of one in which the same was founded; return whether there is one."""
    known = _KNOWN.get(key)
    if known is None:
        return False
    _KNOWN.move_to_end(key)
    there = sqlite3.connect(database.path)
    known.backup(there)
    there.close()
    return True


def keep_copy(database: Database, key: str) -> None:
    """Keep a copy of a database that was fresh until something was founded in it."""
    there, copy = sqlite3.connect(database.path), sqlite3.connect(":memory:")
    there.backup(copy)
    there.close()
    _KNOWN[key] = copy
    if len(_KNOWN) > _MOST:
        _KNOWN.popitem(last=False)[1].close()
