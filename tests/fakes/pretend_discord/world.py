"""All there is in the pretend Discord, and what happens in it; whoever listens is told."""

import asyncio
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta

from tests.fakes.pretend_discord import permissions, shapes
from tests.fakes.pretend_discord.moments import Moments
from tests.fakes.pretend_discord.refusals import Refusal, Wire
from tests.fakes.pretend_discord.things import (
    DIRECT,
    EPHEMERAL,
    HAS_THREAD,
    PUBLIC_THREAD,
    REPLIED,
    STARTER,
    Channel,
    Guild,
    Member,
    Message,
    User,
)

GUILDS, MEMBERS, MESSAGES, REACTIONS = 1 << 0, 1 << 1, 1 << 9, 1 << 10
DIRECT_MESSAGES, DIRECT_REACTIONS, CONTENT, AUTOMOD_HITS = 1 << 12, 1 << 13, 1 << 15, 1 << 21
PRESENCES = 1 << 8
# By the flags an application has that is in few servers.
PRIVILEGED = {PRESENCES: 1 << 13, MEMBERS: 1 << 15, CONTENT: 1 << 19}
MOST_REACTIONS = 20
OLD = timedelta(hours=1)
MOST_OLD_EDITS = 3
_MENTION = re.compile(r"<@!?(\d+)>|<@&(\d+)>|@(everyone|here)\b")


@dataclass(frozen=True)
class Dispatch:
    """Something to be told to whoever asked for it and may see `channel` in `guild` (None: it is direct)."""

    kind: str
    data: Wire
    guild: str | None
    intent: int
    channel: str | None = None
    needs: int = 0


