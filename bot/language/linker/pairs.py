"""The first look: each message beside those before it that it may reply to, as numbers.

Everything is told by where messages stand, who wrote them, whom they call and when; of words little is used.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bot.language.linker.facts import SEEN, TERM_BITS
from bot.language.linker.forest import Floats, Ints
from bot.language.linker.talk import BEFORE, CALLS, WINDOW, Columns
from bot.language.linker.turns import TURNS

# The last so many messages are looked at in any case.
_LAST = 12
# The latest message of each person is looked at within this many.
_EACH = 60
# Minutes: what one person says within this belongs together.
_RUN = 1.5
_LONG_RUN = 20
# Beside a word's number stands a place in the talk.
_PLACE_BITS = 63 - TERM_BITS
# Minutes, and places, where there is no such message.
_NEVER = 10_000.0
_NOWHERE = 200.0

_OWN_SEEN = (
    "question",
    "size",
    "kind",
    "greets",
    "thanks",
    "opens",
    "code",
    "mark",
    "you",
    "me",
    "all",
    "command",
    *TURNS,
)
OWN = (
    "distance",
    "gap",
    "people_since",
    "same_author",
    "my_last",
    "their_last",
    "called",
    "calls_me",
    "calls_another_here",
    "calls_same",
    "they_call_another",
    "last_to_call_me",
    "after_my_last",
    "mine_since",
    "called_since",
    "theirs_since",
    "others_since",
    "from_my_last",
    "i_called_them_last",
    "last_caller",
    "i_called_them",
    "they_called_me",
    "their_first",
    "they_call",
    "run_on",
    "run_place",
    "goes_on",
    "leads_to_them",
    "leads_to_another",
    "leads_to_me",
    "same_words",
    "share_of_words",
    "rare_words",
    "open_question",
    "opens_after_question",
    "gap_to_pace",
    "starts",
    *(f"their_{name}" for name in _OWN_SEEN),
)
SHARED = (
    *(f"my_{name}" for name in SEEN),
    "my_last_distance",
    "my_last_gap",
    "calls",
    "called_are_here",
    "leads",
    "leads_to_somebody_here",
    "people_in_20",
    "in_5_minutes",
    "calls_in_window",
    "window",
    "silence",
    "last_is_mine",
    "last_call_distance",
    "called_after_my_last",
    "run_of_mine",
    "pace",
)
_SEEN_AT = {name: place for place, name in enumerate(SEEN)}


@dataclass(slots=True)
class Pairs:
    """Rows of messages beside candidates.

    Row k is of message `owners[k]`, counted from the first asked for, beside the one in column `columns[k]`
    of its window. Column WINDOW is that it starts something, and comes last of each. `my_last` is the column
    of the author's own last message, -1 where there is none.
    """

    owners: Ints
    columns: Ints
    own: Floats
    shared: Floats
    my_last: Ints


def _neighbours(who: Ints) -> tuple[Ints, Ints]:
    """Return the place of each author's message before and after each."""
    count = len(who)
    order = np.argsort(who, kind="stable")
    before, after = np.full(count, -1), np.full(count, 2 * count)
    same = who[order[1:]] == who[order[:-1]]
    before[order[1:][same]] = order[:-1][same]
    after[order[:-1][same]] = order[1:][same]
    return before, after


def _since(marks: NDArray[np.bool_]) -> Ints:
    """Return how many are marked after each, in each row."""
    flipped = np.cumsum(marks[:, ::-1], axis=1, dtype=np.int64)[:, ::-1]
    return flipped - marks


def _last(marks: NDArray[np.bool_]) -> Ints:
    """Return the last that is marked in each row, -1 where none is."""
    found = WINDOW - 1 - np.argmax(marks[:, ::-1], axis=1)
    return np.where(marks.any(axis=1), found, -1)


class _Events:
    """Counts of what happened to whom within stretches of the talk."""

    def __init__(self, keys: Ints, places: Ints, length: int) -> None:
        self._length = length + 1
        self._sorted = np.sort(keys * self._length + places)

    def between(self, keys: Ints, start: Ints, end: Ints) -> Ints:
        """Return how many of each key lie in [start, end)."""
        base = keys * self._length
        return np.searchsorted(self._sorted, base + end) - np.searchsorted(self._sorted, base + start)


