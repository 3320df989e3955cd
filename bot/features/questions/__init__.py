"""Notices questions, sees whether they are answered, and flags once what stays open too long."""

from collections.abc import Sequence

from sqlalchemy import bindparam, select

from bot.actions import Action, Tell, answer
from bot.commands import given
from bot.communities import MANAGERS_ONLY, is_manager
from bot.events import (
    ButtonPressed,
    CommandGiven,
    Event,
    FellDue,
    MemberChanged,
    MemberJoined,
    MessageDeleted,
    MessageEdited,
    MessagePosted,
    ReactionAdded,
    ReactionRemoved,
)
from bot.features.questions.flags import age, flag, remind, remind_at, update
from bot.features.questions.overview import open_questions
from bot.features.questions.states import (
    CHECK_MARKS,
    as_it_stands,
    derive,
    go_on,
    key_of,
    mark_flagged,
    marked_by,
    reacted,
)
from bot.features.questions.turns import Scope, Standing, follow, follow_again
from bot.language.replies import Said
from storage.tables import Decision, Message, Turn, table
from storage.transaction import Transaction

_message = table(Message)
_turn = table(Turn)
_MESSAGE = select(_message.c.posted_at, _message.c.thread).where(
    _message.c.community == bindparam("in_community"),
    _message.c.channel == bindparam("in_channel"),
    _message.c.id == bindparam("of_message"),
)
_TURN = select(_turn.c.head, _turn.c.question).where(
    _turn.c.community == bindparam("in_community"),
    _turn.c.channel == bindparam("in_channel"),
    _turn.c.message == bindparam("of_message"),
)
_DONE = {
    "take": "It is yours. The card says so.",
    "answered": "Marked as answered.",
    "not_a_question": "Noted: not a question.",
    "later": "I will remind you in {wait}, should it still be open then.",
    "staff": "Handed to staff.",
    "open": "Open again.",
}
# How what is due for a reminder begins; the question and who is to be reminded follow.
_LATER = "later:"


def handle(event: Event, tx: Transaction) -> Sequence[Action]:
    """Follow the talk, the marks and the managers' buttons; flag what is due."""
    match event:
        case MessagePosted():
            said = Said(
                id=event.message,
                author=event.author,
                at=event.at,
                text=event.text,
                bot=event.author_is_bot,
                mentions=frozenset(event.mentions),
                reply_to=event.reply_to,
            )
            return _followed(event, tx, follow(tx, Scope(event.community, event.channel, event.thread), said))
        case MessageEdited():
            # What is deleted stays so, whatever order the two are told in; its row knows.
            return _changed(event, tx)
        case MessageDeleted():
            return _changed(event, tx)
        case ReactionAdded() | ReactionRemoved() if event.emoji in CHECK_MARKS:
            reacted(tx, event.community, event.channel)
            found = tx.row(_TURN, **_place(event), of_message=event.message)
            return _settle(event, tx, {found.head, found.question} - {None} if found else set())
        case MemberChanged() | MemberJoined():
            return _role_known(event, tx)
        case ButtonPressed() if event.button.startswith("question."):
            return _pressed(event, tx)
        case CommandGiven() if given(event, tx, "questions") is not None:
            return [answer(event, open_questions(event, tx))]
        case FellDue(feature="questions"):
            return _due(event, tx)
        case _:
            return []


def _role_known(event: MemberChanged | MemberJoined, tx: Transaction) -> Sequence[Action]:
    """A manager's check mark counts, whichever of the two is heard of first."""
    actions: list[Action] = []
    for channel, message in marked_by(tx, event.community, event.member):
        place = {"in_community": event.community, "in_channel": channel}
        found = tx.row(_TURN, **place, of_message=message)
        for head in sorted({found.head, found.question} - {None} if found else set()):
            asked, changed = derive(tx, event.community, channel, head)
            if asked is not None and changed:
                actions += update(tx, asked, event.at, event.id)
    return actions


def _place(event: MessageEdited | MessageDeleted | ReactionAdded | ReactionRemoved) -> dict[str, str]:
    return {"in_community": event.community, "in_channel": event.channel}


def _changed(event: MessageEdited | MessageDeleted, tx: Transaction) -> Sequence[Action]:
    row = tx.row(_MESSAGE, **_place(event), of_message=event.message)
    if row is None:
        return []
    return _settle(
        event,
        tx,
        follow_again(tx, Scope(event.community, event.channel, row.thread), event.message, row.posted_at),
    )


def _followed(event: MessagePosted, tx: Transaction, found: Standing | set[str]) -> Sequence[Action]:
    if isinstance(found, set):
        return _settle(event, tx, found)
    actions: list[Action] = []
    for head in sorted(found.concerns):
        asked, changed = go_on(tx, event.community, event.channel, head, found)
        if asked is not None and changed:
            actions += update(tx, asked, event.at, event.id)
    return actions


def _settle(
    event: MessagePosted | MessageEdited | MessageDeleted | ReactionAdded | ReactionRemoved,
    tx: Transaction,
    heads: set[str],
) -> Sequence[Action]:
    """Derive the questions anew that something may have changed, and show it on their cards."""
    # A question may stand as it stood and read otherwise: a card shows no words that are no more.
    reads_anew = isinstance(event, MessageEdited | MessageDeleted)
    actions: list[Action] = []
    for head in sorted(heads):
        asked, changed = derive(tx, event.community, event.channel, head)
        if asked is not None and (changed or reads_anew):
            actions += update(tx, asked, event.at, event.id)
    return actions


def _due(event: FellDue, tx: Transaction) -> Sequence[Action]:
    """Flag a question that is still open; remind who asked to be reminded of a flagged one."""
    later = event.key.startswith(_LATER)
    channel, _, head = event.key.removeprefix(_LATER).partition("/")
    head, _, member = head.partition("/") if later else (head, "", "")
    asked = as_it_stands(tx, event.community, channel, head)
    if asked is None or asked.state != "unanswered":
        return []
    if later:
        return [
            Tell(
                key=event.id,
                community=event.community,
                member=member,
                card=remind(tx, asked, member, event.at),
            ),
            *update(tx, asked, event.at, event.id),
        ]
    if asked.flagged_at is not None:
        return []
    return flag(tx, mark_flagged(tx, asked, event.at), event.at)


def _pressed(event: ButtonPressed, tx: Transaction) -> Sequence[Action]:
    decision = event.button.removeprefix("question.")
    channel, _, head = event.value.partition("/")
    if decision not in _DONE:
        return [answer(event, "I do not know that button; the card may be from another version of me.")]
    if not is_manager(tx, event):
        return [answer(event, MANAGERS_ONLY)]
    asked, _ = derive(tx, event.community, channel, head)
    if asked is None or not asked.stands:
        return [answer(event, "That question is gone: it was deleted, or reads differently now.")]
    if asked.state != "unanswered" and decision in ("take", "later"):
        return [answer(event, "That question is settled already; nothing was changed.")]
    tx.add(
        Decision,
        community=event.community,
        event=event.id,
        about="question",
        channel=channel,
        message=head,
        decision=decision,
        by=event.member,
        at=event.at,
    )
    asked, _ = derive(tx, event.community, channel, head)
    assert asked is not None
    at = remind_at(tx, asked, event.at)
    if decision == "later":
        due = f"{_LATER}{key_of(channel, head)}/{event.member}"
        tx.schedule(event.community, "questions", due, at)
    done = _DONE[decision].format(wait=age(at - event.at))
    return [answer(event, done), *update(tx, asked, event.at, event.id)]
