"""The tables. Ids are the platforms' own strings, unique within a community; times are aware UTC."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, BigInteger, Column, Identity, Index, Integer, MetaData, Table
from sqlalchemy import text as sql
from sqlmodel import Field, SQLModel

from storage.column_types import settle_types

# Alembic can only change a constraint that has a name, on SQLite above all.
SQLModel.metadata.naming_convention = {
    "ix": "ix_%(column_0_N_label)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}
METADATA: MetaData = SQLModel.metadata


class Handled(SQLModel, table=True):
    """An event that was handled: delivered again, it changes nothing."""

    community: str = Field(primary_key=True)
    event: str = Field(primary_key=True)
    at: datetime

    __table_args__ = (Index("ix_handled_community_at", "community", "at"),)


class Handling(SQLModel, table=True):
    """The one row that says which batch was handled last.

    What a process remembers of rows is good as long as it finds its own batch here.
    """

    id: int = Field(primary_key=True)
    batch: str


class Failure(SQLModel, table=True):
    """A feature's work on an event that raised: left out, kept, and to be run again.

    `history` tells that it was of the past, about which nothing is done any more.
    """

    community: str = Field(primary_key=True)
    event: str = Field(primary_key=True)
    feature: str = Field(primary_key=True)
    at: datetime
    reason: str
    payload: str
    history: bool = False

    __table_args__ = (Index("ix_failure_community_at", "community", "at"),)


class Due(SQLModel, table=True):
    """Something a feature wants to be told of when the time has come.

    It has been due since `since`, if it failed before and waits to be tried again.
    """

    community: str = Field(primary_key=True)
    feature: str = Field(primary_key=True)
    key: str = Field(primary_key=True)
    due_at: datetime = Field(index=True)
    since: datetime


class Outgoing(SQLModel, table=True):
    """An action and what became of it: waiting, sending, sent, doubtful, failed, or left by a manager.

    `again` is how often a manager had it sent again.
    """

    seq: int | None = Field(
        default=None,
        sa_column=Column(
            BigInteger().with_variant(Integer, "sqlite"), Identity(always=False), primary_key=True
        ),
    )
    community: str
    key: str
    kind: str
    lane: str
    urgent: bool
    payload: str
    state: str
    made_at: datetime
    retry_at: datetime | None = None
    tries: int = 0
    claimed_by: str | None = None
    claimed_until: datetime | None = None
    doubted: bool = False
    message: str | None = None
    reason: str = ""
    again: int = 0

    __table_args__ = (
        Index("uq_outgoing_community_key", "community", "key", unique=True),
        Index("ix_outgoing_state_seq", "state", "seq"),
        Index("ix_outgoing_community_lane_state", "community", "lane", "state"),
    )


class Community(SQLModel, table=True):
    """A community and what its managers set; `named_at` is when its name was true.

    `installed_at` is when Hearth was last added to it, `ended_at` when it was last removed.
    """

    id: str = Field(primary_key=True)
    name: str
    named_at: datetime
    found_at: datetime
    installed_at: datetime | None = None
    ended_at: datetime | None = None
    settings: dict[str, Any] = Field(default_factory=dict, sa_column=Column(JSON, nullable=False))


class Channel(SQLModel, table=True):
    """A channel; `changed_at` is when what we know of it was true.

    What is said in one that is not `heard` does not reach Hearth.
    """

    community: str = Field(primary_key=True)
    id: str = Field(primary_key=True)
    name: str
    private: bool
    archived: bool
    heard: bool
    changed_at: datetime


class Member(SQLModel, table=True):
    """A member; `named_at` is when their name was true, `role_at` when they were `admin`.

    They had the `roles` at `roles_at`; None where the platform never said.
    """

    community: str = Field(primary_key=True)
    id: str = Field(primary_key=True)
    name: str
    # The name as names are compared: `str.casefold`, which no database knows.
    called: str
    bot: bool
    named_at: datetime
    admin: bool
    role_at: datetime
    roles: list[str] | None = Field(default=None, sa_column=Column(JSON(none_as_null=True)))
    roles_at: datetime | None = None
    first_seen_at: datetime

    __table_args__ = (Index("ix_member_community_called", "community", "called"),)


class Message(SQLModel, table=True):
    """Something said. `text_at` is when the text read so; a deleted one has no text."""

    community: str = Field(primary_key=True)
    channel: str = Field(primary_key=True)
    id: str = Field(primary_key=True)
    author: str
    bot: bool
    posted_at: datetime
    text: str
    text_at: datetime
    links: list[list[Any]] = Field(default_factory=list, sa_column=Column(JSON, nullable=False))
    mentions: list[str] = Field(default_factory=list, sa_column=Column(JSON, nullable=False))
    thread: str | None = None
    reply_to: str | None = None
    deleted_at: datetime | None = None

    __table_args__ = (
        Index("ix_message_community_channel_posted_at", "community", "channel", "posted_at"),
        Index("ix_message_community_channel_thread", "community", "channel", "thread"),
        Index("ix_message_community_posted_at", "community", "posted_at"),
        Index("ix_message_community_author_posted_at", "community", "author", "posted_at"),
        # Few messages are native replies; the others are not to pay for them.
        Index(
            "ix_message_community_channel_reply_to",
            "community",
            "channel",
            "reply_to",
            sqlite_where=sql("reply_to IS NOT NULL"),
            postgresql_where=sql("reply_to IS NOT NULL"),
        ),
    )


class Reaction(SQLModel, table=True):
    """A reaction, there or taken back, whichever came last."""

    community: str = Field(primary_key=True)
    channel: str = Field(primary_key=True)
    message: str = Field(primary_key=True)
    member: str = Field(primary_key=True)
    emoji: str = Field(primary_key=True)
    there: bool
    at: datetime

    __table_args__ = (
        Index("ix_reaction_community_member", "community", "member"),
        Index("ix_reaction_community_at", "community", "at"),
    )


class Turn(SQLModel, table=True):
    """Where a message stands in the talk.

    `parent` is what it follows on (`how` says why), `head` the first of several short messages of one
    person, `asks` whether these ask something up to this one, `question` the head of the question it is
    about.
    """

    community: str = Field(primary_key=True)
    channel: str = Field(primary_key=True)
    message: str = Field(primary_key=True)
    head: str
    parent: str | None = None
    how: str
    asks: bool
    question: str | None = None

    __table_args__ = (
        Index("ix_turn_community_channel_head", "community", "channel", "head"),
        Index("ix_turn_community_channel_question", "community", "channel", "question"),
    )


class ThreadBegun(SQLModel, table=True):
    """What a thread is about whose first message is erased: the head of a question, if of one.

    It holds no words, and stays for a while after the thread's talk: replies to it may still come. `at` is
    when it was begun.
    """

    __tablename__ = "thread_begun"

    community: str = Field(primary_key=True)
    channel: str = Field(primary_key=True)
    message: str = Field(primary_key=True)
    question: str | None = None
    at: datetime

    __table_args__ = (Index("ix_thread_begun_community_at", "community", "at"),)


class Question(SQLModel, table=True):
    """A question, its state, and what that rests on; keyed by its first message."""

    community: str = Field(primary_key=True)
    channel: str = Field(primary_key=True)
    message: str = Field(primary_key=True)
    thread: str | None = None
    asker: str
    asked_at: datetime
    probability: float
    reasons: list[str] = Field(default_factory=list, sa_column=Column(JSON, nullable=False))
    state: str
    evidence: dict[str, Any] | None = Field(default=None, sa_column=Column(JSON(none_as_null=True)))
    helper: str | None = None
    first_response_at: datetime | None = None
    flagged_at: datetime | None = None

    __table_args__ = (
        Index("ix_question_community_state_asked_at", "community", "state", "asked_at"),
        Index("ix_question_community_asked_at", "community", "asked_at"),
        Index("ix_question_community_asker_asked_at", "community", "asker", "asked_at"),
    )


class SeemsReplied(SQLModel, table=True):
    """What was read last of an open question that nobody plainly answered.

    Somebody has `replied` that likely, 0 to 1, by all that was said up to `at`; None where what was said is
    known to be no answer. The message that speaks for it is `evidence`, and `reason` says how.
    """

    __tablename__ = "seems_replied"

    community: str = Field(primary_key=True)
    channel: str = Field(primary_key=True)
    message: str = Field(primary_key=True)
    asked_at: datetime
    at: datetime
    replied: float | None = None
    evidence: str | None = None
    reason: str

    __table_args__ = (Index("ix_seems_replied_community_asked_at", "community", "asked_at"),)


class AskedWord(SQLModel, table=True):
    """A word of an answered question, by which it is found when something like it is asked.

    `word` is a number made of it, the same on every machine.
    """

    __tablename__ = "asked_word"

    community: str = Field(primary_key=True)
    word: int = Field(sa_column=Column(BigInteger, primary_key=True, autoincrement=False))
    channel: str = Field(primary_key=True)
    message: str = Field(primary_key=True)

    # With the word in it: SQLite would read all words of a community rather than look beside the index.
    __table_args__ = (
        Index("ix_asked_word_community_channel_message_word", "community", "channel", "message", "word"),
    )


class SimilarQuestion(SQLModel, table=True):
    """An answered question like one that was flagged, the likest with the lowest `place`."""

    __tablename__ = "similar_question"

    community: str = Field(primary_key=True)
    channel: str = Field(primary_key=True)
    message: str = Field(primary_key=True)
    place: int = Field(primary_key=True)
    asked_at: datetime
    other_channel: str
    other_message: str

    __table_args__ = (
        Index("ix_similar_question_community_asked_at", "community", "asked_at"),
        Index(
            "ix_similar_question_community_other_channel_other_message",
            "community",
            "other_channel",
            "other_message",
        ),
    )


class Hint(SQLModel, table=True):
    """An answered question that was shown to the `member` who asked something like it.

    The `outcome` is what they said of it, None until they say.
    """

    community: str = Field(primary_key=True)
    channel: str = Field(primary_key=True)
    message: str = Field(primary_key=True)
    member: str
    asked_at: datetime
    at: datetime
    other_channel: str
    other_message: str
    outcome: str | None = None

    __table_args__ = (
        Index("ix_hint_community_asked_at", "community", "asked_at"),
        Index("ix_hint_community_member_at", "community", "member", "at"),
        Index("ix_hint_community_other_channel", "community", "other_channel"),
    )


class OpenList(SQLModel, table=True):
    """The list of open questions that a community is shown, as it was told last.

    It stands in `channel`, posted with the key `post` on a local `day` at `posted_at`. `last` is the key of
    what was done with it last, at `at`, and `shown` a hash of what it said then.
    """

    __tablename__ = "open_list"

    community: str = Field(primary_key=True)
    channel: str
    post: str
    day: str
    posted_at: datetime
    last: str
    at: datetime
    shown: str


class Decision(SQLModel, table=True):
    """What a person decided about a judgement of ours; the latest of a message counts.

    `overrules` is what of our judgement a manager said was wrong, if anything. What was `undone_at` some
    time counts for nothing.
    """

    community: str = Field(primary_key=True)
    event: str = Field(primary_key=True)
    about: str
    channel: str
    message: str
    decision: str
    by: str
    at: datetime
    # The message that answers a question, where who decided named it.
    answer: str | None = None
    overrules: str | None = None
    undone_at: datetime | None = None

    __table_args__ = (
        Index("ix_decision_community_about_channel_message", "community", "about", "channel", "message"),
    )


class Volunteer(SQLModel, table=True):
    """Somebody who offered to help with some topics: when, and how often in a week at most.

    `hours` are as people write working hours, None for any time, in `timezone`, None for the community's.
    """

    community: str = Field(primary_key=True)
    member: str = Field(primary_key=True)
    topics: list[str] = Field(default_factory=list, sa_column=Column(JSON, nullable=False))
    hours: str | None = None
    timezone: str | None = None
    per_week: int
    since: datetime


class Asking(SQLModel, table=True):
    """A volunteer was asked to help with a question.

    `outcome` is helps, passed or unreachable; None while nothing came of it.
    """

    community: str = Field(primary_key=True)
    channel: str = Field(primary_key=True)
    message: str = Field(primary_key=True)
    member: str = Field(primary_key=True)
    asked_at: datetime
    outcome: str | None = None

    __table_args__ = (
        Index("ix_asking_community_member_asked_at", "community", "member", "asked_at"),
        Index("ix_asking_community_asked_at", "community", "asked_at"),
    )


class Broadcast(SQLModel, table=True):
    """A message that speaks at people, with its signals; or one that scores a little, and is `fine`."""

    community: str = Field(primary_key=True)
    channel: str = Field(primary_key=True)
    message: str = Field(primary_key=True)
    thread: str | None = None
    author: str
    posted_at: datetime
    salesy: float
    verdict: str
    signals: list[dict[str, Any]] = Field(default_factory=list, sa_column=Column(JSON, nullable=False))
    # What was before it in the community, as of when that was looked at; None where it was not yet.
    past: dict[str, Any] | None = Field(default=None, sa_column=Column(JSON(none_as_null=True)))

    __table_args__ = (Index("ix_broadcast_community_posted_at", "community", "posted_at"),)


class Trace(SQLModel, table=True):
    """What a message that sells or shares something leads to and says, as numbers that are found elsewhere.

    A `mark` is of its words or, where `leads`, of who owns a place that it links to; one that is 0 stands for
    the message itself. Whether its text `sells` by itself is said with each.
    """

    community: str = Field(primary_key=True)
    channel: str = Field(primary_key=True)
    message: str = Field(primary_key=True)
    mark: int = Field(sa_column=Column(BigInteger, primary_key=True, autoincrement=False))
    leads: bool
    sells: bool
    author: str
    posted_at: datetime

    __table_args__ = (
        Index("ix_trace_community_mark_posted_at", "community", "mark", "posted_at"),
        Index("ix_trace_community_author_posted_at", "community", "author", "posted_at"),
        Index("ix_trace_community_posted_at", "community", "posted_at"),
    )


class Filtered(SQLModel, table=True):
    """The platform's own filter stopped what somebody wanted to say, or flagged a `message`; no words."""

    community: str = Field(primary_key=True)
    event: str = Field(primary_key=True)
    channel: str
    author: str
    message: str | None = None
    at: datetime

    __table_args__ = (Index("ix_filtered_community_at", "community", "at"),)


