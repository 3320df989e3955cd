"""Gathers the events of an export in any order, and writes them down in the order they happened."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from pathlib import Path

from adapters.exports.people import People, earlier
from adapters.exports.problems import Problems
from adapters.exports.references import References
from adapters.exports.sorting import SortedLines
from adapters.wire.values import FIRST
from bot.events import (
    EVENT,
    Event,
    Happened,
    MemberChanged,
    MemberJoined,
    MessageDeleted,
    MessageEdited,
    MessagePosted,
    ReactionAdded,
)

# Told while an export is read: what is being done, how far it is, of how much.
Progress = Callable[[str, int, int], None]
_TELL_EVERY = 5_000
# What the file is called that the events stand in, in their order.
IN_ORDER = "in-order"

_MISSING = "replies to messages that are not there were kept, without what they answer ({count})."
_TWICE = "messages that appear more than once were taken once ({count})."


@dataclass(frozen=True, slots=True)
class Starter:
    """The message that a thread stands under, and the channel that its messages are then said in."""

    message: str
    channel: str


class Journal:
    """Takes events as they are read, and settles what only their order shows.

    Ids begin with a digit, so that what falls on one instant comes in an order that makes sense:
    community, channel, member, join, message, edit, reaction, deletion.
    """

    def __init__(
        self, folder: Path, community: str, people: People, problems: Problems, until: datetime
    ) -> None:
        self._folder = folder
        self._people = people
        self._problems = problems
        self._until = until
        self._lines = SortedLines(folder, "events")
        self._references = References(folder)
        # Discord's message ids are unique in the world, and replies may cross channels; Slack's are not.
        self._ids_are_global = community.startswith("discord:")
        self._written = 0
        self._first: datetime | None = None
        self._first_likely: datetime | None = None

    @property
    def first(self) -> datetime | None:
        """When the community begins: with what has a date that can be true, if anything has."""
        return self._first_likely or self._first

    def take(self, event: Happened, where: str, in_thread: str = "") -> None:
        """Take an event of the export; `in_thread` names the thread whose first message is not known yet."""
        match event:
            case MemberJoined():
                self._people.joins(event)
            case MemberChanged():
                self._people.know(event.member, event.name, event.bot, event.admin)
            case MessagePosted():
                self._people.speaks(event)
                self._refer(event)
                self._check_date(event.at, where)
                self.write(event, f"{in_thread}/{event.message}" if in_thread else "")
            case MessageEdited():
                self.write(event, f"{in_thread}/{event.message}" if in_thread else "")
            case ReactionAdded():
                self._people.reacts(event)
                self.write(event, f"{in_thread}/" if in_thread else "")
            case MessageDeleted():
                self._references.there(self._within(event.channel), event.message)
                self.write(event)
            case _:
                self.write(event)

    def write(self, event: Happened, stands: str = "") -> None:
        """Write an event down; `stands` says in which unsettled thread, as "thread/message" or "thread/"."""
        self._first = earlier(self._first, event.at)
        if FIRST <= event.at <= self._until:
            self._first_likely = earlier(self._first_likely, event.at)
        self._written += 1
        head = f"{event.at.isoformat(timespec='microseconds')}\0{event.id}\0{stands}\0"
        self._lines.add(b"%b%b\n" % (head.encode(), event.__pydantic_serializer__.to_json(event)))

    def settle(self, starters: dict[str, Starter], name: str, progress: Progress) -> tuple[Path, int, str]:
        """Write all events to a file, in order and each once; return it, their number and a digest of them.

        `starters` are those of the threads where they are known: else it is the first message found there.
        """
        path = self._folder / IN_ORDER
        last, count, twice = b"", 0, 0
        digest = sha256()
        with path.open("wb") as file:
            for done, line in enumerate(self._lines.merged()):
                _, id_, stands, event = line.split(b"\0", 3)
                if id_ == last:
                    twice += id_.startswith(b"4")
                    continue
                last = id_
                settled = b"%b\0%b" % (_place_of(stands, starters), event)
                file.write(settled)
                # What an export calls its community may be the name of its file.
                if not id_.startswith(b"0"):
                    digest.update(settled)
                count += 1
                if done % _TELL_EVERY == 0:
                    progress("Putting in order", done, self._written)
        progress("Putting in order", self._written, self._written)
        if twice:
            self._problems.tally(name, _TWICE, twice)
        missing = self._references.missing()
        if missing:
            self._problems.tally(name, _MISSING, missing)
        return path, count, digest.hexdigest()

    def _refer(self, event: MessagePosted) -> None:
        within = self._within(event.channel)
        self._references.there(within, event.message)
        answers = event.thread or event.reply_to
        if answers:
            self._references.meant(within, answers)

    def _within(self, channel: str) -> str:
        return "" if self._ids_are_global else channel

    def _check_date(self, at: datetime, where: str) -> None:
        if FIRST <= at <= self._until:
            return
        when = "before there was such talk" if at < FIRST else "after the export was made"
        what = f"is dated {at:%Y-%m-%d}, {when}; it was read, but the clock does not follow it."
        self._problems.add("date", where, what)


def read_in_order(path: Path) -> Iterator[Event]:
    """Give the events that `settle` wrote."""
    with path.open("rb") as file:
        for line in file:
            channel, thread, written = line.split(b"\0", 2)
            event = EVENT.validate_json(written)
            settled = {"channel": channel.decode()} if channel else {}
            if thread:
                settled["thread"] = thread.decode()
            yield event.model_copy(update=settled) if settled else event


def _place_of(stands: bytes, starters: dict[str, Starter]) -> bytes:
    """Return the channel and the thread of an event, each "" where it is what the event says."""
    if not stands:
        return b"\0"
    thread, message = stands.decode().split("/", 1)
    starter = starters.get(thread)
    if starter is None:
        starter = starters[thread] = Starter(message, thread)
    channel = starter.channel if starter.channel != thread else ""
    under = starter.message if message and message != starter.message else ""
    return f"{channel}\0{under}".encode()
