"""What the sandbox lets people do: each rule gives the fact to write down, or raises what is wrong."""

import re
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from adapters.sandbox.records import (
    Admitted,
    Closed,
    Commanded,
    Deleted,
    Dismissed,
    Edited,
    Joined,
    Left,
    Moved,
    Picked,
    Posted,
    Pressed,
    Reacted,
    Submitted,
    Unreacted,
    Visited,
)
from adapters.sandbox.translate import links_in, mentions_in
from adapters.sandbox.world import HEARTH, HOME, Channel, Member, Message, OpenForm, World, direct
from bot.cards import Card, Select, TextField
from bot.events import MAX_TEXT
from bot.language.links import Link

MAX_NAME = 40
# What Slack lets one message carry.
MAX_BUTTONS = 25
# A year and a day: enough for every digest and reminder, and no typing slip ends in the year 9999.
FURTHEST = timedelta(days=366)

# What can be done with somebody's message, besides reacting and replying.
SHORTCUTS = ("answered", "feedback", "salesy")

_NAME = re.compile(r"\w(?:[\w .'-]*\w)?")


class Wrong(Exception):
    """What was asked cannot be done; the message is a sentence for people."""


class NotThere(Wrong):
    """Nobody and nothing of that name is there, or not for whoever asks."""


class NotAllowed(Wrong):
    """It is there, and not theirs to do that with."""


class Taken(Wrong):
    """It clashes with what is there already."""


class NotFit(Wrong):
    """It is not what the sandbox takes."""


def reader(world: World, member: str) -> Member:
    """Return a member who is here, or waits to be admitted. Raises NotThere."""
    found = world.members.get(member)
    if found is None or found.state == "left":
        raise NotThere(f'There is no member "{member}" here.')
    return found


def actor(world: World, member: str) -> Member:
    """Return a member who may act. Raises NotThere or NotAllowed."""
    found = reader(world, member)
    if found.state == "pending":
        raise NotAllowed(f"{found.name} still has to be admitted.")
    return found


def channel_for(world: World, member: Member, channel: str) -> Channel:
    """Return a channel that the member can read. Raises NotThere."""
    if channel not in world.channels or not world.reads(member, channel):
        raise NotThere(f'There is no channel "{channel}" that {member.name} can read.')
    return world.channels[channel]


def message_for(world: World, member: Member, message: str) -> Message:
    """Return a message that the member can see. Raises NotThere."""
    found = world.messages.get(message)
    if found is None or not world.sees(member, found):
        raise NotThere(f'There is no message "{message}" that {member.name} can see.')
    return found


def join(world: World, name: str, *, bot: bool, pending: bool, admin: bool) -> Joined:
    """Somebody new joins."""
    name = " ".join(name.split())
    if not _NAME.fullmatch(name) or len(name) > MAX_NAME:
        raise NotFit(f"A name has 1 to {MAX_NAME} characters: letters, digits, spaces, dots, dashes.")
    member = re.sub(r"\W+", "-", name.casefold())
    if member == HEARTH:
        raise Taken("Hearth is the bot itself; choose another name.")
    if member in world.members:
        raise Taken(f'There is a "{world.members[member].name}" already; choose another name.')
    return Joined(member=member, name=name, bot=bot, pending=pending, admin=admin)


def join_again(world: World, member: str) -> Joined:
    """Somebody who left comes back, as they were."""
    found = world.members.get(member)
    if found is None:
        raise NotThere(f'There was never a member "{member}".')
    if found.state != "left":
        raise Taken(f"{found.name} is here already.")
    return Joined(member=found.id, name=found.name, bot=found.bot, admin=found.admin)


def admit(world: World, member: str) -> Admitted:
    """A pending member passes the screening."""
    found = reader(world, member)
    if found.state != "pending":
        raise Taken(f"{found.name} is admitted already.")
    return Admitted(member=found.id)


def leave(world: World, member: str) -> Left:
    """A member leaves."""
    return Left(member=reader(world, member).id)


