"""Asks Slack's Web API: within its limits, and with its errors told as ours, in sentences that help."""

import asyncio
import re
from collections import defaultdict, deque
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

import aiohttp
from slack_sdk.errors import SlackApiError, SlackRequestError
from slack_sdk.web.async_client import AsyncWebClient

from adapters.slack.scopes import METHODS, SCOPES
from adapters.wire.values import Wire, object_in, text_in
from bot.clock import stopwatch
from bot.logs import named
from bot.ports import Doubtful, Refused, TryLater

log = named(__name__)

_MINUTE_S = 60.0
# Where Slack asks to wait and does not say how long.
_WAIT_S = 30.0
# A channel takes about one post a second, so what it refuses says nothing of other channels.
_BY_CHANNEL = ("chat.postMessage", "chat.update", "chat.postEphemeral")

# What Slack answers when it is its own fault: it may have done it all the same.
_OWN_FAULT = ("internal_error", "fatal_error", "service_unavailable", "request_timeout", "team_added_to_org")
_LATER = ("ratelimited", "rate_limited", "message_limit_exceeded")
_SENTENCES: Mapping[str, str] = {
    "account_inactive": "Hearth was removed from this workspace; install it again.",
    "cannot_dm_bot": "A bot cannot be told anything in private.",
    "cant_update_message": "Slack lets Hearth change its own messages only.",
    "channel_not_found": "That channel is gone, or is private and Hearth is not in it; invite it there.",
    "edit_window_closed": "Slack does not let that message be changed any more.",
    "expired_trigger_id": "Slack lets a window open within three seconds only, and that was later.",
    "invalid_auth": "Slack does not take the token, or not from this address; copy it again from the app's "
    "page, and look whether the workspace allows the address.",
    "is_archived": "That channel is archived; name another with /community settings.",
    "message_not_found": "That message is gone.",
    "no_permission": "Slack does not permit that to Hearth; ask who administers the workspace.",
    "not_allowed_token_type": "That is a token of another kind; look at docs/slack.md.",
    "not_authed": "Slack does not know the token; copy it again from the app's page.",
    "not_in_channel": "Hearth is not in that channel; invite it there with /invite.",
    "restricted_action": "The workspace restricts who may post in that channel; its administrators can let "
    "Hearth.",
    "restricted_action_read_only_channel": "Nobody may post in that channel but those who are named there.",
    "restricted_action_thread_only_channel": "That channel takes replies in threads only.",
    "thread_not_found": "That thread is gone.",
    "token_expired": "The token has expired; install Hearth again.",
    "token_revoked": "The token was revoked; install Hearth again.",
    "user_disabled": "That member has left the workspace.",
    "user_not_found": "Slack knows no such member here.",
    "user_not_visible": "That member cannot be seen by Hearth.",
}
# Those that a channel's own entry in the list proves or disproves.
OF_PRESENCE = tuple(_SENTENCES[code] for code in ("channel_not_found", "is_archived", "not_in_channel"))


class Unreachable(TryLater):
    """Nothing answers at Slack's address."""


class Denied(Refused):
    """Slack said no; `code` is its word for why, and `details` what it says of it."""

    def __init__(self, code: str, reason: str, details: tuple[str, ...] = ()) -> None:
        super().__init__(reason)
        self.code = code
        self.details = details


