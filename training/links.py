"""Grows the trees that tell who replies to whom, and prints how well they do on logs they were not grown on.

    python -m training.links FOLDER [--seed 0] [--out FILE] [--folds 4] [--links FILE.jsonl.gz]

FOLDER holds `irc_reply_links*.jsonl(.gz)`: logs with links made by hand. Nothing else is trained on. Needs
LightGBM (`pip install lightgbm`); Hearth itself does not.
"""

import argparse
import gzip
import json
import random
import time
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from benchmarks.figures import Found, read_rows, show
from benchmarks.replies import conversations
from benchmarks.scores import shown
from benchmarks.talk import Channel, linked_channels
from bot.language.linker import threads
from bot.language.linker.again import Again, look_again
from bot.language.linker.facts import SEEN
from bot.language.linker.forest import Floats, Forest, Ints, save_forests
from bot.language.linker.pairs import Pairs, pairs
from bot.language.linker.reader import (
    FEATURES,
    FILE,
    SOON,
    SOON_AGAIN,
    Links,
    linked,
    natives,
    put_first,
    told,
)
from bot.language.linker.talk import REACH, WINDOW, Columns, Talk, together
from bot.language.linker.turns import FILE as TURNS_FILE
from bot.language.linker.turns import TURNS, Weights, turns_of
from bot.language.words import read_words
from training.trees import grow
from training.turns import grow_turns, save_turns
from training.variants import quieter, without_names

# What a variant of a log counts beside the log itself.
_VARIANT_WEIGHT = 0.5
_FIRST_TREES = 200
_SECOND_TREES = 400
VARIANTS = (("without names", without_names), ("quieter", quieter))


@dataclass(slots=True)
class Log:
    """A log, or a variant of one, with its candidates; `fold` is the log's, so that no variant leaks."""

    channel: Channel
    source: str
    fold: int
    variant: str | None
    talk: Talk
    columns: Columns
    places: Ints  # where the log's messages are
    seen: Pairs
    read: np.ndarray  # which messages were read by hand


def prepared(
    channel: Channel, source: str, fold: int, variant: str | None = None, *, turns: Weights | None = None
) -> Log:
    """Return a log with its candidates; `turns` are the weights of words, of other logs."""
    talk = Talk()
    read = together([(talk, channel.talk)])
    if turns is not None:
        first = SEEN.index(TURNS[0])
        told = [turns_of(read_words(said.text), turns) for said in channel.talk]
        read.columns.seen[read.places, first : first + len(TURNS)] = told
    by_hand = np.array([said.id in channel.parents for said in channel.talk])
    seen = pairs(read.columns, read.places)
    return Log(channel, source, fold, variant, talk, read.columns, read.places, seen, by_hand)


def stacked(logs: Sequence[Log], seed: int) -> tuple[Floats, np.ndarray, Floats]:
    """Return the first look's rows of messages read by hand, with truth and weights."""
    rows, truths, weights = [], [], []
    for log in logs:
        kept = log.read[log.seen.owners]
        rows.append(np.hstack([log.seen.own[kept], log.seen.shared[log.seen.owners[kept]]]))
        truths.append(true_of(log, log.seen)[kept])
        weights.append(
            np.full(int(kept.sum()), 1.0 if log.variant is None else _VARIANT_WEIGHT, dtype=np.float32)
        )
    return np.concatenate(rows), np.concatenate(truths), np.concatenate(weights)


def first_trees(logs: Sequence[Log], seed: int) -> Forest:
    """Return the first look's trees."""
    rows, truth, weights = stacked(logs, seed)
    names, shared = FEATURES["first"]
    return grow(rows, truth, names, shared=shared, weights=weights, trees=_FIRST_TREES, rate=0.1, seed=seed)


def look(log: Log, forest: Forest) -> None:
    """Write down the first look at a log."""
    score = forest.score(log.seen.own, log.seen.shared, log.seen.owners, SOON)
    put_first(log.columns, log.places, log.seen, score, natives([(log.talk, log.channel.talk)]))


def second_trees(logs: Sequence[Log], again: Sequence[Again], seed: int) -> Forest:
    """Return the second look's trees."""
    rows, truths, weights = [], [], []
    for log, each in zip(logs, again, strict=True):
        kept = log.read[each.owners]
        rows.append(np.hstack([each.own[kept], each.shared[each.owners[kept]]]))
        truths.append(true_of(log, each)[kept])
        weights.append(
            np.full(int(kept.sum()), 1.0 if log.variant is None else _VARIANT_WEIGHT, dtype=np.float32)
        )
    names, shared_names = FEATURES["second"]
    return grow(
        np.concatenate(rows),
        np.concatenate(truths),
        names,
        shared=shared_names,
        weights=np.concatenate(weights),
        trees=_SECOND_TREES,
        rate=0.04,
        seed=seed,
    )


def true_of(log: Log, rows: Pairs | Again) -> np.ndarray:
    """Return which rows are true links; starting something is one's own."""
    ids = log.talk.ids
    places = zip(log.places[rows.owners].tolist(), rows.columns.tolist(), strict=True)
    return np.array(
        [
            (ids[here] if column == WINDOW else ids[here - WINDOW + column])
            in log.channel.parents.get(ids[here], ())
            for here, column in places
        ],
        dtype=bool,
    )


