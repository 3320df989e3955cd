"""The one place that joins settings, storage, features and adapters."""

import asyncio
import ipaddress
import shutil
import signal
import sys
import tempfile
from collections.abc import Callable, Collection, Coroutine, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any, Protocol, runtime_checkable

from adapters.exports import NoRoom, NotAnExport, open_export
from adapters.sandbox import Broken, Sandbox
from adapters.web.asking import ask
from adapters.web.operating import add_operating
from adapters.web.pages import add_pages
from adapters.web.server import Application, CannotListen, Server, new_application
from bot import VERSION
from bot.asking import SetUp
from bot.cards import MessageRef
from bot.clock import Clock
from bot.commands import COMMANDS
from bot.communities import EXPLAINED, settings_of
from bot.core import Core
from bot.desk import OpenDesk
from bot.doctor import examine, look_at_models
from bot.engine import Engine
from bot.failures import Kept, Unsent, kept, unsent
from bot.features import FEATURES
from bot.features.digests.plans import KINDS
from bot.findings import Finding
from bot.imported import Imported, with_problems
from bot.importing import import_past, known_communities
from bot.installation import settle_in
from bot.installations import SealedInstallations
from bot.memory import Memories
from bot.pictures import draw_svg
from bot.ports import CannotUse, Hears, LanguageModel, Past, Sender
from bot.replay import Options, replay
from bot.report import Report
from bot.sealing import BadKey, Seal
from bot.settings import TOKENS, Process
from bot.suggested import Suggestions
from bot.watch import Watch
from storage import backup
from storage.archive import BadBackup, Manifest, check
from storage.condition import Unusable, current, not_made_yet
from storage.database import Database, DatabaseTrouble
from storage.versions import migrate

# Seconds until a thread that reckons lets another on: who waits for an answer waits for several of them.
_TURN_S = 0.001


class CannotStart(Exception):
    """Hearth cannot do what it was asked; the message is a sentence that says what to do."""


class Platform(Protocol):
    """An adapter, as a running Hearth starts and ends it. `prefix` is how ids of its communities begin."""

    prefix: str

    @property
    def sender(self) -> Sender:
        """What does actions there."""
        ...

    def attach(self, application: Application, inbox: Hears, address: str) -> None:
        """Hand what is heard to an inbox, and be reached at `address` through the application."""
        ...

    async def start(self) -> None:
        """Begin to hear, once everything runs."""
        ...

    async def hush(self) -> None:
        """Hear no more, and have what was heard committed."""
        ...

    async def close(self) -> None:
        """Let go, once nothing is sent any more."""
        ...

    def permalink(self, community: str, ref: MessageRef) -> str | None:
        """Return where a message can be read."""
        ...


class Connected(Platform, Protocol):
    """An adapter of a platform elsewhere, whose token has to be good."""

    async def open(self) -> None:
        """Look whether it can be used. Raises CannotUse."""
        ...

    def figures(self) -> Mapping[str, tuple[str, Callable[[], float]]]:
        """Return figures of running by their names: what each means, and how it is read."""
        ...


@runtime_checkable
class MayFallSilent(Protocol):
    """An adapter that knows when nothing can be heard of its platform."""

    def unready(self) -> str | None:
        """Return why nothing is heard now, in a sentence, or None."""
        ...


class _Played:
    """The sandbox as a platform; its application is its own."""

    prefix = "sandbox"

    def __init__(self, sandbox: Sandbox, inbox: Hears) -> None:
        self.sender = sandbox.sender
        self.permalink = sandbox.permalink
        self._sandbox = sandbox
        self._inbox = inbox

    def attach(self, application: Application, inbox: Hears, address: str) -> None:
        self._inbox = inbox

    async def start(self) -> None:
        await self._sandbox.announce(self._inbox)

    async def hush(self) -> None:
        """What people do is heard as long as it is served."""

    async def close(self) -> None:
        self._sandbox.close()


