"""A backup is whole or it is not there, and a database made from it is the one it was made from."""

import json
import os
import signal
import stat
import subprocess
import sys
import textwrap
import zipfile
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select

from bot.clock import Clock
from bot.core import Core
from bot.engine import Engine
from bot.features import FEATURES
from bot.outgoing import enqueue
from storage.archive import BadBackup, ColumnEntry, check, writing
from storage.backup import back_up, restore
from storage.condition import Unusable, newest
from storage.database import Database
from storage.tables import Daily, Handled, Secret, SettingChange, Welcome, table
from storage.versions import migrate
from tests.core.contents import contents, outgoing
from tests.core.features import Greets, post, reply
from tests.core.made import HOME, NOON, commanded, found, joined, posted
from tests.core.waiting import until
from tests.fakes.sender import PretendSender

Open = Callable[[str], Database]
ROOT = Path(__file__).parents[2]


def quietly(*_: object) -> None:
    """Say nothing of how far it has come."""


def fill(database: Database) -> None:
    """Have a community in it, with everything that is hard to write down."""
    core = Core(database, FEATURES)
    core.receive(
        [
            found(),
            joined("ada"),
            posted("1", 'How do I export "boards"\n\tto CSV? 🐈‍⬛ ŸŁ𝔘', by="ada"),
            posted("2", "Settings → Export", by="bob", minute=5),
            commanded("status"),
        ]
    )
    with database.transaction() as tx:
        tx.put(Secret, name="pages", value="0" * 64)
        tx.put(Daily, community=HOME, day="2026-03-02", channel="help", response_s=0.1 + 0.2)
        odd: dict[str, Any] = {"community": HOME, "event": "e1", "by": "ada", "how": "command"}
        odd["at"] = NOON + timedelta(microseconds=1)
        tx.put(SettingChange, name="limit", before=None, after={"a": [1, None, True, "x"]}, **odd)
        tx.put(SettingChange, name="staff", before=[], after="", **odd)
        enqueue(tx, [post("later"), reply("e9")], NOON)


def ended(program: str) -> int:
    """Run a program of its own; return how it ended."""
    run = [sys.executable, "-c", textwrap.dedent(program)]
    return subprocess.run(run, env=os.environ | {"PYTHONPATH": str(ROOT)}, check=False).returncode


@pytest.fixture(params=("sqlite", "postgresql"))
def target(request: pytest.FixtureRequest, tmp_path: Path, opened: Open) -> Iterator[Database]:
    """An empty database of each kind, without tables."""
    if request.param == "sqlite":
        yield opened(f"sqlite:///{tmp_path / 'target.db'}")
        return
    server = request.getfixturevalue("postgresql")
    url = server.create(migrated=False)
    yield opened(url)
    server.drop(url)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "hearth.backup"


def made(database: Database, file: Path) -> Path:
    back_up(database, file, "0.1.0", NOON, quietly)
    return file


def test_what_is_restored_is_what_was_backed_up(database: Database, target: Database, file: Path) -> None:
    fill(database)
    told: list[tuple[str, int, int]] = []
    manifest = back_up(database, file, "0.1.0", NOON, lambda *at: told.append(at))
    restored = restore(target, file, lambda *at: told.append(at))

    assert restored == manifest
    assert contents(target, but={"outgoing"}) == contents(database, but={"outgoing"})
    assert outgoing(target).keys() == outgoing(database).keys()
    assert all(0 < done <= of for _, done, of in told)
    assert manifest.rows == sum(len(rows) for rows in contents(database).values()) + 1
    # It goes on from there, with new numbers for new actions.
    Core(target, FEATURES).receive([commanded("help"), joined("bob")])
    assert len(outgoing(target)) == len(outgoing(database)) + 1


def test_a_backup_is_for_its_owner_alone(database: Database, file: Path) -> None:
    made(database, file)

    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert [path.name for path in file.parent.iterdir() if "backup" in path.name] == [file.name]


def test_nothing_is_written_over(database: Database, file: Path) -> None:
    file.write_text("the old one")
    with pytest.raises(FileExistsError):
        made(database, file)

    assert file.read_text() == "the old one"


