"""A question open too long is flagged once, and its card says how it stands and does as told."""

from datetime import timedelta

import pytest

from bot.cards import plain
from bot.events import MemberChanged
from tests.features.test_broadcasts import NEWSLETTER
from tests.features.world import HOME, NOON, Community, Founds, ada, bob, cleo, dan, eve, posted

ASKED = "How do I export my boards to CSV?"


def test_a_question_open_longer_than_the_limit_is_flagged_once(community: Community) -> None:
    asked = posted(ASKED, by=ada, channel="help")
    community.says(asked)
    community.passes(hours=3.9)
    assert community.cards("managers") == []
    community.passes(hours=0.2)
    community.passes(days=30)

    [post] = community.posts("managers")
    card = post.card
    assert card.title == "Nobody has answered this yet"
    [quote] = card.quotes
    assert (quote.author, quote.text, quote.ref.channel, quote.ref.message) == (
        "Ada",
        ASKED,
        "help",
        asked.id,
    )
    assert {entry.name: entry.value for entry in card.fields} == {"Where": "#help", "Waiting": "4 h"}
    assert [button.label for button in card.buttons] == [
        "I'll take it",
        "Answered",
        "Not a question",
        "Later",
        "Hand to staff",
    ]


def test_a_question_is_quoted_without_the_signs_of_markup(community: Community) -> None:
    community.says(posted("*Please*: how do I export my boards with `to_csv`?", by=ada))
    community.passes(hours=5)

    [quote] = community.card("managers").quotes
    assert quote.text == "Please: how do I export my boards with to_csv?"


def test_a_community_chooses_how_long_a_question_may_wait(found: Founds) -> None:
    community = found(limit="90m")
    community.says(posted(ASKED, by=ada))
    community.passes(minutes=89)
    assert community.cards("managers") == []
    community.passes(minutes=2)

    assert community.card("managers").fields[1].value == "1 h"


def test_only_working_hours_count_where_they_are_set(found: Founds) -> None:
    community = found(timezone="America/New_York", working_hours="Mon-Fri 9:00-17:00", limit="4h")
    community.waits_until(NOON + timedelta(days=4, hours=9))  # Friday, 16:00 in New York
    community.says(posted(ASKED, by=ada, minutes=0))
    # Over the weekend the clocks went forward there.
    community.waits_until(NOON + timedelta(days=7, hours=3, minutes=59))
    assert community.cards("managers") == []
    community.passes(minutes=1)  # Monday, 12:00 in New York

    assert len(community.cards("managers")) == 1


def test_an_answered_question_is_not_flagged(community: Community) -> None:
    asked = posted(ASKED, by=ada, channel="help")
    community.says(asked, posted("Settings → Export", by=bob, thread=asked, minutes=200))
    community.passes(days=1)

    assert community.cards("managers") == []


def test_after_an_outage_what_is_due_is_flagged_once(community: Community) -> None:
    community.says(posted(ASKED, by=ada))
    community.sleeps(days=3)

    [post] = community.posts("managers")
    assert "Waiting: 3 days" in plain(post.card)


def test_a_flag_is_kept_where_no_channel_is_named_for_it(found: Founds) -> None:
    community = found(managers_channel=None)
    asked = posted(ASKED, by=ada, channel="help")
    community.says(asked)
    community.passes(hours=5)
    community.says(posted("Settings → Export", by=bob, thread=asked))

    question = community.question(asked)
    assert question is not None
    assert question.flagged_at == NOON + timedelta(minutes=1, hours=4)
    assert community.actions() == []


def test_what_managers_say_among_themselves_is_no_communitys(community: Community) -> None:
    community.says(
        posted("Who looks after the release notes this week?", by=dan, channel="managers"),
        posted("It would be great if we could export boards to PDF", by=dan, channel="managers"),
        posted(NEWSLETTER, by=dan, channel="managers"),
    )
    community.passes(days=1)

    assert community.cards("managers") == []
    assert community.questions() == []
    assert community.feedback() == {}


def test_a_private_channels_words_stay_there(community: Community) -> None:
    community.says(posted("How do we tell people about the budget cut?", by=eve, channel="board"))
    community.passes(hours=5)

    said = plain(community.card("managers"))
    assert "budget" not in said
    assert "Eve" not in said
    assert "Where: #board" in said


# The card, as things change.


