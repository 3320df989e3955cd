"""How salesy a text is, by named signals on two axes: speaking at everyone, and commercial interest.

Every signal seen adds its weight, the more the oftener it is seen, to its axis. Commercial interest is
what counts; speaking at everyone makes it count up to double; alone it never makes a text salesy:

    salesy = 1 - exp(-C * (1 + min(1, B)))      C, B: the sums of the commercial and broadcast weights

The score never falls when a signal with a positive weight is added. The weights stand in `signals.toml`,
what they were set on in `cards/salesy.md`.
"""

import math
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence, Set
from dataclasses import dataclass, replace
from typing import Literal, TypedDict

from bot.language.links import Link
from bot.language.marks import ELSEWHERE, PAGE, Seen, Span, see_marks
from bot.language.phrases import PhraseBook
from bot.language.reading import Reading, read
from bot.language.selling import known_terms, level, shown
from bot.language.signals import SIGNS, Axis, Sign

# At this score at most one in 200 ordinary messages is called salesy (see cards/salesy.md).
DEFAULT_THRESHOLD = 0.4
# A broadcast does two things at least: it greets everyone, announces, invites, calls to action …
BROADCAST_ENOUGH = 0.7
# Seen n times a signal weighs 1 + log2(n) / 2 as much as once, at most this many times.
MOST_REPEATS = 2.5
# No text is salesy beyond doubt: a threshold of 1 calls nothing salesy.
SURE = 0.9999
# A signal's weight stands beside people's eyes: two digits behind the point say enough.
DIGITS = 2

_BOOK = PhraseBook(
    (owner, phrase.strip())
    for owner, sign in enumerate(SIGNS)
    for phrase in sign.phrases.splitlines()
    if phrase.strip()
)
SIGN = {sign.name: sign for sign in SIGNS}
# The one sign that no text shows.
_FLAGGED = SIGN["flagged by the platform"]
# What the text's words tell as a whole: a witness to others, never heard alone.
WORDS = "words that sell"
_PROBLEM = "tells of a problem"
# A message that answers somebody was asked for.
ANSWERS = "answers somebody"
# What a text tells of its author's own work, beside a link to it.
OWN, PRESENTED, AT_LENGTH = "own work", "presented", "told at length"
INVITATION = "invitation"


@dataclass(frozen=True, slots=True)
class Signal:
    """A signal seen in a text: what it adds to its axis, where it stands (code points), why, for people."""

    name: str
    axis: Axis
    weight: float
    spans: tuple[Span, ...]
    reason: str


@dataclass(frozen=True, slots=True)
class Verdict:
    """How salesy a text is, 0 to 1, what that comes to, and the signals it rests on, weightiest first.

    `unheard` are those that were seen and do not count without others.
    """

    salesy: float
    verdict: Literal["fine", "broadcast", "salesy"]
    signals: tuple[Signal, ...]
    unheard: tuple[Signal, ...] = ()


class SignalJson(TypedDict):
    """A signal as scripts read it."""

    name: str
    axis: Axis
    weight: float
    spans: list[list[int]]


def judge(text: str, links: Sequence[Link] = (), threshold: float = DEFAULT_THRESHOLD) -> Verdict:
    """Judge `text` with the `links` and buttons of its card; spans are of `text` as given, links have none.

    Takes time linear in the length of the text, and never raises.
    """
    _, seen = look(text, links)
    return _weighed((_signal(SIGN[name], seen) for name in seen.counts), threshold)


def _weighed(seen: Iterable[Signal], threshold: float) -> Verdict:
    """Return what all that was seen comes to."""
    by_name = {signal.name: signal for signal in seen}
    counted = counting(by_name.keys())
    signals = sorted((by_name.pop(sign.name) for sign in counted), key=_weightiest)
    found = Verdict(_score(signals), "fine", tuple(signals), tuple(by_name.values()))
    return verdict_at(found, threshold)


def look(text: str, links: Sequence[Link] = ()) -> tuple[Reading, Seen]:
    """Return `text` as it is read, and every signal seen in it and in the `links` of its card."""
    reading = read(text)
    seen = Seen()
    for owner, start, end in _BOOK.find(reading.words, reading.tokens):
        seen.see(SIGNS[owner].name, (start, end))
    see_marks(text, reading, links, seen)
    if words_are_heard(seen.counts) and (
        times := level({term for term, _, _ in known_terms(reading.tokens)})
    ):
        seen.counts[WORDS] = times
        seen.spans[WORDS] = shown(reading.tokens)
    return reading, seen


