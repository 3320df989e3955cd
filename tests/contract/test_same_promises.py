"""What Hearth promises on every platform alike: one set of tests, each told on all of them.

Of each platform one Hearth runs for all tests here, so that each has people and words of its own.
"""

import shutil
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio

from adapters.slack.sender import SlackSender
from bot.actions import Action, Post
from bot.cards import Button, Card, Entry, Item, MessageRef, Option, Quote, Section, Select
from bot.engine import Engine
from bot.events import Event, MessagePosted
from bot.features import FEATURES
from storage.tables import (
    Broadcast,
    Channel,
    Decision,
    Failure,
    Feedback,
    Member,
    Message,
    Outgoing,
    Question,
    Reaction,
    Turn,
    Welcome,
    table,
)
from storage.transaction import Transaction
from tests.fakes.browsing import opened
from tests.fakes.discord_hearth import discord_hearth
from tests.fakes.hearth import Elsewhere, Hearth, hours
from tests.fakes.sandbox_hearth import sandbox_hearth
from tests.fakes.slack_hearth import SlackHearth, slack_hearth

pytestmark = pytest.mark.asyncio(loop_scope="module")

Played = Hearth[Any, Any, Any]
# Too short to be taken for a copy of another, with few words more.
SALE = "50% off, buy now!"
SELLS = "reads like selling"
LARGEST = "Show the largest card"


class Largest:
    """A feature that says more than any platform shows, where somebody asks for it."""

    def handle(self, event: Event, tx: Transaction) -> Sequence[Action]:
        """Post it, with whatever a card can have."""
        if not isinstance(event, MessagePosted) or event.text != LARGEST:
            return []
        ref = MessageRef(channel=event.channel, message=event.message)
        card = largest(ref, event.at)
        key = f"largest:{event.id}"
        return [Post(key=key, community=event.community, channel=event.channel, card=card)]


def largest(ref: MessageRef, at: datetime) -> Card:
    """Return a card in which everything is too long, and too much."""
    long = "&<>*_ " * 700
    options = tuple(Option(label=f"{n}" * 90, value=f"{n}") for n in range(120))
    return Card(
        title=f"The largest card {long}",
        text=long,
        quotes=tuple(Quote(author=long, text=long, ref=ref, at=at) for _ in range(12)),
        fields=tuple(Entry(name=long, value=long) for _ in range(30)),
        sections=tuple(
            Section(name=long, items=tuple(Item(text=long, refs=(ref,) * 9) for _ in range(9)))
            for _ in range(9)
        ),
        selects=tuple(Select(label="x" * 90, name=f"s{n}", options=options) for n in range(8)),
        buttons=tuple(Button(label=long, name=f"b{n}", value=f"v{n}") for n in range(60)),
        footer=long,
    )


@asynccontextmanager
async def on(platform: str, folder: Path) -> AsyncIterator[Played]:
    """Make a community on a platform, with Hearth yet to be started."""
    url = f"sqlite:///{folder}/hearth.db"
    match platform:
        case "slack":
            async with slack_hearth(url, limited=False) as slack:
                yield slack
        case "discord":
            async with discord_hearth(url) as discord:
                yield discord
        case _:
            async with sandbox_hearth(url, folder) as sandbox:
                yield sandbox


@pytest_asyncio.fixture(scope="module", loop_scope="module", params=["slack", "discord", "sandbox"])
async def hearth(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, sqlite_template: Path
) -> AsyncIterator[Played]:
    """Hearth, running, with a channel for each of its tasks."""
    folder = tmp_path_factory.mktemp(request.param)
    shutil.copy(sqlite_template, folder / "hearth.db")
    with pytest.MonkeyPatch.context() as patch:
        # Slack's own pace of posting is kept in its own tests.
        patch.setattr(SlackSender, "pause", 0.0)
        defaults = Engine.__init__.__kwdefaults__
        assert defaults
        patch.setitem(defaults, "features", {**FEATURES, "largest": Largest()})
        patch.setitem(defaults, "tick_every_s", 0.1)
        async with on(request.param, folder) as made:
            await made.start()
            await made.set(mark_answered="yes", feedback_channel=made.managers)
            if isinstance(made, Elsewhere):
                # In the sandbox it is so from the start.
                await made.set(managers_channel=made.managers, welcome_channel=made.general)
            yield made


