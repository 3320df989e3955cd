"""Reads from history what was said while nobody listened, and hands it through the same door as live talk.

What is missing is written down for each channel before it is read, and after each page how much is left:
killed at any moment, it goes on where it was.
"""

import asyncio
import json
from collections.abc import Awaitable, Callable, Iterable, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from pydantic import ValidationError

from adapters.slack.calls import Denied, has_more, next_in
from adapters.slack.translate import posted
from adapters.slack.workspace import Workspace, capability
from adapters.wire.values import Wire, count_in, objects_in, text_in
from bot.events import Event, MessagePosted
from bot.logs import named
from bot.ports import Hears, Memory

log = named(__name__)

_GAP = "gap:"
_COMPLETE = "complete"
_PAGE = 100
# What Slack gives at once to apps that are distributed and not in its Marketplace, once a minute.
_FEW = 15
_SLOW_S = 30.0
# What Slack does not let be read is asked for again after so long, or as soon as anything else was missed.
_DENIED_AGAIN_S = 600.0
# Where Hearth is no more, nothing is missed.
_LEFT = ("channel_not_found", "not_in_channel")
# Whoever deleted a message while its thread was looked at took nothing else away.
_GONE = ("message_not_found", "thread_not_found")
# More channels than these nobody reads the names of.
_NAMES = 3
# What was said so long after the last that was heard was not told, however clocks differ.
_WELL_AFTER_S = 60.0
# Threads that began so long before the gap are looked at for replies in it.
_THREADS = timedelta(days=14)
_SLOW = (
    "Slack lets this app read 15 messages a minute, as it does with apps that are distributed outside its "
    "Marketplace. What was missed is being read, slowly."
)


@dataclass(frozen=True, slots=True)
class Gap:
    """What of a channel was missed: after `since`, until `until`, in Slack's times.

    It is read from its end backwards, and `left` is how far that came. Then come the threads that began
    before it: `threads` is how far these came, "" while the talk itself is read.
    """

    since: str
    until: str
    left: str
    threads: str = ""


