"""Answers those who gave a command, pressed or sent something: at once, or else they are told to wait.

Discord waits three seconds for a first answer and takes others for fifteen minutes, by a token that is only
kept in memory: after a restart nobody waits any more. Nothing is sent twice by itself here.
"""

import asyncio
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

import aiohttp

from adapters.discord.calls import Denied, sentence
from adapters.discord.embeds import Payload, Shown
from bot.clock import stopwatch
from bot.logs import named
from bot.ports import Doubtful, Refused, TryLater

log = named(__name__)

# Whoever waits longer is told that it takes a moment; a window can open only before.
_SOON_S = 1.5
# A request that takes longer is given up.
_REQUEST_S = 10.0
_LIFE_S = 15 * 60.0
_EPHEMERAL = 1 << 6
_SAY, _WAIT, _WAIT_QUIETLY, _CHANGE, _SUGGEST, _ASK = 4, 5, 6, 7, 8, 9
_OVER = "That took too long for Discord to open a window; press again."
# Discord's codes for an interaction that was answered, and for one that is over or was not answered in time.
_TAKEN, _TOO_LATE = 40060, 10062
_UNKNOWN = "That was asked before Hearth was last started, or long ago; ask again."

# What somebody was told so far: nothing, to wait, quietly nothing at all, or an answer.
State = Literal["nothing", "waits", "quiet", "answered"]


@dataclass(slots=True)
class _Waiting:
    """Somebody who waits. `quietly`: they pressed something that may well need no answer."""

    id: str
    token: str
    quietly: bool
    since: float
    state: State = "nothing"
    # What they were told, should Discord have taken it where no word of that came back.
    perhaps: State = "answered"
    turn: asyncio.Lock = field(default_factory=asyncio.Lock)


