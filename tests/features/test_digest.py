"""The week's digest: in the feedback channel, each line with its link, and silent rather than wrong."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from bot.actions import Action
from bot.cards import Card, plain
from bot.core import Core
from bot.events import Event, MessagePosted
from bot.features import FEATURES, feedback
from storage.transaction import Transaction
from tests.features.test_feedback import BUG, COMPLAINT, PRAISE, REQUEST
from tests.features.world import NOON, Community, Founds, Words, ada, bob, cleo, dan, eve, posted

MONDAY_9 = datetime(2026, 3, 9, 9, tzinfo=UTC)


def a_week(community: Community) -> list[Words]:
    """Have people say what a digest is made of; return it."""
    asked = posted("How do I export to CSV?", by=ada, channel="help", minutes=20)
    said = [
        asked,
        posted("Settings → Export", by=bob, thread=asked),
        posted("hey", by=cleo, channel="help", minutes=90),
        posted("where can I find my old invoices?", by=cleo, channel="help"),
        posted(REQUEST, by=bob, minutes=90),
        posted(BUG, by=cleo, minutes=90),
    ]
    community.says(*said)
    return said


def lines(card: Card) -> dict[str, list[str]]:
    return {section.name: [item.text for item in section.items] for section in card.sections}


def test_the_week_goes_to_the_feedback_channel_on_monday_morning(community: Community) -> None:
    said = a_week(community)
    community.waits_until(MONDAY_9 - timedelta(seconds=1))
    assert community.cards("feedback") == []
    community.waits_until(MONDAY_9)

    card = community.card("feedback")
    assert card.title == "What the community said"
    assert card.text == "2 March to 8 March 2026"
    assert lines(card) == {
        "Asked": [
            "Open: hey where can I find my old invoices?",
            "Answered by Bob: How do I export to CSV?",
        ],
        "Wanted": [REQUEST],
        "Reported": [BUG],
    }
    assert card.footer == "I read 6 messages by 3 members in 2 channels, from 2 March 12:00 on."
    refs = {ref.message for section in card.sections for item in section.items for ref in item.refs}
    assert refs == {said[0].id, said[2].id, said[4].id, said[5].id}
    assert all(item.refs for section in card.sections for item in section.items)


def test_it_comes_once_a_week(community: Community) -> None:
    a_week(community)
    community.waits_until(MONDAY_9 + timedelta(days=6))
    a_week(community)
    community.waits_until(MONDAY_9 + timedelta(days=20))

    assert [card.text for card in community.cards("feedback")] == [
        "2 March to 8 March 2026",
        "9 March to 15 March 2026",
    ]
    assert community.cards("feedback")[1].footer == "I read 6 messages by 3 members in 2 channels."


def test_nothing_is_said_on_a_thin_week(community: Community) -> None:
    community.says(posted(BUG, by=ada), posted(PRAISE, by=bob))
    community.waits_until(MONDAY_9 + timedelta(days=7))

    assert community.cards("feedback") == []
    assert [row.skipped for row in community.digests()] == ["a thin week: 2 lines", "a thin week: 0 lines"]


def test_one_line_is_one_line(community: Community) -> None:
    community.says(posted(BUG, by=ada))
    community.waits_until(MONDAY_9)

    assert [row.skipped for row in community.digests()] == ["a thin week: 1 line"]


def test_a_digest_is_kept_where_no_channel_is_named_for_it(found: Founds) -> None:
    community = found(feedback_channel=None)
    a_week(community)
    community.waits_until(MONDAY_9)

    assert not [action for action in community.actions() if action.key.startswith("digest")]
    [row] = community.digests()
    assert row.skipped is None
    assert len(row.sections) == 3


@pytest.mark.parametrize(
    ("zone", "founded", "monday"),
    [
        ("America/Los_Angeles", date(2026, 3, 2), date(2026, 3, 9)),  # In between, the clocks go forward.
        ("Europe/Berlin", date(2026, 10, 20), date(2026, 10, 26)),  # … or back.
        ("Asia/Kathmandu", date(2026, 3, 2), date(2026, 3, 9)),
    ],
)
def test_the_week_is_the_communitys_own(found: Founds, zone: str, founded: date, monday: date) -> None:
    community = found(timezone=zone)
    here = ZoneInfo(zone)
    community.waits_until(datetime(founded.year, founded.month, founded.day, 20, tzinfo=UTC))
    a_week(community)
    last = datetime(monday.year, monday.month, monday.day, tzinfo=here).astimezone(UTC)
    community.waits_until(last - timedelta(minutes=2))
    community.says(posted(PRAISE, by=dan), posted(COMPLAINT, by=eve, minutes=2))
    before = len(community.cards("feedback"))
    nine = datetime(monday.year, monday.month, monday.day, 9, tzinfo=here).astimezone(UTC)
    community.waits_until(nine - timedelta(seconds=1))
    assert len(community.cards("feedback")) == before
    community.waits_until(nine)

    found_lines = lines(community.cards("feedback")[-1])
    assert found_lines["Praised"] == [PRAISE]
    assert "Complained about" not in found_lines


def test_a_private_channel_is_never_quoted_but_its_talk_is_counted(community: Community) -> None:
    a_week(community)
    community.says(
        posted("It would be great if we could fire the agency", by=eve, channel="board"),
        posted("How do we tell people about the budget?", by=eve, channel="board", minutes=60),
        posted("I love the secret plan, it is so much better", by=eve, channel="board", minutes=60),
    )
    community.waits_until(MONDAY_9)

    said = plain(community.card("feedback"))
    assert "agency" not in said
    assert "budget" not in said
    assert "secret" not in said
    assert "in 3 channels" in said


def test_what_was_deleted_or_edited_away_is_not_in_it(community: Community) -> None:
    said = a_week(community)
    community.deletes(said[5])
    community.edits(said[4], "Good morning!")
    community.says(posted(PRAISE, by=dan))
    community.waits_until(MONDAY_9)

    assert sorted(lines(community.card("feedback"))) == ["Asked", "Praised"]


def test_what_managers_said_is_no_question_is_not_in_it(community: Community) -> None:
    a_week(community)
    community.says(posted(PRAISE, by=dan))
    community.passes(hours=6)
    [flag] = [card for card in community.cards("managers") if "invoices" in plain(card)]
    community.presses("Not a question", flag)
    community.waits_until(MONDAY_9)

    assert "invoices" not in plain(community.card("feedback"))


def test_many_voices_come_before_one_loud_one(community: Community) -> None:
    community.says(
        *(posted(f"It would be great if we could export page {page}", by=ada) for page in range(9)),
        posted("It would be great if we could print in colour", by=bob),
        posted("It would be great if we could search in comments", by=cleo),
    )
    community.waits_until(MONDAY_9)

    wanted = lines(community.card("feedback"))["Wanted"]
    assert len(wanted) == 7
    assert "It would be great if we could print in colour" in wanted
    assert "It would be great if we could search in comments" in wanted


def test_long_words_are_cut(community: Community) -> None:
    a_week(community)
    community.says(posted(f"{BUG}. {'And again. ' * 200}", by=dan))
    community.waits_until(MONDAY_9)

    assert max(len(line) for line in lines(community.card("feedback"))["Reported"]) == 180


def test_after_an_outage_each_week_is_told_of_once_if_there_is_something_to_tell(
    community: Community,
) -> None:
    a_week(community)
    community.sleeps(days=20)

    assert [card.text for card in community.cards("feedback")] == ["2 March to 8 March 2026"]
    assert [row.skipped for row in community.digests()] == [None, "a thin week: 0 lines"]


class FailsOn:
    """A feature that has a bug with what somebody says."""

    def __init__(self, who: str) -> None:
        self._who = who

    def handle(self, event: Event, tx: Transaction) -> list[Action]:
        if isinstance(event, MessagePosted) and event.author == self._who:
            raise ValueError("a bug")
        return list(feedback.handle(event, tx))


def test_what_could_not_be_read_is_said(founds_carelessly: Founds) -> None:
    community = founds_carelessly()
    community.core = Core(community.database, {**FEATURES, "feedback": FailsOn(eve)})
    a_week(community)
    community.says(posted(BUG, by=eve))
    community.waits_until(MONDAY_9)

    assert community.card("feedback").footer == (
        "I read 7 messages by 4 members in 2 channels, from 2 March 12:00 on; 1 event could not be read."
    )


def test_a_thin_week_that_could_not_be_read_does_not_pretend_to_be_quiet(founds_carelessly: Founds) -> None:
    community = founds_carelessly()
    community.core = Core(community.database, {**FEATURES, "feedback": FailsOn(eve)})
    community.says(posted(BUG, by=eve), posted(PRAISE, by=eve))
    community.waits_until(MONDAY_9)

    assert [row.skipped for row in community.digests()] == [
        "a thin week: 0 lines; 2 events could not be read"
    ]


def test_managers_see_this_weeks_as_it_stands(community: Community) -> None:
    empty = community.commands("digest")
    assert empty.title == "This week so far"
    assert empty.text == "2 March to 8 March 2026: nothing to tell yet"
    a_week(community)
    card = community.commands("digest")

    assert sorted(lines(card)) == ["Asked", "Reported", "Wanted"]
    assert community.cards("feedback") == []


def test_a_week_before_we_came_is_not_told_of(found: Founds) -> None:
    community = found(timezone="Asia/Tokyo")
    community.waits_until(NOON + timedelta(days=21))

    assert [row.window_from for row in community.digests()] == [
        datetime(2026, 3, 1, 15, tzinfo=UTC) + timedelta(days=7 * week) for week in range(3)
    ]
