"""Asks a language model that speaks OpenAI's protocol: OpenAI's own, or any compatible server."""

import asyncio
import json
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, replace
from typing import Any, Literal
from urllib.parse import urlsplit

import httpx2
import openai
from openai import AsyncOpenAI, DefaultAsyncHttpx2Client
from openai.types.chat import ChatCompletion

from bot.events import MAX_TEXT, clean
from bot.logs import named
from bot.ports import Doubtful, Refused, Reply, TryLater, Wanted

log = named(__name__)

# Said here, as the SDK would look for one itself, and take an empty one for it.
_OPENAIS = "https://api.openai.com/v1"
# Bytes of an answer at most: reading it holds up all else, and no question wants so much.
_MOST_BYTES = 1_000_000
# Seconds to wait where a busy server does not say how long.
_BUSY_S = 10.0
# Longer than this no answer is worth waiting for, whatever a server asks.
_MOST_BUSY_S = 3_600.0
# More no question has: who counts so is not believed, and what was guessed stays.
_MOST_TOKENS = 10_000_000
# What a server says of one question, and not of others: it is too long, or says what it lets nobody say.
_ABOUT_THE_QUESTION = (400, 413, 422)
# What a server says that surely did not work on a question.
_BUSY = (429, 503, 529)
# What surely did not reach a server.
_NOT_SENT = (httpx2.ConnectError, httpx2.ConnectTimeout, httpx2.PoolTimeout)
# How a server is asked for an answer in a shape: by its schema, as any JSON, or in words alone.
_BY_SCHEMA, _AS_JSON, _IN_WORDS = range(3)
# What servers call the most tokens of an answer: newer models of OpenAI's the first, others the second.
_Limit = Literal["max_completion_tokens", "max_tokens"]


@dataclass(frozen=True, slots=True)
class _Way:
    """How a model is asked: how strictly for a shape, and by what name of the limit."""

    shape: int
    limit: _Limit

    def other(self) -> "_Way":
        return replace(self, limit="max_tokens" if self.limit != "max_tokens" else "max_completion_tokens")


class _Unreadable(Exception):
    """What a server sends is nothing to read on."""


class _Short(httpx2.AsyncByteStream):
    """The bytes of a response, as long as they are not too many. Raises _Unreadable."""

    def __init__(self, stream: httpx2.AsyncByteStream) -> None:
        self._stream = stream

    async def __aiter__(self) -> AsyncIterator[bytes]:
        number = 0
        async for some in self._stream:
            number += len(some)
            if number > _MOST_BYTES:
                raise _Unreadable("it is too long")
            yield some

    async def aclose(self) -> None:
        await self._stream.aclose()


async def _kept_short(response: httpx2.Response) -> None:
    # A few bytes that are packed may be many.
    if response.headers.get("content-encoding", "identity") != "identity":
        raise _Unreadable("it is packed")
    assert isinstance(response.stream, httpx2.AsyncByteStream)
    response.stream = _Short(response.stream)


