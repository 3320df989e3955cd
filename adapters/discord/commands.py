"""`/community` as one application command with typed subcommands, the menus on messages, and suggestions."""

import json
import tomllib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from hashlib import sha256
from pathlib import Path
from types import MappingProxyType
from typing import Literal
from zoneinfo import available_timezones

from adapters.discord.embeds import POSTABLE, Payload
from adapters.wire.values import Wire, objects_in, text_in

NAME = "community"
# What a menu's entry says, and the shortcut it is.
MENUS: Mapping[str, str] = MappingProxyType(
    {"Mark as answered": "answered", "This is feedback": "feedback", "Is this salesy?": "salesy"}
)
MAX_SUBCOMMANDS = 25
MAX_DESCRIPTION = 100
MAX_SUGGESTIONS = 25
_MAX_TEXT = 6_000
_CHAT, _ON_MESSAGE = 1, 3
_SUBCOMMAND, _STRING, _USER, _CHANNEL, _ROLE = 1, 3, 6, 7, 8
_FOLDER = Path(__file__).parent / "words"

Kind = Literal["text", "choice", "suggested", "channel", "member", "role"]
_KINDS: Mapping[Kind, int] = MappingProxyType(
    {
        "text": _STRING,
        "choice": _STRING,
        "suggested": _STRING,
        "channel": _CHANNEL,
        "member": _USER,
        "role": _ROLE,
    }
)


@dataclass(frozen=True, slots=True)
class Option:
    """What is filled in after a subcommand. `before` is the word that stands before it in the line."""

    name: str
    does: str
    kind: Kind = "text"
    among: tuple[str, ...] = ()
    required: bool = False
    before: str = ""


@dataclass(frozen=True, slots=True)
class Offered:
    """A subcommand: its name, and what it does."""

    name: str
    does: str


_WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
WHICH = Option("which", "Which digest: its name, as subscriptions shows it", "suggested")
# What can be filled in; a subcommand that is not named here takes a text.
_OPTIONS: Mapping[str, tuple[Option, ...]] = MappingProxyType(
    {
        "help": (),
        "check": (Option("draft", "What you are about to post; without it, a window asks"),),
        "help-with": (Option("offer", "Topics; then, each after a semicolon, hours, timezone, how often"),),
        "me": (Option("do", "What to change", "choice", ("hide", "show", "forget")),),
        "status": (),
        "setup": (),
        "questions": (
            Option("only", "Which of them", "choice", ("mine", "newcomers")),
            Option("channel", "Of which channel", "channel"),
            Option("first", "Which come first", "choice", ("oldest", "newest")),
        ),
        "digest": (),
        "subscribe": (
            Option("about", "What about: bugs, requests, praise …, or everything", "suggested"),
            Option("every", "How often", "choice", ("daily", "weekly", "monthly")),
            Option("day", "On which day, as monday or 1st", "suggested", (*_WEEKDAYS, "1st", "15th", "last")),
            Option("at", "When, as 9:00"),
            Option("timezone", "Whose nine o'clock", "suggested"),
            Option("channel", "Where it is posted", "channel", before="in"),
        ),
        "subscriptions": (),
        "preview": (WHICH,),
        "now": (WHICH,),
        "pause": (WHICH,),
        "resume": (WHICH,),
        "unsubscribe": (WHICH,),
        "health": (Option("channel", "Of which channel", "channel"),),
        "settings": (
            Option("set", "Which setting to change", "suggested", before="set"),
            Option("to", "What it shall be"),
            Option("channel", "The channel it shall be", "channel"),
            Option("member", "The member it is about", "member"),
            Option("role", "The role it is about", "role"),
            Option("more", "Anything else, as export or import …"),
        ),
        "rules": (
            Option("rule", "A rule, as #general promotion=strict or salesy_threshold 0.5", before="try"),
        ),
        "welcome": (),
        "model": (Option("do", "What to see", "choice", ("log",)),),
        "web": (),
    }
)
_NONE: Mapping[str, str] = MappingProxyType({})
_ANYTHING = (Option("text", "What else to say"),)


