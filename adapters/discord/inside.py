"""Looks after one server that Hearth is in: what is told of it, and what was missed there."""

import asyncio
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from datetime import datetime

from pydantic import ValidationError

from adapters.discord.arrival import Arrival
from adapters.discord.calls import Calls, Denied
from adapters.discord.first import number_in
from adapters.discord.gone import Gone
from adapters.discord.history import with_names
from adapters.discord.missed import Missed
from adapters.discord.obstacles import Obstacles
from adapters.discord.server import Server
from adapters.discord.translate import called, cleared, edited, happened, tagged
from adapters.discord.work import Work, until_done
from adapters.wire.values import Wire, object_in, objects_in, text_in
from bot.events import Event
from bot.logs import named
from bot.ports import Hears, Memory

log = named(__name__)

_CHANNELS = ("CHANNEL_CREATE", "CHANNEL_UPDATE", "THREAD_CREATE", "THREAD_UPDATE", "THREAD_LIST_SYNC")
_WENT = ("CHANNEL_DELETE", "THREAD_DELETE")
_MESSAGES = ("MESSAGE_CREATE", "MESSAGE_UPDATE", "MESSAGE_DELETE", "MESSAGE_DELETE_BULK")
_CLEARED = ("MESSAGE_REACTION_REMOVE_ALL", "MESSAGE_REACTION_REMOVE_EMOJI")
_RIGHTS = ("GUILD_ROLE_CREATE", "GUILD_ROLE_UPDATE", "GUILD_ROLE_DELETE")


