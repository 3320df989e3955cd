"""What authors of what sells were told about it, and what they made of it."""

from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import datetime
from types import MappingProxyType
from typing import Literal

from sqlalchemy import bindparam, or_, select

from bot.events import Happened
from storage.tables import Decision, Outgoing, table
from storage.transaction import Transaction

# What a private word of Hearth's own is known by; a second one, that a manager asked for; and a reply in
# public that a manager asked for. Tried again, the last two have a number. The place of the message follows.
TOLD, ASKED, MOVED = "broadcast.told:", "broadcast.asked", "broadcast.moved"
# What became of a message that its author had a private word about: it was changed until it passed, or was
# changed and still reads so; it was deleted, whoever did that; or left as it was for as long as it could be
# changed.
Outcome = Literal["passes", "still_sells", "taken_back", "left"]

# Outcomes are kept beside what managers decided: their authors decided that too.
_ABOUT = "word"
_MADE_OF_IT: Mapping[Outcome, str] = MappingProxyType(
    {
        "passes": "changed until they passed",
        "still_sells": "changed, and still read so",
        "taken_back": "deleted",
        "left": "left as they were",
    }
)
_NAMES = MappingProxyType(
    {
        TOLD: "Private words to authors",
        ASKED: "Authors asked to look again",
        MOVED: "Authors shown where promotion is welcome",
    }
)
_STATES = MappingProxyType(
    {
        "sent": "said",
        "waiting": "on its way",
        "sending": "on its way",
        "doubtful": "may not have arrived",
        "failed": "could not be delivered",
        "left": "could not be delivered",
    }
)

_decision, _outgoing = table(Decision), table(Outgoing)
_STATE = select(_outgoing.c.state).where(
    _outgoing.c.community == bindparam("in_community"), _outgoing.c.key == bindparam("with_key")
)
_SAID = (
    select(_outgoing.c.key, _outgoing.c.state)
    .where(
        _outgoing.c.community == bindparam("in_community"),
        or_(*(_outgoing.c.key.startswith(what, autoescape=True) for what in _NAMES)),
        _outgoing.c.made_at >= bindparam("since"),
        _outgoing.c.made_at < bindparam("until"),
    )
    .order_by(_outgoing.c.seq)
)
_OUTCOME = (
    select(_decision.c.decision)
    .where(
        _decision.c.community == bindparam("in_community"),
        _decision.c.about == _ABOUT,
        _decision.c.channel == bindparam("in_channel"),
        _decision.c.message == bindparam("of_message"),
    )
    .order_by(_decision.c.at.desc(), _decision.c.event.desc())
    .limit(1)
)
_OUTCOMES = (
    select(_decision.c.channel, _decision.c.message, _decision.c.decision)
    .where(
        _decision.c.community == bindparam("in_community"),
        _decision.c.about == _ABOUT,
        _decision.c.at >= bindparam("since"),
        _decision.c.at < bindparam("until"),
    )
    .order_by(_decision.c.at, _decision.c.event)
)


def came_of(tx: Transaction, community: str, key: str) -> str | None:
    """Return what came of something that was to be said; None where nothing was."""
    found = tx.row(_STATE, in_community=community, with_key=key)
    return found.state if found is not None else None


def note_outcome(event: Happened, tx: Transaction, channel: str, message: str, outcome: Outcome) -> None:
    """Write down what became of a message that its author had a private word about; the latest counts.

    Who that is, the message itself says, for as long as they are not forgotten.
    """
    tx.put(
        Decision,
        community=event.community,
        event=event.id,
        about=_ABOUT,
        channel=channel,
        message=message,
        decision=outcome,
        by="",
        at=event.at,
    )


def outcome_of(tx: Transaction, community: str, channel: str, message: str) -> Outcome | None:
    """Return what became of a message that its author had a private word about; None before they did."""
    row = tx.row(_OUTCOME, in_community=community, in_channel=channel, of_message=message)
    return None if row is None else row.decision


def words_to_authors(tx: Transaction, community: str, since: datetime, until: datetime) -> dict[str, str]:
    """Return what authors were told in a time and what became of it, in words, each with its name.

    Of kinds of words that nobody was told there is nothing.
    """
    place = {"in_community": community, "since": since, "until": until}
    # Of what was tried more than once the last try counts.
    last: dict[tuple[str, str], str] = {}
    for row in tx.rows(_SAID, **place):
        what = next(what for what in _NAMES if row.key.startswith(what))
        last[what, row.key.partition(":")[2]] = _STATES[row.state]
    made = {(row.channel, row.message): row.decision for row in tx.rows(_OUTCOMES, **place)}
    outcomes = Counter(_MADE_OF_IT[outcome] for outcome in made.values())
    said: dict[str, str] = {}
    for what, name in _NAMES.items():
        states = Counter(state for (each, _), state in last.items() if each == what)
        told = _counted(states, _STATES.values())
        if what == TOLD and outcomes:
            told = "; ".join(filter(None, (told, _counted(outcomes, _MADE_OF_IT.values()))))
        if told:
            said[name] = told
    return said


def _counted(numbers: Mapping[str, int], order: Iterable[str]) -> str:
    return ", ".join(f"{numbers[each]} {each}" for each in dict.fromkeys(order) if numbers.get(each))
