"""What the sandbox's journal keeps: a record of each thing that happened in the pretend community."""

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter

from bot.cards import Card, Form
from bot.events import Instant
from bot.language.links import Link

# How people usually reply in a channel: natively, one below the other, or in a thread of their own.
Replies = Literal["flat", "threads"]


class _Fact(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Founded(_Fact):
    """The community came to be."""

    kind: Literal["founded"] = "founded"
    name: str


class ChannelMade(_Fact):
    """A channel was made; private ones are read by managers only."""

    kind: Literal["channel_made"] = "channel_made"
    channel: str
    name: str
    purpose: str
    private: bool = False
    replies: Replies = "flat"


class MemberMade(_Fact):
    """Somebody was here from the start."""

    kind: Literal["member_made"] = "member_made"
    member: str
    name: str
    about: str
    admin: bool = False


class Added(_Fact):
    """Hearth was added to the community."""

    kind: Literal["added"] = "added"
    member: str
    channel: str


class Joined(_Fact):
    """Somebody joined, for the first time or again."""

    kind: Literal["joined"] = "joined"
    member: str
    name: str
    bot: bool = False
    pending: bool = False
    admin: bool = False


class Admitted(_Fact):
    """A pending member passed the screening."""

    kind: Literal["admitted"] = "admitted"
    member: str


class Left(_Fact):
    """A member left."""

    kind: Literal["left"] = "left"
    member: str


class Posted(_Fact):
    """A member said something; the message is named after the record's number."""

    kind: Literal["posted"] = "posted"
    channel: str
    author: str
    text: str
    links: tuple[Link, ...] = ()
    mentions: tuple[str, ...] = ()
    thread: str | None = None
    reply_to: str | None = None


class Edited(_Fact):
    """A message reads differently now."""

    kind: Literal["edited"] = "edited"
    message: str
    text: str
    links: tuple[Link, ...] = ()
    mentions: tuple[str, ...] = ()


class Deleted(_Fact):
    """A message is gone for everybody."""

    kind: Literal["deleted"] = "deleted"
    message: str


class Reacted(_Fact):
    """A member reacted to a message."""

    kind: Literal["reacted"] = "reacted"
    message: str
    member: str
    emoji: str


class Unreacted(_Fact):
    """A member took a reaction back."""

    kind: Literal["unreacted"] = "unreacted"
    message: str
    member: str
    emoji: str


class Commanded(_Fact):
    """A member ran /community; the interaction is named after the record's number."""

    kind: Literal["commanded"] = "commanded"
    channel: str
    member: str
    text: str


class Pressed(_Fact):
    """A member pressed a button of one of Hearth's cards, or chose something in it.

    Of their home page `message` is "home".
    """

    kind: Literal["pressed"] = "pressed"
    message: str
    channel: str
    member: str
    button: str
    value: str
    chosen: tuple[str, ...] = ()


class Submitted(_Fact):
    """A member sent a form that was open for them."""

    kind: Literal["submitted"] = "submitted"
    form: str
    channel: str
    member: str
    name: str
    value: str
    fields: dict[str, str | tuple[str, ...]]


class Closed(_Fact):
    """A member closed a form without sending it."""

    kind: Literal["closed"] = "closed"
    form: str
    member: str


class Picked(_Fact):
    """A member chose a shortcut on a message, which read so then."""

    kind: Literal["picked"] = "picked"
    shortcut: str
    message: str
    member: str
    text: str
    links: tuple[Link, ...] = ()


class Visited(_Fact):
    """A member looks at Hearth's home page."""

    kind: Literal["visited"] = "visited"
    member: str


class Moved(_Fact):
    """The clock was moved forward by so many seconds."""

    kind: Literal["moved"] = "moved"
    seconds: float = Field(ge=0)


class Said(_Fact):
    """Hearth posted a card; `key` is its action's."""

    kind: Literal["said"] = "said"
    key: str
    channel: str
    thread: str | None = None
    card: Card


class Changed(_Fact):
    """Hearth shows another card in a message of its own."""

    kind: Literal["changed"] = "changed"
    message: str
    card: Card


class Told(_Fact):
    """Hearth said something to one member in private; `key` is its action's."""

    kind: Literal["told"] = "told"
    key: str
    member: str
    card: Card


class Whispered(_Fact):
    """Hearth said something in a channel, seen by one member until they dismiss it; `key` is its action's."""

    kind: Literal["whispered"] = "whispered"
    key: str
    channel: str
    thread: str | None = None
    member: str
    card: Card


class Answered(_Fact):
    """Hearth answered a command or a button, seen by one member until they dismiss it."""

    kind: Literal["answered"] = "answered"
    interaction: str
    channel: str
    member: str
    card: Card


class Opened(_Fact):
    """Hearth opened a form for a member."""

    kind: Literal["opened"] = "opened"
    interaction: str
    channel: str
    member: str
    form: Form


class Housed(_Fact):
    """Hearth shows a member something else on its home page."""

    kind: Literal["housed"] = "housed"
    member: str
    cards: tuple[Card, ...]


class Marked(_Fact):
    """Hearth marked a message as answered, or took the mark away."""

    kind: Literal["marked"] = "marked"
    message: str
    answered: bool


class Dismissed(_Fact):
    """A member put an answer away."""

    kind: Literal["dismissed"] = "dismissed"
    message: str


class Heard(_Fact):
    """Hearth has committed the events of all records up to this one."""

    kind: Literal["heard"] = "heard"
    upto: int


Fact = Annotated[
    Founded
    | ChannelMade
    | MemberMade
    | Added
    | Joined
    | Admitted
    | Left
    | Posted
    | Edited
    | Deleted
    | Reacted
    | Unreacted
    | Commanded
    | Pressed
    | Submitted
    | Closed
    | Picked
    | Visited
    | Moved
    | Said
    | Changed
    | Told
    | Whispered
    | Answered
    | Opened
    | Housed
    | Marked
    | Dismissed
    | Heard,
    Field(discriminator="kind"),
]


class Record(BaseModel):
    """A fact with its place in the journal, counted from 1, and the sandbox's time."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    n: int
    at: Instant
    fact: Fact


RECORD: TypeAdapter[Record] = TypeAdapter(Record)
