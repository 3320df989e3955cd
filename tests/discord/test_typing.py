"""What is suggested while somebody types a command, what its menus do, and how long values are kept."""

from datetime import timedelta

import pytest

from adapters.discord.kept import KeptValues
from bot.clock import Clock
from bot.memory import Memories
from storage.database import Database
from storage.tables import Message
from tests.fakes.discord_hearth import DiscordHearth, discord_hearth
from tests.fakes.pretend_discord.interactions import Interaction

SALE = "Hi everyone! 50% off all plans, today only. Don't miss out, subscribe now and win a free year!"


async def suggested(hearth: DiscordHearth, typed: Interaction) -> dict[str, str]:
    """Return what was suggested, by what it stands for."""
    await hearth.until(lambda: typed.answered)
    return {choice["value"]: choice["name"] for choice in typed.choices}


async def test_digests_are_suggested_to_who_may_know_of_them(hearth: DiscordHearth) -> None:
    await hearth.set(feedback_channel=hearth.managers)
    product, sam = hearth.server.channel("product"), hearth.server.person("Sam")
    await hearth.command("subscribe", about="bugs", every="daily", at="9:00", channel=product)
    for name in ("preview", "now", "pause", "resume", "unsubscribe"):
        command = f"community {name}"
        typed = await suggested(hearth, hearth.dana.types(hearth.managers, command, "which", ""))
        weekly, daily = typed
        assert weekly == "weekly"
        assert typed[daily] == f"{daily}: bugs, each day at 9:00 (UTC), to #product"
        typed = await suggested(hearth, hearth.dana.types(hearth.managers, command, "which", "BUGS, e"))
        assert [*typed] == [daily]
        typed = await suggested(hearth, sam.types(hearth.general, command, "which", ""))
        assert typed == {}
    answer = await hearth.command("pause", which=daily)
    assert daily in answer.words


async def test_what_is_typed_elsewhere_is_suggested_as_before(hearth: DiscordHearth) -> None:
    sam = hearth.server.person("Sam")
    typed = sam.types(hearth.general, "community subscribe", "timezone", "europe/lond")
    assert await suggested(hearth, typed) == {"Europe/London": "Europe/London"}


async def test_a_message_is_feedback_and_judged_from_its_menu(hearth: DiscordHearth) -> None:
    await hearth.set(managers_channel=hearth.managers)
    sam = hearth.server.person("Sam")
    said, sale = sam.says(hearth.help, "the wheel wobbles"), sam.says(hearth.help, SALE)
    asked = await hearth.answer(hearth.dana.uses("This is feedback", said))
    await hearth.answer(hearth.dana.presses(asked, "Bug"))
    assert "wobbles" in (await hearth.command("feedback")).words
    judged = await hearth.answer(sam.uses("Is this salesy?", sale))
    assert "reads like selling" in judged.words
    # Only who asked sees it.
    assert judged.only == sam.id
    nothing = await hearth.answer(sam.uses("Mark as answered", said))
    assert "no question" in nothing.words


async def test_commands_are_written_anew_only_when_they_changed(
    hearth: DiscordHearth, monkeypatch: pytest.MonkeyPatch
) -> None:
    commands = hearth.discord.commands
    await hearth.until(lambda: commands.writes == 1)
    assert commands.named(None, "community")["default_member_permissions"] is None
    for times, said in ((1, None), (2, "Mark this as answered")):
        await hearth.stop()
        if said:
            monkeypatch.setattr("adapters.discord.commands.MENUS", {said: "answered"})
        await hearth.start()
        await hearth.command("help")
        await hearth.until(lambda times=times: commands.writes == times)  # type: ignore[misc]
    assert commands.named(None, "Mark this as answered", 3)
    with pytest.raises(LookupError):
        commands.named(None, "Is this salesy?", 3)


async def test_another_server_is_told_the_commands_too(hearth: DiscordHearth) -> None:
    commands = hearth.discord.commands
    await hearth.until(lambda: commands.writes == 1)
    await hearth.stop()
    # The same application, by another address.
    assert "127.0.0.1" in hearth.discord.api
    hearth.settings["discord_api_url"] = hearth.discord.api.replace("127.0.0.1", "localhost")
    await hearth.start()
    await hearth.until(lambda: commands.writes == 2)


async def test_commands_that_are_too_many_for_today_are_written_tomorrow(
    sqlite_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("adapters.discord.registering._TRY_AGAIN_S", 0.05)
    async with discord_hearth(sqlite_url) as hearth:
        commands = hearth.discord.commands
        commands.refuse_today()
        await hearth.start()
        # All else works meanwhile.
        await hearth.until(lambda: commands.denied > 1)
        sam = hearth.server.person("Sam")
        sam.says(hearth.help, "Anybody here?")
        await hearth.until(lambda: [row for row in hearth.rows(Message) if row.text == "Anybody here?"])
        assert commands.writes == 0
        hearth.later(timedelta(days=1))
        await hearth.until(lambda: commands.writes == 1)
        assert commands.named(None, "community")
        denied = commands.denied
        await hearth.restart()
        await hearth.command("help")
        assert (commands.writes, commands.denied) == (1, denied)


async def test_long_values_are_kept_while_they_may_be_pressed(sqlite_url: str) -> None:
    database, clock = Database(sqlite_url), Clock()
    try:
        kept = KeptValues(Memories(database), clock.now)
        await kept.keep("discord:1", {"old": "a b\nc", "shown": "d"})
        assert await kept.value("discord:1", "old") == "a b\nc"
        assert await kept.value("discord:2", "old") == ""
        clock.forward(timedelta(days=200))
        await kept.keep("discord:1", {"shown": "d"})
        clock.forward(timedelta(days=201))
        await kept.forget_old("discord:1")
        assert await kept.value("discord:1", "old") == ""
        assert await kept.value("discord:1", "shown") == "d"
    finally:
        database.close()
