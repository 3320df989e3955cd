"""What is shared or sold is judged by what was before it; what is said in several places has one card."""

from typing import Any

import pytest
from sqlalchemy import select

from bot.cards import plain
from bot.events import MessagePosted
from bot.manners import Manners
from storage.tables import Broadcast, Trace, table
from tests.features.test_broadcasts import NEWS, NEWSLETTER, unlike
from tests.features.world import HOME, Community, Founds, Words, ada, bob, cleo, dan, eve, posted
from tests.language.test_context import PITCH, QUESTION

DISCREET = Manners(private_words=False, offered_words=True, whispers=False, home=False, profiles=False)
ADS = (NEWSLETTER, f"{NEWSLETTER} Thanks!")
OTHER_AD = unlike(7)


@pytest.fixture
def heard(community: Community) -> Community:
    """Return a community that was heard for ten days, in which Bob answers others."""
    community.says(posted("Good morning!", by=dan))
    for asker in (ada, cleo, dan):
        asked = posted("How do I export my board to CSV?", by=asker, channel="help")
        community.says(asked, posted("Settings, then Export, then choose CSV.", by=bob, thread=asked))
    community.passes(days=10)
    return community


def row_of(community: Community, words: Words) -> Any:
    broadcast = table(Broadcast)
    with community.database.reading() as tx:
        return tx.row(select(broadcast).where(broadcast.c.message == words.id))


def names(row: Any) -> set[str]:
    return {signal["name"] for signal in row.signals}


def traces(community: Community) -> set[str]:
    with community.database.reading() as tx:
        return {row.message for row in tx.rows(select(table(Trace).c.message))}


def test_a_pitch_is_looked_at_a_moment_later_by_what_its_author_gave(heard: Community) -> None:
    stranger, helper = posted(PITCH, by=eve), posted(PITCH.replace("charts", "maps"), by=bob, channel="help")
    heard.says(stranger)
    assert heard.told(eve) == []
    heard.passes(minutes=30)
    heard.says(helper)
    heard.passes(minutes=2)

    [word] = heard.told(eve)
    assert "This is the first that I heard from you here." in plain(word)
    assert heard.told(bob) == []
    assert "first message" in names(row_of(heard, stranger))
    assert row_of(heard, helper) is None or row_of(heard, helper).verdict != "salesy"


def test_managers_see_reasons_about_the_message_and_no_numbers(heard: Community) -> None:
    heard.insists(posted(PITCH, by=eve))
    heard.passes(minutes=2)
    heard.lets_be()

    said = plain(heard.card("managers"))
    assert "it is the first that was heard of its author here" in said
    assert "This is the first that I heard from you here." not in said


def test_who_tries_a_draft_sees_their_numbers(heard: Community) -> None:
    shown = plain(heard.commands(f"check {PITCH}", by=bob))

    assert "You answered 3 people this month; this is the first of yours that shares or sells" in shown
    assert "this month" not in plain(heard.commands("check Good morning everyone", by=bob))


def test_a_newcomers_question_with_a_link_is_no_pitch(heard: Community) -> None:
    heard.says(posted(QUESTION, by=eve))
    heard.passes(minutes=30)

    assert heard.told(eve) == []
    assert heard.cards("managers") == []


def test_where_people_are_not_profiled_only_the_message_and_its_copies_count(
    heard: Community, monkeypatch: pytest.MonkeyPatch
) -> None:
    for module in ("context", "outcomes", "showing"):
        monkeypatch.setattr(f"bot.features.broadcasts.{module}.manners_of", lambda _: DISCREET)
    alone = posted(PITCH, by=eve)
    heard.says(alone)
    heard.passes(minutes=2)
    assert heard.cards("managers") == []
    assert names(row_of(heard, alone)) <= {"own work", "presented", "page of a project", "told at length"}
    assert "this month" not in plain(heard.commands(f"check {PITCH}", by=bob))
    heard.says(*(posted(PITCH, by=eve, channel=channel) for channel in ("help", "announcements")))
    heard.passes(minutes=2)

    card = heard.card("managers")
    assert "Said in other places too: #general" in plain(card)
    assert "it was said in two other places too" in plain(card) or "in another place too" in plain(card)


