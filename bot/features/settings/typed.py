"""Values of settings as managers type them: with names of channels and members, + and -."""

import re
from collections.abc import Callable, Collection, Mapping, Sequence
from difflib import get_close_matches
from types import MappingProxyType
from typing import Any

from pydantic import JsonValue

from bot.cards import shorten
from bot.communities import (
    EXPLAINED,
    NAMES,
    ChannelRules,
    Settings,
    WrongSetting,
    channel_name,
    find_channel,
    find_members,
    is_archived,
    public_channels,
    settings_from,
)
from bot.features.settings.file import json_from
from storage.transaction import Transaction

CHANNELS = ("managers_channel", "feedback_channel", "welcome_channel")
_OFF = ("off", "none", "nobody", "nowhere", "-", "")
# What there is where it is off.
_NOTHING: Mapping[str, JsonValue] = MappingProxyType(
    {
        **dict.fromkeys(CHANNELS),
        **{name: [] for name in ("open_channels", "excluded_members", "managers", "staff")},
        "channels": {},
    }
)
_QUOTES = ('""', "''", "“”", "„“", "«»")
_DOMAIN = re.compile(r"@?((?:[a-z0-9-]+\.)+[a-z]{2,})", re.IGNORECASE)
_SUGGESTED = 5


def known_name(word: str) -> str | None:
    """Return the setting that a word names, in whatever case, with dashes for underscores."""
    name = word.lower().replace("-", "_")
    return name if name in NAMES else None


def like(word: str) -> str | None:
    """Return the setting most like a word, if any is."""
    found = get_close_matches(word.lower().replace("-", "_"), NAMES, n=1, cutoff=0.5)
    return found[0] if found else None


def named(rest: str) -> str:
    """Return the setting that somebody names. Raises WrongSetting."""
    word = rest.split(maxsplit=1)[0] if rest else ""
    name = known_name(word)
    if name is not None:
        return name
    near = like(word) if word else None
    if near is not None:
        raise WrongSetting(None, f'There is no setting "{shorten(word, 40)}". Did you mean {near}?')
    which = f'There is no setting "{shorten(word, 40)}"' if word else "Say which setting"
    raise WrongSetting(None, f"{which}; there are {', '.join(EXPLAINED)}.")


def read_typed(tx: Transaction, community: str, name: str, text: str, now: Settings) -> JsonValue:
    """Return the value that somebody typed for a setting. Raises WrongSetting."""
    text = _unquoted(text.strip())

    def is_member(each: str) -> bool:
        return bool(find_members(tx, community, each))

    def is_channel(each: str) -> bool:
        return find_channel(tx, community, each) is not None

    try:
        if text.lower() in _OFF and name in _NOTHING:
            return _NOTHING[name]
        if name in CHANNELS:
            return channel(tx, community, text)
        if name == "open_channels":
            return _listed(text, now.open_channels, is_channel, lambda each: channel(tx, community, each))
        if name == "excluded_members":
            return _listed(text, now.excluded_members, is_member, lambda each: _member(tx, community, each))
        if name in ("managers", "staff"):
            before, domains = getattr(now, name), name == "staff"
            return _listed(
                text, before, is_member, lambda each: _person(tx, community, each, domains=domains)
            )
        if name == "channels":
            return _rules(tx, community, text, now)
    except ValueError as error:
        raise WrongSetting(name, f"{error}.") from error
    return text


def channel(tx: Transaction, community: str, written: str, known: Collection[str] = ()) -> str:
    """Return a channel's id; one that is `known` is taken as it is. Raises ValueError."""
    found = find_channel(tx, community, written)
    if found in known:
        return str(found)
    if written in known:
        return written
    if found is None:
        names = public_channels(tx, community)
        near = get_close_matches(written.removeprefix("#"), names, n=1, cutoff=0.5) or names[:_SUGGESTED]
        there = f"; there is {', '.join(f'#{name}' for name in near)}" if near else ""
        raise ValueError(f'I know of no channel "{shorten(written, 80)}" here{there}')
    if is_archived(tx, community, found):
        raise ValueError(f"#{channel_name(tx, community, found)} is archived; name one that is in use")
    return found


