"""How well salesy texts are told from ordinary talk and from honest news, beside a keyword rule.

    python -m benchmarks.broadcasts --ordinary talk.jsonl.gz other.jsonl --salesy 'hand.jsonl?label=salesy' \
        --honest 'hand.jsonl?label=announcement' --json figures.json

Every row has a `text`. A file may be narrowed to the rows whose fields have given values, as in
`FILE?label=salesy&source=acme`. Thresholds are set on the ordinary rows alone: for a rate of false alarms
of 1 in 200, the lowest at which at most 1 in 200 of them is called salesy. For ordinary rows and for
rows that name a `source`, the threshold is set without the rows of the same file or source, where
there are others.
"""

import argparse
import math
import re
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import parse_qsl

from benchmarks.figures import Rate, read_rows, save, show
from bot.language.salesy import DEFAULT_THRESHOLD, judge

RATES = (0.001, 0.005, 0.01)

# The words a server's moderators put on the list of their filter; links and invitations count too.
_KEYWORDS = re.compile(
    r"\b(?:free|giveaway|discount|% off|promo(?:tion)?|coupon|buy|sale|subscribe|newsletter|unsubscribe|"
    r"sign up|register|limited time|offer|click here|check out|join (?:us|our|my)|donate|earn|win|prize|"
    r"crypto|nft|airdrop|dm me|launch(?:ed)?|exclusive|deal)\b|@(?:everyone|here|channel)|"
    r"discord\.gg/|t\.me/|https?://",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Row:
    """A text, where it comes from, and how high each judge puts it."""

    text: str
    source: str
    ours: float
    rule: float


@dataclass(frozen=True, slots=True)
class Measured:
    """A file's rows and what was read of the name it was given by."""

    name: str
    rows: tuple[Row, ...]


def keyword_rule(text: str) -> float:
    """Return how many forbidden words, links and invitations the text has, as a word filter counts them."""
    return float(len(_KEYWORDS.findall(text)))


def our_judge(text: str) -> float:
    return judge(text).salesy


def rows_of(given: str, most: int) -> Iterator[tuple[str, str]]:
    """Yield (text, source) of the rows the argument names, evenly thinned out to at most `most`."""
    name, _, wanted = given.partition("?")
    wanted_fields = parse_qsl(wanted, strict_parsing=bool(wanted))
    kept = [
        (row["text"], str(row.get("source") or name))
        for row in read_rows(Path(name))
        if row.get("text") and all(str(row.get(key)).lower() == value.lower() for key, value in wanted_fields)
    ]
    step = max(1, math.ceil(len(kept) / most))
    yield from kept[::step]


def measured(given: str, most: int) -> Measured:
    rows = tuple(
        Row(text, source, our_judge(text), keyword_rule(text)) for text, source in rows_of(given, most)
    )
    if not rows:
        raise SystemExit(f"{given}: no row has a text and these values. Look at the file's first line.")
    return Measured(given, rows)


def threshold(ordinary: Sequence[float], rate: float) -> float:
    """Return the lowest score above which at most `rate` of the ordinary scores lie."""
    falling = sorted(ordinary, reverse=True)
    return math.nextafter(falling[int(rate * len(falling))], math.inf)


def called(file: Measured, others: Sequence[Measured], rate: float, score: Callable[[Row], float]) -> Rate:
    """Return how many of the file's rows are called salesy at a threshold set on rows of other sources."""
    hits = 0
    elsewhere = [row for other in others if other.name != file.name for row in other.rows]
    for source in {row.source for row in file.rows}:
        ordinary = [score(row) for row in elsewhere if row.source != source]
        least = threshold(ordinary or [score(row) for row in file.rows], rate)
        hits += sum(row.source == source and score(row) >= least for row in file.rows)
    return Rate(hits, len(file.rows))


def area(salesy: Sequence[float], honest: Sequence[float]) -> float:
    """Return how often a salesy text is put above an honest one; a tie is half (the area under the ROC)."""
    above = sum((high > low) + (high == low) / 2 for high in salesy for low in honest)
    return above / (len(salesy) * len(honest))


def speed(texts: Sequence[str], seconds: float) -> float:
    """Return how many texts are judged in a second of one core's time."""
    done, began = 0, time.process_time()
    while (spent := time.process_time() - began) < seconds:
        judge(texts[done % len(texts)])
        done += 1
    return done / spent


def main(arguments: Sequence[str] | None = None) -> None:
    options = _options(arguments)
    ordinary = [measured(given, options.most) for given in options.ordinary]
    salesy = [measured(given, options.most) for given in options.salesy]
    honest = [measured(given, options.most) for given in options.honest]
    figures: dict[str, object] = {
        "threshold": DEFAULT_THRESHOLD,
        "recall": {},
        "false_alarms": {},
        "rule": {},
    }
    for title, files, key in (
        ("Salesy texts found, at false alarms on ordinary talk of", salesy, "recall"),
        ("Ordinary talk called salesy, at thresholds set on the others for", ordinary, "false_alarms"),
        ("Honest news called salesy, at false alarms on ordinary talk of", honest, "false_alarms"),
    ):
        _table(title, files, ordinary, key, figures)
    figures["auc"] = _areas(salesy, honest)
    texts = [row.text for file in ordinary for row in file.rows]
    figures["per_second"] = speed(texts, options.seconds)
    print(f"{figures['per_second']:,.0f} messages a second on one core")
    save(options.json, figures)


def _table(
    title: str, files: Sequence[Measured], ordinary: Sequence[Measured], key: str, figures: dict[str, object]
) -> None:
    if not files:
        return
    ours: dict[str, object] = {}
    rules: dict[str, object] = {}
    rows = []
    for file in files:
        found = {str(rate): called(file, ordinary, rate, lambda row: row.ours) for rate in RATES}
        ruled = {str(rate): called(file, ordinary, rate, lambda row: row.rule) for rate in RATES}
        shipped = Rate(sum(row.ours >= DEFAULT_THRESHOLD for row in file.rows), len(file.rows))
        ours[file.name] = {rate: called_at.value for rate, called_at in found.items()}
        rules[file.name] = ruled
        name = Path(file.name).name.replace(".jsonl", "").replace(".gz", "")
        rows.append((name, "signals", *found.values(), shipped))
        rows.append(("", "keywords", *ruled.values(), "–"))
    show(title, ("file", "judge", *(f"{rate:.1%}" for rate in RATES), "as shipped"), rows)
    _into(figures, key, ours)
    _into(figures, "rule", rules)


def _into(figures: dict[str, object], key: str, more: dict[str, object]) -> None:
    known = figures[key]
    assert isinstance(known, dict)
    known.update(more)


def _areas(salesy: Sequence[Measured], honest: Sequence[Measured]) -> dict[str, float]:
    news = [row.ours for file in honest for row in file.rows]
    areas = {file.name: area([row.ours for row in file.rows], news) for file in salesy if news}
    if areas:
        show(
            "Salesy put above honest news (area under the curve)",
            ("file", "signals"),
            [(Path(name).name, value) for name, value in areas.items()],
        )
    return areas


def _options(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.broadcasts",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument(
        "--ordinary", nargs="+", required=True, metavar="FILE", help="talk that sells nothing"
    )
    parser.add_argument("--salesy", nargs="*", default=[], metavar="FILE", help="texts that sell")
    parser.add_argument("--honest", nargs="*", default=[], metavar="FILE", help="news that sells nothing")
    parser.add_argument("--most", type=int, default=30_000, help="rows to read of a file (default 30,000)")
    parser.add_argument("--seconds", type=float, default=2.0, help="how long to measure speed (default 2)")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the figures here")
    return parser.parse_args(arguments)


if __name__ == "__main__":
    main()
