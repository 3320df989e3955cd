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

    def _look(self, start: int, messages: Sequence[Said]) -> None:
        talk = self._talk
        seen = pairs(talk, start)
        put_first(
            talk, start, seen, self._model.first.score(seen.own, seen.shared, seen.owners, SOON), messages
        )

    def _read(self, messages: Sequence[Said]) -> list[Links]:
        return _read_at_once(self._model, [(self._talk, messages)])[0]


def read_together(channels: Sequence[tuple[Linker, Sequence[Said]]]) -> list[list[Links]]:
    """Return the links of the next messages of several channels, each as its linker would read them alone.

    To walk the trees for a few messages takes nearly as long as for many: a channel after the other, each
    with a message or two, is several times slower.
    """
    if len(channels) < 2 or sum(len(messages) for _, messages in channels) > _AT_ONCE:
        return [linker.read(messages) for linker, messages in channels]
    [model] = {id(linker._model): linker._model for linker, _ in channels}.values()
    return _read_at_once(model, [(linker._talk, messages) for linker, messages in channels])


def _read_at_once(model: Model, channels: Sequence[tuple[Talk, Sequence[Said]]]) -> list[list[Links]]:
    starts = [talk.take_in(messages) for talk, messages in channels]
    seen = [pairs(talk, start) for (talk, _), start in zip(channels, starts, strict=True)]
    sizes = [len(messages) for _, messages in channels]
    scores = _scored(model.first, seen, sizes, SOON)
    for (talk, messages), start, each, score in zip(channels, starts, seen, scores, strict=True):
        put_first(talk, start, each, score, messages)
    again = [
        look_again(talk, start, each) for (talk, _), start, each in zip(channels, starts, seen, strict=True)
    ]
    scores = _scored(model.second, again, sizes, SOON_AGAIN)
    found = []
    for (talk, messages), start, rows, score in zip(channels, starts, again, scores, strict=True):
        found.append(told(talk, start, messages, rows, score))
        talk.trim()
    return found


def _scored(forest: Forest, each: Sequence[Pairs | Again], sizes: Sequence[int], soon: Soon) -> list[Floats]:
    """Return the scores of the rows of several channels, with so many messages each."""
    if len(each) == 1:
        return [forest.score(each[0].own, each[0].shared, each[0].owners, soon)]
    before = np.cumsum([0, *sizes[:-1]])
    own = np.concatenate([rows.own for rows in each])
    shared = np.concatenate([rows.shared for rows in each])
    owners = np.concatenate([rows.owners + first for rows, first in zip(each, before, strict=True)])
    ends = np.cumsum([len(rows.own) for rows in each])[:-1]
    return list(np.split(forest.score(own, shared, owners, soon), ends))


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
