"""A community in numbers, week by week, for whoever shows them: cards, pages, reports."""

from bot.figures.counted import WeekFigures, figures_by_days, figures_of, first_day
from bot.figures.pictured import pictures_of, since_something_happened

__all__ = [
    "WeekFigures",
    "figures_by_days",
    "figures_of",
    "first_day",
    "pictures_of",
    "since_something_happened",
]
