"""A community in numbers, week by week, for whoever shows them: cards, pages, reports."""

from bot.figures.counted import WeekFigures, figures_of
from bot.figures.pictured import pictures_of, since_something_happened

__all__ = ["WeekFigures", "figures_of", "pictures_of", "since_something_happened"]
