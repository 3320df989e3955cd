"""Discord's limit on beginning sessions is kept, whatever goes wrong."""

from itertools import pairwise

import pytest

from adapters.discord.identifying import Identifying
from bot.compose import CannotStart
from tests.fakes.discord_hearth import discord_hearth

DAY_S = 24 * 60 * 60.0


@pytest.mark.parametrize("shards", [1, 16])
def test_shards_identify_apart_and_never_too_often_in_a_day(shards: int) -> None:
    identifying = Identifying(shards, 5.0)
    now, times = 0.0, list[float]()
    while now < 2 * DAY_S:
        now += identifying.wait(now)
        identifying.took(now)
        times.append(now)
    assert times[0] == 0
    assert all(later - earlier >= 5 for earlier, later in pairwise(times))
    # A few dozen broken sessions cost no time, all day long broken ones cost no token.
    assert times[shards + 40] == (shards + 40) * 5
    for begin in times:
        assert sum(begin <= each < begin + DAY_S for each in times) < 1_000


async def test_it_does_not_begin_a_session_too_many(sqlite_url: str) -> None:
    async with discord_hearth(sqlite_url) as hearth:
        hearth.discord.gateway.identifies_left = 0
        with pytest.raises(CannotStart, match="used up: start Hearth again in 241 minutes"):
            await hearth.start()
        assert hearth.discord.gateway.identified == 0
