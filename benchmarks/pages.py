"""How long each page takes in a large community, through real HTTP, and how many statements.

    python -m benchmarks.pages [--messages 1000000] [--times 30] [--json OUT]

In the community of benchmarks/large.py a manager opens the pages with a link, and loads each of them again
and again, one after the other.
"""

import argparse
import asyncio
import socket
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from statistics import median, quantiles
from threading import current_thread
from typing import Any
from zoneinfo import ZoneInfo

from aiohttp import ClientSession, CookieJar, web
from sqlalchemy import Engine, event, insert, text

from adapters.web.pages import add_pages
from benchmarks.figures import save, show
from benchmarks.large import HOME, TIME, WORDS, fill
from bot.clock import Clock, stopwatch
from bot.core import Core
from bot.desk import OpenDesk
from bot.engine import Engine as Running
from bot.events import CommandGiven
from bot.features import FEATURES
from bot.figures import WEEKS, count_week
from bot.installation import settle_in
from bot.keys import PAGES_KEY, link_id, signed, value_of
from bot.pictures import draw_svg
from bot.weeks import weeks
from storage.database import Database
from storage.tables import Digest, Failure, Outgoing, table

NOW = datetime(2026, 3, 5, 12, tzinfo=UTC)
UTC_ZONE = ZoneInfo("UTC")
# What went wrong in those two years, of everything that was sent.
SENT, WRONG = 20_000, 200
PAGES = (
    "",
    "questions",
    "questions?state=answered",
    "broadcasts",
    "broadcasts?verdict=broadcast",
    "digests",
    "feedback",
    "feedback?kind=bug",
    "health",
    "settings",
    "failures",
    "sends",
)


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure, print a table, and write JSON where asked to."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--messages", type=int, default=1_000_000, help="how many there are")
    parser.add_argument("--times", type=int, default=30, help="how often each page is loaded")
    parser.add_argument("--json", type=Path, help="also write the figures here")
    given = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory(prefix="hearth-pages-") as folder:
        database = Database(f"sqlite:///{folder}/large.db", synchronous="OFF")
        fill(database, given.messages, NOW)
        _add_more(database)
        pages = asyncio.run(_measure(database, given.times))
        database.close()
    show(
        f"Pages of a community of {given.messages:,} messages, in milliseconds",
        ("page", "first", "median", "95 %", "statements", "kB"),
        [
            (
                name or "overview",
                *(f"{of[each]:.0f}" for each in ("first", "median", "p95", "statements", "kb")),
            )
            for name, of in pages.items()
        ],
        f"Each loaded {given.times} times through HTTP; SQLite; the pictures are drawn apart.",
    )
    save(given.json, {"messages": given.messages, "times": given.times, "pages": pages})


async def _measure(database: Database, times: int) -> dict[str, dict[str, float]]:
    clock = Clock(NOW - Clock().now())
    engine = Running(database, {}, clock)
    application = web.Application()
    listener = socket.create_server(("127.0.0.1", 0))
    address = f"http://127.0.0.1:{listener.getsockname()[1]}"
    settle_in(database, address)
    desk = OpenDesk(
        database,
        engine.inbox,
        clock,
        address=address,
        retry=engine.retry,
        permalink=lambda _, ref: f"/#/{ref.channel}/{ref.message}",
        draw=draw_svg,
    )
    add_pages(application, desk)
    runner = web.AppRunner(application, access_log=None)
    await runner.setup()
    await web.SockSite(runner, listener).start()
    engine.start()
    try:
        async with ClientSession(address, cookie_jar=CookieJar(unsafe=True)) as browser:
            await browser.post(_link(database, clock.now()), headers={"Origin": address})
            return {page: await _load(browser, page, times) for page in PAGES}
    finally:
        await runner.cleanup()
        await engine.stop()


def _link(database: Database, at: datetime) -> str:
    """Have the community's manager ask for a link; return its path."""
    command = CommandGiven(
        id="web",
        community=HOME,
        at=at,
        channel="c0",
        member="u0",
        name="Ada",
        admin=True,
        text="web",
        interaction="i",
    )
    Core(database, FEATURES).receive([command])
    with database.reading() as tx:
        key = value_of(tx, PAGES_KEY)
    assert key is not None
    return f"/pages/open/{signed(key, link_id(key, HOME, 'web'))}"


async def _load(browser: ClientSession, page: str, times: int) -> dict[str, float]:
    took: list[float] = []
    size = 0
    with _counted() as statements:
        for _ in range(times):
            started = stopwatch()
            async with browser.get(f"/pages/{page}") as response:
                size = len(await response.read())
                assert response.status == 200, page
            took.append(1_000 * (stopwatch() - started))
    asked = len(statements) / times
    p95 = quantiles(took, n=20)[-1] if times > 1 else took[0]
    return {"first": took[0], "median": median(took), "p95": p95, "statements": asked, "kb": size / 1_000}


@contextmanager
def _counted() -> Iterator[list[str]]:
    """Gather the statements of other threads than the writer's: the pages' own."""
    asked: list[str] = []

    def note(_: object, __: object, statement: str, *___: object) -> None:
        if not current_thread().name.startswith("writer") and statement != "BEGIN DEFERRED":
            asked.append(statement)

    event.listen(Engine, "before_cursor_execute", note)
    yield asked
    event.remove(Engine, "before_cursor_execute", note)


def _add_more(database: Database) -> None:
    """Write what else the pages show: digests, failures, what was sent, and weeks as nights count them."""
    with database.connection() as connection:
        connection.execute(insert(table(Digest)), [_digest(week) for week in range(TIME.days // 7)])
        connection.execute(insert(table(Failure)), [_failure(number) for number in range(WRONG)])
        connection.execute(insert(table(Outgoing)), [_sent(number) for number in range(SENT)])
        connection.execute(text("ANALYZE"))
        connection.commit()
    with database.transaction() as tx:
        for week in weeks(NOW - timedelta(weeks=WEEKS), NOW, UTC_ZONE)[:-1]:
            count_week(tx, HOME, week, UTC_ZONE)


def _digest(week: int) -> dict[str, Any]:
    start = NOW - timedelta(weeks=week + 1)
    refs = [{"channel": "c9", "message": "m1"}]
    items = [{"text": " ".join(WORDS), "refs": refs} for _ in range(7)]
    sections = [{"name": name, "items": items} for name in ("Asked", "Wanted", "Reported", "Praised")]
    window = {"window_from": start, "window_to": start + timedelta(weeks=1), "made_at": NOW}
    return {"community": HOME, "subscription": "", **window, "sections": sections}


def _failure(number: int) -> dict[str, Any]:
    reason = {"reason": "ValueError in reading.read", "payload": "{}"}
    at = NOW - timedelta(hours=number)
    return {"community": HOME, "event": f"e{number}", "feature": "feedback", "at": at, **reason}


def _sent(number: int) -> dict[str, Any]:
    state = "doubtful" if number % (SENT // WRONG) == 0 else "sent"
    made = {"community": HOME, "key": f"k{number}", "kind": "post", "lane": "c0", "payload": ""}
    at = NOW - timedelta(minutes=number)
    doubts = {"tries": 0, "doubted": False, "reason": "", "again": 0}
    return {**made, "urgent": False, "state": state, "made_at": at, **doubts}


if __name__ == "__main__":
    main()
