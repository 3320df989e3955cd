"""What follows for questions when settings change: other times to flag them at, other marks and words."""

from collections.abc import Mapping

from sqlalchemy import bindparam, select

from bot.communities import Change
from bot.features.questions.asked import asked_from
from bot.features.questions.marks import marked_by
from bot.features.questions.states import schedule
from bot.features.questions.talk import Scope
from bot.features.questions.turns import follow_again
from bot.waiting import waiting
from storage.tables import Message, table
from storage.transaction import Transaction

# What says when an open question is flagged.
_TIMES = ("limit", "working_hours", "timezone", "channels")

_message = table(Message)
_WAITING = waiting()
_OF_AUTHOR = (
    select(_message.c.channel, _message.c.id, _message.c.thread, _message.c.posted_at)
    .where(_message.c.community == bindparam("in_community"), _message.c.author == bindparam("by_author"))
    .order_by(_message.c.posted_at, _message.c.channel, _message.c.id)
)


def reschedule(tx: Transaction, community: str, changes: Mapping[str, Change]) -> None:
    """Have every question that waits to be flagged wait for as long as is set now."""
    if not any(name in changes for name in _TIMES):
        return
    for row in tx.rows(_WAITING, in_community=community):
        schedule(tx, asked_from(row))


def newly_marked(tx: Transaction, community: str, changes: Mapping[str, Change]) -> list[tuple[str, str]]:
    """Return the channel and id of each message with a check mark that counts now, or does no longer."""
    change = changes.get("managers")
    if change is None:
        return []
    before, after = (set(map(str, _listed(value))) for value in (change.before, change.after))
    return [mark for member in sorted(before ^ after) for mark in marked_by(tx, community, member)]


def _listed(value: object) -> list[object]:
    return value if isinstance(value, list) else []


def taken_out(tx: Transaction, community: str, member: str) -> dict[str, set[str]]:
    """Take turns anew without what a member said; return the heads this may concern, by channel."""
    heads: dict[str, set[str]] = {}
    for row in tx.rows(_OF_AUTHOR, in_community=community, by_author=member):
        found = follow_again(tx, Scope(community, row.channel, row.thread), row.id, row.posted_at)
        heads.setdefault(row.channel, set()).update(found)
    return heads
