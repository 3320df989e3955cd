"""What an application's commands may be."""

import re
from typing import Any

from tests.fakes.pretend_discord.refusals import Mistakes, Wire

CHAT, ON_USER, ON_MESSAGE = 1, 2, 3
# How many of a kind an application may have in one place.
MOST_OF = {CHAT: 100, ON_USER: 15, ON_MESSAGE: 15}
SUBCOMMAND, GROUP = 1, 2
STRING, INTEGER, BOOLEAN, USER, CHANNEL, ROLE, MENTIONABLE, NUMBER = 3, 4, 5, 6, 7, 8, 9, 10
MOST_CHARACTERS = 8_000
_NAME = re.compile(r"[-_'\w]{1,32}")
LOCALES = set(
    "id da de en-GB en-US es-ES es-419 fr hr it lt hu nl no pl pt-BR ro fi sv-SE vi tr cs el bg ru uk hi th "
    "zh-CN ja zh-TW ko".split()
)

Path = tuple[str | int, ...]


def check_commands(commands: list[Wire]) -> None:
    """Refuse commands that are not as commands have to be. Raises Refusal."""
    mistakes = Mistakes()
    seen: set[tuple[object, object]] = set()
    for place, command in enumerate(commands):
        path: Path = (place,)
        kind = command.get("type", CHAT)
        if kind not in MOST_OF:
            mistakes.add((*path, "type"), "BASE_TYPE_CHOICES", "Value must be one of {1, 2, 3}.")
            continue
        if kind == CHAT:
            _named(mistakes, path, command)
            _options(mistakes, path, command, depth=0)
        else:
            mistakes.length((*path, "name"), command.get("name"), 32, 1, required=True)
            if command.get("description"):
                message = "Context menu commands cannot have description"
                mistakes.add((*path, "description"), "APPLICATION_COMMANDS_CONTEXT_MENU_DESCRIPTION", message)
            _localized(mistakes, (*path, "name_localizations"), command.get("name_localizations"), 32)
        if (kind, command.get("name")) in seen:
            message = "Application command names must be unique"
            mistakes.add((*path, "name"), "APPLICATION_COMMANDS_DUPLICATE_NAME", message)
        seen.add((kind, command.get("name")))
        if _characters(command) > MOST_CHARACTERS:
            message = f"Command exceeds maximum size ({MOST_CHARACTERS})"
            mistakes.add(path, "APPLICATION_COMMAND_TOO_LARGE", message)
    for kind, most in MOST_OF.items():
        if sum(command.get("type", CHAT) == kind for command in commands) > most:
            message = f"Must be {most} or fewer of type {kind}."
            mistakes.add((), "BASE_TYPE_MAX_LENGTH", message)
    mistakes.check()


def _named(mistakes: Mistakes, path: Path, part: Wire) -> None:
    name = part.get("name")
    if mistakes.length((*path, "name"), name, 32, 1, required=True):
        text = str(name)
        if not _NAME.fullmatch(text) or text != text.lower():
            mistakes.add((*path, "name"), "APPLICATION_COMMAND_INVALID_NAME", "Command name is invalid")
    mistakes.length((*path, "description"), part.get("description"), 100, 1, required=True)
    _localized(mistakes, (*path, "name_localizations"), part.get("name_localizations"), 32)
    _localized(mistakes, (*path, "description_localizations"), part.get("description_localizations"), 100)


def _localized(mistakes: Mistakes, path: Path, given: object, most: int) -> None:
    if given is None:
        return
    if not isinstance(given, dict):
        mistakes.add(path, "DICT_TYPE_CONVERT", "Only dictionaries may be used in a DictType")
        return
    for locale, text in given.items():
        if locale not in LOCALES:
            mistakes.add((*path, locale), "BASE_TYPE_CHOICES", "This is no locale of Discord's.")
        mistakes.length((*path, locale), text, most, 1, required=True)


