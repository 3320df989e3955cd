"""What can be chosen in the forms of pages."""

from collections import Counter
from dataclasses import dataclass

from sqlalchemy import bindparam, select

from storage.tables import Channel, Member, table
from storage.transaction import Transaction

# Among more than this nobody chooses from a list: then a name is typed.
_MOST = 300

# What parts names in a list, adds them or takes them away, or says that a name follows.
_IN_A_LIST = frozenset(",+-@")

_channel = table(Channel)
_member = table(Member)
_PEOPLE = (
    select(_member.c.id, _member.c.name)
    .where(_member.c.community == bindparam("in_community"), ~_member.c.bot)
    .order_by(_member.c.called, _member.c.id)
    .limit(_MOST + 1)
)
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
    names = Counter(row.name for row in rows)
    return tuple(
        Choice(
            label=f"#{row.name}" if names[row.name] == 1 else f"#{row.name} ({row.id})",
            value=row.id,
            private=bool(row.private),
        )
        for row in rows
    )


def members_here(tx: Transaction, community: str) -> tuple[Choice, ...]:
    """Return the members that can be named, by what is typed for them; none where they are too many."""
    rows = tx.rows(_PEOPLE, in_community=community)
    if len(rows) > _MOST:
        return ()
    names = Counter(row.name.casefold() for row in rows)
    return tuple(
        Choice(
            label=row.name,
            value=row.name if names[row.name.casefold()] == 1 and _IN_A_LIST.isdisjoint(row.name) else row.id,
        )
        for row in rows
    )
