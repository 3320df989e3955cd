"""Shows, explains and changes what is set: each change is previewed, kept, and taken back with one click."""

from collections.abc import Mapping, Sequence
from difflib import get_close_matches
from typing import Any

from pydantic import JsonValue
from sqlalchemy import bindparam, select

from bot.actions import Action, OpenForm, answer
from bot.cards import Button, Card, Form, Item, Section, Select, TextField, shorten
from bot.commands import given, split
from bot.communities import (
    EXPLAINED,
    MANAGERS_ONLY,
    Change,
    Settings,
    WrongSetting,
    change_settings,
    changed_from_default,
    find_channel,
    is_manager,
    settings_from,
    settings_of,
)
from bot.events import ON_A_PAGE, ButtonPressed, CommandGiven, Event, FormSubmitted
from bot.features.settings.drafts import Draft, keep, take
from bot.features.settings.file import channels_known, exported, imported, sentence, with_channels
from bot.features.settings.meaning import Meaning
from bot.features.settings.typed import CHANNELS, channel, known_name, like, read_typed
from bot.features.settings.words import (
    all_settings,
    changed_fields,
    explanation,
    explanations,
    history,
    revert_button,
)
from storage.tables import SettingChange, table
from storage.transaction import Transaction

Asked = CommandGiven | ButtonPressed | FormSubmitted
_WORDS = ("show", "explain", "set", "reset", "history", "export", "import")

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
        case ButtonPressed(button="settings.ask"):
            return [_ask(event, tx)]
        case ButtonPressed() if event.button.startswith("settings."):
            return [answer(event, _pressed(event, tx))]
        case FormSubmitted(form="settings.set"):
            return [answer(event, _submitted(event, tx))]
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
            return explanation(event, tx, _named(rest)) if rest else explanations()
        case "set":
            return _set(event, tx, rest)
        case "reset":
            return _preview(event, tx, {_named(rest): None})
        case "history":
            return history(event, tx, _named(rest) if rest else None)
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


def _named(rest: str) -> str:
    """Return the setting that somebody names. Raises WrongSetting."""
    word = rest.split(maxsplit=1)[0] if rest else ""
    name = known_name(word)
    if name is not None:
        return name
    near = like(word) if word else None
    if near is not None:
        raise WrongSetting(None, f'There is no setting "{shorten(word, 40)}". Did you mean {near}?')
    which = f'There is no setting "{shorten(word, 40)}"' if word else "Say which setting"
    raise WrongSetting(None, f"{which}; there are {', '.join(EXPLAINED)}.")


def _set(event: CommandGiven, tx: Transaction, rest: str) -> Card:
    name = _named(rest)
    _, *value = rest.split(maxsplit=1)
    if not value:
        raise WrongSetting(
            None,
            f"Say what {name} shall be: /community settings set {name} {EXPLAINED[name].example}",
        )
    typed = read_typed(tx, event.community, name, value[0], settings_of(tx, event.community))
    return _preview(event, tx, {name: typed})


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
    file = imported(text)
    for name in file:
        _named(name)
    known = channels_known(settings_of(tx, event.community))
    try:
        values = with_channels(file, lambda written: channel(tx, event.community, written, known))
    except ValueError as error:
        raise WrongSetting(None, sentence(error)) from error
    return _preview(event, tx, values, how="import")


def _would_be(event: Asked, tx: Transaction, values: Mapping[str, Any]) -> tuple[Settings, dict[str, Change]]:
    """Return the settings as they would be, and what changes; None means the default. Raises WrongSetting."""
    current = changed_from_default(settings_of(tx, event.community))
    wanted = {name: value for name, value in {**current, **values}.items() if value is not None}
    then = settings_from(wanted)
    becomes = changed_from_default(then)
    changes = {
        name: Change(current.get(name), becomes.get(name))
        for name in values
        if current.get(name) != becomes.get(name)
    }
    return then, changes


def _preview(
    event: Asked,
    tx: Transaction,
    values: Mapping[str, Any],
    *,
    how: str = "command",
    because: str = "",
) -> Card:
    """Return a card that says what would change, None meaning the default. Raises WrongSetting."""
    then, changes = _would_be(event, tx, values)
    if not changes:
        return Card(text=_nothing_changes(values))
    keep(tx, event, Draft(how if not event.interaction.startswith(ON_A_PAGE) else "page", changes))
    means = Meaning(tx, event, settings_of(tx, event.community), then)
    sentences = means.of(changes)
    [*names] = changes
    return Card(
        title=f"Change {names[0]}?" if len(names) == 1 else f"Change {len(names)} settings?",
        text=because,
        fields=tuple(changed_fields(tx, event.community, changes.items())),
        sections=(Section(name="What it means", items=tuple(Item(text=each) for each in sentences)),)
        if sentences
        else (),
        buttons=(
            Button(label="Apply", name="settings.apply", value=event.id, style="primary"),
            Button(label="Leave it", name="settings.leave", value=event.id),
        ),
        footer="Nothing is changed yet.",
        tone="warning" if means.careful(changes) else "plain",
    )


