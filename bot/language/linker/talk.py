"""The talk of a channel as columns of numbers, as far back as what is read of a message depends on."""

from collections.abc import Sequence
from dataclasses import dataclass, fields
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bot.language.linker.facts import SEEN, Facts, facts_of, leads
from bot.language.linker.forest import Floats, Ints
from bot.language.parents import Said

# How many earlier messages a message may reply to.
WINDOW = 100
# What is found for a message depends on its window, and on the windows of those in it.
REACH = 2 * WINDOW
# Of the people a message calls so many are looked at.
CALLS = 4
# Who wrote the messages before the first, and whom those who call nobody call.
BEFORE = -2
NOBODY = -1
# Once more people are known than speak in what is remembered, those of long ago are let go of.
_MANY_PEOPLE = 2 * REACH


def _whole(shape: Any, value: int) -> Ints:
    return np.full(shape, value, dtype=np.int64)


@dataclass(slots=True)
class Columns:
    """Messages of people as numbers, those of a channel oldest first and behind REACH earlier ones.

    `at` is in minutes; `calls` [n, CALLS] are people, and `leads` whom the first word calls. `likely`
    [n, WINDOW + 1] holds the first look's probability of replying to each message of the window, oldest
    first, and last of replying to none. `terms` are the words that say something, of all messages in a row,
    and `counts` how many each has.
    """

    at: NDArray[np.float64]
    who: Ints
    calls: Ints
    leads: Ints
    seen: Floats
    likely: Floats
    terms: Ints
    counts: Ints

    def __len__(self) -> int:
        return len(self.at)

    def windows(self, column: NDArray[Any], places: Ints) -> NDArray[Any]:
        """Return what stands in a column in the window before each of some places: [n, WINDOW]."""
        return np.lib.stride_tricks.sliding_window_view(column, WINDOW)[places - WINDOW]


_COLUMNS = tuple(each.name for each in fields(Columns))


def _beginning() -> Columns:
    return Columns(
        at=np.zeros(REACH),
        who=_whole(REACH, BEFORE),
        calls=_whole((REACH, CALLS), NOBODY),
        leads=_whole(REACH, NOBODY),
        seen=np.zeros((REACH, len(SEEN)), dtype=np.float32),
        likely=np.zeros((REACH, WINDOW + 1), dtype=np.float32),
        terms=_whole(0, 0),
        counts=_whole(REACH, 0),
    )


class Talk:
    """A channel's latest messages; before the first stand REACH that nobody wrote."""

    def __init__(self) -> None:
        self.columns = _beginning()
        self.ids = [""] * REACH
        self._people: dict[str, int] = {}

    def __len__(self) -> int:
        return len(self.ids)

    @property
    def people(self) -> int:
        """How many people there are, or called."""
        return len(self._people)

    def take_in(self, messages: Sequence[Said]) -> int:
        """Put messages behind those that are there; return the place of the first of them."""
        start, count = len(self), len(messages)
        facts = [facts_of(said.text) for said in messages]
        calls = _whole((count, CALLS), NOBODY)
        for place, said in enumerate(messages):
            for slot, member in enumerate(sorted(said.mentions)[:CALLS]):
                calls[place, slot] = self._person(member)
        led = [leads(said, each.head) for said, each in zip(messages, facts, strict=True)]
        terms = np.frombuffer(b"".join(each.terms for each in facts), dtype=np.int64)
        new = Columns(
            at=np.array([said.at.timestamp() / 60 for said in messages]),
            who=np.array([self._person(said.author) for said in messages]),
            calls=calls,
            leads=np.array([NOBODY if who is None else self._person(who) for who in led]),
            seen=Facts.numbers(facts),
            likely=np.zeros((count, WINDOW + 1), dtype=np.float32),
            terms=terms,
            counts=np.array([len(each.terms) // terms.itemsize for each in facts]),
        )
        self.columns = _joined([self.columns, new])
        self.ids += [said.id for said in messages]
        return start

    def trim(self) -> None:
        """Let go of what nothing depends on any more."""
        more = len(self) - REACH
        columns = self.columns
        said = int(columns.counts[:more].sum())
        rest = {name: getattr(columns, name)[said if name == "terms" else more :].copy() for name in _COLUMNS}
        self.columns = Columns(**rest)
        self.ids = self.ids[more:]
        if len(self._people) > _MANY_PEOPLE:
            self._forget_people()

    def _forget_people(self) -> None:
        """Let go of who neither says nor is called anything in what is left."""
        columns = self.columns
        there = np.unique(np.concatenate([columns.who, columns.leads, columns.calls.ravel()]))
        there = there[there >= 0]
        names = list(self._people)
        self._people = {names[number]: place for place, number in enumerate(there.tolist())}
        for name in ("who", "leads", "calls"):
            column = getattr(columns, name)
            setattr(columns, name, np.where(column >= 0, np.searchsorted(there, column), column))

    def _person(self, member: str) -> int:
        return self._people.setdefault(member, len(self._people))


def _joined(each: Sequence[Columns]) -> Columns:
    return Columns(**{name: np.concatenate([getattr(one, name) for one in each]) for name in _COLUMNS})


def side_by_side(talks: Sequence[Talk], starts: Sequence[int]) -> tuple[Columns, Ints]:
    """Return several channels as one, and the places in it of each one's messages from a start on.

    Nobody is in two of them: the REACH messages before each channel's new ones keep it apart from others.
    """
    if len(talks) == 1:
        return talks[0].columns, np.arange(starts[0], len(talks[0]))
    columns = _joined([talk.columns for talk in talks])
    sizes = [len(talk) for talk in talks]
    others = np.repeat(np.cumsum([0, *(talk.people for talk in talks[:-1])]), sizes)
    # Whoever is nobody stays so.
    columns.who = np.where(columns.who >= 0, columns.who + others, columns.who)
    columns.leads = np.where(columns.leads >= 0, columns.leads + others, columns.leads)
    columns.calls = np.where(columns.calls >= 0, columns.calls + others[:, None], columns.calls)
    before = np.cumsum([0, *sizes[:-1]])
    new = zip(before, sizes, starts, strict=True)
    return columns, np.concatenate([np.arange(first + start, first + size) for first, size, start in new])
