"""What managers decided about a question with the buttons of its card."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import Row, bindparam, select

from bot.decisions import OPEN
from bot.language.answers import Evidence, Mark, Outcome, State, outcome
from bot.language.parents import Said
from storage.tables import Decision, table
from storage.transaction import Transaction

# What the asker says of an earlier answer.
HELPED = "helped"
# Decisions that settle a question: the state they settle it in, and how people are told.
SETTLING: Mapping[str, tuple[State, str]] = {
    "answered": ("answered", "marked as answered"),
    HELPED: ("answered", "found in an earlier answer"),
    "not_a_question": ("dismissed", "marked as not a question"),
    "staff": ("dismissed", "handed to staff"),
}

_decision = table(Decision)
_DECISIONS = (
    select(
        _decision.c.decision,
        _decision.c.by,
        _decision.c.at,
        _decision.c.answer,
        _decision.c.event,
        _decision.c.undone_at,
    )
    .where(
        _decision.c.community == bindparam("in_community"),
        _decision.c.about == "question",
        _decision.c.channel == bindparam("in_channel"),
        _decision.c.message == bindparam("of_head"),
    )
    .order_by(_decision.c.at, _decision.c.event)
)


@dataclass(frozen=True, slots=True)
class Decided:
    """What somebody decided by an event; `answer` is the message that answers it, where they named one.

    It has its `number` among all that was decided about the question. What was `undone` counts for nothing.
    """

    decision: str
    by: str
    at: datetime
    answer: str | None = None
    event: str = ""
    undone: bool = False
    number: int = 0


@dataclass(frozen=True, slots=True)
class Rulings:
    """The last decision that settled or reopened a question; who has taken it since, and who put it off."""

    ruling: Decided | None = None
    taken_by: str | None = None
    put_off: tuple[Decided, ...] = ()


NONE = Rulings()


def rulings_of(tx: Transaction, community: str, channel: str, head: str) -> Rulings:
    """Return what was decided about a question so far."""
    rows = tx.rows(_DECISIONS, in_community=community, in_channel=channel, of_head=head)
    return rulings_from(map(decided_from, rows))


def decided_from(row: Row[Any]) -> Decided:
    """Return what somebody decided, from its row."""
    return Decided(row.decision, row.by, row.at, row.answer, row.event, row.undone_at is not None)


def rulings_from(decisions: Iterable[Decided]) -> Rulings:
    """Return what decisions about a question come to, in the order in which they were made."""
    found = NONE
    for number, decided in enumerate(decisions, 1):
        if decided.undone:
            continue
        if decided.decision in SETTLING or decided.decision == OPEN:
            found = Rulings(ruling=replace(decided, number=number))
        elif decided.decision == "take":
            found = replace(found, taken_by=decided.by)
        elif decided.decision == "later":
            found = replace(found, put_off=(*found.put_off, decided))
    return found


def overrule(
    read: Outcome, ruling: Decided | None, head: str, asker: str, after: Sequence[Said], marks: Sequence[Mark]
) -> Outcome:
    """Return what becomes of a question by a person's word, where there is one, else as it was read.

    Reopened, only what was said and marked since can answer it. Who was helped by an earlier answer opens it
    again by asking on.
    """
    if ruling is None:
        return read
    if ruling.decision == HELPED:
        return _helped(ruling, head, asker, after, marks)
    if ruling.decision == OPEN:
        since = outcome(
            asker,
            [said for said in after if said.at > ruling.at],
            [mark for mark in marks if mark.at > ruling.at],
        )
        return replace(since, first_response=read.first_response)
    state, reason = SETTLING[ruling.decision]
    settled = replace(read, state=state, evidence=Evidence("person", ruling.answer or head, "person", reason))
    helper = next((said.author for said in after if said.id == ruling.answer), None)
    return settled if helper is None else replace(settled, helper=helper)


def _helped(ruling: Decided, head: str, asker: str, after: Sequence[Said], marks: Sequence[Mark]) -> Outcome:
    """Return what becomes of a question whose asker was helped: as if they put a check mark on it then."""
    found = outcome(asker, after, [*marks, Mark(head, asker, ruling.at)])
    rests_on = found.evidence
    if rests_on is None or (rests_on.kind, rests_on.message_id) != ("check_mark", head):
        return found
    return replace(found, evidence=Evidence("earlier", head, "person", SETTLING[HELPED][1]), helper=None)
