"""Tells which earlier message of a flat channel a message belongs to, by who speaks, to whom, and when."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

# How many earlier messages are looked at. On IRC 97 % of replies go to one of the last 30; more adds
# as many wrong links as right ones.
WINDOW = 30
# Several messages of one person within this, or nearly this with nobody in between, are one utterance.
OWN_WITHIN = timedelta(minutes=5)
_OWN_ALONE_WITHIN = timedelta(minutes=12)
# Where one message in seven or more calls somebody by name, one that calls nobody and comes from
# nobody who talks already starts something; elsewhere it goes on with what was said last.
_BY_NAME = 0.15
# What was said longer ago is not gone on with, unless the message calls somebody.
_NEXT_WITHIN = timedelta(hours=2)
# A question that nothing follows waits for longer: overnight.
_WAITS_WITHIN = timedelta(hours=12)
# A question of more words stands by itself; a shorter one asks about what was just said.
_STANDS_ALONE = 10
_TO_ALL = re.compile(
    r"\b(?:(?:any|some) ?(?:one|body)|guys|everyone|folks|hi|hello|hey|help|my|i'm|i am|i have|we)\b",
    re.IGNORECASE,
)
_TO_ONE = re.compile(r"\b(?:you|your|u|that|this|it)\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Said:
    """A message as a conversation is read: `mentions` are members, `asks` is whether it asks."""

    id: str
    author: str
    at: datetime
    text: str
    bot: bool = False
    mentions: frozenset[str] = frozenset()
    reply_to: str | None = None
    asks: bool = False


@dataclass(frozen=True, slots=True)
class Parent:
    """The message another belongs to, and how that is known; None starts something new."""

    id: str | None
    how: Literal["native", "mention", "own", "next", "new"]


_NEW = Parent(None, "new")


def parent_of(message: Said, before: Sequence[Said], *, went_below: bool = False) -> Parent:
    """Return what `message` belongs to among up to WINDOW messages before it, oldest first.

    A native reply is taken as given. `before` holds top-level messages of the channel in order of
    (at, id), and `went_below` is whether others took up what the author said last in a thread below it; the
    result depends on nothing else.
    """
    if message.reply_to is not None:
        return Parent(message.reply_to, "native")
    before = [said for said in before[-WINDOW:] if not said.bot]
    if not before:
        return _NEW
    own = _last_own(message, before)
    return (
        _called(message, before, own)
        or _calling(message, before, own)
        or _partner(message, before, own)
        or _own(message, before, own, went_below=went_below)
        or _open(message, before, own)
    )


def heeds_below(message: Said, before: Sequence[Said]) -> bool:
    """Return whether `went_below` can change what `parent_of` finds: to know it may take a look."""
    before = [said for said in before[-WINDOW:] if not said.bot]
    own = _last_own(message, before)
    if own < 0 or message.reply_to is not None:
        return False
    gap = message.at - before[own].at
    return gap <= _WAITS_WITHIN if own == len(before) - 1 else message.asks and gap <= OWN_WITHIN


def _last_own(message: Said, before: Sequence[Said]) -> int:
    """Return the place of the author's last message, -1 where there is none."""
    for place in range(len(before) - 1, -1, -1):
        if before[place].author == message.author:
            return place
    return -1


def _called(message: Said, before: Sequence[Said], own: int) -> Parent | None:
    """Somebody called by name: what they last said, to the author if they did, not to others."""
    if not message.mentions:
        return None
    named = [place for place in range(len(before) - 1, -1, -1) if before[place].author in message.mentions]
    for place in named:
        if place > own and message.author in before[place].mentions:
            return Parent(before[place].id, "mention")
    if not named:
        return None
    # What they said to others is not what this is about, if they said something else.
    fits = (
        place for place in named if not before[place].mentions or message.author in before[place].mentions
    )
    found = next(fits, named[0])
    if own > found and before[own].mentions & message.mentions and message.at - before[own].at <= OWN_WITHIN:
        return Parent(before[own].id, "own")
    return Parent(before[found].id, "mention")


def _calling(message: Said, before: Sequence[Said], own: int) -> Parent | None:
    """Somebody called the author since the author last spoke."""
    for place in range(len(before) - 1, own, -1):
        if message.at - before[place].at > _NEXT_WITHIN:
            return None
        if message.author in before[place].mentions:
            return Parent(before[place].id, "mention")
    return None


def _partner(message: Said, before: Sequence[Said], own: int) -> Parent | None:
    """Whom the author called in their last message has answered without calling back."""
    if own < 0 or message.at - before[own].at > _OWN_ALONE_WITHIN:
        return None
    partners = before[own].mentions
    if not partners:
        callers = (said.author for said in reversed(before[:own]) if message.author in said.mentions)
        partners = frozenset(list(callers)[:1])
    for place in range(len(before) - 1, own, -1):
        if before[place].author in partners and not before[place].mentions:
            return Parent(before[place].id, "mention")
    return None


def _own(message: Said, before: Sequence[Said], own: int, *, went_below: bool) -> Parent | None:
    """The author goes on with what they said."""
    if own < 0 or (went_below and message.asks):
        return None  # What is talked about below is asked about there: here it is something else.
    gap = message.at - before[own].at
    if own == len(before) - 1:
        # Nobody came: unless it asks something new, this is about what the author asked before.
        on = not went_below and (not message.asks or not _stands_alone(message))
        waits = on and _waiting(message, before, message.author).id is not None
        within = _WAITS_WITHIN if waits else _OWN_ALONE_WITHIN
    else:
        within = OWN_WITHIN
    return Parent(before[own].id, "own") if gap <= within else None


def _open(message: Said, before: Sequence[Said], own: int) -> Parent:
    """Nobody is called, and the author was silent."""
    if sum(bool(said.mentions) for said in before) >= _BY_NAME * len(before):
        if own >= 0 and not message.asks and message.at - before[own].at <= _OWN_ALONE_WITHIN:
            return Parent(before[own].id, "own")
        return _NEW
    last = next((said for said in reversed(before) if said.author != message.author), None)
    if last is None or (message.asks and _stands_alone(message)):
        return _NEW
    if message.at - last.at <= _NEXT_WITHIN:
        return Parent(last.id, "next")
    return _NEW if message.asks else _waiting(message, before, last.author)


def _stands_alone(question: Said) -> bool:
    """Say whether a question asks the room something new, and not somebody about what they said."""
    if len(question.text.split(None, _STANDS_ALONE)) <= _STANDS_ALONE:
        return False
    return _TO_ALL.search(question.text) is not None or _TO_ONE.search(question.text) is None


def _waiting(message: Said, before: Sequence[Said], asker: str) -> Parent:
    """Return what the one who spoke last has asked: nobody answered yet, a statement may be about it."""
    for said in reversed(before):
        if said.author != asker or message.at - said.at > _WAITS_WITHIN:
            break
        if said.asks:
            return Parent(said.id, "next")
    return _NEW
