"""The doctor says what is fine, what is not and what to do, and never a secret."""

import json
import shutil
import socket
import threading
from collections.abc import Callable
from datetime import UTC, datetime
from io import StringIO
from pathlib import Path

import pytest
from pydantic import SecretStr
from rich.console import Console
from sqlalchemy import text

from adapters.model import OpenAIModel
from adapters.web.asking import ask
from bot.core import Core
from bot.doctor import examine, look_at_models
from bot.features import FEATURES
from bot.findings import Finding, show_findings
from bot.ports import Told
from bot.settings import Process
from storage.database import Database
from storage.tables import Import
from storage.versions import migrate
from tests.core.features import Breaks
from tests.core.made import found, joined, posted
from tests.fakes.pretend_model import KEY, Manner, answers, pretend_model, says, status
from tests.processes import ended, running
from tests.storage.locking import locked

Open = Callable[[str], Database]
NOW = datetime(2026, 3, 2, 13, tzinfo=UTC)


def nobody(*_: object) -> None:
    """Nobody listens there."""


def process(url: str, **given: object) -> Process:
    return Process.model_validate({"database_url": url, "port": 8080, **given})


def examined(url: str, told: Told | None = None, **given: object) -> dict[str, Finding]:
    return {
        each.about: each for each in examine(process(url, **given), NOW, lambda *_: told, lambda *_: iter(()))
    }


