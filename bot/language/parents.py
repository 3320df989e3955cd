"""A message as a conversation is read, and the earlier one it belongs to."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

# Several messages of one person within this are one utterance.
OWN_WITHIN = timedelta(minutes=5)
# What was said longer ago is not gone on with in a thread, unless the message calls somebody.
_NEXT_WITHIN = timedelta(hours=2)
# Overnight a question still waits; what comes later goes on with nothing, unless it calls somebody.
_WAITS_WITHIN = timedelta(hours=12)
# One for all who call nobody: an empty set takes as much memory as a short message.
NOBODY: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Said:
    """A message as a conversation is read: `mentions` are members, `asks` is whether it asks."""

    id: str
    author: str
    at: datetime
    text: str
    bot: bool = False
    mentions: frozenset[str] = NOBODY
    reply_to: str | None = None
    asks: bool = False


@dataclass(frozen=True, slots=True)
class Parent:
    """The message another belongs to, and how that is known; None starts something new."""

    id: str | None
    how: Literal["native", "mention", "own", "next", "new"]


NEW = Parent(None, "new")


def joined(message: Said, parent: Said | None, last: Said | None = None) -> Parent:
    """Return what a message belongs to in a flat channel, of which `parent` was found to be its parent.

    `last` is what was said last before it: what one person says in a row belongs together.
    """
    if message.reply_to is not None:
        return Parent(message.reply_to, "native")
    in_a_row = last is not None and last.author == message.author and message.at - last.at <= OWN_WITHIN
    if parent is None and in_a_row and not message.mentions:
        parent = last
    if parent is None:
        return NEW
    if parent.author in message.mentions:
        return Parent(parent.id, "mention")
    if message.at - parent.at > _WAITS_WITHIN:
        return NEW
    return Parent(parent.id, "own" if parent.author == message.author else "next")


def parent_below(message: Said, before: Sequence[Said]) -> Parent:
    """Return what a message in a thread belongs to: what whom it calls said last, or what was said last.

    `before` are the thread's messages of people, oldest first.
    """
    last = before[-1] if before else None
    called = next((said for said in reversed(before) if said.author in message.mentions), None)
    if called is None and last is not None and message.at - last.at > _NEXT_WITHIN:
        last = None
    return joined(message, called or last, last)
