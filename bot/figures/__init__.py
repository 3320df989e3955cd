"""A community in numbers, week by week, for whoever shows them: cards, pages, reports."""

from bot.figures.counted import WeekFigures, figures_of
from bot.figures.kept import WEEKS, count_week, last_weeks, uncounted
from bot.figures.pictured import pictures_of, since_something_happened

__all__ = [
    "WEEKS",
    "WeekFigures",
    "count_week",
    "figures_of",
    "last_weeks",
    "pictures_of",
    "since_something_happened",
    "uncounted",
]
