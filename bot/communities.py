"""What a community set: a typed model over the row that keeps it."""

import re
from collections.abc import Collection, Mapping
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from typing import Annotated
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    ValidationError,
    field_serializer,
)
from sqlalchemy import bindparam, select

from bot.events import ButtonPressed, CommandGiven
from bot.language.salesy import DEFAULT_THRESHOLD
from storage.tables import Channel, Community, Member, Outgoing, table
from storage.transaction import Transaction

MANAGERS_ONLY = (
    "Only the managers of this community can do that. Thank you for looking after it all the same!"
)

_UNITS = {"m": "minutes", "h": "hours", "d": "days"}
_DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_BRACES = re.compile(r"\{([^{}]*)\}")


def _timezone(name: str) -> str:
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise ValueError(
            f'"{name}" is no timezone; write one as "Europe/Berlin" or "America/New_York"'
        ) from error
    return name


def _template(text: str) -> str:
    unknown = [name for name in _BRACES.findall(text) if name != "name"]
    if unknown:
        raise ValueError(f"{{{unknown[0]}}} means nothing in a welcome; it can hold {{name}}")
    if re.search(r"[{}]", _BRACES.sub("", text)):
        raise ValueError("a brace stands alone in it; write {name} for the newcomer's name")
    if not text.strip():
        raise ValueError("a welcome has to say something")
    return text


def _duration(value: object) -> object:
    """Read "90m", "4h" or "2d"; leave what is a duration already."""
    if isinstance(value, timedelta):
        return value
    found = re.fullmatch(r"\s*(\d{1,6}(?:\.\d{1,3})?)\s*([mhd])\s*", str(value).lower())
    if not found:
        raise ValueError(f'"{value}" is no length of time; write "90m", "4h" or "2d"')
    return timedelta(**{_UNITS[found[2]]: float(found[1])})


def _long_enough(limit: timedelta) -> timedelta:
    if not timedelta(minutes=1) <= limit <= timedelta(days=30):
        raise ValueError("a question may wait from one minute (1m) to thirty days (30d)")
    return limit


_HOURS = re.compile(
    r"([a-z]{3,}(?:\s*[-–,]\s*[a-z]{3,})*)\s+(\d{1,2})(?::(\d\d))?\s*[-–]\s*(\d{1,2})(?::(\d\d))?"
)
_MIDNIGHT = time(0)


class WorkingHours(BaseModel):
    """When a community works: on these weekdays (0 is Monday) from `start` to `end`, in its timezone.

    An `end` at midnight is that of the day's last hour.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    days: tuple[Annotated[int, Field(ge=0, le=6)], ...] = Field(min_length=1)
    start: time
    end: time

    def __str__(self) -> str:
        names = [_DAYS[day][:3].title() for day in self.days]
        in_a_row = all((one + 1) % 7 == other for one, other in pairwise(self.days))
        days = f"{names[0]}-{names[-1]}" if in_a_row and len(names) > 1 else ",".join(names)
        end = "24:00" if self.end == _MIDNIGHT else f"{self.end:%H:%M}"
        return f"{days} {self.start:%H:%M}-{end}"

    def on(self, day: date, zone: ZoneInfo) -> tuple[datetime, datetime]:
        """Return when work begins and ends on a day, in UTC."""
        last = day if self.end != _MIDNIGHT else day + timedelta(days=1)
        return (
            datetime.combine(day, self.start, zone).astimezone(UTC),
            datetime.combine(last, self.end, zone).astimezone(UTC),
        )


def _working_hours(value: object) -> object:
    """Read "Mon-Fri 9:00-17:00", "Mon,Wed 8-12" or "off"."""
    if value is None or isinstance(value, WorkingHours):
        return value
    if str(value).strip().lower() in ("off", ""):
        return None
    found = _HOURS.fullmatch(str(value).lower().strip())
    try:
        if not found:
            raise ValueError
        days = tuple(dict.fromkeys(day for part in found[1].split(",") for day in _days(part)))
        start = time(int(found[2]), int(found[3] or 0))
        end = time(int(found[4]) % 24 if found[4] == "24" else int(found[4]), int(found[5] or 0))
        if (start >= end and end != _MIDNIGHT) or (found[4] == "24" and end != _MIDNIGHT):
            raise ValueError
    except ValueError:
        raise ValueError(
            f'"{value}" are no working hours; write "Mon-Fri 9:00-17:00", the earlier hour first, or "off"'
        ) from None
    return WorkingHours(days=days, start=start, end=end)


def _days(part: str) -> list[int]:
    """Return the weekdays from one to another, over the week's end if need be. Raises ValueError."""
    first, _, last = part.replace("–", "-").partition("-")
    start = _day(first.strip())
    end = _day(last.strip()) if last else start
    return [(start + day) % 7 for day in range((end - start) % 7 + 1)]