def _listed(
    text: str, now: Sequence[str], is_name: Callable[[str], bool], read: Callable[[str], str]
) -> list[JsonValue]:
    """Return the list that names make, or what is there now with names added (+) and taken away (-)."""
    parts = _parts(text, is_name)
    signed = [part[0] in "+-" for part in parts]
    if not any(signed):
        return [read(part) for part in parts]
    if not all(signed):
        raise ValueError("write + or - before each name, or before none of them")
    found = list(now)
    for part in parts:
        word = part[1:].strip()
        if part[0] == "+":
            found.append(read(word))
            continue
        # What is on the list can be taken off it, even if nobody knows any more who that is.
        gone = word if word in found else read(word)
        if gone not in found:
            raise ValueError(f'"{shorten(word, 80)}" is not on the list')
        found.remove(gone)
    return list(dict.fromkeys(found))


def _parts(text: str, is_name: Callable[[str], bool]) -> list[str]:
    """Split names at commas; where there are none, at spaces, unless it is one name of several words."""
    if "," in text:
        return [part.strip() for part in text.split(",") if part.strip()]
    return [text] if is_name(text.lstrip("+-").strip().removeprefix("@")) else text.split()


def _member(tx: Transaction, community: str, written: str) -> str:
    name = written.removeprefix("@")
    found = find_members(tx, community, name)
    if not found:
        raise ValueError(
            f'I know of no member called "{shorten(name, 80)}"; write a name as it stands here, or an id'
        )
    if len(found) > 1:
        ids = ", ".join(found[:_SUGGESTED])
        raise ValueError(f'{len(found)} members are called "{name}"; write the id of one, as {ids}')
    return found[0]


def _person(tx: Transaction, community: str, written: str, *, domains: bool) -> str:
    """Return the id of a member, or what may be a role: ids hold digits. A domain, where one can be named."""
    domain = _DOMAIN.fullmatch(written)
    if domains and domain and not find_members(tx, community, written.removeprefix("@")):
        return domain[1].lower()
    try:
        return _member(tx, community, written)
    except ValueError:
        if any(letter.isdigit() for letter in written) and " " not in written and written[0] != "@":
            return written
        raise


def _rules(tx: Transaction, community: str, text: str, now: Settings) -> dict[str, JsonValue]:
    """Return the rules of all channels, with those typed for one: "#help limit=2h watch=no"."""
    found: dict[str, JsonValue] = now.model_dump(mode="json")["channels"]
    if text.startswith("{"):
        given = json_from(text)
        if not isinstance(given, dict):
            raise ValueError('write them as {"#help": {"limit": "2h"}}')
        settings_from({"channels": given})
        return {channel(tx, community, each): rules for each, rules in given.items()}
    where, *words = text.split()
    id_ = channel(tx, community, where, now.channels)
    if not words:
        raise ValueError(f'say what is otherwise there, as "{where} limit=2h sensitivity=high"')
    if [word.lower() for word in words] == ["off"]:
        found.pop(id_, None)
        return found
    known = found.get(id_)
    rules: dict[str, Any] = dict(known) if isinstance(known, dict) else {}
    for word in words:
        rule, equals, value = word.partition("=")
        rule = rule.lower().replace("-", "_")
        if not equals or rule not in ChannelRules.model_fields:
            there = ", ".join(ChannelRules.model_fields)
            raise ValueError(f'"{shorten(word, 80)}" is no rule; write limit=2h, of {there}')
        if value.lower() in ("default", ""):
            rules.pop(rule, None)
        else:
            rules[rule] = value
    # Named as it was typed, should something be wrong with it.
    settings_from({"channels": {where: rules}})
    return {**found, id_: rules}


def _unquoted(text: str) -> str:
    if len(text) > 1 and text[0] + text[-1] in _QUOTES:
        return text[1:-1].strip()
    return text
