"""Hears what Slack tells and what people do there, and hands it to the inbox.

An event is acknowledged when it is committed; somebody who waits for an answer is acknowledged at once.
"""

import asyncio
import logging
import re
from collections.abc import Awaitable, Callable, Coroutine, Sequence
from datetime import UTC, datetime
from typing import Any

from aiohttp import ClientSession
from pydantic import ValidationError
from slack_bolt.async_app import AsyncAck, AsyncApp
from slack_bolt.authorization import AuthorizeResult
from slack_bolt.response import BoltResponse

from adapters.slack.arrival import client_for, look_up, meet
from adapters.slack.doings import command, interactions, member_in
from adapters.slack.translate import take
from adapters.slack.workspace import Workspace
from adapters.wire.values import Wire, count_in, object_in, text_in
from bot.clock import Clock
from bot.events import CapabilityFound, Event, Uninstalled
from bot.logs import named
from bot.ports import Hears

log = named(__name__)

_ANY = re.compile(".*", re.DOTALL)
# How long the end waits for what was acknowledged and is not committed yet.
_FINISH_S = 1.0
_ENDS = ("app_uninstalled", "tokens_revoked")
# What Slack tells of the community; all else is what people do with Hearth.
_EVENT = "event_callback"
# Slack left out what was over its limit in a minute.
_LIMITED = "app_rate_limited"

Find = Callable[[str], Workspace | None]
End = Callable[[Workspace], Awaitable[None]]
# Says whether Hearth is still in a workspace that says of a moment that it removed it.
Stands = Callable[[Workspace, datetime], Awaitable[bool]]
# Hears from when on events were left out.
Limited = Callable[[Workspace, datetime], Awaitable[None]]
# Hears of a channel that Hearth came into.
CameIn = Callable[[Workspace, str], Awaitable[None]]


