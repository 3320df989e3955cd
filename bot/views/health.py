"""The page of health: a community's last weeks in numbers and pictures."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from bot.cards import Picture
from bot.communities import Off, capabilities
from bot.figures import WeekFigures, figures_of, pictures_of, since_something_happened
from bot.ports import Visitor
from bot.weeks import weeks
from storage.transaction import Transaction

# A quarter of a year, in which a season can be told from an accident; the running week among them.
WEEKS = 12


@dataclass(frozen=True, slots=True)
class HealthPage:
    """The last weeks, oldest first, from the first in which anything happened; and pictures of them.

    And of what the platform lets Hearth do, how much works, and what is off.
    """

    weeks: tuple[WeekFigures, ...]
    pictures: tuple[Picture, ...]
    works: int
    off: tuple[Off, ...]


@dataclass(frozen=True, slots=True)
class _Past:
    """The weeks that were over on a day, and how they are known since."""

    zone: str
    day: date
    weeks: tuple[WeekFigures, ...]


class Health:
    """Looks at a community's weeks; those that are over are counted once a day, for they hardly change."""

    def __init__(self) -> None:
        self._past: dict[str, _Past] = {}

    def __call__(self, tx: Transaction, visitor: Visitor, _: Mapping[str, str], at: datetime) -> HealthPage:
        """Return the last weeks; where nothing happened there are none."""
        windows = weeks(at - timedelta(weeks=WEEKS - 1), at, visitor.zone)
        today = at.astimezone(visitor.zone).date()
        past = self._past.get(visitor.community)
        if past is None or (past.zone, past.day) != (visitor.zone.key, today):
            over = figures_of(tx, visitor.community, visitor.zone, windows[:-1], at)
            past = self._past[visitor.community] = _Past(visitor.zone.key, today, over)
        now = figures_of(tx, visitor.community, visitor.zone, windows[-1:], at)
        shown = since_something_happened((*past.weeks, *now))
        return HealthPage(shown, pictures_of(shown), *capabilities(tx, visitor.community))