def post(
    world: World,
    by: str,
    channel: str,
    text: str,
    *,
    buttons: Sequence[Link] = (),
    thread: str | None = None,
    reply_to: str | None = None,
) -> Posted:
    """A member says something, as a reply where `thread` or `reply_to` name a message."""
    member = actor(world, by)
    if channel == direct(member.id):
        raise NotAllowed("Hearth does not chat in private; give it a /community command.")
    where = channel_for(world, member, channel)
    _check_text(text, empty_is_fine=bool(buttons))
    if len(buttons) > MAX_BUTTONS:
        raise NotFit(f"A message has {MAX_BUTTONS} buttons at most; this one has {len(buttons)}.")
    replied = _replied(world, member, where, reply_to) if reply_to else None
    if thread is None and replied is not None:
        thread = replied.thread
    root = _replied(world, member, where, thread) if thread else None
    if root is not None and root.thread is not None:
        raise NotFit(f"{root.id} is in a thread itself; reply in the thread of {root.thread}.")
    if replied is not None and replied.thread != thread and replied.id != thread:
        raise NotFit(f"{replied.id} is not in the thread of {thread}.")
    return Posted(
        channel=where.id,
        author=member.id,
        text=text,
        links=(*links_in(text), *buttons),
        mentions=mentions_in(text, world),
        thread=thread,
        reply_to=reply_to,
    )


def edit(world: World, by: str, message: str, text: str) -> Edited:
    """A member changes the text of their own message; its buttons stay."""
    member = actor(world, by)
    found = message_for(world, member, message)
    if found.author != member.id:
        raise NotAllowed(f"Only who wrote {message} can edit it.")
    buttons = tuple(link for link in found.links if link.button)
    _check_text(text, empty_is_fine=bool(buttons))
    return Edited(
        message=message, text=text, links=(*links_in(text), *buttons), mentions=mentions_in(text, world)
    )


def delete(world: World, by: str, message: str) -> Deleted | Dismissed:
    """A member deletes their own message, a manager anybody's; an answer is put away by who sees it."""
    member = actor(world, by)
    found = message_for(world, member, message)
    if found.answer:
        return Dismissed(message=message)
    if found.only or (found.author != member.id and not member.admin):
        raise NotAllowed(f"Only who wrote {message}, or a manager, can delete it.")
    return Deleted(message=message)


def react(world: World, by: str, message: str, emoji: str) -> Reacted | None:
    """A member reacts; nothing happens where they did already."""
    member = actor(world, by)
    found = message_for(world, member, message)
    if found.answer:
        raise NotAllowed("An answer that only you see takes no reactions.")
    if member.id in found.reactions.get(emoji, ()):
        return None
    return Reacted(message=message, member=member.id, emoji=emoji)


def unreact(world: World, by: str, message: str, emoji: str) -> Unreacted:
    """A member takes a reaction back."""
    member = actor(world, by)
    found = message_for(world, member, message)
    if member.id not in found.reactions.get(emoji, ()):
        raise NotThere(f"{member.name} has not reacted with {emoji} to {message}.")
    return Unreacted(message=message, member=member.id, emoji=emoji)


def command(world: World, by: str, channel: str, text: str) -> Commanded:
    """A member runs /community; `text` is what follows it."""
    member = actor(world, by)
    if channel != direct(member.id):
        channel_for(world, member, channel)
    _check_text(text, empty_is_fine=True)
    return Commanded(channel=channel, member=member.id, text=text)


def press(
    world: World, by: str, message: str, button: str, value: str, chosen: Sequence[str] = ()
) -> Pressed:
    """A member presses a button of a card of Hearth's, as it shows now, or chooses something in it."""
    member = actor(world, by)
    channel, cards = _cards(world, member, message)
    if chosen:
        selects = [each for card in cards for each in card.selects]
        select = next((each for each in selects if (each.name, each.value) == (button, value)), None)
        if select is None:
            raise NotThere(f'There is nothing to choose as "{button}" with the value "{value}" on {message}.')
        _check_choice(world, member, select, chosen)
    else:
        buttons = [each for card in cards for each in card.buttons]
        if not any((known.name, known.value) == (button, value) for known in buttons):
            raise NotThere(f'There is no button "{button}" with the value "{value}" on {message}.')
    return Pressed(
        message=message,
        channel=channel,
        member=member.id,
        button=button,
        value=value,
        chosen=tuple(chosen),
    )


