"""A cue: wording that speaks for or against a reading, with its weight and the reason people are told."""

import math
import re
from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Cue:
    """`weight` is in log-odds. `triggers` are words of which one must be there, so that most texts
    need no search: none means that the pattern is always tried."""

    reason: str
    weight: float
    triggers: frozenset[str]
    pattern: re.Pattern[str]

    def found(self, text: str, tokens: frozenset[str]) -> bool:
        """Say whether the prepared text, with these words in it, shows the cue."""
        if self.triggers and self.triggers.isdisjoint(tokens):
            return False
        return self.pattern.search(text) is not None


def cue(reason: str, weight: float, triggers: str, *patterns: str) -> Cue:
    """Make a cue of phrases, each a regular expression without nested repeats, matched at word starts."""
    joined = "|".join(patterns)
    return Cue(
        reason, weight, frozenset(triggers.split()), re.compile(rf"(?<!\w)(?:{joined})(?!\w)", re.MULTILINE)
    )


def probability(log_odds: float) -> float:
    """Return log-odds as a probability, 0 to 1."""
    return 1.0 / (1.0 + math.exp(-log_odds))


def weigh(cues: Iterable[Cue], text: str, tokens: frozenset[str]) -> list[Cue]:
    """Return the cues that the prepared text shows, in the order given."""
    return [one for one in cues if one.found(text, tokens)]
