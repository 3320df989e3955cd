"""What Slack makes of words: whom they notify, what they link to, and how they read."""

import re
from collections.abc import Iterator
from html import unescape
from typing import Any

from tests.fakes.pretend_slack.refusal import Json

_ANGLES = re.compile(r"<([^<>\n]*)>")
_URL = re.compile(r"https?://[^\s<>|&]+")
_TYPED_LINK = re.compile(r"<((?:https?|mailto):[^<>|\s]+)(?:\|([^<>]*))?>")


def escaped(text: str) -> str:
    """Return words as Slack tells them: the three characters of its markup replaced."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def links_made(text: str) -> str:
    """Return escaped words with the addresses in them made links, as Slack does with what people type."""
    return _URL.sub(lambda found: f"<{found[0].rstrip('.,;:!?)')}>{_tail(found[0])}", text)


def _tail(url: str) -> str:
    return url[len(url.rstrip(".,;:!?)")) :]


def typed_links(text: str) -> set[str]:
    """Return the addresses that somebody typed in Slack's own markup, which must never become links."""
    return {found[1] for found in _TYPED_LINK.finditer(text)}


def pings_in(text: str) -> set[str]:
    """Return whom words in Slack's markup notify: ids, `channel`, `here` or `everyone`."""
    found: set[str] = set()
    for inner in _ANGLES.findall(text):
        name = inner.partition("|")[0]
        if name.startswith("@") or name in ("!channel", "!here", "!everyone", "!group"):
            found.add(name[1:])
        elif name.startswith("!subteam^"):
            found.add(name.partition("^")[2])
    return found


def links_in(text: str) -> list[tuple[str, str]]:
    """Return the links that words in Slack's markup make: where they lead, and what they are called."""
    found = []
    for inner in _ANGLES.findall(text):
        target, _, label = inner.partition("|")
        if target.startswith("!date^"):
            # A time may lead somewhere: <!date^seconds^format^address|words>.
            target = (target.split("^", 3) + [""] * 3)[3]
        if re.match(r"(https?|mailto|slack):", target):
            found.append((unescape(target), unescape(label)))
    return found


def readable(text: str) -> str:
    """Return words in Slack's markup as somebody reads them."""

    def shown(found: re.Match[str]) -> str:
        target, _, label = found[1].partition("|")
        if target.startswith("!date^"):
            return label
        if target[:1] in ("@", "#"):
            return f"{target[0]}{label or target[1:]}"
        if target.startswith("!"):
            return label or f"@{target[1:]}"
        return label or target

    return unescape(_ANGLES.sub(shown, text))


def marked_up(blocks: list[Json] | None) -> Iterator[str]:
    """Give every text of blocks in which Slack reads its markup."""
    for text in _objects(blocks):
        if text.get("type") == "mrkdwn":
            yield str(text.get("text", ""))


def rich_pings(blocks: list[Json] | None) -> set[str]:
    """Return whom the rich texts among blocks notify."""
    found: set[str] = set()
    for element in _objects(blocks):
        match element.get("type"):
            case "user":
                found.add(element["user_id"])
            case "usergroup":
                found.add(element["usergroup_id"])
            case "broadcast":
                found.add(element["range"])
    return found


def block_words(blocks: list[Json] | None) -> list[str]:
    """Return what people read in blocks, in order: texts, labels of buttons, alternatives of pictures."""
    words: list[str] = []
    _gather(blocks or [], words)
    return words


def _gather(value: Any, words: list[str]) -> None:
    if isinstance(value, list):
        for each in value:
            _gather(each, words)
    elif isinstance(value, dict):
        if value.get("type") in ("plain_text", "mrkdwn", "markdown", "text") and "text" in value:
            text = str(value["text"])
            words.append(readable(text) if value["type"] == "mrkdwn" else text)
            return
        for name in ("title", "label", "text", "fields", "elements", "element", "accessory", "options"):
            if name in value:
                _gather(value[name], words)
        if "alt_text" in value:
            words.append(str(value["alt_text"]))


def _objects(value: Any) -> Iterator[Json]:
    if isinstance(value, list):
        for each in value:
            yield from _objects(each)
    elif isinstance(value, dict):
        yield value
        for each in value.values():
            yield from _objects(each)
