"""A Slack that says the same as another in other words: what its documentation leaves open is otherwise.

It stands between Hearth and pretend Slack, on another host. Fields come in another order and with some that
nobody knows; what may be left out is; bodies come in chunks.
"""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any
from urllib.parse import urlsplit

from aiohttp import ClientSession, ClientWebSocketResponse, WSMsgType, web

# What an answer or an event may do without.
_OPTIONAL = frozenset(
    "accepts_response_payload api_app_id authorizations bot_profile cache_ts client_msg_id "
    "connection_info context_enterprise_id context_team_id debug_info display_name_normalized "
    "event_context event_time is_archived_by is_email_confirmed is_enterprise_install "
    "is_ext_shared_channel latest_reply name_normalized num_connections num_members previous_names "
    "profile_only purpose real_name_normalized retry_attempt retry_reason subscribed team_domain "
    "token topic tz tz_label tz_offset updated warning".split()
)
# What is made of an app's own words, or of what people chose: it stays as it is.
_KEPT = ("blocks", "values", "event_payload", "metadata", "actions")
_UNKNOWN = {"x_new_this_year": {"deep": [1, None, {"deeper": "…"}]}}
_HEADERS = ("Content-Type", "Retry-After", "Date")


def accented(value: Any) -> Any:
    """Return what is said, otherwise."""
    if isinstance(value, list):
        return [accented(each) for each in value]
    if not isinstance(value, dict):
        return value
    said = {
        name: each if name in _KEPT else accented(each)
        for name, each in reversed(value.items())
        if name not in _OPTIONAL and not _is_no_cursor(name, each)
    }
    return {**_UNKNOWN, **said}


def _is_no_cursor(name: str, value: Any) -> bool:
    return name == "response_metadata" and value == {"next_cursor": ""}


class Accent:
    """Stands before a Slack at `address`; `api_url` is what SLACK_API_URL should be."""

    def __init__(self, address: str, session: ClientSession) -> None:
        self._address = address
        self._session = session
        self.api_url = ""
        self.socket = ""
        # Methods that it does not know, and those of which something before it says that it is out of order.
        self.unknown: set[str] = set()
        self.broken: set[str] = set()
        self.in_vain = 0
        # What else an answer of a method does without.
        self.leaves_out: dict[str, tuple[str, ...]] = {}

    def routes(self) -> web.Application:
        """Return what it answers to: another path than Slack's, which ends as that does."""
        app = web.Application(client_max_size=64 * 2**20)
        app.router.add_route("*", "/of/somebody/api/{method}", self._api)
        app.router.add_get("/elsewhere", self._line)
        return app

    async def _api(self, request: web.Request) -> web.StreamResponse:
        method = request.match_info["method"]
        if method in self.unknown:
            return web.json_response({"ok": False, "error": "unknown_method", "req_method": method})
        if method in self.broken:
            self.in_vain += 1
            return web.Response(status=502, text="<h1>Bad Gateway</h1>", content_type="text/html")
        url = f"{self._address}/api/{method}"
        headers = {
            name: it for name, it in request.headers.items() if name in ("Authorization", "Content-Type")
        }
        async with self._session.request(
            request.method, url, params=request.query, data=await request.read(), headers=headers
        ) as answer:
            body = await answer.read()
            said = {name: it for name, it in answer.headers.items() if name in _HEADERS}
        if answer.content_type == "application/json":
            told = accented(json.loads(body))
            for name in self.leaves_out.get(method, ()):
                told.pop(name, None)
            if "url" in told and told["url"].startswith("ws"):
                self.socket = told["url"]
                told["url"] = f"ws://{urlsplit(self.api_url).netloc}/elsewhere?for=a&while=b"
            body = json.dumps(told, indent=1).encode()
        response = web.StreamResponse(status=answer.status, headers=said)
        response.enable_chunked_encoding()
        await response.prepare(request)
        for start in range(0, len(body), 700):
            await response.write(body[start : start + 700])
        await response.write_eof()
        return response

    async def _line(self, request: web.Request) -> web.StreamResponse:
        ours = web.WebSocketResponse()
        await ours.prepare(request)
        async with self._session.ws_connect(self.socket) as theirs:
            telling = asyncio.create_task(self._tell(theirs, ours))
            async for heard in ours:
                if heard.type is WSMsgType.TEXT:
                    await theirs.send_str(heard.data)
            telling.cancel()
            await asyncio.gather(telling, return_exceptions=True)
        return ours

    @staticmethod
    async def _tell(theirs: ClientWebSocketResponse, ours: web.WebSocketResponse) -> None:
        async for told in theirs:
            if told.type is WSMsgType.TEXT:
                await ours.send_str(json.dumps(accented(json.loads(told.data))))
        await ours.close()


@asynccontextmanager
async def accent(address: str) -> AsyncIterator[Accent]:
    """Stand before a Slack, on another host."""
    async with ClientSession() as session:
        made = Accent(address, session)
        runner = web.AppRunner(made.routes(), access_log=None, shutdown_timeout=0.1)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        made.api_url = f"http://localhost:{runner.addresses[0][1]}/of/somebody/api/"
        try:
            yield made
        finally:
            await runner.cleanup()