def test_the_card_says_that_and_by_whom_it_was_answered(community: Community) -> None:
    asked = posted(ASKED, by=ada, channel="help")
    community.says(asked)
    community.passes(hours=5)
    community.says(posted("Settings → Export", by=bob, thread=asked))

    card = community.card("managers")
    assert (card.title, card.tone) == ("Answered by Bob", "good")
    assert [button.label for button in card.buttons] == ["Not answered"]

    community.says(posted("it still fails", by=ada, thread=asked))
    card = community.card("managers")
    assert (card.title, card.tone) == ("This is still unanswered", "warning")
    assert "Waiting: 5 h" in plain(card)


def test_who_takes_it_is_named_on_the_card(community: Community) -> None:
    community.says(posted(ASKED, by=ada))
    community.passes(hours=5)
    assert community.presses("I'll take it", community.card("managers")) == "It is yours. The card says so."

    card = community.card("managers")
    assert "Taken by: Dan" in plain(card)
    assert "I'll take it" not in [button.label for button in card.buttons]
    assert card.tone == "warning"


@pytest.mark.parametrize(
    ("label", "state", "title", "because"),
    [
        ("Answered", "answered", "Answered", "marked as answered by Dan"),
        ("Not a question", "dismissed", "Not a question", "marked as not a question by Dan"),
        ("Hand to staff", "dismissed", "Handed to staff", "handed to staff by Dan"),
    ],
)
def test_a_managers_word_settles_it(
    community: Community, label: str, state: str, title: str, because: str
) -> None:
    asked = posted(ASKED, by=ada)
    community.says(asked)
    community.passes(hours=5)
    community.presses(label, community.card("managers"))

    question = community.question(asked)
    assert question is not None
    assert (question.state, question.evidence, question.decided) == (state, "person", "person")
    card = community.card("managers")
    assert card.title == title
    assert f"Because: {because}" in plain(card)
    assert "Waiting" not in plain(card)


def test_what_was_settled_can_be_reopened_and_is_not_flagged_again(community: Community) -> None:
    asked = posted(ASKED, by=ada)
    community.says(asked)
    community.passes(hours=5)
    community.presses("Not a question", community.card("managers"))
    assert community.presses("Reopen", community.card("managers")) == "Open again."
    community.passes(days=1)

    question = community.question(asked)
    assert question is not None
    assert question.state == "unanswered"
    assert len(community.posts("managers")) == 1
    assert "Reopened by: Dan" in plain(community.card("managers"))


def test_one_click_overturns_what_the_rules_took_for_an_answer(community: Community) -> None:
    asked = posted(ASKED, by=ada, channel="help")
    community.says(asked)
    community.passes(hours=5)
    community.says(posted("Have you tried turning it off and on again", by=bob, thread=asked))
    community.presses("Not answered", community.card("managers"))

    question = community.question(asked)
    assert question is not None
    assert (question.state, question.evidence) == ("unanswered", None)
    assert question.first_response_at is not None

    community.presses("I'll take it", community.card("managers"))
    question = community.question(asked)
    assert question is not None
    assert question.state == "unanswered"

    community.says(posted("Open the board, press ⋯, then Export as CSV.", by=cleo, thread=asked))
    question = community.question(asked)
    assert question is not None
    assert (question.state, question.answered_by) == ("answered", cleo)


def test_later_reminds_each_who_asked_for_it_while_it_is_open(community: Community) -> None:
    community.says(posted(ASKED, by=ada))
    community.passes(hours=5)
    told = community.presses("Later", community.card("managers"))
    assert told == "I will remind you in 4 h, should it still be open then."
    assert "I remind: Dan" in plain(community.card("managers"))
    community.passes(hours=5)

    [reminder] = community.told(dan)
    assert reminder.title == "You asked me to remind you: this is still open"
    assert reminder.quotes[0].text == ASKED
    assert "Waiting: 9 h" in plain(reminder)
    assert "I remind" not in plain(community.card("managers"))
    community.passes(days=2)
    assert len(community.told(dan)) == 1


def test_a_reminder_says_so_when_what_it_reminds_of_is_settled_and_is_open_again(
    community: Community,
) -> None:
    asked = posted(ASKED, by=ada, channel="help")
    community.says(asked)
    community.passes(hours=5)
    community.presses("Later", community.card("managers"))
    community.passes(hours=5)
    community.presses("Answered", community.card("managers"))

    [reminder] = community.told(dan)
    assert reminder.title == "You asked me to remind you: this is settled"
    community.presses("Undo", community.card("managers"))
    [reminder] = community.told(dan)
    assert reminder.title == "You asked me to remind you: this is still open"


