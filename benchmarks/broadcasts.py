"""How well salesy texts are told from ordinary talk and from honest news, beside a keyword rule.

    python -m benchmarks.broadcasts --ordinary talk.jsonl.gz other.jsonl --salesy 'hand.jsonl?label=salesy' \
        --honest 'hand.jsonl?label=announcement' --json figures.json

Every row has a `text`. A file may be narrowed to the rows whose fields have given values, as in
`FILE?label=salesy&source=acme`. What is ordinary or salesy may be an export of a community too (a zip),
narrowed by `channel`, `user` or `id`: its messages are judged by what was before them in it. So are rows that
all say who said them (`user`) and when (`ts`, ISO 8601). Beside these stands what their text alone gives, and
what is left on a platform that bars profiles of people.

Thresholds are set on the ordinary rows alone: for a rate of false alarms of 1 in 200, the lowest at which at
most 1 in 200 of them is called salesy. For ordinary rows and for rows that name a `source`, the threshold is
set without the rows of the same file or source, where there are others.
"""

import argparse
import math
import re
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl

from benchmarks.figures import Rate, read_rows, save, show
from benchmarks.past import Judged, has_a_past, judged_in_export, judged_in_rows
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
    """A text, where it comes from, and how high each judge puts it; `alone` is by its text alone."""

    text: str
    source: str
    ours: float
    rule: float
    alone: float
    unprofiled: float


@dataclass(frozen=True, slots=True)
class Measured:
    """A file's rows and what was read of the name it was given by."""

    name: str
    rows: tuple[Row, ...]

    @property
    def in_context(self) -> bool:
        """Whether what was before a row made any of them other than its text does."""
        return any(row.ours != row.alone or row.unprofiled != row.alone for row in self.rows)


def keyword_rule(text: str) -> float:
    """Return how many forbidden words, links and invitations the text has, as a word filter counts them."""
    return float(len(_KEYWORDS.findall(text)))


def rows_of(given: str) -> list[Row]:
    """Judge the rows that the argument names, or the messages of an export."""
    name, _, wanted = given.partition("?")
    fields = parse_qsl(wanted, strict_parsing=bool(wanted))
    path = Path(name)
    if path.suffix == ".zip":
        return [_in_context(name, said) for said in judged_in_export(path) if _wanted(said.fields, fields)]
    kept = [row for row in read_rows(path) if row.get("text")]
    if kept and all(has_a_past(row) for row in kept):
        judged = judged_in_rows(kept)
        return [_in_context(name, said) for said in judged if _wanted(said.fields, fields)]
    return [
        _by_text(str(row["text"]), str(row.get("source") or name)) for row in kept if _wanted(row, fields)
    ]


def _wanted(row: Mapping[str, Any], fields: Sequence[tuple[str, str]]) -> bool:
    return all(str(row.get(key)).lower() == value.lower() for key, value in fields)


def _by_text(text: str, source: str) -> Row:
    score = judge(text).salesy
    return Row(text, source, score, keyword_rule(text), score, score)


def _in_context(name: str, said: Judged) -> Row:
    source = said.fields.get("source") or name
    return Row(said.text, source, said.score, keyword_rule(said.text), said.by_text, said.unprofiled)


def measured(given: str, most: int) -> Measured:
    """Return what a file holds, evenly thinned out to at most `most` rows."""
    rows = rows_of(given)
    if not rows:
        raise SystemExit(f"{given}: no row has a text and these values. Look at the file's first line.")
    return Measured(given, tuple(rows[:: max(1, math.ceil(len(rows) / most))]))


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
        "text_alone": {},
        "unprofiled": {},
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
    alone: dict[str, dict[str, Rate]] = {}
    unprofiled: dict[str, dict[str, Rate]] = {}
    rows = []
    for file in files:
        found = {str(rate): called(file, ordinary, rate, lambda row: row.ours) for rate in RATES}
        ruled = {str(rate): called(file, ordinary, rate, lambda row: row.rule) for rate in RATES}
        shipped = Rate(sum(row.ours >= DEFAULT_THRESHOLD for row in file.rows), len(file.rows))
        ours[file.name] = {rate: called_at.value for rate, called_at in found.items()}
        rules[file.name] = ruled
        name = Path(file.name).name.replace(".jsonl", "").replace(".gz", "").replace(".zip", "")
        rows.append((name, "signals", *found.values(), shipped))
        rows.append(("", "keywords", *ruled.values(), "–"))
        if file.in_context:
            alone[file.name] = {
                str(rate): called(file, ordinary, rate, lambda row: row.alone) for rate in RATES
            }
            rows.append(("", "text alone", *alone[file.name].values(), "–"))
            unprofiled[file.name] = {
                str(rate): called(file, ordinary, rate, lambda row: row.unprofiled) for rate in RATES
            }
            rows.append(("", "no profiles", *unprofiled[file.name].values(), "–"))
    show(title, ("file", "judge", *(f"{rate:.1%}" for rate in RATES), "as shipped"), rows)
    _into(figures, key, ours)
    _into(figures, "rule", rules)
    _into(figures, "text_alone", alone)
    _into(figures, "unprofiled", unprofiled)


def _into(figures: dict[str, object], key: str, more: Mapping[str, object]) -> None:
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
