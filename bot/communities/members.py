"""Who members are: their names, who is a manager, who is staff."""

from collections.abc import Collection

from sqlalchemy import bindparam, select

from bot.communities.history import settings_of
from bot.events import HomeOpened, Interaction
from storage.tables import Member, table
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
_IDS_AND_NAMES = (
    select(_member.c.id, _member.c.name)
    .where(_member.c.community == bindparam("in_community"))
    .order_by(_member.c.id)
)


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
    rows = tx.rows(_IDS_AND_NAMES, in_community=community)
    return [row.id for row in rows if row.name.casefold() == name.casefold()]


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


def is_staff(tx: Transaction, community: str, member: str, roles: Collection[str] = ()) -> bool:
    """Return whether a member works for the company.

    `roles` is what the platform says of them with what they do: roles, user groups, the domain of their
    e-mail address; those it told before count too.
    """
    return _named(tx, community, settings_of(tx, community).staff, member, roles)


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
