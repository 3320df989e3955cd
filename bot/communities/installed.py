"""Whether Hearth is still in a community, or was removed from it."""

from sqlalchemy import bindparam, select

from storage.tables import Community, table
from storage.transaction import Transaction

_community = table(Community)
_STANDING = select(_community.c.installed_at, _community.c.ended_at).where(
    _community.c.id == bindparam("in_community")
)


def has_ended(tx: Transaction, community: str) -> bool:
    """Return whether Hearth was removed from a community, and not added again since."""
    key = ("ended", community)
    if key not in tx.memo:
        row = tx.row(_STANDING, in_community=community)
        tx.memo[key] = (
            row is not None
            and row.ended_at is not None
            and (row.installed_at is None or row.installed_at < row.ended_at)
        )
    return bool(tx.memo[key])


def forget_installed(tx: Transaction, community: str) -> None:
    """Have it looked up again: Hearth was added or removed."""
    tx.memo.pop(("ended", community), None)
