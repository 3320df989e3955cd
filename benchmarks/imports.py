"""How fast an export is replayed and imported, in how much memory, and the same for one many times its size.

    python -m benchmarks.imports EXPORT.zip [--times 10] [--json OUT]

The larger export is made of the one that is given (benchmarks/larger.py). Each run is a process of its own,
on an embedded database that waits for the disk. What is shown of memory is its peak, or that of the process
which reads ahead for it, if that is more.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from benchmarks.figures import save, show
from benchmarks.larger import larger
from bot.clock import stopwatch

_MEGABYTE = 2**20


def main() -> None:
    """Measure, print a table, and write JSON where asked to."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("export", type=Path, help="a Slack export, zipped")
    parser.add_argument("--times", type=int, default=10, help="how many times as large the other is (10)")
    parser.add_argument("--json", type=Path, help="also write the figures here")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="hearth-imports-") as folder:
        grown = Path(folder) / "larger.zip"
        larger(options.export, grown, options.times)
        figures = {
            f"{command}, {size}": measure(command, export, Path(folder) / f"{command}-{number}")
            for command in ("replay", "import")
            for number, (size, export) in enumerate(
                (("as it is", options.export), (f"{options.times} times", grown))
            )
        }
    report(figures)
    save(options.json, {"export": options.export.name, "times": options.times, "runs": figures})


def measure(command: str, export: Path, folder: Path) -> dict[str, Any]:
    """Run a command on an export in a process of its own; return its figures."""
    folder.mkdir()
    found = folder / "found.json"
    database = folder / "hearth.db"
    environment = os.environ | {"DATABASE_URL": f"sqlite:///{database}"}
    began = stopwatch()
    process = subprocess.Popen(
        [sys.executable, "-m", "bot", command, str(export), "--json", str(found)],
        env=environment,
        stdout=subprocess.DEVNULL,
    )
    # Unlike the process itself, this tells what memory it took.
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    took = stopwatch() - began
    if status:
        raise SystemExit(f"{command} failed on {export}; try it by itself to see why.")
    messages = json.loads(found.read_text(encoding="utf-8"))["messages"]
    return {
        "messages": messages,
        "seconds": took,
        "per_second": messages / took,
        "peak_mb": usage.ru_maxrss / 1_024,
        # A replay's database is gone when it ends.
        "database_mb": database.stat().st_size / _MEGABYTE if database.exists() else None,
    }


def report(figures: dict[str, dict[str, Any]]) -> None:
    """Print the table."""
    show(
        "The past, with opening the export",
        ("", "messages", "seconds", "a second", "peak, MB", "database, MB"),
        [
            (
                name,
                run["messages"],
                round(run["seconds"], 1),
                round(run["per_second"]),
                round(run["peak_mb"]),
                "–" if run["database_mb"] is None else round(run["database_mb"], 1),
            )
            for name, run in figures.items()
        ],
    )


if __name__ == "__main__":
    main()
