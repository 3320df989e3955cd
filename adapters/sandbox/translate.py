"""From the sandbox's records to Hearth's events; pure."""

import re
from datetime import datetime
from typing import TypedDict

from adapters.sandbox.records import (
    Added,
    Admitted,
    ChannelMade,
    Commanded,
    Deleted,
    Edited,
    Founded,
    Joined,
    Left,
    MemberMade,
    Picked,
    Posted,
    Pressed,
    Reacted,
    Record,
    Submitted,
    Unreacted,
    Visited,
)
from adapters.sandbox.start import SETTINGS
from adapters.sandbox.world import World, interaction_id, message_id
from bot.events import (
    ButtonPressed,
    ChannelFound,
    CommandGiven,
    CommunityFound,
    Event,
    FormSubmitted,
    HomeOpened,
    Installed,
    MemberAdmitted,
    MemberChanged,
    MemberJoined,
    MemberLeft,
    MessageDeleted,
    MessageEdited,
    MessagePosted,
    ReactionAdded,
    ReactionRemoved,
    ShortcutUsed,
)
from bot.language.links import Link

# The mark that ends a sentence, or closes a bracket around an address, is no part of it.
_URL = re.compile(r"https?://[^\s<>\"`]*[^\s<>\"`.,;:!?')\]}*_]")
_MENTION = re.compile(r"(?<![\w@/.`])@([\w-]+)")


def links_in(text: str) -> tuple[Link, ...]:
    """Return the addresses a text holds, in order, each once."""
    return tuple(Link(url=url) for url in dict.fromkeys(_URL.findall(text)))


def mentions_in(text: str, world: World) -> tuple[str, ...]:
    """Return the ids of the members a text names as @name, in order, each once."""
    by_name = {member.name.casefold(): member.id for member in world.members.values()}
    named = (by_name.get(name.casefold()) for name in _MENTION.findall(text))
    return tuple(dict.fromkeys(member for member in named if member is not None))


def is_start(record: Record) -> bool:
    """Say whether a record tells of what the community was like from the start."""
    return isinstance(record.fact, Founded | ChannelMade | MemberMade | Added)


def event_of(record: Record, world: World) -> Event | None:
    """Return what Hearth hears of a record: nothing of its own doings, or of the clock.

    The event is the same whenever it is asked for: what can change in the world is in the record.
    """
    match record.fact:
        case Founded() as fact:
            return CommunityFound(**_base(record, world), name=fact.name, settings=dict(SETTINGS))
        case ChannelMade() as fact:
            return ChannelFound(
                **_base(record, world), channel=fact.channel, name=fact.name, private=fact.private
            )
        case MemberMade() as fact:
            return MemberChanged(**_base(record, world), member=fact.member, name=fact.name, admin=fact.admin)
        case Added() as fact:
            return Installed(**_base(record, world), member=fact.member, channel=fact.channel)
        case Joined() as fact:
            return MemberJoined(
                **_base(record, world),
                member=fact.member,
                name=fact.name,
                bot=fact.bot,
                pending=fact.pending,
                admin=fact.admin,
            )
        case Admitted() as fact:
            return MemberAdmitted(
                **_base(record, world), member=fact.member, name=world.members[fact.member].name
            )
        case Left() as fact:
            return MemberLeft(**_base(record, world), member=fact.member)
        case _:
            return _of_a_message(record, world)


def _of_a_message(record: Record, world: World) -> Event | None:
    match record.fact:
        case Posted() as fact:
            author = world.members[fact.author]
            return MessagePosted(
                **_base(record, world),
                channel=fact.channel,
                message=message_id(record.n),
                author=author.id,
                author_name=author.name,
                author_is_bot=author.bot,
                text=fact.text,
                links=fact.links,
                mentions=fact.mentions,
                thread=fact.thread,
                reply_to=fact.reply_to,
            )
        case Edited() as fact:
            message = world.messages[fact.message]
            author = world.members[message.author]
            return MessageEdited(
                **_base(record, world),
                channel=message.channel,
                message=message.id,
                author=author.id,
                author_name=author.name,
                author_is_bot=author.bot,
                posted_at=message.at,
                text=fact.text,
                links=fact.links,
                mentions=fact.mentions,
                thread=message.thread,
                reply_to=message.reply_to,
            )
        case Deleted() as fact:
            return MessageDeleted(
                **_base(record, world), channel=world.messages[fact.message].channel, message=fact.message
            )
        case Reacted() as fact:
            return ReactionAdded(
                **_base(record, world),
                channel=world.messages[fact.message].channel,
                message=fact.message,
                member=fact.member,
                emoji=fact.emoji,
            )
        case Unreacted() as fact:
            return ReactionRemoved(
                **_base(record, world),
                channel=world.messages[fact.message].channel,
                message=fact.message,
                member=fact.member,
                emoji=fact.emoji,
            )
        case _:
            return _of_an_interaction(record, world)


def _of_an_interaction(record: Record, world: World) -> Event | None:
    match record.fact:
        case Commanded() as fact:
            member = world.members[fact.member]
            return CommandGiven(
                **_base(record, world),
                channel=fact.channel,
                member=member.id,
                name=member.name,
                admin=member.admin,
                text=fact.text,
                interaction=interaction_id(record.n),
            )
        case Pressed() as fact:
            member = world.members[fact.member]
            return ButtonPressed(
                **_base(record, world),
                channel=fact.channel,
                member=member.id,
                name=member.name,
                admin=member.admin,
                button=fact.button,
                value=fact.value,
                chosen=fact.chosen,
                interaction=interaction_id(record.n),
            )
        case Submitted() as fact:
            member = world.members[fact.member]
            return FormSubmitted(
                **_base(record, world),
                channel=fact.channel,
                member=member.id,
                name=member.name,
                admin=member.admin,
                form=fact.name,
                value=fact.value,
                fields=fact.fields,
                interaction=interaction_id(record.n),
            )
        case Picked() as fact:
            member, message = world.members[fact.member], world.messages[fact.message]
            author = world.members[message.author]
            return ShortcutUsed(
                **_base(record, world),
                channel=message.channel,
                member=member.id,
                name=member.name,
                admin=member.admin,
                shortcut=fact.shortcut,
                message=message.id,
                author=author.id,
                author_name=author.name,
                author_is_bot=author.bot,
                posted_at=message.at,
                text=fact.text,
                links=fact.links,
                thread=message.thread,
                interaction=interaction_id(record.n),
            )
        case Visited() as fact:
            member = world.members[fact.member]
            return HomeOpened(**_base(record, world), member=member.id, name=member.name, admin=member.admin)
        case _:
            return None


class _Base(TypedDict):
    id: str
    community: str
    at: datetime


def _base(record: Record, world: World) -> _Base:
    return _Base(id=f"e{record.n}", community=world.community, at=record.at)
