"""What Hearth needs of Discord: intents and permissions, and what does not work without."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType

import discord


@dataclass(frozen=True, slots=True)
class Intent:
    """A privileged intent: its flags, its name as applications show it, what is off without."""

    flags: int
    title: str
    without: str

    def granted(self, application_flags: int) -> bool:
        """Return whether an application was granted it."""
        return bool(application_flags & self.flags)

    @property
    def reason(self) -> str:
        """A sentence that says what is off, and what to do."""
        return (
            f"The {self.title} is not granted: {self.without}. Switch it on at discord.com/developers, on "
            "the application's page, under Bot; then start Hearth again."
        )


# Each has a flag for applications that were reviewed, and one for those in few servers.
MEMBERS = Intent(
    1 << 14 | 1 << 15,
    "Server Members Intent",
    "nobody is welcomed, who leaves is not noticed, and role changes are unknown",
)
CONTENT = Intent(
    1 << 18 | 1 << 19,
    "Message Content Intent",
    "messages come without their words, so no question, selling or feedback is seen",
)
# What an application counts as granted of which nobody says what it was.
UNKNOWN = MEMBERS.flags | CONTENT.flags
INTENTS: Mapping[str, Intent] = MappingProxyType({"members": MEMBERS, "content": CONTENT})

# By discord.py's names of permissions: what does not work without.
PERMISSIONS: Mapping[str, str] = MappingProxyType(
    {
        "view_channel": "nothing is heard",
        "send_messages": "nothing can be posted",
        "send_messages_in_threads": "nothing can be posted in threads and forums",
        "embed_links": "cards cannot be shown",
        "attach_files": "cards have no pictures",
        "read_message_history": "what was missed cannot be read, and nothing can be marked",
        "add_reactions": "answered questions get no mark",
        "manage_threads": "answered forum posts get no tag",
    }
)
# What the invitation does not ask for, as it lets far more be done: given to Hearth it is made use of.
WISHED: Mapping[str, str] = MappingProxyType(
    {"manage_guild": "what AutoMod stops or flags does not count when a message is judged"}
)
_TITLES = {"manage_guild": "Manage Server"}


def intents_for(application_flags: int) -> discord.Intents:
    """Return the few intents that Hearth asks for: of the privileged ones those that were granted."""
    return discord.Intents(
        guilds=True,
        members=MEMBERS.granted(application_flags),
        guild_messages=True,
        message_content=CONTENT.granted(application_flags),
        guild_reactions=True,
        auto_moderation_execution=True,
    )


def fewer(application_flags: int) -> Iterator[int]:
    """Give what is left to ask for where Discord refuses intents: first those with the words of messages."""
    tried = {application_flags}
    for refused in (MEMBERS.flags, CONTENT.flags, MEMBERS.flags | CONTENT.flags):
        left = application_flags & ~refused
        if left not in tried:
            tried.add(left)
            yield left


def permissions() -> discord.Permissions:
    """Return exactly the permissions that Hearth asks for."""
    return discord.Permissions(**dict.fromkeys(PERMISSIONS, True))


def invitation(application: str) -> str:
    """Return the address where somebody who manages a server adds Hearth to it."""
    return (
        f"https://discord.com/oauth2/authorize?client_id={application}&permissions={permissions().value}"
        "&integration_type=0&scope=bot+applications.commands"
    )


def title_of(name: str) -> str:
    """Return what Discord calls a permission."""
    return _TITLES.get(name, name.replace("_", " ").title())


def lacking(name: str) -> str:
    """Return a sentence on a permission that Hearth was not given in a server."""
    title = title_of(name)
    if name in WISHED:
        return (
            f"Hearth does not have the permission {title}: {WISHED[name]}. All else works without; whoever "
            "wants it gives it to Hearth's role, under Server Settings, Roles."
        )
    return (
        f"Hearth lacks the permission {title}: {PERMISSIONS[name]}. Give it to Hearth's role, under Server "
        "Settings, Roles."
    )
