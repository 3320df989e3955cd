"""The talk of a channel as columns of numbers, as far back as what is read of a message depends on."""

from collections.abc import Sequence
from dataclasses import dataclass
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
    first, and last of replying to none; `steps` how far the likeliest is from the message, never above 0,
    and 0 where it is none. `terms` are the words that say something, of all messages in a row, and `counts`
    how many each has.
    """

    at: NDArray[np.float64]
    who: Ints
    calls: Ints
    leads: Ints
    seen: Floats
    likely: Floats
    steps: Ints
    terms: Ints
    counts: Ints

    def __len__(self) -> int:
        return len(self.at)

    def windows(self, column: NDArray[Any], places: Ints) -> NDArray[Any]:
        """Return what stands in a column in the window before each of some places: [n, WINDOW]."""
        return column.take(places[:, None] + np.arange(-WINDOW, 0))


class _First:
    """What the first look found for the last WINDOW messages, of which nearly all is nothing: the shares
    that are not, and where they stand in `likely`, row after row."""

    __slots__ = ("_cells", "_shares")

    def __init__(self) -> None:
        self._cells = np.zeros(0, dtype=np.int32)
        self._shares = np.zeros(0, dtype=np.float32)

    def write(self, likely: Floats) -> None:
        """Write it down in a table [WINDOW, WINDOW + 1] of noughts."""
        likely.reshape(-1)[self._cells] = self._shares

    def add(self, likely: Floats) -> None:
        """Keep what was found for more messages, and let go of as many."""
        flat = likely[-WINDOW:].ravel()
        cells = np.flatnonzero(flat).astype(np.int32)
        gone = self._cells.searchsorted(len(flat))
        first = WINDOW * (WINDOW + 1) - len(flat)
        self._cells = np.concatenate([self._cells[gone:] - len(flat), cells + first])
        self._shares = np.concatenate([self._shares[gone:], flat[cells]])


# Numbers of people, which are others in each channel; and all that has a row for each message.
_PEOPLE = ("who", "calls", "leads")
_MESSAGES = ("at", *_PEOPLE, "seen", "steps", "counts")
_JOINED = (*_MESSAGES, "terms")


class Talk:
    """A channel's latest messages; before the first stand REACH that nobody wrote."""

    def __init__(self) -> None:
        self.ids = [""] * REACH
        self._people: dict[str, int] = {}
        self._first = _First()
        # Of those further back than WINDOW nobody asks what they replied to.
        self._columns = Columns(
            at=np.zeros(REACH),
            who=_whole(REACH, BEFORE),
            calls=_whole((REACH, CALLS), NOBODY),
            leads=_whole(REACH, NOBODY),
            seen=np.zeros((REACH, len(SEEN)), dtype=np.float32),
            likely=_nothing(0),
            steps=_whole(REACH, 0),
            terms=_whole(0, 0),
            counts=_whole(REACH, 0),
        )

    def __len__(self) -> int:
        return len(self.ids)

    @property
    def people(self) -> int:
        """How many people there are, or called."""
        return len(self._people)

    def remembered(self, likely: Floats) -> Columns:
        """Return what is known of the last REACH messages; what the first look found goes to `likely`."""
        self._first.write(likely[-WINDOW:])
        return self._columns

    def take_in(self, messages: Sequence[Said]) -> Columns:
        """Put messages behind those that are there; return them as numbers."""
        count = len(messages)
        facts = [facts_of(said.text) for said in messages]
        calls = _whole((count, CALLS), NOBODY)
        for place, said in enumerate(messages):
            for slot, member in enumerate(sorted(said.mentions)[:CALLS]):
                calls[place, slot] = self._person(member)
        led = [leads(said, each.head) for said, each in zip(messages, facts, strict=True)]
        terms = np.frombuffer(b"".join(each.terms for each in facts), dtype=np.int64)
        self.ids += [said.id for said in messages]
        return Columns(
            at=np.array([said.at.timestamp() / 60 for said in messages]),
            who=np.array([self._person(said.author) for said in messages]),
            calls=calls,
            leads=np.array([NOBODY if who is None else self._person(who) for who in led]),
            seen=Facts.numbers(facts),
            likely=_nothing(0),
            steps=_whole(count, 0),
            terms=terms,
            counts=np.array([len(each.terms) // terms.itemsize for each in facts]),
        )

    def keep(self, columns: Columns, new: slice, terms: slice, others: int) -> None:
        """Keep the last REACH messages, to the last of the `new` ones, and their `terms`.

        So many `others` come before this channel's people.
        """
        last = slice(new.stop - REACH, new.stop)
        kept = {name: getattr(columns, name)[last].copy() for name in _MESSAGES}
        for name in _PEOPLE:
            kept[name] -= others * (kept[name] >= 0)
        self._first.add(columns.likely[new])
        self._columns = Columns(likely=_nothing(0), terms=columns.terms[terms].copy(), **kept)
        self.ids = self.ids[-REACH:]
        if len(self._people) > _MANY_PEOPLE:
            self._forget_people()

    def _forget_people(self) -> None:
        """Let go of who neither says nor is called anything in what is left."""
        columns = self._columns
        there = np.unique(np.concatenate([columns.who, columns.leads, columns.calls.ravel()]))
        there = there[there >= 0]
        names = list(self._people)
        self._people = {names[number]: place for place, number in enumerate(there.tolist())}
        for name in _PEOPLE:
            column = getattr(columns, name)
            setattr(columns, name, np.where(column >= 0, np.searchsorted(there, column), column))

    def _person(self, member: str) -> int:
        return self._people.setdefault(member, len(self._people))


def _nothing(count: int) -> Floats:
    return np.zeros((count, WINDOW + 1), dtype=np.float32)


@dataclass(frozen=True, slots=True)
class Together:
    """Several channels as one: of each what is remembered of it, and behind that what comes.

    `places` are those of all that comes; of each channel `starts` is the place of the first that comes and
    `ends` the one behind its last, and `others` how many people come before its own. Nobody is in two of
    them: the REACH messages before what comes keep a channel apart from others.
    """

    columns: Columns
    places: Ints
    starts: tuple[int, ...]
    ends: tuple[int, ...]
    others: tuple[int, ...]

    def keep(self, talks: Sequence[Talk]) -> None:
        """Have each channel keep its last messages."""
        said = np.concatenate([[0], np.cumsum(self.columns.counts)])
        for talk, start, end, others in zip(talks, self.starts, self.ends, self.others, strict=True):
            terms = slice(int(said[end - REACH]), int(said[end]))
            talk.keep(self.columns, slice(start, end), terms, others)


def together(channels: Sequence[tuple[Talk, Sequence[Said]]]) -> Together:
    """Take messages into channels; return all as one."""
    new = [talk.take_in(messages) for talk, messages in channels]
    sizes = [REACH + len(each) for each in new]
    ends = np.cumsum(sizes)
    likely = _nothing(int(ends[-1]))
    stretches: list[Columns] = []
    for (talk, _), each, end in zip(channels, new, ends.tolist(), strict=True):
        first = end - len(each)
        stretches += [talk.remembered(likely[first - REACH : first]), each]
    columns = Columns(
        likely=likely, **{name: np.concatenate([getattr(one, name) for one in stretches]) for name in _JOINED}
    )
    people = np.cumsum([0, *(talk.people for talk, _ in channels)])
    others = np.repeat(people[:-1], sizes)
    # Whoever is nobody stays so.
    columns.who += others * (columns.who >= 0)
    columns.leads += others * (columns.leads >= 0)
    columns.calls += others[:, None] * (columns.calls >= 0)
    starts = [end - len(each) for end, each in zip(ends.tolist(), new, strict=True)]
    places = np.concatenate([np.arange(start, end) for start, end in zip(starts, ends.tolist(), strict=True)])
    return Together(columns, places, tuple(starts), tuple(ends.tolist()), tuple(people[:-1].tolist()))
