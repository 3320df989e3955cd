"""Erases talk when its time is over, day by day, each counted for the last time before it goes.

Messages go entirely, with all that was derived from them but what members said of the product, which holds no
words of theirs: so what is stored grows with what is said in so many days, and not with a community's age.
"""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import (
    BindParameter,
    ColumnElement,
    Delete,
    String,
    Table,
    bindparam,
    case,
    cast,
    delete,
    exists,
    func,
    insert,
    or_,
    select,
    tuple_,
    update,
)

from bot.asking import NO_WORDS
from bot.communities import Settings
from bot.daily import count_day
from bot.days import day_of, span_of
from bot.events import Event, MessageEdited, MessageFiltered, MessagePosted
from bot.figures import count_week
from bot.heard import of_message
from bot.weeks import week_of
from storage.tables import (
    AskedWord,
    Asking,
    Broadcast,
    Digest,
    Erased,
    Failure,
    Filtered,
    Handled,
    Hint,
    Message,
    ModelCall,
    ModelSource,
    OpenList,
    Outgoing,
    Question,
    Reaction,
    SeemsReplied,
    SimilarQuestion,
    ThreadBegun,
    Trace,
    Turn,
    table,
)
from storage.transaction import Transaction

# For so long at least, what was handled and sent is known: platforms deliver again for hours, and a bot that
# was away for weeks reads what it missed. It is longer where talk is: then nothing kept is done twice.
REMEMBERED = timedelta(days=30)
_NOTHING = datetime(1, 1, 1, tzinfo=UTC)

_erased, _message, _digest, _outgoing = table(Erased), table(Message), table(Digest), table(Outgoing)
_BEFORE: BindParameter[datetime] = bindparam("before")
_MOST: BindParameter[int] = bindparam("most")


def _here(of: Table) -> ColumnElement[bool]:
    return of.c.community == bindparam("in_community")


_ERASED = select(_erased.c.before).where(_here(_erased))
_OLDEST = select(func.min(_message.c.posted_at).label("at")).where(_here(_message))
_OLD = (
    select(_message.c.channel, _message.c.id)
    .where(_here(_message), _message.c.posted_at < _BEFORE)
    .order_by(_message.c.posted_at, _message.c.channel, _message.c.id)
    .limit(_MOST)
)
# What a thread is about is known for so long after its first message went: people come back to it.
THREADS_REMEMBERED = timedelta(days=365)
_turn, _begun = table(Turn), table(ThreadBegun)
_reply = _message.alias()
_HAS_REPLIES = exists().where(
    _reply.c.community == _message.c.community,
    _reply.c.channel == _message.c.channel,
    _reply.c.thread == _message.c.id,
)
_KEEP_THREADS = insert(_begun).from_select(
    ["community", "channel", "message", "question", "at"],
    select(
        _message.c.community,
        _message.c.channel,
        _message.c.id,
        case((_turn.c.asks, _turn.c.head), else_=_turn.c.question),
        _message.c.posted_at,
    )
    .select_from(_message.join(_turn, of_message(_turn)))
    .where(
        _here(_message),
        tuple_(_message.c.channel, _message.c.id).in_(_OLD),
        _HAS_REPLIES,
        ~exists().where(
            _here(_begun), _begun.c.channel == _message.c.channel, _begun.c.message == _message.c.id
        ),
    ),
)
_FORGET_THREADS = delete(_begun).where(
    _here(_begun),
    _begun.c.at < bindparam("until"),
    ~exists().where(
        _here(_message), _message.c.channel == _begun.c.channel, _message.c.thread == _begun.c.message
    ),
)
_FORGET_TURNS = delete(table(Turn)).where(
    _here(table(Turn)), tuple_(table(Turn).c.channel, table(Turn).c.message).in_(_OLD)
)
# What a language model was asked rests on them: whose words they were is not known afterwards.
_call, _source = table(ModelCall), table(ModelSource)
_FORGET_ASKED = (
    update(_call)
    .where(
        _here(_call),
        _call.c.key.in_(
            select(_source.c.key).where(
                _here(_source), tuple_(_source.c.channel, _source.c.message).in_(_OLD)
            )
        ),
    )
    .values(**NO_WORDS)
)
_FORGET_MESSAGES = delete(_message).where(
    _here(_message), tuple_(_message.c.channel, _message.c.id).in_(_OLD)
)


def _oldest(of: Table, at: ColumnElement[Any], *more: ColumnElement[bool]) -> Delete:
    """Return the statement that deletes the rows before a time, the oldest first, so many at once."""
    keys = list(of.primary_key)
    old = select(*keys).where(_here(of), at < _BEFORE, *more).order_by(at, *keys).limit(_MOST)
    return delete(of).where(tuple_(*keys).in_(old))


