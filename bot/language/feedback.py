"""Tells whether a message says something about the product: a bug, a request, praise or a complaint."""

from dataclasses import dataclass
from typing import Literal

from bot.language.cues import Cue, Cues, probability
from bot.language.wording.feedback import AGAINST, BUG, COMPLAINT, PRAISE, REQUEST, THANKED
from bot.language.words import Words, read_words

FeedbackKind = Literal["bug", "request", "praise", "complaint"]

# What is at least this likely to be feedback is kept as such.
KEPT = 0.5

# Log-odds before anything was read: most messages of a channel say nothing about the product.
_PRIOR = -2.0


@dataclass(frozen=True, slots=True)
class FeedbackReading:
    """What kind of feedback a text is, how likely, 0 to 1, and why, in phrases for people."""

    kind: FeedbackKind
    probability: float
    reasons: tuple[str, ...]


_AGAINST_PRAISE = Cues((*AGAINST, THANKED))
_KINDS: tuple[tuple[FeedbackKind, Cues], ...] = (
    ("request", REQUEST),
    ("bug", BUG),
    ("complaint", COMPLAINT),
    ("praise", PRAISE),
)


def read_feedback(text: str) -> FeedbackReading | None:
    """Return what a text says about the product, or None. Where it says several things, the likeliest."""
    words = read_words(text)
    if not words.size:
        return None
    best: tuple[float, FeedbackKind, list[Cue]] | None = None
    for kind, cues in _KINDS:
        found = cues.found_in(words.text, words.tokens)
        if found and (best is None or _sum(found) > best[0]):
            best = (_sum(found), kind, found)
    if best is None:
        return None
    score, kind, found = best
    against = _against(kind, words)
    likely = probability(_PRIOR + score + sum(one.weight for one in against))
    if likely < KEPT:
        return None
    return FeedbackReading(kind, likely, tuple(one.reason for one in found))


def _against(kind: FeedbackKind, words: Words) -> list[Cue]:
    cues = _AGAINST_PRAISE if kind == "praise" else AGAINST
    return cues.found_in(words.text, words.tokens)


def _sum(found: list[Cue]) -> float:
    """Add up log-odds, each further cue counting half of the one before it."""
    weights = sorted((one.weight for one in found), reverse=True)
    return sum((weight * 0.5**place for place, weight in enumerate(weights)), 0.0)