class Listener:
    """What slack-bolt calls. `heard` is told of each event that came, with the workspace it came from.

    What people do with Hearth may come by another address than events: it says nothing of these. `enters`
    says of a workspace that is not found whether Hearth is about to be there.
    """

    def __init__(
        self,
        find: Find,
        inbox: Hears,
        clock: Clock,
        *,
        api_url: str,
        session: ClientSession,
        signing_secret: str,
        heard: Callable[[Workspace], None],
        stands: Stands,
        ended: End,
        limited: Limited,
        came_in: CameIn,
        enters: Callable[[str], bool],
    ) -> None:
        self._find = find
        self._inbox = inbox
        self._clock = clock
        self._heard = heard
        self._stands = stands
        self._ended = ended
        self._limited = limited
        self._came_in = came_in
        self._enters = enters
        self._tasks: set[asyncio.Task[None]] = set()
        # The events under way, by the workspace and what Slack calls them.
        self._hearing: dict[tuple[str, str], asyncio.Task[None]] = {}

        # slack-bolt looks at the names of its arguments, and takes `self` for one of them.
        async def authorize(team_id: str | None, enterprise_id: str | None) -> AuthorizeResult | None:
            return self._authorized(team_id, enterprise_id)

        logger = logging.getLogger("slack_bolt")
        logger.setLevel(max(logger.level, logging.ERROR))
        self.app = AsyncApp(
            logger=logger,
            name="hearth",
            process_before_response=True,
            client=client_for("", api_url, session),
            authorize=authorize,  # type: ignore[arg-type]  # None means that it may not
            before_authorize=self._known,
            signing_secret=signing_secret,
            # What Hearth says itself is told apart where events are read: edits of it too.
            ignoring_self_events_enabled=False,
            attaching_conversation_kwargs_enabled=False,
        )
        self.app.event(_ANY)(self._event)
        self.app.command(_ANY)(self._command)
        for listen in (self.app.action, self.app.shortcut, self.app.view):
            listen(_ANY)(self._interaction)

    async def finish(self) -> None:
        """Wait until what people did is committed, a moment at most."""
        if self._tasks:
            _, unfinished = await asyncio.wait(self._tasks, timeout=_FINISH_S)
            for task in unfinished:
                task.cancel()

    async def put(self, events: Sequence[Event]) -> None:
        """Hand over events; return when all are committed."""
        await asyncio.gather(*(self._inbox.put(event) for event in events))

    async def _known(self, body: dict[str, Any], context: Any, next: Callable[[], Awaitable[None]]) -> Any:
        """Refuse what comes for a workspace that Hearth is not in."""
        if body.get("type") == "url_verification" or "ssl_check" in body:
            return await next()
        workspace = self._find(context.team_id or "")
        if workspace is None and text_in(object_in(body, "event"), "type") in _ENDS:
            # Slack says twice that Hearth was removed, and the first was enough.
            return BoltResponse(status=200, body="")
        if workspace is None and self._enters(context.team_id or ""):
            # Slack is to tell it again in a while.
            return BoltResponse(status=503, body={"error": "Hearth is just entering that workspace."})
        if workspace is None:
            log.warning("workspace_unknown")
            return BoltResponse(
                status=403,
                body={"error": "Hearth is not in that workspace."},
                # Asked again it would be the same.
                headers={"x-slack-no-retry": "1"},
            )
        if body.get("type") == _LIMITED:
            minute = count_in(body, "minute_rate_limited")
            at = datetime.fromtimestamp(minute, UTC) if minute else self._clock.now()
            await self._limited(workspace, at)
            return BoltResponse(status=200, body="")
        if body.get("type") == _EVENT:
            self._heard(workspace)
        return await next()

    def _authorized(self, team_id: str | None, enterprise_id: str | None) -> AuthorizeResult | None:
        workspace = self._find(team_id or "")
        if workspace is None:
            return None
        return AuthorizeResult(
            enterprise_id=enterprise_id,
            team_id=workspace.team,
            bot_id=workspace.directory.bot_id,
            bot_user_id=workspace.directory.bot_user,
            bot_token=workspace.token,
        )

    async def _event(self, body: dict[str, Any], context: Any) -> None:
        workspace = self._find(context.team_id or "")
        if workspace is None:
            return
        key = workspace.team, text_in(body, "event_id")
        hearing = self._hearing.get(key) if key[1] else None
        if hearing is None:
            hearing = self._hearing[key] = asyncio.create_task(self._hear(body, workspace))
            hearing.add_done_callback(lambda _: self._hearing.pop(key, None))
        # Told once more, an event waits for the first to be committed: it tells nothing new by then.
        await asyncio.shield(hearing)

    async def _hear(self, body: Wire, workspace: Workspace) -> None:
        event = object_in(body, "event")
        told_at = _seconds(body) or self._clock.now()
        directory = workspace.directory
        try:
            events: list[Any] = list(take(event, told_at, directory))
        except ValidationError as error:
            # It would be the same told again: it is acknowledged, and left.
            field = error.errors(include_input=False, include_url=False)[0]["loc"]
            log.warning("event_not_read", kind=text_in(event, "type")[:50], field=str(field))
            return
        over = next((each for each in events if isinstance(each, Uninstalled)), None)
        if over is not None and await self._stands(workspace, over.at):
            # It was installed again since: that is said late, or once more.
            log.info("uninstall_outlived", community=workspace.community)
            return
        await self.put(events)
        for each in events:
            if isinstance(each, CapabilityFound):
                await self._came_in(workspace, each.capability.partition(":")[2])
        if over is not None:
            await self._ended(workspace)
        elif directory.unknown:
            self._begin(look_up(workspace, self._inbox, self._clock.now))

    async def _command(self, ack: AsyncAck, body: dict[str, Any], context: Any) -> None:
        await ack()
        workspace = self._find(context.team_id or "")
        if workspace is not None:
            self._begin(
                self._hand_over(
                    workspace, body, lambda: [command(body, self._clock.now(), workspace.directory)]
                )
            )

    async def _interaction(self, ack: AsyncAck, body: dict[str, Any], context: Any) -> None:
        await ack()
        workspace = self._find(context.team_id or "")
        if workspace is not None:
            self._begin(
                self._hand_over(
                    workspace, body, lambda: interactions(body, self._clock.now(), workspace.directory)
                )
            )

    async def _hand_over(self, workspace: Workspace, body: Wire, read: Callable[[], Sequence[Event]]) -> None:
        """Commit what somebody did after it was acknowledged: they see at once that it arrived."""
        await meet(workspace, member_in(body))
        try:
            events = read()
        except ValidationError as error:
            field = error.errors(include_input=False, include_url=False)[0]["loc"]
            log.warning("interaction_not_read", field=str(field))
            return
        await self.put(events)

    def _begin(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._done)

    def _done(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and task.exception() is not None:
            log.error("interaction_lost", exc_info=task.exception())


def _seconds(body: Wire) -> datetime | None:
    """Return when Slack says that an event was."""
    seconds = count_in(body, "event_time")
    return datetime.fromtimestamp(seconds, UTC) if seconds else None
