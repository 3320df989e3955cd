"""What Hearth needs of Discord: intents and permissions, and what does not work without."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

import discord

from adapters.discord.first import number_in
from adapters.wire.values import Wire, text_in


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
# What a channel can take from Hearth that the server gives it; in a forum, what is said is said in threads.
IN_CHANNELS = tuple(name for name in PERMISSIONS if name not in ("view_channel", "manage_threads"))
# Where nothing can be said these are not there either, whatever was given.
_WITHOUT_POSTING = ("embed_links", "attach_files")
# So many channels are named; of more, how many they are.
_NAMED = 20
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


def taken(in_server: discord.Permissions, in_channel: discord.Permissions, *, forum: bool) -> list[str]:
    """Return the permissions that a channel takes from Hearth, of those that it has in the server."""
    if in_channel.administrator:
        return []
    if not in_channel.view_channel:
        return ["view_channel"]
    found = [
        name
        for name in IN_CHANNELS
        if getattr(in_server, name)
        and not getattr(in_channel, name)
        and not (forum and name == "send_messages")
    ]
    silent = not in_channel.send_messages
    return [name for name in found if not (silent and name in _WITHOUT_POSTING)]


def taken_in(name: str, channels: Sequence[str], hidden: int) -> str:
    """Return a sentence on a permission that Hearth has not in some channels; of `hidden` ones, how many."""
    named = [f"#{channel}" for channel in channels[:_NAMED]]
    if more := len(channels) - len(named):
        named.append(f"{more} more")
    if hidden:
        named.append(f"{hidden} private channel{'s' if hidden > 1 else ''}")
    where = f"{', '.join(named[:-1])} and {named[-1]}" if len(named) > 1 else named[0]
    return (
        f"Hearth lacks the permission {title_of(name)} in {where}: {PERMISSIONS[name]} there. Give it to "
        "Hearth's role in the channel's own settings, under Permissions."
    )


def in_channel(
    base: discord.Permissions, overwrites: Iterable[Wire], server: str, roles: Collection[str], me: str
) -> discord.Permissions:
    """Return what Hearth may do in a channel, given what it may in the server and its roles there."""
    if base.administrator:
        return base
    may = base.value
    allow = deny = 0
    of_me = (0, 0)
    for each in overwrites:
        id_, rights = text_in(each, "id"), (number_in(each, "allow"), number_in(each, "deny"))
        if id_ == server:
            may = may & ~rights[1] | rights[0]
        elif id_ in roles:
            allow, deny = allow | rights[0], deny | rights[1]
        elif id_ == me:
            of_me = rights
    may = may & ~deny | allow
    return discord.Permissions(may & ~of_me[1] | of_me[0])


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
