"""Discord's markup, read as people see it, and the words and buttons of its embeds and components."""

import re
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime

from adapters.wire.values import Wire, link, object_in, objects_in, text_in
from bot.language.links import Link

# DiscordChatExporter resolves mentions by itself, unless it was told to leave the markup alone.
_MARKUP = re.compile(
    r"<@!?(?P<member>\d+)>|<@&(?P<role>\d+)>|<#(?P<channel>\d+)>|<a?(?P<emoji>:\w+:)\d+>|<t:(?P<time>\d{1,12})(?::\w)?>"
    r"|\[(?P<label>[^\[\]\n]+)\]\(<?(?P<masked>https?://[^\s()<>]+)>?(?:\s\"[^\"\n]*\")?\)"
    r"|<(?P<unfurled>https?://[^\s<>]+)>"
    r"|(?P<bare>https?://[^\s<>]+)"
)
_AFTER_ADDRESS = ".,;:!?'\"*_~`)]}|"
# Rows hold buttons, and containers hold rows; more is made to do harm.
_MAX_DEPTH = 8


def plain(marked: str, members: Mapping[str, str], channels: Mapping[str, str]) -> tuple[str, list[Link]]:
    """Return what a text says and where it leads. Emphasis and code keep their marks."""
    if "<" not in marked and "://" not in marked:
        return marked, []
    links: list[Link] = []

    def shown(found: re.Match[str]) -> str:
        said = found[found.lastgroup or 0]
        match found.lastgroup:
            case "member":
                return f"@{members.get(said, said)}"
            case "role":
                return f"@{said}"
            case "channel":
                return f"#{channels.get(said, said)}"
            case "emoji":
                return said
            case "time":
                return f"{datetime.fromtimestamp(int(said), UTC):%Y-%m-%d %H:%M} UTC"
            case "masked":
                links.append(link(found["label"], said))
                return found["label"]
            case "unfurled":
                links.append(link("", said))
                return said
            case _:
                links.append(link("", said.rstrip(_AFTER_ADDRESS)))
                return said

    return _MARKUP.sub(shown, marked), links


def words_of_embeds(message: Wire) -> str:
    """Return what a message's embeds say, in Discord's markup."""
    lines: list[str] = []
    for embed in objects_in(message, "embeds"):
        title, where = text_in(embed, "title"), text_in(embed, "url")
        linked = where.startswith("http") and title and not set("[]\n") & set(title)
        lines += [
            text_in(object_in(embed, "author"), "name"),
            f"[{title}]({where})" if linked else f"{title}\n{where}",
            text_in(embed, "description"),
        ]
        for each in objects_in(embed, "fields"):
            lines += [text_in(each, "name"), text_in(each, "value")]
        lines.append(text_in(object_in(embed, "footer"), "text"))
    return "\n".join(line.strip() for line in lines if line.strip())


def buttons_of(wire: Wire, depth: int = 0) -> Iterator[Link]:
    """Give the buttons and menu entries of a message's components."""
    if depth > _MAX_DEPTH:
        return
    for component in objects_in(wire, "components"):
        if component.get("type") in ("Button", 2):
            yield link(text_in(component, "label"), text_in(component, "url"), button=True)
        for option in objects_in(component, "options"):
            yield link(text_in(option, "label"), "", button=True)
        yield from buttons_of(component, depth + 1)
