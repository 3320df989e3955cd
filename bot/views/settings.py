"""The page of settings: what is set, a form for each, and the latest changes, each to be taken back."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from pydantic import JsonValue
from sqlalchemy import bindparam, select

from bot.cards import Button, shorten
from bot.communities import (
    EXPLAINED,
    changed_from_default,
    find_channel,
    ids_called,
    look_up_channels,
    settings_of,
)
from bot.features.settings.file import exported
from bot.features.settings.words import revert_button
from bot.ports import Visitor
from bot.views.lookups import names_of
from bot.views.paging import MOST
from storage.tables import SettingChange, table
from storage.transaction import Transaction

_CHANNELS = ("managers_channel", "feedback_channel", "welcome_channel", "open_channels", "channels")
_PEOPLE = ("managers", "staff", "excluded_members")
# A value longer than this is typed in several lines.
_ONE_LINE = 60
_SHOWN = 300
# What parts names, adds them or takes them away, or says that a name follows.
_IN_A_LIST = frozenset(",+-@")

_change = table(SettingChange)
_CHANGES = (
    select(_change)
    .where(_change.c.community == bindparam("in_community"))
    .order_by(_change.c.at.desc(), _change.c.event, _change.c.name)
    .limit(MOST)
)


@dataclass(frozen=True, slots=True)
class Setting:
    """A setting: its value as somebody would type it, what it does, and whether it is as by default."""

    name: str
    value: str
    does: str
    example: str
    default: bool

    @property
    def title(self) -> str:
        """Its name for people."""
        return self.name.replace("_", " ").capitalize()

    @property
    def long(self) -> bool:
        """Whether it takes several lines."""
        return len(self.value) > _ONE_LINE or self.name == "welcome_text"


@dataclass(frozen=True, slots=True)
class Changed:
    """A change that was made: of what, by whom, from what to what; `revert` takes it back."""

    title: str
    at: datetime
    by: str
    how: str
    before: str
    after: str
    revert: Button


@dataclass(frozen=True, slots=True)
class SettingsPage:
    """All settings by their groups, and their latest changes."""

    groups: Mapping[str, tuple[Setting, ...]]
    changes: tuple[Changed, ...]


def settings(tx: Transaction, visitor: Visitor, _: Mapping[str, str], __: datetime) -> SettingsPage:
    """Return what is set, and what was changed."""
    found = settings_of(tx, visitor.community)
    values: dict[str, JsonValue] = found.model_dump(mode="json")
    rows = tx.rows(_CHANGES, in_community=visitor.community)
    changed = [(row.name, value) for row in rows for value in (row.before, row.after)]
    said = [*values.items(), *changed]
    channels = look_up_channels(tx, visitor.community, list(_ids(said, _CHANNELS)))
    people = names_of(tx, visitor.community, [*_ids(said, _PEOPLE), *(row.by for row in rows)])

    called = ids_called(tx, visitor.community, [people(each) for each in _ids(said, _PEOPLE)])

    def channel(id_: str) -> str:
        name = f"#{channels.get(id_, id_)}"
        return name if find_channel(tx, visitor.community, name) == id_ else id_

    def member(id_: str) -> str:
        name = people(id_)
        # What means another, several, or the parts of a list when it is read again.
        return name if set(called[name]) <= {id_} and _IN_A_LIST.isdisjoint(name) else id_

    def written(name: str, value: JsonValue) -> str:
        return _typed(value, channel if name in _CHANNELS else member if name in _PEOPLE else str)

    set_here = changed_from_default(found)
    groups: dict[str, list[Setting]] = {}
    for name, explained in EXPLAINED.items():
        value = written(name, values[name])
        setting = Setting(name, value, explained.does, explained.example, name not in set_here)
        groups.setdefault(explained.group, []).append(setting)
    changes = tuple(
        Changed(
            title=row.name.replace("_", " ").capitalize(),
            at=row.at,
            by=people(row.by),
            how=row.how,
            before=shorten(written(row.name, row.before), _SHOWN),
            after=shorten(written(row.name, row.after), _SHOWN),
            revert=revert_button("Take back", row.event, row.name),
        )
        for row in rows
    )
    return SettingsPage({group: tuple(each) for group, each in groups.items()}, changes)


def settings_file(tx: Transaction, visitor: Visitor, _: Mapping[str, str], __: datetime) -> str:
    """Return all settings as one file, for another community or another Hearth."""
    return exported(tx, visitor.community)


def _ids(said: Iterable[tuple[str, JsonValue]], names: Iterable[str]) -> Iterable[str]:
    """Give the ids that the values of these settings hold."""
    for name, value in said:
        if name in names and value is not None:
            yield from [value] if isinstance(value, str) else map(str, value)  # type: ignore[arg-type]  # a list, or an object by ids


def _typed(value: Any, name_of: Any) -> str:
    """Return a value as somebody would type it, with names for ids."""
    match value:
        case None:
            return ""
        case str():
            return str(name_of(value))
        case list():
            return ", ".join(str(name_of(each)) for each in value)
        case dict():
            named = {str(name_of(each)): rules for each, rules in value.items()}
            return json.dumps(named, ensure_ascii=False) if named else ""
        case _:
            return str(value)
