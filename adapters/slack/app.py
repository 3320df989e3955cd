"""Slack, as a running Hearth starts it: the workspaces it is in, both ways of hearing, and how it answers."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime, timedelta
from functools import partial
from typing import Any, TypeVar

import aiohttp
from aiohttp import web
from slack_sdk.web.async_client import AsyncWebClient

from adapters.slack.admission import Admission, leaves_out
from adapters.slack.arrival import client_for, enter, forget_installed
from adapters.slack.background import until_done
from adapters.slack.calls import Calls, Denied, Unreachable
from adapters.slack.connection import Connection
from adapters.slack.entering import GONE, Entering
from adapters.slack.listener import Listener
from adapters.slack.oauth import KeptInstallations, flow
from adapters.slack.routes import add_events, add_installing
from adapters.slack.sender import SlackSender
from adapters.slack.stay import Stay
from adapters.slack.workspace import Workspace, capability
from adapters.wire.values import text_in
from bot.cards import MessageRef
from bot.clock import Clock, stopwatch
from bot.events import Uninstalled
from bot.logs import named
from bot.ports import CannotUse, Closed, Doubtful, Hears, Installations, Memory, Sender, TryLater
from bot.settings import Process

log = named(__name__)

Answer = TypeVar("Answer")

# Longer than this nobody waits at the start until everything about a workspace is read: it goes on beside.
_PATIENCE_S = 15.0
# At the start nothing may answer for so long, and Slack may ask to wait so much longer.
_UNREACHED_S, _BUSY_S = 8.0, 120.0
# A request to Slack that takes longer is given up.
_REQUEST_S = 20.0


class CannotUseSlack(CannotUse):
    """Slack cannot be used with these settings; the message says why and what to do."""


def check_settings(process: Process) -> None:
    """Look whether Slack can be used with these settings at all. Raises CannotUseSlack."""
    if not (process.slack_app_token or process.slack_signing_secret):
        raise CannotUseSlack(
            "Slack has no way to tell Hearth anything: set SLACK_APP_TOKEN for a socket, or "
            "SLACK_SIGNING_SECRET where Slack calls https://…/slack/events; see docs/slack.md."
        )
    if process.slack_client_id and not process.slack_client_secret:
        raise CannotUseSlack("SLACK_CLIENT_ID is set without SLACK_CLIENT_SECRET; set both, or neither.")


class Slack:
    """The adapter: one workspace with its token, or those that were installed by OAuth."""

    prefix = "slack"

    def __init__(
        self, process: Process, clock: Clock, memory: Memory, installations: Installations | None = None
    ) -> None:
        self._process = process
        self._clock = clock
        self._memory = memory
        self._installations = installations
        self._api_url = process.slack_api_url
        # The workspace of SLACK_BOT_TOKEN, until everything is read.
        self._of_token: Workspace | None = None
        # Where Hearth is, by the workspace.
        self._stays: dict[str, Stay] = {}
        self._admission = Admission(process.slack_workspaces, memory)
        self._entering: Entering | None = None
        if installations is not None:
            self._entering = Entering(
                installations,
                self._client,
                leaves_out=partial(leaves_out, process.slack_workspaces),
                entered=self._entered,
                refused=self._refused,
                gone=self._gone,
            )
        self._session: aiohttp.ClientSession | None = None
        self._inbox: Hears | None = None
        self._listener: Listener | None = None
        self._connection: Connection | None = None
        self._socket_url = ""
        self.sender: Sender = SlackSender(
            self._of_community, lambda community: self._enters(_team(community)), self._tell_right
        )

    @property
    def by_socket(self) -> bool:
        """Whether Slack tells through a socket; else it calls us."""
        return self._process.slack_app_token is not None

    async def open(self) -> None:
        """Look whether the tokens are good. Raises CannotUseSlack."""
        self._session = aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=_REQUEST_S))
        token = _secret(self._process.slack_bot_token)
        if token:
            client = self._client(token)
            self._of_token = await self._asked("SLACK_BOT_TOKEN", lambda: enter(client))
        if self._entering is not None:
            try:
                await self._entering.find([self._of_token.team] if self._of_token else [])
            except Closed as closed:
                raise CannotUseSlack(str(closed)) from closed
        if self.by_socket:
            self._socket_url = await self._open_socket()

    def attach(self, application: web.Application, inbox: Hears, address: str) -> None:
        """Hand what is heard to an inbox, and answer Slack's requests if it calls us at the address."""
        self._inbox = inbox
        if self._of_token is not None:
            self._stay_in(self._of_token)
        self._listener = Listener(
            self._found,
            inbox,
            self._clock,
            api_url=self._api_url,
            session=self._open_session,
            signing_secret=_secret(self._process.slack_signing_secret),
            heard=lambda workspace: self._stays[workspace.team].heard(),
            stands=self._stands,
            ended=self._ended,
            limited=lambda workspace, minute: self._stays[workspace.team].limited(minute),
            came_in=lambda workspace, channel: self._tell_right(workspace, channel, None),
            enters=self._enters,
        )
        if not self.by_socket:
            add_events(application, self._listener.app)
        client_id, client_secret = self._process.slack_client_id, self._process.slack_client_secret
        if client_id and client_secret and self._installations is not None:
            installing = flow(
                client=self._client(""),
                client_id=client_id,
                client_secret=client_secret.get_secret_value(),
                state_key=_secret(self._process.encryption_key),
                address=address,
                api_url=self._api_url,
                store=KeptInstallations(
                    self._installations,
                    admits=self._admits,
                    gives_back=self._give_back,
                    arrived=self._arrived,
                ),
            )
            add_installing(application, installing)

    async def start(self) -> None:
        """Read what there is, and begin to hear."""
        arriving = [stay.begin() for stay in self._stays.values()]
        if self._entering is not None:
            arriving += self._entering.begin()
        if arriving:
            await asyncio.wait(arriving, timeout=_PATIENCE_S)
        assert self._listener is not None
        if self.by_socket:
            token = _secret(self._process.slack_app_token)
            self._connection = Connection(
                self._listener.app,
                token,
                self._client(token),
                told=self._told_connection,
                back=self._back,
            )
            await self._connection.open(self._socket_url)

    async def hush(self) -> None:
        """Hear no more, and have what was heard committed."""
        if self._entering is not None:
            await self._entering.end()
        for stay in list(self._stays.values()):
            await stay.end()
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

    def figures(self) -> Mapping[str, tuple[str, Callable[[], float]]]:
        """Return what is to be seen of it in the figures of running."""
        found: dict[str, tuple[str, Callable[[], float]]] = {
            "hearth_slack_silent_seconds": ("Since Slack last told anything.", lambda: self.silent_s)
        }
        if self.by_socket:
            found |= {
                "hearth_slack_lost_seconds": (
                    "Since there is no connection to Slack; 0 while there is.",
                    lambda: self._connection.lost_for if self._connection else 0.0,
                ),
                "hearth_slack_renewals": (
                    "How often the connection to Slack was made anew.",
                    lambda: self._connection.renewals if self._connection else 0,
                ),
            }
        return found

    @property
    def silent_s(self) -> float:
        """Seconds since Slack last told anything."""
        by_socket = self._silence()
        if by_socket is not None:
            return by_socket
        return stopwatch() - max((stay.heard_at for stay in self._stays.values()), default=stopwatch())

    @property
    def _open_session(self) -> aiohttp.ClientSession:
        assert self._session is not None
        return self._session

    def _client(self, token: str) -> AsyncWebClient:
        return client_for(token, self._api_url, self._open_session)

    def _silence(self) -> float | None:
        return None if self._connection is None else self._connection.silent_for

    def _found(self, team: str) -> Workspace | None:
        stay = self._stays.get(team)
        return None if stay is None else stay.workspace

    def _of_community(self, community: str) -> Workspace | None:
        return self._found(_team(community))

    async def _tell_right(self, workspace: Workspace, channel: str, reason: str | None) -> None:
        stay = self._stays.get(workspace.team)
        if stay is not None:
            await stay.tell_right(channel, reason)

    async def _open_socket(self) -> str:
        """Return the address of a socket. Raises CannotUseSlack."""
        token = _secret(self._process.slack_app_token)
        calls = Calls(self._client(token))
        said = await self._asked(
            "SLACK_APP_TOKEN", lambda: calls.read("apps.connections.open", app_token=token)
        )
        url = text_in(said, "url")
        if not url:
            raise CannotUseSlack(f"SLACK_APP_TOKEN: {self._api_url} names no address of a socket for it.")
        return url

    async def _asked(self, setting: str, ask: Callable[[], Awaitable[Answer]]) -> Answer:
        """Ask at the start, again while Slack asks to wait; not for long where nothing answers."""
        begun = stopwatch()
        while True:
            try:
                return await ask()
            except Denied as denied:
                raise CannotUseSlack(f"{setting}: {denied}") from denied
            except TryLater as later:
                most = _UNREACHED_S if isinstance(later, Unreachable) else _BUSY_S
                if stopwatch() - begun + later.after > most:
                    raise CannotUseSlack(
                        f"Slack does not answer at {self._api_url}: {later} Look at the network, and at "
                        "SLACK_API_URL if that is set."
                    ) from later
                log.warning("slack_not_ready", seconds=round(later.after, 1))
                await asyncio.sleep(later.after)

    def _enters(self, team: str) -> bool:
        return self._entering is not None and self._entering.expects(team)

    def _stay_in(self, workspace: Workspace) -> Stay:
        assert self._inbox is not None
        stay = Stay(workspace, self._inbox, self._memory, self._clock.now, self._silence)
        self._stays[workspace.team] = stay
        return stay

    async def _entered(self, workspace: Workspace) -> None:
        await self._stay_in(workspace).begin()

    async def _refused(self, team: str, reason: str) -> None:
        assert self._inbox is not None
        await self._inbox.put(capability(f"slack:{team}", "connection", reason, self._clock.now()))

    async def _admits(self, team: str, organisation: str) -> str | None:
        # The workspace of SLACK_BOT_TOKEN is the first, and one that Hearth is in may install it anew.
        if self._of_token is not None:
            await self._admission.refusal(self._of_token.team, self._of_token.organisation)
        return None if team in self._stays else await self._admission.refusal(team, organisation)

    async def _give_back(self, token: str) -> None:
        try:
            await Calls(self._client(token)).do("auth.revoke")
        except (Denied, TryLater, Doubtful) as error:
            log.warning("token_not_given_back", reason=type(error).__name__)

    async def _arrived(self, team: str, token: str, installer: str | None) -> None:
        """Enter a workspace that has just installed Hearth, maybe again."""
        before = self._stays.pop(team, None)

        async def leave() -> None:
            if before is not None:
                await before.end()
            await until_done(lambda: forget_installed(self._memory, f"slack:{team}"))

        assert self._entering is not None
        self._entering.let_in(team, token, installer, leave)

    async def _gone(self, team: str) -> None:
        """Tell that a workspace removed Hearth while it did not run."""
        assert self._inbox is not None
        now, community = self._clock.now(), f"slack:{team}"
        await self._inbox.put(
            Uninstalled(id=f"uninstalled:{now.timestamp():.6f}", community=community, at=now)
        )
        await self._forget(community)

    async def _stands(self, workspace: Workspace, removed_at: datetime) -> bool:
        """Tell whether the token that Hearth has is another than that which ended at a moment."""
        stay = self._stays.get(workspace.team)
        if stay is None or removed_at >= stay.since:
            return False
        try:
            await workspace.calls.read("auth.test")
        except Denied as denied:
            return denied.code not in GONE
        except TryLater:
            # Should it have ended after all, that is seen at the next start.
            return True
        return True

    async def _ended(self, workspace: Workspace) -> None:
        """Leave a workspace that removed Hearth; it says so twice, and may have installed it again."""
        stay = self._stays.get(workspace.team)
        if stay is None or stay.workspace is not workspace:
            return
        log.warning("uninstalled", community=workspace.community)
        del self._stays[workspace.team]
        await stay.end()
        await self._forget(workspace.community)

    async def _forget(self, community: str) -> None:
        await forget_installed(self._memory, community)
        if self._installations is not None:
            await self._installations.forget(community)

    async def _back(self, gap: float) -> None:
        """Read what may have been missed within so many seconds."""
        since = self._clock.now() - timedelta(seconds=gap)
        for stay in self._stays.values():
            stay.regain(since)

    async def _told_connection(self, reason: str | None, before: str) -> None:
        for stay in list(self._stays.values()):
            await stay.found("connection", reason, before)


def _team(community: str) -> str:
    return community.partition(":")[2]


def _secret(secret: Any) -> str:
    return secret.get_secret_value() if secret is not None else ""
