"""What Hearth hears in Discord: all of it, once, and nothing of its own."""

from collections.abc import AsyncIterator
from typing import Any

import pytest
from sqlalchemy import text

from adapters.discord import look_at_discord
from adapters.discord.rights import permissions
from bot.compose import CannotStart
from storage.database import Database
from tests.fakes.discord_hearth import DiscordHearth, discord_hearth, hours
from tests.fakes.pretend_discord import CONTENT
from tests.fakes.pretend_discord.permissions import (
    EMBED_LINKS,
    EVERYONE,
    MANAGE_GUILD,
    SEND_MESSAGES,
    VIEW_CHANNEL,
)
from tests.fakes.pretend_discord.things import VOICE, Overwrite


@pytest.fixture
async def hearth(sqlite_url: str) -> AsyncIterator[DiscordHearth]:
    """Hearth in a server, running."""
    async with discord_hearth(sqlite_url) as made:
        await made.start()
        yield made


async def rows(hearth: DiscordHearth, statement: str) -> list[Any]:
    """Return what is in the database, once all that was told before is there."""
    await hearth.command("help")
    database = Database(hearth.url)
    try:
        with database.reading() as tx:
            return [tuple(row) for row in tx.rows(text(statement))]
    finally:
        database.close()


async def test_messages_as_they_are_said_changed_and_deleted(hearth: DiscordHearth) -> None:
    sam = hearth.server.person("Sam")
    first = sam.says(hearth.help, f"Hello {hearth.dana.mention} in <#{hearth.general.id}>", files=2)
    reply = sam.says(hearth.help, "A reply", to=first)
    sam.edits(reply, "Another reply")
    gone = [sam.says(hearth.help, "one"), sam.says(hearth.help, "two"), sam.says(hearth.help, "three")]
    hearth.server.bulk_delete(gone[:2])
    sam.deletes(gone[2])
    kept = await rows(hearth, "SELECT id, text, reply_to FROM message WHERE deleted_at IS NULL ORDER BY id")
    assert kept == [
        (first.id, "Hello @Dana in #general", None),
        (reply.id, "Another reply", first.id),
    ]


async def test_threads_stand_in_their_channel_and_posts_for_themselves(hearth: DiscordHearth) -> None:
    sam = hearth.server.person("Sam")
    asked = sam.says(hearth.help, "Why?")
    thread = hearth.server.thread(hearth.help, "Why", sam, on=asked)
    inside = sam.says(thread, "Because")
    forum = hearth.server.forum("posts", ["done"])
    post, opening = sam.posts(forum, "Kiln", "Where?")
    below = sam.says(post, "There")
    kept = await rows(hearth, "SELECT id, channel, thread FROM message ORDER BY id")
    assert kept == [
        (asked.id, hearth.help.id, None),
        (inside.id, hearth.help.id, thread.id),
        (opening.id, post.id, None),
        (below.id, post.id, post.id),
    ]
    names = dict(await rows(hearth, "SELECT id, name FROM channel"))
    assert names[post.id] == "posts / Kiln"
    assert thread.id not in names


async def test_a_private_thread_is_a_private_channel_of_its_own(hearth: DiscordHearth) -> None:
    sam = hearth.server.person("Sam")
    thread = hearth.server.private_thread(hearth.help, "Secret", sam)
    gone, first = sam.says(thread, "Between us"), sam.says(thread, "Nobody else")
    await rows(hearth, "SELECT id FROM message")
    # What is done while it is put away, and what is read of history, stands in the same place.
    hearth.server.archive(thread)
    sam.deletes(gone)
    left = "SELECT id, channel, thread FROM message WHERE deleted_at IS NULL ORDER BY id"
    assert await rows(hearth, left) == [(first.id, thread.id, None)]
    await hearth.stop()
    second = sam.says(thread, "Still between us")
    await hearth.start()
    while len(kept := await rows(hearth, left)) < 2:
        pass
    assert kept == [(first.id, thread.id, None), (second.id, thread.id, None)]
    told = await rows(hearth, f"SELECT name, private FROM channel WHERE id = '{thread.id}'")
    assert [(name, bool(private)) for name, private in told] == [("help / Secret", True)]


async def test_nothing_of_its_own_and_nothing_direct(hearth: DiscordHearth) -> None:
    await hearth.shown(hearth.general, "needs 3 channels")
    hearth.dana.writes_direct("a secret")
    hearth.server.says_joined(hearth.dana, hearth.general)
    assert await rows(hearth, "SELECT id FROM message") == []


async def test_members_who_join_pass_change_and_leave(hearth: DiscordHearth) -> None:
    hearth.server.guild.screening = True
    await hearth.set(welcome_channel=hearth.general)
    eve, sam = hearth.server.joins("Eve"), hearth.server.joins("Sam")
    hearth.discord.may_ping(eve, sam)
    sam.leaves()
    eve.passes()
    await hearth.command("help")
    hearth.goes_to(hearth.clock.now() + hours(0.1))
    welcome = await hearth.shown(hearth.general, "Tell us what brings you here")
    assert welcome.pings == {eve.id}
    keeper = hearth.server.role("Keeper", MANAGE_GUILD)
    eve.gets(keeper)
    eve.is_called("Evelyn")
    found = await rows(hearth, f"SELECT name, admin FROM member WHERE id = '{eve.id}'")
    assert found == [("Evelyn", True)] or found == [("Evelyn", 1)]


