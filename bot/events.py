"""What happened: frozen facts in the past tense, with platforms' own ids and aware UTC times."""

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from hashlib import sha256
from types import MappingProxyType
from typing import Annotated, Literal

from pydantic import (
    AfterValidator,
    AwareDatetime,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    JsonValue,
    StringConstraints,
    TypeAdapter,
)

from bot.language.links import Link

# Slack cuts a message at 40,000 characters and Discord at 4,000: more than this is no message.
MAX_TEXT = 40_000
MAX_NAME = 200
# Slack takes no longer URL.
MAX_LINK = 3_000
MAX_ID = 200


_UNKEEPABLE = re.compile("[\ud800-\udfff\x00]")


def clean(text: str, most: int = MAX_TEXT) -> str:
    """Return `text` as every database can keep it: no NUL, no lone surrogate, at most `most` characters."""
    if len(text) > most:
        text = text[: most - 1] + "…"
    return _UNKEEPABLE.sub("\ufffd", text)


def made_id(text: str) -> str:
    """Return an event's id that says `text`, with a digest of it where it would be too long."""
    if len(text) <= MAX_ID:
        return text
    digest = sha256(text.encode()).hexdigest()[:32]
    return f"{text[: MAX_ID - len(digest) - 1]}…{digest}"


def _clean_text(value: object) -> object:
    return clean(value) if isinstance(value, str) else value


def _clean_name(value: object) -> object:
    return clean(value, MAX_NAME) if isinstance(value, str) else value


def _clean_links(links: tuple[Link, ...]) -> tuple[Link, ...]:
    return tuple(Link(clean(each.label, MAX_LINK), clean(each.url, MAX_LINK), each.button) for each in links)


def _utc(value: datetime) -> datetime:
    return value if value.tzinfo is UTC else value.astimezone(UTC)


_Id = Annotated[str, StringConstraints(min_length=1, max_length=MAX_ID, pattern=r"^[^\x00-\x1f]+$")]
CommunityId = Annotated[
    str, StringConstraints(pattern=r"^(slack|discord|sandbox):[^\x00-\x20]+$", max_length=100)
]
ChannelId = _Id
MemberId = _Id
MessageId = _Id
EventId = _Id
Text = Annotated[str, BeforeValidator(_clean_text)]
Name = Annotated[str, BeforeValidator(_clean_name)]
Links = Annotated[tuple[Link, ...], AfterValidator(_clean_links)]
# What the platform says of a member: roles, user groups, the domain of an e-mail address; None: not known.
Roles = tuple[_Id, ...] | None
Instant = Annotated[AwareDatetime, AfterValidator(_utc)]


class Tick(BaseModel):
    """Time went by, for all communities: what is due by `at` should be done. Made by the heartbeat."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    kind: Literal["tick"] = "tick"
    at: Instant


class Happened(BaseModel):
    """What every other event says: which it is, in which community, and when the platform says it was.

    A platform may deliver an event again: (community, id) tells that it is the same.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    id: EventId
    community: CommunityId
    at: Instant


class FellDue(Happened):
    """What a feature scheduled has come due; made by the core out of a tick, for that feature alone."""

    kind: Literal["fell_due"] = "fell_due"
    feature: str
    key: str
    due_at: Instant


class CommunityFound(Happened):
    """An adapter came to know a community, or its name changed.

    `settings` are what a community begins with; where it has settings already they are left alone.
    """

    kind: Literal["community_found"] = "community_found"
    name: Name
    settings: dict[str, JsonValue] = Field(default_factory=dict)


class Installed(Happened):
    """Hearth was added to a community: by whom, where the platform says, and where it may speak there."""

    kind: Literal["installed"] = "installed"
    member: MemberId | None = None
    channel: ChannelId | None = None


class Uninstalled(Happened):
    """Hearth was removed from a community, or may do nothing there any more."""

    kind: Literal["uninstalled"] = "uninstalled"


class CapabilityFound(Happened):
    """An adapter learned whether something works in a community: a permission, a channel, its connection.

    `capability` is its name for good, as "scope:reactions:read" or "channel:C0123"; where it does not work,
    `reason` is a sentence that says so and what to do; where it works again, one on what was off, or none.
    """

    kind: Literal["capability_found"] = "capability_found"
    capability: Annotated[str, StringConstraints(min_length=1, max_length=MAX_ID)]
    works: bool
    reason: Text = ""


