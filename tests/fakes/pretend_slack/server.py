"""Pretend Slack itself: what it listens to, and whom it answers."""

import asyncio
import base64
import json
import secrets
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

from aiohttp import web

from bot.clock import Clock
from tests.fakes.pretend_slack.apps import App, Installation
from tests.fakes.pretend_slack.arguments import Arguments, read
from tests.fakes.pretend_slack.deliveries import Deliveries
from tests.fakes.pretend_slack.faults import Fault, Faults
from tests.fakes.pretend_slack.limits import Limits
from tests.fakes.pretend_slack.methods import METHODS
from tests.fakes.pretend_slack.methods.calls import AppCall, AppMethod, Call, Method
from tests.fakes.pretend_slack.people import Person
from tests.fakes.pretend_slack.refusal import Json, Refusal
from tests.fakes.pretend_slack.requests_out import Requests
from tests.fakes.pretend_slack.sockets import Sockets
from tests.fakes.pretend_slack.workspace import Workspace

LONG_S = 30.0


@dataclass(frozen=True)
class Called:
    """A call that was made: the method, its arguments, and what it was answered with."""

    method: str
    arguments: Json
    error: str | None


@dataclass(frozen=True)
class Grant:
    """That somebody allowed an app to be installed."""

    app: App
    workspace: Workspace
    person: Person
    scopes: tuple[str, ...]
    redirect_uri: str | None


