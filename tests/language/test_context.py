"""A pitch is no more than a hint; what was before it makes it promotion, or honest pride."""

import pytest

from bot.language.context import Past, in_context, in_numbers, needs_context
from bot.language.copies import says_the_same, trace_of
from bot.language.salesy import DEFAULT_THRESHOLD, Verdict, judge

PITCH = (
    "I've been working on a small tool that turns your logs into charts, and it runs entirely locally. "
    "Feedback is welcome, contributions too: https://github.com/someone/chartlog"
)
BOAST = "I made a map of all the bakeries in town over the weekend: https://bakeries.example/map"
QUESTION = (
    "Hi, I'm new here. I'm trying to follow https://docs.example.com/start and I get an error when I run the "
    "first example. Does anyone know what I'm doing wrong?"
)
NEWCOMER = Past(first=True, said=0, offered=0, answered=0)
ONLY_ASKS = Past(said=4, offered=4, answered=0)
GIVES = Past(said=40, offered=1, answered=14)


def judged(text: str, past: Past) -> Verdict:
    return in_context(judge(text), past, DEFAULT_THRESHOLD)


def test_a_pitch_by_its_text_alone_is_a_hint_and_not_salesy() -> None:
    verdict = judge(PITCH)

    assert 0 < verdict.salesy < DEFAULT_THRESHOLD
    assert {"own work", "presented", "page of a project"} <= {signal.name for signal in verdict.signals}


@pytest.mark.parametrize("past", [NEWCOMER, ONLY_ASKS, Past(copies=3)])
def test_from_who_gave_nothing_or_said_in_many_places_a_pitch_is_salesy(past: Past) -> None:
    assert judged(PITCH, past).verdict == "salesy"


@pytest.mark.parametrize("past", [GIVES, Past(answers=True)])
def test_from_who_answers_others_or_was_asked_it_is_not_even_a_hint(past: Past) -> None:
    assert judged(PITCH, past).salesy == 0


def test_nothing_before_a_text_makes_a_question_or_plain_talk_salesy() -> None:
    loudest = Past(copies=9, sold=9, first=True, said=0, offered=0, answered=0, left=3)
    for text in (QUESTION, "Good morning everyone!", "The notes are at https://docs.example.com/notes"):
        assert judged(text, loudest).verdict != "salesy"
        assert judged(text, loudest).salesy == judge(text).salesy


def test_less_of_a_text_is_enough_from_who_was_never_heard_before() -> None:
    assert judge(BOAST).salesy == 0
    assert needs_context(judge(BOAST))
    assert judged(BOAST, NEWCOMER).salesy > 0
    assert judged(BOAST, Past(answers=True, first=True, said=0, offered=0, answered=0)).salesy == 0


def test_what_is_looked_at_once_gives_the_same_again() -> None:
    once = judged(PITCH, ONLY_ASKS)

    assert in_context(once, ONLY_ASKS, DEFAULT_THRESHOLD) == once


def test_talk_that_sells_and_shares_nothing_needs_no_look() -> None:
    assert not needs_context(judge("Good morning! The notes are at https://docs.example.com/notes"))


@pytest.mark.parametrize(
    ("past", "numbers"),
    [
        (Past(), ""),
        (NEWCOMER, "This is the first that I heard from you here."),
        (
            Past(said=20, offered=0, answered=14),
            "You answered 14 people this month; this is the first of yours that shares or sells something.",
        ),
        (
            Past(said=9, offered=5, answered=0),
            "You answered nobody this month; there were 5 of yours before this that share or sell something.",
        ),
    ],
)
def test_somebody_is_told_what_they_gave_and_asked_for(past: Past, numbers: str) -> None:
    assert in_numbers(past) == numbers


def test_a_text_reworded_a_little_leaves_the_same_trace_and_another_does_not() -> None:
    trace, other = trace_of(PITCH), trace_of(f"Hello everybody! {PITCH} Thanks a lot")

    assert says_the_same(len(trace.words & other.words), len(trace.words))
    assert trace.places == other.places
    assert not says_the_same(len(trace.words & trace_of(QUESTION).words), len(trace.words))
    assert not says_the_same(0, len(trace_of("thanks!").words))


def test_a_place_is_whose_it_is_and_not_what_many_share() -> None:
    mine, theirs = "https://github.com/someone/one", "https://www.github.com/someone/other#about"

    assert trace_of(mine).places == trace_of(theirs).places
    assert trace_of(mine).places != trace_of("https://github.com/else/one").places
    assert trace_of("https://youtube.com/watch").places != trace_of("https://youtube.com/about").places
    assert trace_of(" ".join(f"https://a{number}.example" for number in range(9))).places == frozenset()
