"""One batch of events, one transaction: every feature's rows, the actions, and "handled" together."""

import logging
from collections.abc import Iterable, Iterator, Mapping, Sequence

from sqlalchemy import bindparam, delete, select
from sqlalchemy.exc import DBAPIError

from bot.actions import Action, answer
from bot.cards import Card
from bot.events import EVENT, ButtonPressed, CommandGiven, Delivered, Event, FellDue, Tick, made_id
from bot.outgoing import enqueue, settle
from bot.ports import Feature
from storage.database import Database, DatabaseTrouble
from storage.tables import Due, Failure, Handled, table
from storage.transaction import Transaction

log = logging.getLogger(__name__)

_due = table(Due)
_failure = table(Failure)
_ALL_DUE = (
    select(_due)
    .where(_due.c.due_at <= bindparam("by"))
    .order_by(_due.c.due_at, _due.c.community, _due.c.feature, _due.c.key)
    .limit(bindparam("most"))
)
_FAILURES = select(_failure).order_by(_failure.c.at, _failure.c.event)
_FORGET_FAILURE = delete(_failure).where(
    _failure.c.community == bindparam("in_community"),
    _failure.c.event == bindparam("of_event"),
    _failure.c.feature == bindparam("of_feature"),
)
# One tick handles at most so much of what is due, so that a long outage is caught up in bites.
_DUE_AT_ONCE = 500


class Core:
    """Receives events in batches. `features` are asked in their order, by name."""

    def __init__(self, database: Database, features: Mapping[str, Feature]) -> None:
        self._database = database
        self._features = features

    def receive(self, events: Sequence[Event], *, catch_up: bool = False) -> None:
        """Handle a batch in one transaction; what was handled before is passed over.

        With `catch_up`, what falls due between one event and the next is handled in between, as if the
        clock had stood at each event's time. Raises DatabaseTrouble: then nothing of the batch was kept.
        """
        try:
            self._receive(events, catch_up=catch_up, guarded=False)
            return
        except DatabaseTrouble:
            raise
        except Exception as error:
            log.warning("batch of %d is handled one by one: %s", len(events), type(error).__name__)
        # Some feature raised. Event by event, only its own work on that event is left out.
        for event in events:
            self._receive([event], catch_up=catch_up, guarded=True)

    def _receive(self, events: Sequence[Event], *, catch_up: bool, guarded: bool) -> None:
        with self._database.transaction() as tx:
            tx.alone()
            for event in self._new(events, tx):
                if catch_up and not isinstance(event, Tick):
                    self._tick_until(event, tx, guarded=guarded)
                self._dispatch(event, tx, guarded=guarded)

    def retry(self) -> tuple[int, int]:
        """Run again what failed; return how many succeeded and how many failed again."""
        with self._database.reading() as tx:
            failures = tx.rows(_FAILURES)
        succeeded = 0
        for failure in failures:
            event = EVENT.validate_json(failure.payload)
            with self._database.transaction() as tx:
                tx.alone()
                if self._guarded(failure.feature, event, tx):
                    succeeded += 1
                    tx.run(
                        _FORGET_FAILURE,
                        in_community=failure.community,
                        of_event=failure.event,
                        of_feature=failure.feature,
                    )
        return succeeded, len(failures) - succeeded

    def _new(self, events: Sequence[Event], tx: Transaction) -> Iterator[Event]:
        """Yield the events not handled before, having marked them handled."""
        named = {(event.community, event.id): event for event in events if not isinstance(event, Tick)}
        new = tx.claim(
            Handled,
            [{"community": key[0], "event": key[1], "at": event.at} for key, event in named.items()],
        )
        for event in events:
            if isinstance(event, Tick):
                yield event
            elif (key := (event.community, event.id)) in new:
                new.discard(key)
                yield event

    def _dispatch(self, event: Event, tx: Transaction, *, guarded: bool) -> None:
        if isinstance(event, Tick):
            self._tick(event, tx, guarded=guarded)
            return
        if isinstance(event, Delivered):
            settle(tx, event)
        for name in self._features:
            self._ask(name, event, tx, guarded=guarded)

    def _tick(self, tick: Tick, tx: Transaction, *, guarded: bool) -> None:
        for due in tx.rows(_ALL_DUE, by=tick.at, most=_DUE_AT_ONCE):
            tx.unschedule(due.community, due.feature, due.key)
            event = FellDue(
                id=made_id(f"due:{due.feature}:{due.key}:{due.due_at.isoformat()}"),
                community=due.community,
                at=tick.at,
                feature=due.feature,
                key=due.key,
                due_at=due.due_at,
            )
            self._ask(due.feature, event, tx, guarded=guarded)

    def _tick_until(self, event: Event, tx: Transaction, *, guarded: bool) -> None:
        while (due_at := tx.next_due()) is not None and due_at <= event.at:
            self._tick(Tick(at=due_at), tx, guarded=guarded)
            tx.look_again()

    def _ask(self, name: str, event: Event, tx: Transaction, *, guarded: bool) -> None:
        if guarded:
            self._guarded(name, event, tx)
        else:
            actions = self._features[name].handle(event, tx)
            if actions:
                enqueue(tx, actions, event.at)

    def _guarded(self, name: str, event: Event, tx: Transaction) -> bool:
        """Ask one feature; if it raises, undo its work on this event alone and keep the failure."""
        assert not isinstance(event, Tick)
        try:
            with tx.savepoint():
                enqueue(tx, self._features[name].handle(event, tx), event.at)
        except Exception as error:
            if tx.lost or (isinstance(error, DBAPIError) and self._database.trouble(error)):
                raise
            log.exception("feature %s failed on event %s of %s", name, event.id, event.community)
            tx.put(
                Failure,
                community=event.community,
                event=event.id,
                feature=name,
                at=event.at,
                reason=f"{type(error).__name__}: {error}"[:500],
                payload=event.model_dump_json(),
            )
            enqueue(tx, _apology(event), event.at)
            return False
        return True


def _apology(event: Event) -> Iterable[Action]:
    """Somebody who waits for an answer hears that there is none."""
    if not isinstance(event, CommandGiven | ButtonPressed):
        return []
    text = "Something went wrong on my side. It is written down, and can be tried again."
    return [answer(event, Card(text=text, tone="warning"))]
