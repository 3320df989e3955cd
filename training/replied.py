"""Grows the trees that tell whether a question has had a reply, and prints how well they do on other logs.

    python -m training.replied FOLDER --links FILE [--seed 0] [--out FILE] [--folds 5]

FOLDER holds `irc_question_answered*` with `irc_reply_links*`, and `gitter_question_answered*` with
`gitter_manual_dialogs*` (.jsonl or .jsonl.gz). FILE is what `training.links --links` wrote: for the logs that
the linker was grown on, links by trees that had not seen them. Needs LightGBM; Hearth itself does not.
"""

import argparse
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.answered import cases, waited
from benchmarks.figures import read_rows, show
from benchmarks.flat import Stream, after, read, streams
from benchmarks.scores import average_precision, found, precision_at, shown
from bot.language.linker.forest import Forest, save_forests
from bot.language.linker.reader import Links
from bot.language.replied import FILE, NAMES, seen
from training.trees import grow

MOMENTS = ("0.25h", "0.5h", "1h", "2h", "4h", "24h", "end")
MEASURED = ("1h", "4h", "end")
# Each source: questions, and the talk they were asked in.
SOURCES = {
    "IRC": ("irc_question_answered", "irc_reply_links"),
    "Gitter": ("gitter_question_answered", "gitter_manual_dialogs"),
}
_SMALL = {"num_leaves": 7, "min_data_in_leaf": 20, "bagging_fraction": 0.8, "feature_fraction": 0.5}
_TREES = 120


@dataclass(frozen=True, slots=True)
class Case:
    """A question at a moment: its numbers, and whether it is unanswered. `group` is where it was asked."""

    source: str
    group: str
    moment: str
    numbers: list[float]
    unanswered: bool


def read_cases(folder: Path, known: dict[str, list[Links]]) -> list[Case]:
    """Return the questions of all sources at all moments."""
    found: list[Case] = []
    for source, (questions, talk) in SOURCES.items():
        rows, said = _rows(folder, questions), _rows(folder, talk)
        told = [(stream, _links(stream, known)) for stream in streams(rows, said)]
        for moment in MOMENTS:
            for stream, asked, links, by, true in cases(told, waited(moment)):
                opening, later = after(stream, asked, by)
                numbers, _ = seen(asked.asker, opening, later, links, by)
                found.append(Case(source, stream.name, moment, numbers, true))
    return found


def _rows(folder: Path, name: str) -> list[dict[str, Any]]:
    files = sorted(folder.glob(f"{name}*.jsonl*"))
    if not files:
        raise SystemExit(f"{folder} holds no {name}*.jsonl(.gz).")
    return [row for file in files for row in read_rows(file)]


def _links(stream: Stream, known: dict[str, list[Links]]) -> dict[str, Links]:
    """Return links by trees that had not seen the stream; ids of streams are numbers of seven digits."""
    if stream.name not in known:
        return read(stream)
    by_place = {int(links.message): links for links in known[stream.name]}
    none = ((None, 1.0),)
    return {
        said.id: _seven(by_place[int(said.id)]) if int(said.id) in by_place else Links.of(said.id, none)
        for said in stream.talk
    }


def _seven(links: Links) -> Links:
    likely = [(f"{int(id):07}" if id is not None else None, chance) for id, chance in links.likely]
    return Links.of(f"{int(links.message):07}", likely)


def read_known(file: Path) -> dict[str, list[Links]]:
    """Return the links of each log."""
    known: dict[str, list[Links]] = defaultdict(list)
    for row in read_rows(file):
        known[row["file"]].append(Links.of(row["message"], [(id, chance) for id, chance in row["likely"]]))
    return known


def trees(some: Sequence[Case], seed: int) -> Forest:
    """Return trees grown on some questions, each source weighing alike."""
    counts = {source: sum(case.source == source for case in some) for source in SOURCES}
    weights = np.array([len(some) / counts[case.source] for case in some], dtype=np.float32)
    return grow(
        np.array([case.numbers for case in some], dtype=np.float32),
        np.array([case.unanswered for case in some]),
        NAMES,
        weights=weights / weights.mean(),
        trees=_TREES,
        rate=0.05,
        seed=seed,
        more=_SMALL,
    )


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    arguments.add_argument("folder", type=Path)
    arguments.add_argument("--links", type=Path, required=True)
    arguments.add_argument("--seed", type=int, default=0)
    arguments.add_argument("--folds", type=int, default=5)
    arguments.add_argument("--out", type=Path, default=FILE)
    given = arguments.parse_args()

    all_cases = read_cases(given.folder, read_known(given.links))
    groups: dict[str, int] = {}
    for case in all_cases:
        groups.setdefault(case.group, len(groups) % given.folds)
    scores = np.zeros(len(all_cases))
    for fold in range(given.folds):
        forest = trees([case for case in all_cases if groups[case.group] != fold], given.seed)
        here = [place for place, case in enumerate(all_cases) if groups[case.group] == fold]
        numbers = np.array([all_cases[place].numbers for place in here], dtype=np.float32)
        scores[here] = forest.score(numbers)
    rows = []
    for source in SOURCES:
        for moment in MEASURED:
            told = [
                (float(score), case.unanswered)
                for score, case in zip(scores, all_cases, strict=True)
                if (case.source, case.moment) == (source, moment)
            ]
            rows.append(
                [
                    f"{source}, {moment}",
                    len(told),
                    *shown(found((score >= 0, true) for score, true in told)),
                    average_precision(told),
                    precision_at(told, 0.9),
                ]
            )
    show(
        "Unanswered, cross-validated by where it was asked",
        [
            "source, after",
            "questions",
            "precision",
            "recall",
            "F",
            "average precision",
            "precision at recall .9",
        ],
        rows,
    )
    save_forests(given.out, {"unanswered": trees(all_cases, given.seed)})
    print(f"{given.out}: {given.out.stat().st_size / 1024:.0f} kB")


if __name__ == "__main__":
    main()
