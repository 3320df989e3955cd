"""Hearth's stay in one workspace: what is read of it, what was missed there, and what works."""

import asyncio
from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial

from adapters.slack.arrival import Arrival, look_up
from adapters.slack.background import Background, until_done
from adapters.slack.calls import OF_PRESENCE
from adapters.slack.connection import SILENT_S
from adapters.slack.missed import Missed
from adapters.slack.workspace import Workspace, capability
from bot.clock import stopwatch
from bot.logs import named
from bot.ports import Hears, Memory

log = named(__name__)

# How often it is written down until when everything was heard.
_COMPLETE_EVERY_S = 10.0
# How the names begin under which is kept what is in the way of saying something in a channel.
_WRONG = "wrong:"
# What was said just before may still be on its way.
_ON_ITS_WAY = timedelta(seconds=5)
# Slack says each minute that it leaves events out: without that for so long, it leaves out none any more.
_LIMITED_S = 90.0
# What may be found out of order later; whatever it was before, at the start it is taken to be in order.
_IN_ORDER = ("connection", "events", "history")

# Seconds since a socket last told anything; None where there is none, and Slack calls.
Silence = Callable[[], float | None]


class Stay:
    """Looks after one workspace, from when it was entered until it is left."""

    def __init__(
        self,
        workspace: Workspace,
        inbox: Hears,
        memory: Memory,
        now: Callable[[], datetime],
        silence: Silence,
    ) -> None:
        self.workspace = workspace
        # Since when Hearth is there: its token was good by then.
        self.since = now()
        # By the stopwatch: the last moment at which anything was heard of it.
        self.heard_at = stopwatch()
        self._inbox = inbox
        self._memory = memory
        self._now = now
        self._silence = silence
        self._background = Background()
        self._arrival = Arrival(workspace, inbox, memory, now)
        self._missed = Missed(workspace, inbox, memory, now, self._arrival.again, self._caught_up)
        # Whether it told nothing for long, and whether it should have told something.
        self._silent = self._untold = False
        # Where Slack leaves out events: since when, and when it last said so, by the stopwatch.
        self._limited_since: tuple[datetime, float] | None = None
        # What was found to be in the way of saying something, by channel.
        self._wrong: dict[str, str] = {}

    def begin(self) -> asyncio.Task[None]:
        """Read the workspace, then look after it until it is left; what is returned ends with the reading."""
        return self._background.begin(self._arrive())

    async def end(self) -> None:
        """Look after it no more."""
        await self._background.end()

    async def found(self, name: str, reason: str | None, before: str = "") -> None:
        """Tell that something works, or with a reason that it does not; `before` says what was off so far."""
        await self._inbox.put(capability(self.workspace.community, name, reason, self._now(), before))

    def regain(self, since: datetime) -> None:
        """Have read beside what Slack may not have told since a moment."""
        self._missed.lost(since - _ON_ITS_WAY)
        self._background.begin(until_done(self._missed.regain))

    def heard(self) -> None:
        """Note that it told something."""
        self.heard_at = stopwatch()
        self._silent = False
        if self._untold:
            self._untold = False
            self._background.begin(self.found("connection", None))

    async def limited(self, minute: datetime) -> None:
        """Note that Slack left events out, from a minute on; it is read from history once that is over."""
        since, _ = self._limited_since or (minute, 0.0)
        self._limited_since = min(since, minute), stopwatch()
        log.warning("slack_limits_events", community=self.workspace.community)
        await self.found(
            "events",
            "More than 30,000 events in an hour: Slack leaves some out, and what was said is read later.",
        )

    async def tell_right(self, channel: str, reason: str | None) -> None:
        """Tell when something is in the way of saying anything in a channel, and when it no longer is."""
        if self._wrong.get(channel) == reason:
            return
        if reason is None:
            self._wrong.pop(channel)
        else:
            self._wrong[channel] = reason
        await self._memory.write(self.workspace.community, f"{_WRONG}{channel}", reason)
        called = self.workspace.directory.find_channel(channel)
        where = "A direct message" if channel.startswith("D") else f"#{called}"
        await self.found(f"channel:{channel}", None if reason is None else f"{where}: {reason}")

    async def _arrive(self) -> None:
        await until_done(self._arrival.tell)
        for name in _IN_ORDER:
            await until_done(partial(self.found, name, None))
        await until_done(self._recall_wrong)
        await until_done(self._missed.since_last)
        self._background.begin(until_done(self._look_after))
        self._background.begin(until_done(self._missed.run))

    async def _look_after(self) -> None:
        """Write down until when all was heard, and ask for names that were not known."""
        while True:
            by_socket = self._silence()
            silent = stopwatch() - self.heard_at if by_socket is None else by_socket
            last_heard = self._now() - timedelta(seconds=silent)
            limited = await self._look_at_limit()
            await self._missed.complete(min(last_heard, limited or last_heard) - _ON_ITS_WAY)
            if by_socket is None and silent > SILENT_S:
                # A quiet workspace, or one whose requests do not arrive: its history tells.
                self._silent = True
                self.heard_at = stopwatch()
                self.regain(last_heard)
            await look_up(self.workspace, self._inbox, self._now)
            await asyncio.sleep(_COMPLETE_EVERY_S)

    async def _look_at_limit(self) -> datetime | None:
        """Return since when events are left out; read what was, once none are any more."""
        if self._limited_since is None:
            return None
        since, told_at = self._limited_since
        if stopwatch() - told_at <= _LIMITED_S:
            return since
        self._limited_since = None
        await self.found("events", None)
        self.regain(since)
        return None

    async def _caught_up(self, late: int) -> None:
        """Tell where Slack did not say what its history holds: its requests do not arrive."""
        if late and self._silent:
            self._untold = True
            said = "a message" if late == 1 else f"{late} messages"
            await self.found(
                "connection",
                f"There was {said} that Slack did not tell of; look at the Request URL under Event "
                "Subscriptions on the app's page. Until then history is read each half hour.",
            )

    async def _recall_wrong(self) -> None:
        """Recall what was in the way when Hearth last ended, and tell what no longer is."""
        for name, reason in (await self._memory.read_all(self.workspace.community, _WRONG)).items():
            channel = name.removeprefix(_WRONG)
            self._wrong[channel] = reason

            place = self.workspace.directory.places.get(channel)
            # Whether it may post there is seen only where it does.
            disproved = place is not None and place.heard and not place.archived
            if reason in OF_PRESENCE and disproved:
                await self.tell_right(channel, None)
