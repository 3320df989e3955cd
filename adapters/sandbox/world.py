"""The pretend community as it is now, folded from the journal's records."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Literal

from adapters.sandbox.records import (
    Admitted,
    Answered,
    Changed,
    ChannelMade,
    Closed,
    Commanded,
    Deleted,
    Dismissed,
    Edited,
    Founded,
    Heard,
    Housed,
    Joined,
    Left,
    Marked,
    MemberMade,
    Moved,
    Opened,
    Picked,
    Posted,
    Pressed,
    Reacted,
    Record,
    Replies,
    Said,
    Submitted,
    Told,
    Unreacted,
    Whispered,
)
from bot.cards import Card, Form
from bot.language.links import Link

HEARTH = "hearth"
# How Hearth's home page is named where a card of a message is otherwise.
HOME = "home"
# What Hearth's mark on an answered question looks like.
MARK = "✅"
_DIRECT = "dm-"


@dataclass(slots=True)
class Member:
    """Somebody in the community, or who was."""

    id: str
    name: str
    about: str = ""
    bot: bool = False
    admin: bool = False
    state: Literal["here", "pending", "left"] = "here"


@dataclass(slots=True)
class Channel:
    """A channel; a private one is read by managers."""

    id: str
    name: str
    purpose: str
    private: bool
    replies: Replies


@dataclass(slots=True)
class Message:
    """Something said: a member's text, or Hearth's card.

    `only` is the member who alone sees it. An `answer` can be dismissed by them.
    """

    id: str
    at: datetime
    channel: str
    author: str
    text: str = ""
    links: tuple[Link, ...] = ()
    thread: str | None = None
    reply_to: str | None = None
    card: Card | None = None
    only: str | None = None
    answer: bool = False
    edited_at: datetime | None = None
    gone: bool = False
    reactions: dict[str, list[str]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Interaction:
    """Something a member did that Hearth may answer; `message` is whose button they pressed."""

    channel: str
    member: str
    at: datetime
    message: str | None = None


@dataclass(frozen=True, slots=True)
class OpenForm:
    """A form that is open for a member."""

    id: str
    channel: str
    member: str
    form: Form


@dataclass(frozen=True, slots=True)
class Touched:
    """What a record changed, for those who watch."""

    message: str | None = None
    member: str | None = None
    # Whose open forms, and whose home page.
    form: str | None = None
    home: str | None = None
    clock: bool = False


def message_id(n: int) -> str:
    """Return the id of the message made by record `n`."""
    return f"m{n}"


def interaction_id(n: int) -> str:
    """Return the id of the interaction made by record `n`."""
    return f"i{n}"


def form_id(n: int) -> str:
    """Return the id of the form opened by record `n`."""
    return f"f{n}"


def direct(member: str) -> str:
    """Return the id of the channel where Hearth and a member talk in private."""
    return _DIRECT + member


class World:
    """Members, channels, messages; changed by `apply` alone."""

    def __init__(self) -> None:
        self.name = ""
        # A new journal is a new community, lest its events be taken for those of an older one.
        self.community = ""
        self.records: list[Record] = []
        self.members: dict[str, Member] = {}
        self.channels: dict[str, Channel] = {}
        self.messages: dict[str, Message] = {}
        self.interactions: dict[str, Interaction] = {}
        self.forms: dict[str, OpenForm] = {}
        self.homes: dict[str, tuple[Card, ...]] = {}
        # Which message an action of Hearth's made, by the action's key.
        self.said: dict[str, str] = {}
        self.ahead = timedelta(0)
        self.heard = 0

    @property
    def last(self) -> int:
        """The number of the newest record, 0 where there is none."""
        return len(self.records)

    def reads(self, member: Member, channel: str) -> bool:
        """Say whether a member can read a channel, or their own talk with Hearth."""
        if channel == direct(member.id):
            return True
        known = self.channels.get(channel)
        return known is not None and (member.admin or not known.private)

    def sees(self, member: Member, message: Message) -> bool:
        """Say whether a member can see a message."""
        return not message.gone and message.only in (None, member.id) and self.reads(member, message.channel)

    def since(self, n: int) -> Iterator[tuple[Record, Touched]]:
        """Give the records after number `n`, each with what it changed."""
        for record in self.records[max(n, 0) :]:
            yield record, touched(record)

    def apply(self, record: Record) -> None:
        """Take in the next record."""
        self.records.append(record)
        match record.fact:
            case Founded() as fact:
                self.name = fact.name
                self.community = f"sandbox:home-{record.at:%Y%m%dT%H%M%SZ}"
            case ChannelMade() as fact:
                self.channels[fact.channel] = Channel(
                    fact.channel, fact.name, fact.purpose, fact.private, fact.replies
                )
            case MemberMade() as fact:
                self.members[fact.member] = Member(fact.member, fact.name, fact.about, admin=fact.admin)
            case Joined() as fact:
                self._join(fact)
            case Admitted() as fact:
                self.members[fact.member].state = "here"
            case Left() as fact:
                self.members[fact.member].state = "left"
            case Moved() as fact:
                self.ahead += timedelta(seconds=fact.seconds)
            case Heard() as fact:
                self.heard = fact.upto
            case _:
                self._apply_to_messages(record)
                self._await_answer(record)

    def _join(self, fact: Joined) -> None:
        member = self.members.setdefault(fact.member, Member(fact.member, fact.name))
        member.bot, member.admin = fact.bot, fact.admin
        member.state = "pending" if fact.pending else "here"

    def _await_answer(self, record: Record) -> None:
        message = None
        match record.fact:
            case Commanded() as fact:
                channel = fact.channel
            case Pressed() as fact:
                channel, message = fact.channel, fact.message
            case Submitted() as fact:
                channel = fact.channel
                self.forms.pop(fact.form, None)
            case Picked() as fact:
                channel = self.messages[fact.message].channel
            case _:
                return
        self.interactions[interaction_id(record.n)] = Interaction(channel, fact.member, record.at, message)

    def _apply_to_messages(self, record: Record) -> None:
        match record.fact:
            case Posted() as fact:
                self._add(
                    Message(
                        message_id(record.n),
                        record.at,
                        fact.channel,
                        fact.author,
                        text=fact.text,
                        links=fact.links,
                        thread=fact.thread,
                        reply_to=fact.reply_to,
                    )
                )
            case Edited() as fact:
                message = self.messages[fact.message]
                message.text, message.links, message.edited_at = fact.text, fact.links, record.at
            case Deleted() | Dismissed() as fact:
                message = self.messages[fact.message]
                message.gone, message.text, message.links, message.card = True, "", (), None
            case Reacted() as fact:
                self.messages[fact.message].reactions.setdefault(fact.emoji, []).append(fact.member)
            case Unreacted() as fact:
                reactions = self.messages[fact.message].reactions
                reactions[fact.emoji].remove(fact.member)
                if not reactions[fact.emoji]:
                    del reactions[fact.emoji]
            case Changed() as fact:
                message = self.messages[fact.message]
                message.card, message.edited_at = fact.card, record.at
            case _:
                self._apply_hearths(record)

    def _apply_hearths(self, record: Record) -> None:
        own = message_id(record.n)
        match record.fact:
            case Said() as fact:
                self.said[fact.key] = own
                self._add(Message(own, record.at, fact.channel, HEARTH, thread=fact.thread, card=fact.card))
            case Told() as fact:
                self.said[fact.key] = own
                self._add(
                    Message(own, record.at, direct(fact.member), HEARTH, card=fact.card, only=fact.member)
                )
            case Whispered() as fact:
                self._add(
                    Message(
                        own,
                        record.at,
                        fact.channel,
                        HEARTH,
                        thread=fact.thread,
                        card=fact.card,
                        only=fact.member,
                        answer=True,
                    )
                )
            case Answered() as fact:
                self._add(
                    Message(
                        own, record.at, fact.channel, HEARTH, card=fact.card, only=fact.member, answer=True
                    )
                )
            case Opened() as fact:
                id = form_id(record.n)
                self.forms[id] = OpenForm(id, fact.channel, fact.member, fact.form)
            case Closed() as fact:
                self.forms.pop(fact.form, None)
            case Housed() as fact:
                self.homes[fact.member] = fact.cards
            case Marked() as fact:
                self._mark(self.messages[fact.message], answered=fact.answered)

    @staticmethod
    def _mark(message: Message, *, answered: bool) -> None:
        members = [each for each in message.reactions.pop(MARK, []) if each != HEARTH]
        if answered:
            members.append(HEARTH)
        if members:
            message.reactions[MARK] = members

    def _add(self, message: Message) -> None:
        self.messages[message.id] = message


def touched(record: Record) -> Touched:
    """Say what a record changed."""
    match record.fact:
        case Joined() | Admitted() | Left() | MemberMade() as fact:
            return Touched(member=fact.member)
        case Posted() | Said() | Told() | Whispered() | Answered():
            return Touched(message=message_id(record.n))
        case Edited() | Deleted() | Dismissed() | Reacted() | Unreacted() | Changed() | Marked() as fact:
            return Touched(message=fact.message)
        case Opened() | Submitted() | Closed() as fact:
            return Touched(form=fact.member)
        case Housed() as fact:
            return Touched(home=fact.member)
        case Moved():
            return Touched(clock=True)
        case _:
            return Touched()
