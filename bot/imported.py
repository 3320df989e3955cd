"""What came of an import: the same for scripts and for people."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Literal
from zoneinfo import ZoneInfo

from pydantic import BaseModel, ConfigDict
from rich.console import Console
from rich.padding import Padding
from rich.table import Table
from rich.text import Text
from sqlalchemy import bindparam, func, select

from bot.days import day_of
from bot.events import Event, MessagePosted
from bot.ports import Past, Problem
from storage.tables import Daily, table
from storage.transaction import Transaction

_PROBLEMS = 12

_daily = table(Daily)
_COUNTED = select(
    func.coalesce(func.sum(_daily.c.questions), 0).label("questions"),
    func.coalesce(func.sum(_daily.c.answered), 0).label("answered"),
    func.coalesce(func.sum(_daily.c.salesy), 0).label("salesy"),
    func.coalesce(func.sum(_daily.c.feedback), 0).label("feedback"),
).where(
    _daily.c.community == bindparam("in_community"),
    _daily.c.day >= bindparam("first_day"),
    _daily.c.day <= bindparam("last_day"),
)


@dataclass(slots=True)
class Tally:
    """What there was in an export, counted as it goes by. Its memory grows with people and days alone."""

    zone: ZoneInfo
    kept_from: datetime
    events: int = 0
    messages: int = 0
    by_bots: int = 0
    kept: int = 0
    members: set[str] = field(default_factory=set)
    channels: set[str] = field(default_factory=set)
    days: set[date] = field(default_factory=set)
    first: datetime | None = None
    last: datetime | None = None
    left_out: Counter[str] = field(default_factory=Counter)
    failures: int = 0

    def take(self, event: Event, left_out: str | None) -> None:
        """Count an event, and why it is left out, if it is."""
        self.events += 1
        if left_out is not None:
            self.left_out[left_out] += 1
        elif isinstance(event, MessagePosted):
            self.messages += 1
            self.by_bots += event.author_is_bot
            self.kept += event.at >= self.kept_from
            if not event.author_is_bot:
                self.members.add(event.author)
            self.channels.add(event.channel)
            self.days.add(day_of(event.at, self.zone))
            self.first = self.first or event.at
            self.last = event.at


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class LeftOut(_Part):
    """Events of an export that were not imported: why, and how many."""

    why: str
    number: int


class ImportProblem(_Part):
    """What of the export could not be taken as it stands."""

    where: str
    what: str


class Imported(_Part):
    """An import when it is over. Times are ISO 8601 in UTC; questions and what follows are of its days."""

    version: Literal[1] = 1
    name: str
    community: str
    # When it was imported before, in which case nothing was changed.
    before: str | None
    messages: int
    by_bots: int
    members: int
    channels: int
    days: int
    first: str | None
    last: str | None
    # Since when messages are kept themselves, and how many those are; the rest is in the counts of its days.
    kept_from: str
    kept: int
    questions: int
    answered: int
    salesy: int
    feedback: int
    left_out: list[LeftOut]
    problems: list[ImportProblem]
    failures: int
    seconds: float

    def as_json(self) -> str:
        """Return it for scripts."""
        return self.model_dump_json(indent=1)


def imported(
    tx: Transaction,
    past: Past,
    into: str,
    tally: Tally,
    before: datetime | None,
    *,
    seconds: float,
) -> Imported:
    """Report what was tallied, and what its days count."""
    days = {"first_day": "", "last_day": ""}
    if tally.days:
        days = {"first_day": min(tally.days).isoformat(), "last_day": max(tally.days).isoformat()}
    counted = tx.row(_COUNTED, in_community=into, **days)
    assert counted is not None
    return Imported(
        name=past.name,
        community=into,
        before=_iso(before) if before else None,
        messages=tally.messages,
        by_bots=tally.by_bots,
        members=len(tally.members),
        channels=len(tally.channels),
        days=len(tally.days),
        first=_iso(tally.first) if tally.first else None,
        last=_iso(tally.last) if tally.last else None,
        kept_from=_iso(tally.kept_from),
        kept=tally.kept,
        questions=counted.questions,
        answered=counted.answered,
        salesy=counted.salesy,
        feedback=counted.feedback,
        left_out=[LeftOut(why=why, number=number) for why, number in sorted(tally.left_out.items())],
        problems=[ImportProblem(where=problem.where, what=problem.what) for problem in past.problems],
        failures=tally.failures,
        seconds=round(seconds, 3),
    )


def _iso(at: datetime) -> str:
    return at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def with_problems(found: Imported, problems: Sequence[Problem]) -> Imported:
    """Return what came of an import, with what could not be read before it."""
    told = [ImportProblem(where=problem.where, what=problem.what) for problem in problems]
    return found.model_copy(update={"problems": [*told, *found.problems]})


def show(found: Imported, console: Console) -> None:
    """Print what came of an import."""
    console.print()
    if found.before is not None:
        console.print(Text(f"This export was imported on {_day(found.before)}; nothing was changed."))
    else:
        console.print(Text("Imported; nothing was sent, and nothing will be", style="bold"))
    grid = Table.grid(padding=(0, 3))
    for name, value in _rows(found):
        grid.add_row(Text(name, style="dim"), Text(value))
    console.print(Padding(grid, (0, 2)))
    _left_out(found, console)


def _rows(found: Imported) -> list[tuple[str, str]]:
    rows = [("Community", f"{found.name} ({found.community})")]
    if found.first is None or found.last is None:
        return [*rows, ("Messages", "none")]
    bots = f", {found.by_bots:,} of them by bots" if found.by_bots else ""
    days = f"{found.days:,} {'day' if found.days == 1 else 'days'} with talk"
    of = f"{found.answered / found.questions:.0%} answered" if found.questions else "none to answer"
    speed = f"{found.messages / found.seconds:,.0f} messages a second" if found.seconds else ""
    return [
        *rows,
        ("Messages", f"{found.messages:,}{bots}"),
        ("Members", f"{found.members:,} in {found.channels:,} channels"),
        ("From", f"{_day(found.first)} to {_day(found.last)}, {days}"),
        ("Kept as they read", f"{found.kept:,}, from {_day(found.kept_from)} on; what is older is counted"),
        ("Questions", f"{found.questions:,}, {of}"),
        ("Read like selling", f"{found.salesy:,}"),
        ("About the product", f"{found.feedback:,}"),
        ("Took", f"{found.seconds:,.1f} s ({speed})"),
    ]


def _left_out(found: Imported, console: Console) -> None:
    lines = [(f"{each.number:,}", f"{each.why}.") for each in found.left_out]
    if found.failures:
        lines.append((f"{found.failures:,}", "could not be read, which is our bug; python -m bot retry."))
    lines += [(problem.where, problem.what) for problem in found.problems[:_PROBLEMS]]
    if not lines:
        return
    console.print()
    console.print(Text("Left out, or not taken as it stands", style="bold"))
    for where, what in lines:
        console.print(Text("  ") + Text(where, style="yellow") + Text(f" {what}"))
    if len(found.problems) > _PROBLEMS:
        console.print(f"  … and {len(found.problems) - _PROBLEMS} more, all in --json.")


def _day(at: str) -> str:
    day = datetime.fromisoformat(at)
    return f"{day.day} {day:%B %Y}"
