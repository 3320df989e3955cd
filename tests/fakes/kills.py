"""Kills a running engine at drawn moments, again and again, and lets it come to rest in the end."""

import asyncio
import os
import signal
import sys
from asyncio.subprocess import PIPE, Process
from collections import Counter
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from random import Random

from bot.clock import stopwatch
from bot.events import CommandGiven, Event
from storage.database import Database
from tests.core.made import HOME, found
from tests.core.script import MEMBERS, Script, channels
from tests.fakes.account import Account, account, settled
from tests.fakes.pretend_platform import Moment, PretendPlatform

# Nothing here takes long; on a machine that is very busy it may.
PATIENCE_S = 120.0
# Long past, so that whatever the talk has fall due is due.
_LONG_AGO = datetime(2020, 1, 6, 9, tzinfo=UTC)
# So many things happen in each life, and about one in so many of them is a command.
_LEAST, _MOST = 4, 14
_ONE_COMMAND_IN = 6
_COMMANDS = ("help", "status", "questions", "check Join our launch! 50% off today", "statsu", "health")
# A life ends by the clock, from its very start on, or at one of the first moments of a kind, or, if that
# does not come, at last.
_BY_CLOCK = 0.3
_LONGEST_S = 0.5
_MOMENTS: tuple[Moment, ...] = ("told", "acknowledged", "asked", "done", "done")
_LATEST_MOMENT = 10
_AT_LAST_S = 0.7
_LOOK_AGAIN_S = 0.02
# Rounds of starting and ending until nothing is left to do: one, and some for what falls due meanwhile.
_MOST_ROUNDS = 5
_ROOT = Path(__file__).parents[2]


class Died(Exception):
    """The engine ended without being killed."""


class Talk:
    """Made talk without an end, with commands in between."""

    def __init__(self, draw: Random) -> None:
        self._draw = draw
        self._script = Script(draw.randrange, _LONG_AGO)
        self.told: list[Event] = []

    def begin(self) -> list[Event]:
        """Return how it begins: what the community is."""
        return self._kept([found(), *channels(_LONG_AGO)])

    def go_on(self) -> list[Event]:
        """Return what happens next."""
        events: list[Event] = []
        for _ in range(self._draw.randint(_LEAST, _MOST)):
            if self._draw.randrange(_ONE_COMMAND_IN):
                events += self._script.happen(1)
            else:
                events.append(self._command(len(self.told) + len(events)))
        return self._kept(events)

    def _command(self, number: int) -> CommandGiven:
        member = self._draw.choice(MEMBERS)
        return CommandGiven(
            id=f"command{number}",
            community=HOME,
            at=self._script.now,
            channel="general",
            member=member,
            name=member.title(),
            admin=member == "dan",
            text=self._draw.choice(_COMMANDS),
            interaction=f"command{number}",
        )

    def _kept(self, events: list[Event]) -> list[Event]:
        self.told += events
        return events


class Lives:
    """Starts the engine in a process of its own, and ends it."""

    def __init__(self, platform: PretendPlatform, database_url: str, *options: str) -> None:
        self._platform = platform
        self._arguments = (platform.url, database_url, *options)
        self._parent: Process | None = None
        self._child: int | None = None

    async def begin(self) -> None:
        """Start the engine; what is needed for it is loaded the first time."""
        if self._parent is None:
            self._parent = await asyncio.create_subprocess_exec(
                *(sys.executable, "-m", "tests.fakes.kill_child", *self._arguments),
                stdin=PIPE,
                stdout=PIPE,
                cwd=_ROOT,
            )
        self._platform.connected.clear()
        assert self._parent.stdin is not None
        self._parent.stdin.write(b"\n")
        self._child = await self._read()

    def kill(self) -> None:
        """Kill it, if it lives."""
        self._signal(signal.SIGKILL)

    async def end(self) -> None:
        """Ask it to end, and see that it ends well. Raises Died."""
        self._signal(signal.SIGTERM)
        if (code := await self._ended()) != 0:
            raise Died(f"asked to end, the engine ended with {code}; its words are on standard error")

    async def killed(self) -> None:
        """Wait until it is dead by our kill. Raises Died."""
        if (code := await self._ended()) != -signal.SIGKILL:
            raise Died(f"the engine ended by itself with {code}; its words are on standard error")

    async def unload(self) -> None:
        """Be rid of all processes, so that the next start loads everything anew."""
        self.kill()
        if self._parent is not None:
            parent, self._parent = self._parent, None
            if parent.returncode is None:
                assert parent.stdin is not None
                parent.stdin.close()
            # Its last words are not of interest; read, they do not keep it from ending.
            await parent.communicate()

    def check(self) -> None:
        """Raise Died if it does not live."""
        if self._child is not None:
            try:
                os.kill(self._child, 0)
            except ProcessLookupError as error:
                raise Died("the engine ended by itself; its words are on standard error") from error

    def _signal(self, number: signal.Signals) -> None:
        if self._child is not None:
            with suppress(ProcessLookupError):  # It ended by itself, and who waits for its end hears of it.
                os.kill(self._child, number)

    async def _ended(self) -> int:
        code = await self._read()
        self._child = None
        return code

    async def _read(self) -> int:
        assert self._parent is not None
        assert self._parent.stdout is not None
        async with asyncio.timeout(PATIENCE_S):
            line = await self._parent.stdout.readline()
        if not line:
            raise Died("the process that starts the engine is gone; its words are on standard error")
        return int(line)


