"""Slack, as a running Hearth starts it: the workspaces it is in, both ways of hearing, and how it answers."""

import asyncio
import json
from collections.abc import Awaitable, Callable, Coroutine, Mapping
from datetime import datetime, timedelta
from functools import partial
from typing import Any, TypeVar

import aiohttp
from aiohttp import web

from adapters.slack.arrival import Arrival, client_for, enter, forget_installed, look_up
from adapters.slack.calls import Calls, Denied, Unreachable
from adapters.slack.connection import SILENT_S, Connection
from adapters.slack.listener import Listener
from adapters.slack.missed import Missed
from adapters.slack.oauth import KeptInstallations, flow
from adapters.slack.routes import add_events, add_installing
from adapters.slack.sender import SlackSender
from adapters.slack.workspace import Workspace
from bot.cards import MessageRef
from bot.clock import Clock, stopwatch
from bot.events import CapabilityFound, Uninstalled, made_id
from bot.logs import named
from bot.ports import CannotUse, Closed, Hears, Installations, Memory, Sender, TryLater
from bot.settings import Process

log = named(__name__)

Answer = TypeVar("Answer")

# Longer than this nobody waits at the start until everything about a workspace is read: it goes on beside.
_PATIENCE_S = 15.0
# How often it is written down until when everything was heard.
_COMPLETE_EVERY_S = 10.0
# At the start nothing may answer for so long, and Slack may ask to wait so much longer.
_UNREACHED_S, _BUSY_S = 8.0, 120.0
# What went wrong in the background is tried again after so long.
_AGAIN_S = 5.0
# How the names begin under which is kept what is in the way of saying something in a channel.
_WRONG = "wrong:"
# A request to Slack that takes longer is given up.
_REQUEST_S = 20.0
# What was said just before may still be on its way.
_ON_ITS_WAY = timedelta(seconds=5)
# Slack says each minute that it leaves events out: without that for so long, it leaves out none any more.
_LIMITED_S = 90.0
# What may be found out of order later; whatever it was before, at the start it is taken to be in order.
_IN_ORDER = ("connection", "events", "history")


