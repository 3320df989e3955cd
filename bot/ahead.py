"""Reads the language of messages before the transaction that handles them begins."""

import multiprocessing
import os
import signal
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from datetime import UTC, datetime
from multiprocessing import connection

from bot.events import Event, MessageEdited, MessagePosted
from bot.language.linker.reader import Linker
from bot.language.links import Link
from bot.language.messages import MessageReading, forget_given, give_reading, read_message
from bot.language.parents import Said
from bot.language.replied import waiting
from bot.logs import named

log = named(__name__)

# Another process takes as long to start as so many events take.
_WORTH_ANOTHER = 5_000

_Text = tuple[str, tuple[Link, ...]]
_Coming = tuple[Sequence[Event], bool, Future[list[MessageReading | None]]]


def read_ahead(events: Sequence[Event], hurry: Callable[[int], bool] = lambda left: False) -> None:
    """Read what was said, unless there is `hurry` in between; `read_message` remembers it."""
    for number, event in enumerate(events):
        if hurry(len(events) - number):
            return
        if isinstance(event, MessagePosted | MessageEdited):
            try:
                read_message(event.text, event.links)
            except Exception:
                # Each feature that reads it again fails by itself, and is kept among the failures.
                log.exception("event_not_read", community=event.community, of_event=event.id)


def get_ready() -> None:
    """Load what reading takes before somebody waits for it: the first message takes a quarter of a second.

    Raise ModelUnreadable where weights are damaged.
    """
    first = Said("", "", datetime(2000, 1, 1, tzinfo=UTC), "")
    Linker().read([first])
    waiting("", [first], [], {}, first.at)


def read_by_another(
    batches: Iterator[tuple[Sequence[Event], bool]], events: int
) -> Iterator[tuple[Sequence[Event], bool]]:
    """Yield batches whose language is read, each while the one before it is handled, by another process.

    There are so many `events` in all. For few another process is not worth its start, and with one processor
    nobody else is there to read.
    """
    if events <= _WORTH_ANOTHER or (os.cpu_count() or 1) < 2:
        for batch, clocked in batches:
            read_ahead(batch)
            yield batch, clocked
        return
    # A fresh process: a fork would copy the threads' locks of this one.
    fresh = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(1, fresh, initializer=_end_with_parent) as reader:
        before: _Coming | None = None
        for batch, clocked in batches:
            coming = (batch, clocked, _begin(reader, batch))
            if before is not None:
                yield _take(before)
            before = coming
        if before is not None:
            yield _take(before)


def _begin(reader: ProcessPoolExecutor, batch: Sequence[Event]) -> Future[list[MessageReading | None]]:
    """Have a batch read; where the reader is gone, that is said when its readings are asked for."""
    try:
        return reader.submit(_read_all, _texts(batch))
    except BrokenProcessPool as error:
        failed: Future[list[MessageReading | None]] = Future()
        failed.set_exception(error)
        return failed


def _take(coming: _Coming) -> tuple[Sequence[Event], bool]:
    batch, clocked, readings = coming
    try:
        for (text, links), reading in zip(_texts(batch), readings.result(), strict=True):
            if reading is not None:
                give_reading(text, links, reading)
    except BrokenProcessPool:
        # The other process was killed, as where memory is short; this one can read.
        log.warning("reader_gone")
    read_ahead(batch)
    forget_given()
    return batch, clocked


def _texts(events: Sequence[Event]) -> list[_Text]:
    return [(event.text, event.links) for event in events if isinstance(event, MessagePosted | MessageEdited)]


def _end_with_parent() -> None:
    """Leave Ctrl-C to the process that is read for, and end when that has ended, however it did."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    parent = multiprocessing.parent_process()
    if parent is not None:
        threading.Thread(target=_outlive, args=(parent.sentinel,), daemon=True).start()


def _outlive(sentinel: int) -> None:
    connection.wait([sentinel])
    os._exit(0)


def _read_all(texts: Sequence[_Text]) -> list[MessageReading | None]:
    """Return what is read of each text; None where that fails, which `read_ahead` will report."""
    readings: list[MessageReading | None] = []
    for text, links in texts:
        try:
            readings.append(read_message(text, links))
        except Exception:
            readings.append(None)
    return readings