def test_a_backup_is_of_one_moment_while_others_write(
    database: Database, opened: Open, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("storage.backup._GROUP", 1)
    fill(database)
    before = contents(database, but={"outgoing"})
    other = Core(database, FEATURES)
    written = 0

    def meanwhile(doing: str, *_: int) -> None:
        nonlocal written
        if doing == "Copying":
            written += 1
            other.receive([posted(f"m{written}", "And how do I import?", by="cleo", minute=written)])

    back_up(database, file, "0.1.0", NOON, meanwhile)
    assert written > 20
    target = opened(f"sqlite:///{file.parent / 'target.db'}")
    restore(target, file, quietly)

    assert contents(target, but={"outgoing"}) == before


@pytest.mark.parametrize("killed", [signal.SIGKILL, signal.SIGTERM])
def test_a_backup_that_is_killed_leaves_no_half_file(
    sqlite_url: str, file: Path, opened: Open, killed: int
) -> None:
    fill(opened(sqlite_url))
    program = f"""
        import os, pathlib, sys
        from datetime import UTC, datetime
        from storage import backup
        from storage.database import Database

        backup._GROUP = 1
        def tell(doing, done, of):
            if done > of / 2:
                os.kill(os.getpid(), {int(killed)})
        backup.back_up(Database({sqlite_url!r}), pathlib.Path({str(file)!r}), "0", datetime.now(UTC), tell)
    """
    assert ended(program) == -killed
    assert not file.exists()
    assert made(opened(sqlite_url), file).exists()


def test_a_restoring_that_is_killed_can_be_done_again(sqlite_url: str, file: Path, opened: Open) -> None:
    fill(opened(sqlite_url))
    made(opened(sqlite_url), file)
    url = f"sqlite:///{file.parent / 'target.db'}"
    program = f"""
        import os, pathlib
        from storage import backup
        from storage.database import Database

        def tell(doing, done, of):
            if doing == "Restoring" and done > of / 2:
                os.kill(os.getpid(), 9)
        backup.restore(Database({url!r}), pathlib.Path({str(file)!r}), tell)
    """
    assert ended(program) == -9
    restore(opened(url), file, quietly)

    assert contents(opened(url), but={"outgoing"}) == contents(opened(sqlite_url), but={"outgoing"})


def test_a_backup_is_not_restored_over_a_community(database: Database, target: Database, file: Path) -> None:
    fill(database)
    made(database, file)
    restore(target, file, quietly)
    before = contents(target)

    with pytest.raises(Unusable, match="is not empty; restore into one that is"):
        restore(target, file, quietly)
    assert contents(target) == before


def cut(whole: bytes) -> bytes:
    return whole[: len(whole) // 2]


def emptied(_: bytes) -> bytes:
    return b""


def changed(whole: bytes) -> bytes:
    """Turn one bit in the lines of a table."""
    at = whole.index(b"tables/message.jsonl") + 60
    return whole[:at] + bytes([whole[at] ^ 1]) + whole[at + 1 :]


def other(_: bytes) -> bytes:
    return b"Dear diary, " * 100


@pytest.mark.parametrize("how", [cut, emptied, changed, other])
def test_a_backup_that_is_damaged_is_refused(
    database: Database, target: Database, file: Path, how: Callable[[bytes], bytes]
) -> None:
    fill(database)
    file.write_bytes(how(made(database, file).read_bytes()))

    with pytest.raises(BadBackup, match=r"hearth\.backup (is damaged|is no backup)"):
        restore(target, file, quietly)
    with target.connection() as connection:
        assert not connection.dialect.has_table(connection, "handled")


@pytest.mark.parametrize(("byte", "value"), [(8, 1), (10, 14), (10, 12), (10, 99)])
def test_a_backup_that_is_said_to_be_packed_otherwise_is_damaged(
    sqlite_url: str, opened: Open, file: Path, byte: int, value: int
) -> None:
    database = opened(sqlite_url)
    fill(database)
    whole = bytearray(made(database, file).read_bytes())
    # What the zip lists of a file begins so many bytes before its name: here are its lock and its packing.
    whole[whole.rindex(b"tables/message.jsonl") - 46 + byte] = value
    file.write_bytes(whole)

    with pytest.raises(BadBackup, match=r"hearth\.backup is damaged \(in message\)"):
        check(file, quietly)


def rewritten(file: Path, **changes: object) -> None:
    """Write a backup anew with another list of what is in it."""
    with zipfile.ZipFile(file) as old:
        members = {name: old.read(name) for name in old.namelist()}
    members["manifest.json"] = json.dumps(json.loads(members["manifest.json"]) | changes).encode()
    with zipfile.ZipFile(file, "w") as new:
        for name, content in members.items():
            new.writestr(name, content)


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"format": 2}, r"was made by a newer Hearth \(9\.0\); update this one first"),
        ({"revision": "9999"}, r"was made by a newer Hearth \(9\.0\); update this one first"),
        ({"hearth": "export"}, "is no backup of Hearth"),
        ({"tables": [{"name": "../x"}]}, "is damaged"),
        (
            {"tables": [{"name": "sqlite_master", "columns": [], "rows": 0, "sha256": ""}]},
            r"is damaged \(in sqlite_master\)",
        ),
    ],
)
def test_a_backup_of_something_else_is_refused(
    sqlite_url: str, opened: Open, file: Path, changes: dict[str, object], sentence: str
) -> None:
    made(opened(sqlite_url), file)
    rewritten(file, version="9.0", **changes)

    with pytest.raises(BadBackup, match=sentence):
        restore(opened(f"sqlite:///{file.parent / 'target.db'}"), file, quietly)