@dataclass
class World:
    """People, servers and what they hold. `me` is the application's bot user."""

    moments: Moments
    me: User
    granted: int = MEMBERS | CONTENT
    # Whether the application says what it was granted.
    says_granted: bool = True
    guilds: dict[str, Guild] = field(default_factory=dict)
    channels: dict[str, Channel] = field(default_factory=dict)
    users: dict[str, User] = field(default_factory=dict)
    # Members whom Hearth means to notify; whom else it notified is a problem.
    welcome_pings: set[str] = field(default_factory=set)
    # What a test has to fail for, whatever else it looks at.
    problems: list[str] = field(default_factory=list)
    # What our application has said, ephemeral or not, in order.
    said: list[Message] = field(default_factory=list)
    listen: Callable[[Dispatch], None] = lambda dispatch: None

    def __post_init__(self) -> None:
        self.changed = asyncio.Event()
        self.users[self.me.id] = self.me

    def stir(self) -> None:
        """Wake whoever waits for something to change."""
        self.changed.set()
        self.changed = asyncio.Event()

    def complain(self, of: str) -> None:
        """Note what a test has to fail for."""
        self.problems.append(of)
        self.stir()

    @property
    def flags(self) -> int:
        """The application's flags: which privileged intents it was granted."""
        return sum(flag for intent, flag in PRIVILEGED.items() if self.granted & intent)

    def guild(self, id: str) -> Guild:
        """Return a server our application is in. Raises Refusal."""
        guild = self.guilds.get(id)
        if guild is None or self.me.id not in guild.members:
            raise Refusal(10004)
        return guild

    def channel(self, id: str, *needs: int) -> Channel:
        """Return a channel that our application may see, and do what it needs in. Raises Refusal."""
        channel = self.channels.get(id)
        if channel is None:
            raise Refusal(10003)
        if channel.guild is None:
            return channel
        guild = self.guilds[channel.guild]
        allowed = permissions.in_channel(guild, channel, self.me.id)
        if not allowed & permissions.VIEW_CHANNEL:
            raise Refusal(50001)
        if any(not allowed & need for need in needs):
            raise Refusal(50013)
        return channel

    def message(self, channel: Channel, id: str) -> Message:
        """Return a message that is there for everyone. Raises Refusal."""
        message = channel.messages.get(id)
        if message is None or message.only is not None:
            raise Refusal(10008)
        return message

    def may(self, channel: Channel, user: str) -> int:
        """Return what somebody may do in a channel."""
        if channel.guild is None:
            return permissions.EVERYTHING
        return permissions.in_channel(self.guilds[channel.guild], channel, user)

    def shape(self, message: Message, *, nonce: bool = False) -> Wire:
        """Return a message as it is read with the content granted or not."""
        shown = shapes.message(message, self.channels, self.users, self.me.id, nonce=nonce)
        if self.granted & CONTENT or self.channels[message.channel].guild is None:
            return shown
        return shapes.without_words(shown, self.me.id)

    def tell(self, kind: str, data: Wire, guild: str | None, intent: int, **where: object) -> None:
        """Tell whoever listens."""
        channel, needs = where.get("channel"), where.get("needs", 0)
        assert channel is None or isinstance(channel, str)
        assert isinstance(needs, int)
        self.listen(Dispatch(kind, data, guild, intent, channel, needs))
        self.stir()

    def tell_of_message(self, kind: str, message: Message) -> None:
        """Tell of a message made or changed."""
        place = self.channels[message.channel]
        data = shapes.message(message, self.channels, self.users, self.me.id, nonce=kind == "MESSAGE_CREATE")
        if place.guild:
            data["guild_id"] = place.guild
            author = self.guilds[place.guild].members.get(message.author.id)
            if author:
                data["member"] = shapes.member(author, with_user=False)
        intent = MESSAGES if place.guild else DIRECT_MESSAGES
        self.tell(kind, data, place.guild, intent, channel=place.id)

    def tell_of_channel(self, kind: str, channel: Channel, **more: object) -> None:
        """Tell of a channel or thread made, changed or gone."""
        hidden = {"channel": channel.id} if channel.is_thread else {}
        self.tell(kind, shapes.channel(channel, self.me.id) | more, channel.guild, GUILDS, **hidden)

    def post(self, message: Message) -> Message:
        """Let a message be said: an archived thread wakes."""
        place = self.channels[message.channel]
        if place.archived:
            place.archived = False
            place.archived_at = self.moments.now()
            self.tell_of_channel("THREAD_UPDATE", place)
        place.messages[message.id] = message
        self.keep_in_order(place)
        if message.author is self.me:
            self._spoke(message)
        if message.only is None:
            self.tell_of_message("MESSAGE_CREATE", message)
        self.stir()
        return message

    def keep_in_order(self, channel: Channel) -> None:
        """Put a message that is told of late where it belongs."""
        ids = list(channel.messages)
        if len(ids) > 1 and int(ids[-1]) < int(ids[-2]):
            channel.messages = dict(sorted(channel.messages.items(), key=lambda each: int(each[0])))

    def _spoke(self, message: Message) -> None:
        self.said.append(message)
        strays = message.pings - self.welcome_pings
        if strays:
            self.complain(f"message {message.id} notified {', '.join(sorted(strays))}")

    def mention(self, message: Message, allowed: Wire | None) -> None:
        """Find whom a message names, and whom it notifies by that."""
        place = self.channels[message.channel]
        guild = self.guilds[place.guild] if place.guild else None
        rights = self.may(place, message.author.id)
        everything: Wire = {"parse": ["users", "roles", "everyone"], "replied_user": True}
        rules = everything if allowed is None else allowed
        parse = rules.get("parse") or []
        for user, role, all in _MENTION.findall(message.content):
            if user and user in self.users:
                if user not in message.mentions:
                    message.mentions.append(user)
                if "users" in parse or user in map(str, rules.get("users") or ()):
                    message.pings.add(user)
            elif role and guild and role in guild.roles:
                message.mention_roles.append(role)
                if "roles" in parse or role in map(str, rules.get("roles") or ()):
                    message.pings.add(f"role {role}")
            elif all and "everyone" in parse and rights & permissions.MENTION_EVERYONE:
                message.mention_everyone = True
                message.pings.add(f"@{all}")
        if message.kind == REPLIED and message.reference and rules.get("replied_user", False):
            meant = place.messages.get(message.reference["message_id"])
            if meant:
                message.mentions.append(meant.author.id)
                message.pings.add(meant.author.id)
        message.mentions = list(dict.fromkeys(message.mentions))
        message.pings -= {message.author.id}
        if message.flags & EPHEMERAL:
            message.pings = set()

    def open_thread(
        self,
        parent: Channel,
        name: str,
        owner: User,
        *,
        on: Message | None = None,
        tags: list[str] | None = None,
    ) -> Channel:
        """Open a thread under a message, or a post in a forum; its starter is still to be said."""
        id = on.id if on else self.moments.snowflake()
        thread = Channel(
            id,
            PUBLIC_THREAD,
            parent.guild,
            name,
            parent=parent.id,
            owner=owner.id,
            applied=tags or [],
            joined={owner.id},
        )
        assert parent.guild
        self.guilds[parent.guild].channels[id] = self.channels[id] = thread
        if on:
            on.thread, on.flags = id, on.flags | HAS_THREAD
        self.tell_of_channel("THREAD_CREATE", thread, newly_created=True)
        if on:
            self.tell_of_message("MESSAGE_UPDATE", on)
            self.post(
                Message(
                    self.moments.snowflake(),
                    id,
                    on.author,
                    self.moments.now(),
                    STARTER,
                    reference={
                        "type": 0,
                        "channel_id": parent.id,
                        "guild_id": parent.guild,
                        "message_id": on.id,
                    },
                )
            )
        return thread

    def react(self, message: Message, user: User, key: str) -> None:
        """Let somebody react."""
        who = message.reactions.setdefault(key, [])
        if user.id not in who:
            who.append(user.id)
            self._tell_of_reaction("MESSAGE_REACTION_ADD", message, user, key)

    def unreact(self, message: Message, user: User, key: str) -> None:
        """Let somebody take a reaction back."""
        who = message.reactions.get(key, [])
        if user.id in who:
            who.remove(user.id)
            if not who:
                del message.reactions[key]
            self._tell_of_reaction("MESSAGE_REACTION_REMOVE", message, user, key)

    def _tell_of_reaction(self, kind: str, message: Message, user: User, key: str) -> None:
        place = self.channels[message.channel]
        data: Wire = {
            "user_id": user.id,
            "channel_id": place.id,
            "message_id": message.id,
            "emoji": shapes.emoji_of(key),
            "burst": False,
            "type": 0,
        }
        if place.guild:
            data["guild_id"] = place.guild
            member = self.guilds[place.guild].members.get(user.id)
            if kind.endswith("ADD") and member:
                data |= {"member": shapes.member(member), "message_author_id": message.author.id}
        intent = REACTIONS if place.guild else DIRECT_REACTIONS
        self.tell(kind, data, place.guild, intent, channel=place.id)

    def delete(self, messages: list[Message]) -> None:
        """Let messages be gone, one or many at once."""
        place = self.channels[messages[0].channel]
        for message in messages:
            place.messages.pop(message.id, None)
        data: Wire = {"channel_id": place.id} | ({"guild_id": place.guild} if place.guild else {})
        intent = MESSAGES if place.guild else DIRECT_MESSAGES
        if len(messages) == 1:
            self.tell("MESSAGE_DELETE", data | {"id": messages[0].id}, place.guild, intent, channel=place.id)
        else:
            data["ids"] = [message.id for message in messages]
            self.tell("MESSAGE_DELETE_BULK", data, place.guild, intent, channel=place.id)

    def direct_with(self, user: User) -> Channel:
        """Return the direct conversation of our application with somebody."""
        for channel in self.channels.values():
            if channel.kind == DIRECT and channel.recipient is user:
                return channel
        id = self.moments.snowflake()
        self.channels[id] = Channel(id, DIRECT, None, recipient=user)
        return self.channels[id]

    def shared(self, user: User) -> bool:
        """Say whether somebody is in a server with our application."""
        return any(user.id in g.members and self.me.id in g.members for g in self.guilds.values())

    def active_threads(self, guild: Guild) -> list[Channel]:
        """Return the threads our application may see that are not archived."""
        return [
            channel
            for channel in guild.channels.values()
            if channel.is_thread
            and not channel.archived
            and self.may(channel, self.me.id) & permissions.VIEW_CHANNEL
        ]

    def member_of(self, guild: Guild, user: str) -> Member:
        """Return a member. Raises Refusal."""
        if user not in guild.members:
            raise Refusal(10007 if user in self.users else 10013)
        return guild.members[user]
