"""The figures of weeks as pictures, each with words that say the same."""

from collections.abc import Callable, Sequence
from datetime import date, timedelta
from itertools import dropwhile
from typing import Literal

from bot.cards import Line, Picture
from bot.figures.counted import WeekFigures
from bot.figures.waited import waited

_MONTHS = "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split()
_NOT_OVER = {"week": "this week", "month": "this month"}

Numbers = tuple[float | None, ...]
Stretch = Literal["week", "month"]


def since_something_happened(figures: Sequence[WeekFigures]) -> tuple[WeekFigures, ...]:
    """Leave out the weeks before the first in which anything happened."""
    return tuple(dropwhile(lambda week: week.quiet, figures))


def pictures_of(figures: Sequence[WeekFigures], stretch: Stretch = "week") -> tuple[Picture, ...]:
    """Return pictures of who was here, what was answered, how soon, and what was asked and sold.

    What never happened has no picture.
    """
    labels = tuple(_label(each.day, stretch, over=each.over) for each in figures)
    span = _span(figures, stretch) if figures else ""

    def numbers(of: Callable[[WeekFigures], float | None]) -> Numbers:
        return tuple(of(each) for each in figures)

    members, new = numbers(lambda week: week.members), numbers(lambda week: week.new)
    shares = numbers(lambda week: week.share_answered)
    seconds = numbers(lambda week: week.response_s)
    asked, salesy = numbers(lambda week: week.asked), numbers(lambda week: week.salesy)
    pictures = []
    if any(members) or any(new):
        pictures.append(
            Picture(
                title="Who was here",
                labels=labels,
                lines=(Line(name="spoke", values=members), Line(name="seen for the first time", values=new)),
                unit="members",
                alt=f"Members, {span}. Spoke: {said(members)}. Seen for the first time: {said(new)}.",
            )
        )
    if _known(shares):
        pictures.append(
            Picture(
                title="Questions answered",
                labels=labels,
                lines=(Line(name=f"of those asked in the {stretch}", values=shares),),
                kind="lines",
                unit="%",
                alt=f"The share of questions that were answered, {span}: {said(shares, _percent)}.",
            )
        )
    if _known(seconds):
        pictures.append(
            Picture(
                title="Time to the first response",
                labels=labels,
                lines=(Line(name="half of those who heard from a person did within", values=seconds),),
                kind="lines",
                unit="time",
                alt=f"The time within which half of those who heard from a person did, {span}: "
                f"{said(seconds, _waited)}.",
            )
        )
    if any(asked) or any(salesy):
        pictures.append(
            Picture(
                title="Asked and sold",
                labels=labels,
                lines=(Line(name="questions", values=asked), Line(name="read like selling", values=salesy)),
                unit="messages",
                alt=f"Messages, {span}. Questions: {said(asked)}. Read like selling: {said(salesy)}.",
            )
        )
    return tuple(pictures)


def labels_of(days: Sequence[date], *, over: bool, stretch: Stretch) -> tuple[str, ...]:
    """Return what stretches that begin on these days are called; `over` says whether the last went by."""
    last = len(days) - 1
    return tuple(_label(day, stretch, over=over or place < last) for place, day in enumerate(days))


def _label(day: date, stretch: Stretch, *, over: bool) -> str:
    if not over:
        return _NOT_OVER[stretch]
    if stretch == "month":
        return f"{_MONTHS[day.month - 1]} {day.year}"
    return f"{day.day} {_MONTHS[day.month - 1]}"


def _span(figures: Sequence[WeekFigures], stretch: Stretch) -> str:
    first, last = figures[0], figures[-1]
    if len(figures) == 1:
        return f"{stretch} of {_date(first.day)}{'' if last.over else ' so far'}"
    end = f"that of {_date(last.day)}" if last.over else f"this {stretch} so far"
    return f"{stretch} by {stretch} from that of {_date(first.day)} to {end}"


def _date(day: date) -> str:
    return f"{day.day} {day:%B %Y}"


def in_short(value: float) -> str:
    """Return a number in few digits."""
    return f"{round(value, 1):,.10g}"


def said(values: Numbers, in_words: Callable[[float], str] = in_short) -> str:
    """Say in words what a line shows."""
    known = _known(values)
    if not known:
        return "not known"
    low, high = in_words(min(known)), in_words(max(known))
    last = "not known" if values[-1] is None else in_words(values[-1])
    if len(known) == 1 and values[-1] is not None:
        return last
    return f"between {low} and {high}, {last} in the last" if low != high else f"always {low}"


def _known(values: Numbers) -> list[float]:
    return [value for value in values if value is not None]


def _percent(value: float) -> str:
    return f"{in_short(value)} %"


def _waited(seconds: float) -> str:
    return waited(timedelta(seconds=seconds))
