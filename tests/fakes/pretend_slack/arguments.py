"""Reads what a Web API call brings: its token and arguments, by the rules of each content type."""

import json
from collections.abc import Mapping
from typing import Any

from aiohttp import web

from tests.fakes.pretend_slack.refusal import Json, Refusal, bad_argument

_FORMS = ("application/x-www-form-urlencoded", "multipart/form-data")


class Arguments:
    """A call's arguments; all of a form's are words, those of JSON may be anything."""

    def __init__(self, given: Mapping[str, Any], warnings: tuple[str, ...] = ()) -> None:
        self.given = dict(given)
        self.warnings = warnings

    def text(self, name: str, default: str | None = None) -> str:
        """Return words. Raises Refusal where there are none and no default is given."""
        value = self.given.get(name)
        if value is None or (value == "" and default is None):
            if default is None:
                raise bad_argument(f"missing required field: {name}")
            return default
        if isinstance(value, bool | dict | list):
            raise bad_argument(f"must provide a string [json-pointer:/{name}]")
        return str(value)

    def maybe(self, name: str) -> str | None:
        """Return words, or None."""
        return self.text(name, "") or None

    def number(self, name: str, default: int, *, least: int = 1, most: int, error: str) -> int:
        """Return a whole number within its bounds. Raises Refusal with `error`."""
        words = self.text(name, str(default))
        if not words.lstrip("-").isdigit() or not least <= int(words) <= most:
            raise Refusal(error)
        return int(words)

    def yes(self, name: str, default: bool = False) -> bool:
        """Return whether something is wanted."""
        value = self.given.get(name)
        if value is None:
            return default
        if isinstance(value, bool):
            return value
        if str(value).lower() not in ("1", "0", "true", "false"):
            raise bad_argument(f"must provide a boolean [json-pointer:/{name}]")
        return str(value).lower() in ("1", "true")

    def structure(self, name: str, error: str) -> Any:
        """Return what is given as JSON, or as words that hold JSON; None where nothing is."""
        value = self.given.get(name)
        if value is None or value == "":
            return None
        if isinstance(value, str):
            try:
                return json.loads(value)
            except ValueError:
                raise Refusal(error) from None
        return value


async def read(request: web.Request, *, takes_json: bool) -> tuple[str | None, Arguments]:
    """Return a request's token and arguments. Raises Refusal."""
    query = dict(request.query)
    if "token" in query:
        # Since 2021 apps may not put tokens where they are logged.
        raise Refusal("invalid_auth")
    token = _bearer(request.headers.get("Authorization"))
    if request.method == "GET" or not request.can_read_body:
        return token, Arguments(query)
    kind = request.content_type
    if "Content-Type" not in request.headers:
        raise Refusal("missing_post_type")
    if kind in _FORMS:
        fields = dict((await request.post()).items())
        in_form = fields.pop("token", None)
        return token or (str(in_form) if in_form else None), Arguments({**query, **fields})
    if kind != "application/json":
        raise Refusal("invalid_post_type")
    if not takes_json:
        # Reading methods do not look into such a body at all.
        return token, Arguments(query)
    try:
        body: Json = json.loads(await request.text())
    except ValueError:
        raise Refusal("invalid_json") from None
    if not isinstance(body, dict):
        raise Refusal("json_not_object")
    body.pop("token", None)
    warnings = () if request.charset else ("missing_charset",)
    return token, Arguments({**query, **body}, warnings)


def _bearer(header: str | None) -> str | None:
    if not header:
        return None
    kind, _, token = header.partition(" ")
    if kind.lower() == "basic":
        return None
    if kind.lower() != "bearer" or not token:
        raise Refusal("invalid_auth")
    return token.strip()
