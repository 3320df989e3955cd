"""Notices what members say about the product: bugs, requests, praise, complaints."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any, get_args

from sqlalchemy import and_, bindparam, delete, select

from bot.actions import Action, answer
from bot.asking import Source, ask, call_of, done, wanted
from bot.cards import Button, Card, Item, MessageRef, Section, shorten
from bot.commands import given
from bot.communities import closed_to, excluded_by, is_manager, is_staff, settings_at
from bot.decisions import decide, latest_decision
from bot.events import (
    ButtonPressed,
    CommandGiven,
    Event,
    Judged,
    MessageDeleted,
    MessageEdited,
    MessagePosted,
    ShortcutUsed,
)
from bot.heard import Heard, as_it_reads, is_new, message_of, of_message
from bot.language.feedback import KEPT, FeedbackKind, read_feedback
from bot.language.messages import read_message
from bot.language.orders import speaks_to_a_model
from prompts.feedback import Kind
from storage.tables import Feedback, Message, table
from storage.transaction import Transaction

_QUOTED = 160
_SHOWN = 10
_BUTTONS = "feedback."
# What a person says of a message that is no feedback.
_NONE = "none"
# Whoever is unsure hears a second opinion: it moves a likelihood by so much, and only one that this changes.
BOUND = 0.2
_OPINION = "ask:opinion:feedback:"
_SENT = 2_000
_WITHIN = timedelta(hours=1)
_BY_MODEL = "a language model reads it so"
_NOT_THEIRS = "Only who wrote it, a manager, or somebody of the company can say so. Thank you all the same!"
_NOT_HEARD = "I do not know that message: I am not in its channel, or leave it out of reading."

_message = table(Message)
_feedback = table(Feedback)
_RECENT = (
    select(
        _feedback.c.verdict,
        _feedback.c.channel,
        _feedback.c.message,
        _feedback.c.thread,
        _feedback.c.reasons,
        _message.c.text,
    )
    .select_from(_feedback.join(_message, of_message(_feedback)))
    .where(
        _feedback.c.community == bindparam("in_community"),
        _feedback.c.verdict.in_(bindparam("of_kinds", expanding=True)),
        _feedback.c.channel.not_in(bindparam("but_of", expanding=True)),
    )
    .order_by(_feedback.c.posted_at.desc(), _feedback.c.message)
    .limit(_SHOWN)
)
_HERE = and_(
    _feedback.c.community == bindparam("in_community"),
    _feedback.c.channel == bindparam("in_channel"),
    _feedback.c.message == bindparam("of_message"),
)
_KIND = select(_feedback.c.verdict).where(_HERE)
_THERE = select(_feedback).where(_HERE)
_FORGET = delete(_feedback).where(_HERE)
_FORGET_AUTHOR = delete(_feedback).where(
    _feedback.c.community == bindparam("in_community"), _feedback.c.author == bindparam("by_author")
)


def handle(event: Event, tx: Transaction) -> Sequence[Action]:
    """Keep what a message says about the product, as it reads now."""
    match event:
        case MessagePosted(author_is_bot=True):
            pass
        case MessagePosted() if read_message(event.text, event.links).feedback is not None:
            _read_anew(event, tx)
            return _ask_opinion(event, tx)
        case Judged() if event.key.startswith(_OPINION):
            _hear_opinion(event, tx)
        case MessageEdited() | MessageDeleted():
            _read_anew(event, tx)
        case CommandGiven() if (kind := given(event, tx, "feedback")) is not None:
            return [answer(event, _recent(event, tx, kind.lower()))]
        case ShortcutUsed(shortcut="feedback"):
            return [answer(event, _asked(event, tx))]
        case ButtonPressed() if event.button.startswith(_BUTTONS):
            return [answer(event, _decided(event, tx))]
        case ButtonPressed() | CommandGiven():
            for member in excluded_by(event, tx):
                tx.run(_FORGET_AUTHOR, in_community=event.community, by_author=member)
        case _:
            pass
    return []


def _recent(event: CommandGiven, tx: Transaction, kind: str) -> Card:
    """Return the newest feedback of a kind, or of all kinds."""
    names = get_args(FeedbackKind)
    if kind.removesuffix("s") in names:
        kind = kind.removesuffix("s")
    if kind and kind not in names:
        return Card(text=f'There is no feedback called "{shorten(kind, 30)}"; there is {", ".join(names)}.')
    kinds = [kind] if kind else list(names)
    closed = closed_to(tx, event.community, event.channel)
    shown = tx.rows(_RECENT, in_community=event.community, of_kinds=kinds, but_of=closed)
    if not shown:
        what = (kind if kind == "praise" else f"a {kind}") if kind else "feedback"
        return Card(text=f"I know of no message that reads as {what} and may be shown here.")
    items = tuple(
        Item(
            text=f"{_said_to_be(row)}: {shorten(' '.join(row.text.split()), _QUOTED)}",
            refs=(MessageRef(channel=row.channel, message=row.message, thread=row.thread),),
        )
        for row in shown
    )
    return Card(title="What members said about the product", sections=(Section(name="Newest", items=items),))


def _read_anew(event: MessagePosted | MessageEdited | MessageDeleted, tx: Transaction) -> None:
    """Read a message as it stands now."""
    said = as_it_reads(event, tx)
    new = isinstance(event, MessagePosted) and is_new(event, tx)
    _keep(event.community, event.channel, event.message, said, tx, new=new)


def _keep(
    community: str, channel: str, message: str, said: Heard | None, tx: Transaction, *, new: bool = False
) -> str | None:
    """Keep what a message says about the product, by a person's word where there is one; return its kind.

    `new` says that nothing was heard of the message before, so that nobody can have said anything of it.
    """
    place = {"in_community": community, "in_channel": channel, "of_message": message}
    decided = None if new else latest_decision(tx, community, "feedback", channel, message)
    reading = None
    if said is not None and not said.bot:
        settings = settings_at(tx, community, said.posted_at)
        reading = None if settings.is_for_managers(channel) else read_feedback(said.text)
    kind = decided.decision if decided is not None else reading.kind if reading is not None else _NONE
    if said is None or kind == _NONE:
        tx.run(_FORGET, **place)
        return None
    by_rule = reading if reading is not None and decided is None else None
    tx.put(
        Feedback,
        community=community,
        channel=channel,
        message=message,
        thread=said.thread,
        author=said.author,
        posted_at=said.posted_at,
        verdict=kind,
        probability=by_rule.probability if by_rule else 1.0,
        reasons=list(by_rule.reasons) if by_rule else ["a person said so"],
    )
    return str(kind)


def _ask_opinion(event: MessagePosted, tx: Transaction) -> list[Action]:
    """Return what asks a language model about a message that may say nothing of the product after all."""
    if not wanted(tx, event.community, "opinion"):
        return []
    # It may have been edited or deleted already, as far as we were told.
    said = as_it_reads(event, tx)
    if said is None or speaks_to_a_model(said.text):
        return []
    place = {"in_community": event.community, "in_channel": event.channel, "of_message": event.message}
    row = tx.row(_THERE, **place)
    if row is None or row.probability - BOUND >= KEPT:
        return []
    asked = ask(
        tx,
        event,
        "opinion",
        "feedback",
        f"{_OPINION}{event.channel}/{event.message}",
        {"words": shorten(said.text, _SENT)},
        within=_WITHIN,
        sources=[Source(event.channel, event.message, (event.author, *event.mentions))],
        context={"channel": event.channel, "message": event.message},
    )
    return [] if asked is None else [asked]


def _hear_opinion(event: Judged, tx: Transaction) -> None:
    """Take a message for what a language model says of it, as far as that moves what was unsure."""
    call = call_of(event, tx)
    if call is None:
        return
    kind = call.answer(Kind).kind
    channel, message = call.context["channel"], call.context["message"]
    place = {"in_community": event.community, "in_channel": channel, "of_message": message}
    row = tx.row(_THERE, **place)
    decided = latest_decision(tx, event.community, "feedback", channel, message)
    if row is None or decided is not None:
        done(event, tx, "it was settled already")
    elif kind == row.verdict:
        done(event, tx, "it stays as it was")
    elif kind == _NONE:
        tx.run(_FORGET, **place)
        done(event, tx, f"taken for none, and not for {_called(row.verdict)}")
    else:
        tx.put(Feedback, **{**row._asdict(), "verdict": kind, "reasons": [_BY_MODEL, *row.reasons]})
        done(event, tx, f"taken for {_called(kind)}, and not for {_called(row.verdict)}")


def _said_to_be(row: Any) -> str:
    return f"{row.verdict} (by a language model)" if _BY_MODEL in row.reasons else str(row.verdict)


def _asked(event: ShortcutUsed, tx: Transaction) -> Card:
    """Return what can be said of a message, to who wrote it, works for the company or manages here."""
    if not _may_decide(event, event.author, tx):
        return Card(text=_NOT_THEIRS)
    said = message_of(tx, event.community, event.channel, event.message)
    if said is None:
        return Card(text=_NOT_HEARD)
    row = tx.row(_KIND, in_community=event.community, in_channel=event.channel, of_message=event.message)
    return _choices(event.channel, event.message, row.verdict if row else None)


def _choices(channel: str, message: str, kind: str | None) -> Card:
    said = f"It is noted as {_called(kind)}." if kind is not None else "It is not noted as feedback."
    value = f"{channel}/{message}"
    kinds = [
        Button(label=each.capitalize(), name=f"{_BUTTONS}{each}", value=value)
        for each in get_args(FeedbackKind)
        if each != kind
    ]
    none = Button(label="Not feedback", name=f"{_BUTTONS}{_NONE}", value=value)
    return Card(
        title="What does it say about the product?",
        text=said,
        buttons=(*kinds, none) if kind is not None else tuple(kinds),
        footer="Only you see this.",
    )


def _decided(event: ButtonPressed, tx: Transaction) -> Card:
    """Write down what a person says that a message is; it counts from then on."""
    kind = event.button.removeprefix(_BUTTONS)
    channel, _, message = event.value.partition("/")
    if kind not in (*get_args(FeedbackKind), _NONE):
        return Card(text="I do not know that button; the card may be from another version of me.")
    said = message_of(tx, event.community, channel, message)
    if said is None:
        return Card(text=_NOT_HEARD)
    if not _may_decide(event, said.author, tx):
        return Card(text=_NOT_THEIRS)
    decide(event, tx, "feedback", channel, message, kind)
    return _choices(channel, message, _keep(event.community, channel, message, said, tx))


def _may_decide(event: ShortcutUsed | ButtonPressed, author: str, tx: Transaction) -> bool:
    if event.member == author or is_manager(tx, event):
        return True
    return is_staff(tx, event.community, event.member, event.roles)


def _called(kind: str) -> str:
    return kind if kind == "praise" else f"a {kind}"
