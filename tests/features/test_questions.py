"""A question is noticed by what is asked, answered by who helps, and listed while it is open."""

from datetime import timedelta

import pytest

from bot.cards import plain
from tests.features.world import Community, ada, bob, cleo, dan, eve, posted

ASKED = "How do I export my boards to CSV?"


# What is a question.


@pytest.mark.parametrize(
    "text",
    [
        ASKED,
        "how can i export to csv",
        "I can't get the export to work, does anybody know what to do",
        "Need help with the CSV export please",
        "Hola, ¿cómo exporto a CSV?",
    ],
)
def test_a_question_needs_no_question_mark(community: Community, text: str) -> None:
    asked = posted(text, by=ada)
    community.says(asked)

    assert community.questions() == [asked.id]


@pytest.mark.parametrize(
    "text",
    [
        "Hey, how are you?",
        "who doesn't love Mondays?",
        "Look at https://example.com/search?q=export&how=1",
        "```\nwhat = why ? how : None\n```",
        "> How do I export?\nThat was answered last week.",
        "I exported it to CSV, all good.",
    ],
)
def test_greetings_rhetoric_code_links_and_quotes_are_no_questions(community: Community, text: str) -> None:
    community.says(posted(text, by=ada))

    assert community.questions() == []


def test_several_short_messages_of_one_person_are_one_question(community: Community) -> None:
    first = posted("hey everyone", by=ada)
    community.says(
        first,
        posted("the CSV export gives me an empty file", by=ada),
        posted("any idea why?", by=ada),
        posted("I am on the free plan", by=ada),
    )
    community.passes(hours=5)

    assert community.questions() == [first.id]
    [quote] = community.card("managers").quotes
    assert quote.text.splitlines() == [
        "hey everyone",
        "the CSV export gives me an empty file",
        "any idea why?",
        "I am on the free plan",
    ]


def test_bots_ask_nothing(community: Community) -> None:
    community.says(posted(ASKED, by="feeds", bot=True))

    assert community.questions() == []


# What answers it.


def test_another_ones_reply_in_the_thread_answers(community: Community) -> None:
    asked = posted(ASKED, by=ada, channel="help")
    community.says(asked, posted("The ⋯ menu of the board, then Export.", by=bob, thread=asked))

    question = community.question(asked)
    assert question is not None
    assert (question.state, question.evidence, question.decided) == ("answered", "reply", "rule")
    assert question.answered_by == bob
    assert question.first_response_at == question.asked_at + timedelta(minutes=1)


def test_another_ones_reply_in_a_flat_channel_answers(community: Community) -> None:
    asked = posted(ASKED, by=ada)
    community.says(asked, posted("The ⋯ menu of the board, then Export.", by=bob))

    question = community.question(asked)
    assert question is not None
    assert question.answered_by == bob


def test_a_thanks_from_the_asker_answers_the_question(community: Community) -> None:
    asked = posted(ASKED, by=ada)
    community.says(asked, posted("Settings → Export", by=bob), posted("thanks, that worked!", by=ada))

    question = community.question(asked)
    assert question is not None
    assert (question.state, question.evidence, question.answered_by) == ("answered", "thanks", bob)


@pytest.mark.parametrize("minutes", [1, 10, 40])
def test_what_still_fails_is_open_again_soon_and_late(community: Community, minutes: float) -> None:
    asked = posted(ASKED, by=ada)
    community.says(
        asked,
        posted("Settings → Export", by=bob),
        posted("hmm, that still does not work for me", by=ada, minutes=minutes),
    )

    question = community.question(asked)
    assert question is not None
    assert question.state == "unanswered"


def test_a_thanks_does_not_reopen(community: Community) -> None:
    asked = posted(ASKED, by=ada, channel="help")
    community.says(
        asked,
        posted("Settings → Export", by=bob, thread=asked),
        posted("thank you!", by=ada, thread=asked),
        posted("you're welcome", by=bob, thread=asked),
        posted("thanks again :)", by=ada, thread=asked),
    )
    community.passes(days=2)

    question = community.question(asked)
    assert question is not None
    assert question.state == "answered"
    assert community.cards("managers") == []