def submit(world: World, by: str, form: str, fields: Mapping[str, str | Sequence[str]]) -> Submitted:
    """A member sends a form that is open for them, with each of its fields filled as it may be."""
    member = actor(world, by)
    found = _form_for(world, member, form)
    asked = {field.name: field for field in found.form.fields}
    for name in fields:
        if name not in asked:
            raise NotFit(f"There is no field {name} in this form.")
    filled: dict[str, str | tuple[str, ...]] = {}
    for name, field in asked.items():
        given = fields.get(name)
        if isinstance(field, TextField):
            filled[name] = _written(field, given if given is not None else "")
        else:
            chosen = (given,) if isinstance(given, str) else tuple(given or ())
            _check_choice(world, member, field, chosen)
            filled[name] = chosen
    return Submitted(
        form=form,
        channel=found.channel,
        member=member.id,
        name=found.form.name,
        value=found.form.value,
        fields=filled,
    )


def close(world: World, by: str, form: str) -> Closed:
    """A member closes a form without sending it."""
    member = actor(world, by)
    return Closed(form=_form_for(world, member, form).id, member=member.id)


def pick(world: World, by: str, message: str, shortcut: str) -> Picked:
    """A member chooses a shortcut on what somebody said."""
    member = actor(world, by)
    found = message_for(world, member, message)
    if found.author == HEARTH:
        raise NotAllowed("The shortcuts are for what members say.")
    if shortcut not in SHORTCUTS:
        raise NotThere(f'There is no shortcut "{shortcut}"; there are {", ".join(SHORTCUTS)}.')
    return Picked(shortcut=shortcut, message=found.id, member=member.id, text=found.text, links=found.links)


def visit(world: World, by: str) -> Visited:
    """A member looks at Hearth's home page."""
    return Visited(member=actor(world, by).id)


def _cards(world: World, member: Member, message: str) -> tuple[str, Sequence[Card]]:
    """Return where a message stands, or the home page, with the cards it shows."""
    if message == HOME:
        return direct(member.id), world.homes.get(member.id, ())
    found = message_for(world, member, message)
    return found.channel, () if found.card is None else (found.card,)


def _form_for(world: World, member: Member, form: str) -> OpenForm:
    found = world.forms.get(form)
    if found is None or found.member != member.id:
        raise NotThere(f'There is no form "{form}" open for {member.name}.')
    return found


def _written(field: TextField, given: str | Sequence[str]) -> str:
    if not isinstance(given, str):
        raise NotFit(f"{field.label} has to be text.")
    if not given.strip() and not field.optional:
        raise NotFit(f"{field.label} has to be filled in.")
    if len(given) > field.most:
        raise NotFit(f"{field.label} has {field.most:,} characters at most; there are {len(given):,}.")
    return given


def _check_choice(world: World, member: Member, select: Select, chosen: Sequence[str]) -> None:
    if len(chosen) != 1:
        raise NotFit(f"Choose one for {select.label}.")
    match select.among:
        case "channels":
            channel_for(world, member, chosen[0])
        case "members":
            reader(world, chosen[0])
        case "options" if chosen[0] not in {option.value for option in select.options}:
            raise NotFit(f'"{chosen[0]}" is not among what can be chosen for {select.label}.')
        case _:
            pass


def forward(now: datetime, *, by: timedelta | None, to: datetime | None) -> Moved:
    """The clock goes forward, by a time or to a moment: one of the two."""
    if (by is None) == (to is None):
        raise NotFit("Say either how far to go forward (forward_s) or to when (to).")
    by = by if by is not None else to - now if to is not None else timedelta(0)
    if by < timedelta(0):
        raise NotFit("Time only goes forward.")
    if by > FURTHEST:
        raise NotFit(f"That is further than {FURTHEST.days} days; go there in steps.")
    return Moved(seconds=by.total_seconds())


def _replied(world: World, member: Member, channel: Channel, message: str) -> Message:
    found = message_for(world, member, message)
    if found.channel != channel.id or found.only is not None:
        raise NotThere(f'There is no message "{message}" in #{channel.name} to reply to.')
    return found


def _check_text(text: str, *, empty_is_fine: bool) -> None:
    if not text.strip() and not empty_is_fine:
        raise NotFit("A message says something.")
    if len(text) > MAX_TEXT:
        raise NotFit(f"A message has {MAX_TEXT:,} characters at most; this one has {len(text):,}.")
