"""Another process reads what was said, while this one handles what came before."""

import os
from collections.abc import Callable
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from typing import Any

import pytest

from bot.ahead import read_by_another
from bot.events import Event
from bot.language import messages
from bot.language.messages import read_message
from bot.language.questions import read_question
from tests.core.made import posted

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
    told = list(read_by_another(iter(BATCHES)))
    assert told == BATCHES
    monkeypatch.undo()
    given = read_message("How do I open board 12?", ())
    read_message.cache_clear()
    assert given == read_message("How do I open board 12?", ())


def test_nothing_is_lost_when_the_reader_is_killed(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(self: ProcessPoolExecutor, work: Callable[..., Any], *args: Any) -> Future[Any]:
        future: Future[Any] = Future()
        future.set_exception(BrokenProcessPool("killed"))
        return future

    monkeypatch.setattr(os, "cpu_count", lambda: 2)
    monkeypatch.setattr(ProcessPoolExecutor, "submit", broken)
    assert list(read_by_another(iter(BATCHES))) == BATCHES


def test_alone_it_reads_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "cpu_count", lambda: 1)
    assert list(read_by_another(iter(BATCHES))) == BATCHES
