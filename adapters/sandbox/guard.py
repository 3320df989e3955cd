"""Who may speak to the sandbox, and how it says that something went wrong."""

from collections.abc import Awaitable, Callable
from ipaddress import ip_address
from urllib.parse import urlsplit

from aiohttp import web

from adapters.sandbox.bodies import NotJson, NotTyped
from adapters.sandbox.listener import NotHeard
from adapters.sandbox.rules import NotAllowed, NotFit, NotThere, Taken, Wrong
from bot.logs import named

log = named(__name__)

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]

# The page runs only what we serve, talks only to us, and is shown in no other page.
HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
        "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "no-cache",
}

_STATUS: dict[type[Exception], int] = {
    NotJson: 400,
    NotAllowed: 403,
    NotThere: 404,
    Taken: 409,
    NotTyped: 415,
    NotFit: 422,
    NotHeard: 503,
}


def is_loopback(host: str) -> bool:
    """Say whether a Host header, with its port or without, names this machine and no other."""
    try:
        name = urlsplit(f"//{host}").hostname or ""
        return name == "localhost" or ip_address(name).is_loopback
    except ValueError:
        return False


def refusal(request: web.Request) -> str | None:
    """Return why a request is not for us, or None.

    A page elsewhere could have its name resolve to this machine, or send requests here from a
    visitor's browser: the first is known by the Host header, the second by the Origin.
    """
    host = request.headers.get("Host", "")
    if not is_loopback(host):
        return "The sandbox answers to localhost only."
    origin = request.headers.get("Origin")
    if origin is not None and origin != f"http://{host}":
        return "The sandbox answers to its own page only."
    return None


@web.middleware
async def guard(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Refuse who is not from here; turn what went wrong into a sentence with a fitting status."""
    reason = refusal(request)
    if reason is not None:
        return _problem(403, reason)
    try:
        return await handler(request)
    except (Wrong, NotJson, NotTyped, NotHeard) as wrong:
        return _problem(_STATUS[type(wrong)], str(wrong))
    except web.HTTPRequestEntityTooLarge:
        return _problem(413, "That is more than the sandbox takes at once.")
    except web.HTTPException as error:
        if error.status < 400:
            raise
        return _problem(error.status, f"{error.reason}: {request.method} {request.path}")
    except OSError as error:
        if request.transport is None or request.transport.is_closing():
            raise
        log.error("journal_not_written", reason=error.strerror)
        return _problem(503, f"The sandbox cannot write its journal: {error.strerror or error}.")


async def add_headers(request: web.Request, response: web.StreamResponse) -> None:
    """Send the headers with every answer, streams and errors too."""
    for name, value in HEADERS.items():
        response.headers.setdefault(name, value)


def _problem(status: int, sentence: str) -> web.Response:
    return web.json_response({"error": sentence}, status=status)
