"""Wherever people talk is known as a place, with who may read there; what was missed there is read."""

import pytest

from tests.fakes.discord_hearth import DiscordHearth, hours
from tests.fakes.pretend_discord.permissions import CONNECT, VIEW_CHANNEL
from tests.fakes.pretend_discord.things import MEDIA, STAGE, VOICE, Overwrite

SAID = "SELECT text FROM message ORDER BY length(id), id"


async def place(hearth: DiscordHearth, id: str) -> tuple[str, bool]:
    """Return what a place is called and whether it is private, once it was told of."""
    statement = f"SELECT name, private FROM channel WHERE id = '{id}'"
    [(name, private)] = await hearth.until(lambda: hearth.look_up(statement), "a place")
    return name, bool(private)


@pytest.mark.parametrize("kind", [VOICE, STAGE])
async def test_what_is_written_beside_voices_is_said_in_a_channel(hearth: DiscordHearth, kind: int) -> None:
    sam = hearth.server.person("Sam")
    lounge, closed = (hearth.server.channel(name, kind=kind) for name in ("lounge", "closed"))
    # Seen in the list by all, and entered by few.
    hearth.server.change(closed, overwrites=[Overwrite(hearth.server.id, 0, deny=CONNECT)])
    hidden = hearth.server.channel("hidden", kind=kind, hidden=True, to_me=True)
    sam.says(lounge, "Can you hear me?")
    await hearth.command("help")
    assert [await place(hearth, each.id) for each in (lounge, closed, hidden)] == [
        ("lounge", False),
        ("closed", True),
        ("hidden", True),
    ]
    await hearth.stop()
    hearth.later(hours(1))
    sam.says(lounge, "And now?")
    await hearth.start()
    await hearth.until(lambda: hearth.look_up(SAID) == [("Can you hear me?",), ("And now?",)])


async def test_a_private_thread_in_a_channel_that_is_opened_to_hearth_is_private(
    hearth: DiscordHearth,
) -> None:
    server, sam = hearth.server, hearth.server.person("Sam")
    secret = server.channel("secret", hidden=True)
    thread = server.private_thread(secret, "Between us", sam)
    thread.joined.add(hearth.discord.world.me.id)
    post, _ = sam.posts(ideas := server.forum("ideas"), "Before", "An idea")
    server.change(ideas, overwrites=[Overwrite(server.id, 0, deny=VIEW_CHANNEL)])
    await hearth.command("help")
    assert not hearth.look_up(f"SELECT id FROM channel WHERE id = '{thread.id}'")
    # Now everybody sees the channel, and Hearth is told of the thread with all that are open there.
    server.change(secret, overwrites=[])
    sam.says(thread, "Nobody may know")
    await hearth.command("help")
    assert await place(hearth, thread.id) == ("secret / Between us", True)
    assert hearth.look_up(SAID + " DESC LIMIT 1") == [("Nobody may know",)]
    assert await place(hearth, post.id) == ("ideas / Before", True)
    server.change(ideas, overwrites=[])
    await hearth.command("help")
    assert await place(hearth, post.id) == ("ideas / Before", False)


async def test_a_post_among_pictures_that_was_put_away_is_read(hearth: DiscordHearth) -> None:
    sam, pots = hearth.server.person("Sam"), hearth.server.forum("pots", kind=MEDIA)
    elsewhere = sam.says(hearth.help, "Hello")
    await hearth.until(lambda: hearth.look_up(SAID) == [(elsewhere.content,)])
    await hearth.stop()
    hearth.later(hours(1))
    post, _ = sam.posts(pots, "Teapot", "How did I make the lid?")
    hearth.server.archive(post)
    await hearth.start()
    await hearth.until(lambda: hearth.look_up(SAID) == [("Hello",), ("Teapot\nHow did I make the lid?",)])
    assert await place(hearth, post.id) == ("pots / Teapot", False)
