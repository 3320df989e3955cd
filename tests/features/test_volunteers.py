"""Who offered to help is asked in turn, within what they said, and nobody else is."""

from collections.abc import Callable
from datetime import timedelta

import pytest

from bot.actions import Tell
from bot.cards import Card, plain
from storage.database import Database
from tests.features.world import NOON, SETTINGS, Community, Words, ada, bob, cleo, eve, posted

ASKED = "How do I export my boards to CSV?"


def ask(community: Community, text: str = ASKED, *, by: str = ada, channel: str = "help") -> Words:
    """Have a question asked that nobody answers for longer than it may wait."""
    asked = posted(text, by=by, channel=channel)
    community.says(asked)
    community.passes(hours=4, minutes=1)
    return asked


def offer(community: Community, member: str, said: str = "exports") -> Card:
    return community.commands(f"help-with {said}", by=member, channel="general")


def on_flag(community: Community, name: str) -> str | None:
    """Return what the managers' card says under a name."""
    return {entry.name: entry.value for entry in community.card("managers").fields}.get(name)


def test_nobody_is_asked_who_did_not_offer(community: Community) -> None:
    offer(community, bob, "printing")
    ask(community)

    assert [action for action in community.actions() if isinstance(action, Tell)] == []
    assert on_flag(community, "Asked to help") is None


def test_who_knows_the_topic_is_asked_when_a_question_is_flagged(community: Community) -> None:
    offer(community, bob)
    asked = ask(community)

    [card] = community.told(bob)
    [quote] = card.quotes
    assert (card.title, quote.text, quote.ref.message) == ("Can you help with this?", ASKED, asked.id)
    assert on_flag(community, "Asked to help") == "Bob"


def test_the_channel_tells_the_topic_too(community: Community) -> None:
    offer(community, bob, "help")
    ask(community, "My screen stays black, what can I do?")

    assert len(community.told(bob)) == 1


@pytest.mark.parametrize("founds", ["sqlite_url", "postgresql_url"])
def test_they_are_asked_in_turn(
    founds: str, request: pytest.FixtureRequest, opened: Callable[[str], Database]
) -> None:
    community = Community(opened(request.getfixturevalue(founds)), SETTINGS)
    for member in (bob, cleo):
        offer(community, member)
    for _ in range(4):
        asked = ask(community)
        community.says(posted("Settings → Export", by=eve, thread=asked))

    asked_in_turn = [action.member for action in community.actions() if isinstance(action, Tell)]
    assert asked_in_turn == [bob, cleo, bob, cleo]


def test_who_passes_is_followed_by_the_next_at_once(community: Community) -> None:
    for member in (bob, cleo):
        offer(community, member)
    ask(community)
    community.delivers()
    said = community.presses("Not this time", on=community.told(bob)[0], by=bob)

    assert said == "Fine; somebody else is asked."
    assert len(community.told(cleo)) == 1
    assert on_flag(community, "Asked to help") == "Bob (passed), Cleo"
    assert "You passed" in plain(community.told(bob)[-1])


def test_who_will_look_is_shown_and_thanked_when_it_is_answered(community: Community) -> None:
    offer(community, bob)
    asked = ask(community)
    community.delivers()
    community.presses("I'll answer it", on=community.told(bob)[0], by=bob)
    assert on_flag(community, "Asked to help") == "Bob (will look)"
    community.says(posted("Open Settings → Export, then choose CSV", by=bob, thread=asked))

    assert community.told(bob)[-1].title == "You answered it. Thank you!"
    assert community.told(bob)[-1].buttons == ()


def test_the_next_is_asked_when_nothing_comes_of_it_and_three_are_enough(community: Community) -> None:
    for member in (bob, cleo, eve, "finn"):
        offer(community, member)
    ask(community)
    community.passes(days=3)

    assert [action.member for action in community.actions() if isinstance(action, Tell)] == [bob, cleo, eve]
    assert on_flag(community, "Also offered to help") == "Finn"