class Feedback(SQLModel, table=True):
    """A message that says something about the product."""

    community: str = Field(primary_key=True)
    channel: str = Field(primary_key=True)
    message: str = Field(primary_key=True)
    thread: str | None = None
    author: str
    posted_at: datetime
    verdict: str
    probability: float
    reasons: list[str] = Field(default_factory=list, sa_column=Column(JSON, nullable=False))

    __table_args__ = (Index("ix_feedback_community_posted_at", "community", "posted_at"),)


class Welcome(SQLModel, table=True):
    """When somebody came and went, and whether they were welcomed: waiting, welcomed or raid. Once for good.

    Who is `known` was there before we came, and needs no welcome.

    They joined last, were first admitted (past any screening), and left last at these times.
    """

    community: str = Field(primary_key=True)
    member: str = Field(primary_key=True)
    joined_at: datetime | None = None
    admitted_at: datetime | None = None
    left_at: datetime | None = None
    state: str
    decided_at: datetime | None = None

    __table_args__ = (Index("ix_welcome_community_admitted_at", "community", "admitted_at"),)


class SettingChange(SQLModel, table=True):
    """A change of one setting by one event: what it was and what it became, None for the default."""

    community: str = Field(primary_key=True)
    event: str = Field(primary_key=True)
    name: str = Field(primary_key=True)
    at: datetime
    by: str
    how: str
    before: Any = Field(default=None, sa_column=Column(JSON(none_as_null=True)))
    after: Any = Field(default=None, sa_column=Column(JSON(none_as_null=True)))

    __table_args__ = (Index("ix_setting_change_community_at", "community", "at"),)


