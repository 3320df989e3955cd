"""The second look: the best candidates side by side, with what the first look made of the talk."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from bot.language.linker.facts import SEEN
from bot.language.linker.forest import Floats, Ints
from bot.language.linker.pairs import OWN, SHARED, Pairs
from bot.language.linker.talk import CALLS, WINDOW, Talk

# How many candidates are looked at again; starting something is always one of them.
TOP = 8
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
)
AGAIN_SHARED = (*SHARED, "best", "starting", "doubt", "threads")


def look_again(talk: Talk, start: int, found: Pairs) -> tuple[Ints, Floats, Floats]:
    """Return the columns of the best candidates [n, TOP], best first, and their rows.

    `talk.likely` holds the first look of these messages already. Rows are those of message 0, then of 1, …
    Where there are fewer candidates than TOP, columns of no likelihood fill up.
    """
    count = len(talk) - start
    places = np.arange(start, len(talk))
    likely = talk.likely[start:]
    top = np.argsort(-likely, axis=1, kind="stable")[:, :TOP]
    without = ~(top == WINDOW).any(axis=1)
    top[without, -1] = WINDOW

    # Where the rows of the first look are; what was no candidate has none, and is left at 0.
    row_of = np.full((count, WINDOW + 1), len(found.own))
    row_of[found.owners, found.columns] = np.arange(len(found.own))
    first = np.concatenate([found.own, np.zeros((1, len(OWN)), dtype=np.float32)])[
        row_of[np.arange(count)[:, None], top]
    ]

    most = top.shape[1]
    each = np.arange(count)[:, None]
    old = top != WINDOW
    there_at = places[:, None] - WINDOW + np.minimum(top, WINDOW - 1)
    own = np.zeros((count, most, len(AGAIN_OWN)), dtype=np.float32)
    own[:, :, : len(OWN)] = first
    chance = likely[each, top]
    best = top[:, 0]
    best_chance = chance[:, 0]
    best_at = places - WINDOW + np.minimum(best, WINDOW - 1)
    second = top[:, 1]
    window_who = talk.windows(talk.who, start)
    who = talk.who[start:]
    mine = window_who == who[:, None]

    roots = _roots(talk, start)
    their_root = np.where(old, roots[each, np.minimum(top, WINDOW - 1)], -1)
    same_root = roots[:, None, :] == their_root[:, :, None]  # [n, TOP, WINDOW]
    last_of_root = WINDOW - 1 - np.argmax(same_root[:, :, ::-1], axis=2)
    by_others_there = same_root & ~mine[:, None, :]
    last_of_others = WINDOW - 1 - np.argmax(by_others_there[:, :, ::-1], axis=2)
    later_there = same_root & (np.arange(WINDOW) > top[:, :, None])
    their_links = talk.likely[there_at]  # [n, TOP, WINDOW + 1]
    their_windows = there_at[:, :, None] - WINDOW + np.arange(WINDOW)
    to_me = (their_links[:, :, :WINDOW] * (talk.who[their_windows] == who[:, None, None])).sum(axis=2)
    by_them = (
        likely[:, None, :WINDOW]
        * (window_who[:, None, :] == talk.who[there_at][:, :, None])
        * old[:, :, None]
    ).sum(axis=2)
    by_others, by_me = _replied(talk, start, there_at)
    my_last = found.my_last
    with_mine = roots[np.arange(count), np.maximum(my_last, 0)]
    best_root = np.where(best < WINDOW, roots[np.arange(count), np.minimum(best, WINDOW - 1)], -2)
    root_at = places[:, None] - WINDOW + np.maximum(their_root, 0)
    calls_me = np.zeros(their_root.shape, dtype=bool)
    for slot in range(CALLS):
        calls_me |= talk.calls[root_at, slot] == who[:, None]
    other = np.where(top == best[:, None], second[:, None], best[:, None])
    last_at = places[:, None] - WINDOW + last_of_root
    columns: dict[str, NDArray[Any]] = {
        "likely": chance,
        "rank": np.broadcast_to(np.arange(most), top.shape),
        "to_best": chance / np.maximum(best_chance, 1e-9)[:, None],
        "by_them": by_them,
        "replies_to_me": to_me,
        "starts_something": their_links[:, :, WINDOW],
        "replies_to_best": _link(their_links, top, other),
        "best_replies_to": _link(
            talk.likely[best_at[:, None]].repeat(most, axis=1),
            np.broadcast_to(best[:, None], top.shape),
            top,
        ),
        "replied_by_others": by_others,
        "replied_by_me": by_me,
        "replies_to_my_last": _link(their_links, top, np.broadcast_to(my_last[:, None], top.shape)),
        "with_my_last": (with_mine[:, None] == their_root) & (my_last >= 0)[:, None],
        "with_me": (same_root & mine[:, None, :]).any(axis=2),
        "thread_size": same_root.sum(axis=2),
        "thread_gap": np.log1p(np.maximum(talk.at[start:, None] - talk.at[last_at], 0)),
        "thread_last": last_of_root == top,
        "thread_first": their_root == top,
        "with_best": (best_root[:, None] == their_root) & (top != best[:, None]),
        "thread_likely": (same_root * likely[:, None, :WINDOW]).sum(axis=2),
        "thread_asks": talk.seen[root_at, _SEEN_QUESTION],
        "thread_calls_me": calls_me,
        "thread_mine": talk.who[root_at] == who[:, None],
        "thread_theirs": talk.who[root_at] == talk.who[there_at],
        "thread_last_of_others": last_of_others == top,
        "thread_mine_since": (later_there & mine[:, None, :]).sum(axis=2),
        "thread_others_since": (later_there & ~mine[:, None, :]).sum(axis=2),
    }
    always = {"likely", "rank", "to_best"}
    for place, name in enumerate(AGAIN_OWN[len(OWN) :], len(OWN)):
        own[:, :, place] = columns[name] if name in always else columns[name] * old
    shared = np.empty((count, len(AGAIN_SHARED)), dtype=np.float32)
    shared[:, : len(SHARED)] = found.shared
    shared[:, len(SHARED)] = best_chance
    shared[:, len(SHARED) + 1] = likely[:, WINDOW]
    shared[:, len(SHARED) + 2] = -(likely * np.log(likely + 1e-9)).sum(axis=1)
    shared[:, len(SHARED) + 3] = (roots == np.arange(WINDOW)).sum(axis=1)
    return top, own.reshape(count * most, -1), shared


def _link(links: Floats, of: Ints, to: Ints) -> Floats:
    """Return how likely the message in column `of` of a window replies to the one in column `to`."""
    column = WINDOW + to - of
    known = (to >= 0) & (to < of) & (of < WINDOW) & (column >= 0)
    found = np.take_along_axis(links, np.clip(column, 0, WINDOW)[:, :, None], axis=2)[:, :, 0]
    return np.where(known, found, np.float32(0))


def _replied(talk: Talk, start: int, there_at: Ints) -> tuple[Floats, Floats]:
    """Return how likely others, and the author, have replied to each candidate, by the likeliest of them."""
    places = np.arange(start, len(talk))
    later = places[:, None, None] - _REPLIES + np.arange(_REPLIES)  # [n, 1, _REPLIES]
    column = WINDOW + there_at[:, :, None] - later
    known = (column < WINDOW) & (column >= 0)
    chance = np.where(known, talk.likely[later, np.clip(column, 0, WINDOW)], np.float32(0))
    by_me = talk.who[later] == talk.who[start:, None, None]
    return (chance * ~by_me).max(axis=2), (chance * by_me).max(axis=2)


def _roots(talk: Talk, start: int) -> Ints:
    """Return the column of the first message, within each window, of what each message of it belongs to."""
    best = np.argmax(talk.likely, axis=1)
    step = np.where(best == WINDOW, 0, best - WINDOW)
    roots = np.arange(WINDOW) + talk.windows(step, start)
    roots = np.where(roots < 0, np.arange(WINDOW), roots)
    # Seven leaps of double length reach over the window.
    for _ in range(7):
        roots = np.take_along_axis(roots, roots, axis=1)
    return roots
