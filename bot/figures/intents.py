"""What the talk of channels was for: to sell, to build the product, to care; and what staff did of it.

To sell is what reads like selling, where it is welcome too. To build is what asks something, or tells of the
product. To care is to reply to somebody else. What is none of these is not counted; a message can be more
than one.
"""

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import bindparam, func, select

from bot.weeks import Window
from storage.tables import Daily, table
from storage.transaction import Transaction

_daily = table(Daily)
_SELLING = func.coalesce(_daily.c.salesy, 0) + func.coalesce(_daily.c.promotion, 0)
_DURING = (
    _daily.c.community == bindparam("in_community"),
    _daily.c.day >= bindparam("since"),
    _daily.c.day < bindparam("until"),
)
# Where most is sold stands first.
_CHANNELS = (
    select(_daily.c.channel)
    .where(*_DURING)
    .group_by(_daily.c.channel)
    .having(func.sum(_SELLING) > 0)
    .order_by(func.sum(_SELLING).desc(), func.sum(_daily.c.messages).desc(), _daily.c.channel)
    .limit(bindparam("most"))
)
_OF_CHANNELS = select(_daily).where(*_DURING, _daily.c.channel.in_(bindparam("in_channels", expanding=True)))
_STAFF = (
    select(
        _daily.c.day,
        func.sum(_daily.c.staff_replies).label("replies"),
        func.sum(_daily.c.staff_broadcasts).label("broadcasts"),
    )
    .where(*_DURING)
    .group_by(_daily.c.day)
)


@dataclass(slots=True)
class Intents:
    """How many messages of a stretch were for what; one that was for more than one of it counts in each.

    `caring` is None where nobody counted it.
    """

    selling: int = 0
    building: int = 0
    caring: int | None = 0

    @property
    def shares(self) -> tuple[float, float, float] | None:
        """Of these what percentage each is, in this order; None where there is none, or it is not known."""
        if self.caring is None or not (whole := self.selling + self.building + self.caring):
            return None
        return (100 * self.selling / whole, 100 * self.building / whole, 100 * self.caring / whole)


@dataclass(slots=True)
class Listening:
    """How often staff replied to members, and broadcast, in a stretch; None where nobody counted it."""

    replies: int | None = 0
    broadcasts: int | None = 0


@dataclass(frozen=True, slots=True)
class Talk:
    """What channels were for, and what staff did, in windows that begin on `days`."""

    days: tuple[date, ...]
    channels: dict[str, tuple[Intents, ...]]
    staff: tuple[Listening, ...]


def talk_for(
    tx: Transaction,
    community: str,
    zone: ZoneInfo,
    windows: Sequence[Window],
    *,
    channels: Sequence[str] | None = None,
    most: int,
) -> Talk:
    """Return what so many channels were for in each window: where most is sold, or those that are named.

    It rests on counts of days: the running one is not in it.
    """
    if not windows:
        return Talk((), {}, ())
    days = tuple(window.start.astimezone(zone).date() for window in windows)
    during = {
        "in_community": community,
        "since": days[0].isoformat(),
        "until": windows[-1].end.astimezone(zone).date().isoformat(),
    }
    if channels is None:
        channels = [row.channel for row in tx.rows(_CHANNELS, **during, most=most)]
    found = {channel: tuple(Intents() for _ in days) for channel in channels}
    for row in tx.rows(_OF_CHANNELS, **during, in_channels=list(channels)):
        _add(found[row.channel][_place(days, row.day)], row)
    staff = tuple(Listening() for _ in days)
    for row in tx.rows(_STAFF, **during):
        listening = staff[_place(days, row.day)]
        listening.replies = _sum(listening.replies, row.replies)
        listening.broadcasts = _sum(listening.broadcasts, row.broadcasts)
    return Talk(days, found, staff)


def _place(days: Sequence[date], day: str) -> int:
    return bisect_right(days, date.fromisoformat(day)) - 1


def _add(intents: Intents, row: Any) -> None:
    intents.selling += row.salesy + (row.promotion or 0)
    intents.building += row.questions + row.feedback
    intents.caring = _sum(intents.caring, row.replies)


def _sum(one: int | None, other: int | None) -> int | None:
    return None if one is None or other is None else one + int(other)
