"""The page of settings: what is set, a form for each, and every change that was made."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, select

from bot.communities import Settings, look_up_channels, settings_of
from bot.ports import Visitor
from bot.views.lookups import names_of
from bot.views.paging import MOST
from storage.tables import SettingChange, table
from storage.transaction import Transaction

_change = table(SettingChange)
_CHANGES = (
    select(_change)
    .where(_change.c.community == bindparam("in_community"))
    .order_by(_change.c.at.desc(), _change.c.event, _change.c.name)
    .limit(MOST)
)
# Settings that name channels.
_CHANNELS = ("managers_channel", "feedback_channel", "welcome_channel")


@dataclass(frozen=True, slots=True)
class Setting:
    """A setting: its value as somebody would type it, and whether that is the default."""

    name: str
    value: str
    default: bool
    long: bool


@dataclass(frozen=True, slots=True)
class Change:
    """A change that was made: of what, by whom, from what to what."""

    event: str
    name: str
    at: datetime
    by: str
    how: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class SettingsPage:
    """All settings, and their latest changes."""

    settings: tuple[Setting, ...]
    changes: tuple[Change, ...]


def settings(tx: Transaction, visitor: Visitor, _: Mapping[str, str], __: datetime) -> SettingsPage:
    """Return what is set, and what was changed."""
    found = settings_of(tx, visitor.community)
    written = found.model_dump(mode="json")
    default = Settings().model_dump(mode="json")
    channels = look_up_channels(
        tx, visitor.community, [written[name] for name in _CHANNELS if written[name] is not None]
    )
    shown = tuple(
        Setting(
            name=name,
            value=_channel(value, channels) if name in _CHANNELS else _written(value),
            default=value == default[name],
            long=len(_written(value)) > 60,
        )
        for name, value in written.items()
    )
    rows = tx.rows(_CHANGES, in_community=visitor.community)
    names = names_of(tx, visitor.community, (row.by for row in rows))
    changes = tuple(
        Change(row.event, row.name, row.at, names(row.by), row.how, _written(row.before), _written(row.after))
        for row in rows
    )
    return SettingsPage(shown, changes)


def _channel(value: str | None, names: Mapping[str, str]) -> str:
    return "" if value is None else f"#{names.get(value, value)}"


def _written(value: Any) -> str:
    """Return a value as it is typed."""
    if value is None:
        return ""
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
