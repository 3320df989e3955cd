"""What managers are told who put a question off, kept in line with the question."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import BindParameter, String, bindparam, func, select

from bot.actions import Action, Update
from bot.cards import Card
from bot.communities import channel_name, shown_in
from bot.features.questions.asked import LATER, Asked, key_of
from bot.features.questions.flags import post_key, quotes_of, whereabouts
from bot.manners import place_for, told_to
from storage.tables import Decision, Outgoing, table
from storage.transaction import Transaction

_decision, _outgoing = table(Decision), table(Outgoing)
_PUT_OFF_BY = (
    select(_decision.c.by)
    .where(
        _decision.c.community == bindparam("in_community"),
        _decision.c.about == "question",
        _decision.c.channel == bindparam("in_channel"),
        _decision.c.message == bindparam("of_message"),
        _decision.c.decision == "later",
    )
    .order_by(_decision.c.by)
    .distinct()
)
_begins: BindParameter[str] = bindparam("begins", type_=String)
_REMINDERS = (
    select(_outgoing.c.key)
    .where(
        _outgoing.c.community == bindparam("in_community"),
        _outgoing.c.lane == bindparam("in_lane"),
        _outgoing.c.kind.in_(("post", "tell")),
        func.substr(_outgoing.c.key, 1, func.length(_begins)) == _begins,
    )
    .order_by(_outgoing.c.seq)
)


def remind(tx: Transaction, asked: Asked, member: str, at: datetime, key: str) -> Sequence[Action]:
    """Return what a manager is told who wanted to hear of a question again; `key` is of what fell due."""
    place = place_for(tx, asked.community, member)
    if place is None:
        return []
    return told_to(tx, asked.community, key, member, _card(tx, asked, at, place))


def update_reminders(tx: Transaction, asked: Asked, at: datetime, because: str) -> Sequence[Action]:
    """Return the updates of what managers were told of a question; `because` is the event that changed it."""
    here = {"in_community": asked.community, "in_channel": asked.channel, "of_message": asked.message}
    actions: list[Action] = []
    for member in [row.by for row in tx.rows(_PUT_OFF_BY, **here)]:
        place = place_for(tx, asked.community, member)
        if place is None:
            continue
        private = place.startswith("@")
        begins = f"due:questions:{LATER}{key_of(asked.channel, asked.message)}/{member}:"
        for row in tx.rows(_REMINDERS, in_community=asked.community, in_lane=place, begins=begins):
            actions.append(
                Update(
                    key=f"update:{because}:{row.key}",
                    community=asked.community,
                    channel=None if private else place,
                    member=member if private else None,
                    post=row.key,
                    card=_card(tx, asked, at, place),
                )
            )
    return actions


def _card(tx: Transaction, asked: Asked, at: datetime, place: str) -> Card:
    # In private they are shown as much as the card in the managers' channel showed them.
    readers = (shown_in(tx, asked.community, post_key(asked)) or "") if place.startswith("@") else place
    is_open = asked.state == "unanswered"
    return Card(
        title=f"You asked me to remind you: this is {'still open' if is_open else 'settled'}",
        quotes=quotes_of(tx, asked, readers),
        fields=whereabouts(asked, at, channel_name(tx, asked.community, asked.channel)),
        tone="warning" if is_open else "good",
    )
