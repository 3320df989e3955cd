"""What a report's page shows of a replay beside its counts: figures by the week, and messages to look at."""

import re
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict
from sqlalchemy import BindParameter, Select, Table, and_, bindparam, func, select

from bot.cards import MessageRef, Picture, shorten
from bot.communities import Settings
from bot.figures import figures_of, pictures_of, since_something_happened
from bot.heard import of_message
from bot.language.unmarked import begins_with_others, marks, moved, without
from bot.ports import Past
from bot.weeks import months, weeks
from storage.tables import Broadcast, Channel, Feedback, Message, Question, table
from storage.transaction import Transaction

# So many messages of each kind are shown, the most telling first; the others are counted.
_MOST = 30
# More are looked at: those that begin with what somebody else said come after those that do not.
_LOOKED_AT = 2 * _MOST
_WORDS = 420
# Of a reason, so many of the places it rests on, in so many characters.
_PLACES, _PLACE = 3, 40
# Lines in which nothing stands.
_BLANK = re.compile(r"\n\s*(?=\n)")
# A longer past is shown in months.
_WEEKLY = timedelta(days=2 * 366)
# A probability that a message asks, and what one says of it.
_SURE, _LIKELY = 0.8, 0.65


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Reason(_Part):
    """Why a message reads like selling, with the words that say so."""

    reason: str
    words: tuple[str, ...]


class Shown(_Part):
    """A message that everybody in the community could read, cut, with what was marked in it. No author:
    the page may travel, and nobody is to be held up to anyone.
    """

    channel: str
    at: datetime
    link: str
    # Stretches of the text, each with whether it is marked.
    text: tuple[tuple[str, bool], ...]
    score: float
    reasons: tuple[Reason, ...] = ()


class Messages(_Part):
    """Messages of a kind: some to be shown, how many there are in all, and how many of them in private."""

    kind: str
    shown: tuple[Shown, ...]
    all: int
    private: int

    @property
    def left_out(self) -> int:
        """How many could be shown and are not."""
        return self.all - self.private - len(self.shown)


class Facts(_Part):
    """What is shown beside the counts."""

    community: str
    first: datetime | None
    last: datetime | None
    channels: int
    bots: int
    settings: Settings
    stretch: Literal["week", "month"]
    pictures: tuple[Picture, ...]
    still_open: Messages
    salesy: Messages
    feedback: tuple[Messages, ...]
    # How many questions were sure, likely and doubtful to the rules.
    sure: tuple[int, int, int]


_message, _question, _broadcast = table(Message), table(Question), table(Broadcast)
_feedback, _channel = table(Feedback), table(Channel)
_HERE: BindParameter[str] = bindparam("in_community")
_READ = select(
    func.count(func.distinct(_message.c.channel)).label("channels"),
    func.count().filter(_message.c.bot).label("bots"),
).where(_message.c.community == _HERE)
_PROBABILITIES = select(_question.c.probability).where(
    _question.c.community == _HERE, _question.c.state != "dismissed"
)


class _Kind:
    """Where messages of a kind are found."""

    def __init__(
        self, of: Table, which: Any, at: Any, score: Any, order: Sequence[Any], more: Sequence[Any]
    ) -> None:
        here = and_(of.c.community == _HERE, which)
        joined = of.join(_message, of_message(of)).outerjoin(
            _channel, and_(_channel.c.community == of.c.community, _channel.c.id == of.c.channel)
        )
        private = func.coalesce(_channel.c.private, False)
        self.count = (
            select(func.count().label("all"), func.count().filter(private).label("private"))
            .select_from(joined)
            .where(here)
        )
        self.messages: Select[Any] = (
            select(
                of.c.channel,
                of.c.message,
                of.c.thread,
                at.label("at"),
                score.label("score"),
                _message.c.text,
                func.coalesce(_channel.c.name, of.c.channel).label("name"),
                *more,
            )
            .select_from(joined)
            .where(here, ~private)
            .order_by(*order)
            .limit(_LOOKED_AT)
        )


