"""The manifest of the app: what is pasted into Slack to make it, for both ways of hearing."""

from collections.abc import Mapping
from typing import Any

from adapters.slack.scopes import COMMAND, EVENTS, SCOPES, SHORTCUTS

# Where Slack calls Hearth, where it has an address.
EVENTS_PATH = "/slack/events"
INSTALL_PATH = "/slack/install"
REDIRECT_PATH = "/slack/oauth_redirect"
_NAME = "Hearth"
_DESCRIPTION = "Looks after the community: welcomes, unanswered questions, digests of what members say."
_COLOUR = "#7a3e2b"


def manifest(address: str | None = None) -> Mapping[str, Any]:
    """Return the manifest for a socket, or for requests to `address`, as https://hearth.example.com."""
    url = f"{address.rstrip('/')}{EVENTS_PATH}" if address else None
    at: Mapping[str, Any] = {"url": url} if url else {}
    request: Mapping[str, Any] = {"request_url": url} if url else {}
    redirects: Mapping[str, Any] = (
        {"redirect_urls": [f"{address.rstrip('/')}{REDIRECT_PATH}"]} if address else {}
    )
    return {
        "display_information": {
            "name": _NAME,
            "description": _DESCRIPTION,
            "background_color": _COLOUR,
        },
        "features": {
            "app_home": {
                "home_tab_enabled": True,
                "messages_tab_enabled": True,
                "messages_tab_read_only_enabled": True,
            },
            "bot_user": {"display_name": _NAME, "always_online": True},
            "shortcuts": [
                {
                    "name": label,
                    "type": "message",
                    "callback_id": name,
                    "description": f"Tell Hearth about this message: {label.lower().rstrip('?')}",
                }
                for name, label in SHORTCUTS.items()
            ],
            "slash_commands": [
                {
                    "command": COMMAND,
                    **at,
                    "description": "Ask Hearth: help shows what it does",
                    "usage_hint": "help",
                    "should_escape": True,
                }
            ],
        },
        "oauth_config": {**redirects, "scopes": {"bot": list(SCOPES)}},
        "settings": {
            "event_subscriptions": {**request, "bot_events": list(EVENTS)},
            "interactivity": {"is_enabled": True, **request},
            "org_deploy_enabled": False,
            "socket_mode_enabled": address is None,
            "token_rotation_enabled": False,
        },
    }
