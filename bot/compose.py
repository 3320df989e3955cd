"""The one place that joins settings, storage, features and adapters."""

import asyncio
import ipaddress
import logging
import signal
import tempfile
from collections.abc import Callable, Coroutine, Sequence
from pathlib import Path
from typing import Any

from adapters.exports import NoRoom, NotAnExport, open_export
from adapters.sandbox import Broken, Sandbox
from adapters.web.pages import add_pages
from adapters.web.server import CannotListen, Server
from bot.clock import Clock
from bot.core import Core
from bot.desk import OpenDesk
from bot.engine import Engine
from bot.features import FEATURES
from bot.installation import settle_in
from bot.pictures import draw_svg
from bot.replay import Options, replay
from bot.report import Report
from bot.settings import TOKENS, Process
from storage.database import Database, DatabaseTrouble
from storage.versions import migrate

log = logging.getLogger(__name__)


class CannotStart(Exception):
    """Hearth cannot do what it was asked; the message is a sentence that says what to do."""


def run(process: Process, *, production: bool, say: Callable[[str], None]) -> None:
    """Run Hearth until it is told to end. Raises CannotStart."""
    if process.platforms:
        names = " and ".join(process.platforms)
        raise CannotStart(
            f"There is a token for {names}, and this version of Hearth has no adapter for it yet; "
            "run it without the token to try the sandbox."
        )
    if production:
        raise CannotStart(
            f"Hearth in production needs a platform: set {' or '.join(TOKENS)} in the environment. "
            "The sandbox is only for trying it out: make run."
        )
    if not _is_loopback(process.host):
        raise CannotStart(
            f"The sandbox lets anybody be anybody, so it listens on this machine only: HOST is "
            f"{process.host}, set it to 127.0.0.1."
        )
    asyncio.run(_run_sandbox(process, say))


async def _run_sandbox(process: Process, say: Callable[[str], None]) -> None:
    clock = Clock()
    database = _open(process.database_url)
    try:
        try:
            sandbox = Sandbox(Path(process.sandbox_file), clock)
        except (Broken, OSError) as error:
            raise CannotStart(f"The sandbox cannot use {process.sandbox_file}: {error}") from error
        engine = Engine(database, {"sandbox": sandbox.sender}, clock)
        routes = sandbox.routes(engine.inbox, engine.heartbeat.beat)
        server = Server(routes, process.host, process.port, engine.unwell)
        told = _told_to_end()

        async def serve() -> None:
            await sandbox.announce(engine.inbox)
            await engine.heartbeat.beat()
            await server.start()
            say(f"Hearth is at {server.address}")

        try:
            # Before anything is said or done: with the address taken, nothing is.
            server.bind()
            address = process.public_url or server.address
            settle_in(database, address)
            desk = OpenDesk(
                database,
                engine.inbox,
                clock,
                address=address,
                retry=engine.retry,
                permalink=sandbox.permalink,
                draw=draw_svg,
            )
            add_pages(routes, desk)
            engine.start()
            await _until(told, serve())
        except (CannotListen, DatabaseTrouble) as error:
            raise CannotStart(str(error)) from error
        finally:
            await server.stop()
            await engine.stop()
            sandbox.close()
    finally:
        database.close()


def replay_exports(
    paths: Sequence[Path], options: Options, progress: Callable[[str, int, int], None]
) -> Report:
    """Replay exports and report what Hearth would have done. Raises CannotStart."""
    try:
        with (
            open_export(paths, progress) as past,
            tempfile.TemporaryDirectory(prefix="hearth-replay-") as folder,
        ):
            # What a crash would lose here can be made again from the export.
            database = Database(f"sqlite:///{folder}/replay.db", synchronous="OFF")
            try:
                migrate(database)
                return replay(past, database, options, progress)
            finally:
                database.close()
    except (NotAnExport, NoRoom, DatabaseTrouble) as error:
        raise CannotStart(str(error)) from error


def retry(process: Process) -> tuple[int, int]:
    """Run again what failed; return how many succeeded and how many failed again. Raises CannotStart."""
    database = _open(process.database_url)
    try:
        return Core(database, FEATURES).retry()
    except DatabaseTrouble as trouble:
        raise CannotStart(str(trouble)) from trouble
    finally:
        database.close()


async def _until(told: asyncio.Event, work: Coroutine[Any, Any, None]) -> None:
    """Do the work and stay until told to end; when told earlier, leave the work."""
    working, ending = asyncio.create_task(work), asyncio.create_task(told.wait())
    try:
        await asyncio.wait((working, ending), return_when=asyncio.FIRST_COMPLETED)
        if working.done():
            working.result()
            await ending
    finally:
        working.cancel()
        ending.cancel()
        await asyncio.gather(working, ending, return_exceptions=True)


def _open(url: str) -> Database:
    """Open a database for this process alone, with its tables as this version wants them."""
    try:
        database = Database(url)
        try:
            database.lock()
            migrate(database)
        except BaseException:
            database.close()
            raise
    except DatabaseTrouble as trouble:
        raise CannotStart(str(trouble)) from trouble
    return database


def _is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _told_to_end() -> asyncio.Event:
    told = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, told.set)
    return told
