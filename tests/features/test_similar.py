"""What was asked and answered before is shown with a question like it, and never to who may not read it."""

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import Engine, event, select

from bot.cards import Card, Item, plain
from bot.installation import settle_in
from storage.database import Database
from storage.tables import AskedWord, table
from tests.features.world import SETTINGS, Community, Founds, Words, ada, bob, cleo, posted

BEFORE = "Is there a way to set the bluetooth pin of the tracker?"
AGAIN = "Where do I find the bluetooth pin for my tracker?"


@pytest.fixture(params=["sqlite_url", "postgresql_url"])
def community(request: pytest.FixtureRequest, opened: Callable[[str], Database]) -> Community:
    """A community with keys, on each kind of database."""
    database = opened(request.getfixturevalue(request.param))
    settle_in(database, "https://hearth.example.com")
    return Community(database, SETTINGS)


def answered(channel: str = "help", text: str = BEFORE) -> tuple[Words, Words]:
    """Return a question and its answer."""
    asked = posted(text, by=ada, channel=channel)
    return asked, posted("Settings, then Radio, then PIN", by=bob, thread=asked)


def asks_again(community: Community, text: str = AGAIN, channel: str = "general") -> Card:
    """Have somebody ask, and nobody answer; return the card that managers are shown."""
    community.passes(hours=1)
    by = f"asker{len(community.posts('managers'))}"
    community.says(posted(text, by=by, channel=channel))
    community.passes(hours=6)
    cards = community.cards("managers")
    of_theirs = (card for card in cards if card.quotes and card.quotes[0].author == by.title())
    return next(of_theirs, cards[-1])


def before(card: Card) -> list[Item]:
    """Return what a card shows as answered before."""
    return [item for section in card.sections if section.name == "Answered before" for item in section.items]


def words_kept(community: Community) -> int:
    with community.database.reading() as tx:
        return len(tx.rows(select(table(AskedWord))))


def test_a_card_links_what_was_asked_before_and_its_answer(community: Community) -> None:
    asked, answer = answered()
    community.says(
        asked,
        answer,
        *answered(text="How do I export my boards to a spreadsheet?"),
        posted("Does the tracker keep its bluetooth pin after an update?", by=bob, channel="announcements"),
    )
    [item] = before(asks_again(community))

    assert item.text == BEFORE
    assert [(ref.message, ref.thread) for ref in item.refs] == [(asked.id, None), (answer.id, asked.id)]


@pytest.mark.parametrize("thanked", [True, False])
def test_what_was_said_before_thanks_or_a_check_mark_is_linked_as_the_answer(
    community: Community, *, thanked: bool
) -> None:
    asked, answer = answered()
    other = posted("Did you read the manual?", by=cleo, thread=asked)
    back = posted("Thanks, that worked!" if thanked else "I have the red one", by=ada, thread=asked)
    community.says(asked, answer, other, back, posted("You are welcome", by=bob, thread=asked))
    if not thanked:
        community.reacts(back, by=ada)
    [item] = before(asks_again(community))

    assert [ref.message for ref in item.refs] == [asked.id, answer.id]


def test_the_words_of_a_question_are_written_once_while_it_is_spoken_of(community: Community) -> None:
    asked, answer = answered()
    community.says(asked, answer)
    seen: list[str] = []

    def note(_conn: object, _cursor: object, statement: str, *_more: object) -> None:
        seen.append(statement)

    event.listen(Engine, "before_cursor_execute", note)
    try:
        community.says(
            posted("Thanks, that worked!", by=ada, thread=asked),
            posted("Glad to hear it", by=bob, thread=asked),
        )
    finally:
        event.remove(Engine, "before_cursor_execute", note)

    stands = community.question(asked)
    assert stands is not None
    assert stands.evidence == "thanks"
    assert any("turn" in statement for statement in seen)
    assert [statement for statement in seen if "asked_word" in statement] == []


def test_nothing_is_shown_where_nothing_is_alike(community: Community) -> None:
    community.says(*answered())
    assert before(asks_again(community, "How do I change the colours of the tracker on a map?")) == []
    assert before(asks_again(community, "How do I export boards to a spreadsheet?")) == []


