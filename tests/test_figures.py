"""A community in numbers, week by week, from rows while they are kept and from counts of days before."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import Engine, delete, event

from bot.figures import WeekFigures, figures_of, pictures_of, since_something_happened
from bot.weeks import months, weeks
from storage.database import Database
from storage.tables import Daily, Message, table
from tests.features.test_broadcasts import NEWSLETTER
from tests.features.world import HOME, NOON, SETTINGS, Community, ada, bob, cleo, posted

UTC_ZONE = ZoneInfo("UTC")
BERLIN = ZoneInfo("Europe/Berlin")
HOUR = 60.0
DAY = 24 * HOUR


@pytest.fixture
def community(database: Database) -> Community:
    """A community in each kind of database."""
    return Community(database, dict(SETTINGS))


def figures(
    community: Community, first: datetime, last: datetime, zone: ZoneInfo = UTC_ZONE
) -> tuple[WeekFigures, ...]:
    with community.database.reading() as tx:
        return figures_of(tx, HOME, zone, weeks(first, last, zone), community.now)


def count(community: Community, day: str, channel: str = "general", **counts: float) -> None:
    with community.database.transaction() as tx:
        tx.put(Daily, community=HOME, day=day, channel=channel, **counts)


def week(day: date, **told: float | None) -> WeekFigures:
    nothing = {"messages": 0, "members": 0, "new": 0, "asked": 0, "answered": 0, "response_s": None}
    flags = {"flagged": 0, "overruled": 0}
    return WeekFigures(**{"day": day, "salesy": 0, "over": True} | flags | nothing | told)  # type: ignore[arg-type]  # given by name


def test_what_happened_falls_into_its_week(community: Community) -> None:
    first = posted("How do I export to CSV?", by=ada, channel="help")
    community.says(
        first,
        posted("Settings → Export", by=bob, thread=first, minutes=30),
        posted("Does anybody know how to print a board?", by=bob),
        posted(NEWSLETTER, by=cleo),
        posted("A new build is out", by="feeds", bot=True),
        posted("Good morning!", by=ada, minutes=7 * DAY),
    )

    one, other = figures(community, NOON, community.now)
    assert one == week(
        date(2026, 3, 2),
        messages=4,
        members=3,
        new=4,
        asked=2,
        answered=1,
        response_s=30 * 60,
        salesy=1,
        flagged=1,
    )
    assert one.share_answered == 50
    assert (other.messages, other.members, other.new, other.share_answered) == (1, 1, 0, None)
    assert (one.over, other.over) == (True, False)


def test_weeks_are_those_of_the_timezone(community: Community) -> None:
    community.waits_until(datetime(2026, 3, 8, 23, 30, tzinfo=UTC))
    community.says(posted("Good night!", by=ada))

    # Half past eleven in UTC is Monday already in Berlin.
    assert [each.messages for each in figures(community, NOON, community.now)] == [1]
    assert [each.messages for each in figures(community, NOON, community.now, BERLIN)] == [0, 1]


def test_what_was_dismissed_or_deleted_does_not_count(community: Community) -> None:
    said = posted("Good morning all", by=bob)
    community.says(posted("How do I export to CSV?", by=ada), said)
    community.deletes(said)
    community.passes(hours=5)
    community.presses("Not a question", community.card("managers"))

    [told] = figures(community, NOON, community.now)
    assert (told.messages, told.members, told.asked) == (1, 1, 0)


def test_of_what_is_no_longer_kept_the_days_are_known(community: Community) -> None:
    community.passes(days=15)
    community.says(posted("Good morning!", by=ada))
    count(community, "2026-03-02", messages=40, questions=3, answered=2, salesy=1, response_s=600)
    count(community, "2026-03-04", "help", messages=2, questions=1, response_s=60)
    count(community, "2026-03-17", messages=1)

    first, second, third = figures(community, NOON, community.now)
    # Three of four wait ten minutes: so do half of them.
    assert (first.messages, first.members, first.asked, first.answered) == (42, None, 4, 2)
    assert (first.response_s, first.salesy) == (600, 1)
    assert (second.messages, second.members) == (0, 0)
    assert (third.messages, third.members) == (1, 1)


def test_in_the_week_from_whose_midst_on_messages_are_kept_both_count(community: Community) -> None:
    community.passes(days=3)
    community.says(posted("Good morning!", by=ada))
    # What was counted on the day of the oldest message is in its row.
    for day, messages in (("2026-03-03", 10), ("2026-03-05", 1)):
        count(community, day, messages=messages)

    [told] = figures(community, NOON, community.now)
    assert (told.messages, told.members) == (11, None)


def test_with_no_message_left_the_days_alone_count(community: Community) -> None:
    community.says(posted("Good morning!", by=ada))
    with community.database.transaction() as tx:
        tx.run(delete(table(Message)))
    count(community, "2026-03-02", messages=1)

    [told] = figures(community, NOON, community.now)
    assert (told.messages, told.members, told.new) == (1, None, 2)


def test_another_community_is_not_counted(community: Community) -> None:
    community.says(posted("Good morning!", by=ada))
    with community.database.reading() as tx:
        [told] = figures_of(tx, "sandbox:away", UTC_ZONE, weeks(NOON, NOON, UTC_ZONE), NOON)

    assert told.quiet


def test_how_much_is_asked_of_the_database_does_not_depend_on_what_is_in_it(community: Community) -> None:
    community.says(*(posted(f"How do I export board {place}?", by=f"m{place}") for place in range(20)))
    asked: list[str] = []

    def note(_: object, __: object, statement: str, *___: object) -> None:
        asked.append(statement)

    event.listen(Engine, "before_cursor_execute", note)
    try:
        told = figures(community, NOON - timedelta(weeks=11), NOON)
    finally:
        event.remove(Engine, "before_cursor_execute", note)

    assert told[-1].asked == 20
    assert len([each for each in asked if each.startswith("SELECT")]) == 12 + 6


# Pictures.


def test_weeks_are_told_in_pictures() -> None:
    told = (
        week(date(2026, 3, 2), messages=9, members=4, new=2, asked=4, answered=1, response_s=9_000, salesy=1),
        week(date(2026, 3, 9), messages=9, members=6, asked=0),
        week(
            date(2026, 3, 16), messages=9, members=None, new=1, asked=2, answered=2, response_s=60, over=False
        ),
    )
    here, answered, waited, sold = pictures_of(told)

    assert here.labels == ("2 Mar", "9 Mar", "this week")
    assert [(line.name, line.values) for line in here.lines] == [
        ("spoke", (4, 6, None)),
        ("seen for the first time", (2, 0, 1)),
    ]
    assert here.alt == (
        "Members, week by week from that of 2 March 2026 to this week so far. "
        "Spoke: between 4 and 6, not known in the last. "
        "Seen for the first time: between 0 and 2, 1 in the last."
    )
    assert (answered.unit, answered.lines[0].values) == ("%", (25, None, 100))
    assert (waited.unit, waited.lines[0].values) == ("time", (9_000, None, 60))
    assert waited.alt.endswith(": between 60 s and 2.5 h, 60 s in the last.")
    assert [line.values for line in sold.lines] == [(4, 0, 2), (1, 0, 0)]


@pytest.mark.parametrize(
    ("response_s", "said"),
    [
        (0.2, "less than a second"),
        (9, "9 s"),
        (150, "2 min"),
        (5_400, "1.5 h"),
        (7_200, "2 h"),
        (403.5 * 3_600, "17 days"),
    ],
)
def test_a_wait_is_told_as_people_say_it(response_s: float, said: str) -> None:
    [_, _, waited, _] = pictures_of([week(date(2026, 3, 2), members=1, asked=1, response_s=response_s)])

    assert waited.alt.endswith(f"week of 2 March 2026: {said}.")


def test_what_never_happened_has_no_picture() -> None:
    assert pictures_of(()) == ()
    assert pictures_of([week(date(2026, 3, 2))]) == ()
    assert [each.title for each in pictures_of([week(date(2026, 3, 2), members=1)])] == ["Who was here"]


def test_the_weeks_before_anything_happened_are_left_out() -> None:
    quiet, loud = week(date(2026, 3, 2)), week(date(2026, 3, 9), messages=1)

    assert since_something_happened([quiet, loud, quiet]) == (loud, quiet)


def test_months_have_their_names_and_begin_at_midnight() -> None:
    first, *_, last = months(datetime(2025, 12, 31, 23, 30, tzinfo=UTC), NOON, BERLIN)

    assert first.start == datetime(2025, 12, 31, 23, tzinfo=UTC)
    assert last.end == datetime(2026, 3, 31, 22, tzinfo=UTC)
    [picture] = pictures_of([week(date(2026, 1, 1), members=1)], "month")
    assert picture.labels == ("Jan 2026",)
    assert picture.alt.startswith("Members, month of 1 January 2026.")
