"""A reply is read as what it is, and in a flat channel each message finds the one it belongs to."""

from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.language.replies import (
    ReplyKind,
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
