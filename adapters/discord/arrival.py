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
# How much of it tells when they joined: who left and came again did so at another time.
_JOINED = 4
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
    ) -> None:
        self._server = server
        self._calls = calls
        self._inbox = inbox
        self._memory = memory
        self._now = now
        # The application's, for the intents that are asked for.
        self.flags = 0
        # What came to be of members since they were written down; None: they left.
        self._since: dict[str, str | None] = {}
        # The members are gone through, and written down, by one at a time.
        self._going_through = asyncio.Lock()
        # Whether they were gone through since the start: what was written down before is needed until then.
        self._compared = False
        # Who rules the server, as the members that were told did.
        self.rulers = server.rulers()

    async def tell(self) -> None:
        """Tell all there is, however long Discord takes; what it denies is left out, and said."""
        await self._put([self.community(), *self.capabilities(), *self.channels()])
        await self.members()
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
            granted = intent.granted(self.flags)
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

    def put_away(self, thread: str) -> Iterator[ChannelFound]:
        """Give what a thread is that was put away, where that was not told yet and it is a channel."""
        state = self._server.state_put_away(thread)
        if state is not None and self._server.told.get(thread) != state:
            self._server.told[thread] = state
            yield self._found(thread)

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

    def digest_of(self, kind: str, member: Wire) -> tuple[str, str | None] | None:
        """Return who a dispatch is about, and what is to be written down of them; None if of no member."""
        id_ = text_in(object_in(member, "user"), "id")
        match kind:
            case "GUILD_MEMBER_ADD" | "GUILD_MEMBER_UPDATE" if id_:
                return id_, self._digest(member)
            case "GUILD_MEMBER_REMOVE" if id_:
                return id_, None
            case _:
                return None

    def note(self, member: str, digest: str | None) -> None:
        """Note what came to be of a member, now that it was told."""
        self._since[member] = digest

    async def keep_members(self) -> None:
        """Write down what came to be of members."""
        if not self._since or not self._compared:
            return
        async with self._going_through:
            written = await self._memory.read(self._server.community, MEMBERS)
            if written:
                await self._write(json.loads(written))

    async def members(self) -> None:
        """Compare the members with those that were told before, and tell what is new."""
        if not INTENTS["members"].granted(self.flags):
            return
        async with self._going_through:
            self.rulers = self._server.rulers()
            await self._compare()
            self._compared = True

    async def _compare(self) -> None:
        """Tell who joined, changed and left while nobody listened."""
        written = await self._memory.read(self._server.community, MEMBERS)
        once: dict[str, str] = json.loads(written) if written else {}
        before = self._with_news(once) if written else None
        earlier, began = dict(self._since), f"{self._now().timestamp():.6f}"
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
            known = len(digests)
            for member in members:
                digests[text_in(object_in(member, "user"), "id")] = self._digest(member)
            await self._put(
                event for member in members for event in self._changed(member, before, once, began)
            )
            # Where no more come, or the same again.
            if len(members) < _PAGE or len(digests) == known:
                break
            after = max(filter(str.isdigit, digests), key=int, default=after)
        self._settle(earlier)
        there = digests.keys() | self._since.keys()
        gone = [member for member in before or {} if member not in there]
        now = self._now()
        await self._put(event for member in gone for event in left(member, now, began, self._server))
        await self._write(digests)

    async def _write(self, digests: dict[str, str]) -> None:
        """Write down members, and what came to be of them since."""
        since, written = dict(self._since), json.dumps(self._with_news(digests), separators=(",", ":"))
        await self._memory.write(self._server.community, MEMBERS, written)
        self._settle(since)

    def _settle(self, news: dict[str, str | None]) -> None:
        """Have news count as known, but where there are newer ones."""
        for member, digest in news.items():
            if member in self._since and self._since[member] == digest:
                del self._since[member]

    def _with_news(self, digests: dict[str, str]) -> dict[str, str]:
        """Return members with what came to be of them since."""
        found = digests | {member: digest for member, digest in self._since.items() if digest is not None}
        return {member: digest for member, digest in found.items() if self._since.get(member, "") is not None}

    def _changed(
        self, member: Wire, before: dict[str, str] | None, once: dict[str, str], began: str
    ) -> Iterable[Event]:
        """Give what is to be told of a member: nothing where that was told before.

        `before` is what is known of members by now, `once` what was written down of them last.
        """
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
        if not pending and any(_waited(each, digest) for each in (known, once.get(id_))):
            # Of who changed since the start it was not known then that they had still to pass.
            yield from admitted(member, self._now(), server)
        if digest == known:
            return
        server.know_again(id_)
        if before is not None and (known is None or _came_again(known, digest)):
            server.know(id_, called(user, member))
            yield from joined(member, server)
        else:
            yield from member_changed(member, self._now(), began, server)

    def _digest(self, member: Wire) -> str:
        user = object_in(member, "user")
        id_ = text_in(user, "id")
        said = (
            called(user, member),
            user.get("bot") is True,
            self._server.is_admin(id_, member),
            sorted(self._server.roles(member)),
        )
        digest = sha256(repr(said).encode()).hexdigest()[:_DIGEST]
        digest += sha256(text_in(member, "joined_at").encode()).hexdigest()[:_JOINED]
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


def _came_again(known: str, digest: str) -> bool:
    """Tell whether somebody joined anew since their digest was written down."""
    whole = _DIGEST + _JOINED
    before, now = known[_DIGEST:whole], digest[_DIGEST:whole]
    return len(known.removesuffix(_PENDING)) == whole and before != now


def _waited(known: str | None, digest: str) -> bool:
    """Tell whether somebody who joined once had still to pass the screening."""
    return known is not None and known.endswith(_PENDING) and not _came_again(known, digest)


async def forget_installed(memory: Memory, community: str) -> None:
    """Have it told anew when Hearth is added again."""
    await memory.write(community, _INSTALLED, None)
    await memory.write(community, MEMBERS, None)
