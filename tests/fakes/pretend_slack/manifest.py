"""What an app is made of: a manifest, checked as Slack checks it."""

from typing import Any

from tests.fakes.pretend_slack.refusal import Json

# What an event takes: one of these scopes.
EVENT_SCOPES: dict[str, tuple[str, ...]] = {
    "app_home_opened": (),
    "app_mention": ("app_mentions:read",),
    "app_uninstalled": (),
    "channel_archive": ("channels:read",),
    "channel_created": ("channels:read",),
    "channel_deleted": ("channels:read",),
    "channel_left": ("channels:read",),
    "channel_rename": ("channels:read",),
    "channel_unarchive": ("channels:read",),
    "group_archive": ("groups:read",),
    "group_deleted": ("groups:read",),
    "group_left": ("groups:read",),
    "group_rename": ("groups:read",),
    "group_unarchive": ("groups:read",),
    "member_joined_channel": ("channels:read", "groups:read"),
    "member_left_channel": ("channels:read", "groups:read"),
    "message.channels": ("channels:history",),
    "message.groups": ("groups:history",),
    "message.im": ("im:history",),
    "message.mpim": ("mpim:history",),
    "reaction_added": ("reactions:read",),
    "reaction_removed": ("reactions:read",),
    "subteam_created": ("usergroups:read",),
    "subteam_members_changed": ("usergroups:read",),
    "subteam_updated": ("usergroups:read",),
    "team_domain_change": ("team:read",),
    "team_join": ("users:read",),
    "team_rename": ("team:read",),
    "tokens_revoked": (),
    "user_change": ("users:read",),
}
SCOPES = frozenset(
    """app_mentions:read bookmarks:read bookmarks:write channels:history channels:join channels:manage
    channels:read chat:write chat:write.customize chat:write.public commands emoji:read files:read files:write
    groups:history groups:read groups:write im:history im:read im:write links:read links:write
    metadata.message:read mpim:history mpim:read mpim:write pins:read pins:write reactions:read
    reactions:write reminders:read reminders:write team:read usergroups:read usergroups:write
    users.profile:read users:read users:read.email users:write""".split()
)


class BadManifest(ValueError):
    """Slack would not take the manifest."""


def check_manifest(manifest: Json) -> None:
    """Raise BadManifest with everything that Slack would say against a manifest."""
    errors: list[str] = []
    settings: Json = manifest.get("settings", {})
    features: Json = manifest.get("features", {})
    scopes = set(_at(manifest, "oauth_config", "scopes", "bot", default=[]))
    sockets = settings.get("socket_mode_enabled", False)

    _within(errors, "display_information.name", _at(manifest, "display_information", "name"), 35)
    for name, least, most in (("description", 1, 140), ("long_description", 175, 4_000)):
        value = _at(manifest, "display_information", name)
        if value is not None and not least <= len(value) <= most:
            errors.append(f"display_information.{name} has to have {least} to {most} characters")
    if scopes and not _at(features, "bot_user", "display_name"):
        errors.append("features.bot_user.display_name is missing")
    if scopes - SCOPES:
        errors.append(f"unknown scopes: {sorted(scopes - SCOPES)}")

    events = _at(settings, "event_subscriptions", "bot_events", default=[])
    if len(events) > 100:
        errors.append("more than 100 events")
    for event in events:
        if event not in EVENT_SCOPES:
            errors.append(f"unknown event: {event}")
        elif EVENT_SCOPES[event] and not scopes & set(EVENT_SCOPES[event]):
            errors.append(f"the event {event} needs a scope: {' or '.join(EVENT_SCOPES[event])}")
    if events and not sockets and not _at(settings, "event_subscriptions", "request_url"):
        errors.append("settings.event_subscriptions.request_url is missing")
    interactivity: Json = settings.get("interactivity", {})
    if interactivity.get("is_enabled") and not sockets and not interactivity.get("request_url"):
        errors.append("settings.interactivity.request_url is missing")

    errors += _commands(features.get("slash_commands", []), scopes, sockets)
    errors += _shortcuts(features.get("shortcuts", []), scopes, interactivity)
    if errors:
        raise BadManifest("; ".join(errors))


def _commands(commands: list[Json], scopes: set[str], sockets: bool) -> list[str]:
    errors: list[str] = []
    if commands and "commands" not in scopes:
        errors.append("slash commands need the scope commands")
    for command in commands:
        name = command.get("command", "")
        if not name.startswith("/") or len(name) > 32 or " " in name:
            errors.append(f"no name for a command: {name}")
        _within(errors, f"{name}.description", command.get("description"), 2_000)
        if len(command.get("usage_hint", "")) > 1_000:
            errors.append(f"{name}.usage_hint is too long")
        if not sockets and not command.get("url"):
            errors.append(f"{name}.url is missing")
    return errors


def _shortcuts(shortcuts: list[Json], scopes: set[str], interactivity: Json) -> list[str]:
    errors: list[str] = []
    if shortcuts and ("commands" not in scopes or not interactivity.get("is_enabled")):
        errors.append("shortcuts need the scope commands, and interactivity")
    if len(shortcuts) > 10:
        errors.append("more than 10 shortcuts")
    for shortcut in shortcuts:
        _within(errors, "shortcut.name", shortcut.get("name"), 24)
        _within(errors, "shortcut.description", shortcut.get("description"), 150)
        _within(errors, "shortcut.callback_id", shortcut.get("callback_id"), 255)
        if shortcut.get("type") not in ("message", "global"):
            errors.append("a shortcut is for messages, or global")
    return errors


def _within(errors: list[str], name: str, value: Any, most: int) -> None:
    if not isinstance(value, str) or not 1 <= len(value) <= most:
        errors.append(f"{name} has to have 1 to {most} characters")


def _at(value: Json, *names: str, default: Any = None) -> Any:
    for name in names:
        if name not in value:
            return default
        value = value[name]
    return value