class OpenAIModel:
    """The `LanguageModel` behind a key, or an address; it gives up after `patience_s`."""

    def __init__(self, key: str, address: str | None, patience_s: float) -> None:
        self._patience_s = patience_s
        # What is tried again, and when, is decided elsewhere: here everything is tried once.
        self._client = AsyncOpenAI(
            api_key=key,
            base_url=address or _OPENAIS,
            timeout=patience_s,
            max_retries=0,
            http_client=DefaultAsyncHttpx2Client(
                headers={"Accept-Encoding": "identity"}, event_hooks={"response": [_kept_short]}
            ),
        )
        openais = urlsplit(address or _OPENAIS).hostname == urlsplit(_OPENAIS).hostname
        self._first = _Way(_BY_SCHEMA, "max_completion_tokens" if openais else "max_tokens")
        self._ways: dict[str, _Way] = {}

    async def answer(self, wanted: Wanted) -> Reply:
        """Ask, in the strictest way that the server understands. Raises TryLater, Refused or Doubtful."""
        try:
            async with asyncio.timeout(self._patience_s):
                return _read(await self._in_some_way(wanted))
        except openai.APIConnectionError as error:
            # A timeout is one, too.
            if isinstance(error.__cause__, _NOT_SENT):
                raise TryLater("it cannot be reached", _BUSY_S) from error
            late = isinstance(error, openai.APITimeoutError)
            raise Doubtful("no answer came in time" if late else "it broke off") from error
        except TimeoutError:
            raise Doubtful("no answer came in time") from None
        except openai.APIStatusError as error:
            if error.status_code in _ABOUT_THE_QUESTION:
                return Reply("", f"it refused the question ({error.status_code})", 0, 0, refused=True)
            raise _why_not(error) from error
        except (openai.APIError, _Unreadable, ValueError, RecursionError) as error:
            return Reply("", f"its answer cannot be read ({type(error).__name__.strip('_')})", None, None)

    async def close(self) -> None:
        """Let go of its connections."""
        await self._client.close()

    async def _in_some_way(self, wanted: Wanted) -> ChatCompletion:
        """Ask more simply where it is refused: many servers know no schemas, and some no JSON mode."""
        known = way = self._ways.get(wanted.model, self._first)
        renamed = False
        while True:
            try:
                completion = await self._ask(wanted, way)
            except (openai.BadRequestError, openai.UnprocessableEntityError) as error:
                if not renamed and (way.limit in f"{error.param} {error.message}" or way.shape == _IN_WORDS):
                    way, renamed = way.other(), True
                elif way.shape == _IN_WORDS:
                    raise
                else:
                    way = replace(way, shape=way.shape + 1)
                continue
            # Only now it is known that the way was refused, and not what was asked.
            if way != known:
                self._ways[wanted.model] = way
                log.info("model_asked_in_another_way", shape=way.shape, limit=way.limit)
            return completion

    async def _ask(self, wanted: Wanted, way: _Way) -> ChatCompletion:
        words = wanted.words
        more: dict[str, Any] = {way.limit: wanted.most}
        if way.shape == _BY_SCHEMA:
            shape = {"name": wanted.name, "schema": dict(wanted.shape), "strict": True}
            more["response_format"] = {"type": "json_schema", "json_schema": shape}
        else:
            words += f"\n\nAnswer with nothing but JSON of this schema:\n{json.dumps(wanted.shape)}"
        if way.shape == _AS_JSON:
            more["response_format"] = {"type": "json_object"}
        completion: ChatCompletion = await self._client.chat.completions.create(
            model=wanted.model,
            messages=[{"role": "system", "content": words}, {"role": "user", "content": wanted.said}],
            **more,
        )
        return completion


def _read(completion: ChatCompletion) -> Reply:
    """Return what a server answered; whatever it is, it claims to be what the SDK takes it for."""
    usage = getattr(completion, "usage", None)
    tokens = _count(getattr(usage, "prompt_tokens", None)), _count(getattr(usage, "completion_tokens", None))
    if not tokens[0]:
        tokens = None, None  # Nothing is read for nothing.
    choices = getattr(completion, "choices", None) or []
    message = getattr(choices[0], "message", None) if isinstance(choices, list) and choices else None
    text = getattr(message, "content", None)
    if getattr(message, "refusal", None):
        return Reply("", "it refused to answer", *tokens)
    if message is not None and choices[0].finish_reason == "length":
        return Reply("", "it stopped in the middle of its answer", *tokens)
    if not isinstance(text, str) or not text.strip():
        return Reply("", "it answered nothing", *tokens)
    return Reply(clean(text, MAX_TEXT), "", *tokens)


def _count(tokens: object) -> int | None:
    return tokens if isinstance(tokens, int) and 0 <= tokens <= _MOST_TOKENS else None


def _why_not(error: openai.APIStatusError) -> TryLater | Refused | Doubtful:
    """Tell whether a server may answer later, in words that hold none of its own.

    What it may have worked on is not asked again: it may have been charged.
    """
    status = error.status_code
    if _is_out_of_credit(error):
        return Refused("its account has no credit left")
    if status in _BUSY:
        return TryLater(f"it is busy ({status})", _wait(error.response.headers))
    if status in (408, 409) or status >= 500:
        return Doubtful(f"it failed ({status})")
    if status in (401, 403):
        return Refused(f"it does not take the key ({status})")
    if status == 404:
        return Refused("it knows no such model, or is not at that address (404)")
    return Refused(f"it refuses what it is asked ({status})")


def _is_out_of_credit(error: openai.APIStatusError) -> bool:
    return error.status_code == 402 or error.code == "insufficient_quota"


def _wait(headers: Mapping[str, str]) -> float:
    try:
        wait = float(headers.get("retry-after", ""))
    except ValueError:
        return _BUSY_S
    # A number may be none.
    return min(max(wait, 0.0), _MOST_BUSY_S) if wait == wait else _BUSY_S
