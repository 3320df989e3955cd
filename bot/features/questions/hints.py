"""Who asks something like an answered question is shown that one, where managers want it, for them alone."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Row, and_, bindparam, delete, select, update

from bot.actions import Action, Whisper
from bot.cards import Button, Card, Section
from bot.communities import settings_of
from bot.features.questions.asked import Asked, key_of
from bot.features.questions.rulings import HELPED
from bot.features.questions.similar import BEFORE, answered_like
from bot.features.questions.states import heeded
from bot.manners import manners_of
from storage.tables import Hint, table
from storage.transaction import Transaction

# How what is due begins when an asker may be shown something; the question follows.
HINT = "hint:"
YES, NO = "question.hint_yes", "question.hint_no"
NOT_HELPED = "not_helped"
# Who is there answers better; and what somebody says in several messages is said by then.
_AFTER = timedelta(seconds=30)
# By then the asker does not look on any more.
_TOO_LATE = timedelta(minutes=10)
# Nobody is shown more than one in that time.
_PAUSE = timedelta(hours=1)

_hint = table(Hint)
_OF_QUESTION = and_(
    _hint.c.community == bindparam("in_community"),
    _hint.c.channel == bindparam("in_channel"),
    _hint.c.message == bindparam("of_head"),
)
_THERE = select(_hint).where(_OF_QUESTION)
_FORGET = delete(_hint).where(_OF_QUESTION)
_SETTLE = update(_hint).where(_OF_QUESTION).values(outcome=bindparam("as_outcome"))
_LATELY = (
    select(_hint.c.message)
    .where(
        _hint.c.community == bindparam("in_community"),
        _hint.c.member == bindparam("to_member"),
        _hint.c.at > bindparam("since"),
    )
    .limit(1)
)


def hint_soon(tx: Transaction, asked: Asked) -> None:
    """Have it looked at soon whether something like a new question was answered before."""
    if _wanted(tx, asked.community) and asked.state == "unanswered":
        tx.schedule(
            asked.community,
            "questions",
            f"{HINT}{key_of(asked.channel, asked.message)}",
            asked.asked_at + _AFTER,
        )


def hint(tx: Transaction, asked: Asked, at: datetime) -> Sequence[Action]:
    """Return what shows the asker of a question that nobody has replied to what was answered before.

    It is shown once, while they are still there, and only what they can read.
    """
    if not _wanted(tx, asked.community) or not heeded(tx, asked.community, asked.channel):
        return []
    if asked.first_response_at is not None or at > asked.asked_at + _TOO_LATE:
        return []
    lately = {"in_community": asked.community, "to_member": asked.asker, "since": at - _PAUSE}
    if _row(tx, asked.community, asked.channel, asked.message) or tx.row(_LATELY, **lately):
        return []
    found = answered_like(tx, asked)
    if found is None:
        return []
    (other_channel, other_message), item = found
    value = key_of(asked.channel, asked.message)
    tx.put(
        Hint,
        community=asked.community,
        channel=asked.channel,
        message=asked.message,
        member=asked.asker,
        asked_at=asked.asked_at,
        at=at,
        other_channel=other_channel,
        other_message=other_message,
        outcome=None,
    )
    card = Card(
        title="This looks like something that was answered before",
        sections=(Section(name=BEFORE, items=(item,)),),
        text="Did it help?",
        buttons=(Button(label="Yes", name=YES, value=value), Button(label="No", name=NO, value=value)),
        footer="Only you see this, and anybody can still answer you.",
    )
    return [
        Whisper(
            key=f"{HINT}{value}",
            community=asked.community,
            channel=asked.channel,
            thread=asked.thread,
            member=asked.asker,
            until=asked.asked_at + _TOO_LATE,
            card=card,
        )
    ]


def hinted_by(key: str) -> tuple[str, str] | None:
    """Return channel and head of the question whose asker the action with this key was to show something."""
    channel, _, head = key.removeprefix(HINT).partition("/")
    return (channel, head) if key.startswith(HINT) and head else None


def forget_hint(tx: Transaction, community: str, channel: str, head: str) -> None:
    """Forget what could not be shown to an asker."""
    tx.run(_FORGET, in_community=community, in_channel=channel, of_head=head)


def say_of_it(
    tx: Transaction, community: str, channel: str, head: str, member: str, *, helped: bool
) -> str | None:
    """Write down what an asker says of what they were shown; return why that is not so, if it is not."""
    row = _row(tx, community, channel, head)
    if row is None or row.member != member:
        return "That was shown to somebody else, or is gone."
    if row.outcome is not None:
        return "You told me already. Thank you!"
    place = {"in_community": community, "in_channel": channel, "of_head": head}
    tx.run(_SETTLE, **place, as_outcome=HELPED if helped else NOT_HELPED)
    return None


def _wanted(tx: Transaction, community: str) -> bool:
    return settings_of(tx, community).hints and manners_of(community).whispers


def _row(tx: Transaction, community: str, channel: str, head: str) -> Row[Any] | None:
    return tx.row(_THERE, in_community=community, in_channel=channel, of_head=head)
