"""Reads the past of a workspace's channels into a folder that reads as Slack's own export does.

What was read is there page by page: killed at any moment, it goes on where it was.
"""

import json
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import aiohttp

from adapters.slack.arrival import client_for, enter
from adapters.slack.calls import Denied, has_more, next_in
from adapters.slack.directory import place_of
from adapters.slack.workspace import Workspace
from adapters.wire.values import Wire, count_in, object_in, objects_in, slack_time, text_in
from bot.ports import Closed, Installations, Problem, TryLater
from bot.settings import Process

# Told what is being done, how far it is, of how much.
Progress = Callable[[str, int, int], None]

_PAGE = 200
_REQUEST_S = 30.0
# How finely the reading of a channel is told.
_PARTS = 1_000
_STATE = "reading.json"
_DONE = "done"
# What of a member is written down: no address, no picture.
_OF_USER = (
    "id",
    "team_id",
    "name",
    "real_name",
    "deleted",
    "is_admin",
    "is_owner",
    "is_primary_owner",
    "is_bot",
    "enterprise_user",
)
_OF_PROFILE = ("display_name", "real_name")
# With these Slack lets nothing be read any more, in whatever channel.
_NOWHERE = ("not_authed", "invalid_auth", "account_inactive", "token_revoked", "token_expired")
_OF_CHANNEL = ("id", "name", "created", "is_archived", "is_private")


class CannotRead(Exception):
    """The past cannot be read; the message says why and what to do."""


async def read_history(
    process: Process,
    folder: Path,
    now: datetime,
    days: int | None,
    progress: Progress,
    *,
    installations: Installations | None = None,
    community: str | None = None,
) -> tuple[Path, Sequence[Problem]]:
    """Read what was said within so many days, or ever, below `folder`.

    `installations` are the tokens of workspaces that installed Hearth, and `community` says of which it is to
    be read. Return where it stands, and the channels that Slack did not let be read. Raises CannotRead, and
    OSError where it cannot be written.
    """
    token = await _token(process, installations, community)
    timeout = aiohttp.ClientTimeout(total=_REQUEST_S)
    async with aiohttp.ClientSession(timeout=timeout) as session:
        client = client_for(token, process.slack_api_url, session)
        try:
            workspace = await enter(client)
            reading = _Reading(workspace, folder, now, days, progress)
            return await reading.read(), reading.problems
        except Denied as denied:
            raise CannotRead(str(denied)) from denied
        except TryLater as later:
            raise CannotRead(
                f"{later} Look at the network, and try again: it goes on where it was."
            ) from later


async def _token(process: Process, installations: Installations | None, community: str | None) -> str:
    """Return the token of the workspace that is to be read. Raises CannotRead."""
    try:
        there = [] if installations is None else list(await installations.communities())
        if process.slack_bot_token is not None and community not in there:
            return process.slack_bot_token.get_secret_value()
        if installations is None or not there:
            raise CannotRead(
                "Reading Slack's past needs SLACK_BOT_TOKEN, or a workspace that installed Hearth; see "
                "docs/slack.md."
            )
        if community is None and len(there) == 1:
            community = there[0]
        written = await installations.load(community) if community in there else None
    except Closed as closed:
        raise CannotRead(str(closed)) from closed
    if written is None:
        raise CannotRead(f"Name with --community which workspace is to be read, of {', '.join(there)}.")
    return str(json.loads(written)["bot_token"])


