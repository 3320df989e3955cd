"""Stories that members of a Discord server live through, with everything real but Discord itself."""

from collections.abc import AsyncIterator

import pytest

from tests.fakes.discord_hearth import DiscordHearth, discord_hearth, hours
from tests.fakes.pretend_discord import CONTENT


@pytest.fixture
async def discord(sqlite_url: str) -> AsyncIterator[DiscordHearth]:
    """Hearth in a server, running."""
    async with discord_hearth(sqlite_url) as hearth:
        await hearth.start()
        yield hearth


async def test_hearth_says_what_it_needs_and_is_told(discord: DiscordHearth) -> None:
    card = await discord.shown(discord.general, "needs 3 channels")
    discord.dana.chooses(card, "Channel for flags", discord.managers)
    await discord.until(lambda: "needs 2 channels" in card.words)
    asked = discord.dana.presses(card, "Another timezone…")
    await discord.until(lambda: asked.form)
    sent = discord.dana.submits(asked, What_it_shall_be="Europe/London")
    preview = await discord.answer(sent)
    await discord.answer(discord.dana.presses(preview, "Apply"))
    assert "Europe/London" in (await discord.command("settings")).words


async def test_a_stranger_is_welcomed_asks_and_is_answered(discord: DiscordHearth) -> None:
    await discord.set(
        managers_channel=discord.managers,
        welcome_channel=discord.general,
        timezone="Europe/London",
        working_hours="Mon-Fri 09:00-17:00",
        mark_answered="yes",
    )
    sam = discord.server.joins("Sam")
    discord.discord.may_ping(sam)
    await discord.command("help")
    discord.goes_to(discord.clock.now() + hours(1 / 60))
    welcome = await discord.shown(discord.general, "Tell us what brings you here")
    assert welcome.pings == {sam.id}

    # At ten past three: four working hours end at eleven the next day.
    discord.goes_to(discord.clock.now() + hours(5) + hours(1 / 6))
    question = sam.says(discord.help, "How do I export my glaze recipes to CSV?")
    discord.goes_to(discord.clock.now() + hours(12))
    await discord.command("questions")
    assert not [
        said for said in discord.managers.messages.values() if "glaze" in said.words and not said.only
    ]
    discord.goes_to(discord.clock.now() + hours(8))
    flag = await discord.shown(discord.managers, "How do I export my glaze recipes to CSV?")
    assert f"/{discord.help.id}/{question.id}" in flag.words

    hela = discord.server.person("Hela")
    hela.says(discord.help, "Open Settings, then Export, and choose CSV.", to=question)
    sam.says(discord.help, "Thanks, that worked!")
    await discord.until(lambda: "Answered" in flag.words)
    await discord.until(lambda: "✅" in question.reactions)


async def test_a_post_in_a_forum_gets_its_tag(discord: DiscordHearth) -> None:
    await discord.set(mark_answered="yes")
    forum = discord.server.forum("questions", ["Answered", "glazes"])
    sam, hela = discord.server.person("Sam"), discord.server.person("Hela")
    thread, _ = sam.posts(forum, "CSV", "How do I export my glaze recipes to CSV?", ["glazes"])
    hela.says(thread, "Open Settings, then Export, and choose CSV.")
    sam.says(thread, "Thanks, that worked!")
    tags = {tag.name: tag.id for tag in forum.tags}
    await discord.until(lambda: thread.applied == [tags["glazes"], tags["Answered"]])


async def test_a_verdict_is_overturned_from_a_message_and_from_the_card(discord: DiscordHearth) -> None:
    await discord.set(managers_channel=discord.managers, mark_answered="yes")
    sam, hela = discord.server.person("Sam"), discord.server.person("Hela")
    question = sam.says(discord.help, "How do I centre clay on the wheel?")
    await discord.command("questions")
    discord.goes_to(discord.clock.now() + hours(30))
    flag = await discord.shown(discord.managers, "How do I centre clay")
    hela.says(discord.help, "Wet hands, and both elbows on your knees.", to=question)
    await discord.answer(discord.dana.uses("Mark as answered", question))
    await discord.until(lambda: "marked as answered by" in flag.words)
    await discord.until(lambda: "✅" in question.reactions)
    discord.dana.presses(flag, "Reopen")
    await discord.until(lambda: "✅" not in question.reactions)


async def test_what_was_said_while_hearth_was_away_is_read(discord: DiscordHearth) -> None:
    await discord.set(managers_channel=discord.managers)
    sam = discord.server.person("Sam")
    sam.says(discord.help, "Good morning all")
    await discord.command("questions")
    await discord.stop()
    discord.goes_to(discord.clock.now() + hours(1))
    sam.says(discord.help, "How do I mend a broken teapot?")
    forum = discord.server.forum("posts")
    sam.posts(forum, "Kiln", "Where do I buy a small kiln?")
    eve = discord.server.joins("Eve", quietly=True)
    discord.discord.may_ping(eve)
    await discord.start()

    async def both() -> bool:
        answer = await discord.command("questions")
        return "broken teapot" in answer.words and "small kiln" in answer.words

    for _ in range(10):
        if await both():
            break
    assert await both()


async def test_a_line_that_broke_and_a_session_that_was_forgotten(
    discord: DiscordHearth, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("adapters.discord.line._IDENTIFY_EVERY_S", 0.0)
    sam = discord.server.person("Sam")
    gateway = discord.discord.gateway
    await gateway.drop()
    sam.says(discord.help, "How do I glaze a bowl?")
    await discord.discord.until(lambda: gateway.resumed == 1)
    assert "glaze a bowl" in (await discord.command("questions")).words
    await gateway.drop()
    gateway.forget()
    sam.says(discord.help, "How do I fire a kiln?")
    await discord.discord.until(lambda: gateway.identified == 2)
    while "fire a kiln" not in (await discord.command("questions")).words:
        pass


async def test_without_the_intents_it_says_what_is_off(sqlite_url: str) -> None:
    async with discord_hearth(sqlite_url, granted=CONTENT) as hearth:
        await hearth.start()
        status = await hearth.command("status")
        assert "Server Members Intent" in status.words
        assert "Message Content Intent" not in status.words


async def test_commands_are_registered_once(discord: DiscordHearth) -> None:
    commands = discord.discord.commands
    await discord.until(lambda: commands.writes == 1)
    await discord.stop()
    await discord.start()
    typed = discord.dana.types(discord.managers, "community settings", "set", "welc")
    await discord.until(lambda: typed.choices)
    assert {choice["name"] for choice in typed.choices} >= {"welcome_channel", "welcome_text"}
    assert commands.writes == 1
