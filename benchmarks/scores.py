"""Figures of agreement: F with its interval, average precision, F over several kinds."""

import math
from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any

from benchmarks.figures import Found, Rate


def found(pairs: Iterable[tuple[bool, bool]]) -> Found:
    """Count (claimed, true) pairs."""
    counts = Counter(pairs)
    return Found(counts[True, True], counts[True, False], counts[False, True])


def f_interval(figure: Found) -> tuple[float, float]:
    """F's 95 % interval: F rises with the share of hits among all that was claimed or true, and that
    share has Wilson's."""
    share = Rate(figure.right, figure.right + figure.wrong + figure.missed)
    low, high = share.interval
    return 2 * low / (1 + low), 2 * high / (1 + high)


def plain(figure: Found) -> dict[str, Any]:
    """Return p, r and f with counts and intervals, for JSON."""
    return {
        "p": figure.precision.value if figure.precision.of else 0.0,
        "r": figure.recall.value if figure.recall.of else 0.0,
        "f": figure.f,
        "f_interval": f_interval(figure),
        "precision": figure.precision,
        "recall": figure.recall,
    }


def shown(figure: Found) -> list[object]:
    """Return precision, recall and F with their counts and intervals, for a table."""
    low, high = f_interval(figure)
    return [figure.precision, figure.recall, f"{figure.f:.3f} ({low:.3f}–{high:.3f})"]


def average_precision(scored: Sequence[tuple[float, bool]]) -> float:
    """The mean of the precision at each true item, highest score first; equal scores count as one step."""
    true = sum(is_true for _, is_true in scored)
    if not true:
        return 0.0
    steps: dict[float, list[bool]] = {}
    for score, is_true in scored:
        steps.setdefault(score, []).append(is_true)
    area, hits, seen = 0.0, 0, 0
    for score in sorted(steps, reverse=True):
        hits += sum(steps[score])
        seen += len(steps[score])
        area += sum(steps[score]) * hits / seen
    return area / true


def precision_at(scored: Sequence[tuple[float, bool]], recall: float) -> Rate:
    """The precision where the highest scores just reach a recall; equal scores are taken together."""
    true = sum(is_true for _, is_true in scored)
    ordered = sorted((score for score, is_true in scored if is_true), reverse=True)
    if not ordered:
        return Rate(0, 0)
    least = ordered[min(true, math.ceil(recall * true)) - 1]
    taken = [is_true for score, is_true in scored if score >= least]
    return Rate(sum(taken), len(taken))


def macro_f(pairs: Sequence[tuple[str, str]]) -> float:
    """The mean F over the kinds that are truly there; pairs are (claimed, true)."""
    kinds = sorted({true for _, true in pairs})
    each = [found((claimed == kind, true == kind) for claimed, true in pairs).f for kind in kinds]
    return sum(each) / len(each) if each else 0.0
