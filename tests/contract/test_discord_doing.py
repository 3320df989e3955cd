"""What Hearth does in Discord: once, within Discord's limits, with nobody's words turned against anybody."""

from collections.abc import AsyncIterator

import pytest

from adapters.discord.names import read_name
from adapters.discord.rights import permissions
from tests.fakes.discord_hearth import DiscordHearth, discord_hearth, hours
from tests.fakes.pretend_discord.permissions import (
    ADD_REACTIONS,
    ATTACH_FILES,
    EMBED_LINKS,
    EVERYONE,
    READ_MESSAGE_HISTORY,
    SEND_MESSAGES,
    VIEW_CHANNEL,
)
from tests.fakes.pretend_discord.server import Fate
from tests.fakes.pretend_discord.things import Overwrite, remaining

# Too short to be taken for a copy of another, with few words more.
SALE = "50% off, buy now!"
POST = ("POST", "/channels/{channel}/messages")


@pytest.fixture
async def hearth(sqlite_url: str) -> AsyncIterator[DiscordHearth]:
    """Hearth in a server, running."""
    async with discord_hearth(sqlite_url) as made:
        await made.start()
        yield made


@pytest.mark.parametrize("fate", ["drops", "dies", 503])
async def test_a_card_is_posted_once_whatever_becomes_of_the_request(
    hearth: DiscordHearth, fate: Fate
) -> None:
    await hearth.set(managers_channel=hearth.managers)
    sam = hearth.server.person("Sam")
    hearth.discord.plan(*POST, fate)
    sam.says(hearth.help, SALE)
    sam.says(hearth.help, f"{SALE} Hurry!")
    await hearth.shown(hearth.managers, "Hurry!")
    cards = [each for each in remaining(hearth.managers) if "reads like selling" in each.words]
    assert len(cards) == 2


async def test_a_post_of_which_nobody_knows_is_found_after_its_nonce_is_forgotten(
    hearth: DiscordHearth,
) -> None:
    await hearth.set(managers_channel=hearth.managers)
    sam = hearth.server.person("Sam")
    hearth.discord.plan(*POST, "dies")
    sam.says(hearth.help, SALE)
    await hearth.shown(hearth.managers, "reads like selling")
    await hearth.stop()
    hearth.goes_to(hearth.clock.now() + hours(1))
    await hearth.start()
    sam.says(hearth.help, f"{SALE} Hurry!")
    await hearth.shown(hearth.managers, "Hurry!")
    assert len([each for each in remaining(hearth.managers) if "reads like selling" in each.words]) == 2


