"""Members see what is stored about them, take part unseen, and are forgotten; nothing brings them back."""

import asyncio
import json
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest

from bot.cards import Card, plain
from bot.core import Core
from bot.events import MemberChanged, MemberJoined, MessageEdited, MessagePosted, ReactionAdded
from bot.features import FEATURES
from bot.installation import settle_in
from bot.memory import Memories
from bot.ports import MEMBERS
from storage.database import Database
from tests.core.contents import contents
from tests.features.test_broadcasts import NEWSLETTER
from tests.features.world import HOME, NOON, SETTINGS, Community, Words, ada, bob, posted
from tests.test_data_use import OF_MEMBERS

# Nobody else is called so, and no word holds it.
QUIET = "quetzal"
SAID = "axolotl"
ASKED = f"How do I export the {SAID} to CSV?"


@pytest.fixture
def community(request: pytest.FixtureRequest, opened: Callable[[str], Database]) -> Iterator[Community]:
    """A community of an installation with keys; on another database where a test says so."""
    database = opened(request.getfixturevalue(getattr(request, "param", "sqlite_url")))
    settle_in(database, "https://hearth.example.com")
    community = Community(database, SETTINGS)
    yield community
    assert not community.failures()


on_both = pytest.mark.parametrize("community", ["sqlite_url", "postgresql_url"], indirect=True)


def told_of(community: Community, *words: str) -> dict[str, list[Any]]:
    """Return the rows, by their tables, that hold any of these words."""
    return {
        name: found
        for name, rows in contents(community.database).items()
        if (found := [row for row in rows if any(word in str(row).lower() for word in words)])
    }


def yes(community: Community, by: str = QUIET) -> str:
    """Have somebody ask to be forgotten, and say so once more; return what they are told."""
    return community.presses("Forget me", on=community.commands("me forget", by=by, channel="general"), by=by)


def test_an_adapter_remembers_nobody_who_was_forgotten(community: Community) -> None:
    async def remembers() -> str | None:
        return await memory.read(HOME, MEMBERS)

    memory = Memories(community.database)
    asyncio.run(memory.write(HOME, MEMBERS, json.dumps({QUIET: "1", ada: "2"})))
    community.says(posted("hello all", by=QUIET))
    assert QUIET in (asyncio.run(remembers()) or "")
    yes(community)
    community.passes(minutes=1)
    assert asyncio.run(remembers()) == json.dumps({ada: "2"}, separators=(",", ":"))
    asyncio.run(memory.write(HOME, MEMBERS, json.dumps({QUIET: "3", ada: "4"})))
    assert asyncio.run(remembers()) == json.dumps({ada: "4"}, separators=(",", ":"))


@pytest.fixture
def lived(community: Community) -> tuple[Community, Words]:
    """A community in which somebody did all that a member does."""
    community.joins(QUIET)
    community.passes(minutes=1)
    asked = posted(ASKED, by=QUIET, channel="help")
    other = posted("How do I move a card?", by=ada, channel="help")
    community.says(
        asked,
        other,
        posted(f"Open the menu, then {SAID}", by=QUIET, thread=other),
        posted("thanks, that worked!", by=ada, thread=other),
        posted(f"The {SAID} crashes whenever I save, it throws an error", by=QUIET),
        posted(f"It would be great if the {SAID} could be sorted by date", by=QUIET),
        posted(f"I love the {SAID}, it is fantastic, thank you so much!", by=QUIET),
        posted(f"{NEWSLETTER} {SAID}", by=QUIET, channel="announcements"),
        posted("@quetzal are you there?", by=bob, mentions=(QUIET,)),
    )
    community.filters(QUIET)
    community.reacts(other, "tada", by=QUIET)
    community.sleeps(days=7)
    community.commands("me", by=QUIET, channel="general")
    community.delivers()
    return community, asked


def test_what_is_stored_is_shown_to_whom_it_is_about(lived: tuple[Community, Words]) -> None:
    community, _ = lived
    shown = community.commands("me", by=QUIET, channel="general")

    said = plain(shown)
    assert "Your name here: Quetzal" in said
    assert "Messages whose words are kept: 6" in said
    assert "Reactions: 1" in said
    assert "Questions: 1, of which 0 answered" in said
    assert ASKED in said


def test_the_docs_know_where_something_of_a_member_is(lived: tuple[Community, Words]) -> None:
    community, _ = lived
    found = told_of(community, QUIET, SAID).keys()
    assert {"message", "member", "question", "feedback", "broadcast", "reaction"} <= found
    assert found <= OF_MEMBERS.keys()


