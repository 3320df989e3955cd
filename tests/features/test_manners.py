"""What a platform's manners want: nobody is written to in private unasked where that is not done."""

import pytest

from bot.actions import Post, Tell
from bot.cards import plain
from bot.manners import manners_of
from tests.features.world import MANAGER, Community, Founds, ada, posted

ASKED = "How do I export my board to CSV?"


def reminded(community: Community) -> None:
    """Have a manager be reminded of a question."""
    community.says(posted(ASKED, by=ada, channel="help"))
    community.passes(hours=5)
    community.presses("Later", on=community.card("managers"))
    community.passes(hours=5)


def test_who_asked_to_be_reminded_is_told_in_private(community: Community) -> None:
    reminded(community)
    [card] = community.told(MANAGER)
    assert ASKED in plain(card)


def test_where_that_is_not_done_managers_read_it_and_who_asked_is_greeted(
    found: Founds, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tests.features.world.HOME", "discord:1")
    community = found()
    reminded(community)

    assert not any(isinstance(action, Tell) for action in community.actions())
    reminder = next(each for each in community.posts("managers") if "remind" in each.card.title)
    assert isinstance(reminder, Post)
    assert reminder.card.greets == (MANAGER,)
    assert ASKED in plain(reminder.card)


@pytest.mark.parametrize(
    ("community", "private_words", "home"),
    [("slack:T1", True, True), ("discord:1", False, False), ("sandbox:home", True, True)],
)
def test_every_platform_has_its_manners(community: str, private_words: bool, home: bool) -> None:
    manners = manners_of(community)
    assert (manners.private_words, manners.home) == (private_words, home)
