"""Logs: one event a line, with ids; no text of a member, no name and no secret, whatever goes wrong."""

import asyncio
import gc
import json
import logging
import signal
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr
from sqlalchemy import text as sql

from bot import logs
from bot.actions import Action
from bot.engine import Engine
from bot.events import Event, MessagePosted
from bot.features import FEATURES
from bot.ports import Feature, Refused
from bot.settings import Process
from storage.database import Database
from storage.transaction import Transaction
from tests.core.contents import outgoing
from tests.core.features import Greets
from tests.core.made import commanded, found, joined, later, posted
from tests.core.waiting import until
from tests.fakes.sender import PretendSender, then
from tests.processes import ended, running, spoken

CANARY = "my cat Canary's diary"
# Each is a secret somewhere in an environment.
SECRETS = ("hunter2-of-the-database", "xoxb-1234-not-a-token", "a-token-for-figures", "half.a.discord-token")

Lines = Callable[[], list[dict[str, Any]]]


@pytest.fixture
def lines(capfd: pytest.CaptureFixture[str]) -> Iterator[Lines]:
    """What was logged since it was asked last, everything and as JSON."""
    root = logging.getLogger()
    level, handlers = root.level, root.handlers[:]
    logs.configure("DEBUG", "json", SECRETS)

    def read() -> list[dict[str, Any]]:
        out, err = capfd.readouterr()
        assert out == ""
        return [json.loads(line) for line in err.splitlines()]

    yield read
    logs.configure("NOTSET")
    root.setLevel(level)
    root.handlers[:] = handlers


def events(lines: Sequence[dict[str, Any]]) -> set[str]:
    return {line["event"] for line in lines}


class Quotes:
    """A feature with a bug whose error quotes what was said, and has come from another that does."""

    def handle(self, event: Event, tx: Transaction) -> Sequence[Action]:
        if not isinstance(event, MessagePosted):
            return []
        try:
            tx.rows(sql(f"SELECT '{event.text.replace(chr(39), '')}' FROM nowhere"))
        except Exception as error:
            raise ValueError(f"cannot make sense of {event.text}") from error
        return []


class Unspeakable:
    """Nothing can be said of it."""

    def __repr__(self) -> str:
        raise ValueError(CANARY)


async def test_no_log_line_holds_what_was_said(database: Database, lines: Lines) -> None:
    failing = Greets()
    sender = PretendSender(
        {
            "hello:ada": then(RuntimeError(f"bad answer: {CANARY}"), Refused(f"no: {CANARY}")),
            "hello:bob": then(Refused(f"not to {CANARY}")),
        }
    )
    features: dict[str, Feature] = {"greets": failing, "quotes": Quotes(), **FEATURES}
    engine = Engine(database, {"sandbox": sender}, later(), features=features)
    engine.start()
    await engine.inbox.put(found())
    await engine.inbox.put(joined("ada"))
    await engine.inbox.put(joined("bob"))
    await asyncio.gather(
        *(engine.inbox.put(posted(str(n), f"{CANARY}: how do I export {n}?")) for n in range(3)),
        engine.inbox.put(commanded(f"check {CANARY}")),
    )
    await until(lambda: outgoing(database)["hello:ada"][0] == "failed")
    await engine.stop()
    written = lines()

    assert {"batch_split", "feature_failed", "action_failed", "action_refused"} <= events(written)
    assert "Canary" not in json.dumps(written)
    failed = next(line for line in written if line["event"] == "feature_failed")
    assert failed["feature"] == "quotes"
    assert failed["kind"] == "message_posted"
    assert (
        failed["error"].startswith("ValueError from OperationalError")
        or "ProgrammingError" in failed["error"]
    )
    assert any("test_logs.py" in place for place in failed["at"])
    assert {"time", "level", "event", "logger", "community", "of_event"} <= failed.keys()


async def test_what_libraries_log_loses_what_they_filled_in(lines: Lines) -> None:
    library = logging.getLogger("library")
    library.warning("could not read %s", CANARY)
    library.warning(f"could not read {CANARY}")
    library.warning(ValueError(CANARY))
    try:
        raise ValueError(CANARY)
    except ValueError:
        library.exception("it broke")

    async def breaks() -> None:
        raise ValueError(CANARY)

    left = asyncio.create_task(breaks())
    await asyncio.wait([left])
    del left
    gc.collect()
    written = lines()

    assert "Canary" not in json.dumps(written)
    assert [line.get("says") for line in written if line["logger"] == "library"] == [
        "could not read %s",
        None,
        None,
        "it broke",
    ]
    broke = next(line for line in written if line.get("says") == "it broke")
    assert broke["error"] == "ValueError"
    assert "tests/test_logs.py" in broke["from"]
    assert any(line["logger"] == "asyncio" for line in written)


