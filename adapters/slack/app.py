"""Slack, as a running Hearth starts it: the workspaces it is in, both ways of hearing, and how it answers."""

import asyncio
from collections.abc import Coroutine
from datetime import timedelta
from typing import Any

import aiohttp
from aiohttp import web

from adapters.slack.arrival import Arrival, client_for, enter, forget_installed, look_up
from adapters.slack.calls import Calls, Denied
from adapters.slack.connection import Connection
from adapters.slack.listener import Listener
from adapters.slack.missed import Missed
from adapters.slack.sender import SlackSender
from adapters.slack.workspace import Workspace
from bot.cards import MessageRef
from bot.clock import Clock, stopwatch
from bot.events import CapabilityFound, made_id
from bot.logs import named
from bot.ports import Hears, Memory, Sender, TryLater
from bot.settings import Process

log = named(__name__)

# Longer than this nobody waits at the start until everything about a workspace is read: it goes on beside.
_PATIENCE_S = 15.0
# How often it is written down until when everything was heard.
_COMPLETE_EVERY_S = 10.0
# A request to Slack that takes longer is given up.
_REQUEST_S = 20.0
# What was said just before may still be on its way.
_ON_ITS_WAY = timedelta(seconds=5)


class CannotUseSlack(Exception):
    """Slack cannot be used with these settings; the message says why and what to do."""


