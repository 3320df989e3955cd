"""The stories of a community, in a server with a forum and in one whose channels are flat."""

import asyncio
import os
import re
import sys
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest

from adapters.discord.rights import permissions
from tests.fakes.discord_hearth import DiscordHearth, discord_hearth, hours
from tests.fakes.pretend_discord import TOKEN, Person
from tests.fakes.pretend_discord.permissions import MANAGE_GUILD
from tests.fakes.pretend_discord.things import Channel, Message, remaining

ASKED = "How do I export my glaze recipes to CSV?"
NEWSLETTER = (
    "Hi everyone! Our **summer sale** is live: 50% off all plans, today only. Don't miss out!\n"
    + "\n".join(f"[Subscribe now](https://example.com/go?{number})" for number in range(5))
)
# A Friday; the next Monday is the 14th.
FRIDAY = datetime(2031, 4, 11, 9, tzinfo=UTC)
GREEN = 0x2E8B57


@pytest.fixture
async def discord(sqlite_url: str) -> AsyncIterator[DiscordHearth]:
    """Hearth in a server, running."""
    async with discord_hearth(sqlite_url) as hearth:
        await hearth.start()
        yield hearth


@dataclass
class Asked:
    """A question, where it is answered and where it stands."""

    question: Message
    place: Channel
    path: str
    forum: Channel | None

    def replies(self, by: Person, text: str) -> None:
        """Have somebody say something under it."""
        by.says(self.place, text, to=None if self.forum else self.question)

    def is_marked(self) -> bool:
        """Tell whether it bears the mark of what is answered."""
        if self.forum is None:
            return "✅" in self.question.reactions
        tags = {tag.name: tag.id for tag in self.forum.tags}
        return self.place.applied == [tags["glazes"], tags["Solved"]]


def asks(discord: DiscordHearth, sam: Person, kind: str) -> Asked:
    """Have somebody ask in a channel of text, or open a post in a forum."""
    if kind == "flat":
        said = sam.says(discord.help, ASKED)
        return Asked(said, discord.help, f"/{discord.help.id}/{said.id}", None)
    forum = discord.server.forum("questions", ["Solved", "glazes"], needs_tag=True)
    thread, first = sam.posts(forum, "CSV", ASKED, ["glazes"])
    return Asked(first, thread, f"/{thread.id}/{first.id}", forum)


@pytest.mark.parametrize("kind", ["forum", "flat"])
async def test_a_stranger_is_welcomed_asks_is_flagged_and_answered(discord: DiscordHearth, kind: str) -> None:
    await discord.set(managers_channel=discord.managers, welcome_channel=discord.general, mark_answered="yes")
    discord.server.guild.screening = True
    sam = discord.server.joins("Sam")
    discord.discord.may_ping(sam)
    await discord.command("help")
    discord.goes_to(discord.clock.now() + hours(1))
    await discord.command("help")
    # Who has to pass the screening is welcomed when they have, and once.
    assert not [each for each in remaining(discord.general) if sam.id in each.pings]
    sam.passes()
    await discord.command("help")
    discord.goes_to(discord.clock.now() + hours(1 / 60))
    welcome = await discord.shown(discord.general, "Tell us what brings you here")
    assert welcome.pings == {sam.id}

    asked = asks(discord, sam, kind)
    await discord.command("questions")
    discord.goes_to(discord.clock.now() + hours(4.1))
    flag = await discord.shown(discord.managers, ASKED)
    assert asked.path in flag.words
    assert flag.embeds[0]["color"] != GREEN

    hela = discord.server.person("Hela")
    asked.replies(hela, "Open Settings, then Export, and choose CSV.")
    asked.replies(sam, "Thanks, that worked!")
    await discord.until(lambda: "Answered" in flag.words)
    assert flag.embeds[0]["color"] == GREEN
    await discord.until(asked.is_marked)
    assert len([each for each in remaining(discord.general) if sam.id in each.pings]) == 1
    assert sam.inbox == []


@pytest.mark.parametrize("kind", ["forum", "flat"])
async def test_a_newsletter_of_the_companys_own_is_shown_to_managers_as_coaching(
    discord: DiscordHearth, kind: str
) -> None:
    marketing = discord.server.role("Marketing")
    await discord.set(managers_channel=discord.managers, staff=f"+{marketing.id}")
    mara = discord.server.joins("Mara")
    mara.gets(marketing)
    if kind == "forum":
        forum = discord.server.forum("news")
        place, said = mara.posts(forum, "July", NEWSLETTER)
    else:
        place, said = discord.general, mara.says(discord.general, NEWSLETTER)
    # Nobody is written to directly who did not ask: the managers see it at once.
    card = await discord.shown(discord.managers, "Coaching: this reads like selling")
    assert f"/{place.id}/{said.id}" in card.words
    assert "so many percent off" in card.words
    assert card.pings == set()
    assert "Its author was not told" in card.words
    await discord.answer(discord.dana.presses(card, "Tell them"))
    await discord.until(lambda: "Dana will talk to them" in card.words)
    # Nobody else heard of it, and nothing was deleted.
    assert mara.inbox == []
    assert [each for each in remaining(place) if "selling" in each.words] == []
    assert said in remaining(place)
    draft = await discord.answer(mara.runs(discord.general, "community check", draft=NEWSLETTER))
    assert "reads like selling" in draft.words


