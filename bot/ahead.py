"""Reads the language of messages before the transaction that handles them begins."""

import logging
import multiprocessing
import os
import signal
import threading
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool

from bot.events import Event, MessageEdited, MessagePosted
from bot.language.links import Link
from bot.language.messages import MessageReading, give_reading, read_message

log = logging.getLogger(__name__)

_Text = tuple[str, tuple[Link, ...]]


def read_ahead(events: Sequence[Event]) -> None:
    """Read what was said; `read_message` remembers it."""
    for event in events:
        if isinstance(event, MessagePosted | MessageEdited):
            try:
                read_message(event.text, event.links)
            except Exception:
                # Each feature that reads it again fails by itself, and is kept among the failures.
                log.exception("event %s of %s could not be read", event.id, event.community)


def read_by_another(
    batches: Iterator[tuple[Sequence[Event], bool]],
) -> Iterator[tuple[Sequence[Event], bool]]:
    """Yield batches whose language is read, each while the one before it is handled, by another process.

    With one processor, nobody else is there to read.
    """
    if (os.cpu_count() or 1) < 2:
        for batch, clocked in batches:
            read_ahead(batch)
            yield batch, clocked
        return
    # A fresh process: a fork would copy the threads' locks of this one.
    fresh = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(1, fresh, initializer=_leave_interrupts) as reader:
        before: tuple[Sequence[Event], bool, Future[list[MessageReading | None]]] | None = None
        for batch, clocked in batches:
            coming = (batch, clocked, reader.submit(_read_all, _texts(batch)))
            if before is not None:
                yield _take(before)
            before = coming
        if before is not None:
            yield _take(before)


def _take(
    read: tuple[Sequence[Event], bool, Future[list[MessageReading | None]]],
) -> tuple[Sequence[Event], bool]:
    batch, clocked, readings = read
    try:
        for (text, links), reading in zip(_texts(batch), readings.result(), strict=True):
            if reading is not None:
                give_reading(text, links, reading)
    except BrokenProcessPool:
        # The other process was killed; this one can read.
        log.warning("the process that reads ahead is gone")
    read_ahead(batch)
    return batch, clocked


def _texts(events: Sequence[Event]) -> list[_Text]:
    return [(event.text, event.links) for event in events if isinstance(event, MessagePosted | MessageEdited)]


def _leave_interrupts() -> None:
    """Leave it to the process that is read for to end both: Ctrl-C reaches either. Killed, it cannot."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_end_with_parent, daemon=True).start()


def _end_with_parent() -> None:
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
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
