"""Erases talk when its time is over, day by day, each counted for the last time before it goes.

Messages go entirely, with all that was derived from them but what members said of the product, which holds no
words of theirs: so what is stored grows with what is said in so many days, and not with a community's age.
"""

import json
import re
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
    cast,
    delete,
    func,
    or_,
    select,
    tuple_,
    update,
)

from bot.communities import Settings, is_forgotten
from bot.daily import count_day
from bot.days import day_of, span_of
from bot.events import Event, MessageEdited, MessagePosted
from storage.tables import (
    Broadcast,
    Decision,
    Digest,
    Erased,
    Failure,
    Feedback,
    Handled,
    Member,
    Message,
    Outgoing,
    PageLink,
    PageSession,
    Question,
    Reaction,
    SettingChange,
    Subscription,
    Turn,
    Welcome,
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
_FORGET_TURNS = delete(table(Turn)).where(
    _here(table(Turn)), tuple_(table(Turn).c.channel, table(Turn).c.message).in_(_OLD)
)
_FORGET_MESSAGES = delete(_message).where(
    _here(_message), tuple_(_message.c.channel, _message.c.id).in_(_OLD)
)


def _oldest(of: Table, at: ColumnElement[Any], *more: ColumnElement[bool]) -> Delete:
    """Return the statement that deletes the rows before a time, the oldest first, so many at once."""
    keys = list(of.primary_key)
    old = select(*keys).where(_here(of), at < _BEFORE, *more).order_by(at, *keys).limit(_MOST)
    return delete(of).where(tuple_(*keys).in_(old))


_FORGET_DERIVED = (
    _oldest(table(Question), table(Question).c.asked_at),
    _oldest(table(Broadcast), table(Broadcast).c.posted_at),
    _oldest(table(Reaction), table(Reaction).c.at),
)
_FORGET_FAILURES = delete(table(Failure)).where(_here(table(Failure)), table(Failure).c.at < _BEFORE)
_FORGET_HANDLED = _oldest(table(Handled), table(Handled).c.at)
_FORGET_SENT = _oldest(_outgoing, _outgoing.c.made_at, _outgoing.c.state.not_in(("waiting", "sending")))
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


_reaction, _decision, _member = table(Reaction), table(Decision), table(Member)
_question, _failure = table(Question), table(Failure)
_MEMBER: BindParameter[str] = bindparam("of_member")
_FORGET_MEMBER = (
    *(
        delete(of).where(_here(of), by == _MEMBER)
        for of, by in (
            (_reaction, _reaction.c.member),
            (_member, _member.c.id),
            (table(Welcome), table(Welcome).c.member),
            (table(PageLink), table(PageLink).c.member),
            (table(PageSession), table(PageSession).c.member),
            (table(Broadcast), table(Broadcast).c.author),
            (table(Feedback), table(Feedback).c.author),
        )
    ),
    *(
        update(by.table).where(_here(by.table), by == _MEMBER).values({by: ""})
        for by in (
            _message.c.author,
            _decision.c.by,
            _question.c.asker,
            table(Subscription).c.made_by,
            table(SettingChange).c.by,
        )
    ),
    update(_question).where(_here(_question), _question.c.helper == _MEMBER).values(helper=None),
)
# What was to be told to somebody, or shown to them, is no longer to be.
_FORGET_TELLING = (
    update(_outgoing)
    .where(
        _here(_outgoing),
        _outgoing.c.lane.in_(bindparam("lanes", expanding=True)),
        _outgoing.c.state.in_(("waiting", "doubtful", "failed")),
    )
    .values(state="left", payload="", reason="who it was for wanted to be forgotten")
)
_UNSENT = select(_outgoing.c.seq, _outgoing.c.state, _outgoing.c.payload).where(
    _here(_outgoing),
    ~_outgoing.c.urgent,
    _outgoing.c.payload != "",
    _outgoing.c.state.in_(("waiting", "doubtful", "failed")),
)
_LEAVE = update(_outgoing).where(_outgoing.c.seq == bindparam("of_seq")).values(state="left", payload="")
# Ids of events, and keys of actions, may be made of a member's.
_SENT_NAMED = select(_outgoing.c.seq, _outgoing.c.key, _outgoing.c.lane).where(
    _here(_outgoing),
    _outgoing.c.state.not_in(("waiting", "sending")),
    or_(
        _outgoing.c.key.contains(bindparam("said", ""), autoescape=False),
        _outgoing.c.lane.contains(bindparam("said", ""), autoescape=False),
    ),
)
_UNNAME = (
    update(_outgoing)
    .where(_outgoing.c.seq == bindparam("of_seq"))
    .values(key=bindparam("as_key"), lane=bindparam("as_lane"))
)
_LANE = select(_outgoing.c.seq, _outgoing.c.lane).where(
    _here(_outgoing), _outgoing.c.key == bindparam("with_key"), _outgoing.c.kind == "show_home"
)
_handled = table(Handled)
_HANDLED_NAMED = select(_handled.c.event).where(
    _here(_handled), _handled.c.event.contains(bindparam("said", ""), autoescape=False)
)
_FORGET_EVENT = delete(_handled).where(_here(_handled), _handled.c.event == bindparam("of_event"))
_WRITTEN = select(_message.c.channel, _message.c.id).where(_here(_message), _message.c.author == _MEMBER)
_MENTIONING = select(_message.c.channel, _message.c.id, _message.c.mentions).where(
    _here(_message), cast(_message.c.mentions, String).contains(bindparam("said", ""), autoescape=False)
)
_MENTION = (
    update(_message)
    .where(
        _here(_message), _message.c.channel == bindparam("in_channel"), _message.c.id == bindparam("of_id")
    )
    .values(mentions=bindparam("only", type_=_message.c.mentions.type))
)
_FAILED = select(_failure.c.event, _failure.c.payload).where(_here(_failure))
_FORGET_FAILURE = delete(_failure).where(_here(_failure), _failure.c.event == bindparam("of_event"))


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
        case MessagePosted():
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
    # Of a day that was begun to be erased not all is there; its counts stay.
    count_day(tx, community, day, zone, whole=span.start >= so_far)
    until = min(span.end, before)
    _erased_until(tx, community, max(so_far, until))
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
    """Erase what else holds words: what failed, what could not be sent, and digests of that time."""
    for statement in (_FORGET_FAILURES, _GIVE_UP, _EMPTY_ACTIONS, _EMPTY_DIGESTS):
        tx.run(statement, in_community=community, before=before)


def forget_sent(tx: Transaction, community: str, before: datetime, most: int) -> bool:
    """Delete what was sent or given up; return whether there may be more."""
    return tx.run(_FORGET_SENT, in_community=community, before=before, most=most) >= most


def erase_member(tx: Transaction, community: str, member: str) -> None:
    """Erase what tells of a member, after their words and what was derived from them are gone.

    What they did stays done, by somebody; what they were to be told is not said any more.
    """
    place = {"in_community": community}
    named = json.dumps(member, ensure_ascii=False)
    written = {(row.channel, row.id) for row in tx.rows(_WRITTEN, **place, of_member=member)}
    for row in tx.rows(_MENTIONING, **place, said=json.dumps(member)):
        only = [each for each in row.mentions if each != member]
        tx.run(_MENTION, **place, in_channel=row.channel, of_id=row.id, only=only)
    for statement in _FORGET_MEMBER:
        tx.run(statement, **place, of_member=member)
    tx.run(_FORGET_TELLING, **place, lanes=[f"@{member}", f"~{member}"])
    for row in tx.rows(_UNSENT, **place):
        # What waits and quotes them is updated as soon as it was posted; what greets them is not said.
        if named in row.payload or (row.state != "waiting" and not written.isdisjoint(_shown(row.payload))):
            tx.run(_LEAVE, of_seq=row.seq)
    for row in tx.rows(_FAILED, **place):
        if named in row.payload:
            tx.run(_FORGET_FAILURE, **place, of_event=row.event)
    _unname(tx, community, member)
    # What is remembered of the talk may be of what is no more.
    tx.kept.clear()
    tx.memo.clear()


def _unname(tx: Transaction, community: str, member: str) -> None:
    """Take a member's id out of what is known of events handled and actions done."""
    place = {"in_community": community, "said": member}
    whole = re.compile(rf"(?<![\w-]){re.escape(member)}(?![\w-])")
    for row in tx.rows(_SENT_NAMED, **place):
        if whole.search(row.key) or whole.search(row.lane):
            lane = whole.sub("", row.lane)
            tx.run(_UNNAME, of_seq=row.seq, as_key=f"forgotten:{row.seq}", as_lane=lane)
    # Should they be told again, they are left out before anybody asks whether they were handled.
    for row in tx.rows(_HANDLED_NAMED, **place):
        if whole.search(row.event):
            tx.run(_FORGET_EVENT, in_community=community, of_event=row.event)


def unname_home(tx: Transaction, community: str, key: str) -> None:
    """Forget whose page was shown, if they wanted to be forgotten: what they see last is that they are."""
    row = tx.row(_LANE, in_community=community, with_key=key)
    if row is not None and is_forgotten(tx, community, row.lane[1:]):
        tx.run(_UNNAME, of_seq=row.seq, as_key=key, as_lane="")


def _shown(payload: str) -> set[tuple[str, str]]:
    """Return the channel and id of each message that an action quotes or links to."""
    found: set[tuple[str, str]] = set()
    parts: list[Any] = [json.loads(payload)]
    while parts:
        part = parts.pop()
        if isinstance(part, dict):
            if {"channel", "message"} <= part.keys():
                found.add((str(part["channel"]), str(part["message"])))
            parts += part.values()
        elif isinstance(part, list):
            parts += part
    return found
