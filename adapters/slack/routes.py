"""Slack's requests, on the addresses that its manifest names: what happens, and installing."""

from collections.abc import Awaitable, Callable
from urllib.parse import parse_qsl

from aiohttp import ClientError, web
from slack_bolt.adapter.aiohttp import to_aiohttp_response, to_bolt_request
from slack_bolt.async_app import AsyncApp, AsyncBoltRequest
from slack_bolt.context.async_context import AsyncBoltContext
from slack_bolt.oauth.async_oauth_flow import AsyncOAuthFlow
from slack_bolt.request.async_internals import build_async_context
from slack_bolt.response import BoltResponse

from adapters.slack.manifest import EVENTS_PATH, INSTALL_PATH, REDIRECT_PATH
from adapters.slack.oauth import not_installed
from bot.logs import named
from bot.ports import Closed

log = named(__name__)

Answer = Callable[[AsyncBoltRequest], Awaitable[BoltResponse]]


def add_events(application: web.Application, app: AsyncApp) -> None:
    """Take events, commands and what people press, each signed by Slack."""
    application.router.add_post(EVENTS_PATH, _answering(app.async_dispatch))


def add_installing(application: web.Application, flow: AsyncOAuthFlow) -> None:
    """Serve the pages through which Hearth is installed."""
    application.router.add_get(INSTALL_PATH, _answering(flow.handle_installation))
    application.router.add_get(REDIRECT_PATH, _answering(_patient(flow.handle_callback)))


def _patient(answer: Answer) -> Answer:
    """Tell whoever installs it to try again, where Slack or the database do not answer."""

    async def handle(asked: AsyncBoltRequest) -> BoltResponse:
        try:
            return await answer(asked)
        except (ClientError, TimeoutError, OSError, Closed) as error:
            log.warning("install_failed", reason=type(error).__name__)
            return not_installed(503, "Slack or the database did not answer. Try again in a minute.")

    return handle


def _answering(answer: Answer) -> Callable[[web.Request], Awaitable[web.Response]]:
    async def handle(request: web.Request) -> web.Response:
        try:
            asked = await to_bolt_request(request)
        except (ValueError, AttributeError, TypeError, RecursionError):
            # What is no object in JSON cannot be Slack's, whatever it is signed with.
            return web.json_response({"error": "That is nothing Slack would send."}, status=400)
        if not asked.body and asked.raw_body:
            # A command in which somebody speaks of a payload, for whose body the library takes that.
            asked.body = dict(parse_qsl(asked.raw_body, keep_blank_values=True))
            asked.context = build_async_context(AsyncBoltContext(), asked.body)
        return await to_aiohttp_response(await answer(asked))

    return handle
