"""Slack's markup, read as people see it: names for ids, links apart, no escapes."""

import re
from collections.abc import Callable
from dataclasses import dataclass, field

from adapters.wire.values import link
from bot.language.links import Link

_TOKEN = re.compile(r"<([^<>]+)>")
_ADDRESS = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:\S")
# Slack puts addresses in angle brackets; other programs that write its format leave them bare.
_BARE = re.compile(r"(?<![<|\w])https?://[^\s<>|]+")
_AFTER_ADDRESS = ".,;:!?'\"*_~`)]}"


@dataclass(slots=True)
class Plain:
    """What a text says, whom it mentions, and where it leads."""

    text: str
    links: list[Link] = field(default_factory=list)
    mentions: list[str] = field(default_factory=list)


# Names for what a text refers to: a member's id and name by what stands in the mention; a channel's name.
FindMember = Callable[[str], tuple[str | None, str]]
FindChannel = Callable[[str], str]


def plain(marked: str, find_member: FindMember, find_channel: FindChannel) -> Plain:
    """Read a text in Slack's markup. Emphasis and code keep their marks."""
    if "<" not in marked and "://" not in marked:
        return Plain(unescape(marked))
    said = Plain("")

    def shown(found: re.Match[str]) -> str:
        token, _, label = found[1].partition("|")
        kind, name = token[0], token[1:]
        if kind == "@" and name:
            member, name = find_member(name)
            if member and member not in said.mentions:
                said.mentions.append(member)
            return f"@{name if member or not label else label.removeprefix('@')}"
        if kind == "#" and name:
            return f"#{label or find_channel(name)}"
        if kind == "!" and name:
            return _special(name, label)
        if _ADDRESS.match(token):
            where = link(unescape(label), unescape(token))
            said.links.append(where)
            return label or token
        return found[0]

    text = _TOKEN.sub(shown, marked)
    for bare in _BARE.finditer(marked):
        said.links.append(link("", unescape(bare[0].rstrip(_AFTER_ADDRESS))))
    said.text = unescape(text)
    return said


def escape(text: str) -> str:
    """Return a text in Slack's markup that reads as `text`."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def unescape(text: str) -> str:
    """Undo Slack's three escapes, once."""
    if "&" not in text:
        return text
    return text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")


def _special(name: str, label: str) -> str:
    if name in ("here", "channel", "everyone"):
        return f"@{name}"
    if name.startswith("subteam^"):
        return f"@{label.removeprefix('@') or name.removeprefix('subteam^')}"
    if name.startswith("date^"):
        return label or name
    return label or f"@{name}"
