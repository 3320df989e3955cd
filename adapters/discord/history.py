"""Messages as history has them, which does not say what people are called in a server."""

from collections.abc import Mapping, Sequence

from adapters.wire.values import Wire, object_in, objects_in, text_in
from bot.ports import Memory


async def with_names(messages: Sequence[Wire], memory: Memory, community: str) -> list[Wire]:
    """Return messages whose authors, and whom they name, are called as they were known to be called last."""
    people = [user for message in messages for user in (object_in(message, "author"), *_named(message))]
    asked = {text_in(user, "id") for user in people if user.get("bot") is not True}
    names = await memory.names(community, sorted(asked)) if asked else {}
    return [_with_names(message, names) for message in messages]


def _with_names(message: Wire, names: Mapping[str, str]) -> Wire:
    named = [{**user, "member": _member(user, user, names)} for user in _named(message)]
    author = _member(object_in(message, "author"), message, names)
    return {**message, "member": author, "mentions": named}


def _member(user: Wire, beside: Wire, names: Mapping[str, str]) -> Wire:
    """Return what is said of somebody as a member, with what they are called."""
    said, name = object_in(beside, "member"), names.get(text_in(user, "id"))
    return said if said or name is None else {"nick": name}


def _named(message: Wire) -> list[Wire]:
    return objects_in(message, "mentions")
