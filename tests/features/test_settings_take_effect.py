"""A setting that is changed holds from then on, and for what is open already; and who may change it."""

from datetime import datetime

from bot.events import MemberChanged
from storage.tables import Digest, Due
from tests.features.test_settings import ASKS, OFFER, applied, current, pressed, rows, said
from tests.features.world import (
    HOME,
    NOON,
    Community,
    Words,
    ada,
    bob,
    cleo,
    dan,
    posted,
)

# Taking effect.


def test_a_shorter_limit_holds_for_what_is_open_already(community: Community) -> None:
    question = posted(ASKS, by=ada)
    community.says(question)
    community.passes(hours=1, minutes=30)
    assert community.cards("managers") == []

    applied(community, "set limit 1h")
    community.passes(seconds=1)

    assert community.card("managers").quotes[0].text == ASKS


def test_a_longer_limit_and_working_hours_put_a_flag_off(community: Community) -> None:
    community.says(posted(ASKS, by=ada))
    applied(community, "set limit 6h")
    community.passes(hours=5)
    assert community.cards("managers") == []
    applied(community, "set working_hours Mon-Fri 13-18")
    community.passes(hours=5)
    assert community.cards("managers") == []
    community.passes(days=1)
    assert len(community.cards("managers")) == 1


def test_what_is_asked_in_the_new_managers_channel_is_flagged_no_longer(community: Community) -> None:
    community.says(posted(ASKS, by=ada, channel="board"))
    applied(community, "set managers_channel board")
    community.passes(days=1)

    assert community.cards("board") == []


def test_the_digest_moves_with_the_timezone_and_none_is_lost_or_repeated(community: Community) -> None:
    def due() -> datetime:
        [row] = [row for row in rows(community, Due) if row["feature"] == "digest"]
        assert isinstance(row["due_at"], datetime)
        return row["due_at"]

    assert due() == datetime.fromisoformat("2026-03-09 09:00+00:00")
    applied(community, "set timezone Asia/Tokyo")
    assert due() == datetime.fromisoformat("2026-03-09 00:00+00:00")
    applied(community, "set timezone America/New_York")
    assert due() == datetime.fromisoformat("2026-03-09 13:00+00:00")
    community.waits_until(datetime.fromisoformat("2026-03-09 10:00+00:00"))
    # There it is past nine already, and this week's digest has not come.
    applied(community, "set timezone UTC")
    community.passes(days=7, hours=4)
    assert len(rows(community, Digest)) == 2


def test_a_threshold_holds_for_what_is_said_from_then_on(community: Community) -> None:
    before = posted(OFFER, by=ada)
    community.says(before)
    preview = community.commands("settings set salesy_threshold 0.9")
    assert "1 verdict of the last 30 days would flip: 1 no longer salesy" in said(preview)
    pressed(community, "Apply", preview)
    community.says(posted(OFFER, by=bob))

    assert len(community.cards("managers")) == 1
    community.edits(before, OFFER + ".")
    assert community.card("managers").title == "This reads like selling"


def test_a_channel_has_its_own_limit_threshold_and_sensitivity(community: Community) -> None:
    applied(community, "set channels #help limit=1h sensitivity=low salesy_threshold=0.9")
    applied(community, "set channels #announcements limit=30m")
    likely = posted("The blue one on top?", by=cleo, channel="help")
    here, there = posted(ASKS, by=ada), posted(ASKS, by=bob, channel="help")
    community.says(here, there)
    community.passes(hours=2)

    assert [card.fields[0].value for card in community.cards("managers")] == ["#help"]
    community.says(posted(OFFER, by=dan, channel="help", minutes=500), likely)
    assert community.question(likely) is None
    assert [card.title for card in community.cards("managers") if "selling" in card.title] == []
    applied(community, "set channels #help limit=default sensitivity=default salesy_threshold=default")
    assert str(current(community, "channels")).count("ChannelRules") == 1
    assert said(community.commands("settings explain channels")).count("#announcements limit 30 min") == 1


def test_sensitivity_says_how_sure_a_question_must_be_from_then_on(community: Community) -> None:
    faint, likely = "The export works with tables, right?", "The blue one on top?"
    noticed: dict[str, list[bool]] = {}
    for sensitivity, channel in (("low", "general"), ("normal", "help"), ("high", "announcements")):
        applied(community, f"set sensitivity {sensitivity}")
        said_now = [
            posted(text, by=by, channel=channel, minutes=500)
            for text, by in ((faint, ada), (likely, bob), (ASKS, cleo))
        ]
        community.says(*said_now)
        noticed[sensitivity] = [community.question(words) is not None for words in said_now]

    assert noticed == {
        "low": [False, False, True],
        "normal": [False, True, True],
        "high": [True, True, True],
    }
    assert "Of 6 questions of the last 30 days 3 would have been missed." in said(
        community.commands("settings set sensitivity low")
    )


# Who may.


def test_managers_can_be_named_and_roles_too(community: Community) -> None:
    community.says(posted("Hello!", by=bob))
    assert said(community.commands("health", by=bob)).startswith("Only the managers")
    applied(community, "set managers +Bob")
    applied(community, "set managers +R77")

    assert current(community, "managers") == ("bob", "R77")
    assert community.commands("health", by=bob).title == "The last 7 days"
    assert community.commands("health", by=cleo, roles=["R77"]).title == "The last 7 days"
    assert said(community.commands("health", by=cleo, roles=["R78"])).startswith("Only the managers")
    applied(community, "set managers -bob")
    assert current(community, "managers") == ("R77",)


def test_the_check_mark_of_a_named_manager_counts_as_long_as_they_are_one(community: Community) -> None:
    question = posted(ASKS, by=ada)
    community.says(question, posted("Hi all", by=bob))
    community.reacts(question, by=bob)
    assert state(community, question) == "unanswered"
    done = applied(community, "set managers bob")
    assert state(community, question) == "answered"
    pressed(community, "Take it back", done)
    assert state(community, question) == "unanswered"


def state(community: Community, words: Words) -> str | None:
    question = community.question(words)
    return question.state if question else None


def test_staff_are_members_roles_and_domains(community: Community) -> None:
    community.says(posted("Hello!", by=bob))
    applied(community, "set staff Bob, @Example.com, S0123")

    assert current(community, "staff") == ("bob", "example.com", "S0123")
    applied(community, "set staff -example.com")
    assert current(community, "staff") == ("bob", "S0123")


def test_two_of_one_name_are_told_apart_by_id(community: Community) -> None:
    community.receives(
        *(MemberChanged(id=f"k{n}", community=HOME, at=NOON, member=f"U{n}", name="Sam Lee") for n in (1, 2)),
        MemberChanged(id="k3", community=HOME, at=NOON, member="U3", name="Ada Lovelace"),
    )
    assert said(community.commands("settings set excluded_members @sam lee")) == (
        'excluded_members: 2 members are called "sam lee"; write the id of one, as U1, U2.'
    )
    applied(community, "set excluded_members Ada Lovelace, U2")
    assert current(community, "excluded_members") == ("U3", "U2")
