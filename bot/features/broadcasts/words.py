"""The private word to somebody about what they posted: how long they have, and what they make of it."""

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import bindparam, func, select, union_all

from bot.actions import Action, Update
from bot.authors import ASKED, TOLD, came_of, note_outcome, outcome_of
from bot.cards import Card
from bot.communities import channel_name
from bot.events import Happened, MessageEdited
from bot.features.broadcasts.cards import thanks_card
from bot.features.broadcasts.context import Place
from storage.tables import Due, Outgoing, table
from storage.transaction import Transaction

# For so long after it an author can change what they posted before managers see it.
TO_CHANGE = timedelta(minutes=10)
# Who had so many in a week has heard it: what they post next managers see at once. Else whoever takes it back
# and posts it again would have ten minutes each time.
_ENOUGH, _WEEK = 3, timedelta(days=7)
# Who had one so lately knows of what they say again.
_KNOWN_FOR = timedelta(days=30)

_outgoing, _due = table(Outgoing), table(Due)
# Whose authors may still change them: the word waits to be said, or managers are to see them only later.
_WAITING = union_all(
    select(_due.c.key).where(
        _due.c.community == bindparam("in_community"),
        _due.c.feature == "broadcasts",
        _due.c.key.in_(bindparam("keys", expanding=True)),
    ),
    select(_outgoing.c.key).where(
        _outgoing.c.community == bindparam("in_community"),
        _outgoing.c.key.in_(bindparam("words", expanding=True)),
        _outgoing.c.state.in_(("waiting", "sending")),
    ),
)
_HAD = select(func.count().label("number")).where(
    _outgoing.c.community == bindparam("in_community"),
    _outgoing.c.lane == bindparam("in_lane"),
    _outgoing.c.made_at >= bindparam("since"),
    _outgoing.c.key.startswith(TOLD, autoescape=True),
)


def word_of(tx: Transaction, community: str, row: Any) -> str | None:
    """Return what came of the private word about a message; None where there was to be none."""
    return came_of(tx, community, f"{TOLD}{row.channel}/{row.message}")


def may_still_be_changed(tx: Transaction, community: str, places: Collection[Place]) -> set[Place]:
    """Return which messages their authors were told of, or are to be, and still have time to change."""
    keys = {f"{place.channel}/{place.message}": place for place in places}
    words = [f"{TOLD}{key}" for key in sorted(keys)]
    rows = tx.rows(_WAITING, in_community=community, keys=sorted(keys), words=words)
    return {keys[row.key.removeprefix(TOLD)] for row in rows}


def knows(tx: Transaction, community: str, member: str, at: datetime) -> bool:
    """Return whether somebody had a private word lately."""
    return _words_to(tx, community, member, at - _KNOWN_FOR) > 0


def has_heard_enough(tx: Transaction, community: str, member: str, at: datetime) -> bool:
    """Return whether one more private word would tell somebody nothing."""
    return _words_to(tx, community, member, at - _WEEK) >= _ENOUGH


def _words_to(tx: Transaction, community: str, member: str, since: datetime) -> int:
    row = tx.row(_HAD, in_community=community, in_lane=f"@{member}", since=since)
    return 0 if row is None else int(row.number)


def told_anew(event: Happened, row: Any, card: Card, what: str = TOLD) -> Action:
    """Return the update of the private word about a message, or of what a manager asked of its author."""
    post = f"{what}{row.channel}/{row.message}"
    key = f"update:{event.id}:{post}"
    return Update(key=key, community=event.community, member=row.author, post=post, card=card)


def thanked(event: Happened, tx: Transaction, row: Any, *, gone: bool) -> Sequence[Action]:
    """Return what words that were said become once their message is `gone`, or passes, and note how it went.

    What passes though nobody changed it was looked at again.
    """
    keys = (TOLD, f"{ASKED}:")
    place = f"{row.channel}/{row.message}"
    said = [what for what in keys if came_of(tx, event.community, f"{what}{place}") == "sent"]
    if not said:
        return []
    last = outcome_of(tx, event.community, row.channel, row.message)
    changed = isinstance(event, MessageEdited) or last == "still_sells"
    if gone:
        note_outcome(event, tx, row.channel, row.message, "taken_back")
    elif changed:
        note_outcome(event, tx, row.channel, row.message, "passes")
    where = channel_name(tx, event.community, row.channel)
    card = thanks_card(where, gone=gone, changed=changed)
    return [told_anew(event, row, card, what) for what in said]


def note_left(event: Happened, tx: Transaction, row: Any) -> None:
    """Note that an author left a message as it was, unless they changed it, and it still sells."""
    if word_of(tx, event.community, row) != "sent":
        return
    if outcome_of(tx, event.community, row.channel, row.message) != "still_sells":
        note_outcome(event, tx, row.channel, row.message, "left")
