"""A small community for tests of features: people say and do things, and what came of it can be read."""

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any, Literal, Protocol

from pydantic import JsonValue
from sqlalchemy import select

from bot.actions import ACTION, Action, Answer, Mark, OpenForm, Post, ShowHome, Tell, Update, Whisper
from bot.cards import Button, Card, Form, Select, plain
from bot.core import Core
from bot.events import (
    ButtonPressed,
    ChannelFound,
    CommandGiven,
    CommunityFound,
    Delivered,
    Event,
    FormSubmitted,
    HomeOpened,
    MemberAdmitted,
    MemberChanged,
    MemberJoined,
    MemberLeft,
    MessageDeleted,
    MessageEdited,
    MessageFiltered,
    MessagePosted,
    ReactionAdded,
    ReactionRemoved,
    ShortcutUsed,
    Tick,
)
from bot.features import FEATURES
from bot.language.links import Link
from storage.database import Database
from storage.tables import Digest, Due, Failure, Feedback, Outgoing, Question, table
from tests.features.founding import is_copied, is_fresh, keep_copy

HOME = "sandbox:home"
# A Monday.
NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
ada, bob, cleo, dan, eve = "ada", "bob", "cleo", "dan", "eve"
# Words of /community that alone open a form instead of answering.
OPENS_A_FORM = ("check",)
MANAGER = dan
OPEN, PRIVATE = ("general", "help", "announcements"), ("managers", "feedback", "board")
SETTINGS: dict[str, JsonValue] = {
    "managers_channel": "managers",
    "feedback_channel": "feedback",
    "welcome_channel": "general",
}
# Hearth looks what is due no more often than this, as if it had much else to do.
_BREATH = timedelta(seconds=10)
_numbers = count(1)
_due = table(Due)


@dataclass(frozen=True)
class Words:
    """What somebody says, `wait` after what was said or done before."""

    text: str
    by: str
    channel: str
    wait: timedelta
    thread: "Words | None" = None
    reply_to: "Words | None" = None
    mentions: tuple[str, ...] = ()
    links: tuple[Link, ...] = ()
    bot: bool = False
    id: str = field(default_factory=lambda: f"m{next(_numbers)}")


def posted(
    text: str,
    *,
    by: str,
    channel: str = "general",
    minutes: float = 1,
    thread: Words | None = None,
    reply_to: Words | None = None,
    mentions: Sequence[str] = (),
    links: Sequence[Link] = (),
    bot: bool = False,
) -> Words:
    """Return words to be said; in a thread, in its channel."""
    return Words(
        text,
        by,
        thread.channel if thread else reply_to.channel if reply_to else channel,
        timedelta(minutes=minutes),
        thread,
        reply_to,
        tuple(mentions),
        tuple(links),
        bot,
    )


@dataclass(frozen=True)
class AskedQuestion:
    """A question as its row says it stands."""

    state: str
    evidence: str | None
    decided: str | None
    answered_by: str | None
    flagged_at: datetime | None
    asked_at: datetime
    first_response_at: datetime | None


