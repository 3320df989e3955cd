"""Shows, explains and changes what is set: each change is previewed, kept, and taken back with one click."""

from collections.abc import Mapping, Sequence
from difflib import get_close_matches
from typing import Any

from sqlalchemy import bindparam, select

from bot.actions import Action, answer
from bot.cards import Card, Item, Section, shorten
from bot.commands import given, split
from bot.communities import (
    EXPLAINED,
    MANAGERS_ONLY,
    WrongSetting,
    changed_from_default,
    is_manager,
    settings_of,
    wrong_settings,
)
from bot.events import ButtonPressed, CommandGiven, Event, FormSubmitted
from bot.features.settings.drafts import Draft, take
from bot.features.settings.file import channels_known, exported, imported, with_channels
from bot.features.settings.meaning import Meaning
from bot.features.settings.pickers import ask, choose, submitted
from bot.features.settings.previews import changed_by, never, preview, would_be
from bot.features.settings.rules import rules
from bot.features.settings.typed import channel, known_name, like, named, read_typed
from bot.features.settings.words import (
    all_settings,
    explanation,
    explanations,
    history,
)
from storage.tables import SettingChange, table
from storage.transaction import Transaction

_WORDS = ("show", "explain", "set", "reset", "history", "export", "import")

# So much of what is wrong with a file is told at once.
_FAULTS = 20

_change = table(SettingChange)
_CHANGE = select(_change).where(
    _change.c.community == bindparam("in_community"),
    _change.c.event == bindparam("by_event"),
    _change.c.name == bindparam("of_name"),
)


def handle(event: Event, tx: Transaction) -> Sequence[Action]:
    """Answer managers' questions about settings; apply what they were shown first."""
    match event:
        case CommandGiven() if (rest := given(event, tx, "settings")) is not None:
            try:
                return [answer(event, _commanded(event, rest, tx))]
            except WrongSetting as wrong:
                return [answer(event, Card(text=str(wrong), tone="warning"))]
        case CommandGiven() if (rest := given(event, tx, "rules")) is not None:
            try:
                return [answer(event, rules(event, tx, rest))]
            except WrongSetting as wrong:
                return [answer(event, Card(text=str(wrong), tone="warning"))]
        case ButtonPressed(button="settings.ask"):
            return [ask(event, tx)]
        case ButtonPressed() if event.button.startswith("settings."):
            # A preview that was used or left is no longer to be pressed.
            used = event.button in ("settings.apply", "settings.leave")
            return [answer(event, _pressed(event, tx), replaces=used)]
        case FormSubmitted(form="settings.set"):
            return [answer(event, submitted(event, tx))]
        case _:
            return []


def _commanded(event: CommandGiven, rest: str, tx: Transaction) -> Card:
    """Do what follows the command's word. Raises WrongSetting."""
    word, rest = split(rest or "show")
    if known_name(word) is not None:
        # "settings limit" and "settings limit 2h" leave no doubt what is meant.
        word, rest = ("set", f"{word} {rest}") if rest else ("explain", word)
    match word:
        case "show":
            return all_settings(event, tx)
        case "explain":
            return explanation(event, tx, named(rest)) if rest else explanations()
        case "set":
            return _set(event, tx, rest)
        case "reset":
            return preview(event, tx, {named(rest): None})
        case "history":
            return history(event, tx, named(rest) if rest else None)
        case "export":
            return _export(event, tx)
        case "import":
            return _import(event, tx, rest)
        case _:
            near = next(iter(get_close_matches(word, _WORDS, n=1, cutoff=0.6)), like(word))
            hint = f" Did you mean {near}?" if near else ""
            raise WrongSetting(
                None,
                f'I do not know "{shorten(word, 40)}".{hint} After settings comes {", ".join(_WORDS)}, or '
                "nothing.",
            )


def _set(event: CommandGiven, tx: Transaction, rest: str) -> Card:
    name = named(rest)
    _, *value = rest.split(maxsplit=1)
    if not value:
        raise WrongSetting(
            None,
            f"Say what {name} shall be: /community settings set {name} {EXPLAINED[name].example}",
        )
    typed = read_typed(tx, event, name, value[0], settings_of(tx, event.community))
    return preview(event, tx, {name: typed})


