"""Settings in words: what they are, what they were, who changed them and when."""

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from pydantic import JsonValue
from sqlalchemy import Row, bindparam, select

from bot.cards import Button, Card, Entry, Item, Section, shorten
from bot.communities import (
    EXPLAINED,
    MOST_SHOWN,
    NAMES,
    Change,
    Settings,
    WrongSetting,
    changed_from_default,
    member_name,
    settings_from,
    settings_of,
    value_in_words,
)
from bot.corrections import BY_CORRECTIONS, BY_TALK, MADE_BY_HEARTH
from bot.events import CommandGiven
from bot.scores import threshold_in_words, why_moved
from storage.tables import SettingChange, table
from storage.transaction import Transaction

# As many changes as have room on a card, each with its button.
_CHANGES = 10
HOW = {
    "command": "",
    "page": ", on a page",
    "import": ", from a file",
    "revert": ", taking it back",
    "picker": ", with a picker",
    "form": ", in a form",
    "card": ", with a button on a flag",
    BY_CORRECTIONS: ", by what managers corrected",
    BY_TALK: ", by this community's own talk and what managers decided",
}
# Who changed what nobody did.
HEARTH = "Hearth"

_change = table(SettingChange)
_NEWEST = (
    select(_change)
    .where(
        _change.c.community == bindparam("in_community"),
        _change.c.name.in_(bindparam("of_names", expanding=True)),
    )
    .order_by(_change.c.at.desc(), _change.c.event.desc(), _change.c.name)
    .limit(bindparam("most"))
)


def change_in_words(tx: Transaction, community: str, name: str, change: Change) -> str:
    """Return a change as "4 h → 2 h"."""

    def say(settings: Settings) -> str:
        return value_in_words(tx, community, settings, name)

    before, after = (stored_in_words(name, value, say) for value in (change.before, change.after))
    return f"{before} → {after}"


def moment(at: datetime, zone: ZoneInfo) -> str:
    """Return a time as "Monday 2 March 9:00", in a timezone."""
    here = at.astimezone(zone)
    return f"{here:%A} {here.day} {here:%B} {here.hour}:{here:%M}"


def all_settings(event: CommandGiven, tx: Transaction) -> Card:
    """Return a card of all settings, with those that are as by default marked."""
    settings = settings_of(tx, event.community)
    changed = changed_from_default(settings)
    groups: dict[str, list[Item]] = {}
    for name, explained in EXPLAINED.items():
        value = value_in_words(tx, event.community, settings, name)
        mark = "" if name in changed else " (default)"
        groups.setdefault(explained.group, []).append(Item(text=f"{name}: {value}{mark}"))
    return Card(
        title="What is set here",
        sections=tuple(Section(name=group, items=tuple(items)) for group, items in groups.items()),
        footer="/community settings explain NAME says what one does; set NAME VALUE and reset NAME show what "
        "would change before it does; history, export and import are there too.",
    )


def explanation(event: CommandGiven, tx: Transaction, name: str) -> Card:
    """Return a card that says what a setting does."""
    settings = settings_of(tx, event.community)
    fields = [
        Entry(name="Now", value=value_in_words(tx, event.community, settings, name)),
        Entry(name="By default", value=value_in_words(tx, event.community, Settings(), name)),
    ]
    rows = tx.rows(_NEWEST, in_community=event.community, of_names=[name], most=1)
    for row in rows:
        who = _who(tx, event.community, row)
        fields.append(Entry(name="Last changed", value=f"{moment(row.at, settings.zone)} by {who}"))
    why = why_moved(tx, event.community, event.at).get(name)
    if name == "salesy_threshold":
        why = f"In force: {threshold_in_words(tx, event.community, event.at)}."
    if why:
        fields.append(Entry(name="Why", value=why))
    return Card(
        title=name,
        text=EXPLAINED[name].does,
        fields=tuple(fields),
        footer=f"For example: /community settings set {name} {EXPLAINED[name].example}",
    )


def explanations() -> Card:
    """Return a card that says of each setting what it does."""
    groups: dict[str, list[Item]] = {}
    for name, explained in EXPLAINED.items():
        groups.setdefault(explained.group, []).append(Item(text=f"{name}: {explained.does}"))
    sections = (Section(name=group, items=tuple(items)) for group, items in groups.items())
    return Card(title="What can be set", sections=tuple(sections))


def history(event: CommandGiven, tx: Transaction, name: str | None) -> Card:
    """Return the newest changes of a setting, or of all, each with a button that takes it back."""
    names = [name] if name else list(NAMES)
    rows = tx.rows(_NEWEST, in_community=event.community, of_names=names, most=_CHANGES + 1)
    more, rows = len(rows) > _CHANGES, rows[:_CHANGES]
    if not rows:
        return Card(
            text=f"{name or 'Nothing'} was {'never ' if name else ''}changed here{'' if name else ' yet'}."
        )
    zone = settings_of(tx, event.community).zone
    items: list[Item] = []
    for number, row in enumerate(rows, 1):
        change = change_in_words(tx, event.community, row.name, Change(row.before, row.after))
        who = f"{_who(tx, event.community, row)}{HOW.get(row.how, '')}"
        items.append(Item(text=f"{number}. {moment(row.at, zone)}, {who}: {row.name} {change}"))
    buttons = (
        revert_button(f"Take back {number}", row.event, row.name) for number, row in enumerate(rows, 1)
    )
    return Card(
        title=f"Changes of {name}" if name else "Changes of settings",
        sections=(Section(name="Newest first", items=tuple(items)),),
        buttons=tuple(buttons),
        footer="Older ones are on the page of settings: /community web leads there." if more else "",
    )


def _who(tx: Transaction, community: str, change: Row[Any]) -> str:
    return HEARTH if change.how in MADE_BY_HEARTH else member_name(tx, community, change.by)


def revert_button(label: str, event: str, name: str) -> Button:
    """Return the button that sets a setting to what it was before a change."""
    return Button(label=label, name="settings.revert", value=f"{event}/{name}")


def changed_fields(tx: Transaction, community: str, changes: Iterable[tuple[str, Change]]) -> Sequence[Entry]:
    """Return each change as a line of a card."""
    return [Entry(name=name, value=change_in_words(tx, community, name, each)) for name, each in changes]


def stored_in_words(name: str, value: JsonValue, say: Callable[[Settings], str]) -> str:
    """Return a stored value as `say` says it of settings that hold it; None is the default."""
    try:
        settings = settings_from({} if value is None else {name: value})
    except WrongSetting:
        return shorten(str(value), MOST_SHOWN)  # Another version could read it.
    return f"{say(settings)} (default)" if value is None else say(settings)