class Missed:
    """Looks after the gaps of one workspace; `again` reads anew who and what is there."""

    def __init__(
        self,
        workspace: Workspace,
        inbox: Hears,
        memory: Memory,
        now: Callable[[], datetime],
        again: Callable[[], Awaitable[None]],
        caught_up: Callable[[int], Awaitable[None]],
    ) -> None:
        self._workspace = workspace
        self._community = workspace.community
        self._inbox = inbox
        self._memory = memory
        self._now = now
        self._again = again
        self._caught_up = caught_up
        # Since when something may have been missed that is not written down yet.
        self._lost: set[datetime] = set()
        self._regaining = asyncio.Lock()
        # Whether Slack lets little be read at once, and where it lets nothing be, with its reasons.
        self._few = False
        self._denied: dict[str, str] = {}
        # Why history does not work, as it was last told; None while it does.
        self._told: str | None = None
        self._woken = asyncio.Event()
        # What is written down of gaps is changed by one at a time: what was noted is not to be overwritten.
        self._changing = asyncio.Lock()
        # Of what was read last: messages, and those of them that nobody told of, well after the gap began.
        self._found = self._late = 0

    async def complete(self, at: datetime) -> None:
        """Write down that everything until then was heard, but for the gaps that are known."""
        await self._memory.write(self._community, _COMPLETE, _slack_time(min([at, *self._lost])))

    async def since_last(self) -> None:
        """Write down what was missed since Hearth last heard anything, as of when it starts."""
        written = await self._memory.read(self._community, _COMPLETE)
        heard = {} if written else await self._memory.last_heard(self._community)
        since = {
            channel: written or _slack_time(heard[channel])
            for channel in self._channels()
            if written or channel in heard
        }
        await self._note(since)

    def lost(self, since: datetime) -> None:
        """Take it that anything since a moment may have been missed; `regain` is to follow."""
        self._lost.add(since)

    async def regain(self) -> None:
        """Have told who came and what changed meanwhile, and then write down what talk was missed."""
        async with self._regaining:
            lost = frozenset(self._lost)
            if lost:
                await self._again()
                await self._note(dict.fromkeys(self._channels(), _slack_time(min(lost))))
                self._lost -= lost

    async def run(self) -> None:
        """Read the gaps there are, and those to come, until cancelled."""
        while True:
            self._woken.clear()
            gaps = await self._gaps()
            if gaps:
                await self._read(gaps)
            if not gaps or self._denied:
                with suppress(TimeoutError):
                    await asyncio.wait_for(self._woken.wait(), _DENIED_AGAIN_S if self._denied else None)

    def _channels(self) -> list[str]:
        places = self._workspace.directory.places.values()
        return sorted(place.id for place in places if place.heard)

    async def _note(self, since: dict[str, str]) -> None:
        now = _slack_time(self._now())
        async with self._changing:
            there = await self._gaps()
            for channel, begin in since.items():
                known = there.get(channel)
                first = min(begin, known.since, key=float) if known else begin
                await self._keep(channel, Gap(first, now, now))
            self._woken.set()
        if since:
            log.info("catching_up", community=self._community, channels=len(since))

    async def _gaps(self) -> dict[str, Gap]:
        found = await self._memory.read_all(self._community, _GAP)
        return {name.removeprefix(_GAP): Gap(**json.loads(value)) for name, value in found.items()}

    async def _keep(self, channel: str, gap: Gap | None) -> None:
        written = None if gap is None else json.dumps(asdict(gap), separators=(",", ":"))
        await self._memory.write(self._community, f"{_GAP}{channel}", written)

    async def _read(self, gaps: dict[str, Gap]) -> None:
        """Read first what was said in every channel, and then what was replied in older threads."""
        self._found = self._late = 0
        self._denied = {channel: why for channel, why in self._denied.items() if channel in gaps}
        for channel, gap in gaps.items():
            if not gap.threads:
                gaps[channel] = await self._step_through(channel, gap)
        for channel, gap in gaps.items():
            if gap.threads:
                await self._step_through(channel, gap)
        log.info("caught_up", community=self._community, messages=self._found)
        await self._caught_up(self._late)
        self._few = False
        await self._tell()

    async def _step_through(self, channel: str, gap: Gap) -> Gap:
        """Read one stage of a gap; return what is to be read after it."""
        stage = bool(gap.threads)
        while bool(gap.threads) == stage:
            try:
                after = await self._step(channel, gap)
            except Denied as denied:
                log.warning("history_denied", community=self._community, reason=denied.code)
                if self._is_there(channel, denied):
                    # It stays written down: whenever Slack lets it be read, it is.
                    self._denied[channel] = str(denied)
                    await self._tell()
                    return replace(gap, threads="")
                after = None
            self._denied.pop(channel, None)
            async with self._changing:
                if self._woken.is_set() and (await self._gaps()).get(channel) != gap:
                    # Meanwhile more was missed: it is written down, and read as a whole.
                    return replace(gap, threads="")
                await self._keep(channel, after)
            if after is None:
                return replace(gap, threads="")
            gap = after
        return gap

    def _is_there(self, channel: str, denied: Denied) -> bool:
        place = self._workspace.directory.places.get(channel)
        return denied.code not in _LEFT and (place is None or place.heard)

    async def _step(self, channel: str, gap: Gap) -> Gap | None:
        """Read one page; return the gap that is left, None when nothing is."""
        oldest = gap.since
        if gap.threads:
            oldest = _slack_time(datetime.fromtimestamp(float(gap.since), self._now().tzinfo) - _THREADS)
        page = await self._ask(
            "conversations.history",
            channel=channel,
            oldest=oldest,
            latest=gap.threads or gap.left,
            inclusive=bool(gap.threads) and gap.threads == gap.since,
        )
        messages = [each for each in objects_in(page, "messages") if text_in(each, "ts")]
        if not gap.threads:
            await self._put(messages, channel, gap)
        for message in messages:
            # Where Slack does not say when the latest reply was, it may have been in the gap.
            latest = text_in(message, "latest_reply") or gap.until
            if count_in(message, "reply_count") and _after(latest, gap.since):
                await self._put(await self._replies(channel, text_in(message, "ts"), gap), channel, gap)
        earliest = min((text_in(each, "ts") for each in messages), key=float, default="")
        # Where it goes on is not to be where it was, should Slack not look at what it was asked.
        if has_more(page) and earliest and _after(gap.threads or gap.left, earliest):
            return replace(gap, threads=earliest) if gap.threads else replace(gap, left=earliest)
        return None if gap.threads else replace(gap, threads=gap.since)

    async def _replies(self, channel: str, thread: str, gap: Gap) -> list[Wire]:
        found: list[Wire] = []
        cursor = ""
        while True:
            more = {"cursor": cursor} if cursor else {}
            try:
                page = await self._ask(
                    "conversations.replies",
                    channel=channel,
                    ts=thread,
                    oldest=gap.since,
                    latest=gap.until,
                    **more,
                )
            except Denied as denied:
                if denied.code in _GONE:
                    return found
                raise
            for message in objects_in(page, "messages"):
                if text_in(message, "ts") != thread and _after(text_in(message, "ts"), gap.since):
                    found.append(message)
            cursor = next_in(page)
            if not cursor:
                return found

    async def _ask(self, method: str, **arguments: Any) -> Wire:
        """Ask for a page, smaller ones once Slack has asked to wait so long that it gives no larger."""
        calls = self._workspace.calls
        calls.waits.pop(method, None)
        limit = _FEW if self._few else _PAGE
        page = await calls.patiently(method, limit=limit, **arguments)
        if not self._few and calls.waits.get(method, 0.0) >= _SLOW_S:
            self._few = True
            await self._tell()
        return page

    async def _put(self, messages: Sequence[Wire], channel: str, gap: Gap) -> None:
        events: list[Event] = []
        for message in messages:
            try:
                told: Iterable[Any] = list(posted(message, channel, self._workspace.directory))
            except ValidationError:
                log.warning("message_not_read", community=self._community)
                continue
            events += told
        said = [event for event in events if isinstance(event, MessagePosted)]
        self._found += len(said)
        # What was said while the gap was closed may have been told as ever, before it is found here.
        heard = await self._memory.kept_of(self._community, channel, [event.message for event in said])
        well_after = float(gap.since) + _WELL_AFTER_S
        self._late += sum(event.at.timestamp() > well_after and event.message not in heard for event in said)
        putting: list[Awaitable[None]] = [self._inbox.put(event) for event in events]
        await asyncio.gather(*putting)

    async def _tell(self) -> None:
        """Tell what is in the way of reading what was missed, where that is not what was told last."""
        said = [_SLOW] if self._few else []
        by_reason: dict[str, list[str]] = {}
        for channel, why in sorted(self._denied.items()):
            by_reason.setdefault(why, []).append(f"#{self._workspace.directory.find_channel(channel)}")
        for why, channels in by_reason.items():
            more = f" and {len(channels) - _NAMES} more" if len(channels) > _NAMES else ""
            said.append(f"What was missed in {', '.join(channels[:_NAMES])}{more} cannot be read yet: {why}")
        reason = " ".join(said) or None
        if reason != self._told:
            self._told = reason
            await self._inbox.put(capability(self._community, "history", reason, self._now()))


def _after(ts: str, since: str) -> bool:
    try:
        return float(ts) > float(since)
    except ValueError:
        return False


def _slack_time(at: datetime) -> str:
    return f"{at.timestamp():.6f}"
