"""A question is not flagged where somebody seems to have replied, though talk ran through talk."""

from typing import Any

import pytest

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
    reply = posted("the export is under Settings", by=bob, minutes=0.1)
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
    assert "(somebody seems to have replied: " in item.text
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
