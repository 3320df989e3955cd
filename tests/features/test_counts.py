"""Each day is counted at night, channel by channel, in local days, and again as long as answers come late."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from bot.events import MessagePosted
from storage.database import Database
from storage.tables import Daily, Weekly, table
from tests.features.test_broadcasts import NEWSLETTER
from tests.features.test_feedback import BUG
from tests.features.world import HOME, NOON, SETTINGS, Community, ada, bob, cleo, eve, posted

QUESTION = "How do I export my boards to CSV?"
NOTHING = {
    "messages": 0,
    "members": 0,
    "questions": 0,
    "answered": 0,
    "response_s": None,
    "broadcasts": 0,
    "salesy": 0,
    "feedback": 0,
}
_daily = table(Daily)
_weekly = table(Weekly)
_ALL = select(_daily).order_by(_daily.c.day, _daily.c.channel)
_WEEKS = select(_weekly).where(_weekly.c.messages > 0).order_by(_weekly.c.week)


@pytest.fixture
def community(database: Database) -> Community:
    """A community on each kind of database."""
    return Community(database, SETTINGS)


def counted(community: Community) -> dict[tuple[str, str], dict[str, Any]]:
    """Return what was counted that is not nothing, by day and channel."""
    with community.database.reading() as tx:
        rows = [dict(row._mapping) for row in tx.rows(_ALL)]
    return {
        (row.pop("day"), row.pop("channel")): {
            name: value for name, value in row.items() if name in NOTHING and value != NOTHING[name]
        }
        for row in rows
    }


def nights(community: Community, number: int = 1) -> None:
    """Let so many nights go by, and the minute in which days are counted one after the other."""
    community.passes(days=number)


def test_a_day_is_counted_in_the_night_after(community: Community) -> None:
    asked = posted(QUESTION, by=ada, channel="help")
    community.says(
        asked,
        posted("Settings → Export", by=bob, channel="help", minutes=5),
        posted("thanks, that worked!", by=ada, channel="help"),
        posted(NEWSLETTER, by=cleo, channel="announcements"),
        posted(BUG, by=bob, channel="general"),
        posted("good morning", by="newsbot", bot=True, channel="general"),
    )
    assert counted(community) == {}
    nights(community)

    assert counted(community) == {
        ("2026-03-02", "announcements"): {"messages": 1, "members": 1, "broadcasts": 1, "salesy": 1},
        ("2026-03-02", "general"): {"messages": 1, "members": 1, "feedback": 1},
        ("2026-03-02", "help"): {
            "messages": 3,
            "members": 2,
            "questions": 1,
            "answered": 1,
            "response_s": 300.0,
        },
    }


def test_a_late_answer_changes_the_day_of_its_question(community: Community) -> None:
    asked = posted(QUESTION, by=ada, channel="help")
    community.says(asked)
    nights(community, 3)
    assert counted(community)["2026-03-02", "help"] == {"messages": 1, "members": 1, "questions": 1}

    community.says(posted("Settings → Export", by=bob, thread=asked))
    nights(community)
    day = counted(community)["2026-03-02", "help"]
    assert (day["questions"], day["answered"], day["messages"]) == (1, 1, 1)


def test_half_of_those_with_a_response_had_it_within(community: Community) -> None:
    for asker, minutes in ((ada, 10), (cleo, 20), (eve, 60)):
        asked = posted(QUESTION, by=asker, channel="help", minutes=100)
        community.says(asked, posted("Settings → Export", by=bob, thread=asked, minutes=minutes))
    nights(community)

    assert counted(community)["2026-03-02", "help"]["response_s"] == 20 * 60.0


def test_days_are_those_of_the_community(database: Database) -> None:
    community = Community(database, {**SETTINGS, "timezone": "Asia/Tokyo"})
    # 14:59 and 15:01 in UTC: a minute before and after midnight there.
    community.says(posted("Good evening!", by=ada, minutes=179), posted("Good morning!", by=bob, minutes=2))
    nights(community, 2)

    assert list(counted(community)) == [("2026-03-02", "general"), ("2026-03-03", "general")]


def test_the_day_a_clock_goes_back_counts_all_its_hours(database: Database) -> None:
    evening = NOON.replace(month=10, day=24, hour=21, minute=59)
    community = Community(database, {**SETTINGS, "timezone": "Europe/Berlin"}, since=evening)
    # From local midnight to the next are 25 hours.
    for minutes in (2, 24 * 60, 58):
        community.says(posted("Still up!", by=ada, minutes=minutes))
    nights(community, 2)

    assert counted(community)["2026-10-25", "general"]["messages"] == 3


def test_what_is_taken_back_is_counted_no_more(community: Community) -> None:
    said, other = posted("Good morning!", by=ada), posted("Hello!", by=bob, channel="help")
    community.says(said, other)
    nights(community)
    assert len(counted(community)) == 2
    community.deletes(said)
    nights(community)

    assert list(counted(community)) == [("2026-03-02", "help")]


def test_a_dismissed_question_is_none(community: Community) -> None:
    community.says(posted(QUESTION, by=ada, channel="help"))
    community.passes(hours=5)
    community.presses("Not a question", community.card("managers"))
    nights(community)

    assert counted(community)["2026-03-02", "help"] == {"messages": 1, "members": 1}


def test_a_long_outage_is_caught_up(community: Community) -> None:
    community.says(posted("Good morning!", by=ada))
    community.sleeps(days=40)
    community.passes(minutes=2)

    assert list(counted(community)) == [("2026-03-02", "general")]


def test_what_was_said_in_an_outage_is_counted_when_it_is_read(community: Community) -> None:
    community.sleeps(days=40)
    community.passes(minutes=2)
    said = posted("Good morning!", by=ada)
    late = MessagePosted(
        id="late",
        community=HOME,
        at=NOON + timedelta(days=5),
        channel="general",
        message=said.id,
        author=ada,
        author_name="Ada",
        text=said.text,
    )
    community.receives(late)
    assert counted(community) == {}
    nights(community)

    assert list(counted(community)) == [("2026-03-07", "general")]


def test_an_answer_that_comes_weeks_late_changes_the_day_of_its_question(community: Community) -> None:
    asked = posted(QUESTION, by=ada, channel="help")
    community.says(asked)
    nights(community, 30)
    community.says(posted("Settings → Export", by=bob, thread=asked))
    nights(community)

    assert counted(community)["2026-03-02", "help"]["answered"] == 1
    assert [(week["week"], week["answered"]) for week in weeks(community)] == [("2026-03-02", 1)]


def weeks(community: Community) -> list[dict[str, Any]]:
    """Return the weeks that were counted and in which something was said."""
    with community.database.reading() as tx:
        return [dict(row._mapping) for row in tx.rows(_WEEKS)]


def test_a_week_is_counted_when_it_is_over_and_kept_when_its_talk_is_gone(database: Database) -> None:
    community = Community(database, {**SETTINGS, "retention_days": 20})
    for _ in range(3):
        asked = posted(QUESTION, by=ada, channel="help")
        community.says(asked, posted("Settings → Export", by=bob, thread=asked, minutes=30))
        community.passes(days=1)
    assert weeks(community) == []
    nights(community, 5)
    [week] = weeks(community)
    nights(community, 30)

    assert weeks(community) == [week]
    del week["community"]
    assert week == {
        "week": "2026-03-02",
        "messages": 6,
        "members": 2,
        "new": 3,
        "asked": 3,
        "answered": 3,
        "response_s": 1_800.0,
        "salesy": 0,
        "flagged": 0,
        "overruled": 0,
    }
    picture = community.commands("health").pictures[0]
    assert picture.lines[0].values[0] == 2.0


def test_a_week_whose_talk_went_before_it_was_over_is_the_sum_of_its_days(database: Database) -> None:
    community = Community(database, {**SETTINGS, "retention_days": 2})
    for _ in range(5):
        community.says(posted("Good morning!", by=ada))
        community.passes(days=1)
    nights(community, 9)

    assert [(week["messages"], week["members"]) for week in weeks(community)] == [(5, None)]