def test_who_takes_part_unseen_is_neither_read_nor_kept(lived: tuple[Community, Words]) -> None:
    community, asked = lived
    assert community.question(asked) is not None
    community.presses("Take part unseen", on=community.commands("me", by=QUIET), by=QUIET)
    assert SAID not in str(cards_now(community)).lower()
    community.delivers()

    again = posted(ASKED, by=QUIET, channel="help")
    community.says(again, posted(f"{NEWSLETTER} {SAID}", by=QUIET))
    community.edits(again, f"{ASKED} Please!")
    assert told_of(community, SAID) == {}
    assert community.question(again) is None
    # Their name is known: they are a member like any other, and buttons work.
    assert "Quetzal" in plain(community.commands("me", by=QUIET))

    community.commands("me show", by=QUIET)
    late = MessagePosted(
        id="late",
        community=HOME,
        at=community.now - timedelta(minutes=1),
        channel="help",
        message="late",
        author=QUIET,
        author_name="Quetzal",
        text=ASKED,
    )
    community.receives(late)
    assert told_of(community, SAID) == {}
    community.says(again := posted(ASKED, by=QUIET, channel="help"))
    assert community.question(again) is not None


@on_both
def test_who_is_forgotten_is_in_no_table(lived: tuple[Community, Words]) -> None:
    community, _ = lived
    assert {"message", "member", "question", "feedback", "broadcast", "reaction"} <= set(
        told_of(community, QUIET, SAID)
    )
    assert "You are forgotten" in yes(community)
    assert QUIET not in str(cards_now(community)).lower()
    assert SAID not in str(cards_now(community)).lower()
    community.delivers()

    # What another said is theirs, with the name that stands in it.
    left = told_of(community, QUIET, SAID)
    assert [row["author"] for row in left.pop("message")] == [bob]
    assert left == {}


@on_both
def test_nothing_brings_back_who_was_forgotten(lived: tuple[Community, Words]) -> None:
    community, asked = lived
    yes(community)
    community.delivers()
    about: dict[str, Any] = {"community": HOME, "channel": "help"}
    author: dict[str, Any] = {"author": QUIET, "author_name": "Quetzal", "text": ASKED}
    events = (
        MessagePosted(id="x1", at=NOON, message=asked.id, **about, **author),
        MessagePosted(id="x2", at=community.now + timedelta(minutes=1), message="x2", **about, **author),
        MessageEdited(
            id="x3", at=community.now + timedelta(minutes=2), posted_at=NOON, message="x2", **about, **author
        ),
        ReactionAdded(id="x4", at=community.now, message="m1", member=QUIET, emoji="tada", **about),
        MemberChanged(id="x5", community=HOME, at=community.now, member=QUIET, name="Quetzal"),
        MemberJoined(id="x6", community=HOME, at=community.now, member=QUIET, name="Quetzal"),
    )
    community.receives(*events)
    # An import, into the same database.
    history = [event.model_copy(update={"id": f"past-{event.id}"}) for event in events]
    Core(community.database, FEATURES).receive(history, history=True)
    community.says(posted("@quetzal hello", by=ada, mentions=(QUIET,)))
    community.commands("help", by=QUIET)
    community.passes(days=1)
    community.delivers()

    left = told_of(community, QUIET, SAID)
    assert {row["author"] for row in left.pop("message")} <= {ada, bob}
    assert left == {}
    community.commands("me show", by=QUIET)
    community.says(posted(ASKED, by=QUIET, channel="help"))
    assert "member" in told_of(community, QUIET)


def test_a_forgotten_manager_stays_one_and_is_nobody_on_the_cards(community: Community) -> None:
    community.presses("Apply", on=community.commands(f"settings set managers {ada}0"))
    manager = "ada0"
    asked = posted("How do I export my board to CSV?", by=bob, channel="help")
    community.says(asked)
    community.passes(hours=6)
    community.presses("I'll take it", on=community.card("managers"), by=manager)
    assert "Ada0" in plain(community.card("managers"))
    yes(community, by=manager)

    assert "Taken by: somebody" in plain(community.card("managers"))
    assert "Open questions" not in plain(community.commands("me", by=manager))
    assert "1 open question" in plain(community.commands("questions", by=manager))


def test_it_is_asked_twice_and_can_be_left(community: Community) -> None:
    community.says(posted(ASKED, by=QUIET, channel="help"))
    asked = community.commands("me forget", by=QUIET)
    assert "Nothing is erased yet" in plain(asked)
    assert community.presses("Leave it", on=asked, by=QUIET) == "Nothing was changed."
    assert "member" in told_of(community, QUIET)
    yes(community)
    assert "already" in yes(community)


def test_an_installation_without_keys_says_that_it_cannot(found: Callable[..., Community]) -> None:
    community = found()
    assert "without keys" in plain(community.commands("me hide", by=ada))


def cards_now(community: Community) -> list[Card]:
    """Return what stands in the channels now."""
    return [card for channel in ("general", "managers", "feedback") for card in community.cards(channel)]
