"""Which verdicts other rules would come to: what was posted in the last month, judged by them again."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Row, bindparam, select

from bot.cards import Item, MessageRef, Section, shorten
from bot.communities import Settings, channel_name, may_quote
from bot.events import ButtonPressed, CommandGiven, FormSubmitted
from bot.heard import message_of
from bot.scores import SCORE_KEPT
from storage.tables import Broadcast, table
from storage.transaction import Transaction

_LOOK_BACK = timedelta(days=30)
# Of more that scored, the newest are judged again.
_MOST = 2_000
_QUOTED = 80

_broadcast = table(Broadcast)
_SCORED = (
    select(
        _broadcast.c.channel,
        _broadcast.c.message,
        _broadcast.c.thread,
        _broadcast.c.salesy,
        _broadcast.c.verdict,
    )
    .where(
        _broadcast.c.community == bindparam("in_community"),
        _broadcast.c.posted_at >= bindparam("since"),
        _broadcast.c.salesy >= SCORE_KEPT,
    )
    .order_by(_broadcast.c.posted_at.desc(), _broadcast.c.channel, _broadcast.c.message)
    .limit(_MOST + 1)
)


@dataclass(frozen=True, slots=True)
class Flips:
    """Messages that other rules would call salesy, or no longer; whether there were more than were looked at.

    `unknown` says that what scored too little to be kept might be salesy by them.
    """

    salesy: Sequence[Row[Any]]
    fine: Sequence[Row[Any]]
    cut: bool
    unknown: bool

    @property
    def number(self) -> int:
        """How many verdicts would flip."""
        return len(self.salesy) + len(self.fine)


def differ(before: Settings, after: Settings) -> bool:
    """Return whether rules about selling are others."""
    channels = {*before.channels, *after.channels}
    return before.salesy_anywhere != after.salesy_anywhere or any(
        _rule(before, channel) != _rule(after, channel) for channel in channels
    )


def _rule(settings: Settings, channel: str) -> tuple[float, bool]:
    return settings.salesy_in(channel), settings.welcomes_promotion(channel)


def flips(tx: Transaction, community: str, before: Settings, after: Settings, at: datetime) -> Flips:
    """Return which verdicts of the last month would be others by the rules after than they were.

    What they were may rest on rules that held before those of now. Where no rule changes none is looked at.
    """
    rows = tx.rows(_SCORED, in_community=community, since=at - _LOOK_BACK)
    salesy: list[Row[Any]] = []
    fine: list[Row[Any]] = []
    for row in rows[:_MOST]:
        was, becomes = row.verdict == "salesy", _called(after, row)
        if was == becomes or _rule(before, row.channel) == _rule(after, row.channel):
            continue
        (salesy if becomes else fine).append(row)
    lowest = min((after.salesy_in(channel) for channel in after.channels), default=1.0)
    unknown = min(lowest, after.salesy_anywhere) < SCORE_KEPT
    return Flips(salesy, fine, len(rows) > _MOST, unknown)


def in_words(found: Flips) -> Iterator[str]:
    """Yield how many verdicts would flip, and what of it is not known."""
    verdicts = f"{found.number} verdict{'' if found.number == 1 else 's'} of the last 30 days would flip"
    of = [(len(found.fine), "no longer salesy"), (len(found.salesy), "salesy")]
    details = ", ".join(f"{number} {to}" for number, to in of if number)
    yield f"{verdicts}: {details}. Verdicts given already stay." if details else f"{verdicts}."
    if found.cut:
        yield f"More than {_MOST:,} messages scored: only the newest of them were looked at."
    if found.unknown:
        yield (
            f"How many that scored less than {SCORE_KEPT:g} would be salesy then cannot be told: of these no "
            "score is kept."
        )


def listed(
    event: CommandGiven | ButtonPressed | FormSubmitted, tx: Transaction, found: Flips, most: int
) -> tuple[Section, ...]:
    """Return the messages whose verdicts would flip, so many of either kind, as far as may be shown."""
    sections = (("Salesy then", found.salesy), ("No longer salesy", found.fine))
    return tuple(
        Section(name=name, items=tuple(_items(event, tx, rows, most))) for name, rows in sections if rows
    )


def _items(
    event: CommandGiven | ButtonPressed | FormSubmitted, tx: Transaction, rows: Sequence[Row[Any]], most: int
) -> Iterator[Item]:
    may = [row for row in rows if may_quote(tx, event.community, row.channel, event.channel)]
    for row in may[:most]:
        said = message_of(tx, event.community, row.channel, row.message)
        words = shorten(" ".join(said.text.split()), _QUOTED) if said is not None else ""
        where = channel_name(tx, event.community, row.channel)
        ref = MessageRef(channel=row.channel, message=row.message, thread=row.thread)
        yield Item(text=f"#{where}, {row.salesy:.2f}: “{words}”", refs=(ref,))
    if len(may) > most:
        yield Item(text=f"And {len(may) - most} more.")
    if len(may) < len(rows):
        yield Item(text=f"And {len(rows) - len(may)} in channels whose words are not shown here.")


def _called(settings: Settings, row: Row[Any]) -> bool:
    """Return whether a message is called salesy by what is set."""
    return bool(
        settings.watches(row.channel)
        and not settings.welcomes_promotion(row.channel)
        and row.salesy >= settings.salesy_in(row.channel)
    )
