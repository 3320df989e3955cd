"""Signed requests to an app's own address, as Slack makes them where Socket Mode is off."""

import hashlib
import hmac
import json
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from aiohttp import ClientError, ClientSession, ClientTimeout

from bot.clock import Clock
from tests.fakes.pretend_slack.deliveries import Answer, Delivery
from tests.fakes.pretend_slack.refusal import Json

if TYPE_CHECKING:
    from tests.fakes.pretend_slack.apps import App


class Requests:
    """Tells an app things by HTTP, stamped with the real time, which the app's own libraries read."""

    def __init__(self, app: "App") -> None:
        self._app = app
        self._session: ClientSession | None = None
        self._clock = Clock()

    async def attempt(self, delivery: Delivery, number: int, reason: str, patience_s: float) -> Answer:
        """Make a request, and wait for an answer of 200."""
        headers = {"x-slack-retry-num": str(number), "x-slack-retry-reason": reason} if number else {}
        status, headers_back, text = await self.send(
            delivery.kind, self.written(delivery.kind, delivery.body), headers, patience_s, delivery.body
        )
        if isinstance(status, str):
            return Answer(False, reason=status)
        if status != 200:
            enough = headers_back.get("x-slack-no-retry") == "1"
            return Answer(False, reason="http_error", enough=enough)
        return Answer(True, self._response(delivery.kind, text, headers_back.get("content-type", "")))

    async def send(
        self, kind: str, body: bytes, headers: Json, patience_s: float, told: Json, *, signed: bool = True
    ) -> tuple[int | str, Json, str]:
        """Make one request; return its status or why there is none, its headers (small letters), its text."""
        url = self._app.request_url(kind, str(told.get("command", "")))
        kind_of_body = "application/json" if kind == "events_api" else "application/x-www-form-urlencoded"
        sent = {
            "Content-Type": kind_of_body,
            "User-Agent": "Slackbot 1.0 (+https://api.slack.com/robots)",
            **(self.signature(body) if signed else {}),
            **headers,
        }
        if self._session is None:
            self._session = ClientSession()
        try:
            async with self._session.post(
                url, data=body, headers=sent, timeout=ClientTimeout(total=patience_s), allow_redirects=False
            ) as response:
                text = await response.text()
                return response.status, {name.lower(): it for name, it in response.headers.items()}, text
        except TimeoutError:
            return "http_timeout", {}, ""
        except ClientError:
            return "connection_failed", {}, ""

    def signature(self, body: bytes, *, age_s: int = 0, secret: str | None = None) -> dict[str, str]:
        """Return the headers that show a body to be Slack's; or somebody else's, with another secret."""
        stamp = str(int(self._clock.now().timestamp()) - age_s)
        key = (secret or self._app.signing_secret).encode()
        digest = hmac.new(key, f"v0:{stamp}:".encode() + body, hashlib.sha256).hexdigest()
        return {"X-Slack-Request-Timestamp": stamp, "X-Slack-Signature": f"v0={digest}"}

    @staticmethod
    def written(kind: str, body: Json) -> bytes:
        """Return a body as it is sent: events are JSON, commands a form, and interactions JSON in a form."""
        if kind == "events_api":
            return json.dumps(body).encode()
        return urlencode(body if kind == "slash_commands" else {"payload": json.dumps(body)}).encode()

    async def close(self) -> None:
        """Let go of connections."""
        if self._session:
            await self._session.close()

    @staticmethod
    def _response(kind: str, text: str, content_type: str) -> Json:
        if kind == "events_api" or not text.strip():
            return {}
        if "json" not in content_type:
            return {"text": text}
        answer: Any = json.loads(text)
        return answer if isinstance(answer, dict) else {"text": str(answer)}
