"""Whether a question was answered, derived from what was said, marked and decided about it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from sqlalchemy import Row, and_, bindparam, delete, select

from bot.communities import is_admin, settings_of
from bot.features.questions.rulings import NONE, Rulings, overrule, rulings_of
from bot.features.questions.turns import Standing
from bot.language.answers import Evidence, Mark, Outcome, outcome
from bot.language.questions import read_question
from bot.language.replies import Said
from storage.tables import Message, Question, Reaction, Turn, table
from storage.transaction import Transaction

CHECK_MARKS = ("white_check_mark", "heavy_check_mark", "ballot_box_with_check", "✅", "✔️", "✔", "☑️", "☑")
# What others say after so many messages of theirs is no longer about the question.
CONVERSATION = 60

_message = table(Message)
_turn = table(Turn)
_reaction = table(Reaction)
_question = table(Question)
_TALK = (
    select(
        _message.c.id,
        _message.c.author,
        _message.c.posted_at,
        _message.c.text,
        _message.c.bot,
        _message.c.mentions,
        _message.c.reply_to,
        _message.c.thread,
        _turn.c.asks,
    )
    .select_from(
        _turn.join(
            _message,
            and_(
                _turn.c.community == _message.c.community,
                _turn.c.channel == _message.c.channel,
                _turn.c.message == _message.c.id,
            ),
        )
    )
    .where(
        _turn.c.community == bindparam("in_community"),
        _turn.c.channel == bindparam("in_channel"),
        _message.c.deleted_at.is_(None),
    )
)
_BURST = _TALK.where(_turn.c.head == bindparam("of_head"))
_AFTER = _TALK.where(_turn.c.question == bindparam("of_head"), _turn.c.head != bindparam("of_head"))
_MARKS = (
    select(_reaction.c.message, _reaction.c.member, _reaction.c.at)
    .where(
        _reaction.c.community == bindparam("in_community"),
        _reaction.c.channel == bindparam("in_channel"),
        _reaction.c.message.in_(bindparam("on_messages", expanding=True)),
        _reaction.c.emoji.in_(CHECK_MARKS),
        _reaction.c.there,
    )
    .order_by(_reaction.c.at, _reaction.c.message, _reaction.c.member)
)
_MARKED_BY = (
    select(_reaction.c.channel, _reaction.c.message)
    .where(
        _reaction.c.community == bindparam("in_community"),
        _reaction.c.member == bindparam("by_member"),
        _reaction.c.emoji.in_(CHECK_MARKS),
        _reaction.c.there,
    )
    .order_by(_reaction.c.channel, _reaction.c.message)
)
_ANY_REACTION = (
    select(_reaction.c.message)
    .where(_reaction.c.community == bindparam("in_community"), _reaction.c.channel == bindparam("in_channel"))
    .limit(1)
)
_OF_HEAD = and_(
    _question.c.community == bindparam("in_community"),
    _question.c.channel == bindparam("in_channel"),
    _question.c.message == bindparam("of_head"),
)
_THERE = select(_question).where(_OF_HEAD)
_FORGET = delete(_question).where(_OF_HEAD)
_COLUMNS = tuple(column.name for column in _question.columns)


@dataclass(frozen=True, slots=True)
class Asked:
    """A question as it stands, and what was decided about it.

    What was flagged and is a question no longer does not `stand`: it is kept, and can only be told of.
    """

    community: str
    channel: str
    message: str
    thread: str | None
    asker: str
    asked_at: datetime
    text: str
    probability: float
    reasons: tuple[str, ...]
    state: str
    evidence: Mapping[str, Any] | None
    helper: str | None
    first_response_at: datetime | None
    flagged_at: datetime | None
    rulings: Rulings = NONE
    stands: bool = True


@dataclass(slots=True)
class _Case:
    """All that a question's state is derived from; kept for a batch, as the talk about it goes on."""

    thread: str | None
    row: Row[Any] | None = None
    burst: list[Said] = field(default_factory=list)
    after: list[Said] = field(default_factory=list)
    marks: list[Mark] = field(default_factory=list)
    rulings: Rulings = NONE
    known: Asked | None = None
    # What came out last, of how many messages of the burst.
    result: Outcome | None = None
    read: int = 0
    others: int = 0

    def hear(self, said: Said) -> None:
        """Take in what was said after it: all that the asker says, and of others what counts as about it."""
        if said.author != self.burst[0].author:
            self.others += 1
            if self.others > CONVERSATION:
                return
        self.after.append(said)