@pytest.fixture(autouse=True)
def elsewhere(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    for name in Process.model_fields:
        monkeypatch.delenv(name.upper(), raising=False)


def states(findings: dict[str, Finding]) -> set[str]:
    return {finding.state for finding in findings.values()}


def test_where_all_is_well(database_url: str, opened: Open) -> None:
    Core(opened(database_url), FEATURES).receive([found(), joined("ada"), posted("1", "one")])
    shown = examined(database_url)

    assert states(shown) == {"fine"}
    assert shown.keys() >= {
        "python",
        "timezones",
        "settings",
        "database",
        "tables",
        "port",
        "clock",
        "failures",
    }
    assert "sandbox:home" in shown["community"].said
    assert shown["port"].said == "Nothing listens on port 8080."


def test_before_the_first_start(bare_url: str) -> None:
    shown = examined(bare_url)

    assert states(shown) == {"fine"}
    assert "the first start makes" in (shown.get("tables") or shown["database"]).said
    assert not Path("bare.db").exists()


@pytest.mark.parametrize(
    ("name", "token", "state"),
    [
        ("slack_bot_token", "xoxb-1234-5678-abcdefgh", "fine"),
        ("slack_bot_token", "xapp-1234-5678-abcdefgh", "wrong"),
        ("slack_bot_token", "xoxb-1", "wrong"),
        ("discord_token", "MTIzNDU2Nzg5MDEyMzQ1Njc4.Gabcde.abcdefghijklmnopqrstuvwxyz", "fine"),
        ("discord_token", "abc.def.ghi", "wrong"),
        ("discord_token", "Bot MTIz", "wrong"),
        ("metrics_token", "short", "look"),
        ("metrics_token", "long enough to be safe", "fine"),
    ],
)
def test_the_shape_of_tokens(sqlite_url: str, name: str, token: str, state: str) -> None:
    shown = examined(sqlite_url, None, **{name: SecretStr(token)})

    assert shown[name.upper()].state == state
    assert all(token not in each.said + each.do for each in shown.values())


def test_the_language_model_is_named_and_its_key_is_not(sqlite_url: str) -> None:
    found = examined(
        sqlite_url,
        openai_api_key=SecretStr("sk-secret"),
        openai_base_url="http://user:pass@127.0.0.1:11434/v1",
        openai_model="small",
        openai_model_digest="large",
    )

    assert found["language model"].said == (
        "large, small at 127.0.0.1, wherever managers turn it on; nothing needs it."
    )
    assert "sk-secret" not in str(found)
    assert "language model" not in examined(sqlite_url)


@pytest.mark.parametrize(
    ("manner", "state", "said"),
    [
        (answers({"wants_an_answer": True}), "fine", "in the shape it was asked for."),
        (says("Certainly!"), "look", "small: it answered in another shape than was asked for."),
        (status(401), "look", "small: it does not take the key (401)."),
        (status(400), "look", "small: it refused the question (400)."),
    ],
)
async def test_each_language_model_is_asked_something(manner: Manner, state: str, said: str) -> None:
    async with pretend_model(manner) as served:
        model = OpenAIModel(KEY, served.address, 5)
        [found] = await look_at_models(model, ["small", "small"])
        await model.close()

    assert (found.about, found.state) == ("model", state)
    assert found.said.endswith(said)


def test_a_password_is_not_shown(sqlite_url: str) -> None:
    url = "postgresql://hearth:hunter2@127.0.0.1:1/hearth?password=hunter3"
    shown = examined(url)

    assert shown["database"].state == "wrong"
    assert "cannot be used now" in shown["database"].said
    assert "hunter" not in str(shown)


def test_what_failed_and_what_was_not_sent(database_url: str, opened: Open) -> None:
    database = opened(database_url)
    core = Core(database, {"breaks": Breaks(lambda event: True), **FEATURES})
    core.receive([found(managers_channel=None), posted("1", "one")])
    with database.connection() as connection:
        connection.execute(text("UPDATE handled SET at = at"))
        connection.commit()
    shown = examined(database_url)

    assert shown["failures"].said == "2 wait (breaks 2)."
    assert shown["community"].said.endswith("has no managers' channel.")
    assert states(shown) == {"fine", "look"}


def test_a_clock_that_is_behind(database_url: str, opened: Open) -> None:
    core = Core(opened(database_url), FEATURES)
    core.receive([found().model_copy(update={"community": "slack:T1"})])
    core.receive([posted("1", "one", minute=600).model_copy(update={"community": "slack:T1"})])

    assert examined(database_url)["clock"].state == "wrong"


def test_tables_of_an_older_version(bare_url: str, opened: Open) -> None:
    migrate(opened(bare_url), "0002")
    shown = examined(bare_url)

    assert shown["tables"].state == "look"
    assert "back up first" in shown["tables"].do


def test_a_damaged_database(sqlite_url: str, opened: Open) -> None:
    opened(sqlite_url).close()
    path = Path(sqlite_url.removeprefix("sqlite:///"))
    whole = path.read_bytes()
    path.write_bytes(whole[:20_480] + b"\xff" * (len(whole) - 20_480))
    shown = examined(sqlite_url)

    assert shown["database"].state == "wrong"
    assert "damaged" in shown["database"].said


def test_a_database_another_program_writes_to(sqlite_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("storage.database.BUSY_MS", 20)
    with locked(Path(sqlite_url.removeprefix("sqlite:///"))):
        assert "locked by another program" in str(examined(sqlite_url).values())


def test_a_hearth_that_runs(sqlite_url: str, opened: Open) -> None:
    opened(sqlite_url).lock()
    ready = Told("http://127.0.0.1:8080", True, True, "")
    stuck = Told("http://127.0.0.1:8080", True, False, "The heartbeat has stopped.")

    assert (
        examined(sqlite_url, ready)["running"].said == "Hearth runs at http://127.0.0.1:8080, and is ready."
    )
    assert examined(sqlite_url, stuck)["running"].said.endswith("is not ready: The heartbeat has stopped.")
    assert examined(sqlite_url)["running"].state == "wrong"
    assert examined(sqlite_url, Told("", False, False, ""))["port"].said.startswith("Another program answers")


def test_another_hearth_is_not_taken_for_this_one(sqlite_url: str, opened: Open) -> None:
    Core(opened(sqlite_url), FEATURES).receive([found()])
    said = examined(sqlite_url, Told("http://127.0.0.1:8080", True, True, ""))["port"]

    assert said.state == "wrong"
    assert "none runs on this database" in said.said


def test_what_was_imported_is_no_community_less(database_url: str, opened: Open) -> None:
    with opened(database_url).transaction() as tx:
        tx.put(Import, community="slack:T1", export="e", done=9, total=9, begun_at=NOW, ended_at=NOW)
    assert "slack:T1 has its past" in examined(database_url)["community"].said


def test_what_listens_and_is_no_hearth() -> None:
    def answer() -> None:
        connection, _ = listener.accept()
        with connection:
            connection.recv(1_000)
            connection.sendall(b"HTTP/1.0 200 OK\r\n\r\n<title>a page</title>")

    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
        answering = threading.Thread(target=answer)
        answering.start()
        told = ask("127.0.0.1", port, None)
        answering.join()
    assert told is not None
    assert not told.hearth
    assert ask("127.0.0.1", port, None) is None


def test_people_are_shown_signs_and_scripts_json(sqlite_url: str, capsys: pytest.CaptureFixture[str]) -> None:
    findings = [
        Finding("database", "fine", "SQLite."),
        Finding("clock", "wrong", "It is behind.", "Set it."),
        Finding("failures", "look", "2 wait.", "See them."),
    ]
    paper = StringIO()
    assert show_findings(iter(findings), Console(file=paper, width=80)) == 1
    assert [line.split() for line in paper.getvalue().splitlines()[:3]] == [
        ["✓", "database", "SQLite."],
        ["✗", "clock", "It", "is", "behind."],
        ["Set", "it."],
    ]
    assert "1 wrong, 1 worth a look." in paper.getvalue()
    assert show_findings(iter(findings[::2]), None) == 0
    assert json.loads(capsys.readouterr().out) == {
        "fine": True,
        "findings": [
            {"about": "database", "state": "fine", "said": "SQLite.", "do": ""},
            {"about": "failures", "state": "look", "said": "2 wait.", "do": "See them."},
        ],
    }


def test_it_is_asked_beside_a_hearth_that_runs(tmp_path: Path) -> None:
    with running(tmp_path) as (_, address):
        port = address.rpartition(":")[2]
        shown = ended(tmp_path, "doctor", "--json", PORT=port)
        elsewhere = ended(tmp_path, "doctor", PORT="1")
        saved = ended(tmp_path, "backup", "one.backup")
        listed = ended(tmp_path, "retry", "--list")

    assert shown.code == 0
    [about_it] = (each for each in json.loads(shown.out)["findings"] if each["about"] == "running")
    assert about_it["said"] == f"Hearth runs at {address}, and is ready."
    assert elsewhere.code == 1
    assert "nothing answers at 127.0.0.1:1" in " ".join(elsewhere.out.split())
    assert saved.out.startswith("one.backup holds ")
    assert listed.out == "Nothing has failed.\n"
    again = ended(tmp_path, "backup", "one.backup")
    assert again.sentence == "one.backup is there already, and is not written over; name another."
    refused = ended(tmp_path, "restore", "one.backup")
    assert refused.sentence == (
        "The database data/hearth.db is not empty; restore into one that is, and name it in DATABASE_URL."
    )
    shutil.rmtree(tmp_path / "data")
    restored = ended(tmp_path, "restore", "one.backup")
    assert restored.code == 0
    assert "rows are restored" in restored.out


def test_what_is_asked_without_a_database(tmp_path: Path) -> None:
    for words in (("backup", "one.backup"), ("retry", "--list")):
        shown = ended(tmp_path, *words)
        assert shown.sentence == "There is no database data/hearth.db yet; name yours in DATABASE_URL."
        assert shown.code == 1
    shown = ended(tmp_path, "restore", "gone.backup")
    assert shown.sentence == "There is no file gone.backup; name a backup."
    assert not (tmp_path / "data").exists()
