"""What becomes of events and actions when the engine is killed at any moment, again and again.

    python -m benchmarks.crash [--kills N] [--seed N] [--cold] [--json OUT]

Made talk arrives from a pretend platform, actions go there, and the engine (with all features, on SQLite that
waits for the disk) is ended by SIGKILL by the clock or at a drawn moment: an event told or acknowledged, a
request come in or just done. A start forks a process that has loaded everything; with --cold it loads all
anew. It ends with 1 if anything was lost, sent twice, or done out of order.
"""

import argparse
import asyncio
import statistics
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from rich.progress import Progress

from benchmarks.figures import save, show
from storage.database import Database
from storage.versions import migrate
from tests.fakes.kills import Died, Run, kill_again_and_again

_MILLI = 1_000


def run(kills: int, seed: int, *, cold: bool) -> Run:
    """Kill so many times, on a fresh database. Raises Died or TimeoutError."""
    with tempfile.TemporaryDirectory(prefix="hearth-crash-") as folder, Progress(transient=True) as progress:
        url = f"sqlite:///{folder}/hearth.db"
        database = Database(url)
        migrate(database)
        database.close()
        task = progress.add_task("Killing", total=kills)
        return asyncio.run(
            kill_again_and_again(
                url, kills, seed, cold=cold, progress=lambda done: progress.update(task, completed=done)
            )
        )


def figures(found: Run) -> dict[str, Any]:
    """Return the figures, and by name whatever went wrong."""
    became = found.account
    counted = {
        name: len(value) if isinstance(value, list) else value for name, value in asdict(became).items()
    }
    return {
        "kills": found.kills,
        "fell_on": dict(found.fell_on),
        **counted,
        "told": found.told,
        "looked_up": found.looked_up,
        "start_ms": _spread([_MILLI * seconds for seconds in found.starts]),
        "seconds": found.seconds,
        "wrong": became.wrong,
    }


def _spread(values: Sequence[float]) -> dict[str, float]:
    """Return how many, the median, the 95th percentile and the longest."""
    if len(values) < 2:
        return {"of": len(values)}
    cuts = statistics.quantiles(values, n=20, method="inclusive")
    return {"of": len(values), "median": cuts[9], "p95": cuts[18], "longest": max(values)}


def report(shown: dict[str, Any]) -> None:
    """Print the tables."""
    fell_on = ", ".join(f"{count} {moment}" for moment, count in sorted(shown["fell_on"].items()))
    show(
        "Killed and started again",
        ["", "number"],
        [
            ["kills", shown["kills"]],
            ["events", shown["events"]],
            ["  times told", shown["told"]],
            ["  not handled", shown["not_handled"]],
            ["  handled again", shown["handled_again"]],
            ["  rows not as without kills", shown["rows_amiss"]],
            ["  left out by a feature that failed", shown["failed"]],
            ["actions", shown["actions"]],
            ["  sent twice", shown["sent_twice"]],
            ["  lost", shown["lost"] + shown["unsettled"]],
            ["  in a wrong state", shown["wrong_state"]],
            ["  out of order", shown["out_of_order"]],
            ["  that go once at most", shown["once"]],
            ["    of these doubtful", shown["doubtful"]],
            ["      yet they came through", shown["doubtful_yet_done"]],
            ["  refused by the platform, and given up", shown["refused"]],
            ["  updates done again", shown["done_again"]],
            ["look-ups", shown["looked_up"]],
            ["seconds", f"{shown['seconds']:.1f}"],
        ],
        f"The kills fell on: {fell_on}",
    )
    start = shown["start_ms"]
    show("From start to connected (ms)", list(start), [[round(value) for value in start.values()]])
    for kind, names in shown["wrong"].items():
        print(f"{kind}: {', '.join(names[:5])}{' …' if len(names) > 5 else ''}")


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    arguments.add_argument("--kills", type=int, default=500, help="how many (default 500)")
    arguments.add_argument("--seed", type=int, default=1, help="what all draws follow from (default 1)")
    arguments.add_argument("--cold", action="store_true", help="load everything anew at each start")
    arguments.add_argument("--json", type=Path, help="write the figures there too")
    given = arguments.parse_args()
    try:
        shown = figures(run(given.kills, given.seed, cold=given.cold))
    except (Died, TimeoutError) as error:
        reason = str(error) or "the engine did not answer in time"
        raise SystemExit(f"The run broke off: {reason}.") from error
    report(shown)
    save(given.json, {"seed": given.seed, "cold": given.cold, **shown})
    sys.exit(1 if shown["wrong"] else 0)


if __name__ == "__main__":
    main()
