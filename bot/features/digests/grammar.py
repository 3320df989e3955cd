"""Reads what follows `/community subscribe`: about what, how often, when, and where, in any order."""

import re
from dataclasses import dataclass
from datetime import time
from difflib import get_close_matches

from bot.cards import shorten
from bot.communities import zone_called, zone_like
from bot.features.digests.plans import KINDS, Kind
from bot.features.digests.wording import DAYS, listed, ordinal
from bot.weeks import Every

EXAMPLE = "/community subscribe requests, bugs weekly monday 9:00 Europe/Berlin in #product"

_KINDS: dict[str, Kind] = {
    **{kind: kind for kind in KINDS},
    **{kind.removesuffix("s"): kind for kind in KINDS},
    "wishes": "requests",
    "wish": "requests",
    "praises": "praise",
    "selling": "broadcasts",
}
_EVERYTHING = ("all", "everything")
_EVERY: dict[str, Every] = {
    "daily": "daily",
    "day": "daily",
    "days": "daily",
    "weekly": "weekly",
    "week": "weekly",
    "weeks": "weekly",
    "monthly": "monthly",
    "month": "monthly",
    "months": "monthly",
}
# Words that people put between those that say something.
_FILLERS = frozenset(
    "a about and at channel digest digests each every for from in me of on o'clock oclock please send "
    "subscribe the time timezone to us with".split()
)
_TIME = re.compile(r"(\d{1,2})(?:[:.h](\d\d))?\s*(am|pm)?")
_SPACED_HALF = re.compile(r"\b(\d{1,2}(?::\d\d)?)\s+(am|pm)\b", re.IGNORECASE)
# A bare number after "on" or "the" is a date, not an hour.
_ON_THE = re.compile(
    r"\b(?:on(?:\s+the)?|the)\s+(\d{1,2})(?![\w:]|\.\d|\s*(?:am|pm|o'?clock)\b)", re.IGNORECASE
)
# Nothing comes every so many days; the first day of each month is said so too.
_EVERY_SO_MANY = re.compile(
    r"\bevery\s+(?:other|second|two|three|four|\d+(?:nd|rd|th)?)\s+([a-z]+)\b(?!\s+of\b)", re.IGNORECASE
)
_EXCEPT = ("but", "except", "excluding", "not", "without")
_NTH = re.compile(r"(\d{1,2})(?:st|nd|rd|th)")
# As people write a channel, and as platforms send it.
_CHANNEL = re.compile(r"#(?P<name>\S+)|<#(?P<id>[^>|]+)(?:\|[^>]*)?>")
_TIMES = {"noon": time(12), "midnight": time(0)}
_LAST = 31
_SHOWN = 40


@dataclass(frozen=True, slots=True)
class Wanted:
    """What somebody wants to be told of; None where they did not say. `place` is a channel's name or id."""

    kinds: tuple[Kind, ...] | None
    every: Every
    day: int | None
    at: time | None
    timezone: str | None
    place: str | None


class Unclear(Exception):
    """Some words cannot be what they stand for; the message names each, with what would be right."""


class _Reading:
    """What was read so far, and what was wrong with it."""

    def __init__(self) -> None:
        self.kinds: list[Kind] = []
        self.every: list[Every] = []
        self.weekdays: list[int] = []
        self.month_days: list[int] = []
        self.times: list[time] = []
        self.zones: list[str] = []
        self.places: list[str] = []
        self.problems: list[str] = []
        self.unknown: list[str] = []

    def read(self, word: str) -> None:
        """Take in one word, whatever it is about."""
        plain = word.lower()
        if channel := _CHANNEL.fullmatch(word):
            self.places.append(channel["name"] or channel["id"])
        elif plain in _FILLERS:
            return
        elif plain in _EXCEPT:
            self.problems.append(
                f'"{plain}" takes something away, and a digest is about what you name: name that alone.'
            )
        elif plain in _KINDS:
            self.kinds.append(_KINDS[plain])
        elif plain in _EVERYTHING:
            self.kinds += KINDS
        elif plain in _EVERY:
            self.every.append(_EVERY[plain])
        elif plain == "here":
            self.places.append("")
        elif plain == "last":
            self.month_days.append(_LAST)
        elif (weekday := _weekday(plain)) is not None:
            self.weekdays.append(weekday)
        elif nth := _NTH.fullmatch(plain):
            self._month_day(word, int(nth[1]))
        elif plain in _TIMES:
            self.times.append(_TIMES[plain])
        elif hour := _TIME.fullmatch(plain):
            self._time(word, hour)
        elif (zone := zone_called(word)) is not None:
            self.zones.append(zone)
        elif (unclear := _unclear(word)) is not None:
            self.problems.append(unclear)
        else:
            self.unknown.append(f'"{shorten(word, _SHOWN)}"')

    def _month_day(self, word: str, day: int) -> None:
        if 1 <= day <= _LAST:
            self.month_days.append(day)
        else:
            self.problems.append(f'No month has a "{word}": write 1st to 31st.')

    def _time(self, word: str, found: re.Match[str]) -> None:
        hour, minute, half = int(found[1]), int(found[2] or 0), found[3]
        if half and not 1 <= hour <= 12:
            hour = 24
        elif half:
            hour = hour % 12 + (12 if half == "pm" else 0)
        if hour > 23 or minute > 59:
            self.problems.append(f'"{word}" is no time of day: write it as 9:00, 17:30 or 8am.')
        else:
            self.times.append(time(hour, minute))


