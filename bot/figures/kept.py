"""Weeks as they were counted when they were over: kept for good, and not counted anew at each look."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from itertools import takewhile
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Row, bindparam, select

from bot.figures.counted import WeekFigures, figures_of
from bot.weeks import Window, weeks
from storage.tables import Weekly, table
from storage.transaction import Transaction

# A quarter of a year, in which a season can be told from an accident; the running week among them.
WEEKS = 12

_weekly = table(Weekly)
_KEPT = select(_weekly).where(
    _weekly.c.community == bindparam("in_community"),
    _weekly.c.week >= bindparam("since"),
    _weekly.c.week <= bindparam("until"),
)


def last_weeks(tx: Transaction, community: str, zone: ZoneInfo, at: datetime) -> tuple[WeekFigures, ...]:
    """Return the last weeks up to the running one, oldest first, as they were counted or, else, are now."""
    windows = weeks(at - timedelta(weeks=WEEKS - 1), at, zone)
    kept = _kept(tx, community, windows, zone)
    # Those that follow on a week that was never counted are counted now with it.
    known = [kept[day] for day in takewhile(kept.__contains__, (_day(each, zone) for each in windows[:-1]))]
    return (*known, *figures_of(tx, community, zone, windows[len(known) :], at))


def uncounted(tx: Transaction, community: str, zone: ZoneInfo, at: datetime) -> list[date]:
    """Return the Mondays of those of the last weeks that are over and were never counted."""
    windows = weeks(at - timedelta(weeks=WEEKS - 1), at, zone)[:-1]
    kept = _kept(tx, community, windows, zone)
    return [day for window in windows if (day := _day(window, zone)) not in kept]


def count_week(tx: Transaction, community: str, week: Window, zone: ZoneInfo) -> None:
    """Count a week from what is there of it, in place of what was counted before."""
    [found] = figures_of(tx, community, zone, [week], week.end)
    tx.put(
        Weekly,
        community=community,
        week=found.day.isoformat(),
        messages=found.messages,
        members=found.members,
        new=found.new,
        asked=found.asked,
        answered=found.answered,
        response_s=found.response_s,
        salesy=found.salesy,
        flagged=found.flagged,
        overruled=found.overruled,
    )


def _kept(
    tx: Transaction, community: str, windows: Sequence[Window], zone: ZoneInfo
) -> dict[date, WeekFigures]:
    since, until = _day(windows[0], zone).isoformat(), _day(windows[-1], zone).isoformat()
    rows = tx.rows(_KEPT, in_community=community, since=since, until=until)
    return {found.day: found for found in map(_from_row, rows)}


def _day(window: Window, zone: ZoneInfo) -> date:
    return window.start.astimezone(zone).date()


def _from_row(row: Row[Any]) -> WeekFigures:
    return WeekFigures(
        day=date.fromisoformat(row.week),
        messages=row.messages,
        members=row.members,
        new=row.new,
        asked=row.asked,
        answered=row.answered,
        response_s=row.response_s,
        salesy=row.salesy,
        flagged=row.flagged,
        overruled=row.overruled,
        over=True,
    )
