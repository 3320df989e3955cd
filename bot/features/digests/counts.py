"""How much was said, asked and answered in a window and in the one before; only where readers can read it."""

from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache
from json import loads
from typing import Any

from sqlalchemy import Column, ColumnElement, Integer, Select, bindparam, case, func, literal_column, select

from bot.communities import closed_to, look_up_channels, may_quote
from bot.retention import erased_before
from bot.scores import CALLED_FINE
from bot.weeks import Window, stretches
from storage.tables import Broadcast, Community, Failure, Feedback, Message, Question, table
from storage.transaction import Transaction

_message, _question, _feedback = table(Message), table(Question), table(Feedback)
_broadcast, _failure, _community = table(Broadcast), table(Failure), table(Community)

_FOUND = select(_community.c.found_at).where(_community.c.id == bindparam("in_community"))
_EARLIER = (
    select(_message.c.id)
    .where(_message.c.community == bindparam("in_community"), _message.c.posted_at < bindparam("since"))
    .limit(1)
)
_MEMBERS = select(func.count(func.distinct(_message.c.author)).label("number")).where(
    _message.c.community == bindparam("in_community"),
    _message.c.posted_at >= bindparam("since"),
    _message.c.posted_at < bindparam("until"),
    _message.c.deleted_at.is_(None),
    ~_message.c.bot,
    _message.c.channel.not_in(bindparam("hidden", expanding=True)),
)
# A window in which more than this could not be read has a trouble that no exact number makes clearer.
_FAILURES = 1_000
_UNREAD = (
    select(_failure.c.event, _failure.c.payload)
    .where(
        _failure.c.community == bindparam("in_community"),
        _failure.c.at >= bindparam("since"),
        _failure.c.at < bindparam("until"),
    )
    .order_by(_failure.c.event)
    .limit(_FAILURES)
)


@dataclass(frozen=True, slots=True)
class Stretch:
    """A day of a window, or a week, in numbers; `known` is whether we were there, and still know."""

    day: date
    messages: int
    answered: int
    open: int
    known: bool


@dataclass(frozen=True, slots=True)
class Counts:
    """What was said in a window, and in the one before it: None where nothing is known of that.

    `hidden` are the channels that not all readers can read: nothing of them is counted.
    """

    window: Window
    before: Window | None
    hidden: tuple[str, ...]
    channels: int
    members: int
    stretches: tuple[Stretch, ...]
    # "messages", "asked", "answered", and the kinds of feedback and broadcasts, now and before.
    now: Counter[str]
    then: Counter[str]
    unread: int
    found_at: datetime | None
    # What was said before then is no longer kept, and counted nowhere here.
    kept_from: datetime


def _bucketed(at: Column[Any], edges: int, *what: Any) -> Select[Any]:
    """Select which stretch a row lies in: 0 is before the first edge, 1 after it, and so on."""
    cases = [
        (at < bindparam(f"edge_{number}"), literal_column(str(number), Integer)) for number in range(edges)
    ]
    return select(case(*cases, else_=literal_column(str(edges), Integer)).label("stretch"), *what).where(
        at >= bindparam("since"), at < bindparam("until")
    )


@lru_cache(maxsize=64)
def _said(edges: int) -> Select[Any]:
    counts = case((_message.c.bot, 0), (_message.c.deleted_at.is_not(None), 0), else_=1)
    rows = (
        _bucketed(_message.c.posted_at, edges, _message.c.channel, counts.label("counts"))
        .where(_message.c.community == bindparam("in_community"))
        .subquery()
    )
    return select(rows.c.channel, rows.c.stretch, func.sum(rows.c.counts).label("number")).group_by(
        rows.c.channel, rows.c.stretch
    )


@lru_cache(maxsize=64)
def _asked(edges: int) -> Select[Any]:
    rows = (
        _bucketed(_question.c.asked_at, edges, _question.c.channel, _question.c.state)
        .where(_question.c.community == bindparam("in_community"), _question.c.state != "dismissed")
        .subquery()
    )
    return (
        select(rows.c.stretch, rows.c.state, func.count().label("number"))
        .where(rows.c.channel.not_in(bindparam("hidden", expanding=True)))
        .group_by(rows.c.stretch, rows.c.state)
    )