def test_two_who_want_to_look_later_are_both_reminded(community: Community) -> None:
    community.says(posted(ASKED, by=ada))
    community.passes(hours=5)
    card = community.card("managers")
    community.presses("Later", card)
    community.receives(
        MemberChanged(id="another", community=HOME, at=community.now, member=cleo, name="Cleo", admin=True)
    )
    community.presses("Later", card, by=cleo)
    assert "I remind: Dan, Cleo" in plain(community.card("managers"))
    community.passes(hours=5)

    assert (len(community.told(dan)), len(community.told(cleo))) == (1, 1)


def test_nobody_is_reminded_of_what_was_answered_meanwhile(community: Community) -> None:
    asked = posted(ASKED, by=ada, channel="help")
    community.says(asked)
    community.passes(hours=5)
    community.presses("Later", community.card("managers"))
    community.says(posted("Settings → Export", by=bob, thread=asked))
    community.passes(days=1)

    assert community.told(dan) == []


def test_buttons_are_for_managers_and_others_are_told_so_kindly(community: Community) -> None:
    asked = posted(ASKED, by=ada)
    community.says(asked)
    community.passes(hours=5)
    for button in community.card("managers").buttons:
        told = community.presses_button(button, by=cleo)
        assert told.startswith("Only the managers of this community can do that.")

    question = community.question(asked)
    assert question is not None
    assert question.state == "unanswered"
    assert community.updates() == []


def test_a_button_of_an_old_card_changes_nothing_that_is_settled(community: Community) -> None:
    asked = posted(ASKED, by=ada, channel="help")
    community.says(asked)
    community.passes(hours=5)
    old = community.card("managers")
    community.says(posted("Settings → Export", by=bob, thread=asked))

    assert community.presses("I'll take it", old) == "That question is settled already; nothing was changed."
    assert community.card("managers").title == "Answered by Bob"


def test_an_edit_is_shown_on_the_card(community: Community) -> None:
    asked = posted(ASKED, by=ada)
    community.says(asked)
    community.passes(hours=5)
    community.edits(asked, "How do I export my boards to PDF?")

    [quote] = community.card("managers").quotes
    assert quote.text == "How do I export my boards to PDF?"


def test_what_is_no_question_any_more_says_so_and_may_be_one_again(community: Community) -> None:
    asked = posted(ASKED, by=ada)
    community.says(asked)
    community.passes(hours=5)
    community.edits(asked, "I exported my boards to CSV.")
    card = community.card("managers")
    assert (card.title, card.buttons) == ("No longer a question", ())

    community.edits(asked, ASKED)
    card = community.card("managers")
    assert card.title == "Nobody has answered this yet"
    assert card.buttons
    assert len(community.posts("managers")) == 1


def test_a_deleted_question_is_quoted_no_longer(community: Community) -> None:
    asked = posted(ASKED, by=ada)
    community.says(asked)
    community.passes(hours=5)
    old = community.card("managers")
    community.deletes(asked)

    card = community.card("managers")
    assert (card.title, card.quotes, card.buttons) == ("This was deleted", (), ())
    for button in old.buttons:
        assert community.presses_button(button).startswith("That question is gone")
    community.passes(days=1)
    assert len(community.posts("managers")) == 1


def test_a_settled_question_that_is_deleted_is_quoted_no_longer(community: Community) -> None:
    asked = posted(ASKED, by=ada)
    community.says(asked)
    community.passes(hours=5)
    community.presses("Hand to staff", community.card("managers"))
    community.deletes(asked)

    assert community.card("managers").quotes == ()


def test_a_question_deleted_before_it_is_due_is_forgotten(community: Community) -> None:
    asked = posted(ASKED, by=ada)
    community.says(asked)
    community.deletes(asked)
    community.passes(days=1)

    assert community.question(asked) is None
    assert community.cards("managers") == []


def test_an_answer_taken_back_leaves_the_question_open(community: Community) -> None:
    asked = posted(ASKED, by=ada, channel="help")
    replied = posted("Settings → Export", by=bob, thread=asked)
    community.says(asked, replied)
    community.deletes(replied)
    community.passes(hours=5)

    assert community.card("managers").title == "Nobody has answered this yet"
