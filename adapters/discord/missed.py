"""Reads from history what was said while nobody listened, and hands it through the same door as live talk.

What is missing is written down for each channel and thread before it is read, and after each page how much is
left: killed at any moment, it goes on where it was.
"""

import asyncio
import json
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from pydantic import ValidationError

from adapters.discord.calls import Calls, Denied
from adapters.discord.server import Server
from adapters.discord.translate import posted, snowflake_at
from adapters.wire.values import Wire, objects_in, text_in
from bot.events import Event, MessagePosted
from bot.logs import named
from bot.ports import Hears, Memory

log = named(__name__)

_GAP = "gap:"
_COMPLETE = "complete"
# Stands there where Hearth was removed: what is said until it is added again is not for it.
_REMOVED = "removed"
_PAGE = 100
# A line on which nothing was heard is dropped after a minute: what was said before was surely heard.
SURELY = timedelta(seconds=75)


@dataclass(frozen=True, slots=True)
class Gap:
    """What of a place was missed: after one message, until another, as Discord numbers them by time."""

    after: str
    until: str


class Missed:
    """Looks after the gaps of one server."""

    def __init__(
        self, server: Server, calls: Calls, inbox: Hears, memory: Memory, now: Callable[[], datetime]
    ) -> None:
        self._server = server
        self._calls = calls
        self._inbox = inbox
        self._memory = memory
        self._now = now
        self._woken = asyncio.Event()
        # What is written down of gaps is changed by one at a time: what was noted is not to be overwritten.
        self._changing = asyncio.Lock()
        # Messages of the gaps that were read last.
        self.found = 0

    async def complete(self) -> None:
        """Write down until when everything was heard, but for the gaps that are known."""
        until = snowflake_at(self._now() - SURELY)
        await self._memory.write(self._server.community, _COMPLETE, until)

    async def since_last(self) -> None:
        """Write down what was missed since all was heard, in every place where something was said."""
        community = self._server.community
        written = await self._memory.read(community, _COMPLETE)
        if written == _REMOVED:
            return
        heard = {} if written else await self._memory.last_heard(community)
        if written is None and not heard:
            return
        oldest = min((snowflake_at(at) for at in heard.values()), key=int, default="0")
        now, places = snowflake_at(self._now()), await self._places(written or oldest)
        noted = 0
        async with self._changing:
            there = await self._gaps()
            for place, channel, last in places:
                begin = written or (snowflake_at(heard[channel]) if channel in heard else None)
                known = there.get(place)
                if begin is None or (known is None and last is not None and int(last) <= int(begin)):
                    continue
                first = min(begin, known.after, key=int) if known else begin
                await self._keep(place, Gap(first, now))
                noted += 1
            self._woken.set()
        if noted:
            log.info("catching_up", community=community, channels=noted)

    async def run(self) -> None:
        """Read the gaps there are, and those to come, until cancelled."""
        while True:
            self._woken.clear()
            gaps = await self._gaps()
            self.found = 0
            for place, gap in gaps.items():
                await self._read(place, gap)
            if gaps:
                log.info("caught_up", community=self._server.community, messages=self.found)
            await self._woken.wait()

    async def _places(self, since: str) -> list[tuple[str, str, str | None]]:
        """Return every place with the channel it is heard in, and the last message there if that is known."""
        found: list[tuple[str, str, str | None]] = []
        guild = self._server.guild
        for channel in self._server.channels():
            if not channel.permissions_for(channel.guild.me).view_channel:
                continue
            if channel.type.name != "forum":
                last = channel.last_message_id
                found.append((str(channel.id), str(channel.id), str(last) if last else "0"))
            for wire in await self._archived(str(channel.id), since):
                self._server.learn(wire, forum=channel.type.name == "forum")
                id_ = text_in(wire, "id")
                found.append((id_, self._server.place(id_).channel, text_in(wire, "last_message_id")))
        for thread in guild.threads if guild else ():
            last = thread.last_message_id
            id_ = str(thread.id)
            found.append((id_, self._server.place(id_).channel, str(last) if last else None))
        return found

    async def _archived(self, channel: str, since: str) -> list[Wire]:
        """Return the threads that were put away since, and in which something was said."""
        try:
            said = await self._calls.patiently(
                "GET",
                "/channels/{channel_id}/threads/archived/public",
                query={"limit": _PAGE},
                channel_id=channel,
            )
        except Denied as denied:
            log.info("archive_denied", code=denied.code)
            return []
        last = [(each, text_in(each, "last_message_id")) for each in objects_in(said, "threads")]
        return [each for each, message in last if message.isdigit() and int(message) > int(since)]

    async def _gaps(self) -> dict[str, Gap]:
        found = await self._memory.read_all(self._server.community, _GAP)
        return {name.removeprefix(_GAP): Gap(**json.loads(value)) for name, value in found.items()}

    async def _keep(self, place: str, gap: Gap | None) -> None:
        written = None if gap is None else json.dumps(asdict(gap), separators=(",", ":"))
        await self._memory.write(self._server.community, f"{_GAP}{place}", written)

    async def _read(self, place: str, gap: Gap) -> None:
        while True:
            try:
                page = await self._calls.patiently(
                    "GET",
                    "/channels/{channel_id}/messages",
                    query={"limit": _PAGE, "after": gap.after},
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
            read = len(messages) < _PAGE or int(messages[-1]["id"]) > int(gap.until)
            left = None if read else replace(gap, after=messages[-1]["id"])
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
        for message in messages:
            try:
                told: list[Any] = list(posted(message, self._server))
            except ValidationError:
                log.warning("message_not_read", community=self._server.community)
                continue
            events += told
        self.found += sum(isinstance(event, MessagePosted) for event in events)
        await asyncio.gather(*(self._inbox.put(event) for event in events))


async def forget_missed(memory: Memory, community: str) -> None:
    """Have nothing read, when Hearth is added again, of what was said before."""
    for name in await memory.read_all(community, _GAP):
        await memory.write(community, name, None)
    await memory.write(community, _COMPLETE, _REMOVED)
