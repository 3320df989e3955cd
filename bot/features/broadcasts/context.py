"""What was said and done in a community before a message that sells or shares something, and where else.

Everything is as of the message's own time, whenever that is asked. Deleted messages count for what their
authors said and did; that they were copies they do not.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import zip_longest
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, bindparam, case, delete, func, or_, select, union_all

from bot.communities import settings_of
from bot.heard import Heard, author_of
from bot.language.context import Past
from bot.language.copies import MOST_MARKS, says_the_same, trace_of
from bot.manners import manners_of
from storage.tables import Member, Message, Trace, Turn, table
from storage.transaction import Transaction

# Copies of a message come within moments of it: only then it is looked at what was before it, and beside it.
SETTLED = timedelta(minutes=1)
# So far back it is looked what somebody said and did, and for copies and what else was sold in a channel.
_MONTH, _WEEK = timedelta(days=30), timedelta(days=7)
# Who speaks for the first time cannot be told where nobody was heard for so long.
_HEARD = timedelta(days=7)
# Of so many that share something the latest are looked at, whether their authors left who answered alone.
_MOST_OFFERS = 5
# A text that is said again and again has so many copies at most, the earliest. To find them, so many are
# looked at that have a mark of it: what was said a thousand times is read no longer.
_MOST_COPIES, _MOST_LIKE = 8, 16
# The marks of a message, by which others are looked for.
_MARKS = tuple(f"mark_{number}" for number in range(MOST_MARKS))
# The mark that each has.
_ITSELF = 0

_member, _message, _trace, _turn = table(Member), table(Message), table(Trace), table(Turn)
_target = _message.alias()
_HERE = _trace.c.community == bindparam("in_community")
_OF_MESSAGE = and_(
    _HERE, _trace.c.channel == bindparam("in_channel"), _trace.c.message == bindparam("of_message")
)
_BETWEEN = _trace.c.posted_at.between(bindparam("since"), bindparam("until"))
_FORGET = delete(_trace).where(_OF_MESSAGE)
_FORGET_AUTHOR = delete(_trace).where(_HERE, _trace.c.author == bindparam("by_author"))
_KEPT = select(_trace.c.mark, _trace.c.leads, _trace.c.author, _trace.c.posted_at).where(_OF_MESSAGE)


def _with(mark: str, *more: ColumnElement[bool]) -> Select[Any]:
    """Return the earliest messages that have a mark."""
    earliest = (
        select(_trace.c.channel, _trace.c.message, _trace.c.leads, _trace.c.posted_at)
        .where(
            _HERE,
            _trace.c.mark == bindparam(mark),
            or_(_trace.c.leads.is_(False), _trace.c.author == bindparam("by_author")),
            _BETWEEN,
            *more,
        )
        .order_by(_trace.c.posted_at, _trace.c.channel, _trace.c.message)
        .limit(_MOST_LIKE)
        .subquery()
    )
    return select(earliest)


def _like(*more: ColumnElement[bool]) -> Select[Any]:
    """Return messages with how many marks of words each shares, and whether it leads to the same."""
    each = union_all(*(_with(mark, *more) for mark in _MARKS)).subquery()
    posted_at = func.min(each.c.posted_at)
    return (
        select(
            each.c.channel,
            each.c.message,
            func.sum(case((each.c.leads, 0), else_=1)).label("same"),
            func.max(case((each.c.leads, 1), else_=0)).label("led"),
        )
        .group_by(each.c.channel, each.c.message)
        .order_by(posted_at, each.c.channel, each.c.message)
    )


_LIKE = _like()
_LIKE_BY_AUTHOR = _like(_trace.c.author == bindparam("by_author"))
_SOLD = select(func.count().label("number")).where(
    _HERE,
    _trace.c.mark == _ITSELF,
    _BETWEEN,
    _trace.c.channel == bindparam("in_channel"),
    _trace.c.sells.is_(True),
    _trace.c.message != bindparam("of_message"),
)
_OFFERED = (
    select(_trace.c.channel, _trace.c.message, _trace.c.posted_at)
    .where(
        _HERE,
        _trace.c.author == bindparam("by_author"),
        _trace.c.posted_at >= bindparam("since"),
        _trace.c.posted_at < bindparam("until"),
        _trace.c.mark == _ITSELF,
    )
    .order_by(_trace.c.posted_at.desc(), _trace.c.channel, _trace.c.message)
)
_IN_COMMUNITY = _message.c.community == bindparam("in_community")
_BY_AUTHOR = and_(_IN_COMMUNITY, _message.c.author == bindparam("by_author"))
_BEFORE = _message.c.posted_at < bindparam("until")
_KNOWN = select(_message.c.id).where(_BY_AUTHOR, _BEFORE).limit(1)
_SEEN = select(_member.c.first_seen_at).where(
    _member.c.community == bindparam("in_community"), _member.c.id == bindparam("by_author")
)
_HEARD_BY = select(_message.c.id).where(_IN_COMMUNITY, _BEFORE).limit(1)
# What somebody said in so long, and to how many others it belonged.
_SAID = (
    select(
        func.count().label("said"),
        func.count(func.distinct(_target.c.author)).label("answered"),
    )
    .select_from(
        _message.outerjoin(
            _turn,
            and_(
                _turn.c.community == _message.c.community,
                _turn.c.channel == _message.c.channel,
                _turn.c.message == _message.c.id,
            ),
        ).outerjoin(
            _target,
            and_(
                _target.c.community == _turn.c.community,
                _target.c.channel == _turn.c.channel,
                _target.c.id == _turn.c.parent,
                _target.c.author != _message.c.author,
                _target.c.author != "",
            ),
        )
    )
    .where(_BY_AUTHOR, _BEFORE, _message.c.posted_at >= bindparam("since"))
)
_REPLIED = select(func.min(_message.c.posted_at).label("at")).where(
    _IN_COMMUNITY,
    _message.c.channel == bindparam("in_channel"),
    or_(_message.c.thread == bindparam("to_message"), _message.c.reply_to == bindparam("to_message")),
    _message.c.author.not_in((bindparam("by_author"), "")),
    _BEFORE,
)
_CAME_BACK = (
    select(_message.c.id)
    .where(
        _BY_AUTHOR,
        _message.c.channel == bindparam("in_channel"),
        _message.c.posted_at > bindparam("since"),
        _BEFORE,
    )
    .limit(1)
)
_ANSWERED = (
    select(_message.c.author)
    .select_from(
        _message.join(
            _turn,
            and_(
                _turn.c.community == _message.c.community,
                _turn.c.channel == _message.c.channel,
                _turn.c.parent == _message.c.id,
            ),
        )
    )
    .where(
        _turn.c.community == bindparam("in_community"),
        _turn.c.channel == bindparam("in_channel"),
        _turn.c.message == bindparam("of_message"),
    )
)


@dataclass(frozen=True, slots=True)
class Place:
    """Where a message stands."""

    channel: str
    message: str


def keep_trace(tx: Transaction, community: str, place: Place, said: Heard, *, sells: bool, new: bool) -> None:
    """Keep by which numbers a message that sells or shares something is found: anew, if it is not `new`."""
    if not new:
        forget_trace(tx, community, place)
    _copies_known(tx, community).clear()
    trace = trace_of(said.text, said.links)
    marks = {_ITSELF: False} | dict.fromkeys(trace.places, True) | dict.fromkeys(trace.words, False)
    for mark, leads in sorted(marks.items()):
        tx.put(
            Trace,
            community=community,
            channel=place.channel,
            message=place.message,
            mark=mark,
            leads=leads,
            sells=sells,
            author=said.author,
            posted_at=said.posted_at,
        )


def forget_trace(tx: Transaction, community: str, place: Place) -> None:
    """Forget by which numbers a message is found."""
    _copies_known(tx, community).clear()
    tx.run(_FORGET, in_community=community, in_channel=place.channel, of_message=place.message)


def forget_traces_of(tx: Transaction, community: str, author: str) -> None:
    """Forget it of all that somebody said."""
    _copies_known(tx, community).clear()
    tx.run(_FORGET_AUTHOR, in_community=community, by_author=author)


def kept_copies(tx: Transaction, community: str, place: Place, *, by: str = "") -> Sequence[Place]:
    """Return where else in the weeks around it nearly the same was said as in a message, earliest first; with
    `by`, by somebody."""
    known = _copies_known(tx, community)
    if (place, by) not in known:
        known[place, by] = _kept_copies(tx, community, place, by)
    return known[place, by]


def _copies_known(tx: Transaction, community: str) -> dict[tuple[Place, str], Sequence[Place]]:
    """Return the copies that were looked for since a trace was kept or forgotten last."""
    known: dict[tuple[Place, str], Sequence[Place]] = tx.memo.setdefault(("copies", community), {})
    return known


def _kept_copies(tx: Transaction, community: str, place: Place, by: str) -> Sequence[Place]:
    kept = tx.rows(_KEPT, in_community=community, in_channel=place.channel, of_message=place.message)
    words = {row.mark for row in kept if row.mark != _ITSELF and not row.leads}
    if not words:
        return []
    at = kept[0].posted_at
    like = _LIKE_BY_AUTHOR if by else _LIKE
    return _copies(tx, community, place, words, set(), by, at - _WEEK, at + _WEEK, like=like)


def those_that_count(tx: Transaction, community: str, place: Place) -> Sequence[Place]:
    """Return the messages, of those heard so far, that count a message among their copies."""
    kept = tx.rows(_KEPT, in_community=community, in_channel=place.channel, of_message=place.message)
    if not kept:
        return []
    words = {row.mark for row in kept if row.mark != _ITSELF and not row.leads}
    places = {row.mark for row in kept if row.leads}
    at = kept[0].posted_at
    return _copies(tx, community, place, words, places, kept[0].author, at - SETTLED, at + _WEEK)


def _copies(
    tx: Transaction,
    community: str,
    place: Place,
    words: Collection[int],
    places: Collection[int],
    author: str,
    since: datetime,
    until: datetime,
    *,
    like: Select[Any] = _LIKE,
) -> Sequence[Place]:
    """Return where else the same words are said, or the author leads to the same places in other channels."""
    marks = sorted({*words, *places})
    if not marks:
        return []
    # None is the mark of nothing.
    asked: dict[str, int | None] = dict(zip_longest(_MARKS, marks))
    between = {"since": since, "until": until}
    rows = tx.rows(like, in_community=community, by_author=author, **asked, **between)
    copies = [
        Place(row.channel, row.message)
        for row in rows
        if says_the_same(row.same, len(words)) or (row.led and row.channel != place.channel)
    ]
    return [there for there in copies if there != place][:_MOST_COPIES]


def past_of(
    tx: Transaction, community: str, place: Place, said: Heard, *, profiles: bool | None = None
) -> Past:
    """Return what was before a message.

    Its author is looked at where the platform allows `profiles` of people, unless that is said here.
    """
    profiled = manners_of(community).profiles if profiles is None else profiles
    here = {"in_community": community}
    at = said.posted_at
    sold = tx.row(
        _SOLD, **here, in_channel=place.channel, of_message=place.message, since=at - _WEEK, until=at
    )
    trace = trace_of(said.text, said.links)
    places = trace.places if profiled else frozenset[int]()
    copies = _copies(tx, community, place, trace.words, places, said.author, at - _WEEK, at + SETTLED)
    past = Past(
        answers=_answers(tx, community, place, said),
        copies=len(copies),
        sold=sold.number if sold else 0,
    )
    if not profiled or said.bot or tx.row(_HEARD_BY, **here, until=at - _HEARD) is None:
        return past
    author = {**here, "by_author": said.author}
    if tx.row(_KNOWN, **author, until=at) is None:
        seen = tx.row(_SEEN, **author)
        erased = at - timedelta(days=settings_of(tx, community).retention_days)
        # Of who was there so long ago what they said may be erased.
        if seen is not None and seen.first_seen_at < erased:
            return past
        return replace(past, first=True, said=0, offered=0, answered=0)
    row = tx.row(_SAID, **author, since=at - _MONTH, until=at)
    offers = tx.rows(_OFFERED, **author, since=at - _MONTH, until=at)
    left = sum(_left_alone(tx, community, offer, said.author, at) for offer in offers[:_MOST_OFFERS])
    assert row is not None
    return replace(past, said=row.said, offered=len(offers), answered=row.answered, left=left)


def _answers(tx: Transaction, community: str, place: Place, said: Heard) -> bool:
    """Tell whether a message belongs to what somebody else said, in a thread or without."""
    row = tx.row(_ANSWERED, in_community=community, in_channel=place.channel, of_message=place.message)
    if row is not None:
        return bool(row.author != said.author)
    to = said.reply_to or said.thread
    if to is None or to == place.message:
        return False
    return author_of(tx, community, place.channel, to) not in (None, said.author)


def _left_alone(tx: Transaction, community: str, offer: Any, author: str, until: datetime) -> bool:
    """Tell whether somebody was answered to what they shared, and said no more in its channel."""
    there = {"in_community": community, "in_channel": offer.channel, "by_author": author, "until": until}
    replied = tx.row(_REPLIED, **there, to_message=offer.message)
    if replied is None or replied.at is None:
        return False
    return tx.row(_CAME_BACK, **there, since=replied.at) is None
