"""What a message's words tell of its turn in the talk."""

import pytest

from bot.language.linker.turns import TURNS, WEIGHTS, terms_of, turns_of
from bot.language.words import read_words


def told(text: str) -> dict[str, float]:
    return dict(zip(TURNS, turns_of(read_words(text), WEIGHTS), strict=True))


def test_a_greeting_with_a_question_starts_something_and_going_on_does_not() -> None:
    starts = told("hello everyone, can anyone help me with a problem?")["starts_by_words"]

    assert starts > 0 > told("and then it worked")["starts_by_words"]


def test_what_begins_like_the_middle_of_a_sentence_goes_on() -> None:
    assert told("or at least I think so")["goes_on_by_words"] > told("you need to")["goes_on_by_words"]


@pytest.mark.parametrize("text", ["ada: try it again", "ada, try it again", "@ada try it again"])
def test_whom_a_message_calls_first_is_no_word_of_it(text: str) -> None:
    assert terms_of(read_words(text)) == terms_of(read_words("try it again"))


def test_a_word_before_a_comma_is_no_name() -> None:
    assert "^ yes" in terms_of(read_words("yes, try it"))


@pytest.mark.parametrize("text", ["", "?", "…", "`code`", "ada:", "好的"])
def test_any_text_is_read(text: str) -> None:
    assert len(told(text)) == len(TURNS)
