"""Hearth in Slack's workspaces, through slack-bolt: by a socket, or by requests that Slack signs."""

from adapters.slack.app import CannotUseSlack, Slack, check_settings
from adapters.slack.checks import look as look_at_slack
from adapters.slack.history import CannotRead, read_history
from adapters.slack.manifest import manifest

__all__ = [
    "CannotRead",
    "CannotUseSlack",
    "Slack",
    "check_settings",
    "look_at_slack",
    "manifest",
    "read_history",
]
