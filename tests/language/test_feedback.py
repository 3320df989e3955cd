"""What members say about the product is told apart: bugs, requests, praise and complaints."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.language.feedback import KEPT, FeedbackKind, read_feedback


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("The calendar stopped working after the update", "bug"),
        ("the app crashes whenever I open a shared board", "bug"),
        ("I think I found a bug in the importer", "bug"),
        ("Is anyone else seeing errors when saving?", "bug"),
        ("Search isn't working as expected since Monday", "bug"),
        ("it keeps logging me out", "bug"),
        ("It would be great if boards could be archived", "request"),
        ("Please add a dark theme", "request"),
        ("Feature request: colours for labels", "request"),
        ("I wish there was a shortcut for that", "request"),
        ("any plans to support calendars?", "request"),
        ("I'd love to see an offline mode", "request"),
        ("I really love the new editor", "praise"),
        ("the search is so fast now, awesome work", "praise"),
        ("Kudos to the team, this is the best release ever", "praise"),
        ("The new menu is terrible", "complaint"),
        ("it is really frustrating that every click takes five seconds", "complaint"),
        ("way too expensive for a small team", "complaint"),
        ("this change makes no sense", "complaint"),
    ],
)
def test_feedback_is_told_apart(text: str, kind: FeedbackKind) -> None:
    reading = read_feedback(text)

    assert reading is not None
    assert reading.kind == kind
    assert KEPT <= reading.probability <= 1.0
    assert reading.reasons


@pytest.mark.parametrize(
    "text",
    [
        "",
        "hi all",
        "How do I export to CSV?",
        "thanks, great answer!",
        "good luck with the talk",
        "you can add a label under Settings",
        "The meeting moved to Tuesday.",
        "> the app crashes\nthat was last year",
        "`bug = True`",
        "see https://example.org/bugs/terrible-crash",
        "I need to add a contact to a list, which field is it?",
        "🎉",
    ],
)
def test_most_talk_is_no_feedback(text: str) -> None:
    assert read_feedback(text) is None


@settings(deadline=None)
@given(st.text(max_size=300))
def test_any_text_can_be_read(text: str) -> None:
    assert read_feedback(text) == read_feedback(text)


@pytest.mark.parametrize(
    "piece", ["a", " ", "would be ", "not work ", "so very ", "is the ", "why can't ", "`", "é"]
)
def test_long_texts_are_read_too(piece: str) -> None:
    read_feedback(piece * (40_000 // len(piece)))