class Calls:
    """The Web API for one workspace, with its token."""

    def __init__(self, client: AsyncWebClient) -> None:
        self.client = client
        self._asked: defaultdict[str, deque[float]] = defaultdict(deque)
        # By what may not be asked, until when: as Slack said.
        self._closed: dict[tuple[str, str], float] = {}
        # What Slack last asked to wait for a method, in seconds.
        self.waits: dict[str, float] = {}
        # Those of Slack's last answer: they say what time it is there, and what the token may.
        self.headers: Mapping[str, str] = {}

    async def do(self, method: str, **arguments: Any) -> Mapping[str, Any]:
        """Ask once. Raises TryLater, Denied or Doubtful."""
        channel = str(arguments.get("channel", "")) if method in _BY_CHANNEL else ""
        if (wait := self._wait(method, channel)) > 0:
            raise TryLater(f"Slack's limit for {method} is reached.", wait)
        self._asked[method].append(stopwatch())
        call: Callable[..., Awaitable[Any]] = getattr(self.client, _attribute(method))
        try:
            response = await call(**arguments)
        except SlackApiError as error:
            raise self._told(method, channel, error) from error
        except (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError) as error:
            raise Unreachable("Slack cannot be reached.") from error
        except (aiohttp.ClientError, SlackRequestError, TimeoutError, OSError, AttributeError) as error:
            # An AttributeError is the library's, where an answer is no JSON at all.
            raise Doubtful(f"{method} was asked, and no answer came.") from error
        self.headers = response.headers
        data: Mapping[str, Any] = response.data
        return data

    async def read(self, method: str, **arguments: Any) -> Mapping[str, Any]:
        """Ask what changes nothing: without an answer it can be asked again. Raises TryLater or Denied."""
        try:
            return await self.do(method, **arguments)
        except Doubtful as doubt:
            raise TryLater(str(doubt)) from doubt

    async def patiently(self, method: str, **arguments: Any) -> Mapping[str, Any]:
        """Read as often as it takes, waiting as long as Slack asks. Raises Denied."""
        while True:
            try:
                return await self.read(method, **arguments)
            except TryLater as later:
                log.info("slack_waits", method=method, seconds=round(later.after, 1))
                await asyncio.sleep(later.after)

    def _wait(self, method: str, channel: str) -> float:
        """Return for how many seconds a method may not be asked."""
        now = stopwatch()
        closed = self._closed.get((method, channel), now) - now
        asked = self._asked[method]
        while asked and asked[0] <= now - _MINUTE_S:
            asked.popleft()
        full = asked[0] + _MINUTE_S - now if len(asked) >= METHODS[method][1] else 0.0
        return max(closed, full, 0.0)

    def _told(self, method: str, channel: str, error: SlackApiError) -> Exception:
        status, code, headers, data = _what(error)
        if status == 429 or code in _LATER:
            after = seconds_to_wait(headers)
            self._closed[method, channel] = stopwatch() + after
            self.waits[method] = after
            return TryLater(f"Slack asks to wait with {method}.", after)
        if 400 <= status < 500 and not code:
            # Not Slack's words: something stands before it, or the address is another's. Nothing was done.
            return Unreachable(f"Slack's address answered {method} with {status}.")
        if status >= 500 or code in _OWN_FAULT or not code:
            return Doubtful(f"Slack answered {method} with {code or status}.")
        if code == "missing_scope":
            return Denied(code, missing(str(data.get("needed") or "")))
        said = data.get("response_metadata")
        messages = said.get("messages", ()) if isinstance(said, dict) else ()
        details = tuple(str(each) for each in (*(data.get("errors") or ()), *messages))
        sentence = _SENTENCES.get(code, f"Slack refused {method}: {code}.")
        return Denied(code, sentence, details)


def missing(needed: str) -> str:
    """Return a sentence on a permission that Hearth was not given; `needed` may name several."""
    names = [name for name in re.split(r"[,\s]+", needed) if name]
    without = "; ".join(SCOPES[name].without for name in names if name in SCOPES)
    told = f": {without}" if without else ""
    scope = " or ".join(names) or "a scope"
    return f"The app lacks {scope}{told}. Add it on the app's page under OAuth & Permissions, and reinstall."


def _attribute(method: str) -> str:
    """Return what the SDK calls a method of the Web API."""
    return method.replace(".", "_")


def _what(error: SlackApiError) -> tuple[int, str, Mapping[str, str], Mapping[str, Any]]:
    """Return of an error its HTTP status, Slack's word for it, the headers and all it said."""
    response = error.response
    status: int = getattr(response, "status_code", 0) or getattr(response, "status", 0)
    headers = getattr(response, "headers", None) or {}
    data = getattr(response, "data", None)
    said: Mapping[str, Any] = data if isinstance(data, dict) else {}
    return status, str(said.get("error") or ""), headers, said


def seconds_to_wait(headers: Mapping[str, str]) -> float:
    """Return how many seconds Slack asks to wait."""
    try:
        return max(float(headers.get("Retry-After") or _WAIT_S), 1.0)
    except ValueError:
        return _WAIT_S


def next_in(page: Wire) -> str:
    """Return where the next page of a list begins, "" after the last."""
    return text_in(object_in(page, "response_metadata"), "next_cursor")


def has_more(page: Wire) -> bool:
    """Return whether a page of messages is followed by another."""
    return page.get("has_more") is True or bool(next_in(page))