class Community:
    """A community over a real core and database. Dan is its only manager."""

    def __init__(self, database: Database, settings: dict[str, JsonValue], *, since: datetime = NOON) -> None:
        self.database = database
        self.core = Core(database, FEATURES)
        self.now = since
        self._said_at: dict[str, datetime] = {}
        self._actions: dict[int, Action] = {}
        what = json.dumps([HOME, settings, since.isoformat()], sort_keys=True)
        fresh = is_fresh(database)
        if fresh and is_copied(database, what):
            return
        self.receives(
            CommunityFound(id="found", community=HOME, at=since, name="Home", settings=settings),
            *(
                ChannelFound(
                    id=f"channel:{name}",
                    community=HOME,
                    at=since,
                    channel=name,
                    name=name,
                    private=name in PRIVATE,
                )
                for name in (*OPEN, *PRIVATE)
            ),
            MemberChanged(id="manager", community=HOME, at=since, member=MANAGER, name="Dan", admin=True),
        )
        if fresh:
            keep_copy(database, what)

    # What happens.

    def receives(self, *events: Event) -> None:
        """Have the core handle events, each with what fell due before it."""
        for event in events:
            self.core.receive([event], catch_up=True)

    def says(self, *said: Words) -> None:
        """Have people say things, one after the other."""
        for words in said:
            self.now += words.wait
            self._said_at[words.id] = self.now
            self.receives(self._posted(words))

    def _posted(self, words: Words) -> MessagePosted:
        return MessagePosted(
            id=f"posted:{words.id}",
            community=HOME,
            at=self._said_at[words.id],
            channel=words.channel,
            message=words.id,
            author=words.by,
            author_name=words.by.title(),
            author_is_bot=words.bot,
            text=words.text,
            links=words.links,
            mentions=words.mentions,
            thread=words.thread.id if words.thread else None,
            reply_to=words.reply_to.id if words.reply_to else None,
        )

    def said_at(self, words: Words) -> datetime:
        """Return when something was said."""
        return self._said_at[words.id]

    def edits(self, words: Words, text: str) -> None:
        """Have the author change what they said."""
        self.receives(
            MessageEdited(
                id=self._next(),
                community=HOME,
                at=self.now,
                channel=words.channel,
                message=words.id,
                author=words.by,
                author_name=words.by.title(),
                author_is_bot=words.bot,
                posted_at=self._said_at[words.id],
                text=text,
                thread=words.thread.id if words.thread else None,
                reply_to=words.reply_to.id if words.reply_to else None,
            )
        )

    def says_late(self, words: Words, text: str) -> None:
        """Have somebody say something that we are told of only after they changed it."""
        self.now += words.wait
        self._said_at[words.id] = self.now
        self.now += timedelta(minutes=1)
        self.edits(words, text)
        self.receives(self._posted(words))

    def insists(self, *said: Words) -> None:
        """Have people say things, be told in private what these read like, and leave them as they are."""
        self.says(*said)
        self.lets_be()

    def lets_be(self) -> None:
        """Have who was told in private what they said reads like leave it as it is."""
        # What may be spoken for by what was before it is looked at for a moment, before anybody is told.
        self.passes(minutes=1)
        self.delivers()
        self.passes(minutes=11)

    def deletes(self, words: Words) -> None:
        """Have a message taken back."""
        self.receives(
            MessageDeleted(
                id=self._next(), community=HOME, at=self.now, channel=words.channel, message=words.id
            )
        )

    def reacts(self, words: Words, emoji: str = "white_check_mark", *, by: str) -> None:
        """Have somebody react to a message."""
        self.receives(
            ReactionAdded(
                id=self._next(),
                community=HOME,
                at=self.now,
                channel=words.channel,
                message=words.id,
                member=by,
                emoji=emoji,
            )
        )

    def takes_back(self, words: Words, emoji: str = "white_check_mark", *, by: str) -> None:
        """Have somebody take a reaction back."""
        self.receives(
            ReactionRemoved(
                id=self._next(),
                community=HOME,
                at=self.now,
                channel=words.channel,
                message=words.id,
                member=by,
                emoji=emoji,
            )
        )

    def filters(self, by: str, words: Words | None = None) -> None:
        """Have the platform's own filter flag words that were said, or stop what somebody wanted to say."""
        self.receives(
            MessageFiltered(
                id=self._next(),
                community=HOME,
                at=self.said_at(words) if words else self.now,
                channel=words.channel if words else "general",
                author=by,
                message=words.id if words else None,
            )
        )

    def joins(
        self, member: str, *, name: str | None = None, bot: bool = False, pending: bool = False
    ) -> None:
        """Have somebody join."""
        self.receives(
            MemberJoined(
                id=self._next(),
                community=HOME,
                at=self.now,
                member=member,
                name=member.title() if name is None else name,
                bot=bot,
                pending=pending,
            )
        )

    def admits(self, member: str) -> None:
        """Have somebody pass the screening."""
        self.receives(
            MemberAdmitted(id=self._next(), community=HOME, at=self.now, member=member, name=member.title())
        )

    def leaves(self, member: str) -> None:
        """Have somebody leave."""
        self.receives(MemberLeft(id=self._next(), community=HOME, at=self.now, member=member))

    def presses(self, label: str, on: Card, *, by: str = MANAGER) -> str:
        """Have somebody press a button of a card; return what they are told."""
        [button] = [button for button in on.buttons if button.label == label]
        return self.presses_button(button, by=by)

    def presses_button(self, button: Button, *, by: str = MANAGER) -> str:
        """Have somebody press a button, wherever they still see it; return what they are told."""
        return plain(self.shown_for(button, by=by))

    def shown_for(self, button: Button, *, by: str = MANAGER, community: str | None = None) -> Card:
        """Have somebody press a button; return the card that they alone are shown."""
        interaction = self._next()
        self.receives(
            ButtonPressed(
                id=interaction,
                community=community or HOME,
                at=self.now,
                channel="managers",
                member=by,
                name=by.title(),
                admin=by == MANAGER,
                button=button.name,
                value=button.value,
                interaction=interaction,
            )
        )
        return self._answer(interaction)

    def commands(
        self,
        text: str,
        *,
        by: str = MANAGER,
        channel: str = "managers",
        roles: Sequence[str] = (),
        community: str | None = None,
        interaction: str | None = None,
    ) -> Card:
        """Have somebody run /community; return the answer that they alone see."""
        made = self._next()
        interaction = interaction or made
        self.receives(
            CommandGiven(
                id=made,
                community=community or HOME,
                at=self.now,
                channel=channel,
                member=by,
                name=by.title(),
                admin=by == MANAGER,
                roles=tuple(roles),
                text=text,
                interaction=interaction,
            )
        )
        return self._answer(interaction)

    def picks(self, chosen: str, select: Select, *, by: str = MANAGER, community: str | None = None) -> Card:
        """Have somebody choose in a select of a card; return what they are told."""
        interaction = self._next()
        self.receives(
            ButtonPressed(
                id=interaction,
                community=community or HOME,
                at=self.now,
                channel="managers",
                member=by,
                name=by.title(),
                admin=by == MANAGER,
                button=select.name,
                value=select.value,
                chosen=(chosen,),
                interaction=interaction,
            )
        )
        return self._answer(interaction)

    def asks_for(self, button: Button, *, by: str = MANAGER) -> Form:
        """Have somebody press a button that opens a form; return the form."""
        interaction = self._next()
        self.receives(
            ButtonPressed(
                id=interaction,
                community=HOME,
                at=self.now,
                channel="managers",
                member=by,
                name=by.title(),
                admin=by == MANAGER,
                button=button.name,
                value=button.value,
                interaction=interaction,
            )
        )
        return self._form(interaction)

    def opens(self, text: str, *, by: str = MANAGER, channel: str = "managers") -> Form:
        """Have somebody run /community where that opens a form; return the form."""
        interaction = self._next()
        self.receives(
            CommandGiven(
                id=interaction,
                community=HOME,
                at=self.now,
                channel=channel,
                member=by,
                name=by.title(),
                admin=by == MANAGER,
                text=text,
                interaction=interaction,
            )
        )
        return self._form(interaction)

    def submits(self, form: Form, *, by: str = MANAGER, **fields: str | tuple[str, ...]) -> Card:
        """Have somebody send a form; return what they are told."""
        interaction = self._next()
        self.receives(
            FormSubmitted(
                id=interaction,
                community=HOME,
                at=self.now,
                channel="managers",
                member=by,
                name=by.title(),
                admin=by == MANAGER,
                form=form.name,
                value=form.value,
                fields=dict(fields),
                interaction=interaction,
            )
        )
        return self._answer(interaction)

    def uses(self, shortcut: str, on: Words, *, by: str, channel: str | None = None) -> Card:
        """Have somebody choose a shortcut on a message; return what they are told."""
        interaction = self._next()
        self.receives(
            ShortcutUsed(
                id=interaction,
                community=HOME,
                at=self.now,
                channel=channel or on.channel,
                member=by,
                name=by.title(),
                admin=by == MANAGER,
                shortcut=shortcut,
                message=on.id,
                author=on.by,
                author_name=on.by.title(),
                author_is_bot=on.bot,
                posted_at=self._said_at.get(on.id, self.now),
                text=on.text,
                links=on.links,
                interaction=interaction,
            )
        )
        return self._answer(interaction)

    def home(self, member: str, *, opens: bool = True) -> tuple[Card, ...]:
        """Return what a member's home page shows; unless told otherwise, they look at it now."""
        if opens:
            self.receives(
                HomeOpened(
                    id=self._next(),
                    community=HOME,
                    at=self.now,
                    member=member,
                    name=member.title(),
                    admin=member == MANAGER,
                )
            )
        shown = [each for each in self.actions() if isinstance(each, ShowHome) and each.member == member]
        return shown[-1].cards

    def marks(self) -> list[tuple[str, bool]]:
        """Return which messages were marked as answered, or no longer, in order."""
        return [(each.message, each.answered) for each in self.actions() if isinstance(each, Mark)]

    def passes(self, *, days: float = 0, hours: float = 0, minutes: float = 0, seconds: float = 0) -> None:
        """Let time pass, with a tick whenever something is due."""
        self.waits_until(self.now + timedelta(days=days, hours=hours, minutes=minutes, seconds=seconds))

    def waits_until(self, then: datetime) -> None:
        """Let time pass until then."""
        beat = self.now
        while (due_at := self._next_due()) is not None and due_at <= then:
            # What falls due one after the other, as the days to count each night, is done by few ticks.
            beat = max(due_at, min(beat + _BREATH, then))
            self.core.receive([Tick(at=beat)])
        self.core.receive([Tick(at=then)])
        self.now = then

    def sleeps(self, *, days: float) -> None:
        """Let time pass while Hearth is away: it hears of it all at once, and ticks on from there."""
        self.now += timedelta(days=days)
        for _ in range(5):
            self.now += timedelta(seconds=1)
            self.core.receive([Tick(at=self.now)])

    def delivers(self, *, outcome: Literal["sent", "failed", "doubtful"] = "sent") -> None:
        """Have the platform do all that waits, or refuse it: what is done is kept here alone."""
        self.actions()
        outgoing = table(Outgoing)
        for row in self._rows(select(outgoing).where(outgoing.c.state == "waiting")):
            self.receives(
                Delivered(
                    id=f"delivered:{row.key}",
                    community=HOME,
                    at=self.now,
                    key=row.key,
                    outcome=outcome,
                    message=f"p{row.seq}" if outcome == "sent" else None,
                )
            )

    # What came of it.

    def actions(self) -> list[Action]:
        """Return what was decided to be done, in order."""
        outgoing = table(Outgoing)
        for row in self._rows(select(outgoing.c.seq, outgoing.c.key, outgoing.c.payload)):
            if row.payload:
                self._actions[row.seq] = ACTION.validate_json(row.payload)
            elif row.seq in self._actions and self._actions[row.seq].key != row.key:
                # What tells of somebody who was forgotten is known by another name.
                self._actions[row.seq] = self._actions[row.seq].model_copy(update={"key": row.key})
        return [self._actions[seq] for seq in sorted(self._actions)]

    def cards(self, channel: str) -> list[Card]:
        """Return the cards of a channel as they read now, in the order they were posted."""
        return self._as_they_read(channel)

    def card(self, channel: str) -> Card:
        """Return the only card of a channel, as it reads now."""
        [card] = self.cards(channel)
        return card

    def posts(self, channel: str) -> list[Post]:
        """Return what was posted in a channel."""
        return [action for action in self.actions() if isinstance(action, Post) and action.channel == channel]

    def updates(self) -> list[Update]:
        """Return what was changed in cards."""
        return [action for action in self.actions() if isinstance(action, Update)]

    def told(self, member: str) -> list[Card]:
        """Return what a member was told in private, as it reads now."""
        return self._as_they_read(f"@{member}")

    def whispered(self, member: str) -> list[Whisper]:
        """Return what was shown to a member alone, unasked, in order."""
        return [each for each in self.actions() if isinstance(each, Whisper) and each.member == member]

    def question(self, words: Words) -> AskedQuestion | None:
        """Return how the question that begins with a message stands, if it is one."""
        question = table(Question)
        rows = self._rows(
            select(question).where(question.c.channel == words.channel, question.c.message == words.id)
        )
        if not rows:
            return None
        [row] = rows
        evidence: dict[str, Any] = row.evidence or {}
        return AskedQuestion(
            row.state,
            evidence.get("kind"),
            evidence.get("by"),
            row.helper,
            row.flagged_at,
            row.asked_at,
            row.first_response_at,
        )

    def questions(self) -> list[str]:
        """Return the first messages of all questions, in the order they were asked."""
        question = table(Question)
        rows = self._rows(select(question.c.message).order_by(question.c.asked_at, question.c.message))
        return [row.message for row in rows]

    def feedback(self) -> dict[str, str]:
        """Return what each message that says something about the product is, by its id."""
        feedback = table(Feedback)
        return {row.message: row.verdict for row in self._rows(select(feedback))}

    def digests(self) -> list[Any]:
        """Return the rows of the digests, oldest first."""
        digest = table(Digest)
        return list(self._rows(select(digest).order_by(digest.c.window_from)))

    def failures(self) -> list[str]:
        """Return why features failed."""
        return [row.reason for row in self._rows(select(table(Failure)))]

    def _as_they_read(self, lane: str) -> list[Card]:
        shown: dict[str, Card] = {}
        for action in self.actions():
            if isinstance(action, Post | Tell) and action.lane == lane:
                shown[action.key] = action.card
            elif isinstance(action, Update) and action.lane == lane:
                assert action.post in shown, f"{action.post} was never shown in {lane}"
                shown[action.post] = action.card
        return list(shown.values())

    def _form(self, interaction: str) -> Form:
        [form] = [
            action.form
            for action in self.actions()
            if isinstance(action, OpenForm) and action.interaction == interaction
        ]
        return form

    def _answer(self, interaction: str) -> Card:
        [card] = [
            action.card
            for action in self.actions()
            if isinstance(action, Answer) and action.interaction == interaction
        ]
        return card

    def _rows(self, statement: Any) -> Sequence[Any]:
        with self.database.reading() as tx:
            return tx.rows(statement)

    def _next_due(self) -> datetime | None:
        rows = self._rows(select(_due.c.due_at).order_by(_due.c.due_at).limit(1))
        return rows[0].due_at if rows else None

    def _next(self) -> str:
        # No two things are done at the same time.
        self.now += timedelta(seconds=1)
        return f"e{next(_numbers)}"


class Founds(Protocol):
    """Founds a community, then, with these settings beside the usual ones."""

    def __call__(self, *, since: datetime = NOON, **settings: JsonValue) -> Community: ...
