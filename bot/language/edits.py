"""The smallest edit of a draft that would pass: what to leave out of it, three pieces at most, the fewest.

A piece is a sentence, a link with its words, or a button. Every set of up to three pieces is weighed: first
by taking away from what was seen all that stands in them, which is quick and seldom wrong; what should pass
so is judged anew as it would read. Nothing is added or reworded.
"""

import re
from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Literal

from bot.language.context import Past, in_context, needs_context
from bot.language.links import Link
from bot.language.marks import (
    DIGEST_HOSTS,
    LONG_TOKENS,
    MANY,
    TOLD_TOKENS,
    Seen,
    Span,
    owner_of,
    sales_kind,
    see_link,
)
from bot.language.reading import Reading, host_of
from bot.language.salesy import (
    DEFAULT_THRESHOLD,
    SIGN,
    WORDS,
    Verdict,
    counting,
    judge,
    look,
    score_of,
    weight_of,
    words_are_heard,
)
from bot.language.selling import known_terms, level

# Who has to take out more than three things writes anew.
MOST_REMOVED = 3
# More pieces than a message has that show something; of more, those that show most are weighed.
MOST_PIECES = 120
# So much text is judged anew for sets of each size, or so many of them: one is enough, but for rare texts.
MOST_READ, FEWEST_JUDGED = 600_000, 20

# What shows only in a text of so many words.
_LONG = {"addresses nobody": LONG_TOKENS, "told at length": TOLD_TOKENS}
# Weights are rounded, so that two differences may be this far apart.
_ROUNDED = 0.01

Kind = Literal["sentence", "link", "button"]

_END = re.compile(r"(?<![.!?…])[.!?…]++[)\"'”’*_~\]]*+[ \t]++(?=\S)|\n[\s]*+")
_SHORT_WORD = re.compile(
    r"(?:\b(?:mr|mrs|ms|dr|prof|sen|rep|gov|st|vs|etc|inc|ltd|co|no|jr|sr)|\b\w(?:\.\w)*)\.\s*\Z"
)
# A line with nothing but a few words, as a button has.
_BUTTON = re.compile(r"[*_~|>\- ]*+[a-z]+(?: [\w'$]+){0,4}+[ :!*_~|\-]*+")
# A line this long that goes on in lower case was wrapped by a mail program.
_WRAPPED = 60
# Between a label and the link that its arrow points at stands no more than this.
_POINTING = re.compile(r"[\s→»⇨➜➔►➡\ufe0f>*_)👉]{0,8}")
_ARROWS = " \t\n→»⇨➜➔►➡\ufe0f>*_"
_NUMBERS = "no one two three four five six seven eight nine ten eleven twelve".split()
_SHOWN = 60


@dataclass(frozen=True, slots=True)
class Piece:
    """What can be left out: `span` of the draft, or the `place`-th link or button of its card."""

    kind: Kind
    words: str
    span: Span | None = None
    place: int = -1

    @property
    def sells(self) -> str:
        """What a link or button asks for, as "subscribe"; "" for nothing and for sentences."""
        return "" if self.kind == "sentence" else sales_kind(self.words.lower())


@dataclass(frozen=True, slots=True)
class Edit:
    """The pieces to leave out, in the draft's order; how the rest reads; and in a few words."""

    without: tuple[Piece, ...]
    text: str
    links: tuple[Link, ...]
    before: float
    salesy: float
    said: str