def run(process: Process, *, production: bool, say: Callable[[str], None]) -> None:
    """Run Hearth until it is told to end. Raises CannotStart."""
    if process.platforms:
        sys.setswitchinterval(_TURN_S)
        asyncio.run(run_platforms(process, Clock(), say))
        return
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
    asyncio.run(run_sandbox(process, Clock(), say))


async def run_sandbox(process: Process, clock: Clock, say: Callable[[str], None]) -> None:
    """Run Hearth in the sandbox until it is told to end. Raises CannotStart."""
    database = _open(process.database_url)
    try:
        try:
            sandbox = Sandbox(Path(process.sandbox_file), clock)
        except (Broken, OSError) as error:
            raise CannotStart(f"The sandbox cannot use {process.sandbox_file}: {error}") from error
        model = _model(process)
        engine = Engine(database, {_Played.prefix: sandbox.sender}, clock, model=model)
        application = sandbox.routes(engine.inbox, engine.heartbeat.beat)
        played = _Played(sandbox, engine.inbox)
        await _serve(process, database, engine, clock, application, [played], model, say)
    finally:
        database.close()


async def run_platforms(process: Process, clock: Clock, say: Callable[[str], None]) -> None:
    """Run Hearth on the platforms there are tokens for, until told to end. Raises CannotStart."""
    if "Slack" in process.platforms:
        # Before a database is made for what cannot be run.
        from adapters.slack import check_settings

        try:
            check_settings(process)
        except CannotUse as error:
            raise CannotStart(str(error)) from error
    database = _open(process.database_url)
    try:
        platforms = [*_platforms(process, clock, database)]
        try:
            for platform in platforms:
                await platform.open()
        except CannotUse as error:
            for platform in platforms:
                await platform.close()
            raise CannotStart(str(error)) from error
        model = _model(process)
        senders = {platform.prefix: platform.sender for platform in platforms}
        engine = Engine(database, senders, clock, model=model)
        for platform in platforms:
            for name, (means, read) in platform.figures().items():
                engine.metrics.follow(name, means, read)
        await _serve(process, database, engine, clock, new_application(), platforms, model, say)
    finally:
        database.close()


def _platforms(process: Process, clock: Clock, database: Database) -> Iterator[Connected]:
    """Give the adapters of the platforms that there is a token for, or a way to be given one."""
    # Their libraries take long to load: only those who want something of a platform are to wait for it.
    memory = Memories(database)
    if "Slack" in process.platforms:
        from adapters.slack import Slack

        yield Slack(process, clock, memory, _installations(process, database))
    if "Discord" in process.platforms:
        from adapters.discord import Commands, Discord, Offered

        offered = [Offered(command.name, command.does) for command in COMMANDS]
        commands = Commands(offered, [*EXPLAINED], [*KINDS, "everything"])
        yield Discord(process, clock, memory, commands, Suggestions(database))


def _model(process: Process) -> LanguageModel | None:
    """Return the language model that there is a key for, or an address."""
    if not process.models:
        return None
    # Few have one: nobody else is to wait for its library.
    from adapters.model import OpenAIModel

    key = process.openai_api_key
    # A server nearby wants none, and the library sends one all the same.
    secret = key.get_secret_value() if key else "none"
    return OpenAIModel(secret, process.openai_base_url, process.openai_timeout_s)


def _installations(process: Process, database: Database) -> SealedInstallations | None:
    """Return where tokens are kept, where workspaces install Hearth themselves. Raises CannotStart."""
    if process.slack_client_id is None:
        return None
    if process.encryption_key is None:
        raise CannotStart(
            "Tokens of workspaces are kept encrypted: set ENCRYPTION_KEY, and make one with python -m bot "
            "slack key."
        )
    try:
        return SealedInstallations(database, Seal(process.encryption_key.get_secret_value()))
    except BadKey as bad:
        raise CannotStart(str(bad)) from bad


