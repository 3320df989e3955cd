"""Who may do what where: Discord's permission bits, and how roles and overwrites make them."""

from tests.fakes.pretend_discord.things import Channel, Guild

ADD_REACTIONS = 1 << 6
ADMINISTRATOR = 1 << 3
MANAGE_CHANNELS = 1 << 4
MANAGE_GUILD = 1 << 5
VIEW_CHANNEL = 1 << 10
SEND_MESSAGES = 1 << 11
MANAGE_MESSAGES = 1 << 13
EMBED_LINKS = 1 << 14
ATTACH_FILES = 1 << 15
READ_MESSAGE_HISTORY = 1 << 16
MENTION_EVERYONE = 1 << 17
CONNECT = 1 << 20
USE_COMMANDS = 1 << 31
MANAGE_THREADS = 1 << 34
CREATE_PUBLIC_THREADS = 1 << 35
CREATE_PRIVATE_THREADS = 1 << 36
SEND_IN_THREADS = 1 << 38
EVERYTHING = (1 << 53) - 1

# What a new server lets everyone do, of what matters here.
EVERYONE = (
    ADD_REACTIONS
    | VIEW_CHANNEL
    | SEND_MESSAGES
    | EMBED_LINKS
    | ATTACH_FILES
    | READ_MESSAGE_HISTORY
    | CONNECT
    | USE_COMMANDS
    | CREATE_PUBLIC_THREADS
    | SEND_IN_THREADS
)


def in_guild(guild: Guild, user: str) -> int:
    """Return what somebody may do in the server, before any channel says otherwise."""
    if user == guild.owner:
        return EVERYTHING
    member = guild.members[user]
    allowed = guild.roles[guild.id].permissions
    for role in member.roles:
        allowed |= guild.roles[role].permissions
    return EVERYTHING if allowed & ADMINISTRATOR else allowed


def in_channel(guild: Guild, channel: Channel, user: str) -> int:
    """Return what somebody may do in a channel, or in a thread by the channel it is in."""
    if user not in guild.members:
        return 0
    allowed = in_guild(guild, user)
    if allowed == EVERYTHING:
        return allowed
    place = guild.channels[channel.parent] if channel.is_thread and channel.parent else channel
    roles = guild.members[user].roles
    writes = {(each.kind, each.id): each for each in place.overwrites}
    everyone = writes.get((0, guild.id))
    if everyone:
        allowed = allowed & ~everyone.deny | everyone.allow
    deny = allow = 0
    for role in roles:
        if (0, role) in writes:
            deny |= writes[0, role].deny
            allow |= writes[0, role].allow
    allowed = allowed & ~deny | allow
    own = writes.get((1, user))
    if own:
        allowed = allowed & ~own.deny | own.allow
    if not allowed & VIEW_CHANNEL:
        return 0
    if channel.kind == 12 and user not in channel.joined and not allowed & MANAGE_THREADS:
        return 0
    if not allowed & SEND_MESSAGES and not channel.is_thread:
        allowed &= ~(EMBED_LINKS | ATTACH_FILES | MENTION_EVERYONE)
    return allowed
