"""How a community did in each week: who spoke, what was answered and how soon, what was asked and sold."""

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import BindParameter, Row, and_, bindparam, func, select

from bot.corrections import flags_of
from bot.figures.share import share_in_words
from bot.scores import CALLED_FINE
from bot.weeks import Window
from storage.tables import Broadcast, Daily, Member, Message, Question, table
from storage.transaction import Transaction

_message, _member = table(Message), table(Member)
_question, _broadcast, _daily = table(Question), table(Broadcast), table(Daily)
_HERE: BindParameter[str] = bindparam("in_community")


def _within(at: Any) -> Any:
    return and_(at >= bindparam("since"), at < bindparam("until"))


# Asked once for each window, along the index of times: to tell members apart is the database's work.
_SPOKE = select(
    func.count().label("messages"), func.count(func.distinct(_message.c.author)).label("members")
).where(
    _message.c.community == _HERE,
    _within(_message.c.posted_at),
    _message.c.deleted_at.is_(None),
    ~_message.c.bot,
)
_NEW = select(_member.c.first_seen_at).where(
    _member.c.community == _HERE, _within(_member.c.first_seen_at), ~_member.c.bot
)
# Few messages ask and fewer sell, and a median needs them one by one.
_ASKED = select(_question.c.asked_at, _question.c.state, _question.c.first_response_at).where(
    _question.c.community == _HERE, _within(_question.c.asked_at), _question.c.state != "dismissed"
)
_SOLD = select(_broadcast.c.posted_at).where(
    _broadcast.c.community == _HERE,
    _within(_broadcast.c.posted_at),
    _broadcast.c.verdict == "salesy",
    ~CALLED_FINE,
)
_OLDEST = (
    select(_message.c.posted_at)
    .where(_message.c.community == _HERE)
    .order_by(_message.c.community, _message.c.posted_at)
    .limit(1)
)
_DAYS = (
    select(
        _daily.c.day,
        _daily.c.response_s,
        func.sum(_daily.c.messages).label("messages"),
        func.sum(_daily.c.questions).label("questions"),
        func.sum(_daily.c.answered).label("answered"),
        func.sum(_daily.c.salesy).label("salesy"),
    )
    .where(_daily.c.community == _HERE, _daily.c.day >= bindparam("since"), _daily.c.day < bindparam("until"))
    .group_by(_daily.c.day, _daily.c.response_s)
)
_FIRST_DAY = select(func.min(_daily.c.day).label("day")).where(
    _daily.c.community == _HERE, _daily.c.messages > 0
)


@dataclass(frozen=True, slots=True)
class WeekFigures:
    """What happened in a week, or in another window of whole local days, from `day` on.

    `members` is how many spoke; None where messages are no longer kept and each day was counted by itself,
    for who spoke on two days would count twice. `new` is how many were seen for the first time. Within
    `response_s` seconds half of those who asked and heard from somebody did; None where nobody did. Only
    messages that read like selling are `salesy`. `over` says whether the window has gone by. Of what was
    asked, managers were told of `flagged` questions, and they overruled so many of these flags; None where
    it is not known.
    """

    day: date
    messages: int
    members: int | None
    new: int
    asked: int
    answered: int
    response_s: float | None
    salesy: int
    over: bool
    flagged: int | None = None
    overruled: int | None = None

    @property
    def share_answered(self) -> float | None:
        """The percentage of what was asked that was answered; None where nothing was asked."""
        return 100 * self.answered / self.asked if self.asked else None

    @property
    def stood(self) -> str | None:
        """How many flags nobody overruled, in words; None where there were none, or it is not known."""
        if not self.flagged or self.overruled is None:
            return None
        return share_in_words(self.flagged - self.overruled, self.flagged)

    @property
    def quiet(self) -> bool:
        """Whether nothing at all happened."""
        return not (self.messages or self.new or self.asked or self.salesy)


@dataclass(slots=True)
class _Count:
    """What is counted for one window; a wait of a whole day's questions weighs as much as they do."""

    messages: int = 0
    members: int | None = 0
    new: int = 0
    asked: int = 0
    answered: int = 0
    salesy: int = 0
    flagged: int | None = 0
    overruled: int = 0
    waits: list[tuple[float, int]] = field(default_factory=list)


def figures_of(
    tx: Transaction, community: str, zone: ZoneInfo, windows: Sequence[Window], at: datetime
) -> tuple[WeekFigures, ...]:
    """Return what happened in each window as it is known at a time; windows follow on each other.

    Each begins at a local midnight. What is older than the oldest message that is kept is taken from the
    counts of days.
    """
    if not windows:
        return ()
    counts = [_Count() for _ in windows]
    kept_from = _add_days(tx, community, zone, windows, counts)
    _add_rows(tx, community, windows, counts, kept_from)
    return _as_figures(windows, counts, zone, at)