def test_a_short_question_is_found_by_the_same_words(community: Community) -> None:
    for _ in range(7):
        community.says(*answered(text="How do I reset my password?"))
    community.says(*answered(text="How do I reset my tracker?"))
    shown = before(asks_again(community, "How can I reset the password?"))

    assert [item.text for item in shown] == ["How do I reset my password?"] * 3


def test_at_most_three_are_shown_the_likest_first(community: Community) -> None:
    for text in (
        "Is there a way to set the bluetooth pin of my new red tracker?",
        "How do I set the bluetooth pin of the tracker on android?",
        AGAIN,
        BEFORE,
    ):
        community.says(*answered(text=text))
    shown = before(asks_again(community))

    assert len(shown) == 3
    assert shown[0].text == AGAIN


def test_what_is_open_again_or_reads_otherwise_is_found_no_more(community: Community) -> None:
    first, second = answered(), answered(text=AGAIN)
    community.says(*first, *second)
    community.says(posted("that still does not work", by=ada, thread=first[0]))
    community.edits(second[0], "How do I export boards to a spreadsheet?")

    assert before(asks_again(community)) == []


def test_private_channels_and_those_left_out_do_not_show_theirs(community: Community) -> None:
    community.says(*answered("board"))
    assert before(asks_again(community)) == []

    community.presses("Apply", on=community.commands("settings set open_channels +board"))
    assert len(before(asks_again(community))) == 1
    community.presses("Apply", on=community.commands("settings set channels #board watch=no"))
    assert before(asks_again(community)) == []


def test_what_is_asked_in_private_is_not_told_by_what_is_like_it(community: Community) -> None:
    community.says(*answered())
    card = asks_again(community, channel="board")

    assert "bluetooth" not in plain(card)


def test_who_is_forgotten_is_found_no_more_and_taken_off_cards(community: Community) -> None:
    community.says(*answered())
    assert len(before(asks_again(community))) == 1
    assert words_kept(community) > 0
    sure = community.commands("me forget", by=ada, channel="general")
    community.presses("Forget me", on=sure, by=ada)

    assert words_kept(community) == 0
    assert before(community.cards("managers")[-1]) == []
    assert before(asks_again(community)) == []


def test_who_is_excluded_is_found_no_more(community: Community) -> None:
    community.says(*answered())
    community.presses("Apply", on=community.commands(f"settings set excluded_members +{ada}"))

    assert words_kept(community) == 0
    assert before(asks_again(community)) == []


def test_a_deleted_question_goes_from_the_cards_that_show_it(community: Community) -> None:
    asked, answer = answered()
    community.says(asked, answer)
    assert len(before(asks_again(community))) == 1
    community.deletes(asked)

    assert words_kept(community) == 0
    assert before(community.cards("managers")[-1]) == []


def test_a_question_opened_again_goes_from_the_cards_that_show_it(community: Community) -> None:
    asked, answer = answered()
    community.says(asked, answer)
    assert len(before(asks_again(community))) == 1
    community.says(posted("that still does not work", by=ada, thread=asked))

    assert before(community.cards("managers")[-1]) == []


def test_a_deleted_answer_leaves_nothing_to_show(community: Community) -> None:
    asked, answer = answered()
    community.says(asked, answer)
    community.deletes(answer)

    assert words_kept(community) == 0
    assert before(asks_again(community)) == []


def test_a_question_is_looked_up_by_itself_and_not_among_all_words(found: Founds) -> None:
    community = found()
    community.says(*answered())
    seen: dict[str, Any] = {}

    def note(_conn: object, _cursor: object, statement: str, parameters: Any, *_more: object) -> None:
        if "FROM asked_word" in statement and not statement.startswith("DELETE"):
            seen[statement] = parameters

    event.listen(Engine, "before_cursor_execute", note)
    try:
        asks_again(community)
    finally:
        event.remove(Engine, "before_cursor_execute", note)

    assert len(seen) == 3
    with community.database.connection() as connection:
        for statement, parameters in seen.items():
            plan = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", parameters)
            [searched] = [row[-1] for row in plan if "asked_word" in row[-1]]
            # By the community alone it would be all that is kept.
            assert "community=? AND" in searched


def test_words_are_kept_for_as_long_as_what_was_said(found: Founds) -> None:
    community = found(retention_days=3)
    community.says(*answered())
    assert words_kept(community) > 0
    community.sleeps(days=8)

    assert words_kept(community) == 0
    assert community.questions() == []