@dataclass(eq=False)
class PretendSlack:
    """A Slack of one's own; `address` is where it listens, `api_url` what SLACK_API_URL should be."""

    clock: Clock
    address: str = ""
    workspaces: dict[str, Workspace] = field(default_factory=dict)
    apps: dict[str, App] = field(default_factory=dict)
    faults: Faults = field(default_factory=Faults)
    # How long a picture is processed after its upload was completed.
    processing: timedelta = timedelta(0)
    # The most that a page of a list holds, whatever was asked for.
    page_most: int | None = None
    calls: list[Called] = field(default_factory=list)
    keep_calls: bool = True
    _grants: dict[str, Grant] = field(default_factory=dict)
    _sockets: dict[str, Sockets] = field(default_factory=dict)
    _requests: dict[str, Requests] = field(default_factory=dict)
    _deliveries: dict[str, Deliveries] = field(default_factory=dict)
    _changed: asyncio.Event = field(default_factory=asyncio.Event)

    def __post_init__(self) -> None:
        self.limits = Limits(self.clock)

    @property
    def api_url(self) -> str:
        return f"{self.address}/api/"

    def workspace(self, name: str) -> Workspace:
        """Make a workspace."""
        made = Workspace(self, name, len(self.workspaces) + 1)
        self.workspaces[made.id] = made
        return made

    def app(self, manifest: Json) -> App:
        """Make an app of a manifest. Raises BadManifest."""
        number = len(self.apps) + 1
        made = App(f"A{number:03}PRETEND", manifest, client_id=f"{number}.{secrets.randbelow(10**10)}")
        self.apps[made.id] = made
        self._sockets[made.id] = Sockets(made, self.address)
        self._requests[made.id] = Requests(made)
        self._deliveries[made.id] = Deliveries(made, self._sockets[made.id], self._requests[made.id])
        return made

    def sockets(self, app: App) -> Sockets:
        """Return an app's websockets."""
        return self._sockets[app.id]

    def requests(self, app: App) -> Requests:
        """Return what makes requests to an app's address."""
        return self._requests[app.id]

    def deliveries(self, app: App) -> Deliveries:
        """Return what tells an app of things."""
        return self._deliveries[app.id]

    def called(self, method: str) -> list[Called]:
        """Return the calls of a method, in order."""
        return [call for call in self.calls if call.method == method]

    async def settled(self) -> None:
        """Wait until every app was told everything."""
        for deliveries in self._deliveries.values():
            await deliveries.settled()

    async def until(self, found: Callable[[], Any], what: str) -> Any:
        """Wait until something holds, looking whenever an app did something; return it.

        Raises AssertionError after a long time.
        """
        try:
            async with asyncio.timeout(LONG_S):
                while not (value := found()):
                    self._changed.clear()
                    # What changes besides calls, such as a shifted clock, is looked for now and then.
                    try:
                        await asyncio.wait_for(self._changed.wait(), 0.05)
                    except TimeoutError:
                        continue
                return value
        except TimeoutError:
            said = [
                message.shown
                for each in self.workspaces.values()
                for c in each.channels.values()
                for message in c.messages.values()
            ]
            raise AssertionError(f"{what} never came; what was said: {said[-20:]}") from None

    def check(self) -> None:
        """Raise AssertionError if an app did what it must not, though nothing refused it."""
        wrong = list(self.limits.complaints)
        for sockets in self._sockets.values():
            wrong += sockets.complaints
        assert not wrong, "\n".join(wrong)
        for workspace in self.workspaces.values():
            workspace.check()

    # OAuth.

    def allow(self, authorize_url: str, workspace: Workspace, person: Person) -> str:
        """Have somebody allow what a page of an app asks Slack for; return where their browser goes then.

        `authorize_url` is the address that the app sent them to. Raises AssertionError as Slack's page would.
        """
        query = dict(parse_qsl(urlsplit(authorize_url).query))
        app = next((each for each in self.apps.values() if each.client_id == query.get("client_id")), None)
        assert app is not None, "invalid_client_id"
        scopes = tuple(scope for scope in query.get("scope", "").split(",") if scope)
        assert scopes, "invalid_scope"
        assert not set(scopes) - set(app.scopes), f"invalid_scope: {scopes}"
        redirects = app.manifest.get("oauth_config", {}).get("redirect_urls", [])
        redirect = query.get("redirect_uri")
        assert redirects, "bad_redirect_uri"
        known = redirect is None or any(redirect.startswith(each) for each in redirects)
        assert known, f"bad_redirect_uri: {redirect} is not among {redirects}"
        code = secrets.token_hex(16)
        self._grants[code] = Grant(app, workspace, person, scopes, redirect)
        state = {"state": query["state"]} if "state" in query else {}
        return f"{redirect or redirects[0]}?{urlencode({'code': code, **state})}"

    def take_grant(self, app: App, code: str) -> Grant | None:
        """Return what a code stands for, once."""
        grant = self._grants.pop(code, None)
        return grant if grant and grant.app is app else None

    # What it is asked.

    def routes(self) -> web.Application:
        """Return everything that it answers to."""
        routes = web.Application(client_max_size=64 * 2**20)
        routes.router.add_route("*", "/api/{method}", self._api)
        routes.router.add_get("/link/", self._socket)
        routes.router.add_post("/upload/v1/{workspace}/{file}", self._upload)
        for kind in ("actions", "commands", "app"):
            routes.router.add_post(f"/{kind}/{{workspace}}/{{token}}", self._respond)
        return routes

    async def _api(self, request: web.Request) -> web.StreamResponse:
        name = request.match_info["method"]
        fault = self.faults.take(name)
        if fault and not fault.done:
            await asyncio.sleep(fault.wait_s)
            if fault.hangs_up or fault.status or fault.error:
                self._note(name, {}, fault.error or f"fault {fault.status}")
                return self._failed(request, name, fault)
        status, headers, body = await self._answer(request, name)
        if self.faults.latency_s or (fault and fault.wait_s):
            await asyncio.sleep(self.faults.latency_s + (fault.wait_s if fault else 0.0))
        if fault and fault.done:
            return self._failed(request, name, fault)
        text = json.dumps(body)
        return web.Response(text=text, status=status, headers=headers, content_type="application/json")

    async def _answer(self, request: web.Request, name: str) -> tuple[int, dict[str, str], Json]:
        headers = {"x-slack-req-id": secrets.token_hex(16)}
        arguments = Arguments({})
        error = None
        status = 200
        try:
            method = METHODS.get(name)
            if method is None:
                raise Refusal("unknown_method", req_method=name)
            token, arguments = await read(request, takes_json=method.takes_json)
            if isinstance(method, AppMethod):
                body = {"ok": True, **self._for_app(request, method, token, arguments)}
            else:
                body = {"ok": True, **self._for_installation(method, token, arguments, headers)}
            if arguments.warnings:
                body.setdefault("response_metadata", {})["warnings"] = list(arguments.warnings)
                body["warning"] = ",".join(arguments.warnings)
        except Refusal as refusal:
            body, status, error = refusal.body(), refusal.status, refusal.error
            if refusal.retry_after is not None:
                headers["Retry-After"] = str(refusal.retry_after)
        self._note(name, arguments.given, error)
        return status, headers, body

    def _for_installation(
        self, method: Method, token: str | None, arguments: Arguments, headers: dict[str, str]
    ) -> Json:
        installation = self._installation(token)
        headers["x-oauth-scopes"] = ",".join(sorted(installation.scopes))
        headers["x-accepted-oauth-scopes"] = ",".join(method.scopes)
        channel = arguments.given.get("channel")
        self.limits.obeyed((method.name, installation.workspace.id, "planned"))
        self.limits.count(
            method.name, method.tier, installation.workspace.id, str(channel) if channel else None
        )
        return method.do(Call(self, installation, arguments))

    def _for_app(
        self, request: web.Request, method: AppMethod, token: str | None, arguments: Arguments
    ) -> Json:
        app = next((each for each in self.apps.values() if each.app_token == token), None)
        basic = None
        if method.token == "app":
            if token is None:
                raise Refusal("not_authed")
            if app is None:
                # Which answers for itself where the token is none at all.
                self._installation(token)
        header = request.headers.get("Authorization", "")
        if header.startswith("Basic "):
            client, _, secret = base64.b64decode(header[6:]).decode().partition(":")
            basic = (client, secret)
        assert method.do_for_app is not None
        return method.do_for_app(AppCall(self, app, arguments, basic, request.method))

    def _installation(self, token: str | None) -> Installation:
        if not token:
            raise Refusal("not_authed")
        if any(app.app_token == token for app in self.apps.values()):
            raise Refusal("not_allowed_token_type")
        for installation in self._known:
            if installation.token == token:
                if installation.ended:
                    raise Refusal(installation.ended)
                return installation
        raise Refusal("invalid_auth")

    @property
    def _known(self) -> list[Installation]:
        return [each for workspace in self.workspaces.values() for each in workspace.ever]

    def _failed(self, request: web.Request, name: str, fault: Fault) -> web.StreamResponse:
        if fault.hangs_up:
            assert request.transport is not None
            request.transport.abort()
            return web.Response()
        if fault.retry_after is not None:
            token = request.headers.get("Authorization", "").removeprefix("Bearer ")
            for installation in self._known:
                if installation.token == token:
                    self.limits.refuse((name, installation.workspace.id, "planned"), fault.retry_after)
            headers = {"Retry-After": str(fault.retry_after)}
            return web.json_response({"ok": False, "error": "ratelimited"}, status=429, headers=headers)
        if fault.error:
            return web.json_response({"ok": False, "error": fault.error}, status=fault.status or 200)
        return web.Response(status=fault.status or 500, text=fault.text)

    async def _socket(self, request: web.Request) -> web.StreamResponse:
        sockets = self._sockets.get(request.query.get("app_id", ""))
        if sockets is None or self.faults.down:
            return web.Response(status=404)
        self._changed.set()
        return await sockets.serve(request)

    async def _upload(self, request: web.Request) -> web.StreamResponse:
        fault = self.faults.take("upload")
        if fault:
            return self._failed(request, "upload", fault)
        workspace = self.workspaces[request.match_info["workspace"]]
        file = workspace.files.get(request.match_info["file"])
        if file is None or file.uploaded:
            return web.Response(status=404)
        if request.content_type == "multipart/form-data":
            fields = await request.post()
            part = next(iter(fields.values()))
            content = part.file.read() if isinstance(part, web.FileField) else str(part).encode()
        else:
            content = await request.read()
        if len(content) != file.length:
            return web.Response(status=400, text="content length does not match")
        file.content, file.uploaded = content, True
        return web.Response(text=f"OK - {len(content)}")

    async def _respond(self, request: web.Request) -> web.StreamResponse:
        fault = self.faults.take("response_url")
        if fault and not fault.done:
            return self._failed(request, "response_url", fault)
        workspace = self.workspaces[request.match_info["workspace"]]
        error = None
        try:
            try:
                body = json.loads(await request.text())
            except ValueError:
                raise Refusal("invalid_payload", status=400) from None
            workspace.interactions.respond(request.match_info["token"], body)
            answer = web.Response(text="ok")
        except Refusal as refusal:
            error = refusal.error
            answer = web.json_response(refusal.body(), status=refusal.status)
        self._note("response_url", {}, error)
        return self._failed(request, "response_url", fault) if fault else answer

    def _note(self, name: str, arguments: Json, error: str | None) -> None:
        if self.keep_calls:
            self.calls.append(Called(name, arguments, error))
        self._changed.set()

    async def close(self) -> None:
        """Tell apps nothing more, and close what is open."""
        for deliveries in self._deliveries.values():
            await deliveries.close()
        for requests in self._requests.values():
            await requests.close()
        for sockets in self._sockets.values():
            for connection in list(sockets.connections):
                await connection.ws.close()


@asynccontextmanager
async def serve(clock: Clock | None = None) -> AsyncIterator[PretendSlack]:
    """Serve a Slack on a port of this machine."""
    slack = PretendSlack(clock or Clock())
    runner = web.AppRunner(slack.routes(), access_log=None, shutdown_timeout=0.1)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    [address] = runner.addresses
    slack.address = f"http://127.0.0.1:{address[1]}"
    try:
        yield slack
    finally:
        await slack.close()
        await runner.cleanup()