async def test_who_waits_is_told_so(hearth: DiscordHearth, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("adapters.discord.replies._SOON_S", 0.0)
    given = hearth.dana.runs(hearth.managers, "community help")
    answer = await hearth.answer(given)
    assert given.answered == 5
    assert answer is given.original
    assert "/community" in answer.words


async def test_what_is_pressed_waits_quietly(hearth: DiscordHearth, monkeypatch: pytest.MonkeyPatch) -> None:
    card = await hearth.shown(hearth.general, "needs 3 channels")
    monkeypatch.setattr("adapters.discord.replies._SOON_S", 0.0)
    chosen = hearth.dana.chooses(card, "Channel for flags", hearth.managers)
    await hearth.until(lambda: "needs 2 channels" in card.words)
    await hearth.until(lambda: chosen.shown)
    assert chosen.answered == 6
    assert chosen.shown[0].only == hearth.dana.id
    # A window opens at once or never.
    asked = hearth.dana.presses(card, "Another timezone…")
    await hearth.until(lambda: asked.shown)
    assert "press again" in asked.shown[0].words


async def test_a_draft_is_written_in_a_window(hearth: DiscordHearth) -> None:
    asked = hearth.dana.runs(hearth.general, "community check")
    await hearth.until(lambda: asked.form)
    sent = hearth.dana.submits(asked, What_you_are_about_to_post="50% off, today only, buy now!")

    assert "This reads like selling" in (await hearth.answer(sent)).words


async def test_buttons_work_after_a_restart_and_weeks_later(hearth: DiscordHearth) -> None:
    card = await hearth.shown(hearth.general, "needs 3 channels")
    await hearth.stop()
    hearth.goes_to(hearth.clock.now() + hours(24 * 30))
    await hearth.start()
    hearth.dana.chooses(card, "Channel for flags", hearth.managers)
    await hearth.until(lambda: "needs 2 channels" in card.words)


async def test_a_value_too_long_for_a_button_is_kept(
    hearth: DiscordHearth, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("adapters.discord.names.MAX_NAME", 40)
    monkeypatch.setattr("adapters.discord.names._DIGEST", 8)
    draft = await hearth.command("settings", set="timezone", to="Europe/London")
    names = [part["custom_id"] for row in draft.components for part in row["components"]]
    assert all(read_name(name)[2] for name in names)
    await hearth.stop()
    await hearth.start()
    await hearth.answer(hearth.dana.presses(draft, "Apply"))
    assert "Europe/London" in (await hearth.command("settings")).words


async def test_two_are_notified_and_nobody_else(hearth: DiscordHearth) -> None:
    await hearth.set(managers_channel=hearth.managers, welcome_channel=hearth.general, limit="2h")
    eve, sam = await hearth.joins("Eve"), hearth.server.person("Sam")
    hearth.discord.may_ping(hearth.dana)
    hearth.later(hours(0.1))
    welcome = await hearth.shown(hearth.general, "Tell us what brings you here")
    sam.says(hearth.help, f"@everyone {hearth.dana.mention} how do I glaze a bowl in this kiln?")
    await hearth.heard()
    hearth.later(hours(3))
    flag = await hearth.shown(hearth.managers, "glaze a bowl")
    await hearth.presses(hearth.dana, flag, "Later")
    hearth.later(hours(24))
    reminder = await hearth.shown(hearth.managers, "asked me to remind you")
    await hearth.command("questions")

    assert (welcome.pings, flag.pings, reminder.pings) == ({eve.id}, set(), {hearth.dana.id})
    sent = [each.form.get("data") or each.form for each in hearth.discord.front.log if each.method != "GET"]
    allowed = [form["allowed_mentions"] for form in sent if "embeds" in form]
    for each in allowed:
        assert (each["parse"], each["replied_user"]) == ([], False)
    assert [each["users"] for each in allowed if each["users"]] == [[eve.id], [hearth.dana.id]]
    assert len(allowed) > 6


async def test_where_it_may_not_post_it_says_so_and_does_not_insist(hearth: DiscordHearth) -> None:
    await hearth.set(managers_channel=hearth.managers)
    hearth.managers.overwrites = [Overwrite(hearth.server.id, 0, deny=1 << 10)]
    sam = hearth.server.person("Sam")
    sam.says(hearth.help, SALE)
    refused = hearth.discord.front.refused
    await hearth.until(lambda: refused)
    status = await hearth.answer(hearth.dana.runs(hearth.general, "community status"))
    assert "may not see that channel" in status.words
    assert max(refused.values()) == 1


async def test_channels_where_something_is_lacking_are_named_with_what(hearth: DiscordHearth) -> None:
    server, everyone = hearth.server, hearth.server.id
    before = {channel.id: list(channel.overwrites) for channel in (hearth.help, hearth.general)}

    async def status() -> str:
        return (await hearth.answer(hearth.dana.runs(hearth.help, "community status"))).words

    assert "lacks" not in await status()
    rules = server.channel("rules")
    server.change(rules, overwrites=[Overwrite(everyone, 0, deny=SEND_MESSAGES | ADD_REACTIONS)])
    server.change(hearth.general, overwrites=[Overwrite(everyone, 0, deny=SEND_MESSAGES)])
    server.change(hearth.help, overwrites=[Overwrite(everyone, 0, deny=EMBED_LINKS | ATTACH_FILES)])
    forum = server.forum("ideas")
    server.change(forum, overwrites=[Overwrite(everyone, 0, deny=SEND_MESSAGES | READ_MESSAGE_HISTORY)])
    # What few know of is not named, and what Hearth is kept out of is nobody's business.
    me, [others, *_] = hearth.discord.world.me.id, hearth.managers.overwrites
    mine = Overwrite(me, 1, allow=VIEW_CHANNEL, deny=READ_MESSAGE_HISTORY)
    server.change(hearth.managers, overwrites=[others, mine])
    server.channel("secret", hidden=True)
    said = await status()
    for sentence in (
        "lacks the permission Send Messages in #general and #rules: nothing can be posted there.",
        "lacks the permission Embed Links in #help: cards cannot be shown there.",
        "lacks the permission Attach Files in #help: cards have no pictures there.",
        "lacks the permission Read Message History in #ideas and 1 private channel: what was missed cannot",
        "lacks the permission Add Reactions in #rules: answered questions get no mark there.",
    ):
        assert sentence in said
    assert said.count("lacks the permission") == 5
    assert "secret" not in said

    for channel in (hearth.help, hearth.general):
        server.change(channel, overwrites=before[channel.id])
    said = await status()
    assert said.count("lacks the permission") == 3
    assert "lacks the permission Send Messages in #rules: nothing" in said


async def test_a_channel_it_cannot_see_is_told_where_it_is_set(hearth: DiscordHearth) -> None:
    await hearth.set(managers_channel=hearth.managers)
    assert "let me in" not in (await hearth.command("status")).words
    hearth.server.change(hearth.managers, overwrites=[Overwrite(hearth.server.id, 0, deny=VIEW_CHANNEL)])
    status = await hearth.answer(hearth.dana.runs(hearth.general, "community status"))
    assert "#managers, where I see nothing: let me in" in status.words


async def test_what_is_lacking_is_named(hearth: DiscordHearth) -> None:
    hearth.server.allow_me(EVERYONE)
    assert "answered forum posts get no tag" in (await hearth.command("status")).words
    hearth.server.allow_me(permissions().value)
    assert "answered forum posts get no tag" not in (await hearth.command("status")).words
