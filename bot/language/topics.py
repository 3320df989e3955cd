"""Whether a text speaks of a topic, as people name topics: by a word or a few, in any language."""

from collections.abc import Collection

from bot.language.words import read_words

# Words of a stem differ at their ends: "print", "printer" and "printing".
_SHORTEST_STEM = 4
_LONGEST_ENDING = 3


def topics_of(text: str, topics: Collection[str]) -> list[str]:
    """Return those of the topics of which a text speaks: each of their words stands in it, in some form."""
    said = read_words(text).tokens
    return [topic for topic in topics if _all_in(read_words(topic).tokens, said)]


def _all_in(named: Collection[str], said: Collection[str]) -> bool:
    return bool(named) and all(any(_alike(word, other) for other in said) for word in named)


def _alike(one: str, other: str) -> bool:
    """Say whether two words are the same but for their endings."""
    if one == other:
        return True
    stem = 0
    for mine, theirs in zip(one, other, strict=False):
        if mine != theirs:
            break
        stem += 1
    return stem >= _SHORTEST_STEM and max(len(one), len(other)) - stem <= _LONGEST_ENDING
