"""How soon Hearth answers in a busy Discord, how much it hears, and what memory many servers take.

    python -m benchmarks.discord [--rate 200] [--seconds 60] [--events 6000] [--servers 200] [--members 500]
        [--json OUT]

A pretend Discord tells Hearth, in a process of its own and with every feature on, what made talk says, at a
rate; meanwhile somebody gives a command five times a second, whatever became of those before, and the wait is
from when it was due until its answer arrived, and until the first word of it, be that to wait. What is not
answered counts as the longest wait there is. How far Hearth is behind is how long what was told last takes to
be committed. Saturation tells everything at once, until all is committed. Beside it stands a bare discord.py
client with an empty handler, told the same in the same run. "Words known" are said again after Hearth read
them, so that what remains is all but the reading of language. Memory is that of the process once every member
of every server is kept, and the most it took until then.

The driver needs a processor too: where its share is near 100 % it, and not the app, was the limit.
"""

if __name__ == "discord":
    # Started as a script it would stand in the place of the library of that name.
    raise SystemExit("Start it as a module: python -m benchmarks.discord")

import argparse
import asyncio
import os
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import asdict, dataclass
from datetime import timedelta
from itertools import cycle
from pathlib import Path
from statistics import quantiles
from typing import Any

import discord
import yarl
from discord.gateway import DiscordWebSocket
from discord.http import Route
from sqlalchemy import func, select

from adapters.discord.rights import intents_for, permissions
from benchmarks.figures import save, show
from benchmarks.made_talk import made_talk
from bot.clock import Clock, stopwatch
from bot.events import MessagePosted
from storage.database import Database
from storage.tables import Member, table
from tests.fakes.discord_hearth import DiscordHearth, discord_hearth
from tests.fakes.pretend_discord import TOKEN, Person
from tests.fakes.pretend_discord.interactions import COMMAND, Interaction
from tests.fakes.pretend_discord.things import Channel
from tests.fakes.pretend_discord.world import CONTENT, MEMBERS, Dispatch

CHANNELS, PEOPLE = 20, 200
COMMANDS = ("help", "status", "questions", "settings")
COMMAND_EVERY_S = 0.2
# Who has no answer by then was told nothing within Discord's three seconds, and never will be.
LATE_S = 20.0
LOOK_AGAIN_S = 0.01
ROOT = Path(__file__).parents[1]
HEARTH = ("-m", "bot", "run", "--production")
BARE = ("-m", "benchmarks.discord", "--bare")


@dataclass(frozen=True, slots=True)
class Wait:
    """Seconds from when a command was due: to the first word of it, and to its answer; None if none came."""

    heard: float | None
    answered: float | None


@dataclass(frozen=True, slots=True)
class Answers:
    """Milliseconds until commands were answered, how many never were, and how far behind a last one was.

    `heard_p99` is until their first word came, an answer or that it takes a moment.
    """

    commands: int
    p50: float
    p99: float
    most: float
    heard_p99: float
    failures: int
    behind: float


@dataclass(frozen=True, slots=True)
class Saturated:
    """Messages a second, and the share of a processor that telling them took."""

    a_second: float
    driver: float


@dataclass(frozen=True, slots=True)
class Taken:
    """Megabytes of memory: of a process now, and the most so far."""

    now: float
    most: float


@dataclass
class App:
    """An app in a process of its own, in a server full of people."""

    hearth: DiscordHearth
    number: int
    channels: Sequence[Channel]
    people: Sequence[Person]
    # Whether it keeps what it is told, and says how much of that is under way.
    commits: bool

    def told(self, texts: Sequence[str]) -> list[Dispatch]:
        """Return what Discord would tell of these words, said in turn by everybody everywhere."""
        world = self.hearth.discord.world
        listen, held = world.listen, list[Dispatch]()
        world.listen = held.append
        for number, text in enumerate(texts):
            self.people[number % len(self.people)].says(self.channels[number % len(self.channels)], text)
        world.listen = listen
        return held

    def gives(self, command: str, *, patiently: bool = False) -> Interaction:
        """Have the manager give a command; who waits patiently may be answered late."""
        hearth = self.hearth
        given = {"name": command, "type": 1, "options": []}
        data = {"id": "1", "name": "community", "type": 1, "options": [given]}
        made = hearth.server.interactions.make(COMMAND, hearth.dana.user, hearth.managers, data)
        made.at += timedelta(hours=patiently)
        return made

    async def answered(self, given: Interaction, due: float, patience: float | None = None) -> Wait:
        """Wait for an answer, for so many seconds if told so; return how long that took since it was due."""
        world, heard = self.hearth.discord.world, None
        with suppress(TimeoutError):
            async with asyncio.timeout(patience):
                while True:
                    now = stopwatch() - due
                    if heard is None and given.answered is not None:
                        heard = now
                    if given.shown:
                        return Wait(heard, now)
                    await world.changed.wait()
        return Wait(heard, None)

    async def caught_up(self) -> float:
        """Wait until all that was told is handled, and committed; return how many milliseconds that took."""
        began = stopwatch()
        await self.answered(self.gives("help", patiently=True), began)
        # In a crowd a command is answered before what was said before it is kept.
        while self.commits:
            if await self.hearth.figure("hearth_discord_under_way") == 0:
                break
            await asyncio.sleep(LOOK_AGAIN_S)
        return 1_000 * (stopwatch() - began)

    def memory(self) -> Taken:
        """Return what memory the process takes."""
        lines = Path(f"/proc/{self.number}/status").read_text(encoding="utf-8").splitlines()
        found = {name: value for name, _, value in (line.partition(":") for line in lines)}
        return Taken(*(int(found[name].split()[0]) / 1_000 for name in ("VmRSS", "VmHWM")))


