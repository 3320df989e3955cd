"""Shortcuts on messages: this answers it, this is feedback, is this salesy?"""

import pytest

from bot.cards import plain
from storage.tables import Question, table
from tests.core.contents import contents
from tests.features.test_broadcasts import NEWSLETTER
from tests.features.world import MANAGER, Community, Founds, ada, bob, cleo, posted

ASKED = "How do I export my board to CSV?"


def test_who_asked_says_which_message_answers_it(community: Community) -> None:
    asked = posted(ASKED, by=ada, channel="help")
    answers = posted("no idea, sorry", by=bob, thread=asked)
    community.says(asked, answers)
    community.passes(hours=6)

    assert "Only who asked, or a manager" in plain(community.uses("answered", answers, by=cleo))
    assert "Marked as answered" in plain(community.uses("answered", answers, by=ada))
    question = community.question(asked)
    assert question is not None
    assert (question.state, question.decided, question.answered_by) == ("answered", "person", bob)
    [row] = contents(community.database)[table(Question).name]
    assert row["evidence"]["message_id"] == answers.id
    assert community.card("managers").title == "Answered by Bob"
    assert "already" in plain(community.uses("answered", asked, by=MANAGER))
    # One click overturns it.
    community.presses("Reopen", on=community.card("managers"))
    assert community.question(asked).state == "unanswered"  # type: ignore[union-attr]  # it is there


def test_a_persons_word_stands_above_what_was_read(community: Community) -> None:
    asked = posted(ASKED, by=ada, channel="help")
    answers = posted("Open the menu of the board, then choose Export and CSV", by=bob, thread=asked)
    community.says(asked, answers, posted("thanks, that worked!", by=ada, thread=asked))
    question = community.question(asked)
    assert question is not None
    assert (question.state, question.decided) == ("answered", "rule")
    community.uses("answered", answers, by=ada)
    question = community.question(asked)
    assert question is not None
    assert (question.state, question.decided, question.answered_by) == ("answered", "person", bob)


def test_a_manager_marks_the_question_itself(community: Community) -> None:
    asked = posted(ASKED, by=ada, channel="help")
    community.says(asked)
    community.uses("answered", asked, by=MANAGER)
    question = community.question(asked)
    assert question is not None
    assert (question.state, question.answered_by) == ("answered", None)


@pytest.mark.parametrize("text", ["nice weather today", ""])
def test_what_is_no_question_is_said_to_be_none(community: Community, text: str) -> None:
    said = posted(text or "ok", by=ada)
    if text:
        community.says(said)
    assert "no question" in plain(community.uses("answered", said, by=MANAGER))


def test_feedback_that_was_not_noticed_is_noted_by_a_persons_word(community: Community) -> None:
    said = posted("The board is rather green", by=ada)
    community.says(said)
    assert community.feedback() == {}
    assert "Only who wrote it" in plain(community.uses("feedback", said, by=cleo))

    asked = community.uses("feedback", said, by=ada)
    assert [button.label for button in asked.buttons] == ["Bug", "Request", "Praise", "Complaint"]
    assert "noted as a complaint" in community.presses("Complaint", on=asked, by=ada)
    assert community.feedback() == {said.id: "complaint"}
    assert "rather green" in plain(community.commands("feedback complaints"))
    # It counts however often the message changes, until somebody says otherwise.
    community.edits(said, "The board is green")
    assert community.feedback() == {said.id: "complaint"}
    again = community.uses("feedback", said, by=MANAGER)
    community.presses("Not feedback", on=again)
    community.edits(said, "I love it, it is great, thank you so much!")
    assert community.feedback() == {}
    assert "Only who wrote it" in community.presses("Praise", on=asked, by=cleo)


def test_staff_by_a_role_may_note_feedback(found: Founds) -> None:
    community = found(staff=[cleo])
    said = posted("The board is rather green", by=ada)
    community.says(said)
    community.presses("Praise", on=community.uses("feedback", said, by=cleo), by=cleo)
    assert community.feedback() == {said.id: "praise"}


def test_nothing_is_kept_of_what_was_not_heard(community: Community) -> None:
    unheard = posted(f"{NEWSLETTER} axolotl", by=bob, channel="elsewhere")
    assert "do not know that message" in plain(community.uses("feedback", unheard, by=MANAGER))
    verdict = community.uses("salesy", unheard, by=MANAGER)
    assert verdict.title == "This reads like selling"
    community.delivers()
    assert "axolotl" not in str(contents(community.database))


def test_a_verdict_shows_what_it_rests_on_to_who_asked(community: Community) -> None:
    said = posted(NEWSLETTER, by=bob)
    community.says(said)
    verdict = community.uses("salesy", said, by=cleo)
    assert verdict.title == "This reads like selling"
    assert "“50% off”" in plain(verdict)
    assert verdict.buttons == ()
    assert verdict.footer == "Only you see this."


def test_what_is_left_out_of_reading_is_not_judged(found: Founds) -> None:
    community = found(excluded_members=[bob])
    assert "no words" in plain(community.uses("salesy", posted(NEWSLETTER, by=bob), by=cleo))


def test_an_unknown_shortcut_is_answered(community: Community) -> None:
    assert "do not know that shortcut" in plain(community.uses("dance", posted("hi", by=bob), by=ada))


def test_an_answered_question_is_marked_where_that_is_set(found: Founds) -> None:
    community = found(mark_answered=True)
    asked = posted(ASKED, by=ada, channel="help")
    community.says(asked)
    community.passes(hours=6)
    assert community.marks() == []
    community.presses("Answered", on=community.card("managers"))
    community.presses("Reopen", on=community.card("managers"))
    thanks = posted("Settings → Export → CSV", by=bob, thread=asked)
    community.says(thanks, posted("thanks, that worked!", by=ada, thread=asked))
    community.says(posted("you are welcome", by=bob, thread=asked))

    assert community.marks() == [(asked.id, True), (asked.id, False), (asked.id, True)]


def test_nothing_is_marked_by_default(community: Community) -> None:
    asked = posted(ASKED, by=ada, channel="help")
    community.says(asked)
    community.uses("answered", asked, by=ada)
    assert community.marks() == []