class _Reading:
    def __init__(
        self, workspace: Workspace, folder: Path, now: datetime, days: int | None, progress: Progress
    ) -> None:
        self._workspace = workspace
        self.problems: list[Problem] = []
        name = "".join(each if each.isalnum() or each in " -_." else "-" for each in workspace.name)
        self._folder = folder / workspace.team / f"{name} Slack export"
        self._state_file = folder / workspace.team / _STATE
        since = None if days is None else now - timedelta(days=days)
        self._state: dict[str, Any] = {
            "since": _slack_time(since) if since else "0",
            "until": _slack_time(now),
            "channels": {},
        }
        self._progress = progress

    async def read(self) -> Path:
        self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        if self._state_file.exists():
            self._state = json.loads(self._state_file.read_text(encoding="utf-8"))
        channels = await self._lists()
        for number, channel in enumerate(channels):
            try:
                await self._channel(channel, number, len(channels))
            except Denied as denied:
                if denied.code in _NOWHERE:
                    raise
                # The other channels are read all the same.
                self.problems.append(Problem(f"#{text_in(channel, 'name')}", str(denied)))
        self._progress("Reading", _PARTS, _PARTS)
        return self._folder

    async def _lists(self) -> list[Wire]:
        """Write down who and which channels there are, once; return the channels Hearth is in."""
        file = self._folder / "users.json"
        if not file.exists():
            channels: list[Wire] = []
            for kind in ("public_channel", "private_channel"):
                try:
                    listed = self._all("conversations.list", "channels", types=kind)
                    channels += [each async for each in listed if place_of(each).heard]
                except Denied:
                    continue
            for name, private in (("channels.json", False), ("groups.json", True)):
                some = [each for each in channels if (each.get("is_private") is True) == private]
                # A channel's name is that of its folder.
                _write(
                    self._folder / name,
                    [{**_only(each, _OF_CHANNEL), "name": _folder_name(each)} for each in some],
                )
            users: list[Mapping[str, Any]] = []
            try:
                async for user in self._all("users.list", "members"):
                    profile = _only(object_in(user, "profile"), _OF_PROFILE)
                    users.append({**_only(user, _OF_USER), "profile": profile})
            except Denied as denied:
                if denied.code in _NOWHERE:
                    raise
                # Everything is read all the same, and people are shown by their ids.
                self.problems.append(Problem("members", str(denied)))
            _write(file, users)
        return [
            channel
            for name in ("channels.json", "groups.json")
            for channel in json.loads((self._folder / name).read_text(encoding="utf-8"))
        ]

    async def _channel(self, channel: Wire, number: int, of: int) -> None:
        """Read a channel from its end backwards, a file for each page."""
        id_ = text_in(channel, "id")
        since, until = float(self._state["since"]), float(self._state["until"])
        begins = max(since, float(channel.get("created") or 0))
        while (left := self._state["channels"].get(id_, self._state["until"])) != _DONE:
            gone = (until - float(left)) / max(until - begins, 1.0)
            self._progress("Reading", int(_PARTS * (number + min(gone, 1.0)) / of), _PARTS)
            page = await self._workspace.calls.patiently(
                "conversations.history",
                channel=id_,
                oldest=self._state["since"],
                latest=left,
                inclusive=False,
                limit=_PAGE,
            )
            messages = [each for each in objects_in(page, "messages") if slack_time(each.get("ts"))]
            found = list(messages)
            for message in messages:
                if count_in(message, "reply_count"):
                    found += await self._replies(id_, message["ts"])
            if found:
                place = self._folder / text_in(channel, "name")
                place.mkdir(exist_ok=True, mode=0o700)
                newest = slack_time(messages[0]["ts"])
                assert newest is not None
                own = self._workspace.directory.is_own
                told = sorted((each for each in found if not own(each)), key=lambda each: str(each["ts"]))
                _write(place / f"{newest:%Y-%m-%d}-{messages[0]['ts']}.json", told)
            earliest = min((str(each["ts"]) for each in messages), key=float, default="")
            more = has_more(page) and earliest and float(earliest) < float(left)
            self._state["channels"][id_] = earliest if more else _DONE
            _write(self._state_file, self._state)

    async def _replies(self, channel: str, thread: str) -> list[Wire]:
        asked = self._all("conversations.replies", "messages", channel=channel, ts=thread)
        return [each async for each in asked if slack_time(each.get("ts")) and each.get("ts") != thread]

    async def _all(self, method: str, key: str, **arguments: Any) -> AsyncIterator[Wire]:
        cursor = ""
        while True:
            more = {"cursor": cursor} if cursor else {}
            page = await self._workspace.calls.patiently(method, limit=_PAGE, **arguments, **more)
            for each in objects_in(page, key):
                yield each
            cursor = next_in(page)
            if not cursor:
                return


def _folder_name(channel: Wire) -> str:
    name = text_in(channel, "name").replace("/", "-").replace("\\", "-")
    return text_in(channel, "id") if name.strip(".") == "" else name


def _only(wire: Wire, names: tuple[str, ...]) -> Mapping[str, Any]:
    return {name: wire[name] for name in names if name in wire}


def _write(file: Path, value: object) -> None:
    """Write a file whole or not at all."""
    part = file.with_name(f".{file.name}.part")
    part.write_text(json.dumps(value, ensure_ascii=False), encoding="utf-8", errors="surrogatepass")
    part.replace(file)


def _slack_time(at: datetime) -> str:
    return f"{at.astimezone(UTC).timestamp():.6f}"
