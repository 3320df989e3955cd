"""Made exports: a small Slack workspace, a small Discord server, and what comes of reading them."""

import json
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, TypeVar

from adapters.exports import open_export
from bot.events import Event, Happened, MessagePosted
from bot.ports import Problem

MORNING = datetime(2024, 1, 2, 9, tzinfo=UTC)
Kind = TypeVar("Kind", bound=Happened)


def after(minutes: float) -> datetime:
    """Return the time some minutes after the morning on which all made talk begins."""
    return MORNING + timedelta(minutes=minutes)


def ts(minutes: float) -> str:
    """Return that time as Slack writes it."""
    return f"{after(minutes).timestamp():.6f}"


@dataclass(frozen=True)
class Outcome:
    """All there was in an export."""

    community: str
    events: list[Event]
    problems: list[Problem]
    unclocked: list[Event]
    total: int

    @property
    def texts(self) -> list[str]:
        return [message.text for message in self.all(MessagePosted)]

    @property
    def complaints(self) -> list[str]:
        return [f"{problem.where}: {problem.what}" for problem in self.problems]

    def all(self, kind: type[Kind]) -> list[Kind]:
        return [event for event in self.events if isinstance(event, kind)]

    def only(self, kind: type[Kind]) -> Kind:
        (event,) = self.all(kind)
        return event


def read(*paths: Path) -> Outcome:
    """Read exports wholly."""
    with open_export(paths) as export:
        events = list(export.events())
        unclocked = [event for event in events if not export.clocked(event)]
        return Outcome(export.community, events, export.problems, unclocked, export.total)


class Made:
    """Files of an export, by their paths in it."""

    def __init__(self) -> None:
        self.files: dict[str, bytes] = {}

    def put(self, path: str, content: object) -> None:
        """Add a file: bytes and text as they are, all else as JSON."""
        if isinstance(content, str):
            content = content.encode()
        self.files[path] = content if isinstance(content, bytes) else json.dumps(content).encode()

    def folder(self, where: Path) -> Path:
        """Write the export as a folder."""
        for path, content in self._all().items():
            file = where / "export" / path
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(content)
        return where / "export"

    def zip(self, where: Path, name: str = "export.zip") -> Path:
        """Write the export as a zip."""
        with zipfile.ZipFile(where / name, "w", zipfile.ZIP_DEFLATED) as file:
            for path, content in self._all().items():
                file.writestr(path, content)
        return where / name

    def _all(self) -> Mapping[str, bytes]:
        return self.files


class MadeSlack(Made):
    """A workspace with ada, bob and cleo (who owns it), and the channel general."""

    def __init__(self) -> None:
        super().__init__()
        self.users: list[Any] = []
        self.lists: dict[str, list[Any]] = {"channels.json": [], "groups.json": []}
        self.days: dict[str, list[Any]] = {}
        for name in ("ada", "bob"):
            self.person(f"U{name.upper()}", name)
        self.person("UCLEO", "cleo", is_owner=True)
        self.channel("CGENERAL", "general")

    def person(self, member: str, name: str, **more: object) -> None:
        profile = {"display_name": name, "real_name": name.title()}
        self.users.append({"id": member, "team_id": "T0MADE", "name": name, "profile": profile, **more})

    def channel(self, channel: str, name: str, listed: str = "channels.json", **more: object) -> None:
        self.lists.setdefault(listed, []).append({"id": channel, "name": name, **more})

    def says(
        self, who: str, text: str, minutes: float = 0, *, where: str = "general", **more: object
    ) -> None:
        """Have somebody say something, on the day that it falls on."""
        message = {"type": "message", "user": f"U{who.upper()}", "text": text, "ts": ts(minutes), **more}
        self.wire(message, minutes, where)

    def wire(self, message: object, minutes: float = 0, where: str = "general") -> None:
        """Add a message as it is."""
        self.days.setdefault(f"{where}/{after(minutes):%Y-%m-%d}.json", []).append(message)

    def _all(self) -> Mapping[str, bytes]:
        listed: dict[str, object] = {"users.json": self.users, **self.lists, **self.days}
        return {path: json.dumps(content).encode() for path, content in listed.items()} | self.files


def discord_message(who: str, text: str, minutes: float = 0, **more: object) -> dict[str, Any]:
    """Return a message as DiscordChatExporter writes it; its id grows with its time."""
    return {
        "id": str(1_000_000 + round(minutes * 1_000)),
        "type": "Default",
        "timestamp": after(minutes).isoformat(),
        "timestampEdited": None,
        "callEndedTimestamp": None,
        "isPinned": False,
        "content": text,
        "author": discord_user(who),
        "attachments": [],
        "embeds": [],
        "stickers": [],
        "reactions": [],
        "mentions": [],
        **more,
    }


def discord_user(who: str, **more: object) -> dict[str, Any]:
    """Return a user as DiscordChatExporter writes one."""
    ids = {"ada": "801", "bob": "802", "cleo": "803"}
    return {
        "id": ids.get(who, "899"),
        "name": who,
        "nickname": who.title(),
        "isBot": False,
        "roles": [],
        **more,
    }


class MadeDiscord(Made):
    """A server; each channel is a file."""

    def __init__(self, guild: str = "900") -> None:
        super().__init__()
        self.guild = {"id": guild, "name": "Made server", "iconUrl": ""}

    def channel(
        self,
        messages: list[Any],
        channel: str = "910",
        name: str = "general",
        kind: str = "GuildTextChat",
        part: int = 1,
        **more: object,
    ) -> str:
        """Add a channel, or a part of one, and return the name of its file."""
        file = f"Made server - {name} [{channel}]{f' [part {part}]' if part > 1 else ''}.json"
        head = {
            "guild": self.guild,
            "channel": {"id": channel, "type": kind, "category": "Talk", "name": name, "topic": None},
            "dateRange": {"after": None, "before": None},
            "exportedAt": "2024-06-01T00:00:00+00:00",
        }
        self.put(file, head | more | {"messages": messages, "messageCount": len(messages)})
        return file
