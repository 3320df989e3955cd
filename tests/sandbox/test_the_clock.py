"""The sandbox's clock goes forward, and what becomes due is handled before the answer."""

from datetime import datetime, timedelta

import pytest

from adapters.sandbox import Sandbox
from bot.clock import Clock
from bot.events import MessagePosted
from tests.sandbox.ear import Ear
from tests.sandbox.visitor import Visitor


def read(time: str) -> datetime:
    return datetime.fromisoformat(time)


async def test_hours_go_by_at_once(visitor: Visitor, ear: Ear, clock: Clock) -> None:
    await visitor.post("bob", "before")
    moved = await visitor.ok("POST", "/api/clock", {"forward_s": 4 * 3600})
    await visitor.post("bob", "after")

    assert moved["ahead_s"] == 4 * 3600
    assert moved["timezone"] == "UTC"
    assert clock.ahead == timedelta(hours=4)
    assert ear.ticks == 1
    before, after = (event for event in ear.heard if isinstance(event, MessagePosted))
    assert after.at - before.at >= timedelta(hours=4)


async def test_a_moment_is_reached(visitor: Visitor) -> None:
    now = read((await visitor.ok("GET", "/api/clock"))["now"])
    monday = (now + timedelta(days=7 - now.weekday())).replace(hour=9, minute=0, second=0, microsecond=0)
    moved = await visitor.ok("POST", "/api/clock", {"to": monday.isoformat()})
    assert timedelta(0) <= read(moved["now"]) - monday < timedelta(minutes=1)


@pytest.mark.parametrize(
    ("forward", "says"),
    [
        ({"forward_s": -1}, "Time only goes forward."),
        ({"to": "2020-01-01T00:00:00Z"}, "Time only goes forward."),
        ({"to": "9999-01-01T00:00:00Z"}, "That is further than 366 days; go there in steps."),
        ({"forward_s": 400 * 86_400}, "That is further than 366 days; go there in steps."),
        ({}, "Say either how far to go forward (forward_s) or to when (to)."),
        ({"forward_s": 1, "to": "2100-01-01T00:00:00Z"}, None),
        ({"forward_s": 1e300}, None),
        ({"forward_s": "soon"}, None),
        ({"to": "2100-01-01T00:00:00"}, None),
        ({"to": "Monday"}, None),
    ],
)
async def test_where_time_does_not_go(
    visitor: Visitor, ear: Ear, clock: Clock, forward: dict[str, object], says: str | None
) -> None:
    said = await visitor.refused(422, "POST", "/api/clock", forward)
    assert says is None or said == says
    assert clock.ahead == timedelta(0)
    assert ear.ticks == 0


async def test_a_machines_clock_put_back_does_not_turn_time_back(
    visitor: Visitor, clock: Clock, sandbox: Sandbox
) -> None:
    first = await visitor.post("bob", "first")
    clock.ahead -= timedelta(hours=1)
    second = await visitor.post("bob", "second")
    times = {message["id"]: message["at"] for message in await visitor.messages("bob")}
    assert times[second] >= times[first]
