"""What is shared or sold is judged by what was before it; what is said in several places has one card."""

from typing import Any

import pytest
from sqlalchemy import select

from bot.cards import plain
from bot.manners import Manners
from storage.tables import Broadcast, Trace, table
from tests.features.test_broadcasts import NEWSLETTER
from tests.features.world import Community, Words, ada, bob, cleo, dan, eve, posted
from tests.language.test_context import PITCH, QUESTION

DISCREET = Manners(private_words=False, offered_words=True, whispers=False, home=False, profiles=False)
ADS = (NEWSLETTER, f"{NEWSLETTER} Thanks!")


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
    assert "This is the first that you say here." in plain(word)
    assert heard.told(bob) == []
    assert "first message" in names(row_of(heard, stranger))
    assert row_of(heard, helper) is None or row_of(heard, helper).verdict != "salesy"


def test_managers_see_reasons_about_the_message_and_no_numbers(heard: Community) -> None:
    heard.insists(posted(PITCH, by=eve))
    heard.passes(minutes=2)
    heard.lets_be()

    said = plain(heard.card("managers"))
    assert "it is the first that its author says here" in said
    assert "This is the first that you say here." not in said


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
    for module in ("", ".context", ".outcomes"):
        monkeypatch.setattr(f"bot.features.broadcasts{module}.manners_of", lambda _: DISCREET)
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
    assert settled.title == "This was taken back"
    assert "Where: #help" in plain(there)
    assert "general" not in plain(there)


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
