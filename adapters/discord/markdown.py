"""Plain words in Discord's markdown: nothing in them means anything, and addresses can be followed."""

import re
from datetime import datetime

# An address, without the mark that ends a sentence or closes a bracket around it.
_URL = re.compile(r"https?://[^\s<>\"`]*[^\s<>\"`.,;:!?')\]}*_]")
_SIGN = re.compile(r"([\\`*_~|\[\]<>])")
# What makes a heading, a list or a small line of what follows it.
_OPENING = re.compile(r"^(\s*)(#{1,3}|-#|-|\d+\.)(?=\s)", re.MULTILINE)
_EVERYBODY = re.compile(r"@(?=everyone|here)")
_ZERO_WIDTH = "\u200b"


def escape(text: str) -> str:
    """Return a plain text so that all of it is read as it stands."""
    parts: list[str] = []
    end = 0
    for found in _URL.finditer(text):
        parts += [_escaped(text[end : found.start()]), found[0]]
        end = found.end()
    return "".join([*parts, _escaped(text[end:])])


def _escaped(text: str) -> str:
    text = _SIGN.sub(r"\\\1", text)
    text = _OPENING.sub(_opened, text)
    return _EVERYBODY.sub(f"@{_ZERO_WIDTH}", text)


def _opened(found: re.Match[str]) -> str:
    sign = found[2]
    return f"{found[1]}{sign[:-1]}\\." if sign.endswith(".") else f"{found[1]}\\{sign}"


def one_line(text: str) -> str:
    """Return a text of one line, escaped; there is always something of it."""
    return escape(" ".join(text.split())) or "…"


def cut(text: str, most: int) -> str:
    """Return text in markdown in at most `most` characters, with no escape and no link cut in two."""
    if len(text) <= most:
        return text
    return f"{text[: break_at(text, most - 1)]}…"


def break_at(text: str, at: int) -> int:
    """Return where text in markdown can be cut, at `at` or before."""
    line = text.rfind("\n", 0, at) + 1
    link = text.rfind("[", line, at)
    if link > line and text[link - 1] != "\\" and re.match(r"\[[^\]\n]*\]\([^)\s]*\)", text[link:]):
        closing = text.find(")", link)
        if closing >= at:
            at = link
    slashes = len(text[:at]) - len(text[:at].rstrip("\\"))
    return at - slashes % 2


def moment(at: datetime) -> str:
    """Return a time that each reader sees in their own timezone."""
    return f"<t:{int(at.timestamp())}:f>"
