"""Members are welcomed once for good, after any screening; a raid gets one note, and managers hear of it."""

import pytest

from bot.cards import plain
from bot.communities import WrongSetting, settings_from
from tests.features.world import Community, Founds, ada, bob, dan, posted

NEWCOMERS = tuple(f"member{number}" for number in range(30))


def greetings(community: Community) -> list[str]:
    """Return what was said in the channel where newcomers are welcomed."""
    return [post.card.text for post in community.posts("general")]


def test_a_newcomer_is_welcomed_by_name_and_pinged_alone(community: Community) -> None:
    community.joins(ada)
    community.passes(minutes=1)

    [post] = community.posts("general")
    assert post.card.text.startswith("Welcome, Ada! Tell us what brings you here")
    assert post.card.greets == (ada,)


def test_the_words_are_the_communitys_own(found: Founds) -> None:
    community = found(welcome_text="Hi {name}, take a seat. {name} is a fine name.")
    community.joins(ada)
    community.passes(minutes=1)

    assert greetings(community) == ["Hi Ada, take a seat. Ada is a fine name."]


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("Hi {nick}!", "welcome_text: {nick} means nothing in a welcome; it can hold {name}."),
        ("Hi {name!", "welcome_text: a brace stands alone in it; write {name} for the newcomer's name."),
        (" \n", "welcome_text: a welcome has to say something."),
        ("x" * 1_001, "welcome_text: it has to be a text of 1,000 characters at most."),
    ],
)
def test_a_template_that_is_wrong_is_refused_with_a_sentence(text: str, sentence: str) -> None:
    with pytest.raises(WrongSetting) as refused:
        settings_from({"welcome_text": text})

    assert str(refused.value) == sentence


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("**Ada** <!channel> @everyone", "**Ada** <!channel> @everyone"),
        ("{name} {0}", "{name} {0}"),
        ("Ada\n# Free coins\n\there", "Ada # Free coins here"),
        (" ", "ada"),
    ],
)
def test_a_name_is_a_name_whatever_it_holds(found: Founds, name: str, shown: str) -> None:
    community = found(welcome_text="Hi {name}.")
    community.joins(ada, name=name)
    community.passes(minutes=1)

    [post] = community.posts("general")
    assert post.card.text == f"Hi {shown}."
    assert post.card.greets == (ada,)


def test_nobody_is_welcomed_twice(community: Community) -> None:
    community.joins(ada)
    community.passes(minutes=1)
    community.leaves(ada)
    community.passes(days=60)
    community.joins(ada)
    community.passes(minutes=1)

    assert len(greetings(community)) == 1


def test_who_leaves_at_once_is_welcomed_when_they_are_back(community: Community) -> None:
    community.joins(ada)
    community.leaves(ada)
    community.passes(minutes=1)
    assert greetings(community) == []
    community.joins(ada)
    community.passes(minutes=1)

    assert len(greetings(community)) == 1


def test_bots_are_never_welcomed(community: Community) -> None:
    community.joins("feeds", bot=True)
    community.passes(minutes=1)

    assert community.actions() == []


def test_the_welcome_waits_for_the_screening(community: Community) -> None:
    community.joins(ada, pending=True)
    community.passes(days=1)
    assert greetings(community) == []
    community.admits(ada)
    community.passes(minutes=1)

    assert len(greetings(community)) == 1


def test_who_never_passes_the_screening_is_never_welcomed(community: Community) -> None:
    community.joins(ada, pending=True)
    community.leaves(ada)
    community.passes(days=1)

    assert community.actions() == []


def test_who_only_speaks_is_not_welcomed(community: Community) -> None:
    community.says(posted("Good morning", by=bob))
    community.passes(minutes=1)

    assert community.actions() == []


def test_nobody_is_welcomed_where_no_channel_is_named_nor_later_for_it(found: Founds) -> None:
    community = found(welcome_channel=None)
    community.joins(ada)
    community.passes(days=1)

    assert community.actions() == []


def test_a_raid_gets_one_note_and_managers_hear_of_it_once(community: Community) -> None:
    for member in NEWCOMERS[:12]:
        community.joins(member)
    community.passes(seconds=10)

    said = greetings(community)
    assert said[-1] == "Welcome, all who just came in! Tell us what brings you here, and ask anything."
    assert all(card.greets == () for card in community.cards("general") if card.text == said[-1])
    card = community.card("managers")
    assert card.title == "10 people joined within a minute"
    assert "Member0, Member1," in plain(card)
    assert card.tone == "warning"
    for member in NEWCOMERS[12:]:
        community.joins(member)
    community.passes(minutes=2)
    assert greetings(community) == said
    assert len(community.cards("managers")) == 1


def test_all_at_once_nobody_is_greeted_singly(found: Founds) -> None:
    community = found(raid_joins=3)
    community.joins(ada)
    community.joins(bob)
    community.joins("cleo")
    community.joins("eve")
    community.passes(minutes=1)

    assert len(greetings(community)) == 1
    assert community.card("managers").title == "4 people joined within a minute"
    community.leaves(ada)
    community.joins(ada)
    community.passes(days=1)
    assert len(greetings(community)) == 1


def test_a_long_list_of_names_is_cut(found: Founds) -> None:
    community = found(raid_joins=3)
    at = community.now
    for member in NEWCOMERS:
        community.now = at
        community.joins(member)
    community.passes(minutes=1)

    card = community.card("managers")
    assert card.title == "30 people joined within a minute"
    assert card.fields[0].value.endswith(" and 10 more")


def test_nine_in_a_minute_are_welcomed_one_by_one(community: Community) -> None:
    for member in NEWCOMERS[:9]:
        community.joins(member)
    community.passes(minutes=1)

    assert len(greetings(community)) == 9
    assert community.cards("managers") == []


def test_a_manager_sees_the_welcome_as_a_newcomer_would(community: Community) -> None:
    card = community.commands("welcome")

    assert card.text.startswith("Welcome, Dan! Tell us what brings you here")
    assert card.footer == "This is what a newcomer sees in #general."
    assert greetings(community) == []


def test_the_preview_says_when_nobody_is_greeted(found: Founds) -> None:
    card = found(welcome_channel=None).commands("welcome", by=dan)

    assert card.footer == "Nobody is greeted yet: no channel is named for it."