def test_what_is_said_in_several_places_has_one_private_word_and_one_card(community: Community) -> None:
    first, second = posted(ADS[0], by=eve), posted(ADS[1], by=eve, channel="help")
    community.insists(first, second)
    community.lets_be()

    assert len(community.told(eve)) == 1
    assert len(community.posts("managers")) == 1
    card = community.card("managers")
    assert "Said in other places too: #help" in plain(card)

    third = posted(ADS[0], by=eve, channel="announcements")
    community.says(third)
    assert "Said in other places too: #help, #announcements" in plain(community.card("managers"))
    community.deletes(third)
    assert "Said in other places too: #help\n" in plain(community.card("managers")) + "\n"
    # What stood for the others is gone: the next is told of.
    community.deletes(first)
    community.lets_be()
    assert len(community.told(eve)) == 2
    assert "Where: #help" in plain(community.cards("managers")[-1])


def test_an_edit_is_looked_at_anew_and_what_is_taken_back_leaves_no_trace(heard: Community) -> None:
    said = posted(PITCH, by=eve)
    heard.insists(said)
    heard.passes(minutes=2)
    heard.lets_be()
    assert heard.card("managers").title == "This reads like selling"
    assert traces(heard) == {said.id}
    heard.edits(said, f"{PITCH} and thanks")
    # At once it is judged by what was before it then.
    assert heard.card("managers").title == "This reads like selling"
    assert "and thanks" in plain(heard.card("managers"))
    assert "first message" in names(row_of(heard, said))
    heard.passes(minutes=2)
    assert heard.card("managers").title == "This reads like selling"
    assert "first message" in names(row_of(heard, said))
    heard.edits(said, "Good morning!")

    assert heard.card("managers").title == "This was changed, and no longer reads like selling"
    assert traces(heard) == set()
    assert row_of(heard, said) is None


def test_copies_that_are_taken_back_or_changed_count_no_more(heard: Community) -> None:
    first, second = posted(ADS[0], by=eve), posted(ADS[1], by=eve, channel="help")
    third = posted(ADS[0], by=dan, channel="announcements")
    heard.says(first, second, third)
    heard.passes(minutes=2)
    assert row_of(heard, second).past["copies"] == 2
    heard.deletes(first)
    heard.passes(minutes=2)
    assert row_of(heard, second).past["copies"] == 1
    assert "said elsewhere too" in names(row_of(heard, second))
    heard.edits(third, "Good morning!")
    heard.passes(minutes=2)

    assert row_of(heard, second).past["copies"] == 0
    assert "said elsewhere too" not in names(row_of(heard, second))


def test_what_others_said_like_it_goes_on_without_who_said_it_first(community: Community) -> None:
    first = posted(ADS[0], by=eve)
    community.insists(first, posted(ADS[1], by=dan, channel="help"))
    community.lets_be()
    assert "Said in other places too: #help" in plain(community.card("managers"))
    community.deletes(first)
    assert "Where: #help" in plain(community.cards("managers")[-1])


def test_who_is_left_out_leaves_what_others_said_like_it(community: Community) -> None:
    community.insists(posted(ADS[0], by=eve), posted(ADS[1], by=dan, channel="help"))
    community.lets_be()
    community.presses("Apply", community.commands("settings set excluded_members eve"))
    settled, there = community.cards("managers")
    assert settled.title == "This was deleted"
    assert "Where: #help" in plain(there)
    assert "general" not in plain(there)


@pytest.mark.parametrize("text", ["We have a discount for members.", NEWS, OTHER_AD])
def test_an_edit_of_what_stood_for_others_leaves_them_their_word_and_card(
    community: Community, text: str
) -> None:
    first = posted(ADS[0], by=eve)
    community.says(first, posted(ADS[1], by=eve, channel="help"))
    community.delivers()
    community.passes(minutes=2)
    community.edits(first, text)
    community.passes(minutes=2)
    community.lets_be()

    [there] = [card for card in community.cards("managers") if "Where: #help" in plain(card)]
    assert there.title == "This reads like selling"
    assert "Said in other places too" not in plain(there)


def test_what_others_said_like_it_is_shown_once_its_card_is_about_something_else(
    community: Community,
) -> None:
    first = posted(ADS[0], by=eve)
    community.insists(first, posted(ADS[1], by=ada, channel="help"))
    community.edits(first, OTHER_AD)
    community.passes(minutes=12)

    assert {card.title for card in community.cards("managers")} == {"This reads like selling"}
    assert [("#general" in plain(card), "#help" in plain(card)) for card in community.cards("managers")] == [
        (True, False),
        (False, True),
    ]


