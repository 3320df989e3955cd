"""The talk that questions live in, read from what was kept: who said what, with the turn each message has."""

from collections import deque
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Row, and_, bindparam, exists, or_, select

from bot.features.questions.asked import Asked, asked_from
from bot.features.questions.window import Standing, Window
from bot.heard import of_message
from bot.language.linker.reader import Linker, Links
from bot.language.linker.talk import REACH
from bot.language.messages import speaks_at_everyone
from bot.language.parents import NOBODY, Said
from bot.language.replied import Waiting
from storage.tables import Decision, Message, Question, Reaction, Turn, table
from storage.transaction import Transaction

# A monologue is not one question: what is said beyond this is not read for what it asks.
BURST_CHARACTERS = 2_000
# What takes more than this to say is asked in one of its messages, not between them.
ONE_UTTERANCE = 300
CHECK_MARKS = ("white_check_mark", "heavy_check_mark", "ballot_box_with_check", "✅", "✔️", "✔", "☑️", "☑")
# Of a thread so many earlier messages are looked at.
BELOW = 30
# Messages of a channel that are read at once: mostly more than its top level and its threads ask for.
_RECENT = REACH + 2 * BELOW
# So many more are remembered before they are let go of.
_SLACK = 60
# So many glances outlast what they saw.
_GLANCES = 50
# More characters of a channel are not remembered for long.
_MUCH_TEXT = 200_000
START = datetime(1, 1, 1, tzinfo=UTC)


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
class Glance:
    """What was read of a question, when, and of how many messages since it was asked."""

    said: int
    at: datetime
    found: Waiting | None


