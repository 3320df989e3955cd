"""The questions that are still open, for a manager who asks."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, FromClause, and_, bindparam, exists, func, select, true, tuple_

from bot.cards import Card, Item, MessageRef, Section, shorten
from bot.communities import (
    channel_name,
    find_channel,
    look_up_channels,
    may_name,
    may_quote,
    member_name,
    not_heeded,
)
from bot.corrections import moved_in_words
from bot.decisions import OPEN
from bot.events import CommandGiven
from bot.features.questions.asked import Asked, asked_from
from bot.features.questions.flags import age
from bot.features.questions.likely import Key, Seems, evidence_of, how_sure, seem_now
from bot.features.questions.rulings import SETTLING
from bot.features.questions.states import text_of
from bot.newcomers import FIRST_OF_NEWCOMER, NEWCOMER, OF_NEWCOMER
from storage.tables import Decision, Question, table
from storage.transaction import Transaction

_SHOWN = 15
# What is said of a newcomer's first question.
NEW = ", a newcomer's first question"
_WRONG = (
    'I know of no channel called "{word}". After questions comes mine, newcomers or a channel, and oldest or '
    "newest, or nothing."
)
_QUOTED = 140

_question = table(Question)
_IS_OPEN = and_(
    _question.c.community == bindparam("in_community"),
    _question.c.state == "unanswered",
    _question.c.channel.not_in(bindparam("but_of", expanding=True)),
)
_decision = table(Decision)
_later = _decision.alias()


def _about_it(decision: FromClause) -> ColumnElement[bool]:
    return and_(
        decision.c.community == _question.c.community,
        decision.c.channel == _question.c.channel,
        decision.c.message == _question.c.message,
        decision.c.about == "question",
    )


# Who took it last has it, as long as nobody settled or reopened it since.
_TAKEN = exists().where(
    _about_it(_decision),
    _decision.c.decision == "take",
    _decision.c.by == bindparam("by_member"),
    ~exists().where(
        _about_it(_later),
        _later.c.decision.in_(("take", OPEN, *SETTLING)),
        tuple_(_later.c.at, _later.c.event) > tuple_(_decision.c.at, _decision.c.event),
    ),
)
_IN_CHANNEL = _question.c.channel == bindparam("in_channel")
# What the list can be narrowed to, and how that is said.
_ONLY = {
    "": (true(), ""),
    "mine": (_TAKEN, " that you took"),
    "newcomers": (OF_NEWCOMER, " of newcomers"),
    "channel": (_IN_CHANNEL, ""),
}
# What is asked for by its order comes in no other.
_FIRST = "first"
_ORDERS = {
    _FIRST: (FIRST_OF_NEWCOMER.desc(), _question.c.asked_at),
    "oldest": (_question.c.asked_at,),
    "newest": (_question.c.asked_at.desc(),),
}
_NAMED = {_FIRST: "Oldest first", "oldest": "Oldest first", "newest": "Newest first"}
_OPEN = {
    (only, order): select(_question, FIRST_OF_NEWCOMER.label("first"))
    .where(_IS_OPEN, condition)
    .order_by(*by, _question.c.channel, _question.c.message)
    .limit(_SHOWN)
    for only, (condition, _) in _ONLY.items()
    for order, by in _ORDERS.items()
}
_COUNT = {
    only: select(func.count().label("number")).where(_IS_OPEN, condition)
    for only, (condition, _) in _ONLY.items()
}
_BY_STATE = (
    select(_question.c.state, func.count().label("number"))
    .where(
        _question.c.community == bindparam("in_community"),
        _question.c.channel.not_in(bindparam("but_of", expanding=True)),
    )
    .group_by(_question.c.state)
)


def open_questions(event: CommandGiven, tx: Transaction, wanted: str) -> Card:
    """Return a card of the open questions that may be shown where the command was given.

    `wanted` says which, and which come first: mine, newcomers or a channel, and oldest or newest.
    """
    only, order, channel = "", _FIRST, None
    for word in wanted.lower().split():
        if word in ("oldest", "newest"):
            order = word
        elif word in ("mine", "newcomers"):
            only = word
        else:
            only, channel = "channel", find_channel(tx, event.community, word)
            if channel is None or not may_name(tx, event.community, channel, event.channel):
                return Card(text=_WRONG.format(word=shorten(word, 40)))
    heeded = {"in_community": event.community, "but_of": not_heeded(tx, event.community)}
    new = {"new_since": event.at - NEWCOMER}
    by_which: dict[str, dict[str, Any]] = {
        "mine": {"by_member": event.member},
        "newcomers": new,
        "channel": {"in_channel": channel},
    }
    given = by_which.get(only, {})
    rows = tx.rows(_OPEN[only, order], **heeded, **new | given)
    count = tx.row(_COUNT[only], **heeded, **given)
    number = count.number if count else 0
    narrowed = f" in #{channel_name(tx, event.community, channel)}" if channel else _ONLY[only][1]
    if not number:
        return Card(text=f"No question{narrowed} is open." if narrowed else _none_open(tx, **heeded))
    asked = [asked_from(row) for row in rows]
    firsts = {(row.channel, row.message) for row in rows if row.first}
    look_up_channels(tx, event.community, [each.channel for each in asked])
    quoted = [each for each in asked if may_quote(tx, event.community, each.channel, event.channel)]
    items = items_of(
        tx,
        asked,
        event.channel,
        seem_now(tx, event.community, quoted, event.at),
        lambda each: age(event.at - each.asked_at) + (NEW if (each.channel, each.message) in firsts else ""),
    )
    notes = [f"and {number - len(rows)} more"] if number > len(rows) else []
    notes += moved_in_words(tx, event.community, event.at).values()
    return Card(
        title=f"{number} open question{'' if number == 1 else 's'}{narrowed}",
        sections=(Section(name=_NAMED[order], items=tuple(items)),),
        footer=". ".join(notes),
    )


def first_open(tx: Transaction, community: str, at: datetime) -> tuple[dict[Key, bool], int]:
    """Return the open questions to be listed, by channel and head, and how many there are.

    First questions of newcomers come first, which is said of each, then the oldest.
    """
    heeded = {"in_community": community, "but_of": not_heeded(tx, community)}
    count = tx.row(_COUNT[""], **heeded)
    rows = tx.rows(_OPEN["", _FIRST], **heeded, new_since=at - NEWCOMER)
    return {(row.channel, row.message): bool(row.first) for row in rows}, count.number if count else 0


def items_of(
    tx: Transaction,
    asked: Sequence[Asked],
    to_channel: str,
    seems: Mapping[Key, Seems] | None,
    waiting: Callable[[Asked], str],
) -> list[Item]:
    """Return a line for each of these open questions, as far as it may be shown in a channel.

    `seems` is what is read of them now, or what was kept where it is None; `waiting` says since when, or for
    how long, they wait.
    """
    items: list[Item] = []
    if not asked:
        return items
    names = look_up_channels(tx, asked[0].community, [each.channel for each in asked])
    readable = [each for each in asked if may_quote(tx, each.community, each.channel, to_channel)]
    evidence = evidence_of(tx, asked[0].community, readable, seems)
    for each in asked:
        channel = f"#{names.get(each.channel, each.channel)}"
        if each not in readable:
            named = may_name(tx, each.community, each.channel, to_channel)
            items.append(Item(text=f"{waiting(each)}, in {channel if named else 'a private channel'}"))
            continue
        text = text_of(tx, each.community, each.channel, each.message)
        words = shorten(" ".join(text.split()), _QUOTED)
        refs = [MessageRef(channel=each.channel, message=each.message, thread=each.thread)]
        notes = [how_sure(each.probability)]
        speaks = evidence.get((each.channel, each.message))
        if speaks is not None and (found := speaks.items[0]).refs:
            notes.append(f"{speaks.name[:1].lower()}{speaks.name[1:]}: {found.text}")
            refs += found.refs
        noted = f" ({'; '.join(filter(None, notes))})" if any(notes) else ""
        asker = member_name(tx, each.community, each.asker)
        items.append(Item(text=f"{waiting(each)}, {asker} in {channel}: {words}{noted}", refs=tuple(refs)))
    return items


def _none_open(tx: Transaction, **heeded: Any) -> str:
    """Say that no question is open, and of how many: nothing asked is not everything answered."""
    of = {row.state: row.number for row in tx.rows(_BY_STATE, **heeded)}
    if not of:
        return "No question is open: I have noticed none yet."
    answered, dismissed = of.get("answered", 0), of.get("dismissed", 0)
    aside = f", {dismissed} set aside" if dismissed else ""
    were = "was" if answered == 1 else "were"
    return f"No question is open. Of those I remember, {answered} {were} answered{aside}."