class SettingDraft(SQLModel, table=True):
    """Changes of settings that somebody was shown, each a name with before and after; applied once."""

    community: str = Field(primary_key=True)
    id: str = Field(primary_key=True)
    at: datetime
    how: str
    changes: list[list[Any]] = Field(default_factory=list, sa_column=Column(JSON, nullable=False))


class Subscription(SQLModel, table=True):
    """Who gets a digest: about what, how often, when in which timezone, and where."""

    community: str = Field(primary_key=True)
    id: str = Field(primary_key=True)
    channel: str
    kinds: list[str] = Field(default_factory=list, sa_column=Column(JSON, nullable=False))
    every: str
    # Of the week (0 is Monday) or of the month; None for daily ones.
    day: int | None = None
    hour: int
    minute: int = 0
    timezone: str
    paused: bool = False
    made_by: str
    made_at: datetime
    ended_at: datetime | None = None
    # Where the next window begins: windows follow each other without gap or overlap.
    next_from: datetime


class Daily(SQLModel, table=True):
    """What happened in a channel on one local day; kept for good, when the texts are gone."""

    community: str = Field(primary_key=True)
    day: str = Field(primary_key=True)
    channel: str = Field(primary_key=True)
    messages: int = 0
    members: int = 0
    questions: int = 0
    answered: int = 0
    # Seconds to the first human response, of half of those questions that had one.
    response_s: float | None = None
    broadcasts: int = 0
    salesy: int = 0
    feedback: int = 0
    # What would be salesy elsewhere; how often people replied to others, and staff to who is not; how often
    # staff spoke at everyone. None for days that were counted before this was.
    promotion: int | None = None
    replies: int | None = None
    staff_replies: int | None = None
    staff_broadcasts: int | None = None