def figures_by_days(
    tx: Transaction, community: str, zone: ZoneInfo, windows: Sequence[Window], at: datetime
) -> tuple[WeekFigures, ...]:
    """Return what happened in each window by the counts of its days alone, however long ago they are.

    Quick for years; what is not counted yet, as the running day, is not in them, and who spoke is not known.
    """
    counts = [_Count(members=None, flagged=None) for _ in windows]
    first, last = windows[0].start, windows[-1].end
    days = tx.rows(
        _DAYS,
        in_community=community,
        since=first.astimezone(zone).date().isoformat(),
        until=last.astimezone(zone).date().isoformat(),
    )
    _add_counted(days, [window.start.astimezone(zone).date() for window in windows], counts)
    starts = [window.start for window in windows]
    for row in tx.rows(_NEW, in_community=community, since=first, until=last):
        counts[bisect_right(starts, row.first_seen_at) - 1].new += 1
    return _as_figures(windows, counts, zone, at)


def first_day(tx: Transaction, community: str) -> date | None:
    """Return the first day of which anything is counted."""
    found = tx.row(_FIRST_DAY, in_community=community)
    return date.fromisoformat(found.day) if found is not None and found.day is not None else None


def _as_figures(
    windows: Sequence[Window], counts: Sequence[_Count], zone: ZoneInfo, at: datetime
) -> tuple[WeekFigures, ...]:
    return tuple(
        WeekFigures(
            day=window.start.astimezone(zone).date(),
            messages=count.messages,
            members=count.members,
            new=count.new,
            asked=count.asked,
            answered=count.answered,
            response_s=_half_within(count.waits),
            salesy=count.salesy,
            over=window.end <= at,
            flagged=count.flagged,
            overruled=None if count.flagged is None else count.overruled,
        )
        for window, count in zip(windows, counts, strict=True)
    )


def _add_days(
    tx: Transaction, community: str, zone: ZoneInfo, windows: Sequence[Window], counts: Sequence[_Count]
) -> datetime:
    """Add what is known of days before the oldest message; return from when on rows are to be counted."""
    start, end = windows[0].start, windows[-1].end
    found = tx.row(_OLDEST, in_community=community)
    oldest = min(found.posted_at, end) if found is not None else end
    if oldest <= start:
        return start
    until = oldest.astimezone(zone).date()
    since = start.astimezone(zone).date()
    days = tx.rows(_DAYS, in_community=community, since=since.isoformat(), until=until.isoformat())
    if not days:
        return start
    _add_counted(days, [window.start.astimezone(zone).date() for window in windows], counts)
    return datetime.combine(until, time(0), zone).astimezone(UTC)


def _add_counted(days: Sequence[Row[Any]], starts: Sequence[date], counts: Sequence[_Count]) -> None:
    """Add the counts of days to those of the windows that begin with these dates."""
    for row in days:
        count = counts[bisect_right(starts, date.fromisoformat(row.day)) - 1]
        count.messages += int(row.messages)
        count.asked += int(row.questions)
        count.answered += int(row.answered)
        count.salesy += int(row.salesy)
        if row.messages:
            count.members = None
        if row.questions:
            count.flagged = None
        if row.response_s is not None:
            count.waits.append((row.response_s, max(1, int(row.questions))))


def _add_rows(
    tx: Transaction,
    community: str,
    windows: Sequence[Window],
    counts: Sequence[_Count],
    kept_from: datetime,
) -> None:
    starts = [window.start for window in windows]
    since, until = max(kept_from, starts[0]), windows[-1].end
    place = {"in_community": community, "since": since, "until": until}

    def of(at: datetime) -> _Count:
        return counts[bisect_right(starts, at) - 1]

    for window, count in zip(windows, counts, strict=True):
        if window.end > kept_from:
            begin = max(kept_from, window.start)
            spoke = tx.row(_SPOKE, in_community=community, since=begin, until=window.end)
            if spoke is not None:
                count.messages += spoke.messages
                count.members = None if count.members is None else spoke.members
    for row in tx.rows(_NEW, **place | {"since": starts[0]}):
        of(row.first_seen_at).new += 1
    for row in tx.rows(_SOLD, **place):
        of(row.posted_at).salesy += 1
    for flag in flags_of(tx, community, since, until):
        count = of(flag.asked_at)
        if count.flagged is not None:
            count.flagged += 1
            count.overruled += flag.overruled
    for row in tx.rows(_ASKED, **place):
        count = of(row.asked_at)
        count.asked += 1
        count.answered += row.state == "answered"
        if row.first_response_at is not None:
            count.waits.append(((row.first_response_at - row.asked_at).total_seconds(), 1))


def _half_within(waits: Sequence[tuple[float, int]]) -> float | None:
    """Return the median of waits that weigh differently."""
    half = sum(weight for _, weight in waits) / 2
    reached = 0
    below: float | None = None
    for wait, weight in sorted(waits):
        if below is not None:
            return (below + wait) / 2
        reached += weight
        if reached > half:
            return wait
        if reached == half:
            below = wait
    return below
