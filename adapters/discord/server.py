"""One server that Hearth is in, as discord.py has it by now and as the core was told of it."""

from collections import OrderedDict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import discord

from adapters.discord.rights import IN_CHANNELS, PERMISSIONS, WISHED, taken
from adapters.discord.tags import Tagged, answered_tag
from adapters.discord.translate import Place
from adapters.wire.values import Wire, object_in, text_in, texts_in
from bot.cards import MessageRef
from bot.ports import Memory

# Channels of which each post is a place of its own, and those in which people talk beside their voices.
FORUMS = (discord.ChannelType.forum, discord.ChannelType.media)
VOICES = (discord.ChannelType.voice, discord.ChannelType.stage_voice)
# Where people talk, of the kinds of channels there are.
HEARD = (discord.ChannelType.text, discord.ChannelType.news, *FORUMS, *VOICES)
Heard = discord.TextChannel | discord.ForumChannel | discord.VoiceChannel | discord.StageChannel
# Whoever joined lately may soon be greeted by name.
_NAMES = 1_000


@dataclass(frozen=True, slots=True)
class Thread:
    """A thread: the channel it was opened in, and where it stands for the core."""

    parent: str
    place: Place
    title: str = ""
    locked: bool = False

    @property
    def is_place(self) -> bool:
        """Whether it is a channel of its own for the core: a post of a forum, or a private thread."""
        return self.place.thread is None or self.place.thread == self.place.channel


