"""The page of health: a community's last weeks, or all its past by months, in numbers and pictures."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from types import MappingProxyType

from bot.authors import words_to_authors
from bot.cards import Picture
from bot.communities import Off, capabilities, settings_of
from bot.figures import (
    WEEKS,
    Mix,
    WeekFigures,
    figures_by_days,
    first_day,
    last_weeks,
    mix_of,
    pictures_of,
    since_something_happened,
    talk_for,
)
from bot.figures.pictured import Stretch
from bot.ports import Visitor
from bot.scores import why_moved
from bot.views.lookups import channels_of
from bot.weeks import Window, months, weeks
from storage.transaction import Transaction

SPANS: Mapping[str, str] = MappingProxyType(
    {"weeks": "Twelve weeks", "year": "A year", "all": "All there is"}
)
_YEAR = timedelta(days=365)
_LATELY = timedelta(days=7)
# So many channels are drawn where something is sold.
_DRAWN = 6


@dataclass(frozen=True, slots=True)
class HealthPage:
    """The last weeks, oldest first, from the first in which anything happened; and pictures of them.

    For a longer `span` they are months. And of what the platform lets Hearth do, how much works, and what
    is off. Of what counts as a question, as answered and as salesy, `moved` says why it does otherwise than
    was set. `mix` is what talk was for; `words` are what authors of what sells were told in the last seven
    days, and what became of it, by name.
    """

    weeks: tuple[WeekFigures, ...]
    pictures: tuple[Picture, ...]
    works: int
    off: tuple[Off, ...]
    moved: tuple[str, ...]
    words: Mapping[str, str]
    mix: Mix
    span: str = "weeks"
    spans: Mapping[str, str] = field(default_factory=lambda: SPANS)


def health(tx: Transaction, visitor: Visitor, query: Mapping[str, str], at: datetime) -> HealthPage:
    """Return the last weeks, or the longer `span` of the query; where nothing happened there are none."""
    if query.get("span") in ("year", "all"):
        return _by_months(tx, visitor, query["span"], at)
    shown = since_something_happened(last_weeks(tx, visitor.community, visitor.zone, at))
    windows = weeks(at - timedelta(weeks=WEEKS - 1), at, visitor.zone)[WEEKS - len(shown) :]
    return HealthPage(shown, pictures_of(shown), *_standing(tx, visitor, at), _mix(tx, visitor, windows))


def _mix(tx: Transaction, visitor: Visitor, windows: Sequence[Window], stretch: Stretch = "week") -> Mix:
    talk = talk_for(tx, visitor.community, visitor.zone, windows, most=_DRAWN)
    channels = channels_of(tx, visitor, talk.channels)
    settings = settings_of(tx, visitor.community)
    return mix_of(
        talk,
        lambda channel: f"#{channels.name(channel)}",
        settings.promotion_budget,
        settings.welcomes_promotion,
        over=False,
        stretch=stretch,
    )


def _standing(
    tx: Transaction, visitor: Visitor, at: datetime
) -> tuple[int, tuple[Off, ...], tuple[str, ...], Mapping[str, str]]:
    """Return what works, what is off, what corrections moved, and what authors were told lately."""
    works, off = capabilities(tx, visitor.community)
    moved = tuple(why_moved(tx, visitor.community, at).values())
    return works, off, moved, words_to_authors(tx, visitor.community, at - _LATELY, at)


def _by_months(tx: Transaction, visitor: Visitor, span: str, at: datetime) -> HealthPage:
    """Return months by what was counted each day: that stays when the talk is erased."""
    begun = first_day(tx, visitor.community)
    if begun is None:
        return HealthPage((), (), *_standing(tx, visitor, at), Mix((), (), (), (), (), None), span)
    first = datetime.combine(begun, time(0), visitor.zone)
    first = min(at, first if span == "all" else max(first, at - _YEAR))
    windows = months(first, at, visitor.zone)
    shown = since_something_happened(figures_by_days(tx, visitor.community, visitor.zone, windows, at))
    mix = _mix(tx, visitor, windows[len(windows) - len(shown) :], "month")
    return HealthPage(shown, pictures_of(shown, "month"), *_standing(tx, visitor, at), mix, span)
