"""From what people do with Hearth in Discord (commands, buttons, forms, menus) to its events; pure."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, TypedDict

from adapters.discord.commands import MENUS, line_of
from adapters.discord.names import read_name
from adapters.discord.server import Server
from adapters.discord.translate import TALK, called, read_text
from adapters.wire.values import Wire, iso_time, object_in, objects_in, text_in, texts_in
from bot.events import ButtonPressed, CommandGiven, FormSubmitted, Interaction, MemberChanged, ShortcutUsed

# Kinds of interactions.
COMMAND, PRESSED, SUGGEST, SENT = 2, 3, 4, 5
_MENU = 3
_ADMINISTRATOR, _MANAGE_GUILD = 1 << 3, 1 << 5


class _Base(TypedDict):
    id: str
    community: str
    at: datetime
    channel: str
    member: str
    name: str
    admin: bool
    roles: tuple[str, ...]
    interaction: str


def doing(wire: Wire, at: datetime, server: Server, values: Mapping[str, str]) -> Interaction | None:
    """Return what somebody did; `values` are what digests in custom ids stand for. Raises ValidationError."""
    data = object_in(wire, "data")
    match wire.get("type"):
        case 2 if data.get("type", 1) == _MENU:
            return _used(wire, data, at, server)
        case 2:
            base = _base(wire, "command", at, server)
            return CommandGiven(**base, text=line_of(data))
        case 3:
            name, value, digest = read_name(text_in(data, "custom_id"))
            base = _base(wire, "pressed", at, server)
            value = values.get(value, "") if digest else value
            return ButtonPressed(**base, button=name, value=value, chosen=tuple(texts_in(data, "values")))
        case 5:
            name, value, digest = read_name(text_in(data, "custom_id"))
            base = _base(wire, "submitted", at, server)
            value = values.get(value, "") if digest else value
            return FormSubmitted(**base, form=name, value=value, fields=_fields(data))
        case _:
            return None


def is_private(wire: Wire) -> bool:
    """Return whether something was done among private words: nothing is told of who did it in a server."""
    return "member" not in wire


def doer(wire: Wire, event: Interaction) -> MemberChanged:
    """Return who did something, as Discord says with it. Raises ValidationError."""
    user = object_in(object_in(wire, "member"), "user")
    return MemberChanged(
        id=f"2-member:{event.member}:{event.interaction}",
        community=event.community,
        at=event.at,
        member=event.member,
        name=event.name,
        bot=user.get("bot") is True,
        admin=event.admin,
        roles=event.roles,
    )


def typing(wire: Wire, at: datetime, server: Server) -> CommandGiven:
    """Return the command that somebody is typing, as far as it goes. Raises ValidationError."""
    return CommandGiven(**_base(wire, "typing", at, server), text=line_of(object_in(wire, "data")))


def _used(wire: Wire, data: Wire, at: datetime, server: Server) -> ShortcutUsed | None:
    shortcut = MENUS.get(text_in(data, "name"))
    target = text_in(data, "target_id")
    message = object_in(object_in(object_in(data, "resolved"), "messages"), target)
    author = object_in(message, "author")
    if shortcut is None or not text_in(author, "id"):
        return None
    place = server.place(text_in(message, "channel_id") or text_in(wire, "channel_id"))
    said: dict[str, Any] = read_text(message, server) if message.get("type", 0) in TALK else {}
    return ShortcutUsed(
        **_base(wire, "shortcut", at, server),
        shortcut=shortcut,
        message=target,
        author=text_in(author, "id"),
        author_name=called(author, object_in(message, "member")),
        author_is_bot=author.get("bot") is True,
        posted_at=iso_time(message.get("timestamp")) or at,
        text=said.get("text", ""),
        links=said.get("links", ()),
        thread=place.thread if place.thread != target else None,
    )


def _fields(data: Wire) -> dict[str, str | tuple[str, ...]]:
    fields: dict[str, str | tuple[str, ...]] = {}
    for row in objects_in(data, "components"):
        parts = objects_in(row, "components") or [object_in(row, "component")]
        for part in parts:
            name, _, _ = read_name(text_in(part, "custom_id"))
            if name:
                chosen = "values" in part
                fields[name] = tuple(texts_in(part, "values")) if chosen else text_in(part, "value")
    return fields


def _base(wire: Wire, kind: str, at: datetime, server: Server) -> _Base:
    member = object_in(wire, "member")
    # Among private words Discord says who somebody is, and nothing of any server.
    user = object_in(member, "user") or object_in(wire, "user")
    id_ = text_in(user, "id")
    rights = text_in(member, "permissions")
    # What Discord says with it is so now; what is known of roles may be behind.
    says = bool(int(rights) & (_ADMINISTRATOR | _MANAGE_GUILD)) if rights.isdigit() else None
    interaction = text_in(wire, "id")
    return _Base(
        id=f"{kind}:{interaction}",
        community=server.community,
        at=at,
        channel=server.place(text_in(wire, "channel_id")).channel,
        member=id_,
        name=called(user, member),
        admin=server.is_admin(id_, member) if says is None else says,
        roles=server.roles(member),
        interaction=interaction,
    )