class Replies:
    """All who wait for an answer."""

    def __init__(self, api_url: str, session: Callable[[], aiohttp.ClientSession]) -> None:
        self._api_url = api_url
        self._session = session
        self._waiting: dict[str, _Waiting] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self.application = ""

    def expect(self, id_: str, token: str, *, quietly: bool) -> None:
        """Note that somebody waits, and have them told so if no answer comes soon."""
        now = stopwatch()
        for old in [each for each in self._waiting.values() if now - each.since > _LIFE_S]:
            del self._waiting[old.id]
        waiting = self._waiting[id_] = _Waiting(id_, token, quietly, now)
        task = asyncio.create_task(self._defer(waiting))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def close(self) -> None:
        """Wait for nobody any more."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def answer(self, id_: str, shown: Shown, *, replaces: bool = False) -> None:
        """Answer somebody, seen by them alone. Raises TryLater, Denied or Doubtful.

        The answer `replaces` the message whose button they pressed, or stands beside it.
        """
        waiting = self._found(id_)
        form = {**shown.form, "flags": _EPHEMERAL}
        async with waiting.turn:
            if await self._first(waiting, _CHANGE if replaces else _SAY, form, shown):
                return
            hook = f"/webhooks/{self.application}/{waiting.token}"
            match waiting.state:
                case "quiet" if replaces:
                    await self._ask("PATCH", f"{hook}/messages/@original", shown.form, shown)
                case "waits":
                    await self._ask("PATCH", f"{hook}/messages/@original", shown.form, shown)
                case "quiet" | "answered":
                    await self._ask("POST", hook, form, shown)
            waiting.state = "answered"

    async def say(self, id_: str, words: str) -> None:
        """Answer somebody in a sentence, if Discord takes it."""
        try:
            await self.answer(id_, Shown({"content": words}))
        except (TryLater, Refused, Doubtful):
            log.warning("interaction_not_answered")

    async def open(self, id_: str, modal: Payload) -> None:
        """Open a window for somebody. Raises TryLater, Refused or Doubtful."""
        waiting = self._found(id_)
        async with waiting.turn:
            if await self._first(waiting, _ASK, modal, None):
                return
        await self.answer(id_, Shown({"content": _OVER}))
        raise Refused(_OVER)

    async def suggest(self, id_: str, token: str, choices: list[Mapping[str, str]]) -> None:
        """Suggest what an option may be; too late it is no use to anybody."""
        waiting = _Waiting(id_, token, True, stopwatch())
        try:
            await self._callback(waiting, _SUGGEST, {"choices": choices}, None)
        except (TryLater, Refused, Doubtful):
            log.info("suggestion_lost")

    async def _defer(self, waiting: _Waiting) -> None:
        await asyncio.sleep(_SOON_S)
        async with waiting.turn:
            if waiting.state != "nothing":
                return
            told: State = "quiet" if waiting.quietly else "waits"
            try:
                if waiting.quietly:
                    await self._callback(waiting, _WAIT_QUIETLY, None, None)
                else:
                    await self._callback(waiting, _WAIT, {"flags": _EPHEMERAL}, None)
                waiting.state = told
            except Doubtful:
                waiting.perhaps = told
            except (TryLater, Refused):
                log.warning("interaction_not_deferred")

    async def _first(self, waiting: _Waiting, kind: int, data: Payload, shown: Shown | None) -> bool:
        """Answer if nothing was told yet; return whether that was so. Raises TryLater, Denied or Doubtful."""
        if waiting.state != "nothing":
            return False
        try:
            await self._callback(waiting, kind, data, shown)
        except Denied as denied:
            late = denied.code == _TOO_LATE and waiting.perhaps != "answered"
            if denied.code != _TAKEN and not late:
                raise
            # Discord took what no word came back of: from here on it is told by the token.
            waiting.state = waiting.perhaps
            return False
        waiting.state = "answered"
        return True

    def _found(self, id_: str) -> _Waiting:
        waiting = self._waiting.get(id_)
        if waiting is None:
            raise Refused(_UNKNOWN)
        return waiting

    async def _callback(self, waiting: _Waiting, kind: int, data: Any, shown: Shown | None) -> None:
        path = f"/interactions/{waiting.id}/{waiting.token}/callback"
        form = {"type": kind} if data is None else {"type": kind, "data": data}
        await self._ask("POST", path, form, shown)

    async def _ask(self, method: str, path: str, form: Payload, shown: Shown | None) -> None:
        """Ask once. Raises TryLater, Denied or Doubtful."""
        data: aiohttp.FormData | bytes = json.dumps(form).encode()
        headers = {"Content-Type": "application/json"}
        if shown is not None and shown.files:
            parts = aiohttp.FormData(quote_fields=False)
            parts.add_field("payload_json", json.dumps(form), content_type="application/json")
            for number, (name, content) in enumerate(shown.files):
                parts.add_field(f"files[{number}]", content, filename=name, content_type="image/png")
            data, headers = parts, {}
        url = f"{self._api_url}{path}"
        timeout = aiohttp.ClientTimeout(total=_REQUEST_S)
        try:
            async with self._session().request(
                method, url, data=data, headers=headers, timeout=timeout
            ) as response:
                if response.status < 300:
                    return
                raise _told(response.status, await _body(response))
        except aiohttp.ClientConnectorError as error:
            raise TryLater("Discord cannot be reached.") from error
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            raise Doubtful("The answer was sent, and nothing came back.") from error


async def _body(response: aiohttp.ClientResponse) -> Mapping[str, Any]:
    try:
        said = json.loads(await response.text())
    except ValueError:
        return {}
    return said if isinstance(said, dict) else {}


def _told(status: int, said: Mapping[str, Any]) -> Exception:
    code = said.get("code")
    code = code if isinstance(code, int) else 0
    if status == 429:
        after = said.get("retry_after")
        return TryLater(
            "Discord asks to wait with answers.", after if isinstance(after, float | int) else 1.0
        )
    if status >= 500:
        return Doubtful(f"Discord met the answer with {status}.")
    return Denied(code, sentence(code, str(said.get("message") or status)))
