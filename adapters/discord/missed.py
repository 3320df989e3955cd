"""Reads from history what was said while nobody listened, and hands it through the same door as live talk.

How far all was heard is told by the ids of messages, which grow: no clock of ours has to agree with
Discord's. What is missing is written down for each channel and thread before it is read, and after each page
how much is left: killed at any moment, it goes on where it was.
"""

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from typing import Any

import discord
from pydantic import ValidationError

from adapters.discord.calls import Calls, Denied
from adapters.discord.history import with_names
from adapters.discord.server import FORUMS, VOICES, Server
from adapters.discord.translate import posted, snowflake_at
from adapters.wire.values import Wire, iso_time, object_in, objects_in, text_in
from bot.events import Event, MessagePosted
from bot.logs import named
from bot.ports import Hears, Memory

log = named(__name__)

_GAP = "gap:"
_COMPLETE = "complete"
# Stands there where Hearth was removed: what is said until it is added again is not for it.
_REMOVED = "removed"
_PAGE = 100
# Of threads that were put away so many pages are looked through in a channel.
_MOST_PAGES = 50
# Channels are told of side by side: what was said so long before the newest that was heard may be missing.
_SIDE_BY_SIDE = 75_000 << 22
# Ids of Discord's tell a time; those of other servers may be small numbers, that tell only an order.
_TELLS_TIME = 1 << 53