async def _serve(
    process: Process,
    database: Database,
    engine: Engine,
    clock: Clock,
    application: Application,
    platforms: Sequence[Platform],
    model: LanguageModel | None,
    say: Callable[[str], None],
) -> None:
    """Serve pages and run platforms over one engine, until told to end. Raises CannotStart."""
    silent = [platform.unready for platform in platforms if isinstance(platform, MayFallSilent)]
    watch = Watch(database, engine, clock, silent)
    token = process.metrics_token
    add_operating(application, watch, token.get_secret_value() if token else None)
    server = Server(application, process.host, process.port)
    told = _told_to_end()
    by_prefix = {platform.prefix: platform for platform in platforms}

    def permalink(community: str, ref: MessageRef) -> str | None:
        platform = by_prefix.get(community.partition(":")[0])
        return None if platform is None else platform.permalink(community, ref)

    async def serve() -> None:
        await server.start()
        await asyncio.gather(*(platform.start() for platform in platforms))
        await engine.heartbeat.beat()
        say(f"Hearth is at {server.address}")

    try:
        # Before anything is said or done: with the address taken, nothing is.
        server.bind()
        address = process.public_url or server.address
        settle_in(database, address, SetUp(process.models, process.openai_tokens_a_day) if model else None)
        desk = OpenDesk(
            database,
            engine.inbox,
            clock,
            address=address,
            retry=engine.retry,
            permalink=permalink,
            draw=draw_svg,
        )
        add_pages(application, desk)
        for platform in platforms:
            platform.attach(application, engine.inbox, address)
        engine.start()
        await _until(told, serve())
    except (CannotListen, CannotUse, DatabaseTrouble) as error:
        raise CannotStart(str(error)) from error
    finally:
        # Those who ask are told so while what was begun is finished; nothing new is taken.
        watch.ending = True
        for platform in platforms:
            await platform.hush()
        await engine.stop()
        await server.stop()
        for platform in platforms:
            await platform.close()
        if model is not None:
            await model.close()


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


def import_exports(
    process: Process, paths: Sequence[Path], into: str | None, progress: Callable[[str, int, int], None]
) -> Imported:
    """Import exports into their community, or into another that is there. Raises CannotStart."""
    database = _open(process.database_url)
    try:
        with open_export(paths, progress) as past:
            return import_past(past, database, _community_for(past, database, into), Clock().now(), progress)
    except (NotAnExport, NoRoom, DatabaseTrouble) as error:
        raise CannotStart(str(error)) from error
    finally:
        database.close()


def import_slack(
    process: Process, everything: bool, into: str | None, progress: Callable[[str, int, int], None]
) -> Imported:
    """Import what was said in the channels of Slack that Hearth is in. Raises CannotStart."""
    from adapters.slack import CannotRead, read_history

    database = _open(process.database_url)
    place = (database.path.parent if database.embedded else Path("data")) / "slack-history"
    now = Clock().now()
    days = None
    if not everything:
        with database.reading() as tx:
            days = max((settings_of(tx, each).retention_days for each in known_communities(tx)), default=90)
    try:
        kept = _installations(process, database)
        folder, unread = asyncio.run(
            read_history(process, place, now, days, progress, installations=kept, community=into)
        )
        with open_export([folder], progress) as past:
            found = import_past(past, database, _community_for(past, database, into), Clock().now(), progress)
        # No copy is left of what was read.
        shutil.rmtree(place)
        return with_problems(found, unread)
    except OSError as error:
        raise CannotStart(f"What is read cannot be written to {place} ({error.strerror}).") from error
    except (CannotRead, NotAnExport, NoRoom, DatabaseTrouble) as error:
        raise CannotStart(str(error)) from error
    finally:
        database.close()


def _community_for(past: Past, database: Database, into: str | None) -> str:
    """Return the community that an export is imported into. Raises CannotStart."""
    if into is None and past.community.endswith(":unknown"):
        raise CannotStart(
            "The export does not say which community it is of; name it with --community, as slack:T0123456."
        )
    if into is None or into == past.community:
        return past.community
    with database.reading() as tx:
        there = known_communities(tx)
    if into not in there:
        known = f"there is {', '.join(there)}" if there else "there is none yet"
        raise CannotStart(
            f"There is no community {into} here ({known}); without --community the export goes into its own, "
            f"{past.community}."
        )
    return into


