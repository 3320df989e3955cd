"""Somebody who uses the sandbox's API over a real socket."""

import json
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

from aiohttp import ClientResponse, ClientSession

Json = dict[str, Any]


@dataclass(frozen=True)
class Visitor:
    """Sends requests; `ok` wants them done, `refused` wants a status and gives the sentence."""

    session: ClientSession

    async def ok(self, method: str, path: str, body: Json | None = None) -> Json:
        async with self.session.request(method, path, json=body) as answer:
            said = await answer.json()
            assert answer.status in (200, 201), said
            assert isinstance(said, dict)
            return said

    async def refused(self, status: int, method: str, path: str, body: Json | None = None) -> str:
        async with self.session.request(method, path, json=body) as answer:
            return await sentence(answer, status)

    async def post(self, by: str, text: str, channel: str = "general", **more: Any) -> str:
        """Say something, and return the message's id."""
        made = await self.ok("POST", "/api/messages", {"as": by, "channel": channel, "text": text, **more})
        return str(made["message"])

    async def sees(self, member: str) -> Json:
        return await self.ok("GET", f"/api/state?as={member}")

    async def messages(self, member: str, channel: str = "general") -> list[Json]:
        state = await self.sees(member)
        return [message for message in state["messages"] if message["channel"] == channel]


async def sentence(answer: ClientResponse, status: int) -> str:
    """Return what a refusal says, and check that it is a sentence."""
    said = await answer.json()
    assert answer.status == status, said
    text = str(said["error"])
    assert len(text.split()) >= 3
    return text


async def changes(answer: ClientResponse) -> AsyncIterator[Json]:
    """Give the changes of a stream as they come, each with its `id`."""
    event: dict[str, str] = {}
    async for line in answer.content:
        name, _, value = line.decode().rstrip("\n").partition(": ")
        if name:
            event[name] = value
        elif "data" in event:
            yield {"id": event["id"], **json.loads(event["data"])}
            event = {}
