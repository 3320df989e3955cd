"""Looks whether Hearth could do its work in Slack: tokens, permissions, channels, and the clock."""

import json
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

import aiohttp
from slack_sdk.web.async_client import AsyncWebClient

from adapters.slack.admission import leaves_out
from adapters.slack.arrival import NO_CHANNEL, client_for, enter
from adapters.slack.calls import Calls, Denied, next_in
from adapters.slack.directory import place_of
from adapters.slack.manifest import INSTALL_PATH
from adapters.slack.scopes import SCOPES
from adapters.slack.workspace import Workspace
from adapters.wire.values import object_in, objects_in
from bot.findings import Finding
from bot.ports import Closed, Installations, TryLater
from bot.settings import Process

_REQUEST_S = 10.0
# Slack's requests bear a stamp, and one that differs by five minutes is refused.
_SKEW_S, _NOTABLE_S = 300.0, 30.0
_PAGE = 200
_TOKEN, _APP_TOKEN = "SLACK_BOT_TOKEN", "SLACK_APP_TOKEN"
# By the community: what is set to which channel.
Channels = Mapping[str, Sequence[tuple[str, str]]]


async def look(
    process: Process, now: datetime, channels: Channels, installations: Installations | None
) -> AsyncIterator[Finding]:
    """Ask Slack, and say what was found; nothing is posted.

    `installations` are the tokens of workspaces that installed Hearth, None where none could be kept.
    """
    timeout = aiohttp.ClientTimeout(total=_REQUEST_S)
    async with aiohttp.ClientSession(timeout=timeout) as session:
        yield await _way_in(process, session)
        if process.slack_bot_token is not None:
            client = client_for(process.slack_bot_token.get_secret_value(), process.slack_api_url, session)
            async for finding in _workspace(_TOKEN, client, now, channels):
                yield finding
        if process.slack_client_id is None:
            return
        yield _who_may(process)
        if not (process.public_url or "").startswith("https://"):
            said = "Slack sends who installs Hearth back to an address with https, and to no other."
            do = "Set it to where people reach Hearth, as https://hearth.example.com."
            yield Finding("PUBLIC_URL", "look", said, do)
        try:
            there = [] if installations is None else await installations.communities()
            for community in there:
                written = None if installations is None else await installations.load(community)
                async for finding in _installed(process, community, written, session, now, channels):
                    # There may be several: of each it is said which it is.
                    yield replace(finding, about=f"{finding.about} of {community}")
        except Closed as closed:
            yield Finding("ENCRYPTION_KEY", "wrong", str(closed))


async def _installed(
    process: Process,
    community: str,
    written: str | None,
    session: aiohttp.ClientSession,
    now: datetime,
    channels: Channels,
) -> AsyncIterator[Finding]:
    """Look at a workspace that installed Hearth, by what is kept of it."""
    kept = json.loads(written or "{}")
    if not kept:
        return
    if leaves_out(process.slack_workspaces, community.partition(":")[2], kept.get("enterprise_id") or ""):
        said = "It is kept, and Hearth does not go in: SLACK_WORKSPACES does not name the workspace."
        yield Finding("token", "look", said, "Name it there, or remove Hearth from it in Slack.")
        return
    client = client_for(str(kept["bot_token"]), process.slack_api_url, session)
    async for finding in _workspace("token", client, now, channels):
        yield finding


async def _workspace(
    token: str, client: AsyncWebClient, now: datetime, channels: Channels
) -> AsyncIterator[Finding]:
    """Look at one workspace, by what its token is called and the way that it opens."""
    try:
        workspace = await enter(client)
    except Denied as denied:
        yield Finding(token, "wrong", "Slack does not take it.", str(denied))
        return
    except TryLater as later:
        yield Finding("slack", "wrong", f"{client.base_url}: {later}", "Look at the network.")
        return
    yield Finding("slack", "fine", f"Hearth is in {workspace.name} ({workspace.team}).")
    yield _clock(workspace.calls, now)
    for finding in _scopes(workspace):
        yield finding
    async for finding in _channels(workspace, channels.get(workspace.community, ())):
        yield finding


def _who_may(process: Process) -> Finding:
    if process.slack_workspaces is not None:
        said = f"These may install Hearth: {', '.join(process.slack_workspaces)}."
    else:
        said = "The first that installs Hearth may, and those of its Enterprise organisation."
    return Finding("installing", "fine", f"Workspaces do it themselves, at {INSTALL_PATH}. {said}")