@dataclass
class Run:
    """What a series of kills came to; times in seconds."""

    account: Account = field(default_factory=Account)
    kills: int = 0
    # From each start to the engine's being connected, of those that came so far.
    starts: list[float] = field(default_factory=list)
    # How many kills fell on each kind of moment, and how many came by the clock.
    fell_on: Counter[str] = field(default_factory=Counter)
    # How often events were told, and how often the platform was asked whether it did something.
    told: int = 0
    looked_up: int = 0
    seconds: float = 0.0


async def kill_again_and_again(
    database_url: str,
    kills: int,
    seed: int,
    *options: str,
    only_at: Moment | None = None,
    cold: bool = False,
    progress: Callable[[int], None] = lambda done: None,
) -> Run:
    """Kill the engine so many times, let it come to rest, and give account. Raises Died, or TimeoutError.

    Kills fall on drawn moments, or `only_at` the first of a kind in each life. A `cold` start loads all
    anew. `options` are the child's.
    """
    run, draw, began = Run(), Random(seed), stopwatch()
    talk, platform = Talk(draw), PretendPlatform(Random(seed + 1))
    await platform.start()
    lives = Lives(platform, database_url, *options)
    try:
        platform.happen(talk.begin())
        while run.kills < kills:
            platform.happen(talk.go_on())
            await _live_and_die(run, lives, platform, draw, only_at)
            if cold:
                await lives.unload()
            progress(run.kills)
        await _come_to_rest(lives, platform, database_url)
    finally:
        await lives.unload()
        await platform.close()
    run.account = _accounted(database_url, platform, talk.told)
    run.told, run.looked_up = platform.told, platform.looked_up
    run.seconds = stopwatch() - began
    return run


async def _live_and_die(
    run: Run, lives: Lives, platform: PretendPlatform, draw: Random, only_at: Moment | None
) -> None:
    by_clock = only_at is None and draw.random() < _BY_CLOCK
    at = only_at or draw.choice(_MOMENTS)
    left = 1 if only_at else draw.randint(1, _LATEST_MOMENT)
    over = asyncio.Event()

    def watch(moment: Moment) -> None:
        nonlocal left
        if by_clock or over.is_set() or moment != at:
            return
        left -= 1
        if left == 0:
            lives.kill()
            run.fell_on[moment] += 1
            over.set()

    platform.watch = watch
    began = stopwatch()
    await lives.begin()
    connecting = asyncio.create_task(platform.connected.wait())
    connecting.add_done_callback(
        lambda task: None if task.cancelled() else run.starts.append(stopwatch() - began)
    )
    dying = asyncio.create_task(over.wait())
    try:
        if not by_clock:
            # On a busy machine the start alone may take longer than a life is to last.
            await asyncio.wait((connecting, dying), timeout=PATIENCE_S, return_when=asyncio.FIRST_COMPLETED)
        async with asyncio.timeout(draw.random() * _LONGEST_S if by_clock else _AT_LAST_S):
            await dying
    except TimeoutError:
        lives.kill()
        run.fell_on["clock"] += 1
        over.set()
    finally:
        connecting.cancel()
        dying.cancel()
    await lives.killed()
    run.kills += 1


async def _come_to_rest(lives: Lives, platform: PretendPlatform, database_url: str) -> None:
    database = Database(database_url)
    try:
        for _ in range(_MOST_ROUNDS):
            await lives.begin()
            try:
                async with asyncio.timeout(PATIENCE_S):
                    while not settled(database, platform):
                        lives.check()
                        await asyncio.sleep(_LOOK_AGAIN_S)
            except TimeoutError:
                return  # The account says what is not settled.
            await lives.end()
            if settled(database, platform):
                return
    finally:
        database.close()


def _accounted(database_url: str, platform: PretendPlatform, events: Sequence[Event]) -> Account:
    database = Database(database_url)
    try:
        return account(database, platform, events)
    finally:
        database.close()
