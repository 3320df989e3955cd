"""The thread that owns the writing: one piece of work after another."""

import threading
from collections.abc import Callable
from concurrent.futures import Future
from queue import SimpleQueue
from typing import Any, TypeVar

Result = TypeVar("Result")


class Writer:
    """A thread that works until it is ended. It does not keep the process from ending."""

    def __init__(self) -> None:
        self._waiting: SimpleQueue[tuple[Callable[[], Any], Future[Any]] | None] = SimpleQueue()
        self._thread: threading.Thread | None = None
        self._ended = False

    def submit(self, work: Callable[[], Result]) -> Future[Result]:
        """Have work done; work whose future is cancelled before its turn is left out."""
        if self._ended:
            raise RuntimeError("the writer has ended")
        if self._thread is None:
            self._thread = threading.Thread(target=self._run, name="writer", daemon=True)
            self._thread.start()
        done: Future[Result] = Future()
        self._waiting.put((work, done))
        return done

    def end(self, patience_s: float) -> bool:
        """Finish what waits; return whether that was done in time."""
        self._ended = True
        if self._thread is None:
            return True
        self._waiting.put(None)
        self._thread.join(patience_s)
        return not self._thread.is_alive()

    def _run(self) -> None:
        while (waiting := self._waiting.get()) is not None:
            work, done = waiting
            if not done.set_running_or_notify_cancel():
                continue
            try:
                result = work()
            except BaseException as error:
                done.set_exception(error)
            else:
                done.set_result(result)
            # What was done is not held on to while nothing waits.
            del waiting, work, done
