"""Asks Discord over HTTP, through discord.py's buckets, with its errors told as ours."""

import asyncio
import io
import json
from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any

import aiohttp
import discord
from discord.http import Route

from bot.logs import named
from bot.ports import Doubtful, Refused, TryLater

log = named(__name__)

# A request that takes longer, its waits for a place among others included, is given up.
_PATIENCE_S = 60.0
# Where Discord asks to wait and does not say how long.
_WAIT_S = 5.0
# A message older than an hour was changed too often; Discord counts by the hour and says no more.
_OLD_EDITS = 30046
_OLD_EDITS_S = 600.0
_SENTENCES: Mapping[int, str] = MappingProxyType(
    {
        10003: "That channel is gone.",
        10004: "Hearth is not in that server any more.",
        10007: "That member has left.",
        10008: "That message is gone.",
        10013: "Discord knows no such member.",
        10014: "Discord does not know that emoji.",
        10062: "Discord waits three seconds for an answer, and that was later; do it again.",
        30010: "There are twenty kinds of reactions on that message already; Discord allows no more.",
        30034: "Discord takes 200 new commands a day; they are registered tomorrow.",
        40058: "That is a forum; posts there need a title. Name a channel of text with /community settings.",
        40060: "That was answered already.",
        50001: "Hearth may not see that channel; give its role View Channel there.",
        50005: "Discord lets Hearth change its own messages only.",
        50007: "They take no direct messages from servers they are in.",
        50008: "Nobody can write in that channel.",
        50013: "Hearth lacks a permission there: its role needs View Channel, Send Messages, Embed Links, "
        "Attach Files, Read Message History and Add Reactions, and Manage Threads for tags.",
        50027: "Discord takes answers for fifteen minutes, and that was later; do it again.",
        50083: "That thread is archived.",
        160005: "That thread is locked.",
    }
)


class Denied(Refused):
    """Discord said no; `code` is its number for why."""

    def __init__(self, code: int, reason: str) -> None:
        super().__init__(reason)
        self.code = code


def sentence(code: int, what: str) -> str:
    """Return a sentence on a refusal of Discord's."""
    return _SENTENCES.get(code, f"Discord refused it: {what or 'it does not say why'} ({code}).")


class Calls:
    """HTTP with the bot's token, by the client's own connection."""

    def __init__(self, client: discord.Client) -> None:
        self._client = client

    async def do(
        self,
        method: str,
        path: str,
        form: Any = None,
        *,
        files: Sequence[tuple[str, bytes]] = (),
        query: Mapping[str, str | int] | None = None,
        **where: str,
    ) -> Any:
        """Ask once, as discord.py does. Raises TryLater, Denied or Doubtful."""
        route = Route(method, path, **where)
        more: dict[str, Any] = {}
        if query:
            more["params"] = query
        if files:
            more |= _multipart(form, files)
        elif form is not None:
            more["json"] = form
        try:
            async with asyncio.timeout(_PATIENCE_S):
                return await self._client.http.request(route, **more)
        except discord.RateLimited as limited:
            raise TryLater("Discord's limit is reached.", limited.retry_after) from limited
        except discord.HTTPException as error:
            raise _told(error) from error
        except aiohttp.ClientConnectorError as error:
            raise TryLater("Discord cannot be reached.") from error
        except (aiohttp.ClientError, TimeoutError, OSError, RuntimeError) as error:
            # A RuntimeError is the library's, once its session is closed.
            raise Doubtful(f"{method} was asked, and no answer came.") from error

    async def read(self, method: str, path: str, **more: Any) -> Any:
        """Ask what changes nothing, or the same again. Raises TryLater or Denied."""
        try:
            return await self.do(method, path, **more)
        except Doubtful as doubt:
            raise TryLater(str(doubt)) from doubt

    async def patiently(self, method: str, path: str, **more: Any) -> Any:
        """Read as often as it takes. Raises Denied."""
        while True:
            try:
                return await self.read(method, path, **more)
            except TryLater as later:
                log.info("discord_waits", seconds=round(later.after, 1))
                await asyncio.sleep(later.after)


def _multipart(form: Any, files: Sequence[tuple[str, bytes]]) -> dict[str, Any]:
    parts: list[dict[str, Any]] = [
        {"name": "payload_json", "value": json.dumps(form), "content_type": "application/json"}
    ]
    held: list[discord.File] = []
    for number, (name, data) in enumerate(files):
        file = discord.File(io.BytesIO(data), name)
        held.append(file)
        parts.append(
            {"name": f"files[{number}]", "value": file.fp, "filename": name, "content_type": "image/png"}
        )
    return {"form": parts, "files": held}


def _told(error: discord.HTTPException) -> Exception:
    status, code = error.status, error.code
    if code == _OLD_EDITS:
        return TryLater("Discord lets old messages be changed a few times an hour.", _OLD_EDITS_S)
    if status == 429:
        return TryLater("Discord asks to wait.", _WAIT_S)
    if status >= 500:
        return Doubtful(f"Discord answered {status}.")
    if status == 401:
        return Denied(code, "Discord does not know the token; copy it again from the application's page.")
    return Denied(code, sentence(code, error.text))
