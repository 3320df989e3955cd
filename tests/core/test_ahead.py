"""Another process reads what was said, while this one handles what came before."""

import multiprocessing
import os
import signal
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from bot.ahead import read_by_another
from bot.events import Event
from bot.language import messages
from bot.language.messages import read_message
from bot.language.questions import read_question
from tests.core.made import posted

# So many that another process is worth its start.
MANY = 1_000_000
ROOT = Path(__file__).parents[2]
BATCHES: list[tuple[list[Event], bool]] = [
    (
        [posted(f"{batch}{place}", f"How do I open board {batch}{place} again?") for place in range(3)],
        batch > 0,
    )
    for batch in range(4)
]


@pytest.fixture(autouse=True)
def nothing_remembered() -> None:
    read_message.cache_clear()
    read_question.forget()


def cannot_read(*_: object, **__: object) -> None:
    raise AssertionError("this process was to have no reading to do")


def test_batches_come_in_order_and_are_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "cpu_count", lambda: 2)
    monkeypatch.setattr(messages, "judge", cannot_read)
    told = list(read_by_another(iter(BATCHES), MANY))
    assert told == BATCHES
    monkeypatch.undo()
    given = read_message("How do I open board 12?", ())
    read_message.cache_clear()
    assert given == read_message("How do I open board 12?", ())


def test_nothing_is_lost_when_the_reader_is_killed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "cpu_count", lambda: 2)
    told = []
    for batch in read_by_another(iter(BATCHES), MANY):
        told.append(batch)
        for reader in multiprocessing.active_children():
            reader.kill()
            reader.join()
    assert told == BATCHES


def test_what_was_given_and_not_asked_for_is_let_go(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "cpu_count", lambda: 2)
    same: list[tuple[list[Event], bool]] = [([posted(f"{number}", "thanks!")], True) for number in range(9)]
    assert list(read_by_another(iter(same), MANY)) == same
    assert not messages._given


def test_what_another_read_is_not_read_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "cpu_count", lambda: 2)
    texts = [f"how do I export board {number}?" for number in range(3)]
    for _ in read_by_another(iter([([posted(text, text) for text in texts], True)]), MANY):
        monkeypatch.setattr(read_question, "_read", cannot_read)
        assert [read_question(text, starts=False).probability > 0.5 for text in texts] == [True] * 3


def test_the_reader_ends_with_a_process_that_is_killed() -> None:
    script = (
        "import multiprocessing, os, signal\n"
        "from bot.ahead import read_by_another\n"
        "from tests.core.test_ahead import BATCHES, MANY\n"
        "if __name__ == '__main__':\n"
        "    os.cpu_count = lambda: 2\n"
        "    batches = read_by_another(iter(BATCHES), MANY)\n"
        "    next(batches)\n"
        "    print([child.pid for child in multiprocessing.active_children()][0], flush=True)\n"
        "    os.kill(os.getpid(), signal.SIGKILL)\n"
    )
    with tempfile.NamedTemporaryFile("w", suffix=".py") as file:
        file.write(script)
        file.flush()
        environment = {**os.environ, "PYTHONPATH": str(ROOT)}
        # Its standard output ends when the last process that holds it has ended: the reader too.
        ended = subprocess.run(
            [sys.executable, file.name], env=environment, stdout=subprocess.PIPE, timeout=60, check=False
        )
    assert ended.returncode == -signal.SIGKILL
    assert ended.stdout.strip().isdigit()


def test_alone_it_reads_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "cpu_count", lambda: 1)
    assert list(read_by_another(iter(BATCHES), MANY)) == BATCHES


def test_little_it_reads_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "cpu_count", lambda: 2)
    for batch in read_by_another(iter(BATCHES), 12):
        assert batch in BATCHES
        assert not multiprocessing.active_children()
