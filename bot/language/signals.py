"""The signals by which a text is judged salesy, read once from the table in `signals.toml`."""

import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

Axis = Literal["broadcast", "commercial"]


@dataclass(frozen=True, slots=True)
class Sign:
    """A signal before it is seen in a text. `one` and `many` say it to people; `{n}` is how often.

    One that only `supports` counts beside another commercial signal; one that is `soft` is not enough for
    the words of a text to be heard (see `selling.py`), and beside one of `news` they are not heard. One that
    is `own` is a part of sharing one's own work, and counts where enough of them are seen; one of the
    `past` is not of the text, and counts beside what is (see `context.py`). Seen several times, one that
    counts `once` weighs no more.
    """

    name: str
    axis: Axis
    weight: float
    one: str
    many: str = ""
    supports: bool = False
    soft: bool = False
    news: bool = False
    own: bool = False
    past: bool = False
    once: bool = False
    phrases: str = ""

    def reason(self, times: int, what: str) -> str:
        """Return why, for people; `what` is what most of the buttons ask for."""
        if times == 1 or not self.many:
            return self.one
        said = _NUMBERS[times] if times < len(_NUMBERS) else str(times)
        return self.many.format(n=said, what=what)


def _kinds(table: dict[str, str]) -> dict[str, str]:
    return {word: kind for kind, words in table.items() for word in words.split()}


_NUMBERS = "no one two three four five six seven eight nine ten eleven twelve".split()
_TABLE: dict[str, Any] = tomllib.loads(Path(__file__).with_suffix(".toml").read_text(encoding="utf-8"))

SIGNS = tuple(Sign(**entry) for entry in _TABLE["signal"])

# What a button sells, by the word it begins with, or by a word in it where it hurries as well.
SELLING = _kinds(_TABLE["buttons"]["selling"])
SELLING_IF_HURRIED = _kinds(_TABLE["buttons"]["selling_if_hurried"])

TRACKING: tuple[str, ...] = tuple(_TABLE["links"]["tracking"])
SHORTENERS: frozenset[str] = frozenset(_TABLE["links"]["shorteners"])
SHOPS: tuple[str, ...] = tuple(_TABLE["links"]["shops"])
FORGES: frozenset[str] = frozenset(_TABLE["links"]["forges"])
SHARED_HOSTS: frozenset[str] = frozenset(_TABLE["links"]["shared"])
SHOWCASES: tuple[str, ...] = tuple(_TABLE["links"]["showcases"])
CHEERS: frozenset[str] = frozenset(_TABLE["emoji"]["cheering"])