def test_nobody_is_asked_more_often_in_a_week_than_they_said(community: Community) -> None:
    offer(community, bob, "exports; 2 a week")
    for asker in (ada, cleo, eve, "finn"):
        ask(community, by=asker)
    assert len(community.told(bob)) == 2
    community.passes(days=7)
    ask(community)

    assert len(community.told(bob)) == 3


def test_hours_are_kept_in_the_volunteers_timezone(community: Community) -> None:
    # It is flagged on a Monday after 16:00 in London, which is Tuesday, 1:00 in Tokyo.
    offer(community, bob, "exports; Mon-Fri 9:00-17:00; Asia/Tokyo")
    ask(community)
    assert community.told(bob) == []
    community.waits_until(NOON + timedelta(hours=11, minutes=59))
    assert community.told(bob) == []
    community.waits_until(NOON + timedelta(hours=12, minutes=1))  # 9:01 in Tokyo

    assert len(community.told(bob)) == 1
    assert on_flag(community, "Asked to help") == "Bob"


def test_an_answered_question_is_no_reason_to_ask(community: Community) -> None:
    offer(community, bob, "exports; Mon-Fri 9:00-17:00; Asia/Tokyo")
    asked = ask(community)
    community.says(posted("Settings → Export", by=eve, thread=asked))
    community.passes(days=2)

    assert community.told(bob) == []


def test_the_asker_a_bot_and_who_left_are_not_asked(community: Community) -> None:
    for member in (ada, cleo):
        community.joins(member)
        offer(community, member)
    community.passes(minutes=1)
    community.leaves(cleo)
    ask(community)

    assert community.told(ada) == []
    assert community.told(cleo) == []


def test_of_what_is_said_in_private_nobody_is_told(community: Community) -> None:
    offer(community, bob)
    ask(community, channel="board")

    assert community.told(bob) == []
    assert on_flag(community, "Also offered to help") is None


def test_who_cannot_be_reached_is_followed_by_the_next(community: Community) -> None:
    for member in (bob, cleo):
        offer(community, member)
    ask(community)
    community.delivers(outcome="failed")

    assert len(community.told(cleo)) == 1


def test_only_who_was_asked_can_answer_for_it(community: Community) -> None:
    offer(community, bob)
    ask(community)
    said = community.presses("Not this time", on=community.told(bob)[0], by=eve)

    assert said == "You were not asked to help with that, or it is gone."


def test_what_was_taken_back_is_taken_out_of_what_they_were_told(community: Community) -> None:
    offer(community, bob)
    asked = ask(community)
    community.delivers()
    community.deletes(asked)

    assert ASKED not in plain(community.told(bob)[-1])


def test_an_offer_is_shown_changed_and_ended(community: Community) -> None:
    assert offer(community, bob, "").title == "Help others with what you know"
    offer(community, bob, "Exports,  exports, CSV  files; once; 1 a week")
    card = offer(community, bob, "Exports,  exports, CSV  files; Mon-Fri 9-17; berlin; 1 a week")
    assert [entry.value for entry in card.fields] == [
        "exports, csv files",
        "Mon-Fri 09:00-17:00 (Europe/Berlin)",
        "once a week",
    ]
    assert offer(community, bob, "") == card
    assert offer(community, bob, "nothing").text == "You are asked no more. Thank you!"
    ask(community)

    assert community.told(bob) == []


@pytest.mark.parametrize(
    ("said", "told"),
    [
        (";", "Say first what you can help with."),
        ("exports; Mon-Fri 25-26", '"Mon-Fri 25-26" are no working hours'),
        ("exports; Mars/Phobos", '"Mars/Phobos" is no timezone'),
        ("exports; 0 a week", "You can be asked from once to 50 times a week."),
        ("x" * 61, "There may be 20 topics of 60 characters"),
    ],
)
def test_what_cannot_be_read_is_said(community: Community, said: str, told: str) -> None:
    assert offer(community, bob, said).text.startswith(told)