def smallest_edit(
    text: str,
    links: Sequence[Link] = (),
    threshold: float = DEFAULT_THRESHOLD,
    past: Past | None = None,
) -> Edit | None:
    """Return the edit with the fewest removals after which the draft is not salesy, after its `past`.

    Of edits with as few it is the one that takes the least out of the draft. None where three do not help,
    and for a draft that passes as it is. Where it is its past that speaks for a draft, an edit may be missed.
    """
    verdict = _judged(text, links, threshold, past)
    if verdict.verdict != "salesy":
        return None
    draft = _Draft(text, tuple(links), threshold)
    for size in range(1, MOST_REMOVED + 1):
        sets = sorted(draft.promising(size), key=lambda chosen: (sum(map(draft.length, chosen)), chosen))
        for chosen in sets[: max(FEWEST_JUDGED, MOST_READ // len(text or " "))]:
            without = tuple(draft.pieces[place] for place in chosen)
            rest, rest_links = left_without(text, links, without)
            after = _judged(rest, rest_links, threshold, past)
            # To post nothing at all is no edit.
            if after.verdict != "salesy" and (rest.strip() or rest_links):
                return Edit(
                    without,
                    rest,
                    rest_links,
                    verdict.salesy,
                    after.salesy,
                    _said(without, draft.pieces, verdict.salesy, after.salesy),
                )
    return None


def _judged(text: str, links: Sequence[Link], threshold: float, past: Past | None) -> Verdict:
    verdict = judge(text, links, threshold)
    return in_context(verdict, past, threshold) if past is not None and needs_context(verdict) else verdict


def what_would_pass(edit: Edit | None) -> str:
    """Return the sentence that tells of the smallest edit of a salesy draft, or that there is none."""
    if edit is None:
        return f"No small edit helps: to leave out {_NUMBERS[MOST_REMOVED]} pieces of it is not enough."
    return f"It would pass {edit.said}."


def pieces_of(text: str, links: Sequence[Link] = ()) -> tuple[Piece, ...]:
    """Return what can be left out of a draft, in its order: sentences, links in it, and its card's."""
    return _pieces(text, look(text, links)[0], links)


def left_without(text: str, links: Sequence[Link], without: Iterable[Piece]) -> tuple[str, tuple[Link, ...]]:
    """Return the draft and its card's links without these pieces."""
    without = list(without)
    for start, end in sorted((piece.span for piece in without if piece.span), reverse=True):
        text = text[:start] + text[end:]
    gone = {piece.place for piece in without}
    return text, tuple(link for place, link in enumerate(links) if place not in gone)


def _pieces(text: str, reading: Reading, links: Sequence[Link]) -> tuple[Piece, ...]:
    in_text = _links(reading)
    sentences = [span for span in _sentences(text, reading.words, in_text) if text[span[0] : span[1]].strip()]
    whole = {_stripped(text, span) for span in sentences}
    found = [(span, _kind(text, span, reading, in_text)) for span in sentences]
    found += [(span, "link") for span in in_text if _stripped(text, span) not in whole]
    labels = {label.start: text[label.start : label.end].rstrip(_ARROWS) for label in reading.labels}
    pieces = []
    for span, kind in sorted(found):
        inside = (
            [labels[start] for start in labels if span[0] <= start < span[1]] if kind != "sentence" else []
        )
        words = inside[0] if inside else " ".join(text[span[0] : span[1]].split())
        pieces.append(Piece(kind, words, span))
    card: list[Piece] = []
    for place, link in enumerate(links):
        card.append(Piece("button" if link.button else "link", link.label or link.url, None, place))
    return (*pieces, *card)


def _kind(text: str, span: Span, reading: Reading, links: Sequence[Span]) -> Kind:
    """Tell whether what stands between two ends is a sentence, nothing but a link, or a button."""
    start, end = _stripped(text, span)
    if (start, end) in links:
        leads = any(start <= address.start < end for address in reading.addresses)
        return "link" if leads else "button"
    words = reading.words
    alone = words[start - 1 : start] in ("", "\n") and words[end : end + 1] in ("", "\n")
    return (
        "button"
        if alone and _BUTTON.fullmatch(words, start, end) and sales_kind(words[start:end])
        else "sentence"
    )


def _stripped(text: str, span: Span) -> Span:
    start, end = span
    while start < end and text[start].isspace():
        start += 1
    while end > start and text[end - 1].isspace():
        end -= 1
    return start, end


def _links(reading: Reading) -> list[Span]:
    """Return the ranges of links, those that overlap or that an arrow joins as one, in order."""
    spans = list(reading.links)
    starts = sorted(spans)
    for label in reading.labels:
        if label.pointing:
            place = bisect_left(starts, (label.end, 0))
            to = label.end
            if place < len(starts) and _POINTING.fullmatch(reading.words, label.end, starts[place][0]):
                to = starts[place][1]
            spans.append((label.start, to))
    merged: list[Span] = []
    for start, end in sorted(spans):
        if merged and start < merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((start, end))
    return merged


def _sentences(text: str, words: str, links: Sequence[Span]) -> Iterator[Span]:
    """Yield ranges that together are the whole text. No end of a sentence is inside a link."""
    begin = at = 0
    for found in _END.finditer(words):
        while at < len(links) and links[at][1] <= found.start():
            at += 1
        first = links[at][0] if at < len(links) else len(words)
        if first <= found.start() or _goes_on(text, words, found):
            continue
        # The markup that a link begins with reads as a space.
        end = min(found.end(), first)
        yield begin, end
        begin = end
    if begin < len(words):
        yield begin, len(words)


def _goes_on(text: str, words: str, found: re.Match[str]) -> bool:
    """Tell whether a sentence goes on: behind "e.g.", in lower case, or where a long line was wrapped."""
    if found[0][0] == "\n":
        line = found.start() - (words.rfind("\n", 0, found.start()) + 1)
        following = words[found.end() : found.end() + 1]
        return line >= _WRAPPED and found[0].count("\n") == 1 and following.isalpha()
    return (
        found[0][0] == "." and _SHORT_WORD.search(words, max(0, found.start() - 8), found.end()) is not None
    )


@dataclass(slots=True)
class _Effect:
    """What goes when a piece goes, and the most that this can take from either axis."""

    counts: Counter[str] = field(default_factory=Counter)
    commercial: float = 0.0
    broadcast: float = 0.0
    tokens: int = 0
    hosts: Counter[str] = field(default_factory=Counter)
    terms: Counter[str] = field(default_factory=Counter)


class _Draft:
    """A draft in pieces, of which sets can be weighed quickly."""

    def __init__(self, text: str, links: Sequence[Link], threshold: float) -> None:
        reading, seen = look(text, links)
        self.pieces = _pieces(text, reading, links)
        self._threshold = threshold
        self._counts = dict(seen.counts)
        self._tokens = len(reading.tokens)
        self._hosts = Counter(owner_of(address.host) for address in reading.addresses)
        self._hosts.update(owner_of(host_of(link.url)) for link in links if link.url)
        self._terms = (
            Counter(term for term, _, _ in known_terms(reading.tokens)) if WORDS in seen.counts else Counter()
        )
        places = _Places(reading, seen)
        self._effects = [_effect(piece, places, seen, links) for piece in self.pieces]
        _bound(self._effects, self._counts)
        signs = [SIGN[name] for name in self._counts if name not in (WORDS, *_LONG)]
        # What is left at the least: supporting signals may fall with those they support, a pitch as a whole.
        self._least = {
            axis: sum(
                _weight(sign.name, self._counts[sign.name])
                for sign in signs
                if sign.axis == axis and not sign.supports and not sign.own
            )
            for axis in ("commercial", "broadcast")
        }
        order = sorted(range(len(self.pieces)), key=lambda place: -self._effects[place].commercial)
        self._order = order[:MOST_PIECES]
        self._most_broadcast = max((effect.broadcast for effect in self._effects), default=0.0)

    def length(self, place: int) -> int:
        """Return how many characters of the draft a piece takes."""
        span = self.pieces[place].span
        return span[1] - span[0] if span else len(self.pieces[place].words)

    def promising(self, size: int) -> Iterator[tuple[int, ...]]:
        """Yield the sets of so many pieces without which the draft should pass."""
        for chosen in self._sets((), 0, size):
            if self._weighed(chosen) < self._threshold:
                yield tuple(sorted(chosen))

    def _sets(self, chosen: tuple[int, ...], first: int, more: int) -> Iterator[tuple[int, ...]]:
        """Yield all sets that add so many pieces to the chosen, but for those that cannot help."""
        if not more:
            yield chosen
            return
        taken = sum(self._effects[place].commercial for place in chosen)
        spoken = sum(self._effects[place].broadcast for place in chosen) + more * self._most_broadcast
        for at in range(first, len(self._order) - more + 1):
            best = taken + sum(self._effects[place].commercial for place in self._order[at : at + more])
            if (
                score_of(self._least["commercial"] - best, self._least["broadcast"] - spoken)
                >= self._threshold
            ):
                return
            place = self._order[at]
            if not any(self._overlap(place, other) for other in chosen):
                yield from self._sets((*chosen, place), at + 1, more - 1)

    def _overlap(self, one: int, other: int) -> bool:
        here, there = self.pieces[one].span, self.pieces[other].span
        return here is not None and there is not None and here[0] < there[1] and there[0] < here[1]

    def _weighed(self, chosen: tuple[int, ...]) -> float:
        """Return how salesy the draft should be without the chosen pieces."""
        counts = dict(self._counts)
        for place in chosen:
            for name, times in self._effects[place].counts.items():
                counts[name] -= times
        left = {name: times for name, times in counts.items() if times >= MANY.get(name, 1)}
        tokens = self._tokens - sum(self._effects[place].tokens for place in chosen)
        for name, least in _LONG.items():
            if tokens < least:
                left.pop(name, None)
        if "digest of many places" in left:
            hosts = _without(self._hosts, [self._effects[place].hosts for place in chosen])
            left["digest of many places"] = len(hosts) // DIGEST_HOSTS
            if not left["digest of many places"]:
                del left["digest of many places"]
        if WORDS in left:
            terms = _without(self._terms, [self._effects[place].terms for place in chosen])
            heard = words_are_heard(name for name in left if name != WORDS)
            # The words around a gap make a new pair, which may speak for the draft.
            left[WORDS] = level(terms, gaps=len(chosen)) if heard else 0
            if not left[WORDS]:
                del left[WORDS]
        commercial = broadcast = 0.0
        for sign in counting(left.keys()):
            weight = _weight(sign.name, left[sign.name])
            if sign.axis == "commercial":
                commercial += weight
            else:
                broadcast += weight
        return score_of(commercial, broadcast)


class _Places:
    """Where all that was seen in a draft begins and ends, each in order: what overlaps a range is counted."""

    def __init__(self, reading: Reading, seen: Seen) -> None:
        self._spans = {name: _ordered(spans) for name, spans in seen.spans.items() if name != WORDS}
        self._tokens = _ordered([(start, end) for _, start, end in reading.tokens])
        self._hosts = sorted((each.start, owner_of(each.host)) for each in reading.addresses)
        terms = known_terms(reading.tokens) if WORDS in seen.counts else []
        self._terms = [term for term, _, _ in terms]
        self._term_places = _ordered([(start, end) for _, start, end in terms])

    def effect(self, span: Span) -> _Effect:
        """Return what goes with this range of the draft."""
        counts = Counter({name: _overlapping(span, spans) for name, spans in self._spans.items()})
        terms = self._terms[_range(span, self._term_places)]
        hosts = self._hosts[bisect_left(self._hosts, (span[0], "")) : bisect_left(self._hosts, (span[1], ""))]
        return _Effect(
            counts=+counts,
            tokens=_overlapping(span, self._tokens),
            hosts=Counter(host for _, host in hosts),
            terms=Counter(terms),
        )


def _ordered(spans: Sequence[Span]) -> tuple[list[int], list[int]]:
    return sorted(start for start, _ in spans), sorted(end for _, end in spans)


def _range(span: Span, places: tuple[list[int], list[int]]) -> slice:
    starts, ends = places
    return slice(bisect_right(ends, span[0]), bisect_left(starts, span[1]))


def _overlapping(span: Span, places: tuple[list[int], list[int]]) -> int:
    found = _range(span, places)
    return int(found.stop) - int(found.start)


def _effect(piece: Piece, places: _Places, seen: Seen, links: Sequence[Link]) -> _Effect:
    if piece.span is None:
        effect, alone = _Effect(), Seen()
        see_link(links[piece.place], alone)
        effect.counts.update({name: min(times, seen.counts[name]) for name, times in alone.counts.items()})
        if links[piece.place].url:
            effect.hosts[owner_of(host_of(links[piece.place].url))] += 1
    else:
        effect = places.effect(piece.span)
    return effect


def _bound(effects: Sequence[_Effect], counts: Mapping[str, int]) -> None:
    """Note for every piece the most that its going can take from either axis, as the last of three to go."""
    largest: Counter[str] = Counter()
    for effect in effects:
        largest |= effect.counts
    for effect in effects:
        for name, times in effect.counts.items():
            sign = SIGN[name]
            before = max(times, counts[name] - (MOST_REMOVED - 1) * largest[name])
            after = before - times
            left = _weight(name, after) if after >= MANY.get(name, 1) else 0.0
            most = max(0.0, _weight(name, before) - left) + _ROUNDED
            if sign.axis == "broadcast":
                effect.broadcast += most
            elif sign.weight > 0 and not sign.supports and not sign.own:
                effect.commercial += most


def _without(all_of: Counter[str], gone: Sequence[Counter[str]]) -> set[str]:
    left = set(all_of)
    for name in {name for counted in gone for name in counted}:
        if sum(counted[name] for counted in gone) >= all_of[name]:
            left.discard(name)
    return left


@lru_cache(maxsize=4_096)
def _weight(name: str, times: int) -> float:
    return weight_of(SIGN[name], times) if times else 0.0


def _said(without: Sequence[Piece], pieces: Sequence[Piece], before: float, after: float) -> str:
    """Return the edit in a few words: "without three of the five subscribe links: 0.81 → 0.34"."""
    kinds = {(piece.kind, piece.sells) for piece in without}
    if len(kinds) == 1 and without[0].sells:
        [(kind, sells)] = kinds
        of = sum((piece.kind, piece.sells) == (kind, sells) for piece in pieces)
        what = f"{_counted(len(without), of)} {sells} {kind}{'s' if of > 1 else ''}"
    else:
        what = _listed([_named(piece) for piece in without])
    return f"without {what}: {before:.2f} → {after:.2f}"


def _counted(some: int, of: int) -> str:
    if some == of:
        return "the" if of == 1 else f"the {_number(of)}"
    return f"{_number(some)} of the {_number(of)}"


def _number(number: int) -> str:
    return _NUMBERS[number] if number < len(_NUMBERS) else str(number)


def _named(piece: Piece) -> str:
    words = piece.words if len(piece.words) <= _SHOWN else f"{piece.words[: _SHOWN - 1].rstrip()}…"
    return f"“{words}”" if piece.kind == "sentence" else f"the {piece.kind} “{words}”"


def _listed(parts: Sequence[str]) -> str:
    return parts[0] if len(parts) == 1 else f"{', '.join(parts[:-1])} and {parts[-1]}"
