"""The pages of what went wrong: failures of features, and messages that may not have arrived."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from pydantic import ValidationError
from sqlalchemy import Row, bindparam, func, select

from bot.actions import ACTION, Shown
from bot.cards import Button, Card
from bot.features.sending import buttons
from bot.ports import Visitor
from bot.views.lookups import channels_of, names_of
from bot.views.paging import MOST
from storage.tables import Failure, Outgoing, table
from storage.transaction import Transaction

_KINDS = {
    "post": "A message",
    "update": "A change of a message",
    "tell": "A private word",
    "answer": "An answer",
    "open_form": "A form",
    "show_home": "The home page",
    "mark": "A mark",
}

_failure = table(Failure)
_outgoing = table(Outgoing)
_FAILURES = (
    select(_failure.c.event, _failure.c.feature, _failure.c.at, _failure.c.reason)
    .where(_failure.c.community == bindparam("in_community"))
    .order_by(_failure.c.at.desc(), _failure.c.event, _failure.c.feature)
    .limit(MOST)
)
_HOW_MANY_FAILURES = select(func.count().label("number")).where(
    _failure.c.community == bindparam("in_community")
)
_UNSURE = (
    select(_outgoing)
    .where(_outgoing.c.community == bindparam("in_community"), _outgoing.c.state.in_(("doubtful", "failed")))
    .order_by(_outgoing.c.seq.desc())
    .limit(MOST)
)
_HOW_MANY_UNSURE = select(func.count().label("number")).where(
    _outgoing.c.community == bindparam("in_community"), _outgoing.c.state.in_(("doubtful", "failed"))
)


@dataclass(frozen=True, slots=True)
class Failed:
    """A feature's work on an event that failed; what fell due tries again by itself."""

    event: str
    feature: str
    at: datetime
    reason: str
    by_itself: bool


@dataclass(frozen=True, slots=True)
class FailuresPage:
    """The latest failures, and how many there are."""

    failures: tuple[Failed, ...]
    number: int


@dataclass(frozen=True, slots=True)
class Unsure:
    """An action that may not have been done: what, where to, when, and why nobody knows."""

    what: str
    to: str
    at: datetime
    state: str
    reason: str
    card: Card | None
    buttons: tuple[Button, ...]


@dataclass(frozen=True, slots=True)
class SendsPage:
    """The latest doubtful sends, and how many there are."""

    sends: tuple[Unsure, ...]
    number: int


def failures(tx: Transaction, visitor: Visitor, _: Mapping[str, str], __: datetime) -> FailuresPage:
    """Return the latest failures."""
    shown = tuple(
        Failed(row.event, row.feature, row.at, row.reason, row.event.startswith("due:"))
        for row in tx.rows(_FAILURES, in_community=visitor.community)
    )
    return FailuresPage(shown, count_failures(tx, visitor.community))


def sends(tx: Transaction, visitor: Visitor, _: Mapping[str, str], __: datetime) -> SendsPage:
    """Return the latest messages of ours that may not have arrived, or were refused."""
    rows = tx.rows(_UNSURE, in_community=visitor.community)
    lanes = {row.lane for row in rows if _in_channel(row)}
    channels = channels_of(tx, visitor, lanes)
    alone = ("tell", "update", "show_home")
    names = names_of(tx, visitor.community, (row.lane[1:] for row in rows if row.kind in alone))
    shown: list[Unsure] = []
    for row in rows:
        in_channel = _in_channel(row)
        # What was for one person alone is theirs; what was for a channel, its readers'.
        card = _card(row.payload) if in_channel and row.lane in channels.readable else None
        to = f"#{channels.name(row.lane)}" if in_channel else "who asked"
        if row.kind in alone and not in_channel:
            to = names(row.lane[1:])
        elif row.kind == "mark":
            to = "a message"
        what = _KINDS.get(row.kind, row.kind)
        shown.append(Unsure(what, to, row.made_at, row.state, row.reason, card, buttons(row.state, row.key)))
    return SendsPage(tuple(shown), count_unsure(tx, visitor.community))


def count_failures(tx: Transaction, community: str) -> int:
    """Return how many failures are kept."""
    found = tx.row(_HOW_MANY_FAILURES, in_community=community)
    return found.number if found else 0


def count_unsure(tx: Transaction, community: str) -> int:
    """Return how many actions are doubtful or failed."""
    found = tx.row(_HOW_MANY_UNSURE, in_community=community)
    return found.number if found else 0


def _in_channel(row: Row[Any]) -> bool:
    return row.kind == "post" or (row.kind == "update" and not row.lane.startswith("@"))


def _card(payload: str) -> Card | None:
    """Return what was to be said, without its buttons: they are pressed where it stands."""
    try:
        action = ACTION.validate_json(payload)
    except ValidationError:
        return None
    return (
        action.card.model_copy(update={"selects": (), "buttons": ()}) if isinstance(action, Shown) else None
    )
