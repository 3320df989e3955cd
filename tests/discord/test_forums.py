"""Posts of forums: their title is asked with them, and the forum's own tag says that they are answered."""

import pytest

from adapters.discord.tags import answered_tag
from tests.fakes.discord_hearth import DiscordHearth, hours
from tests.fakes.pretend_discord.things import Message

QUESTION = "How do I export my glaze recipes to CSV?"
STATES = "SELECT state FROM question"
MARKS = "SELECT member, there FROM reaction"


async def flagged(hearth: DiscordHearth) -> Message:
    """Let time go by until a question is flagged."""
    await hearth.command("questions")
    hearth.goes_to(hearth.clock.now() + hours(4.1))
    return await hearth.shown(hearth.managers, QUESTION)


async def test_a_title_alone_asks(hearth: DiscordHearth) -> None:
    await hearth.set(managers_channel=hearth.managers)
    sam, forum = hearth.server.person("Sam"), hearth.server.forum("questions")
    _, first = sam.posts(forum, QUESTION, "See the title, please. I am lost.")
    assert f"/{first.id}/{first.id}" in (await flagged(hearth)).words


async def test_a_post_that_is_retitled_reads_so(hearth: DiscordHearth) -> None:
    sam, forum = hearth.server.person("Sam"), hearth.server.forum("questions")
    post, first = sam.posts(forum, "Help", "It does not work.")
    said = f"SELECT text FROM message WHERE id = '{first.id}'"
    await hearth.until(lambda: hearth.look_up(said) == [("Help\nIt does not work.",)])
    hearth.server.change(post, name=QUESTION)
    await hearth.until(lambda: hearth.look_up(said) == [(f"{QUESTION}\nIt does not work.",)])


@pytest.mark.parametrize("name", ["✅ Solved", "Beantwortet"])
async def test_a_tag_that_a_member_gives_answers_the_question(hearth: DiscordHearth, name: str) -> None:
    await hearth.set(managers_channel=hearth.managers, mark_answered="yes")
    sam, forum = hearth.server.person("Sam"), hearth.server.forum("questions", [name, "glazes"])
    post, _ = sam.posts(forum, "CSV", QUESTION, ["glazes"])
    flag = await flagged(hearth)
    sam.tags(post, "glazes", name)
    await hearth.says_now(flag, "Answered")
    # What was known of it is known through a restart, and told of once.
    await hearth.restart()
    await hearth.command("help")
    assert hearth.look_up(MARKS) == [(sam.id, True)]
    sam.tags(post, "glazes")
    await hearth.until(lambda: hearth.look_up(MARKS) == [(sam.id, False)])
    await hearth.until(lambda: "Answered" not in flag.words)


async def test_a_tag_that_a_member_gives_meanwhile_is_heard_at_the_start(hearth: DiscordHearth) -> None:
    sam, forum = hearth.server.person("Sam"), hearth.server.forum("questions", ["done"])
    post, first = sam.posts(forum, "CSV", QUESTION)
    await hearth.until(lambda: hearth.look_up("SELECT id FROM message") == [(first.id,)])
    await hearth.stop()
    sam.tags(post, "done")
    await hearth.start()
    await hearth.until(lambda: hearth.look_up(MARKS) == [(sam.id, True)])


async def test_the_tag_that_hearth_gives_is_no_members_mark(hearth: DiscordHearth) -> None:
    await hearth.set(managers_channel=hearth.managers, mark_answered="yes")
    sam, hela = hearth.server.person("Sam"), hearth.server.person("Hela")
    post, _ = sam.posts(hearth.server.forum("questions", ["Solved"]), "CSV", QUESTION)
    await flagged(hearth)
    hela.says(post, "Open Settings, then Export, and choose CSV.")
    sam.says(post, "Thanks, that worked!")
    await hearth.until(lambda: post.applied)
    await hearth.command("help")
    await hearth.restart()
    # A forum opened meanwhile is heard of after what was found at the start.
    sam.tags(sam.posts(hearth.server.forum("ideas", ["done"]), "One", "An idea")[0], "done")
    await hearth.until(lambda: hearth.look_up(MARKS))
    assert hearth.look_up("SELECT channel FROM reaction") != [(post.id,)]
    assert len(hearth.look_up(MARKS)) == 1


def test_the_tag_is_found_by_its_name() -> None:
    assert answered_tag([("1", "Done"), ("2", "✅ answered!"), ("3", "bug")]) == "2"
    assert answered_tag([("1", "Gelöst"), ("2", "bug")]) == "1"
    assert answered_tag([("1", "not solved"), ("2", "unsolved")]) is None
