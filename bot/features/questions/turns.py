"""Where each message stands in the talk: what it follows on, and which question it is about.

A turn depends only on the messages before it in its scope (a flat channel's top level, or a thread), in the
order of their times. So what arrives late is put in its place, and the turns after it are taken again until
nothing changes any more: in whatever order messages arrive, the same turns come out.
"""

import re
from collections import deque
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Row, and_, bindparam, delete, exists, or_, select

from bot.language.messages import read_message
from bot.language.questions import ASKS, read_question
from bot.language.replies import WINDOW, Parent, Said, parent_of, read_reply
from storage.tables import Message, Turn, table
from storage.transaction import Transaction

# A monologue is not one question: what is said beyond this is not read for what it asks.
_BURST_CHARACTERS = 2_000
# What takes more than this to say is asked in one of its messages, not between them.
_ONE_UTTERANCE = 300
# Messages read at once while turns are taken again.
_PAGE = 100
_START = datetime(1, 1, 1, tzinfo=UTC)
_OWN_CASE = re.compile(
    r"\b(?:(?:do|did|can|could|should|would|must|am) (?:i|we)|my|i(?:'m| am|'ve| have| get| need| want))\b",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Scope:
    """Where people talk with each other: a channel's top level, or a thread of it."""

    community: str
    channel: str
    thread: str | None

    @property
    def place(self) -> dict[str, str]:
        """The values that statements about its channel take."""
        return {"in_community": self.community, "in_channel": self.channel}

    @property
    def values(self) -> dict[str, str]:
        """The values that statements about itself take."""
        return self.place if self.thread is None else self.place | {"in_thread": self.thread}


@dataclass(frozen=True, slots=True)
class Standing:
    """A message with its turn; `burst` is what its author said in a row up to it, if that is known."""

    said: Said
    thread: str | None
    head: str
    parent: str | None
    how: str
    asks: bool
    question: str | None
    burst: str | None
    asked: bool = False  # whether what it goes on from asked

    @property
    def concerns(self) -> set[str]:
        """The heads of the questions that it may change: what it is about, and what it goes on asking."""
        about = {self.question} if self.question else set()
        return about | {self.head} if self.asked else about


_message = table(Message)
_turn = table(Turn)
_SAID = (
    select(
        _message.c.id,
        _message.c.author,
        _message.c.posted_at,
        _message.c.text,
        _message.c.bot,
        _message.c.mentions,
        _message.c.reply_to,
        _message.c.thread,
        _turn.c.head,
        _turn.c.parent,
        _turn.c.how,
        _turn.c.asks,
        _turn.c.question,
    )
    .select_from(
        _message.outerjoin(
            _turn,
            and_(
                _turn.c.community == _message.c.community,
                _turn.c.channel == _message.c.channel,
                _turn.c.message == _message.c.id,
            ),
        )
    )
    .where(
        _message.c.community == bindparam("in_community"),
        _message.c.channel == bindparam("in_channel"),
        _message.c.deleted_at.is_(None),
    )
)
_TOP_LEVEL = _SAID.where(_message.c.thread.is_(None))
_THREAD = _SAID.where(
    or_(_message.c.thread == bindparam("in_thread"), _message.c.id == bindparam("in_thread"))
)
_EARLIER = or_(
    _message.c.posted_at < bindparam("at"),
    and_(_message.c.posted_at == bindparam("at"), _message.c.id < bindparam("id")),
)
_NOT_EARLIER = or_(
    _message.c.posted_at > bindparam("at"),
    and_(_message.c.posted_at == bindparam("at"), _message.c.id >= bindparam("id")),
)
_BACKWARDS = (_message.c.posted_at.desc(), _message.c.id.desc())
_FORWARDS = (_message.c.posted_at, _message.c.id)
_BEFORE = {
    # A bot's many lines are not to hide what people say from each other.
    flat: base.where(_EARLIER, ~_message.c.bot).order_by(*_BACKWARDS).limit(bindparam("most"))
    for flat, base in ((True, _TOP_LEVEL), (False, _THREAD))
}
_FROM = {
    flat: base.where(_NOT_EARLIER).order_by(*_FORWARDS).limit(bindparam("most"))
    for flat, base in ((True, _TOP_LEVEL), (False, _THREAD))
}
_ONE = _SAID.where(_message.c.id == bindparam("of_message"))
_BURST = _SAID.where(_turn.c.head == bindparam("of_head"), _EARLIER)
_LATEST = (
    select(_message.c.posted_at, _message.c.id)
    .where(
        _message.c.community == bindparam("in_community"),
        _message.c.channel == bindparam("in_channel"),
        _message.c.id != bindparam("but"),
    )
    .order_by(*_BACKWARDS)
    .limit(1)
)
_OF_MESSAGE = and_(
    _turn.c.community == bindparam("in_community"),
    _turn.c.channel == bindparam("in_channel"),
    _turn.c.message == bindparam("of_message"),
)
_TURN = select(_turn).where(_OF_MESSAGE)
_FORGET = delete(_turn).where(_OF_MESSAGE)
_AUTHOR = select(_message.c.author).where(
    _message.c.community == bindparam("in_community"),
    _message.c.channel == bindparam("in_channel"),
    _message.c.id == bindparam("of_message"),
)
_ANSWERED_TO = _ONE.where(_EARLIER)
_NATIVE_REPLIES = (
    select(_message.c.id, _message.c.posted_at, _message.c.thread)
    .where(
        _message.c.community == bindparam("in_community"),
        _message.c.channel == bindparam("in_channel"),
        _message.c.reply_to == bindparam("of_message"),
        _message.c.deleted_at.is_(None),
    )
    .order_by(*_FORWARDS)
)
_HAS_REPLIES = select(
    exists().where(
        _message.c.community == bindparam("in_community"),
        _message.c.channel == bindparam("in_channel"),
        _message.c.thread == bindparam("in_thread"),
    )
)


@dataclass(slots=True)
class _Talk:
    """What a batch remembers of a channel: its latest message, and the last ones of each scope."""

    latest: tuple[datetime, str]
    windows: dict[str | None, deque[Standing]] = field(default_factory=dict)
    roots: dict[str, str | None] = field(default_factory=dict)


def follow(tx: Transaction, scope: Scope, said: Said) -> Standing | set[str]:
    """Take the turn of a message just posted.

    Return it, if the message is the latest of its channel; else the heads of the questions that it may
    concern, as it and what came after it were put in their places.
    """
    key = ("talk", scope.community, scope.channel)
    talk: _Talk | None = tx.memo.get(key)
    known = talk is not None
    if talk is None:
        found = tx.row(_LATEST, **scope.place, but=said.id)
        talk = tx.memo[key] = _Talk((found.posted_at, found.id) if found else (_START, ""))
    if (said.at, said.id) <= talk.latest:
        return follow_again(tx, scope, said.id, said.at)
    if not known:
        # The row knows better than the event: it may have been edited or deleted before it came.
        row = tx.row(_ONE, **scope.place, of_message=said.id)
        if row is None or row.head is not None:
            return follow_again(tx, scope, said.id, said.at)
        said = _said(row)
    talk.latest = (said.at, said.id)
    window = talk.windows.get(scope.thread)
    if window is None:
        window = talk.windows[scope.thread] = _before(tx, scope, said.at, said.id)
    standing = _stand(tx, scope, said, window)
    _write(tx, scope, standing)
    if not said.bot:
        window.append(standing)
    return standing


def follow_again(tx: Transaction, scope: Scope, message: str, at: datetime) -> set[str]:
    """Take the turns anew from a message on that came late, changed or went away."""
    tx.memo.pop(("talk", scope.community, scope.channel), None)
    touched: set[str] = set()
    gone = tx.row(_ONE, **scope.place, of_message=message) is None
    if gone:
        old = tx.row(_TURN, **scope.place, of_message=message)
        tx.run(_FORGET, **scope.place, of_message=message)
        if old is not None:
            touched |= {old.head} | ({old.question} if old.question else set())
    changed = deque([message, *_sweep(tx, scope, message, at, touched)])
    while changed:
        changed.extend(_take_along(tx, scope, changed.popleft(), touched))
    return touched


def _take_along(tx: Transaction, scope: Scope, message: str, touched: set[str]) -> list[str]:
    """Take the turns again that hang on a message from afar: its thread's, and those of native replies."""
    changed: list[str] = []
    if scope.thread is None:
        # A thread's replies are about what its first message asks.
        found = tx.row(_HAS_REPLIES, **scope.place, in_thread=message)
        if found is not None and found[0]:
            thread = Scope(scope.community, scope.channel, message)
            changed += _sweep(tx, thread, "", _START, touched)
    for reply in tx.rows(_NATIVE_REPLIES, **scope.place, of_message=message):
        where = Scope(scope.community, scope.channel, reply.thread)
        changed += _sweep(tx, where, reply.id, reply.posted_at, touched)
    return changed


def _sweep(tx: Transaction, scope: Scope, message: str, at: datetime, touched: set[str]) -> list[str]:
    """Take turns again from there on, until they come out as they were; return the messages that changed.

    `touched` gathers the heads of the questions this may concern.
    """
    window = _before(tx, scope, at, message)
    # Heads of what somebody said in a row that may read differently now: what is added to it may, too.
    stale = set(touched)
    changed: list[str] = []
    unchanged = 0
    place = (at, message)
    while True:
        page = tx.rows(_FROM[scope.thread is None], **scope.values, at=place[0], id=place[1], most=_PAGE)
        for row in page:
            if scope.thread == row.id:
                # Its own turn is taken at the top level; here it is what the thread begins with.
                if not row.bot:
                    window.append(_standing(row))
                continue
            standing = _stand(tx, scope, _said(row), window)
            if not row.bot:
                window.append(standing)
            if row.id == message:
                touched |= {standing.head} | standing.concerns
                stale.add(standing.head)
            if _same(row, standing):
                unchanged += not row.bot
                out_of_sight = unchanged >= WINDOW and stale.isdisjoint(each.head for each in window)
                if out_of_sight and scope.thread is None:
                    return changed
                continue
            unchanged = 0
            changed.append(row.id)
            stale |= {row.head, standing.head}
            touched |= {row.head, row.question, standing.head, standing.question} - {None}
            _write(tx, scope, standing)
        if len(page) < _PAGE:
            return changed
        # The next page begins with the message after the last of this one.
        place = (page[-1].posted_at, page[-1].id + "\x01")


def _stand(
    tx: Transaction, scope: Scope, said: Said, window: Sequence[Standing] | deque[Standing]
) -> Standing:
    """Return a message's turn, from those before it."""
    seems = replace(said, asks=read_question(said.text, starts=False).probability >= ASKS)
    parent = parent_of(seems, [earlier.said for earlier in window])
    if parent.how == "next" and read_message(said.text).salesy.verdict != "fine":
        parent = Parent(None, "new")  # Who speaks at everyone answers nobody.
    before = next((earlier for earlier in window if earlier.said.id == parent.id), None)
    if before is None and said.reply_to is not None:
        before = _answered_to(tx, scope, said, said.reply_to)
    head, burst, about, asked = said.id, said.text, None, False
    if before is not None:
        about = before.head if before.asks else before.question
        # What the author of a thread's first message adds below it is talk about that, not part of it.
        if parent.how == "own" and before.said.id != scope.thread and _same_breath(said, before, window):
            head, asked = before.head, before.asks
            burst = f"{_burst(tx, scope, before)}\n{said.text}"[:_BURST_CHARACTERS]
    in_thread_of = _thread_question(tx, scope)
    if in_thread_of is not None:
        about = in_thread_of
    asks = not said.bot and in_thread_of is None
    if asks:
        asks = asked or _asks(said.text, burst)
        asks = asks and not _is_about(tx, scope, said, about, head)
    if asks and head == said.id:
        tx.memo["author", scope.community, scope.channel, head] = said.author
    return Standing(
        said=replace(said, asks=True) if asks else said,
        thread=scope.thread,
        head=head,
        parent=parent.id,
        how=parent.how,
        asks=asks,
        question=head if asks else (about if about != head else None),
        burst=burst,
        asked=asked,
    )


def _answered_to(tx: Transaction, scope: Scope, said: Said, message: str) -> Standing | None:
    """Return what a native reply answers, however long ago it was said."""
    row = tx.row(_ANSWERED_TO, **scope.place, of_message=message, at=said.at, id=said.id)
    return _standing(row) if row is not None and row.thread == scope.thread else None


def _same_breath(said: Said, before: Standing, window: Iterable[Standing]) -> bool:
    """Return whether somebody goes on saying what they began, and does not speak of what came of it."""
    if before.asks and read_reply(said.text, by_asker=True).kind in ("answer", "withdrawn"):
        return False
    return all(
        earlier.question != before.head or earlier.said.author == said.author or earlier.said.bot
        for earlier in window
    )


def _asks(text: str, burst: str) -> bool:
    """Return whether a message asks, by itself or together with the short ones it goes on from."""
    if read_question(text, starts=False).probability >= ASKS:
        return True
    joined = text != burst and len(burst) <= _ONE_UTTERANCE
    return joined and read_question(burst, starts=False).probability >= ASKS


def _is_about(tx: Transaction, scope: Scope, said: Said, about: str | None, head: str) -> bool:
    """Return whether what reads like a question belongs to the one before it: asked back, or asked again."""
    if about is None or about == head:
        return False
    key = ("author", scope.community, scope.channel, about)
    if key not in tx.memo:
        row = tx.row(_AUTHOR, **scope.place, of_message=about)
        tx.memo[key] = row.author if row else ""
    if tx.memo[key] == said.author:
        return True
    kind = read_reply(said.text, by_asker=False).kind
    # Who asks back asks about another's case, not about their own.
    return kind == "metoo" or (kind == "clarify" and (bool(said.mentions) or not _OWN_CASE.search(said.text)))


def _thread_question(tx: Transaction, scope: Scope) -> str | None:
    """Return the question that a thread is about, by its first message."""
    if scope.thread is None:
        return None
    talk: _Talk | None = tx.memo.get(("talk", scope.community, scope.channel))
    if talk is not None and scope.thread in talk.roots:
        return talk.roots[scope.thread]
    root = tx.row(_TURN, **scope.place, of_message=scope.thread)
    question = None if root is None else (root.head if root.asks else root.question)
    if talk is not None:
        talk.roots[scope.thread] = question
    return question


def _burst(tx: Transaction, scope: Scope, standing: Standing) -> str:
    """Return what somebody said in a row up to this message."""
    if standing.burst is not None:
        return standing.burst
    rows = tx.rows(_BURST, **scope.place, of_head=standing.head, at=standing.said.at, id=standing.said.id)
    # Asked to order them, SQLite would walk the whole channel by its times.
    rows = sorted(rows, key=lambda row: (row.posted_at, row.id))
    return "\n".join([*(row.text for row in rows), standing.said.text])[:_BURST_CHARACTERS]


def _before(tx: Transaction, scope: Scope, at: datetime, message: str) -> deque[Standing]:
    rows = tx.rows(_BEFORE[scope.thread is None], **scope.values, at=at, id=message, most=WINDOW)
    return deque((_standing(row) for row in reversed(rows)), maxlen=WINDOW)


def _said(row: Row[Any]) -> Said:
    return Said(
        id=row.id,
        author=row.author,
        at=row.posted_at,
        text=row.text,
        bot=row.bot,
        mentions=frozenset(row.mentions),
        reply_to=row.reply_to,
    )


def _standing(row: Row[Any]) -> Standing:
    asks = bool(row.asks)
    said = replace(_said(row), asks=True) if asks else _said(row)
    return Standing(
        said, row.thread, row.head or row.id, row.parent, row.how or "new", asks, row.question, None
    )


def _same(row: Row[Any], standing: Standing) -> bool:
    there = (row.head, row.parent, row.how, row.asks, row.question)
    return there == (standing.head, standing.parent, standing.how, standing.asks, standing.question)


def _write(tx: Transaction, scope: Scope, standing: Standing) -> None:
    tx.put(
        Turn,
        community=scope.community,
        channel=scope.channel,
        message=standing.said.id,
        head=standing.head,
        parent=standing.parent,
        how=standing.how,
        asks=standing.asks,
        question=standing.question,
    )