def kept(hearth: Played, of: str) -> list[str]:
    """Return the texts that are kept of messages which begin with a word, in order."""
    rows = [row for row in hearth.rows(Message) if row.deleted_at is None and row.text.startswith(of)]
    return [row.text for row in sorted(rows, key=lambda row: row.posted_at)]


async def test_what_hearth_says_itself_is_no_event(hearth: Played) -> None:
    sam = await hearth.joins("Sam")
    await hearth.says(sam, hearth.help, f"{SALE} Own posts.")
    await hearth.lets_be()
    card = await hearth.shown(hearth.managers, "Own posts.")
    await hearth.presses(hearth.dana, card, "It's fine here")
    await hearth.says_now(card, "Fine here")
    await hearth.heard()

    own = {hearth.id_of(each) for each in await hearth.read(hearth.managers, to=hearth.dana)}
    assert hearth.id_of(card) in own
    assert own.isdisjoint(row.id for row in hearth.rows(Message))
    assert {row.text for row in hearth.rows(Message)} == {f"{SALE} Own posts."}


async def test_edits_and_deletions_arrive(hearth: Played) -> None:
    ann = await hearth.joins("Ann")
    first = await hearth.says(ann, hearth.help, "Edited: firrst")
    reply = await hearth.says(ann, hearth.help, "Edited: a reply", to=first)
    gone = await hearth.says(ann, hearth.help, "Edited: not at all")
    await hearth.edits(ann, first, "Edited: first")
    await hearth.deletes(ann, gone)
    await hearth.heard()

    assert kept(hearth, "Edited") == ["Edited: first", "Edited: a reply"]
    [row] = [row for row in hearth.rows(Message) if row.id == hearth.id_of(reply)]
    assert hearth.id_of(first) in (row.thread, row.reply_to)


async def test_who_is_welcomed_is_the_only_one_notified(hearth: Played) -> None:
    name = "Eve *and* co" if isinstance(hearth, Elsewhere) else "Eve and co"
    eve = await hearth.joins(name)
    await hearth.heard()
    hearth.later(timedelta(minutes=1))
    who = getattr(eve, "id", eve)

    async def welcomed() -> list[set[str]]:
        notified = [await hearth.pings(each) for each in await hearth.read(hearth.general)]
        return [each for each in notified if who in each]

    assert await hearth.until(welcomed, "a welcome") == [{who}]
    await hearth.says(
        eve,
        hearth.help,
        f"@everyone @here @channel @Dana {SALE} <!channel> <@U1> <@&1> [no](https://evil.example) __loud__",
    )
    await hearth.lets_be()
    card = await hearth.shown(hearth.managers, "loud")
    assert await hearth.pings(card) == set()
    # It reads as it was written, and means nothing.
    assert "__loud__" in (await hearth.words(card)).replace("\\", "")


async def test_who_is_no_manager_is_refused_kindly(hearth: Played) -> None:
    ben = await hearth.joins("Ben")
    before = hearth.community().settings
    for line in ("status", "questions", "settings", "setup"):
        refused = await hearth.words(await hearth.command(line, by=ben))
        assert "managers" in refused
        assert "/community help" in refused
    said = await hearth.command("help", by=ben)
    assert "/community me" in await hearth.words(said)
    assert "/community status" not in await hearth.words(said)
    # Whoever asks is answered alone.
    assert hearth.id_of(said) in {hearth.id_of(each) for each in await hearth.read(hearth.help, to=ben)}
    assert hearth.id_of(said) not in {hearth.id_of(m) for m in await hearth.read(hearth.help, to=hearth.dana)}
    assert hearth.community().settings == before


async def test_the_largest_card_is_cut_and_never_refused(hearth: Played) -> None:
    ida = await hearth.joins("Ida")
    await hearth.says(ida, hearth.help, LARGEST)
    card = await hearth.shown(hearth.help, "The largest card")

    assert "Shortened" in await hearth.words(card)
    # It leads on to where the rest can be read.
    there = getattr(hearth.help, "id", hearth.help)
    assert [link for link in await hearth.links(card) if f"/{there}" in link]
    await hearth.done()
    [row] = [row for row in hearth.rows(Outgoing) if row.key.startswith("largest:")]
    assert (row.state, row.tries) == ("sent", 0)


