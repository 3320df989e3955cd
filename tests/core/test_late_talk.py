"""What is heard of late, or before what it is about, counts as if it had come in time."""

from collections.abc import Callable, Sequence
from itertools import product
from typing import Any

import pytest

from bot.core import Core
from bot.events import Event
from bot.features import FEATURES
from storage.database import Database
from tests.core.contents import contents
from tests.core.made import after, deleted, edited, found, posted, pressed, reacted
from tests.core.near import BELOW, REACH, near_sighted

Open = Callable[[str], Database]
ASKED = posted("000", "How do I export my board to CSV?", by="ada")
ANSWER = "Settings, then Export, then choose CSV."
MUCH_LATER = 2_000
MARK = "white_check_mark"


@pytest.fixture(autouse=True)
def limits(monkeypatch: pytest.MonkeyPatch) -> None:
    near_sighted(monkeypatch)


def chatter(first: float, number: int) -> list[Event]:
    """Return so many messages of people who speak of something else, a little apart."""
    return [
        posted(f"{place:03}", "nice weather today", by=f"somebody{place % 7}", minute=first + place / 20)
        for place in range(1, number + 1)
    ]


def the_same(database: Database, *orders: Sequence[Sequence[Event]]) -> dict[str, tuple[str, object]]:
    """See that the tables are equal whichever way it is told; return each question's state and evidence.

    Each way is told twice: with what is kept from batch to batch, and with everything read again.
    """
    told = []
    for number, (order, remembers) in enumerate(product(orders, (True, False))):
        community = f"sandbox:home{number}"
        core = Core(database, FEATURES)
        for batch in [[found()], *order]:
            if not remembers:
                core = Core(database, FEATURES)
            core.receive([event.model_copy(update={"community": community}) for event in batch])
        told.append(_of(community, contents(database, but={"outgoing", "community"})))
    assert all(tables == told[0] for tables in told)
    return {
        row["message"]: (row["state"], row["evidence"] and row["evidence"]["message_id"])
        for row in told[0]["question"]
    }


def _of(community: str, tables: dict[str, list[dict[str, Any]]]) -> dict[str, list[dict[str, Any]]]:
    return {
        name: [
            {column: value for column, value in row.items() if column != "community"}
            for row in rows
            if row["community"] == community
        ]
        for name, rows in tables.items()
    }


def singly(*events: Event) -> list[list[Event]]:
    return [[event] for event in events]


def test_a_check_mark_heard_of_before_the_message_it_is_on(database: Database) -> None:
    reply = posted("001", "hm", by="bob", minute=1)
    mark = reacted(reply, "white_check_mark", by="ada", minute=2)
    questions = the_same(
        database,
        singly(ASKED, reply, mark),
        [[ASKED, mark, reply]],
        [[mark], [ASKED, reply]],
        singly(mark, reply, ASKED),
    )
    assert questions == {"000": ("answered", "001")}


def test_an_answer_heard_of_before_the_question(database: Database) -> None:
    answer = posted("001", ANSWER, by="bob", minute=1)
    questions = the_same(database, singly(ASKED, answer), singly(answer, ASKED), [[answer, ASKED]])
    assert questions == {"000": ("answered", "001")}


def test_a_question_that_was_deleted_before_it_was_heard_of(database: Database) -> None:
    gone = deleted(ASKED, minute=5)
    assert the_same(database, singly(ASKED, gone), singly(gone, ASKED), [[gone, ASKED]]) == {}


def test_a_reply_in_a_thread_heard_of_before_what_it_is_under(database: Database) -> None:
    reply = posted("001", ANSWER, by="bob", minute=1, thread="000")
    questions = the_same(database, singly(ASKED, reply), singly(reply, ASKED))
    assert questions == {"000": ("answered", "001")}


def test_a_native_reply_to_what_was_said_long_ago(database: Database) -> None:
    between = chatter(MUCH_LATER, REACH + 5)
    reply = posted("999", ANSWER, by="bob", minute=MUCH_LATER + 100, reply_to="000")
    questions = the_same(
        database, singly(ASKED, *between, reply), singly(reply, *between, ASKED), [[ASKED, *between, reply]]
    )
    assert questions == {"000": ("answered", "999")}


