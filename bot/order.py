"""In what order what waits is taken up: as it came; but in a crowd nobody waits for an answer for long."""

from asyncio import Future
from collections import deque
from collections.abc import Iterable
from datetime import datetime
from itertools import count
from typing import NamedTuple, get_args

from bot.events import (
    CapabilityFound,
    ChannelFound,
    CommunityFound,
    Delivered,
    Event,
    HomeOpened,
    Installed,
    Interaction,
    Judged,
    MemberChanged,
    MessagePosted,
    PagesOpened,
    Uninstalled,
)

# So much is handled in some hundredths of a second. More of it, and who waits for an answer goes before it:
# they see then what was committed, and not what was just said.
MOST_BEFORE = 10
# Somebody looks at the screen until these are answered.
_DOINGS = (*get_args(Interaction), HomeOpened)
AWAITED = (*_DOINGS, PagesOpened)
# They keep their order with what was told of the community itself, and with what became of actions: that is
# never much, and they may be about it.
_FIRST = (*AWAITED, CommunityFound, Installed, Uninstalled, CapabilityFound, ChannelFound, Delivered, Judged)


def is_overtaken(event: Event) -> bool:
    """Return whether who waits for an answer goes before an event in a crowd."""
    return not isinstance(event, _FIRST)


def _is_of(event: Event, community: str, member: str) -> bool:
    return isinstance(event, MemberChanged) and (event.community, event.member) == (community, member)


class Waiting(NamedTuple):
    """An event, and who is told when it is committed."""

    number: int
    event: Event
    done: Future[None]


def _as_said(batch: list[Waiting]) -> list[Waiting]:
    """Have what was said in a channel follow in the order it was said, in the places that it has.

    What is told within milliseconds of each other often crosses on its way. It comes out right in any order;
    but what belongs before something else takes longer.
    """
    places: dict[tuple[str, str], list[int]] = {}
    for place, (_, event, _) in enumerate(batch):
        if isinstance(event, MessagePosted):
            places.setdefault((event.community, event.channel), []).append(place)
    said = list(batch)
    for each in places.values():
        inorder = sorted((batch[place] for place in each), key=_when)
        for place, waiting in zip(each, inorder, strict=True):
            said[place] = waiting
    return said


def _when(waiting: Waiting) -> datetime:
    assert isinstance(waiting.event, MessagePosted)
    return waiting.event.at


class Order:
    """What waits."""

    def __init__(self) -> None:
        self._first: deque[Waiting] = deque()
        self._others: deque[Waiting] = deque()
        self._numbers = count()
        # How many wait that somebody looks at the screen for.
        self.awaited = 0

    def __len__(self) -> int:
        return len(self._first) + len(self._others)

    def add(self, event: Event, done: Future[None]) -> None:
        """Put an event behind the others; who does something is known by then as they were told of before."""
        self._first.extend(self._told_of(event))
        self._of(event).append(Waiting(next(self._numbers), event, done))
        self.awaited += isinstance(event, AWAITED)

    def _told_of(self, event: Event) -> list[Waiting]:
        """Take what was told of who does something, and waits behind it: it says whether they may."""
        if not isinstance(event, _DOINGS):
            return []
        told = [each for each in self._others if _is_of(each.event, event.community, event.member)]
        if told:
            self._others = deque(each for each in self._others if each not in told)
        return told

    def give_back(self, batch: Iterable[Waiting]) -> None:
        """Put what was taken last where it was."""
        for each in sorted(batch, reverse=True):
            self._of(each.event).appendleft(each)
            self.awaited += isinstance(each.event, AWAITED)
        for each in list(self._first):
            self._first.extendleft(reversed(self._told_of(each.event)))

    def take(self, most: int) -> list[Waiting]:
        """Take what is next, up to so many; nothing comes between somebody and the answer they wait for."""
        batch: list[Waiting] = []
        crowded = self.awaited > 0 and len(self._others) > MOST_BEFORE
        while len(batch) < most and (queue := self._next(crowded=crowded)):
            if batch and isinstance(batch[-1].event, AWAITED) and not isinstance(queue[0].event, AWAITED):
                break
            batch.append(queue.popleft())
            self.awaited -= isinstance(batch[-1].event, AWAITED)
        return _as_said(batch)

    def _of(self, event: Event) -> deque[Waiting]:
        return self._others if is_overtaken(event) else self._first

    def _next(self, *, crowded: bool) -> deque[Waiting]:
        if crowded or not self._others:
            return self._first
        if not self._first:
            return self._others
        return min(self._first, self._others, key=lambda queue: queue[0].number)
