"""A community's settings as one file, the same for every platform: channels go by their names."""

import json
from collections.abc import Callable, Mapping
from typing import Any

from pydantic import JsonValue

from bot.communities import FORMAT, Settings, WrongSetting, channel_name, find_channel, settings_of
from storage.transaction import Transaction

_CHANNELS = ("managers_channel", "feedback_channel", "welcome_channel")
# Chat programs put typographic quotes where plain ones were typed.
_PLAIN_QUOTES = str.maketrans("“”„‟", '""""')


def exported(tx: Transaction, community: str) -> str:
    """Return all settings of a community as JSON, for `imported` here or elsewhere."""

    def named(channel: str) -> str:
        name = f"#{channel_name(tx, community, channel)}"
        # Where two channels have one name, only the id says which.
        return name if find_channel(tx, community, name) == channel else channel

    settings = with_channels(settings_of(tx, community).model_dump(mode="json"), named)
    return json.dumps({"version": FORMAT, "settings": settings}, indent=2, ensure_ascii=False)


def imported(text: str) -> dict[str, Any]:
    """Return the settings that a file holds, by name, with channels as they are written in it.

    Raises WrongSetting.
    """
    try:
        file = json_from(text)
    except ValueError as error:
        raise WrongSetting(None, sentence(error)) from error
    settings = file.get("settings") if isinstance(file, dict) else None
    if not isinstance(file, dict) or not isinstance(settings, dict):
        raise WrongSetting(
            None, f'A file of settings reads {{"version": {FORMAT}, "settings": {{…}}}}, as export writes it.'
        )
    version = file.get("version")
    if type(version) is not int or version < 1:
        raise WrongSetting(None, f'"version" has to be a whole number; this Hearth writes {FORMAT}.')
    if version > FORMAT:
        raise WrongSetting(
            None,
            f"This file is of version {version}, and I read up to version {FORMAT}: a newer Hearth wrote it, "
            "so bring this one up to date first.",
        )
    return dict(settings)


def with_channels(settings: Mapping[str, Any], each: Callable[[str], str]) -> dict[str, Any]:
    """Return settings with every channel in them as `each` gives it; what is of a wrong kind is left."""
    found = dict(settings)
    for name in _CHANNELS:
        if isinstance(found.get(name), str):
            found[name] = each(found[name])
    listed, rules = found.get("open_channels"), found.get("channels")
    if isinstance(listed, list):
        found["open_channels"] = [each(one) if isinstance(one, str) else one for one in listed]
    if isinstance(rules, dict):
        found["channels"] = {each(channel): rule for channel, rule in rules.items()}
    return found


def json_from(text: str) -> JsonValue:
    """Read JSON as somebody pasted it. Raises ValueError, which says where it is broken."""
    text = text.strip().strip("`").strip().removeprefix("json").strip()
    try:
        return _loaded(text)
    except ValueError:
        return _loaded(text.translate(_PLAIN_QUOTES))


def sentence(error: ValueError) -> str:
    """Return what is wrong as a sentence of its own."""
    said = str(error)
    return f"{said[:1].upper()}{said[1:]}."


def _loaded(text: str) -> JsonValue:
    try:
        found: JsonValue = json.loads(text)
    except json.JSONDecodeError as error:
        raise ValueError(
            f"that is no JSON: {error.msg} in line {error.lineno}, column {error.colno}"
        ) from error
    except RecursionError as error:
        raise ValueError("that JSON is nested too deeply") from error
    return found


def channels_known(settings: Settings) -> set[str]:
    """Return the channels that settings name, whether or not they are known to be there."""
    named = {getattr(settings, name) for name in _CHANNELS} - {None}
    return {*named, *settings.open_channels, *settings.channels}
