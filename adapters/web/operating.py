"""Answers those who look after Hearth: /healthz, /readyz and /metrics."""

import hmac
import ipaddress
from collections.abc import Awaitable, Callable
from urllib.parse import urlsplit

from aiohttp import web

from bot.ports import Watched

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]

PATHS = ("/healthz", "/readyz", "/metrics")
# What Prometheus takes our text to be.
_FIGURES = "text/plain; version=0.0.4; charset=utf-8"
_FORWARDED = ("Forwarded", "X-Forwarded-For", "X-Forwarded-Host", "X-Real-IP")


def add_operating(application: web.Application, watched: Watched, token: str | None) -> None:
    """Answer there to those who look after Hearth; `token` lets them read the figures from elsewhere."""
    operating = _Operating(watched, token or None)
    application.middlewares.append(operating.refuse_when_ending)
    application.router.add_get("/healthz", operating.healthz)
    application.router.add_get("/readyz", operating.readyz)
    application.router.add_get("/metrics", operating.metrics)


class _Operating:
    def __init__(self, watched: Watched, token: str | None) -> None:
        self._watched = watched
        self._token = token

    async def healthz(self, request: web.Request) -> web.Response:
        return self._told(request, "ok", "unwell", self._watched.unwell())

    async def readyz(self, request: web.Request) -> web.Response:
        return self._told(request, "ready", "not ready", await self._watched.unready())

    async def metrics(self, request: web.Request) -> web.Response:
        if not self._trusted(request):
            return web.json_response(
                {
                    "error": "These figures are for this machine, or for who shows the METRICS_TOKEN of the "
                    "environment as a bearer token."
                },
                status=403 if self._token is None else 401,
                headers={} if self._token is None else {"WWW-Authenticate": 'Bearer realm="metrics"'},
            )
        return web.Response(body=await self._watched.figures(), headers={"Content-Type": _FIGURES})

    @web.middleware
    async def refuse_when_ending(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        if self._watched.ending and request.path not in PATHS:
            return web.json_response(
                {"error": "Hearth is ending; ask again in a moment."},
                status=503,
                headers={"Retry-After": "5", "Connection": "close"},
            )
        return await handler(request)

    def _told(self, request: web.Request, well: str, unwell: str, reason: str | None) -> web.Response:
        if reason is None:
            return web.json_response({"status": well})
        # The reason names the database and its place: strangers need not know.
        said = {"reason": reason} if self._trusted(request) else {}
        return web.json_response({"status": unwell, **said}, status=503)

    def _trusted(self, request: web.Request) -> bool:
        """Tell whether somebody on this machine asks, or who shows the token.

        With a token set it has to be shown: a proxy on this machine may ask for anybody.
        """
        if self._token is not None:
            shown = request.headers.get("Authorization", "")
            return hmac.compare_digest(shown.encode(), f"Bearer {self._token}".encode())
        forwarded = any(name in request.headers for name in _FORWARDED)
        return not forwarded and _is_here(request.remote or "") and _is_here(_name(request.host))


def _name(host: str) -> str:
    try:
        return urlsplit(f"//{host}").hostname or ""
    except ValueError:
        return ""


def _is_here(name: str) -> bool:
    if name == "localhost":
        return True
    try:
        return ipaddress.ip_address(name).is_loopback
    except ValueError:
        return False
