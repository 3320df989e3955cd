"""Notices what members say about the product: bugs, requests, praise, complaints."""

from collections.abc import Sequence
from typing import get_args

from sqlalchemy import and_, bindparam, delete, select

from bot.actions import Action, answer
from bot.cards import Card, Item, MessageRef, Section, shorten
from bot.commands import given
from bot.communities import closed_to, excluded_by
from bot.events import ButtonPressed, CommandGiven, Event, MessageDeleted, MessageEdited, MessagePosted
from bot.heard import as_it_reads, of_message
from bot.language.feedback import FeedbackKind, read_feedback
from bot.language.messages import read_message
from storage.tables import Feedback, Message, table
from storage.transaction import Transaction

_QUOTED = 160
_SHOWN = 10

_message = table(Message)
_feedback = table(Feedback)
_RECENT = (
    select(_feedback.c.verdict, _feedback.c.channel, _feedback.c.message, _feedback.c.thread, _message.c.text)
    .select_from(_feedback.join(_message, of_message(_feedback)))
    .where(
        _feedback.c.community == bindparam("in_community"),
        _feedback.c.verdict.in_(bindparam("of_kinds", expanding=True)),
        _feedback.c.channel.not_in(bindparam("but_of", expanding=True)),
    )
    .order_by(_feedback.c.posted_at.desc(), _feedback.c.message)
    .limit(_SHOWN)
)
_FORGET = delete(_feedback).where(
    and_(
        _feedback.c.community == bindparam("in_community"),
        _feedback.c.channel == bindparam("in_channel"),
        _feedback.c.message == bindparam("of_message"),
    )
)
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
        case MessageEdited() | MessageDeleted():
            _read_anew(event, tx)
        case ButtonPressed():
            for member in excluded_by(event, tx):
                tx.run(_FORGET_AUTHOR, in_community=event.community, by_author=member)
        case CommandGiven() if (kind := given(event, tx, "feedback")) is not None:
            return [answer(event, _recent(event, tx, kind.lower()))]
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
            text=f"{row.verdict}: {shorten(' '.join(row.text.split()), _QUOTED)}",
            refs=(MessageRef(channel=row.channel, message=row.message, thread=row.thread),),
        )
        for row in shown
    )
    return Card(title="What members said about the product", sections=(Section(name="Newest", items=items),))


def _read_anew(event: MessagePosted | MessageEdited | MessageDeleted, tx: Transaction) -> None:
    """Read a message as it stands now."""
    said = as_it_reads(event, tx)
    reading = read_feedback(said.text) if said is not None and not said.bot else None
    if said is None or reading is None:
        tx.run(_FORGET, in_community=event.community, in_channel=event.channel, of_message=event.message)
        return
    tx.put(
        Feedback,
        community=event.community,
        channel=event.channel,
        message=event.message,
        thread=said.thread,
        author=said.author,
        posted_at=said.posted_at,
        verdict=reading.kind,
        probability=reading.probability,
        reasons=list(reading.reasons),
    )
