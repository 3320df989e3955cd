"""Finds what DiscordChatExporter wrote in an archive and reads it, a file for each channel or part of one."""

import json
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from pydantic import ValidationError

from adapters.exports.archive import Archive, Entry, is_below
from adapters.exports.discord_messages import Guild, events_of, starter_in
from adapters.exports.elements import Elements
from adapters.exports.journal import Journal, Starter
from adapters.exports.lists import objects_of
from adapters.exports.problems import Problems
from adapters.exports.source import Channel
from adapters.exports.streams import Damaged, printable
from adapters.wire.values import FAR, FIRST, Wire, iso_time, object_in, text_in
from bot.cards import MessageRef

_OPENING = re.compile(r'"messages"\s*:\s*\[')
_MESSAGE = re.compile(r'\{\s*"id"\s*:\s*"\d+"\s*,\s*"type"\s*:')
# The head names the server and the channel; the longest part of it is a topic of 4,096 characters.
_MAX_HEAD = 2**20
_THREADS = ("GuildPublicThread", "GuildPrivateThread", "GuildNewsThread", "10", "11", "12")
_PRIVATE = ("GuildPrivateThread", "12")
_NAMED = ("guild", "channel")
# The exporter gives direct messages this server.
_DIRECT = "0"
_ID = re.compile(r"[0-9]{1,20}")
# The exporter notes the time when it begins; a large server takes it hours, in which people go on talking.
_LONGEST_EXPORT = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Part:
    """A file that holds messages of one channel."""

    archive: Archive
    entry: Entry
    where: str
    head: Wire

    @property
    def channel(self) -> str:
        return text_in(object_in(self.head, "channel"), "id")


def parts_in(
    archive: Archive, without: Sequence[str], label: str, problems: Problems
) -> dict[str, list[Part]]:
    """Return the exporter's files by the server they are of; files below `without` are not looked at."""
    parts: dict[str, list[Part]] = {}
    for entry in archive.entries:
        if any(is_below(entry.path, root) for root in without):
            continue
        where = f"{label}{entry.path}"
        head = _head(archive, entry, where, problems)
        guild = text_in(object_in(head, "guild"), "id")
        if guild == _DIRECT:
            what = "holds direct messages, which were not said to a community: left out."
            problems.add("direct", where, what)
        elif head:
            parts.setdefault(guild, []).append(Part(archive, entry, where, head))
    return parts


def _head(archive: Archive, entry: Entry, where: str, problems: Problems) -> Wire:
    """Return what stands before the messages; nothing, and a problem, if this is no such file."""
    try:
        with archive.open(entry) as stream:
            elements = Elements(stream, where, problems, _MESSAGE)
            before = elements.seek(_OPENING, within=_MAX_HEAD)
    except Damaged as damage:
        problems.add("damaged", where, f"{damage}, so it was left out. Copy it or export it again.")
        return {}
    try:
        head = json.loads(before.rstrip().removesuffix(",") + "}") if before else {}
    except (ValueError, RecursionError):
        head = {}
    if isinstance(head, dict) and all(_ID.fullmatch(text_in(object_in(head, key), "id")) for key in _NAMED):
        return head
    if not elements.damaged:
        problems.add("no export", where, "is no export of a Discord channel, so it was left out.")
    return {}


class DiscordExport:
    """The files of one server."""

    def __init__(self, guild: str, parts: Sequence[Part], problems: Problems) -> None:
        self._guild = guild
        self._parts = parts
        self._problems = problems
        self.community = f"discord:{guild}"
        self.name = printable(text_in(object_in(parts[0].head, "guild"), "name")) or guild
        self.size = sum(part.entry.size for part in parts)
        self.channels: Sequence[Channel] = list(
            {part.channel: _channel(part.head) for part in parts}.values()
        )
        self.until = max(map(_exported_at, parts))
        # Where an export begins in the middle of a thread, its starter is known all the same: it has the
        # thread's id.
        self.starters = {
            part.channel: Starter(part.channel, part.channel)
            for part in parts
            if object_in(part.head, "dateRange").get("after")
        }
        # The threads whose messages are said in the channel of their starter, by that.
        self._threads: dict[str, str] = {}

    def read(self, journal: Journal, told: Callable[[int], None]) -> None:
        """Hand every event to the journal, file by file."""
        names = {channel.id: channel.name.rpartition(" / ")[2] for channel in self.channels}
        guild = Guild(self.community, self.name, names, self._problems)
        for part in self._parts:
            channel = part.channel
            thread = channel if _kind(part.head) in _THREADS else ""
            for place, message in self._messages(part, told):
                where = f"{part.where}, message {place}"
                self._notice_starter(message, channel, names)
                try:
                    for event in events_of(message, channel, where, guild):
                        journal.take(event, where, thread)
                except ValidationError as error:
                    field = error.errors(include_input=False)[0]["loc"][0]
                    what = f"holds no valid `{field}`, so it or a part of it was left out."
                    self._problems.add("invalid", where, what)

    def permalink(self, ref: MessageRef) -> str:
        """Return the message's address, which on Discord is in its thread."""
        channel = ref.channel
        if ref.thread and ref.thread != ref.message:
            channel = self._threads.get(ref.thread, channel)
        return f"https://discord.com/channels/{self._guild}/{channel}/{ref.message}"

    def _notice_starter(self, message: Wire, thread: str, channels: Mapping[str, str]) -> None:
        """Have a thread stand under the message it was started from, if that is in the export."""
        starter = starter_in(message)
        if starter and starter.message and starter.channel in channels:
            self.starters[thread] = starter
            self._threads[starter.message] = thread
        elif starter and starter.message:
            self.starters[thread] = Starter(starter.message, thread)

    def _messages(self, part: Part, told: Callable[[int], None]) -> Iterator[tuple[int, Wire]]:
        return objects_of(
            part.archive,
            part.entry,
            part.where,
            self._problems,
            _MESSAGE,
            told,
            opening=_OPENING,
            within=_MAX_HEAD,
        )


def _kind(head: Wire) -> str:
    return str(object_in(head, "channel").get("type"))


def _channel(head: Wire) -> Channel:
    channel = object_in(head, "channel")
    id_ = text_in(channel, "id")
    names = [printable(text_in(channel, key)) for key in ("category", "name")]
    return Channel(id_, " / ".join(filter(None, names)) or id_, private=_kind(head) in _PRIVATE)


def _exported_at(part: Part) -> datetime:
    at = iso_time(part.head.get("exportedAt")) or part.entry.written
    return min(at, FAR) + _LONGEST_EXPORT if at and at > FIRST else FAR