@dataclass(slots=True)
class Recent:
    """The latest messages of a channel; oldest first, those deleted left out.

    They reach back to the channel's first message if they are `whole`. `questions` are those that begin with
    one of them, by their heads; `marked` and `ruled` are the messages that may bear a check mark and the
    heads that a manager decided about.
    """

    latest: tuple[datetime, str] = (START, "")
    whole: bool = True
    standings: list[Standing] = field(default_factory=list)
    by_id: dict[str, Standing] = field(default_factory=dict)
    questions: dict[str, Asked] = field(default_factory=dict)
    marked: set[str] = field(default_factory=set)
    ruled: set[str] = field(default_factory=set)
    windows: dict[str | None, Window] = field(default_factory=dict)
    roots: dict[str, str | None] = field(default_factory=dict)
    threads: set[str] = field(default_factory=set)
    characters: int = 0
    # Who reads the top level, if it has been read; and what was read of messages that are still to be heard.
    linker: Linker | None = None
    coming: deque[tuple[Said, Links]] = field(default_factory=deque)
    # What messages at the top level count as replying to, of those that were followed here.
    linked: dict[str, Links] = field(default_factory=dict)
    # What was last read of questions for a list, by their heads.
    glances: dict[str, Glance] = field(default_factory=dict)

    def links(self, said: Said, window: Iterable[Standing]) -> Links:
        """Return what the top level's next message may reply to."""
        if self.coming:
            ahead, links = self.coming.popleft()
            if ahead == said:
                return links
            self._read_in_vain()
        return self.reader(window).read([said])[0]

    def unread(self, coming: list[Said]) -> list[Said]:
        """Return those of the messages that come next at the top level that were not read ahead before."""
        known = [said for said, _ in self.coming]
        both = min(len(known), len(coming))
        if known[:both] != coming[:both]:
            self._read_in_vain()
            return coming
        return coming[both:]

    def _read_in_vain(self) -> None:
        """What was read ahead did not come."""
        self.coming.clear()
        self.linker = None

    def reader(self, window: Iterable[Standing]) -> Linker:
        """Return who reads on at the top level, behind what was read ahead."""
        if self.linker is None:
            self.linker = reader_after(window)
        return self.linker

    def add(self, standing: Standing) -> None:
        """Take in the message that is now the latest."""
        self.standings.append(standing)
        self.by_id[standing.said.id] = standing
        self.latest = (standing.said.at, standing.said.id)
        self.characters += len(standing.said.text)
        if standing.thread is not None:
            self.threads.add(standing.thread)

    def trim(self) -> None:
        """Let go of what is long ago, once that is many messages, or much text."""
        if len(self.standings) <= _RECENT + _SLACK and self.characters <= _MUCH_TEXT:
            return
        self.standings = self.standings[-_RECENT:]
        self.characters = sum(len(each.said.text) for each in self.standings)
        self.threads = {each.thread for each in self.standings if each.thread is not None}
        self.by_id = {each.said.id: each for each in self.standings}
        self.whole = False
        self.questions = {head: asked for head, asked in self.questions.items() if head in self.by_id}
        self.marked &= self.by_id.keys()
        self.ruled &= self.by_id.keys()
        self.windows = {thread: window for thread, window in self.windows.items() if thread is None}
        self.roots = {}
        self.linked = {message: links for message, links in self.linked.items() if message in self.by_id}
        self.glances = dict(list(self.glances.items())[-_GLANCES:])

    def since(self, head: str, most: int) -> tuple[list[Standing], dict[str, Links]] | None:
        """Return so many messages of people at the top level from one on, with what they may reply to; None
        if that is not known of all."""
        found: list[Standing] = []
        links: dict[str, Links] = {}
        for each in self._from(head):
            if each.thread is not None or each.said.bot:
                continue
            if len(found) == most:
                break
            if each.said.id not in self.linked:
                return None
            found.append(each)
            links[each.said.id] = self.linked[each.said.id]
        return (found, links) if found else None

    def _from(self, head: str) -> list[Standing]:
        first = self.by_id.get(head)
        if first is None:
            return []
        start = next(place for place, each in enumerate(self.standings) if each is first)
        return self.standings[start:]

    def about(self, head: str) -> list[Standing] | None:
        """Return what was said from a question's first message on, with it; None if that is longer ago."""
        if head not in self.by_id:
            return None
        # What belongs to a question comes after it.
        return [each for each in self._from(head) if head in (each.head, each.question)]

    def window(self, thread: str | None) -> Window | None:
        """Return the last messages of people in a scope; None if some may be longer ago."""
        if thread is None:
            here: Iterable[Standing] = (each for each in self.standings if each.thread is None)
        else:
            here = (each for each in self.standings if thread in (each.thread, each.said.id))
        found = Window((each for each in here if not each.said.bot), reach(thread))
        begun_lately = thread is not None and thread in self.by_id
        return found if self.whole or begun_lately or found.full else None


def reach(thread: str | None) -> int:
    """Return how many earlier messages of a scope are looked at."""
    return REACH if thread is None else BELOW


def counting(standing: Standing, links: Links) -> Links:
    """Return what a message counts as replying to, of what it may reply to.

    Who asks something of their own, or speaks at everyone, replies to nobody.
    """
    if standing.asks or speaks_at_everyone(standing.said.text):
        return Links.of(links.message, [(None, 1.0)])
    return links


def reader_after(window: Iterable[Standing]) -> Linker:
    """Return who reads a top level on from there."""
    linker = Linker()
    linker.recall([each.said for each in window])
    return linker


# Of so many questions asked last it is seen where they were taken up, and two tell where that is.
_ASKED_LATELY, _TAKEN_UP = 10, 2

