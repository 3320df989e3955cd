"""Managers have one list of open questions, which is changed as things change and never posted again."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from bot.actions import Update
from bot.cards import Card, plain
from bot.core import Core
from bot.features import FEATURES
from bot.manners import Manners
from storage.tables import OpenList, table
from tests.features.world import NOON, Community, Founds, ada, bob, cleo, posted

ASKED = "How do I export my boards to CSV?"
OTHER = "Is there a way to print a page?"


@pytest.fixture
def community(found: Founds) -> Community:
    """A community with a list, posted already; questions may wait for long."""
    community = found(open_list=True, limit="20d")
    waits(community)
    return community


def waits(community: Community, minutes: float = 6) -> None:
    """Let time pass, and have the platform do what is to be done then, and what follows of that."""
    community.passes(minutes=minutes)
    community.delivers()


def changes(community: Community) -> list[Update]:
    return [update for update in community.updates() if update.post.startswith("list:")]


def lines(card: Card) -> list[str]:
    return [item.text for section in card.sections for item in section.items]


def test_it_is_not_there_unless_it_is_wanted(found: Founds) -> None:
    community = found(limit="20d")
    community.says(posted(ASKED, by=ada))
    community.passes(days=1)

    assert community.cards("managers") == []


def test_it_shows_what_is_open_and_is_changed_in_its_place(community: Community) -> None:
    assert community.card("managers").title == "No question is open"
    asked, other = posted(ASKED, by=ada, channel="help"), posted(OTHER, by=cleo, channel="general")
    community.says(asked, other)
    waits(community)

    card = community.card("managers")
    assert card.title == "2 open questions"
    assert lines(card) == [
        f"Monday 2 March 12:07, Ada in #help: {ASKED}",
        f"Monday 2 March 12:08, Cleo in #general: {OTHER}",
    ]
    assert [ref.message for section in card.sections for item in section.items for ref in item.refs] == [
        asked.id,
        other.id,
    ]

    community.says(posted("Settings → Export", by=bob, thread=asked))
    waits(community)
    assert community.card("managers").title == "1 open question"
    assert len(community.posts("managers")) == 1


def test_what_changed_within_five_minutes_is_told_at_once_and_nothing_is_told_twice(
    community: Community,
) -> None:
    for number in range(4):
        community.says(posted(f"How do I export board {number} to CSV?", by=f"m{number}", channel="help"))
    for _ in range(2):
        waits(community)
    assert len(changes(community)) <= 2
    told = len(changes(community))
    for _ in range(5):
        waits(community)
    # Nothing changed since.
    assert len(changes(community)) == told


def test_no_more_is_sent_while_the_platform_puts_it_off(community: Community) -> None:
    community.says(posted(ASKED, by=ada, channel="help"))
    community.passes(minutes=6)
    community.says(posted(OTHER, by=cleo))
    community.passes(minutes=30)
    assert len(changes(community)) == 1
    community.delivers()
    waits(community)

    assert len(changes(community)) == 2
    assert community.card("managers").title == "2 open questions"


def test_started_again_it_goes_on_with_the_list_that_is_there(community: Community) -> None:
    community.says(posted(ASKED, by=ada, channel="help"))
    waits(community)
    community.core = Core(community.database, FEATURES)
    community.sleeps(days=3)
    community.delivers()
    waits(community)

    assert len(community.posts("managers")) == 1
    assert len(changes(community)) == 1


def test_it_is_made_anew_each_day_where_old_cards_cannot_be_changed_at_will(
    community: Community, monkeypatch: pytest.MonkeyPatch
) -> None:
    counting = Manners(
        private_words=True,
        offered_words=True,
        whispers=True,
        home=True,
        profiles=True,
        old_cards=timedelta(minutes=20),
    )
    monkeypatch.setattr("bot.features.questions.live.manners_of", lambda _: counting)
    waits(community, minutes=60)
    for number in range(12):
        community.says(posted(f"How do I export board {number} to CSV?", by=f"m{number}", channel="help"))
        waits(community, minutes=4)
    # In this hour, of a card that is older than one.
    assert 2 <= len(changes(community)) <= 3

    community.waits_until(NOON + timedelta(hours=13))
    community.delivers()
    waits(community)
    old, new = community.cards("managers")
    assert plain(old) == "This list goes on further down."
    assert new.title == "12 open questions"
    assert len(community.posts("managers")) == 2


def test_what_could_not_be_posted_or_changed_is_tried_again_the_next_day(found: Founds) -> None:
    community = found(open_list=True, limit="20d")
    community.passes(minutes=1)
    community.delivers(outcome="failed")
    waits(community, minutes=120)
    assert len(community.posts("managers")) == 1
    waits(community, minutes=24 * 60)
    assert len(community.posts("managers")) == 2

    community.says(posted(ASKED, by=ada, channel="help"))
    for _ in range(5):
        community.passes(minutes=6)
        community.delivers(outcome="failed")
    assert len(changes(community)) == 3
    assert len(community.posts("managers")) == 2
    waits(community, minutes=24 * 60)
    assert len(community.posts("managers")) == 3


def test_a_change_that_failed_is_tried_again_in_the_next_round(community: Community) -> None:
    asked = posted(ASKED, by=ada, channel="help")
    community.says(asked)
    waits(community)
    community.deletes(asked)
    community.passes(minutes=6)
    community.delivers(outcome="failed")
    # Nothing else changed since.
    for _ in range(3):
        waits(community)

    *_, failed, last = changes(community)
    assert len(changes(community)) == 3
    assert last.card == failed.card
    assert last.card.title == "No question is open"


def test_turned_off_it_ends_and_turned_on_it_begins_anew(community: Community) -> None:
    community.says(posted(ASKED, by=ada, channel="help"))
    waits(community)
    preview = community.commands("settings set open_list no")
    assert "says that it is no longer kept" in plain(preview)
    community.presses("Apply", on=preview)
    waits(community)
    assert plain(community.card("managers")).startswith("This list is no longer kept.")
    community.passes(days=2)
    with community.database.reading() as tx:
        assert tx.rows(select(table(OpenList))) == []

    community.presses("Apply", on=community.commands("settings set open_list yes"))
    waits(community, minutes=1)
    assert [card.title for card in community.cards("managers")] == ["", "1 open question"]


def test_it_goes_where_managers_look_now(community: Community) -> None:
    community.presses("Apply", on=community.commands("settings set managers_channel #board"))
    waits(community, minutes=1)

    assert plain(community.card("managers")).startswith("This list is no longer kept.")
    assert community.card("board").title == "No question is open"


def test_a_private_channels_words_are_not_in_it(community: Community) -> None:
    community.says(posted("How do we tell people about the budget cut?", by=ada, channel="board"))
    waits(community)

    assert lines(community.card("managers")) == ["Monday 2 March 12:07, in #board"]


def test_it_says_what_speaks_for_its_being_answered(community: Community) -> None:
    asked = posted(ASKED, by=ada, channel="help")
    back = posted("Which version do you have?", by=bob, thread=asked)
    community.says(asked, back)
    waits(community)

    [line] = lines(community.card("managers"))
    assert line.endswith("(not answered yet: Bob asks a question back)")