class Weekly(SQLModel, table=True):
    """What happened in a week, called by its local Monday; kept for good, as no sum of days says who spoke.

    `members` is None where messages were gone already when it was counted. Of what was asked in it so many
    questions were `flagged`, and of those flags so many `overruled`; None where that is not known.
    """

    community: str = Field(primary_key=True)
    week: str = Field(primary_key=True)
    messages: int = 0
    members: int | None = None
    new: int = 0
    asked: int = 0
    answered: int = 0
    # Seconds to the first human response, of half of those questions that had one.
    response_s: float | None = None
    salesy: int = 0
    flagged: int | None = None
    overruled: int | None = None


class Erased(SQLModel, table=True):
    """How far a community's talk is erased: what was said before, and was not imported since, is gone."""

    community: str = Field(primary_key=True)
    before: datetime


class PageSession(SQLModel, table=True):
    """Somebody who followed a link to the pages; `id` is a hash of what their browser holds.

    `admin` was true at `role_at`: what is heard of them later counts instead. `roles` are those they had.
    """

    id: str = Field(primary_key=True)
    community: str
    member: str
    name: str
    link: str
    admin: bool
    roles: list[str] = Field(default_factory=list, sa_column=Column(JSON, nullable=False))
    role_at: datetime
    begun_at: datetime
    until: datetime


