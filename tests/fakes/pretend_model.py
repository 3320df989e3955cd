"""A server on a loopback port that speaks chat completions as models do, and misbehaves as a test says."""

import asyncio
import gzip
import json
from collections import deque
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

from aiohttp import web

KEY = "sk-pretend"


@dataclass(frozen=True, slots=True)
class Question:
    """What the model was asked: our words, what was said apart from them, and the whole request."""

    words: str
    said: str
    body: Mapping[str, Any]

    @property
    def data(self) -> Any:
        """What was said, as the JSON it is."""
        return json.loads(self.said)

    @property
    def shape(self) -> str:
        """The name of the shape that the answer is to have; empty where it was asked for in words."""
        return str(self.body.get("response_format", {}).get("json_schema", {}).get("name", ""))


Manner = Callable[[web.Request, Question], Awaitable[web.StreamResponse]]


def answers(what: object) -> Manner:
    """Answer with this as JSON, or with what it returns for a question."""

    async def answer(request: web.Request, question: Question) -> web.StreamResponse:
        return completion(json.dumps(what(question) if callable(what) else what))

    return answer


def says(text: str | None, *, refusal: str | None = None, finish_reason: str = "stop") -> Manner:
    """Answer with these words, whatever was asked for."""

    async def answer(request: web.Request, question: Question) -> web.StreamResponse:
        return completion(text, refusal=refusal, finish_reason=finish_reason)

    return answer


def refuses() -> Manner:
    """Answer that it will not."""
    return says(None, refusal="I cannot help with that.")


def stops_in_the_middle() -> Manner:
    """Answer with half of it, having no tokens left."""
    return says('{"sentences": [{"text": "Members wa', finish_reason="length")


def status(code: int, *, retry_after: str | None = None, kind: str = "trouble") -> Manner:
    """Answer with an error."""

    async def answer(request: web.Request, question: Question) -> web.StreamResponse:
        headers = {} if retry_after is None else {"Retry-After": retry_after}
        return error(code, kind, headers)

    return answer


def body(text: str, content_type: str = "application/json", *, code: int = 200) -> Manner:
    """Answer with this instead of a completion."""

    async def answer(request: web.Request, question: Question) -> web.StreamResponse:
        return web.Response(text=text, content_type=content_type, status=code)

    return answer


def packed(text: str) -> Manner:
    """Answer with this, packed, though that was not asked for."""

    async def answer(request: web.Request, question: Question) -> web.StreamResponse:
        headers = {"Content-Encoding": "gzip", "Content-Type": "application/json"}
        return web.Response(body=gzip.compress(text.encode()), headers=headers)

    return answer


def wants_limit(name: str, then: Manner, says_which: bool = True) -> Manner:
    """Refuse any other name of the limit of tokens, and say which, or not; else do as `then` does."""
    others = {"max_tokens", "max_completion_tokens"} - {name}

    async def answer(request: web.Request, question: Question) -> web.StreamResponse:
        wrong = next((other for other in sorted(others) if other in question.body), None)
        if wrong is not None:
            return error(400, "unsupported_parameter", {}, param=wrong if says_which else None)
        return await then(request, question)

    return answer


def hangs() -> Manner:
    """Never answer."""

    async def answer(request: web.Request, question: Question) -> web.StreamResponse:
        await asyncio.Event().wait()
        raise AssertionError

    return answer


def drips() -> Manner:
    """Begin to answer, and go on for ever, a little at a time."""

    async def answer(request: web.Request, question: Question) -> web.StreamResponse:
        response = web.StreamResponse(headers={"Content-Type": "application/json"})
        await response.prepare(request)
        while True:
            await response.write(b" ")
            await asyncio.sleep(0.01)

    return answer


def breaks_off() -> Manner:
    """Break off in the middle of the answer."""

    async def answer(request: web.Request, question: Question) -> web.StreamResponse:
        response = web.StreamResponse(headers={"Content-Length": "1000", "Content-Type": "application/json"})
        await response.prepare(request)
        await response.write(b'{"id": "half')
        assert request.transport is not None
        request.transport.close()
        return response

    return answer


