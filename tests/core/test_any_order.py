"""In whatever order, however often and in whatever batches talk is told, the same tables come out."""

import random
import shutil
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import text

from bot.actions import ACTION
from bot.core import Core
from bot.events import ButtonPressed, Event, Tick
from bot.features import FEATURES
from storage.database import Database
from storage.tables import METADATA
from tests.core.contents import contents
from tests.core.made import NOON, after, found, pressed
from tests.core.near import near_sighted
from tests.core.script import Script, channels

BUTTONS = (
    *(f"question.{name}" for name in ("answered", "not_a_question", "take", "later", "staff", "open")),
    *("question.undo",) * 3,
    *(f"broadcast.{name}" for name in ("fine", "salesy", "talk")),
)
# A card is posted or updated for how things stood in between, so these depend on the order, and
# legitimately so; but not what is said once time has gone by.
SAID_WHEN_DUE = ("flag:", "welcome:", "raid:", "raid-told:", "digest:")


@dataclass(frozen=True)
class Talk:
    """What happened, in parts: between them, and only there, time goes by for Hearth.

    What an adapter says of its community and channels when it starts comes first; a button is answered at
    once, by what is known at that moment, so presses keep their place.
    """

    first: Sequence[Event]
    presses: Sequence[ButtonPressed]
    second: Sequence[Event]
    between: datetime
    end: datetime


def made(number: Callable[[int], int]) -> Talk:
    """Make talk; `number` draws a number below another."""
    script = Script(number, NOON)
    first = script.happen(1 + number(30))
    between = script.now + timedelta(days=1)
    presses: list[ButtonPressed] = []
    for place in range(number(5)):
        said = script.messages[number(len(script.messages))]
        name, value = BUTTONS[number(len(BUTTONS))], f"{said.channel}/{said.message}"
        # Who undoes presses the button of the decision they see.
        undone = presses and name == "question.undo"
        button = pressed(name, f"{presses[-1].value}/1" if undone else value)
        named = {"id": f"p{place}", "interaction": f"p{place}", "at": between + timedelta(minutes=place)}
        presses.append(button.model_copy(update=named))
    script.now = between + timedelta(hours=1)
    second = script.happen(number(16))
    return Talk(first, presses, second, between, script.now + timedelta(days=8))


@st.composite
def talks(draw: st.DrawFn) -> Talk:
    return made(lambda below: draw(st.integers(0, below - 1)))


def in_order(talk: Talk) -> list[list[Event]]:
    """Return the talk as it happened, one event a batch."""
    parts: list[Event] = [
        found(),
        *channels(after(-30)),
        *talk.first,
        Tick(at=talk.between),
        *talk.presses,
        *talk.second,
        Tick(at=talk.end),
        # The days are counted one after the other.
        Tick(at=talk.end + timedelta(minutes=1)),
    ]
    return [[event] for event in parts]


def in_disorder(talk: Talk, chance: random.Random) -> list[list[Event]]:
    """Return the talk shuffled, with some of it told again, in batches of any size."""

    def shuffled(events: Sequence[Event]) -> list[Event]:
        """Delay each by up to so many others: some a little, or all so much that no order is left."""
        told = sorted([*range(len(events)), *chance.choices(range(len(events)), k=len(events) // 3)])
        delay = chance.choice((1.5, 4, 1_000))
        order = sorted((number + delay * chance.random(), number) for number in told)
        return [events[number] for _, number in order]

    parts: list[Event] = [
        found(),
        *channels(after(-30)),
        *shuffled(talk.first),
        Tick(at=talk.between),
        *(press for press in talk.presses for _ in range(chance.choice((1, 2)))),
        *shuffled(talk.second),
        *chance.sample(talk.first, len(talk.first) // 4),
        Tick(at=talk.end),
        Tick(at=talk.end + timedelta(minutes=1)),
    ]
    batches: list[list[Event]] = []
    while parts:
        # A look is taken before time goes by, so a tick begins a batch.
        until_tick = next((n for n, part in enumerate(parts) if n and isinstance(part, Tick)), len(parts))
        size = min(chance.choice((1, 2, 3, 7, 20, 100)), until_tick)
        batches.append(parts[:size])
        parts = parts[size:]
    return batches


Tables = dict[str, list[dict[str, Any]]]


def outcomes(database: Database, batches: Sequence[Sequence[Event]], seed: int = 0) -> list[Tables]:
    """Return the tables before each time that goes by, and in the end; now and then another core goes on."""
    chance = random.Random(seed)
    cores = [Core(database, FEATURES), Core(database, FEATURES)]
    core = cores[0]
    found = []
    for batch in batches:
        if chance.random() < 0.2:
            core = chance.choice(cores)
        if isinstance(batch[0], Tick):
            found.append(_comparable(database))
        left = list(batch)
        while left:
            # Now and then somebody waits, and the batch ends early.
            del left[: core.receive(left, hurry=lambda left: chance.random() < 0.1)]
    return [*found, _comparable(database)]


def _comparable(database: Database) -> Tables:
    tables = contents(database)
    assert tables["failure"] == []
    tables["outgoing"] = sorted(
        (
            {"key": row["key"], "action": ACTION.validate_json(row["payload"])}
            for row in tables["outgoing"]
            if row["kind"] == "post" and row["key"].startswith(SAID_WHEN_DUE)
        ),
        key=lambda row: str(row["key"]),
    )
    return tables


@pytest.fixture(autouse=True)
def limits(monkeypatch: pytest.MonkeyPatch) -> None:
    """Have little talk reach the limits of what is looked at."""
    near_sighted(monkeypatch)
    for module in ("turns", "states"):
        monkeypatch.setattr(f"bot.features.questions.{module}.BURST_CHARACTERS", 60)
        monkeypatch.setattr(f"bot.features.questions.{module}.ONE_UTTERANCE", 40)
    monkeypatch.setattr("bot.features.questions.states.CONVERSATION", 3)


@contextmanager
def embedded(template: Path) -> Iterator[Database]:
    with tempfile.TemporaryDirectory() as folder:
        shutil.copy(template, f"{folder}/hearth.db")
        database = Database(f"sqlite:///{folder}/hearth.db", synchronous="OFF")
        yield database
        database.close()


@settings(
    max_examples=14,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)
@given(talk=talks(), seed=st.integers(0, 2**32))
def test_any_order_ends_in_the_same_tables(sqlite_template: Path, talk: Talk, seed: int) -> None:
    with embedded(sqlite_template) as one, embedded(sqlite_template) as other:
        assert outcomes(other, in_disorder(talk, random.Random(seed)), seed) == outcomes(one, in_order(talk))


@pytest.fixture
def two(postgresql_url: str) -> Iterator[Database]:
    database = Database(postgresql_url)
    yield database
    database.close()


@settings(
    max_examples=3,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)
@given(talk=talks(), seed=st.integers(0, 2**32))
def test_postgresql_ends_in_the_tables_of_sqlite(
    sqlite_template: Path, two: Database, talk: Talk, seed: int
) -> None:
    with two.transaction() as tx:
        tx.run(text(f"TRUNCATE {', '.join(METADATA.tables)} RESTART IDENTITY"))
    with embedded(sqlite_template) as one:
        assert outcomes(two, in_disorder(talk, random.Random(seed)), seed) == outcomes(one, in_order(talk))
