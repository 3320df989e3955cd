"""Asks a Hearth that runs on this machine how it is."""

import http.client
import json
from urllib.error import HTTPError
from urllib.request import ProxyHandler, Request, build_opener

from bot.ports import Told

# A running Hearth answers within two seconds, whatever is stuck.
_PATIENCE_S = 5.0
_EVERYWHERE = {"0.0.0.0": "127.0.0.1", "": "127.0.0.1", "::": "::1"}


def ask(host: str, port: int, token: str | None) -> Told | None:
    """Return what /readyz says, or None if nobody listens there."""
    here = _EVERYWHERE.get(host, host)
    address = f"http://[{here}]:{port}" if ":" in here else f"http://{here}:{port}"
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    # Never by a proxy: it is this machine that is asked.
    opener = build_opener(ProxyHandler({}))
    try:
        with opener.open(Request(f"{address}/readyz", headers=headers), timeout=_PATIENCE_S) as answer:
            return _told(address, answer.read())
    except HTTPError as refused:
        with refused:
            return _told(address, refused.read())
    except (ConnectionRefusedError, TimeoutError, http.client.HTTPException, OSError) as error:
        reason = getattr(error, "reason", error)
        return None if isinstance(reason, ConnectionRefusedError) else Told(address, False, False, "")


def _told(address: str, body: bytes) -> Told:
    try:
        said = json.loads(body)
        status, reason = said["status"], said.get("reason", "it keeps the reason to itself")
    except (ValueError, KeyError, TypeError):
        return Told(address, False, False, "")
    return Told(address, status in ("ready", "not ready"), status == "ready", str(reason))