# What Slack says of a token once the workspace has removed Hearth. With any other word the token may be good
# again: `invalid_auth` is also said to an address that the workspace does not allow.
_GONE = ("account_inactive", "token_revoked")
# Where Slack does not let Hearth in, it is asked again after so long.
_REFUSED_AGAIN_S = 300.0


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
        self._workspaces: dict[str, Workspace] = {}
        self._missed: dict[str, Missed] = {}
        # By the workspace: the last moment, by the stopwatch, at which anything was heard of it.
        self._heard_at: dict[str, float] = {}
        # Workspaces that told nothing for long, and those that should have told something.
        self._silent: set[str] = set()
        self._untold: set[str] = set()
        # Workspaces of which Slack leaves out events: since when, and when it last said so, by the stopwatch.
        self._limited_since: dict[str, tuple[datetime, float]] = {}
        # What was found to be in the way of saying something, by workspace and channel.
        self._wrong: dict[tuple[str, str], str] = {}
        # What is kept of the workspaces that installed Hearth, to be entered.
        self._installed: dict[str, Mapping[str, Any]] = {}
        # How those are being entered, by the workspace.
        self._entering: dict[str, asyncio.Task[None]] = {}
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
        await self._find_installed()
        if self.by_socket:
            self._socket_url = await self._open_socket()

    def attach(self, application: web.Application, inbox: Hears, address: str) -> None:
        """Hand what is heard to an inbox, and answer Slack's requests if it calls us at the address."""
        self._inbox = inbox
        self._listener = Listener(
            lambda team: self._workspaces.get(team),
            inbox,
            self._clock,
            api_url=self._api_url,
            session=self._open_session,
            signing_secret=_secret(self._process.slack_signing_secret),
            heard=self._heard,
            ended=self._ended,
            limited=self._limited,
            enters=self._enters,
        )
        if not self.by_socket:
            add_events(application, self._listener.app)
        client_id, client_secret = self._process.slack_client_id, self._process.slack_client_secret
        if client_id and client_secret and self._installations is not None:
            installing = flow(
                client=client_for("", self._api_url, self._open_session),
                client_id=client_id,
                client_secret=client_secret.get_secret_value(),
                state_key=_secret(self._process.encryption_key),
                address=address,
                api_url=self._api_url,
                store=KeptInstallations(self._installations, self._arrived),
            )
            add_installing(application, installing)

    async def start(self) -> None:
        """Read what there is, and begin to hear."""
        arriving = [self._begin(workspace) for workspace in self._workspaces.values()]
        for team, kept in self._installed.items():
            installer = str(kept.get("user_id") or "") or None
            arriving.append(self._let_in(team, str(kept["bot_token"]), installer))
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

    def figures(self) -> Mapping[str, tuple[str, Callable[[], float]]]:
        """Return what is to be seen of it in the figures of running."""
        return {"hearth_slack_silent_seconds": ("Since Slack last told anything.", lambda: self.silent_s)}

    @property
    def silent_s(self) -> float:
        """Seconds since Slack last told anything."""
        if self._connection is not None:
            return self._connection.silent_for
        return stopwatch() - max(self._heard_at.values(), default=stopwatch())

    @property
    def _open_session(self) -> aiohttp.ClientSession:
        assert self._session is not None
        return self._session

    def _of_community(self, community: str) -> Workspace | None:
        return self._workspaces.get(community.partition(":")[2])

    async def _enter(self, token: str) -> Workspace:
        """Enter the workspace of SLACK_BOT_TOKEN. Raises CannotUseSlack."""
        client = client_for(token, self._api_url, self._open_session)
        return await self._asked("SLACK_BOT_TOKEN", lambda: enter(client))

    async def _open_socket(self) -> str:
        """Return the address of a socket. Raises CannotUseSlack."""
        token = _secret(self._process.slack_app_token)
        calls = Calls(client_for(token, self._api_url, self._open_session))
        said = await self._asked(
            "SLACK_APP_TOKEN", lambda: calls.read("apps.connections.open", app_token=token)
        )
        return str(said["url"])

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

    async def _find_installed(self) -> None:
        """Find the workspaces that installed Hearth. Raises CannotUseSlack."""
        if self._installations is None:
            return
        try:
            for community in await self._installations.communities():
                written = await self._installations.load(community)
                team = community.partition(":")[2]
                if written is not None and team not in self._workspaces:
                    self._installed[team] = json.loads(written)
        except Closed as closed:
            raise CannotUseSlack(str(closed)) from closed

    def _enters(self, team: str) -> bool:
        entering = self._entering.get(team)
        return team in self._installed if entering is None else not entering.done()

    def _let_in(self, team: str, token: str, installer: str | None, after: float = 0.0) -> asyncio.Task[None]:
        """Enter a workspace after so many seconds, with this token and no other."""
        before = self._entering.get(team)
        if before is not None and before is not asyncio.current_task():
            before.cancel()
        entering = self._entering[team] = self._task(self._come_in(team, token, installer, after))
        return entering

    async def _come_in(self, team: str, token: str, installer: str | None, after: float) -> None:
        """Enter a workspace that installed Hearth, and read what there is; one keeps no other waiting."""
        await asyncio.sleep(after)
        client = client_for(token, self._api_url, self._open_session)
        while True:
            try:
                workspace = await enter(client, installer)
            except TryLater as later:
                await asyncio.sleep(later.after)
            except Denied as denied:
                log.error("workspace_not_entered", community=f"slack:{team}", reason=denied.code)
                if denied.code in _GONE:
                    await self._removed(team)
                else:
                    # Nobody waits for it at the start.
                    self._let_in(team, token, installer, _REFUSED_AGAIN_S)
                    await self._capability(f"slack:{team}", "connection", str(denied))
                return
            else:
                break
        self._workspaces[team] = workspace
        await self._begin(workspace)

    async def _arrived(self, team: str, token: str, installer: str | None) -> None:
        """Enter a workspace that has just installed Hearth, maybe again."""
        before = self._workspaces.pop(team, None)
        for task in before.tasks if before else ():
            task.cancel()
        await forget_installed(self._memory, f"slack:{team}")
        self._let_in(team, token, installer)

    def _begin(self, workspace: Workspace) -> asyncio.Task[None]:
        """Read a workspace, then look after it until it is left."""
        assert self._inbox is not None
        arrival = Arrival(workspace, self._inbox, self._memory, self._clock.now)

        async def caught_up(late: int) -> None:
            await self._caught_up(workspace, late)

        missed = Missed(workspace, self._inbox, self._memory, self._clock.now, arrival.again, caught_up)
        self._missed[workspace.team] = missed

        async def arrive() -> None:
            await _until_done(arrival.tell)
            for name in _IN_ORDER:
                await _until_done(partial(self._capability, workspace.community, name, None))
            await _until_done(lambda: self._recall_wrong(workspace))
            await _until_done(missed.since_last)
            self._task(_until_done(lambda: self._look_after(workspace, missed)), workspace)
            self._task(_until_done(missed.run), workspace)

        return self._task(arrive(), workspace)

    def _task(
        self, work: Coroutine[Any, Any, None], workspace: Workspace | None = None
    ) -> asyncio.Task[None]:
        task = asyncio.create_task(work)
        for kept in (self._tasks, *([workspace.tasks] if workspace else [])):
            kept.add(task)
            task.add_done_callback(kept.discard)
        task.add_done_callback(_say_why)
        return task

    async def _look_after(self, workspace: Workspace, missed: Missed) -> None:
        """Write down until when all was heard, and ask for names that were not known."""
        assert self._inbox is not None
        while True:
            if self._connection is not None:
                silent = self._connection.silent_for
            else:
                silent = stopwatch() - self._heard_at.setdefault(workspace.team, stopwatch())
            last_heard = self._clock.now() - timedelta(seconds=silent)
            limited = await self._look_at_limit(workspace)
            await missed.complete(min(last_heard, limited or last_heard) - _ON_ITS_WAY)
            if self._connection is None and silent > SILENT_S:
                # A quiet workspace, or one whose requests do not arrive: its history tells.
                self._silent.add(workspace.team)
                self._heard_at[workspace.team] = stopwatch()
                self._regain(workspace, last_heard)
            await look_up(workspace, self._inbox, self._clock.now)
            await asyncio.sleep(_COMPLETE_EVERY_S)

    async def _limited(self, workspace: Workspace, minute: datetime) -> None:
        """Note that Slack left events out, from a minute on; it is read from history once that is over."""
        since, _ = self._limited_since.get(workspace.team, (minute, 0.0))
        self._limited_since[workspace.team] = min(since, minute), stopwatch()
        log.warning("slack_limits_events", community=workspace.community)
        await self._capability(
            workspace.community,
            "events",
            "More than 30,000 events in an hour: Slack leaves some out, and what was said is read later.",
        )

    async def _look_at_limit(self, workspace: Workspace) -> datetime | None:
        """Return since when events are left out; read what was, once none are any more."""
        since, told_at = self._limited_since.get(workspace.team, (None, 0.0))
        if since is not None and stopwatch() - told_at > _LIMITED_S:
            del self._limited_since[workspace.team]
            await self._capability(workspace.community, "events", None)
            self._regain(workspace, since - _ON_ITS_WAY)
            return None
        return since

    def _heard(self, workspace: Workspace) -> None:
        self._heard_at[workspace.team] = stopwatch()
        self._silent.discard(workspace.team)
        if workspace.team in self._untold:
            self._untold.discard(workspace.team)
            self._task(self._capability(workspace.community, "connection", None), workspace)

    async def _caught_up(self, workspace: Workspace, late: int) -> None:
        """Tell where Slack did not say what its history holds: its requests do not arrive."""
        if late and workspace.team in self._silent:
            self._untold.add(workspace.team)
            said = "a message" if late == 1 else f"{late} messages"
            await self._capability(
                workspace.community,
                "connection",
                f"There was {said} that Slack did not tell of; look at the Request URL under Event "
                "Subscriptions on the app's page. Until then history is read each half hour.",
            )

    async def _removed(self, team: str) -> None:
        """Tell that a workspace removed Hearth while it did not run."""
        assert self._inbox is not None
        now, community = self._clock.now(), f"slack:{team}"
        await self._inbox.put(
            Uninstalled(id=f"uninstalled:{now.timestamp():.6f}", community=community, at=now)
        )
        await forget_installed(self._memory, community)
        if self._installations is not None:
            await self._installations.forget(community)

    async def _ended(self, workspace: Workspace) -> None:
        """Leave a workspace that removed Hearth; it says so twice, and may have installed it again."""
        if self._workspaces.get(workspace.team) is not workspace:
            return
        log.warning("uninstalled", community=workspace.community)
        self._workspaces.pop(workspace.team, None)
        self._missed.pop(workspace.team, None)
        for task in workspace.tasks - {asyncio.current_task()}:
            task.cancel()
        await forget_installed(self._memory, workspace.community)
        if self._installations is not None:
            await self._installations.forget(workspace.community)

    async def _back(self, gap: float) -> None:
        """Read what may have been missed within so many seconds."""
        since = self._clock.now() - timedelta(seconds=gap) - _ON_ITS_WAY
        for workspace in list(self._workspaces.values()):
            self._regain(workspace, since)

    def _regain(self, workspace: Workspace, since: datetime) -> None:
        """Have read beside what Slack did not tell of a workspace since a moment."""
        missed = self._missed.get(workspace.team)
        if missed is not None:
            missed.lost(since)
            self._task(_until_done(missed.regain), workspace)

    async def _told_connection(self, reason: str | None) -> None:
        for workspace in list(self._workspaces.values()):
            await self._capability(workspace.community, "connection", reason)

    async def _recall_wrong(self, workspace: Workspace) -> None:
        """Recall what was in the way when Hearth last ended, and tell what no longer is."""
        for name, reason in (await self._memory.read_all(workspace.community, _WRONG)).items():
            channel = name.removeprefix(_WRONG)
            self._wrong[workspace.team, channel] = reason
            place = workspace.directory.places.get(channel)
            if place and place.heard and not place.archived:
                await self._tell_right(workspace, channel, None)

    async def _tell_right(self, workspace: Workspace, channel: str, reason: str | None) -> None:
        """Tell when something is in the way of saying anything in a channel, and when it no longer is."""
        key = (workspace.team, channel)
        if self._wrong.get(key) == reason:
            return
        if reason is None:
            self._wrong.pop(key)
        else:
            self._wrong[key] = reason
        await self._memory.write(workspace.community, f"{_WRONG}{channel}", reason)
        await self._capability(workspace.community, f"channel:{channel}", reason)

    async def _capability(self, community: str, name: str, reason: str | None) -> None:
        assert self._inbox is not None
        now = self._clock.now()
        await self._inbox.put(
            CapabilityFound(
                id=made_id(f"{name}:{now.timestamp():.6f}"),
                community=community,
                at=now,
                capability=name,
                works=reason is None,
                reason=reason or "",
            )
        )


def _secret(secret: Any) -> str:
    return secret.get_secret_value() if secret is not None else ""


async def _until_done(work: Callable[[], Awaitable[None]]) -> None:
    """Do what is to be done in the background, again after a while where something was in the way."""
    while True:
        try:
            return await work()
        except Closed:
            # The database: it is looked after elsewhere, and said there.
            log.warning("slack_waits_for_database")
        except Exception:
            log.exception("slack_task_failed")
        await asyncio.sleep(_AGAIN_S)


def _say_why(task: asyncio.Task[None]) -> None:
    if not task.cancelled() and task.exception() is not None:
        log.error("slack_task_ended", exc_info=task.exception())
