"""What can be chosen in the forms of pages."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import Row, bindparam, select

from storage.tables import Channel, table
from storage.transaction import Transaction

# Among more than this nobody chooses from a list: then a name is typed.
_MOST = 300

_channel = table(Channel)
_IN_USE = (
    select(_channel.c.id, _channel.c.name, _channel.c.private)
    .where(_channel.c.community == bindparam("in_community"), ~_channel.c.archived)
    .order_by(_channel.c.name, _channel.c.id)
    .limit(_MOST + 1)
)


@dataclass(frozen=True, slots=True)
class Choice:
    """Something that can be chosen: what it is called, and what the form says then."""

    label: str
    value: str
    chosen: bool = False
    private: bool = False


def channels_in_use(tx: Transaction, community: str) -> tuple[Choice, ...]:
    """Return the channels that can be chosen, by their ids; none where they are too many to choose from."""
    rows = tx.rows(_IN_USE, in_community=community)
    if len(rows) > _MOST:
        return ()
    names: dict[str, list[Row[Any]]] = {}
    for row in rows:
        names.setdefault(row.name, []).append(row)
    return tuple(
        Choice(
            label=f"#{row.name}" if len(names[row.name]) == 1 else f"#{row.name} ({row.id})",
            value=row.id,
            private=bool(row.private),
        )
        for row in rows
    )
