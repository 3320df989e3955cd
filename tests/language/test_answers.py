"""What was said after a question tells whether it was answered, by whom, and on what that rests."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from random import Random

from hypothesis import given, settings
from hypothesis import strategies as st

from bot.language.answers import Mark, Outcome, outcome
from bot.language.parents import Said

NINE = datetime(2024, 5, 6, 9, 0, tzinfo=UTC)


def talk(*lines: tuple[str, str]) -> list[Said]:
    """Messages a minute apart, from (author, text); "bot" is one."""
    return [
        Said(f"m{minute}", author, NINE + timedelta(minutes=minute), text, bot=author == "bot")
        for minute, (author, text) in enumerate(lines, 1)
    ]


def read(*lines: tuple[str, str], marks: Sequence[Mark] = ()) -> Outcome:
    return outcome("ada", talk(*lines), marks)


def test_nothing_said_is_unanswered() -> None:
    assert read() == Outcome("unanswered", None, None, None)


def test_another_persons_reply_answers() -> None:
    found = read(("bob", "Settings → Export"))

    assert found.state == "answered"
    assert found.helper == "bob"
    assert found.evidence is not None
    assert (found.evidence.kind, found.evidence.message_id, found.evidence.by) == ("reply", "m1", "rule")
    assert found.first_response == NINE + timedelta(minutes=1)


def test_a_bot_never_answers_nor_responds() -> None:
    found = read(("bot", "Here is an article that may help: https://example.org/export"))

    assert (found.state, found.first_response) == ("unanswered", None)


def test_what_is_no_answer_leaves_it_open_but_is_a_response() -> None:
    for text in ("same here", "+1", "me too", "which version?", "no idea, sorry", "let me check", "hi", "👀"):
        found = read(("bob", text))

        assert found.state == "unanswered", text
        assert found.first_response == NINE + timedelta(minutes=1), text


def test_the_askers_thanks_confirm_and_name_the_helper() -> None:
    found = read(("bob", "Settings → Export"), ("cleo", "good luck!"), ("ada", "thanks, that worked!"))

    assert found.state == "answered"
    assert found.helper == "bob"
    assert found.evidence is not None
    assert (found.evidence.kind, found.evidence.message_id) == ("thanks", "m3")


def test_thanks_do_not_reopen() -> None:
    assert read(("bob", "Settings → Export"), ("ada", "ok thanks"), ("ada", "ty :)")).state == "answered"


def test_thanks_in_advance_or_to_nobody_answer_nothing() -> None:
    assert read(("ada", "thanks in advance!")).state == "unanswered"
    assert read(("ada", "thank you")).state == "unanswered"
    assert read(("bob", "no idea, sorry"), ("ada", "ok thanks anyway")).state == "unanswered"


def test_still_failing_reopens_until_a_further_reply() -> None:
    tried = (("bob", "try the second tab"), ("ada", "still doesn't work"))

    assert read(*tried) == Outcome("unanswered", None, NINE + timedelta(minutes=1), None)
    assert read(*tried, ("cleo", "then clear the cache and log in again")).helper == "cleo"


def test_asking_on_reopens() -> None:
    found = read(("bob", "Settings → Export"), ("ada", "thanks! and how do I import it again?"))

    assert found.state == "unanswered"


def test_giving_what_was_asked_for_leaves_it_with_the_helper() -> None:
    asked_back = (("bob", "which version?"), ("ada", "3.2, on a Mac"))

    assert read(*asked_back).state == "unanswered"
    assert read(*asked_back, ("bob", "then it is under File, Export")).state == "answered"
    assert read(("bob", "it is under File"), ("bob", "which version?"), ("ada", "3.2")).state == "unanswered"


def test_an_asker_may_solve_it_alone() -> None:
    found = read(("ada", "never mind, found it"))

    assert found.state == "answered"
    assert found.helper is None
    assert found.evidence is not None
    assert (found.evidence.kind, found.evidence.message_id) == ("self_solved", "m1")


def test_an_asker_may_take_it_back() -> None:
    found = read(("ada", "never mind, forget it"))

    assert found.state == "dismissed"
    assert found.evidence is not None
    assert found.evidence.kind == "withdrawn"


def test_a_check_mark_answers_with_the_marked_message() -> None:
    marks = [Mark("m1", "dan", NINE + timedelta(minutes=9))]
    found = read(("bob", "did you look under Settings?"), marks=marks)

    assert found.state == "answered"
    assert found.helper == "bob"
    assert found.evidence is not None
    assert (found.evidence.kind, found.evidence.message_id) == ("check_mark", "m1")


def test_a_check_mark_on_the_question_itself_answers_too() -> None:
    found = read(marks=[Mark("question", "ada", NINE + timedelta(minutes=9))])

    assert (found.state, found.helper) == ("answered", None)
    assert found.evidence is not None
    assert found.evidence.message_id == "question"


def test_failing_after_a_check_mark_reopens() -> None:
    marks = [Mark("m1", "dan", NINE + timedelta(minutes=1, seconds=30))]

    assert read(("bob", "Settings → Export"), ("ada", "it still fails"), marks=marks).state == "unanswered"


LINES = st.lists(
    st.tuples(
        st.sampled_from(["ada", "bob", "cleo", "bot"]),
        st.sampled_from(
            [
                "Settings → Export",
                "thanks!",
                "same here",
                "which version?",
                "still fails",
                "nvm",
                "fixed it",
                "3.2",
            ]
        ),
    ),
    max_size=8,
)


@settings(deadline=None)
@given(LINES, st.randoms(use_true_random=False))
def test_the_order_of_arrival_does_not_matter(lines: list[tuple[str, str]], random: Random) -> None:
    said = talk(*lines)
    marks = [Mark("m1", "dan", NINE + timedelta(minutes=3)), Mark("m2", "ada", NINE + timedelta(minutes=5))]
    shuffled, others = list(said), list(marks)
    random.shuffle(shuffled)
    random.shuffle(others)

    assert outcome("ada", shuffled, others) == outcome("ada", said, marks)


@settings(deadline=None)
@given(LINES)
def test_a_state_other_than_unanswered_rests_on_something(lines: list[tuple[str, str]]) -> None:
    found = outcome("ada", talk(*lines))

    assert (found.state == "unanswered") == (found.evidence is None)
    assert found.helper not in ("ada", "bot")
