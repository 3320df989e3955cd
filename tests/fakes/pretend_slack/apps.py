"""Apps and where they are installed, with the tokens each was given."""

import secrets
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from tests.fakes.pretend_slack.manifest import EVENT_SCOPES, check_manifest
from tests.fakes.pretend_slack.refusal import Json
from tests.fakes.pretend_slack.talk import Author

if TYPE_CHECKING:
    from tests.fakes.pretend_slack.people import Person
    from tests.fakes.pretend_slack.workspace import Workspace


@dataclass(eq=False)
class App:
    """An app as its manifest has it, and what its settings page would show."""

    id: str
    manifest: Json
    client_id: str
    client_secret: str = field(default_factory=lambda: secrets.token_hex(16))
    signing_secret: str = field(default_factory=lambda: secrets.token_hex(16))
    app_token: str = field(default_factory=lambda: f"xapp-1-A{secrets.token_hex(16)}")
    app_token_scopes: set[str] = field(default_factory=lambda: {"connections:write"})
    verification_token: str = field(default_factory=lambda: secrets.token_hex(12))
    installations: "dict[str, Installation]" = field(default_factory=dict)
    # Where requests go, instead of where the manifest says: what listens there has a port of its own.
    address: str | None = None

    def __post_init__(self) -> None:
        check_manifest(self.manifest)

    @property
    def name(self) -> str:
        name: str = self.manifest["display_information"]["name"]
        return name

    @property
    def scopes(self) -> tuple[str, ...]:
        """The scopes that its manifest asks for."""
        return tuple(self.manifest.get("oauth_config", {}).get("scopes", {}).get("bot", ()))

    @property
    def events(self) -> frozenset[str]:
        """The events it is subscribed to."""
        settings = self.manifest.get("settings", {})
        return frozenset(settings.get("event_subscriptions", {}).get("bot_events", ()))

    @property
    def by_socket(self) -> bool:
        """Whether it is told things through Socket Mode, and not by requests."""
        return bool(self.manifest.get("settings", {}).get("socket_mode_enabled"))

    @property
    def interactive(self) -> bool:
        """Whether it hears of buttons and modals."""
        return bool(self.manifest.get("settings", {}).get("interactivity", {}).get("is_enabled"))

    @property
    def has_home(self) -> bool:
        """Whether it has a home tab."""
        return bool(self.manifest.get("features", {}).get("app_home", {}).get("home_tab_enabled"))

    def feature(self, kind: str, key: str, name: str) -> Json:
        """Return a command or shortcut of its manifest. Raises KeyError."""
        for each in self.manifest.get("features", {}).get(kind, ()):
            if each[key] == name:
                found: Json = each
                return found
        raise KeyError(f"{self.name} has no {name} among its {kind}")

    def request_url(self, kind: str, command: str = "") -> str:
        """Return where it wants to be told of events, interactions and commands."""
        settings = self.manifest["settings"]
        if kind == "slash_commands":
            url = str(self.feature("slash_commands", "command", command)["url"])
        elif kind == "interactive":
            url = str(settings["interactivity"]["request_url"])
        else:
            url = str(settings["event_subscriptions"]["request_url"])
        if self.address is None:
            return url
        return f"{self.address}/{url.partition('://')[2].partition('/')[2]}"


@dataclass(eq=False)
class Installation:
    """An app in a workspace: its bot, its token, and the scopes that were granted."""

    app: App
    workspace: "Workspace"
    bot: "Person"
    bot_id: str
    scopes: set[str]
    installer: str
    token: str = field(default_factory=lambda: f"xoxb-{secrets.token_hex(20)}")
    # Why its token is no longer good, as the error says it.
    ended: str | None = None
    # Who its messages may notify; `Workspace.check` complains of any other.
    may_ping: set[str] = field(default_factory=set)

    @property
    def bot_author(self) -> Author:
        """Who its messages are by."""
        return Author(user=self.bot.id, bot=self.bot_id, app=self.app.id, name=self.app.name)

    def hears(self, event: str) -> bool:
        """Tell whether it is sent an event of that name."""
        needed = EVENT_SCOPES[event]
        granted = not needed or bool(self.scopes & set(needed))
        return self.ended is None and event in self.app.events and granted
