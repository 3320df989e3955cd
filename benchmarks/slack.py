"""How soon Slack's events are acknowledged, and how many a second, beside a Bolt app that does nothing.

    python -m benchmarks.slack [--rate 200] [--seconds 60] [--events 6000] [--json OUT]

A pretend Slack tells Hearth, in a process of its own and with every feature on, what made talk says: through
Socket Mode, and through signed requests. The wait is from when an event was due to be told until it was
acknowledged, which is after the commit. Saturation keeps so many events under way at once; beside it stands a
bare slack-bolt app with an empty listener, told the same in the same run. "Words known" are said again after
Hearth read them, so that what remains is all but the reading of language.

The driver needs a processor too: where its share is near 100 % it, and not the app, was the limit.
"""

import argparse
import asyncio
import os
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from statistics import quantiles
from typing import Any

from aiohttp import web
from slack_bolt.adapter.socket_mode.aiohttp import AsyncSocketModeHandler
from slack_bolt.async_app import AsyncApp
from slack_sdk.web.async_client import AsyncWebClient

from benchmarks.figures import save, show
from benchmarks.made_talk import made_talk
from bot.clock import stopwatch
from bot.events import MessagePosted
from tests.fakes.pretend_slack.deliveries import Delivery
from tests.fakes.pretend_slack.refusal import Json
from tests.fakes.slack_hearth import SlackHearth, slack_hearth

CHANNELS, PEOPLE = 20, 200
UNDER_WAY = 200
WAYS = ("socket", "http")
ROOT = Path(__file__).parents[1]


@dataclass(frozen=True, slots=True)
class Waits:
    """Milliseconds from when events were due until acknowledged, and how often Slack waited in vain."""

    events: int
    p50: float
    p99: float
    most: float
    failures: int


@dataclass(frozen=True, slots=True)
class Saturated:
    """Events a second, the share of a processor that telling them took, and those never acknowledged."""

    a_second: float
    driver: float
    failures: int


