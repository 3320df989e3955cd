"""Servers that change while Hearth is away, and what only those who manage them are told."""

from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import pytest

from adapters.discord.rights import permissions
from tests.fakes.discord_hearth import DiscordHearth, discord_hearth, hours
from tests.fakes.pretend_discord.permissions import MANAGE_GUILD, VIEW_CHANNEL
from tests.fakes.pretend_discord.things import Message, Overwrite

PITCH = "Limited time only: my teapots"
SALE = "Hi everyone! 50% off all plans, today only. Don't miss out, subscribe now and win a free year!"


@pytest.fixture
async def waiting(sqlite_url: str) -> AsyncIterator[DiscordHearth]:
    """Hearth in a server, yet to be started."""
    async with discord_hearth(sqlite_url) as made:
        yield made


@pytest.fixture
async def hearth(waiting: DiscordHearth) -> DiscordHearth:
    """Hearth in a server, running."""
    await waiting.start()
    return waiting


async def heard(hearth: DiscordHearth, statement: str) -> list[tuple[Any, ...]]:
    """Return what is in the database, once all that was told before is there."""
    await hearth.command("help")
    return hearth.look_up(statement)


@pytest.mark.parametrize("while_running", [True, False])
async def test_a_server_that_removed_hearth_while_it_was_away_is_left(
    hearth: DiscordHearth, while_running: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("adapters.discord.line._IDENTIFY_EVERY_S", 0.0)
    coffee = hearth.discord.server("Coffee", rights=permissions().value)
    general = coffee.channel("general")
    olga = coffee.person("Olga", rights=MANAGE_GUILD)
    await hearth.answer(olga.runs(general, "community status"))
    if while_running:
        # The line breaks, and its session is forgotten: nobody tells of what went on meanwhile.
        hearth.discord.gateway.silent = True
        del coffee.guild.members[hearth.discord.world.me.id]
        await hearth.discord.gateway.drop()
        hearth.discord.gateway.forget()
        hearth.discord.gateway.speak()
        await hearth.discord.until(lambda: hearth.discord.gateway.identified == 2)
    else:
        await hearth.stop()
        coffee.expels_me()
        await hearth.start()
    there = "SELECT name FROM community WHERE ended_at IS NULL"
    while await heard(hearth, there) != [("Pottery",)]:
        pass

    # Added again it begins anew, and says what it needs.
    coffee.invites_me(permissions().value)
    await hearth.until(lambda: [each for each in hearth.discord.said if each.channel == general.id][1:])
    ended = await heard(hearth, "SELECT name FROM community WHERE installed_at > ended_at")
    assert ended == [("Coffee",)]


async def test_an_outage_of_discords_is_no_removal(hearth: DiscordHearth) -> None:
    await hearth.stop()
    hearth.server.fails()
    coffee = hearth.discord.server("Coffee", rights=permissions().value)
    general, olga = coffee.channel("general"), coffee.person("Olga", rights=MANAGE_GUILD)
    await hearth.start()
    await hearth.answer(olga.runs(general, "community status"))
    assert hearth.look_up("SELECT name FROM community WHERE ended_at IS NOT NULL") == []


async def test_what_is_said_in_an_outage_of_discords_is_read_after_it(hearth: DiscordHearth) -> None:
    sam = hearth.server.person("Sam")
    await hearth.command("help")
    hearth.server.fails()
    sam.says(hearth.help, "Can you hear me?")
    # It is known to be away once anything told after that was heard.
    coffee = hearth.discord.server("Coffee", rights=permissions().value)
    olga = coffee.person("Olga", rights=MANAGE_GUILD)
    await hearth.answer(olga.runs(coffee.channel("general"), "community help"))
    hearth.later(hours(1))
    await hearth.stop()
    hearth.server.recovers()
    await hearth.start()
    while not await heard(hearth, "SELECT id FROM message"):
        pass


async def test_what_was_said_while_hearth_was_removed_is_not_read(hearth: DiscordHearth) -> None:
    coffee = hearth.discord.server("Coffee", rights=permissions().value)
    general, sam = coffee.channel("general"), coffee.person("Sam")
    olga = coffee.person("Olga", rights=MANAGE_GUILD)
    sam.says(general, "Before")
    await hearth.answer(olga.runs(general, "community help"))
    coffee.expels_me()
    sam.says(general, "Among us")
    coffee.invites_me(permissions().value)
    await hearth.until(lambda: [each for each in hearth.discord.said if each.channel == general.id][1:])
    # A gap is noted before Hearth says what it needs, and forgotten once it is read.
    assert await heard(hearth, "SELECT value FROM cursor WHERE name LIKE 'gap:%'") == []
    assert await heard(hearth, "SELECT text FROM message") == [("Before",)]


async def test_what_automod_says_counts_where_hearth_is_told(hearth: DiscordHearth) -> None:
    hearth.server.allow_me(permissions().value | MANAGE_GUILD)
    await hearth.set(managers_channel=hearth.managers)
    sam, eve, kim = (hearth.server.person(name) for name in ("Sam", "Eve", "Kim"))

    def flag_on(said: Message) -> list[Message]:
        cards = [each for each in hearth.managers.messages.values() if not each.only]
        return [each for each in cards if f"/{said.id}" in each.words and "own filter" in each.words]

    # What is stopped is no message; another try just after is read with that in mind.
    hearth.server.automod(sam, hearth.help, f"{PITCH} https://spam.example", "teapots")
    again = sam.says(hearth.help, PITCH)
    # What was before it may speak for it: that is looked at a minute later.
    await heard(hearth, "SELECT id FROM message")
    hearth.later(timedelta(minutes=2))
    await hearth.until(lambda: flag_on(again))
    # What is flagged is said all the same, and may be told of after it was heard.
    other = "Last chance: bowls that I make by hand"
    flagged = eve.says(hearth.help, other)
    hearth.server.automod(eve, hearth.help, other, "bowls", flags=flagged, trigger=3)
    await heard(hearth, "SELECT id FROM message")
    hearth.later(timedelta(minutes=2))
    await hearth.until(lambda: flag_on(flagged))
    # A rule on insults says nothing about selling.
    hearth.server.automod(kim, hearth.help, "idiot", "idiot", trigger=4)
    kim.says(hearth.help, PITCH)
    assert await heard(hearth, "SELECT author, message FROM filtered ORDER BY message IS NULL") == [
        (eve.id, flagged.id),
        (sam.id, None),
    ]
    assert len(await heard(hearth, "SELECT id FROM message")) == 3
    assert len(await heard(hearth, "SELECT message FROM broadcast WHERE verdict = 'salesy'")) == 2


async def test_a_line_that_comes_back_tells_of_automod_once(hearth: DiscordHearth) -> None:
    hearth.server.allow_me(permissions().value | MANAGE_GUILD)
    sam = hearth.server.person("Sam")
    await hearth.discord.gateway.drop()
    hearth.server.automod(sam, hearth.help, PITCH, "teapots")
    await hearth.until(lambda: hearth.discord.gateway.resumed)
    hearth.server.automod(sam, hearth.help, PITCH, "teapots")
    assert await heard(hearth, "SELECT author FROM filtered") == [(sam.id,)]


async def test_without_the_permission_status_says_so_and_all_else_works(hearth: DiscordHearth) -> None:
    hearth.server.automod(hearth.server.person("Sam"), hearth.help, PITCH, "teapots")
    status = await hearth.command("status")
    assert "Manage Server: what AutoMod stops or flags does not count" in status.words
    assert await heard(hearth, "SELECT author FROM filtered") == []
    hearth.server.allow_me(permissions().value | MANAGE_GUILD)
    assert "Manage Server" not in (await hearth.command("status")).words


async def test_what_was_in_the_way_is_told_until_it_is_no_more(hearth: DiscordHearth) -> None:
    await hearth.set(managers_channel=hearth.managers)
    sam, hidden = hearth.server.person("Sam"), Overwrite(hearth.server.id, 0, deny=VIEW_CHANNEL)
    mine = list(hearth.managers.overwrites)

    async def status() -> str:
        return (await hearth.answer(hearth.dana.runs(hearth.general, "community status"))).words

    hearth.server.change(hearth.managers, overwrites=[hidden])
    for again in (False, True):
        if again:
            # Known through a restart, it is met no more because the channel was opened meanwhile.
            await hearth.stop()
            hearth.managers.overwrites = [hidden]
            await hearth.start()
        sam.says(hearth.help, f"{SALE} {again}")
        while "may not see that channel" not in await status():
            pass
        if again:
            await hearth.stop()
            hearth.managers.overwrites = mine
            await hearth.start()
        else:
            hearth.server.change(hearth.managers, overwrites=mine)
        while "may not see that channel" in await status():
            pass
