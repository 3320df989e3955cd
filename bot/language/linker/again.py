"""The second look: the best candidates side by side, with what the first look made of the talk."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bot.language.linker.facts import SEEN
from bot.language.linker.forest import Floats, Ints
from bot.language.linker.pairs import OWN, SHARED, Pairs
from bot.language.linker.talk import NOBODY, WINDOW, Columns

# How many candidates are looked at again; starting something is always one of them.
TOP = 8
# What is less likely at the first look is not looked at again, unless nothing is likelier.
_WORTH = 0.01
# Messages before this one whose own replies are looked at.
_REPLIES = 40
_SEEN_QUESTION = SEEN.index("question")

AGAIN_OWN = (
    *OWN,
    "likely",
    "rank",
    "to_best",
    "by_them",
    "replies_to_me",
    "starts_something",
    "replies_to_best",
    "best_replies_to",
    "replied_by_others",
    "replied_by_me",
    "replies_to_my_last",
    "with_my_last",
    "with_me",
    "thread_size",
    "thread_gap",
    "thread_last",
    "thread_first",
    "with_best",
    "thread_likely",
    "thread_asks",
    "thread_calls_me",
    "thread_mine",
    "thread_theirs",
    "thread_last_of_others",
    "thread_mine_since",
    "thread_others_since",
    "to_other",
    "shared_links",
    "links_of_my_last",
    "my_last_to_them",
    "replied_sum",
    "gone_on_with",
    "last_to_reply_to_me",
    "mine_in_thread_since",
    "from_best",
)
# What is told of starting something, too.
_ALWAYS = frozenset({"likely", "rank", "to_best", "to_other"})
# What is told of the likeliest to be replied to, to all candidates.
_OF_BEST = ("distance", "their_size", "rare_words")
AGAIN_SHARED = (
    *SHARED,
    "best",
    "starting",
    "doubt",
    "threads",
    "best_three",
    "my_thread_likely",
    "best_starts",
    *(f"best_{name}" for name in _OF_BEST),
)


@dataclass(frozen=True, slots=True)
class Again:
    """Rows of messages beside their best candidates.

    Row k is of message `owners[k]`, counted from the first asked for, beside the one in column `columns[k]`
    of its window; of each message the likeliest comes first.
    """

    owners: Ints
    columns: Ints
    own: Floats
    shared: Floats


def look_again(talk: Columns, places: Ints, found: Pairs) -> Again:
    """Return the best candidates side by side. `talk.likely` holds the first look at these messages."""
    count = len(places)
    likely = talk.likely[places]
    who = talk.who[places]
    top = np.argsort(-likely, axis=1, kind="stable")[:, :TOP]
    without = ~(top == WINDOW).any(axis=1)
    top[without, -1] = WINDOW
    chances = np.take_along_axis(likely, top, axis=1)
    worth = (chances >= _WORTH) | (top == WINDOW)
    worth[:, 0] = True
    owners, ranks = np.nonzero(worth)
    columns, chance = top[owners, ranks], chances[owners, ranks]

    # Where the rows of the first look are.
    row_of = np.zeros((count, WINDOW + 1), dtype=np.int64)
    row_of[found.owners, found.columns] = np.arange(len(found.own))
    own = np.zeros((len(owners), len(AGAIN_OWN)), dtype=np.float32, order="F")
    rows = row_of[owners, columns]
    for place in range(len(OWN)):
        own[:, place] = found.own[:, place].take(rows)

    old = columns != WINDOW
    there = np.minimum(columns, WINDOW - 1)
    first_of_window = places - WINDOW
    there_at = first_of_window[owners] + there
    them, me = talk.who[there_at], who[owners]
    best = top[:, 0]
    best_at = first_of_window + np.minimum(best, WINDOW - 1)
    window_who = talk.windows(talk.who, places)
    mine = (window_who == who[:, None])[owners]  # [rows, WINDOW]
    roots = _roots(talk, places)
    their_root = np.where(old, roots[owners, there], -1)
    best_root = np.where(best < WINDOW, roots[np.arange(count), np.minimum(best, WINDOW - 1)], -2)
    same_root = roots[owners] == their_root[:, None].astype(roots.dtype)
    last_of_root = WINDOW - 1 - np.argmax(same_root[:, ::-1], axis=1)
    mine_there, theirs_there = same_root & mine, same_root & ~mine
    with_me = mine_there.any(axis=1)
    last_of_others = WINDOW - 1 - np.argmax(theirs_there[:, ::-1], axis=1)
    later = np.arange(WINDOW) > columns[:, None]
    their_aligned = _aligned(talk, there_at, columns)
    their_links = talk.likely[there_at]  # [rows, WINDOW + 1]
    their_who = talk.windows(talk.who, there_at)
    my_likely = likely[owners, :WINDOW]
    by_others, by_me, by_themselves, by_all = _replied(talk, places[owners], there_at)
    my_last = found.my_last[owners]
    my_last_at = first_of_window[owners] + np.maximum(my_last, 0)
    # The chance of the likeliest of the others.
    others = np.where(ranks == 0, chances[owners, 1], chances[owners, 0])
    # Who was replied to, by the likeliest of each.
    replied_to = np.where(talk.steps < 0, talk.who.take(np.arange(len(talk)) + talk.steps), NOBODY)
    to_me = ((talk.windows(replied_to, places) == who[:, None]) & (window_who != who[:, None]))[owners]
    last_to_me = WINDOW - 1 - np.argmax(to_me[:, ::-1], axis=1)
    with_mine = roots[owners, np.maximum(my_last, 0)]
    root_at = first_of_window[owners] + np.maximum(their_root, 0)
    last_at = first_of_window[owners] + last_of_root
    other = np.where(ranks == 0, top[:, min(1, top.shape[1] - 1)][owners], best[owners])
    values: dict[str, NDArray[Any]] = {
        "likely": chance,
        "rank": ranks,
        "to_best": chance / np.maximum(chances[:, 0], 1e-9)[owners],
        "by_them": (my_likely * (window_who[owners] == them[:, None])).sum(axis=1),
        "replies_to_me": (their_links[:, :WINDOW] * (their_who == me[:, None])).sum(axis=1),
        "starts_something": their_links[:, WINDOW],
        "replies_to_best": _link(talk, there_at, columns, other),
        "best_replies_to": _link(talk, best_at[owners], best[owners], columns),
        "replied_by_others": by_others,
        "replied_by_me": by_me,
        "replies_to_my_last": _link(talk, there_at, columns, my_last),
        "with_my_last": (with_mine == their_root) & (my_last >= 0),
        "with_me": with_me,
        "thread_size": same_root.sum(axis=1),
        "thread_gap": np.log1p(np.maximum(talk.at[places][owners] - talk.at[last_at], 0)),
        "thread_last": last_of_root == columns,
        "thread_first": their_root == columns,
        "with_best": (best_root[owners] == their_root) & (ranks > 0),
        "thread_likely": (same_root * my_likely).sum(axis=1),
        "thread_asks": talk.seen[root_at, _SEEN_QUESTION],
        "thread_calls_me": (talk.calls[root_at] == me[:, None]).any(axis=1),
        "thread_mine": talk.who[root_at] == me,
        "thread_theirs": talk.who[root_at] == them,
        "thread_last_of_others": last_of_others == columns,
        "thread_mine_since": (later & mine_there).sum(axis=1),
        "thread_others_since": (later & theirs_there).sum(axis=1),
        "to_other": chance / np.maximum(chance + others, 1e-9),
        "shared_links": (my_likely * (their_aligned + _replies(talk, there_at, columns))).sum(axis=1),
        "links_of_my_last": (their_aligned * _aligned(talk, my_last_at, my_last)).sum(axis=1),
        "my_last_to_them": (
            talk.likely[my_last_at, :WINDOW] * (talk.windows(talk.who, my_last_at) == them[:, None])
        ).sum(axis=1)
        * (my_last >= 0),
        "replied_sum": by_all,
        "gone_on_with": by_themselves,
        "last_to_reply_to_me": (last_to_me == columns) & to_me.any(axis=1),
        "mine_in_thread_since": np.where(with_me, np.argmax(mine_there[:, ::-1], axis=1), WINDOW),
        "from_best": columns - best[owners],
    }
    for place, name in enumerate(AGAIN_OWN[len(OWN) :], len(OWN)):
        own[:, place] = values[name] if name in _ALWAYS else values[name] * old
    shared = np.empty((count, len(AGAIN_SHARED)), dtype=np.float32, order="F")
    shared[:, : len(SHARED)] = found.shared
    every = np.arange(count)
    my_root = np.where(found.my_last >= 0, roots[every, np.maximum(found.my_last, 0)], -1)
    replied = likely[:, :WINDOW].argmax(axis=1)
    known = likely[every, replied] > 0
    of_best = found.own[row_of[every, replied]]
    told = (
        chances[:, 0],
        likely[:, WINDOW],
        -(likely * np.log(likely + 1e-9)).sum(axis=1),
        (roots == np.arange(WINDOW)).sum(axis=1),
        chances[:, :3].sum(axis=1),
        (likely[:, :WINDOW] * (roots == my_root[:, None])).sum(axis=1),
        talk.likely[first_of_window + replied, WINDOW] * known,
        *(np.where(known, of_best[:, OWN.index(name)], -1) for name in _OF_BEST),
    )
    for place, column in enumerate(told, len(SHARED)):
        shared[:, place] = column
    return Again(owners, columns, own, shared)


def _link(talk: Columns, of_at: Ints, of: Ints, to: Ints) -> Floats:
    """Return how likely the message in column `of` of a window, which is at a place, replies to the one in
    column `to`."""
    column = WINDOW + to - of
    known = (to >= 0) & (to < of) & (of < WINDOW) & (column >= 0)
    return np.where(known, talk.likely[of_at, np.clip(column, 0, WINDOW)], np.float32(0))


def _aligned(talk: Columns, of_at: Ints, of: Ints) -> Floats:
    """Return how likely the message in column `of` of a window, which is at a place, replies to each message
    of that window."""
    column = WINDOW + np.arange(WINDOW) - of[:, None]
    known = (column >= 0) & (column < WINDOW) & (of[:, None] >= 0)
    return np.where(known, talk.likely[of_at[:, None], np.clip(column, 0, WINDOW)], np.float32(0))


def _replies(talk: Columns, of_at: Ints, of: Ints) -> Floats:
    """Return how likely each message of a window replies to the one in column `of`, which is at a place."""
    back = np.arange(WINDOW) - of[:, None]
    later = talk.likely[np.where(back > 0, of_at[:, None] + back, 0), np.where(back > 0, WINDOW - back, 0)]
    return np.where(back > 0, later, np.float32(0))


def _replied(talk: Columns, here: Ints, there_at: Ints) -> tuple[Floats, Floats, Floats, Floats]:
    """Return how likely others, and the author, and who wrote it, have replied to each candidate, by the
    likeliest of them; and how many have in all."""
    later = here[:, None] - _REPLIES + np.arange(_REPLIES)
    column = WINDOW + there_at[:, None] - later
    known = (column < WINDOW) & (column >= 0)
    chance = talk.likely[later, np.clip(column, 0, WINDOW)] * known
    whose = talk.who[later]
    by_me = whose == talk.who[here][:, None]
    by_them = whose == talk.who[there_at][:, None]
    return (
        (chance * ~by_me).max(axis=1),
        (chance * by_me).max(axis=1),
        (chance * by_them).max(axis=1),
        chance.sum(axis=1),
    )


def _roots(talk: Columns, places: Ints) -> Ints:
    """Return the column of the first message, within each window, of what each message of it belongs to."""
    roots = np.arange(WINDOW) + talk.windows(talk.steps, places)
    roots = np.where(roots < 0, np.arange(WINDOW), roots)
    row = np.arange(0, roots.size, WINDOW)[:, None]
    # Seven leaps of double length reach over the window.
    for _ in range(7):
        further = roots.take(roots + row)
        if (further == roots).all():
            break
        roots = further
    return roots.astype(np.int16)
