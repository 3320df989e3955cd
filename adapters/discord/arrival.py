"""Comes into a server: what it is called, what Hearth may there, which channels and members there are."""

import asyncio
import json
from collections.abc import Callable, Iterable, Iterator
from datetime import datetime
from hashlib import sha256

import discord

from adapters.discord.calls import Calls, Denied
from adapters.discord.rights import INTENTS, PERMISSIONS, WISHED, lacking, taken_in
from adapters.discord.server import Server
from adapters.discord.translate import admitted, called, joined, left, member_changed
from adapters.wire.values import Wire, object_in, objects_in, text_in
from bot.events import CapabilityFound, ChannelFound, CommunityFound, Event, Installed, made_id
from bot.logs import named
from bot.ports import MEMBERS, Hears, Memory

log = named(__name__)

# As many as Discord gives at once.
_PAGE = 1_000
# What is kept of each member, to see at the next start whether anything changed.
_DIGEST = 8
_PENDING = "p"
_INSTALLED, _TOLD = "installed", "told"


class Arrival:
    """Tells the inbox of a server as it stands, and of what changed since Hearth was last there."""

    def __init__(
        self,
        server: Server,
        calls: Calls,
        inbox: Hears,
        memory: Memory,
        now: Callable[[], datetime],
        flags: int,
    ) -> None:
        self._server = server
        self._calls = calls
        self._inbox = inbox
        self._memory = memory
        self._now = now
        self._flags = flags
        self._began = f"{now().timestamp():.6f}"

    async def tell(self) -> None:
        """Tell all there is, however long Discord takes; what it denies is left out, and said."""
        await self._put([self.community(), *self.capabilities(), *self.channels()])
        if INTENTS["members"].granted(self._flags):
            await self._members()
        await self._installed()

    def community(self) -> CommunityFound:
        """Return what the server is called."""
        return CommunityFound(
            id=f"0-community:{self._now().timestamp():.6f}",
            community=self._server.community,
            at=self._now(),
            name=self._server.name,
        )

    def capabilities(self) -> Iterator[Event]:
        """Give for each intent and permission whether it was given."""
        for name, intent in INTENTS.items():
            granted = intent.granted(self._flags)
            yield self.capability(f"intent:{name}", "" if granted else intent.reason)
        off = self._server.lacking()
        for name in (*PERMISSIONS, *WISHED):
            yield self.capability(f"permission:{name}", lacking(name) if name in off else "")

    def capability(self, name: str, reason: str) -> CapabilityFound:
        """Return whether something works; without a reason it does."""
        now = self._now()
        return CapabilityFound(
            id=made_id(f"{name}:{now.timestamp():.6f}"),
            community=self._server.community,
            at=now,
            capability=name,
            works=not reason,
            reason=reason,
        )

    def channels(self) -> Iterator[Event]:
        """Give what is new of channels, private threads and posts of forums, and of what Hearth may there."""
        guild = self._server.guild
        for channel in self._server.channels():
            yield from self._channel(channel)
        for thread in guild.threads if guild else ():
            yield from self._channel(thread)
        yield from self._taken()

    def channel(self, channel: discord.abc.GuildChannel | discord.Thread) -> Iterator[Event]:
        """Give what a channel is, where that was not told yet, and where it is one for the core."""
        yield from self._channel(channel)
        if not isinstance(channel, discord.Thread):
            yield from self._taken()

    def _taken(self) -> Iterator[CapabilityFound]:
        """Give for each permission whether channels take it, where that was not told yet."""
        for name, (names, hidden) in self._server.taken().items():
            reason = taken_in(name, names, hidden) if names or hidden else ""
            if self._server.told_taken.get(name) != reason:
                self._server.told_taken[name] = reason
                yield self.capability(f"channels:{name}", reason)

    def _channel(self, channel: discord.abc.GuildChannel | discord.Thread) -> Iterator[ChannelFound]:
        if not self._server.is_place(channel):
            return
        id_, state = str(channel.id), self._server.state(channel)
        if self._server.told.get(id_) != state:
            self._server.told[id_] = state
            yield self._found(id_)

    def gone(self, channel: str) -> ChannelFound:
        """Return that a channel which was told of was deleted."""
        name, private, _, _ = self._server.told[channel]
        self._server.told[channel] = (name, private, True, False)
        return self._found(channel)

    def _found(self, channel: str) -> ChannelFound:
        name, private, archived, heard = self._server.told[channel]
        now = self._now()
        return ChannelFound(
            id=f"1-channel:{channel}:{now.timestamp():.6f}",
            community=self._server.community,
            at=now,
            channel=channel,
            name=name,
            private=private,
            archived=archived,
            heard=heard,
        )

    async def _members(self) -> None:
        """Compare the members with those that were told before: who is new joined while nobody listened."""
        written = await self._memory.read(self._server.community, MEMBERS)
        before: dict[str, str] | None = json.loads(written) if written else None
        digests: dict[str, str] = {}
        after = "0"
        while True:
            try:
                page = await self._calls.patiently(
                    "GET",
                    "/guilds/{guild_id}/members",
                    query={"limit": _PAGE, "after": after},
                    guild_id=self._server.id,
                )
            except Denied as denied:
                log.warning("members_denied", community=self._server.community, code=denied.code)
                await self._put([self.capability("members", str(denied))])
                return
            members = objects_in({"page": page}, "page")
            for member in members:
                digests[text_in(object_in(member, "user"), "id")] = self._digest(member)
            await self._put(event for member in members for event in self._changed(member, before))
            if len(members) < _PAGE:
                break
            after = max((text_in(object_in(each, "user"), "id") for each in members), key=int)
        gone = [member for member in before or {} if member not in digests]
        now = self._now()
        await self._put(event for member in gone for event in left(member, now, self._began, self._server))
        await self._memory.write(self._server.community, MEMBERS, json.dumps(digests, separators=(",", ":")))

    def _changed(self, member: Wire, before: dict[str, str] | None) -> Iterable[Event]:
        """Give what is to be told of a member: nothing where that was told before."""
        server, user = self._server, object_in(member, "user")
        id_ = text_in(user, "id")
        if id_ == server.me:
            return
        pending = member.get("pending") is True
        if pending:
            server.pending.add(id_)
        else:
            server.pending.discard(id_)
        digest, known = self._digest(member), (before or {}).get(id_)
        if digest == known:
            return
        if before is not None and known is None:
            server.know(id_, called(user, member))
            yield from joined(member, server)
        else:
            if known is not None and known.endswith(_PENDING) and not pending:
                yield from admitted(member, self._now(), server)
            yield from member_changed(member, self._now(), self._began, server)

    def _digest(self, member: Wire) -> str:
        user = object_in(member, "user")
        id_ = text_in(user, "id")
        said = (
            called(user, member),
            user.get("bot") is True,
            self._server.is_admin(id_, member),
            sorted(self._server.roles(member)),
            # Whoever left and came again joined anew.
            text_in(member, "joined_at"),
        )
        digest = sha256(repr(said).encode()).hexdigest()[:_DIGEST]
        return digest + (_PENDING if member.get("pending") is True else "")

    async def _installed(self) -> None:
        """Tell once that Hearth was added; after it was removed and came again, once more."""
        community = self._server.community
        said = await self._memory.read(community, _INSTALLED)
        if said == _TOLD:
            return
        if said is None:
            said = self._now().isoformat()
            await self._memory.write(community, _INSTALLED, said)
        at = datetime.fromisoformat(said)
        place = self._server.first_place()
        await self._put([Installed(id=f"installed:{said}", community=community, at=at, channel=place)])
        await self._memory.write(community, _INSTALLED, _TOLD)

    async def _put(self, events: Iterable[Event]) -> None:
        await asyncio.gather(*(self._inbox.put(event) for event in events))


async def forget_installed(memory: Memory, community: str) -> None:
    """Have it told anew when Hearth is added again."""
    await memory.write(community, _INSTALLED, None)
    await memory.write(community, MEMBERS, None)