class Server:
    """A server. What is in discord.py's cache is looked up there, so that it is kept once."""

    def __init__(self, client: discord.Client, id_: str, me: str, memory: Memory) -> None:
        self._client = client
        self.id = id_
        self.me = me
        self.community = f"discord:{id_}"
        self.pending: set[str] = set()
        self.tagged = Tagged(memory, self.community)
        # Threads as they were told of, of which it is still to be seen how they are tagged.
        self.unseen: dict[str, Wire] = {}
        # Whether what was missed is noted, so that from now on all is heard.
        self.caught_up = False
        # The newest message that was heard while all was heard.
        self.newest = 0
        self._names: OrderedDict[str, str] = OrderedDict()
        # Whether those who did something lately administer the server, and their roles, as was told last.
        self._doers: OrderedDict[str, tuple[bool, tuple[str, ...]]] = OrderedDict()
        # Threads as they were told of: discord.py forgets those that were put away.
        self._threads: dict[str, Thread] = {}
        # Of threads that are channels of their own, where they were opened: yet to be written down.
        self.unwritten: dict[str, str] = {}
        # What the core was told of channels: name, private, archived, heard.
        self.told: dict[str, tuple[str, bool, bool, bool]] = {}
        # And by permission, what it was told of the channels that take it.
        self.told_taken: dict[str, str] = {}

    @property
    def address(self) -> str:
        """How the addresses of what is in it begin."""
        return f"https://discord.com/channels/{self.id}/"

    @property
    def guild(self) -> discord.Guild | None:
        """What discord.py knows of it; None while it is unavailable."""
        return self._client.get_guild(int(self.id))

    @property
    def name(self) -> str:
        guild = self.guild
        return guild.name if guild and guild.name else self.id

    @property
    def channel_names(self) -> Mapping[str, str]:
        return _Names(self.guild)

    def place(self, channel: str) -> Place:
        """Return where something is said: a private thread or a post of a forum is a channel of its own."""
        thread = self.thread(channel)
        if thread is None:
            known = self._threads.get(channel)
            return known.place if known else Place(channel)
        if thread.is_private():
            # What few see must not count as said in the channel that many see.
            return Place(channel)
        if isinstance(thread.parent, discord.ForumChannel):
            return Place(channel, channel)
        return Place(str(thread.parent_id), channel)

    def is_place(self, channel: discord.abc.GuildChannel | discord.Thread) -> bool:
        """Tell whether something is a channel for the core, where people talk."""
        if isinstance(channel, discord.Thread):
            return channel.is_private() or isinstance(channel.parent, discord.ForumChannel)
        return channel.type in HEARD

    def learn(self, thread: Wire) -> None:
        """Take in where a thread stands."""
        id_, parent = text_in(thread, "id"), text_in(thread, "parent_id")
        if not id_ or not parent.isdigit():
            return
        if thread.get("type") == discord.ChannelType.private_thread.value:
            place = Place(id_)
        elif self.guild and isinstance(self.guild.get_channel(int(parent)), discord.ForumChannel):
            place = Place(id_, id_)
        else:
            place = Place(parent, id_)
        locked = object_in(thread, "thread_metadata").get("locked") is True
        learned, known = Thread(parent, place, text_in(thread, "name"), locked), self._threads.get(id_)
        self._threads[id_] = learned
        if learned.is_place and (known is None or known.parent != parent):
            self.unwritten[id_] = parent

    def title(self, post: str) -> str:
        """Return what a post of a forum is called, "" if it is none that is known."""
        known = self._threads.get(post)
        return known.title if known and known.place.channel == post == known.place.thread else ""

    def bears_tag(self, post: Wire) -> bool | None:
        """Tell whether a post bears the forum's tag for answered ones; None where there is no such tag."""
        parent = text_in(post, "parent_id")
        forum = self.guild.get_channel(int(parent)) if self.guild and parent.isdigit() else None
        if not isinstance(forum, discord.ForumChannel):
            return None
        tag = answered_tag([(str(each.id), each.name) for each in forum.available_tags])
        return None if tag is None else tag in texts_in(post, "applied_tags")

    def learn_among(self, thread: str, channel: str) -> None:
        """Take in that messages of a thread are kept in a channel."""
        self._threads[thread] = Thread(channel, Place(channel, thread))

    def learn_alone(self, thread: str) -> None:
        """Take in that nobody says where something stands: so it is a channel of its own."""
        self._threads[thread] = Thread("", Place(thread))

    def knows(self, channel: str) -> bool:
        """Tell whether it is known where something said in a channel or thread stands."""
        guild = self.guild
        there = guild.get_channel_or_thread(int(channel)) if guild and channel.isdigit() else None
        return there is not None or channel in self._threads

    def forget(self, channel: str) -> list[Place]:
        """Forget a channel or thread that is gone; return all places that are gone with it."""
        place = self.place(channel)
        # Of a channel that had threads these stand in it, but for those that are channels of their own.
        inside = [id_ for id_, thread in self._threads.items() if thread.parent == channel]
        found = [place, *(self._threads[id_].place for id_ in inside)]
        for id_ in (channel, *inside):
            self._threads.pop(id_, None)
        return [each for each in found if each is place or each.channel != channel]

    def thread(self, channel: str) -> discord.Thread | None:
        """Return a thread of this id, if one is known."""
        guild = self.guild
        found = guild.get_channel_or_thread(int(channel)) if guild and channel.isdigit() else None
        return found if isinstance(found, discord.Thread) else None

    def roles(self, member: Wire) -> tuple[str, ...]:
        return tuple(texts_in(member, "roles"))

    def is_admin(self, user: str, member: Wire) -> bool:
        """Tell whether somebody administers the server, as its owner or by a role."""
        guild = self.guild
        if guild is None:
            return False
        if str(guild.owner_id) == user:
            return True
        roles = (guild.get_role(int(role)) for role in texts_in(member, "roles") if role.isdigit())
        return any(_rules(role) for role in roles if role)

    def rulers(self) -> frozenset[int]:
        """Return the owner and the roles that let somebody administer the server."""
        guild = self.guild
        if guild is None:
            return frozenset()
        roles = (each.id for each in guild.roles if _rules(each))
        return frozenset((guild.owner_id or 0, *roles))

    def is_news(self, member: str, roles: Sequence[str], *, admin: bool) -> bool:
        """Tell whether it is still to be told what roles somebody has, and if they administer the server."""
        news = (admin, tuple(sorted(roles)))
        if self._doers.get(member) == news:
            return False
        self._doers[member] = news
        self._doers.move_to_end(member)
        if len(self._doers) > _NAMES:
            self._doers.popitem(last=False)
        return True

    def know_again(self, member: str | None = None) -> None:
        """Have it told anew of somebody, or of all, what roles they have."""
        if member is None:
            self._doers.clear()
        else:
            self._doers.pop(member, None)

    def know(self, member: str, name: str) -> None:
        """Remember for a while what somebody is called."""
        self._names[member] = name
        self._names.move_to_end(member)
        if len(self._names) > _NAMES:
            self._names.popitem(last=False)

    def called(self, member: str) -> str:
        """Return what somebody is called, "" where that is not known any more."""
        return self._names.get(member, "")

    def channels(self) -> Iterator[Heard]:
        """Give the channels where people talk."""
        guild = self.guild
        for channel in guild.channels if guild else ():
            if channel.type in HEARD and isinstance(channel, Heard):
                yield channel

    def state(self, channel: discord.abc.GuildChannel | discord.Thread) -> tuple[str, bool, bool, bool]:
        """Return a channel's name (or a thread's), and whether it is private, archived, heard."""
        if isinstance(channel, discord.Thread):
            return self._state_in(
                channel.parent, channel.name, private=channel.is_private(), locked=channel.locked
            )
        private, heard = self._seen(channel)
        return (channel.name, private, False, heard)

    def state_put_away(self, thread: str) -> tuple[str, bool, bool, bool] | None:
        """Return the same of a thread that discord.py forgot; None of one that is no channel for the core."""
        known, guild = self._threads.get(thread), self.guild
        if known is None or not known.is_place or not known.parent or guild is None or self.thread(thread):
            return None
        parent, private = guild.get_channel(int(known.parent)), known.place.thread is None
        return self._state_in(parent, known.title, private=private, locked=known.locked)

    def _state_in(
        self, parent: discord.abc.GuildChannel | None, name: str, *, private: bool, locked: bool
    ) -> tuple[str, bool, bool, bool]:
        """Return a thread's state, as of one in a channel."""
        if parent is None:
            return (name, True, False, False)
        hidden, heard = self._seen(parent)
        return (f"{parent.name} / {name}", private or hidden, locked, heard)

    def _seen(self, place: discord.abc.GuildChannel) -> tuple[bool, bool]:
        """Return whether few see a channel, and whether Hearth does."""
        guild = place.guild
        everyone = place.permissions_for(guild.default_role)
        # Who may not come in where people speak does not read what they write there.
        private = not everyone.view_channel or (place.type in VOICES and not everyone.connect)
        return private, place.permissions_for(guild.me).view_channel

    def lacking(self) -> list[str]:
        """Return the permissions that Hearth was not given in the server as a whole."""
        guild = self.guild
        given = guild.me.guild_permissions if guild else discord.Permissions.none()
        return [name for name in (*PERMISSIONS, *WISHED) if not getattr(given, name)]

    def taken(self) -> Mapping[str, tuple[list[str], int]]:
        """Return by permission which channels that Hearth sees take it: names, and how many private ones."""
        found: dict[str, tuple[list[str], int]] = {name: ([], 0) for name in IN_CHANNELS}
        for channel in self.channels():
            me, rights = channel.guild.me, channel.permissions_for(channel.guild.me)
            if not rights.view_channel:
                continue
            private = not channel.permissions_for(channel.guild.default_role).view_channel
            for name in taken(me.guild_permissions, rights, forum=isinstance(channel, discord.ForumChannel)):
                names, hidden = found[name]
                found[name] = (names, hidden + 1) if private else ([*names, channel.name], hidden)
        return found

    def may_post(self, channel: str) -> bool:
        """Tell whether Hearth may post in a channel, as its permissions stand."""
        guild = self.guild
        place = guild.get_channel_or_thread(int(channel)) if guild and channel.isdigit() else None
        if guild is None or place is None:
            return False
        rights = place.permissions_for(guild.me)
        says = rights.send_messages_in_threads if isinstance(place, discord.Thread) else rights.send_messages
        return rights.view_channel and says and rights.embed_links

    def first_place(self) -> str | None:
        """Return where Hearth says what it needs: among those who manage the server, or else where it may."""
        guild = self.guild
        if guild is None:
            return None
        channels = [guild.public_updates_channel, guild.system_channel, *guild.text_channels]
        for channel in channels:
            if isinstance(channel, discord.TextChannel) and self.may_post(str(channel.id)):
                return str(channel.id)
        return None

    def permalink(self, ref: MessageRef) -> str:
        """Return a message's address, which is in its thread."""
        channel = ref.thread if ref.thread and ref.thread != ref.message else ref.channel
        return f"{self.address}{channel}/{ref.message}"


def _rules(role: discord.Role) -> bool:
    return role.permissions.administrator or role.permissions.manage_guild


class _Names(Mapping[str, str]):
    """The names of a server's channels, looked up when they are asked for."""

    def __init__(self, guild: discord.Guild | None) -> None:
        self._guild = guild

    def __getitem__(self, channel: str) -> str:
        found = self._guild.get_channel_or_thread(int(channel)) if self._guild else None
        if found is None:
            raise KeyError(channel)
        return found.name

    def __iter__(self) -> Iterator[str]:
        return iter([str(channel.id) for channel in self._guild.channels] if self._guild else [])

    def __len__(self) -> int:
        return len(self._guild.channels) if self._guild else 0
