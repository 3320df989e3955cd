"""What a test lets people do: the servers of the pretend Discord, and who is in them."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from tests.fakes.pretend_discord import permissions, shapes
from tests.fakes.pretend_discord.command_limits import (
    BOOLEAN,
    CHANNEL,
    CHAT,
    GROUP,
    INTEGER,
    NUMBER,
    ON_MESSAGE,
    ROLE,
    SUBCOMMAND,
    USER,
)
from tests.fakes.pretend_discord.commands import Commands
from tests.fakes.pretend_discord.interactions import (
    AUTOCOMPLETE,
    COMMAND,
    COMPONENT,
    MODAL,
    Interaction,
    Interactions,
    resolved_channels,
    resolved_members,
)
from tests.fakes.pretend_discord.limits import (
    BUTTON,
    CHANNEL_SELECT,
    LABEL,
    LINK_STYLE,
    ROLE_SELECT,
    SELECTS,
    STRING_SELECT,
    TEXT_DISPLAY,
    TEXT_INPUT,
    USER_SELECT,
)
from tests.fakes.pretend_discord.refusals import Wire
from tests.fakes.pretend_discord.things import (
    AUTOMOD,
    CATEGORY,
    FORUM,
    JOINED,
    PRIVATE_THREAD,
    REPLIED,
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

    def forum(self, name: str, tags: Iterable[str] = (), *, needs_tag: bool = False) -> Channel:
        """Make a forum with the tags it offers."""
        made = self.channel(name, kind=FORUM)
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
        """Change a channel."""
        channel.name = name or channel.name
        channel.overwrites = channel.overwrites if overwrites is None else overwrites
        self.world.tell_of_channel("THREAD_UPDATE" if channel.is_thread else "CHANNEL_UPDATE", channel)

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


@dataclass(eq=False)
class Person:
    """Somebody in a server, and what they can do in a client."""

    server: Server
    user: User

    @property
    def id(self) -> str:
        return self.user.id

    @property
    def member(self) -> Member:
        return self.server.guild.members[self.user.id]

    @property
    def mention(self) -> str:
        return f"<@{self.user.id}>"

    def says(
        self,
        channel: Channel,
        text: str,
        *,
        to: Message | None = None,
        at: datetime | None = None,
        files: int = 0,
    ) -> Message:
        """Say something; `to` what is natively replied to, `at` when it was, if that was before now."""
        world = self.server.world
        when = at or world.moments.now()
        id = world.moments.snowflake(at)
        message = Message(id, channel.id, self.user, when, content=text)
        if to:
            message.kind = REPLIED
            message.reference = {
                "type": 0,
                "message_id": to.id,
                "channel_id": channel.id,
                "guild_id": channel.guild,
            }
        for number in range(files):
            url = f"https://cdn.discordapp.com/attachments/{channel.id}/{id}/{number}.txt"
            message.attachments.append(
                {
                    "id": world.moments.snowflake(),
                    "filename": f"{number}.txt",
                    "size": 1,
                    "url": url,
                    "proxy_url": url,
                }
            )
        world.mention(message, None)
        return world.post(message)

    def edits(self, message: Message, text: str) -> None:
        """Change what one said."""
        message.content, message.mentions = text, []
        message.edited_at = self.server.world.moments.now()
        self.server.world.mention(message, None)
        self.server.world.tell_of_message("MESSAGE_UPDATE", message)

    def deletes(self, message: Message) -> None:
        """Take back what one said."""
        self.server.world.delete([message])

    def reacts(self, message: Message, emoji: str) -> None:
        """React."""
        self.server.world.react(message, self.user, emoji)

    def unreacts(self, message: Message, emoji: str) -> None:
        """Take a reaction back."""
        self.server.world.unreact(message, self.user, emoji)

    def posts(
        self, forum: Channel, title: str, text: str, tags: Iterable[str] = ()
    ) -> tuple[Channel, Message]:
        """Open a post in a forum; return its thread and first message."""
        world = self.server.world
        assert forum.kind == FORUM
        by_name = {tag.name: tag.id for tag in forum.tags}
        thread = world.open_thread(forum, title, self.user, tags=[by_name[tag] for tag in tags])
        message = Message(thread.id, thread.id, self.user, world.moments.now(), content=text)
        world.mention(message, None)
        return thread, world.post(message)

    def passes(self) -> None:
        """Pass the server's screening."""
        self.member.pending = False
        self._changed()

    def gets(self, role: Role) -> None:
        """Be given a role."""
        self.member.roles.append(role.id)
        self._changed()

    def is_called(self, nick: str | None) -> None:
        """Be called otherwise here."""
        self.member.nick = nick
        self._changed()

    def _changed(self) -> None:
        server = self.server
        data = shapes.member(self.member) | {"guild_id": server.id}
        server.world.tell("GUILD_MEMBER_UPDATE", data, server.id, MEMBERS)

    def leaves(self, *, quietly: bool = False) -> None:
        """Leave the server."""
        del self.server.guild.members[self.user.id]
        if not quietly:
            data = {"guild_id": self.server.id, "user": shapes.user(self.user)}
            self.server.world.tell("GUILD_MEMBER_REMOVE", data, self.server.id, MEMBERS)

    def tags(self, post: Channel, *names: str) -> None:
        """Have one's post bear these of the forum's tags, and no others."""
        world = self.server.world
        assert post.parent
        assert post.owner == self.user.id or world.may(post, self.user.id) & permissions.MANAGE_THREADS
        by_name = {tag.name: tag.id for tag in world.channels[post.parent].tags}
        post.applied = [by_name[name] for name in names]
        world.tell_of_channel("THREAD_UPDATE", post)

    def writes_direct(self, text: str) -> Message:
        """Write to our application alone."""
        return self.says(self.server.world.direct_with(self.user), text)

    @property
    def inbox(self) -> list[Message]:
        """What our application wrote to this person alone."""
        world = self.server.world
        return [each for each in world.direct_with(self.user).messages.values() if each.author is world.me]

    # What is done with what our application shows.

    def runs(self, channel: Channel, line: str, /, **options: object) -> Interaction:
        """Give a command, as "community settings show", with its options by name, if it was registered so."""
        names = line.split()
        command = self.server.commands.named(self.server.id, names[0])
        self._may_use(channel)
        place: Wire = command
        nesting: list[Wire] = []
        for name in names[1:]:
            found = [each for each in place.get("options") or () if each["name"] == name]
            assert found, f"there is no {name} in /{line}"
            assert found[0]["type"] in (SUBCOMMAND, GROUP), f"{name} in /{line} is to be filled in"
            place = found[0]
            nesting.append(place)
        known = {each["name"]: each for each in place.get("options") or ()}
        assert not any(each["type"] in (SUBCOMMAND, GROUP) for each in known.values()), f"/{line} goes on"
        data, resolved = self._filled(channel, known, options, line)
        for each in reversed(nesting):
            data = [{"name": each["name"], "type": each["type"], "options": data}]
        return self._interact(
            COMMAND, channel, _of(command, data) | ({"resolved": resolved} if resolved else {})
        )

    def _filled(
        self, channel: Channel, known: dict[str, Wire], options: dict[str, object], line: str
    ) -> tuple[list[Wire], Wire]:
        data: list[Wire] = []
        resolved: Wire = {}
        for name, option in known.items():
            assert name in options or not option.get("required"), f"/{line} needs {name}"
        for name, value in options.items():
            assert name in known, f"/{line} has no option {name}"
            option = known[name]
            match option["type"]:
                case kind if kind == CHANNEL:
                    assert isinstance(value, Channel)
                    kinds = option.get("channel_types")
                    assert not kinds or value.kind in kinds, f"/{line} takes no such channel for {name}"
                    resolved |= resolved_channels(self.server.world, channel, [value.id], self.user)
                    value = value.id
                case kind if kind == USER:
                    assert isinstance(value, Person)
                    resolved |= resolved_members(self.server.world, channel, [value.id])
                    value = value.id
                case kind if kind == ROLE:
                    assert isinstance(value, Role)
                    resolved |= {"roles": {value.id: shapes.role(value)}}
                    value = value.id
                case kind if kind == BOOLEAN:
                    assert isinstance(value, bool)
                case kind if kind == INTEGER:
                    assert isinstance(value, int)
                    assert option.get("min_value", value) <= value <= option.get("max_value", value)
                case kind if kind == NUMBER:
                    assert isinstance(value, int | float)
                case _:
                    assert isinstance(value, str)
                    assert option.get("min_length", 0) <= len(value) <= option.get("max_length", 6_000)
            choices = [choice["value"] for choice in option.get("choices") or ()]
            assert not choices or value in choices, f"/{line} offers {choices} for {name}"
            data.append({"name": name, "type": option["type"], "value": value})
        return data, resolved

    def types(self, channel: Channel, line: str, option: str, text: str, /, **others: object) -> Interaction:
        """Begin to fill in an option of a command, and be suggested something."""
        names = line.split()
        command = self.server.commands.named(self.server.id, names[0])
        place: Wire = command
        nesting: list[Wire] = []
        for name in names[1:]:
            place = next(each for each in place.get("options") or () if each["name"] == name)
            nesting.append(place)
        known = {each["name"]: each for each in place.get("options") or ()}
        assert known[option].get("autocomplete"), f"nothing is suggested for {option} in /{line}"
        data = [{"name": name, "type": known[name]["type"], "value": value} for name, value in others.items()]
        data.append({"name": option, "type": known[option]["type"], "value": text, "focused": True})
        for each in reversed(nesting):
            data = [{"name": each["name"], "type": each["type"], "options": data}]
        return self._interact(AUTOCOMPLETE, channel, _of(command, data))

    def uses(self, name: str, message: Message) -> Interaction:
        """Choose one of our entries in a message's menu."""
        server = self.server
        command = server.commands.named(server.id, name, ON_MESSAGE)
        channel = server.world.channels[message.channel]
        shown = shapes.message(message, server.world.channels, server.world.users, server.world.me.id)
        data = _of(command, []) | {
            "target_id": message.id,
            "resolved": {"messages": {message.id: shown}},
        }
        return self._interact(COMMAND, channel, data, on_menu=True)

    def presses(self, message: Message, label: str) -> Interaction:
        """Press a button of one of our messages, by what it says."""
        found = [
            part
            for part in self._parts(message)
            if part["type"] == BUTTON and label in (part.get("label"), part.get("custom_id"))
        ]
        assert found, f"there is no button {label!r} to press"
        assert not found[0].get("disabled"), f"the button {label!r} cannot be pressed"
        assert found[0]["style"] != LINK_STYLE, f"{label!r} leads elsewhere"
        data = {"custom_id": found[0]["custom_id"], "component_type": BUTTON, "id": 1}
        return self._interact(COMPONENT, self._place(message), data, source=message)

    def chooses(self, message: Message, label: str, *values: "str | Channel | Person | Role") -> Interaction:
        """Choose in a select of one of our messages, by its placeholder: an option by what it says."""
        found = [
            part
            for part in self._parts(message)
            if part["type"] in SELECTS and label in (part.get("placeholder"), part["custom_id"])
        ]
        assert found, f"there is nothing {label!r} to choose from"
        select = found[0]
        assert select.get("min_values", 1) <= len(values) <= select.get("max_values", 1)
        data: Wire = {"custom_id": select["custom_id"], "component_type": select["type"], "id": 1}
        data |= self._chosen(select, self._place(message), values)
        return self._interact(COMPONENT, self._place(message), data, source=message)

    def _chosen(
        self, select: Wire, channel: Channel, values: "Sequence[str | Channel | Person | Role]"
    ) -> Wire:
        world = self.server.world
        match select["type"]:
            case kind if kind == STRING_SELECT:
                by_label = {option["label"]: option["value"] for option in select["options"]}
                by_label |= {option["value"]: option["value"] for option in select["options"]}
                return {"values": [by_label[str(value)] for value in values]}
            case kind if kind == CHANNEL_SELECT:
                channels = [value for value in values if isinstance(value, Channel)]
                kinds = select.get("channel_types")
                assert not kinds or all(each.kind in kinds for each in channels)
                ids = [each.id for each in channels]
                return {"values": ids, "resolved": resolved_channels(world, channel, ids, self.user)}
            case kind if kind == USER_SELECT:
                people = [value.id for value in values if isinstance(value, Person)]
                return {"values": people, "resolved": resolved_members(world, channel, people)}
            case kind if kind == ROLE_SELECT:
                roles = [value for value in values if isinstance(value, Role)]
                shown = {each.id: shapes.role(each) for each in roles}
                return {"values": [each.id for each in roles], "resolved": {"roles": shown}}
            case _:
                raise AssertionError("nothing else can be chosen from here")

    def submits(self, asked: Interaction, **answers: "str | Channel | Person | Role | None") -> Interaction:
        """Send the form that was opened, with answers by a field's custom id or its label (_ for a space)."""
        form = asked.form
        assert form is not None, "no form was opened"
        filled: list[Wire] = []
        resolved: Wire = {}
        left = dict(answers)
        for row in form["components"]:
            if row["type"] == TEXT_DISPLAY:
                filled.append({"type": TEXT_DISPLAY, "id": 1})
                continue
            part = row["component"] if row["type"] == LABEL else row["components"][0]
            label = row.get("label") or part.get("label") or ""
            keys = [key for key in left if key.replace("_", " ") == label or key == part["custom_id"]]
            value = left.pop(keys[0]) if keys else part.get("value")
            told: Wire = {"type": part["type"], "custom_id": part["custom_id"], "id": 1}
            if part["type"] == TEXT_INPUT:
                text = str(value or "")
                assert text or not part.get("required", True), f"{label} has to be filled in"
                assert (part.get("min_length") or 0) <= len(text) <= part.get("max_length", 4_000) or not text
                told["value"] = text
            else:
                if value is None and part["type"] == STRING_SELECT:
                    value = next((each["value"] for each in part["options"] if each.get("default")), None)
                chosen = self._chosen(part, asked.channel, () if value is None else (value,))
                assert chosen["values"] or not part.get("required", True), f"{label} has to be chosen"
                told["values"] = chosen["values"]
                resolved |= chosen.get("resolved", {})
            filled.append(
                {"type": LABEL, "id": 1, "component": told}
                if row["type"] == LABEL
                else {"type": 1, "id": 1, "components": [told]}
            )
        assert not left, f"the form has no {', '.join(left)}"
        data = {"custom_id": form["custom_id"], "components": filled, "resolved": resolved}
        return self._interact(MODAL, asked.channel, data, source=asked.source)

    def _parts(self, message: Message) -> list[Wire]:
        assert message.only in (None, self.user.id), "it is not shown to them"
        place = self._place(message)
        assert message.id in place.messages, "it is gone"
        return [part for row in message.components for part in row["components"]]

    def _place(self, message: Message) -> Channel:
        return self.server.world.channels[message.channel]

    def _may_use(self, channel: Channel) -> None:
        rights = self.server.world.may(channel, self.user.id)
        assert rights & permissions.VIEW_CHANNEL, "they do not see this channel"
        assert rights & permissions.USE_COMMANDS, "they may not use commands here"

    def _interact(
        self, kind: int, channel: Channel, data: Wire, *, source: Message | None = None, on_menu: bool = False
    ) -> Interaction:
        made = self.server.interactions
        return made.make(kind, self.user, channel, data, source=source, on_menu=on_menu)


def _of(command: Wire, options: list[Wire]) -> Wire:
    named = {key: command[key] for key in ("id", "name", "type")}
    if "guild_id" in command:
        named["guild_id"] = command["guild_id"]
    return named | {"options": options} if command["type"] == CHAT else named
