"""Who somebody is, as Slack's objects of users say, whether live or in an export."""

from adapters.wire.slack_messages import SLACKBOT
from adapters.wire.values import Wire, object_in, text_in, texts_in

_ADMINISTERS = ("is_admin", "is_owner", "is_primary_owner")


def called(user: Wire) -> str:
    """Return what somebody is called, "" where nothing says."""
    profile = object_in(user, "profile")
    return (
        text_in(profile, "display_name")
        or text_in(profile, "real_name")
        or text_in(user, "real_name")
        or text_in(user, "name")
    )


def is_app(user: Wire) -> bool:
    """Return whether it is an app, or Slackbot, which Slack's objects do not say of it."""
    return user.get("is_bot") is True or text_in(user, "id") == SLACKBOT


def is_outside(user: Wire, team: str) -> bool:
    """Return whether somebody is of another workspace than that, and shares a channel.

    In an organisation all of somebody's workspaces are named, and an export may be of the whole of it.
    """
    organisation = object_in(user, "enterprise_user")
    home = text_in(user, "team_id") or team
    return team not in {home, text_in(organisation, "enterprise_id"), *texts_in(organisation, "teams")}


def administers(user: Wire, team: str) -> bool:
    """Return whether somebody administers a workspace: who does so elsewhere does not do it there."""
    return not is_outside(user, team) and any(user.get(key) is True for key in _ADMINISTERS)
