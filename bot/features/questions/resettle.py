"""What follows for questions when settings change: other times to flag them at, other marks and words."""

from collections.abc import Mapping
from datetime import datetime, timedelta

from sqlalchemy import and_, bindparam, or_, select

from bot.communities import Change
from bot.features.questions.asked import asked_from
from bot.features.questions.marks import marked_by
from bot.features.questions.states import schedule
from bot.features.questions.talk import Scope
from bot.features.questions.turns import follow_again
from storage.tables import Due, Message, Question, table
from storage.transaction import Transaction

# What says when, and whether, an open question is flagged.
_TIMES = ("limit", "working_hours", "timezone", "channels", "managers_channel")

_message = table(Message)
_question = table(Question)
_due = table(Due)
# What is not scheduled and was asked before this is of an imported past, of which nobody is told now.
_LATELY = timedelta(days=7)
_OPEN = (
    select(_question, _due.c.due_at)
    .select_from(
        _question.outerjoin(
            _due,
            and_(
                _due.c.community == _question.c.community,
                _due.c.feature == "questions",
                _due.c.key == _question.c.channel + "/" + _question.c.message,
            ),
        )
    )
    .where(
        _question.c.community == bindparam("in_community"),
        _question.c.state == "unanswered",
        _question.c.flagged_at.is_(None),
        or_(_due.c.key.is_not(None), _question.c.asked_at >= bindparam("since")),
    )
)
_OF_AUTHOR = (
    select(_message.c.channel, _message.c.id, _message.c.thread, _message.c.posted_at)
    .where(_message.c.community == bindparam("in_community"), _message.c.author == bindparam("by_author"))
    .order_by(_message.c.posted_at, _message.c.channel, _message.c.id)
)


def reschedule(tx: Transaction, community: str, changes: Mapping[str, Change], at: datetime) -> None:
    """Have every open question that waits to be flagged wait as what is set now says."""
    if not any(name in changes for name in _TIMES):
        return
    for row in tx.rows(_OPEN, in_community=community, since=at - _LATELY):
        asked = asked_from(row)
        schedule(tx, asked, asked, again=True)


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
