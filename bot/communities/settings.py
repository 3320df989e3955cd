"""What can be set in a community: a typed model, read from what is stored, typed or imported."""

import re
from collections.abc import Mapping
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Annotated, Any, Literal, get_args
from zoneinfo import ZoneInfo

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    JsonValue,
    StringConstraints,
    ValidationError,
    field_serializer,
)

from bot.communities import hours
from bot.communities.hours import WorkingHours
from bot.language.questions import ASKS
from bot.language.salesy import DEFAULT_THRESHOLD

# The version of the settings as they are exported. It grows when an older Hearth could not read them.
FORMAT = 1
Sensitivity = Literal["low", "normal", "high"]
# What promotion is in a channel: there for it, as anywhere, or unwanted.
Promotion = Literal["welcome", "usual", "strict"]
# What a language model may be asked for.
Purpose = Literal["digest", "rewrite", "answer", "opinion"]
PURPOSES: tuple[Purpose, ...] = get_args(Purpose)
# How likely a message has to ask for something. A bare question mark reaches 0.62: low wants another reason
# beside it; for high a word that often asks is enough.
SURE: Mapping[Sensitivity, float] = MappingProxyType({"low": 0.7, "normal": ASKS, "high": 0.35})
_NEVER = 2.0
# However much is asked for, what asks most plainly counts.
_SUREST = 0.95
# Where promotion is unwanted, so much of the usual score is enough to be called salesy.
_STRICT = 0.7
# However far it is moved, a threshold stays between these.
_LOWEST_SALESY, _HIGHEST_SALESY = 0.05, 0.95
# Of a hundred ordinary messages so many may be called salesy at most, where that is asked for.
MOST_FALSE_ALARMS = 5.0
# How far a bar can be moved, either way.
MOST_MOVED = 0.2
# More names than this are a list that somebody else should keep.
MOST_NAMES = 500
# More who join within a minute are a raid in every community.
MOST_JOINS = 1_000

_BRACES = re.compile(r"\{([^{}]*)\}")


def _template(text: str) -> str:
    unknown = [name for name in _BRACES.findall(text) if name != "name"]
    if unknown:
        raise ValueError(f"{{{unknown[0]}}} means nothing in a welcome; it can hold {{name}}")
    if re.search(r"[{}]", _BRACES.sub("", text)):
        raise ValueError("a brace stands alone in it; write {name} for the newcomer's name")
    if not text.strip():
        raise ValueError("a welcome has to say something")
    return text


def _once(names: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(names))


_Id = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200)]
_Names = Annotated[tuple[_Id, ...], Field(max_length=MOST_NAMES), AfterValidator(_once)]
_Limit = Annotated[timedelta, BeforeValidator(hours.duration), AfterValidator(hours.long_enough)]
_Threshold = Annotated[float, Field(gt=0, lt=1)]
_Bar = Annotated[float, Field(ge=-MOST_MOVED, le=MOST_MOVED)]
_FalseAlarms = Annotated[float, Field(gt=0, le=MOST_FALSE_ALARMS)]
_Budget = Annotated[int, Field(ge=1, le=1_000)]


def _percent_or_off(value: object) -> object:
    """Return a percentage as people write it, "0.5 %" or "off", as a number."""
    if not isinstance(value, str):
        return value
    text = value.strip().lower()
    return None if text == "off" else text.removesuffix("%").strip()


def _purposes(value: object) -> object:
    """Return purposes as people write them, "digest, rewrite", "all" or "off", in their order."""
    if not isinstance(value, str):
        return value
    words = value.lower().replace(",", " ").split()
    if words in (["off"], ["none"], ["no"], []):
        return ()
    return PURPOSES if words in (["all"], ["yes"]) else tuple(words)


def _in_order(purposes: tuple[Purpose, ...]) -> tuple[Purpose, ...]:
    return tuple(purpose for purpose in PURPOSES if purpose in purposes)


def _limit_of_its_own(value: object) -> object:
    if value is None:
        return None
    length = hours.duration(value)
    return hours.long_enough(length) if isinstance(length, timedelta) else length


def _limit_or_off(value: object) -> object:
    return None if isinstance(value, str) and value.strip().lower() == "off" else _limit_of_its_own(value)


