"""One batch of events, one transaction: every feature's rows, the actions, and "handled" together."""

import traceback
from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Hashable, Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

from pydantic import ValidationError
from sqlalchemy import Row, bindparam, delete, select, update
from sqlalchemy.exc import DBAPIError

from bot.actions import Action, answer
from bot.cards import Card
from bot.clock import stopwatch
from bot.communities import as_heard, has_ended
from bot.events import (
    EVENT,
    Delivered,
    Event,
    FellDue,
    Installed,
    Interaction,
    Judged,
    Tick,
    Uninstalled,
    made_id,
)
from bot.failures import failure_id
from bot.logs import named
from bot.metrics import Metrics
from bot.outgoing import enqueue, set_aside, settle
from bot.ports import Feature, LooksAhead
from bot.retention import still_kept
from storage.database import Database, DatabaseTrouble
from storage.tables import Due, Failure, Handled, Handling, table
from storage.transaction import Transaction

log = named(__name__)

_due = table(Due)
_failure = table(Failure)
_ALL_DUE = (
    select(_due)
    .where(_due.c.due_at <= bindparam("by"))
    .order_by(_due.c.due_at, _due.c.community, _due.c.feature, _due.c.key)
    .limit(bindparam("most"))
)
# What is left of a batch that ended early was not handled after all.
_NOT_HANDLED = delete(table(Handled)).where(
    table(Handled).c.community == bindparam("in_community"),
    table(Handled).c.event.in_(bindparam("of_events", expanding=True)),
)
_HANDLING = 1
_LAST_BATCH = select(table(Handling).c.batch).where(table(Handling).c.id == _HANDLING)
_FAILURES = select(_failure).order_by(_failure.c.at, _failure.c.event)
_FORGET_FAILURE = delete(_failure).where(
    _failure.c.community == bindparam("in_community"),
    _failure.c.event == bindparam("of_event"),
    _failure.c.feature == bindparam("of_feature"),
)
# One tick handles at most so much of what is due, so that a long outage is caught up in bites.
_DUE_AT_ONCE = 500
_ROUNDS = 60
# Features keep a few things a channel; what was kept longest ago is let go of.
_KEPT = 400
# How long what fell due waits after its feature failed.
_TRY_AGAIN = timedelta(minutes=10)
# How long what falls due waits where Hearth was removed; what is kept there is erased in time all the same.
_PUT_OFF = timedelta(days=1)
_DUE_REGARDLESS = "retention"
_DUE_AGAIN = update(_due).where(_due.c.community == bindparam("in_community")).values(due_at=_due.c.since)


