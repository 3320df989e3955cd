"""A newcomer's first question is marked, stands first in the list, and may have a clock of its own."""

from collections.abc import Callable

import pytest

from bot.cards import plain
from storage.database import Database
from tests.features.world import SETTINGS, Community, Founds, ada, bob, cleo, posted

ASKED = "How do I export my boards to CSV?"
MARK = "New here: Their first question"


def listed(community: Community, words: str = "") -> list[str]:
    return [item.text for item in community.commands(f"questions {words}").sections[0].items]


def flags(community: Community) -> list[str]:
    """Return the questions that managers were told of."""
    return [card.quotes[0].text for card in community.cards("managers")]


@pytest.mark.parametrize("founds", ["sqlite_url", "postgresql_url"])
def test_it_is_flagged_sooner_where_that_is_set_and_others_are_not(
    founds: str, request: pytest.FixtureRequest, opened: Callable[[str], Database]
) -> None:
    settings = {**SETTINGS, "newcomer_limit": "2h"}
    community = Community(opened(request.getfixturevalue(founds)), settings)
    community.joins(ada)
    community.says(
        posted(ASKED, by=ada, channel="help"),
        posted("Where do I find the invoices?", by=bob, channel="help"),
        posted("How do I print a board?", by=ada, channel="help", minutes=30),
    )
    community.passes(hours=2)
    assert flags(community) == [ASKED]
    assert MARK in plain(community.card("managers"))
    community.passes(hours=3)

    assert flags(community) == [ASKED, "Where do I find the invoices?", "How do I print a board?"]
    assert [MARK in plain(card) for card in community.cards("managers")] == [True, False, False]


def test_it_waits_as_long_as_any_until_something_else_is_set(community: Community) -> None:
    community.joins(ada)
    community.says(posted(ASKED, by=ada, channel="help"))
    community.passes(hours=3, minutes=59)
    assert community.cards("managers") == []
    community.passes(minutes=1)

    assert MARK in plain(community.card("managers"))


def test_who_came_long_ago_or_was_there_before_is_no_newcomer(found: Founds) -> None:
    community = found(newcomer_limit="1h")
    community.joins(ada)
    community.passes(days=31)
    community.says(posted(ASKED, by=ada, channel="help"), posted("Where is the invoice?", by=cleo))
    community.passes(hours=2)

    assert community.cards("managers") == []


def test_a_preview_counts_what_would_be_flagged_at_once_and_it_is(community: Community) -> None:
    community.joins(ada)
    community.says(posted(ASKED, by=ada, channel="help"), posted("Where is the invoice?", by=bob))
    community.passes(hours=3)
    card = community.commands("settings set newcomer_limit 2h")
    assert "1 open question would be flagged at once." in plain(card)
    community.presses("Apply", card)
    community.passes(minutes=1)

    assert flags(community) == [ASKED]
    assert "newcomer_limit: 2 h" in plain(community.commands("settings"))
    off = community.commands("settings set newcomer_limit off")
    assert "2 h → off (default)" in plain(off)


def test_a_limit_longer_than_the_usual_one_changes_nothing(community: Community) -> None:
    community.joins(ada)
    community.says(posted(ASKED, by=ada, channel="help"))
    card = community.commands("settings set newcomer_limit 8h")
    assert "it changes nothing" in plain(card)
    community.presses("Apply", card)
    community.passes(hours=4)

    assert flags(community) == [ASKED]


def test_setup_suggests_it(community: Community) -> None:
    card = community.commands("setup")
    assert "Newcomers' first questions wait as long as any. Two hours are a good beginning: 2h." in plain(
        card
    )
    [button] = [button for button in card.buttons if button.value == "newcomer_limit"]
    preview = community.submits(community.asks_for(button), value="2h")
    community.presses("Apply", preview)

    assert "Newcomers' first questions wait for 2 h" in plain(community.commands("setup"))


def test_it_stands_first_in_the_list_unless_an_order_is_asked_for(community: Community) -> None:
    community.says(posted("Where do I find the invoices?", by=bob, channel="help"))
    community.joins(ada)
    community.says(
        posted(ASKED, by=ada, channel="help", minutes=30),
        posted("Where is the invoice?", by=ada, minutes=30),
    )
    first = f"30 min, a newcomer's first question, Ada in #help: {ASKED}"
    others = [
        "1 h, Bob in #help: Where do I find the invoices?",
        "0 min, Ada in #general: Where is the invoice?",
    ]

    assert listed(community) == [first, *others]
    assert listed(community, "oldest") == [others[0], first, others[1]]
    assert listed(community, "newest") == [others[1], first, others[0]]


def test_what_was_no_question_was_not_their_first(community: Community) -> None:
    community.joins(ada)
    community.says(posted(ASKED, by=ada, channel="help"))
    community.passes(hours=5)
    community.presses("Not a question", community.card("managers"))
    community.says(posted("Where do I find the invoices?", by=ada))

    assert "a newcomer's first question" in listed(community)[0]