class Inside:
    """A server from when it is told whole until Hearth is removed."""

    def __init__(
        self,
        server: Server,
        calls: Calls,
        inbox: Hears,
        memory: Memory,
        obstacles: Obstacles,
        work: Work,
        now: Callable[[], datetime],
    ) -> None:
        self.server = server
        self.arrival = Arrival(server, calls, inbox, memory, now)
        self._missed = Missed(server, calls, inbox, memory, self._find)
        self._gone = Gone(server, inbox, memory, now)
        self._calls = calls
        self._inbox = inbox
        self._memory = memory
        self._obstacles = obstacles
        self._work = work
        self._now = now
        # What is done to read it, as long as it can be read.
        self.reading: list[asyncio.Task[None]] = []

    def see(self, threads: Sequence[Wire]) -> None:
        """Take in that the server was told whole, with the threads that are open."""
        self.stop_reading()
        for thread in threads:
            self.server.learn(thread)
            self.server.unseen[text_in(thread, "id")] = thread

    def stop_reading(self) -> None:
        """Leave off reading, until the server is told whole again."""
        self.server.caught_up = False
        for task in self.reading:
            task.cancel()
        self.reading = []

    async def arrive(self) -> None:
        """Note what was missed, tell what there is, and of what went."""
        await self._missed.since_last()
        await self.server.tagged.recall()
        while self.server.unseen:
            await self._tag(self.server.unseen.popitem()[1])
        self.server.caught_up = True
        await self._missed.complete()
        await self._gone.recall()
        await self._gone.keep()
        await self.arrival.tell()
        await self._gone.tell()
        await self._obstacles.recall(self.server)

    async def read(self) -> None:
        """Read what was missed, now and later, until cancelled."""
        await self._missed.run()

    async def complete(self) -> None:
        """Write down how far all was heard."""
        if self.server.caught_up:
            await self._missed.complete()
            await self.arrival.keep_members()

    def hear(self, kind: str, data: Wire, once: str) -> None:
        """Take what was told of the server; `once` is the same whenever the same dispatch is told again."""
        if kind in _MESSAGES and not self.server.knows(text_in(data, "channel_id")):
            self._work.take(self._in_unknown(kind, data, once))
            return
        if kind in _CLEARED:
            at = self._now()
            self._work.after_all(lambda: self._cleared(data, at, once))
            return
        self._hear(kind, data, once)

    def look_at_rulers(self) -> None:
        """Have it told whose right to manage the server changed with a role's, or with its owner."""
        if self.arrival.rulers != (rulers := self.server.rulers()):
            self.arrival.rulers = rulers
            self.server.know_again()
            self._work.until_done(self.arrival.members)

    async def put(self, events: Sequence[Event]) -> None:
        """Have events committed."""
        await asyncio.gather(*(self._inbox.put(event) for event in events))

    def _hear(self, kind: str, data: Wire, once: str) -> None:
        server = self.server
        try:
            events = [*self._about(kind, data), *happened(kind, data, self._now(), once, server)]
        except ValidationError as error:
            field = error.errors(include_input=False, include_url=False)[0]["loc"]
            log.warning("event_not_read", kind=kind, field=str(field))
            return
        if kind == "GUILD_MEMBER_ADD":
            user = object_in(data, "user")
            server.know(text_in(user, "id"), called(user, data))
        if events:
            message = number_in(data, "id") if kind == "MESSAGE_CREATE" and server.caught_up else 0
            member = self.arrival.digest_of(kind, data)
            if member is not None:
                server.know_again(member[0])
            self._work.take(self._keep(events, message, member))

    async def _keep(
        self, events: Sequence[Event], message: int, member: tuple[str, str | None] | None
    ) -> None:
        """Have events committed; the message or the member that they tell of is known then."""
        await self.put(events)
        self.server.newest = max(self.server.newest, message)
        if member is not None:
            self.arrival.note(*member)

    def _about(self, kind: str, data: Wire) -> Iterator[Event]:
        """Give what a dispatch tells of channels and of what Hearth may."""
        server, guild = self.server, self.server.guild
        if guild is None:
            return
        if kind.startswith("THREAD_"):
            for thread in objects_in(data, "threads") or [data]:
                self._thread(thread)
        if kind in _CHANNELS:
            # Where Hearth comes to see a channel, it is told of all threads there at once.
            for each in objects_in(data, "threads") or [data]:
                channel = guild.get_channel_or_thread(number_in(each, "id"))
                if channel is not None:
                    yield from self.arrival.channel(channel)
        elif kind in _WENT:
            yield from self._went(data)
        own = kind == "GUILD_MEMBER_UPDATE" and text_in(object_in(data, "user"), "id") == server.me
        if kind in _RIGHTS:
            self.look_at_rulers()
        if kind in _RIGHTS or own:
            yield from self.arrival.capabilities()
        if kind in _RIGHTS or own or kind == "CHANNEL_UPDATE":
            yield from self.arrival.channels()
            self._work.until_done(lambda: self._obstacles.look_again(server))

    def _thread(self, thread: Wire) -> None:
        """Take in what a thread is called and how it is tagged."""
        id_ = text_in(thread, "id")
        before = self.server.title(id_)
        self.server.learn(thread)
        if self.server.unwritten:
            self._work.take(until_done(self._gone.keep))
        if before and self.server.title(id_) != before:
            self._work.until_done(lambda: self._retitled(id_))
        if not self.server.caught_up:
            self.server.unseen[id_] = thread
        elif "applied_tags" in thread:
            self._work.take(self._tag(thread))

    def _went(self, data: Wire) -> Iterator[Event]:
        """Give that a channel or thread is gone, and have every message of it told of as deleted."""
        id_ = text_in(data, "id")
        places = self.server.forget(id_)
        for place in places:
            if place.channel in self.server.told and place.thread in (None, place.channel):
                yield self.arrival.gone(place.channel)

        async def tell() -> None:
            for place in places:
                await self._gone.note(place.channel, place.thread if place.thread != place.channel else None)
            await self._gone.note_opened_in(id_)
            await self._gone.tell()

        # What was told before is kept first.
        self._work.after_all(tell)

    async def _retitled(self, post: str) -> None:
        """Tell that a post of a forum reads differently: its title belongs to what it asks."""
        where = {"channel_id": post, "message_id": post}
        with suppress(Denied, ValidationError):
            message = await self._calls.patiently(
                "GET", "/channels/{channel_id}/messages/{message_id}", **where
            )
            [said] = await with_names([message], self._memory, self.server.community)
            changed = {**said, "edited_timestamp": self._now().isoformat()}
            await self.put([*edited(changed, self.server)])

    async def _tag(self, post: Wire) -> None:
        """Tell that a member marked a post of a forum as answered, or took that back."""
        server, now = self.server, self._now()
        id_, bears = text_in(post, "id"), server.bears_tag(post)
        if bears is not None and server.tagged.sees(id_, tagged=bears):
            with suppress(ValidationError):
                await self.put([*tagged(post, now, f"{now.timestamp():.6f}", server, added=bears)])
            await server.tagged.keep(id_)

    async def _cleared(self, data: Wire, at: datetime, once: str) -> None:
        """Tell that reactions were cleared."""
        server = self.server
        place, message = server.place(text_in(data, "channel_id")), text_in(data, "message_id")
        there = await self._memory.reactions_on(server.community, place.channel, message)
        with suppress(ValidationError):
            await self.put([*cleared(data, there, at, once, server)])

    async def _in_unknown(self, kind: str, data: Wire, once: str) -> None:
        """Take what was told of a thread that was put away before Hearth came."""
        await until_done(lambda: self._find(text_in(data, "channel_id")))
        self._hear(kind, data, once)

    async def _find(self, place: str) -> None:
        """Learn where a place stands, and tell of it where that is a channel of its own."""
        if not self.server.knows(place):
            await self._learn(place)
        await self._gone.keep()
        await self.put([*self.arrival.put_away(place)])

    async def _learn(self, thread: str) -> None:
        """Learn where a thread stands: by what is kept of it, or as Discord says."""
        among = [str(each.id) for each in self.server.channels()]
        channel = await self._memory.channel_of(self.server.community, thread, among)
        if channel is not None:
            self.server.learn_among(thread, channel)
            return
        try:
            found = await self._calls.patiently("GET", "/channels/{channel_id}", channel_id=thread)
        except Denied:
            found = {}
        if isinstance(found, dict):
            self.server.learn(found)
        if not self.server.knows(thread):
            self.server.learn_alone(thread)
