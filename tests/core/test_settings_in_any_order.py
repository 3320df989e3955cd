"""With settings changed in between, too, talk comes out the same in any order and in any batches."""

import random
from collections.abc import Callable, Sequence
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.events import ButtonPressed, CommandGiven, Event, Tick
from tests.core.made import HOME, NOON, after, found
from tests.core.near import near_sighted
from tests.core.script import Script, channels
from tests.core.test_any_order import embedded, outcomes

CHANGES = (
    "set limit 30m",
    "set limit 8h",
    "set newcomer_limit 20m",
    "set sensitivity low",
    "set sensitivity high",
    "set salesy_threshold 0.9",
    "set working_hours Mon-Fri 9-17",
    "set timezone Asia/Tokyo",
    "set channels #help limit=1h sensitivity=high",
    "set channels #general watch=no",
    "set channels off",
    "set managers +bob",
    "set managers_channel off",
    "set excluded_members ada",
    "set excluded_members off",
    'import {"version": 1, "settings": {"limit": "3h", "managers": ["cleo"]}}',
)


def changed(text: str, number: int, minute: float) -> list[Event]:
    """Return that a manager asks for a change, and applies it."""
    asked, at = f"s{number}", after(minute)
    common = {"community": HOME, "channel": "managers", "member": "dan", "name": "Dan", "admin": True}
    return [
        CommandGiven.model_validate(
            {**common, "id": asked, "interaction": asked, "at": at, "text": f"settings {text}"}
        ),
        ButtonPressed.model_validate(
            {
                **common,
                "id": f"a{number}",
                "interaction": f"a{number}",
                "at": at + timedelta(seconds=1),
                "button": "settings.apply",
                "value": asked,
            }
        ),
    ]


def told(number: Callable[[int], int], chance: random.Random) -> tuple[list[list[Event]], list[list[Event]]]:
    """Return made talk with changes of settings between its parts: as it happened, and in disorder."""
    script = Script(number, NOON)
    plain: list[list[Event]] = [[found()], *([event] for event in channels(after(-30)))]
    mixed = [list(batch) for batch in plain]
    for part in range(3):
        said = script.happen(1 + number(15))
        between = script.now + timedelta(hours=1)
        minute = (between - NOON).total_seconds() / 60
        set_anew: list[Event] = [
            event
            for place in range(number(3))
            for event in changed(CHANGES[number(len(CHANGES))], 10 * part + place, minute + place)
        ]
        plain += [[event] for event in (*said, *set_anew)]
        mixed += _batches([*_shuffled(said, chance), *set_anew], chance)
        script.now = between + timedelta(hours=1)
        if part == 1:
            for story in (plain, mixed):
                story.append([Tick(at=script.now)])
            script.now += timedelta(hours=1)
    for story in (plain, mixed):
        story.append([Tick(at=script.now + timedelta(days=8))])
    return plain, mixed


def _shuffled(events: Sequence[Event], chance: random.Random) -> list[Event]:
    return chance.sample(events, len(events))


def _batches(events: Sequence[Event], chance: random.Random) -> list[list[Event]]:
    size = chance.choice((1, 2, 7, 100))
    return [list(events[start : start + size]) for start in range(0, len(events), size)]


@pytest.fixture(autouse=True)
def limits(monkeypatch: pytest.MonkeyPatch) -> None:
    """Have little talk reach the limits of what is looked at."""
    near_sighted(monkeypatch)


@settings(
    max_examples=6,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)
@given(data=st.data(), seed=st.integers(0, 2**32))
def test_changes_of_settings_keep_their_place_and_all_else_may_not(
    sqlite_template: Path, data: st.DataObject, seed: int
) -> None:
    plain, mixed = told(lambda below: data.draw(st.integers(0, below - 1)), random.Random(seed))
    with embedded(sqlite_template) as one, embedded(sqlite_template) as other:
        assert outcomes(other, mixed, seed) == outcomes(one, plain)
