"""Tells whether an opinion that something was answered names a message, with words that stand in it."""

from collections.abc import Mapping

# Fewer letters of a quote say nothing of where it is from.
_SHORTEST = 4


def names_an_answer(number: int | None, quote: str, after: Mapping[int, str]) -> bool:
    """Return whether a message of that number was sent, and the quote stands in it letter by letter."""
    words = None if number is None else after.get(number)
    said = _folded(quote)
    return words is not None and len(said) >= _SHORTEST and said in _folded(words)


def _folded(text: str) -> str:
    return " ".join(text.casefold().split()).strip(" .,!?\"'“”")