def go_on(
    tx: Transaction, community: str, channel: str, head: str, standing: Standing
) -> tuple[Asked | None, bool]:
    """Derive a question that the latest message belongs to, from what is remembered and that message."""
    case: _Case | None = tx.memo.get(("case", community, channel, head))
    if case is None and standing.said.id == head:
        # Just asked: nothing was said or decided about it yet.
        case = tx.memo["case", community, channel, head] = _Case(thread=standing.thread)
        case.marks = _marks(tx, community, channel, standing.said.author, [standing.said])
    if case is None:
        return derive(tx, community, channel, head)
    if standing.head == head:
        case.burst.append(standing.said)
    else:
        case.hear(standing.said)
    if standing.said.id != head:
        # A check mark may be heard of before the message it is on.
        case.marks += _marks(tx, community, channel, case.burst[0].author, [standing.said])
    return _derived(tx, community, channel, head, case)


def as_it_stands(tx: Transaction, community: str, channel: str, head: str) -> Asked | None:
    """Return a question, if it is one: as this batch knows it, else derived."""
    case: _Case | None = tx.memo.get(("case", community, channel, head))
    return case.known if case is not None else derive(tx, community, channel, head)[0]


def derive(tx: Transaction, community: str, channel: str, head: str) -> tuple[Asked | None, bool]:
    """Bring a question's row in line with what was said; return it, and whether it changed.

    What is not, or no longer, a question has no row; but one that was flagged stays, dismissed.
    """
    place = {"in_community": community, "in_channel": channel, "of_head": head}
    rows = _in_order(tx.rows(_BURST, **place))
    after = [_said(found) for found in _in_order(tx.rows(_AFTER, **place))]
    case = tx.memo["case", community, channel, head] = _Case(
        row=tx.row(_THERE, **place),
        burst=[_said(found) for found in rows],
        thread=rows[0].thread if rows else None,
        rulings=rulings_of(tx, community, channel, head),
    )
    if case.burst:
        for said in after:
            case.hear(said)
        case.marks = _marks(tx, community, channel, case.burst[0].author, [*case.burst, *after])
    return _derived(tx, community, channel, head, case)


def _derived(
    tx: Transaction, community: str, channel: str, head: str, case: _Case
) -> tuple[Asked | None, bool]:
    before = case.known or (_stored(case.row) if case.row else None)
    if not case.burst or not case.burst[-1].asks:
        return _no_question(tx, community, channel, head, case, before)
    first = case.burst[0]
    read = outcome(first.author, case.after, case.marks)
    result = overrule(read, case.rulings.ruling, head, first.author, case.after, case.marks)
    if case.known is not None and case.result == result and case.read == len(case.burst):
        return case.known, False
    case.result, case.read = result, len(case.burst)
    text = "\n".join(said.text for said in case.burst)
    reading = read_question(text, starts=False)
    asked = Asked(
        community=community,
        channel=channel,
        message=head,
        thread=case.thread,
        asker=first.author,
        asked_at=first.at,
        text=text,
        probability=reading.probability,
        reasons=reading.reasons,
        state=result.state,
        evidence=_as_json(result.evidence),
        helper=result.helper,
        first_response_at=result.first_response,
        flagged_at=before.flagged_at if before else None,
        rulings=case.rulings,
    )
    changed = before is None or _row(asked) != _row(before)
    if changed:
        tx.put(Question, **_row(asked))
    if before is None or changed or case.known is None:
        _schedule(tx, asked, before)
    case.known = asked
    return asked, changed


def _in_order(rows: Sequence[Row[Any]]) -> list[Row[Any]]:
    # Asked to order them, SQLite would walk the whole channel by its times.
    return sorted(rows, key=lambda row: (row.posted_at, row.id))


def _row(asked: Asked) -> dict[str, Any]:
    return {name: getattr(asked, name) for name in _COLUMNS} | {"reasons": list(asked.reasons)}


