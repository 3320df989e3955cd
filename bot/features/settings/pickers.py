"""Settings chosen in a picker or written in a form, which come to what a command would come to."""

from pydantic import JsonValue

from bot.actions import Action, answer, open_form
from bot.cards import Card, Form, Select, TextField
from bot.communities import EXPLAINED, MANAGERS_ONLY, WrongSetting, find_channel, is_manager, settings_of
from bot.events import ON_A_PAGE, ButtonPressed, FormSubmitted
from bot.features.settings.drafts import Draft
from bot.features.settings.meaning import Meaning
from bot.features.settings.previews import Asked, changed_by, nothing_changes, preview, would_be
from bot.features.settings.typed import CHANNELS, known_name, named, read_typed
from storage.transaction import Transaction


def choose(event: ButtonPressed, tx: Transaction, name: str) -> Card:
    """Set what somebody picked, at once unless it wants a second look. Raises WrongSetting."""
    typed = _picked(event, tx, name, event.chosen[0])
    then, changes = would_be(event, tx, {name: typed})
    if not changes:
        return Card(text=nothing_changes({name: typed}))
    if Meaning(tx, event, settings_of(tx, event.community), then).careful(changes):
        return preview(event, tx, {name: typed}, how="picker")
    return changed_by(event, tx, Draft("picker", changes))


def _picked(event: Asked, tx: Transaction, name: str, picked: str) -> JsonValue:
    if name in CHANNELS and find_channel(tx, event.community, picked) is None:
        raise WrongSetting(name, "I do not know that channel yet. Invite me there, then choose it again.")
    return read_typed(tx, event, name, picked, settings_of(tx, event.community))


def ask(event: ButtonPressed, tx: Transaction) -> Action:
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
    return open_form(event, form)


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


def submitted(event: FormSubmitted, tx: Transaction) -> Card:
    if not is_manager(tx, event):
        return Card(text=MANAGERS_ONLY)
    filled = event.fields.get("value", "")
    try:
        name = named(event.value)
        typed = (
            read_typed(tx, event, name, filled, settings_of(tx, event.community))
            if isinstance(filled, str)
            else _picked(event, tx, name, filled[0] if filled else "off")
        )
        return preview(event, tx, {name: typed}, how="form")
    except WrongSetting as wrong:
        return Card(text=str(wrong), tone="warning")
