"""Pictures of what talk was for, and sentences that say where it tips: more selling than caring."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from bot.cards import Line, Picture
from bot.figures.intents import Intents, Listening, Talk
from bot.figures.pictured import Stretch, in_short, labels_of, said

Named = Callable[[str], str]


@dataclass(frozen=True, slots=True)
class Mix:
    """What talk was for, drawn and in words: of channels, of their budgets, of staff."""

    channels: tuple[Picture, ...]
    budgets: tuple[Picture, ...]
    staff: tuple[Picture, ...]
    tips: tuple[str, ...]
    listened: str | None


def mix_of(
    talk: Talk,
    name: Named,
    budget: Callable[[str], int | None],
    welcome: Callable[[str], bool],
    *,
    over: bool,
    stretch: Stretch = "week",
) -> Mix:
    """Return the pictures of channels by what they are called; `over` says that the last window went by.

    Where promotion is `welcome`, that there is more of it is no news.
    """
    labels = labels_of(talk.days, over=over, stretch=stretch)
    channels: list[Picture] = []
    budgets: list[Picture] = []
    tips: list[str] = []
    for channel, intents in talk.channels.items():
        if any(each.shares for each in intents):
            channels.append(_of_channel(name(channel), labels, intents))
        most = budget(channel)
        if most is not None and stretch == "week":
            budgets.append(_of_budget(name(channel), labels, intents, most))
        if welcome(channel):
            continue
        more = [_more(each.selling, each.caring) for each in intents]
        tips += _tips(f"In {name(channel)} selling outweighed caring", more, labels, stretch)
    staff = (_of_staff(labels, talk.staff),) if any(_any(each) for each in talk.staff) else ()
    more = [_more(each.broadcasts, each.replies) for each in talk.staff]
    tips += _tips("Staff broadcast more than they replied to members", more, labels, stretch)
    return Mix(tuple(channels), tuple(budgets), staff, tuple(tips), _listened(talk.staff, stretch))


def _of_channel(name: str, labels: tuple[str, ...], intents: Sequence[Intents]) -> Picture:
    shares = [each.shares for each in intents]
    lines = tuple(
        Line(name=kind, values=tuple(None if share is None else share[place] for share in shares))
        for place, kind in enumerate(("selling", "building", "caring"))
    )
    parts = " ".join(f"{line.name.capitalize()}: {said(line.values, _percent)}." for line in lines)
    return Picture(
        title=f"What {name} was for",
        labels=labels,
        lines=lines,
        kind="lines",
        unit="%",
        alt=f"Of the messages of {name} that sell, build or care, {labels[0]} to {labels[-1]}. {parts}",
    )


def _of_budget(name: str, labels: tuple[str, ...], intents: Sequence[Intents], budget: int) -> Picture:
    sold = tuple(float(each.selling) for each in intents)
    lines = (Line(name="posted", values=sold), Line(name="budget", values=(float(budget),) * len(sold)))
    return Picture(
        title=f"Promotion in {name}",
        labels=labels,
        lines=lines,
        unit="messages",
        alt=f"Promotional messages in {name} each week, {labels[0]} to {labels[-1]}: {said(sold)}. "
        f"The budget is {budget}.",
    )


def _of_staff(labels: tuple[str, ...], staff: Sequence[Listening]) -> Picture:
    replies = tuple(_value(each.replies) for each in staff)
    broadcasts = tuple(_value(each.broadcasts) for each in staff)
    return Picture(
        title="Whether staff listen",
        labels=labels,
        lines=(Line(name="replies to members", values=replies), Line(name="broadcasts", values=broadcasts)),
        unit="messages",
        alt=f"What staff said, {labels[0]} to {labels[-1]}. Replies to members: {said(replies)}. Broadcasts: "
        f"{said(broadcasts)}.",
    )


def _tips(what: str, more: Sequence[bool | None], labels: Sequence[str], stretch: Stretch) -> list[str]:
    """Say since when something is so, or how often it was."""
    times = sum(each is True for each in more)
    if not times:
        return []
    since = len(more)
    while since and more[since - 1]:
        since -= 1
    if since < len(more):
        return [f"{what} {_since(labels[since], stretch)}."]
    last = max(place for place, each in enumerate(more) if each)
    often = "once" if times == 1 else f"in {times} of {len(more)} {stretch}s"
    return [f"{what} {often}, last in the {stretch} of {labels[last]}."]


def _since(label: str, stretch: Stretch) -> str:
    return label if label.startswith("this ") else f"since the {stretch} of {label}"


def _listened(staff: Sequence[Listening], stretch: Stretch) -> str | None:
    known = [each for each in staff if each.replies is not None and each.broadcasts is not None]
    replies, broadcasts = (
        sum(each.replies or 0 for each in known),
        sum(each.broadcasts or 0 for each in known),
    )
    if not (replies or broadcasts):
        return None
    ratio = f" ({in_short(replies / broadcasts)} to 1)" if broadcasts else ""
    stretches = f"{len(known)} {stretch}{'' if len(known) == 1 else 's'}"
    replied = f"{replies:,} repl{'y' if replies == 1 else 'ies'} to members"
    spoke = f"{broadcasts:,} broadcast{'' if broadcasts == 1 else 's'}"
    return f"{replied}, {spoke}, in {stretches}{ratio}"


def _more(one: int | None, other: int | None) -> bool | None:
    return None if one is None or other is None else one > other


def _any(listening: Listening) -> bool:
    return bool(listening.replies or listening.broadcasts)


def _value(number: int | None) -> float | None:
    return None if number is None else float(number)


def _percent(value: float) -> str:
    return f"{in_short(value)} %"