def test_tables_that_are_none_of_ours_are_refused(sqlite_url: str, opened: Open, file: Path) -> None:
    with writing(file) as archive:
        archive.table("other", [ColumnEntry(name="id", kind="number")], [[1]])
        archive.end("0.1.0", newest(), NOON)

    with pytest.raises(BadBackup, match=r"does not fit the tables of its version \(in other\)"):
        restore(opened(f"sqlite:///{file.parent / 'target.db'}"), file, quietly)


def test_a_file_that_is_not_there(target: Database, file: Path) -> None:
    with pytest.raises(BadBackup, match="There is no file"):
        restore(target, file, quietly)


def test_a_backup_of_an_older_version_is_brought_along(target: Database, file: Path) -> None:
    names = ("community", "member", "joined_at", "admitted_at", "left_at", "state", "decided_at")
    columns = [ColumnEntry(name=name, kind="time" if name.endswith("_at") else "words") for name in names]
    with writing(file) as archive:
        archive.table("welcome", columns, [[HOME, "ada", NOON, NOON, None, "welcomed", NOON]])
        archive.end("0.1.0", "0002", NOON)
    # Even where this version made its tables already.
    migrate(target)
    restore(target, file, quietly)

    with target.reading() as tx:
        [row] = tx.rows(select(table(Welcome)))
        assert (row.member, row.joined_at, row.left_at) == ("ada", NOON, None)
        assert tx.rows(select(func.count()).select_from(table(Handled)))[0][0] == 0


def test_a_database_of_an_older_version_is_not_backed_up(bare_url: str, opened: Open, file: Path) -> None:
    database = opened(bare_url)
    migrate(database, "0002")

    with pytest.raises(Unusable, match=r"is at revision 0002, and this Hearth at .*; start Hearth once"):
        made(database, file)
    assert not file.exists()


async def test_what_was_sent_after_the_backup_is_not_sent_again(
    database: Database, target: Database, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.outbox._DOUBT_PAUSE_S", 0.01)
    with database.transaction() as tx:
        enqueue(tx, [post("one"), reply("two")], Clock().now())
    made(database, file)
    sender = PretendSender()
    sender.sent = [post("one"), reply("two")]
    restore(target, file, quietly)
    engine = Engine(target, {"sandbox": sender}, Clock(), features={"greets": Greets()}, tick_every_s=3_600)
    engine.start()
    await until(lambda: {state for state, _ in outgoing(target).values()} == {"sent", "doubtful"})
    await engine.inbox.put(joined("ada"))
    await until(lambda: outgoing(target)["hello:ada"][0] == "sent")
    await engine.stop()

    assert sender.keys == ["one", "two", "hello:ada"]
    assert outgoing(target)["two"][0] == "doubtful"


def test_a_backup_can_be_read_without_hearth(database: Database, file: Path) -> None:
    fill(database)
    made(database, file)

    with zipfile.ZipFile(file) as archive:
        manifest = json.loads(archive.read("manifest.json"))
        lines = archive.read("tables/message.jsonl").decode().splitlines()
    [listed] = (each for each in manifest["tables"] if each["name"] == "message")
    columns = [each["name"] for each in listed["columns"]]
    message = dict(zip(columns, json.loads(lines[0]), strict=True))
    assert message["author"] == "ada"
    assert message["posted_at"] == "2026-03-02T12:00:00+00:00"
    assert check(file, quietly).rows == sum(table["rows"] for table in manifest["tables"])
