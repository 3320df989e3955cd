"""Grows the weights of words that tell a message's turn in the talk: whether it starts something, goes on
with what its author said, is replied to, and is gone on with. A part of `training.links`."""

from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from benchmarks.talk import Channel
from bot.language.linker.forest import Floats, Ints
from bot.language.linker.turns import TURNS, Weights, terms_of
from bot.language.words import read_words

# Fewer people use what is a name or a topic.
_FEWEST_PEOPLE = 30
_STEPS = 120
# In the last half, steps are smaller.
_RATES = (0.35, 0.1)
_HELD_BACK = 2.0
_HUNDREDTHS = 100
# What weighs less says nothing.
_LEAST = 5


def known_terms(channels: Sequence[Channel]) -> dict[str, int]:
    """Return the terms that many people use, numbered; whom they call is left out."""
    people: dict[str, set[str]] = defaultdict(set)
    for channel in channels:
        for said in channel.talk:
            called = {name.lower() for name in said.mentions}
            for term in terms_of(read_words(said.text)):
                if called.isdisjoint(term.split()):
                    people[term].add(said.author)
    often = (term for term in sorted(people) if len(people[term]) >= _FEWEST_PEOPLE)
    return {term: number for number, term in enumerate(often)}


def turns(channel: Channel) -> dict[str, list[bool]]:
    """Return of each message that was read by hand what is true of it, in the order of `TURNS`."""
    author = {said.id: said.author for said in channel.talk}
    found = {id: [id in parents, False, False, False] for id, parents in channel.parents.items()}
    for id, parents in channel.parents.items():
        for parent in parents - {id}:
            same = author.get(parent) == author[id]
            found[id][1] |= same
            if parent in found:
                found[parent][3 if same else 2] = True
    return found


def grow_turns(channels: Sequence[Channel]) -> Weights:
    """Return the weights of terms, by logistic regression held back by their squares (AdaGrad, Duchi et al.
    2011)."""
    numbers = known_terms(channels)
    terms: list[int] = []
    counts: list[int] = []
    truths: list[list[bool]] = []
    for channel in channels:
        true = turns(channel)
        for said in channel.talk:
            if said.id in true:
                known = [numbers[term] for term in sorted(terms_of(read_words(said.text)) & numbers.keys())]
                terms += known
                counts.append(len(known))
                truths.append(true[said.id])
    weights, base = _fitted(
        np.array(terms), np.array(counts), np.array(truths, dtype=np.float32), len(numbers)
    )
    whole = np.round(weights * _HUNDREDTHS).astype(int)
    told = {
        term: tuple(whole[number].tolist())
        for term, number in numbers.items()
        if np.abs(whole[number]).max() >= _LEAST
    }
    return {"": tuple(np.round(base * _HUNDREDTHS).astype(int).tolist())} | told


def _fitted(terms: Ints, counts: Ints, truth: Floats, size: int) -> tuple[Floats, Floats]:
    """Return a weight for each term and turn, and what each turn starts from."""
    owners = np.repeat(np.arange(len(counts)), counts)
    weights = np.zeros((size, len(TURNS)), dtype=np.float32)
    base = np.log(truth.mean(axis=0) / (1 - truth.mean(axis=0)))
    for turn in range(len(TURNS)):
        mine, gone = weights[:, turn], np.full(size, 1e-6)
        for step in range(_STEPS):
            score = base[turn] + np.bincount(owners, mine[terms], minlength=len(counts))
            wrong = 1 / (1 + np.exp(-score)) - truth[:, turn]
            slope = np.bincount(terms, wrong[owners], minlength=size) + _HELD_BACK * mine
            gone += slope**2
            mine -= (_RATES[step * 2 // _STEPS] * slope / np.sqrt(gone)).astype(np.float32)
            base[turn] -= 2 * wrong.mean()
    return weights, base


def save_turns(path: Path, weights: Weights) -> None:
    """Write weights as text, a term a line."""
    lines = ("\t".join([term, *map(str, each)]) for term, each in sorted(weights.items()))
    path.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
