"""Opens exports and gives their events in the order in which they happened."""

import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path

from adapters.exports.archive import Archive, open_archive
from adapters.exports.discord_export import DiscordExport, parts_in
from adapters.exports.journal import Journal, Progress, Starter, read_in_order
from adapters.exports.people import People
from adapters.exports.problems import NoRoom, NotAnExport, Problems
from adapters.exports.slack_export import SlackExport, slack_roots
from adapters.exports.source import Source
from adapters.exports.streams import printable
from adapters.wire.values import FIRST
from bot.cards import MessageRef
from bot.events import ChannelFound, CommunityFound, Event
from bot.ports import Problem

# How often the progress of reading is told, in bytes.
_TELL_EVERY = 2**20


class Export:
    """Exports of one community, read and put in order on the disk; close it to free that.

    `total` is the number of events there are, `until` the last instant that they can be of, `fingerprint`
    the same for the same events.
    """

    def __init__(
        self, sources: Sequence[Source], people: People, problems: Problems, progress: Progress
    ) -> None:
        self._sources = sources
        self._people = people
        self._problems = problems
        self.community = sources[0].community
        self.name = sources[0].name
        self.until = max(source.until for source in sources)
        with ExitStack() as on_failure:
            try:
                self._folder = tempfile.TemporaryDirectory(prefix="hearth-export-")
                on_failure.callback(self.close)
                settled = self._put_in_order(Path(self._folder.name), progress)
                self._events, self.total, self.fingerprint = settled
            except OSError as error:
                # What is read says `Damaged`: this is where it is written to.
                raise NoRoom(
                    f"The export could not be put in order on the disk ({error.strerror}): make room there, "
                    "or name a folder with more of it in TMPDIR."
                ) from None
            on_failure.pop_all()

    @property
    def problems(self) -> list[Problem]:
        """What could not be taken as it stands; an open export has met all there is."""
        return self._problems.listed()

    def events(self) -> Iterator[Event]:
        """Give the events in the order of (at, id), the same each time."""
        return read_in_order(self._events)

    def clocked(self, event: Event) -> bool:
        """Tell whether the clock may follow an event: it is neither before such talk nor after the export."""
        return FIRST <= event.at <= self.until

    def permalink(self, ref: MessageRef) -> str:
        """Return a message's address on its platform."""
        return self._sources[0].permalink(ref)

    def close(self) -> None:
        """Free the disk; the events cannot be read any more."""
        self._folder.cleanup()

    def __enter__(self) -> "Export":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _put_in_order(self, folder: Path, progress: Progress) -> tuple[Path, int, str]:
        journal = Journal(folder, self.community, self._people, self._problems, self.until)
        told = _Told(progress, sum(source.size for source in self._sources))
        starters: dict[str, Starter] = {}
        for source in self._sources:
            source.read(journal, told)
            starters |= source.starters
        self._introduce(journal, starters)
        return journal.settle(starters, self.name, progress)

    def _introduce(self, journal: Journal, starters: Mapping[str, Starter]) -> None:
        """Write down who and what there is, ahead of what happened."""
        for event in self._people.events(self.community):
            journal.write(event)
        first = journal.first
        if first is None:
            self._problems.add("no messages", self.name, "holds no messages that can be read.")
            return
        journal.write(CommunityFound(id="0-community", community=self.community, at=first, name=self.name))
        channels = {channel.id: channel for source in self._sources for channel in source.channels}
        for channel in channels.values():
            if channel.id in starters and starters[channel.id].channel != channel.id:
                continue  # A thread whose messages are said in the channel of its starter.
            journal.write(
                ChannelFound(
                    id=f"1-channel:{channel.id}",
                    community=self.community,
                    at=first,
                    channel=channel.id,
                    name=channel.name,
                    private=channel.private,
                    archived=channel.archived,
                )
            )


def open_export(paths: Sequence[Path], progress: Progress | None = None) -> Export:
    """Read exports of one community, each a zip, a folder or a file, and put their events in order.

    `progress` is told what is being done, how far it is, and of how much. Raises NotAnExport.
    """
    if not paths:
        raise NotAnExport("No export was named: name a zip, a folder or a JSON file.")
    problems, people, sources = Problems(), People(), []
    with ExitStack() as opened:
        for path in paths:
            archive = open_archive(path, problems)
            opened.callback(archive.close)
            label = f"{archive.name}/" if len(paths) > 1 else ""
            found = list(_sources_in(archive, label, people, problems))
            if not found:
                raise NotAnExport(
                    f"{printable(str(path))} is neither a Slack export (a zip or folder with users.json and "
                    "channels.json) nor JSON of DiscordChatExporter: name the whole export."
                )
            sources += found
        names = {source.community: source.name for source in sources}
        if len(names) > 1:
            several = ", ".join(f"{name} ({community})" for community, name in names.items())
            raise NotAnExport(f"These are exports of several communities: {several}. Read one at a time.")
        return Export(sources, people, problems, progress or (lambda doing, done, of: None))


def _sources_in(archive: Archive, label: str, people: People, problems: Problems) -> Iterator[Source]:
    roots = slack_roots(archive)
    for root in roots:
        yield SlackExport(archive, root, label, people, problems)
    for guild, parts in parts_in(archive, roots, label, problems).items():
        yield DiscordExport(guild, parts, problems)


class _Told:
    """Tells the progress of reading, now and then."""

    def __init__(self, progress: Progress, of: int) -> None:
        self._progress = progress
        self._of = of
        self._done = 0
        self._told = 0

    def __call__(self, more: int) -> None:
        self._done += more
        if self._done - self._told >= _TELL_EVERY or self._done >= self._of:
            self._told = self._done
            self._progress("Reading", min(self._done, self._of), self._of)
