"""A call of a Web API method: who makes it, with what, and what they may do."""

import base64
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from tests.fakes.pretend_slack.arguments import Arguments
from tests.fakes.pretend_slack.refusal import Json, Refusal
from tests.fakes.pretend_slack.talk import Channel, Message

if TYPE_CHECKING:
    from tests.fakes.pretend_slack.apps import App, Installation
    from tests.fakes.pretend_slack.people import Person
    from tests.fakes.pretend_slack.server import PretendSlack
    from tests.fakes.pretend_slack.workspace import Workspace

_KINDS = {"channel": "channels", "group": "groups", "im": "im"}


@dataclass
class Call:
    """One call, by an installed app."""

    slack: "PretendSlack"
    installation: "Installation"
    arguments: Arguments

    @property
    def workspace(self) -> "Workspace":
        return self.installation.workspace

    @property
    def me(self) -> "Person":
        return self.installation.bot

    def needs(self, scope: str) -> None:
        """Raise Refusal if a scope was not granted."""
        if scope not in self.installation.scopes:
            provided = ",".join(sorted(self.installation.scopes))
            raise Refusal("missing_scope", needed=scope, provided=provided)

    def channel(self, name: str = "channel") -> Channel:
        """Return the channel named, if the bot may know of it. Raises Refusal."""
        return self.known_channel(self.arguments.text(name))

    def known_channel(self, name: str) -> Channel:
        """Return a channel by id, if the bot may know of it. Raises Refusal."""
        channel = self.workspace.channels.get(name)
        if channel is None or (channel.kind != "channel" and self.me.id not in channel.members):
            raise Refusal("channel_not_found")
        return channel

    def joined_channel(self, name: str = "channel") -> Channel:
        """Return the channel named, if the bot is in it. Raises Refusal."""
        channel = self.channel(name)
        if self.me.id not in channel.members:
            raise Refusal("not_in_channel")
        return channel

    def of_kind(self, scope: str, channel: Channel) -> None:
        """Raise Refusal if the scope for such channels was not granted."""
        self.needs(f"{_KINDS[channel.kind]}:{scope}")

    def message(self, channel: Channel, name: str = "timestamp") -> Message:
        """Return a message of a channel. Raises Refusal."""
        message = channel.messages.get(self.arguments.text(name))
        if message is None or message.only_for is not None:
            raise Refusal("message_not_found")
        return message

    def person(self, name: str = "user") -> "Person":
        """Return the member named. Raises Refusal."""
        person = self.workspace.people.get(self.arguments.text(name))
        if person is None:
            raise Refusal("user_not_found")
        return person

    def page(self, items: Sequence[Any], limit: int, of: str) -> tuple[Sequence[Any], str]:
        """Return a page of items and the cursor of the next. Raises Refusal for another list's cursor."""
        cursor, begin = self.arguments.maybe("cursor"), 0
        if cursor:
            try:
                told = json.loads(base64.b64decode(cursor, validate=True))
                begin = told["from"] if told["of"] == of else -1
            except (ValueError, KeyError, TypeError):
                begin = -1
            if begin < 0:
                raise Refusal("invalid_cursor")
        # Slack may give fewer than were asked for, though there are more.
        end = begin + min(limit, self.slack.page_most or limit)
        more = base64.b64encode(json.dumps({"of": of, "from": end}).encode()).decode()
        return items[begin:end], more if end < len(items) else ""


@dataclass(frozen=True)
class Method:
    """A method: the scopes it takes, how often it may be called, and what it does."""

    name: str
    do: Callable[[Call], Json]
    scopes: tuple[str, ...] = ()
    tier: int = 3
    takes_json: bool = False


@dataclass
class AppCall:
    """One call that no installation makes: by an app itself, or to have one installed."""

    slack: "PretendSlack"
    app: "App | None"
    arguments: Arguments
    basic: tuple[str, str] | None
    verb: str


@dataclass(frozen=True)
class AppMethod(Method):
    """A method for apps themselves."""

    do_for_app: Callable[[AppCall], Json] | None = None
    token: Literal["app", "none"] = "none"
