"""What to do: frozen, in the imperative. Whatever came of one is an event, `Delivered` or `Judged`."""

from typing import Annotated, ClassVar, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, model_validator

from bot.cards import Card, Form
from bot.events import ChannelId, CommunityId, Instant, Interaction, MemberId, MessageId

# What may be done when we do not know whether an action was done:
#   checkable: look for its key on the platform, and do it if it is not there
#   once:      leave it, and show it as doubtful
#   harmless:  do it again; the result is the same
Repeat = Literal["checkable", "once", "harmless"]


class ToDo(BaseModel):
    """What every action says: its key, by which it happens once, and where.

    `lane` is what it must keep its order in: actions of one lane are done one after the other.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    repeat: ClassVar[Repeat]
    # A direct answer to somebody who waits goes ahead of all else.
    urgent: ClassVar[bool] = False

    key: Annotated[str, Field(min_length=1, max_length=2_000)]
    community: CommunityId

    @property
    def lane(self) -> str:
        raise NotImplementedError


class Post(ToDo):
    """Say something in a channel, or in a thread of it."""

    repeat: ClassVar[Repeat] = "checkable"

    kind: Literal["post"] = "post"
    channel: ChannelId
    thread: MessageId | None = None
    card: Card

    @property
    def lane(self) -> str:
        return self.channel


class Update(ToDo):
    """Show something else in the message that the `Post` or `Tell` with the key `post` made.

    It stands in `channel`, or was told to `member` in private. `message` is its id, filled in by the outbox
    when it is known.
    """

    repeat: ClassVar[Repeat] = "harmless"

    kind: Literal["update"] = "update"
    channel: ChannelId | None = None
    member: MemberId | None = None
    post: str
    message: MessageId | None = None
    card: Card

    @property
    def lane(self) -> str:
        return self.channel or f"@{self.member}"

    @model_validator(mode="after")
    def _one_place(self) -> Self:
        if (self.channel is None) == (self.member is None):
            raise ValueError("an update is of a message in a channel, or told to a member: one of the two")
        return self


class Tell(ToDo):
    """Say something to one member in private, so that it can be read later.

    They `offered` to be told such things, where not everybody may be written to.
    """

    repeat: ClassVar[Repeat] = "checkable"

    kind: Literal["tell"] = "tell"
    member: MemberId
    offered: bool = False
    card: Card

    @property
    def lane(self) -> str:
        return f"@{self.member}"


class Whisper(ToDo):
    """Say something in a channel, or in a thread of it, that only one member sees, while they look on.

    By `until` they do not any more, and it is left.
    """

    repeat: ClassVar[Repeat] = "once"

    kind: Literal["whisper"] = "whisper"
    channel: ChannelId
    thread: MessageId | None = None
    member: MemberId
    until: Instant
    card: Card

    @property
    def lane(self) -> str:
        return f"@{self.member}"


class Answer(ToDo):
    """Answer a command or a button, seen only by who gave it.

    With `replaces` it takes the place of the answer whose button was pressed, where that is still shown.
    """

    repeat: ClassVar[Repeat] = "once"
    urgent: ClassVar[bool] = True

    kind: Literal["answer"] = "answer"
    channel: ChannelId
    member: MemberId
    interaction: str
    card: Card
    replaces: bool = False

    @property
    def lane(self) -> str:
        return f"!{self.interaction}"


class OpenForm(ToDo):
    """Ask somebody in a window of its own, in answer to what they did; it opens at once, or never."""

    repeat: ClassVar[Repeat] = "once"
    urgent: ClassVar[bool] = True

    kind: Literal["open_form"] = "open_form"
    channel: ChannelId
    member: MemberId
    interaction: str
    form: Form

    @property
    def lane(self) -> str:
        return f"!{self.interaction}"


class ShowHome(ToDo):
    """Show somebody Hearth's own page on the platform, where it has one."""

    repeat: ClassVar[Repeat] = "harmless"

    kind: Literal["show_home"] = "show_home"
    member: MemberId
    cards: tuple[Card, ...]

    @property
    def lane(self) -> str:
        return f"~{self.member}"


class Mark(ToDo):
    """Mark a message as answered for everybody to see, or take the mark away: a tag, or a reaction."""

    repeat: ClassVar[Repeat] = "harmless"

    kind: Literal["mark"] = "mark"
    channel: ChannelId
    message: MessageId
    # The thread that the message stands in, if it does.
    thread: MessageId | None = None
    answered: bool

    @property
    def lane(self) -> str:
        return f"^{self.message}"


class Ask(ToDo):
    """Ask the language model what the row of this key in `modelcall` says; what it answers is a `Judged`.

    An answer is of no use after `until`. When in doubt it is not asked again: it may have cost something.
    """

    repeat: ClassVar[Repeat] = "once"

    kind: Literal["ask"] = "ask"
    purpose: str
    until: Instant

    @property
    def lane(self) -> str:
        return f"?{self.purpose}"


# What a platform does.
Doing = Post | Update | Tell | Whisper | Answer | OpenForm | ShowHome | Mark
# What shows one card.
Shown = Post | Update | Tell | Whisper | Answer
Action = Annotated[Doing | Ask, Field(discriminator="kind")]
ACTION: TypeAdapter[Action] = TypeAdapter(Action)


def open_form(event: Interaction, form: Form) -> OpenForm:
    """Return the form that answers what somebody did."""
    return OpenForm(
        key=f"form:{event.id}",
        community=event.community,
        channel=event.channel,
        member=event.member,
        interaction=event.interaction,
        form=form,
    )


def answer(event: Interaction, card: Card | str, *, replaces: bool = False) -> Answer:
    """Return the direct answer to what somebody did; only a button of an answer may have that replaced."""
    return Answer(
        key=f"answer:{event.id}",
        community=event.community,
        channel=event.channel,
        member=event.member,
        interaction=event.interaction,
        card=Card(text=card) if isinstance(card, str) else card,
        replaces=replaces,
    )
