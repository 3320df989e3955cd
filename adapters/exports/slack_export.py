"""Finds a Slack export in an archive and reads it: its people, its channels, and their messages by day."""

import re
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime, timedelta

from pydantic import ValidationError

from adapters.exports.archive import Archive, Entry, is_below
from adapters.exports.journal import Journal, Starter
from adapters.exports.lists import objects_of
from adapters.exports.people import People
from adapters.exports.problems import Problems
from adapters.exports.slack_messages import Workspace, events_of
from adapters.exports.source import Channel
from adapters.exports.streams import printable
from adapters.wire.slack_people import administers, called, is_app
from adapters.wire.values import FAR, FIRST, Wire, objects_in, text_in
from bot.cards import MessageRef

_USERS = ("users.json", "org_users.json")
# Direct conversations are listed too; they are private and were not said to the community.
_DIRECT = ("dms.json", "mpims.json")
_CHANNELS = ("channels.json", "groups.json")
_LISTS = {*_USERS, *_DIRECT, *_CHANNELS}
_NO_CHANNELS = ("FC:", "__uploads", "attachments", "avatars")

_MESSAGE = re.compile(
    r'\{\s*(?:"(?:client_msg_id|user|subtype|bot_id|username)"\s*:\s*"[^"]*"\s*,\s*)*"type"\s*:\s*"message"'
)
_LISTED = re.compile(r'\{\s*"id"\s*:\s*"[A-Z]')
_EXPORT_NAME = re.compile(r"(.+?) Slack export")
_WORKSPACE = re.compile(r"https://([a-z0-9-]+)\.slack\.com/")
_TEAM = re.compile(r"[TE][A-Z0-9]{2,20}")
_ID = re.compile(r"[A-Za-z0-9]{1,50}")
_DAY = re.compile(r"(\d{4})-(\d\d)-(\d\d)")

# Days are cut by the clock of some timezone: two days past the start of the newest leave room for each.
_PAST_NEWEST = timedelta(days=2)
# A day this much later than its file was written is a mistake; clocks may be wrong by less.
_IMPLAUSIBLE = timedelta(days=366)
_UNKNOWN_TEAM = "unknown"


def slack_roots(archive: Archive) -> list[str]:
    """Return the folders that are Slack exports: "" for the archive itself, or folders in it."""
    roots = {entry.folder for entry in archive.entries if entry.name in _LISTS}
    return sorted(root for root in roots if not any(is_below(root, other) for other in roots - {root}))


