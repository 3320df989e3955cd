"""What a manager's decision says was read wrongly, and how that moves what counts from then on."""

from datetime import timedelta

from sqlalchemy import bindparam, select

from bot.communities import Change, change_settings, changed_from_default, settings_of
from bot.corrections import BY_CORRECTIONS, MOVED, moved
from bot.decisions import UNDONE_WITHIN, Judged
from bot.events import ButtonPressed, FellDue, ShortcutUsed
from bot.features.questions.asked import Asked, by_person
from bot.features.questions.likely import was_read
from bot.features.questions.replied import read_waiting
from storage.tables import Message, table
from storage.transaction import Transaction

# What is due when what was decided counts for what is read from then on.
HEED = "corrections"
# What was moved goes back as slowly, as days go by in which less is corrected.
_AGAIN = timedelta(days=1)

_message = table(Message)
_SAID = select(_message.c.author, _message.c.posted_at).where(
    _message.c.community == bindparam("in_community"),
    _message.c.channel == bindparam("in_channel"),
    _message.c.id == bindparam("of_message"),
)


def overruled(tx: Transaction, asked: Asked, decision: str, answer: str | None = None) -> Judged | None:
    """Return what of a question as it stands is said to be wrong by deciding this; `answer` is the message
    named as its answer.

    To settle what is open says nothing of that it was, unless it had been answered when it was flagged.
    """
    match decision:
        case "not_a_question" if not by_person(asked):
            return "asks"
        case "answered" if asked.state == "unanswered" and _answered_before(tx, asked, answer):
            return "unanswered" if was_read(tx, asked) else "flagged"
        case "open" if asked.state == "answered" and not by_person(asked) and was_read(tx, asked):
            return "answered"
        case _:
            return None


def _answered_before(tx: Transaction, asked: Asked, answer: str | None) -> bool:
    """Return whether a question is known to have been answered when it was flagged.

    It had been by the message named as its answer, or else by what may have replied to it in a flat channel.
    """
    flagged_at = asked.flagged_at
    if flagged_at is None:
        return False
    if answer is not None:
        place = {"in_community": asked.community, "in_channel": asked.channel}
        said = tx.row(_SAID, **place, of_message=answer)
        return said is not None and said.author != asked.asker and said.posted_at <= flagged_at
    found = read_waiting(tx, asked, flagged_at)
    return found is not None and found.evidence is not None


def heed_soon(event: ButtonPressed | ShortcutUsed, tx: Transaction) -> None:
    """Have what was decided count as soon as it can no longer be undone."""
    tx.schedule(event.community, "questions", HEED, event.at + UNDONE_WITHIN)


def heed(event: FellDue, tx: Transaction) -> None:
    """Move what counts as a question, and as answered, by what managers corrected."""
    now = changed_from_default(settings_of(tx, event.community))
    changes: dict[str, Change] = {}
    for name in MOVED:
        becomes = moved(tx, event.community, name, event.at) or None
        if becomes != now.get(name):
            changes[name] = Change(now.get(name), becomes)
    if changes:
        change_settings(tx, event, BY_CORRECTIONS, changes)
    settings = settings_of(tx, event.community)
    if changes or any(getattr(settings, name) for name in MOVED):
        tx.schedule(event.community, "questions", HEED, event.at + _AGAIN)
