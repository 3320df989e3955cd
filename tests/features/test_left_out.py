"""What managers leave out is neither read nor kept nor shown; what they open may be quoted."""

from collections.abc import Sequence

from bot.actions import Action
from bot.core import Core
from bot.events import Event, MessageEdited
from bot.features import FEATURES
from storage.tables import Broadcast, Failure, Message, Question
from storage.transaction import Transaction
from tests.features.test_broadcasts import NEWSLETTER
from tests.features.test_settings import ASKS, applied, pressed, rows, said
from tests.features.world import (
    Community,
    Founds,
    ada,
    bob,
    cleo,
    eve,
    posted,
)

# Leaving out.


def texts(community: Community) -> list[object]:
    return [row["text"] for row in rows(community, Message) if row["text"]]


def test_what_an_excluded_member_said_and_says_is_nowhere(community: Community) -> None:
    asked, sold = posted(ASKS, by=eve), posted(NEWSLETTER, by=eve)
    wished = posted("It would be great if I could sort cards by date.", by=eve)
    community.says(asked)
    community.passes(hours=5)
    community.says(sold, wished, posted("Hello", by=ada))
    preview = community.commands("settings set excluded_members Eve")
    assert "I erase the words of 3 messages of Eve; nothing brings them back." in said(preview)
    assert preview.tone == "warning"
    pressed(community, "Apply", preview)

    assert texts(community) == ["Hello"]
    assert rows(community, Broadcast) == []
    assert community.feedback() == {}
    assert [row["state"] for row in rows(community, Question)] == ["dismissed"]
    assert all(
        "export" not in said(card) and "summer" not in said(card) for card in community.cards("managers")
    )
    assert all(not card.quotes for card in community.cards("managers"))

    community.says(posted(ASKS, by=eve), posted(NEWSLETTER, by=eve))
    community.edits(wished, "I want more!")
    assert texts(community) == ["Hello"]
    assert rows(community, Broadcast) == []
    applied(community, "reset excluded_members")
    community.says(posted("I am back.", by=eve))
    assert texts(community) == ["Hello", "I am back."]


def test_a_question_of_an_excluded_member_is_flagged_no_more(community: Community) -> None:
    community.says(posted(ASKS, by=eve))
    applied(community, "set excluded_members eve")
    community.passes(days=1)

    assert community.cards("managers") == []
    assert rows(community, Question) == []


def test_an_answer_of_an_excluded_member_no_longer_answers(community: Community) -> None:
    question = posted(ASKS, by=ada)
    community.says(
        question,
        posted("Open Settings, then Export, then choose CSV.", by=eve),
        posted("thanks, that worked!", by=ada),
    )
    assert community.question(question) is not None
    helper = community.question(question)
    assert helper is not None
    assert helper.answered_by == eve
    applied(community, "set excluded_members eve")

    helper = community.question(question)
    assert helper is None or helper.answered_by != eve


def test_a_channel_that_is_not_watched_is_neither_read_nor_kept_nor_shown(community: Community) -> None:
    before = posted(ASKS, by=ada, channel="help")
    community.says(before)
    preview = community.commands("settings set channels #help watch=no")
    assert "Nothing said in #help is read or kept from then on" in said(preview)
    done = pressed(community, "Apply", preview)
    community.says(
        posted(ASKS, by=bob, channel="help"),
        posted(NEWSLETTER, by=cleo, channel="help"),
        posted("I found a bug: the export crashes every time.", by=cleo, channel="help"),
    )
    community.passes(days=1)

    assert texts(community) == [ASKS]
    assert community.cards("managers") == []
    assert (rows(community, Broadcast), community.feedback()) == ([], {})
    assert said(community.commands("questions")) == "Every question has its answer."
    assert "export" not in said(community.commands("digest", channel="help"))
    pressed(community, "Take it back", done)
    assert "How do I export" in said(community.commands("questions"))
    again = posted(ASKS, by=bob, channel="help")
    community.says(again)
    community.passes(hours=5)
    assert len(community.cards("managers")) == 1


def test_an_edit_in_a_channel_left_out_takes_away_what_was_kept(community: Community) -> None:
    words = posted("It would be great if I could sort cards by date.", by=ada, channel="help")
    community.says(words)
    applied(community, "set channels #help watch=no")
    community.edits(words, "It would be great if I could sort cards by name.")

    assert (texts(community), community.feedback()) == ([], {})


def test_a_failure_keeps_nothing_of_what_is_left_out(founds_carelessly: Founds) -> None:
    class Fails:
        def handle(self, event: Event, tx: Transaction) -> Sequence[Action]:
            if isinstance(event, MessageEdited):
                raise ValueError(event.text)
            return []

    community = founds_carelessly()
    community.core = Core(community.database, {**FEATURES, "fails": Fails()})
    words, others = posted("Hello", by=eve), posted("Hi", by=ada)
    community.says(words, others)
    community.edits(words, "a secret")
    community.edits(others, "Hi all")
    assert len(rows(community, Failure)) == 2
    applied(community, "set excluded_members eve")
    community.edits(words, "another secret")

    assert [str(row["payload"]).count("secret") for row in rows(community, Failure)] == [0]


# Opening.


def test_a_private_channel_that_was_opened_is_quoted_elsewhere(community: Community) -> None:
    community.says(posted(ASKS, by=ada, channel="board"))
    assert ASKS not in said(community.commands("questions"))
    preview = community.commands("settings set open_channels +#board")
    assert "What is said in #board may be shown to people who cannot read it." in said(preview)
    assert preview.tone == "warning"
    done = pressed(community, "Apply", preview)

    assert ASKS in said(community.commands("questions"))
    community.says(posted("It would be great if I could sort cards by date.", by=bob, channel="board"))
    assert "sort cards" in said(community.commands("feedback", channel="help"))
    pressed(community, "Take it back", done)
    assert ASKS not in said(community.commands("questions"))
    assert "sort cards" not in said(community.commands("feedback", channel="help"))
