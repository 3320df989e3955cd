"""A question and its row."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row

from bot.features.questions.rulings import NONE, Rulings
from storage.tables import Question, table

# How what is due for a reminder begins; the question and who is to be reminded follow.
LATER = "later:"

_COLUMNS = tuple(column.name for column in table(Question).columns)


@dataclass(frozen=True, slots=True)
class Asked:
    """A question as it stands, and what was decided about it.

    What was flagged and is a question no longer does not `stand`: it is kept, and can only be told of.
    """

    community: str
    channel: str
    message: str
    thread: str | None
    asker: str
    asked_at: datetime
    text: str
    probability: float
    reasons: tuple[str, ...]
    state: str
    evidence: Mapping[str, Any] | None
    helper: str | None
    first_response_at: datetime | None
    flagged_at: datetime | None
    rulings: Rulings = NONE
    stands: bool = True
    # The state it was in before it was last derived.
    was: str | None = None

    @property
    def row(self) -> dict[str, Any]:
        """What is kept of it."""
        return {name: getattr(self, name) for name in _COLUMNS} | {"reasons": list(self.reasons)}


def asked_from(row: Row[Any], prefix: str = "") -> Asked:
    """Return the question of a row, in which its columns begin with `prefix`; its text is not in there."""
    values = {name: getattr(row, prefix + name) for name in _COLUMNS}
    return Asked(text="", **values | {"reasons": tuple(values["reasons"])})


def by_person(asked: Asked) -> bool:
    """Return whether a question stands as it does by somebody's word."""
    return asked.evidence is not None and asked.evidence["by"] == "person"


def key_of(channel: str, head: str) -> str:
    """Return how a question is named in what is due and on buttons."""
    return f"{channel}/{head}"
