"""Sets the weights of the words that sell, from rows of texts that sell and texts that do not.

    python -m training.salesy --salesy mail=NEWSLETTERS.jsonl.gz 'chat=HAND.jsonl.gz?label=salesy' \
        --other 'mail=LISTS.jsonl.gz?label=community_mail' chat=TALK.jsonl.gz --leave-out hand.jsonl

Each file is named with its genre, and weighs as much as any other however many rows it has. A logistic
regression with an intercept for each genre is fitted to the words and pairs of words that stand in texts of
two files at least and in ten texts: what only tells mail from chat weighs nothing. `--leave-out` fits without
the files whose name has that in it and says how far up their texts come; without it
`bot/language/selling.tsv` is written.
"""

import argparse
import math
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import parse_qsl

import numpy as np
import numpy.typing as npt

from benchmarks.figures import read_rows
from bot.language import selling
from bot.language.reading import read
from bot.language.selling import FEWEST_TERMS, MOST_WEIGHT, terms_of

SHIPPED = Path(selling.__file__).with_suffix(".tsv")

# Many authors use a word: it stands in this many texts, and in two texts of each of two sources.
FEWEST_TEXTS, FEWEST_SOURCES = 10, 2
# How strongly weights are held towards nothing.
RIDGE = 2e-3
STEPS = 150
_STEP = 0.1
# Weights stand in hundredths; less than this is nothing.
_LEAST = 0.1

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Source:
    """The texts of a file as sets of terms; texts of one `family` come from one place."""

    name: str
    family: str
    genre: str
    sells: bool
    texts: tuple[frozenset[str], ...]


def terms(text: str) -> frozenset[str]:
    """Return the words and pairs of words of a text, as they are judged."""
    return frozenset(term for term, _, _ in terms_of(read(text).tokens))


def source(given: str, *, sells: bool, most: int) -> Source:
    """Read a file given as `GENRE=FILE?field=value`, evenly thinned out to at most `most` rows."""
    genre, _, place = given.partition("=")
    name, _, wanted = place.partition("?")
    fields = parse_qsl(wanted, strict_parsing=bool(wanted))
    texts = [text for row in read_rows(Path(name)) if _wanted(row, fields) for text in _texts(row)]
    step = max(1, math.ceil(len(texts) / most))
    return Source(Path(place).name, name, genre, sells, tuple(terms(text) for text in texts[::step]))


def _wanted(row: Mapping[str, object], fields: Sequence[tuple[str, str]]) -> bool:
    return all(str(row.get(key)).lower() == value.lower() for key, value in fields)


def _texts(row: Mapping[str, object]) -> Iterator[str]:
    """Yield the text of a row, or those of its messages."""
    if row.get("text"):
        yield str(row["text"])
    messages = row.get("messages")
    for message in messages if isinstance(messages, list) else ():
        yield from _texts(message)


def shared_terms(sources: Sequence[Source]) -> list[str]:
    """Return the terms that many authors use, in order."""
    by_family: dict[str, Counter[str]] = defaultdict(Counter)
    for each in sources:
        for text in each.texts:
            by_family[each.family].update(text)
    families: Counter[str] = Counter()
    texts: Counter[str] = Counter()
    for counted in by_family.values():
        texts.update(counted)
        families.update(term for term, number in counted.items() if number >= 2)
    return sorted(
        term for term, number in texts.items() if number >= FEWEST_TEXTS and families[term] >= FEWEST_SOURCES
    )


def fit(sources: Sequence[Source]) -> dict[str, float]:
    """Return the weight of every shared term, by logistic regression with an intercept a genre (Adam)."""
    vocabulary = {term: place for place, term in enumerate(shared_terms(sources))}
    genres = sorted({each.genre for each in sources})
    texts: list[int] = []
    columns: list[int] = []
    sells: list[float] = []
    weights: list[float] = []
    genre: list[int] = []
    for each in sources:
        for text in each.texts:
            places = sorted(vocabulary[term] for term in text if term in vocabulary)
            texts += [len(sells)] * len(places)
            columns += places
            sells.append(float(each.sells))
            weights.append(1 / len(each.texts))
            genre.append(genres.index(each.genre))
    row, column = np.array(texts), np.array(columns)
    target, weight, own = np.array(sells), np.array(weights), np.array(genre)
    weight /= weight.sum()
    count, size = len(target), len(vocabulary)
    scale = 1 / np.sqrt(np.maximum(np.bincount(row, minlength=count), FEWEST_TERMS))
    value: Floats = scale[row]
    found = np.zeros(size + len(genres))
    drift, spread = np.zeros_like(found), np.zeros_like(found)
    for step in range(1, STEPS + 1):
        pull = np.bincount(row, weights=value * found[column], minlength=count) + found[size + own]
        rest = weight * (1 / (1 + np.exp(-pull)) - target)
        slope = np.concatenate(
            [
                # The ridge is for weights of a quarter, whose words count four times.
                np.bincount(column, weights=value * rest[row], minlength=size) + RIDGE / 16 * found[:size],
                np.bincount(own, weights=rest, minlength=len(genres)),
            ]
        )
        drift = 0.9 * drift + 0.1 * slope
        spread = 0.99 * spread + 0.01 * slope * slope
        size_of_step = np.where(np.arange(len(found)) < size, 4 * _STEP, _STEP)
        found -= size_of_step * (drift / (1 - 0.9**step)) / (np.sqrt(spread / (1 - 0.99**step)) + 1e-9)
    bounded = np.clip(found, -MOST_WEIGHT, MOST_WEIGHT)
    return {term: float(bounded[place]) for term, place in vocabulary.items()}


def pull(weights: Mapping[str, float], text: frozenset[str]) -> float:
    """Return how strongly a text's terms pull, as `bot.language.selling` does."""
    found = [weights[term] for term in text if term in weights]
    return math.fsum(found) / math.sqrt(max(len(found), FEWEST_TERMS))


def write(weights: Mapping[str, float], file: Path) -> int:
    """Write the weights that matter in hundredths, one term a line; return how many there are."""
    kept = {term: weight for term, weight in weights.items() if abs(weight) >= _LEAST}
    lines = (f"{term}\t{round(100 * kept[term])}\n" for term in sorted(kept))
    file.write_text("".join(lines), encoding="utf-8")
    return len(kept)


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(
        prog="python -m training.salesy",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--salesy", nargs="+", required=True, metavar="GENRE=FILE")
    parser.add_argument("--other", nargs="+", required=True, metavar="GENRE=FILE")
    parser.add_argument("--most", type=int, default=6_000, help="texts to read of a file (default 6,000)")
    parser.add_argument("--leave-out", metavar="NAME", help="measure on the files with this in their names")
    parser.add_argument("--out", type=Path, default=SHIPPED, metavar="FILE", help="where to write")
    options = parser.parse_args(arguments)
    sources = [source(given, sells=True, most=options.most) for given in options.salesy]
    sources += [source(given, sells=False, most=options.most) for given in options.other]
    if options.leave_out is None:
        print(f"{write(fit(sources), options.out):,} terms in {options.out}")
        return
    left = [each for each in sources if options.leave_out in each.family]
    weights = fit([each for each in sources if each not in left])
    for each in left:
        heights = sorted(pull(weights, text) for text in each.texts)
        told = "  ".join(
            f"{share:.0%}: {heights[int(share * (len(heights) - 1))]:+.2f}" for share in (0.1, 0.5, 0.9)
        )
        print(f"{'salesy' if each.sells else 'other':6}  {each.name}  {told}")


if __name__ == "__main__":
    main()
