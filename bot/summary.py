"""A replay's report for people, in the terminal."""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime, timedelta
from statistics import median

from rich.console import Console
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from bot.figures import waited
from bot.report import Report, ReportedDigest, Seen
from bot.reported import State

_LISTED = 5
_PROBLEMS = 12
_BAR = 30


def show(report: Report, console: Console) -> None:
    """Print what a replay found: the counts, what stayed open, what sold, and the last digest."""
    console.print()
    console.print(Text("What Hearth would have done", style="bold"))
    _counts(report, console)
    _questions(report, console)
    _still_open(report, console)
    _broadcasts(report, console)
    _digest(report, console)
    _problems(report, console)


def _counts(report: Report, console: Console) -> None:
    speed = report.messages / report.seconds if report.seconds else 0
    rows = [
        ("Messages read", f"{report.messages:,}"),
        ("Members", f"{report.members:,} ({report.first_seen:,} first seen by what they said)"),
        ("Welcomed", f"{report.welcomes:,}"),
        ("Questions", f"{report.questions.asked:,}{_withdrawn(report)}"),
        ("Flagged", f"{report.questions.flagged:,}"),
        ("Read like selling", f"{len(report.broadcasts):,}"),
        ("Digests", f"{sum(digest.skipped is None for digest in report.digests):,}"),
        ("Took", f"{report.seconds:,.1f} s ({speed:,.0f} messages a second)"),
    ]
    grid = Table.grid(padding=(0, 3))
    for name, value in rows:
        grid.add_row(Text(name, style="dim"), value)
    console.print(Padding(grid, (0, 2)))


def _withdrawn(report: Report) -> str:
    number = report.questions.states["dismissed"]
    return f" ({number:,} more {'was' if number == 1 else 'were'} withdrawn)" if number else ""


def _questions(report: Report, console: Console) -> None:
    if not report.questions.asked:
        return
    console.print()
    console.print(Text("Questions", style="bold"))
    styles: dict[State, str] = {"answered": "green", "unanswered": "yellow"}
    for state, style in styles.items():
        number = report.questions.states[state]
        share = number / report.questions.asked
        bar = Text("█" * round(share * _BAR), style=style)
        console.print(Text(f"  {state:<11} {number:>6,}  {share:>4.0%}  ") + bar)
    if waits := report.questions.waits_of_asked:
        half = waited(timedelta(seconds=median(waits)))
        console.print(f"  Half of those with a response had the first within {half}.")
    kinds: Counter[str] = Counter()
    for (state, kind), number in report.questions.evidence.items():
        if state == "answered":
            kinds[kind] += number
    if kinds:
        evidence = ", ".join(f"{kind.replace('_', ' ')} {number:,}" for kind, number in kinds.most_common())
        console.print(f"  What the answers rest on: {evidence}.")


def _still_open(report: Report, console: Console) -> None:
    if report.still_open:
        console.print()
        console.print(Text("Flagged and still open, the latest", style="bold"))
        _show_seen(report.still_open, console)


def _broadcasts(report: Report, console: Console) -> None:
    if not report.broadcasts:
        return
    console.print()
    console.print(Text("Read most like selling", style="bold"))
    _show_seen(report.most_salesy, console)


def _show_seen(messages: Sequence[Seen], console: Console) -> None:
    for seen in messages:
        console.print(
            Text(f"  {seen.score:.2f}  #{seen.channel}, {seen.at:%d %B %Y}: ", style="cyan")
            + Text(seen.words)
        )
        console.print(Text(f"        {seen.link}", style="dim"), soft_wrap=True)


def _digest(report: Report, console: Console) -> None:
    example = report.example
    if example is None:
        return
    console.print()
    console.print(Text(f"A digest, of {_dates(example)}, and what is surest in it", style="bold"))
    for section in example.sections:
        console.print(Text(f"  {section.name}", style="cyan"))
        for item in section.items[:_LISTED]:
            console.print(Text(f"    • {item.text}"), soft_wrap=False, overflow="ellipsis", no_wrap=True)


def _problems(report: Report, console: Console) -> None:
    if not report.problems:
        return
    console.print()
    console.print(Text("Could not be taken as it stands", style="bold"))
    for problem in report.problems[:_PROBLEMS]:
        console.print(Text("  ") + Text(problem.where, style="yellow") + Text(f" {problem.what}"))
    if len(report.problems) > _PROBLEMS:
        console.print(f"  … and {len(report.problems) - _PROBLEMS} more, all in --json.")


def _dates(digest: ReportedDigest) -> str:
    start = datetime.fromisoformat(digest.start)
    last = datetime.fromisoformat(digest.end) - timedelta(days=1)
    return f"{start.day} {start:%B} to {last.day} {last:%B %Y}"
