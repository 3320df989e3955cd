"""The week's digest: in the feedback channel, each line with its link, and silent rather than wrong."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from bot.actions import Action
from bot.cards import Card, plain
from bot.core import Core
from bot.events import Event, MessagePosted
from bot.features import FEATURES, feedback
from storage.database import Database
from storage.transaction import Transaction
from tests.features.test_feedback import BUG, COMPLAINT, PRAISE, REQUEST
from tests.features.world import NOON, SETTINGS, Community, Founds, Words, ada, bob, cleo, dan, eve, posted

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
    assert card.footer == (
        "I read 6 messages by 3 members in 2 channels, from 2 March 12:00 on, "
        "as they stood on Monday 9 March at 9:00."
    )
    refs = {ref.message for section in card.sections for item in section.items for ref in item.refs}
    # What was asked in two messages rests on both.
    assert refs == {said[0].id, said[2].id, said[3].id, said[4].id, said[5].id}
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
    assert community.cards("feedback")[1].footer == (
        "I read 6 messages by 3 members in 2 channels, as they stood on Monday 16 March at 9:00."
    )


def test_nothing_is_said_on_a_thin_week(community: Community) -> None:
    community.says(posted(BUG, by=ada), posted(PRAISE, by=bob))
    community.waits_until(MONDAY_9)

    assert community.cards("feedback") == []
    assert [row.skipped for row in community.digests()] == ["a thin week: 2 lines"]


def test_a_thin_week_joins_the_next_which_says_so(community: Community) -> None:
    community.says(posted(BUG, by=ada), posted(PRAISE, by=bob))
    community.waits_until(MONDAY_9 + timedelta(days=1))
    community.says(posted(REQUEST, by=cleo))
    community.waits_until(MONDAY_9 + timedelta(days=7))

    card = community.card("feedback")
    assert card.text == "2 March to 15 March 2026, as there was too little to tell for a weekly one before"
    assert lines(card) == {"Wanted": [REQUEST], "Reported": [BUG], "Praised": [PRAISE]}
    [row] = community.digests()
    assert (row.skipped, row.window_to - row.window_from) == (None, timedelta(days=14))


def test_a_week_of_nothing_joins_none(community: Community) -> None:
    community.waits_until(MONDAY_9 + timedelta(days=1))
    a_week(community)
    community.waits_until(MONDAY_9 + timedelta(days=7))

    assert community.card("feedback").text == "9 March to 15 March 2026"
    assert [row.skipped for row in community.digests()] == ["a thin week: 0 lines", None]


def test_a_line_is_told_in_the_end_though_it_stays_alone(community: Community) -> None:
    community.says(posted(BUG, by=ada))
    community.waits_until(MONDAY_9 + timedelta(days=20))
    assert community.cards("feedback") == []
    community.waits_until(MONDAY_9 + timedelta(days=21))

    assert lines(community.card("feedback")) == {"Reported": [BUG]}
    assert community.card("feedback").text.startswith("2 March to 29 March 2026")


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
    community = found(since=datetime(founded.year, founded.month, founded.day, 20, tzinfo=UTC), timezone=zone)
    here = ZoneInfo(zone)
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


def test_a_private_channel_is_never_quoted_and_not_even_counted(community: Community) -> None:
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
    assert "I read 6 messages by 3 members in 2 channels" in said
    assert "Questions answered: 1 of 2" in said
    assert "Requests: 1\n" in said


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


def test_after_an_outage_all_that_was_missed_is_told_of_at_once_and_said_to_be_late(
    community: Community,
) -> None:
    a_week(community)
    community.sleeps(days=20)

    assert community.card("feedback").text == (
        "2 March to 15 March 2026. This is late: it was due on Monday 9 March at 9:00, "
        "and made on Sunday 22 March at 16:52."
    )
    a_week(community)
    community.passes(days=2)
    assert [card.text for card in community.cards("feedback")][1:] == ["16 March to 22 March 2026"]
    assert [(row.window_from.day, row.window_to.day) for row in community.digests()] == [(2, 16), (16, 23)]


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
        "I read 7 messages by 4 members in 2 channels, from 2 March 12:00 on, "
        "as they stood on Monday 9 March at 9:00; 1 event could not be read."
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
    assert empty.text == (
        "2 March 2026 until 12:00: nothing to tell yet. It goes to #feedback on Monday 9 March at 9:00."
    )
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


# The trend, and pictures.


def test_it_says_how_much_there_was_against_the_week_before(community: Community) -> None:
    a_week(community)
    community.waits_until(MONDAY_9 + timedelta(hours=1))
    community.says(*(posted(f"good day number {day}, and a lot more to come", by=eve) for day in range(4)))
    a_week(community)
    community.waits_until(MONDAY_9 + timedelta(days=7))
    a_week(community)
    community.says(posted("good day to you all", by=eve, minutes=2))
    community.waits_until(MONDAY_9 + timedelta(days=14))
    first, second, third = community.cards("feedback")

    assert [(entry.name, entry.value) for entry in first.fields] == [
        ("Messages", "6"),  # Nothing is known of the week before.
        ("Questions answered", "1 of 2"),
        ("Requests", "1"),
        ("Bugs", "1"),
    ]
    assert second.fields[0].value == "10"  # The week before is known in part.
    assert [(entry.name, entry.value) for entry in third.fields] == [
        ("Messages", "7 (10 the week before)"),
        ("Questions answered", "1 of 2 (1 of 2 the week before)"),
        ("Requests", "1 (1 the week before)"),
        ("Bugs", "1 (1 the week before)"),
    ]


def test_there_is_a_picture_of_the_week_and_its_words(community: Community) -> None:
    community.passes(days=1)
    a_week(community)
    community.waits_until(MONDAY_9)
    messages, questions = community.card("feedback").pictures

    assert messages.labels == ("Mon 2", "Tue 3", "Wed 4", "Thu 5", "Fri 6", "Sat 7", "Sun 8")
    assert list(messages.lines[0].values) == [0, 6, 0, 0, 0, 0, 0]
    assert messages.alt == (
        "Messages each day: Monday 2: 0, Tuesday 3: 6, Wednesday 4: 0, Thursday 5: 0, Friday 6: 0, "
        "Saturday 7: 0, Sunday 8: 0; most on Tuesday 3, 6 messages."
    )
    assert [(line.name, line.values[1]) for line in questions.lines] == [("Answered", 1), ("Open", 1)]
    assert questions.alt.endswith("1 of 2 are answered.")


def test_where_nothing_is_to_be_seen_there_is_no_picture(community: Community) -> None:
    assert community.commands("digest").pictures == ()


def test_days_before_we_came_are_unknown_in_the_picture(community: Community) -> None:
    community.commands("subscribe all monthly on the 5th in #help")
    a_week(community)
    community.passes(days=3)
    [picture, _] = community.card("help").pictures

    assert picture.title == "Messages each week"
    assert picture.labels == ("Thu 5", "Thu 12", "Thu 19", "Thu 26")
    assert list(picture.lines[0].values) == [None, None, None, 6]
    assert "Thursday 5: unknown" in picture.alt


# What is no longer kept.


def test_a_past_that_is_erased_is_no_zero(found: Founds) -> None:
    """Neither in what a week is compared with nor in its own days."""
    community = found(retention_days=5)
    three = (ada, bob, cleo)
    for day in range(14):
        community.waits_until(NOON + timedelta(days=day))
        community.says(*(posted(f"{BUG} on day {day}", by=by) for by in three))
    community.waits_until(MONDAY_9 + timedelta(days=7))
    card = community.cards("feedback")[-1]

    assert [(entry.name, entry.value) for entry in card.fields] == [("Messages", "15"), ("Bugs", "21")]
    assert "Monday 9: unknown, Tuesday 10: unknown, Wednesday 11: 3" in card.pictures[0].alt
    assert card.pictures[0].lines[0].values[:3] == (None, None, 3)
    assert card.footer.endswith("; what was said before 11 March is no longer kept.")


def test_what_is_compared_with_a_past_that_is_kept_stays_so(found: Founds) -> None:
    community = found(retention_days=20)
    for day in range(14):
        community.waits_until(NOON + timedelta(days=day))
        community.says(*(posted(f"{BUG} on day {day}", by=by) for by in (ada, bob, cleo)))
    community.waits_until(MONDAY_9 + timedelta(days=14))

    assert "no longer kept" not in community.cards("feedback")[-1].footer


# What is deleted.


def test_what_is_deleted_goes_from_digests_that_were_posted(community: Community) -> None:
    said = a_week(community)
    community.waits_until(MONDAY_9)
    before = community.card("feedback")
    community.delivers()
    community.deletes(said[5])
    community.deletes(said[3])

    card = community.card("feedback")
    assert lines(card) == {"Asked": ["Answered by Bob: How do I export to CSV?"], "Wanted": [REQUEST]}
    assert (card.title, card.text, card.fields) == (before.title, before.text, before.fields)
    [row] = community.digests()
    assert BUG not in str(row.sections)
    community.deletes(said[1])
    assert community.card("feedback") == card


def test_either_database_tells_the_same(database: Database) -> None:
    community = Community(database, {**SETTINGS, "timezone": "Asia/Kathmandu"})
    community.commands("subscribe all daily 9:00 in #board")
    said = a_week(community)
    community.passes(days=1)
    community.deletes(said[4])
    community.commands("now weekly")

    assert not community.failures()
    assert lines(community.card("board")) == {
        "Asked": ["Open: hey where can I find my old invoices?", "Answered by Bob: How do I export to CSV?"],
        "Reported": [BUG],
    }
    assert community.card("feedback").text == "2 March to 3 March 2026 22:37"
    assert [entry.value for entry in community.card("feedback").fields] == ["5", "1 of 2", "1"]
    # What was counted before the deletion stays as it was.
    assert sorted(row.card["fields"][0]["value"] for row in community.digests()) == ["5", "6"]
