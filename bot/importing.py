"""Gives an installation the history of its community: the past through the core, of which nothing follows.

An imported time goes by as it did: at the end of each week what was then past keeping is counted and erased,
so that the database holds no more of a long past than it would, had Hearth been there.
"""

from collections import deque
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime, timedelta
from uuid import uuid4

from sqlalchemy import bindparam, func, select

from bot.ahead import read_by_another
from bot.clock import stopwatch
from bot.communities import Settings, settings_of
from bot.core import Core
from bot.daily import count_day
from bot.days import day_of, span_of
from bot.events import Event, MessageEdited
from bot.features import FEATURES
from bot.figures import count_week
from bot.garbage import collecting_rarely
from bot.imported import Imported, Tally, imported
from bot.ports import Past
from bot.retention import erase_talk, erased_before, forget_derived, forget_handled, forget_words, kept_from
from bot.weeks import week_of, weeks
from storage.database import Database
from storage.tables import Community, Failure, Handling, Import, Message, table
from storage.transaction import Transaction

# So many events are handled in one transaction; more would make it no faster, and take more memory.
_AT_ONCE = 250
# Messages that are erased in one transaction.
_ERASED_AT_ONCE = 5_000

_message = table(Message)
_import = table(Import)
_SO_FAR = select(_import).where(
    _import.c.community == bindparam("in_community"), _import.c.export == bindparam("of_export")
)
_OLDEST = select(func.min(_message.c.posted_at).label("at")).where(
    _message.c.community == bindparam("in_community")
)
_COMMUNITIES = select(table(Community).c.id).order_by(table(Community).c.id)
_FAILURES = select(func.count().label("number")).where(
    table(Failure).c.community == bindparam("in_community"), table(Failure).c.history
)
Progress = Callable[[str, int, int], None]


def import_past(past: Past, database: Database, into: str, now: datetime, progress: Progress) -> Imported:
    """Import an export into a community, or go on with it, and say what came of it.

    What was imported before is passed over. Killed at any moment and run again, it ends in the same rows.
    """
    started = stopwatch()
    with database.reading() as tx:
        settings = settings_of(tx, into)
    done, ended_at = _begin(database, past, into, now)
    tally = Tally(settings.zone, kept_from(settings, now))
    work = _Work(past, database, into, settings, now, tally)
    with collecting_rarely():
        if ended_at is None:
            work.receive(done, progress)
            work.finish(progress)
        else:
            work.only_tally()
    with database.reading() as tx:
        return imported(tx, past, into, tally, ended_at, seconds=stopwatch() - started)


def known_communities(tx: Transaction) -> list[str]:
    """Return the ids of the communities that were found."""
    return [row.id for row in tx.rows(_COMMUNITIES)]


def _begin(database: Database, past: Past, into: str, now: datetime) -> tuple[int, datetime | None]:
    """Return how many events are kept already, and when the whole import was over, if it was."""
    with database.transaction() as tx:
        found = tx.row(_SO_FAR, in_community=into, of_export=past.fingerprint)
        if found is not None:
            return found.done, found.ended_at
        key = {"community": into, "export": past.fingerprint}
        tx.put(Import, **key, done=0, total=past.total, begun_at=now, ended_at=None)
        return 0, None


