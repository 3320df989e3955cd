"""Serves an application on a host and port."""

import errno
import os
import socket

from aiohttp import web

# What hangs on longer than this at the end, as a page's open stream, is cut off.
_SHUTDOWN_S = 1.0


Application = web.Application


class CannotListen(Exception):
    """The address cannot be listened on; the message says why and what to do."""


def new_application() -> Application:
    """Return an application without any page yet."""
    return web.Application()


class Server:
    """An application on an address."""

    def __init__(self, application: web.Application, host: str, port: int) -> None:
        self._host = host
        self._port = port
        self._listener: socket.socket | None = None
        self._runner = web.AppRunner(application, access_log=None, shutdown_timeout=_SHUTDOWN_S)

    def bind(self) -> None:
        """Take the address, so that nobody else does. Raises CannotListen."""
        try:
            self._listener = _bound(self._host, self._port)
        except OSError as error:
            raise CannotListen(self._why(error)) from error

    async def start(self) -> None:
        """Begin to serve on the address taken."""
        assert self._listener is not None
        await self._runner.setup()
        await web.SockSite(self._runner, self._listener).start()

    @property
    def address(self) -> str:
        """The address taken, as people write it."""
        assert self._listener is not None
        port = self._listener.getsockname()[1]
        host = f"[{self._host}]" if ":" in self._host else self._host
        return f"http://{host}:{port}"

    async def stop(self) -> None:
        """Listen no more."""
        await self._runner.cleanup()
        if self._listener is not None:
            self._listener.close()

    def _why(self, error: OSError) -> str:
        if error.errno == errno.EADDRINUSE:
            return f"Port {self._port} on {self._host} is taken; end what runs there, or set PORT to another."
        if error.errno == errno.EACCES:
            return f"Port {self._port} may not be used by this user; set PORT to one above 1023."
        reason = error.strerror or os.strerror(error.errno or 0)
        return f"Hearth cannot listen on {self._host}:{self._port} ({reason}); set HOST and PORT."


def _bound(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM)
    try:
        # A port just let go of may be taken again at once; one in use may not.
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((host, port))
        listener.listen(128)
    except OSError:
        listener.close()
        raise
    return listener
