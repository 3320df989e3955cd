"""Channels and what is said in them, and how Slack tells of both."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Literal

from tests.fakes.pretend_slack.mrkdwn import (
    block_words,
    links_in,
    marked_up,
    pings_in,
    readable,
    rich_pings,
)
from tests.fakes.pretend_slack.refusal import Json

ChannelKind = Literal["channel", "group", "im"]
_ANGLES = re.compile(r"<([^<>\n]+)>")


@dataclass
class Author:
    """Who posted: a member, an app's bot user, or an app as a name alone."""

    user: str | None = None
    bot: str | None = None
    app: str | None = None
    name: str | None = None


@dataclass(eq=False)
class Message:
    """Something said; `text` and `blocks` are in Slack's markup."""

    channel: str
    ts: str
    author: Author
    text: str
    blocks: list[Json] | None = None
    thread_ts: str | None = None
    subtype: str | None = None
    broadcast: bool = False
    metadata: Json | None = None
    files: list[Json] = field(default_factory=list)
    attachments: list[Json] = field(default_factory=list)
    edited: Json | None = None
    reactions: dict[str, list[str]] = field(default_factory=dict)
    # Who alone sees it, until they load Slack anew.
    only_for: str | None = None
    # How often it was shown anew.
    updates: int = 0

    @property
    def shown(self) -> str:
        """What people read in it, a line for each part."""
        words = block_words(self.blocks) if self.blocks else []
        return "\n".join(words) if words else readable(self.text)

    @property
    def pings(self) -> set[str]:
        """Whom it notifies: ids, `channel`, `here` or `everyone`."""
        found = pings_in(self.text) | rich_pings(self.blocks)
        return found.union(*(pings_in(text) for text in marked_up(self.blocks)))

    @property
    def links(self) -> list[tuple[str, str]]:
        """Where its words lead, and what they are called."""
        found = links_in(self.text)
        for text in marked_up(self.blocks):
            found += links_in(text)
        return found

    def controls(self) -> Iterator[tuple[Json, Json]]:
        """Give what can be pressed or chosen in it, each with its block."""
        return controls(self.blocks or [])

    def wire(self, *, metadata: bool = False, team: str = "") -> Json:
        """Return the message as Slack tells it."""
        told: Json = {"type": "message", "ts": self.ts, "text": self.text, "team": team}
        for name, value in (
            ("user", self.author.user),
            ("bot_id", self.author.bot),
            ("app_id", self.author.app),
            ("username", self.author.name),
            ("subtype", self.subtype),
            ("thread_ts", self.thread_ts),
            ("blocks", self.blocks),
            ("files", self.files),
            ("attachments", self.attachments),
            ("edited", self.edited),
            ("metadata", self.metadata if metadata else None),
        ):
            if value:
                told[name] = value
        if self.author.bot is None and self.subtype is None:
            told["client_msg_id"] = f"00000000-0000-4000-8000-{self.ts.replace('.', '')[-12:]}"
        if self.author.bot and self.author.user:
            told["bot_profile"] = {"id": self.author.bot, "app_id": self.author.app, "name": self.author.name}
            told.pop("username", None)
        if self.reactions:
            told["reactions"] = [
                {"name": name, "users": list(users), "count": len(users)}
                for name, users in self.reactions.items()
            ]
        return told


@dataclass(eq=False)
class Channel:
    """A public or private channel, or a direct conversation with an app's bot."""

    id: str
    name: str
    kind: ChannelKind
    created: int
    creator: str = ""
    general: bool = False
    archived: bool = False
    # Only those post who are named in its settings, no app among them.
    read_only: bool = False
    members: list[str] = field(default_factory=list)
    messages: dict[str, Message] = field(default_factory=dict)
    previous_names: list[str] = field(default_factory=list)

    def __str__(self) -> str:
        return self.id

    @property
    def shown(self) -> list[Message]:
        """What was said in it for everybody, in order."""
        return [message for message in self.messages.values() if message.only_for is None]

    def thread(self, ts: str) -> list[Message]:
        """Return a message with what is under it, in order."""
        return [each for each in self.shown if ts in (each.ts, each.thread_ts)]

    def wire(self, me: str) -> Json:
        """Return the channel as Slack tells a member of it."""
        if self.kind == "im":
            other = next(member for member in self.members if member != me)
            return {
                "id": self.id,
                "created": self.created,
                "is_im": True,
                "is_org_shared": False,
                "is_archived": self.archived,
                "user": other,
                "is_user_deleted": False,
                "priority": 0,
            }
        return {
            "id": self.id,
            "name": self.name,
            "name_normalized": self.name,
            # Private channels are channels too, since 2021.
            "is_channel": True,
            "is_group": False,
            "is_im": False,
            "is_mpim": False,
            "is_private": self.kind == "group",
            "is_archived": self.archived,
            "is_general": self.general,
            "is_member": me in self.members,
            "is_shared": False,
            "is_ext_shared": False,
            "is_org_shared": False,
            "is_pending_ext_shared": False,
            "created": self.created,
            "updated": self.created * 1000,
            "creator": self.creator,
            "topic": {"value": "", "creator": "", "last_set": 0},
            "purpose": {"value": "", "creator": "", "last_set": 0},
            "previous_names": list(self.previous_names),
            "num_members": len(self.members),
            **({"is_read_only": True} if self.read_only else {}),
        }

    def told(self, message: Message, team: str, *, metadata: bool = False) -> Json:
        """Return a message of it as a history has it, with what is known of its thread."""
        wire = message.wire(metadata=metadata, team=team)
        replies = [each for each in self.thread(message.ts) if each is not message]
        if replies:
            wire |= {
                "thread_ts": message.ts,
                "reply_count": len(replies),
                "reply_users_count": len({each.author.user for each in replies}),
                "reply_users": sorted({each.author.user or "" for each in replies} - {""}),
                "latest_reply": replies[-1].ts,
                "is_locked": False,
                "subscribed": False,
            }
        elif message.thread_ts and message.thread_ts in self.messages:
            wire["parent_user_id"] = self.messages[message.thread_ts].author.user
        return wire


def controls(blocks: list[Json]) -> Iterator[tuple[Json, Json]]:
    """Give what can be pressed or chosen in blocks, each with its block."""
    for block in blocks:
        for element in (*block.get("elements", []), block.get("accessory"), block.get("element")):
            if isinstance(element, dict) and "action_id" in element:
                yield element, block


def rich_text(text: str) -> list[Json]:
    """Return words in Slack's markup as the rich text that people's clients send beside them."""
    elements: list[Json] = []
    end = 0
    for found in _ANGLES.finditer(text):
        if found.start() > end:
            elements.append({"type": "text", "text": readable(text[end : found.start()])})
        target, _, label = found[1].partition("|")
        if target.startswith("@"):
            elements.append({"type": "user", "user_id": target[1:]})
        elif target.startswith("#"):
            elements.append({"type": "channel", "channel_id": target[1:]})
        elif target.startswith("!"):
            elements.append({"type": "broadcast", "range": target[1:]})
        else:
            elements.append({"type": "link", "url": target, **({"text": label} if label else {})})
        end = found.end()
    if end < len(text) or not elements:
        elements.append({"type": "text", "text": readable(text[end:])})
    return [
        {
            "type": "rich_text",
            "block_id": "rt",
            "elements": [{"type": "rich_text_section", "elements": elements}],
        }
    ]
