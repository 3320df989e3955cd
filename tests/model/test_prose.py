"""The sentences over a digest: each rests on lines it cites, or the digest goes out without."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from bot.cards import Card
from tests.fakes.pretend_model import (
    Manner,
    Question,
    answers,
    refuses,
    says,
    status,
    stops_in_the_middle,
)
from tests.features.test_feedback import BUG, PRAISE, REQUEST
from tests.features.world import Community, Words, ada, bob, cleo, eve, posted
from tests.model.asked import WithModel, sets_up, with_model
from tests.model.conftest import Founds

MONDAY_9 = datetime(2026, 3, 9, 9, tzinfo=UTC)
IN_SHORT = "In short, by a language model"


def a_week(community: Community, *more: Words) -> list[Words]:
    """Have people say what a digest is made of; return it."""
    said = [
        posted("How do I export my invoices to CSV?", by=ada, channel="help", minutes=20),
        posted(REQUEST, by=bob, minutes=90),
        posted(BUG, by=cleo, minutes=90),
        posted(PRAISE, by=eve, minutes=90),
        *more,
    ]
    community.says(*said)
    return said


def summed_up(question: Question) -> dict[str, Any]:
    """Sum up as a good model does: each line with its first words, citing it."""
    items = question.data["items"]
    return {
        "sentences": [
            {"text": f"Somebody said that {' '.join(item['words'].split()[:8])}", "cites": [item["number"]]}
            for item in items
        ]
    }


def prose(card: Card) -> list[str]:
    return [item.text for section in card.sections if section.name == IN_SHORT for item in section.items]


def without_prose(card: Card) -> Card:
    kept = tuple(section for section in card.sections if section.name != IN_SHORT)
    return card.model_copy(update={"sections": kept})


async def digest_by(found: Founds, manner: Manner, *more: Words) -> tuple[Card, WithModel]:
    """Return the week's digest with a model that behaves so."""
    community = found(model="digest")
    async with with_model(community, manner) as it:
        a_week(community, *more)
        community.waits_until(MONDAY_9)
        assert community.cards("feedback") == []
        await it.answers()
        community.passes(minutes=3)
        return community.card("feedback"), it


def plain_digest(community: Community, *more: Words) -> Card:
    a_week(community, *more)
    community.waits_until(MONDAY_9)
    return community.card("feedback")


async def test_sentences_stand_above_the_lines_with_links(found: Founds) -> None:
    card, it = await digest_by(found, answers(summed_up))

    assert card.sections[0].name == IN_SHORT
    assert prose(card)[0] == "Somebody said that How do I export my invoices to CSV?"
    assert all(item.refs for item in card.sections[0].items)
    assert it.came_of_it == ["4 of 4 sentences stood"]
    [question] = it.model.asked
    assert question.body["model"] == "large"
    assert question.data["items"][0]["section"] == "Asked, still open"


@pytest.mark.parametrize(
    "manner",
    [
        refuses(),
        stops_in_the_middle(),
        says("I'd love to help!"),
        says('{"sentences": "none"}'),
        answers({"sentences": []}),
        status(500),
        status(429, retry_after="3600"),
        status(401),
    ],
)
async def test_whatever_a_model_does_the_plain_digest_goes_out(found: Founds, manner: Manner) -> None:
    card, _ = await digest_by(found, manner)

    assert prose(card) == []
    assert [section.name for section in card.sections] == ["Asked", "Wanted", "Reported", "Praised"]


def test_a_model_that_never_answers_holds_a_digest_up_for_two_minutes(found: Founds) -> None:
    community = found(model="digest")
    sets_up(community)
    a_week(community)
    community.waits_until(MONDAY_9 + timedelta(seconds=119))
    assert community.cards("feedback") == []
    community.waits_until(MONDAY_9 + timedelta(minutes=2))

    assert prose(community.card("feedback")) == []


@pytest.mark.parametrize(
    "setting",
    [
        {"model": "off"},
        {"model": "rewrite"},
        {"channels": {"help": {"model": False}, "general": {"model": False}}},
    ],
)
def test_where_managers_do_not_want_it_nothing_is_asked(found: Founds, setting: dict[str, Any]) -> None:
    community = found(**setting)
    sets_up(community)
    a_week(community)
    community.waits_until(MONDAY_9)

    assert prose(community.card("feedback")) == []
    assert not [action for action in community.actions() if action.kind == "ask"]


def test_without_a_model_set_up_nothing_is_asked(found: Founds) -> None:
    community = found(model="digest")
    a_week(community)
    community.waits_until(MONDAY_9)

    assert prose(community.card("feedback")) == []
    assert not [action for action in community.actions() if action.kind == "ask"]


def test_once_the_days_budget_is_spent_nothing_is_asked(found: Founds) -> None:
    community = found(model="digest")
    sets_up(community, tokens=3_000)
    a_week(community)
    community.waits_until(MONDAY_9)

    assert prose(community.card("feedback")) == []
    assert not [action for action in community.actions() if action.kind == "ask"]


async def test_a_sentence_that_rests_on_nothing_goes(found: Founds) -> None:
    def mostly_good(question: Question) -> dict[str, Any]:
        good = summed_up(question)["sentences"][1:]
        return {"sentences": [{"text": "Members want it to be sorted by date.", "cites": [99]}, *good]}

    card, it = await digest_by(found, answers(mostly_good))

    assert len(prose(card)) == 3
    assert it.came_of_it == ["3 of 4 sentences stood"]


