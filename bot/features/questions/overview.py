"""The questions that are still open, oldest first, for a manager who asks."""

from typing import Any

from sqlalchemy import and_, bindparam, func, select

from bot.cards import Card, Item, MessageRef, Section, shorten
from bot.communities import channel_name, may_name, may_quote, member_name, not_heeded
from bot.events import CommandGiven
from bot.features.questions.asked import asked_from
from bot.features.questions.flags import age
from bot.features.questions.replied import read_waiting
from bot.features.questions.states import text_of
from bot.language.replied import WAITS
from storage.tables import Question, table
from storage.transaction import Transaction

_SHOWN = 15
_QUOTED = 140

_question = table(Question)
_IS_OPEN = and_(
    _question.c.community == bindparam("in_community"),
    _question.c.state == "unanswered",
    _question.c.channel.not_in(bindparam("but_of", expanding=True)),
)
_OPEN = (
    select(_question)
    .where(_IS_OPEN)
    .order_by(_question.c.asked_at, _question.c.channel, _question.c.message)
    .limit(_SHOWN)
)
_COUNT = select(func.count().label("number")).where(_IS_OPEN)
_BY_STATE = (
    select(_question.c.state, func.count().label("number"))
    .where(
        _question.c.community == bindparam("in_community"),
        _question.c.channel.not_in(bindparam("but_of", expanding=True)),
    )
    .group_by(_question.c.state)
)


def open_questions(event: CommandGiven, tx: Transaction) -> Card:
    """Return a card of the open questions that may be shown where the command was given."""
    heeded = {"in_community": event.community, "but_of": not_heeded(tx, event.community)}
    rows, count = tx.rows(_OPEN, **heeded), tx.row(_COUNT, **heeded)
    number = count.number if count else 0
    if not number:
        return Card(text=_none_open(tx, **heeded))
    items: list[Item] = []
    for row in rows:
        channel = f"#{channel_name(tx, event.community, row.channel)}"
        waiting = age(event.at - row.asked_at)
        if not may_quote(tx, event.community, row.channel, event.channel):
            named = may_name(tx, event.community, row.channel, event.channel)
            items.append(Item(text=f"{waiting}, in {channel if named else 'a private channel'}"))
            continue
        text = text_of(tx, event.community, row.channel, row.message)
        words = shorten(" ".join(text.split()), _QUOTED)
        asker = member_name(tx, event.community, row.asker)
        refs = [MessageRef(channel=row.channel, message=row.message, thread=row.thread)]
        found = read_waiting(tx, asked_from(row), event.at)
        if found is not None and found.unanswered < WAITS and found.evidence is not None:
            words += f" (somebody seems to have replied: {1 - found.unanswered:.0%})"
            refs.append(MessageRef(channel=row.channel, message=found.evidence))
        items.append(Item(text=f"{waiting}, {asker} in {channel}: {words}", refs=tuple(refs)))
    more = f"and {number - len(rows)} more" if number > len(rows) else ""
    return Card(
        title=f"{number} open question{'' if number == 1 else 's'}",
        sections=(Section(name="Oldest first", items=tuple(items)),),
        footer=more,
    )


def _none_open(tx: Transaction, **heeded: Any) -> str:
    """Say that no question is open, and of how many: nothing asked is not everything answered."""
    of = {row.state: row.number for row in tx.rows(_BY_STATE, **heeded)}
    if not of:
        return "No question is open: I have noticed none yet."
    answered, dismissed = of.get("answered", 0), of.get("dismissed", 0)
    aside = f", {dismissed} set aside" if dismissed else ""
    were = "was" if answered == 1 else "were"
    return f"No question is open. Of those I remember, {answered} {were} answered{aside}."
