"""Imports an export in processes that can be killed, each at a statement that is told.

    python -m tests.fakes.import_child EXPORT DATABASE_URL NOW

What takes long to start, it does once. For each number on standard input it forks a child that imports until
so many statements and commits have reached the database, and is then killed; it writes how the child ended.
"""

import gc
import os
import signal
import sys
import traceback
from datetime import datetime
from itertools import count
from pathlib import Path

from sqlalchemy import Engine, event

from adapters.exports import open_export
from bot import importing
from storage.database import Database

# Little talk is to make many batches.
_AT_ONCE = 7


def die_at(number: int) -> None:
    """Have this process killed at so many statements and commits from now."""
    left = count(number, -1)

    def one_more(*_: object) -> None:
        if next(left) == 0:
            os.kill(os.getpid(), signal.SIGKILL)

    event.listen(Engine, "before_cursor_execute", one_more)
    event.listen(Engine, "after_cursor_execute", one_more)
    event.listen(Engine, "commit", one_more)


def run(export: Path, database_url: str, now: datetime) -> None:
    """Import all of it."""
    importing._AT_ONCE = _AT_ONCE
    database = Database(database_url)
    with open_export([export]) as past:
        importing.import_past(past, database, past.community, now, lambda doing, done, of: None)
    database.close()


def main() -> None:
    export, database_url, now = Path(sys.argv[1]), sys.argv[2], datetime.fromisoformat(sys.argv[3])
    # A child that looked through all this for garbage would copy it.
    gc.freeze()
    for line in sys.stdin:
        child = os.fork()
        if child == 0:
            try:
                die_at(int(line))
                run(export, database_url, now)
            except BaseException:
                traceback.print_exc()
                os._exit(1)
            os._exit(0)
        _, status = os.waitpid(child, 0)
        sys.stdout.write(f"{os.waitstatus_to_exitcode(status)}\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