async def test_reactions_come_and_go(hearth: DiscordHearth) -> None:
    sam = hearth.server.person("Sam")
    said = sam.says(hearth.help, "Done!")
    sam.reacts(said, "👍")
    hearth.dana.reacts(said, "🎉")
    sam.unreacts(said, "👍")
    kept = await rows(hearth, "SELECT emoji, member FROM reaction WHERE there")
    assert kept == [("🎉", hearth.dana.id)]


async def test_reactions_that_are_cleared_are_gone(hearth: DiscordHearth) -> None:
    sam = hearth.server.person("Sam")
    own, said = hearth.server.emoji("pot"), sam.says(hearth.help, "Done!")
    other = sam.says(hearth.help, "Hello")
    for person, message, emoji in ((sam, said, own), (sam, said, "👍"), (hearth.dana, said, "👍")):
        person.reacts(message, emoji)
    hearth.dana.reacts(other, "👍")
    there = "SELECT message, emoji, member FROM reaction WHERE there"
    hearth.server.clears(said, "👍")
    while (left := await rows(hearth, there)) != [(said.id, "pot", sam.id), (other.id, "👍", hearth.dana.id)]:
        assert len(left) >= 2
    hearth.server.clears(said)
    while await rows(hearth, there) != [(other.id, "👍", hearth.dana.id)]:
        pass
    # Put again, they count again.
    sam.reacts(said, "👍")
    assert len(await rows(hearth, there)) == 2


async def test_channels_are_known_as_they_are(hearth: DiscordHearth) -> None:
    hidden = hearth.server.channel("hidden", hidden=True)
    second = hearth.server.channel("second")
    hearth.server.change(second, name="third")
    hearth.server.change(hearth.help, overwrites=[Overwrite(hearth.server.id, 0, deny=VIEW_CHANNEL)])
    gone = hearth.server.channel("gone")
    hearth.server.remove(gone)
    found = {
        id: (name, bool(private), bool(archived), bool(heard))
        for id, name, private, archived, heard in await rows(
            hearth, "SELECT id, name, private, archived, heard FROM channel"
        )
    }
    assert found[hidden.id] == ("hidden", True, False, False)
    assert found[hearth.managers.id] == ("managers", True, False, True)
    assert found[second.id] == ("third", False, False, True)
    assert found[hearth.help.id] == ("help", True, False, False)
    assert found[gone.id] == ("gone", False, True, False)


async def test_a_line_that_comes_back_tells_nothing_twice(hearth: DiscordHearth) -> None:
    sam = hearth.server.person("Sam")
    said = sam.says(hearth.help, "Hello")
    await hearth.discord.gateway.drop()
    sam.reacts(said, "👍")
    await hearth.until(lambda: hearth.discord.gateway.resumed)
    sam.says(hearth.help, "Again")
    assert await rows(hearth, "SELECT text FROM message ORDER BY id") == [("Hello",), ("Again",)]
    assert len(await rows(hearth, "SELECT emoji FROM reaction")) == 1


async def test_what_discord_says_unreadably_leaves_the_line_up(hearth: DiscordHearth) -> None:
    sam = hearth.server.person("Sam")
    # Told without its bitrate: discord.py by itself cannot read it.
    hearth.discord.gateway.as_told = lambda kind, data: {
        key: value for key, value in data.items() if key != "bitrate"
    }
    voice, category = hearth.server.channel("voice", kind=VOICE), hearth.server.category("all")
    sam.says(hearth.help, "Hello")
    assert await rows(hearth, "SELECT text FROM message") == [("Hello",)]
    assert hearth.discord.gateway.identified == 1
    # Nobody writes in a category: it is no channel to choose from.
    told = {id for (id,) in await rows(hearth, "SELECT id FROM channel")}
    assert {hearth.help.id, voice.id} <= told
    assert category.id not in told


async def test_servers_come_and_go(hearth: DiscordHearth) -> None:
    coffee = hearth.discord.server("Coffee", rights=hearth.server.guild.roles[hearth.server.id].permissions)
    general = coffee.channel("general")
    owner = coffee.person("Olga", rights=MANAGE_GUILD)
    hearth.server.rename("Pots")
    answer = await hearth.answer(owner.runs(general, "community status"))
    assert answer.words
    coffee.expels_me()
    names = {name for (name,) in await rows(hearth, "SELECT name FROM community WHERE ended_at IS NULL")}
    assert names == {"Pots"}