class PageLink(SQLModel, table=True):
    """A link to the pages that was given to somebody; it opens them once."""

    id: str = Field(primary_key=True)
    community: str
    member: str
    name: str
    admin: bool
    roles: list[str] = Field(default_factory=list, sa_column=Column(JSON, nullable=False))
    given_at: datetime
    until: datetime
    used_at: datetime | None = None


class Import(SQLModel, table=True):
    """How far the import of an export has come: so many of its events are kept."""

    community: str = Field(primary_key=True)
    export: str = Field(primary_key=True)
    done: int
    total: int
    begun_at: datetime
    ended_at: datetime | None = None


class Capability(SQLModel, table=True):
    """Whether something works in a community, as its adapter last found, and why not; since `changed_at`."""

    community: str = Field(primary_key=True)
    capability: str = Field(primary_key=True)
    works: bool
    reason: str
    changed_at: datetime


class Unseen(SQLModel, table=True):
    """Somebody who takes part unseen `since` then, `until` they want to be read again; maybe `forgotten`.

    `mark` is a keyed hash of their id, and `event` what they last did about it.
    """

    community: str = Field(primary_key=True)
    mark: str = Field(primary_key=True)
    event: str
    forgotten: bool
    since: datetime
    until: datetime | None = None


class Cursor(SQLModel, table=True):
    """What an adapter keeps through a restart: how far it has heard, what it has registered."""

    community: str = Field(primary_key=True)
    name: str = Field(primary_key=True)
    value: str


