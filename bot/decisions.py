"""What people decided about questions, broadcasts and feedback: written down, undone, parted from who did."""

from datetime import datetime, timedelta
from typing import Any, Literal

from sqlalchemy import Row, and_, bindparam, select, update

from bot.events import Acted, Happened
from storage.tables import Decision, table
from storage.transaction import Transaction

About = Literal["question", "broadcast", "feedback"]
# What of a question was judged: that it is one, how likely nobody had answered it, or that somebody did; or
# only that it was to be flagged, where that was asked of no threshold.
Judged = Literal["asks", "unanswered", "answered", "flagged"]
# What takes back that a question was settled.
OPEN = "open"
# For so long a decision about a question can be undone as if it had never been made.
UNDONE_WITHIN = timedelta(minutes=10)

_decision = table(Decision)
_LATEST = (
    select(_decision.c.event, _decision.c.decision, _decision.c.by)
    .where(
        _decision.c.community == bindparam("in_community"),
        _decision.c.about == bindparam("of_kind"),
        _decision.c.channel == bindparam("in_channel"),
        _decision.c.message == bindparam("of_message"),
        _decision.c.undone_at.is_(None),
    )
    .order_by(_decision.c.at.desc(), _decision.c.event.desc())
    .limit(1)
)
_OF_EVENT = and_(
    _decision.c.community == bindparam("in_community"), _decision.c.event == bindparam("by_event")
)
_WAITS = select(_decision.c.channel, _decision.c.message).where(
    _OF_EVENT, _decision.c.about == bindparam("of_kind"), _decision.c.undone_at.is_not(None)
)
_BY = and_(
    _decision.c.community == bindparam("in_community"),
    _decision.c.about == bindparam("of_kind"),
    _decision.c.by == bindparam("by_member"),
)
_DECIDED_BY = (
    select(_decision.c.channel, _decision.c.message)
    .where(_BY)
    .distinct()
    .order_by(_decision.c.channel, _decision.c.message)
)
_UNDO = update(_decision).where(_OF_EVENT).values(undone_at=bindparam("when_undone"))
_UNDO_ALL = (
    update(_decision)
    .where(
        _decision.c.community == bindparam("in_community"),
        _decision.c.about == bindparam("of_kind"),
        _decision.c.channel == bindparam("in_channel"),
        _decision.c.message == bindparam("of_message"),
        _decision.c.undone_at.is_(None),
    )
    .values(undone_at=bindparam("when_undone"))
)
_BY_SOMEBODY = update(_decision).where(_BY).values(by="")


def decide(
    event: Acted,
    tx: Transaction,
    about: About,
    channel: str,
    message: str,
    decision: str,
    *,
    answered: str | None = None,
    overrules: Judged | None = None,
    stands: bool = True,
) -> None:
    """Write down what somebody decided about a message.

    `answered` is the message that answers it; `overrules` what of our judgement a manager says is wrong. What
    does not stand counts for nothing until `let_stand`.
    """
    tx.add(
        Decision,
        community=event.community,
        event=event.id,
        about=about,
        channel=channel,
        message=message,
        decision=decision,
        by=event.member,
        at=event.at,
        answer=answered,
        overrules=overrules,
        undone_at=None if stands else event.at,
    )


def decide_alike(
    event: Happened, tx: Transaction, about: About, channel: str, message: str, decision: str, *, by: str
) -> None:
    """Write down that what somebody decided of one message holds of another too."""
    tx.add(
        Decision,
        community=event.community,
        event=f"{event.id}/{channel}/{message}",
        about=about,
        channel=channel,
        message=message,
        decision=decision,
        by=by,
        at=event.at,
    )


def let_stand(tx: Transaction, community: str, about: About, event: str) -> tuple[str, str] | None:
    """Have what somebody decided by an event count from now on; return the channel and id of the message.

    None where nothing was decided by it, or it stands.
    """
    found = tx.row(_WAITS, in_community=community, by_event=event, of_kind=about)
    if found is None:
        return None
    tx.run(_UNDO, in_community=community, by_event=event, when_undone=None)
    return found.channel, found.message


def undo(tx: Transaction, community: str, event: str, at: datetime) -> None:
    """Have what somebody decided by an event count for nothing."""
    tx.run(_UNDO, in_community=community, by_event=event, when_undone=at)


def undo_all(tx: Transaction, community: str, about: About, channel: str, message: str, at: datetime) -> None:
    """Have nothing count that was decided about a message."""
    place = {"in_community": community, "of_kind": about, "in_channel": channel, "of_message": message}
    tx.run(_UNDO_ALL, **place, when_undone=at)


def latest_decision(
    tx: Transaction, community: str, about: About, channel: str, message: str
) -> Row[Any] | None:
    """Return the last `decision` about a message, and who it was `by`; None where nobody decided."""
    return tx.row(_LATEST, in_community=community, of_kind=about, in_channel=channel, of_message=message)


def forget_who(tx: Transaction, community: str, about: About, member: str) -> list[tuple[str, str]]:
    """Let what a member decided stand without who did; return the channel and id of each message."""
    place = {"in_community": community, "of_kind": about, "by_member": member}
    decided = [(row.channel, row.message) for row in tx.rows(_DECIDED_BY, **place)]
    tx.run(_BY_SOMEBODY, **place)
    return decided