def _judged(of: Any, *those: ColumnElement[bool]) -> Select[Any]:
    rows = (
        _bucketed(of.c.posted_at, 1, of.c.channel, of.c.verdict)
        .where(of.c.community == bindparam("in_community"), *those)
        .subquery()
    )
    return (
        select(rows.c.stretch, rows.c.verdict, func.count().label("number"))
        .where(rows.c.channel.not_in(bindparam("hidden", expanding=True)))
        .group_by(rows.c.stretch, rows.c.verdict)
    )


_FEEDBACK, _SOLD = _judged(_feedback), _judged(_broadcast, ~CALLED_FINE)


def count(
    tx: Transaction, community: str, window: Window, before: Window, places: Collection[str], zone: Any
) -> Counts:
    """Count what all who read each of `places` can read. `before` ends where the window begins."""
    found = tx.row(_FOUND, in_community=community)
    found_at: datetime | None = found.found_at if found else None
    days = stretches(window, zone)
    # An edge for each stretch but the last, which ends with the window; the first is the window's beginning.
    edges = {f"edge_{number}": stretch.start for number, (_, stretch) in enumerate(days)}
    span = {"in_community": community, "since": before.start, "until": window.end}
    said = tx.rows(_said(len(edges)), **span, **edges)
    # Also where nothing is said any more: what was noted of it outlives the words.
    hidden = tuple(sorted({channel for place in places for channel in closed_to(tx, community, place)}))
    now: Counter[str] = Counter()
    then: Counter[str] = Counter()
    messages: Counter[int] = Counter()
    heard: set[str] = set()
    for row in said:
        if row.channel in hidden:
            continue
        messages[row.stretch] += row.number
        (now if row.stretch else then)["messages"] += row.number
        if row.stretch and row.number:
            heard.add(row.channel)
    answered: Counter[int] = Counter()
    opened: Counter[int] = Counter()
    for row in tx.rows(_asked(len(edges)), **span, **edges, hidden=list(hidden)):
        (answered if row.state == "answered" else opened)[row.stretch] += row.number
        (now if row.stretch else then)["asked"] += row.number
        if row.state == "answered":
            (now if row.stretch else then)["answered"] += row.number
    for statement in (_FEEDBACK, _SOLD):
        for row in tx.rows(statement, **span, edge_0=window.start, hidden=list(hidden)):
            (now if row.stretch else then)[row.verdict] += row.number
    members = tx.row(
        _MEMBERS, in_community=community, since=window.start, until=window.end, hidden=list(hidden)
    )
    kept_from = erased_before(tx, community)
    known = kept_from <= before.start and (
        found_at is None or found_at <= before.start or _knows_before(tx, community, before.start)
    )
    return Counts(
        window=window,
        before=before if known else None,
        hidden=hidden,
        channels=len(heard),
        members=members.number if members else 0,
        stretches=tuple(
            Stretch(
                day,
                messages[number],
                answered[number],
                opened[number],
                known=kept_from <= stretch.start
                and (bool(messages[number]) or found_at is None or found_at < stretch.end),
            )
            for number, (day, stretch) in enumerate(days, 1)
        ),
        now=now,
        then=then if known else Counter(),
        unread=_unread(tx, community, window, places),
        found_at=found_at,
        kept_from=kept_from,
    )


def _knows_before(tx: Transaction, community: str, at: datetime) -> bool:
    return tx.row(_EARLIER, in_community=community, since=at) is not None


def _readable(tx: Transaction, community: str, channel: str, places: Collection[str]) -> bool:
    return all(may_quote(tx, community, channel, place) for place in places)


def _unread(tx: Transaction, community: str, window: Window, places: Collection[str]) -> int:
    """Return how many events could not be read, but for those of channels that readers cannot read."""
    rows = tx.rows(_UNREAD, in_community=community, since=window.start, until=window.end)
    if not rows:
        return 0
    channels = {row.event: loads(row.payload).get("channel") for row in rows}
    look_up_channels(tx, community, {channel for channel in channels.values() if channel is not None})
    return sum(channel is None or _readable(tx, community, channel, places) for channel in channels.values())
