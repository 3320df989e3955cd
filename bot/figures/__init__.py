"""A community in numbers, week by week, for whoever shows them: cards, pages, reports."""

from bot.figures.counted import WeekFigures, figures_by_days, figures_of, first_day
from bot.figures.intents import Talk, talk_for
from bot.figures.kept import WEEKS, count_week, last_weeks, uncounted
from bot.figures.pictured import pictures_of, since_something_happened
from bot.figures.share import share_in_words, wilson
from bot.figures.tipping import Mix, mix_of
from bot.figures.waited import waited

__all__ = [
    "WEEKS",
    "Mix",
    "Talk",
    "WeekFigures",
    "count_week",
    "figures_by_days",
    "figures_of",
    "first_day",
    "last_weeks",
    "mix_of",
    "pictures_of",
    "share_in_words",
    "since_something_happened",
    "talk_for",
    "uncounted",
    "waited",
    "wilson",
]
