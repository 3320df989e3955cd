"""Where each message stands in the talk: what it follows on, and which question it is about.

A turn depends only on the messages before it in its scope (a flat channel's top level, or a thread), in the
order of their times. So what arrives late is put in its place, and the turns after it are taken again until
nothing changes any more: in whatever order messages arrive, the same turns come out.
"""

from collections import deque
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import takewhile
from typing import Any

from sqlalchemy import Row, and_, bindparam, delete, exists, select

from bot.communities import settings_at
from bot.features.questions.talk import (
    BURST_CHARACTERS,
    EARLIER,
    FORWARDS,
    ONE_UTTERANCE,
    START,
    TALK,
    TALK_BY_TURN,
    Recent,
    Scope,
    counting,
    forget_recent,
    goes_below,
    known_recent,
    last_before,
    one,
    page_from,
    reach,
    reader_after,
    recent,
    said_of,
    standing_of,
    went_below,
)
from bot.features.questions.window import Standing, Window
from bot.language.linker.reader import Linker, Links, read_together
from bot.language.linker.threads import parent_in
from bot.language.messages import speaks_at_everyone
from bot.language.parents import NEW, OWN_WITHIN, Parent, Said, joined, parent_below
from bot.language.questions import read_question
from bot.language.replies import read_reply, speaks_of_others_case, speaks_of_own_case, still_fails
from bot.language.words import read_words
from storage.tables import Message, ThreadBegun, Turn, table
from storage.transaction import Transaction

# Messages read at once while turns are taken again.
_PAGE = 100

# Who asks again so soon asks about the same; later, what they ask shares a word of so many letters with it,
# or says that nothing helped.
_ASKED_AGAIN_WITHIN = timedelta(minutes=30)
_TELLING = 5

_message = table(Message)
_turn = table(Turn)
_OF_MESSAGE = and_(
    _turn.c.community == bindparam("in_community"),
    _turn.c.channel == bindparam("in_channel"),
    _turn.c.message == bindparam("of_message"),
)
_TURN = select(_turn).where(_OF_MESSAGE)
_begun = table(ThreadBegun)
_GONE = select(_begun.c.question).where(
    _begun.c.community == bindparam("in_community"),
    _begun.c.channel == bindparam("in_channel"),
    _begun.c.message == bindparam("of_message"),
)
_FORGET = delete(_turn).where(_OF_MESSAGE)
_AUTHOR = select(_message.c.author).where(
    _message.c.community == bindparam("in_community"),
    _message.c.channel == bindparam("in_channel"),
    _message.c.id == bindparam("of_message"),
)
_BURST = TALK_BY_TURN.where(_turn.c.head == bindparam("of_head"), EARLIER)
_ANSWERED_TO = TALK.where(_message.c.id == bindparam("of_message"), EARLIER)
_NATIVE_REPLIES = (
    select(_message.c.id, _message.c.posted_at, _message.c.thread)
    .where(
        _message.c.community == bindparam("in_community"),
        _message.c.channel == bindparam("in_channel"),
        _message.c.reply_to == bindparam("of_message"),
        _message.c.deleted_at.is_(None),
    )
    .order_by(*FORWARDS)
)
_HAS_REPLIES = select(
    exists().where(
        _message.c.community == bindparam("in_community"),
        _message.c.channel == bindparam("in_channel"),
        _message.c.thread == bindparam("in_thread"),
    )
)


def follow(tx: Transaction, scope: Scope, said: Said, *, new: bool) -> Standing | set[str]:
    """Take the turn of a message just posted; `new` says that nothing was heard of it before.

    Return it, if the message is the latest of its channel; else the heads of the questions that it may
    concern, as it and what came after it were put in their places. Told again, it changes nothing: what
    stood before it may be erased by now.
    """
    row = None if new else one(tx, scope, said.id)
    if row is not None and row.head is not None:
        return set()
    talk = recent(tx, scope.community, scope.channel, but=said.id)
    # A thread's first message comes before its replies, but for false times.
    if (said.at, said.id) <= talk.latest or said.id in talk.threads:
        return follow_again(tx, scope, said.id, said.at)
    if not new:
        # The row knows better than the event: it may have been edited or deleted before it came.
        if row is None:
            return follow_again(tx, scope, said.id, said.at)
        said = said_of(row)
    window = _window(tx, scope, talk, (said.at, said.id))
    links = talk.links(said, window) if scope.thread is None and not said.bot else None
    standing = _stand(tx, scope, said, window, links)
    _write(tx, scope, standing)
    talk.add(standing)
    if links is not None:
        talk.linked[said.id] = counting(standing, links)
    if not new:
        talk.marked.add(said.id)
    if not said.bot:
        window.append(standing)
    return standing