class ChannelFound(Happened):
    """An adapter came to know a channel, or something about it changed.

    `private` channels are read by their members only; in an `archived` one, or one that was deleted, nothing
    can be said any more. `heard` tells whether Hearth is told what is said there.
    """

    kind: Literal["channel_found"] = "channel_found"
    channel: ChannelId
    name: Name
    private: bool = False
    archived: bool = False
    heard: bool = True


class MemberJoined(Happened):
    """Somebody joined the community. `pending` members have still to pass the platform's screening."""

    kind: Literal["member_joined"] = "member_joined"
    member: MemberId
    name: Name
    bot: bool = False
    pending: bool = False
    admin: bool = False
    roles: Roles = None


class MemberAdmitted(Happened):
    """A pending member passed the platform's screening."""

    kind: Literal["member_admitted"] = "member_admitted"
    member: MemberId
    name: Name


class MemberLeft(Happened):
    """Somebody left the community."""

    kind: Literal["member_left"] = "member_left"
    member: MemberId


class MemberChanged(Happened):
    """What is known of a member: their name, and whether they administer the community."""

    kind: Literal["member_changed"] = "member_changed"
    member: MemberId
    name: Name
    bot: bool = False
    admin: bool = False
    roles: Roles = None


class ChannelJoined(Happened):
    """Somebody came into a channel, where the platform has its members join each."""

    kind: Literal["channel_joined"] = "channel_joined"
    channel: ChannelId
    member: MemberId
    name: Name
    bot: bool = False


class ChannelLeft(Happened):
    """Somebody left a channel, and is still of the community."""

    kind: Literal["channel_left"] = "channel_left"
    channel: ChannelId
    member: MemberId


class MessagePosted(Happened):
    """Somebody said something.

    `text` is plain: mentions read @name, links are URLs, code keeps its backticks. `thread` is the
    message this one stands under (none for the first), `reply_to` the one it natively replies to.
    """

    kind: Literal["message_posted"] = "message_posted"
    channel: ChannelId
    message: MessageId
    author: MemberId
    author_name: Name
    author_is_bot: bool = False
    text: Text
    links: Links = ()
    attachments: int = Field(default=0, ge=0)
    mentions: tuple[MemberId, ...] = ()
    thread: MessageId | None = None
    reply_to: MessageId | None = None


class MessageEdited(Happened):
    """A message now reads differently; `at` is when it was edited, `posted_at` when it was posted."""

    kind: Literal["message_edited"] = "message_edited"
    channel: ChannelId
    message: MessageId
    author: MemberId
    author_name: Name
    author_is_bot: bool = False
    posted_at: Instant
    text: Text
    links: Links = ()
    attachments: int = Field(default=0, ge=0)
    mentions: tuple[MemberId, ...] = ()
    thread: MessageId | None = None
    reply_to: MessageId | None = None


class MessageDeleted(Happened):
    """A message is gone from the platform; its text goes from what we keep of messages too."""

    kind: Literal["message_deleted"] = "message_deleted"
    channel: ChannelId
    message: MessageId


class MessageFiltered(Happened):
    """The platform's own filter (Discord's AutoMod) stopped what somebody wanted to say, or flagged it.

    `message` is there where it was flagged and said all the same; `at` is then when it was. What was stopped
    is no message, and its words are not told.
    """

    kind: Literal["message_filtered"] = "message_filtered"
    channel: ChannelId
    author: MemberId
    message: MessageId | None = None


class ReactionAdded(Happened):
    """Somebody reacted to a message; `emoji` is its short name without colons, or the character."""

    kind: Literal["reaction_added"] = "reaction_added"
    channel: ChannelId
    message: MessageId
    member: MemberId
    emoji: Name


class ReactionRemoved(Happened):
    """Somebody took a reaction back."""

    kind: Literal["reaction_removed"] = "reaction_removed"
    channel: ChannelId
    message: MessageId
    member: MemberId
    emoji: Name


# How an interaction on a page begins: its answer is read there, and no platform has to be told.
ON_A_PAGE = "web:"