async def test_the_monday_digest_comes_once_through_a_restart(sqlite_url: str) -> None:
    async with discord_hearth(sqlite_url, at=FRIDAY) as hearth:
        product = hearth.server.channel("product")
        await hearth.start()
        await hearth.set(timezone="Europe/London", feedback_channel=product)
        sam = hearth.server.person("Sam")
        forum = hearth.server.forum("ideas")
        sam.says(hearth.help, "The export is broken, it crashes whenever I click on it.")
        post, _ = sam.posts(forum, "Dark mode", "I wish there was a dark mode, my eyes hurt.")
        sam.says(post, "I love the new editor, it is so much faster!")
        await hearth.command("help")

        # At 8:59:59 in London it is ended, in the middle of whatever it does, and started again.
        hearth.goes_to(datetime(2031, 4, 14, 7, 59, 59, tzinfo=UTC))
        await hearth.stop()
        assert not [each for each in remaining(product) if "export is broken" in each.words]
        await hearth.start()
        digest = await hearth.shown(product, "export is broken")
        await hearth.stop()
        await hearth.start()
        await hearth.command("help")

        assert "dark mode" in digest.words
        # Its pictures came along, with words for who does not see them.
        assert digest.attachments
        assert all(len(each["description"]) > 10 for each in digest.attachments)
        assert [each for each in remaining(product) if "export is broken" in each.words] == [digest]
        assert digest.at >= datetime(2031, 4, 14, 8, tzinfo=UTC)


async def test_two_servers_in_one_process_do_not_mix(discord: DiscordHearth) -> None:
    coffee = discord.discord.server("Coffee", rights=permissions().value)
    talk, staff = coffee.channel("talk"), coffee.channel("staff", to_me=True)
    olga = coffee.person("Olga", rights=MANAGE_GUILD)
    await discord.set(managers_channel=discord.managers, limit="2h")
    chosen = olga.runs(staff, "community settings", set="managers_channel", channel=staff)
    await discord.answer(olga.presses(await discord.answer(chosen), "Apply"))

    # The same people, in both at once; so little that the commands do not go before it.
    sam, guest = discord.server.person("Sam"), coffee.person("Sam")
    for number in range(4):
        sam.says(discord.help, f"How do I glaze pot number {number}?" if number == 2 else f"pot {number}")
        guest.says(talk, f"How do I grind bean number {number}?" if number == 2 else f"bean {number}")
    here, there = await asyncio.gather(
        discord.command("questions"), discord.answer(olga.runs(staff, "community questions"))
    )
    assert "glaze pot" in here.words
    assert "bean" not in here.words
    assert "grind bean" in there.words
    assert "pot" not in there.words
    discord.goes_to(discord.clock.now() + hours(5))
    await discord.shown(discord.managers, "glaze pot")
    await discord.until(lambda: [each for each in remaining(staff) if "grind bean" in each.words])
    assert not [each for each in remaining(discord.managers) if "bean" in each.words]
    assert not [each for each in remaining(staff) if "pot" in each.words]

    # One is left, and the other goes on.
    coffee.expels_me()
    sam.says(discord.help, NEWSLETTER)
    await discord.shown(discord.managers, "reads like selling")


async def test_it_runs_as_a_process_with_three_variables(tmp_path: Path) -> None:
    async with discord_hearth("") as hearth:
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            "bot",
            "run",
            "--production",
            cwd=Path(__file__).parents[2],
            env={
                "PATH": os.environ["PATH"],
                "DISCORD_TOKEN": TOKEN,
                "DISCORD_API_URL": hearth.discord.api,
                "DISCORD_GATEWAY_URL": hearth.discord.gateway.url,
                "DATABASE_URL": f"sqlite:///{tmp_path}/hearth.db",
                "PORT": "0",
            },
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
        )
        try:
            assert process.stdout is not None
            said = b""
            while not re.search(rb"Hearth is at http://", said):
                line = await process.stdout.readline()
                assert line, said
                said += line
            answer = await hearth.command("help")
            assert "/community" in answer.words
            process.terminate()
            assert await process.wait() == 0
        finally:
            if process.returncode is None:
                process.kill()
                await process.wait()
