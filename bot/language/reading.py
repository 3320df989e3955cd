"""A text made ready to be judged: what is code, quoted, markup or an address is blanked in place.

Nothing moves: every span in a `Reading` is a half-open range of code points of the text as given. All
patterns are possessive or bounded, so that reading takes time linear in the length of any text.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass, field

# Stands where an address stood, once for each of its characters.
ADDRESS = "\ufffc"

# Longest label of a button: "Yes, save my seat at the conference" has seven words.
MAX_LABEL_WORDS = 8
MAX_LABEL = 120


@dataclass(frozen=True, slots=True)
class Address:
    """A web address in the text; `host` is in lower case, without `www.` and port."""

    url: str
    host: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Label:
    """A link's words, or what may be a button; `pointing` where an arrow points at a link or a line's end."""

    text: str
    start: int
    end: int
    pointing: bool


@dataclass(slots=True)
class Reading:
    """`words` is the text in plain lower case, as long as the text; `tokens` are (word, start, end).

    `links` are the ranges of links with all of their markup.
    """

    words: str
    tokens: list[tuple[str, int, int]] = field(default_factory=list)
    addresses: list[Address] = field(default_factory=list)
    labels: list[Label] = field(default_factory=list)
    links: list[tuple[int, int]] = field(default_factory=list)


# Letters that dress up as other alphabets ("𝐅𝐫𝐞𝐞", "ＦＲＥＥ") and typographic signs, one for one.
_FOLD = {0x2019: "'", 0x2018: "'", 0x00A0: " ", 0x200B: " "}
_FOLD |= dict.fromkeys(map(ord, "€£¥₹₽₿＄"), "$")
_FOLD |= {0xFF21 + i: chr(97 + i) for i in range(26)} | {0xFF41 + i: chr(97 + i) for i in range(26)}
_FOLD |= {0x1D400 + i: chr(97 + i % 26) for i in range(13 * 52)}
_FOLD |= {0x1D7CE + i: chr(48 + i % 10) for i in range(50)}

_NEEDS_CARE = re.compile(r"[<>`\[@&→»⇨➜➔►➡👉]|://|point_right|\w\.[a-z]{2}")
_FENCE = re.compile(r"```.*?(?:```|\Z)|`[^`\n]++`", re.DOTALL)
_QUOTED = re.compile(r"^[ \t]*+(?:>|&gt;)[^\n]*+", re.MULTILINE)
_GIVE_NOW = re.compile(r"[ \t]*+(?:>>|&gt;&gt;)[ \t]*+(\S[^\n>]{1,60})\Z")
_ENTITY = re.compile(r"&(?:[a-z]{2,8}|#\d{1,6});")
_TAG = re.compile(r"<(?:/?[a-z][a-z0-9]{0,15}(?=[\s/>])[^<>]{0,2000}|!--[^<>]{0,2000}--)>")
_HREF = re.compile(r"href\s{0,3}=\s{0,3}[\"']?([^\"'\s>]++)")
_POINTED = re.compile(r"<(?:(https?://|mailto:)[^<>|\s]++|[@#!][^<>|\s]++)(\|[^<>\n]{0,300})?>")
_MARKDOWN = re.compile(
    r"\[([^\[\]\n]{1,100})\]\(<?([^\s()<>]++(?:\([^\s()<>]*+\)[^\s()<>]*+)?)[^()\n]{0,100}\)"
)
_BRACKETED = re.compile(r"\[[ \t]*([^\[\]\n]{2,60})\](?!\()")
_TLDS = (
    "com|org|net|io|ai|app|co|gg|xyz|shop|store|online|site|info|biz|live|club|fun|finance|link|page|tv|edu"
)
_ADDRESS = re.compile(
    r"(?:https?://|(?<![\w.])www\.)[^\s<>\"|" + ADDRESS + r"]++"
    r"|(?<![\w.@+-])[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,4}"
    rf"|(?<![\w.@/-])(?:[a-z0-9-]{{1,63}}\.){{1,4}}(?:{_TLDS}|(?<=\bt\.)me|(?<=\bwa\.)me)\b(?:/[^\s<>\"|{ADDRESS}]*+)?"
)
_TAIL = ".,;:!?'\")]}*_~"
_ARROW = re.compile(rf"(?:→|»|⇨|➜|➔|►|➡\ufe0f?|>>++)[ \t*_)]*+(?:(?=\n?({ADDRESS}))|(?=\n|\Z))")
_POINTER = re.compile(rf"(?:👉|:point_right:(?::skin-tone-\d:)?)([^\n{ADDRESS}]{{0,80}}){ADDRESS}")
_LABEL_START = re.compile(r"[^\n.!?:;,\[\]()|" + ADDRESS + r"]{2,60}\Z")
_TOKEN = re.compile(
    r"(:[a-z][a-z0-9_+-]{1,40}:|\w++(?:'\w++)*+|[.!?$%]|[\u2190-\u2bff\U0001f300-\U0001faff])|"
    + ADDRESS
    + "++"
)


def read(text: str) -> Reading:
    """Return `text` folded, masked and cut into tokens. Time is linear in the length of the text."""
    words = _folded(text)
    reading = Reading(words)
    if _NEEDS_CARE.search(words):
        _mask(reading)
    reading.tokens = [(found[1] or ADDRESS, *found.span()) for found in _TOKEN.finditer(reading.words)]
    return reading


def host_of(url: str) -> str:
    """Return the host a web address names, in lower case, without `www.`, user and port; "" for none."""
    host = url.lower().split("://", 1)[-1].split("/", 1)[0].split("?", 1)[0].rsplit("@", 1)[-1]
    return host.split(":", 1)[0].removeprefix("www.")


def _folded(text: str) -> str:
    if "\r" in text:
        text = text.replace("\r\n", " \n").replace("\r", "\n")
    if text.isascii():
        return text.lower()
    lower = text.translate(_FOLD).lower()
    if len(lower) == len(text):
        return lower
    # Few letters grow when they are lowered ("İ"): those stay as they are.
    return "".join(low if len(low := letter.lower()) == 1 else letter for letter in text.translate(_FOLD))


def _blank(found: re.Match[str]) -> str:
    return " " * len(found[0])


def _mask(reading: Reading) -> None:
    words = reading.words
    if "`" in words:
        words = _FENCE.sub(_blank, words)
    if ">" in words or "&gt;" in words:
        words = _without_quotes(words)
    if "<" in words:
        words = _TAG.sub(_tag_reader(reading, words), words)
        words = _POINTED.sub(_pointed_reader(reading), words)
    if "&" in words:
        words = _ENTITY.sub(_blank, words)
    if "](" in words:
        words = _MARKDOWN.sub(_markdown_reader(reading), words)
    if "." in words or "://" in words:
        words = _ADDRESS.sub(_address_reader(reading), words)
    if "[" in words:
        for found in _BRACKETED.finditer(words):
            _label(reading, words, found.start(1), found.end(1), pointing=False)
            reading.links.append(found.span())
    for arrow in _ARROW.finditer(words):
        before = _LABEL_START.search(words, max(0, arrow.start() - 60), arrow.start())
        if before and before[0].strip():
            _label(reading, words, before.start(), arrow.end(), pointing=arrow[1] is not None)
    for pointer in _POINTER.finditer(words):
        _label(reading, words, pointer.start(), pointer.end(1), pointing=True)
    reading.words = words


def _without_quotes(words: str) -> str:
    """Blank quoted lines, but for a `>> give now` that stands alone, and unless all of the text is quoted."""
    mine = _QUOTED.sub(lambda found: found[0] if _GIVE_NOW.match(found[0]) else _blank(found), words)
    return mine if mine.strip() else words


def _tag_reader(reading: Reading, words: str) -> Callable[[re.Match[str]], str]:
    opened = began = -1

    def read_tag(found: re.Match[str]) -> str:
        nonlocal opened, began
        tag = found[0]
        if tag.startswith(("<a ", "<a\n")):
            opened, began = found.end(), found.start()
            href = _HREF.search(tag)
            if href:
                start = found.start() + href.start(1)
                _address(reading, href[1], start, start + len(href[1]))
        elif tag.startswith(("</a", "</button")) and opened >= 0:
            _label(reading, words, opened, found.start(), pointing=tag.startswith("</b"))
            reading.links.append((began, found.end()))
            opened = -1
        elif tag.startswith("<button"):
            opened, began = found.end(), found.start()
        return " " * len(tag)

    return read_tag


def _pointed_reader(reading: Reading) -> Callable[[re.Match[str]], str]:
    def read_pointed(found: re.Match[str]) -> str:
        whole, label = found[0], found[2] or ""
        if not found[1]:
            return whole.replace("<!", " @").replace("<", " ").replace(">", " ")
        url = whole[1 : len(whole) - 1 - len(label)]
        _address(reading, url, found.start() + 1, found.start() + 1 + len(url))
        reading.links.append(found.span())
        if label:
            at = found.end() - len(label)
            _label(reading, label[1:], 0, len(label) - 1, pointing=False, moved=at)
        return ADDRESS * (len(url) + 1) + label.replace("|", " ") + " "

    return read_pointed


def _markdown_reader(reading: Reading) -> Callable[[re.Match[str]], str]:
    def read_markdown(found: re.Match[str]) -> str:
        label = found[1]
        _address(reading, found[2], found.start(2), found.end(2))
        reading.links.append(found.span())
        _label(reading, label, 0, len(label), pointing=False, moved=found.start(1))
        return " " + label + " " + ADDRESS * (len(found[0]) - len(label) - 2)

    return read_markdown


def _address_reader(reading: Reading) -> Callable[[re.Match[str]], str]:
    def read_address(found: re.Match[str]) -> str:
        url = found[0].rstrip(_TAIL)
        _address(reading, url, found.start(), found.start() + len(url))
        reading.links.append((found.start(), found.start() + len(url)))
        return ADDRESS * len(url) + found[0][len(url) :]

    return read_address


def _address(reading: Reading, url: str, start: int, end: int) -> None:
    if "@" not in url.split("/", 3)[0 if "://" not in url else 2] and not url.startswith("mailto:"):
        reading.addresses.append(Address(url, host_of(url), start, end))


def _label(reading: Reading, words: str, start: int, end: int, *, pointing: bool, moved: int = 0) -> None:
    label = words[start:end]
    text = label.strip()
    if text and len(text) <= MAX_LABEL and len(text.split()) <= MAX_LABEL_WORDS:
        start += moved + len(label) - len(label.lstrip())
        reading.labels.append(Label(text, start, start + len(text), pointing))
