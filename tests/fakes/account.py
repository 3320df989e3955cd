"""What became of every event and every action, by our rows and by what the pretend platform did."""

import tempfile
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field, fields
from datetime import timedelta
from itertools import groupby
from typing import Any

from sqlalchemy import Row, bindparam, func, select

from bot.actions import Answer, Post, Tell, Update
from bot.clock import Clock
from bot.core import Core
from bot.events import Event, Happened, Tick
from bot.features import FEATURES
from storage.database import Database
from storage.tables import Decision, Due, Failure, Handled, Outgoing, table
from storage.versions import migrate
from tests.core.contents import contents
from tests.fakes.pretend_platform import Done, PretendPlatform

_outgoing = table(Outgoing)
_due = table(Due)
_decision = table(Decision)
_COUNTED = select(_decision.c.message, _decision.c.decision).where(_decision.c.about == "counts")
# The tables that rest on what was said alone. Others rest on when we came to it as well: a question that was
# flagged in time stays, even when an edit takes it back.
_SAME = ("community", "channel", "member", "message", "reaction", "broadcast", "trace", "feedback")
# What was before a message is as it was when that was looked at; of the talk, which is long past, that is
# sooner or later. Of its judgement that it was made is the same.
_AS_OF = {"broadcast": ("past", "salesy", "verdict", "signals")}
_AT_ONCE = 100
_LOOKED_AT = timedelta(minutes=5)
_REPEAT = {"post": Post.repeat, "tell": Tell.repeat, "answer": Answer.repeat, "update": Update.repeat}
_UNSETTLED = select(func.count()).where(_outgoing.c.state.in_(("waiting", "sending")))
_STILL_DUE = select(func.count()).where(_due.c.due_at <= bindparam("by"))


@dataclass
class Account:
    """The figures, and by name whatever should not be."""

    events: int = 0
    actions: int = 0
    # How many go once at most, how many of them may have been done or not and are shown so, and were done.
    once: int = 0
    doubtful: int = 0
    doubtful_yet_done: int = 0
    refused: int = 0
    done_again: int = 0
    not_handled: list[str] = field(default_factory=list)
    handled_again: list[str] = field(default_factory=list)
    rows_amiss: list[str] = field(default_factory=list)
    failed: list[str] = field(default_factory=list)
    sent_twice: list[str] = field(default_factory=list)
    lost: list[str] = field(default_factory=list)
    unsettled: list[str] = field(default_factory=list)
    wrong_state: list[str] = field(default_factory=list)
    out_of_order: list[str] = field(default_factory=list)

    @property
    def wrong(self) -> dict[str, list[str]]:
        """What should not be, by kind; empty when all is well."""
        lists = {each.name: getattr(self, each.name) for each in fields(self)}
        return {name: found for name, found in lists.items() if isinstance(found, list) and found}


def settled(database: Database, platform: PretendPlatform) -> bool:
    """Tell whether nothing is left to hear, to do or to send."""
    if platform.unacknowledged:
        return False
    with database.reading() as tx:
        counts = [*tx.rows(_UNSETTLED), *tx.rows(_STILL_DUE, by=Clock().now())]
    return not any(row[0] for row in counts)


def account(database: Database, platform: PretendPlatform, events: Sequence[Event]) -> Account:
    """Compare the events told and what the platform did with the rows. The database is only read."""
    with database.reading() as tx:
        handled = {row.event for row in tx.rows(select(table(Handled).c.event))}
        counted = {row.message: int(row.decision) for row in tx.rows(_COUNTED)}
        failures = tx.rows(select(table(Failure)))
        rows = tx.rows(select(_outgoing).order_by(_outgoing.c.seq))
    found = Account(events=len(events), actions=len(rows))
    told = {event.id for event in events if isinstance(event, Happened)}
    # Marked as handled, yet without a row: then it was not.
    found.not_handled = sorted((told | handled) - counted.keys())
    if not found.not_handled and sorted(counted.values()) != list(range(len(counted))):
        # An event that is handled again takes a new number, and its first is missing.
        found.handled_again = [f"number {n}" for n in sorted({*range(len(counted))} - {*counted.values()})]
    found.rows_amiss = _amiss(database, events)
    found.failed = [f"{row.feature} on {row.event}: {row.reason}" for row in failures]
    done = Counter(each.key for each in platform.done)
    made = {each.key: each.message for each in platform.done}
    for row in rows:
        _judge(found, row, done[row.key], made.get(row.key), platform)
    found.lost += sorted(done.keys() - {row.key for row in rows})
    found.out_of_order = _out_of_order(rows, platform.done)
    return found