class ChannelRules(BaseModel):
    """What is otherwise in one channel; nothing of it is read where it is not watched."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    limit: Annotated[timedelta | None, BeforeValidator(_limit_of_its_own)] = None
    salesy_threshold: _Threshold | None = None
    promotion: Promotion = "usual"
    # How much promotion a channel may have in a week before managers are told.
    promotion_budget: _Budget | None = None
    sensitivity: Sensitivity | None = None
    watch: bool = True
    # Whether what is said there may be sent to a language model.
    model: bool = True

    @field_serializer("limit")
    def _limit_as_written(self, limit: timedelta | None) -> str | None:
        return None if limit is None else hours.written(limit)


_AS_ANY = ChannelRules()


def _with_rules(channels: dict[str, ChannelRules]) -> dict[str, ChannelRules]:
    return {channel: rules for channel, rules in sorted(channels.items()) if rules != _AS_ANY}


class Settings(BaseModel):
    """What a community's managers set, with what holds until they do."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    timezone: Annotated[str, AfterValidator(hours.timezone)] = "UTC"
    working_hours: Annotated[WorkingHours | None, BeforeValidator(hours.working_hours)] = None
    limit: _Limit = timedelta(hours=4)
    newcomer_limit: Annotated[timedelta | None, BeforeValidator(_limit_or_off)] = None
    managers_channel: str | None = None
    feedback_channel: str | None = None
    welcome_channel: str | None = None
    welcome_text: Annotated[str, AfterValidator(_template), Field(max_length=1_000)] = (
        "Welcome, {name}! Tell us what brings you here, and ask anything: if nobody answers, I make sure "
        "somebody does."
    )
    raid_joins: Annotated[int, Field(ge=2, le=MOST_JOINS)] = 10
    salesy_threshold: _Threshold = DEFAULT_THRESHOLD
    salesy_false_alarms: Annotated[_FalseAlarms | None, BeforeValidator(_percent_or_off)] = 0.5
    salesy_bar: _Bar = 0.0
    sensitivity: Sensitivity = "normal"
    question_bar: _Bar = 0.0
    waiting_bar: _Bar = 0.0
    judge_apps: bool = False
    channels: Annotated[
        dict[_Id, ChannelRules], Field(max_length=MOST_NAMES), AfterValidator(_with_rules)
    ] = Field(default_factory=dict)
    managers: _Names = ()
    staff: _Names = ()
    excluded_members: _Names = ()
    open_channels: _Names = ()
    retention_days: Annotated[int, Field(ge=1, le=3_650)] = 90
    mark_answered: bool = False
    open_list: bool = False
    hints: bool = False
    model: Annotated[tuple[Purpose, ...], BeforeValidator(_purposes), AfterValidator(_in_order)] = ()

    @field_serializer("limit")
    def _limit_as_written(self, limit: timedelta) -> str:
        return hours.written(limit)

    @field_serializer("newcomer_limit")
    def _newcomer_limit_as_written(self, limit: timedelta | None) -> str:
        return "off" if limit is None else hours.written(limit)

    @field_serializer("salesy_false_alarms")
    def _false_alarms_as_written(self, percent: float | None) -> float | str:
        return "off" if percent is None else percent

    @field_serializer("working_hours")
    def _hours_as_written(self, hours: WorkingHours | None) -> str:
        return "off" if hours is None else str(hours)

    @field_serializer("channels")
    def _rules_as_written(self, channels: dict[str, ChannelRules]) -> dict[str, dict[str, Any]]:
        return {
            channel: rules.model_dump(mode="json", exclude_defaults=True)
            for channel, rules in channels.items()
        }

    @property
    def zone(self) -> ZoneInfo:
        """The timezone itself."""
        return ZoneInfo(self.timezone)

    def after(self, start: datetime, wait: timedelta) -> datetime:
        """Return when, in UTC, `wait` has gone by since `start`, counting working hours where there are."""
        return hours.after(self.working_hours, self.zone, start, wait)

    def watches(self, channel: str) -> bool:
        """Return whether what is said in a channel is read."""
        return self._rules(channel).watch

    def is_for_managers(self, channel: str) -> bool:
        """Return whether a channel is the managers' own: what they say among themselves is no community's."""
        return channel == self.managers_channel

    def may_ask_about(self, channel: str) -> bool:
        """Return whether what is said in a channel is sent to a language model, if it may be at all."""
        return self._rules(channel).model

    def limit_in(self, channel: str) -> timedelta:
        """Return how long a question of a channel may wait."""
        limit = self._rules(channel).limit
        return self.limit if limit is None else limit

    def salesy_in(self, channel: str) -> float:
        """Return from which score on a message of a channel is called salesy."""
        rules = self._rules(channel)
        usual = self.salesy_anywhere if rules.salesy_threshold is None else rules.salesy_threshold
        return round(usual * _STRICT, 4) if rules.promotion == "strict" else usual

    @property
    def salesy_anywhere(self) -> float:
        """From which score on a message is called salesy where no channel has a rule of its own."""
        if not self.salesy_bar:
            return self.salesy_threshold
        moved = self.salesy_threshold + self.salesy_bar
        return round(min(_HIGHEST_SALESY, max(_LOWEST_SALESY, moved)), 4)

    def welcomes_promotion(self, channel: str) -> bool:
        """Return whether a channel is there for promotion: nothing is called salesy in it."""
        return self._rules(channel).promotion == "welcome"

    def wants_no_promotion(self, channel: str) -> bool:
        """Return whether promotion is unwanted in a channel."""
        return self._rules(channel).promotion == "strict"

    @property
    def promotion_channels(self) -> tuple[str, ...]:
        """The channels that are there for promotion."""
        return tuple(channel for channel in self.channels if self.welcomes_promotion(channel))

    def promotion_budget(self, channel: str) -> int | None:
        """Return how much promotion a channel may have in a week; None where nobody said."""
        return self._rules(channel).promotion_budget

    def asks_in(self, channel: str) -> float:
        """Return how likely a message of a channel has to ask for something to count as a question."""
        if self.is_for_managers(channel):
            return _NEVER
        return min(_SUREST, SURE[self._rules(channel).sensitivity or self.sensitivity] + self.question_bar)

    def _rules(self, channel: str) -> ChannelRules:
        return self.channels.get(channel, _AS_ANY)