def _day(name: str) -> int:
    """Return the weekday that a name of three letters or more begins. Raises ValueError."""
    return [day.startswith(name) for day in _DAYS].index(True)


class Settings(BaseModel):
    """What a community's managers set, with what holds until they do."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    timezone: Annotated[str, AfterValidator(_timezone)] = "UTC"
    working_hours: Annotated[WorkingHours | None, BeforeValidator(_working_hours)] = None
    limit: Annotated[timedelta, BeforeValidator(_duration), AfterValidator(_long_enough)] = timedelta(hours=4)
    managers_channel: str | None = None
    feedback_channel: str | None = None
    welcome_channel: str | None = None
    welcome_text: Annotated[str, AfterValidator(_template), Field(max_length=1_000)] = (
        "Welcome, {name}! Tell us what brings you here, and ask anything: if nobody answers, I make sure "
        "somebody does."
    )
    raid_joins: Annotated[int, Field(ge=2)] = 10
    salesy_threshold: Annotated[float, Field(gt=0, lt=1)] = DEFAULT_THRESHOLD

    @field_serializer("limit")
    def _limit_as_written(self, limit: timedelta) -> str:
        return f"{limit.total_seconds() / 60:.10g}m"

    @field_serializer("working_hours")
    def _hours_as_written(self, hours: WorkingHours | None) -> str:
        return "off" if hours is None else str(hours)

    @property
    def zone(self) -> ZoneInfo:
        """The timezone itself."""
        return ZoneInfo(self.timezone)

    def after(self, start: datetime, wait: timedelta) -> datetime:
        """Return when, in UTC, `wait` has gone by since `start`, counting working hours where they are set.

        Days are walked in local dates, so that the hour a clock change skips or repeats is not counted wrong.
        """
        hours = self.working_hours
        start = start.astimezone(UTC)
        if hours is None:
            return start + wait
        left = wait
        day = start.astimezone(self.zone).date()
        while True:
            if day.weekday() in hours.days:
                opens, closes = hours.on(day, self.zone)
                begins = max(opens, start)
                if closes - begins >= left:
                    return begins + left
                left -= max(closes - begins, timedelta(0))
            day += timedelta(days=1)


# What a setting has to be, in words.
_RIGHT = {
    "timezone": 'a name as "Europe/Berlin" or "America/New_York"',
    "managers_channel": "a channel's id",
    "feedback_channel": "a channel's id",
    "welcome_channel": "a channel's id",
    "welcome_text": "a text of 1,000 characters at most",
    "raid_joins": "a number of people, 2 or more",
    "salesy_threshold": "a number between 0 and 1",
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
    """Return settings from what was stored or given. Raises WrongSetting, naming the setting."""
    try:
        return Settings.model_validate(values)
    except ValidationError as error:
        first = error.errors()[0]
        if not first["loc"]:
            raise WrongSetting(None, "Settings have to be an object, of names with values.") from error
        name = str(first["loc"][0])
        if first["type"] == "extra_forbidden":
            known = ", ".join(Settings.model_fields)
            raise WrongSetting(None, f"There is no setting {name}; there are {known}.") from error
        if first["type"] == "value_error":
            raise WrongSetting(name, f"{first['ctx']['error']}.") from error
        raise WrongSetting(name, f"it has to be {_RIGHT[name]}.") from error


_community = table(Community)
_channel = table(Channel)
_member = table(Member)
_SETTINGS = select(_community.c.settings).where(_community.c.id == bindparam("community"))
_NAME = select(_community.c.name).where(_community.c.id == bindparam("community"))
_CHANNEL = select(_channel).where(
    _channel.c.community == bindparam("in_community"), _channel.c.id == bindparam("channel")
)
_CHANNELS = select(_channel.c.id, _channel.c.name, _channel.c.private).where(
    _channel.c.community == bindparam("in_community"),
    _channel.c.id.in_(bindparam("of_ids", expanding=True)),
)
_outgoing = table(Outgoing)
# The lane of a post is its channel.
_POST = select(_outgoing.c.lane).where(
    _outgoing.c.community == bindparam("in_community"),
    _outgoing.c.key == bindparam("with_key"),
    _outgoing.c.kind == "post",
)
_MEMBER = select(_member).where(
    _member.c.community == bindparam("in_community"), _member.c.id == bindparam("member")
)


def settings_of(tx: Transaction, community: str) -> Settings:
    """Return what a community set."""
    key = ("settings", community)
    if key not in tx.memo:
        found = tx.row(_SETTINGS, community=community)
        tx.memo[key] = settings_from(found[0]) if found else Settings()
    settings: Settings = tx.memo[key]
    return settings


def member_name(tx: Transaction, community: str, member: str) -> str:
    """Return what a member is called, or their id."""
    found = tx.row(_MEMBER, in_community=community, member=member)
    return str(found.name) if found else member


def is_bot(tx: Transaction, community: str, member: str) -> bool:
    """Return whether a member is known to be a bot."""
    found = tx.row(_MEMBER, in_community=community, member=member)
    return bool(found and found.bot)


def is_admin(tx: Transaction, community: str, member: str) -> bool:
    """Return whether the platform says that a member administers the community."""
    key = ("admin", community, member)
    if key not in tx.memo:
        found = tx.row(_MEMBER, in_community=community, member=member)
        tx.memo[key] = bool(found and found.admin)
    return bool(tx.memo[key])


def is_manager(tx: Transaction, event: CommandGiven | ButtonPressed) -> bool:
    """Return whether who gave a command or pressed a button may do what managers may."""
    return event.admin or is_admin(tx, event.community, event.member)


def channel_name(tx: Transaction, community: str, channel: str) -> str:
    """Return a channel's name, or its id."""
    found = tx.row(_CHANNEL, in_community=community, channel=channel)
    return str(found.name) if found else channel


def shown_in(tx: Transaction, community: str, key: str) -> str | None:
    """Return the channel that the post with this key is for; None if nothing was posted with it."""
    found = tx.row(_POST, in_community=community, with_key=key)
    return str(found.lane) if found else None


def look_up_channels(tx: Transaction, community: str, channels: Collection[str]) -> Mapping[str, str]:
    """Return the names of channels that are known; with them `may_quote` has nothing more to read."""
    rows = tx.rows(_CHANNELS, in_community=community, of_ids=sorted(set(channels)))
    found = {row.id: row for row in rows}
    for channel in channels:
        tx.memo["private", community, channel] = channel in found and bool(found[channel].private)
    return {channel: str(row.name) for channel, row in found.items()}


def may_quote(tx: Transaction, community: str, from_channel: str, to_channel: str) -> bool:
    """Return whether all who read `to_channel` could read `from_channel`; else it may not be quoted there."""
    key = ("private", community, from_channel)
    if key not in tx.memo:
        found = tx.row(_CHANNEL, in_community=community, channel=from_channel)
        tx.memo[key] = bool(found and found.private)
    return from_channel == to_channel or not tx.memo[key]
