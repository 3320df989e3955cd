"""A figure of how soon commands are answered hides none that waited, and none that never was answered."""

import asyncio

from benchmarks.discord import LATE_S, Wait, at_their_times, counted
from bot.clock import stopwatch


async def test_commands_are_given_whatever_became_of_those_before() -> None:
    let, begun = asyncio.Event(), list[float]()

    async def give(due: float) -> Wait:
        begun.append(due)
        if len(begun) == 3:
            let.set()
        # None of them is answered until the last of them is given.
        await let.wait()
        return Wait(None, stopwatch() - due)

    now = stopwatch()
    times = [now - 2.0, now - 1.0, now]
    waits = await at_their_times(times, give)
    assert begun == times
    # They count from when they were due, not from when they were given.
    assert all(wait.answered is not None for wait in waits)
    assert [int(wait.answered or 0) >= late for wait, late in zip(waits, (2, 1, 0), strict=True)] == [
        True
    ] * 3


def test_what_is_never_answered_is_the_longest_wait() -> None:
    answered = [Wait(0.01, 0.02)] * 90
    lost = [Wait(0.03, None)] * 6 + [Wait(None, None)] * 4
    found = counted([*answered, *lost], behind=1.0)
    assert found.commands == 100
    assert found.failures == 10
    assert found.p50 == 20
    assert found.p99 == found.most == 1_000 * LATE_S
    # That it takes a moment was said to all but four.
    assert found.heard_p99 == 1_000 * LATE_S
    assert counted([*answered, *lost[:6]], behind=1.0).heard_p99 == 30
