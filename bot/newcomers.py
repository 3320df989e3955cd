"""Newcomers' questions: who asks came lately, and for the first time here or not."""

from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, and_, bindparam, exists, func, select, tuple_

from storage.tables import Question, Welcome, table
from storage.transaction import Transaction

# Who came so lately is a newcomer.
NEWCOMER = timedelta(days=30)

_question, _welcome = table(Question), table(Welcome)
_earlier = _question.alias()
# Whether who asks a question came since `new_since`.
OF_NEWCOMER: ColumnElement[bool] = exists().where(
    _welcome.c.community == _question.c.community,
    _welcome.c.member == _question.c.asker,
    # Who was there before Hearth came is not new.
    _welcome.c.state != "known",
    func.coalesce(_welcome.c.admitted_at, _welcome.c.joined_at) > bindparam("new_since"),
)
_ASKED_BEFORE = exists().where(
    _earlier.c.community == _question.c.community,
    _earlier.c.asker == _question.c.asker,
    _earlier.c.state != "dismissed",
    tuple_(_earlier.c.asked_at, _earlier.c.channel, _earlier.c.message)
    < tuple_(_question.c.asked_at, _question.c.channel, _question.c.message),
)
# Whether a question is the first of somebody who came since `new_since`.
FIRST_OF_NEWCOMER: ColumnElement[bool] = and_(OF_NEWCOMER, ~_ASKED_BEFORE)
_IS_FIRST = select(_question.c.message).where(
    _question.c.community == bindparam("in_community"),
    _question.c.channel == bindparam("in_channel"),
    _question.c.message == bindparam("of_message"),
    FIRST_OF_NEWCOMER,
)


def is_first(tx: Transaction, community: str, channel: str, message: str, at: datetime) -> bool:
    """Return whether a question is the first of somebody who is a newcomer at that time."""
    place = {"in_community": community, "in_channel": channel, "of_message": message}
    return tx.row(_IS_FIRST, **place, new_since=at - NEWCOMER) is not None
