"""How well the smallest edit of real newsletters holds against trying every set of removals.

    python -m benchmarks.edits NEWSLETTERS.jsonl.gz --most 50 --json figures.json

Of the rows that are called salesy those in fewest pieces are taken, so that every set of up to three can be
judged anew as it would read: an edit has to change the verdict, no smaller one may, and where none is given
none of up to three may.
"""

import argparse
import time
from collections.abc import Sequence
from itertools import combinations, pairwise
from pathlib import Path

from benchmarks.figures import Rate, read_rows, save, show
from bot.language.edits import MOST_REMOVED, Piece, left_without, pieces_of, smallest_edit
from bot.language.salesy import DEFAULT_THRESHOLD, judge


def apart(chosen: Sequence[Piece]) -> bool:
    """Tell whether no piece of the set is within another."""
    spans = sorted(piece.span for piece in chosen if piece.span)
    return all(before[1] <= after[0] for before, after in pairwise(spans))


def fewest(text: str, threshold: float) -> int | None:
    """Return how few removals pass, by judging what every set leaves; None where so many do not."""
    pieces = pieces_of(text)
    for size in range(1, MOST_REMOVED + 1):
        for chosen in combinations(pieces, size):
            if apart(chosen):
                rest, _ = left_without(text, (), chosen)
                if rest.strip() and judge(rest, (), threshold).verdict != "salesy":
                    return size
    return None


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.edits",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("file", type=Path, help="rows with a text")
    parser.add_argument("--most", type=int, default=50, help="newsletters to try (default 50)")
    parser.add_argument("--threshold", type=float, default=DEFAULT_THRESHOLD)
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the figures here")
    options = parser.parse_args(arguments)
    texts = {row["text"] for row in read_rows(options.file) if row.get("text")}
    salesy = [text for text in texts if judge(text, (), options.threshold).verdict == "salesy"]
    tried = sorted(salesy, key=lambda text: (len(pieces_of(text)), text))[: options.most]
    if not tried:
        raise SystemExit(f"{options.file}: no row is salesy at {options.threshold:g}. Give newsletters.")
    changed = smallest = none = right_none = 0
    longest = 0.0
    for text in tried:
        began = time.process_time()
        edit = smallest_edit(text, (), options.threshold)
        longest = max(longest, time.process_time() - began)
        best = fewest(text, options.threshold)
        if edit is None:
            none += 1
            right_none += best is None
        else:
            changed += judge(edit.text, edit.links, options.threshold).verdict != "salesy"
            smallest += best == len(edit.without)
    given = len(tried) - none
    figures = {
        "changed": Rate(changed, given),
        "smallest": Rate(smallest, given),
        "rightly_none": Rate(right_none, none),
    }
    rows = [
        ("applied, it changes the verdict", figures["changed"]),
        ("no smaller one does", figures["smallest"]),
        ("none given, and none of three helps", figures["rightly_none"]),
    ]
    show("The smallest edit against every set of removals", ("", "newsletters"), rows)
    pieces = sorted(len(pieces_of(text)) for text in tried)
    print(f"{pieces[0]} to {pieces[-1]} pieces; the slowest took {1_000 * longest:.0f} ms of one core")
    save(options.json, {**figures, "slowest_seconds": longest})


if __name__ == "__main__":
    main()
