"""What is set in a community, now or at a time: what it began with, and every change since."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from pydantic import JsonValue
from sqlalchemy import bindparam, select

from bot.communities.settings import NAMES, Settings, WrongSetting, settings_from
from bot.events import ButtonPressed, Event, FellDue
from bot.logs import named
from storage.tables import Community, SettingChange, table
from storage.transaction import Transaction

log = named(__name__)

# How the names of buttons begin that can change settings.
BUTTONS = "settings."

_EVER = datetime(1, 1, 1, tzinfo=UTC)
_community = table(Community)
_change = table(SettingChange)
_INITIAL = select(_community.c.settings).where(_community.c.id == bindparam("community"))
_CHANGES = (
    select(_change.c.at, _change.c.name, _change.c.after)
    .where(_change.c.community == bindparam("in_community"))
    .order_by(_change.c.at, _change.c.event, _change.c.name)
)
_BY_EVENT = (
    select(_change.c.name, _change.c.before, _change.c.after)
    .where(_change.c.community == bindparam("in_community"), _change.c.event == bindparam("by_event"))
    .order_by(_change.c.name)
)


@dataclass(frozen=True, slots=True)
class Change:
    """What a setting was and what it became, as it is stored; None for the default."""

    before: JsonValue
    after: JsonValue


@dataclass(slots=True)
class _Stage:
    """What was set from a time on."""

    since: datetime
    values: dict[str, Any]
    read: Settings | None = field(default=None)

    def settings(self, community: str) -> Settings:
        if self.read is None:
            self.read = _as_far_as_known(self.values, community)
        return self.read


def settings_of(tx: Transaction, community: str) -> Settings:
    """Return what is set in a community now."""
    return _stages(tx, community)[-1].settings(community)


def settings_at(tx: Transaction, community: str, at: datetime) -> Settings:
    """Return what was set when something was said: it is read so, however late it is told of."""
    stages = _stages(tx, community)
    if len(stages) == 1:
        return stages[0].settings(community)
    return next(stage for stage in reversed(stages) if stage.since <= at).settings(community)


def change_settings(
    tx: Transaction, event: ButtonPressed | FellDue, how: str, changes: Mapping[str, Change]
) -> None:
    """Write down what an event changes; it holds at once. Nobody did it whom time made do it."""
    for name, change in changes.items():
        tx.add(
            SettingChange,
            community=event.community,
            event=event.id,
            name=name,
            at=event.at,
            by=event.member if isinstance(event, ButtonPressed) else "",
            how=how,
            before=change.before,
            after=change.after,
        )
    forget_settings(tx, event.community)


def forget_settings(tx: Transaction, community: str) -> None:
    """Have a community's settings read again: they were written anew."""
    tx.memo.pop(("settings", community), None)


def changes_by(event: Event, tx: Transaction) -> dict[str, Change]:
    """Return the changes of settings that an event made; the feature `settings` is asked first."""
    if not isinstance(event, ButtonPressed) or not event.button.startswith(BUTTONS):
        return {}
    rows = tx.rows(_BY_EVENT, in_community=event.community, by_event=event.id)
    return {row.name: Change(row.before, row.after) for row in rows}


def _stages(tx: Transaction, community: str) -> list[_Stage]:
    key = ("settings", community)
    if key not in tx.memo:
        initial = tx.row(_INITIAL, community=community)
        stages = [_Stage(_EVER, dict(initial[0]) if initial else {})]
        for row in tx.rows(_CHANGES, in_community=community):
            if row.at != stages[-1].since:
                stages.append(_Stage(row.at, dict(stages[-1].values)))
            if row.after is None:
                stages[-1].values.pop(row.name, None)
            else:
                stages[-1].values[row.name] = row.after
        tx.memo[key] = stages
    stages_known: list[_Stage] = tx.memo[key]
    return stages_known


def _as_far_as_known(values: Mapping[str, Any], community: str) -> Settings:
    """Read what is stored; what another version wrote and this one cannot read is as by default."""
    known = {name: value for name, value in values.items() if name in NAMES}
    while True:
        try:
            return settings_from(known)
        except WrongSetting as wrong:
            if wrong.name is None:
                raise
            log.warning("setting_left_out", setting=wrong.name, community=community)
            del known[wrong.name]