class SlackExport:
    """One workspace's export."""

    def __init__(self, archive: Archive, root: str, label: str, people: People, problems: Problems) -> None:
        self._archive = archive
        self._label = label
        self._problems = problems
        self._lists = {entry.name: entry for entry in archive.entries if entry.folder == root}
        self.name = _name(archive.name, root)
        self._people = people
        self.starters: dict[str, Starter] = {}
        self._address = ""
        teams = self._know_people()
        by_folder = self._know_channels()
        self._days = list(self._days_of(root, by_folder))
        self.channels: Sequence[Channel] = list(
            {each.id: each for each in by_folder.values() if each}.values()
        )
        self.size = sum(day.size for _, day in self._days)
        self.until = _until([day for _, day in self._days])
        self._team = self._find_team(teams)
        self.community = f"slack:{self._team}"

    def read(self, journal: Journal, told: Callable[[int], None]) -> None:
        """Hand every event to the journal, channel by channel."""
        names = {channel.id: channel.name for channel in self.channels}
        workspace = Workspace(self.community, self.name, self._people, names, self._problems)
        for channel, day in self._days:
            path = self._where(day)
            for place, message in self._messages(day, told):
                where = f"{path}, message {place}"
                self._notice_address(message)
                try:
                    for event in events_of(message, channel.id, where, workspace):
                        journal.take(event, where)
                except ValidationError as error:
                    field = error.errors(include_input=False)[0]["loc"][0]
                    what = f"holds no valid `{field}`, so it or a part of it was left out."
                    self._problems.add("invalid", where, what)

    def permalink(self, ref: MessageRef) -> str:
        """Return the message's address; of the web client, where the export names no workspace's own."""
        name = f"p{ref.message.replace('.', '')}"
        if not self._address:
            return f"https://app.slack.com/client/{self._team}/{ref.channel}/{name}"
        thread = f"?thread_ts={ref.thread}&cid={ref.channel}" if ref.thread else ""
        return f"https://{self._address}.slack.com/archives/{ref.channel}/{name}{thread}"

    def _where(self, entry: Entry) -> str:
        return f"{self._label}{entry.path}"

    def _messages(self, day: Entry, told: Callable[[int], None]) -> Iterator[tuple[int, Wire]]:
        return objects_of(self._archive, day, self._where(day), self._problems, _MESSAGE, told)

    def _listed(self, names: Sequence[str], problems: Problems) -> Iterator[tuple[str, Wire]]:
        for name in names:
            entry = self._lists.get(name)
            if entry:
                listed = objects_of(self._archive, entry, self._where(entry), problems, _LISTED)
                for _, each in listed:
                    yield name, each

    def _know_people(self) -> Counter[str]:
        # Twice: who administers the workspace is known once it is known which that is.
        teams = Counter(text_in(user, "team_id") for _, user in self._listed(_USERS, Problems()))
        team = _most_common(teams) or ""
        for _, user in self._listed(_USERS, self._problems):
            if text_in(user, "id"):
                name, admin = printable(called(user)), administers(user, team)
                self._people.know(text_in(user, "id"), name, is_app(user), admin)
        if not any(name in self._lists for name in _USERS):
            what = "has no users.json, so people are shown by their ids; export it again to have their names."
            self._problems.add("users", self._label or self.name, what)
        return teams

    def _know_channels(self) -> dict[str, Channel | None]:
        """Return the channels by what their folders are called, None for direct conversations."""
        by_folder: dict[str, Channel | None] = {}
        for source, wire in self._listed(_CHANNELS, self._problems):
            id_, name = printable(text_in(wire, "id")), printable(text_in(wire, "name"))
            if _ID.fullmatch(id_):
                private = source == "groups.json" or wire.get("is_private") is True
                channel = Channel(id_, name or id_, private, wire.get("is_archived") is True)
                by_folder[id_] = channel
                by_folder[channel.name] = channel
        for _, wire in self._listed(_DIRECT, self._problems):
            by_folder[printable(text_in(wire, "id"))] = None
            by_folder[printable(text_in(wire, "name"))] = None
        return by_folder

    def _days_of(self, root: str, by_folder: dict[str, Channel | None]) -> Iterator[tuple[Channel, Entry]]:
        direct = set()
        for entry in sorted(self._archive.entries, key=lambda entry: entry.path):
            above, _, folder = entry.folder.rpartition("/")
            if above != root or entry.folder == root or folder.startswith(_NO_CHANNELS):
                continue
            if folder not in by_folder:
                what = "is a folder that no list of channels names; it was read as a private channel."
                self._problems.add("folder", self._label + entry.folder, what)
                by_folder[folder] = Channel(folder[:100], folder, private=True)
            channel = by_folder[folder]
            if channel:
                yield channel, entry
            else:
                direct.add(entry.folder)
        if direct:
            what = (
                "folders of direct messages were left out, for they were not said to the community ({count})."
            )
            self._problems.tally(self.name, what, len(direct))

    def _find_team(self, teams: Counter[str]) -> str:
        team = _most_common(teams)
        if team is not None:
            return team
        # Without people's teams, those of messages tell; the first day with one is enough.
        for _, day in self._days:
            for _, message in objects_of(self._archive, day, "", Problems(), _MESSAGE):
                if _TEAM.fullmatch(text_in(message, "team")):
                    return text_in(message, "team")
        what = "does not say which workspace it is of, so its community is called slack:unknown."
        self._problems.add("team", self._label or self.name, what)
        return _UNKNOWN_TEAM

    def _notice_address(self, message: Wire) -> None:
        if not self._address and "files" in message:
            for file in objects_in(message, "files"):
                found = _WORKSPACE.match(text_in(file, "permalink"))
                if found and found[1] not in ("files", "app"):
                    self._address = found[1]


def _most_common(teams: Counter[str]) -> str | None:
    """Return the workspace that most people are of; None where none is named."""
    return next((team for team, _ in teams.most_common() if _TEAM.fullmatch(team)), None)


def _name(archive: str, root: str) -> str:
    folder = root.rpartition("/")[2]
    for name in (folder, archive.removesuffix(".zip")):
        found = _EXPORT_NAME.match(name)
        if found:
            return found[1]
    return folder or archive.removesuffix(".zip")


def _until(days: Sequence[Entry]) -> datetime:
    """Return the last instant that messages in these files can be of."""
    written = [day.written for day in days if day.written and day.written > FIRST]
    latest = max(written) + _IMPLAUSIBLE if written else FAR
    dated = [day for day in map(_day, days) if day and day <= latest]
    return max(dated) + _PAST_NEWEST if dated else latest


def _day(entry: Entry) -> datetime | None:
    found = _DAY.match(entry.name)
    try:
        return datetime(int(found[1]), int(found[2]), int(found[3]), tzinfo=UTC) if found else None
    except ValueError:
        return None