def read_ahead(tx: Transaction, messages: Mapping[tuple[str, str], Sequence[Said]]) -> None:
    """Read what the top levels of channels go on with, all at once, if all goes as it seems."""
    reading: list[tuple[Recent, Linker, list[Said]]] = []
    for place, told in sorted(messages.items()):
        talk = recent(tx, *place)
        # Where a batch ended early, some of it was read before.
        coming = talk.unread([said for said in told if (said.at, said.id) > talk.latest])
        if coming:
            window = _window(tx, Scope(*place, None), talk, (coming[0].at, coming[0].id))
            reading.append((talk, talk.reader(window), coming))
    found = read_together([(linker, coming) for _, linker, coming in reading])
    for (talk, _, coming), links in zip(reading, found, strict=True):
        talk.coming.extend(zip(coming, links, strict=True))


def _window(tx: Transaction, scope: Scope, talk: Recent, place: tuple[datetime, str]) -> Window:
    window = talk.windows.get(scope.thread)
    if window is None:
        window = talk.window(scope.thread)
        if window is None:
            window = last_before(tx, scope, *place)
        talk.windows[scope.thread] = window
    return window


def follow_again(tx: Transaction, scope: Scope, message: str, at: datetime) -> set[str]:
    """Take the turns anew from a message on that came late, changed or went away."""
    forget_recent(tx, scope.community, scope.channel)
    touched: set[str] = set()
    found = one(tx, scope, message)
    if found is None:
        old = tx.row(_TURN, **scope.place, of_message=message)
        tx.run(_FORGET, **scope.place, of_message=message)
        if old is not None:
            touched |= {old.head} | ({old.question} if old.question else set())
    _carry_on(tx, scope, [message, *_sweep(tx, scope, message, at, touched)], touched)
    if scope.thread is not None and (found is None or found.head is None):
        # Whether there is talk below says how it goes on above.
        above = Scope(scope.community, scope.channel, None)
        _carry_on(tx, above, _sweep(tx, above, message, at, touched), touched)
    return touched


def _carry_on(tx: Transaction, scope: Scope, messages: Sequence[str], touched: set[str]) -> None:
    """Take the turns again of all that hangs on messages of a scope, until nothing changes any more."""
    changed = deque(messages)
    while changed:
        changed.extend(_take_along(tx, scope, changed.popleft(), touched))


def _take_along(tx: Transaction, scope: Scope, message: str, touched: set[str]) -> list[str]:
    """Take the turns again that hang on a message from afar: its thread's, and those of native replies."""
    changed: list[str] = []
    if scope.thread is None:
        # A thread's replies are about what its first message asks.
        found = tx.row(_HAS_REPLIES, **scope.place, in_thread=message)
        if found is not None and found[0]:
            thread = Scope(scope.community, scope.channel, message)
            changed += _sweep(tx, thread, "", START, touched)
    for reply in tx.rows(_NATIVE_REPLIES, **scope.place, of_message=message):
        where = Scope(scope.community, scope.channel, reply.thread)
        changed += _sweep(tx, where, reply.id, reply.posted_at, touched)
    return changed


