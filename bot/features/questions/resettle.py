"""What follows for questions when settings change: other times to flag them at, other marks and words."""

from collections.abc import Mapping

from sqlalchemy import and_, bindparam, select, update

from bot.communities import Change
from bot.features.questions.asked import LATER, asked_from
from bot.features.questions.marks import having, marked_by
from bot.features.questions.states import schedule
from bot.features.questions.talk import Scope
from bot.features.questions.turns import follow_again
from storage.tables import Decision, Due, Message, Question, table
from storage.transaction import Transaction

# What says when an open question is flagged.
_TIMES = ("limit", "working_hours", "timezone", "channels")

_message = table(Message)
_question = table(Question)
_due = table(Due)
# What is of the past has no time at which it will be flagged, and gets none.
_WAITING = (
    select(_question)
    .select_from(
        _due.join(
            _question,
            and_(
                _question.c.community == _due.c.community,
                _question.c.channel + "/" + _question.c.message == _due.c.key,
            ),
        )
    )
    .where(
        _due.c.community == bindparam("in_community"),
        _due.c.feature == "questions",
        _question.c.state == "unanswered",
        _question.c.flagged_at.is_(None),
    )
)
_decision = table(Decision)
_BY = and_(
    _decision.c.community == bindparam("in_community"),
    _decision.c.about == "question",
    _decision.c.by == bindparam("by_member"),
)
_DECIDED_BY = (
    select(_decision.c.channel, _decision.c.message)
    .where(_BY)
    .distinct()
    .order_by(_decision.c.channel, _decision.c.message)
)
_BY_SOMEBODY = update(_decision).where(_BY).values(by="")
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
    by = {"in_community": community, "by_member": member}
    decided = [(row.channel, row.message) for row in tx.rows(_DECIDED_BY, **by)]
    tx.run(_BY_SOMEBODY, **by)
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
