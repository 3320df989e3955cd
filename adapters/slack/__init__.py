"""Hearth in Slack's workspaces, through slack-bolt: by a socket, or by requests that Slack signs."""

from adapters.slack.app import CannotUseSlack, Slack

__all__ = ["CannotUseSlack", "Slack"]