@pytest.mark.parametrize("text", ["same here", "+1", "No idea, sorry", "Which version are you on?", "hello!"])
def test_same_here_and_questions_back_are_responses_and_no_answers(community: Community, text: str) -> None:
    asked = posted(ASKED, by=ada, channel="help")
    community.says(asked, posted(text, by=bob, thread=asked))

    question = community.question(asked)
    assert question is not None
    assert question.state == "unanswered"
    assert question.first_response_at is not None


def test_a_bot_answers_nothing(community: Community) -> None:
    asked = posted(ASKED, by=ada, channel="help")
    community.says(asked, posted("Use the ⋯ menu.", by="helper", thread=asked, bot=True))

    question = community.question(asked)
    assert question is not None
    assert (question.state, question.first_response_at) == ("unanswered", None)


def test_who_finds_it_themselves_says_so(community: Community) -> None:
    asked = posted(ASKED, by=ada)
    community.says(asked, posted("never mind, found it: it is in the menu", by=ada, minutes=2))

    question = community.question(asked)
    assert question is not None
    assert (question.state, question.evidence) == ("answered", "self_solved")


def test_a_check_mark_counts_from_asker_and_managers_only(community: Community) -> None:
    states = {}
    for who in (cleo, ada, dan):
        asked = posted(ASKED, by=ada, channel="help", minutes=60 * 24)
        community.says(asked)
        community.reacts(asked, by=who)
        question = community.question(asked)
        assert question is not None
        states[who] = question.state

    assert states == {cleo: "unanswered", ada: "answered", dan: "answered"}


def test_a_check_mark_on_a_reply_says_whose_it_was_and_can_be_taken_back(community: Community) -> None:
    asked = posted(ASKED, by=ada, channel="help")
    replied = posted("same here, I think", by=bob, thread=asked)
    community.says(asked, replied)
    community.reacts(replied, "✅", by=ada)

    question = community.question(asked)
    assert question is not None
    assert (question.evidence, question.answered_by) == ("check_mark", bob)

    community.takes_back(replied, "✅", by=ada)
    question = community.question(asked)
    assert question is not None
    assert question.state == "unanswered"


def test_other_reactions_answer_nothing(community: Community) -> None:
    asked = posted(ASKED, by=ada)
    community.says(asked)
    community.reacts(asked, "eyes", by=ada)
    community.reacts(asked, "+1", by=dan)

    question = community.question(asked)
    assert question is not None
    assert question.state == "unanswered"


# The list.


def test_the_open_questions_are_listed_oldest_first(community: Community) -> None:
    first = posted(ASKED, by=ada, channel="help")
    community.says(
        first,
        posted("hello!", by=cleo, minutes=60),
        posted("Where do I find the invoices?", by=cleo),
        posted("Who approves the budget for this?", by=eve, channel="board", minutes=60),
    )
    card = community.commands("questions")

    assert card.title == "3 open questions"
    [section] = card.sections
    assert section.name == "Oldest first"
    assert [item.text for item in section.items] == [
        f"2 h, Ada in #help: {ASKED}",
        "1 h, Cleo in #general: hello! Where do I find the invoices?",
        "0 min, in #board",
    ]
    assert section.items[0].refs[0].message == first.id
    assert section.items[2].refs == ()
    # Elsewhere than among managers not even the channel is named.
    assert "0 min, in a private channel" in plain(community.commands("questions", channel="general"))


def test_the_list_counts_one_as_one_and_says_when_there_is_none(community: Community) -> None:
    assert plain(community.commands("questions")) == "No question is open: I have noticed none yet."
    community.says(posted(ASKED, by=ada))

    assert community.commands("questions").title == "1 open question"


