"""What a change of settings would do, before it does, and the change itself."""

from collections.abc import Mapping
from typing import Any

from pydantic import JsonValue

from bot.cards import Button, Card, Item, Section
from bot.communities import (
    Change,
    Settings,
    change_settings,
    changed_from_default,
    settings_from,
    settings_of,
)
from bot.corrections import by_hand
from bot.events import ON_A_PAGE, ButtonPressed, CommandGiven, FormSubmitted
from bot.features.settings.drafts import Draft, keep
from bot.features.settings.meaning import Meaning
from bot.features.settings.trying import differ, listed
from bot.features.settings.words import changed_fields, revert_button
from bot.scores import BAR
from storage.transaction import Transaction

_THRESHOLD = "salesy_threshold"
# Of verdicts that would flip so many are listed beside all else.
_LISTED = 5

Asked = CommandGiven | ButtonPressed | FormSubmitted


def would_be(event: Asked, tx: Transaction, values: Mapping[str, Any]) -> tuple[Settings, dict[str, Change]]:
    """Return the settings as they would be, and what changes; None means the default. Raises WrongSetting."""
    now = settings_of(tx, event.community)
    current = changed_from_default(now)
    then = _with(current, values)
    if _THRESHOLD in values and BAR not in values and then.salesy_threshold != now.salesy_threshold:
        # A threshold that people put somewhere stays there: what Hearth had moved goes with it.
        _, base = by_hand(tx, event.community, BAR)
        if _THRESHOLD in changed_from_default(then) and base != now.salesy_bar:
            values = {**values, BAR: base}
            then = _with(current, values)
    becomes = changed_from_default(then)
    changes = {
        name: Change(current.get(name), becomes.get(name))
        for name in values
        if current.get(name) != becomes.get(name)
    }
    return then, changes


def _with(current: Mapping[str, Any], values: Mapping[str, Any]) -> Settings:
    wanted = {name: value for name, value in {**current, **values}.items() if value is not None}
    return settings_from(wanted)


def preview(
    event: Asked,
    tx: Transaction,
    values: Mapping[str, Any],
    *,
    how: str = "command",
    because: str = "",
    listing: int = _LISTED,
) -> Card:
    """Return a card that says what would change, None meaning the default. Raises WrongSetting.

    Of verdicts that would flip it lists so many.
    """
    then, changes = would_be(event, tx, values)
    if not changes:
        return Card(text=nothing_changes(values))
    keep(tx, event, Draft(how if not event.interaction.startswith(ON_A_PAGE) else "page", changes))
    before = settings_of(tx, event.community)
    means = Meaning(tx, event, before, then)
    sentences = means.of(changes)
    [*names] = changes
    return Card(
        title=f"Change {names[0]}?" if len(names) == 1 else f"Change {len(names)} settings?",
        text=because,
        fields=tuple(changed_fields(tx, event.community, changes.items())),
        sections=(
            *((Section(name="What it means", items=told),) if (told := tuple(map(_item, sentences))) else ()),
            *(listed(event, tx, means.flips, listing) if differ(before, then) else ()),
        ),
        buttons=(
            Button(label="Apply", name="settings.apply", value=event.id, style="primary"),
            Button(label="Leave it", name="settings.leave", value=event.id),
        ),
        footer="Nothing is changed yet.",
        tone="warning" if means.careful(changes) else "plain",
    )


def never(event: ButtonPressed, tx: Transaction) -> Card:
    """Preview the rule that promotion is unwanted in the channel of a message, for who pressed its button."""
    channel, _, _ = event.value.partition("/")
    rules = settings_of(tx, event.community).model_dump(mode="json")["channels"]
    wanted = {**rules, channel: {**rules.get(channel, {}), "promotion": "strict"}}
    return preview(event, tx, {"channels": wanted}, how="card")


def _item(sentence: str) -> Item:
    return Item(text=sentence)


def nothing_changes(values: Mapping[str, JsonValue]) -> str:
    [*names] = values
    if len(names) == 1:
        return f"{names[0]} is so already: there is nothing to change."
    return "All of it is set so already: there is nothing to change."


def changed_by(event: ButtonPressed, tx: Transaction, draft: Draft) -> Card:
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
