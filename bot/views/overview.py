"""The first page: what waits for somebody, and where to look next."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import bindparam, case, func, select

from bot.cards import Card
from bot.communities import channel_name
from bot.features.digests.plans import WEEKLY, plan_of
from bot.features.digests.wording import moment
from bot.ports import Visitor
from bot.scores import CALLED_FINE
from bot.views.questions import cards
from bot.views.troubles import count_failures, count_unsure
from storage.tables import Broadcast, Digest, Question, table
from storage.transaction import Transaction

# Those that wait longest; the page of questions has them all.
_SHOWN = 3
# Nobody counts further at a glance.
MOST_COUNTED = 999
_DAYS = 7

_question = table(Question)
_broadcast = table(Broadcast)
_digest = table(Digest)
_OPEN = (
    select(_question)
    .where(_question.c.community == bindparam("in_community"), _question.c.state == "unanswered")
    .order_by(_question.c.asked_at, _question.c.channel, _question.c.message)
    .limit(_SHOWN)
)
_HOW_MANY_OPEN = select(func.count().label("number")).select_from(
    select(_question.c.asked_at)
    .where(_question.c.community == bindparam("in_community"), _question.c.state == "unanswered")
    .limit(MOST_COUNTED + 1)
    .subquery()
)
_HOW_MANY_SALESY = select(func.count().label("number")).where(
    _broadcast.c.community == bindparam("in_community"),
    _broadcast.c.posted_at >= bindparam("since"),
    _broadcast.c.verdict == "salesy",
    ~CALLED_FINE,
)
_ASKED = select(
    func.count().label("asked"),
    func.sum(case((_question.c.state == "answered", 1), else_=0)).label("answered"),
).where(
    _question.c.community == bindparam("in_community"),
    _question.c.asked_at >= bindparam("since"),
    _question.c.state != "dismissed",
)
_LAST_DIGEST = (
    select(_digest.c.skipped)
    .where(_digest.c.community == bindparam("in_community"), _digest.c.subscription == "")
    .order_by(_digest.c.window_from.desc())
    .limit(1)
)


@dataclass(frozen=True, slots=True)
class NextDigest:
    """The weekly digest that comes next, in so many `days` of its timezone.

    Without a channel it is kept only; `skipped` is why the last one was not posted.
    """

    days: int
    when: str
    channel: str
    paused: bool
    skipped: str | None


@dataclass(frozen=True, slots=True)
class Overview:
    """How things stand; what was asked, answered and sold is that of the last seven days.

    More than MOST_COUNTED open questions are counted as one more than that.
    """

    open_questions: int
    many: int
    oldest: tuple[Card, ...]
    asked: int
    answered: int
    salesy: int
    next_digest: NextDigest
    failures: int
    unsure: int


def overview(tx: Transaction, visitor: Visitor, _: Mapping[str, str], at: datetime) -> Overview:
    """Return how things stand now."""
    place = {"in_community": visitor.community}
    waiting = tx.row(_HOW_MANY_OPEN, **place)
    since = at - timedelta(days=_DAYS)
    salesy = tx.row(_HOW_MANY_SALESY, **place, since=since)
    asked = tx.row(_ASKED, **place, since=since)
    return Overview(
        open_questions=waiting.number if waiting else 0,
        many=MOST_COUNTED,
        oldest=tuple(cards(tx, visitor, tx.rows(_OPEN, **place), at)),
        salesy=salesy.number if salesy else 0,
        asked=asked.asked if asked else 0,
        answered=(asked.answered or 0) if asked else 0,
        next_digest=_next_digest(tx, visitor, at),
        failures=count_failures(tx, visitor.community),
        unsure=count_unsure(tx, visitor.community),
    )


def _next_digest(tx: Transaction, visitor: Visitor, at: datetime) -> NextDigest:
    plan = plan_of(tx, visitor.community, WEEKLY, at)
    assert plan is not None
    due_at = plan.rhythm.following(at).due_at
    last = tx.row(_LAST_DIGEST, in_community=visitor.community)
    return NextDigest(
        days=(due_at.astimezone(plan.zone).date() - at.astimezone(plan.zone).date()).days,
        when=moment(due_at, plan.zone),
        channel=channel_name(tx, visitor.community, plan.channel) if plan.channel else "",
        paused=plan.paused,
        skipped=last.skipped if last else None,
    )
