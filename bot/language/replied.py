"""Tells how likely a question in a flat channel has had no reply yet, by all that was said since."""

import math
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from pathlib import Path

import numpy as np

from bot.language.linker.forest import Forest, load_forests
from bot.language.linker.reader import Links
from bot.language.linker.threads import belonging
from bot.language.parents import Said
from bot.language.questions import read_question
from bot.language.replies import read_reply

# What belongs to a question less than this is about something else.
_BELONGS = 0.02
# From this on it is taken that nobody has replied.
WAITS = 0.5
# What belongs to it at least this much can be shown as its reply.
SHOWN = 0.3
_HOUR = 3_600.0
# What is said this much later is about something else, unless it replies natively.
REPLIED_WITHIN = timedelta(hours=24)
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
    "direct",
    "direct_sum",
    "direct_any",
    "direct_and_no_other_called",
    "soon",
    "soon_sum",
    "until_named",
    "until_most",
    "most_calls_another",
    "people_next",
    "asker_most",
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
    links: Mapping[str, Links],
    now: datetime,
    forest: Forest | None = None,
) -> Waiting:
    """Read what was said in a channel after a question, oldest first, as far as it was said by `now`.

    `opening` is what the asker said in asking; `links` are those of the messages after. Bots do not count.
    """
    told, others = seen(asker, opening, after, links, now)
    score = float((forest or trained()).score(np.array([told], dtype=np.float32))[0])
    best, said = max(others, key=lambda other: other[0], default=(0.0, None))
    if said is None or best < SHOWN:
        return Waiting(_chance(score), None, 0.0, "nothing said since seems to be about it")
    kind = read_reply(said.text, by_asker=False)
    calls = " and calls who asked" if asker in said.mentions else ""
    return Waiting(_chance(score), said.id, best, f"somebody else {kind.reason}{calls}")


def _chance(score: float) -> float:
    return 1 / (1 + math.exp(-score))


def seen(
    asker: str, opening: Sequence[Said], after: Sequence[Said], links: Mapping[str, Links], now: datetime
) -> tuple[list[float], list[tuple[float, Said]]]:
    """Return the numbers named by NAMES, and what others said that may be about it, with how far it is."""
    mine: Collection[str] = {said.id for said in opening}
    asked_at, last_at = opening[0].at, opening[-1].at
    people = [said for said in after if said.at <= now and not said.bot and said.id not in mine]
    belongs = belonging((links[said.id] for said in people), mine)
    spoke = [said for said in people if said.at - last_at <= REPLIED_WITHIN or links[said.id].native]
    others: list[tuple[float, Said]] = []
    own: list[tuple[float, Said]] = []
    for said in spoke:
        share = belongs.get(said.id, 0.0)
        if share >= _BELONGS:
            (own if said.author == asker else others).append((share, said))
    shares = sorted((share for share, _ in others), reverse=True)
    most, second = [*shares, 0.0, 0.0][:2]
    soon = [(share, said) for share, said in others if _hours(said.at, last_at) <= 1]
    calling = [share for share, said in others if asker in said.mentions]
    kinds = [(share, read_reply(said.text, by_asker=False).kind) for share, said in others]
    first = next(((share, said) for share, said in others if share >= 0.5), None)
    elsewhere = [said for said in spoke if said.author != asker]
    following = elsewhere[0] if elsewhere else None
    repliers = {said.author for share, said in others if share >= SHOWN}
    own_kinds = [(share, said, read_reply(said.text, by_asker=True)) for share, said in own]
    likeliest = next((said for share, said in others if share == most), None)
    direct = [(sum(chance for id, chance in links[said.id].likely if id in mine), said) for _, said in others]
    naming = [said for said in elsewhere if asker in said.mentions]
    text = "\n".join(said.text for said in opening)
    numbers = [
        most,
        second,
        sum(shares),
        1 - math.prod(1 - share for share in shares),
        len(repliers),
        len(naming),
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
        math.log1p(len(elsewhere)),
        len(opening),
        read_question(text, starts=False).probability,
        math.log1p(len(text)),
        float(any(said.mentions for said in opening)),
        sum(bool(said.mentions) for said in spoke) / max(1, len(spoke)),
        math.log1p(_hours(now, asked_at)),
        _hours(now, likeliest.at) if likeliest else 0.0,
        _seconds(first[1] if first else None, last_at),
        max((share for share, _ in direct), default=0.0),
        sum(share for share, _ in direct),
        1 - math.prod(1 - min(1.0, share) for share, _ in direct),
        max((share for share, said in direct if not said.mentions or asker in said.mentions), default=0.0),
        max((share for share, _ in soon), default=0.0),
        sum(share for share, _ in soon),
        _seconds(naming[0] if naming else None, last_at),
        _seconds(likeliest, last_at),
        float(likeliest is not None and bool(likeliest.mentions) and asker not in likeliest.mentions),
        len({said.author for said in elsewhere[:10]}),
        max((share for share, _ in own), default=0.0),
    ]
    return numbers, others


def _seconds(said: Said | None, since: datetime) -> float:
    """Return how long it took, on a scale of its own."""
    return _NEVER if said is None else math.log1p(max(0.0, (said.at - since).total_seconds()))


def _hours(later: datetime, earlier: datetime) -> float:
    return (later - earlier).total_seconds() / _HOUR
