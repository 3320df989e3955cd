"""Runs what happened in the past through the core, with the clock at the time of each message."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from bot.ahead import read_by_another
from bot.clock import stopwatch
from bot.communities import Settings
from bot.core import Core
from bot.events import CommunityFound, Event, FellDue, Tick
from bot.facts import facts
from bot.features import FEATURES
from bot.features.digests import HOUR
from bot.features.welcome import SETTLE
from bot.garbage import collecting_rarely
from bot.ports import Past
from bot.report import Report, report
from bot.weeks import next_monday, week_of
from storage.database import Database

# So many events are handled in one transaction; more would make it no faster, and take more memory.
_AT_ONCE = 250


@dataclass(frozen=True, slots=True)
class Options:
    """How to replay: a community's settings, whether there are digests, and facts for a page."""

    settings: Settings
    digests: bool = True
    facts: bool = False


def replay(
    past: Past, database: Database, options: Options, progress: Callable[[str, int, int], None]
) -> Report:
    """Replay into an empty database, send nothing, and report what would have been done."""
    started = stopwatch()
    core = Core(database, _features(options))
    done = 0
    first: datetime | None = None
    last: datetime | None = None
    with collecting_rarely():
        for batch, clocked in read_by_another(_batches(past, options), past.total):
            core.receive(batch, catch_up=clocked)
            done += len(batch)
            progress("Replaying", done, past.total)
            if clocked:
                first = first or batch[0].at
                last = batch[-1].at
    if last is not None:
        # Who came last is welcomed too.
        core.receive([Tick(at=last + SETTLE)])
        if options.digests:
            _close_last_week(core, past.community, options, last)
    with database.reading() as tx:
        found = report(tx, past, options.settings, seconds=stopwatch() - started)
        if not options.facts:
            return found
        return found.model_copy(update={"facts": facts(tx, past, options.settings, first, last)})


def _features(options: Options) -> dict[str, Any]:
    # Nothing is erased, and the rows themselves are all there for what is to be counted.
    left_out = {"counts", "retention"} | (set() if options.digests else {"digest"})
    return {name: feature for name, feature in FEATURES.items() if name not in left_out}


def _batches(past: Past, options: Options) -> Iterator[tuple[Sequence[Event], bool]]:
    """Yield events in batches, each with whether the clock follows it: it does not follow a false time."""
    batch: list[Event] = []
    clocked = True
    for event in past.events():
        now = past.clocked(event)
        if batch and (now is not clocked or len(batch) >= _AT_ONCE):
            yield batch, clocked
            batch = []
        clocked = now
        if isinstance(event, CommunityFound):
            settings = options.settings.model_dump(mode="json", exclude_unset=True)
            event = event.model_copy(update={"settings": settings})
        batch.append(event)
    if batch:
        yield batch, clocked


def _close_last_week(core: Core, community: str, options: Options, last: datetime) -> None:
    """Make the digests up to the week that the export ends in, but leave all else as it stands at the end."""
    zone = options.settings.zone
    due_at = next_monday(last, zone, HOUR)
    # An export that ends early on a Monday leaves two: of the week before, and of this one.
    for at in (due_at, next_monday(due_at, zone, HOUR)):
        if week_of(at - timedelta(days=7), zone).start <= last:
            core.receive([_due_digest(community, at)])


def _due_digest(community: str, at: datetime) -> FellDue:
    return FellDue(
        id=f"due:last-week:{at.isoformat()}",
        community=community,
        at=at,
        feature="digest",
        key="weekly",
        due_at=at,
    )
