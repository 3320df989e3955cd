"""What is wrong with an export: sentences for people, gathered where thousands repeat."""

from dataclasses import dataclass, field

from bot.events import MAX_TEXT
from bot.ports import Problem


class NotAnExport(Exception):
    """What was given cannot be read as an export; the message is one sentence that says what to do."""


class NoRoom(NotAnExport):
    """The export could be read, had the disk room to put it in order."""


NOBODYS_REACTIONS = "reactions that do not say who gave them were left out ({count})."
# Enough to see what sort of thing is wrong; beyond that a count says more than a list.
SHOWN = 5


@dataclass(slots=True)
class _Sort:
    shown: list[Problem] = field(default_factory=list)
    more: int = 0


class Problems:
    """Collects problems in bounded memory: of each sort the first few, and then how many more."""

    def __init__(self) -> None:
        self._sorts: dict[str, _Sort] = {}
        self._counts: dict[tuple[str, str], int] = {}

    def add(self, sort: str, where: str, what: str) -> None:
        """Note a problem. Those of one sort are gathered; there must be few sorts."""
        gathered = self._sorts.setdefault(sort, _Sort())
        if len(gathered.shown) < SHOWN:
            gathered.shown.append(Problem(where, what))
        else:
            gathered.more += 1

    def tally(self, where: str, what: str, count: int = 1) -> None:
        """Count what needs no places; `what` is one sentence with {count} in it."""
        self._counts[where, what] = self._counts.get((where, what), 0) + count

    def listed(self) -> list[Problem]:
        """Return what was noted, the sorts in the order in which they first came up."""
        found: list[Problem] = []
        for gathered in self._sorts.values():
            found.extend(gathered.shown)
            if gathered.more:
                places = "1 more place" if gathered.more == 1 else f"{gathered.more:,} more places"
                found.append(Problem(places, f"the same as in {gathered.shown[0].where}."))
        for (where, what), count in self._counts.items():
            found.append(Problem(where, what.format(count=f"{count:,}")))
        return found


def check_text(text: str, where: str, problems: Problems) -> None:
    """Report what `clean` will take from a message's text."""
    if len(text) > MAX_TEXT:
        what = (
            f"is {len(text):,} characters long or longer; what follows the first {MAX_TEXT:,} was left out."
        )
        problems.add("long", where, what)
    if _has_unkeepable(text):
        problems.add(
            "unkeepable", where, "holds NUL bytes or halves of characters, which were replaced by \ufffd."
        )


def _has_unkeepable(text: str) -> bool:
    """Tell whether a text holds a NUL or a lone surrogate, which no database takes."""
    if "\x00" in text:
        return True
    if text.isascii():
        return False
    try:
        text.encode()
    except UnicodeEncodeError:
        return True
    return False
