"""The page of health: a community's weeks in numbers and pictures, from its daily counts."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import Row, bindparam, func, select

from bot.cards import Line, Picture
from bot.ports import Visitor
from storage.tables import Daily, table
from storage.transaction import Transaction

# A quarter of a year, in which a season can be told from an accident.
WEEKS = 12

_daily = table(Daily)
_DAYS = (
    select(
        _daily.c.day,
        func.sum(_daily.c.messages).label("messages"),
        func.sum(_daily.c.questions).label("questions"),
        func.sum(_daily.c.answered).label("answered"),
        func.sum(_daily.c.broadcasts).label("broadcasts"),
        func.sum(_daily.c.salesy).label("salesy"),
        func.sum(_daily.c.feedback).label("feedback"),
    )
    .where(_daily.c.community == bindparam("in_community"), _daily.c.day >= bindparam("since"))
    .group_by(_daily.c.day)
    .order_by(_daily.c.day)
)


@dataclass(frozen=True, slots=True)
class Week:
    """What happened in a week, from its Monday on, of which so many days are counted."""

    monday: date
    days: int = 0
    messages: int = 0
    questions: int = 0
    answered: int = 0
    broadcasts: int = 0
    salesy: int = 0
    feedback: int = 0

    @property
    def share(self) -> float | None:
        """The share of questions that were answered, in percent; None where none was asked."""
        return round(100 * self.answered / self.questions) if self.questions else None


@dataclass(frozen=True, slots=True)
class HealthPage:
    """The last weeks, oldest first, and pictures of them."""

    weeks: tuple[Week, ...]
    pictures: tuple[Picture, ...]


def health(tx: Transaction, visitor: Visitor, _: Mapping[str, str], at: datetime) -> HealthPage:
    """Return the last weeks; where nothing was counted yet there are none."""
    today = at.astimezone(visitor.zone).date()
    first = today - timedelta(days=today.weekday(), weeks=WEEKS - 1)
    rows = tx.rows(_DAYS, in_community=visitor.community, since=first.isoformat())
    weeks = _weeks(rows, first) if rows else ()
    return HealthPage(weeks, _pictures(weeks))


def _weeks(rows: Sequence[Row[Any]], first: date) -> tuple[Week, ...]:
    counted: dict[date, list[Row[Any]]] = {first + timedelta(weeks=number): [] for number in range(WEEKS)}
    for row in rows:
        day = date.fromisoformat(row.day)
        counted.setdefault(day - timedelta(days=day.weekday()), []).append(row)
    names = ("messages", "questions", "answered", "broadcasts", "salesy", "feedback")
    weeks = (
        Week(monday, len(days), **{name: int(sum(getattr(day, name) for day in days)) for name in names})
        for monday, days in sorted(counted.items())
    )
    # Weeks before anything was known are no weeks of silence.
    known = list(weeks)
    while not known[0].days:
        del known[0]
    return tuple(known)


def _pictures(weeks: tuple[Week, ...]) -> tuple[Picture, ...]:
    if not weeks:
        return ()
    labels = tuple(f"{week.monday.day} {week.monday:%b}" for week in weeks)
    last = weeks[-1]
    return (
        Picture(
            title="What was said",
            labels=labels,
            lines=(Line(name="Messages", values=tuple(float(week.messages) for week in weeks)),),
            unit="messages",
            alt=f"Messages a week; {last.messages} in the week of {labels[-1]}.",
        ),
        Picture(
            title="What was asked, and answered",
            labels=labels,
            lines=(
                Line(name="Asked", values=tuple(float(week.questions) for week in weeks)),
                Line(name="Answered", values=tuple(float(week.answered) for week in weeks)),
            ),
            unit="questions",
            alt=f"Questions a week, and how many were answered; {last.answered} of {last.questions} in the "
            f"week of {labels[-1]}.",
        ),
        Picture(
            title="How much was answered",
            labels=labels,
            lines=(Line(name="Answered", values=tuple(week.share for week in weeks)),),
            kind="lines",
            unit="%",
            alt="The share of questions that were answered, week by week"
            + (f"; {last.share:.0f} % in the week of {labels[-1]}." if last.share is not None else "."),
        ),
        Picture(
            title="What spoke at people",
            labels=labels,
            lines=(
                Line(name="Spoke at everyone", values=tuple(float(week.broadcasts) for week in weeks)),
                Line(name="Read like selling", values=tuple(float(week.salesy) for week in weeks)),
            ),
            unit="messages",
            alt=f"Messages a week that spoke at everyone, and that read like selling; {last.salesy} of these "
            f"in the week of {labels[-1]}.",
        ),
    )