def _stored(row: Row[Any]) -> Asked:
    values = {name: getattr(row, name) for name in _COLUMNS} | {"reasons": tuple(row.reasons)}
    return Asked(text="", **values)


def mark_flagged(tx: Transaction, asked: Asked, at: datetime) -> Asked:
    """Write down that a question was flagged, so that it is not flagged again."""
    flagged = replace(asked, flagged_at=at)
    tx.put(Question, **_row(flagged))
    tx.unschedule(asked.community, "questions", key_of(asked.channel, asked.message))
    tx.memo["case", asked.community, asked.channel, asked.message].known = flagged
    return flagged


def key_of(channel: str, head: str) -> str:
    """Return how a question is named in what is due and on buttons."""
    return f"{channel}/{head}"


def text_of(tx: Transaction, community: str, channel: str, head: str) -> str:
    """Return all that a question says, in however many messages."""
    rows = tx.rows(_BURST, in_community=community, in_channel=channel, of_head=head)
    return "\n".join(row.text for row in _in_order(rows))


def _no_question(
    tx: Transaction, community: str, channel: str, head: str, case: _Case, before: Asked | None
) -> tuple[Asked | None, bool]:
    if before is None:
        return None, False
    tx.unschedule(community, "questions", key_of(channel, head))
    if before.flagged_at is None:
        tx.run(_FORGET, in_community=community, in_channel=channel, of_head=head)
        tx.memo.pop(("case", community, channel, head), None)
        return None, True
    text = "\n".join(said.text for said in case.burst)
    # Nothing of how it read before stays, which would depend on what was heard of first.
    asked = replace(
        before,
        text=text,
        probability=0.0,
        reasons=(),
        state="dismissed",
        evidence=None,
        helper=None,
        first_response_at=None,
        rulings=case.rulings,
        stands=False,
    )
    tx.put(Question, **_row(asked))
    case.known = asked
    return asked, before.state != "dismissed"


def reacted(tx: Transaction, community: str, channel: str) -> None:
    """Remember for this batch that there are reactions in a channel."""
    tx.memo["reactions", community, channel] = True


def marked_by(tx: Transaction, community: str, member: str) -> list[tuple[str, str]]:
    """Return the channel and id of each message that a member put a check mark on."""
    rows = tx.rows(_MARKED_BY, in_community=community, by_member=member)
    return [(row.channel, row.message) for row in rows]


def _marks(tx: Transaction, community: str, channel: str, asker: str, on: Sequence[Said]) -> list[Mark]:
    key = ("reactions", community, channel)
    if key not in tx.memo:
        tx.memo[key] = tx.row(_ANY_REACTION, in_community=community, in_channel=channel) is not None
    if not tx.memo[key]:
        return []
    rows = tx.rows(_MARKS, in_community=community, in_channel=channel, on_messages=[said.id for said in on])
    return [
        Mark(row.message, row.member, row.at)
        for row in rows
        if row.member == asker or is_admin(tx, community, row.member)
    ]


def _schedule(tx: Transaction, asked: Asked, before: Asked | None) -> None:
    """Have an open question looked at when its time is over; forget that of a settled one."""
    settings = settings_of(tx, asked.community)
    # Managers read their own channel: a card there about what is asked there helps nobody.
    if asked.flagged_at is not None or asked.channel == settings.managers_channel:
        return
    key = key_of(asked.channel, asked.message)
    if asked.state == "unanswered":
        tx.schedule(asked.community, "questions", key, settings.after(asked.asked_at, settings.limit))
    elif before is not None and before.state == "unanswered":
        tx.unschedule(asked.community, "questions", key)


def _said(row: Row[Any]) -> Said:
    return Said(
        id=row.id,
        author=row.author,
        at=row.posted_at,
        text=row.text,
        bot=row.bot,
        mentions=frozenset(row.mentions),
        reply_to=row.reply_to,
        asks=row.asks,
    )


def _as_json(evidence: Evidence | None) -> dict[str, Any] | None:
    if evidence is None:
        return None
    return {
        "kind": evidence.kind,
        "message_id": evidence.message_id,
        "by": evidence.by,
        "reason": evidence.reason,
    }