def test_that_none_is_open_is_said_with_how_many_were_answered(community: Community) -> None:
    asked, other = posted(ASKED, by=ada, channel="help"), posted("How do I print a board?", by=cleo)
    community.says(asked, other, posted("Settings → Export", by=bob, thread=asked))
    community.passes(hours=5)
    community.presses("Not a question", on=community.card("managers"))

    told = plain(community.commands("questions"))
    assert told == "No question is open. Of those I remember, 1 was answered, 1 set aside."


def test_a_long_list_says_how_many_more_there_are(community: Community) -> None:
    community.says(*(posted(f"How do I print board number {n}?", by=f"m{n}", minutes=61) for n in range(18)))
    card = community.commands("questions")

    assert card.title == "18 open questions"
    assert len(card.sections[0].items) == 15
    assert card.footer == "and 3 more"


# Where replies go below.

FIRST = "How do I export my boards to CSV?"
SECOND = "Is there a keyboard shortcut for search?"
LONG = "Does anybody know whether the free plan still has the old limit of ten boards in it?"


@pytest.mark.parametrize("second", [SECOND, LONG])
@pytest.mark.parametrize("minutes", [3, 10, 120, 700])
def test_who_asks_again_where_others_answered_below_asks_something_new(
    community: Community, minutes: float, second: str
) -> None:
    asked = posted(FIRST, by=ada, channel="help")
    again = posted(second, by=ada, channel="help", minutes=minutes)
    community.says(asked, posted("Settings → Export", by=bob, thread=asked), again)

    for question in (asked, again):
        assert community.question(question) is not None
    assert community.questions() == [asked.id, again.id]
    community.passes(hours=5)
    assert community.question(again).flagged_at is not None  # type: ignore[union-attr]  # It is one.


def test_an_answer_below_that_is_told_of_late_counts_from_when_it_was_given(community: Community) -> None:
    asked = posted(FIRST, by=ada, channel="help")
    again = posted(SECOND, by=ada, channel="help", minutes=10)
    community.says(asked, again)
    assert community.questions() == [asked.id]

    community.now -= timedelta(minutes=9)
    reply = posted("Settings → Export", by=bob, thread=asked)
    community.says(reply)
    assert community.questions() == [asked.id, again.id]
    community.deletes(reply)
    assert community.questions() == [asked.id]


def test_the_list_can_be_narrowed_and_turned_around(community: Community) -> None:
    community.joins(cleo)
    old = posted(ASKED, by=ada, channel="help")
    community.says(old, posted("How do I print a board?", by=cleo, minutes=30))
    community.passes(days=40)
    community.joins(eve)
    community.says(posted("Where do I find the invoices?", by=eve, channel="help"))

    def listed(which: str) -> list[str]:
        card = community.commands(f"questions {which}")
        return [item.text.partition(": ")[2] for section in card.sections for item in section.items]

    assert listed("#general") == ["How do I print a board?"]
    # Who was heard of for the first time today may have been there for years.
    community.says(posted("Can boards be shared?", by=bob))
    assert listed("newcomers") == ["Where do I find the invoices?"]
    community.says(posted("Never mind, found it", by=bob))
    assert listed("help newest") == ["Where do I find the invoices?", ASKED]
    assert plain(community.commands("questions mine")) == "No question that you took is open."
    community.presses("I'll take it", on=community.cards("managers")[0])
    assert listed("mine") == [ASKED]
    assert community.commands("questions mine").title == "1 open question that you took"
    assert "I know of no channel called" in plain(community.commands("questions nowhere"))


def test_a_question_taken_and_reopened_is_nobodys(community: Community) -> None:
    community.says(posted(ASKED, by=ada, channel="help"))
    community.passes(hours=5)
    for label in ("I'll take it", "Answered", "Reopen"):
        community.presses(label, on=community.card("managers"))

    assert plain(community.commands("questions mine")) == "No question that you took is open."