def _nothing_changes(values: Mapping[str, JsonValue]) -> str:
    [*names] = values
    if len(names) == 1:
        return f"{names[0]} is so already: there is nothing to change."
    return "All of it is set so already: there is nothing to change."


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
            case "settings.choose" if event.chosen:
                return _choose(event, tx, _named(event.value))
            case _:
                return Card(text="I do not know that button; the card may be from another version of me.")
    except WrongSetting as wrong:
        return Card(text=str(wrong), tone="warning")


def _choose(event: ButtonPressed, tx: Transaction, name: str) -> Card:
    """Set what somebody picked, at once unless it wants a second look. Raises WrongSetting."""
    typed = _picked(event, tx, name, event.chosen[0])
    then, changes = _would_be(event, tx, {name: typed})
    if not changes:
        return Card(text=_nothing_changes({name: typed}))
    if Meaning(tx, event, settings_of(tx, event.community), then).careful(changes):
        return _preview(event, tx, {name: typed}, how="picker")
    return _changed(event, tx, Draft("picker", changes))


def _picked(event: Asked, tx: Transaction, name: str, picked: str) -> JsonValue:
    if name in CHANNELS and find_channel(tx, event.community, picked) is None:
        raise WrongSetting(name, "I do not know that channel yet. Invite me there, then choose it again.")
    return read_typed(tx, event.community, name, picked, settings_of(tx, event.community))


def _ask(event: ButtonPressed, tx: Transaction) -> Action:
    """Open a form that asks what a setting shall be."""
    name = known_name(event.value)
    if not is_manager(tx, event):
        return answer(event, MANAGERS_ONLY)
    if name is None:
        return answer(event, "I do not know that button; the card may be from another version of me.")
    if event.interaction.startswith(ON_A_PAGE):
        return answer(event, f"Write /community settings set {name} and what it shall be.")
    form = Form(
        title=name,
        name="settings.set",
        value=name,
        text=EXPLAINED[name].does,
        fields=(_field(event.community, tx, name),),
        submit="Preview",
    )
    return OpenForm(
        key=f"form:{event.id}",
        community=event.community,
        channel=event.channel,
        member=event.member,
        interaction=event.interaction,
        form=form,
    )


def _field(community: str, tx: Transaction, name: str) -> TextField | Select:
    """Return the field in which a setting is written or chosen, with what it is now."""
    now = settings_of(tx, community).model_dump(mode="json")[name]
    label = "What it shall be"
    if name in CHANNELS:
        return Select(label=label, name="value", among="channels", chosen=now or "")
    if isinstance(now, bool):
        now = "yes" if now else "no"
    # Lists are told what comes and goes; what is on them stands in the card.
    text = "" if isinstance(now, list | dict) else str(now)
    return TextField(
        label=label,
        name="value",
        text=text,
        hint=f"For example: {EXPLAINED[name].example}",
        lines=name in ("welcome_text", "channels"),
    )


def _submitted(event: FormSubmitted, tx: Transaction) -> Card:
    if not is_manager(tx, event):
        return Card(text=MANAGERS_ONLY)
    filled = event.fields.get("value", "")
    try:
        name = _named(event.value)
        typed = (
            read_typed(tx, event.community, name, filled, settings_of(tx, event.community))
            if isinstance(filled, str)
            else _picked(event, tx, name, filled[0] if filled else "off")
        )
        return _preview(event, tx, {name: typed}, how="form")
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
        return _preview(event, tx, values, how=draft.how, because=because)
    return _changed(event, tx, draft)


def _revert(event: ButtonPressed, tx: Transaction) -> Card:
    """Set a setting to what it was before a change; where it was changed again since, preview that."""
    by_event, _, name = event.value.rpartition("/")
    row = tx.row(_CHANGE, in_community=event.community, by_event=by_event, of_name=name)
    if row is None or name not in EXPLAINED:
        return Card(text="I do not know that change; the card may be from another version of me.")
    current = changed_from_default(settings_of(tx, event.community)).get(name)
    if current == row.before:
        return Card(text=f"{name} is as it was before: nothing was changed.")
    if current != row.after:
        because = f"{name} was changed again since. This is what taking back the older change would do now."
        return _preview(event, tx, {name: row.before}, how="revert", because=because)
    settings_from({} if row.before is None else {name: row.before})
    return _changed(event, tx, Draft("revert", {name: Change(current, row.before)}))


def _changed(event: ButtonPressed, tx: Transaction, draft: Draft) -> Card:
    change_settings(tx, event, draft.how, draft.changes)
    [*names] = draft.changes
    alone = len(names) == 1
    return Card(
        title=f"{names[0]} is changed" if alone else f"{len(names)} settings are changed",
        fields=tuple(changed_fields(tx, event.community, draft.changes.items())),
        buttons=(revert_button("Take it back", event.id, names[0]),) if alone else (),
        footer="It holds from now on."
        if alone
        else "It holds from now on. /community settings history takes each back.",
        tone="good",
    )