_message = table(Message)
_turn = table(Turn)
_question = table(Question)
_decision = table(Decision)
_reaction = table(Reaction)
_IN_CHANNEL = and_(
    _message.c.community == bindparam("in_community"), _message.c.channel == bindparam("in_channel")
)
_HERE = and_(_IN_CHANNEL, _message.c.deleted_at.is_(None))
_SAID = (
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


TALK = select(*_SAID).select_from(_message.outerjoin(_turn, of_message(_turn))).where(_HERE)
# The same, for what is found by its turn: PostgreSQL would look through the channel's messages for it.
TALK_BY_TURN = (
    select(*_SAID)
    .select_from(_turn.join(_message, of_message(_turn)))
    .where(
        _turn.c.community == bindparam("in_community"),
        _turn.c.channel == bindparam("in_channel"),
        _message.c.deleted_at.is_(None),
    )
)
_OF_SCOPE = {
    True: TALK.where(_message.c.thread.is_(None)),
    False: TALK.where(
        or_(_message.c.thread == bindparam("in_thread"), _message.c.id == bindparam("in_thread"))
    ),
}
EARLIER = or_(
    _message.c.posted_at < bindparam("at"),
    and_(_message.c.posted_at == bindparam("at"), _message.c.id < bindparam("id")),
)
_NOT_EARLIER = or_(
    _message.c.posted_at > bindparam("at"),
    and_(_message.c.posted_at == bindparam("at"), _message.c.id >= bindparam("id")),
)
_BACKWARDS = (_message.c.posted_at.desc(), _message.c.id.desc())
FORWARDS = (_message.c.posted_at, _message.c.id)
_BEFORE = {
    # A bot's many lines are not to hide what people say from each other.
    flat: base.where(EARLIER, ~_message.c.bot).order_by(*_BACKWARDS).limit(bindparam("most"))
    for flat, base in _OF_SCOPE.items()
}
_FROM = {
    flat: base.where(_NOT_EARLIER).order_by(*FORWARDS).limit(bindparam("most"))
    for flat, base in _OF_SCOPE.items()
}
_SINCE = _OF_SCOPE[True].where(_NOT_EARLIER, ~_message.c.bot).order_by(*FORWARDS).limit(bindparam("most"))
_RECENTLY = (
    select(
        *_SAID,
        _message.c.deleted_at,
        # The row of the question that begins with the message, where there is one.
        *(column.label(f"question_{column.name}") for column in _question.columns),
        exists()
        .where(of_message(_reaction), _reaction.c.emoji.in_(CHECK_MARKS), _reaction.c.there)
        .label("marked"),
        exists().where(of_message(_decision), _decision.c.about == "question").label("ruled"),
    )
    .select_from(_message.outerjoin(_turn, of_message(_turn)).outerjoin(_question, of_message(_question)))
    .where(_IN_CHANNEL, _message.c.id != bindparam("but"))
    .order_by(*_BACKWARDS)
    .limit(bindparam("most"))
)
# Who replied in threads below some messages, before a place in the talk.
_BELOW = (
    select(_message.c.thread, _message.c.author)
    .where(
        _HERE,
        _message.c.thread.in_(bindparam("in_threads", expanding=True)),
        ~_message.c.bot,
        EARLIER,
    )
    .distinct()
)
_ONE = TALK.where(_message.c.id == bindparam("of_message"))


def recent(tx: Transaction, community: str, channel: str, *, but: str = "") -> Recent:
    """Return the latest talk of a channel; if it has to be read, without the message `but`."""
    found = known_recent(tx, community, channel)
    if found is None:
        found = _read_recent(tx, community, channel, but)
    # What was put there last is let go of last.
    forget_recent(tx, community, channel)
    tx.kept["talk", community, channel] = found
    return found


def known_recent(tx: Transaction, community: str, channel: str) -> Recent | None:
    """Return the latest talk of a channel, if it is remembered."""
    return tx.kept.get(("talk", community, channel))


def forget_recent(tx: Transaction, community: str, channel: str) -> None:
    """Have a channel's latest talk read again: turns were taken anew in it."""
    tx.kept.pop(("talk", community, channel), None)


def _read_recent(tx: Transaction, community: str, channel: str, but: str) -> Recent:
    rows = tx.rows(_RECENTLY, in_community=community, in_channel=channel, but=but, most=_RECENT)
    if not rows:
        return Recent()
    found = Recent(whole=len(rows) < _RECENT)
    for row in reversed(rows):
        if row.deleted_at is None:
            found.add(standing_of(row))
        if row.marked:
            found.marked.add(row.id)
        if row.question_message is not None:
            found.questions[row.id] = asked_from(row, "question_")
        if row.ruled:
            found.ruled.add(row.id)
    found.latest = (rows[0].posted_at, rows[0].id)
    return found


def one(tx: Transaction, scope: Scope, message: str) -> Row[Any] | None:
    """Return a message with its turn, if it is there."""
    return tx.row(_ONE, **scope.place, of_message=message)


def last_before(tx: Transaction, scope: Scope, at: datetime, message: str) -> Window:
    """Return the last messages of people in a scope before a place in it."""
    most = reach(scope.thread)
    rows = tx.rows(_BEFORE[scope.thread is None], **scope.values, at=at, id=message, most=most)
    return Window((standing_of(row) for row in reversed(rows)), most)


def went_below(tx: Transaction, scope: Scope, said: Said, above: Standing, window: Window) -> bool:
    """Return whether others took up in threads, before this, what somebody said `above` at the top level."""
    author = above.said.author
    burst = {above.said.id, above.head}
    burst |= {each.said.id for each in window if each.said.author == author and above.question == each.head}
    return bool(_taken_up(tx, scope, said, dict.fromkeys(burst, author)))


def goes_below(tx: Transaction, scope: Scope, said: Said, above: Standing, window: Window) -> bool:
    """Return whether what was asked lately at the top level was rather taken up in threads than there.

    What is said `above`, which this may go on with, does not count.
    """
    heads = [
        each
        for each in window
        if each.asks and each.head == each.said.id and each.head not in (above.head, above.question)
    ]
    asked = {each.head: each.said.author for each in heads[-_ASKED_LATELY:]}
    below = _taken_up(tx, scope, said, asked) if len(asked) >= _TAKEN_UP else ()
    if len(below) < _TAKEN_UP:
        return False
    here = {
        each.question
        for each in window
        if asked.get(each.question or "", each.said.author) != each.said.author
    }
    return len(below) > len(here)


def _taken_up(tx: Transaction, scope: Scope, said: Said, by_author: Mapping[str, str]) -> set[str]:
    """Return those of these messages, with their authors, that others replied to in threads before this."""
    talk = known_recent(tx, scope.community, scope.channel)
    if talk is not None and (talk.whole or talk.by_id.keys() >= by_author.keys()):
        if talk.threads.isdisjoint(by_author):
            return set()
        return {
            each.thread
            for each in talk.standings
            if each.thread is not None
            and each.thread in by_author
            and each.said.author != by_author[each.thread]
            and not each.said.bot
            and (each.said.at, each.said.id) < (said.at, said.id)
        }
    rows = tx.rows(_BELOW, **scope.place, in_threads=sorted(by_author), at=said.at, id=said.id)
    return {row.thread for row in rows if row.author != by_author[row.thread]}


def page_from(tx: Transaction, scope: Scope, at: datetime, message: str, most: int) -> Sequence[Row[Any]]:
    """Return the next messages of a scope, from a place in it on."""
    return tx.rows(_FROM[scope.thread is None], **scope.values, at=at, id=message, most=most)


def people_since(
    tx: Transaction, community: str, channel: str, at: datetime, message: str, most: int
) -> list[Standing]:
    """Return the next messages of people at a channel's top level, from a place in it on."""
    place = Scope(community, channel, None).place
    return [standing_of(row) for row in tx.rows(_SINCE, **place, at=at, id=message, most=most)]


def said_of(row: Row[Any], *, asks: bool = False) -> Said:
    """Return what was said, from a row of `TALK`."""
    return Said(
        id=row.id,
        author=row.author,
        at=row.posted_at,
        text=row.text,
        bot=row.bot,
        mentions=frozenset(row.mentions) or NOBODY,
        reply_to=row.reply_to,
        asks=asks,
    )


def standing_of(row: Row[Any]) -> Standing:
    """Return a message with its turn, from a row of `TALK`."""
    asks = bool(row.asks)
    said = said_of(row, asks=asks)
    return Standing(
        said, row.thread, row.head or row.id, row.parent, row.how or "new", asks, row.question, None
    )
