"""What was said and done in a community before a message, and where else: named signals beside its own.

A pitch is honest pride from somebody who answers others, and promotion from somebody who never says
anything else. So these count beside what a text sells or shares (see `counting` in `salesy.py`), and flag
nothing alone.
"""

from dataclasses import dataclass

from bot.language.salesy import ANSWERS, Verdict, and_seen, is_pitch

# Who answered so many people in a month gives more than they ask for.
GAVE = 3
# A channel that had so many others that sell in a week had enough of them.
MUCH = 5


@dataclass(frozen=True, slots=True)
class Past:
    """What a community knew when a message was said.

    Of its author: how many messages they said in the month before (`said`), how many of these sell or share
    something (`offered`), how many people they answered (`answered`), whether it is the `first` of theirs,
    and how many of `offered` they left alone when others answered (`left`). All are None, or False, where
    authors are not looked at or the community was not heard for long enough.

    Of the message: whether it `answers` somebody, in how many other places it was said (`copies`), and how
    many others sold something in its channel that week (`sold`).
    """

    answers: bool = False
    copies: int = 0
    sold: int = 0
    first: bool = False
    said: int | None = None
    offered: int | None = None
    answered: int | None = None
    left: int = 0


# What speaks most for a message.
_KINDEST = Past(answers=True, said=100, offered=0, answered=100)


def in_context(verdict: Verdict, past: Past, threshold: float) -> Verdict:
    """Return the judgement of a text with what was before it."""
    return and_seen(verdict, _seen(past), threshold)


def sells_anyhow(verdict: Verdict, threshold: float) -> bool:
    """Return whether a text is salesy whatever was before it."""
    return in_context(verdict, _KINDEST, threshold).verdict == "salesy"


def needs_context(verdict: Verdict) -> bool:
    """Return whether what was before a text can change its judgement: where it sells or shares something."""
    if any(signal.axis == "commercial" and signal.weight > 0 for signal in verdict.signals):
        return True
    return is_pitch({signal.name for signal in verdict.unheard}, unasked=True)


def in_numbers(past: Past) -> str:
    """Return what somebody is told of what they gave and asked for here; "" where it is not known."""
    if past.said is None or past.offered is None or past.answered is None:
        return ""
    if past.first:
        return "This is the first that I heard from you here."
    people = {0: "nobody", 1: "one person"}.get(past.answered, f"{past.answered} people")
    nth = {0: "first", 1: "second", 2: "third"}.get(past.offered)
    asked = (
        f"this is the {nth} of yours that shares or sells something"
        if nth
        else f"there were {past.offered} of yours before this that share or sell something"
    )
    return f"You answered {people} this month; {asked}."


def _seen(past: Past) -> dict[str, int]:
    """Return the signals, with how often each is seen."""
    seen = {}
    if past.answers:
        seen[ANSWERS] = 1
    if past.copies:
        seen["said elsewhere too"] = past.copies
    if past.sold >= MUCH:
        seen["much of it this week"] = 1
    if past.first:
        seen["first message"] = 1
    elif past.said is not None and past.offered is not None and past.answered is not None:
        if past.answered >= GAVE:
            seen["gave before"] = 1
        elif not past.answered and past.offered * 2 >= past.said:
            seen["nothing given before"] = 1
    if past.left:
        seen["answers left alone"] = 1
    return seen
