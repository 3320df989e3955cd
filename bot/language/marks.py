"""Signals that are no phrases: prices, buttons, links, capitals, emoji and the like, in any language."""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from bot.language.links import Link
from bot.language.reading import ADDRESS, Reading, host_of
from bot.language.signals import (
    CHEERS,
    FORGES,
    SELLING,
    SELLING_IF_HURRIED,
    SHOPS,
    SHORTENERS,
    SHOWCASES,
    TRACKING,
)

Span = tuple[int, int]

# A digest links to eight or more places: newsletters, however many links they have, lead to fewer.
DIGEST_HOSTS = 8
# What a link leads to: without one of them nothing of one's own is shared.
PAGE, ELSEWHERE = "page of a project", "link to elsewhere"
# Two cheering emoji happen in any talk, as do two lines with a tick or two hashtags.
MANY_CHEERS, MANY_LED_LINES, MANY_HASHTAGS = 3, 3, 4
MANY = {"hype emoji": MANY_CHEERS, "laid out as a poster": MANY_LED_LINES, "hashtags": MANY_HASHTAGS}
# One number behind a # may be anything; a version, or two changes, are release notes.
MANY_CHANGES = 2
# A text this long that asks nothing and addresses nobody speaks at people.
LONG_TOKENS = 60
# One this long that leads somewhere and asks nothing tells of it.
TOLD_TOKENS = 35

_EVERYONE = re.compile(r"@(?:here|channel|everyone)\b")
_SOMEBODY = re.compile(r"(?<!\w)@\w")
_PRICE = re.compile(
    r"\$\s?\d[\d.,]*+\s?[kmb]?(?![\w{}(])|(?<![\w.])\d[\d.,]*+\s?(?:\$|(?:usd|eur|dollars|bucks|euros)\b)"
)
_PERCENT_OFF = re.compile(
    r"(?<!\d)\d{1,3}\s?%\s{0,2}(?:off|discount|bonus|cheaper|rabatt)\b|\bsave\s{1,2}\d{1,2}\s?%"
)
_FREE = re.compile(r"\bFREE\b(?![(_;])")
_VERSION = re.compile(
    r"(?<![\w.])v?\d{1,4}\.\d{1,4}\.\d{1,5}(?![\w.])|(?<![\w.])v\d{1,3}(?:\.\d{1,4}){1,3}(?!\w)"
)
_CHANGE = re.compile(r"(?<![\w&/])#\d{2,6}\b|\b(?:pr|gh)-?\s?#?\d{2,6}\b")
_CHANGE_URL = re.compile(r"/(?:pull|issues|releases|commit|compare)/")
_PROJECT = re.compile(r"[\w.~-]++/[\w.-]++/?(?:[?#].*|/tree/.*)?", re.DOTALL)
_HASHTAG = re.compile(
    r"(?<![\w&#/])#(?!(?:define|include|ifdef|ifndef|endif|pragma|if|else)\b)[^\W\d_]\w{2,}+"
)
_LED_LINE = re.compile(
    r"^[ \t*_]*+(?:[\u2600-\u27bf\U0001f300-\U0001faff]|:[a-z][a-z0-9_+-]{1,40}:)", re.MULTILINE
)
_BUTTON_LINE = re.compile(
    rf"^[ \t*_~|>-]*+([a-z]+(?: [\w'$]+){{0,4}}+)[ \t:!*_~|-]*+{ADDRESS}*+[ \t)>]*+$", re.MULTILINE
)
_WORD = re.compile(r"[a-z]+")
_BEFORE_SALE = frozenset("please yes click to get take the a my your our today".split())
_HURRY = frozenset("now here today".split())


@dataclass(slots=True)
class Seen:
    """What was seen so far, by the signal's name: how often and where; `kinds` counts what buttons sell."""

    counts: Counter[str] = field(default_factory=Counter)
    spans: dict[str, list[Span]] = field(default_factory=dict)
    kinds: Counter[str] = field(default_factory=Counter)

    def see(self, name: str, span: Span | None = None, times: int = 1) -> None:
        """Note that the signal stands at `span`, or without a place `times` times."""
        self.counts[name] += times
        if span:
            self.spans.setdefault(name, []).append(span)


def see_marks(text: str, reading: Reading, links: Sequence[Link], seen: Seen) -> None:
    """Note in `seen` every signal that is no phrase, in the text and in the links of its card."""
    words = reading.words
    if "@" in words:
        _see_all("calls everyone", _EVERYONE, words, seen)
    if "$" in words or "dollar" in words or "usd" in words or "eur" in words or "bucks" in words:
        _see_all("price", _PRICE, words, seen)
    if "%" in words:
        _see_all("percent off", _PERCENT_OFF, words, seen)
    if "FREE" in text:
        _see_all("free of charge, loudly", _FREE, text, seen)
    if "#" in words:
        _see_all("hashtags", _HASHTAG, words, seen, least=MANY_HASHTAGS)
    _see_layout(reading, seen)
    _see_buttons(reading, links, seen)
    if reading.addresses or links:
        _see_addresses(reading, links, seen)
    _see_changes(reading, seen)
    for word, start, end in reading.tokens if "?" in words and (reading.addresses or links) else ():
        if word == "?":
            seen.see("asks something", (start, end))
    long = len(reading.tokens)
    if long >= TOLD_TOKENS and "?" not in words and not _SOMEBODY.search(words):
        seen.see("told at length")
        if long >= LONG_TOKENS:
            seen.see("addresses nobody")


