"""Who may see the pages: cookies, forms that are ours, and the headers every answer carries."""

import hmac
import secrets
from collections.abc import Awaitable, Callable, Mapping
from hashlib import sha256
from urllib.parse import urlsplit

from aiohttp import web

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]

# Nothing runs, nothing is shown in another site's frame, and no other site learns where somebody was. To
# ourselves browsers have to say where a form comes from, which they do not under "no-referrer".
HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; base-uri 'none'; "
        "frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "no-store",
}
# A picture brings its own colours, for light and for dark, and nothing else.
PICTURE_HEADERS = {"Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; sandbox"}
# A working day, as the session: a browser forgets the cookie no later.
COOKIE_S = 12 * 60 * 60
_COOKIE_BYTES = 32
_MOST_COOKIE = 200


@web.middleware
async def add_headers(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Send the headers with every answer; those of an application around the pages do not replace them."""
    response = await handler(request)
    for name, value in HEADERS.items():
        response.headers.setdefault(name, value)
    return response


class Cookie:
    """The cookie that opens the pages; browsers send one that begins with __Host- over https alone."""

    def __init__(self, address: str) -> None:
        self._secure = urlsplit(address).scheme == "https"
        self._name = "__Host-hearth" if self._secure else "hearth"

    def fresh(self) -> str:
        """Return what nobody can guess."""
        return secrets.token_urlsafe(_COOKIE_BYTES)

    def of(self, request: web.Request) -> str | None:
        """Return what the browser holds."""
        value = request.cookies.get(self._name)
        return value if value and len(value) <= _MOST_COOKIE else None

    def hand(self, response: web.StreamResponse, value: str) -> None:
        """Have the browser hold it, out of reach of scripts and of other sites' forms."""
        response.set_cookie(
            self._name,
            value,
            max_age=COOKIE_S,
            path="/",
            secure=self._secure,
            httponly=True,
            samesite="Lax",
        )

    def take(self, response: web.StreamResponse) -> None:
        """Have the browser forget it."""
        response.del_cookie(self._name, path="/", secure=self._secure, httponly=True, samesite="Lax")


def session_of(cookie: str) -> str:
    """Return what is kept of a cookie: whoever reads the database cannot use it."""
    return sha256(cookie.encode()).hexdigest()


def form_token(cookie: str) -> str:
    """Return what our own forms carry: nobody can tell it who does not hold the cookie."""
    return hmac.new(cookie.encode(), b"form", sha256).hexdigest()


def fresh_once() -> str:
    """Return what makes a form one: sent twice, it is heard once."""
    return secrets.token_urlsafe(12)


def is_ours(form: Mapping[str, object], cookie: str) -> bool:
    """Say whether a form is one of ours, given to who holds this cookie."""
    given = form.get("token")
    return isinstance(given, str) and hmac.compare_digest(given.encode(), form_token(cookie).encode())


def comes_from_here(request: web.Request, address: str) -> bool:
    """Say whether a form was sent from our own pages, by what the browser says of itself."""
    origin = request.headers.get("Origin")
    if origin is None:
        return request.headers.get("Sec-Fetch-Site") in (None, "same-origin", "none")
    there, here = urlsplit(origin), urlsplit(address)
    if (there.scheme, there.netloc) == (here.scheme, here.netloc):
        return True
    # The same machine may go by other names too: then the page was asked for by that name.
    return there.scheme in ("http", "https") and there.netloc == request.headers.get("Host", "")
