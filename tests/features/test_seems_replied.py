"""A question is not flagged where somebody seems to have replied, though talk ran through talk."""

import re
from typing import Any

import pytest

from bot.cards import plain
from bot.core import Core
from bot.features import FEATURES
from bot.language.replied import WAITS, Waiting, waiting
from tests.features.world import Community, Words, ada, bob, cleo, posted

ASKED = "How do I export my boards to CSV?"


def talk() -> tuple[Words, list[Words], Words]:
    """Return a question, what others speak of around it, and what may be a reply to it or to them."""
    before = [
        posted("@cleo you saw the game last night", by=bob, mentions=(cleo,)),
        posted("@bob yes, what a finish", by=cleo, mentions=(bob,), minutes=0.7),
    ]
    asked = posted(ASKED, by=ada, minutes=0.3)
    after = posted("@cleo best match this year", by=bob, mentions=(cleo,), minutes=0.2)
    reply = posted("the export is under Settings, below boards", by=bob, minutes=0.1)
    return asked, [*before, asked, after], reply


def flags(community: Community) -> list[str]:
    return [post.card.quotes[0].text for post in community.posts("managers")]


def test_a_question_that_somebody_seems_to_have_replied_to_is_not_flagged(community: Community) -> None:
    asked, around, reply = talk()
    community.says(*around, reply)
    community.passes(days=3)

    assert flags(community) == []
    # The rules alone, which follow the likeliest, would have it wait.
    found = community.question(asked)
    assert found is not None
    assert (found.state, found.first_response_at) == ("unanswered", None)
    # Managers see what speaks for it, and how much.
    [item] = community.commands("questions").sections[0].items
    assert "(likely answered, " in item.text
    assert ": Bob " in item.text
    assert [ref.message for ref in item.refs] == [asked.id, reply.id]


def test_it_is_flagged_where_the_others_go_on_with_their_talk(community: Community) -> None:
    _, around, _ = talk()
    community.says(*around)
    community.passes(hours=5)

    assert flags(community) == [ASKED]


def test_it_is_flagged_after_all_when_what_seemed_a_reply_is_gone(community: Community) -> None:
    _, around, reply = talk()
    community.says(*around, reply)
    community.passes(hours=5)
    assert flags(community) == []
    community.deletes(reply)
    community.passes(hours=20)

    assert flags(community) == [ASKED]


def test_the_card_says_how_likely_it_is_answered_and_what_speaks_for_it(
    community: Community, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked, around, reply = talk()
    # Managers are shown it all the same.
    monkeypatch.setattr("bot.features.questions.replied.WAITS", 0.0)
    community.says(*around, reply)
    community.passes(hours=5)

    card = community.card("managers")
    [speaks] = card.sections
    assert re.fullmatch(r"Likely answered, \d\d%", speaks.name)
    [item] = speaks.items
    assert item.text.startswith("Bob ")
    assert [(ref.channel, ref.message) for ref in item.refs] == [("general", reply.id)]
    assert re.match(r"Read as a question, \d\d% sure: ", card.footer)

    # When what speaks for it is gone, the card no longer says so.
    community.deletes(reply)
    community.says(posted("Settings, then Export", by=cleo, reply_to=asked))
    card = community.card("managers")
    assert card.title == "Answered by Cleo"
    [rests] = card.sections
    assert (rests.name, [item.text for item in rests.items]) == ("It rests on", ["What Cleo said"])


def test_it_is_read_again_on_the_card_when_all_that_counts_was_said(community: Community) -> None:
    _, around, _ = talk()
    community.says(*around)
    community.passes(hours=5)
    [speaks] = community.card("managers").sections
    assert speaks.name.startswith("Hardly answered, ")
    community.passes(hours=18)
    assert community.updates() == []
    community.passes(hours=2)

    # Once, and no more.
    community.passes(days=2)
    [update] = community.updates()
    assert [section.name for section in update.card.sections] == [speaks.name]


def test_what_was_said_and_is_no_answer_is_shown_as_what_it_is(community: Community) -> None:
    asked = posted(ASKED, by=ada, channel="help")
    back = posted("Which version do you have?", by=bob, thread=asked)
    community.says(asked, back)
    community.passes(hours=5)

    [speaks] = community.card("managers").sections
    [item] = speaks.items
    assert (speaks.name, item.text) == ("Not answered yet", "Bob asks a question back")
    assert [(ref.message, ref.thread) for ref in item.refs] == [(back.id, asked.id)]
    assert "(not answered yet: Bob asks a question back)" in plain(community.commands("questions"))


def test_where_nothing_is_remembered_the_same_is_read_from_rows(
    community: Community, monkeypatch: pytest.MonkeyPatch
) -> None:
    read: list[Waiting] = []

    def noted(*given: Any) -> Waiting:
        read.append(waiting(*given))
        return read[-1]

    monkeypatch.setattr("bot.features.questions.replied.waiting", noted)
    _, around, reply = talk()
    community.says(*around, reply)
    community.passes(hours=5)
    community.core = Core(community.database, FEATURES)
    community.passes(hours=20)

    remembered, from_rows = read
    assert remembered.evidence == from_rows.evidence == reply.id
    assert max(remembered.unanswered, from_rows.unanswered) < WAITS
    assert remembered.belongs == from_rows.belongs


def test_a_list_is_read_again_once_something_was_said_since(community: Community) -> None:
    _, around, reply = talk()
    community.says(*around)
    [before] = community.commands("questions").sections[0].items
    community.says(reply)

    [after] = community.commands("questions").sections[0].items
    assert "likely answered" not in before.text
    assert "(likely answered, " in after.text


def test_in_a_crowd_a_list_is_what_was_read_of_it_lately(
    community: Community, monkeypatch: pytest.MonkeyPatch
) -> None:
    _, around, reply = talk()
    others = [posted(f"nice weather {number}", by=cleo, minutes=0.01) for number in range(12)]
    community.says(*around, reply, *others)
    [shown] = community.commands("questions").sections[0].items
    reads = []
    monkeypatch.setattr("bot.features.questions.replied.waiting", lambda *given: reads.append(given))

    # One more of so many changes little, and a while is not long.
    community.says(posted("so warm", by=cleo))
    [again] = community.commands("questions").sections[0].items
    assert (again.text.partition(" (")[2], reads) == (shown.text.partition(" (")[2], [])

    community.passes(minutes=11)
    community.commands("questions")
    assert reads