def read(text: str) -> Wanted:
    """Return what is wanted. Raises Unclear."""
    reading = _Reading()
    if (rare := _EVERY_SO_MANY.search(text)) and _is_time(rare[1].lower()):
        raise Unclear(f'A digest comes daily, weekly or monthly, and not "{shorten(rare[0], _SHOWN)}".')
    for word in _words(text):
        reading.read(word)
    every = _rhythm(reading)
    for name, found in (
        ("day of the week", [DAYS[day] for day in reading.weekdays]),
        ("day of the month", [f"the {ordinal(day)}" for day in reading.month_days]),
        ("time", [f"{at.hour}:{at:%M}" for at in reading.times]),
        ("timezone", reading.zones),
        ("channel", [f"#{place}" if place else "here" for place in reading.places]),
    ):
        several = list(dict.fromkeys(found))
        if len(several) > 1:
            reading.problems.append(
                f"A subscription has one {name}, and you named {listed(several)}: "
                "leave one, and subscribe twice if you want both."
            )
    if reading.unknown:
        reading.problems.append(
            f"I do not understand {listed(list(dict.fromkeys(reading.unknown)))}: a digest is about "
            f"{listed(KINDS)}, or all; it comes daily, weekly or monthly; and a channel is written #product."
        )
    if reading.problems:
        raise Unclear(" ".join(reading.problems))
    days = reading.month_days if every == "monthly" else reading.weekdays
    return Wanted(
        kinds=tuple(kind for kind in KINDS if kind in reading.kinds) or None,
        every=every,
        day=None if every == "daily" else days[0] if days else 1 if every == "monthly" else 0,
        at=reading.times[0] if reading.times else None,
        timezone=reading.zones[0] if reading.zones else None,
        place=reading.places[0] or None if reading.places else None,
    )


def _words(text: str) -> list[str]:
    """Return the words; commas only part them, and a time keeps its am or pm."""
    joined = _SPACED_HALF.sub(r"\1\2", text)
    joined = _ON_THE.sub(lambda found: f"on {ordinal(int(found[1]))}", joined)
    found = [
        word.strip(".!?()\"'") if word[:1] not in "#<" else word for word in re.split(r"[\s,;]+", joined)
    ]
    return [word for word in found if word and word not in ("-", "–", "+", "&")]


def _rhythm(reading: _Reading) -> Every:
    """Return how often, which a day may say alone; say what contradicts itself."""
    weekday = [f'"{DAYS[day]}"' for day in reading.weekdays]
    month_day = [f'"the {ordinal(day)}"' for day in reading.month_days]
    # "Every day" is daily, but "every 1st day of the month" and "each week on the last day" name more.
    said = list(dict.fromkeys(reading.every))
    if "daily" in said and len(said) > 1:
        said.remove("daily")
    if len(said) > 1:
        reading.problems.append(f"It comes {listed(said)}, you say: choose one.")
    elif weekday and month_day:
        reading.problems.append(
            f"{weekday[0]} goes with a weekly digest and {month_day[0]} with a monthly one: choose one."
        )
    elif said == ["daily"] and (weekday or month_day):
        day = (weekday or month_day)[0]
        reading.problems.append(
            f"A daily digest has no {day}: leave it out, or write {'weekly' if weekday else 'monthly'}."
        )
    elif said == ["weekly"] and month_day:
        reading.problems.append(
            f"A weekly digest has no {month_day[0]}: name a day of the week, or write monthly."
        )
    elif said == ["monthly"] and weekday:
        reading.problems.append(
            f"A monthly digest has no {weekday[0]}: write on which date, as on the 1st, or write weekly."
        )
    return said[0] if said else "monthly" if month_day else "weekly"


def _weekday(word: str) -> int | None:
    """Return the weekday that a word of three letters or more begins, or is the plural of."""
    short = word.removesuffix("s") if word.endswith("days") else word
    found = [day for day, name in enumerate(DAYS) if len(short) >= 3 and name.lower().startswith(short)]
    return found[0] if found else None


def _is_time(word: str) -> bool:
    return word in _EVERY or _weekday(word) is not None


def _unclear(word: str) -> str | None:
    """Say what an unknown word may have been meant to be; None where that cannot be guessed."""
    shown, plain = shorten(word, _SHOWN), word.lower()
    if "/" in word:
        return f'"{shown}" is no timezone: write one as {zone_like(word, cutoff=0.6) or "Europe/Berlin"}.'
    known = [*_KINDS, *_EVERYTHING, *_EVERY, *(day.lower() for day in DAYS), "here"]
    if like := get_close_matches(plain, known, n=1, cutoff=0.6):
        return f'I do not understand "{shown}": did you mean {_KINDS.get(like[0], like[0])}?'
    if zone := zone_like(word, cutoff=0.8):
        return f'I do not understand "{shown}": did you mean {zone}?'
    if any(character.isdigit() for character in word):
        return f'I do not understand "{shown}": write a time as 9:00, and a date of the month as 1st.'
    return None