NAMES = tuple(Settings.model_fields)
_DEFAULTS: Mapping[str, JsonValue] = MappingProxyType(Settings().model_dump(mode="json"))
_NAMES_LISTED = f"names or ids, {MOST_NAMES} at most"
# What a setting has to be, in words.
_RIGHT = {
    "timezone": 'a name as "Europe/Berlin" or "America/New_York"',
    "managers_channel": "a channel's id",
    "feedback_channel": "a channel's id",
    "welcome_channel": "a channel's id",
    "welcome_text": "a text of 1,000 characters at most",
    "raid_joins": f"a number of people from 2 to {MOST_JOINS:,}",
    "salesy_threshold": "a number between 0 and 1",
    "salesy_false_alarms": f"a percentage above 0 and up to {MOST_FALSE_ALARMS:g}, as 0.5 %, or off",
    "salesy_bar": f"a number from -{MOST_MOVED} to {MOST_MOVED}",
    "promotion": ", ".join(get_args(Promotion)[:-1]) + f" or {get_args(Promotion)[-1]}",
    "promotion_budget": "a whole number of messages a week from 1 to 1,000",
    "question_bar": f"a number from -{MOST_MOVED} to {MOST_MOVED}",
    "waiting_bar": f"a number from -{MOST_MOVED} to {MOST_MOVED}",
    "judge_apps": "yes or no",
    "sensitivity": ", ".join(get_args(Sensitivity)[:-1]) + f" or {get_args(Sensitivity)[-1]}",
    "channels": 'channels with rules, as {"#help": {"limit": "2h"}}',
    "managers": _NAMES_LISTED,
    "staff": _NAMES_LISTED,
    "excluded_members": _NAMES_LISTED,
    "open_channels": "channels",
    "retention_days": "a whole number of days from 1 to 3650",
    "mark_answered": "yes or no",
    "open_list": "yes or no",
    "hints": "yes or no",
    "watch": "yes or no",
    "model": "off, all, or some of digest, rewrite, answer and opinion",
}


class WrongSetting(Exception):
    """A setting cannot be what was asked; the message says what would be right.

    `name` is the setting's, where it is one, and `problem` what is wrong with it.
    """

    def __init__(self, name: str | None, problem: str) -> None:
        super().__init__(f"{name}: {problem}" if name else problem)
        self.name = name
        self.problem = problem


def settings_from(values: object) -> Settings:
    """Return settings from what was stored or given. Raises WrongSetting, naming the first that is wrong."""
    try:
        return Settings.model_validate(values)
    except ValidationError as error:
        raise _wrong(error)[0] from error


def wrong_settings(values: object) -> list[WrongSetting]:
    """Return everything that is wrong with settings, in their order."""
    try:
        Settings.model_validate(values)
    except ValidationError as error:
        return _wrong(error)
    return []


def _wrong(error: ValidationError) -> list[WrongSetting]:
    found: list[WrongSetting] = []
    for each in error.errors():
        where = [str(part) for part in each["loc"]]
        if not where:
            found.append(WrongSetting(None, "Settings have to be an object, of names with values."))
        elif where[0] not in NAMES:
            known = f"There is no setting {where[0]}; there are {', '.join(NAMES)}."
            found.append(WrongSetting(None, known))
        else:
            found.append(WrongSetting(where[0], _problem(each["type"], each.get("ctx", {}), where)))
    return found


def _problem(kind: str, context: Mapping[str, Any], where: list[str]) -> str:
    """Say what is wrong with a setting, or with a rule of a channel, and what would be right."""
    if where[0] != "channels" or len(where) < 3 or where[2] == "[key]":
        return f"{context['error']}." if kind == "value_error" else f"it has to be {_RIGHT[where[0]]}."
    channel, rule = where[1], where[2]
    if kind == "extra_forbidden":
        return f"in {channel} there is no rule {rule}; there are {', '.join(ChannelRules.model_fields)}."
    if kind == "value_error":
        return f"{rule} in {channel}: {context['error']}."
    right = "yes or no" if rule == "model" else _RIGHT[rule]
    return f"{rule} in {channel}: it has to be {right}."


def changed_from_default(settings: Settings) -> dict[str, JsonValue]:
    """Return what is set otherwise than by default, as it is stored."""
    written: dict[str, JsonValue] = settings.model_dump(mode="json")
    return {name: value for name, value in written.items() if value != _DEFAULTS[name]}
