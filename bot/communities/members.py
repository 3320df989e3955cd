"""Who members are: their names, who is a manager, who is staff."""

from collections.abc import Collection, Mapping
from datetime import datetime

from sqlalchemy import bindparam, or_, select

from bot.communities.history import settings_of
from bot.events import HomeOpened, Interaction
from storage.tables import Member, Welcome, table
from storage.transaction import Transaction

MANAGERS_ONLY = (
    "Only the managers of this community can do that. Thank you for looking after it all the same!"
)

# What stands where somebody did something who was forgotten since.
SOMEBODY = "somebody"

_member = table(Member)
_MEMBER = select(_member).where(
    _member.c.community == bindparam("in_community"), _member.c.id == bindparam("member")
)
_CALLED = (
    select(_member.c.id)
    .where(_member.c.community == bindparam("in_community"), _member.c.called == bindparam("in_any_case"))
    .order_by(_member.c.id)
)
_welcome = table(Welcome)
_LEFT = select(_welcome.c.left_at).where(
    _welcome.c.community == bindparam("in_community"),
    _welcome.c.member == bindparam("member"),
    _welcome.c.left_at > bindparam("since"),
)
_ANY_CALLED = select(_member.c.id, _member.c.called).where(
    _member.c.community == bindparam("in_community"),
    or_(
        _member.c.called.in_(bindparam("in_any_case", expanding=True)),
        _member.c.id.in_(bindparam("of_ids", expanding=True)),
    ),
)

# Names that begin with a word: what may follow it comes before all small letters.
_BEGINS = (
    select(_member.c.id)
    .where(
        _member.c.community == bindparam("in_community"),
        _member.c.called >= bindparam("word"),
        _member.c.called < bindparam("until"),
        _member.c.bot.is_(False),
    )
    .limit(1)
)


_ROLES = select(_member.c.id, _member.c.roles, _member.c.bot).where(
    _member.c.community == bindparam("in_community"), _member.c.id.in_(bindparam("of_ids", expanding=True))
)
# SQLite takes 32,766 values in a statement.
_AT_ONCE = 10_000


def member_name(tx: Transaction, community: str, member: str) -> str:
    """Return what a member is called, or their id; who was forgotten is somebody."""
    if not member:
        return SOMEBODY
    found = tx.row(_MEMBER, in_community=community, member=member)
    return str(found.name) if found else member


def find_members(tx: Transaction, community: str, name: str) -> list[str]:
    """Return the ids of the members with this id, or else of all who are called so, in whatever case."""
    if tx.row(_MEMBER, in_community=community, member=name) is not None:
        return [name]
    return [row.id for row in tx.rows(_CALLED, in_community=community, in_any_case=name.casefold())]


def ids_called(tx: Transaction, community: str, names: Collection[str]) -> Mapping[str, Collection[str]]:
    """Return, of each of these names, the ids of all who are called so in any case or have it as their id."""
    plain = {name: name.casefold() for name in names}
    found: dict[str, set[str]] = {name: set() for name in names}
    values = {"in_any_case": sorted(set(plain.values())), "of_ids": sorted(plain)}
    rows = tx.rows(_ANY_CALLED, in_community=community, **values)
    for name, called in plain.items():
        found[name] |= {row.id for row in rows if row.called == called or row.id == name}
    return found


def first_names(tx: Transaction, community: str, words: Collection[str]) -> list[str]:
    """Return which of these words in small letters are what a member is called, or the first part of it."""
    return [
        word
        for word in sorted(words)
        if tx.row(_BEGINS, in_community=community, word=word, until=f"{word}`") is not None
    ]


def is_bot(tx: Transaction, community: str, member: str) -> bool:
    """Return whether a member is known to be a bot."""
    found = tx.row(_MEMBER, in_community=community, member=member)
    return bool(found and found.bot)


def is_admin(tx: Transaction, community: str, member: str) -> bool:
    """Return whether the platform says that a member administers the community."""
    return _role(tx, community, member)[0]


def is_manager(tx: Transaction, event: Interaction | HomeOpened) -> bool:
    """Return whether who did something may do what managers may."""
    if event.admin or is_admin(tx, event.community, event.member):
        return True
    managers = settings_of(tx, event.community).managers
    return _named(tx, event.community, managers, event.member, event.roles)


def manages_by_role(tx: Transaction, event: Interaction) -> bool:
    """Return whether it is a role alone that makes a manager of who did something.

    Who has a role is said by what they do in the chat, and by nothing in between.
    """
    by_person = event.admin or is_admin(tx, event.community, event.member)
    return not by_person and event.member not in settings_of(tx, event.community).managers


def has_left(tx: Transaction, community: str, member: str, since: datetime) -> bool:
    """Return whether a member left the community after a time."""
    return tx.row(_LEFT, in_community=community, member=member, since=since) is not None


def is_staff(tx: Transaction, community: str, member: str, roles: Collection[str] = ()) -> bool:
    """Return whether a member works for the company.

    `roles` is what the platform says of them with what they do: roles, user groups, the domain of their
    e-mail address; those it told before count too.
    """
    return _named(tx, community, settings_of(tx, community).staff, member, roles)


def staff_among(tx: Transaction, community: str, members: Collection[str]) -> frozenset[str]:
    """Return who of these members works for the company, apps apart; read some at a time."""
    staff = set(settings_of(tx, community).staff)
    if not staff:
        return frozenset()
    ids = sorted(members)
    found = staff.intersection(ids)
    for first in range(0, len(ids), _AT_ONCE):
        for row in tx.rows(_ROLES, in_community=community, of_ids=ids[first : first + _AT_ONCE]):
            if row.bot:
                found.discard(row.id)
            elif not staff.isdisjoint(row.roles or ()):
                found.add(row.id)
    return frozenset(found)


def forget_role(tx: Transaction, community: str, member: str) -> None:
    """Have a member's roles looked up again: they were written anew."""
    tx.memo.pop(("role", community, member), None)


def _role(tx: Transaction, community: str, member: str) -> tuple[bool, frozenset[str]]:
    """Return whether a member administers the community, and their roles, as far as the platform told."""
    key = ("role", community, member)
    if key not in tx.memo:
        found = tx.row(_MEMBER, in_community=community, member=member)
        tx.memo[key] = (bool(found and found.admin), frozenset((found.roles or ()) if found else ()))
    role: tuple[bool, frozenset[str]] = tx.memo[key]
    return role


def _named(
    tx: Transaction, community: str, named: Collection[str], member: str, roles: Collection[str]
) -> bool:
    if not named:
        return False
    return member in named or not (set(roles) | _role(tx, community, member)[1]).isdisjoint(named)
