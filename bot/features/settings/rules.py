"""The rules about selling: which are in force, and what others would have come to in the last month."""

from collections.abc import Mapping
from typing import Any

from bot.cards import Card, Entry, Item, Section
from bot.commands import split
from bot.communities import (
    EXPLAINED,
    Settings,
    WrongSetting,
    channel_label,
    may_name,
    settings_of,
    value_in_words,
)
from bot.events import CommandGiven
from bot.features.settings.previews import preview
from bot.features.settings.typed import known_name, read_typed
from bot.scores import threshold_in_words
from storage.transaction import Transaction

# As many verdicts as a card has room for.
_LISTED = 10
_RULES = ("salesy_threshold", "salesy_bar", "channels")
_HOW = (
    "/community rules try #general promotion=strict, or salesy_threshold 0.5, shows which verdicts of the "
    "last month would flip, before anything is changed."
)


def rules(event: CommandGiven, tx: Transaction, rest: str) -> Card:
    """Return the rules, or what came of trying another. Raises WrongSetting."""
    word, rest = split(rest) if rest else ("", "")
    if not word:
        return _in_force(event, tx)
    if word != "try" or not rest:
        raise WrongSetting(None, f"After rules comes try with a rule, or nothing. {_HOW}")
    return preview(event, tx, _tried(event, tx, rest), listing=_LISTED)


def _tried(event: CommandGiven, tx: Transaction, rest: str) -> Mapping[str, Any]:
    """Return the setting that somebody tries, and to what. Raises WrongSetting."""
    first, *value = rest.split(maxsplit=1)
    # A channel with its rules needs no word before it.
    name = known_name(first) or "channels"
    if name not in _RULES:
        raise WrongSetting(None, f"{name} is no rule about selling; {', '.join(_RULES)} are. {_HOW}")
    text = rest if known_name(first) is None else "".join(value)
    if not text:
        raise WrongSetting(None, f"Say what {name} shall be: {EXPLAINED[name].example}")
    return {name: read_typed(tx, event, name, text, settings_of(tx, event.community))}


def _in_force(event: CommandGiven, tx: Transaction) -> Card:
    settings = settings_of(tx, event.community)
    alarms = value_in_words(tx, event.community, settings, "salesy_false_alarms")
    items = tuple(
        Item(text=f"{_named(event, tx, channel)}: {said}")
        for channel in settings.channels
        if (said := _of_channel(settings, channel))
    )
    return Card(
        title="The rules about selling",
        fields=(
            Entry(name="A post is salesy from", value=threshold_in_words(tx, event.community, event.at)),
            Entry(name="False alarms at most", value=alarms),
        ),
        sections=(Section(name="Otherwise in", items=items),) if items else (),
        footer=_HOW,
    )


def _named(event: CommandGiven, tx: Transaction, channel: str) -> str:
    named = may_name(tx, event.community, channel, event.channel)
    return channel_label(tx, event.community, channel) if named else "a private channel"


def _of_channel(settings: Settings, channel: str) -> str:
    """Return what is otherwise about selling in a channel; "" where nothing is."""
    said: list[str] = []
    if settings.welcomes_promotion(channel):
        said.append("promotion is welcome")
    elif settings.wants_no_promotion(channel):
        said.append(f"promotion is unwanted, salesy from {settings.salesy_in(channel):g}")
    elif settings.salesy_in(channel) != settings.salesy_anywhere:
        said.append(f"salesy from {settings.salesy_in(channel):g}")
    if (budget := settings.promotion_budget(channel)) is not None:
        said.append(f"up to {budget} a week")
    return ", ".join(said)
