"""Reads a flat channel in order and says of each message what it may reply to, and how likely that is."""

from array import array
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from pathlib import Path

import numpy as np

from bot.language.linker.again import AGAIN_OWN, AGAIN_SHARED, Again, look_again
from bot.language.linker.forest import Floats, Forest, Ints, Soon, load_forests
from bot.language.linker.pairs import OWN, SHARED, Pairs, pairs
from bot.language.linker.talk import REACH, WINDOW, Columns, Talk, together
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
    """What a message may reply to, likeliest first; None is that it starts something.

    `shares` are the probabilities. Hundreds of these are kept of each channel, so that they are packed.
    """

    message: str
    ids: tuple[str | None, ...]
    shares: "array[float]"
    native: bool = False

    @classmethod
    def of(cls, message: str, likely: Sequence[tuple[str | None, float]], *, native: bool = False) -> "Links":
        """Return those of a message from ids with their probabilities."""
        return cls(message, tuple(id for id, _ in likely), array("d", [share for _, share in likely]), native)

    @property
    def likely(self) -> Iterator[tuple[str | None, float]]:
        """Each with its probability."""
        return zip(self.ids, self.shares, strict=True)

    @property
    def best(self) -> str | None:
        """The likeliest; None where it starts something."""
        return self.ids[0]


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
            read = together([(self._talk, messages)])
            # Of those further back it only matters what was said.
            recent = messages[-WINDOW:]
            first_look(
                self._model, read.columns, read.places[-len(recent) :], natives([(self._talk, recent)])
            )
            read.keep([self._talk])

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
    read = together(channels)
    seen = first_look(model, read.columns, read.places, natives(channels))
    again = look_again(read.columns, read.places, seen)
    shares = told(
        again, model.second.score(again.own, again.shared, again.owners, SOON_AGAIN), len(read.places)
    )
    found = []
    first = 0
    for talk, messages in channels:
        found.append(linked(talk, messages, shares[first : first + len(messages)]))
        first += len(messages)
    read.keep([talk for talk, _ in channels])
    return found


def first_look(model: Model, talk: Columns, places: Ints, given: Sequence[int | None]) -> Pairs:
    """Take the first look at the messages at some places, and write down what comes out; return its rows."""
    seen = pairs(talk, places)
    score = model.first.score(seen.own, seen.shared, seen.owners, SOON)
    put_first(talk, places, seen, score, given)
    return seen


def told(again: Again, score: Floats, count: int) -> list[list[tuple[int, float]]]:
    """Return for each of so many messages what the second look makes of its candidates: the column of each,
    likeliest first, with its probability."""
    chance = 1 / (1 + np.exp(-score))
    share = chance / np.bincount(again.owners, chance)[again.owners]
    order = np.lexsort((-share, again.owners))
    order = order[share[order] >= _LEAST]
    likely = list(zip(again.columns[order].tolist(), share[order].round(4).tolist(), strict=True))
    ends = np.searchsorted(again.owners[order], np.arange(1, count + 1)).tolist()
    return [likely[first:end] for first, end in pairwise([0, *ends])]


def linked(talk: Talk, messages: Sequence[Said], shares: Sequence[list[tuple[int, float]]]) -> list[Links]:
    """Return the links of a channel's last messages, from what is told of them."""
    found: list[Links] = []
    first = len(talk) - len(messages) - WINDOW
    for place, (said, likely) in enumerate(zip(messages, shares, strict=True), first):
        if said.reply_to is not None:
            found.append(Links.of(said.id, [(said.reply_to, 1.0)], native=True))
            continue
        ids = [(None if column == WINDOW else talk.ids[place + column], share) for column, share in likely]
        found.append(Links.of(said.id, ids))
    return found


def natives(channels: Sequence[tuple[Talk, Sequence[Said]]]) -> list[int | None]:
    """Return for each of the last messages of some channels the column that it is given to reply to: WINDOW
    where that is longer ago, and None where nothing is given."""
    found: list[int | None] = []
    for talk, messages in channels:
        for place, said in enumerate(messages, len(talk) - len(messages)):
            if said.reply_to is None:
                found.append(None)
                continue
            window = talk.ids[place - WINDOW : place]
            found.append(window.index(said.reply_to) if said.reply_to in window else WINDOW)
    return found


def put_first(talk: Columns, places: Ints, seen: Pairs, score: Floats, given: Sequence[int | None]) -> None:
    """Write down the first look at the messages at some places, each share of a message's candidates; what is
    given natively is certain."""
    likely = np.zeros((len(places), WINDOW + 1), dtype=np.float32)
    likely[seen.owners, seen.columns] = 1 / (1 + np.exp(-score))
    for row, column in enumerate(given):
        if column is not None:
            likely[row] = 0
            likely[row, column] = 1
    talk.likely[places] = likely = likely / likely.sum(axis=1, keepdims=True)
    best = np.argmax(likely, axis=1)
    talk.steps[places] = np.where(best == WINDOW, 0, best - WINDOW)