def _clock(calls: Calls, now: datetime) -> Finding:
    try:
        theirs = parsedate_to_datetime(calls.headers.get("Date", ""))
    except ValueError:
        return Finding("slack's clock", "look", "Slack does not say what time it is.")
    skew = (now - theirs.astimezone(UTC)).total_seconds()
    said = f"This machine's clock differs from Slack's by {abs(skew):.0f} seconds."
    if abs(skew) >= _SKEW_S:
        return Finding("slack's clock", "wrong", said, "Set it: what Slack signs is refused by it.")
    state = "look" if abs(skew) >= _NOTABLE_S else "fine"
    return Finding("slack's clock", "look" if state == "look" else "fine", said)


def _scopes(workspace: Workspace) -> list[Finding]:
    if workspace.scopes is None:
        return [Finding("scopes", "look", "Slack does not say what the token may do.")]
    lacking = [name for name in SCOPES if name not in workspace.scopes]
    found = [
        Finding(
            f"scope {name}",
            "wrong" if SCOPES[name].needed else "look",
            f"It is missing: {SCOPES[name].without}.",
            "Add it on the app's page under OAuth & Permissions, and reinstall the app.",
        )
        for name in lacking
    ]
    return found or [Finding("scopes", "fine", f"All {len(SCOPES)} are there.")]


async def _way_in(process: Process, session: aiohttp.ClientSession) -> Finding:
    if process.slack_app_token is None:
        if process.slack_signing_secret is None:
            do = "Set SLACK_APP_TOKEN for a socket, or SLACK_SIGNING_SECRET for requests."
            return Finding("way in", "wrong", "Slack has no way to tell Hearth anything.", do)
        return Finding("way in", "fine", "Slack calls /slack/events, and signs what it sends.")
    token = process.slack_app_token.get_secret_value()
    calls = Calls(client_for(token, process.slack_api_url, session))
    try:
        await calls.read("apps.connections.open", app_token=token)
    except Denied as denied:
        return Finding(_APP_TOKEN, "wrong", "Slack gives no socket for it.", str(denied))
    except TryLater as later:
        return Finding(_APP_TOKEN, "look", f"It could not be tried: {later}")
    return Finding(_APP_TOKEN, "fine", "Slack gives a socket for it.")


async def _channels(workspace: Workspace, named: Sequence[tuple[str, str]]) -> AsyncIterator[Finding]:
    heard, known, untold = 0, 0, ""
    for kind in ("public_channel", "private_channel"):
        cursor = ""
        while True:
            more = {"cursor": cursor} if cursor else {}
            try:
                page = await workspace.calls.read(
                    "conversations.list", types=kind, limit=_PAGE, exclude_archived=True, **more
                )
            except (Denied, TryLater) as error:
                untold = untold or str(error)
                break
            found = [place_of(wire) for wire in objects_in(page, "channels")]
            known += len(found)
            heard += sum(place.heard for place in found)
            cursor = next_in(page)
            if not cursor:
                break
    if untold:
        yield Finding("channels", "look", f"Not all could be looked at: {untold}")
    elif heard:
        yield Finding("channels", "fine", f"Hearth is in {heard} of {known}, and reads these.")
    else:
        yield Finding("channels", "look", "Hearth is in no channel.", "Invite it: /invite @Hearth.")
    for setting, channel in named:
        yield await _channel(workspace, setting, channel)


async def _channel(workspace: Workspace, setting: str, channel: str) -> Finding:
    """Look at a channel that is set, by its id."""
    name, do = channel, "Invite it there with /invite, or name another with /community settings."
    why = "does not have Hearth in it"
    try:
        said = await workspace.calls.read("conversations.info", channel=channel)
    except TryLater as later:
        return Finding(setting, "look", f"{channel} could not be looked at: {later}", "Look again later.")
    except Denied as denied:
        if denied.code not in NO_CHANNEL:
            return Finding(setting, "look", f"{channel} could not be looked at: {denied}")
    else:
        place = place_of(object_in(said, "channel"))
        name = f"#{place.name}"
        if place.heard and not (place.archived or place.closed):
            return Finding(setting, "fine", f"{name} has Hearth in it.")
        if place.archived or place.closed:
            why = "is archived" if place.archived else "lets only those post who are named there"
        if place.closed:
            do = "Let Hearth post there, in the channel's settings, or name another."
    return Finding(setting, "wrong", f"{name} {why}: nothing can be posted there.", do)
