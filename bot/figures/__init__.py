"""A community in numbers, week by week, for whoever shows them: cards, pages, reports."""

from bot.figures.counted import WeekFigures, figures_by_days, figures_of, first_day
from bot.figures.kept import WEEKS, count_week, last_weeks, uncounted
from bot.figures.pictured import pictures_of, since_something_happened
from bot.figures.share import share_in_words, wilson
from bot.figures.waited import waited

__all__ = [
    "WEEKS",
    "WeekFigures",
    "count_week",
    "figures_by_days",
    "figures_of",
    "first_day",
    "last_weeks",
    "pictures_of",
    "share_in_words",
    "since_something_happened",
    "uncounted",
    "waited",
    "wilson",
]
