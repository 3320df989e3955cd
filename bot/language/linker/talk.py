"""The talk of a channel as columns of numbers, as far back as what is read of a message depends on."""

from collections.abc import Sequence
from dataclasses import dataclass, field
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


def _whole(shape: Any, value: int) -> Ints:
    return np.full(shape, value, dtype=np.int64)


@dataclass(slots=True)
class Talk:
    """Messages of people, oldest first; before the first stand REACH that nobody wrote.

    `at` is in minutes; `calls` [n, CALLS] are people, and `leads` whom the first word calls. `likely`
    [n, WINDOW + 1] holds the first look's probability of replying to each message of the window, oldest
    first, and last of replying to none. `given` are the native replies among the latest, by place.
    """

    at: NDArray[np.float64] = field(default_factory=lambda: np.zeros(REACH))
    who: Ints = field(default_factory=lambda: _whole(REACH, BEFORE))
    calls: Ints = field(default_factory=lambda: _whole((REACH, CALLS), NOBODY))
    leads: Ints = field(default_factory=lambda: _whole(REACH, NOBODY))
    seen: Floats = field(default_factory=lambda: np.zeros((REACH, len(SEEN)), dtype=np.float32))
    likely: Floats = field(default_factory=lambda: np.zeros((REACH, WINDOW + 1), dtype=np.float32))
    terms: list[list[str]] = field(default_factory=lambda: [[]] * REACH)
    ids: list[str] = field(default_factory=lambda: [""] * REACH)
    people: dict[str, int] = field(default_factory=dict)

    def __len__(self) -> int:
        return len(self.ids)

    def take_in(self, messages: Sequence[Said]) -> int:
        """Put messages behind those that are there; return the place of the first of them."""
        start, count = len(self), len(messages)
        facts = [facts_of(said.text) for said in messages]
        calls = _whole((count, CALLS), NOBODY)
        for place, said in enumerate(messages):
            for slot, member in enumerate(sorted(said.mentions)[:CALLS]):
                calls[place, slot] = self._person(member)
        led = [leads(said, each.head) for said, each in zip(messages, facts, strict=True)]
        self.at = np.concatenate([self.at, [said.at.timestamp() / 60 for said in messages]])
        self.who = np.concatenate([self.who, [self._person(said.author) for said in messages]])
        self.calls = np.concatenate([self.calls, calls])
        self.leads = np.concatenate(
            [self.leads, [NOBODY if who is None else self._person(who) for who in led]]
        )
        self.seen = np.concatenate([self.seen, Facts.numbers(facts)])
        self.likely = np.concatenate([self.likely, np.zeros((count, WINDOW + 1), dtype=np.float32)])
        self.terms += [each.terms.split() for each in facts]
        self.ids += [said.id for said in messages]
        return start

    def trim(self) -> None:
        """Let go of what nothing depends on any more."""
        more = len(self) - REACH
        for name in ("at", "who", "calls", "leads", "seen", "likely", "terms", "ids"):
            setattr(self, name, getattr(self, name)[more:])

    def windows(self, column: NDArray[Any], start: int) -> NDArray[Any]:
        """Return what stands in a column in the window before each message from `start` on: [n, WINDOW]."""
        return np.lib.stride_tricks.sliding_window_view(column[start - WINDOW : -1], WINDOW)

    def _person(self, member: str) -> int:
        return self.people.setdefault(member, len(self.people))