def _sweep(tx: Transaction, scope: Scope, message: str, at: datetime, touched: set[str]) -> list[str]:
    """Take turns again from there on, until they come out as they were; return the messages that changed.

    `touched` gathers the heads of the questions this may concern.
    """
    window = last_before(tx, scope, at, message)
    # Heads of what somebody said in a row that may read differently now: what is added to it may, too.
    stale = set(touched)
    changed: list[str] = []
    unchanged = 0
    place = (at, message)
    reader = reader_after(window) if scope.thread is None else None
    while True:
        page = page_from(tx, scope, *place, most=_PAGE)
        people = [said_of(row) for row in page if not row.bot]
        links = {each.message: each for each in reader.read(people)} if reader is not None else {}
        for row in page:
            if scope.thread == row.id:
                # Its own turn is taken at the top level; here it is what the thread begins with.
                if not row.bot:
                    window.append(standing_of(row))
                continue
            standing = _stand(tx, scope, said_of(row), window, links.get(row.id))
            if not row.bot:
                window.append(standing)
            if row.id == message:
                touched |= {standing.head} | standing.concerns
                stale.add(standing.head)
            if _same(row, standing):
                unchanged += not row.bot
                out_of_sight = unchanged >= reach(scope.thread) and stale.isdisjoint(
                    each.head for each in window
                )
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


def _stand(tx: Transaction, scope: Scope, said: Said, window: Window, links: Links | None) -> Standing:
    """Return a message's turn, from those before it and what was set when it was said.

    `links` are those of a person's message at the top level.
    """
    enough = settings_at(tx, scope.community, said.at).asks_in(scope.channel)
    parent = _parent(tx, scope, said, window, links, enough)
    if parent.how == "next" and speaks_at_everyone(said.text):
        parent = NEW  # Who speaks at everyone answers nobody.
    before = window.get(parent.id)
    if before is None and said.reply_to is not None:
        before = _answered_to(tx, scope, said, said.reply_to)
    head, burst, about, asked = said.id, said.text, None, False
    if before is not None:
        about = before.head if before.asks else before.question
        # What the author of a thread's first message adds below it is talk about that, not part of it.
        if (
            parent.how == "own"
            and before.said.id != scope.thread
            and _same_breath(said, before, window, enough)
        ):
            head, asked = before.head, before.asks
            burst = f"{_burst(tx, scope, before)}\n{said.text}"[:BURST_CHARACTERS]
    in_thread_of = _thread_question(tx, scope)
    if in_thread_of is not None:
        about = in_thread_of
    asks = not said.bot and in_thread_of is None
    if asks:
        asks = asked or _asks(said.text, burst, enough)
        asks = asks and not (before is not None and _is_about(tx, scope, said, before, about, head))
    return Standing(
        said=_asking(said, asks),
        thread=scope.thread,
        head=head,
        parent=parent.id,
        how=parent.how,
        asks=asks,
        question=head if asks else (about if about != head else None),
        burst=burst,
        asked=asked,
    )


def _asking(said: Said, asks: bool) -> Said:
    # Most of what is said reads as it did.
    return said if said.asks == asks else replace(said, asks=asks)


def _parent(
    tx: Transaction,
    scope: Scope,
    said: Said,
    window: Window,
    links: Links | None,
    enough: float,
) -> Parent:
    """Return what a message belongs to."""
    if scope.thread is not None:
        return parent_below(said, [earlier.said for earlier in window])
    if links is None:
        return joined(said, None)
    found, last = window.get(parent_in(links, window.first)), window.last
    parent = joined(said, found.said if found else None, last.said if last else None)
    above = window.get(parent.id)
    if above is None or parent.how not in ("own", "next"):
        return parent
    if read_question(said.text, starts=False).probability < enough:
        return parent
    # What is talked about below is asked about there: here it is something else.
    below = went_below(tx, scope, said, above, window) or goes_below(tx, scope, said, above, window)
    return NEW if below else parent


def _answered_to(tx: Transaction, scope: Scope, said: Said, message: str) -> Standing | None:
    """Return what a native reply answers, however long ago it was said."""
    talk = known_recent(tx, scope.community, scope.channel)
    found = talk.by_id.get(message) if talk is not None else None
    if found is None:
        row = tx.row(_ANSWERED_TO, **scope.place, of_message=message, at=said.at, id=said.id)
        found = standing_of(row) if row is not None else None
    return found if found is not None and found.thread == scope.thread else None


