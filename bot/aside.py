"""Asks what may hang, as a database, without hanging with it."""

import asyncio
import threading
from collections.abc import Callable
from contextlib import suppress
from typing import Generic, TypeVar

Result = TypeVar("Result")


class Aside(Generic[Result]):
    """Work that may hang, done in a thread of its own; who asks waits for `patience_s` at most.

    While it hangs, whoever asks next waits for the same work: no second thread is lost to it. The thread does
    not keep the process from ending.
    """

    def __init__(self, name: str, work: Callable[[], Result], patience_s: float) -> None:
        self._name = name
        self._work = work
        self._patience_s = patience_s
        self._asked: asyncio.Future[Result] | None = None

    async def answer(self) -> Result:
        """Return what the work returned, or raise what it raised. Raises TimeoutError."""
        if self._asked is None or self._asked.done():
            self._asked = self._begin()
        async with asyncio.timeout(self._patience_s):
            return await asyncio.shield(self._asked)

    def _begin(self) -> asyncio.Future[Result]:
        loop = asyncio.get_running_loop()
        asked: asyncio.Future[Result] = loop.create_future()
        # Whoever asked may have gone by the time it fails.
        asked.add_done_callback(lambda done: done.cancelled() or done.exception())

        def tell(result: Result | None, error: Exception | None) -> None:
            if asked.done():
                return
            if error is not None:
                asked.set_exception(error)
            else:
                asked.set_result(result)  # type: ignore[arg-type]  # without an error it is a result

        def run() -> None:
            result, failed = None, None
            try:
                result = self._work()
            except Exception as error:
                failed = error
            # Once the loop has ended nobody waits.
            with suppress(RuntimeError):
                loop.call_soon_threadsafe(tell, result, failed)

        threading.Thread(target=run, name=self._name, daemon=True).start()
        return asked
