"""The servers of the pretend Discord, and what those who run them do."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from tests.fakes.pretend_discord import permissions, shapes
from tests.fakes.pretend_discord.commands import Commands
from tests.fakes.pretend_discord.interactions import (
    Interactions,
)
from tests.fakes.pretend_discord.people import Person
from tests.fakes.pretend_discord.refusals import Wire
from tests.fakes.pretend_discord.things import (
    AUTOMOD,
    CATEGORY,
    FORUM,
    JOINED,
    PRIVATE_THREAD,
    TEXT,
    Channel,
    Guild,
    Member,
    Message,
    Overwrite,
    Role,
    Tag,
    User,
)
from tests.fakes.pretend_discord.world import AUTOMOD_HITS, GUILDS, MEMBERS, REACTIONS, World


class Server:
    """A server, and what those who run it do."""

    def __init__(self, world: World, commands: Commands, interactions: Interactions, guild: Guild) -> None:
        self.world = world
        self.commands = commands
        self.interactions = interactions
        self.guild = guild

    @property
    def id(self) -> str:
        return self.guild.id

    def channel(
        self, name: str, *, hidden: bool = False, kind: int = TEXT, deny: int = 0, to_me: bool = False
    ) -> Channel:
        """Make a channel, `hidden` from everyone but, if told so, our application; `deny` to everyone."""
        id = self.world.moments.snowflake()
        writes = []
        if hidden or deny:
            writes.append(Overwrite(self.id, 0, deny=deny | (permissions.VIEW_CHANNEL if hidden else 0)))
        if to_me:
            writes.append(Overwrite(self.world.me.id, 1, allow=permissions.VIEW_CHANNEL))
        made = Channel(id, kind, self.id, name, overwrites=writes, position=len(self.guild.channels))
        self.guild.channels[id] = self.world.channels[id] = made
        self.world.tell_of_channel("CHANNEL_CREATE", made)
        return made

    def category(self, name: str) -> Channel:
        """Make a category."""
        return self.channel(name, kind=CATEGORY)

    def forum(
        self, name: str, tags: Iterable[str] = (), *, needs_tag: bool = False, kind: int = FORUM
    ) -> Channel:
        """Make a forum with the tags it offers."""
        made = self.channel(name, kind=kind)
        made.tags = [Tag(self.world.moments.snowflake(), tag) for tag in tags]
        made.needs_tag = needs_tag
        self.world.tell_of_channel("CHANNEL_UPDATE", made)
        return made

    def thread(self, parent: Channel, name: str, by: "Person", *, on: Message | None = None) -> Channel:
        """Let somebody open a thread."""
        return self.world.open_thread(parent, name, by.user, on=on)

    def private_thread(self, parent: Channel, name: str, *members: "Person") -> Channel:
        """Open a thread that only its members see."""
        id = self.world.moments.snowflake()
        joined = {each.user.id for each in members}
        made = Channel(
            id, PRIVATE_THREAD, self.id, name, parent=parent.id, owner=members[0].user.id, joined=joined
        )
        self.guild.channels[id] = self.world.channels[id] = made
        self.world.tell_of_channel("THREAD_CREATE", made, newly_created=True)
        return made

    def archive(self, thread: Channel, *, locked: bool = False) -> None:
        """Put a thread away."""
        thread.archived, thread.locked, thread.archived_at = True, locked, self.world.moments.now()
        self.world.tell_of_channel("THREAD_UPDATE", thread)

    def change(
        self, channel: Channel, *, name: str | None = None, overwrites: list[Overwrite] | None = None
    ) -> None:
        """Change a channel. Who comes to see it is told of the threads that are open in it."""
        world, me = self.world, self.world.me.id
        saw = world.may(channel, me) & permissions.VIEW_CHANNEL
        channel.name = name or channel.name
        channel.overwrites = channel.overwrites if overwrites is None else overwrites
        world.tell_of_channel("THREAD_UPDATE" if channel.is_thread else "CHANNEL_UPDATE", channel)
        if not saw and not channel.is_thread and world.may(channel, me) & permissions.VIEW_CHANNEL:
            threads = [
                shapes.channel(each, me)
                for each in world.active_threads(self.guild)
                if each.parent == channel.id
            ]
            data: Wire = {
                "guild_id": self.id,
                "channel_ids": [channel.id],
                "threads": threads,
                "members": [each["member"] for each in threads if "member" in each],
            }
            world.tell("THREAD_LIST_SYNC", data, self.id, GUILDS)

    def remove(self, channel: Channel) -> None:
        """Delete a channel or thread with all that was said in it; of its threads nobody is told."""
        if channel.is_thread:
            shown = shapes.channel(channel)
            left = {key: shown[key] for key in ("id", "guild_id", "parent_id", "type")}
            self.world.tell("THREAD_DELETE", left, self.id, GUILDS, channel=channel.id)
        else:
            self.world.tell_of_channel("CHANNEL_DELETE", channel)
        for gone in [channel, *(each for each in self.guild.channels.values() if each.parent == channel.id)]:
            if gone is channel or gone.is_thread:
                del self.guild.channels[gone.id], self.world.channels[gone.id]

    def role(self, name: str, rights: int = 0) -> Role:
        """Make a role."""
        made = Role(self.world.moments.snowflake(), name, rights, len(self.guild.roles))
        self.guild.roles[made.id] = made
        self.world.tell(
            "GUILD_ROLE_CREATE", {"guild_id": self.id, "role": shapes.role(made)}, self.id, GUILDS
        )
        return made

    def allow(self, role: Role, rights: int) -> None:
        """Let a role do no more and no less."""
        role.permissions = rights
        self.world.tell(
            "GUILD_ROLE_UPDATE", {"guild_id": self.id, "role": shapes.role(role)}, self.id, GUILDS
        )

    def abolish(self, role: Role) -> None:
        """Delete a role; nobody is told of its members."""
        del self.guild.roles[role.id]
        for member in self.guild.members.values():
            member.roles = [each for each in member.roles if each != role.id]
        self.world.tell("GUILD_ROLE_DELETE", {"guild_id": self.id, "role_id": role.id}, self.id, GUILDS)

    def belongs_to(self, person: "Person") -> None:
        """Give the server to another owner."""
        self.guild.owner = person.id
        self.world.tell("GUILD_UPDATE", shapes.guild(self.guild), self.id, GUILDS)

    def allow_me(self, rights: int) -> None:
        """Let our application do no more and no less in this server."""
        mine = next(each for each in self.guild.roles.values() if each.managed_by == self.world.me.id)
        self.allow(mine, rights)

    def emoji(self, name: str) -> str:
        """Make an emoji of the server's own; return what reactions name it by."""
        id = self.world.moments.snowflake()
        self.guild.emojis[id] = name
        return f"{name}:{id}"

    def rename(self, name: str) -> None:
        """Give the server another name."""
        self.guild.name = name
        self.world.tell("GUILD_UPDATE", shapes.guild(self.guild), self.id, GUILDS)

    def person(
        self, name: str, *, rights: int = 0, at: datetime | None = None, bot: bool = False
    ) -> "Person":
        """Put somebody into the server who has long been there: nobody is told."""
        user = User(self.world.moments.snowflake(at), name, bot=bot)
        self.world.users[user.id] = user
        member = Member(user, at or self.world.moments.now())
        self.guild.members[user.id] = member
        if rights:
            role = Role(self.world.moments.snowflake(), f"{name}'s", rights, len(self.guild.roles))
            self.guild.roles[role.id] = role
            member.roles.append(role.id)
            self.world.tell(
                "GUILD_ROLE_CREATE", {"guild_id": self.id, "role": shapes.role(role)}, self.id, GUILDS
            )
        return Person(self, user)

    def joins(self, who: "str | Person", *, quietly: bool = False) -> "Person":
        """Let somebody join; with screening they are pending. `quietly`: while nobody was told."""
        if isinstance(who, Person):
            user = who.user
        else:
            user = User(self.world.moments.snowflake(), who)
            self.world.users[user.id] = user
        member = Member(user, self.world.moments.now(), pending=self.guild.screening)
        self.guild.members[user.id] = member
        if not quietly:
            data = shapes.member(member) | {"guild_id": self.id}
            self.world.tell("GUILD_MEMBER_ADD", data, self.id, MEMBERS)
        return Person(self, user)

    def says_joined(self, person: "Person", channel: Channel) -> Message:
        """Let Discord's own note that somebody joined appear in a channel."""
        moments = self.world.moments
        return self.world.post(Message(moments.snowflake(), channel.id, person.user, moments.now(), JOINED))

    def bulk_delete(self, messages: Sequence[Message]) -> None:
        """Delete many messages at once."""
        self.world.delete(list(messages))

    def clears(self, message: Message, emoji: str | None = None) -> None:
        """Clear the reactions to a message, or those with one emoji."""
        data: Wire = {"guild_id": self.id, "channel_id": message.channel, "message_id": message.id}
        if emoji is None:
            message.reactions.clear()
            kind = "MESSAGE_REACTION_REMOVE_ALL"
        else:
            message.reactions.pop(emoji)
            kind, data = "MESSAGE_REACTION_REMOVE_EMOJI", data | {"emoji": shapes.emoji_of(emoji)}
        self.world.tell(kind, data, self.id, REACTIONS, channel=message.channel)

    def automod(
        self,
        person: "Person",
        channel: Channel,
        text: str,
        keyword: str,
        *,
        flags: Message | None = None,
        trigger: int = 1,
    ) -> None:
        """Let AutoMod block what somebody wanted to say, or flag what they said.

        Only those who manage the server are told, once for each thing that the rule does.
        """
        data: Wire = {
            "guild_id": self.id,
            "rule_id": f"{self.id}{trigger}",
            "rule_trigger_type": trigger,
            "user_id": person.user.id,
            "channel_id": channel.id,
            "content": text,
            "matched_keyword": keyword,
            "matched_content": keyword,
        }
        alert: Wire = {"type": 2, "metadata": {"channel_id": channel.id}}
        deeds: list[Wire] = [{"type": 1, "metadata": {}}, alert]
        if flags is not None:
            data["message_id"] = flags.id
            deeds = [alert]
        for deed in deeds:
            kind, shown = "AUTO_MODERATION_ACTION_EXECUTION", data | {"action": deed}
            self.world.tell(kind, shown, self.id, AUTOMOD_HITS, needs=permissions.MANAGE_GUILD)

    def automod_alert(self, channel: Channel, text: str) -> Message:
        """Let AutoMod's alert appear in a channel."""
        moments = self.world.moments
        shown = {"type": "auto_moderation_message", "description": text}
        by = User(self.id, "AutoMod", bot=True)
        self.world.users[by.id] = by
        return self.world.post(
            Message(moments.snowflake(), channel.id, by, moments.now(), AUTOMOD, embeds=[shown])
        )

    def fails(self) -> None:
        """Let the server be unavailable for a while."""
        self.guild.available = False
        self.world.tell("GUILD_DELETE", {"id": self.id, "unavailable": True}, self.id, GUILDS)

    def recovers(self) -> None:
        """Let the server be available again."""
        self.guild.available = True
        self._tell_whole()

    def expels_me(self) -> None:
        """Remove our application."""
        del self.guild.members[self.world.me.id]
        self.world.tell("GUILD_DELETE", {"id": self.id}, self.id, GUILDS)

    def invites_me(self, rights: int) -> None:
        """Add our application, with what it may do."""
        self.add_me(rights)
        self._tell_whole(joined=True)

    def add_me(self, rights: int) -> None:
        """Put our application among the members, with a role of its own."""
        me = self.world.me
        mine = Role(self.world.moments.snowflake(), me.name, rights, 1, managed_by=me.id)
        self.guild.roles[mine.id] = mine
        self.guild.members[me.id] = Member(me, self.world.moments.now(), [mine.id])

    def _tell_whole(self, *, joined: bool = False) -> None:
        """Tell all of the server; of one just joined it is not said that it is available."""
        shown = shapes.whole_guild(self.guild, self.world.me.id, self.world.active_threads(self.guild))
        if joined:
            del shown["unavailable"]
        self.world.tell("GUILD_CREATE", shown, self.id, GUILDS)

    def seen_by(self, person: "Person", channel: Channel) -> list[Message]:
        """Return what somebody sees in a channel, what only they see among it."""
        if not permissions.in_channel(self.guild, channel, person.user.id) & permissions.VIEW_CHANNEL:
            return []
        return [each for each in channel.messages.values() if each.only in (None, person.user.id)]