async def test_where_too_little_stands_all_goes(found: Founds) -> None:
    def hardly_good(question: Question) -> dict[str, Any]:
        good = summed_up(question)["sentences"][:1]
        return {"sentences": [*good, {"text": "Nothing works at all", "cites": [1]}]}

    card, it = await digest_by(found, answers(hardly_good))

    assert prose(card) == []
    assert it.came_of_it == ["1 of 2 sentences stood: too few, so it went out without"]


async def test_what_is_nobodys_business_does_not_leave_and_comes_back(found: Founds) -> None:
    secret = posted(
        "I wish Eve could export to CSV, mail ada@example.org or call +49 30 1234567, key "
        "sk-live-abcdefgh12345678, see https://example.org/x?token=1, please add that",
        by=bob,
        minutes=10,
    )
    card, it = await digest_by(found, answers(summed_up), secret)
    [question] = it.model.asked

    for private in ("ada@example.org", "1234567", "abcdefgh", "example.org", "Eve", "token=1"):
        assert private not in question.said
    assert "[email-1]" in question.said
    # What was taken out is put back; nothing of it is kept beside the message.
    assert any("I wish Eve could export" in text for text in prose(card))
    assert "ada@example.org" not in it.kept()


async def test_words_of_private_channels_stay_there(found: Founds) -> None:
    private = posted(
        "It would be great if the budget could be raised, please add that", by=ada, channel="board"
    )
    community = found(model="digest", feedback_channel="board")
    async with with_model(community, answers(summed_up)) as it:
        a_week(community, private)
        community.waits_until(MONDAY_9)
        await it.answers()

    assert "budget" in str(community.card("board"))
    assert "budget" not in it.model.asked[0].said


async def test_sentences_go_with_what_they_rest_on(found: Founds) -> None:
    community = found(model="digest")
    async with with_model(community, answers(summed_up)) as it:
        said = a_week(community)
        community.waits_until(MONDAY_9)
        await it.answers()
        before = prose(community.card("feedback"))
        community.delivers()
        community.deletes(said[1])
        community.edits(said[2], "never mind")

    assert [text for text in before if text not in prose(community.card("feedback"))] == before[1:3]
    assert it.kept().count("export") == 0


async def test_what_is_deleted_before_the_answer_comes_is_not_told_of(found: Founds) -> None:
    community = found(model="digest")
    async with with_model(community, answers(summed_up)) as it:
        said = a_week(community)
        community.waits_until(MONDAY_9)
        community.deletes(said[1])
        await it.answers()
        community.passes(minutes=3)

    assert it.model.asked == []
    assert REQUEST not in str(community.card("feedback"))


@pytest.mark.parametrize("wish", ["hide", "forget"])
async def test_who_hides_or_is_forgotten_is_in_no_question_any_more(found: Founds, wish: str) -> None:
    community = found(model="digest")
    async with with_model(community, answers(summed_up)) as it:
        a_week(community)
        community.waits_until(MONDAY_9)
        await it.answers()
        community.delivers()
        assert "CSV" in it.kept()
        card = community.commands(f"me {wish}", by=ada)
        for button in card.buttons[:1] if wish == "forget" else ():
            community.presses_button(button, by=ada)

    assert "CSV" not in it.kept()
    assert not any("CSV" in text for text in prose(community.card("feedback")))


async def test_managers_see_what_was_sent(found: Founds) -> None:
    community = found(model="digest")
    async with with_model(community, answers(summed_up)) as it:
        assert "Nothing was sent" in community.commands("model log").text
        a_week(community)
        community.waits_until(MONDAY_9)
        await it.answers()
        community.delivers()

    [line] = [item.text for section in community.commands("model log").sections for item in section.items]
    assert "digest, large, 120 tokens, 4 of 4 sentences stood" in line
    whole = community.commands("model log 1")
    assert whole.text == it.model.asked[0].said
    assert len(whole.sections[0].items) == 4
    assert ("Tokens today", "120 of 1,000,000 a day") in [
        (entry.name, entry.value) for entry in community.commands("model").fields
    ]
    assert "digest; 120 of 1,000,000 tokens used today" in str(community.commands("status"))
    assert "managers" in community.commands("model log", by=ada).text
    own = {entry.name: entry.value for entry in community.commands("me", by=ada).fields}
    assert own["Messages a language model was sent"] == "1"


async def test_it_is_kept_no_longer_than_the_talk(found: Founds) -> None:
    community = found(model="digest", retention_days=10)
    async with with_model(community, answers(summed_up)) as it:
        a_week(community)
        community.waits_until(MONDAY_9)
        await it.answers()
        assert it.came_of_it
        community.passes(days=13)

    assert it.came_of_it == []


async def test_no_word_is_kept_longer_than_the_message_it_is_of(found: Founds) -> None:
    community = found(model="digest", retention_days=8)
    async with with_model(community, answers(summed_up)) as it:
        a_week(community)
        community.waits_until(MONDAY_9)
        await it.answers()
        assert "CSV" in it.kept()
        community.passes(days=2)

    assert len(it.came_of_it) == 1
    assert "CSV" not in it.kept()
