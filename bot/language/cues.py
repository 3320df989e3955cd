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


def cues(*together: Cue) -> "Cues":
    """Make cues that are looked for together."""
    return Cues(together)


class Cues(tuple[Cue, ...]):
    """Cues that are looked for together: a text's words name the few that are worth a search."""

    _always: frozenset[int]
    _by_word: dict[str, frozenset[int]]

    def __new__(cls, cues: Iterable[Cue]) -> "Cues":
        self = super().__new__(cls, cues)
        by_word: dict[str, set[int]] = {}
        for place, one in enumerate(self):
            for word in one.triggers:
                by_word.setdefault(word, set()).add(place)
        self._by_word = {word: frozenset(places) for word, places in by_word.items()}
        self._always = frozenset(place for place, one in enumerate(self) if not one.triggers)
        return self

    def found_in(self, text: str, tokens: frozenset[str]) -> list[Cue]:
        """Return the cues that a prepared text with these words in it shows, in their order."""
        places = self._always.union(*(self._by_word[word] for word in tokens & self._by_word.keys()))
        return [self[place] for place in sorted(places) if self[place].pattern.search(text)]
