"""Lets managers decide about what may not have arrived: it did, send it again, or leave it."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import bindparam, select, update

from bot.actions import Action, answer
from bot.cards import Button
from bot.communities import MANAGERS_ONLY, is_manager
from bot.events import ButtonPressed, Event
from storage.tables import Outgoing, table
from storage.transaction import Transaction

_outgoing = table(Outgoing)
_STUCK = select(_outgoing.c.seq, _outgoing.c.kind, _outgoing.c.state, _outgoing.c.again).where(
    _outgoing.c.community == bindparam("in_community"),
    _outgoing.c.key == bindparam("with_key"),
    _outgoing.c.state.in_(("doubtful", "failed")),
)
_DECIDE = (
    update(_outgoing)
    .where(_outgoing.c.seq == bindparam("of_seq"))
    .values(state=bindparam("to_state"), payload="")
)
_AGAIN = (
    update(_outgoing)
    .where(_outgoing.c.seq == bindparam("of_seq"))
    .values(
        state="waiting",
        retry_at=None,
        tries=0,
        again=_outgoing.c.again + 1,
        # What can be looked for on the platform is looked for first: it may have arrived after all.
        doubted=bindparam("in_doubt"),
    )
)
_CAN_BE_LOOKED_FOR = ("post", "tell")
_DONE = {
    "arrived": "Noted: it arrived.",
    "leave": "Left as it is.",
    "again": "It is sent again.",
}


def handle(event: Event, tx: Transaction) -> Sequence[Action]:
    """Do what a manager decided."""
    if isinstance(event, ButtonPressed) and event.button.startswith("sending."):
        return [answer(event, _decided(event, tx))]
    return []


def buttons(state: str, key: str) -> tuple[Button, ...]:
    """Return what can be decided about something that is doubtful or failed."""
    again = Button(label="Send again", name="sending.again", value=key)
    if state == "doubtful":
        return (Button(label="It arrived", name="sending.arrived", value=key, style="primary"), again)
    return (again, Button(label="Leave it", name="sending.leave", value=key))


def _decided(event: ButtonPressed, tx: Transaction) -> str:
    decision = event.button.removeprefix("sending.")
    if decision not in _DONE:
        return "I do not know that button; the page may be from another version of me."
    if not is_manager(tx, event):
        return MANAGERS_ONLY
    row: Any = tx.row(_STUCK, in_community=event.community, with_key=event.value)
    if row is None:
        return "That is settled already; nothing was changed."
    if decision == "again":
        tx.run(_AGAIN, of_seq=row.seq, in_doubt=row.kind in _CAN_BE_LOOKED_FOR)
    else:
        tx.run(_DECIDE, of_seq=row.seq, to_state="sent" if decision == "arrived" else "left")
    return _DONE[decision]
