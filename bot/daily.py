"""Counts what happened on a local day, channel by channel: the rows that stay when the talk is erased."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import date, datetime, timedelta
from statistics import median
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, and_, bindparam, case, delete, exists, func, or_, select

from bot.communities import settings_of, staff_among
from bot.days import day_of, span_of
from bot.heard import of_message
from bot.scores import CALLED_FINE, PROMOTION
from bot.weeks import week_of
from storage.tables import Broadcast, Daily, Due, Feedback, Message, Question, Turn, table
from storage.transaction import Columns, Transaction, Upsert

# What comes later than this has its day counted again, instead of every night.
RECENT = timedelta(days=14)
# What falls due of the feature `counts`: each night; else a day by its date, or a week by that of its Monday.
NIGHTLY, WEEK = "nightly", "week:"

_due = table(Due)
_NEXT_NIGHT = select(_due.c.due_at).where(
    _due.c.community == bindparam("in_community"), _due.c.feature == "counts", _due.c.key == NIGHTLY
)
_message, _question = table(Message), table(Question)
_before, _turn = table(Message).alias(), table(Turn)
_broadcast, _feedback = table(Broadcast), table(Feedback)
_daily = table(Daily)


def _during(of: Any, at: ColumnElement[Any]) -> tuple[ColumnElement[bool], ...]:
    return (of.c.community == bindparam("in_community"), at >= bindparam("since"), at < bindparam("until"))


_SAID = (
    select(
        _message.c.channel,
        func.count().label("messages"),
        func.count(func.distinct(_message.c.author)).label("members"),
    )
    .where(
        *_during(_message, _message.c.posted_at),
        # Deleted before anything was heard of it, a message has no author.
        _message.c.author != "",
        _message.c.deleted_at.is_(None),
        ~_message.c.bot,
    )
    .group_by(_message.c.channel)
)
_ASKED = select(
    _question.c.channel, _question.c.state, _question.c.asked_at, _question.c.first_response_at
).where(*_during(_question, _question.c.asked_at), _question.c.state != "dismissed")
_SPOKE_AT = (
    select(
        _broadcast.c.channel,
        _broadcast.c.verdict,
        _broadcast.c.author,
        func.count().label("number"),
        func.sum(case((CALLED_FINE, 0), else_=1)).label("selling"),
    )
    .where(*_during(_broadcast, _broadcast.c.posted_at), _broadcast.c.verdict != "fine")
    .group_by(_broadcast.c.channel, _broadcast.c.verdict, _broadcast.c.author)
)
_REPLIED = (
    select(
        _message.c.channel,
        _message.c.author,
        _before.c.author.label("other"),
        func.count().label("number"),
    )
    .select_from(
        _message.join(_turn, of_message(_turn)).join(
            _before,
            and_(
                _before.c.community == _turn.c.community,
                _before.c.channel == _turn.c.channel,
                _before.c.id == _turn.c.parent,
            ),
        )
    )
    .where(
        *_during(_message, _message.c.posted_at),
        _message.c.deleted_at.is_(None),
        ~_message.c.bot,
        ~_before.c.bot,
        _message.c.author != _before.c.author,
        _before.c.author != "",
        _message.c.author != "",
    )
    .group_by(_message.c.channel, _message.c.author, _before.c.author)
)
_TOLD = (
    select(_feedback.c.channel, func.count().label("number"))
    .where(*_during(_feedback, _feedback.c.posted_at))
    .group_by(_feedback.c.channel)
)
_OF_DAY = (_daily.c.community == bindparam("in_community"), _daily.c.day == bindparam("of_day"))
_FORGET = delete(_daily).where(*_OF_DAY)
_SOMETHING = select(
    or_(
        exists().where(*_during(_message, _message.c.posted_at)),
        exists().where(*_during(_question, _question.c.asked_at)),
        exists().where(*_during(_broadcast, _broadcast.c.posted_at)),
        exists().where(*_during(_feedback, _feedback.c.posted_at)),
        exists().where(*_OF_DAY),
    ).label("there")
)


def _read_more(new: Columns, old: Columns) -> Mapping[str, ColumnElement[Any]]:
    more = new.messages > old.messages
    names = [column.name for column in _daily.columns if not column.primary_key]
    return {name: case((more, new[name]), else_=old[name]) for name in names}


_FROM_MORE = Upsert(Daily, _read_more)


@dataclass(slots=True)
class _Counted:
    messages: int = 0
    members: int = 0
    questions: int = 0
    answered: int = 0
    broadcasts: int = 0
    salesy: int = 0
    feedback: int = 0
    promotion: int = 0
    replies: int = 0
    staff_replies: int = 0
    staff_broadcasts: int = 0
    waits: list[float] = field(default_factory=list)

    @property
    def row(self) -> dict[str, Any]:
        values = asdict(self)
        waits = values.pop("waits")
        return values | {"response_s": median(waits) if waits else None}


def is_worth_counting(tx: Transaction, community: str, day: date, zone: ZoneInfo) -> bool:
    """Return whether there is anything of a day to count, or was when it was counted before."""
    span = span_of(day, zone)
    place = {"in_community": community, "since": span.start, "until": span.end, "of_day": day.isoformat()}
    found = tx.row(_SOMETHING, **place)
    return found is not None and bool(found.there)


def count_day(tx: Transaction, community: str, day: date, zone: ZoneInfo, *, whole: bool) -> None:
    """Count a day from the rows of that day.

    They are the `whole` day, and what was counted before is replaced; or some of it may be erased already,
    and a count that rests on more messages stays.
    """
    found = _counted(tx, community, *span_of(day, zone))
    if whole:
        tx.run(_FORGET, in_community=community, of_day=day.isoformat())
    for channel, counted in found.items():
        tx.put(_FROM_MORE, community=community, day=day.isoformat(), channel=channel, **counted.row)


def count_again(tx: Transaction, community: str, at: datetime) -> None:
    """Have the day and the week of what changed counted again tonight, where no night would any more.

    `at` is what they are those of: when a message was posted or a question asked.
    """
    key = ("counted", community)
    if key not in tx.memo:
        found = tx.row(_NEXT_NIGHT, in_community=community)
        tx.memo[key] = found.due_at if found else None
    night: datetime | None = tx.memo[key]
    if night is None or at >= night - RECENT:
        return
    zone = settings_of(tx, community).zone
    monday = day_of(week_of(at, zone).start, zone)
    tx.schedule(community, "counts", day_of(at, zone).isoformat(), night)
    tx.schedule(community, "counts", f"{WEEK}{monday.isoformat()}", night)


def _counted(tx: Transaction, community: str, since: datetime, until: datetime) -> dict[str, _Counted]:
    place = {"in_community": community, "since": since, "until": until}
    found: dict[str, _Counted] = {}
    for row in tx.rows(_SAID, **place):
        here = found.setdefault(row.channel, _Counted())
        here.messages, here.members = row.messages, row.members
    for row in tx.rows(_ASKED, **place):
        here = found.setdefault(row.channel, _Counted())
        here.questions += 1
        here.answered += row.state == "answered"
        if row.first_response_at is not None:
            here.waits.append((row.first_response_at - row.asked_at).total_seconds())
    spoke_at, replied = tx.rows(_SPOKE_AT, **place), tx.rows(_REPLIED, **place)
    said = {row.author for row in (*spoke_at, *replied)} | {row.other for row in replied}
    staff = staff_among(tx, community, said)
    for row in spoke_at:
        here = found.setdefault(row.channel, _Counted())
        here.broadcasts += row.number
        here.salesy += int(row.selling) if row.verdict == "salesy" else 0
        here.promotion += int(row.selling) if row.verdict == PROMOTION else 0
        here.staff_broadcasts += row.number if row.author in staff else 0
    for row in replied:
        here = found.setdefault(row.channel, _Counted())
        here.replies += row.number
        here.staff_replies += row.number if row.author in staff and row.other not in staff else 0
    for row in tx.rows(_TOLD, **place):
        found.setdefault(row.channel, _Counted()).feedback += row.number
    return found
