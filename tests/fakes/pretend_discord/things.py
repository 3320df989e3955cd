"""What there is in the pretend Discord: people, servers, channels, messages."""

from dataclasses import dataclass, field
from datetime import datetime

from tests.fakes.pretend_discord.refusals import Wire

TEXT, DIRECT, VOICE, CATEGORY, NEWS, STAGE, FORUM, MEDIA = 0, 1, 2, 4, 5, 13, 15, 16
NEWS_THREAD, PUBLIC_THREAD, PRIVATE_THREAD = 10, 11, 12
# Their posts are threads; and where people speak, which have a chat and no threads.
FORUMS, VOICES = (FORUM, MEDIA), (VOICE, STAGE)
THREADS = (NEWS_THREAD, PUBLIC_THREAD, PRIVATE_THREAD)
# Kinds of messages.
SAID, JOINED, THREAD_MADE, REPLIED, COMMANDED, STARTER, MENU_USED, AUTOMOD = 0, 7, 18, 19, 20, 21, 23, 24
EPHEMERAL, LOADING, HAS_THREAD = 1 << 6, 1 << 7, 1 << 5


@dataclass
class User:
    """Somebody on Discord; `takes_direct`: whether they take direct messages from others of their servers."""

    id: str
    name: str
    bot: bool = False
    takes_direct: bool = True


@dataclass
class Role:
    """A role of a server; the one with the server's id is everyone's."""

    id: str
    name: str
    permissions: int
    position: int = 1
    managed_by: str | None = None


@dataclass
class Overwrite:
    """What a channel allows or denies to a role (kind 0) or a member (kind 1)."""

    id: str
    kind: int
    allow: int = 0
    deny: int = 0


@dataclass
class Tag:
    """What a post in a forum can be marked with."""

    id: str
    name: str
    moderated: bool = False


@dataclass
class Member:
    """Somebody in a server."""

    user: User
    joined_at: datetime
    roles: list[str] = field(default_factory=list)
    nick: str | None = None
    pending: bool = False


@dataclass
class Message:
    """Something said. `only` is who alone sees it; `pings` is whom it notified."""

    id: str
    channel: str
    author: User
    at: datetime
    kind: int = SAID
    content: str = ""
    embeds: list[Wire] = field(default_factory=list)
    components: list[Wire] = field(default_factory=list)
    attachments: list[Wire] = field(default_factory=list)
    mentions: list[str] = field(default_factory=list)
    mention_roles: list[str] = field(default_factory=list)
    mention_everyone: bool = False
    reactions: dict[str, list[str]] = field(default_factory=dict)
    reference: Wire | None = None
    flags: int = 0
    nonce: str | int | None = None
    edited_at: datetime | None = None
    interaction: Wire | None = None
    thread: str | None = None
    only: str | None = None
    pings: set[str] = field(default_factory=set)
    edits_when_old: int = 0

    @property
    def words(self) -> str:
        """All that can be read in it, for a test to look into."""
        parts = [self.content]
        for embed in self.embeds:
            parts += [embed.get("title", ""), embed.get("description", "")]
            for entry in embed.get("fields", ()):
                parts += [entry["name"], entry["value"]]
            parts.append(embed.get("footer", {}).get("text", ""))
        return "\n".join(part for part in parts if part)


@dataclass
class Channel:
    """A channel, a thread or a direct conversation."""

    id: str
    kind: int
    guild: str | None
    name: str = ""
    parent: str | None = None
    overwrites: list[Overwrite] = field(default_factory=list)
    position: int = 0
    tags: list[Tag] = field(default_factory=list)
    needs_tag: bool = False
    owner: str | None = None
    archived: bool = False
    locked: bool = False
    archived_at: datetime | None = None
    applied: list[str] = field(default_factory=list)
    joined: set[str] = field(default_factory=set)
    recipient: User | None = None
    messages: dict[str, Message] = field(default_factory=dict)

    @property
    def is_thread(self) -> bool:
        return self.kind in THREADS

    @property
    def speakable(self) -> bool:
        return self.kind in (TEXT, NEWS, DIRECT, *VOICES) or self.is_thread


@dataclass
class Guild:
    """A server."""

    id: str
    name: str
    owner: str
    screening: bool = False
    available: bool = True
    roles: dict[str, Role] = field(default_factory=dict)
    channels: dict[str, Channel] = field(default_factory=dict)
    members: dict[str, Member] = field(default_factory=dict)
    emojis: dict[str, str] = field(default_factory=dict)

    def named(self, user: User) -> str:
        """Return what somebody is called here."""
        member = self.members.get(user.id)
        return (member.nick if member else None) or user.name


def remaining(channel: Channel) -> list[Message]:
    """Return what is to be read in a channel by everyone, oldest first."""
    return [message for message in channel.messages.values() if message.only is None]
