"""What works in a community, as far as its platform lets Hearth, and what is off."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import bindparam, select

from storage.tables import Capability, table
from storage.transaction import Transaction

_capability = table(Capability)
_ALL = (
    select(_capability)
    .where(_capability.c.community == bindparam("in_community"))
    .order_by(_capability.c.capability)
)


@dataclass(frozen=True, slots=True)
class Off:
    """Something that does not work, why, and since when that is known."""

    capability: str
    reason: str
    since: datetime


def capabilities(tx: Transaction, community: str) -> tuple[int, tuple[Off, ...]]:
    """Return how many things work, and those that are off."""
    rows = tx.rows(_ALL, in_community=community)
    off = tuple(Off(row.capability, row.reason, row.changed_at) for row in rows if not row.works)
    return len(rows) - len(off), off


def mended(tx: Transaction, community: str, since: datetime) -> tuple[Off, ...]:
    """Return what has come to work again since a moment, where there is something to be said of it."""
    rows = tx.rows(_ALL, in_community=community)
    return tuple(
        Off(row.capability, row.reason, row.changed_at)
        for row in rows
        if row.works and row.reason and row.changed_at >= since
    )
