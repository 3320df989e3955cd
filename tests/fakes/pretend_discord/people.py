"""Somebody in a server of the pretend Discord, and what a test lets them do."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from tests.fakes.pretend_discord import permissions, shapes
from tests.fakes.pretend_discord.hands import Hands
from tests.fakes.pretend_discord.things import (
    FORUMS,
    REPLIED,
    Channel,
    Member,
    Message,
    Role,
    User,
)
from tests.fakes.pretend_discord.world import MEMBERS

if TYPE_CHECKING:
    from tests.fakes.pretend_discord.servers import Server


@dataclass(eq=False)
class Person(Hands):
    """Somebody in a server, and what they can do in a client."""

    server: "Server"
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
        assert forum.kind in FORUMS
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