def words_are_heard(names: Iterable[str]) -> bool:
    """Tell whether a text that shows these signals is one whose words may add to them."""
    signs = [SIGN[name] for name in names]
    selling = any(sign.axis == "commercial" and sign.weight > 0 and not sign.soft for sign in signs)
    return selling and not any(sign.news for sign in signs)


def verdict_at(verdict: Verdict, threshold: float) -> Verdict:
    """Return the same judgement with what it comes to at `threshold`, without reading the text again."""
    if verdict.salesy >= threshold and verdict.salesy > 0:
        return replace(verdict, verdict="salesy")
    speaks_at_all = _sum(verdict.signals, "broadcast") >= BROADCAST_ENOUGH
    return replace(verdict, verdict="broadcast" if speaks_at_all else "fine")


def and_flagged(verdict: Verdict, threshold: float) -> Verdict:
    """Return the judgement of a text that the platform's own filter flagged too.

    That counts beside another commercial signal only.
    """
    if not any(signal.axis == "commercial" and signal.weight > 0 for signal in verdict.signals):
        return verdict
    return and_seen(verdict, {_FLAGGED.name: 1}, threshold)


def and_seen(verdict: Verdict, names: Mapping[str, int], threshold: float) -> Verdict:
    """Return the judgement of a text of which more was seen than it shows: signals by name, how often."""
    beside = Seen(Counter(names))
    more = [_signal(SIGN[name], beside) for name in names]
    return _weighed([*verdict.signals, *verdict.unheard, *more], threshold)


def signal_json(signal: Signal) -> SignalJson:
    """Return the signal as it stands in JSON for scripts."""
    return {
        "name": signal.name,
        "axis": signal.axis,
        "weight": signal.weight,
        "spans": [[start, end] for start, end in signal.spans],
    }


def counting(names: Set[str]) -> list[Sign]:
    """Return those of the signs seen that count.

    Supporting ones do beside another commercial one, those of one's own work where they are a pitch, and
    those of the past beside a pitch or two others. A problem told of in a pitch is what it solves.
    """
    signs = [sign for sign in SIGNS if sign.name in names] if names else []
    sells = [sign for sign in signs if _sells(sign)]
    selling = len(sells) > 1 or any(not sign.supports for sign in sells)
    unasked = any(sign.past and sign.weight > 0 for sign in signs) and ANSWERS not in names
    pitch = is_pitch(names, unasked=unasked)
    bears = pitch or len(sells) > 1
    solves = is_pitch(names) and (OWN in names or PRESENTED in names)
    return [
        sign
        for sign in signs
        if (selling or not sign.supports)
        and (pitch or not sign.own)
        and (bears or not sign.past)
        and not (solves and sign.name == _PROBLEM)
    ]


def _sells(sign: Sign) -> bool:
    """Tell whether a sign is of a text that sells, and not of one that shares its author's own work."""
    return sign.axis == "commercial" and sign.weight > 0 and not sign.own and not sign.past


def is_pitch(names: Set[str], *, unasked: bool = False) -> bool:
    """Tell whether a text that shows these signals shares its author's own work.

    Where it is `unasked`, by what its author said and did before, less of a text is enough. Who invites to
    something, and only leads to a page, shares an event.
    """
    if PAGE in names:
        if OWN in names or PRESENTED in names:
            return True
        return INVITATION not in names and (unasked or AT_LENGTH in names)
    return ELSEWHERE in names and OWN in names and (unasked or PRESENTED in names)


def _score(signals: Sequence[Signal]) -> float:
    return score_of(_sum(signals, "commercial"), _sum(signals, "broadcast"))


def score_of(commercial: float, broadcast: float) -> float:
    """Return how salesy a text is whose signals weigh so much on each axis."""
    return min(SURE, round(1 - math.exp(-max(0.0, commercial) * (1 + min(1.0, max(0.0, broadcast)))), 4))


def weight_of(sign: Sign, times: int) -> float:
    """Return what a signal adds to its axis that is seen so many times."""
    if sign.once:
        return sign.weight
    return round(sign.weight * min(MOST_REPEATS, 1 + math.log2(times) / 2), DIGITS)


def _sum(signals: Iterable[Signal], axis: Axis) -> float:
    return sum(signal.weight for signal in signals if signal.axis == axis)


def _weightiest(signal: Signal) -> float:
    return -abs(signal.weight)


def _signal(sign: Sign, seen: Seen) -> Signal:
    times = seen.counts[sign.name]
    weight = weight_of(sign, times)
    what = seen.kinds.most_common(1)[0][0] if seen.kinds else ""
    reason = sign.reason(times, what)
    return Signal(sign.name, sign.axis, weight, tuple(sorted(seen.spans.get(sign.name, ()))), reason)
