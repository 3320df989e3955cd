"""Who administers a server, and who is in it, as it is by now; told once."""

import pytest

from bot.communities import MANAGERS_ONLY
from tests.fakes.discord_hearth import DiscordHearth, discord_hearth, hours
from tests.fakes.pretend_discord import CONTENT, Person
from tests.fakes.pretend_discord.permissions import MANAGE_GUILD

ADMINS = "SELECT name FROM member WHERE admin ORDER BY name"


async def may_manage(hearth: DiscordHearth, person: Person) -> bool:
    """Tell whether somebody may do what managers may."""
    answer = await hearth.command("settings", by=person)
    return MANAGERS_ONLY not in answer.words


@pytest.mark.parametrize("how", ["the role may no more", "the role is gone"])
async def test_who_manages_by_a_role_that_changed_does_no_longer(hearth: DiscordHearth, how: str) -> None:
    keeper = hearth.server.role("Keeper", MANAGE_GUILD)
    eve = hearth.server.joins("Eve")
    eve.gets(keeper)
    assert await may_manage(hearth, eve)
    assert hearth.look_up(ADMINS) == [("Dana",), ("Eve",), ("Owner",)]
    if how == "the role is gone":
        hearth.server.abolish(keeper)
    else:
        hearth.server.allow(keeper, 0)
    await hearth.until(lambda: hearth.look_up(ADMINS) == [("Dana",), ("Owner",)])
    assert not await may_manage(hearth, eve)


async def test_a_server_that_is_given_away_is_managed_by_who_has_it(hearth: DiscordHearth) -> None:
    eve = hearth.server.joins("Eve")
    assert not await may_manage(hearth, eve)
    hearth.server.belongs_to(eve)
    await hearth.until(lambda: hearth.look_up(ADMINS) == [("Dana",), ("Eve",)])
    assert await may_manage(hearth, eve)


async def test_what_discord_says_with_a_command_counts_where_members_are_not_told(sqlite_url: str) -> None:
    async with discord_hearth(sqlite_url, granted=CONTENT) as hearth:
        keeper, eve = hearth.server.role("Keeper", MANAGE_GUILD), hearth.server.person("Eve")
        eve.gets(keeper)
        await hearth.start()
        assert await may_manage(hearth, eve)
        hearth.server.allow(keeper, 0)
        assert not await may_manage(hearth, eve)
        hearth.server.allow(keeper, MANAGE_GUILD)
        assert await may_manage(hearth, eve)
        await hearth.stop()
        hearth.server.abolish(keeper)
        await hearth.start()
        assert not await may_manage(hearth, eve)
        assert hearth.look_up(ADMINS) == []


async def test_who_came_and_left_is_told_of_once(hearth: DiscordHearth) -> None:
    eve, sam, kim = (hearth.server.joins(name) for name in ("Eve", "Sam", "Kim"))
    await hearth.command("help")
    eve.leaves()
    sam.leaves()
    hearth.later(hours(1))
    hearth.server.joins(sam)
    await hearth.command("help")
    told = "SELECT event FROM handled WHERE event LIKE '%-joined:%' OR event LIKE '8-left:%'"
    known = hearth.look_up(told)
    assert len(known) == 6
    await hearth.restart()
    await hearth.command("help")
    assert hearth.look_up(told) == known
    # Who leaves and comes again meanwhile joined anew.
    await hearth.stop()
    kim.leaves(quietly=True)
    hearth.later(hours(1))
    hearth.server.joins(kim, quietly=True)
    await hearth.start()
    await hearth.until(lambda: len(hearth.look_up(told)) > len(known))
    [again] = set(hearth.look_up(told)) - set(known)
    assert again[0].startswith(f"3-joined:{kim.id}:")


async def test_a_role_that_was_taken_counts_no_more_where_members_are_not_told(sqlite_url: str) -> None:
    async with discord_hearth(sqlite_url, granted=CONTENT) as hearth:
        keeper, eve = hearth.server.role("Keeper"), hearth.server.person("Eve")
        eve.gets(keeper)
        await hearth.start()
        await hearth.set(managers=keeper.id)
        assert await may_manage(hearth, eve)
        eve.member.roles.remove(keeper.id)
        assert not await may_manage(hearth, eve)
        assert hearth.look_up(f"SELECT roles FROM member WHERE id = '{eve.id}'") == [("[]",)]


@pytest.mark.parametrize("compared", [True, False])
async def test_who_passes_the_screening_while_hearth_starts_is_admitted(
    hearth: DiscordHearth, monkeypatch: pytest.MonkeyPatch, compared: bool
) -> None:
    hearth.server.guild.screening = True
    eve = await hearth.joins("Eve")
    await hearth.command("help")
    await hearth.stop()
    hearth.later(hours(1))
    if compared:
        # They pass after the members were gone through.
        await hearth.start()
        await hearth.command("help")
        eve.passes()
    else:
        # Before Hearth comes to that: Discord has it wait with what was missed.
        monkeypatch.setattr("adapters.discord.calls._WAIT_S", 0.05)
        hearth.discord.plan("GET", "/channels/{channel}/threads/archived/{kind}", 429, times=10_000)
        await hearth.start()
        await hearth.command("help")
        eve.passes()
        changed = f"SELECT event FROM handled WHERE event LIKE '2-member:{eve.id}:%'"
        await hearth.until(lambda: hearth.look_up(changed))
        hearth.discord.front.plans.clear()
    admitted = f"SELECT event FROM handled WHERE event LIKE '3-admitted:{eve.id}:%'"
    await hearth.until(lambda: hearth.look_up(admitted), "the end of the screening")