def retry(process: Process, only: Collection[str] = ()) -> tuple[int, int]:
    """Run again what failed; return how many succeeded and how many failed again. Raises CannotStart."""
    database = _open(process.database_url)
    try:
        return Core(database, FEATURES).retry(only)
    except DatabaseTrouble as trouble:
        raise CannotStart(str(trouble)) from trouble
    finally:
        database.close()


def failed(process: Process) -> tuple[Sequence[Kept], Sequence[Unsent]]:
    """Return what failed, of features and of actions, while Hearth runs or not. Raises CannotStart."""
    with _looking(process) as database, database.reading() as tx:
        return (kept(tx), unsent(tx)) if current(tx) else ((), ())


def doctor(process: Process) -> Iterator[Finding]:
    """Look whether Hearth can run here, and runs well."""
    return examine(process, Clock().now(), ask, _look_outside)


def _look_outside(
    process: Process, now: datetime, channels: Mapping[str, Sequence[tuple[str, str]]]
) -> Iterator[Finding]:
    if "Slack" in process.platforms:
        from adapters.slack import look_at_slack

        async def of_slack(kept: SealedInstallations | None) -> list[Finding]:
            return [finding async for finding in look_at_slack(process, now, channels, kept)]

        with ExitStack() as stack:
            kept = None
            try:
                kept = stack.enter_context(_kept_installations(process))
            except CannotStart as error:
                yield Finding("kept tokens", "wrong", str(error))
            yield from asyncio.run(of_slack(kept))
    if "Discord" in process.platforms:
        from adapters.discord import look_at_discord

        async def of_discord() -> list[Finding]:
            return [finding async for finding in look_at_discord(process, channels)]

        yield from asyncio.run(of_discord())
    if (model := _model(process)) is not None:

        async def of_models(model: LanguageModel) -> list[Finding]:
            try:
                return await look_at_models(model, process.models.values())
            finally:
                await model.close()

        yield from asyncio.run(of_models(model))


@contextmanager
def _kept_installations(process: Process) -> Iterator[SealedInstallations | None]:
    """Open where tokens of workspaces are kept, None where none can be yet. Raises CannotStart."""
    if process.slack_client_id is None or not_made_yet(process.database_url) is not None:
        yield None
        return
    with _looking(process) as database:
        with database.reading() as tx:
            there = current(tx)
        yield _installations(process, database) if there else None


def slack_manifest(address: str | None) -> Mapping[str, Any]:
    """Return the manifest of the Slack app, for a socket or for requests to an address."""
    from adapters.slack import manifest

    return manifest(address)


def back_up(process: Process, file: Path, tell: Callable[[str, int, int], None]) -> Manifest:
    """Write everything to a new file while Hearth runs or not. Raises CannotStart."""
    with _looking(process) as database:
        try:
            return backup.back_up(database, file, VERSION, Clock().now(), tell)
        except FileExistsError as error:
            raise CannotStart(f"{file} is there already, and is not written over; name another.") from error
        except OSError as error:
            raise CannotStart(f"{file} cannot be written ({error.strerror}); name another file.") from error


def restore(process: Process, file: Path, tell: Callable[[str, int, int], None]) -> Manifest:
    """Fill an empty database from a backup. Raises CannotStart."""
    try:
        # Before a database is made for what cannot be restored.
        check(file, tell)
        database = Database(process.database_url)
        try:
            database.lock()
            return backup.restore(database, file, tell)
        finally:
            database.close()
    except (DatabaseTrouble, Unusable, BadBackup) as trouble:
        raise CannotStart(str(trouble)) from trouble


@contextmanager
def _looking(process: Process) -> Iterator[Database]:
    """Open a database beside a Hearth that may run on it; there has to be one. Raises CannotStart."""
    path = not_made_yet(process.database_url)
    if path is not None:
        raise CannotStart(f"There is no database {path} yet; name yours in DATABASE_URL.")
    try:
        database = Database(process.database_url)
        try:
            yield database
        finally:
            database.close()
    except (DatabaseTrouble, Unusable, BadBackup) as trouble:
        raise CannotStart(str(trouble)) from trouble


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