class Slack:
    """The adapter: one workspace with its token, or those that were installed by OAuth."""

    prefix = "slack"

    def __init__(self, process: Process, clock: Clock, memory: Memory) -> None:
        self._process = process
        self._clock = clock
        self._memory = memory
        self._api_url = process.slack_api_url
        self._workspaces: dict[str, Workspace] = {}
        self._missed: dict[str, Missed] = {}
        # By the workspace: the last moment, by the stopwatch, at which anything was heard of it.
        self._heard_at: dict[str, float] = {}
        # What was found to be in the way of saying something, by workspace and channel.
        self._wrong: dict[tuple[str, str], str] = {}
        self._session: aiohttp.ClientSession | None = None
        self._inbox: Hears | None = None
        self._listener: Listener | None = None
        self._connection: Connection | None = None
        self._socket_url = ""
        self._tasks: set[asyncio.Task[None]] = set()
        self.sender: Sender = SlackSender(self._of_community, self._tell_right)

    @property
    def by_socket(self) -> bool:
        """Whether Slack tells through a socket; else it calls us."""
        return self._process.slack_app_token is not None

    async def open(self) -> None:
        """Look whether the tokens are good. Raises CannotUseSlack."""
        self._session = aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=_REQUEST_S))
        token = _secret(self._process.slack_bot_token)
        if token:
            workspace = await self._enter(token)
            self._workspaces[workspace.team] = workspace
        if self.by_socket:
            self._socket_url = await self._open_socket()
        elif not _secret(self._process.slack_signing_secret):
            raise CannotUseSlack(
                "Slack has no way to tell Hearth anything: set SLACK_APP_TOKEN for a socket, or "
                "SLACK_SIGNING_SECRET where Slack calls https://…/slack/events; see docs/slack.md."
            )

    def attach(self, application: web.Application, inbox: Hears) -> None:
        """Hand what is heard to an inbox, and answer Slack's requests if it calls us."""
        assert self._session is not None
        self._inbox = inbox
        self._listener = Listener(
            lambda team: self._workspaces.get(team),
            inbox,
            self._clock,
            api_url=self._api_url,
            session=self._session,
            signing_secret=_secret(self._process.slack_signing_secret),
            heard=self._heard,
            ended=self._ended,
        )

    async def start(self) -> None:
        """Read what there is, and begin to hear."""
        arriving = [self._begin(workspace) for workspace in self._workspaces.values()]
        if arriving:
            await asyncio.wait(arriving, timeout=_PATIENCE_S)
        assert self._listener is not None
        if self.by_socket:
            token = _secret(self._process.slack_app_token)
            self._connection = Connection(
                self._listener.app,
                token,
                client_for(token, self._api_url, self._open_session),
                told=self._told_connection,
                back=self._back,
            )
            await self._connection.open(self._socket_url)
            await self._told_connection(None)

    async def hush(self) -> None:
        """Hear no more, and have what was heard committed."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        if self._connection is not None:
            await self._connection.close()
        if self._listener is not None:
            await self._listener.finish()

    async def close(self) -> None:
        """Let go, once nothing is sent any more."""
        if self._session is not None:
            await self._session.close()

    def permalink(self, community: str, ref: MessageRef) -> str | None:
        """Return where a message of a workspace can be read."""
        workspace = self._of_community(community)
        return None if workspace is None else workspace.permalink(ref)

    @property
    def _open_session(self) -> aiohttp.ClientSession:
        assert self._session is not None
        return self._session

    def _of_community(self, community: str) -> Workspace | None:
        return self._workspaces.get(community.partition(":")[2])

    async def _enter(self, token: str) -> Workspace:
        try:
            return await enter(client_for(token, self._api_url, self._open_session))
        except Denied as denied:
            raise CannotUseSlack(f"SLACK_BOT_TOKEN: {denied}") from denied
        except TryLater as later:
            raise CannotUseSlack(
                f"Slack does not answer at {self._api_url} ({later}); look at the network, and at "
                "SLACK_API_URL if that is set."
            ) from later

    async def _open_socket(self) -> str:
        token = _secret(self._process.slack_app_token)
        calls = Calls(client_for(token, self._api_url, self._open_session))
        try:
            said = await calls.read("apps.connections.open", app_token=token)
        except Denied as denied:
            raise CannotUseSlack(f"SLACK_APP_TOKEN: {denied}") from denied
        except TryLater as later:
            raise CannotUseSlack(f"Slack gives no socket at {self._api_url} ({later}).") from later
        return str(said["url"])

    def _begin(self, workspace: Workspace) -> asyncio.Task[None]:
        """Read a workspace, then look after it until it is left."""
        assert self._inbox is not None
        arrival = Arrival(workspace, self._inbox, self._memory, self._clock.now)
        missed = Missed(workspace, self._inbox, self._memory, self._clock.now)
        self._missed[workspace.team] = missed

        async def arrive() -> None:
            await arrival.tell()
            await missed.since_last()
            self._task(self._look_after(workspace, missed), workspace)
            self._task(missed.run(), workspace)

        return self._task(arrive(), workspace)

    def _task(self, work: Coroutine[Any, Any, None], workspace: Workspace) -> asyncio.Task[None]:
        task = asyncio.create_task(work)
        for kept in (self._tasks, workspace.tasks):
            kept.add(task)
            task.add_done_callback(kept.discard)
        task.add_done_callback(_say_why)
        return task

    async def _look_after(self, workspace: Workspace, missed: Missed) -> None:
        """Write down until when all was heard, and ask for names that were not known."""
        assert self._inbox is not None
        while True:
            heard_at = self._heard_at.get(workspace.team)
            if self._connection is not None:
                heard_at = stopwatch() - self._connection.silent_for
            if heard_at is not None:
                ago = timedelta(seconds=stopwatch() - heard_at)
                await missed.complete(self._clock.now() - ago - _ON_ITS_WAY)
            await look_up(workspace, self._inbox, self._clock.now)
            await asyncio.sleep(_COMPLETE_EVERY_S)

    def _heard(self, workspace: Workspace) -> None:
        self._heard_at[workspace.team] = stopwatch()

    async def _ended(self, workspace: Workspace) -> None:
        """Leave a workspace that removed Hearth."""
        log.warning("uninstalled", community=workspace.community)
        self._workspaces.pop(workspace.team, None)
        self._missed.pop(workspace.team, None)
        for task in workspace.tasks - {asyncio.current_task()}:
            task.cancel()
        await forget_installed(self._memory, workspace.community)

    async def _back(self, gap: float) -> None:
        """Read what may have been missed within so many seconds."""
        since = self._clock.now() - timedelta(seconds=gap) - _ON_ITS_WAY
        for missed in list(self._missed.values()):
            await missed.since(since)

    async def _told_connection(self, reason: str | None) -> None:
        for workspace in list(self._workspaces.values()):
            await self._capability(workspace, "connection", reason)

    async def _tell_right(self, workspace: Workspace, channel: str, reason: str | None) -> None:
        """Tell when something is in the way of saying anything in a channel, and when it no longer is."""
        key = (workspace.team, channel)
        if self._wrong.get(key) == reason:
            return
        if reason is None:
            self._wrong.pop(key)
        else:
            self._wrong[key] = reason
        await self._capability(workspace, f"channel:{channel}", reason)

    async def _capability(self, workspace: Workspace, name: str, reason: str | None) -> None:
        assert self._inbox is not None
        now = self._clock.now()
        await self._inbox.put(
            CapabilityFound(
                id=made_id(f"{name}:{now.timestamp():.6f}"),
                community=workspace.community,
                at=now,
                capability=name,
                works=reason is None,
                reason=reason or "",
            )
        )


def _secret(secret: Any) -> str:
    return secret.get_secret_value() if secret is not None else ""


def _say_why(task: asyncio.Task[None]) -> None:
    if not task.cancelled() and task.exception() is not None:
        log.error("slack_task_ended", exc_info=task.exception())