def pairs(talk: Columns, places: Ints) -> Pairs:
    """Return rows for the messages at some places of the talk, which are in order."""
    length, count = len(talk), len(places)
    at, who, calls, leads = talk.at[places], talk.who[places], talk.calls[places], talk.leads[places]
    before, after = _neighbours(talk.who)
    window_who = talk.windows(talk.who, places)
    there = window_who != BEFORE
    same = window_who == who[:, None]
    latest = (talk.windows(after, places) >= places[:, None]) & there
    called = np.zeros_like(same)
    calls_me = np.zeros_like(same)
    for each in range(CALLS):
        called |= window_who == calls[:, each, None]
        calls_me |= talk.windows(talk.calls[:, each], places) == who[:, None]
    distance = WINDOW - np.arange(WINDOW)
    my_last, last_call = _last(same), _last(calls_me)
    looked = there & ((distance <= _LAST) | (latest & ((distance <= _EACH) | called | same)))
    has = np.flatnonzero(last_call >= 0)
    looked[has, last_call[has]] = True

    owners, columns = np.nonzero(np.concatenate([looked, np.ones((count, 1), dtype=bool)], axis=1))
    own = np.zeros((len(owners), len(OWN)), dtype=np.float32, order="F")
    new = columns == WINDOW
    own[new, OWN.index("starts")] = 1
    pair = np.flatnonzero(~new)
    row, column = owners[pair], columns[pair]
    there_at = places[row] - WINDOW + column  # places of the candidates
    here_at = places[row]
    them, me = talk.who[there_at], who[row]
    gaps = np.log1p(np.maximum(at[row] - talk.at[there_at], 0))
    their_calls = talk.calls[there_at]
    they_call = their_calls[:, 0] >= 0
    my_calls = calls[row]
    calls_same = np.zeros(len(pair), dtype=bool)
    for each in range(CALLS):
        calls_same |= ((their_calls == my_calls[:, each, None]) & (their_calls >= 0)).any(axis=1)
    is_called, to_me = called[row, column], calls_me[row, column]
    called_here = called.any(axis=1)
    people = 1 + max(int(talk.who.max()), int(talk.calls.max()), 0)
    caller, slot = np.nonzero(talk.calls >= 0)
    callee = talk.calls[caller, slot]
    callings = _Events(callee, caller, length)
    called_by = _Events(talk.who[caller] * people + callee, caller, length)
    speaking = _Events(np.maximum(talk.who, -1) + 1, np.arange(length), length)
    mine_since = _since(same)[row, column]
    since = WINDOW - 1 - column
    window_start = here_at - WINDOW
    # Whom the author called last, within the window.
    calling = same & (talk.windows(talk.calls[:, 0], places) >= 0)
    called_last_at = _last(calling)
    partners = np.where(
        called_last_at[:, None] >= 0, talk.calls[places - WINDOW + np.maximum(called_last_at, 0)], -1
    )
    caller_at = np.where(last_call >= 0, talk.who[places - WINDOW + np.maximum(last_call, 0)], -1)
    everywhere = np.arange(length)
    run_start = np.maximum.accumulate(np.where(before != everywhere - 1, everywhere, 0))
    recent = before >= everywhere - WINDOW
    gap_before = np.where(recent, talk.at - talk.at[before], _NEVER)
    follows = after[there_at]
    followed = follows < here_at
    gap_after = np.where(followed, talk.at[np.minimum(follows, length - 1)] - talk.at[there_at], _NEVER)
    leads_to = talk.leads[here_at]
    leads_here = (window_who == leads[:, None]).any(axis=1) & (leads >= 0)
    size = there.sum(axis=1)
    steps = np.minimum(20, size)
    pace = np.log1p(np.maximum(at - talk.at[places - steps], 0) / np.maximum(steps, 1))
    their_seen = talk.seen[there_at]
    called_since = callings.between(them, there_at + 1, here_at)
    question = their_seen[:, _SEEN_AT["question"]]
    shared_words, rare = _words(talk, places)
    words = shared_words[row, column]
    mine = np.where(my_last >= 0, my_last, -WINDOW)

    values: dict[str, NDArray[Any] | float] = {
        "distance": WINDOW - column,
        "gap": gaps,
        "people_since": _since(latest)[row, column],
        "same_author": them == me,
        "my_last": column == my_last[row],
        "their_last": latest[row, column],
        "called": is_called,
        "calls_me": to_me,
        "calls_another_here": called_here[row] & ~is_called,
        "calls_same": calls_same,
        "they_call_another": they_call & ~to_me,
        "last_to_call_me": column == last_call[row],
        "after_my_last": column > my_last[row],
        "mine_since": mine_since,
        "called_since": called_since,
        "theirs_since": speaking.between(them + 1, there_at + 1, here_at),
        "others_since": since - mine_since,
        "from_my_last": column - mine[row],
        "i_called_them_last": (partners[row] == them[:, None]).any(axis=1),
        "last_caller": them == caller_at[row],
        "i_called_them": called_by.between(me * people + them, window_start, here_at),
        "they_called_me": called_by.between(them * people + me, window_start, here_at),
        "their_first": before[there_at] < window_start,
        "they_call": they_call,
        "run_on": gap_before[there_at] < _RUN,
        "run_place": np.minimum(there_at - run_start[there_at], _LONG_RUN),
        "goes_on": gap_after < _RUN,
        "leads_to_them": (leads_to == them) & (leads_to >= 0),
        "leads_to_another": leads_here[row] & (leads_to != them),
        "leads_to_me": talk.leads[there_at] == me,
        "same_words": words,
        "share_of_words": words / (1 + np.minimum(talk.counts[here_at], talk.counts[there_at])),
        "rare_words": rare[row, column],
        "open_question": (question > 0.5) & (called_since == 0),
        "opens_after_question": talk.seen[here_at, _SEEN_AT["opens"]] * question,
        "gap_to_pace": gaps - pace[row],
        **{f"their_{name}": their_seen[:, _SEEN_AT[name]] for name in _OWN_SEEN},
    }
    for place, name in enumerate(OWN):
        if name in values:
            own[pair, place] = values[name]

    own_gap = np.where(my_last >= 0, at - talk.at[places - WINDOW + np.maximum(my_last, 0)], _NEVER)
    window_at = talk.windows(talk.at, places)
    shared = np.empty((count, len(SHARED)), dtype=np.float32, order="F")
    shared[:, : len(SEEN)] = talk.seen[places]
    told: list[NDArray[Any]] = [
        np.where(my_last >= 0, WINDOW - my_last, _NOWHERE),
        np.log1p(np.maximum(own_gap, 0)),
        (calls >= 0).sum(axis=1),
        called_here,
        leads >= 0,
        leads_here,
        latest[:, -20:].sum(axis=1),
        (there & (at[:, None] - window_at <= 5)).sum(axis=1),
        (talk.windows(talk.calls[:, 0], places) >= 0).sum(axis=1) / np.maximum(size, 1),
        size,
        np.where(there[:, -1], np.log1p(np.maximum(at - window_at[:, -1], 0)), np.log1p(_NEVER)),
        same[:, -1],
        np.where(last_call >= 0, WINDOW - last_call, _NOWHERE),
        last_call > my_last,
        own_gap < 5,
        pace,
    ]
    for place, column_values in enumerate(told, len(SEEN)):
        shared[:, place] = column_values
    return Pairs(owners, columns, own, shared, my_last)


def _words(talk: Columns, places: Ints) -> tuple[Floats, Floats]:
    """Return how many words each message shares with each of its window, and these by how rare they are."""
    count = len(places)
    where = np.repeat(np.arange(len(talk)), talk.counts)
    # Where each word was said, in order.
    words = talk.terms << _PLACE_BITS
    said = np.sort(words + where)
    new = np.full(len(talk), -1)
    new[places] = np.arange(count)
    mine = np.flatnonzero(new[where] >= 0)
    here, word = where[mine], words[mine]
    low, high = said.searchsorted(word + here - WINDOW), said.searchsorted(word + here)
    often = high - low
    rows = np.repeat(new[here], often)
    each = np.arange(len(rows)) + np.repeat(low - (np.cumsum(often) - often), often)
    cells = rows * WINDOW + (said[each] & ((1 << _PLACE_BITS) - 1)) - places[rows] + WINDOW
    weights = np.repeat(1 / np.maximum(often, 1), often)
    shape = (count, WINDOW)
    shared = np.bincount(cells, minlength=count * WINDOW).astype(np.float32).reshape(shape)
    rare = np.bincount(cells, weights, minlength=count * WINDOW).astype(np.float32).reshape(shape)
    return shared, rare
