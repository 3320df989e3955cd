"""Who gets which digest, when: subscriptions, and the feedback channel's weekly one, which needs none."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, time, timedelta
from typing import Any, Literal, cast
from zoneinfo import ZoneInfo

from sqlalchemy import Row, bindparam, select

from bot.communities import settings_of
from bot.weeks import Every, Rhythm, Window
from storage.tables import Digest, Subscription, table
from storage.transaction import Transaction

Kind = Literal["questions", "requests", "bugs", "complaints", "praise", "broadcasts"]
KINDS: tuple[Kind, ...] = ("questions", "requests", "bugs", "complaints", "praise", "broadcasts")
# What the feedback channel is told of. What sold is for who asks for it.
USUAL: tuple[Kind, ...] = KINDS[:-1]
# The feedback channel's own: its id, and when people begin to read.
WEEKLY = "weekly"
HOUR = 9
MONDAY = 0
_A_MOMENT = timedelta(microseconds=1)

_subscription = table(Subscription)
_digest = table(Digest)
_OF_ID = select(_subscription).where(
    _subscription.c.community == bindparam("in_community"), _subscription.c.id == bindparam("of_id")
)
_LIVE = (
    select(_subscription)
    .where(
        _subscription.c.community == bindparam("in_community"),
        _subscription.c.ended_at.is_(None),
        _subscription.c.id != WEEKLY,
    )
    .order_by(_subscription.c.made_at, _subscription.c.id)
)
_LAST = (
    select(_digest.c.window_from, _digest.c.window_to, _digest.c.skipped)
    .where(_digest.c.community == bindparam("in_community"), _digest.c.subscription == "")
    .order_by(_digest.c.window_from.desc())
    .limit(1)
)


@dataclass(frozen=True, slots=True)
class Plan:
    """A digest that comes regularly. `channel` is empty where the weekly one has none yet."""

    community: str
    id: str
    channel: str
    kinds: tuple[Kind, ...]
    rhythm: Rhythm
    paused: bool
    made_by: str
    made_at: datetime
    ended_at: datetime | None
    next_from: datetime

    @property
    def zone(self) -> ZoneInfo:
        """Where its dates and times are those of."""
        return self.rhythm.zone

    @property
    def digests(self) -> str:
        """What its digests are kept under."""
        return "" if self.id == WEEKLY else self.id

    def is_one_period(self, window: Window) -> bool:
        """Return whether a window is a period of the plan, from its first to its last moment."""
        closing = self.rhythm.closing(window.end)
        return closing.end == window.end and self.rhythm.start_of(closing) == window.start

    def keep(self, tx: Transaction, **changes: Any) -> "Plan":
        """Write it down, changed."""
        plan = replace(self, **changes)
        tx.put(
            Subscription,
            community=plan.community,
            id=plan.id,
            channel=plan.channel,
            kinds=list(plan.kinds),
            every=plan.rhythm.every,
            day=plan.rhythm.day,
            hour=plan.rhythm.at.hour,
            minute=plan.rhythm.at.minute,
            timezone=plan.zone.key,
            paused=plan.paused,
            made_by=plan.made_by,
            made_at=plan.made_at,
            ended_at=plan.ended_at,
            next_from=plan.next_from,
        )
        return plan


def plan_of(tx: Transaction, community: str, id: str, at: datetime) -> Plan | None:
    """Return a plan as it stands, `at` being now; None if there is none, or no longer."""
    row = tx.row(_OF_ID, in_community=community, of_id=id)
    if id == WEEKLY:
        return _weekly(tx, community, row, at)
    return None if row is None or row.ended_at is not None else _from_row(row)


def subscriptions(tx: Transaction, community: str) -> Sequence[Plan]:
    """Return the subscriptions that have not ended, oldest first."""
    return [_from_row(row) for row in tx.rows(_LIVE, in_community=community)]


def everything(tx: Transaction, community: str, at: datetime) -> Sequence[Plan]:
    """Return all plans by which something is posted: first the weekly one, if a channel is named for it."""
    weekly = plan_of(tx, community, WEEKLY, at)
    assert weekly is not None
    return [*([weekly] if weekly.channel else []), *subscriptions(tx, community)]


def was_used(tx: Transaction, community: str, id: str) -> bool:
    """Return whether there is, or ever was, a plan with this id."""
    return id == WEEKLY or tx.row(_OF_ID, in_community=community, of_id=id) is not None


def first_from(rhythm: Rhythm, at: datetime) -> datetime:
    """Return where the first window of a plan made `at` begins: with the period that is closed next."""
    return rhythm.start_of(rhythm.following(at))


def _weekly(tx: Transaction, community: str, row: Row[Any] | None, at: datetime) -> Plan:
    """Return the feedback channel's: its channel and timezone are always those that are set now."""
    settings = settings_of(tx, community)
    rhythm = Rhythm("weekly", MONDAY, time(HOUR), settings.zone)
    channel = settings.feedback_channel or ""
    if row is not None:
        return replace(_from_row(row), channel=channel, rhythm=rhythm, kinds=USUAL)
    last = tx.row(_LAST, in_community=community)
    if last is None:
        # What is due this moment closes the week before it.
        next_from = rhythm.start_of(rhythm.following(at - _A_MOMENT))
    else:
        next_from = last.window_to if last.skipped is None else last.window_from
    return Plan(community, WEEKLY, channel, USUAL, rhythm, False, "", at, None, next_from)


def _from_row(row: Row[Any]) -> Plan:
    return Plan(
        community=row.community,
        id=row.id,
        channel=row.channel,
        kinds=tuple(kind for kind in KINDS if kind in row.kinds),
        rhythm=Rhythm(cast(Every, row.every), row.day, time(row.hour, row.minute), ZoneInfo(row.timezone)),
        paused=row.paused,
        made_by=row.made_by,
        made_at=row.made_at,
        ended_at=row.ended_at,
        next_from=row.next_from,
    )