def figures(title: str, logs: Iterable[Log], found: Iterable[Mapping[str, str | None]]) -> None:
    """Show links and whole conversations by source; `found` says of each log what its messages reply to."""
    counts: dict[str, list[Found]] = defaultdict(list)
    for log, parents in zip(logs, found, strict=True):
        claimed = {id: parents[id] or id for id in log.channel.parents}
        notices = log.channel.notices
        right = sum(id in log.channel.parents[said] for said, id in claimed.items()) + notices
        true = sum(len(each) for each in log.channel.parents.values()) + notices
        ours = conversations((said, [id]) for said, id in claimed.items())
        exact = conversations(log.channel.parents.items())
        both = len(ours & exact)
        source = log.source if log.variant is None else f"{log.source}, {log.variant}"
        counts[source].append(Found(right, len(claimed) + notices - right, true - right))
        counts[f"{source}, exact conversations"].append(Found(both, len(ours) - both, len(exact) - both))
    rows = []
    for source, each in sorted(counts.items()):
        total = Found(*(sum(getattr(one, name) for one in each) for name in ("right", "wrong", "missed")))
        rows.append([source, *shown(total)])
    show(title, ["source", "precision", "recall", "F"], rows)


def cross_validated(logs: Sequence[Log], folds: int, seed: int) -> dict[str, list[Links]]:
    """Take both looks at every log with trees that were grown on others; show figures, and return the links
    of the logs as they were."""
    started = time.perf_counter()
    for fold in range(folds):
        forest = first_trees([log for log in logs if log.fold != fold], seed)
        for log in logs:
            if log.fold == fold:
                look(log, forest)
        print(f"fold {fold}: first look, {time.perf_counter() - started:.0f} s", flush=True)
    best = [np.argmax(log.columns.likely[log.places], axis=1) for log in logs]
    first = [
        {
            id: None if column == WINDOW else log.talk.ids[place - WINDOW + column]
            for place, (id, column) in enumerate(
                zip(log.talk.ids[REACH:], columns.tolist(), strict=True), REACH
            )
        }
        for log, columns in zip(logs, best, strict=True)
    ]
    figures("First look, cross-validated", logs, first)
    again = [look_again(log.columns, log.places, log.seen) for log in logs]
    links: list[list[Links]] = [[] for _ in logs]
    for fold in range(folds):
        grown_on = [place for place, log in enumerate(logs) if log.fold != fold]
        forest = second_trees([logs[place] for place in grown_on], [again[place] for place in grown_on], seed)
        for place, log in enumerate(logs):
            if log.fold == fold:
                each = again[place]
                score = forest.score(each.own, each.shared, each.owners, SOON_AGAIN)
                likely = told(each, score, len(log.places))
                links[place] = linked(log.talk, log.channel.talk, likely)
        print(f"fold {fold}: second look, {time.perf_counter() - started:.0f} s", flush=True)
    figures("Both looks, cross-validated", logs, [threads.conversations(each) for each in links])
    return {log.channel.name: each for log, each in zip(logs, links, strict=True) if log.variant is None}


def save_links(path: Path, links: dict[str, list[Links]]) -> None:
    """Write links as one JSON object a line."""
    with gzip.open(path, "wt", encoding="utf-8") as file:
        for name, each in links.items():
            for one in each:
                row = {"file": name, "message": one.message, "likely": list(one.likely)}
                file.write(json.dumps(row) + "\n")


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    arguments.add_argument("folder", type=Path)
    arguments.add_argument("--seed", type=int, default=0)
    arguments.add_argument("--folds", type=int, default=4)
    arguments.add_argument("--out", type=Path, default=FILE)
    arguments.add_argument("--turns", type=Path, default=TURNS_FILE, help="where to write what words tell")
    arguments.add_argument("--links", type=Path, help="where to write links by trees that had not seen a log")
    given = arguments.parse_args()

    logs = read_logs(given.folder, given.folds, given.seed)
    links = cross_validated(logs, given.folds, given.seed)
    if given.links is not None:
        save_links(given.links, links)
    save_turns(given.turns, grow_turns([log.channel for log in logs if log.variant is None]))
    # The second look is grown on what first looks made of logs they had not seen.
    second = second_trees(logs, [look_again(log.columns, log.places, log.seen) for log in logs], given.seed)
    save_forests(given.out, {"first": first_trees(logs, given.seed), "second": second})
    print(f"{given.out}: {given.out.stat().st_size / 1024:.0f} kB")


def read_logs(folder: Path, folds: int, seed: int) -> list[Log]:
    """Return the logs of a folder, and variants of them as other platforms would show them."""
    files = sorted(folder.glob("irc_reply_links*.jsonl*"))
    if not files:
        raise SystemExit(f"{folder} holds no irc_reply_links*.jsonl(.gz).")
    chance = random.Random(seed)
    found: list[tuple[Channel, str, int, str | None]] = []
    sources: dict[str, int] = defaultdict(int)
    for file in files:
        rows = list(read_rows(file))
        parts = {row["file"]: f"{row['channel']} {row['part']}" for row in rows}
        for channel in linked_channels(rows):
            source = parts[channel.name]
            fold = sources[source] % folds
            sources[source] += 1
            name, varied = VARIANTS[sources[source] % len(VARIANTS)]
            found += [(channel, source, fold, None), (varied(channel, chance), source, fold, name)]
    turns = [
        grow_turns([channel for channel, _, its, variant in found if its != fold and variant is None])
        for fold in range(folds)
    ]
    return [
        prepared(channel, source, fold, variant, turns=turns[fold])
        for channel, source, fold, variant in found
    ]


if __name__ == "__main__":
    main()
