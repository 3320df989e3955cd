"""Which workspaces may install Hearth: those that are named, or those of the first one's organisation."""

import asyncio
import json
from collections.abc import Collection

from bot.ports import Memory

# What belongs to no workspace alone is kept under this.
_NOWHERE = "slack:"
_FIRST = "first-workspace"


class Admission:
    """Decides by `named`, ids of workspaces (T…) and organisations (E…), or with None by who came first."""

    def __init__(self, named: Collection[str] | None, memory: Memory) -> None:
        self._named = named
        self._memory = memory
        self._deciding = asyncio.Lock()

    async def refusal(self, team: str, organisation: str) -> str | None:
        """Return why a workspace may not install Hearth, None where it may; the first ever is remembered."""
        if leaves_out(self._named, team, organisation):
            return f"SLACK_WORKSPACES names the workspaces that may, and {team} is not among them."
        async with self._deciding:
            written = await self._memory.read(_NOWHERE, _FIRST)
            first = json.loads(written) if written else {"team": team, "organisation": organisation}
            if not written:
                await self._memory.write(_NOWHERE, _FIRST, json.dumps(first))
        ours = team == first["team"] or (bool(organisation) and organisation == first["organisation"])
        if self._named is not None or ours:
            return None
        return (
            f"It looks after the workspaces of one organisation, and {team} is not of it. Who runs Hearth "
            f"can name those that may, as SLACK_WORKSPACES={first['team']},{team} in its environment."
        )


def leaves_out(named: Collection[str] | None, team: str, organisation: str) -> bool:
    """Return whether workspaces are named, and neither this one nor its organisation is."""
    return named is not None and not {team, organisation} & set(named)
