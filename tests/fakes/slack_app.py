"""A manifest for tests of pretend Slack itself: an app that may do all that is pretended."""

from tests.fakes.pretend_slack.manifest import EVENT_SCOPES, SCOPES
from tests.fakes.pretend_slack.refusal import Json


def manifest(*, sockets: bool = True, address: str = "https://app.example.com") -> Json:
    """Return the manifest of an app with every scope, by Socket Mode or by requests to an address."""
    by_request = {} if sockets else {"request_url": f"{address}/slack/events"}
    command = {"command": "/try", "description": "Tries.", "usage_hint": "[what]"}
    return {
        "display_information": {"name": "Tried", "description": "An app that is tried."},
        "features": {
            "app_home": {"home_tab_enabled": True, "messages_tab_enabled": True},
            "bot_user": {"display_name": "Tried", "always_online": True},
            "slash_commands": [
                command if sockets else {**command, "url": f"{address}/slack/events"},
            ],
            "shortcuts": [
                {"name": "Try it", "type": "message", "callback_id": "try_it", "description": "Tries it."}
            ],
        },
        "oauth_config": {
            "redirect_urls": [f"{address}/slack/oauth_redirect"],
            "scopes": {"bot": sorted(SCOPES)},
        },
        "settings": {
            "event_subscriptions": {"bot_events": sorted(EVENT_SCOPES), **by_request},
            "interactivity": {"is_enabled": True, **by_request},
            "socket_mode_enabled": sockets,
        },
    }
