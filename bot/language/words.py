"""Prepares what people write for reading: code, links, quoted lines and emoji out, sentences apart."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Concatenate, Generic, ParamSpec, TypeVar

# Every sign that ends a question, in any script, is read as "?"; curly quotes are read as straight ones.
_SIGNS = str.maketrans(
    {
        "？": "?",
        "؟": "?",
        "՞": "?",
        "፧": "?",
        "﹖": "?",
        "⸮": "?",
        "⁇": "?",
        "⁈": "?",
        "⁉": "?",
        "‽": "?",
        "\u037e": "?",
        "‘": "'",
        "’": "'",
        "ʼ": "'",
        "´": "'",
        "“": '"',
        "”": '"',
        "…": ".",
        "。": ".\n",
        "！": "!",
        "，": ",",
        "\u200b": " ",
        "\u00a0": " ",
        "\ufe0f": " ",
    }
)
_FENCE = re.compile(r"```.*?(?:```|\Z)", re.DOTALL)
_INLINE = re.compile(r"`[^`\n]+`")
_URL = re.compile(r"(?:https?://|www\.|mailto:)[^\s>)\]]+")
_SHORTCODE = re.compile(r":[a-z0-9_+\-]{1,60}:")
_QUOTED = (">", "&gt;")
_MENTION = re.compile(r"@[\w.\-]+")
_GREEK = re.compile(r"[\u0370-\u03ff]")
WORD = re.compile(r"[^\W\d_]+(?:'[^\W\d_]+)*|\+1|\d+")
_ENDS = re.compile(r"(?<=[.!?])[)\"'*_~\]]*\s+")
# Letters of scripts that put no space between words: two of them weigh as much as a word.
_UNSPACED = re.compile(r"[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff]")
_CLOSERS = " !.)\"'*_~]"

# What code and links leave behind, so that a sentence around them stays whole: no word, and no sign.
CODE = "⌘"
LINK = "⌂"
# What is said in longer texts is said by then; a log somebody pasted is not read to its end.
MOST = 6_000
# A message is read for several things one after the other.
_REMEMBERED = 16
# How many readings are remembered, of texts up to how many characters.
_READINGS = 2_048
_LONG = 2_000

Given = ParamSpec("Given")
Reading = TypeVar("Reading")


@dataclass(frozen=True, slots=True)
class Words:
    """A text as it is read: lower case, straight quotes, one sentence each; and what was taken out.

    `size` is about how many words it has, in scripts without spaces too.
    """

    sentences: tuple[str, ...]
    text: str
    tokens: frozenset[str]
    size: int
    code: bool
    link: bool
    mention_first: bool


@lru_cache(maxsize=_REMEMBERED)
def read_words(text: str) -> Words:
    """Prepare a text. Time is linear in its length."""
    if len(text) > MOST:
        text = text[: MOST - 1_000] + "\n" + text[-1_000:]
    low = text.lower()
    if not low.isascii():
        low = _straight(low)
    code = "`" in low
    if code:
        low = _INLINE.sub(CODE, _FENCE.sub(CODE, low))
    link = "http" in low or "www." in low or "mailto:" in low
    if link:
        low = _URL.sub(LINK, low)
    if ":" in low:
        low = _SHORTCODE.sub(" ", low)
    lines = _lines(low)
    whole = "\n".join(lines)
    tokens = WORD.findall(whole)
    size = len(tokens)
    if not whole.isascii():
        size += len(_UNSPACED.findall(whole)) // 2
    return Words(
        sentences=_sentences(lines),
        text=whole,
        tokens=frozenset(tokens),
        size=size,
        code=code and CODE in whole,
        link=link and LINK in whole,
        mention_first=whole.startswith("@"),
    )


def count(sentence: str) -> int:
    """Return about how many words a prepared sentence has."""
    words = len(WORD.findall(sentence))
    return words if sentence.isascii() else words + len(_UNSPACED.findall(sentence)) // 2


def asks(sentence: str) -> bool:
    """Say whether a prepared sentence ends with a question mark."""
    return "?" in sentence and sentence.rstrip(_CLOSERS).endswith("?")


def mentions_out(text: str) -> str:
    """Return a prepared text without the names it calls."""
    return _MENTION.sub(" ", text).strip() if "@" in text else text


def _straight(text: str) -> str:
    text = text.translate(_SIGNS)
    # A Greek question ends with what looks like a semicolon, and often is one.
    if ";" in text and _GREEK.search(text):
        text = text.replace(";", "?")
    return text


def _lines(text: str) -> list[str]:
    """Return the lines that are the author's own."""
    lines: list[str] = []
    for raw in text.split("\n"):
        line = " ".join(raw.split())
        if not line:
            continue
        if line.startswith(_QUOTED):
            if line.startswith((">>>", "&gt;&gt;&gt;")):
                break  # On Discord this quotes all that follows.
        elif lines and not line.strip("? "):
            lines[-1] += "?"  # A question mark sent after the question.
        else:
            lines.append(line)
    return lines


def _sentences(lines: list[str]) -> tuple[str, ...]:
    found: list[str] = []
    for line in lines:
        if "? " in line or ". " in line or "! " in line or '" ' in line or ") " in line:
            found += [part for part in _ENDS.split(line) if part]
        else:
            found.append(line)
    return tuple(found)


class Remembered(Generic[Given, Reading]):
    """A judgement of a text that remembers what it read last: a conversation is read again as it goes on.

    Long texts are read anew, so that what is remembered stays small.
    """

    def __init__(self, read: Callable[Concatenate[str, Given], Reading]) -> None:
        self._read = read
        self._given: dict[Any, Reading] = {}
        self._remembering: Any = lru_cache(maxsize=_READINGS)(self._read_new)

    def __call__(self, text: str, /, *args: Given.args, **kwargs: Given.kwargs) -> Reading:
        if len(text) > _LONG:
            return self._read(text, *args, **kwargs)
        found: Reading = self._remembering(text, *args, **kwargs)
        return found

    def give(self, reading: Reading, text: str, /, *args: Given.args, **kwargs: Given.kwargs) -> None:
        """Have this reading of a text returned, which another process made, when it is asked for."""
        if len(text) <= _LONG:
            self._given[text, args, tuple(kwargs.items())] = reading

    def _read_new(self, text: str, /, *args: Given.args, **kwargs: Given.kwargs) -> Reading:
        given = self._given.pop((text, args, tuple(kwargs.items())), None) if self._given else None
        return self._read(text, *args, **kwargs) if given is None else given

    def forget(self) -> None:
        """Remember nothing, so that what is measured next is the reading itself."""
        self._remembering.cache_clear()
        self._given.clear()

    def forget_given(self) -> None:
        """Let go of readings that were given and not asked for."""
        self._given.clear()


def remembered(read: Callable[Concatenate[str, Given], Reading]) -> Remembered[Given, Reading]:
    """Have a judgement remember what it read last."""
    return Remembered(read)