async def test_history_longer_than_a_page_is_read_to_its_end(hearth: DiscordHearth) -> None:
    sam = hearth.server.person("Sam")
    first = sam.says(hearth.help, "Before")
    await hearth.command("help")
    await hearth.stop()
    hearth.goes_to(hearth.clock.now() + hours(1))
    for number in range(130):
        sam.says(hearth.help, f"message {number}")
    thread = hearth.server.thread(hearth.help, "Old", sam, on=first)
    sam.says(thread, "in a thread")
    hearth.server.archive(thread)
    await hearth.start()
    for _ in range(50):
        count = (await rows(hearth, "SELECT count(*) FROM message"))[0][0]
        if count == 132:
            break
    assert count == 132
    found = await rows(hearth, "SELECT channel, thread FROM message WHERE text = 'in a thread'")
    assert found == [(hearth.help.id, thread.id)]


async def test_servers_are_heard_in_shards(sqlite_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("adapters.discord.line._IDENTIFY_EVERY_S", 0.0)
    async with discord_hearth(sqlite_url) as hearth:
        people = [(hearth.help, hearth.server.person("Sam"))]
        for name in "ABC":
            hearth.discord.pass_by(milliseconds=1)
            server = hearth.discord.server(
                name, rights=hearth.server.guild.roles[hearth.server.id].permissions
            )
            people.append((server.channel("talk"), server.person("Sam")))
        hearth.settings |= {"discord_shards": 2, "discord_gateway_url": hearth.discord.gateway.url}
        await hearth.start()
        assert {session.shard for session in hearth.discord.gateway.sessions.values()} == {(0, 2), (1, 2)}
        for channel, sam in people:
            sam.says(channel, "Hello")
        for _ in range(20):
            kept = await rows(hearth, "SELECT channel FROM message")
            if len(kept) == 4:
                break
        assert {channel for (channel,) in kept} == {channel.id for channel, _ in people}


@pytest.mark.parametrize(
    ("settings", "sentence"),
    [
        ({"discord_token": "another"}, "DISCORD_TOKEN"),
        ({"discord_api_url": "http://127.0.0.1:9/api/v10"}, "DISCORD_API_URL"),
    ],
)
async def test_what_it_cannot_start_with_is_said(
    sqlite_url: str, settings: dict[str, str], sentence: str
) -> None:
    async with discord_hearth(sqlite_url) as hearth:
        hearth.settings |= settings
        with pytest.raises(CannotStart, match=sentence):
            await hearth.start()


async def test_doctor_looks_at_discord(sqlite_url: str) -> None:
    async with discord_hearth(sqlite_url, granted=CONTENT) as hearth:
        hearth.server.allow_me(EVERYONE)
        channels = {f"discord:{hearth.server.id}": [("managers_channel", hearth.managers.id)]}
        found = [finding async for finding in look_at_discord(hearth.process(), channels)]
        said = "\n".join(f"{each.state} {each.said} {each.do}" for each in found)
        assert f"permissions={permissions().value}&" in said
        assert "wrong The Server Members Intent is not granted" in said
        assert "answered forum posts get no tag" in said
        assert "fine It is #managers" in said


async def test_doctor_names_channels_where_something_is_lacking(sqlite_url: str) -> None:
    async with discord_hearth(sqlite_url) as hearth:
        server, everyone = hearth.server, hearth.server.id
        role = next(each for each in server.guild.roles.values() if each.managed_by)
        hearth.general.overwrites = [Overwrite(everyone, 0, deny=SEND_MESSAGES)]
        # A role is let do more than everyone, and Hearth itself less than its role.
        welcome = server.channel("welcome")
        welcome.overwrites = [
            Overwrite(everyone, 0, deny=SEND_MESSAGES | EMBED_LINKS),
            Overwrite(role.id, 0, allow=SEND_MESSAGES | EMBED_LINKS),
            Overwrite(hearth.discord.world.me.id, 1, deny=EMBED_LINKS),
        ]
        hidden = server.channel("hidden", hidden=True)
        post, _ = hearth.dana.posts(server.forum("ideas"), "Plans", "Here we talk of them.")
        channels = {
            f"discord:{server.id}": [
                ("managers channel", hearth.managers.id),
                ("feedback channel", hidden.id),
                ("welcome channel", welcome.id),
                ("ideas", post.id),
                ("gone", "1234"),
            ]
        }
        found = [finding async for finding in look_at_discord(hearth.process(), channels)]
        by_name = {each.about: each for each in found}
        said = {name: (each.state, each.said) for name, each in by_name.items()}
        assert said["managers channel"] == ("fine", "It is #managers.")
        assert said["ideas"] == ("fine", "It is #Plans.")
        assert said["gone"][0] == "wrong"
        for name, permission in (("feedback channel", "View Channel"), ("welcome channel", "Embed Links")):
            state, sentence = said[name]
            assert state == "wrong"
            assert (
                f"lacks the permission {permission} in #{name.split()[0].replace('feedback', 'hidden')}: "
                in sentence
            )
            assert sentence.count("lacks") == 1
        assert [each.state for each in found if each.about == "channels"] == ["look"]
        assert "Pottery" in by_name["channels"].said
        assert (
            "lacks the permission Send Messages in #general: nothing can be posted there"
            in said["channels"][1]
        )