_question, _word = table(Question), table(AskedWord)
_OLD_QUESTIONS = (
    select(_question.c.channel, _question.c.message)
    .where(_here(_question), _question.c.asked_at < _BEFORE)
    .order_by(_question.c.asked_at, *_question.primary_key)
    .limit(_MOST)
)
_FORGET_DERIVED = (
    # By the questions that go right after.
    delete(_word).where(_here(_word), tuple_(_word.c.channel, _word.c.message).in_(_OLD_QUESTIONS)),
    _oldest(table(Question), table(Question).c.asked_at),
    _oldest(table(SeemsReplied), table(SeemsReplied).c.asked_at),
    _oldest(table(SimilarQuestion), table(SimilarQuestion).c.asked_at),
    _oldest(table(Asking), table(Asking).c.asked_at),
    _oldest(table(Hint), table(Hint).c.asked_at),
    _oldest(table(Broadcast), table(Broadcast).c.posted_at),
    _oldest(table(Reaction), table(Reaction).c.at),
    _oldest(table(Filtered), table(Filtered).c.at),
    _oldest(table(Trace), table(Trace).c.posted_at),
    _oldest(_call, _call.c.asked_at),
    _oldest(_source, _source.c.at),
)
_FORGET_FAILURES = delete(table(Failure)).where(_here(table(Failure)), table(Failure).c.at < _BEFORE)
_FORGET_HANDLED = _oldest(table(Handled), table(Handled).c.at)
_list = table(OpenList)
_FORGET_SENT = _oldest(
    _outgoing,
    _outgoing.c.made_at,
    _outgoing.c.state.not_in(("waiting", "sending")),
    # A list that stays is changed for as long as it is known which message it is.
    ~exists().where(_here(_list), or_(_list.c.post == _outgoing.c.key, _list.c.last == _outgoing.c.key)),
)
# What was asked to be said and never could be: nobody is told now of what is no longer kept.
_GIVE_UP = (
    update(_outgoing)
    .where(_here(_outgoing), _outgoing.c.made_at < _BEFORE, _outgoing.c.state == "waiting")
    .values(state="failed", reason="it waited for longer than what it speaks of is kept")
)
_EMPTY_ACTIONS = (
    update(_outgoing)
    .where(
        _here(_outgoing),
        _outgoing.c.made_at < _BEFORE,
        _outgoing.c.state.in_(("failed", "doubtful")),
        _outgoing.c.payload != "",
    )
    .values(payload="")
)
_EMPTY_DIGESTS = (
    update(_digest)
    .where(_here(_digest), _digest.c.window_from < _BEFORE, cast(_digest.c.sections, String) != "[]")
    .values(sections=[])
)


def kept_from(settings: Settings, now: datetime) -> datetime:
    """Return from when on a community's talk is kept: so many whole days before this one."""
    first = day_of(now, settings.zone) - timedelta(days=settings.retention_days)
    return span_of(first, settings.zone).start


def erased_before(tx: Transaction, community: str) -> datetime:
    """Return the time before which everything said in a community is erased, or was never kept."""
    key = ("erased", community)
    if key not in tx.memo:
        found = tx.row(_ERASED, in_community=community)
        tx.memo[key] = found.before if found else _NOTHING
    before: datetime = tx.memo[key]
    return before


def still_kept(events: Sequence[Event], tx: Transaction) -> list[Event]:
    """Leave out what is told again of talk that is erased: it is counted already."""
    return [event for event in events if not _is_erased(event, tx)]


def _is_erased(event: Event, tx: Transaction) -> bool:
    match event:
        case MessagePosted() | MessageFiltered():
            return event.at < erased_before(tx, event.community)
        case MessageEdited():
            return event.posted_at < erased_before(tx, event.community)
        case _:
            return False


def erase_talk(tx: Transaction, community: str, settings: Settings, before: datetime, most: int) -> int:
    """Count the oldest day once more and erase it, up to so many messages at once; return how many went.

    Only whole days go: `before` is the beginning of one. Nothing has gone when nothing is left.
    """
    zone, so_far = settings.zone, erased_before(tx, community)
    oldest = tx.row(_OLDEST, in_community=community)
    if oldest is None or oldest.at is None or oldest.at >= before:
        _erased_until(tx, community, max(so_far, before))
        return 0
    day = day_of(oldest.at, zone)
    span = span_of(day, zone)
    # Of a day, or a week, that was begun to be erased not all is there; its counts stay.
    count_day(tx, community, day, zone, whole=span.start >= so_far)
    week = week_of(oldest.at, zone)
    # Where less than a week is kept, it may not be over: then it is counted from its days when it is.
    if week.start >= so_far and week.end <= before + timedelta(days=settings.retention_days):
        count_week(tx, community, week, zone)
    until = min(span.end, before)
    _erased_until(tx, community, max(so_far, until))
    tx.run(_KEEP_THREADS, in_community=community, before=until, most=most)
    tx.run(_FORGET_ASKED, in_community=community, before=until, most=most)
    tx.run(_FORGET_TURNS, in_community=community, before=until, most=most)
    erased = tx.run(_FORGET_MESSAGES, in_community=community, before=until, most=most)
    # What is remembered of the talk may be of what is no more.
    tx.kept.clear()
    tx.memo.clear()
    return erased


def _erased_until(tx: Transaction, community: str, before: datetime) -> None:
    if before > erased_before(tx, community):
        tx.put(Erased, community=community, before=before)
        tx.memo["erased", community] = before


def forget_derived(tx: Transaction, community: str, before: datetime, most: int) -> bool:
    """Delete what was derived from talk that is erased; return whether there may be more."""
    place = {"in_community": community, "before": before, "most": most}
    return max([tx.run(statement, **place) for statement in _FORGET_DERIVED]) >= most


def forget_handled(tx: Transaction, community: str, before: datetime, most: int) -> bool:
    """Delete which events were handled; return whether there may be more."""
    return tx.run(_FORGET_HANDLED, in_community=community, before=before, most=most) >= most


def forget_words(tx: Transaction, community: str, before: datetime) -> None:
    """Erase what else holds words: what failed, what could not be sent, and digests of that time.

    What long silent threads were about goes too.
    """
    tx.run(_FORGET_THREADS, in_community=community, until=before - THREADS_REMEMBERED)
    for statement in (_FORGET_FAILURES, _GIVE_UP, _EMPTY_ACTIONS, _EMPTY_DIGESTS):
        tx.run(statement, in_community=community, before=before)


def forget_sent(tx: Transaction, community: str, before: datetime, most: int) -> bool:
    """Delete what was sent or given up; return whether there may be more."""
    return tx.run(_FORGET_SENT, in_community=community, before=before, most=most) >= most
