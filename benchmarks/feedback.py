"""How well feedback is told apart, beside guessing the commonest kind.

    python -m benchmarks.feedback FILE [--errors N] [--json OUT]

FILE (.jsonl or .jsonl.gz) holds rows with `text` and `label`, or threads with `feedback` by hand, of
which the first post is read. Labels of other people's sets are read as ours where they say the same
("bug report", "bug_report", "feature request"); where they tell feelings only (positive, negative,
rating), it is shown what each is read as; and of dialogs, whose text is many people's, that is all.
"""

import argparse
import time
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

from benchmarks.figures import Rate, read_rows, save, show
from benchmarks.scores import found, macro_f, plain, shown
from benchmarks.talk import Row
from bot.language.feedback import read_feedback

_KINDS = ("bug", "request", "praise", "complaint", "none")
_SAME = {"bug report": "bug", "bug_report": "bug", "feature request": "request"}


def items(rows: Iterable[Row]) -> Iterator[tuple[str, str]]:
    """Yield texts and their labels."""
    for row in rows:
        if "feedback" in row and "messages" in row:
            yield row["messages"][0]["text"] or "", row["feedback"]
        elif "messages" in row and "label" in row:
            # What is reported is in what the first person says, before others answer.
            first = row["messages"][0]["user"]
            own = (message["text"] for message in row["messages"] if message["user"] == first)
            yield "\n".join(own), row["label"]
        elif "text" in row and "label" in row:
            yield row["text"], str(row["label"])
        else:
            raise SystemExit("These rows are neither texts with a label nor threads with feedback.")


def read(text: str) -> str:
    reading = read_feedback(text)
    return reading.kind if reading is not None else "none"


def measure(pairs: Sequence[tuple[str, str]]) -> dict[str, Any]:
    """Show precision, recall and F of the kinds that are labelled; pairs are (claimed, label)."""
    labels = Counter(label for _, label in pairs)
    known = [(claimed, _SAME.get(label, label)) for claimed, label in pairs]
    kinds = [kind for kind in _KINDS[:-1] if any(label == kind for _, label in known)]
    commonest = max(kinds, key=lambda kind: sum(label == kind for _, label in known), default=None)
    figures: dict[str, Any] = {"kinds": {}, "read_as": {}}
    rows: list[list[object]] = []
    for kind in kinds:
        figure = found((claimed == kind, label == kind) for claimed, label in known)
        figures["kinds"][kind] = plain(figure)
        rows.append([kind, *shown(figure)])
        if kind == commonest:
            every = found((True, label == kind) for _, label in known)
            rows.append([f"(all is {kind})", *shown(every)])
            figures["all_is_commonest"] = plain(every)
    if rows:
        show(f"Feedback: {len(pairs)} texts", ["kind", "precision", "recall", "F"], rows)
        figures["macro_f"] = macro_f([pair for pair in known if pair[1] in kinds])
    table = []
    for label, count in labels.most_common():
        seen = Counter(claimed for claimed, true in pairs if true == label)
        rates = [Rate(seen[kind], count) for kind in _KINDS]
        figures["read_as"][label] = dict(zip(_KINDS, rates, strict=True))
        table.append([f"{label} ({count})", *(f"{100 * rate.value:.1f} %" for rate in rates)])
    show("What each label is read as", ["label", *_KINDS], table)
    return figures


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    arguments.add_argument("file", type=Path)
    arguments.add_argument("--errors", type=int, default=0, help="show so many of those read wrongly")
    arguments.add_argument("--json", type=Path)
    given = arguments.parse_args()

    rows = list(items(read_rows(given.file)))
    started = time.perf_counter()
    pairs = [(read(text), label) for text, label in rows]
    per_second = len(rows) / (time.perf_counter() - started)
    print(f"{given.file.name}: {per_second:,.0f} texts a second on one core")
    figures = measure(pairs)
    wrong = [(text, pair) for (text, _), pair in zip(rows, pairs, strict=True) if pair[0] != pair[1]]
    for text, (claimed, label) in wrong[: given.errors]:
        print(f"{label} read as {claimed}: {text[:300]!r}")
    save(given.json, {"file": given.file.name, "texts": len(rows), **figures, "per_second": per_second})


if __name__ == "__main__":
    main()
