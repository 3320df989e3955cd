"""What Hearth may do and is told in a workspace, and why; manifests and pages come from this table."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

COMMAND = "/community"
# Shortcuts on a message, by the names their choices come back under.
SHORTCUTS: Mapping[str, str] = MappingProxyType(
    {"answered": "Mark as answered", "feedback": "This is feedback", "salesy": "Is this salesy?"}
)


@dataclass(frozen=True, slots=True)
class Scope:
    """A permission: what it is for, and what does not work without it.

    Without one that is needed Hearth does not do its work; the others add to it.
    """

    why: str
    without: str
    needed: bool = True


SCOPES: Mapping[str, Scope] = MappingProxyType(
    {
        "channels:history": Scope(
            "to be told what is said in public channels it was invited to, and to read what it missed",
            "nothing that is said in public channels is heard",
        ),
        "channels:read": Scope(
            "to know the names of public channels, and which it is in",
            "public channels have no names, and settings cannot name them",
        ),
        "chat:write": Scope("to post, answer and update its cards", "Hearth cannot say anything"),
        "commands": Scope(
            "to answer /community and its shortcuts", "/community and the shortcuts are silent"
        ),
        "files:write": Scope(
            "to upload the pictures of digests", "digests come without pictures, in words alone", needed=False
        ),
        "groups:history": Scope(
            "the same for private channels it was invited to, as the managers' one",
            "nothing that is said in private channels is heard",
        ),
        "groups:read": Scope(
            "the same for private channels it was invited to",
            "private channels have no names, and settings cannot name them",
        ),
        "im:history": Scope(
            "to look whether a private word was said before it is said again; it hears no direct messages",
            "a private word of which it is in doubt whether it arrived is given up",
            needed=False,
        ),
        "im:write": Scope(
            "to tell somebody something in private, as who posted what reads like selling",
            "nobody is told anything in private",
        ),
        "reactions:read": Scope(
            "to hear reactions, as a thank-you or a tick on an answer",
            "reactions are not heard",
            needed=False,
        ),
        "reactions:write": Scope(
            "to mark a question as answered with a tick", "answered questions get no tick", needed=False
        ),
        "usergroups:read": Scope(
            "to know who is in a user group, where one is named as staff or managers",
            "user groups cannot be named as staff or managers",
            needed=False,
        ),
        "users:read": Scope(
            "to know what members are called, who joined, who is a bot and who administers the workspace",
            "members have no names, and nobody is welcomed or known to be a manager",
        ),
        "users:read.email": Scope(
            "to know the domains of members' addresses, where one is named as staff; nothing else of an "
            "address is kept",
            "domains of e-mail addresses cannot be named as staff",
            needed=False,
        ),
    }
)

# What Hearth subscribes to, and the permission each needs; None where none is.
EVENTS: Mapping[str, str | None] = MappingProxyType(
    {
        "app_home_opened": None,
        "app_uninstalled": None,
        "channel_archive": "channels:read",
        "channel_created": "channels:read",
        "channel_deleted": "channels:read",
        "channel_left": "channels:read",
        "channel_rename": "channels:read",
        "channel_unarchive": "channels:read",
        "group_archive": "groups:read",
        "group_deleted": "groups:read",
        "group_left": "groups:read",
        "group_rename": "groups:read",
        "group_unarchive": "groups:read",
        "member_joined_channel": "channels:read",
        "member_left_channel": "channels:read",
        "message.channels": "channels:history",
        "message.groups": "groups:history",
        "reaction_added": "reactions:read",
        "reaction_removed": "reactions:read",
        "subteam_created": "usergroups:read",
        "subteam_members_changed": "usergroups:read",
        "subteam_updated": "usergroups:read",
        "team_join": "users:read",
        "tokens_revoked": None,
        "user_change": "users:read",
    }
)

# What Hearth asks of the Web API: the permissions of which each needs one, and how often a minute it may be
# asked of one workspace (Slack's tiers; posting has a limit of its own for each channel).
METHODS: Mapping[str, tuple[tuple[str, ...], int]] = MappingProxyType(
    {
        "apps.connections.open": ((), 20),
        "auth.revoke": ((), 50),
        "auth.test": ((), 100),
        "chat.postEphemeral": (("chat:write",), 100),
        "chat.postMessage": (("chat:write",), 300),
        "chat.update": (("chat:write",), 50),
        "conversations.history": (("channels:history", "groups:history", "im:history"), 50),
        "conversations.info": (("channels:read", "groups:read"), 50),
        "conversations.list": (("channels:read", "groups:read"), 20),
        "conversations.open": (("im:write",), 50),
        "conversations.replies": (("channels:history", "groups:history", "im:history"), 50),
        "files.completeUploadExternal": (("files:write",), 100),
        "files.getUploadURLExternal": (("files:write",), 100),
        "reactions.add": (("reactions:write",), 50),
        "reactions.remove": (("reactions:write",), 20),
        "usergroups.list": (("usergroups:read",), 20),
        "users.info": (("users:read",), 100),
        "users.list": (("users:read",), 20),
        "views.open": ((), 100),
        "views.publish": ((), 100),
    }
)
