"""Reads a flat channel in order and says of each message what it may reply to, and how likely that is."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import numpy as np

from bot.language.linker.again import AGAIN_OWN, AGAIN_SHARED, Again, look_again
from bot.language.linker.forest import Floats, Forest, Soon, load_forests
from bot.language.linker.pairs import OWN, SHARED, Pairs, pairs
from bot.language.linker.talk import REACH, WINDOW, Talk
from bot.language.parents import Said

# Messages read at once, in bulk: more is no faster.
_AT_ONCE = 256
# What is less likely is not told.
_LEAST = 0.01

# What is hopeless after a few trees stays so: of what is told of candidates, this leaves out 2 %.
SOON = Soon(trees=25, least=-4.0, out=-6.0)
SOON_AGAIN = Soon(trees=40, least=-3.5, out=-5.0)

FEATURES = {
    "first": ((*OWN, *SHARED), len(SHARED)),
    "second": ((*AGAIN_OWN, *AGAIN_SHARED), len(AGAIN_SHARED)),
}
FILE = Path(__file__).with_name("links.npz")


@dataclass(frozen=True, slots=True)
class Links:
    """What a message may reply to, likeliest first, with probabilities; None is that it starts something."""

    message: str
    likely: tuple[tuple[str | None, float], ...]
    native: bool = False

    @property
    def best(self) -> str | None:
        """The likeliest; None where it starts something."""
        return self.likely[0][0]


@dataclass(frozen=True, slots=True)
class Model:
    """The trees of both looks."""

    first: Forest
    second: Forest


@lru_cache(maxsize=1)
def trained() -> Model:
    """Return the weights that Hearth comes with; raise ModelUnreadable, which says what to do."""
    found = load_forests(FILE, FEATURES)
    return Model(found["first"], found["second"])


class Linker:
    """A channel as it is read, oldest message first; bots are left out.

    What comes out for a message depends on nothing but the REACH messages before it, and not on how many
    are read at once. A native reply is taken as given.
    """

    def __init__(self, model: Model | None = None) -> None:
        self._model = model or trained()
        self._talk = Talk()

    def read(self, messages: Sequence[Said]) -> list[Links]:
        """Return the links of the next messages."""
        found: list[Links] = []
        for start in range(0, len(messages), _AT_ONCE):
            found += self._read(messages[start : start + _AT_ONCE])
        return found

    def recall(self, messages: Sequence[Said]) -> None:
        """Take in what was read before, of which the last REACH matter, to go on from there."""
        messages = messages[-REACH:]
        if messages:
            self._talk.take_in(messages)
            # Of those further back it only matters what was said.
            recent = messages[-WINDOW:]
            self._look(len(self._talk) - len(recent), recent)
            self._talk.trim()

    def _look(self, start: int, messages: Sequence[Said]) -> Pairs:
        talk = self._talk
        seen = pairs(talk, start)
        put_first(
            talk, start, seen, self._model.first.score(seen.own, seen.shared, seen.owners, SOON), messages
        )
        return seen

    def _read(self, messages: Sequence[Said]) -> list[Links]:
        talk = self._talk
        start = talk.take_in(messages)
        seen = self._look(start, messages)
        again = look_again(talk, start, seen)
        score = self._model.second.score(again.own, again.shared, again.owners, SOON_AGAIN)
        found = told(talk, start, messages, again, score)
        talk.trim()
        return found


def told(talk: Talk, start: int, messages: Sequence[Said], again: Again, score: Floats) -> list[Links]:
    """Return the links of messages from `start` on, by what the second look makes of their candidates."""
    chance = 1 / (1 + np.exp(-score))
    share = chance / np.bincount(again.owners, chance)[again.owners]
    order = np.lexsort((-share, again.owners))
    order = order[share[order] >= _LEAST]
    owners, columns, shares = again.owners[order], again.columns[order], share[order].round(4).tolist()
    places = (start + owners - WINDOW + columns).tolist()
    starts = (columns == WINDOW).tolist()
    ends = np.searchsorted(owners, np.arange(1, len(messages) + 1)).tolist()
    ids: list[str | None] = [
        None if new else talk.ids[place] for place, new in zip(places, starts, strict=True)
    ]
    likely = list(zip(ids, shares, strict=True))
    found: list[Links] = []
    first = 0
    for said, end in zip(messages, ends, strict=True):
        if said.reply_to is not None:
            found.append(Links(said.id, ((said.reply_to, 1.0),), native=True))
        else:
            found.append(Links(said.id, tuple(likely[first:end])))
        first = end
    return found


def put_first(talk: Talk, start: int, seen: Pairs, score: Floats, messages: Sequence[Said]) -> None:
    """Write down the first look at messages from `start` on, each share of a message's candidates; what is
    given natively is certain."""
    likely = np.zeros((len(talk) - start, WINDOW + 1), dtype=np.float32)
    likely[seen.owners, seen.columns] = 1 / (1 + np.exp(-score))
    for row, said in enumerate(messages):
        if said.reply_to is not None:
            likely[row] = 0
            window = talk.ids[start + row - WINDOW : start + row]
            likely[row, window.index(said.reply_to) if said.reply_to in window else WINDOW] = 1
    talk.likely[start:] = likely / likely.sum(axis=1, keepdims=True)
