"""How long each page takes in a large community, through real HTTP, and how many statements.

    python -m benchmarks.pages [--messages 1000000] [--times 30] [--json OUT]

Two years of made talk in 50 channels are written into the tables directly; then a manager opens the pages
with a link, and loads each of them again and again, one after the other.
"""

import argparse
import asyncio
import random
import socket
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from statistics import median, quantiles
from threading import current_thread
from typing import Any

from aiohttp import ClientSession, CookieJar, web
from sqlalchemy import Engine, event, insert, text

from adapters.web.pages import add_pages
from benchmarks.figures import save, show
from bot.clock import Clock, stopwatch
from bot.core import Core
from bot.desk import OpenDesk
from bot.engine import Engine as Running
from bot.events import CommandGiven
from bot.features import FEATURES
from bot.installation import settle_in
from bot.keys import PAGES_KEY, link_id, signed, value_of
from bot.pictures import draw_svg
from storage.database import Database
from storage.tables import (
    Broadcast,
    Channel,
    Community,
    Digest,
    Failure,
    Feedback,
    Member,
    Message,
    Outgoing,
    Question,
    Turn,
    table,
)
from storage.versions import migrate

HOME = "sandbox:large"
TIME = timedelta(days=728)
NOW = datetime(2026, 3, 5, 12, tzinfo=UTC)
CHANNELS, PRIVATE = 50, 5
# Of so many messages one is of another member.
PER_MEMBER = 200
# Shares as exports have them: of messages that ask, of those nobody answered, of feedback, of broadcasts.
ASKS, OPEN, SAYS, SPEAKS, SELLS = 0.08, 0.3, 0.03, 0.03, 0.01
# What went wrong in those two years, of everything that was sent.
SENT, WRONG = 20_000, 200
WORDS = "board export invoice page printer column card when with does the my after before again slow".split()
AT_ONCE = 20_000
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


def main() -> None:
    """Measure, print a table, and write JSON where asked to."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--messages", type=int, default=1_000_000, help="how many there are")
    parser.add_argument("--times", type=int, default=30, help="how often each page is loaded")
    parser.add_argument("--json", type=Path, help="also write the figures here")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="hearth-pages-") as folder:
        database = Database(f"sqlite:///{folder}/large.db", synchronous="OFF")
        migrate(database)
        fill(database, given.messages)
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


def fill(database: Database, messages: int) -> None:
    """Write a community of so many messages, with what was made of them."""
    begin = NOW - TIME
    chance = random.Random(1)
    members = max(messages // PER_MEMBER, 10)
    settings = {"managers_channel": "c0", "feedback_channel": "c1"}
    home = {"id": HOME, "name": "Large", "named_at": begin, "found_at": begin, "settings": settings}
    with database.connection() as connection:
        connection.execute(insert(table(Community)), [home])
        connection.execute(insert(table(Channel)), [_channel(number, begin) for number in range(CHANNELS)])
        connection.execute(
            insert(table(Member)),
            [_member(number, begin + TIME * (number / members)) for number in range(members)],
        )
        tables = [table(each) for each in (Message, Turn, Question, Feedback, Broadcast)]
        for first in range(0, messages, AT_ONCE):
            gathered: list[list[dict[str, Any]]] = [[] for _ in tables]
            for number in range(first, min(first + AT_ONCE, messages)):
                for rows, row in zip(gathered, _said(number, messages, members, chance), strict=True):
                    rows += [] if row is None else [row]
            for of, rows in zip(tables, gathered, strict=True):
                if rows:
                    connection.execute(insert(of), rows)
        connection.execute(insert(table(Digest)), [_digest(week) for week in range(TIME.days // 7)])
        connection.execute(insert(table(Failure)), [_failure(number) for number in range(WRONG)])
        connection.execute(insert(table(Outgoing)), [_sent(number) for number in range(SENT)])
        connection.execute(text("ANALYZE"))
        connection.commit()


def _channel(number: int, at: datetime) -> dict[str, Any]:
    named = {"community": HOME, "id": f"c{number}", "name": f"channel-{number}", "changed_at": at}
    return {**named, "private": number < PRIVATE, "archived": False}


def _member(number: int, at: datetime) -> dict[str, Any]:
    named = {"community": HOME, "id": f"u{number}", "name": f"Member {number}", "named_at": at, "role_at": at}
    return {**named, "called": f"member {number}", "bot": False, "admin": number == 0, "first_seen_at": at}


def _said(
    number: int, messages: int, members: int, chance: random.Random
) -> tuple[dict[str, Any] | None, ...]:
    """Return the rows of one message: itself, its turn, and what it may be."""
    at = NOW - TIME * (1 - number / messages)
    # A few channels and a few members say most.
    channel = f"c{min(int(chance.paretovariate(0.7)) - 1, CHANNELS - 1)}"
    author = f"u{min(int(chance.paretovariate(0.5)) - 1, members - 1)}"
    message, kind = f"m{number}", chance.random()
    here = {"community": HOME, "channel": channel}
    asks = kind < ASKS
    words = " ".join(chance.choices(WORDS, k=8 + int(chance.expovariate(0.05))))
    said = {**here, "id": message, "author": author, "bot": False, "posted_at": at, "text": words}
    judged = {**here, "message": message, "probability": 0.9, "reasons": ["ends with a question mark"]}
    state = "unanswered" if chance.random() < OPEN else "answered"
    signal = {"name": "x", "axis": "commercial", "weight": 0.6, "spans": [[0, 5]], "reason": "an ask to buy"}
    verdict = "salesy" if kind > 1 - SELLS else "broadcast"
    sells = {"salesy": 0.7, "verdict": verdict, "signals": [signal]}
    told = {"author": author, "posted_at": at}
    asked = {"asker": author, "asked_at": at, "state": state, "helper": f"u{chance.randrange(members)}"}
    heard_back = {"first_response_at": at + timedelta(minutes=chance.expovariate(0.02))}
    head = {"head": message, "how": "first", "asks": asks, "question": message if asks else None}
    return (
        {**said, "text_at": at, "links": [], "mentions": []},
        {**here, "message": message, **head},
        {**judged, **asked, **heard_back} if asks else None,
        {**judged, **told, "verdict": chance.choice(("request", "bug", "complaint", "praise"))}
        if ASKS <= kind < ASKS + SAYS
        else None,
        {**here, "message": message, **told, **sells} if kind > 1 - SPEAKS else None,
    )


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