def _options(mistakes: Mistakes, path: Path, part: Wire, depth: int) -> None:
    optional = False
    kinds: set[bool] = set()
    seen: set[object] = set()
    for place, option in mistakes.objects((*path, "options"), part.get("options"), 25):
        kind = option.get("type")
        _named(mistakes, place, option)
        if option.get("name") in seen:
            message = "Option names must be unique"
            mistakes.add((*place, "name"), "APPLICATION_COMMAND_OPTIONS_NAME_ALREADY_EXISTS", message)
        seen.add(option.get("name"))
        nested = kind in (SUBCOMMAND, GROUP)
        kinds.add(nested)
        if kind not in range(1, 12) or (kind == GROUP and depth) or (kind == SUBCOMMAND and depth > 1):
            message = (
                "Sub-command and sub-command group option types are mutually exclusive to all other types"
            )
            mistakes.add((*place, "type"), "APPLICATION_COMMAND_OPTIONS_TYPE_INVALID", message)
        if nested:
            if kind == GROUP and any(each.get("type") != SUBCOMMAND for each in option.get("options") or ()):
                message = "A group holds subcommands"
                mistakes.add((*place, "options"), "APPLICATION_COMMAND_OPTIONS_TYPE_INVALID", message)
            _options(mistakes, place, option, depth + (1 if kind == GROUP else 2))
            continue
        if option.get("required") and optional:
            message = "Required options must be placed before non-required options"
            mistakes.add((*place, "required"), "APPLICATION_COMMAND_OPTIONS_REQUIRED_INVALID", message)
        optional = optional or not option.get("required")
        _choices(mistakes, place, option)
    if len(kinds) > 1:
        message = "Sub-command and sub-command group option types are mutually exclusive to all other types"
        mistakes.add((*path, "options"), "APPLICATION_COMMAND_OPTIONS_TYPE_INVALID", message)


def _choices(mistakes: Mistakes, path: Path, option: Wire) -> None:
    if option.get("choices") and option.get("autocomplete"):
        message = "Options with choices cannot be autocompleted"
        mistakes.add((*path, "autocomplete"), "APPLICATION_COMMAND_AUTOCOMPLETE_WITH_CHOICES", message)
    if option.get("autocomplete") and option.get("type") not in (STRING, INTEGER, NUMBER):
        message = "Option cannot be autocompleted"
        mistakes.add((*path, "autocomplete"), "APPLICATION_COMMAND_OPTIONS_TYPE_INVALID", message)
    for limit in ("min_length", "max_length"):
        value = option.get(limit)
        if value is not None and not (isinstance(value, int) and 0 <= value <= 6_000):
            mistakes.add((*path, limit), "NUMBER_TYPE_MAX", "int value should be between 0 and 6000.")
    check_choices(mistakes, (*path, "choices"), option.get("choices"))


def check_choices(mistakes: Mistakes, path: Path, choices: object) -> None:
    """Note what is wrong with choices, of an option or of what is suggested."""
    for place, choice in mistakes.objects(path, choices, 25):
        mistakes.length((*place, "name"), choice.get("name"), 100, 1, required=True)
        if isinstance(choice.get("value"), str):
            mistakes.length((*place, "value"), choice["value"], 100)
        elif not isinstance(choice.get("value"), int | float):
            mistakes.add((*place, "value"), "BASE_TYPE_REQUIRED", "This field is required")
        _localized(mistakes, (*place, "name_localizations"), choice.get("name_localizations"), 100)


def _characters(part: Any) -> int:
    """Count what of a command counts: of each text with its translations only the longest."""
    total = 0
    for key in ("name", "description"):
        texts = [part.get(key) or "", *(part.get(f"{key}_localizations") or {}).values()]
        total += max(len(str(text)) for text in texts)
    for choice in part.get("choices") or ():
        total += len(str(choice.get("value")))
    return total + sum(_characters(option) for option in part.get("options") or ())
