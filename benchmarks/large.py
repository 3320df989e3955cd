"""A large community to measure: two years of made talk in 50 channels, written into the tables directly."""

import random
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import insert, text

from storage.database import Database
from storage.tables import (
    Broadcast,
    Channel,
    Community,
    Feedback,
    Member,
    Message,
    Question,
    Turn,
    table,
)
from storage.versions import migrate

HOME = "sandbox:large"
TIME = timedelta(days=728)
CHANNELS, PRIVATE = 50, 5
# Of so many messages one is of another member.
PER_MEMBER = 200
# Shares as exports have them: of messages that ask, of those nobody answered, of feedback, of broadcasts.
ASKS, OPEN, SAYS, SPEAKS, SELLS = 0.08, 0.3, 0.03, 0.03, 0.01
VERDICTS = ("request", "bug", "complaint", "praise")
WORDS = "board export invoice page printer column card when with does the my after before again slow".split()
AT_ONCE = 20_000


def fill(database: Database, messages: int, end: datetime) -> None:
    """Migrate an empty database, and write a community of so many messages until `end`, and what they are."""
    migrate(database)
    begin = end - TIME
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
                said = _said(number, begin + TIME * (number / messages), members, chance)
                for rows, row in zip(gathered, said, strict=True):
                    rows += [] if row is None else [row]
            for of, rows in zip(tables, gathered, strict=True):
                if rows:
                    connection.execute(insert(of), rows)
        connection.execute(text("ANALYZE"))
        connection.commit()


def _channel(number: int, at: datetime) -> dict[str, Any]:
    named = {"community": HOME, "id": f"c{number}", "name": f"channel-{number}", "changed_at": at}
    return {**named, "private": number < PRIVATE, "archived": False, "heard": True}


def _member(number: int, at: datetime) -> dict[str, Any]:
    named = {"community": HOME, "id": f"u{number}", "name": f"Member {number}", "named_at": at, "role_at": at}
    return {**named, "called": f"member {number}", "bot": False, "admin": number == 0, "first_seen_at": at}


def _said(
    number: int, at: datetime, members: int, chance: random.Random
) -> tuple[dict[str, Any] | None, ...]:
    """Return the rows of one message: itself, its turn, and what it may be: question, feedback, broadcast."""
    # A few channels and a few members say most.
    channel = f"c{min(int(chance.paretovariate(0.7)) - 1, CHANNELS - 1)}"
    author = f"u{min(int(chance.paretovariate(0.5)) - 1, members - 1)}"
    message, kind = f"m{number}", chance.random()
    here = {"community": HOME, "channel": channel}
    asks = kind < ASKS
    words = " ".join(chance.choices(WORDS, k=8 + int(chance.expovariate(0.05))))
    said = {**here, "id": message, "author": author, "bot": False, "posted_at": at, "text": words}
    probability = round(chance.random(), 6)
    judged = {
        **here,
        "message": message,
        "probability": probability,
        "reasons": ["ends with a question mark"],
    }
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
        {**judged, **told, "verdict": chance.choice(VERDICTS)} if ASKS <= kind < ASKS + SAYS else None,
        {**here, "message": message, **told, **sells} if kind > 1 - SPEAKS else None,
    )
