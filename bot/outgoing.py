"""The rows of actions: put in by the core, claimed and settled by the outbox; plain statements, no commit."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from pydantic import ValidationError
from sqlalchemy import Row, and_, bindparam, case, exists, or_, select, update

from bot.actions import ACTION, Action, Answer, Update
from bot.events import ON_A_PAGE, Delivered, Judged
from storage.tables import Outgoing, table
from storage.transaction import Transaction

_outgoing = table(Outgoing)
# A process that claimed an action and was not heard of for so long is taken to be gone.
LEASE = timedelta(seconds=60)

_OF_KEY = select(_outgoing).where(
    _outgoing.c.community == bindparam("in_community"), _outgoing.c.key == bindparam("with_key")
)
_SETTLE = (
    update(_outgoing)
    .where(_outgoing.c.community == bindparam("in_community"), _outgoing.c.key == bindparam("with_key"))
    .values(
        state=bindparam("to_state"),
        message=bindparam("as_message"),
        reason=bindparam("for_reason"),
        payload=case((bindparam("to_state") == "sent", ""), else_=_outgoing.c.payload),
        claimed_by=None,
        claimed_until=None,
    )
)
_SET_ASIDE = (
    update(_outgoing)
    .where(_outgoing.c.community == bindparam("in_community"), _outgoing.c.state == "waiting")
    .values(state="left", payload="", reason="Hearth was removed before it was sent")
)
_earlier = _outgoing.alias("earlier")
# Changes of cards that a platform puts off for long hold up nothing but other changes.
_LONG = timedelta(minutes=1)
_put_off = _outgoing.alias("put_off")
_aside = and_(
    _earlier.c.kind == "update",
    _earlier.c.state == "waiting",
    _outgoing.c.kind != "update",
    exists().where(
        _put_off.c.community == _outgoing.c.community,
        _put_off.c.lane == _outgoing.c.lane,
        _put_off.c.kind == "update",
        _put_off.c.state == "waiting",
        _put_off.c.retry_at > bindparam("long_by"),
    ),
)
_CLAIMABLE = (
    select(_outgoing)
    .where(
        _outgoing.c.state == "waiting",
        or_(_outgoing.c.retry_at.is_(None), _outgoing.c.retry_at <= bindparam("by")),
        # Order within a lane: nothing goes before an earlier one is settled.
        ~exists().where(
            and_(
                _earlier.c.community == _outgoing.c.community,
                _earlier.c.lane == _outgoing.c.lane,
                _earlier.c.state.in_(("waiting", "sending")),
                _earlier.c.seq < _outgoing.c.seq,
                ~_aside,
            )
        ),
    )
    .order_by(_outgoing.c.urgent.desc(), _outgoing.c.seq)
    .limit(bindparam("most"))
)
_URGENT = _CLAIMABLE.where(_outgoing.c.urgent)
_LOST = (
    select(_outgoing)
    .where(_outgoing.c.state == "sending", _outgoing.c.claimed_until <= bindparam("by"))
    .order_by(_outgoing.c.seq)
)
_CLAIM = (
    update(_outgoing)
    .where(_outgoing.c.seq == bindparam("of_seq"))
    .values(state="sending", claimed_by=bindparam("by_me"), claimed_until=bindparam("until"))
)
_RELEASE = (
    update(_outgoing)
    .where(_outgoing.c.seq == bindparam("of_seq"))
    .values(
        state="waiting",
        retry_at=bindparam("again_at"),
        tries=_outgoing.c.tries + bindparam("counting"),
        doubted=bindparam("in_doubt"),
        reason=bindparam("for_reason"),
        claimed_by=None,
        claimed_until=None,
    )
)


@dataclass(frozen=True, slots=True)
class Claimed:
    """A row taken to be sent, with its action; where there is none, `why_not` says what is wrong with it."""

    row: Row[Any]
    action: Action | None
    why_not: str = ""


def enqueue(tx: Transaction, actions: Iterable[Action], at: datetime) -> None:
    """Put actions in; one whose key was put in before is the same and is left out.

    The answer to what was done on a page is there for the page to read; nothing has to be sent.
    """
    for action in actions:
        on_a_page = isinstance(action, Answer) and action.interaction.startswith(ON_A_PAGE)
        tx.add(
            Outgoing,
            community=action.community,
            key=action.key,
            kind=action.kind,
            lane=action.lane,
            urgent=action.urgent,
            payload=action.model_dump_json(),
            state="sent" if on_a_page else "waiting",
            made_at=at,
            retry_at=None,
            tries=0,
            doubted=False,
            reason="",
        )


def set_aside(tx: Transaction, community: str) -> None:
    """Leave what waits to be sent to a community: Hearth was removed from it."""
    tx.run(_SET_ASIDE, in_community=community)


def claim(
    tx: Transaction, me: str, now: datetime, most: int, *, urgent_only: bool = False
) -> Sequence[Claimed]:
    """Take what may be sent now, in order within each lane; urgent answers first."""
    statement = _URGENT if urgent_only else _CLAIMABLE
    if tx.on_postgresql:
        statement = statement.with_for_update(skip_locked=True, of=_outgoing)
    return [_taken(tx, row, me, now) for row in tx.rows(statement, by=now, long_by=now + _LONG, most=most)]


def lost(
    tx: Transaction, me: str, now: datetime, by: datetime, in_hand: Collection[int] = ()
) -> Sequence[Claimed]:
    """Take over what a process that is gone began to send: it may have arrived or not.

    Gone is who holds a claim that ends by `by`; what is `in_hand` here is not lost.
    """
    statement = _LOST.with_for_update(skip_locked=True) if tx.on_postgresql else _LOST
    rows = [row for row in tx.rows(statement, by=by) if row.seq not in in_hand]
    return [_taken(tx, row, me, now) for row in rows]


def _taken(tx: Transaction, row: Row[Any], me: str, now: datetime) -> Claimed:
    tx.run(_CLAIM, of_seq=row.seq, by_me=me, until=now + LEASE)
    try:
        action = ACTION.validate_json(row.payload)
    except ValidationError:
        return Claimed(row, None, "it was written by another version of Hearth")
    if not isinstance(action, Update):
        return Claimed(row, action)
    post = tx.row(_OF_KEY, in_community=action.community, with_key=action.post)
    if post is None or post.message is None:
        return Claimed(row, None, "the message to update was never posted")
    return Claimed(row, action.model_copy(update={"message": post.message}))


def release(
    tx: Transaction, seq: int, again_at: datetime, reason: str, *, counting: bool, doubted: bool
) -> None:
    """Let it wait until `again_at`.

    `counting` says whether this was a try that failed by our fault, `doubted` whether it may have been done
    all the same, so that it is looked for before it is sent again.
    """
    tx.run(
        _RELEASE, of_seq=seq, again_at=again_at, for_reason=reason, counting=int(counting), in_doubt=doubted
    )


def settle(tx: Transaction, event: Delivered | Judged) -> None:
    """Write down what became of an action. Once sent, its words are the platform's: we keep none.

    A question that a language model did not answer is left: everything goes on without.
    """
    if isinstance(event, Judged):
        state, message = "sent" if event.answer else "left", None
    else:
        state, message = str(event.outcome), event.message
    tx.run(
        _SETTLE,
        in_community=event.community,
        with_key=event.key,
        to_state=state,
        as_message=message,
        for_reason=event.reason,
    )
