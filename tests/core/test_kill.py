"""Killed at any moment and started again: nothing is lost, and nothing is said twice."""

from tests.fakes.kills import kill_again_and_again

KILLS = 14
SEED = 20


async def test_killed_again_and_again_it_does_everything_once(sqlite_url: str) -> None:
    run = await kill_again_and_again(sqlite_url, KILLS, SEED)

    assert run.account.wrong == {}
    assert run.kills == KILLS
    # It was about something: much was going on, and had to be told and looked for again.
    assert run.account.events > 3 * KILLS
    assert run.account.actions > 3 * KILLS
    assert run.account.refused > 0
    assert run.told > run.account.events
    assert run.looked_up > 0


async def test_an_adapter_that_forgets_to_look_is_found_out(sqlite_url: str) -> None:
    """The test above can fail: what was done when the kill came is done again."""
    run = await kill_again_and_again(sqlite_url, 3, SEED, "forgetful", only_at="done")

    assert run.account.wrong.keys() == {"sent_twice"}
