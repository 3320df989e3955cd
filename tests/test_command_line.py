"""`python -m bot`: every command helps, an error is one sentence, and exit codes say how it ended."""

import gc
import json
import signal
import socket
import subprocess
import sys
import urllib.request
from collections.abc import Callable
from pathlib import Path

import pytest

from bot import command_line
from bot.language.linker.reader import trained
from bot.settings import Process
from tests.exports.made import MadeSlack
from tests.processes import PATIENCE_S, Ended, ended, environment, get, running

COMMANDS = ("run", "replay", "import", "check", "retry", "doctor", "backup", "restore")
# Those that are about one platform.
GROUPS = ("slack",)
WITHIN = ("slack manifest", "slack key")
SALESY = "Last chance: 20% off, buy now → https://example.com/?utm_source=x\n"


@pytest.fixture
def hearth(
    monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str], tmp_path: Path
) -> Callable[..., Ended]:
    """Runs a command in a folder of its own."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "100")

    def run(*words: str, **environment: str) -> Ended:
        for name, value in environment.items():
            monkeypatch.setenv(name, value)
        monkeypatch.setattr(sys, "argv", ["bot", *words])
        with pytest.raises(SystemExit) as ended:
            command_line.main()
        assert isinstance(ended.value.code, int)
        return Ended(ended.value.code, *capfd.readouterr())

    return run


# Running.


def test_what_a_start_loads_is_not_looked_through_again(
    hearth: Callable[..., Ended], monkeypatch: pytest.MonkeyPatch
) -> None:
    def started(process: Process, *, production: bool, say: Callable[[str], None]) -> None:
        assert gc.get_freeze_count() == 0
        say("It runs.")
        # It stays so while it runs.
        assert gc.get_freeze_count() > 10_000

    monkeypatch.setattr("bot.compose.run", started)
    gc.unfreeze()
    try:
        assert hearth("run") == Ended(0, "It runs.\n", "")
    finally:
        # As it is for all tests.
        gc.freeze()


def test_it_does_not_start_with_weights_that_cannot_be_read(
    hearth: Callable[..., Ended], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    weights = tmp_path / "links.npz"
    weights.write_bytes(b"half of it")
    monkeypatch.setattr("bot.language.linker.reader.FILE", weights)
    trained.cache_clear()
    try:
        shown = hearth("run")
    finally:
        trained.cache_clear()
    assert (shown.code, shown.out) == (1, "")
    assert "links.npz is damaged" in shown.err
    assert "install Hearth again" in shown.err


# Help.


def test_without_a_command_the_help_is_shown(hearth: Callable[..., Ended]) -> None:
    shown = hearth()

    assert shown.code == 2
    assert shown.err == ""
    for command in (*COMMANDS, *GROUPS):
        assert f" {command} " in shown.out
    assert hearth("--help").out.strip() == shown.out.strip()


@pytest.mark.parametrize("command", [*COMMANDS, *WITHIN])
def test_every_command_has_help_with_an_example(hearth: Callable[..., Ended], command: str) -> None:
    shown = hearth(*command.split(), "--help")

    assert shown.code == 0
    assert "Example: " in shown.out
    assert f"python -m bot {command}" in shown.out.partition("Example: ")[2]


def test_no_command_is_without_a_test_of_its_help() -> None:
    named = {
        command.name or command.callback.__name__
        for command in command_line.app.registered_commands
        if command.callback
    }

    within = {
        f"{group.typer_instance.info.name} {command.name}"
        for group in command_line.app.registered_groups
        if group.typer_instance
        for command in group.typer_instance.registered_commands
    }

    assert named == set(COMMANDS)
    assert within == set(WITHIN)


# Errors.


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (("nope",), "No such command 'nope'; see python -m bot --help."),
        (("replay",), "Missing argument 'EXPORT'; see python -m bot replay --help."),
        (
            ("run", "--prod"),
            "No such option: --prod (Possible options: --production); see python -m bot run --help.",
        ),
        (
            ("check", "--threshold", "2", "draft.txt"),
            "--threshold: it has to be a number between 0 and 1.",
        ),
        (("replay", "--digest", "daily", "export.zip"), '--digest: "daily" is neither weekly nor off.'),
        (
            ("replay", "--limit", "soon", "export.zip"),
            '--limit: "soon" is no length of time; write "90m", "4h" or "2d".',
        ),
        (
            ("replay", "--timezone", "Mars", "export.zip"),
            '--timezone: "Mars" is no timezone; write one as "Europe/Berlin" or "America/New_York".',
        ),
        (
            ("replay", "--salesy-threshold", "2", "export.zip"),
            "--salesy-threshold: it has to be a number between 0 and 1.",
        ),
        (
            ("replay", "--json", "nowhere/report.json", "export.zip"),
            "nowhere/report.json cannot be written (No such file or directory); name another file.",
        ),
        (
            ("check", "gone.txt"),
            "There is no file gone.txt. Give the path of the draft, or - to read it from standard input.",
        ),
    ],
)
def test_what_is_asked_wrongly_is_said_in_a_sentence_and_ends_with_2(
    hearth: Callable[..., Ended], words: tuple[str, ...], sentence: str
) -> None:
    shown = hearth(*words)

    assert shown.sentence == sentence
    assert shown.code == 2


@pytest.mark.parametrize(
    ("environment", "sentence"),
    [
        ({"PORT": "http"}, "PORT in the environment has to be a number from 0 to 65535; see .env.example."),
        ({"PORT": "70000"}, "PORT in the environment has to be a number from 0 to 65535; see .env.example."),
        (
            {"LOG_LEVEL": "loud"},
            "LOG_LEVEL in the environment has to be DEBUG, INFO, WARNING or ERROR; see .env.example.",
        ),
        (
            {"DATABASE_URL": "mysql://localhost/hearth"},
            "DATABASE_URL is no database Hearth knows; write sqlite:///data/hearth.db or "
            "postgresql://user:password@host/name.",
        ),
        (
            {"HOST": "0.0.0.0"},
            "The sandbox lets anybody be anybody, so it listens on this machine only: "
            "HOST is 0.0.0.0, set it to 127.0.0.1.",
        ),
        (
            {"SLACK_BOT_TOKEN": "xoxb-made"},
            "Slack has no way to tell Hearth anything: set SLACK_APP_TOKEN for a socket, or "
            "SLACK_SIGNING_SECRET where Slack calls https://…/slack/events; see docs/slack.md.",
        ),
    ],
)
def test_an_environment_hearth_cannot_run_in_is_told_in_a_sentence(
    hearth: Callable[..., Ended], environment: dict[str, str], sentence: str
) -> None:
    shown = hearth("run", **environment)

    assert shown.sentence == sentence
    assert shown.code == 1
    assert not Path("data").exists()


def test_production_without_tokens_names_them(hearth: Callable[..., Ended]) -> None:
    shown = hearth("run", "--production")

    assert "set SLACK_BOT_TOKEN or DISCORD_TOKEN in the environment" in shown.sentence
    assert shown.code == 1


def test_a_setting_is_read_from_a_file_too(hearth: Callable[..., Ended], tmp_path: Path) -> None:
    (tmp_path / ".env").write_text("HOST=example.com\n")
    assert "HOST is example.com" in hearth("run").sentence
    (tmp_path / ".env").write_bytes(b"\xff\xfe\x00")

    assert hearth("run").sentence == "The file .env cannot be read as text; write it anew from .env.example."


def test_what_is_no_export_is_said(hearth: Callable[..., Ended], tmp_path: Path) -> None:
    (tmp_path / "holiday.json").write_text('{"photos": []}')
    shown = hearth("replay", "holiday.json")

    assert shown.sentence.startswith("holiday.json is neither a Slack export")
    assert shown.code == 1
    assert hearth("replay", "gone.zip").code == 1


def test_a_bug_of_our_own_ends_with_70_and_asks_to_be_told(
    hearth: Callable[..., Ended], monkeypatch: pytest.MonkeyPatch
) -> None:
    def break_down(*_: object) -> int:
        raise RuntimeError("a bug")

    monkeypatch.setattr(command_line, "run_check", break_down)
    shown = hearth("check", "draft.txt")

    assert shown.code == 70
    assert shown.err.endswith("Something is wrong in Hearth itself (RuntimeError); please report it.\n")


# check.


@pytest.mark.parametrize(
    ("draft", "code", "verdict"),
    [
        ("How do I export to CSV?", 0, "fine"),
        ("Hello everyone! We are happy to announce version 2.4, join us for a demo.", 0, "broadcast"),
        (SALESY, 1, "salesy"),
    ],
)
def test_check_tells_scripts_by_its_exit_code(tmp_path: Path, draft: str, code: int, verdict: str) -> None:
    shown = ended(tmp_path, "check", "--json", stdin=draft)

    assert shown.code == code
    assert json.loads(shown.out)["verdict"] == verdict
    assert shown.err == ""


def test_nobody_reading_on_is_no_error(tmp_path: Path) -> None:
    (tmp_path / "draft.txt").write_text(SALESY * 2_000)
    process = subprocess.Popen(
        [sys.executable, "-m", "bot", "check", "--json", "draft.txt"],
        cwd=tmp_path,
        env=environment({}),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    with process:
        assert process.stdout is not None
        assert process.stdout.readline() == "{\n"
        process.stdout.close()
        assert process.stderr is not None
        assert process.stderr.read() == ""
    assert process.returncode in (1, 141)


# replay.


def test_replay_shows_people_and_tells_scripts(hearth: Callable[..., Ended], tmp_path: Path) -> None:
    made = MadeSlack()
    made.says("ada", "How do I export my boards to CSV?")
    export = made.zip(tmp_path)
    shown = hearth("replay", str(export), "--json", "report.json")

    assert (shown.code, shown.err) == (0, "")
    assert "What Hearth would have done" in shown.out
    report = json.loads((tmp_path / "report.json").read_text())
    assert report["messages"] == 1

    alone = hearth("replay", str(export), "--json", "-")
    assert json.loads(alone.out).keys() == report.keys()


def test_a_replay_that_fails_leaves_an_old_report_alone(hearth: Callable[..., Ended], tmp_path: Path) -> None:
    (tmp_path / "report.json").write_text("the old one")
    assert hearth("replay", "gone.zip", "--json", "report.json").code == 1

    assert (tmp_path / "report.json").read_text() == "the old one"
    assert hearth("replay", "gone.zip", "--json", "new.json").code == 1
    assert not (tmp_path / "new.json").exists()


# import.


def test_import_shows_people_and_tells_scripts(hearth: Callable[..., Ended], tmp_path: Path) -> None:
    made = MadeSlack()
    made.says("ada", "How do I export my boards to CSV?")
    export = made.zip(tmp_path)
    shown = hearth("import", str(export), "--json", "summary.json")

    assert (shown.code, shown.err) == (0, "")
    assert "Imported; nothing was sent" in shown.out
    assert json.loads((tmp_path / "summary.json").read_text())["messages"] == 1
    again = hearth("import", str(export))
    assert "nothing was changed" in again.out


def test_import_names_the_communities_that_are_there(hearth: Callable[..., Ended], tmp_path: Path) -> None:
    made = MadeSlack()
    made.says("ada", "Good morning!")
    shown = hearth("import", str(made.zip(tmp_path)), "--community", "sandbox:home")

    assert shown.sentence == (
        "There is no community sandbox:home here (there is none yet); without --community the export goes "
        "into its own, slack:T0MADE."
    )
    assert shown.code == 1


def test_an_export_of_an_unknown_community_needs_its_name(
    hearth: Callable[..., Ended], tmp_path: Path
) -> None:
    made = MadeSlack()
    made.users.clear()
    made.says("ada", "Good morning!")
    shown = hearth("import", str(made.zip(tmp_path)))

    assert shown.sentence.startswith("The export does not say which community it is of; name it with")
    assert shown.code == 1


# retry.


def test_retry_says_that_nothing_has_failed(hearth: Callable[..., Ended]) -> None:
    shown = hearth("retry")

    assert (shown.code, shown.out, shown.err) == (0, "Nothing has failed.\n", "")


# run.


def test_run_says_one_line_serves_and_ends_cleanly_when_told_to(tmp_path: Path) -> None:
    with running(tmp_path) as (process, address):
        assert address.startswith("http://127.0.0.1:")
        assert get(f"{address}/healthz") == (200, '{"status": "ok"}')
        status, page = get(f"{address}/")
        assert status == 200
        assert "<title>" in page
        # A page that is open listens on, and is not waited for.
        with urllib.request.urlopen(f"{address}/api/stream?as=you", timeout=PATIENCE_S):
            process.signal(signal.SIGTERM)
            assert process.wait() == 0
        assert process.out.read() == ""
        assert process.err() == ""


def test_run_ends_with_control_c_too(tmp_path: Path) -> None:
    with running(tmp_path) as (process, _):
        process.signal(signal.SIGINT)
        assert process.wait() == 0


def test_what_was_there_is_there_after_a_restart(tmp_path: Path) -> None:
    for _ in range(2):
        with running(tmp_path) as (process, address):
            assert get(f"{address}/healthz")[0] == 200
            process.signal(signal.SIGTERM)
            assert process.wait() == 0
    assert (tmp_path / "data" / "hearth.db").exists()
    assert len((tmp_path / "data" / "sandbox.jsonl").read_text().splitlines()) > 1


def test_a_taken_port_is_told_in_a_sentence(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        shown = ended(tmp_path, "run", PORT=port)

    assert (
        shown.sentence == f"Port {port} on 127.0.0.1 is taken; end what runs there, or set PORT to another."
    )
    assert shown.code == 1


def test_two_on_one_database_are_one_too_many(tmp_path: Path) -> None:
    with running(tmp_path):
        shown = ended(tmp_path, "run")
        again = ended(tmp_path, "retry")
        past = ended(tmp_path, "import", "export.zip")

    assert shown.sentence == (
        "Another Hearth runs on data/hearth.db; end it first, or give this one its own DATABASE_URL."
    )
    assert past.sentence == shown.sentence
    assert (shown.code, again.code, past.code) == (1, 1, 1)
