"""What follows for questions when settings change: other times to flag them at, other marks and words."""

from collections.abc import Mapping

from sqlalchemy import bindparam, select

from bot.communities import Change
from bot.decisions import forget_who
from bot.features.questions.asked import LATER, asked_from
from bot.features.questions.marks import having, marked_by
from bot.features.questions.talk import Scope
from bot.features.questions.times import schedule
from bot.features.questions.turns import follow_again
from bot.waiting import waiting
from storage.tables import Due, Message, table
from storage.transaction import Transaction

# What says when an open question is flagged.
_TIMES = ("limit", "newcomer_limit", "working_hours", "timezone", "channels")

_message = table(Message)
_WAITING = waiting()
_due = table(Due)
_REMINDERS = select(_due.c.key).where(
    _due.c.community == bindparam("in_community"),
    _due.c.feature == "questions",
    _due.c.key.like(f"{LATER}%"),
)
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
    if before == after:
        return []
    members = having(tx, community, before ^ after)
    return [mark for member in members for mark in marked_by(tx, community, member)]


def _listed(value: object) -> list[object]:
    return value if isinstance(value, list) else []


def undecide(tx: Transaction, community: str, member: str) -> list[tuple[str, str]]:
    """Forget who decided about questions, where it was this member; return the channel and head of each."""
    decided = forget_who(tx, community, "question", member)
    for row in tx.rows(_REMINDERS, in_community=community):
        if row.key.endswith(f"/{member}"):
            tx.unschedule(community, "questions", row.key)
    return decided


def taken_out(tx: Transaction, community: str, member: str) -> dict[str, set[str]]:
    """Take turns anew without what a member said; return the heads this may concern, by channel."""
    heads: dict[str, set[str]] = {}
    for row in tx.rows(_OF_AUTHOR, in_community=community, by_author=member):
        found = follow_again(tx, Scope(community, row.channel, row.thread), row.id, row.posted_at)
        heads.setdefault(row.channel, set()).update(found)
    return heads