async def test_a_verdict_overturned_in_one_place_is_overturned_in_all(hearth: Played) -> None:
    kim = await hearth.joins("Kim")
    text = "How do I centre clay on the wheel?"
    asked = await hearth.says(kim, hearth.help, text)
    await hearth.heard()
    hearth.later(hours(5))
    card = await hearth.shown(hearth.managers, text)
    async with opened(hearth) as browser:

        async def open_everywhere(state: str) -> None:
            """See that the question is open in all places or in none."""
            [row] = [row for row in hearth.rows(Question) if row.message == hearth.id_of(asked)]
            assert row.state == state
            listed = text in await hearth.words(await hearth.command("questions"))
            _, page = await browser.get("/pages/questions?state=unanswered")
            assert (listed, text in page) == (state == "unanswered", state == "unanswered")

        await open_everywhere("unanswered")
        # On the message itself,
        answer = await hearth.picks(hearth.dana, "answered", asked)
        assert "Marked as answered" in await hearth.words(answer)
        await hearth.says_now(card, "Answered")
        await open_everywhere("answered")
        # on the card,
        await hearth.presses(hearth.dana, card, "Reopen")
        await hearth.says_now(card, "Reopened by")
        await open_everywhere("unanswered")
        # and on a page.
        await browser.press("/pages/questions?state=unanswered", "Not a question")
        await hearth.says_now(card, "Not a question")
        await open_everywhere("dismissed")


async def test_a_decision_is_undone_for_ten_minutes_and_no_longer(hearth: Played) -> None:
    una = await hearth.joins("Una")
    text = "How do I mend a cracked bowl?"
    asked = await hearth.says(una, hearth.help, text)
    await hearth.heard()
    hearth.later(hours(5))
    card = await hearth.shown(hearth.managers, text)
    await hearth.presses(hearth.dana, card, "Answered")
    await hearth.says_now(card, "marked as answered by")
    await hearth.presses(hearth.dana, card, "Undo")
    await hearth.says_now(card, "Nobody has answered this yet")
    await hearth.presses(hearth.dana, card, "Not a question")
    await hearth.says_now(card, "marked as not a question by")
    assert await hearth.offers(card) == ["Undo", "Reopen"]
    hearth.later(hours(1 / 6))

    async def gone() -> bool:
        return await hearth.offers(card) == ["Reopen"]

    await hearth.until(gone, "the button to go")
    about_it = [row for row in hearth.rows(Decision) if row.message == hearth.id_of(asked)]
    first, second = sorted(about_it, key=lambda row: str(row.at))
    assert (first.undone_at is not None, second.undone_at) == (True, None)
    assert (first.overrules, second.overrules) == (None, "asks")


async def test_a_sale_that_is_fine_is_fine_in_all_places(hearth: Played) -> None:
    lou = await hearth.joins("Lou")
    said = await hearth.says(lou, hearth.help, f"{SALE} Friends of Lou.")
    await hearth.lets_be()
    card = await hearth.shown(hearth.managers, "riends of Lou")
    assert SELLS in await hearth.words(await hearth.picks(hearth.dana, "salesy", said))
    async with opened(hearth) as browser:
        await hearth.presses(hearth.dana, card, "It's fine here")
        await hearth.says_now(card, "Fine here, a manager says")
        _, page = await browser.get("/pages/broadcasts")
        assert "Fine here, a manager says" in page
        await browser.press("/pages/broadcasts", "Salesy indeed")
        await hearth.says_now(card, "Salesy, says")


async def test_feedback_is_noted_by_a_shortcut_and_a_button(hearth: Played) -> None:
    nan = await hearth.joins("Nan")
    said = await hearth.says(nan, hearth.help, "The kiln door is rather green")
    await hearth.heard()
    assert "Only who wrote it" in await hearth.words(
        await hearth.picks(await hearth.joins("Ola"), "feedback", said)
    )
    asked = await hearth.picks(nan, "feedback", said)
    await hearth.presses(nan, asked, "Complaint")

    def noted() -> list[str]:
        return [row.verdict for row in hearth.rows(Feedback) if row.message == hearth.id_of(said)]

    assert await hearth.until(noted, "feedback") == ["complaint"]


@pytest.mark.parametrize("hearth", ["slack", "discord"], indirect=True)
async def test_the_order_in_which_things_are_told_changes_nothing(
    hearth: Elsewhere[Any, Any, Any],
) -> None:
    mia = await hearth.joins("Mia")
    for seed in range(2):
        hearth.hold()
        first = await hearth.says(mia, hearth.help, f"Order {seed}: first")
        await hearth.says(mia, hearth.help, f"Order {seed}: under it", to=first)
        second = await hearth.says(mia, hearth.help, f"Order {seed}: seccond")
        await hearth.edits(mia, second, f"Order {seed}: second")
        gone = await hearth.says(mia, hearth.help, f"Order {seed}: gone")
        await hearth.reacts(mia, first, emoji(hearth))
        await hearth.deletes(mia, gone)
        await hearth.release(seed)

        told = [f"Order {seed}: first", f"Order {seed}: under it", f"Order {seed}: second"]
        assert kept(hearth, f"Order {seed}") == told
        assert len([row for row in hearth.rows(Reaction) if row.message == hearth.id_of(first)]) == 1


