"""A reply is read as what it is, and in a flat channel each message finds the one it belongs to."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from bot.language.replies import (
    OWN_WITHIN,
    WINDOW,
    Parent,
    ReplyKind,
    Said,
    heeds_below,
    parent_of,
    read_reply,
)

NINE = datetime(2024, 5, 6, 9, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("Settings → Export, then choose CSV", "answer"),
        ("yes", "answer"),
        ("https://example.org/docs/export", "answer"),
        ("`export --csv`", "answer"),
        ("have you tried turning the filter off?", "answer"),
        ("maybe this one? https://example.org/docs", "answer"),
        ("you could use the API for that", "answer"),
        ("which version are you on?", "clarify"),
        ("can you paste the error?", "clarify"),
        ("Could you share a screenshot", "clarify"),
        ("What do you see when you open it?", "clarify"),
        ("same here", "metoo"),
        ("+1", "metoo"),
        ("me too!", "metoo"),
        ("I'm having the same problem", "metoo"),
        ("did you ever find a solution?", "metoo"),
        ("any update on this?", "metoo"),
        ("no idea, sorry", "noanswer"),
        ("I don't know", "noanswer"),
        ("let me check", "noanswer"),
        ("hmm, not sure", "noanswer"),
        ("I'll have a look after lunch", "noanswer"),
        ("might be better to ask in #api", "noanswer"),
        ("hi", "greeting"),
        ("👍", "greeting"),
        (":wave:", "greeting"),
        ("", "greeting"),
        ("lol", "greeting"),
        ("thanks for the link", "thanks"),
    ],
)
def test_what_another_person_says(text: str, kind: ReplyKind) -> None:
    assert read_reply(text, by_asker=False).kind == kind


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("thanks, that worked!", "thanks"),
        ("Perfect, thank you so much", "thanks"),
        ("ty!", "thanks"),
        ("that did the trick", "thanks"),
        ("works now", "thanks"),
        ("never mind, found it", "answer"),
        ("solved it, it was the time zone", "answer"),
        ("Figured it out: the flag has to come first", "answer"),
        ("nvm", "withdrawn"),
        ("never mind, forget it", "withdrawn"),
        ("ignore that, wrong channel", "withdrawn"),
        ("still doesn't work", "followup"),
        ("thanks, but I still get the same error", "followup"),
        ("Thanks! And how do I do that for two boards?", "followup"),
        ("I'm on version 3.2, on a Mac", "followup"),
        ("thanks in advance", "followup"),
        ("hello", "greeting"),
        (":smile:", "greeting"),
    ],
)
def test_what_the_asker_says(text: str, kind: ReplyKind) -> None:
    assert read_reply(text, by_asker=True).kind == kind


def test_only_asking_on_or_failing_reopens() -> None:
    assert read_reply("it still fails", by_asker=True).reopens
    assert read_reply("and how do I undo it?", by_asker=True).reopens
    assert not read_reply("I'm on version 3.2, on a Mac", by_asker=True).reopens


@settings(deadline=None)
@given(st.text(max_size=300), st.booleans())
def test_any_text_can_be_read(text: str, by_asker: bool) -> None:
    assert read_reply(text, by_asker=by_asker).reason


@pytest.mark.parametrize(
    "piece", ["a", " ", "?", "`", "i'm not ", "same ", "very so really ", "have the \t", "@", "🎉"]
)
def test_long_texts_are_read_too(piece: str) -> None:
    for by_asker in (False, True):
        assert read_reply(piece * (40_000 // len(piece)), by_asker=by_asker).reason


def said(
    author: str,
    text: str = "well",
    *,
    minute: float,
    mentions: str = "",
    reply_to: str | None = None,
    asks: bool = False,
    bot: bool = False,
) -> Said:
    return Said(
        id=f"{author}-{minute}",
        author=author,
        at=NINE + timedelta(minutes=minute),
        text=text,
        bot=bot,
        mentions=frozenset(mentions.split()),
        reply_to=reply_to,
        asks=asks,
    )


def test_a_native_reply_is_taken_as_given() -> None:
    before = [said("ada", minute=0), said("bob", minute=1)]

    assert parent_of(said("cleo", minute=2, reply_to="ada-0"), before) == Parent("ada-0", "native")


def test_calling_somebody_answers_what_they_said_last() -> None:
    before = [said("ada", minute=0, asks=True), said("bob", minute=1), said("dan", minute=2)]

    assert parent_of(said("cleo", minute=3, mentions="ada"), before) == Parent("ada-0", "mention")


def test_words_to_somebody_else_are_passed_over() -> None:
    before = [said("ada", minute=0, asks=True), said("ada", minute=1, mentions="dan"), said("dan", minute=2)]

    assert parent_of(said("cleo", minute=3, mentions="ada"), before) == Parent("ada-0", "mention")


def test_who_was_called_answers_who_called() -> None:
    before = [said("ada", minute=0, mentions="cleo"), said("bob", minute=1, mentions="dan")]

    assert parent_of(said("cleo", minute=2), before) == Parent("ada-0", "mention")


def test_several_short_messages_of_one_person_are_one() -> None:
    before = [said("ada", "hi", minute=0), said("ada", "quick one", minute=0.2)]

    assert parent_of(said("ada", "how do I export?", minute=0.5, asks=True), before) == Parent(
        "ada-0.2", "own"
    )


def test_a_statement_goes_on_with_what_was_said_last() -> None:
    before = [said("ada", minute=0, asks=True)]

    assert parent_of(said("bob", "Settings, then Export", minute=4), before) == Parent("ada-0", "next")


def test_a_question_of_its_own_starts_something() -> None:
    before = [said("ada", minute=0), said("bob", minute=1)]
    question = "hello, does anyone here know how I can move a whole board to another space?"

    assert parent_of(said("cleo", question, minute=3, asks=True), before) == Parent(None, "new")


def test_a_question_about_what_was_said_belongs_to_it() -> None:
    before = [said("ada", minute=0, asks=True)]

    assert parent_of(said("bob", "which version?", minute=2, asks=True), before) == Parent("ada-0", "next")


def test_an_asker_who_comes_back_to_silence_goes_on() -> None:
    before = [said("ada", minute=0, asks=True)]

    assert parent_of(said("ada", "any idea?", minute=180, asks=True), before) == Parent("ada-0", "own")


def test_what_was_said_long_ago_is_not_gone_on_with() -> None:
    assert parent_of(said("bob", minute=300), [said("ada", minute=0)]) == Parent(None, "new")


def test_where_people_call_each_other_a_word_to_nobody_starts_something() -> None:
    before = [said("ada", minute=0, mentions="bob"), said("bob", minute=1, mentions="ada")]

    assert parent_of(said("cleo", minute=2), before) == Parent(None, "new")


def test_bots_are_passed_over() -> None:
    before = [said("ada", minute=0, asks=True), said("helper", minute=1, bot=True)]

    assert parent_of(said("bob", minute=2), before) == Parent("ada-0", "next")


def test_the_first_message_starts_something_and_no_more_than_the_window_is_read() -> None:
    crowd = [said(f"m{n}", minute=n / 100) for n in range(WINDOW)]
    late = said("bob", minute=1, mentions="ada")

    assert parent_of(said("ada", minute=0), []) == Parent(None, "new")
    assert parent_of(late, [said("ada", minute=-1), *crowd]).id != "ada--1"
    assert timedelta(0) < OWN_WITHIN


@given(
    talk=st.lists(
        st.tuples(st.sampled_from(("ada", "bob", "cleo")), st.floats(0, 400), st.booleans(), st.booleans()),
        max_size=8,
    ),
    minute=st.floats(400, 1_200),
    asks=st.booleans(),
    words=st.sampled_from(("well", "how do I sort the boards of everybody by their date of birth?")),
)
def test_what_went_below_is_looked_at_wherever_it_changes_something(
    talk: list[tuple[str, float, bool, bool]], minute: float, asks: bool, words: str
) -> None:
    ordered = sorted(talk, key=lambda each: each[1])
    before = [
        replace(said(who, words, minute=at, asks=question, bot=bot), id=f"{place:02}")
        for place, (who, at, question, bot) in enumerate(ordered)
    ]
    message = said("ada", words, minute=minute, asks=asks)
    assume(not heeds_below(message, before))

    assert parent_of(message, before, went_below=True) == parent_of(message, before)
