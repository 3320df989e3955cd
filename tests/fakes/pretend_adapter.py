"""The adapter for the pretend platform: hears its events, and does actions on it."""

import asyncio
import json
from datetime import datetime
from typing import Any

from aiohttp import ClientConnectorError, ClientError, ClientResponse, ClientSession, WSMsgType
from pydantic import TypeAdapter

from bot.actions import Action, Shown, Update
from bot.events import EVENT, Event
from bot.ports import Doubtful, Hears, Refused, Sent, TryLater

_OK, _BUSY = 200, 429
_LATER_S = 0.02
# Without the platform for so many tries, there is nothing left to do here.
_MOST_TRIES = 200
_event: TypeAdapter[Event] = EVENT


class Gone(Exception):
    """The platform cannot be reached any more."""


async def listen(url: str, session: ClientSession, inbox: Hears) -> None:
    """Hand over what the platform tells, and acknowledge each event once it is committed. Raises Gone."""
    for _ in range(_MOST_TRIES):
        try:
            async with session.ws_connect(f"{url}/events") as socket, asyncio.TaskGroup() as group:
                async for heard in socket:
                    if heard.type is WSMsgType.TEXT:
                        group.create_task(_take(heard.data, socket, inbox))
        except (ClientError, OSError):
            await asyncio.sleep(_LATER_S)
    raise Gone("the platform is gone")


async def _take(told: str, socket: Any, inbox: Hears) -> None:
    event = _event.validate_json(told)
    await inbox.put(event)
    if not socket.closed:
        await socket.send_str(json.dumps({"acknowledged": getattr(event, "id", None)}))


class PlatformSender:
    """Does actions over HTTP. A `forgetful` one never finds what was done, as a bug would have it."""

    pause = 0.0

    def __init__(self, url: str, session: ClientSession, *, forgetful: bool = False) -> None:
        self._url = f"{url}/messages"
        self._session = session
        self._forgetful = forgetful

    async def send(self, action: Action) -> Sent:
        """Do it. Raises TryLater, Refused or Doubtful."""
        asked = {
            "key": action.key,
            "kind": action.kind,
            "place": action.lane,
            "card": action.card.model_dump(mode="json") if isinstance(action, Shown) else None,
        }
        try:
            if isinstance(action, Update):
                url = f"{self._url}/{action.message}"
                async with self._session.put(url, json=asked) as response:
                    return Sent(await _message(response))
            async with self._session.post(self._url, json=asked) as response:
                return Sent(await _message(response))
        except ClientConnectorError as error:
            raise TryLater("the platform is down", _LATER_S) from error
        except (ClientError, OSError) as error:
            raise Doubtful("the platform hung up") from error

    async def find(self, action: Action, since: datetime | None = None) -> Sent | None:
        """Look whether it was done. Raises TryLater."""
        if self._forgetful:
            return None
        try:
            async with self._session.get(self._url, params={"key": action.key}) as response:
                message = await _message(response)
        except (ClientError, OSError) as error:
            raise TryLater("the platform hung up", _LATER_S) from error
        return None if message is None else Sent(message)


async def _message(response: ClientResponse) -> str | None:
    if response.status == _BUSY:
        raise TryLater("the platform is busy", float(response.headers["Retry-After"]))
    answered = await response.json()
    if response.status != _OK:
        raise Refused(answered["error"])
    message: str | None = answered["message"]
    return message
