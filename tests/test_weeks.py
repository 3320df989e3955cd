"""Days, weeks and months are those where people live, whatever the clocks do there."""

from datetime import UTC, datetime, time, timedelta
from itertools import pairwise
from typing import get_args
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.weeks import Every, Moment, Rhythm, Window, begins_a_day, next_monday, stretches, week_of

ZONES = ("UTC", "Europe/Berlin", "America/New_York", "Asia/Kathmandu", "Pacific/Auckland", "Africa/Cairo")
# From 1971 to 2100.
times = st.integers(31_536_000, 4_102_444_800).map(lambda second: datetime.fromtimestamp(second, UTC))
zones = st.sampled_from(ZONES).map(ZoneInfo)
# Half-hour changes, midnights that do not exist or exist twice, dates that were skipped.
ODD_ZONES = (
    *ZONES,
    "Australia/Lord_Howe",
    "America/Havana",
    "America/St_Johns",
    "America/Sao_Paulo",
    "Asia/Beirut",
    "Asia/Tehran",
    "Pacific/Apia",
    "Pacific/Kwajalein",
    "Antarctica/Troll",
)


@st.composite
def rhythms(draw: st.DrawFn) -> Rhythm:
    every: Every = draw(st.sampled_from(get_args(Every)))
    days = {"daily": st.none(), "weekly": st.integers(0, 6), "monthly": st.integers(1, 31)}
    at = time(draw(st.integers(0, 23)), draw(st.integers(0, 59)))
    return Rhythm(every, draw(days[every]), at, ZoneInfo(draw(st.sampled_from(ODD_ZONES))))


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


# What comes regularly.


def test_a_daily_rhythm_in_the_night_the_clocks_go_back_comes_once() -> None:
    rhythm = Rhythm("daily", None, time(2, 30), ZoneInfo("Europe/Berlin"))
    first = rhythm.following(datetime(2026, 10, 24, 12, tzinfo=UTC))

    assert first == Moment(datetime(2026, 10, 25, 0, 30, tzinfo=UTC), datetime(2026, 10, 24, 22, tzinfo=UTC))
    assert rhythm.following(first.due_at).due_at == datetime(2026, 10, 26, 1, 30, tzinfo=UTC)


def test_an_hour_that_the_clocks_skip_comes_an_hour_later() -> None:
    rhythm = Rhythm("daily", None, time(2, 30), ZoneInfo("Europe/Berlin"))
    found = rhythm.following(datetime(2026, 3, 28, 12, tzinfo=UTC)).due_at

    assert found == datetime(2026, 3, 29, 1, 30, tzinfo=UTC)  # 3:30 there


def test_a_month_without_that_day_has_it_on_its_last() -> None:
    rhythm = Rhythm("monthly", 31, time(9), ZoneInfo("UTC"))
    at, found = datetime(2026, 1, 1, tzinfo=UTC), []
    for _ in range(4):
        at = rhythm.following(at).due_at
        found.append((at.month, at.day))

    assert found == [(1, 31), (2, 28), (3, 31), (4, 30)]


def test_the_day_that_samoa_skipped_is_no_window() -> None:
    zone = ZoneInfo("Pacific/Apia")
    rhythm = Rhythm("daily", None, time(9), zone)
    eve = rhythm.following(datetime(2011, 12, 29, 12, tzinfo=UTC))
    after = rhythm.following(eve.due_at)

    assert after.due_at - eve.due_at == timedelta(days=1)
    assert (eve.due_at.astimezone(zone).day, after.due_at.astimezone(zone).day) == (29, 31)
    whole = Window(eve.end, rhythm.following(after.due_at).end)
    assert [day.day for day, _ in stretches(whole, zone)] == [29, 31]


@given(times, rhythms())
def test_moments_follow_each_other(at: datetime, rhythm: Rhythm) -> None:
    before, after = rhythm.latest(at), rhythm.following(at)

    assert before.due_at <= at < after.due_at
    assert rhythm.following(before.due_at).due_at == after.due_at
    assert rhythm.latest(after.due_at - timedelta(microseconds=1)) == before
    assert before.end < after.end == rhythm.following(at).end
    assert rhythm.start_of(after) == before.end
    assert rhythm.closing(after.end) == after
    assert all(moment.end <= moment.due_at for moment in (before, after))


@given(times, rhythms())
def test_a_moment_is_on_its_day_at_its_time(at: datetime, rhythm: Rhythm) -> None:
    here = rhythm.following(at).due_at.astimezone(rhythm.zone)

    # A time may be skipped, and a whole date with it.
    if here.time() == rhythm.at and rhythm.zone.key in ZONES:
        assert rhythm.every != "weekly" or here.weekday() == rhythm.day
        assert rhythm.every != "monthly" or here.day == rhythm.day or (here + timedelta(days=1)).day == 1


@given(times, st.integers(1, 120), zones)
def test_the_days_of_a_window_fill_it(at: datetime, days: int, zone: ZoneInfo) -> None:
    window = Window(at, at + timedelta(days=days, minutes=days))
    found = [stretch for _, stretch in stretches(window, zone)]

    assert (found[0].start, found[-1].end) == window
    assert all(one.end == other.start for one, other in pairwise(found))
    assert len(found) <= 19
    assert all(begins_a_day(stretch.start, zone) for stretch in found[1:])