def _same_breath(said: Said, before: Standing, window: Window, enough: float) -> bool:
    """Return whether somebody goes on saying what they began, and does not speak of what came of it."""
    later = said.at - before.said.at > OWN_WITHIN
    if later and read_question(said.text, starts=False).probability >= enough:
        return False
    if before.asks and read_reply(said.text, by_asker=True).kind in ("answer", "withdrawn"):
        return False
    # What is about it comes after it.
    since = takewhile(lambda earlier: earlier.said.id != before.head, reversed(window))
    return all(each.question != before.head or each.said.author == said.author for each in since)


def _asks(text: str, burst: str, enough: float) -> bool:
    """Return whether a message asks, by itself or together with the short ones it goes on from."""
    if read_question(text, starts=False).probability >= enough:
        return True
    joined = text != burst and len(burst) <= ONE_UTTERANCE
    return joined and read_question(burst, starts=False).probability >= enough


def _is_about(
    tx: Transaction, scope: Scope, said: Said, before: Standing, about: str | None, head: str
) -> bool:
    """Return whether what reads like a question belongs to the one before it: asked back, or asked again."""
    if about is None or about == head:
        return False
    if _author(tx, scope, about) == said.author:
        return _asks_again(tx, scope, said, about)
    kind = read_reply(said.text, by_asker=False).kind
    if kind != "clarify" or said.mentions:
        return kind in ("metoo", "clarify")
    # Who asks back asks about another's case, not about their own; later on they say so.
    soon = said.at - before.said.at <= _ASKED_AGAIN_WITHIN
    return not speaks_of_own_case(said.text) and (soon or speaks_of_others_case(said.text))


def _asks_again(tx: Transaction, scope: Scope, said: Said, about: str) -> bool:
    """Return whether somebody who asked goes on about it, and does not ask for something else later on."""
    asked = _said_before(tx, scope, about)
    if asked is None or said.at - asked.at <= _ASKED_AGAIN_WITHIN:
        return True
    before, now = read_words(asked.text).tokens, read_words(said.text).tokens
    return any(len(word) >= _TELLING for word in before & now) or still_fails(said.text)


def _said_before(tx: Transaction, scope: Scope, message: str) -> Said | None:
    talk = known_recent(tx, scope.community, scope.channel)
    if talk is not None and message in talk.by_id:
        return talk.by_id[message].said
    row = one(tx, scope, message)
    return said_of(row) if row is not None else None


def _author(tx: Transaction, scope: Scope, message: str) -> str | None:
    talk = known_recent(tx, scope.community, scope.channel)
    if talk is not None and message in talk.by_id:
        return talk.by_id[message].said.author
    key = ("author", scope.community, scope.channel, message)
    if key not in tx.memo:
        row = tx.row(_AUTHOR, **scope.place, of_message=message)
        tx.memo[key] = row.author if row else None
    author: str | None = tx.memo[key]
    return author


def _thread_question(tx: Transaction, scope: Scope) -> str | None:
    """Return the question that a thread is about, by its first message."""
    if scope.thread is None:
        return None
    talk = known_recent(tx, scope.community, scope.channel)
    if talk is not None and scope.thread in talk.roots:
        return talk.roots[scope.thread]
    root: Standing | Row[Any] | None = talk.by_id.get(scope.thread) if talk is not None else None
    if root is None:
        root = tx.row(_TURN, **scope.place, of_message=scope.thread)
    if root is None:
        gone = tx.row(_GONE, **scope.place, of_message=scope.thread)
        return gone.question if gone is not None else None
    question = root.head if root.asks else root.question
    if talk is not None:
        talk.roots[scope.thread] = question
    return question


def _burst(tx: Transaction, scope: Scope, standing: Standing) -> str:
    """Return what somebody said in a row up to this message."""
    if standing.burst is not None:
        return standing.burst
    if standing.head == standing.said.id:
        return standing.said.text[:BURST_CHARACTERS]
    rows = tx.rows(_BURST, **scope.place, of_head=standing.head, at=standing.said.at, id=standing.said.id)
    # Asked to order them, SQLite would walk the whole channel by its times.
    rows = sorted(rows, key=lambda row: (row.posted_at, row.id))
    return "\n".join([*(row.text for row in rows), standing.said.text])[:BURST_CHARACTERS]


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
