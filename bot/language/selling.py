"""How much a text's words are those of texts that sell: a small text model that never speaks first.

Its words and pairs of words stand with their weights in `selling.tsv`; `training/salesy.py` makes it. It is
asked only where a commercial signal was seen already, adds a bounded amount, and takes nothing away.
"""

import math
from collections.abc import Iterator, Sequence
from pathlib import Path

Token = tuple[str, int, int]

# What a text says it says in so many words; a pasted log is not read to its end.
MOST_TOKENS = 400
# A text of few known words is not judged as if it were made of them.
FEWEST_TERMS = 30
# No word is worth more than this, for selling or against it.
MOST_WEIGHT = 3.0
# Words pull from here on (one ordinary message in twenty does), and as far as they can at the other end.
FROM, TO = 1.2, 3.0
# The levels at which they count: a signal seen eight times weighs most (see salesy.py).
LEVELS = 8
# Words that pull less are no reason to show anybody.
SHOWN = 0.8
MOST_SHOWN = 8


def weights_in(file: Path) -> dict[str, float]:
    """Read what the trainer wrote: a term and its weight in hundredths a line."""
    lines = (line.split("\t") for line in file.read_text(encoding="utf-8").splitlines())
    return {term: int(weight) / 100 for term, weight in lines}


_WEIGHTS = weights_in(Path(__file__).with_suffix(".tsv"))


def terms_of(tokens: Sequence[Token]) -> Iterator[tuple[str, int, int]]:
    """Yield the words, and the pairs of words, with their places; any number is `#`."""
    before, begin = "", 0
    for word, start, end in tokens[:MOST_TOKENS]:
        if word[0].isdigit():
            word = "#"
        yield word, start, end
        if before:
            yield f"{before} {word}", begin, end
        before, begin = word, start


def known_terms(tokens: Sequence[Token]) -> list[tuple[str, int, int]]:
    """Return those of a text's terms that weigh something."""
    return [found for found in terms_of(tokens) if found[0] in _WEIGHTS]


def level(terms: set[str], gaps: int = 0) -> int:
    """Return how much known terms read like selling, 0 (as talk does) to LEVELS.

    With `gaps` it is the least that it can be when so many pairs of words come in.
    """
    if not terms:
        return 0
    total = sum(_WEIGHTS[term] for term in sorted(terms)) - gaps * MOST_WEIGHT
    pull = total / math.sqrt(max(len(terms), FEWEST_TERMS))
    if pull < FROM:
        return 0
    return 1 + int((LEVELS - 1) * min(1.0, (pull - FROM) / (TO - FROM)))


def shown(tokens: Sequence[Token]) -> list[tuple[int, int]]:
    """Return the places of the words that pull most, each once, for people."""
    found: dict[str, tuple[int, int]] = {}
    for term, start, end in terms_of(tokens):
        if term[0].isalpha() and " " not in term and _WEIGHTS.get(term, 0) >= SHOWN:
            found.setdefault(term, (start, end))
    strongest = sorted(found, key=lambda term: -_WEIGHTS[term])[:MOST_SHOWN]
    return sorted(found[term] for term in strongest)