def test_what_is_fine_in_one_place_is_fine_in_all(community: Community) -> None:
    first = posted(ADS[0], by=eve)
    community.insists(first, posted(ADS[1], by=dan, channel="help"))
    community.presses("It's fine here", community.card("managers"))
    assert number_sold(community) == "0"
    community.says(posted(ADS[0], by=cleo, channel="help"))
    community.passes(minutes=2)
    assert community.told(cleo) == []
    community.deletes(first)
    community.passes(minutes=12)

    assert [card.title for card in community.cards("managers")] == ["This was deleted"]
    assert number_sold(community) == "0"


def number_sold(community: Community) -> str:
    fields = community.commands("health").fields
    return next(each.value for each in fields if each.name == "Messages that read like selling")


def test_who_is_left_out_is_named_on_nobodys_card(community: Community) -> None:
    community.insists(posted(ADS[0], by=ada), posted(ADS[1], by=eve, channel="help"))
    community.lets_be()
    assert "#help" in plain(community.card("managers"))
    community.presses("Apply", community.commands("settings set excluded_members eve"))
    community.passes(minutes=1)

    assert "#help" not in plain(community.card("managers"))
    assert "in another place" not in plain(community.card("managers"))


def test_a_reply_in_somebodys_thread_answers_them(heard: Community) -> None:
    asked = posted("Charts out of logs, anyone?", by=ada, channel="help")
    reply = posted(PITCH, by=eve, channel="help", thread=asked)
    heard.says(asked, reply)
    heard.passes(minutes=2)

    assert row_of(heard, reply) is None or "it answers" in str(row_of(heard, reply).signals)


def test_of_who_was_there_long_ago_nobody_knows_what_they_said(found: Founds) -> None:
    community = found(retention_days=14)
    community.says(posted("Settings, then Export, then CSV.", by=bob))
    for _ in range(3):
        community.passes(days=10)
        community.says(posted("Good morning!", by=dan))
    assert "Between us" not in plain(community.commands(f"check {PITCH}", by=bob))
    said = posted(PITCH, by=bob)
    community.says(said)
    community.passes(minutes=2)

    assert row_of(community, said) is None or "first message" not in names(row_of(community, said))


def test_a_draft_is_checked_as_it_would_be_judged(heard: Community) -> None:
    checked = heard.commands(f"check {PITCH}", by=eve, channel="general")
    assert checked.title == "This reads like selling"
    said = posted(PITCH, by=eve)
    heard.insists(said)
    again = heard.uses("salesy", said, by=dan)
    assert again.title == heard.card("managers").title == checked.title
    assert heard.commands(f"check {PITCH}", by=bob, channel="general").title != checked.title


def test_a_word_that_was_on_its_way_thanks_who_was_quicker(community: Community) -> None:
    deleted, edited = posted(ADS[0], by=eve), posted(OTHER_AD, by=ada)
    community.says(deleted, edited)
    community.deletes(deleted)
    community.edits(edited, NEWS)
    community.delivers()

    assert "It is gone." in plain(community.told(eve)[0])
    assert "It reads fine now." in plain(community.told(ada)[0])


def test_who_posts_it_again_and_again_is_not_told_each_time(community: Community) -> None:
    for _ in range(5):
        said = posted(ADS[0], by=eve)
        community.says(said)
        community.delivers()
        community.passes(minutes=9)
        community.deletes(said)

    assert len(community.told(eve)) == 3
    assert len(community.posts("managers")) == 2


def test_the_past_tells_nobody_and_leaves_them_their_word(community: Community) -> None:
    past = MessagePosted(
        id="past",
        community=HOME,
        at=community.now,
        channel="general",
        message="past",
        author=eve,
        author_name="Eve",
        text=ADS[0],
    )
    community.core.receive([past], history=True)
    community.passes(days=1)
    community.says(posted(ADS[1], by=eve, channel="help"))
    community.delivers()

    assert len(community.told(eve)) == 1
    assert community.cards("managers") == []


def test_who_says_the_same_every_day_is_told_once_and_managers_once_a_week(community: Community) -> None:
    for _ in range(20):
        community.insists(posted(ADS[0], by=eve, channel="help"))
        community.passes(days=1)

    assert len(community.told(eve)) == 1
    assert len(community.cards("managers")) == 3


def test_of_what_is_said_again_and_again_so_many_places_are_looked_at(community: Community) -> None:
    said = [posted(ADS[0], by=eve), *(posted(ADS[0], by=eve, channel="help") for _ in range(25))]
    community.insists(*said)
    community.lets_be()

    assert len(community.told(eve)) == 1
    assert len(community.posts("managers")) == 1
    assert row_of(community, said[-1]).past["copies"] == 8