def test_a_native_reply_to_what_is_a_question_no_longer(database: Database) -> None:
    between = chatter(MUCH_LATER, REACH + 5)
    reply = posted("999", ANSWER, by="bob", minute=MUCH_LATER + 100, reply_to="000")
    edit = edited(ASKED, "What a day.", minute=MUCH_LATER + 200)
    assert (
        the_same(database, singly(ASKED, *between, reply, edit), singly(edit, reply, *between, ASKED)) == {}
    )


def test_a_native_reply_in_a_thread_of_a_reply_far_up_in_it(database: Database) -> None:
    first = posted("001", "How do I sort cards by date?", by="cleo", minute=1, thread="000")
    between = [
        posted(f"1{place:02}", "nice weather", by="dan", minute=1_000 + place, thread="000")
        for place in range(BELOW + 3)
    ]
    reply = posted("999", ANSWER, by="bob", minute=MUCH_LATER, thread="000", reply_to="001")
    root = posted("000", "What a day.", by="ada")
    questions = the_same(database, singly(root, first, *between, reply), singly(reply, *between, first, root))
    assert questions["001"] == ("answered", "999")


@pytest.mark.parametrize("between", [REACH - 1, REACH + 20])
def test_an_edit_that_makes_a_question_of_what_was_said_far_below(database: Database, between: int) -> None:
    """Somebody goes on saying what they began, until it is as far up as anybody looks."""
    begun = posted("000", "hello there", by="ada")
    edit = edited(begun, "i have a problem", minute=60)
    talk = chatter(0, between)
    own = [
        posted(f"{place:03}x", "well", by="ada", minute=(place + 0.5) / 20)
        for place in range(REACH - 1, between, REACH - 1)
    ]
    last = posted("999", "anyone?", by="ada", minute=(between + 0.9) / 20)
    told = sorted([*talk, *own], key=lambda event: getattr(event, "at", after(0)))
    the_same(
        database,
        singly(begun, *told, last, edit),
        singly(edit, begun, *told, last),
        [[begun, *told, last], [edit]],
    )


def test_a_mark_heard_of_before_its_message_is_not_forgotten(database: Database) -> None:
    said = posted("001", "hm", by="bob", minute=1)
    mark = reacted(said, MARK, by="ada", minute=2)
    edit = edited(ASKED, "How do I export my board to CSV??", minute=3)
    more = posted("002", "no idea, sorry", by="bob", minute=2.5)
    told: list[Event] = [ASKED, mark, edit, said, more]
    assert the_same(database, singly(*told), [told]) == {"000": ("answered", "001")}


def test_a_mark_on_what_is_said_after_the_conversation_counts(database: Database) -> None:
    replies = [
        posted(f"1{place:02}", "no idea, sorry", by=f"bob{place % 3}", minute=1 + place, thread="000")
        for place in range(70)
    ]
    told: list[Event] = [ASKED, *replies, reacted(replies[65], MARK, by="ada", minute=100)]
    assert the_same(database, singly(*told), [told]) == {"000": ("answered", "165")}


def test_what_joins_a_question_without_asking_is_heard(database: Database) -> None:
    hello = posted("001", "hello there", by="ada", minute=0)
    fails = posted("002", "my board fails to open, same error here", by="ada", minute=0.2)
    told: list[Event] = [
        hello,
        reacted(hello, MARK, by="bob", minute=0.1),
        fails,
        reacted(fails, MARK, by="ada", minute=0.25),
        posted("003", "How do I export it to CSV?", by="ada", minute=0.3),
    ]
    assert the_same(database, singly(*told), [told]) == {"001": ("answered", "002")}


def test_a_button_pressed_before_its_question_is_heard_of_harms_nothing(database: Database) -> None:
    root = posted("000", "nice weather today", by="bob", minute=-10)
    asked = posted("001", "How do I export my board to CSV?", by="ada", minute=1, thread="000")
    told: list[Event] = [root, pressed("question.take", "general/001", minute=2), asked]
    assert the_same(database, singly(*told), [told]) == {"001": ("unanswered", None)}
