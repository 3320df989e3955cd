"""What is deleted in Discord loses its words, whatever it went with."""

import json
from typing import Any

import pytest
from sqlalchemy import text

from storage.database import Database
from storage.tables import Cursor
from tests.fakes.discord_hearth import DiscordHearth, hours
from tests.fakes.pretend_discord.things import Message

KEPT = "SELECT id FROM message WHERE text != '' ORDER BY id"


def kept(hearth: DiscordHearth, statement: str = KEPT) -> list[Any]:
    """Return the messages of which there are words, or what else is asked for."""
    database = Database(hearth.url)
    try:
        with database.reading() as tx:
            return [row.id for row in tx.rows(text(statement))]
    finally:
        database.close()


async def only(hearth: DiscordHearth, *messages: Message) -> None:
    """Wait until of these messages alone there are words."""
    await hearth.until(lambda: kept(hearth) == sorted(each.id for each in messages))


async def test_a_thread_goes_with_its_words(hearth: DiscordHearth) -> None:
    sam = hearth.server.person("Sam")
    asked, other = sam.says(hearth.help, "Why?"), sam.says(hearth.help, "Hello")
    thread = hearth.server.thread(hearth.help, "Why", sam, on=asked)
    said = [sam.says(thread, "Because"), sam.says(thread, "So")]
    private = hearth.server.private_thread(hearth.help, "Secret", sam)
    secret = sam.says(private, "Between us")
    await only(hearth, asked, other, *said, secret)
    hearth.server.remove(thread)
    await only(hearth, asked, other, secret)
    hearth.server.remove(private)
    await only(hearth, asked, other)


async def test_what_was_put_away_goes_with_its_channel_after_a_restart(hearth: DiscordHearth) -> None:
    sam, forum, talk = (
        hearth.server.person("Sam"),
        hearth.server.forum("ideas"),
        hearth.server.channel("talk"),
    )
    elsewhere = sam.says(hearth.help, "Hello")
    (post, idea), (other, _) = sam.posts(forum, "One", "An idea"), sam.posts(forum, "Two", "Another")
    private = hearth.server.private_thread(talk, "Secret", sam)
    secret = sam.says(private, "Between us")
    hearth.server.remove(other)
    await only(hearth, elsewhere, idea, secret)
    for each in (post, private):
        hearth.server.archive(each)
    for _ in range(2):
        hearth.later(hours(1))
        await hearth.restart()
    hearth.server.remove(talk)
    await only(hearth, elsewhere, idea)
    hearth.server.remove(forum)
    await only(hearth, elsewhere)
    # Nothing is kept of where they stood.
    await hearth.until(lambda: not kept(hearth, "SELECT name AS id FROM cursor WHERE name LIKE 'in:%'"))


@pytest.mark.parametrize("put_away", [True, False])
async def test_a_forum_goes_with_its_posts(hearth: DiscordHearth, put_away: bool) -> None:
    sam, forum = hearth.server.person("Sam"), hearth.server.forum("ideas")
    elsewhere = sam.says(hearth.help, "Hello")
    (first, idea), (second, other) = sam.posts(forum, "One", "An idea"), sam.posts(forum, "Two", "Another")
    below = [sam.says(first, "Good"), sam.says(second, "Better")]
    await only(hearth, elsewhere, idea, other, *below)
    hearth.server.remove(first)
    await only(hearth, elsewhere, other, below[1])
    if put_away:
        hearth.server.archive(second)
    hearth.server.remove(forum)
    await only(hearth, elsewhere)


async def test_a_channel_goes_with_its_threads(hearth: DiscordHearth) -> None:
    sam, talk = hearth.server.person("Sam"), hearth.server.channel("talk")
    elsewhere, asked = sam.says(hearth.help, "Hello"), sam.says(talk, "Why?")
    thread = hearth.server.thread(talk, "Why", sam, on=asked)
    below = sam.says(thread, "Because")
    await only(hearth, elsewhere, asked, below)
    hearth.server.remove(talk)
    await only(hearth, elsewhere)


@pytest.mark.parametrize("many", [True, False])
async def test_what_is_deleted_in_a_thread_that_was_put_away_long_ago(
    hearth: DiscordHearth, many: bool
) -> None:
    sam = hearth.server.person("Sam")
    asked = sam.says(hearth.help, "Why?")
    thread = hearth.server.thread(hearth.help, "Why", sam, on=asked)
    said = [sam.says(thread, "One"), sam.says(thread, "Two"), sam.says(thread, "Three")]
    await only(hearth, asked, *said)
    hearth.server.archive(thread)
    sam.deletes(said[0])
    await only(hearth, asked, *said[1:])
    await hearth.stop()
    sam.says(hearth.help, "Much later")
    await hearth.restart()
    if many:
        hearth.server.bulk_delete(said[1:])
        await hearth.until(
            lambda: asked.id in kept(hearth) and not {each.id for each in said} & {*kept(hearth)}
        )
    else:
        sam.deletes(said[1])
        await hearth.until(lambda: said[1].id not in kept(hearth))
        # A thread that is deleted is told of by its id and where it was alone.
        hearth.server.remove(thread)
        await hearth.until(lambda: said[2].id not in kept(hearth))
    assert asked.id in kept(hearth)


async def test_what_was_not_told_when_hearth_ended_is_told_at_the_start(hearth: DiscordHearth) -> None:
    sam = hearth.server.person("Sam")
    elsewhere, said = sam.says(hearth.general, "Hello"), sam.says(hearth.help, "Hello")
    await only(hearth, elsewhere, said)
    await hearth.stop()
    database, community = Database(hearth.url), f"discord:{hearth.server.id}"
    with database.transaction() as tx:
        note = json.dumps({"channel": hearth.help.id, "thread": None})
        tx.put(Cursor, community=community, name=f"gone:{hearth.help.id}", value=note)
    database.close()
    await hearth.start()
    await only(hearth, elsewhere)
