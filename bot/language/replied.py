"""Tells how likely a question in a flat channel has had no reply yet, by all that was said since."""

import math
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from pathlib import Path

import numpy as np

from bot.language.linker.forest import Forest, load_forests
from bot.language.parents import Said
from bot.language.questions import read_question
from bot.language.replies import read_reply

# What belongs to a question less than this is about something else.
_BELONGS = 0.02
# What belongs to it at least this much can be shown as its reply.
SHOWN = 0.3
_HOUR = 3_600.0
# More than any time comes to.
_NEVER = 25.0

NAMES = (
    "most",
    "second",
    "sum",
    "any",
    "people",
    "calls_asker",
    "calls_asker_most",
    "answers",
    "clarifies",
    "first",
    "first_calls",
    "next_gap",
    "next_belongs",
    "asker_again",
    "asker_asks_again",
    "asker_thanks",
    "asker_calls_repliers",
    "asker_speaks",
    "called_by_asker",
    "others_spoke",
    "opening",
    "asks",
    "size",
    "opening_calls",
    "calls_in_talk",
    "waited",
    "age_of_most",
    "until_first",
)
FILE = Path(__file__).with_name("replied.npz")


@dataclass(frozen=True, slots=True)
class Waiting:
    """How likely nobody has replied to a question, 0 to 1, and the likeliest reply: `evidence` is its id,
    `belongs` how likely it is one; none where nothing is likely enough to be shown."""

    unanswered: float
    evidence: str | None
    belongs: float
    reason: str


@lru_cache(maxsize=1)
def trained() -> Forest:
    """Return the weights that Hearth comes with; raise ModelUnreadable, which says what to do."""
    return load_forests(FILE, {"unanswered": (NAMES, 0)})["unanswered"]


def waiting(
    asker: str,
    opening: Sequence[Said],
    after: Sequence[Said],
    belongs: Mapping[str, float],
    now: datetime,
    forest: Forest | None = None,
) -> Waiting:
    """Read what was said in a channel after a question, oldest first, as far as it was said by `now`.

    `opening` is what the asker said in asking, `belongs` how far each message belongs to the question
    (`linker.threads.belonging`). Bots do not count.
    """
    numbers = np.array([seen(asker, opening, after, belongs, now)], dtype=np.float32)
    score = float((forest or trained()).score(numbers)[0])
    others = [
        (belongs.get(said.id, 0.0), said)
        for said in after
        if said.author != asker and not said.bot and said.at <= now
    ]
    best, said = max(others, key=lambda other: other[0], default=(0.0, None))
    if said is None or best < SHOWN:
        return Waiting(_chance(score), None, 0.0, "nothing said since seems to be about it")
    kind = read_reply(said.text, by_asker=False)
    calls = " and calls who asked" if asker in said.mentions else ""
    return Waiting(_chance(score), said.id, best, f"somebody else {kind.reason}{calls}")


def _chance(score: float) -> float:
    return 1 / (1 + math.exp(-score))


def seen(
    asker: str, opening: Sequence[Said], after: Sequence[Said], belongs: Mapping[str, float], now: datetime
) -> list[float]:
    """Return the numbers named by NAMES."""
    mine: Collection[str] = {said.id for said in opening}
    asked_at, last_at = opening[0].at, opening[-1].at
    others: list[tuple[float, Said]] = []
    own: list[tuple[float, Said]] = []
    spoke: list[Said] = []
    calls = 0
    for said in after:
        if said.at > now or said.bot or said.id in mine:
            continue
        spoke.append(said)
        calls += bool(said.mentions)
        share = belongs.get(said.id, 0.0)
        if share >= _BELONGS:
            (own if said.author == asker else others).append((share, said))
    shares = sorted((share for share, _ in others), reverse=True)
    most, second = [*shares, 0.0, 0.0][:2]
    calling = [share for share, said in others if asker in said.mentions]
    kinds = [(share, read_reply(said.text, by_asker=False).kind) for share, said in others]
    first = next(((share, said) for share, said in others if share >= 0.5), None)
    following = next((said for said in spoke if said.author != asker), None)
    repliers = {said.author for share, said in others if share >= SHOWN}
    own_kinds = [(share, said, read_reply(said.text, by_asker=True)) for share, said in own]
    age = next((_hours(now, said.at) for share, said in others if share == most), 0.0)
    text = "\n".join(said.text for said in opening)
    return [
        most,
        second,
        sum(shares),
        1 - math.prod(1 - share for share in shares),
        len(repliers),
        sum(asker in said.mentions and said.author != asker for said in spoke),
        max(calling, default=0.0),
        max((share for share, kind in kinds if kind == "answer"), default=0.0),
        max((share for share, kind in kinds if kind == "clarify"), default=0.0),
        first[0] if first else 0.0,
        float(first is not None and asker in first[1].mentions),
        _seconds(following, last_at),
        belongs.get(following.id, 0.0) if following else 0.0,
        sum(share for share, _ in own),
        max((share for share, _, reading in own_kinds if reading.reopens), default=0.0),
        max((share for share, _, reading in own_kinds if reading.kind in ("thanks", "answer")), default=0.0),
        float(any(not repliers.isdisjoint(said.mentions) for _, said in own)),
        sum(said.author == asker for said in spoke),
        float(any(said.mentions for said in spoke if said.author == asker)),
        math.log1p(sum(said.author != asker for said in spoke)),
        len(opening),
        read_question(text, starts=False).probability,
        math.log1p(len(text)),
        float(any(said.mentions for said in opening)),
        calls / max(1, len(spoke)),
        math.log1p(_hours(now, asked_at)),
        age,
        _seconds(first[1] if first else None, last_at),
    ]


def _seconds(said: Said | None, since: datetime) -> float:
    """Return how long it took, on a scale of its own."""
    return _NEVER if said is None else math.log1p(max(0.0, (said.at - since).total_seconds()))


def _hours(later: datetime, earlier: datetime) -> float:
    return (later - earlier).total_seconds() / _HOUR