def main() -> None:
    """Measure, print tables, and write JSON where asked to."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--rate", type=int, default=200, help="events a second")
    parser.add_argument("--seconds", type=float, default=60.0, help="how long the rate is kept up")
    parser.add_argument("--events", type=int, default=6_000, help="events for each saturation")
    parser.add_argument("--json", type=Path, help="also write the figures here")
    parser.add_argument("--bare", choices=WAYS, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.bare:
        asyncio.run(_bare(options.bare))
        return
    figures = {way: asyncio.run(_measure(way, options)) for way in WAYS}
    _show(figures, options)
    save(options.json, figures)


async def _measure(way: str, options: argparse.Namespace) -> dict[str, Any]:
    texts = [event.text for event in made_talk(4 * options.events) if isinstance(event, MessagePosted)]
    rated, unread = int(options.rate * options.seconds), options.events
    async with _started(way, ("-m", "bot", "run", "--production")) as hearth:
        await hearth.set(
            managers_channel=hearth.managers, welcome_channel=hearth.general, feedback_channel=hearth.managers
        )
        bodies = _bodies(hearth, _of(texts, 0, rated))
        waits = await _at_rate(hearth, bodies, options.rate)
        told = _of(texts, rated, unread)
        new = await _saturated(hearth, _bodies(hearth, told))
        known = await _saturated(hearth, _bodies(hearth, told))
    async with _started(way, ("-m", "benchmarks.slack", "--bare", way)) as bare:
        empty = await _saturated(bare, _bodies(bare, told))
    return {
        "waits_ms": asdict(waits),
        "hearth": asdict(new),
        "hearth_words_known": asdict(known),
        "bare": asdict(empty),
        "ratio": new.a_second / empty.a_second,
        "ratio_words_known": known.a_second / empty.a_second,
    }


def _of(texts: Sequence[str], start: int, number: int) -> list[str]:
    return [texts[(start + each) % len(texts)] for each in range(number)]


def _bodies(hearth: SlackHearth, texts: Sequence[str]) -> list[Json]:
    """Return what Slack would tell of these words, said in turn by everybody everywhere."""
    workspace, deliveries = hearth.workspace, hearth.slack.deliveries(hearth.installation.app)
    channels = [each for each in workspace.channels.values() if each.name.startswith("talk-")]
    people = [each for each in workspace.people.values() if each.name.startswith("Person ")]
    deliveries.hold()
    for number, text in enumerate(texts):
        people[number % len(people)].says(channels[number % len(channels)], text)
    held = deliveries.drop_held()
    return [delivery.body for delivery in held]


async def _at_rate(hearth: SlackHearth, bodies: Sequence[Json], rate: int) -> Waits:
    """Tell events at their times, whatever became of those before."""
    deliveries = hearth.slack.deliveries(hearth.installation.app)
    failed, began, told = deliveries.failures, stopwatch(), []
    for number, body in enumerate(bodies):
        due = began + number / rate
        if (early := due - stopwatch()) > 0:
            await asyncio.sleep(early)
        told.append((due, deliveries.put("events_api", body)))
    for _, delivery in told:
        await delivery.over.wait()
    waits = [1_000 * (each.acked_at - due) for due, each in told if each.acked_at is not None]
    cuts = quantiles(waits, n=100)
    return Waits(len(told), cuts[49], cuts[98], max(waits), deliveries.failures - failed)


async def _saturated(hearth: SlackHearth, bodies: Sequence[Json]) -> Saturated:
    """Tell events with so many under way at once, each as soon as another is acknowledged."""
    deliveries = hearth.slack.deliveries(hearth.installation.app)
    left, told = iter(bodies), list[Delivery]()
    began, worked = stopwatch(), time.process_time()

    async def tell() -> None:
        for body in left:
            delivery = deliveries.put("events_api", body)
            told.append(delivery)
            await delivery.over.wait()

    await asyncio.gather(*(tell() for _ in range(UNDER_WAY)))
    took = stopwatch() - began
    failures = sum(delivery.acked_at is None for delivery in told)
    return Saturated(len(bodies) / took, (time.process_time() - worked) / took, failures)


@asynccontextmanager
async def _started(way: str, arguments: Sequence[str]) -> AsyncIterator[SlackHearth]:
    """Start an app in a process of its own, in a workspace full of people."""
    with tempfile.TemporaryDirectory(prefix="hearth-slack-") as folder:
        url = f"sqlite:///{folder}/hearth.db"
        async with slack_hearth(url, by_socket=way == "socket", at=None, limited=False) as hearth:
            channels = [hearth.workspace.channel(f"talk-{number}") for number in range(CHANNELS)]
            for channel in channels:
                channel.members.append(hearth.installation.bot.id)
            for number in range(PEOPLE):
                hearth.workspace.person(f"Person {number:03}", joins=tuple(channels))
            app = hearth.installation.app
            environment = {
                "PATH": os.environ["PATH"],
                "SLACK_BOT_TOKEN": hearth.installation.token,
                "SLACK_SIGNING_SECRET": app.signing_secret,
                "SLACK_API_URL": hearth.slack.api_url,
                "DATABASE_URL": url,
                "PORT": "0",
                **({"SLACK_APP_TOKEN": app.app_token} if way == "socket" else {}),
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
                app.address = line.split()[-1].decode()
                hearth.slack.keep_calls = False
                yield hearth
            finally:
                process.terminate()
                await process.wait()


async def _bare(way: str) -> None:
    """Run a Bolt app with an empty listener until it is told to end."""
    client = AsyncWebClient(os.environ["SLACK_BOT_TOKEN"], base_url=os.environ["SLACK_API_URL"])
    app = AsyncApp(
        client=client, signing_secret=os.environ["SLACK_SIGNING_SECRET"], process_before_response=True
    )

    @app.event("message")
    async def listen() -> None:
        pass

    if way == "socket":
        handler = AsyncSocketModeHandler(app, os.environ["SLACK_APP_TOKEN"], web_client=client)
        await handler.connect_async()  # type: ignore[no-untyped-call] # Bolt does not say
        print("Bolt is at http://nowhere", flush=True)
    else:
        runner = web.AppRunner(app.web_app("/slack/events"), access_log=None)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        print(f"Bolt is at http://127.0.0.1:{runner.addresses[0][1]}", flush=True)
    await asyncio.Event().wait()


def _show(figures: dict[str, Any], options: argparse.Namespace) -> None:
    show(
        f"Acknowledged at {options.rate} events a second for {options.seconds:.0f} s, milliseconds",
        ["way", "events", "p50", "p99", "most", "not in time"],
        [
            [
                way,
                *(f"{found['waits_ms'][name]:,.0f}" for name in ("events", "p50", "p99", "most", "failures")),
            ]
            for way, found in figures.items()
        ],
    )
    kinds = {"hearth": "Hearth", "hearth_words_known": "Hearth, words known", "bare": "bare slack-bolt"}
    show(
        f"Events a second with {UNDER_WAY} under way",
        ["way", "app", "a second", "of bare", "driver", "failed"],
        [
            [
                way,
                label,
                f"{found[kind]['a_second']:,.0f}",
                f"{found[kind]['a_second'] / found['bare']['a_second']:.2f}",
                f"{100 * found[kind]['driver']:.0f} %",
                found[kind]["failures"],
            ]
            for way, found in figures.items()
            for kind, label in kinds.items()
        ],
    )


if __name__ == "__main__":
    main()