def main() -> None:
    """Measure, print tables, and write JSON where asked to."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--rate", type=int, default=200, help="messages a second")
    parser.add_argument("--seconds", type=float, default=60.0, help="how long the rate is kept up")
    parser.add_argument("--events", type=int, default=6_000, help="messages for each saturation")
    parser.add_argument("--servers", type=int, default=200, help="servers whose memory is measured")
    parser.add_argument("--members", type=int, default=500, help="members of each of them")
    parser.add_argument("--json", type=Path, help="also write the figures here")
    parser.add_argument("--bare", action="store_true", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.bare:
        asyncio.run(_bare())
        return
    figures = asyncio.run(_measure(options))
    _show(figures, options)
    save(options.json, figures)


async def _measure(options: argparse.Namespace) -> dict[str, Any]:
    texts = [event.text for event in made_talk(4 * options.events) if isinstance(event, MessagePosted)]
    rated, unread = int(options.rate * options.seconds), options.events
    told = _of(texts, rated, unread)
    async with _started(HEARTH) as app:
        hearth = app.hearth
        await hearth.set(
            managers_channel=hearth.managers, welcome_channel=hearth.general, feedback_channel=hearth.managers
        )
        await hearth.set(mark_answered="yes")
        answers = await _at_rate(app, app.told(_of(texts, 0, rated)), options.rate)
        new = await _saturated(app, app.told(told))
        known = await _saturated(app, app.told(told))
    async with _started(BARE) as app:
        empty = await _saturated(app, app.told(told))
    taken = {
        name: await _memory(arguments, options.servers, options.members)
        for name, arguments in (("hearth", HEARTH), ("bare", BARE))
    }
    return {
        "answers_ms": asdict(answers),
        "hearth": asdict(new),
        "hearth_words_known": asdict(known),
        "bare": asdict(empty),
        "ratio": new.a_second / empty.a_second,
        "ratio_words_known": known.a_second / empty.a_second,
        "memory_mb": {name: asdict(each) for name, each in taken.items()},
    }


def _of(texts: Sequence[str], start: int, number: int) -> list[str]:
    return [texts[(start + each) % len(texts)] for each in range(number)]


async def _at_rate(app: App, told: Sequence[Dispatch], rate: int) -> Answers:
    """Tell messages at their times, while commands are given at theirs."""
    began, commands = stopwatch(), int(len(told) / rate / COMMAND_EVERY_S)
    names = cycle(COMMANDS)

    async def command(due: float) -> Wait:
        return await app.answered(app.gives(next(names)), due, LATE_S)

    async def tell() -> None:
        for number, dispatch in enumerate(told):
            await _until(began + number / rate)
            app.hearth.discord.gateway.tell(dispatch)

    telling = asyncio.create_task(tell())
    waits = await at_their_times([began + number * COMMAND_EVERY_S for number in range(commands)], command)
    await telling
    return counted(waits, await app.caught_up())


async def at_their_times(times: Sequence[float], give: Callable[[float], Awaitable[Wait]]) -> list[Wait]:
    """Begin each when it is due by the stopwatch, whether or not those before have ended."""
    given = list[asyncio.Future[Wait]]()
    for due in times:
        await _until(due)
        given.append(asyncio.ensure_future(give(due)))
    return await asyncio.gather(*given)


def counted(waits: Sequence[Wait], behind: float) -> Answers:
    """Sum up; what was never answered waited as long as anybody does, and is no way to a better figure."""
    answered = [1_000 * (LATE_S if wait.answered is None else wait.answered) for wait in waits]
    heard = [1_000 * (LATE_S if wait.heard is None else wait.heard) for wait in waits]
    cuts = quantiles(answered, n=100, method="inclusive")
    failures = sum(wait.answered is None for wait in waits)
    heard_p99 = quantiles(heard, n=100, method="inclusive")[98]
    return Answers(len(waits), cuts[49], cuts[98], max(answered), heard_p99, failures, behind)


async def _until(due: float) -> None:
    if (early := due - stopwatch()) > 0:
        await asyncio.sleep(early)


async def _saturated(app: App, told: Sequence[Dispatch]) -> Saturated:
    """Tell everything at once, and wait until the command that was told last is answered."""
    # Whatever followed from what was told before is done first.
    await app.caught_up()
    began, worked = stopwatch(), time.process_time()
    for dispatch in told:
        app.hearth.discord.gateway.tell(dispatch)
    await app.caught_up()
    took = stopwatch() - began
    return Saturated(len(told) / took, (time.process_time() - worked) / took)


async def _memory(arguments: Sequence[str], servers: int, members: int) -> Taken:
    """Start an app that is in so many servers, and return what memory it takes once it knows all of them."""
    async with _started(arguments, servers=servers, members=members) as app:
        if arguments is HEARTH:
            there = sum(len(guild.members) - 1 for guild in app.hearth.discord.world.guilds.values())
            database = Database(app.hearth.url)
            try:
                number = 0
                while number < there:
                    await asyncio.sleep(0.2)
                    with database.reading() as tx:
                        number = tx.rows(select(func.count()).select_from(table(Member)))[0][0]
            finally:
                database.close()
        await app.caught_up()
        return app.memory()


@asynccontextmanager
async def _started(arguments: Sequence[str], *, servers: int = 0, members: int = 0) -> AsyncIterator[App]:
    """Start an app in a process of its own, in a server full of people, and in others if wanted."""
    with tempfile.TemporaryDirectory(prefix="hearth-discord-") as folder:
        url = f"sqlite:///{folder}/hearth.db"
        # The clock only goes forward.
        async with discord_hearth(url, at=Clock().now() + timedelta(seconds=1)) as hearth:
            for number in range(servers):
                server = hearth.discord.server(f"Server {number:03}", rights=permissions().value)
                for name in ("general", "help"):
                    server.channel(name)
                for each in range(members - 1):
                    server.person(f"Member {number:03}-{each:03}")
            channels = [hearth.server.channel(f"talk-{number}") for number in range(CHANNELS)]
            people = [hearth.server.person(f"Person {number:03}") for number in range(PEOPLE)]
            environment = {
                "PATH": os.environ["PATH"],
                "DISCORD_TOKEN": TOKEN,
                "DISCORD_API_URL": hearth.discord.api,
                "DISCORD_GATEWAY_URL": hearth.discord.gateway.url,
                "DATABASE_URL": url,
                "PORT": "0",
            }
            process = await asyncio.create_subprocess_exec(
                sys.executable, *arguments, cwd=ROOT, env=environment, stdout=asyncio.subprocess.PIPE
            )
            try:
                assert process.stdout is not None
                line = b""
                while b" is at http://" not in line:
                    line = await process.stdout.readline()
                    assert line, "the app ended"
                hearth.address = line.split()[-1].decode()
                yield App(hearth, process.pid, channels, people, arguments is HEARTH)
            finally:
                process.terminate()
                await process.wait()


class _Bare(discord.Client):
    """A client that does nothing, but say that it is there."""

    async def on_ready(self) -> None:
        print("discord.py is at http://nowhere", flush=True)

    async def on_message(self, message: discord.Message) -> None:
        pass

    async def on_interaction(self, interaction: discord.Interaction) -> None:
        await interaction.response.send_message("here", ephemeral=True)


async def _bare() -> None:
    """Run a bare client until it is told to end."""
    Route.BASE = os.environ["DISCORD_API_URL"]
    DiscordWebSocket.DEFAULT_GATEWAY = yarl.URL(os.environ["DISCORD_GATEWAY_URL"])
    async with _Bare(intents=intents_for(MEMBERS << 13 | CONTENT << 4)) as client:
        await client.start(os.environ["DISCORD_TOKEN"])


def _show(figures: dict[str, Any], options: argparse.Namespace) -> None:
    found = figures["answers_ms"]
    show(
        f"Answers to commands at {options.rate} messages a second for {options.seconds:.0f} s, milliseconds",
        ["commands", "p50", "p99", "most", "first word p99", "not in time", "behind"],
        [
            [
                f"{found[name]:,.0f}"
                for name in ("commands", "p50", "p99", "most", "heard_p99", "failures", "behind")
            ]
        ],
    )
    kinds = {"hearth": "Hearth", "hearth_words_known": "Hearth, words known", "bare": "bare discord.py"}
    show(
        "Messages a second, told at once",
        ["app", "a second", "of bare", "driver"],
        [
            [
                label,
                f"{figures[kind]['a_second']:,.0f}",
                f"{figures[kind]['a_second'] / figures['bare']['a_second']:.2f}",
                f"{100 * figures[kind]['driver']:.0f} %",
            ]
            for kind, label in kinds.items()
        ],
    )
    show(
        f"Memory in {options.servers} servers of {options.members} members, MB",
        ["app", "now", "at most"],
        [
            [kinds[name], f"{taken['now']:,.0f}", f"{taken['most']:,.0f}"]
            for name, taken in figures["memory_mb"].items()
        ],
    )


if __name__ == "__main__":
    main()