def _see_all(name: str, pattern: re.Pattern[str], words: str, seen: Seen, least: int = 1) -> None:
    found = [match.span() for match in pattern.finditer(words)]
    if len(found) >= least:
        for span in found:
            seen.see(name, span)


def _see_layout(reading: Reading, seen: Seen) -> None:
    words = reading.words
    if words.isascii() and ":" not in words:
        return
    cheers = [(start, end) for word, start, end in reading.tokens if word in CHEERS]
    if len(cheers) >= MANY_CHEERS:
        for span in cheers:
            seen.see("hype emoji", span)
    if "\n" in words:
        _see_all("laid out as a poster", _LED_LINE, words, seen, least=MANY_LED_LINES)


def _see_buttons(reading: Reading, links: Sequence[Link], seen: Seen) -> None:
    for text, span, pointing in _labels(reading):
        if not _see_button(text, span, seen) and pointing:
            seen.see("arrow button", span)
    for link in links:
        _see_button(link.label.lower(), None, seen)


def see_link(link: Link, seen: Seen) -> None:
    """Note what a link or button of a message's card shows by itself."""
    _see_button(link.label.lower(), None, seen)
    if link.url:
        _see_address(link.url.lower(), host_of(link.url), None, seen)


def _see_button(label: str, span: Span | None, seen: Seen) -> bool:
    """Note what the button sells; one that registers is an ask to register, as an event's is."""
    kind = sales_kind(label)
    if kind == "register":
        seen.see("ask to register", span)
    elif kind:
        seen.see("sales button", span)
        seen.kinds[kind] += 1
    return bool(kind)


def _labels(reading: Reading) -> Iterator[tuple[str, Span, bool]]:
    """Yield the labels of links, brackets and arrows, and lines that hold nothing but a few words."""
    reach = -1
    for label in sorted(reading.labels, key=lambda label: label.start):
        if label.start >= reach:
            reach = label.end
            yield label.text, (label.start, label.end), label.pointing
    if "\n" not in reading.words and ADDRESS not in reading.words:
        return
    taken = [label.start for label in reading.labels]
    for line in _BUTTON_LINE.finditer(reading.words):
        if sales_kind(line[1]) and not any(line.start() <= start < line.end() for start in taken):
            yield line[1], line.span(1), False


def sales_kind(label: str) -> str:
    """Return what a button with this label (in lower case) sells, as "subscribe" or "buy"; "" for nothing."""
    words = _WORD.findall(label)
    while words and words[0] in _BEFORE_SALE:
        words.pop(0)
    if not words:
        return ""
    if words[0] in SELLING:
        return SELLING[words[0]]
    hurried = words[-1] in _HURRY or _PRICE.search(label) is not None
    return (
        next((SELLING_IF_HURRIED[word] for word in words if word in SELLING_IF_HURRIED), "")
        if hurried
        else ""
    )


def _see_addresses(reading: Reading, links: Sequence[Link], seen: Seen) -> None:
    hosts = set()
    known = set()
    for address in reading.addresses:
        known.add(address.url)
        hosts.add(owner_of(address.host))
        _see_address(address.url, address.host, (address.start, address.end), seen)
    for link in links:
        url = link.url.lower()
        if url and url not in known:
            known.add(url)
            hosts.add(owner_of(host_of(url)))
            _see_address(url, host_of(url), None, seen)
    if len(hosts) >= DIGEST_HOSTS:
        seen.see("digest of many places", times=len(hosts) // DIGEST_HOSTS)


def owner_of(host: str) -> str:
    """Return the part of a host that somebody owns: `a.b.example.com` is `example.com`'s."""
    return ".".join(host.split(".")[-2:])


def _see_address(url: str, host: str, span: Span | None, seen: Seen) -> None:
    if any(mark in url for mark in TRACKING):
        seen.see("tracking link", span)
    if host in SHORTENERS:
        seen.see("short link", span)
    place = url.split("://", 1)[-1].removeprefix("www.")
    if place.startswith(SHOPS):
        seen.see("shop link", span)
    if is_page(host, place):
        seen.see(PAGE, span)
    elif not _CHANGE_URL.search(url):
        seen.see(ELSEWHERE, span)


def is_page(host: str, place: str) -> bool:
    """Tell whether an address without its scheme is a project's own page, and none deeper in it."""
    if host in FORGES:
        return _PROJECT.fullmatch(place.partition("/")[2]) is not None
    return host.endswith(SHOWCASES)


def _see_changes(reading: Reading, seen: Seen) -> None:
    words = reading.words
    found = [version.span() for version in _VERSION.finditer(words)] if "." in words else []
    versions = len(found)
    if "#" in words or "pr" in words or "gh" in words:
        found += [change.span() for change in _CHANGE.finditer(words)]
    found += [
        (address.start, address.end) for address in reading.addresses if _CHANGE_URL.search(address.url)
    ]
    if versions or len(found) >= MANY_CHANGES:
        for span in found:
            seen.see("release notes", span)