class Commands:
    """What is registered, made of the subcommands that the core knows; and what is suggested meanwhile."""

    def __init__(self, offered: Sequence[Offered], settings: Sequence[str], about: Sequence[str]) -> None:
        self._offered = offered
        self._suggestions = {"set": tuple(settings), "about": tuple(about)}

    def registered(self) -> list[Payload]:
        """Return all commands as they are registered."""
        subcommands = [_subcommand(each) for each in self._offered[:MAX_SUBCOMMANDS]]
        does = "Questions, digests, settings: all that Hearth does here"
        chat: Payload = {
            "name": NAME,
            "type": _CHAT,
            **_described(does),
            "options": subcommands,
            # Everybody may; who may do what is looked at when it is done.
            "default_member_permissions": None,
            "contexts": [0],
            "integration_types": [0],
        }
        menus = [
            {
                "name": name,
                "type": _ON_MESSAGE,
                "contexts": [0],
                "integration_types": [0],
                **_localized("name", name),
            }
            for name in MENUS
        ]
        return [chat, *menus]

    def digest(self) -> str:
        """Return what changes when the commands do."""
        return sha256(json.dumps(self.registered(), sort_keys=True).encode()).hexdigest()

    def suggestions(self, data: Wire, digests: Mapping[str, str] = _NONE) -> list[Mapping[str, str]]:
        """Return what an option that is being typed may be; `digests` are described by their names."""
        subcommand, option, typed = typed_in(data)
        if option == WHICH.name:
            wanted = typed.strip().casefold()
            shown = {name: f"{name}: {about}" for name, about in digests.items()}
            found = [name for name, line in shown.items() if wanted in line.casefold()][:MAX_SUGGESTIONS]
            return [{"name": _short(shown[name], capital=False), "value": name} for name in found]
        return [{"name": each, "value": each} for each in _like(typed, self._known(subcommand, option))]

    def _known(self, subcommand: str, option: str) -> Iterable[str]:
        if option == "timezone":
            return _zones()
        for each in options_of(subcommand):
            if each.name == option and each.among:
                return each.among
        return self._suggestions.get(option, ())


def typed_in(data: Wire) -> tuple[str, str, str]:
    """Return the subcommand and the option of it that somebody fills in, and what they typed so far."""
    for subcommand in objects_in(data, "options"):
        for typed in objects_in(subcommand, "options"):
            if typed.get("focused") is True:
                return text_in(subcommand, "name"), text_in(typed, "name"), text_in(typed, "value")
    return "", "", ""


def options_of(subcommand: str) -> tuple[Option, ...]:
    """Return what can be filled in after a subcommand."""
    return _OPTIONS.get(subcommand, _ANYTHING)


def line_of(data: Wire) -> str:
    """Return a command as somebody would have typed it after /community."""
    for given in objects_in(data, "options"):
        name = text_in(given, "name")
        filled = {text_in(each, "name"): str(each.get("value", "")) for each in objects_in(given, "options")}
        words = [name]
        for option in options_of(name):
            value = filled.get(option.name, "").strip()
            if value:
                place = f"<#{value}>" if option.kind == "channel" and option.before else value
                words += [option.before, place] if option.before else [place]
        return " ".join(filter(None, words))
    return ""


def _subcommand(offered: Offered) -> Payload:
    options = sorted(options_of(offered.name), key=lambda option: not option.required)
    return {
        "type": _SUBCOMMAND,
        "name": offered.name,
        **_described(offered.does),
        "options": [_option(each) for each in options],
    }


def _option(option: Option) -> Payload:
    made: Payload = {"type": _KINDS[option.kind], "name": option.name, **_described(option.does)}
    if option.required:
        made["required"] = True
    match option.kind:
        case "choice":
            made["choices"] = [{"name": each, "value": each} for each in option.among]
        case "suggested":
            made["autocomplete"] = True
        case "channel":
            made["channel_types"] = list(POSTABLE)
        case "text":
            made["max_length"] = _MAX_TEXT
        case _:
            pass
    return made


def _described(does: str) -> Payload:
    return {"description": _short(does), **_localized("description", does)}


def _localized(of: str, text: str) -> Payload:
    """Return how other languages say it, where they do."""
    said = {locale: _short(words[text]) for locale, words in _words().items() if text in words}
    return {f"{of}_localizations": said} if said else {}


@lru_cache(maxsize=1)
def _words() -> Mapping[str, Mapping[str, str]]:
    """Return by each of Discord's locales what our sentences read in it."""
    return {
        file.stem: tomllib.loads(file.read_text(encoding="utf-8")) for file in sorted(_FOLDER.glob("*.toml"))
    }


@lru_cache(maxsize=1)
def _zones() -> tuple[str, ...]:
    return tuple(sorted(zone for zone in available_timezones() if "/" in zone or zone == "UTC"))


def _like(typed: str, known: Iterable[str]) -> list[str]:
    """Return what begins as it was typed, then what holds it; of a list, its last word counts."""
    done, comma, last = typed.rpartition(",")
    wanted = last.strip().casefold().replace(" ", "_")
    before = f"{done}{comma} " if comma else ""
    begins = [each for each in known if each.casefold().startswith(wanted)]
    holds = [each for each in known if wanted in each.casefold() and each not in begins]
    return [f"{before}{each}"[:100] for each in [*begins, *holds][:MAX_SUGGESTIONS]]


def _short(text: str, *, capital: bool = True) -> str:
    said = " ".join(text.split())
    said = said[:1].upper() + said[1:] if capital else said
    return said if len(said) <= MAX_DESCRIPTION else said[: MAX_DESCRIPTION - 1] + "…"