def test_a_line_that_cannot_be_put_together_says_nothing_of_itself(
    lines: Lines, capfd: pytest.CaptureFixture[str]
) -> None:
    root = logging.getLogger()
    [ours] = (handler for handler in root.handlers if isinstance(handler, logs.StandardError))
    for words, filled in ((f"{CANARY} %s %s", ("too few",)), (Unspeakable(), ())):
        ours.handle(logging.LogRecord("library", logging.WARNING, __file__, 1, words, filled, None))

    assert "Canary" not in capfd.readouterr().err


def test_a_secret_is_hidden_wherever_it_stands(lines: Lines) -> None:
    log = logs.named("somewhere")
    for secret in SECRETS:
        log.warning("odd", reason=f"the server said: {secret}?", places=[secret, "here"])
    written = lines()

    assert len(written) == len(SECRETS)
    assert all(secret not in json.dumps(written) for secret in SECRETS)
    assert written[0]["reason"] == "the server said: (hidden)?"


def test_a_line_stays_one_line(lines: Lines) -> None:
    logs.named("somewhere").warning("odd", community="slack:T1\n{}\x1b[2J\u2028")
    [line] = lines()

    assert line["community"] == "slack:T1 {} [2J "


def test_text_is_for_people_and_holds_as_little(lines: Lines, capfd: pytest.CaptureFixture[str]) -> None:
    logs.configure("INFO", "text", SECRETS)
    logs.named("somewhere").info("begun", community="slack:T1", reason=SECRETS[0] + "\nand more")
    logs.named("somewhere").debug("not told")
    try:
        raise ValueError(CANARY)
    except ValueError:
        logs.named("somewhere").exception("broken")
    said = capfd.readouterr().err

    assert said.count("\n") == 2
    assert "begun" in said
    assert "slack:T1" in said
    assert "Canary" not in said
    assert SECRETS[0] not in said


@pytest.mark.parametrize(("level", "told"), [("DEBUG", True), ("INFO", False), ("ERROR", False)])
def test_libraries_tell_of_their_everyday_work_only_where_all_is_asked_for(
    lines: Lines, level: str, told: bool
) -> None:
    logs.configure(level, "json")
    logs.named("bot.tests").info("begun")
    for library in ("apscheduler.executors.default", "alembic.runtime.migration"):
        logging.getLogger(library).info("a job ran")

    assert events(lines()) == ({"begun", "library"} if told else {"begun"} if level == "INFO" else set())


def test_the_secrets_of_an_environment_are_known(monkeypatch: pytest.MonkeyPatch) -> None:
    process = Process(
        _env_file=None,
        database_url="postgresql://hearth:pass%2Fword@host/hearth?password=other",
        slack_bot_token=SecretStr("xoxb-1"),
        metrics_token=SecretStr(""),
    )

    assert set(process.secrets) == {"pass%2Fword", "pass/word", "other", "xoxb-1"}
    assert Process(_env_file=None, database_url="postgresql://[").secrets == ()


def test_a_running_hearth_writes_down_no_text_and_no_secret(tmp_path: Path) -> None:
    given = {"LOG_LEVEL": "DEBUG", "LOG_FORMAT": "json", "METRICS_TOKEN": SECRETS[2]}
    with running(tmp_path, **given) as (process, address):
        spoken(address, "/api/messages", {"as": "you", "channel": "help", "text": f"{CANARY} export?"})
        process.signal(signal.SIGTERM)
        err = process.err()
    written = [json.loads(line) for line in err.splitlines()]

    assert written
    assert "Canary" not in err
    assert all(secret not in err for secret in SECRETS)


@pytest.mark.parametrize(
    "given",
    [
        {"DATABASE_URL": f"postgresql://hearth:{SECRETS[0]}@127.0.0.1:1/hearth"},
        {"DATABASE_URL": f"postgresql://127.0.0.1:1/hearth?user=hearth&password={SECRETS[0]}"},
        {"DATABASE_URL": f"nonsense://hearth:{SECRETS[0]}@"},
        {"SLACK_BOT_TOKEN": SECRETS[1]},
        {"DISCORD_TOKEN": SECRETS[3]},
        {"METRICS_TOKEN": SECRETS[2], "PORT": "x"},
    ],
)
def test_an_environment_hearth_cannot_start_in_stays_secret(tmp_path: Path, given: dict[str, str]) -> None:
    shown = ended(tmp_path, "run", LOG_LEVEL="DEBUG", **given)

    assert shown.code == 1
    assert all(secret not in shown.out + shown.err for secret in SECRETS)