def knows_no(*formats: str, then: Manner) -> Manner:
    """Refuse these formats of answers, as a server does that knows none of them; else do as `then` does."""

    async def answer(request: web.Request, question: Question) -> web.StreamResponse:
        if question.body.get("response_format", {}).get("type") in formats:
            return error(400, "unsupported response_format", {})
        return await then(request, question)

    return answer


def completion(text: str | None, *, refusal: str | None = None, finish_reason: str = "stop") -> web.Response:
    """Return a completion as servers give them."""
    return web.json_response(
        {
            "id": "chatcmpl-1",
            "object": "chat.completion",
            "created": 1_772_000_000,
            "model": "pretend",
            "choices": [
                {
                    "index": 0,
                    "finish_reason": finish_reason,
                    "message": {"role": "assistant", "content": text, "refusal": refusal},
                }
            ],
            "usage": {"prompt_tokens": 100, "completion_tokens": 20, "total_tokens": 120},
        }
    )


def error(code: int, kind: str, headers: Mapping[str, str], *, param: str | None = None) -> web.Response:
    """Return an error as servers give them, with words that nobody should repeat."""
    said = {"message": "SECRET WORDS OF THE SERVER", "type": kind, "code": kind, "param": param}
    return web.json_response({"error": said}, status=code, headers=headers)


class PretendModel:
    """Answers as `usual`, but first as each of `then`; `asked` is what it was asked."""

    def __init__(self, usual: Manner) -> None:
        self.usual = usual
        self.then: deque[Manner] = deque()
        self.asked: list[Question] = []
        self.under_way = 0
        self.most_under_way = 0
        self.address = ""

    async def complete(self, request: web.Request) -> web.StreamResponse:
        """Take a question as OpenAI would, and no other."""
        given = await request.json()
        wrong = self._wrong(request, given)
        if wrong:
            return error(401 if wrong == "key" else 400, wrong, {})
        system, user = given["messages"]
        question = Question(system["content"], user["content"], given)
        self.asked.append(question)
        self.under_way += 1
        self.most_under_way = max(self.most_under_way, self.under_way)
        try:
            return await (self.then.popleft() if self.then else self.usual)(request, question)
        finally:
            self.under_way -= 1

    @staticmethod
    def _wrong(request: web.Request, given: Any) -> str:
        if request.headers.get("Authorization") != f"Bearer {KEY}":
            return "key"
        if not isinstance(given.get("model"), str):
            return "model"
        roles = [(each.get("role"), type(each.get("content"))) for each in given.get("messages", ())]
        if roles != [("system", str), ("user", str)]:
            return "messages"
        form = given.get("response_format", {"type": "text"})
        if form["type"] == "json_schema":
            shape = form["json_schema"]
            return "" if _is_strict(shape["schema"]) and shape["strict"] is True else "schema"
        return "" if form["type"] in ("text", "json_object") else "response_format"


def _is_strict(schema: Any) -> bool:
    """Tell whether a schema is one that OpenAI takes: objects closed, and all their properties required."""
    if isinstance(schema, list):
        return all(map(_is_strict, schema))
    if not isinstance(schema, dict):
        return True
    if schema.get("type") == "object":
        if schema.get("additionalProperties") is not False:
            return False
        if sorted(schema.get("required", ())) != sorted(schema.get("properties", ())):
            return False
    return all(map(_is_strict, schema.values()))


@asynccontextmanager
async def pretend_model(usual: Manner) -> AsyncIterator[PretendModel]:
    """Serve a model for as long as the block runs."""
    model = PretendModel(usual)
    application = web.Application()
    application.router.add_post("/v1/chat/completions", model.complete)
    runner = web.AppRunner(application, access_log=None, shutdown_timeout=0.1)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    host, port = runner.addresses[0][:2]
    model.address = f"http://{host}:{port}/v1"
    try:
        yield model
    finally:
        await runner.cleanup()
