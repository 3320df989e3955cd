"""In a channel whose talk goes into threads, each question asked at its top is one of its own."""

import pytest

from tests.features.world import Community, ada, bob, cleo, dan, posted

PAIRS = [
    ("How do I rotate the API key?", "How can I change my avatar?"),
    ("Where do I find the invoices?", "Is there a limit on attachments?"),
    ("Can I invite guests to a board?", "How much is the pro plan?"),
    ("Why does the import stop at 90 %?", "Can we export to PDF?"),
]


@pytest.mark.parametrize("minutes", [0.3, 2, 8])
@pytest.mark.parametrize("same_person", [False, True])
def test_a_question_after_one_that_was_answered_in_its_thread(
    community: Community, minutes: float, same_person: bool
) -> None:
    asked = []
    for first, second in PAIRS:
        one = posted(first, by=bob, channel="help", minutes=90)
        other = posted(second, by=bob if same_person else dan, channel="help", minutes=minutes)
        community.says(
            one,
            posted("Open Settings, then Advanced, there it is", by=cleo, thread=one),
            posted("thanks, that worked!", by=bob, thread=one),
            other,
        )
        asked += [one, other]
    found = [community.question(each) for each in asked]

    assert [each is not None for each in found] == [True] * len(asked)
    assert [each.state for each in found if each] == ["answered", "unanswered"] * len(PAIRS)
    community.passes(hours=5)
    assert len(community.cards("managers")) == len(PAIRS)


def test_a_question_after_one_that_still_waits(community: Community) -> None:
    one = posted("How do I rotate the API key?", by=ada, channel="help")
    other = posted("Is there a limit on attachments?", by=dan, channel="help", minutes=3)
    community.says(one, other)

    assert all(community.question(each) is not None for each in (one, other))


@pytest.mark.parametrize("hours", [1, 3, 10])
def test_questions_of_a_quiet_channel_are_each_ones_own(community: Community, hours: float) -> None:
    """Long after each other, whoever answers does so where everybody talks."""
    asked = [
        posted(text, by=by, channel="help", minutes=60 * hours)
        for by, text in (
            (ada, "How do I export my board to CSV?"),
            (bob, "Is there a way to share a board with a guest?"),
            (dan, "How much is the pro plan?"),
            (ada, "Which formats can be imported?"),
            (bob, "Can we print a whole board?"),
        )
    ]
    community.says(*asked)

    assert [community.question(each) is not None for each in asked] == [True] * len(asked)


def test_who_asks_back_for_what_is_needed_asks_nothing_new(community: Community) -> None:
    one = posted("My import fails with an error, what does it mean?", by=ada, channel="help")
    back = posted("which version are you on?", by=bob, channel="help", minutes=3)
    community.says(one, back)

    assert community.question(back) is None
