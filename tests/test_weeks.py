"""Weeks are from Monday 00:00 to Monday 00:00 where a community lives, whatever the clocks do."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.weeks import next_monday, week_of

ZONES = ("UTC", "Europe/Berlin", "America/New_York", "Asia/Kathmandu", "Pacific/Auckland", "Africa/Cairo")
# From 1971 to 2100.
times = st.integers(31_536_000, 4_102_444_800).map(lambda second: datetime.fromtimestamp(second, UTC))
zones = st.sampled_from(ZONES).map(ZoneInfo)


def test_a_plain_week() -> None:
    week = week_of(datetime(2026, 3, 4, 15, tzinfo=UTC), ZoneInfo("UTC"))

    assert week == (datetime(2026, 3, 2, tzinfo=UTC), datetime(2026, 3, 9, tzinfo=UTC))


@pytest.mark.parametrize(
    ("zone", "day", "hours"),
    [
        ("Europe/Berlin", datetime(2026, 3, 25, tzinfo=UTC), 167),
        ("Europe/Berlin", datetime(2026, 10, 21, tzinfo=UTC), 169),
        ("America/New_York", datetime(2026, 3, 4, tzinfo=UTC), 167),
        ("Pacific/Auckland", datetime(2026, 4, 1, tzinfo=UTC), 169),
        ("Asia/Kathmandu", datetime(2026, 3, 25, tzinfo=UTC), 168),
    ],
)
def test_a_week_is_an_hour_shorter_or_longer_when_the_clocks_change(
    zone: str, day: datetime, hours: int
) -> None:
    week = week_of(day, ZoneInfo(zone))

    assert week.end - week.start == timedelta(hours=hours)
    assert (week.start.astimezone(ZoneInfo(zone)).hour, week.end.astimezone(ZoneInfo(zone)).hour) == (0, 0)


def test_where_monday_begins_earlier_it_is_another_week() -> None:
    sunday_evening = datetime(2026, 3, 8, 20, tzinfo=UTC)

    assert week_of(sunday_evening, ZoneInfo("Asia/Tokyo")).start == datetime(2026, 3, 8, 15, tzinfo=UTC)
    assert week_of(sunday_evening, ZoneInfo("UTC")).start == datetime(2026, 3, 2, tzinfo=UTC)


def test_the_next_monday_at_nine_is_after_now() -> None:
    nine = datetime(2026, 3, 9, 8, tzinfo=UTC)  # 9:00 in Berlin
    berlin = ZoneInfo("Europe/Berlin")

    assert next_monday(nine - timedelta(seconds=1), berlin, 9) == nine
    assert next_monday(nine, berlin, 9) == nine + timedelta(days=7)
    assert next_monday(nine + timedelta(days=20), berlin, 9) == nine + timedelta(days=20, hours=23)


@given(times, zones)
def test_weeks_follow_each_other_without_a_gap(at: datetime, zone: ZoneInfo) -> None:
    week = week_of(at, zone)

    assert week.start <= at < week.end
    assert week_of(week.end, zone).start == week.end
    assert week_of(week.start - timedelta(microseconds=1), zone).end == week.start


@given(times, zones, st.integers(0, 23))
def test_every_week_has_one_monday_at_each_hour(at: datetime, zone: ZoneInfo, hour: int) -> None:
    first = next_monday(at, zone, hour)
    second = next_monday(first, zone, hour)

    assert at < first < second
    assert first - at <= timedelta(days=7, hours=1)
    assert timedelta(days=6, hours=23) <= second - first <= timedelta(days=7, hours=1)
    assert first.astimezone(zone).weekday() == 0
