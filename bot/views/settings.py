"""The page of settings: what is set, with fields to change it by, and each change, to be taken back."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from types import MappingProxyType
from typing import Any, Literal, get_args

from pydantic import JsonValue
from sqlalchemy import Row, bindparam, select

from bot.cards import Button
from bot.communities import (
    EXPLAINED,
    ChannelRules,
    Settings,
    changed_from_default,
    find_channel,
    in_words,
    look_up_channels,
    settings_of,
    zone_names,
)
from bot.communities.settings import Promotion, Sensitivity
from bot.corrections import MADE_BY_HEARTH
from bot.features.settings.file import exported
from bot.features.settings.words import HEARTH, HOW, revert_button, stored_in_words
from bot.ports import Visitor
from bot.views.fields import Choice, channels_in_use, members_here
from bot.views.lookups import names_of
from bot.views.paging import Page, from_here, turned_to
from storage.tables import SettingChange, table
from storage.transaction import Transaction

SHOWS: Mapping[str, str] = MappingProxyType({"now": "What is set", "history": "History"})
_PROMOTIONS: Mapping[Promotion, str] = MappingProxyType(
    {"usual": "as usual", "welcome": "welcome", "strict": "unwanted"}
)
# As usual is as if nothing were said.
_PROMOTION = tuple(Choice(words, "" if each == "usual" else each) for each, words in _PROMOTIONS.items())
_CHANNEL = ("managers_channel", "feedback_channel", "welcome_channel")
_PEOPLE = ("managers", "staff", "excluded_members")
_CHANNELS = (*_CHANNEL, "open_channels", "channels")
# What a phone's keyboard should offer.
_KEYS = {
    "raid_joins": "numeric",
    "retention_days": "numeric",
    "salesy_threshold": "decimal",
    "salesy_false_alarms": "decimal",
}  # Bars may be below 0, for which that has no key.

_change = table(SettingChange)
_CHANGES = from_here(
    select(_change, _change.c.event.label("channel"), _change.c.name.label("message")).where(
        _change.c.community == bindparam("in_community")
    ),
    _change.c.at,
    _change.c.event,
    _change.c.name,
    newest_first=True,
)


@dataclass(frozen=True, slots=True)
class Rules:
    """What is otherwise in a channel; empty where it is as everywhere."""

    channel: str
    label: str
    limit: str
    salesy_threshold: str
    promotion: tuple[Choice, ...]
    promotion_budget: str
    sensitivity: tuple[Choice, ...]
    watch: tuple[Choice, ...]
    model: tuple[Choice, ...]


@dataclass(frozen=True, slots=True)
class Setting:
    """A setting, what it does, whether it is as by default, and the field that it is changed by.

    A text has its `value`, maybe with a list of what can be `among`; of `choices` one is chosen; a list has
    who is on it, to be taken off, and maybe `choices` of who else could be.
    """

    name: str
    does: str
    example: str
    default: bool
    field: Literal["text", "lines", "choice", "list", "rules"]
    value: str = ""
    keys: str = "text"
    among: str = ""
    choices: tuple[Choice, ...] = ()
    listed: tuple[Choice, ...] = ()
    rules: tuple[Rules, ...] = ()

    @property
    def title(self) -> str:
        """Its name for people."""
        return _title(self.name)


@dataclass(frozen=True, slots=True)
class Changed:
    """A change that was made, in words: of what, by whom and how; `revert` takes it back."""

    title: str
    at: datetime
    by: str
    how: str
    before: str
    after: str
    revert: Button


@dataclass(frozen=True, slots=True)
class SettingsPage:
    """All settings by their groups, with what can be chosen among; or their changes, newest first."""

    show: str
    shows: Mapping[str, str]
    groups: Mapping[str, tuple[Setting, ...]]
    zones: Sequence[str]
    members: tuple[Choice, ...]
    new_rules: Rules
    changes: Page[Changed]


def settings(tx: Transaction, visitor: Visitor, query: Mapping[str, str], _: datetime) -> SettingsPage:
    """Return what is set, or what was changed, as the query says with `show`."""
    empty = SettingsPage("now", SHOWS, {}, (), (), _rules("", "", ChannelRules()), Page((), None))
    if query.get("show") == "history":
        return replace(empty, show="history", changes=_history(tx, visitor, query))
    groups: dict[str, list[Setting]] = {}
    for setting in _all(tx, visitor):
        groups.setdefault(EXPLAINED[setting.name].group, []).append(setting)
    return replace(
        empty,
        groups={group: tuple(each) for group, each in groups.items()},
        zones=zone_names(),
        members=members_here(tx, visitor.community),
    )


def settings_file(tx: Transaction, visitor: Visitor, _: Mapping[str, str], __: datetime) -> str:
    """Return all settings as one file, for another community or another Hearth."""
    return exported(tx, visitor.community)


def _all(tx: Transaction, visitor: Visitor) -> Iterable[Setting]:
    now = settings_of(tx, visitor.community)
    values: dict[str, Any] = now.model_dump(mode="json")
    set_here = changed_from_default(now)
    said = _Said(tx, visitor.community, values.items())
    in_use = channels_in_use(tx, visitor.community)
    for name, explained in EXPLAINED.items():
        value = values[name]
        setting = Setting(name, explained.does, explained.example, name not in set_here, "text")
        if name in _CHANNEL and in_use:
            # What is archived by now is still what is set.
            gone = () if value is None or value in {each.value for each in in_use} else (said.choice(value),)
            choices = (Choice("no channel", ""), *gone, *in_use)
            yield replace(setting, field="choice", choices=_chosen(choices, value or ""))
        elif name in _CHANNEL:
            yield replace(setting, value="" if value is None else said.typed(value))
        elif isinstance(value, bool):
            choices = _chosen((Choice("yes", "yes"), Choice("no", "no")), "yes" if value else "no")
            yield replace(setting, field="choice", choices=choices)
        elif name == "sensitivity":
            yield replace(setting, field="choice", choices=_sensitivities(value))
        elif name in _PEOPLE:
            listed = tuple(Choice(label, id_) for id_, label in zip(value, said.people(value), strict=True))
            yield replace(setting, field="list", listed=listed, among="members")
        elif name == "open_channels":
            others = tuple(each for each in in_use if each.private and each.value not in value)
            listed = tuple(said.choice(each) for each in value)
            yield replace(setting, field="list", listed=listed, choices=others)
        elif name == "channels":
            rules = tuple(_rules(id_, said.channel(id_), each) for id_, each in now.channels.items())
            others = tuple(each for each in in_use if each.value not in now.channels)
            yield replace(setting, field="rules", rules=rules, choices=others)
        elif name == "salesy_false_alarms":
            yield replace(setting, value=value if value == "off" else f"{value:g} %")
        elif name == "model":
            yield replace(setting, value=", ".join(value) or "off")
        else:
            field: Literal["lines", "text"] = "lines" if name == "welcome_text" else "text"
            among = "timezones" if name == "timezone" else ""
            yield replace(setting, field=field, value=str(value), keys=_KEYS.get(name, "text"), among=among)


def _history(tx: Transaction, visitor: Visitor, query: Mapping[str, str]) -> Page[Changed]:
    rows, after = turned_to(tx, _CHANGES, query, "at", newest_first=True, in_community=visitor.community)
    values = [(row.name, value) for row in rows for value in (row.before, row.after)]
    said = _Said(tx, visitor.community, values, (row.by for row in rows))
    return Page(tuple(_changed(row, said) for row in rows), after)


def _changed(row: Row[Any], said: "_Said") -> Changed:
    def say(settings: Settings) -> str:
        return in_words(settings, row.name, said.channel, said.people)

    return Changed(
        title=_title(row.name),
        at=row.at,
        by=HEARTH if row.how in MADE_BY_HEARTH else said.member(row.by),
        how=HOW.get(row.how, ""),
        before=stored_in_words(row.name, row.before, say),
        after=stored_in_words(row.name, row.after, say),
        revert=revert_button("Take back", row.event, row.name),
    )


class _Said:
    """What channels and people are called that values of settings name, looked up at once."""

    def __init__(
        self,
        tx: Transaction,
        community: str,
        values: Iterable[tuple[str, JsonValue]],
        members: Iterable[str] = (),
    ) -> None:
        values = list(values)
        self._tx = tx
        self._community = community
        self._channels = look_up_channels(tx, community, list(_ids(values, _CHANNELS)))
        self.member = names_of(tx, community, [*_ids(values, _PEOPLE), *members])

    def channel(self, id_: str) -> str:
        """Return a channel as "#name", with its id where another one here is called so."""
        name = self._channels.get(id_, id_)
        shared = [*self._channels.values()].count(name) > 1
        return f"#{name} ({id_})" if shared else f"#{name}"

    def choice(self, id_: str) -> Choice:
        """Return a channel to be chosen."""
        return Choice(self.channel(id_), id_)

    def typed(self, id_: str) -> str:
        """Return what would be typed for a channel."""
        name = f"#{self._channels.get(id_, id_)}"
        return name if find_channel(self._tx, self._community, name) == id_ else id_

    def people(self, ids: Sequence[str]) -> list[str]:
        """Return what members are called, with their ids where others of them are called so too."""
        names = [self.member(id_) for id_ in ids]
        return [
            name if names.count(name) == 1 else f"{name} ({id_})"
            for id_, name in zip(ids, names, strict=True)
        ]


def _rules(channel: str, label: str, rules: ChannelRules) -> Rules:
    written = rules.model_dump(mode="json")
    threshold = rules.salesy_threshold
    return Rules(
        channel=channel,
        label=label,
        limit=written["limit"] or "",
        salesy_threshold="" if threshold is None else str(threshold),
        promotion=_chosen(_PROMOTION, "" if rules.promotion == "usual" else rules.promotion),
        promotion_budget=str(rules.promotion_budget or ""),
        sensitivity=(Choice("as usual", ""), *_sensitivities(rules.sensitivity)),
        watch=_chosen((Choice("read", ""), Choice("left out", "no")), "" if rules.watch else "no"),
        model=_chosen((Choice("as set", ""), Choice("never sent", "no")), "" if rules.model else "no"),
    )


def _sensitivities(value: str | None) -> tuple[Choice, ...]:
    return _chosen(tuple(Choice(each, each) for each in get_args(Sensitivity)), value)


def _chosen(choices: tuple[Choice, ...], value: str | None) -> tuple[Choice, ...]:
    return tuple(replace(each, chosen=each.value == value) for each in choices)


def _title(name: str) -> str:
    return name.replace("_", " ").capitalize()


def _ids(said: Iterable[tuple[str, JsonValue]], names: Iterable[str]) -> Iterable[str]:
    """Give the ids that the values of these settings hold."""
    for name, value in said:
        if name in names and value is not None:
            yield from [value] if isinstance(value, str) else map(str, value)  # type: ignore[arg-type]  # a list, or an object by ids