def _export(event: CommandGiven, tx: Transaction) -> Card:
    return Card(
        title="The settings of this community",
        text=exported(tx, event.community),
        footer="Keep it as a file. /community settings import, followed by all of it, shows what would "
        "change, here or in another community.",
    )


def _import(event: CommandGiven, tx: Transaction, text: str) -> Card:
    if not text:
        raise WrongSetting(None, "Write the file after the word: /community settings import {…}")
    values, faults = _read_file(event, tx, imported(text))
    if len(faults) > 1:
        return _faulty(faults)
    if faults:
        raise faults[0]
    return preview(event, tx, values, how="import")


def _read_file(
    event: CommandGiven, tx: Transaction, file: Mapping[str, Any]
) -> tuple[Mapping[str, Any], Sequence[WrongSetting]]:
    """Return what a file sets here, and all that is wrong with it."""
    values: dict[str, Any] = {}
    faults: list[WrongSetting] = []
    known = channels_known(settings_of(tx, event.community))
    for written, value in file.items():
        try:
            name = named(written)
        except WrongSetting as wrong:
            faults.append(wrong)
            continue

        def here(place: str, name: str = name) -> str:
            try:
                return channel(tx, event.community, place, event.channel, known)
            except ValueError as error:
                faults.append(WrongSetting(name, f"{error}."))
                return place

        # What is wrong with a channel's rules is told by its name as it is written.
        if value is not None:
            faults.extend(wrong_settings({name: value}))
        values |= with_channels({name: value}, here)
    return values, faults


def _faulty(faults: Sequence[WrongSetting]) -> Card:
    items = [Item(text=str(fault)) for fault in faults[:_FAULTS]]
    if len(faults) > _FAULTS:
        items.append(Item(text=f"And {len(faults) - _FAULTS} more."))
    return Card(
        title=f"{len(faults)} things in this file are wrong",
        sections=(Section(name="Nothing was changed", items=tuple(items)),),
        tone="warning",
    )


def _pressed(event: ButtonPressed, tx: Transaction) -> Card:
    if not is_manager(tx, event):
        return Card(text=MANAGERS_ONLY)
    try:
        match event.button:
            case "settings.apply":
                return _apply(event, tx)
            case "settings.leave":
                return Card(text="Nothing was changed." if take(tx, event) else _USED)
            case "settings.revert":
                return _revert(event, tx)
            case "settings.never":
                return never(event, tx)
            case "settings.choose" if event.chosen:
                return choose(event, tx, named(event.value))
            case _:
                return Card(text="I do not know that button; the card may be from another version of me.")
    except WrongSetting as wrong:
        return Card(text=str(wrong), tone="warning")


_USED = (
    "That preview was used already, or is more than a day old: nothing was changed. "
    "/community settings shows what is set."
)


def _apply(event: ButtonPressed, tx: Transaction) -> Card:
    draft = take(tx, event)
    if draft is None:
        return Card(text=_USED)
    current = changed_from_default(settings_of(tx, event.community))
    stale = [name for name, change in draft.changes.items() if current.get(name) != change.before]
    if stale:
        values = {name: change.after for name, change in draft.changes.items()}
        because = f"{', '.join(stale)} was changed since you looked. This is how it would be now."
        return preview(event, tx, values, how=draft.how, because=because)
    return changed_by(event, tx, draft)


def _revert(event: ButtonPressed, tx: Transaction) -> Card:
    """Set a setting to what it was before a change.

    It is previewed where it was changed again since, and where words would go, or be shown to more people.
    """
    by_event, _, name = event.value.rpartition("/")
    row = tx.row(_CHANGE, in_community=event.community, by_event=by_event, of_name=name)
    if row is None or name not in EXPLAINED:
        return Card(text="I do not know that change; the card may be from another version of me.")
    current = changed_from_default(settings_of(tx, event.community)).get(name)
    if current == row.before:
        return Card(text=f"{name} is as it was before: nothing was changed.")
    if current != row.after:
        because = f"{name} was changed again since. This is what taking back the older change would do now."
        return preview(event, tx, {name: row.before}, how="revert", because=because)
    then, changes = would_be(event, tx, {name: row.before})
    if Meaning(tx, event, settings_of(tx, event.community), then).careful(changes):
        return preview(event, tx, {name: row.before}, how="revert")
    return changed_by(event, tx, Draft("revert", changes))