class Missed:
    """Looks after the gaps of one server: by the place, the id of a message after which some are missing."""

    def __init__(
        self,
        server: Server,
        calls: Calls,
        inbox: Hears,
        memory: Memory,
        find: Callable[[str], Awaitable[None]],
    ) -> None:
        self._server = server
        self._calls = calls
        self._inbox = inbox
        self._memory = memory
        # Has it known where a place stands: of threads that were put away nobody told this process.
        self._find = find
        self._woken = asyncio.Event()
        # What is written down of gaps is changed by one at a time: what was noted is not to be overwritten.
        self._changing = asyncio.Lock()
        self._written = 0
        # Messages of the gaps that were read last.
        self.found = 0

    async def complete(self) -> None:
        """Write down how far all was heard, but for the gaps that are known."""
        newest = self._server.newest
        if newest > self._written:
            await self._memory.write(self._server.community, _COMPLETE, str(newest))
            self._written = newest

    async def since_last(self) -> None:
        """Write down what was missed since all was heard, in every place where something was said.

        From then on all counts as heard that is there by now.
        """
        community, newest = self._server.community, self._newest_there()
        written = await self._memory.read(community, _COMPLETE)
        if written != _REMOVED:
            # What is written down is behind what was heard since, if Hearth ran all the while.
            await self._note(max(int(written), self._server.newest) if written else None)
        self._server.newest = max(self._server.newest, newest)

    async def _note(self, until: int | None) -> None:
        """Write down the gaps since the newest message of which it is known that all was heard."""
        community = self._server.community
        kept = await self._memory.last_messages(community)
        last_kept = {place: int(message) for place, message in kept.items() if message.isdigit()}
        if until is None and not last_kept:
            return
        since = {place: _since(last, until) for place, last in last_kept.items()}
        elsewhere = None if until is None else _since(0, until)
        oldest = min(elsewhere or min(since.values()), *since.values()) if since else elsewhere or 0
        places, noted = await self._places(oldest), 0
        async with self._changing:
            there = await self._gaps()
            for place, last in places:
                begin, known = since.get(place, elsewhere), there.get(place)
                if begin is None or (known is None and last is not None and last <= begin):
                    continue
                await self._keep(place, begin if known is None else min(begin, known))
                noted += 1
            self._woken.set()
        if noted:
            log.info("catching_up", community=community, channels=noted)

    def _newest_there(self) -> int:
        """Return an id that nothing is beyond which there is by now."""
        guild = self._server.guild
        ids = [int(self._server.id)]
        for channel in [*guild.channels, *guild.threads] if guild else ():
            ids += [channel.id, _last(channel) or 0]
        return max(ids)

    async def run(self) -> None:
        """Read the gaps there are, and those to come, until cancelled."""
        while True:
            self._woken.clear()
            gaps = await self._gaps()
            self.found = 0
            for place, gap in gaps.items():
                await self._find(place)
                await self._read(place, gap)
            if gaps:
                log.info("caught_up", community=self._server.community, messages=self.found)
            await self._woken.wait()

    async def _places(self, since: int) -> list[tuple[str, int | None]]:
        """Return every place where people talk, and the last message there if that is known."""
        found: list[tuple[str, int | None]] = []
        guild = self._server.guild
        for channel in self._server.channels():
            if not channel.permissions_for(channel.guild.me).view_channel:
                continue
            if channel.type not in FORUMS:
                found.append((str(channel.id), _last(channel)))
            if channel.type in VOICES:
                # No threads can be opened there.
                continue
            async for wire in self._archived(str(channel.id), since):
                self._server.learn(wire)
                found.append((text_in(wire, "id"), _number(wire, "last_message_id")))
        for thread in guild.threads if guild else ():
            found.append((str(thread.id), _last(thread)))
        return found

    async def _archived(self, channel: str, since: int) -> AsyncIterator[Wire]:
        """Give the threads that were put away since, and in which something was said."""
        before: dict[str, str | int] = {}
        for _ in range(_MOST_PAGES):
            try:
                said = await self._calls.patiently(
                    "GET",
                    "/channels/{channel_id}/threads/archived/public",
                    query={"limit": _PAGE, **before},
                    channel_id=channel,
                )
            except Denied as denied:
                log.info("archive_denied", code=denied.code)
                return
            said = said if isinstance(said, dict) else {}
            threads = objects_in(said, "threads")
            for each in threads:
                last = _number(each, "last_message_id")
                if text_in(each, "id").isdigit() and (last is None or last > since):
                    yield each
            # They come by when they were put away, the latest first.
            ends = [text_in(object_in(each, "thread_metadata"), "archive_timestamp") for each in threads]
            if said.get("has_more") is not True or not ends or not ends[-1]:
                return
            at = iso_time(ends[-1])
            if before.get("before") == ends[-1] or (
                at and since > _TELLS_TIME and int(snowflake_at(at)) < since
            ):
                return
            before = {"before": ends[-1]}

    async def _gaps(self) -> dict[str, int]:
        found = await self._memory.read_all(self._server.community, _GAP)
        return {name.removeprefix(_GAP): int(json.loads(value)["after"]) for name, value in found.items()}

    async def _keep(self, place: str, after: int | None) -> None:
        written = None if after is None else json.dumps({"after": str(after)})
        await self._memory.write(self._server.community, f"{_GAP}{place}", written)

    async def _read(self, place: str, gap: int) -> None:
        while True:
            try:
                page = await self._calls.patiently(
                    "GET",
                    "/channels/{channel_id}/messages",
                    query={"limit": _PAGE, "after": str(gap)},
                    channel_id=place,
                )
            except Denied as denied:
                # Without the right to read history, or gone meanwhile: it cannot be had.
                log.warning("history_denied", community=self._server.community, code=denied.code)
                await self._keep(place, None)
                return
            messages = [each for each in objects_in({"page": page}, "page") if text_in(each, "id").isdigit()]
            messages.sort(key=lambda each: int(each["id"]))
            await self._put(messages)
            last = int(messages[-1]["id"]) if messages else gap
            left = last if len(messages) >= _PAGE and last > gap else None
            async with self._changing:
                if self._woken.is_set() and (await self._gaps()).get(place) != gap:
                    # Meanwhile more was missed: it is written down, and read as a whole.
                    return
                await self._keep(place, left)
            if left is None:
                return
            gap = left

    async def _put(self, messages: Sequence[Wire]) -> None:
        events: list[Event] = []
        for message in await with_names(messages, self._memory, self._server.community):
            try:
                told: list[Any] = list(posted(message, self._server))
            except ValidationError:
                log.warning("message_not_read", community=self._server.community)
                continue
            events += told
        self.found += sum(isinstance(event, MessagePosted) for event in events)
        await asyncio.gather(*(self._inbox.put(event) for event in events))


def _since(last_kept: int, until: int | None) -> int:
    """Return after which message some may be missing in a place.

    `last_kept` is the last that is kept of the place, 0 for none; `until` the newest of the server that was
    heard when all was heard, None if nobody knows.
    """
    if until is None:
        return last_kept
    if until > _TELLS_TIME:
        # What is kept and newer may have been heard after the gap.
        return max(last_kept if last_kept <= until else 0, until - _SIDE_BY_SIDE)
    return last_kept if 0 < last_kept <= until else until


def _last(place: discord.abc.GuildChannel | discord.Thread) -> int | None:
    last = getattr(place, "last_message_id", None)
    return last if isinstance(last, int) else None


def _number(wire: Wire, key: str) -> int | None:
    return int(text) if (text := text_in(wire, key)).isdigit() else None


async def forget_missed(memory: Memory, community: str) -> None:
    """Have nothing read, when Hearth is added again, of what was said before."""
    for name in await memory.read_all(community, _GAP):
        await memory.write(community, name, None)
    await memory.write(community, _COMPLETE, _REMOVED)