class Acted(Happened):
    """Somebody did something and waits for an answer.

    `interaction` is what the adapter needs to answer; `admin` and `roles` (roles, user groups, the domain of
    an e-mail address) are what the platform says of who did it.
    """

    channel: ChannelId
    member: MemberId
    name: Name
    admin: bool = False
    roles: tuple[_Id, ...] = ()
    interaction: _Id


class CommandGiven(Acted):
    """Somebody ran /community; `text` is what follows the command's name."""

    kind: Literal["command_given"] = "command_given"
    text: Text


class ButtonPressed(Acted):
    """Somebody pressed a button of one of our cards: which (`button`), about what (`value`).

    Where it was a select, `chosen` is what they chose: ids of channels or members, or values of options.
    """

    kind: Literal["button_pressed"] = "button_pressed"
    button: _Id
    value: Text = ""
    chosen: tuple[_Id, ...] = ()


class FormSubmitted(Acted):
    """Somebody sent a form that was opened for them: which (`form`), about what (`value`).

    `fields` holds what each field was filled with, by its name: a text, or what was chosen.
    """

    kind: Literal["form_submitted"] = "form_submitted"
    form: _Id
    value: Text = ""
    fields: dict[str, Text | tuple[_Id, ...]] = Field(default_factory=dict)


# What can be chosen on a message, and how people are offered it.
SHORTCUTS: Mapping[str, str] = MappingProxyType(
    {"answered": "Mark as answered", "feedback": "This is feedback", "salesy": "Is this salesy?"}
)


class ShortcutUsed(Acted):
    """Somebody chose one of our shortcuts on a message: which (`shortcut`), and the message as it stands.

    The message need not have been heard: Hearth may not be in its channel.
    """

    kind: Literal["shortcut_used"] = "shortcut_used"
    shortcut: _Id
    message: MessageId
    author: MemberId
    author_name: Name
    author_is_bot: bool = False
    posted_at: Instant
    text: Text
    links: Links = ()
    thread: MessageId | None = None


class HomeOpened(Happened):
    """Somebody looks at Hearth's own page on the platform, where it has one (Slack's App Home)."""

    kind: Literal["home_opened"] = "home_opened"
    member: MemberId
    name: Name
    admin: bool = False
    roles: tuple[_Id, ...] = ()


class PagesOpened(Happened):
    """Somebody opened the pages with a link that was given to them.

    Its id is made of the link's, so that a link opens them once; `session` is a hash of what the browser
    was handed.
    """

    kind: Literal["pages_opened"] = "pages_opened"
    link: _Id
    session: _Id


class Delivered(Happened):
    """The outbox did an action (`key`), or gave it up: `outcome` says which.

    `message` is the platform's id of what we posted, where there is one.
    """

    kind: Literal["delivered"] = "delivered"
    key: str
    outcome: Literal["sent", "doubtful", "failed"]
    message: MessageId | None = None
    reason: Text = ""


class Judged(Happened):
    """The language model answered what the `Ask` with this `key` asked, in the shape that was wanted; or not.

    Without an `answer` (JSON), `reason` says why. The tokens are None where nobody knows what it cost.
    """

    kind: Literal["judged"] = "judged"
    key: str
    answer: Text = ""
    reason: Text = ""
    tokens_in: int | None = Field(default=0, ge=0)
    tokens_out: int | None = Field(default=0, ge=0)
    took_s: float = Field(default=0.0, ge=0)


Event = Annotated[
    Tick
    | FellDue
    | CommunityFound
    | Installed
    | Uninstalled
    | CapabilityFound
    | ChannelFound
    | MemberJoined
    | MemberAdmitted
    | MemberLeft
    | MemberChanged
    | ChannelJoined
    | ChannelLeft
    | MessagePosted
    | MessageEdited
    | MessageDeleted
    | MessageFiltered
    | ReactionAdded
    | ReactionRemoved
    | CommandGiven
    | ButtonPressed
    | FormSubmitted
    | ShortcutUsed
    | HomeOpened
    | PagesOpened
    | Delivered
    | Judged,
    Field(discriminator="kind"),
]
# What somebody does who waits for an answer.
Interaction = CommandGiven | ButtonPressed | FormSubmitted | ShortcutUsed
EVENT: TypeAdapter[Event] = TypeAdapter(Event)
