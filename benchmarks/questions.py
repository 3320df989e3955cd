"""How well questions are noticed, beside asking for a question mark.

    python -m benchmarks.questions FILE [--starts] [--json OUT]

FILE (.jsonl or .jsonl.gz) holds rows with `text` and `label` (true, "question" or an intent: asks), or
threads with `is_question` and `messages`, of which the first post is read, or dialogs with `question`,
every one of which asks. Threads and dialogs start conversations; `--starts` says that texts do too.
"""

import argparse
import time
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

from benchmarks.figures import read_rows, save, show
from benchmarks.scores import found, plain, shown
from benchmarks.talk import Row, conversation, opening
from bot.language.questions import ASKS, read_question

# Labels that say that a text asks nothing, and those that do not say; any other asks.
_NOT = {"", "no", "none", "false", "other", "statement", "not_question"}
_NOT |= {"salesy", "announcement", "pitch", "self_promo_pitch", "release_announcement"}
_UNKNOWN = {"ordinary", "ordinary_talk"}

Item = tuple[str, bool, bool]


def items(rows: Iterable[Row], starts: bool) -> Iterator[Item]:
    """Yield texts, whether each asks, and whether it starts a conversation."""
    for row in rows:
        if "is_question" in row and "messages" in row:
            yield row["messages"][0]["text"] or "", bool(row["is_question"]), True
        elif "question" in row and "messages" in row:
            yield opening(conversation(row))[0], True, True
        elif "text" in row and "label" in row:
            label = str(row["label"]).lower()
            if label not in _UNKNOWN:
                yield row["text"], label not in _NOT, bool(row.get("starts", starts))
        else:
            raise SystemExit("These rows are neither texts with a label nor threads nor dialogs.")


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    arguments.add_argument("file", type=Path)
    arguments.add_argument("--starts", action="store_true", help="the texts start conversations")
    arguments.add_argument("--errors", type=int, default=0, help="show so many of those read wrongly")
    arguments.add_argument("--json", type=Path)
    given = arguments.parse_args()

    rows = list(items(read_rows(given.file), given.starts))
    started = time.perf_counter()
    ours = [read_question(text, starts=starts).probability >= ASKS for text, _, starts in rows]
    per_second = len(rows) / (time.perf_counter() - started)
    rules: dict[str, Callable[[str], bool]] = {
        "a question mark": lambda text: "?" in text,
        "everything asks": lambda text: True,
    }
    truth = [asks for _, asks, _ in rows]
    figures = {"ours": found(zip(ours, truth, strict=True))}
    for name, rule in rules.items():
        figures[name] = found((rule(text), asks) for text, asks, _ in rows)

    show(
        f"Questions in {given.file.name}: {len(rows)} texts, {sum(truth)} ask",
        ["rule", "precision", "recall", "F"],
        [[name, *shown(figure)] for name, figure in figures.items()],
        f"{per_second:,.0f} texts a second on one core",
    )
    wrong = [(text, asks) for (text, asks, _), claimed in zip(rows, ours, strict=True) if asks != claimed]
    for text, asks in wrong[: given.errors]:
        print("missed" if asks else "wrong ", read_question(text, starts=True).reasons, repr(text[:300]))
    save(
        given.json,
        {
            "file": given.file.name,
            "texts": len(rows),
            "question": plain(figures["ours"]),
            "rules": {name: plain(figures[name]) for name in rules},
            "per_second": per_second,
        },
    )


if __name__ == "__main__":
    main()
