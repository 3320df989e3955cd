"""Small features for tests, that show what the core promises to features."""

from collections.abc import Callable, Sequence
from datetime import datetime

from sqlalchemy import func, select

from bot.actions import Action, Answer, Post, Tell, Update, Whisper, answer
from bot.cards import Card
from bot.events import CommandGiven, Event, FellDue, Happened, MemberJoined, MessagePosted
from storage.tables import Decision, table
from storage.transaction import Transaction
from tests.core.made import HOME, LOUNGE

_decision = table(Decision)


class Broken(Exception):
    """A feature has a bug."""


class Counts:
    """Writes down each event with how many it had written down before."""

    def __init__(self, name: str = "counts") -> None:
        self._name = name
        self._before = select(func.count()).where(_decision.c.about == name)

    def handle(self, event: Event, tx: Transaction) -> Sequence[Action]:
        if not isinstance(event, Happened):
            return []
        found = tx.row(self._before)
        tx.put(
            Decision,
            community=event.community,
            event=f"{self._name}:{event.id}",
            about=self._name,
            channel="general",
            message=event.id,
            decision=str(found[0] if found else 0),
            by="nobody",
            at=event.at,
        )
        return []


class Breaks:
    """Writes something, and raises after it for the events that `where` picks."""

    def __init__(self, where: Callable[[Event], bool]) -> None:
        self.where = where
        self._counts = Counts("breaks")

    def handle(self, event: Event, tx: Transaction) -> Sequence[Action]:
        self._counts.handle(event, tx)
        if self.where(event):
            raise Broken("it is not my day")
        return []


class Greets:
    """Posts for who joins, answers who commands, and reminds an hour after a message."""

    def handle(self, event: Event, tx: Transaction) -> Sequence[Action]:
        match event:
            case MemberJoined():
                return [post(f"hello:{event.member}")]
            case CommandGiven():
                return [answer(event, "Here I am")]
            case MessagePosted():
                tx.schedule(event.community, "greets", event.message, event.at)
                return []
            case FellDue():
                return [post(f"due:{event.key}")]
            case _:
                return []


def post(key: str, channel: str = LOUNGE) -> Post:
    return Post(key=key, community=HOME, channel=channel, card=Card(text=f"This is {key}"))


def update(key: str, of: str, channel: str = LOUNGE) -> Update:
    return Update(key=key, community=HOME, channel=channel, post=of, card=Card(text=f"This is {key}"))


def tell(key: str, member: str = "ada") -> Tell:
    return Tell(key=key, community=HOME, member=member, card=Card(text=f"This is {key}"))


def whisper(key: str, until: datetime) -> Whisper:
    card = Card(text=f"This is {key}")
    return Whisper(key=key, community=HOME, channel=LOUNGE, member="ada", until=until, card=card)


def reply(key: str) -> Answer:
    return Answer(
        key=key, community=HOME, channel=LOUNGE, member="ada", interaction=key, card=Card(text="Yes")
    )
