"""The page of health: a community's last weeks in numbers and pictures."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from bot.cards import Picture
from bot.figures import WeekFigures, last_weeks, pictures_of, since_something_happened
from bot.ports import Visitor
from storage.transaction import Transaction


@dataclass(frozen=True, slots=True)
class HealthPage:
    """The last weeks, oldest first, from the first in which anything happened; and pictures of them."""

    weeks: tuple[WeekFigures, ...]
    pictures: tuple[Picture, ...]


def health(tx: Transaction, visitor: Visitor, _: Mapping[str, str], at: datetime) -> HealthPage:
    """Return the last weeks; where nothing happened there are none."""
    shown = since_something_happened(last_weeks(tx, visitor.community, visitor.zone, at))
    return HealthPage(shown, pictures_of(shown))
