"""What the sandbox's API takes, as docs/sandbox.md describes it."""

import json
import re
from datetime import timedelta
from typing import Annotated, TypeVar

from aiohttp import web
from pydantic import (
    AfterValidator,
    AwareDatetime,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    ValidationError,
)

from adapters.sandbox.rules import NotFit
from bot.events import clean
from bot.language.links import Link

# A label and an address as long as Slack takes them.
MAX_LABEL, MAX_URL = 75, 2_000
# Room for one emoji made of several code points, or for its short name.
MAX_EMOJI = 40
# Beyond this a text is refused unread; a message's own limit is far below.
MAX_BODY = 1_000_000


_ADDRESS = re.compile(r"https?://\S+")


class NotJson(Exception):
    """The body is no JSON object."""


def _cleaned(value: object) -> object:
    """Put in order what no database keeps (NUL, lone surrogates), and leave the length to the rules."""
    return clean(value, max(len(value), 1)) if isinstance(value, str) else value


def _address(value: str) -> str:
    """Refuse what a link should not lead to, as a script."""
    if not _ADDRESS.fullmatch(value):
        raise ValueError("An address begins with https:// or http://")
    return value


Words = Annotated[str, BeforeValidator(_cleaned)]


class _Body(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class NewMember(_Body):
    """Somebody who joins."""

    name: Words
    bot: bool = False
    pending: bool = False
    manager: bool = False


class LinkButton(_Body):
    """A button of a card that another program or person pasted: it leads somewhere."""

    label: Annotated[Words, Field(min_length=1, max_length=MAX_LABEL)]
    url: Annotated[Words, Field(max_length=MAX_URL), AfterValidator(_address)]

    def link(self) -> Link:
        """Return it as the core knows it."""
        return Link(label=self.label, url=self.url, button=True)


class _ByMember(_Body):
    by: Words = Field(alias="as")


class NewMessage(_ByMember):
    """Something to say."""

    channel: Words
    text: Words = ""
    buttons: tuple[LinkButton, ...] = ()
    thread: Words | None = None
    reply_to: Words | None = None


class NewText(_ByMember):
    """What a message should read."""

    text: Words


class Acting(_ByMember):
    """Who does it, where the address says what."""


class NewCommand(_ByMember):
    """What follows /community."""

    channel: Words
    text: Words = ""


class Press(_ByMember):
    """Which button of which message, or which select with what was chosen."""

    message: Words
    button: Words
    value: Words = ""
    chosen: tuple[Words, ...] = ()


class Filled(_ByMember):
    """What the fields of a form were filled with."""

    fields: dict[Words, Words | tuple[Words, ...]]


class Picking(_ByMember):
    """Which shortcut."""

    shortcut: Words


class Forward(_Body):
    """How far to go forward, in seconds, or to which moment."""

    # Bounded so that it is a timedelta at all; the rules say what is too far.
    forward_s: Annotated[float, Field(ge=-1e9, le=1e9)] | None = None
    to: AwareDatetime | None = None

    @property
    def by(self) -> timedelta | None:
        """How far to go forward."""
        return None if self.forward_s is None else timedelta(seconds=self.forward_s)


Body = TypeVar("Body", bound=BaseModel)


class NotTyped(Exception):
    """The body does not say that it is JSON."""


async def body(request: web.Request, shape: type[Body]) -> Body:
    """Return a request's body in its shape. Raises NotTyped, NotJson or NotFit."""
    if request.content_type != "application/json":
        raise NotTyped("Send JSON, with the header Content-Type: application/json.")
    try:
        given = json.loads(await request.read())
    except (ValueError, RecursionError) as error:
        raise NotJson("That is no JSON.") from error
    try:
        return shape.model_validate(given)
    except ValidationError as error:
        raise NotFit(_sentence(error)) from error


# What a field has to be, by the kind of what is wrong with it.
_HAS_TO_BE = {
    "string_type": "text",
    "string_too_short": "text that says something",
    "string_too_long": "a shorter text",
    "bool": "true or false",
    "float": "a number",
    "finite_number": "a number",
    "greater_than_equal": "a smaller number",
    "less_than_equal": "a smaller number",
    "datetime": "a time as 2026-03-02T09:00:00Z",
    "timezone_aware": "a time with its offset, as 2026-03-02T09:00:00Z",
    "tuple_type": "a list",
    "model_type": "an object",
    "model_attributes_type": "an object",
}


def _sentence(error: ValidationError) -> str:
    first = error.errors(include_url=False, include_input=False)[0]
    where = ".".join(str(part) for part in first["loc"]) or "The body"
    kind = first["type"]
    if kind == "value_error":
        return f"{first['ctx']['error']}."
    if kind == "missing":
        return f"{where} is missing."
    if kind == "extra_forbidden":
        return f"There is no field {where} here."
    right = next((words for begins, words in _HAS_TO_BE.items() if kind.startswith(begins)), None)
    return f"{where} has to be {right}." if right else f"{where} is not what it has to be."
