"""What was decided about a question can be undone for ten minutes, as if nobody had ever pressed."""

from datetime import datetime

from bot.cards import Button
from bot.decisions import UNDONE_WITHIN, undo
from bot.events import ButtonPressed
from bot.features.questions.asked import Asked, key_of
from bot.features.questions.rulings import Decided
from storage.transaction import Transaction

UNDO = "question.undo"
# How what is due begins when a card no longer offers to undo; the question follows.
UNDONE = "undo:"


def undo_button(asked: Asked, at: datetime) -> tuple[Button, ...]:
    """Return the button that undoes the last decision, while that can be undone."""
    ruling = asked.rulings.ruling
    if ruling is None or not _is_soon(ruling, at):
        return ()
    return (Button(label="Undo", name=UNDO, value=f"{key_of(asked.channel, asked.message)}/{ruling.number}"),)


def offer_undo(tx: Transaction, asked: Asked) -> None:
    """Have the card changed when the last decision about it can no longer be undone."""
    ruling = asked.rulings.ruling
    if ruling is not None and asked.flagged_at is not None:
        due = f"{UNDONE}{key_of(asked.channel, asked.message)}"
        tx.schedule(asked.community, "questions", due, ruling.at + UNDONE_WITHIN)


def meant(value: str) -> tuple[str, str, str]:
    """Return the channel and head of the question, and the number of the decision, that a button undoes."""
    channel, _, rest = value.partition("/")
    head, _, number = rest.rpartition("/")
    return channel, head, number


def take_back(event: ButtonPressed, tx: Transaction, asked: Asked, number: str) -> str | None:
    """Undo the decision of that number; return why not, where that is so."""
    ruling = asked.rulings.ruling
    if ruling is None or str(ruling.number) != number:
        return "That was undone already, or decided anew since; nothing was changed."
    if not _is_soon(ruling, event.at):
        return "It is too late to undo that: it was more than ten minutes ago. The card's buttons still work."
    undo(tx, event.community, ruling.event, event.at)
    return None


def _is_soon(ruling: Decided, at: datetime) -> bool:
    return at < ruling.at + UNDONE_WITHIN
