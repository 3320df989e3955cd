"""Changes that were previewed, kept until somebody applies them: once, and soon."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import bindparam, delete, select

from bot.communities import Change
from bot.events import ButtonPressed, CommandGiven, FormSubmitted
from storage.tables import SettingDraft, table
from storage.transaction import Transaction

# What was counted for a preview is no longer true after a day.
GOOD_FOR = timedelta(days=1)

_draft = table(SettingDraft)
_OF_ID = select(_draft).where(
    _draft.c.community == bindparam("in_community"), _draft.c.id == bindparam("of_id")
)
_FORGET = delete(_draft).where(
    _draft.c.community == bindparam("in_community"), _draft.c.id == bindparam("of_id")
)
_FORGET_OLD = delete(_draft).where(
    _draft.c.community == bindparam("in_community"), _draft.c.at < bindparam("before")
)


@dataclass(frozen=True, slots=True)
class Draft:
    """Changes by the names of their settings, and how they came about."""

    how: str
    changes: Mapping[str, Change]


def keep(tx: Transaction, event: CommandGiven | ButtonPressed | FormSubmitted, draft: Draft) -> None:
    """Keep a draft under the id of the event that asked for it."""
    tx.run(_FORGET_OLD, in_community=event.community, before=event.at - GOOD_FOR)
    tx.put(
        SettingDraft,
        community=event.community,
        id=event.id,
        at=event.at,
        how=draft.how,
        changes=[[name, change.before, change.after] for name, change in draft.changes.items()],
    )


def take(tx: Transaction, event: ButtonPressed) -> Draft | None:
    """Return the draft that a button is about, which is gone then; None if it was used or is too old."""
    place = {"in_community": event.community, "of_id": event.value}
    row = tx.row(_OF_ID, **place)
    tx.run(_FORGET, **place)
    if row is None or row.at < event.at - GOOD_FOR:
        return None
    return Draft(row.how, {name: Change(before, after) for name, before, after in row.changes})
