"""The page of health: a community's last weeks, or all its past by months, in numbers and pictures."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from types import MappingProxyType

from bot.cards import Picture
from bot.communities import Off, capabilities
from bot.figures import (
    WeekFigures,
    figures_by_days,
    first_day,
    last_weeks,
    pictures_of,
    since_something_happened,
)
from bot.ports import Visitor
from bot.scores import why_moved
from bot.weeks import months
from storage.transaction import Transaction

SPANS: Mapping[str, str] = MappingProxyType(
    {"weeks": "Twelve weeks", "year": "A year", "all": "All there is"}
)
_YEAR = timedelta(days=365)


@dataclass(frozen=True, slots=True)
class HealthPage:
    """The last weeks, oldest first, from the first in which anything happened; and pictures of them.

    For a longer `span` they are months. And of what the platform lets Hearth do, how much works, and what
    is off. Of what counts as a question, and as answered, `moved` says why it does otherwise than was set.
    """

    weeks: tuple[WeekFigures, ...]
    pictures: tuple[Picture, ...]
    works: int
    off: tuple[Off, ...]
    moved: tuple[str, ...]
    span: str = "weeks"
    spans: Mapping[str, str] = field(default_factory=lambda: SPANS)


def health(tx: Transaction, visitor: Visitor, query: Mapping[str, str], at: datetime) -> HealthPage:
    """Return the last weeks, or the longer `span` of the query; where nothing happened there are none."""
    if query.get("span") in ("year", "all"):
        return _by_months(tx, visitor, query["span"], at)
    shown = since_something_happened(last_weeks(tx, visitor.community, visitor.zone, at))
    return HealthPage(shown, pictures_of(shown), *_standing(tx, visitor, at))


def _standing(
    tx: Transaction, visitor: Visitor, at: datetime
) -> tuple[int, tuple[Off, ...], tuple[str, ...]]:
    """Return what works, what is off, and what corrections moved."""
    works, off = capabilities(tx, visitor.community)
    return works, off, tuple(why_moved(tx, visitor.community, at).values())


def _by_months(tx: Transaction, visitor: Visitor, span: str, at: datetime) -> HealthPage:
    """Return months by what was counted each day: that stays when the talk is erased."""
    begun = first_day(tx, visitor.community)
    if begun is None:
        return HealthPage((), (), *_standing(tx, visitor, at), span)
    first = datetime.combine(begun, time(0), visitor.zone)
    first = min(at, first if span == "all" else max(first, at - _YEAR))
    windows = months(first, at, visitor.zone)
    shown = since_something_happened(figures_by_days(tx, visitor.community, visitor.zone, windows, at))
    return HealthPage(shown, pictures_of(shown, "month"), *_standing(tx, visitor, at), span)
