"""What was said while nobody listened is read from history, whatever the clocks and the ids."""

from collections.abc import AsyncIterator
from datetime import timedelta

import pytest

from tests.fakes.discord_hearth import DiscordHearth, discord_hearth, hours
from tests.fakes.pretend_discord.moments import Moments
from tests.fakes.pretend_discord.refusals import Wire


@pytest.fixture
async def hearth(sqlite_url: str, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[DiscordHearth]:
    """Hearth in a server, running."""
    monkeypatch.setattr("adapters.discord.line._IDENTIFY_EVERY_S", 0.0)
    async with discord_hearth(sqlite_url) as made:
        await made.start()
        yield made


async def kept(hearth: DiscordHearth, number: int) -> list[str]:
    """Return the messages that are kept, once there are so many."""
    statement = "SELECT id FROM message WHERE deleted_at IS NULL ORDER BY length(id), id"
    await hearth.until(lambda: len(hearth.look_up(statement)) >= number, f"{number} messages")
    return [id for (id,) in hearth.look_up(statement)]


@pytest.mark.parametrize("while_running", [True, False])
@pytest.mark.parametrize("counts", [True, False])
async def test_what_was_missed_is_found_by_the_messages_that_are_kept(
    sqlite_url: str, monkeypatch: pytest.MonkeyPatch, counts: bool, while_running: bool
) -> None:
    monkeypatch.setattr(Moments, "counts", counts)
    monkeypatch.setattr("adapters.discord.line._IDENTIFY_EVERY_S", 0.0)
    async with discord_hearth(sqlite_url) as hearth:
        sam, quiet, server = hearth.server.person("Sam"), hearth.server.channel("quiet"), hearth.server
        sam.says(hearth.help, "Before Hearth came")
        hearth.later(hours(1))
        await hearth.start()
        said = [sam.says(hearth.help, "Hello"), sam.says(hearth.general, "Hello")]
        thread = server.thread(hearth.help, "Old", sam, on=said[0])
        said.append(sam.says(thread, "In a thread"))
        await kept(hearth, 3)
        if while_running:
            hearth.discord.gateway.silent = True
            await hearth.discord.gateway.drop()
            hearth.discord.gateway.forget()
        else:
            await hearth.stop()
            hearth.later(hours(3))
        said += [sam.says(place, "Missed") for place in (hearth.help, quiet, thread)]
        post, first = sam.posts(server.forum("ideas"), "New", "Missed as well")
        said += [first, sam.says(post, "And that")]
        if while_running:
            hearth.discord.gateway.speak()
            await hearth.until(lambda: hearth.discord.gateway.identified == 2)
        else:
            await hearth.start()
        assert await kept(hearth, len(said)) == [each.id for each in said]


async def test_threads_that_were_put_away_are_looked_through_to_the_last(
    hearth: DiscordHearth, monkeypatch: pytest.MonkeyPatch
) -> None:
    # As many as Discord gives at once, and history in pages as short.
    monkeypatch.setattr("adapters.discord.missed._PAGE", 2)
    sam = hearth.server.person("Sam")
    said = [sam.says(hearth.help, f"{number}?") for number in range(5)]
    threads = [hearth.server.thread(hearth.help, "Thread", sam, on=asked) for asked in said]
    await kept(hearth, 5)
    await hearth.stop()
    for thread in threads:
        hearth.later(timedelta(minutes=5))
        said.append(sam.says(thread, "Missed"))
        hearth.server.archive(thread)
    await hearth.start()
    assert await kept(hearth, 10) == [each.id for each in said]


async def test_history_that_never_ends_is_left(
    hearth: DiscordHearth, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("adapters.discord.missed._PAGE", 1)
    sam = hearth.server.person("Sam")
    first = sam.says(hearth.help, "Hello")
    await kept(hearth, 1)
    await hearth.stop()
    second = sam.says(hearth.help, "Missed")
    # Another server, which knows no `after`, and gives the newest each time.
    shape = hearth.discord.world.shape

    def newest(message: object, **more: bool) -> Wire:
        return shape(second, **more)

    monkeypatch.setattr(hearth.discord.world, "shape", newest)
    await hearth.start()
    assert await kept(hearth, 2) == [first.id, second.id]
    await hearth.until(lambda: not hearth.look_up("SELECT value FROM cursor WHERE name LIKE 'gap:%'"))


async def test_history_does_not_rename_who_has_a_name_of_their_own_here(hearth: DiscordHearth) -> None:
    eve, sam = hearth.server.joins("Eve"), hearth.server.joins("Sam")
    eve.is_called("Evelyn")
    first = eve.says(hearth.help, "Hello")
    await kept(hearth, 1)
    await hearth.stop()
    hearth.later(hours(1))
    missed = [eve.says(hearth.help, "Missed"), sam.says(hearth.help, f"Hello {eve.mention}")]
    await hearth.start()
    assert await kept(hearth, 3) == [each.id for each in (first, *missed)]
    assert hearth.look_up(f"SELECT name FROM member WHERE id = '{eve.id}'") == [("Evelyn",)]
    assert hearth.look_up(f"SELECT text FROM message WHERE id = '{missed[1].id}'") == [("Hello @Evelyn",)]


async def test_what_is_read_on_after_a_restart_is_filed_where_it_was_said(hearth: DiscordHearth) -> None:
    sam, forum = hearth.server.person("Sam"), hearth.server.forum("ideas")
    asked = sam.says(hearth.help, "Why?")
    await kept(hearth, 1)
    await hearth.stop()
    hearth.later(hours(1))
    thread = hearth.server.thread(hearth.help, "Why", sam, on=asked)
    because = sam.says(thread, "Because")
    post, first = sam.posts(forum, "New", "An idea")
    below = sam.says(post, "Good")
    for each in (thread, post):
        hearth.server.archive(each)
    hearth.later(hours(1))
    last = sam.says(hearth.help, "Hello")
    # What is missing is written down, and nothing of it read before Hearth ends again.
    hearth.discord.plan("GET", "/channels/{channel}/messages", "hangs", times=100)
    await hearth.start()
    gaps = f"SELECT name FROM cursor WHERE name IN ('gap:{thread.id}', 'gap:{post.id}')"
    await hearth.until(lambda: len(hearth.look_up(gaps)) == 2)
    done = f"SELECT name FROM cursor WHERE name = 'complete' AND value = '{last.id}'"
    await hearth.until(lambda: hearth.look_up(done))
    await hearth.stop()
    hearth.discord.front.plans.clear()
    hearth.later(hours(1))
    await hearth.start()
    assert await kept(hearth, 5) == [each.id for each in (asked, because, first, below, last)]
    assert hearth.look_up("SELECT id, channel, thread FROM message ORDER BY length(id), id") == [
        (asked.id, hearth.help.id, None),
        (because.id, hearth.help.id, thread.id),
        (first.id, post.id, None),
        (below.id, post.id, post.id),
        (last.id, hearth.help.id, None),
    ]
    assert hearth.look_up(f"SELECT name FROM channel WHERE id = '{post.id}'") == [("ideas / New",)]