async def test_what_is_told_again_changes_nothing(hearth: Played) -> None:
    ada = await hearth.joins("Ada")
    asked = await hearth.says(ada, hearth.help, "How do I get the lid off the kiln?")
    await hearth.reacts(ada, asked, emoji(hearth))
    thanked = await hearth.says(await hearth.joins("Tom"), hearth.help, "Lift it with both hands.", to=asked)
    await hearth.edits(ada, asked, "How do I lift the lid off the kiln?")
    await hearth.deletes(ada, await hearth.says(ada, hearth.help, "Never mind."))
    await hearth.says(ada, hearth.help, "thanks, that worked!", to=asked)
    await hearth.reacts(ada, thanked, emoji(hearth))
    await hearth.says(ada, hearth.help, f"{SALE} Told again.")
    await hearth.lets_be()
    await hearth.shown(hearth.managers, "Told again.")
    hearth.later(timedelta(minutes=1))
    await hearth.ticked()
    before = derived(hearth)
    assert before["message"]
    assert before["said"]
    await hearth.tells_again()
    await hearth.ticked()

    assert derived(hearth) == before


# A Monday a week later, a second before the digest of the week is due.
DIGEST = datetime(2031, 4, 14, 8, 59, 59, tzinfo=UTC)


async def test_a_restart_repeats_nothing(hearth: Played) -> None:
    zoe = await hearth.joins("Zoe")
    for text in (
        "The export is broken, it crashes whenever I click on it.",
        "I wish there was a dark mode, my eyes hurt.",
        "I love the new editor, it is so much faster!",
    ):
        await hearth.says(zoe, hearth.help, text)
    await hearth.says(zoe, hearth.help, f"{SALE} Before a restart.")
    await hearth.lets_be()
    await hearth.shown(hearth.managers, "Before a restart.")
    await hearth.ticked()
    hearth.goes_to(DIGEST)
    await hearth.restart()
    await hearth.shown(hearth.managers, "export is broken")
    await hearth.ticked()
    said = [await hearth.words(each) for each in await hearth.read(hearth.managers)]
    greeted = [await hearth.words(each) for each in await hearth.read(hearth.general)]
    await hearth.restart()
    await hearth.ticked()

    assert [await hearth.words(each) for each in await hearth.read(hearth.managers)] == said
    assert [await hearth.words(each) for each in await hearth.read(hearth.general)] == greeted
    assert len([words for words in said if "Before a restart." in words]) == 1
    assert len([words for words in said if "export is broken" in words]) == 1
    assert hearth.rows(Failure) == []


def emoji(hearth: Played) -> str:
    """Return a reaction as it is written there."""
    return "tada" if isinstance(hearth, SlackHearth) else "🎉"


def derived(hearth: Played) -> dict[str, Any]:
    """Return what is kept of what was told, and what was said and done of it."""
    of = (Message, Reaction, Turn, Question, Decision, Broadcast, Feedback, Welcome, Member, Channel)
    # Some platforms do not say when something was, and it is of when it was told.
    found: dict[str, Any] = {
        table(each).name: sorted(
            [tuple(value for value in row if not isinstance(value, datetime)) for row in hearth.rows(each)],
            key=repr,
        )
        for each in of
    }
    done = [row for row in hearth.rows(Outgoing) if row.kind != "answer"]
    return found | {"said": [(row.key, row.state, row.message) for row in done]}


async def test_a_preview_that_was_applied_is_pressed_no_more(hearth: Played) -> None:
    preview = await hearth.draft("raid_joins", "12")
    left = await hearth.draft("raid_joins", "13")

    await hearth.presses(hearth.dana, preview, "Apply")
    await hearth.says_now(preview, "It holds from now on.")
    assert "Nothing is changed yet." not in await hearth.words(preview)
    await hearth.presses(hearth.dana, left, "Leave it")
    await hearth.says_now(left, "Nothing was changed.")
    assert "Nothing is changed yet." not in await hearth.words(left)
