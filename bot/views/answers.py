"""The answers to what somebody did on a page, for them alone."""

from collections.abc import Sequence

from pydantic import ValidationError
from sqlalchemy import bindparam, select

from bot.actions import ACTION, Answer
from bot.cards import Card
from bot.ports import Visitor
from storage.tables import Outgoing, table
from storage.transaction import Transaction

_outgoing = table(Outgoing)
_ANSWERS = (
    select(_outgoing.c.payload)
    .where(
        _outgoing.c.community == bindparam("in_community"),
        _outgoing.c.lane == bindparam("of_lane"),
        _outgoing.c.kind == "answer",
        _outgoing.c.payload != "",
    )
    .order_by(_outgoing.c.seq)
)


def answers_to(tx: Transaction, visitor: Visitor, interaction: str) -> Sequence[Card]:
    """Return the answers, in the order in which they were made; none once they are forgotten."""
    cards: list[Card] = []
    for row in tx.rows(_ANSWERS, in_community=visitor.community, of_lane=f"!{interaction}"):
        try:
            action = ACTION.validate_json(row.payload)
        except ValidationError:
            continue  # Written by another version.
        if isinstance(action, Answer) and action.member == visitor.member:
            cards.append(action.card)
    return cards