class Installation(SQLModel, table=True):
    """What a platform gave for working in a community, its tokens among it; `sealed` is encrypted."""

    community: str = Field(primary_key=True)
    sealed: str


class Secret(SQLModel, table=True):
    """A random key that this installation made for itself; `name` says what for."""

    name: str = Field(primary_key=True)
    value: str


class Digest(SQLModel, table=True):
    """A digest of a window, [from, to), and why it was not posted where it was not.

    `subscription` is empty for the weekly one of the feedback channel. `card` is all that it shows but its
    sections; None where an older version made it.
    """

    community: str = Field(primary_key=True)
    subscription: str = Field(default="", primary_key=True)
    window_from: datetime = Field(primary_key=True)
    window_to: datetime
    made_at: datetime
    skipped: str | None = None
    sections: list[dict[str, Any]] = Field(default_factory=list, sa_column=Column(JSON, nullable=False))
    card: dict[str, Any] | None = Field(default=None, sa_column=Column(JSON(none_as_null=True)))

    __table_args__ = (Index("ix_digest_community_window_from", "community", "window_from"),)


class ModelCall(SQLModel, table=True):
    """What a language model was asked, and what came of it: waiting, answered, failed or gone.

    `sent` is what was sent beside the words of the `prompt`, `hidden` what stands for what in it, `question`
    is a hash by which the same question is known, `context` what is needed to go on. They are empty once
    nobody needs them, or what they rest on is forgotten. Tokens are guessed until an answer comes.
    """

    community: str = Field(primary_key=True)
    key: str = Field(primary_key=True)
    purpose: str
    prompt: str
    model: str
    question: str
    # Who asked for it, where somebody did.
    member: str | None = None
    asked_at: datetime
    day: str
    sent: str
    hidden: dict[str, str] | None = Field(default=None, sa_column=Column(JSON(none_as_null=True)))
    context: dict[str, Any] | None = Field(default=None, sa_column=Column(JSON(none_as_null=True)))
    state: str
    answer: str
    came_of_it: str
    tokens_in: int
    tokens_out: int
    took_s: float

    __table_args__ = (
        Index("ix_modelcall_community_day", "community", "day"),
        Index("ix_modelcall_community_question", "community", "question"),
        Index("ix_modelcall_community_asked_at", "community", "asked_at"),
    )


class ModelSource(SQLModel, table=True):
    """A message whose words were in a question to a language model."""

    community: str = Field(primary_key=True)
    key: str = Field(primary_key=True)
    channel: str = Field(primary_key=True)
    message: str = Field(primary_key=True)
    at: datetime

    __table_args__ = (
        Index("ix_modelsource_community_channel_message", "community", "channel", "message"),
        Index("ix_modelsource_community_at", "community", "at"),
    )


settle_types(METADATA)


def table(model: type[SQLModel]) -> Table:
    """Return the SQLAlchemy table of a model, for Core statements."""
    found: Table = model.__table__  # type: ignore[attr-defined]  # SQLModel sets it on table models only
    return found
