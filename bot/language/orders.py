"""Tells what reads as if it were said to a language model and not to people: nobody asks a model about it."""

import re
from unicodedata import normalize

from bot.language.wording.orders import PATTERNS

_ORDERS = re.compile("|".join(PATTERNS), re.MULTILINE | re.DOTALL)
# What shows as nothing, or turns letters around, has no business inside of words.
_UNSEEN = re.compile(
    "[\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u2069\ufeff\U000e0000-\U000e007f]"
)
_HIDDEN = re.compile(f"[^\\W_](?:{_UNSEEN.pattern})+[^\\W_]|[\u202a-\u202e\U000e0000-\U000e007f]")
_FLAG = re.compile("\U0001f3f4[\U000e0000-\U000e007f]{1,8}")
# A long string of many letters without a space is code, or something in disguise. What a link is made of is
# taken out before anything leaves; paths and names have joints; and what is counted in sixteens is a sum.
_LINK = re.compile(r"\w{2,12}://\S+|\bwww\.\S+")
_DISGUISED = re.compile(r"(?<![\w./\-])(?![0-9a-fA-F]+(?![\w+]))[A-Za-z0-9+]{60,}")
_FEWEST_LETTERS = 12
# Letters of other scripts that look like Latin ones.
_ALIKE = str.maketrans(
    "аАвВеЕёкКмМнНоОрРсСтТуУхХіІїјЈѕЅԁһԛԝցոսյαΑβΒεΕζΖηΗιΙκΚμΜνΝοΟρΡτΤυΥχΧγϲıɑɡɩʟɴʀʏ",
    "aAbBeEekKmMhHoOpPcCtTyYxXiIijJsSdhqwgnujaAbBeEzZnHiIkKuMvNoOpPtTuYxXyciagilnry",
)
_ACCENTS = re.compile("[\u0300-\u036f]")
# "i g n o r e", and "1gn0re".
_SPACED = re.compile(r"(?<![^\W_])(?:[^\W\d_][ .\-_*]){3,}[^\W\d_](?![^\W_])")
_WORD = re.compile(r"[^\W_]+")
_AS_LETTERS = str.maketrans("013457", "oleast")


def speaks_to_a_model(text: str) -> bool:
    """Return whether a text reads as an order to a language model, or hides something from who reads it.

    It errs on the side of caution: what is about prompts is left out too, and read by the rules alone.
    """
    seen = _UNSEEN.sub("", text)
    if seen != text and _hides(text):
        return True
    if any(len(set(found.lower())) >= _FEWEST_LETTERS for found in _DISGUISED.findall(_LINK.sub(" ", seen))):
        return True
    read = as_read(seen)
    return bool(_ORDERS.search(read)) or (
        (other := _undisguised(read)) != read and bool(_ORDERS.search(other))
    )


def as_read(text: str) -> str:
    """Return a text in plain letters, as people read it: no accents, look-alikes as what they look like."""
    plain = _ACCENTS.sub("", normalize("NFKD", text))
    return normalize("NFKC", plain).translate(_ALIKE).replace("’", "'").casefold()


def _undisguised(text: str) -> str:
    """Return a text with letters that stand apart put together, and figures in words read as letters."""
    joined = _SPACED.sub(lambda found: re.sub(r"[ .\-_*]", "", found[0]), text)
    return _WORD.sub(lambda found: _in_letters(found[0]), joined)


def _in_letters(word: str) -> str:
    return word if word.isalpha() or word.isdigit() else word.translate(_AS_LETTERS)


def _hides(text: str) -> bool:
    # Emoji are joined by one of these, and some scripts need it: alone it hides nothing. Others stand around
    # what was copied; flags of countries end with what else shows as nothing.
    rest = _FLAG.sub("", re.sub("[\u200d\u200c\u00ad]", "", text))
    return bool(_HIDDEN.search(rest))
