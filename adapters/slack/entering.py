"""Enters the workspaces that installed Hearth: each for itself, for as long as it takes."""

import asyncio
import json
from collections.abc import Awaitable, Callable, Collection, Coroutine, Mapping, Sequence
from typing import Any

from slack_sdk.web.async_client import AsyncWebClient

from adapters.slack.arrival import enter
from adapters.slack.background import Background
from adapters.slack.calls import Denied
from adapters.slack.workspace import Workspace
from bot.logs import named
from bot.ports import Installations, TryLater

log = named(__name__)

# What Slack says of a token once the workspace has removed Hearth. With any other word the token may be good
# again: `invalid_auth` is also said to an address that the workspace does not allow.
GONE = ("account_inactive", "token_revoked")
_NOT_NAMED = "This workspace is not named in SLACK_WORKSPACES any more: nothing is heard or done here."
# Where Slack does not let Hearth in, it is asked again after so long.
_REFUSED_AGAIN_S = 300.0


class Entering:
    """`leaves_out` says of a workspace and its organisation whether it is not to be entered.

    `entered` is handed each other, and is done when that was read. `refused` hears, by the workspace, why
    Hearth is not in there for now, and `gone` that it was removed.
    """

    def __init__(
        self,
        installations: Installations,
        client: Callable[[str], AsyncWebClient],
        *,
        leaves_out: Callable[[str, str], bool],
        entered: Callable[[Workspace], Awaitable[None]],
        refused: Callable[[str, str], Coroutine[Any, Any, None]],
        gone: Callable[[str], Awaitable[None]],
    ) -> None:
        self._installations = installations
        self._client = client
        self._leaves_out = leaves_out
        self._entered = entered
        self._refused = refused
        self._gone = gone
        # What is kept of workspaces, to be entered at the start, and those that are not to be.
        self._kept: dict[str, Mapping[str, Any]] = {}
        self._left_out: list[str] = []
        self._entering: dict[str, asyncio.Task[None]] = {}
        self._background = Background()

    async def find(self, known: Collection[str]) -> None:
        """Find the workspaces that installed Hearth, but for those that are known. Raises Closed."""
        for community in await self._installations.communities():
            written = await self._installations.load(community)
            team = community.partition(":")[2]
            if written is None or team in known:
                continue
            kept = json.loads(written)
            if self._leaves_out(team, str(kept.get("enterprise_id") or "")):
                self._left_out.append(team)
            else:
                self._kept[team] = kept

    def begin(self) -> Sequence[asyncio.Task[None]]:
        """Enter what was found; one keeps no other waiting."""
        told = [self._background.begin(self._refused(team, _NOT_NAMED)) for team in self._left_out]
        return told + [
            self.let_in(team, str(kept["bot_token"]), str(kept.get("user_id") or "") or None)
            for team, kept in self._kept.items()
        ]

    def expects(self, team: str) -> bool:
        """Return whether a workspace is about to be entered."""
        entering = self._entering.get(team)
        return team in self._kept if entering is None else not entering.done()

    def let_in(
        self, team: str, token: str, installer: str | None, first: Callable[[], Awaitable[None]] | None = None
    ) -> asyncio.Task[None]:
        """Enter a workspace, once that is done which is to be `first`, with this token and no other."""
        before = self._entering.get(team)
        if before is not None and before is not asyncio.current_task():
            before.cancel()
        entering = self._entering[team] = self._background.begin(self._come_in(team, token, installer, first))
        return entering

    async def end(self) -> None:
        """Enter no more."""
        await self._background.end()

    async def _come_in(
        self, team: str, token: str, installer: str | None, first: Callable[[], Awaitable[None]] | None
    ) -> None:
        if first is not None:
            await first()
        client = self._client(token)
        while True:
            try:
                workspace = await enter(client, installer)
            except TryLater as later:
                await asyncio.sleep(later.after)
            except Denied as denied:
                log.error("workspace_not_entered", community=f"slack:{team}", reason=denied.code)
                if denied.code in GONE:
                    await self._gone(team)
                else:
                    # Nobody waits for it at the start.
                    self.let_in(team, token, installer, lambda: asyncio.sleep(_REFUSED_AGAIN_S))
                    await self._refused(team, str(denied))
                return
            else:
                break
        await self._entered(workspace)
