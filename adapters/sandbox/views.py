"""The sandbox as one member sees it, in the JSON that docs/sandbox.md describes."""

from collections import Counter
from collections.abc import Iterable
from datetime import datetime

from adapters.sandbox.drawings import addresses_of
from adapters.sandbox.records import Said, Told
from adapters.sandbox.world import HEARTH, Channel, Member, Message, World, direct
from bot.cards import Card

Json = dict[str, object]

# More than anybody scrolls through; what is older is counted, and still in the journal.
MOST_IN_A_CHANNEL = 500


def state(world: World, member: Member, now: datetime) -> Json:
    """Return all that a member sees, with the number (`seq`) that the stream goes on from."""
    seen = [message for message in world.messages.values() if world.sees(member, message)]
    shown, earlier = _newest(seen)
    return {
        "seq": world.last,
        "community": world.name,
        "as": member.id,
        "clock": clock(world, now),
        "members": [member_view(each) for each in world.members.values()],
        "channels": [
            *(_channel_view(each) for each in world.channels.values() if world.reads(member, each.id)),
            _direct_view(member),
        ],
        "messages": [message_view(world, message, member) for message in shown],
        "earlier": earlier,
        "forms": _forms(world, member),
        "home": _home(world, member),
    }


def changes(world: World, member: Member, since: int, now: datetime) -> Json | None:
    """Return what is different for a member after record number `since`; None when nothing is."""
    messages: dict[str, None] = {}
    members: dict[str, None] = {}
    moved = form = home = False
    elsewhere: list[Json] = []
    for record, touched in world.since(since):
        if touched.message:
            messages[touched.message] = None
            if isinstance(record.fact, Said | Told) and not world.sees(
                member, world.messages[touched.message]
            ):
                elsewhere += _elsewhere(world, world.messages[touched.message])
        if touched.member:
            members[touched.member] = None
        moved = moved or touched.clock
        form = form or touched.form == member.id
        home = home or touched.home == member.id
    if not (messages or members or moved or form or home):
        return None
    visible = {each: world.sees(member, world.messages[each]) for each in messages}
    return {
        "seq": world.last,
        "messages": [message_view(world, world.messages[each], member) for each in messages if visible[each]],
        "gone": [each for each in messages if not visible[each]],
        "members": [member_view(world.members[each]) for each in members],
        "clock": clock(world, now) if moved else None,
        "elsewhere": elsewhere,
        "forms": _forms(world, member) if form else None,
        "home": _home(world, member) if home else None,
    }


def clock(world: World, now: datetime) -> Json:
    """Return the sandbox's time, and by how many seconds it is ahead of the real one."""
    return {"now": _time(now), "ahead_s": world.ahead.total_seconds(), "timezone": "UTC"}


def member_view(member: Member) -> Json:
    """Return what everybody knows of a member."""
    return {
        "id": member.id,
        "name": member.name,
        "about": member.about,
        "bot": member.bot,
        "manager": member.admin,
        "state": member.state,
    }


def message_view(world: World, message: Message, member: Member) -> Json:
    """Return a message as a member who may see it does: somebody's `text`, or Hearth's `card`."""
    author = world.members.get(message.author)
    return {
        "id": message.id,
        "channel": message.channel,
        "author": message.author,
        "author_name": author.name if author else "Hearth",
        "hearth": message.author == HEARTH,
        "at": _time(message.at),
        "edited_at": _time(message.edited_at) if message.edited_at else None,
        "text": message.text,
        "buttons": [{"label": link.label, "url": link.url} for link in message.links if link.button],
        "thread": message.thread,
        "reply_to": message.reply_to,
        "reactions": [
            {"emoji": emoji, "members": list(members)} for emoji, members in message.reactions.items()
        ],
        "card": _card_view(message, message.card, member) if message.card else None,
        "only_you": message.answer,
    }


def _forms(world: World, member: Member) -> list[Json]:
    """Return the forms that are open for a member."""
    return [
        {"id": each.id, **each.form.model_dump(mode="json")}
        for each in world.forms.values()
        if each.member == member.id
    ]


def _home(world: World, member: Member) -> list[Json] | None:
    """Return the cards of a member's home page; None where they never looked at it."""
    cards = world.homes.get(member.id)
    return None if cards is None else [card.model_dump(mode="json") for card in cards]


def _card_view(message: Message, card: Card, member: Member) -> Json:
    """Return a card with its pictures' words, and where they are drawn, in place of their numbers."""
    pictures = [
        {"title": each.title, "alt": each.alt, **addresses_of(message, each, member.id)}
        for each in card.pictures
    ]
    return card.model_dump(mode="json", exclude={"pictures"}) | {"pictures": pictures}


def _channel_view(channel: Channel) -> Json:
    return {
        "id": channel.id,
        "name": channel.name,
        "purpose": channel.purpose,
        "private": channel.private,
        "replies": channel.replies,
        "direct": False,
    }


def _direct_view(member: Member) -> Json:
    return {
        "id": direct(member.id),
        "name": "Hearth",
        "purpose": f"What Hearth tells {member.name} alone",
        "private": True,
        "replies": "flat",
        "direct": True,
    }


def _elsewhere(world: World, message: Message) -> list[Json]:
    """Return where a message of Hearth's can be read, and as whom, for one who plays everybody."""
    reader = next(
        (
            member
            for member in world.members.values()
            if member.state == "here" and world.sees(member, message)
        ),
        None,
    )
    return [{"channel": message.channel, "as": reader.id}] if reader else []


def _newest(messages: Iterable[Message]) -> tuple[list[Message], dict[str, int]]:
    """Return the newest messages of each channel in order, and how many each leaves out."""
    listed = list(messages)
    skip = {
        channel: count - MOST_IN_A_CHANNEL
        for channel, count in Counter(message.channel for message in listed).items()
        if count > MOST_IN_A_CHANNEL
    }
    earlier = dict(skip)
    shown = []
    for message in listed:
        if skip.get(message.channel, 0) > 0:
            skip[message.channel] -= 1
        else:
            shown.append(message)
    return shown, earlier


def _time(at: datetime) -> str:
    return at.isoformat(timespec="milliseconds").replace("+00:00", "Z")