_STILL_OPEN = _Kind(
    _question,
    and_(_question.c.state == "unanswered", _question.c.flagged_at.is_not(None)),
    _question.c.asked_at,
    _question.c.probability,
    ((_question.c.probability >= _SURE).desc(), _question.c.asked_at.desc(), _question.c.message),
    (),
)
_SALESY = _Kind(
    _broadcast,
    _broadcast.c.verdict == "salesy",
    _broadcast.c.posted_at,
    _broadcast.c.salesy,
    (_broadcast.c.salesy.desc(), _broadcast.c.posted_at.desc(), _broadcast.c.message),
    (_broadcast.c.signals,),
)
_SAID = {
    name: _Kind(
        _feedback,
        _feedback.c.verdict == verdict,
        _feedback.c.posted_at,
        _feedback.c.probability,
        (_feedback.c.probability.desc(), _feedback.c.posted_at.desc(), _feedback.c.message),
        (),
    )
    for name, verdict in (
        ("Wanted", "request"),
        ("Reported", "bug"),
        ("Complained about", "complaint"),
        ("Praised", "praise"),
    )
}


def facts(
    tx: Transaction, past: Past, settings: Settings, first: datetime | None, last: datetime | None
) -> Facts:
    """Gather what a page shows of a replay whose true times lie between `first` and `last`."""
    place = {"in_community": past.community}
    read = tx.row(_READ, **place)
    probabilities = [row.probability for row in tx.rows(_PROBABILITIES, **place)]
    sure = sum(each >= _SURE for each in probabilities)
    likely = sum(_LIKELY <= each < _SURE for each in probabilities)
    stretch: Literal["week", "month"] = "week"
    pictures: tuple[Picture, ...] = ()
    if first is not None and last is not None:
        stretch = "week" if last - first <= _WEEKLY else "month"
        windows = (weeks if stretch == "week" else months)(first, last, settings.zone)
        # The last one ends with the export, not with a day that is still to come.
        counted = figures_of(tx, past.community, settings.zone, windows, windows[-1].end)
        pictures = pictures_of(since_something_happened(counted), stretch)
    return Facts(
        community=past.name,
        first=first,
        last=last,
        channels=read.channels if read else 0,
        bots=read.bots if read else 0,
        settings=settings,
        stretch=stretch,
        pictures=pictures,
        still_open=_messages(tx, past, "Still open", _STILL_OPEN),
        salesy=_messages(tx, past, "Read like selling", _SALESY),
        feedback=tuple(_messages(tx, past, name, kind) for name, kind in _SAID.items()),
        sure=(sure, likely, len(probabilities) - sure - likely),
    )


def _messages(tx: Transaction, past: Past, name: str, kind: _Kind) -> Messages:
    place = {"in_community": past.community}
    count = tx.row(kind.count, **place)
    rows = sorted(tx.rows(kind.messages, **place), key=lambda row: begins_with_others(row.text))
    return Messages(
        kind=name,
        shown=tuple(_shown(row, past) for row in rows[:_MOST]),
        all=count.all if count else 0,
        private=count.private if count else 0,
    )


def _shown(row: Any, past: Past) -> Shown:
    left_out = sorted([*marks(row.text), *(blank.span() for blank in _BLANK.finditer(row.text))])
    text = without(row.text, left_out)
    signals = [
        {
            **signal,
            "spans": [(moved(start, left_out), moved(end, left_out)) for start, end in signal["spans"]],
        }
        for signal in getattr(row, "signals", ())
        if signal["weight"] > 0
    ]
    signals.sort(key=lambda signal: -signal["weight"])
    ref = MessageRef(channel=row.channel, message=row.message, thread=row.thread)
    return Shown(
        channel=row.name,
        at=row.at,
        link=past.permalink(ref),
        text=marked(text, [(start, end) for signal in signals for start, end in signal["spans"]]),
        score=row.score,
        reasons=tuple(_reason(signal, text) for signal in signals),
    )


def _reason(signal: Mapping[str, Any], text: str) -> Reason:
    words = (" ".join(text[start:end].split()) for start, end in signal["spans"])
    known = [shorten(each, _PLACE) for each in dict.fromkeys(words) if each]
    return Reason(reason=signal["reason"], words=tuple(known[:_PLACES]))


def marked(text: str, spans: Sequence[tuple[int, int]]) -> tuple[tuple[str, bool], ...]:
    """Return the beginning of a text in stretches, each with whether it lies in a span."""
    most = min(len(text), _WORDS)
    stretches: list[tuple[str, bool]] = []
    reached = 0
    for start, end in sorted(spans):
        start, end = max(start, reached), min(end, most)
        if start < end:
            stretches += [(text[reached:start], False), (text[start:end], True)]
            reached = end
    stretches.append((text[reached:most] + ("…" if most < len(text) else ""), False))
    return tuple(stretch for stretch in stretches if stretch[0])
