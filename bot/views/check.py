"""The page that checks a draft: each signal marked in its words, and the smallest edit that would pass."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import pairwise

from bot.check import merged
from bot.communities import settings_of
from bot.events import MAX_TEXT, clean
from bot.language.edits import Edit, smallest_edit, what_would_pass
from bot.language.salesy import Signal, judge
from bot.ports import Visitor
from bot.views.fields import Choice, channels_in_use
from storage.transaction import Transaction


@dataclass(frozen=True, slots=True)
class Stretch:
    """A stretch of a draft; `reasons` are those that rest on it, by their numbers, of which one counts most.

    It `goes` with the smallest edit.
    """

    text: str
    reasons: tuple[int, ...] = ()
    axis: str = ""
    goes: bool = False


@dataclass(frozen=True, slots=True)
class Checked:
    """What a draft comes to in a channel, from `threshold` on salesy, and why."""

    verdict: str
    salesy: float
    threshold: float
    welcome: bool
    stretches: tuple[Stretch, ...]
    signals: tuple[Signal, ...]
    would_pass: str
    edit: Edit | None


@dataclass(frozen=True, slots=True)
class CheckPage:
    """A draft, the channel that it is for, and what it comes to; without one, only where to write it.

    Of one that was longer than `most` characters only its beginning is there: it was `cut`.
    """

    draft: str
    channels: tuple[Choice, ...]
    checked: Checked | None
    cut: bool = False
    most: int = MAX_TEXT


def check(tx: Transaction, visitor: Visitor, query: Mapping[str, str], _: datetime) -> CheckPage:
    """Return what the `draft` that was sent comes to in a `channel`; nothing of it is kept."""
    written = query.get("draft", "").replace("\r\n", "\n")
    draft = clean(written)
    channel = query.get("channel", "")
    in_use = channels_in_use(tx, visitor.community)
    chosen = tuple(replace(each, chosen=each.value == channel) for each in in_use)
    checked = _checked(tx, visitor, draft, channel) if draft.strip() else None
    return CheckPage(draft, chosen, checked, cut=len(written) > MAX_TEXT)


def _checked(tx: Transaction, visitor: Visitor, draft: str, channel: str) -> Checked:
    settings = settings_of(tx, visitor.community)
    threshold = settings.salesy_in(channel)
    verdict = judge(draft, threshold=threshold)
    edit = smallest_edit(draft, threshold=threshold)
    salesy = verdict.verdict == "salesy"
    return Checked(
        verdict=verdict.verdict,
        salesy=verdict.salesy,
        threshold=threshold,
        welcome=settings.welcomes_promotion(channel),
        stretches=tuple(stretches(draft, verdict.signals, edit)),
        signals=verdict.signals,
        would_pass=what_would_pass(edit) if salesy else "",
        edit=edit,
    )


def stretches(draft: str, signals: tuple[Signal, ...], edit: Edit | None) -> list[Stretch]:
    """Return a draft cut where a mark or a piece that an edit takes out begins or ends."""
    marks = merged(signals)
    gone = [piece.span for piece in edit.without if piece.span is not None] if edit is not None else []
    ends = {0, len(draft), *(end for mark in marks for end in (mark.start, mark.end))}
    cuts = sorted(ends | {end for span in gone for end in span})
    found: list[Stretch] = []
    at = 0
    for start, end in pairwise(cuts):
        while at < len(marks) and marks[at].end <= start:
            at += 1
        here = marks[at].signals if at < len(marks) and marks[at].start <= start else ()
        strongest = max((signals[place] for place in here), key=lambda each: abs(each.weight), default=None)
        found.append(
            Stretch(
                text=draft[start:end],
                reasons=tuple(sorted(place + 1 for place in here)),
                axis=_axis(strongest),
                goes=any(since <= start < until for since, until in gone),
            )
        )
    return found


def _axis(signal: Signal | None) -> str:
    if signal is None:
        return ""
    return signal.axis if signal.weight > 0 else "other"