def _amiss(database: Database, events: Sequence[Event]) -> list[str]:
    """Return the rows that are not as they are where nobody was killed and all was told in order."""
    there = _same(database)
    with tempfile.TemporaryDirectory() as folder:
        undisturbed = Database(f"sqlite:///{folder}/hearth.db", synchronous="OFF")
        migrate(undisturbed)
        core = Core(undisturbed, FEATURES)
        for start in range(0, len(events), _AT_ONCE):
            core.receive(events[start : start + _AT_ONCE])
        # What was posted is looked at once more when what follows it is there. Nothing is so old by then that
        # it is to be forgotten.
        latest = max(event.at for event in events)
        core.receive([Tick(at=latest + _LOOKED_AT)])
        expected = _same(undisturbed)
        undisturbed.close()
    return [
        f"{name}: {row}"
        for name in _SAME
        for one, other in ((there[name], expected[name]), (expected[name], there[name]))
        for row in one
        if row not in other
    ]


def _same(database: Database) -> dict[str, list[dict[str, Any]]]:
    """Return the rows of each table, without what rests on when we came to it."""
    return {
        name: [{key: value for key, value in row.items() if key not in _AS_OF.get(name, ())} for row in rows]
        for name, rows in contents(database).items()
    }


def _judge(found: Account, row: Row[Any], times: int, message: str | None, platform: PretendPlatform) -> None:
    repeat = _REPEAT[row.kind]
    said = f"{row.key} ({repeat}, {row.state}, done {times} times: {row.reason})"
    refused = row.key in platform.refused or _rests_on_refused(row, platform)
    expected = {"failed"} if refused else {"sent"} | ({"doubtful"} if repeat == "once" else set())
    found.refused += refused
    found.once += repeat == "once"
    found.doubtful += row.state == "doubtful"
    found.doubtful_yet_done += row.state == "doubtful" and times > 0
    if row.state in ("waiting", "sending"):
        found.unsettled.append(said)
    elif row.state not in expected:
        found.wrong_state.append(said)
    if repeat == "harmless":
        found.done_again += max(0, times - 1)
    elif times > 1:
        found.sent_twice.append(said)
    if row.state == "sent" and not times:
        found.lost.append(said)
    if row.state == "sent" and times == 1 and row.message != message:
        found.wrong_state.append(f"{said}: it is message {message}, not {row.message}")
    if refused and times:
        found.wrong_state.append(said)


def _rests_on_refused(row: Row[Any], platform: PretendPlatform) -> bool:
    if row.kind != "update" or row.state == "sent":
        return False
    return Update.model_validate_json(row.payload).post in platform.refused


def _out_of_order(rows: Sequence[Row[Any]], done: Sequence[Done]) -> list[str]:
    """Return what the platform did before something earlier of its lane; done again at once is in order."""
    place = {row.key: row.seq for row in rows}
    wrong = []
    by_lane = sorted(done, key=lambda each: each.place)
    for lane, in_lane in groupby(by_lane, key=lambda each: each.place):
        latest = 0
        for each in in_lane:
            if place.get(each.key, 0) < latest:
                wrong.append(f"{each.key} in {lane}")
            latest = max(latest, place.get(each.key, 0))
    return wrong
