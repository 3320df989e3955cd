"""An import is done once, whatever happens on the way, however often it is begun."""

import signal
import subprocess
import sys
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from random import Random
from typing import Any

import pytest
from sqlalchemy import delete

from bot import importing
from storage.database import Database
from storage.tables import Import, table
from storage.versions import migrate
from tests.exports.made import Made, MadeDiscord, MadeSlack, discord_message
from tests.test_import import DAY, NOW, ROOT, counts, imported, rows, slack, tables

# Once.


@pytest.mark.parametrize("forgetful", [False, True], ids=["", "with its place forgotten"])
def test_importing_it_again_changes_nothing(database: Database, tmp_path: Path, forgetful: bool) -> None:
    imported(database, slack().zip(tmp_path))
    before = tables(database)
    if forgetful:
        with database.transaction() as tx:
            tx.run(delete(table(Import)))
    again = imported(database, slack().zip(tmp_path, "another name.zip"))

    assert (again.before is None) is forgetful
    assert again.messages == 13 * 7 + 1
    assert tables(database) == before


def test_a_later_export_adds_what_is_new(
    database: Database, opened: Callable[[str], Database], sqlite_url: str, tmp_path: Path
) -> None:
    made = slack()
    early = MadeSlack()
    early.users, early.lists = made.users, made.lists
    early.days = {path: day for path, day in made.days.items() if "2024-03" not in path}
    imported(database, early.zip(tmp_path, "early.zip"), now=NOW - timedelta(days=30))
    imported(database, made.zip(tmp_path))
    at_once = opened(sqlite_url.replace("hearth.db", "once.db"))
    migrate(at_once)
    imported(at_once, made.zip(tmp_path))

    assert tables(database, but=("import",)) == tables(at_once, but=("import",))


def test_channels_may_come_one_after_the_other(
    database: Database, opened: Callable[[str], Database], sqlite_url: str, tmp_path: Path
) -> None:
    talk = [discord_message("ada", f"Good morning, day {day}!", day * DAY) for day in range(0, 90, 9)]
    more = [discord_message("bob", f"Hello, day {day}!", day * DAY + 60) for day in range(0, 90, 5)]

    def made(*channels: tuple[list[Any], str]) -> Made:
        export = MadeDiscord()
        for messages, id_ in channels:
            export.channel(messages, id_, f"channel-{id_}")
        return export

    for number, channel in enumerate([(talk, "910"), (more, "920")]):
        imported(database, made(channel).zip(tmp_path, f"{number}.zip"))
    at_once = opened(sqlite_url.replace("hearth.db", "once.db"))
    migrate(at_once)
    imported(at_once, made((talk, "910"), (more, "920")).zip(tmp_path))

    assert sum(counts(database).values()) == len(talk) + len(more)
    assert tables(database)["daily"] == tables(at_once)["daily"]
    assert tables(database)["message"] == tables(at_once)["message"]


def test_batches_of_any_size_end_in_the_same_tables(
    opened: Callable[[str], Database], sqlite_template: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    export = slack().zip(tmp_path)
    found = []
    for size in (1, 7, 1_000):
        path = tmp_path / f"{size}.db"
        path.write_bytes(sqlite_template.read_bytes())
        database = opened(f"sqlite:///{path}")
        monkeypatch.setattr(importing, "_AT_ONCE", size)
        monkeypatch.setattr(importing, "_ERASED_AT_ONCE", size)
        imported(database, export)
        found.append(tables(database))

    assert found[0]["daily"]
    assert found[1] == found[0]
    assert found[2] == found[0]


def test_another_process_may_read_ahead(
    opened: Callable[[str], Database], sqlite_template: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    export = slack().zip(tmp_path)
    found = []
    for worth in (0, 1_000_000):
        path = tmp_path / f"{worth}.db"
        path.write_bytes(sqlite_template.read_bytes())
        database = opened(f"sqlite:///{path}")
        monkeypatch.setattr("bot.ahead._WORTH_ANOTHER", worth)
        imported(database, export)
        found.append(tables(database))

    assert found[1] == found[0]


KILLS, SEED = 14, 3


def test_killed_again_and_again_it_ends_as_if_it_had_run_through(
    opened: Callable[[str], Database], sqlite_template: Path, tmp_path: Path
) -> None:
    export, draw = slack().zip(tmp_path), Random(SEED)
    urls = [f"sqlite:///{tmp_path / name}" for name in ("killed.db", "through.db")]
    for url in urls:
        Path(url.removeprefix("sqlite:///")).write_bytes(sqlite_template.read_bytes())
    parent = subprocess.Popen(
        [sys.executable, "-m", "tests.fakes.import_child", str(export), urls[0], NOW.isoformat()],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    places: list[int] = []
    with parent:
        assert parent.stdin is not None
        assert parent.stdout is not None

        def lives(statements: int) -> int:
            parent.stdin.write(f"{statements}\n")  # type: ignore[union-attr]  # asserted above
            parent.stdin.flush()  # type: ignore[union-attr]
            return int(parent.stdout.readline())  # type: ignore[union-attr]

        database = opened(urls[0])
        for _ in range(KILLS):
            assert lives(draw.randint(1, 500)) == -signal.SIGKILL
            places.append(sum(row.done for row in rows(database, Import)))
        # Each life goes on from where the one before was killed.
        assert places == sorted(places)
        assert len(set(places)) >= 5
        assert lives(1_000_000) == 0
        parent.stdin.close()
    through = opened(urls[1])
    imported(through, export)

    assert tables(database) == tables(through)
