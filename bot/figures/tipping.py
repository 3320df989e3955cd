"""Pictures of what talk was for, and sentences that say where it tips: more selling than caring."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from bot.cards import Line, Picture
from bot.figures.intents import Intents, Listening, Talk
from bot.figures.pictured import Stretch, in_short, labels_of, said

Named = Callable[[str], str]

# Fewer messages in a stretch tip nothing: one sale and no reply is no news.
_ENOUGH = 5


@dataclass(frozen=True, slots=True)
class Mix:
    """What talk was for, drawn and in words: of channels, of their budgets, of staff.

    Where channels tip is said in `tips`, and where staff do in `staff_tips`.
    """

    channels: tuple[Picture, ...]
    budgets: tuple[Picture, ...]
    staff: tuple[Picture, ...]
    tips: tuple[str, ...]
    staff_tips: tuple[str, ...]
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
    # What a stretch that goes on will have been for is not known yet.
    ended = labels if over else labels[:-1]
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
        tips += _tips(f"In {name(channel)} selling outweighed caring", more, ended, stretch)
    staff = (_of_staff(labels, talk.staff),) if any(_any(each) for each in talk.staff) else ()
    more = [_more(each.broadcasts, each.replies) for each in talk.staff]
    staff_tips = _tips("Staff broadcast more than they replied to members", more, ended, stretch)
    return Mix(
        tuple(channels),
        tuple(budgets),
        staff,
        tuple(tips),
        tuple(staff_tips),
        _listened(talk.staff, stretch),
    )


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
        alt=f"Of what sells, builds and cares in {name}, {labels[0]} to {labels[-1]}. {parts} A message "
        "that is more than one of these counts for each.",
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


def _tips(what: str, more: Sequence[bool | None], ended: Sequence[str], stretch: Stretch) -> list[str]:
    """Say since when something is so, or how often it was, in stretches that `ended`, by their labels."""
    so = [place for place, _ in enumerate(ended) if more[place]]
    if not so:
        return []
    last = ended[so[-1]]
    if len(so) == 1:
        return [f"{what} in the {stretch} of {last}."]
    since = len(ended)
    while since and more[since - 1]:
        since -= 1
    if since < len(ended) - 1:
        return [f"{what} since the {stretch} of {ended[since]}."]
    return [f"{what} in {len(so)} of {len(ended)} {stretch}s, last in the {stretch} of {last}."]


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
    """Tell whether there is more of one than of another, where that is known; of few messages it is not."""
    if one is None or other is None or one + other < _ENOUGH:
        return None
    return one > other


def _any(listening: Listening) -> bool:
    return bool(listening.replies or listening.broadcasts)


def _value(number: int | None) -> float | None:
    return None if number is None else float(number)


def _percent(value: float) -> str:
    return f"{in_short(value)} %"