class _Work:
    """One export on its way into one community."""

    def __init__(
        self, past: Past, database: Database, into: str, settings: Settings, now: datetime, tally: Tally
    ) -> None:
        self._past = past
        self._database = database
        self._into = into
        self._settings = settings
        self._now = now
        self._tally = tally
        # Of the batches under way, how many events there are up to the end of each.
        self._ends: deque[int] = deque()

    def receive(self, done: int, progress: Progress) -> None:
        """Have the core keep all events after the first so many that are kept."""
        core = Core(self._database, FEATURES)
        week: datetime | None = None
        for batch, _ in read_by_another(self._batches(done), self._past.total - done):
            begins = self._week(batch[0])
            if begins != week:
                self._erase(kept_from(self._settings, begins))
                week = begins
            core.receive(batch, history=True)
            self._keep_place(self._ends.popleft())
            progress("Importing", self._tally.events, self._past.total)

    def finish(self, progress: Progress) -> None:
        """Erase what is past keeping by now, count the days that are left, and end."""
        from_then = kept_from(self._settings, self._now)
        with self._database.reading() as tx:
            failures = tx.row(_FAILURES, in_community=self._into)
            self._tally.failures = failures.number if failures else 0
        self._erase(from_then)
        with self._database.transaction() as tx:
            forget_words(tx, self._into, from_then)
        with self._database.reading() as tx:
            oldest = tx.row(_OLDEST, in_community=self._into)
        zone = self._settings.zone
        if oldest is not None and oldest.at is not None:
            first, last = day_of(oldest.at, zone), day_of(self._now, zone)
            days = (last - first).days + 1
            for number in range(days):
                with self._database.transaction() as tx:
                    tx.alone()
                    day = first + timedelta(days=number)
                    whole = span_of(day, zone).start >= erased_before(tx, self._into)
                    count_day(tx, self._into, day, zone, whole=whole)
                progress("Counting", number + 1, days)
            for week in weeks(oldest.at, self._now, zone)[:-1]:
                with self._database.transaction() as tx:
                    tx.alone()
                    if week.start >= erased_before(tx, self._into):
                        count_week(tx, self._into, week, zone)
        self._keep_place(self._past.total, ended_at=self._now)

    def only_tally(self) -> None:
        """Count what is in the export, and keep nothing of it."""
        for event in self._past.events():
            self._tally.take(event, self._why_not(event))

    def _why_not(self, event: Event) -> str | None:
        """Return why an event is not to be kept, if it is not."""
        if not self._past.clocked(event) or event.at > self._now:
            return "dated as cannot be true"
        if isinstance(event, MessageEdited):
            then = kept_from(self._settings, self._week(event))
            return "edits of what was past keeping by then" if event.posted_at < then else None
        return None

    def _week(self, event: Event) -> datetime:
        return week_of(event.at, self._settings.zone).start

    def _batches(self, done: int) -> Iterator[tuple[Sequence[Event], bool]]:
        """Yield what is to be kept after the first `done` events, in batches that are of one week each."""
        batch: list[Event] = []
        for number, event in enumerate(self._past.events()):
            why_not = self._why_not(event)
            self._tally.take(event, why_not)
            if number < done or why_not is not None:
                continue
            if batch and (len(batch) >= _AT_ONCE or self._week(batch[0]) != self._week(event)):
                self._ends.append(number)
                yield batch, True
                batch = []
            batch.append(event.model_copy(update={"community": self._into}))
        if batch:
            self._ends.append(self._past.total)
            yield batch, True

    def _keep_place(self, done: int, *, ended_at: datetime | None = None) -> None:
        # Killed just before this, the batch comes again; its events are known to be handled.
        with self._database.transaction() as tx:
            found = tx.row(_SO_FAR, in_community=self._into, of_export=self._past.fingerprint)
            assert found is not None
            tx.put(Import, **{**found._mapping, "done": done, "ended_at": ended_at})

    def _erase(self, before: datetime) -> None:
        """Erase what was said before then."""
        while self._erase_some(before):
            pass

    def _erase_some(self, before: datetime) -> bool:
        with self._database.transaction() as tx:
            tx.alone()
            erased = 0
            while gone := erase_talk(tx, self._into, self._settings, before, _ERASED_AT_ONCE):
                erased += gone
                if erased >= _ERASED_AT_ONCE:
                    break
            if erased:
                # What the core remembers of the talk is no longer so.
                tx.put(Handling, id=1, batch=uuid4().hex)
            if gone:
                return True
            more = forget_derived(tx, self._into, before, _ERASED_AT_ONCE)
            return forget_handled(tx, self._into, before, _ERASED_AT_ONCE) or more
