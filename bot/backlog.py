"""What waits in the rows: actions by state, what has fallen due, and what failed."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import bindparam, func, select

from storage.tables import Due, Failure, Outgoing, table
from storage.transaction import Transaction

_outgoing = table(Outgoing)
_due = table(Due)
_failure = table(Failure)
# Those sent are not counted: they are almost all there are.
_ACTIONS = (
    select(_outgoing.c.state, func.count().label("number"))
    .where(_outgoing.c.state.in_(("waiting", "sending", "doubtful", "failed")))
    .group_by(_outgoing.c.state)
)
_OLDEST = select(_outgoing.c.made_at).where(_outgoing.c.state == "waiting").order_by(_outgoing.c.seq).limit(1)
_OVERDUE = select(func.count().label("number")).where(_due.c.due_at <= bindparam("by"))
_FAILURES = select(_failure.c.feature, func.count().label("number")).group_by(_failure.c.feature)


@dataclass(frozen=True, slots=True)
class Backlog:
    """How many actions there are by state, but for those sent; since when one waits; and the rest."""

    actions: Mapping[str, int]
    oldest_waiting: datetime | None
    overdue: int
    failures: Mapping[str, int]


def backlog(tx: Transaction, now: datetime) -> Backlog:
    """Return what waits."""
    oldest = tx.row(_OLDEST)
    overdue = tx.row(_OVERDUE, by=now)
    return Backlog(
        actions={row.state: row.number for row in tx.rows(_ACTIONS)},
        oldest_waiting=oldest.made_at if oldest else None,
        overdue=overdue.number if overdue else 0,
        failures={row.feature: row.number for row in tx.rows(_FAILURES)},
    )
