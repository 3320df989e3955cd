"""What failed and is kept: which feature, on which event, why and since when; never what was said."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256

from pydantic import ValidationError
from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table
from rich.text import Text
from sqlalchemy import select

from bot.events import EVENT, FellDue
from storage.tables import Failure, Outgoing, table
from storage.transaction import Transaction

_failure = table(Failure)
_outgoing = table(Outgoing)
_FAILURES = select(_failure).order_by(_failure.c.at, _failure.c.event, _failure.c.feature)
_DOUBTFUL = (
    select(
        _outgoing.c.seq,
        _outgoing.c.community,
        _outgoing.c.kind,
        _outgoing.c.state,
        _outgoing.c.made_at,
        _outgoing.c.reason,
    )
    .where(_outgoing.c.state.in_(("doubtful", "failed")))
    .order_by(_outgoing.c.state, _outgoing.c.seq)
)
# Long enough that no two failures of one installation share it.
_ID_LENGTH = 10


@dataclass(frozen=True, slots=True)
class Kept:
    """A failure that is kept until it succeeds. One that tries again `by_itself` needs nobody."""

    id: str
    feature: str
    community: str
    event: str
    kind: str
    by_itself: bool
    at: datetime
    reason: str


@dataclass(frozen=True, slots=True)
class Unsent:
    """An action that failed for good, or of which nobody knows whether it was done."""

    action: int
    state: str
    kind: str
    community: str
    at: datetime
    reason: str


def failure_id(community: str, event: str, feature: str) -> str:
    """Return what a failure is called on the command line."""
    return sha256("\n".join((community, event, feature)).encode()).hexdigest()[:_ID_LENGTH]


def kept(tx: Transaction) -> Sequence[Kept]:
    """Return the failures, the oldest first."""
    return [
        Kept(
            failure_id(row.community, row.event, row.feature),
            row.feature,
            row.community,
            row.event,
            *_kind(row.payload),
            row.at,
            row.reason,
        )
        for row in tx.rows(_FAILURES)
    ]


def unsent(tx: Transaction) -> Sequence[Unsent]:
    """Return the actions that were given up or left in doubt."""
    return [
        Unsent(row.seq, row.state, row.kind, row.community, row.made_at, row.reason)
        for row in tx.rows(_DOUBTFUL)
    ]


def show_failed(failures: Sequence[Kept], actions: Sequence[Unsent], now: datetime, console: Console) -> None:
    """Show what failed to who looks after Hearth."""
    if not failures and not actions:
        console.print("Nothing has failed.")
    if failures:
        shown = _table("What features failed on", "id", "feature", "event", "since", "why")
        for each in failures:
            why = f"{each.reason} (tries again by itself)" if each.by_itself else each.reason
            event = f"{each.kind}\n{each.event} of {each.community}"
            shown.add_row(*map(Text, (each.id, each.feature, event, _age(now - each.at), why)))
        console.print(shown)
    if actions:
        shown = _table("What was not sent for sure", "action", "state", "kind", "since", "why")
        for one in actions:
            kind = f"{one.kind}\nto {one.community}"
            shown.add_row(*map(Text, (str(one.action), one.state, kind, _age(now - one.at), one.reason)))
        console.print(shown)


def _table(title: str, *columns: str) -> Table:
    shown = Table(title=title, box=SIMPLE_HEAD, title_justify="left", title_style="bold", pad_edge=False)
    for name in columns:
        shown.add_column(name, overflow="fold", no_wrap=name in ("id", "since", "state"))
    return shown


def _age(age: timedelta) -> str:
    minutes = max(int(age.total_seconds() // 60), 0)
    if minutes < 120:
        return f"{minutes} min"
    return f"{minutes // 60} h" if minutes < 48 * 60 else f"{minutes // (24 * 60)} days"


def _kind(payload: str) -> tuple[str, bool]:
    try:
        event = EVENT.validate_json(payload)
    except ValidationError:
        return "written by another version", False
    return event.kind, isinstance(event, FellDue)
