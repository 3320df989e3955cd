"""One grammar for all: a word and what follows; managers' words refuse others kindly."""

import pytest

from bot.cards import plain
from bot.commands import COMMANDS
from bot.core import Core
from bot.features import FEATURES
from tests.features.test_digests import FailsOn
from tests.features.world import Community, Founds, ada, bob, dan, posted

MANAGERS_WORDS = [command.name for command in COMMANDS if command.managers]
SALESY = "Join our launch! 50% off today"


@pytest.mark.parametrize(
    "text", ["", "   ", "\n", "help", "HELP", " \t Help \n", "/community help", "/community"]
)
def test_help_says_what_everyone_can_do(community: Community, text: str) -> None:
    card = community.commands(text, by=ada, channel="general")

    assert card.title == "I look after this community with its managers"
    assert [section.name for section in card.sections] == ["For everyone"]
    assert "/community check: how salesy a draft reads, and why" in plain(card)
    assert "health" not in plain(card)


def test_help_tells_managers_of_all_words(community: Community) -> None:
    said = plain(community.commands("help", by=dan))

    for command in COMMANDS:
        assert f"/community {command.name}: {command.does}" in said


@pytest.mark.parametrize("word", MANAGERS_WORDS)
def test_managers_words_refuse_others_kindly(community: Community, word: str) -> None:
    said = plain(community.commands(f"{word} please", by=bob, channel="general"))

    assert said == (
        "Only the managers of this community can do that. Thank you for looking after it all the same! "
        "/community help shows what is for everyone."
    )


@pytest.mark.parametrize("word", [command.name for command in COMMANDS])
def test_every_word_is_answered_once(community: Community, word: str) -> None:
    if word == "check":
        # Without a draft a window asks for one.
        assert community.opens(word).title == community.opens("  CHECK\n").title == "Check a draft"
        return
    assert plain(community.commands(word, by=dan))
    assert plain(community.commands(f"  {word.upper()}\n", by=dan))


@pytest.mark.parametrize(
    ("word", "like"), [("hepl", "help"), ("chekc", "check"), ("question", "questions"), ("digset", "digest")]
)
def test_an_unknown_word_suggests_the_nearest(community: Community, word: str, like: str) -> None:
    said = plain(community.commands(word, by=dan))

    assert said == f'I do not know "{word}". Did you mean /community {like}?'


def test_members_are_not_sent_to_managers_words(community: Community) -> None:
    said = plain(community.commands("digset", by=ada))

    assert said == 'I do not know "digset". /community help shows what I do.'


def test_a_word_like_none_is_cut_and_points_to_help(community: Community) -> None:
    said = plain(community.commands("x" * 5_000, by=ada))

    assert said == f'I do not know "{"x" * 29}…". /community help shows what I do.'


@pytest.mark.parametrize("space", [" ", "\n", "\t", "\r\n", "   ", "\u00a0", " \n\n "])
def test_any_white_space_stands_between_a_word_and_what_follows(community: Community, space: str) -> None:
    assert community.commands(f"check{space}{SALESY}", by=ada).title == "This reads like selling"


def test_the_lines_of_a_draft_stay_lines(community: Community) -> None:
    quoted = community.commands("check\n> Join our launch! 50% off today\nIs that too much?", by=ada)

    assert quoted.title == "This reads as talk among people"


def test_status_says_what_is_missing(found: Founds) -> None:
    community = found(managers_channel=None, feedback_channel=None, limit="90m", working_hours="Mon-Fri 9-17")
    card = community.commands("status")

    assert (card.title, card.tone) == ("Some things need a look", "warning")
    said = plain(card)
    assert "Flags go to: no channel yet, so they are only kept" in said
    assert "Digests go to: no channel yet, so they are only kept" in said
    assert "Welcomes go to: #general" in said
    assert "A question is flagged after: 1.5 h of working time (Mon-Fri 09:00-17:00)" in said
    assert "Timezone: UTC" in said


def test_status_says_that_all_is_well(community: Community) -> None:
    community.joins(ada)
    community.passes(minutes=1)
    said = plain(community.commands("status"))
    assert "Messages that wait to be sent: 1" in said
    community.delivers()
    card = community.commands("status")

    assert (card.title, card.tone) == ("All is well", "good")
    assert "Messages sent: 2" in plain(card)
    assert "wait" not in plain(card)


def test_status_counts_what_could_not_be_handled(founds_carelessly: Founds) -> None:
    community = founds_carelessly()
    community.core = Core(community.database, {**FEATURES, "feedback": FailsOn(ada)})
    community.says(posted("Good morning", by=ada))
    community.delivers()
    card = community.commands("status")

    assert card.title == "Some things need a look"
    assert "What I could not handle, and kept: 1" in plain(card)


def test_a_question_after_the_word_is_no_question_of_the_community(community: Community) -> None:
    community.commands("check How do I export to CSV?", by=ada)

    assert community.questions() == []
    community.says(posted("How do I export to CSV?", by=ada))
    assert len(community.questions()) == 1