class Core:
    """Receives events in batches. `features` are asked in their order, by name."""

    def __init__(
        self, database: Database, features: Mapping[str, Feature], metrics: Metrics | None = None
    ) -> None:
        self._database = database
        self._metrics = metrics or Metrics()
        # Of the batch under way: the seconds each feature took, and on how many events it failed.
        self._spent: defaultdict[str, float] = defaultdict(float)
        self._failed: Counter[str] = Counter()
        self._features = features
        self._kept: tuple[str | None, dict[Hashable, Any]] | None = None
        self._looking_ahead = [each for each in features.values() if isinstance(each, LooksAhead)]

    def receive(
        self,
        events: Sequence[Event],
        *,
        catch_up: bool = False,
        history: bool = False,
        hurry: Callable[[int], bool] = lambda left: False,
    ) -> int:
        """Handle a batch in one transaction; what was handled before is passed over.

        With `catch_up`, what falls due between one event and the next is handled in between, as if the
        clock had stood at each event's time. With `history` they are of the past, before we came: features
        keep what follows from them, but nothing is done, and nothing falls due. Raises DatabaseTrouble: then
        the whole batch is to be received again, and what of it was kept is passed over.

        Returns how many events from the first on are committed: fewer than there are where there was `hurry`
        in between; it is told how many are left.
        """
        try:
            return self._receive(events, catch_up=catch_up, history=history, hurry=hurry, guarded=False)
        except DatabaseTrouble:
            raise
        except Exception as error:
            log.warning("batch_split", events=len(events), error=type(error).__name__)
        # Some feature raised. Event by event, only its own work on that event is left out.
        for number, event in enumerate(events):
            if number and hurry(len(events) - number):
                return number
            self._receive([event], catch_up=catch_up, history=history, hurry=hurry, guarded=True)
        return len(events)

    def _receive(
        self,
        events: Sequence[Event],
        *,
        catch_up: bool,
        history: bool,
        hurry: Callable[[int], bool],
        guarded: bool,
    ) -> int:
        self._spent.clear()
        self._failed.clear()
        # Whatever goes wrong below, nothing stays remembered.
        kept, self._kept = self._kept, None
        with self._database.transaction() as tx:
            tx.alone()
            last = tx.row(_LAST_BATCH)
            batch = last.batch if last is not None else None
            if kept is not None and batch == kept[0]:
                tx.kept = kept[1]
            tx.history = history
            new = self._new(events, tx)
            if not history:
                new = still_kept(new, tx)
            if not guarded:
                for feature in self._looking_ahead:
                    feature.look_ahead(new, tx)
            done = len(events)
            for number, event in enumerate(new):
                if number and hurry(len(new) - number):
                    # What comes before the first that is left is handled, or was before.
                    done = next(place for place, each in enumerate(events) if each is event)
                    self._leave(new[number:], tx)
                    break
                if catch_up and not isinstance(event, Tick):
                    self._tick_until(event, tx, guarded=guarded)
                self._dispatch(event, tx, guarded=guarded)
            # A tick with which nothing fell due leaves the disk alone.
            if tx.wrote:
                batch = uuid4().hex
                tx.put(Handling, id=_HANDLING, batch=batch)
        for oldest in list(tx.kept)[:-_KEPT]:
            del tx.kept[oldest]
        self._kept = (batch, tx.kept)
        self._metrics.asked(self._spent, self._failed)
        return done

    @staticmethod
    def _leave(events: Sequence[Event], tx: Transaction) -> None:
        """Have events that were marked handled come again."""
        left: dict[str, list[str]] = defaultdict(list)
        for event in events:
            if not isinstance(event, Tick):
                left[event.community].append(event.id)
        for community, ids in left.items():
            tx.run(_NOT_HANDLED, in_community=community, of_events=ids)

    def retry(self, only: Collection[str] = (), *, community: str | None = None) -> tuple[int, int]:
        """Run again what failed; return how many succeeded and how many failed again.

        With `only`, those failures alone, by their ids; or those of one community. What fell due is left out:
        it tries again by itself.
        """
        with self._database.reading() as tx:
            failures = tx.rows(_FAILURES)
        succeeded = failed = 0
        for failure in failures:
            if only and failure_id(failure.community, failure.event, failure.feature) not in only:
                continue
            if community not in (None, failure.community):
                continue
            try:
                event = EVENT.validate_json(failure.payload)
            except ValidationError:
                failed += 1  # Written by another version, which can read it.
                continue
            if failure.feature not in self._features:
                failed += 1
                continue
            if isinstance(event, FellDue):
                continue
            with self._database.transaction() as tx:
                tx.alone()
                tx.history = failure.history
                tx.put(Handling, id=_HANDLING, batch=uuid4().hex)
                heard = as_heard(event, tx)
                if heard is None or self._guarded(failure.feature, heard, tx):
                    succeeded += 1
                    self._forget_failure(tx, failure.community, failure.event, failure.feature)
                else:
                    failed += 1
        return succeeded, failed

    @staticmethod
    def _forget_failure(tx: Transaction, community: str, event: str, feature: str) -> None:
        tx.run(_FORGET_FAILURE, in_community=community, of_event=event, of_feature=feature)

    @staticmethod
    def _new(events: Sequence[Event], tx: Transaction) -> list[Event]:
        """Return the events not handled before, having marked them handled."""
        named = {(event.community, event.id): event for event in events if not isinstance(event, Tick)}
        new = tx.claim(
            Handled,
            [{"community": key[0], "event": key[1], "at": event.at} for key, event in named.items()],
        )
        found: list[Event] = []
        for event in events:
            if isinstance(event, Tick):
                found.append(event)
            elif (key := (event.community, event.id)) in new:
                new.discard(key)
                found.append(event)
        return found

    def _dispatch(self, event: Event, tx: Transaction, *, guarded: bool) -> None:
        if isinstance(event, Tick):
            self._tick(event, tx, guarded=guarded)
            return
        if isinstance(event, Delivered | Judged):
            settle(tx, event)
        heard = as_heard(event, tx)
        if heard is None:
            return
        if guarded:
            for name in self._features:
                self._guarded(name, heard, tx)
        else:
            self._ask_all(heard, tx)
        if isinstance(event, Installed | Uninstalled):
            self._begin_or_end(event, tx)

    @staticmethod
    def _begin_or_end(event: Installed | Uninstalled, tx: Transaction) -> None:
        """Set aside what waits to be said where Hearth was removed; go on where it was added again."""
        if has_ended(tx, event.community):
            set_aside(tx, event.community)
        elif isinstance(event, Installed):
            tx.run(_DUE_AGAIN, in_community=event.community)
            tx.look_again()

    def _tick(self, tick: Tick, tx: Transaction, *, guarded: bool) -> None:
        """Handle what is due, and what falls due by handling it: a long outage is several weeks' digests."""
        for _ in range(_ROUNDS):
            rows = tx.rows(_ALL_DUE, by=tick.at, most=_DUE_AT_ONCE)
            for due in rows:
                self._fall_due(due, tick, tx, guarded=guarded)
            if not rows:
                return

    def _fall_due(self, due: Row[Any], tick: Tick, tx: Transaction, *, guarded: bool) -> None:
        if due.feature != _DUE_REGARDLESS and has_ended(tx, due.community):
            self._put_off(due, tick.at + _PUT_OFF, tx)
            return
        tx.unschedule(due.community, due.feature, due.key)
        event = FellDue(
            id=made_id(f"due:{due.feature}:{due.key}:{due.since.isoformat()}"),
            community=due.community,
            at=tick.at,
            feature=due.feature,
            key=due.key,
            due_at=due.since,
        )
        if not self._ask(due.feature, event, tx, guarded=guarded):
            # What fell due is not forgotten because a feature failed: it is due again in a while.
            self._put_off(due, tick.at + _TRY_AGAIN, tx)
        elif due.due_at != due.since:
            self._forget_failure(tx, event.community, event.id, due.feature)

    @staticmethod
    def _put_off(due: Row[Any], until: datetime, tx: Transaction) -> None:
        tx.schedule(due.community, due.feature, due.key, until, since=due.since)
        tx.look_again()

    def _tick_until(self, event: Event, tx: Transaction, *, guarded: bool) -> None:
        while (due_at := tx.next_due()) is not None and due_at <= event.at:
            self._tick(Tick(at=due_at), tx, guarded=guarded)
            tx.look_again()

    def _ask_all(self, event: Event, tx: Transaction) -> None:
        """Ask every feature; most have nothing to say to most events, so that little is done around it."""
        begun = stopwatch()
        for name, feature in self._features.items():
            actions = feature.handle(event, tx)
            if actions:
                self._enqueue(tx, actions, event)
            done = stopwatch()
            self._spent[name] += done - begun
            begun = done

    @staticmethod
    def _enqueue(tx: Transaction, actions: Sequence[Action], event: Event) -> None:
        if not tx.history and not has_ended(tx, actions[0].community):
            enqueue(tx, actions, event.at)

    def _ask(self, name: str, event: Event, tx: Transaction, *, guarded: bool) -> bool:
        """Ask one feature; return whether it went well. Unless `guarded`, its error is raised."""
        if guarded:
            return self._guarded(name, event, tx)
        begun = stopwatch()
        try:
            actions = self._features[name].handle(event, tx)
            if actions:
                self._enqueue(tx, actions, event)
        finally:
            self._spent[name] += stopwatch() - begun
        return True

    def _guarded(self, name: str, event: Event, tx: Transaction) -> bool:
        """Ask one feature; if it raises, undo its work on this event alone and keep the failure."""
        assert not isinstance(event, Tick)
        try:
            with tx.savepoint():
                self._ask(name, event, tx, guarded=False)
        except Exception as error:
            if tx.lost or (isinstance(error, DBAPIError) and self._database.trouble(error)):
                raise
            self._failed[name] += 1
            reason = _what_and_where(error)
            log.error(
                "feature_failed",
                community=event.community,
                of_event=event.id,
                kind=event.kind,
                feature=name,
                exc_info=error,
            )
            tx.put(
                Failure,
                community=event.community,
                event=event.id,
                feature=name,
                at=event.at,
                reason=reason,
                payload=event.model_dump_json(),
                history=tx.history,
            )
            enqueue(tx, _apology(event), event.at)
            return False
        return True


def _apology(event: Event) -> Iterable[Action]:
    """Somebody who waits for an answer hears that there is none."""
    if not isinstance(event, Interaction):
        return []
    text = "Something went wrong on my side. It is written down, and can be tried again."
    apology = answer(event, Card(text=text, tone="warning"))
    # A key of its own: the answer of another feature is still said.
    return [apology.model_copy(update={"key": f"apology:{event.id}"})]


def _what_and_where(error: Exception) -> str:
    """Return an error's kind and place, but not its words: they may quote what members said."""
    places = traceback.extract_tb(error.__traceback__)
    where = f" in {Path(places[-1].filename).stem}.{places[-1].name}" if places else ""
    return f"{type(error).__name__}{where}"
