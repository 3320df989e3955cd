"""Cards as Discord's messages: within every limit, with nothing in them that pings but greetings.

What does not fit is cut, with a line that says so; nothing is refused for its length.
"""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from adapters.discord.markdown import break_at, cut, escape, moment, one_line
from adapters.discord.names import Name, digest_of, named
from bot.cards import Button, Card, MessageRef, Picture, Quote, Section, Select

Payload = dict[str, Any]

MAX_CONTENT = 2_000
MAX_TITLE = 256
MAX_DESCRIPTION = 4_096
MAX_FIELDS = 25
MAX_FIELD_NAME = 256
MAX_FIELD_VALUE = 1_024
MAX_FOOTER = 2_048
# Of all embeds of a message together.
MAX_TEXT = 6_000
MAX_EMBEDS = 10
MAX_ROWS = 5
MAX_BUTTONS_IN_A_ROW = 5
MAX_LABEL = 80
MAX_PLACEHOLDER = 150
MAX_OPTIONS = 25
MAX_OPTION = 100
MAX_ALT = 1_024
# A line of a digest may rest on hundreds of messages; so many of them are linked to.
_LINKS = 5
_CUT = "-# Shortened: this was longer than Discord shows."
_LEFT_OUT = "-# Some of what could be pressed here does not fit into a message of Discord's."
_NOTES = len(_CUT) + len(_LEFT_OUT) + 4
_COLOURS = {"plain": 0x7A3E2B, "good": 0x2E8B57, "warning": 0xD98E04}
_STYLES = {"plain": 2, "primary": 1, "danger": 4}
_ROW, _BUTTON, _STRINGS, _PEOPLE, _CHANNELS = 1, 2, 3, 5, 8
# Where Hearth can post: channels of text, and of announcements.
POSTABLE = (0, 5)
_ID = re.compile(r"\d{1,20}")

Permalink = Callable[[MessageRef], str]


@dataclass(frozen=True, slots=True)
class Shown:
    """A message: its form, the files beside it, and the values that its custom ids hold digests of."""

    form: Payload
    files: Sequence[tuple[str, bytes]] = ()
    kept: Mapping[str, str] = field(default_factory=dict)


@dataclass(slots=True)
class Look:
    """What rendering has to know.

    `address` is where the card leads, and carries what it is found by again; `names` are those of greeted
    members; `drawn` holds the pictures that could be drawn, without one its words stand there.
    """

    permalink: Permalink
    address: str = ""
    names: Mapping[str, str] = field(default_factory=dict)
    drawn: Mapping[Picture, bytes] = field(default_factory=dict)


def show(card: Card, look: Look) -> Shown:
    """Return a card as a message."""
    content, rest = _greeting(card, look)
    rows, kept, whole = _rows(card)
    files: list[tuple[str, bytes]] = []
    attachments: list[Payload] = []
    pictures: list[Payload] = []
    for picture in card.pictures[: MAX_EMBEDS - 3]:
        data = look.drawn.get(picture)
        if data is not None:
            name = f"picture{len(files)}.png"
            attachments.append(
                {"id": len(files), "filename": name, "description": _label(picture.alt, MAX_ALT)}
            )
            files.append((name, data))
            title = cut(one_line(picture.title), MAX_TITLE)
            pictures.append({"title": title, "image": {"url": f"attachment://{name}"}})
    form: Payload = {
        "content": content,
        "embeds": _embeds(card, rest, look, pictures, whole),
        "components": rows,
        "attachments": attachments,
        "allowed_mentions": {"parse": [], "users": list(card.greets)[:100], "replied_user": False},
    }
    if not form["content"] and not form["embeds"]:
        form["content"] = "…"
    return Shown(form, files, kept)


def _embeds(card: Card, text: str, look: Look, pictures: list[Payload], whole: bool) -> list[Payload]:
    first: Payload = {"color": _COLOURS[card.tone]}
    if card.title:
        first["title"] = cut(escape(" ".join(card.title.split())), MAX_TITLE)
    footer = _label(card.footer, MAX_FOOTER) if card.footer else ""
    room = MAX_TEXT - _NOTES - len(first.get("title", "")) - len(footer)
    room -= sum(len(picture["title"]) for picture in pictures)
    entries: list[Payload] = []
    for entry in card.fields[:MAX_FIELDS]:
        shown: Payload = {
            "name": cut(one_line(entry.name), MAX_FIELD_NAME),
            "value": cut(escape(entry.value).strip() or "…", MAX_FIELD_VALUE),
            "inline": True,
        }
        # At least half is left for what is said.
        if len(shown["name"]) + len(shown["value"]) > room - MAX_TEXT // 2:
            break
        room -= len(shown["name"]) + len(shown["value"])
        entries.append(shown)
    left = [f"**{one_line(each.name)}** {escape(each.value)}" for each in card.fields[len(entries) :]]
    parts = [*([text] if text else []), *_parts(card, look), *(["\n".join(left)] if left else [])]
    descriptions, complete = _described(parts, room, MAX_EMBEDS - len(pictures) - 1)
    notes = [note for note, said in ((_CUT, not complete), (_LEFT_OUT, not whole)) if said]
    if entries:
        first["fields"] = entries
    embeds = [first]
    if descriptions:
        first["description"] = descriptions[0]
        embeds += [{"color": first["color"], "description": each} for each in descriptions[1:]]
    if notes:
        last = embeds[-1]
        said = "\n".join(filter(None, [last.get("description", ""), *notes]))
        if len(said) <= MAX_DESCRIPTION:
            last["description"] = said
        else:
            embeds.append({"color": first["color"], "description": "\n".join(notes)})
    if footer:
        embeds[-1]["footer"] = {"text": footer}
    if first.keys() <= {"color"}:
        embeds = []
    elif look.address:
        first["url"] = look.address
    return embeds + [{"color": first["color"], **picture} for picture in pictures]


def _described(parts: Sequence[str], room: int, embeds: int) -> tuple[list[str], bool]:
    """Return parts as descriptions of embeds, and whether all of it is there."""
    rest = "\n\n".join(part for part in parts if part.strip()).strip()
    complete = len(rest) <= room
    if not complete:
        rest = _whole_lines(rest, room)
    found: list[str] = []
    while rest and len(found) < embeds:
        if len(rest) <= MAX_DESCRIPTION:
            found.append(rest)
            return found, complete
        piece = _whole_lines(rest, MAX_DESCRIPTION)
        found.append(piece)
        rest = rest[len(piece) :].strip()
    return found, complete and not rest


def _whole_lines(text: str, most: int) -> str:
    """Return the beginning of a text, up to the end of a line or word if one is near."""
    if len(text) <= most:
        return text
    line, word = text.rfind("\n", 0, most), text.rfind(" ", 0, most)
    near = next((at for at in (line, word) if at > most // 2), most)
    return text[: break_at(text, near)].rstrip()


def _parts(card: Card, look: Look) -> Iterator[str]:
    if _ID.fullmatch(card.leads_to):
        yield f"<#{card.leads_to}>"
    for quote in card.quotes:
        yield _quoted(quote, look)
    for section in card.sections:
        yield _listed(section, look)
    for picture in card.pictures:
        if picture not in look.drawn or picture in card.pictures[MAX_EMBEDS - 3 :]:
            yield f"**{one_line(picture.title)}**\n{escape(picture.alt)}"


def _quoted(quote: Quote, look: Look) -> str:
    lines = "\n".join(f"> {escape(line)}" for line in quote.text.splitlines() or [""])
    return f"**{one_line(quote.author)}**, {moment(quote.at)} [↗]({look.permalink(quote.ref)})\n{lines}"


def _listed(section: Section, look: Look) -> str:
    lines = [f"**{one_line(section.name)}**"] if section.name else []
    for item in section.items:
        links = [f"[↗]({look.permalink(ref)})" for ref in item.refs[:_LINKS]]
        more = f" +{len(item.refs) - _LINKS}" if len(item.refs) > _LINKS else ""
        lines.append(" ".join([f"• {escape(item.text)}", *links]) + more)
    return "\n".join(lines)


def _greeting(card: Card, look: Look) -> tuple[str, str]:
    """Return the words that greet, which notify, and what of the text stands below them."""
    if not card.greets:
        return "", escape(card.text)
    text, before = card.text, []
    places: list[tuple[int, int, str]] = []
    for member in card.greets:
        name = look.names.get(member, "")
        # As a word of its own: somebody may be called as other words begin.
        words = re.finditer(rf"(?<!\w){re.escape(name)}(?!\w)", text) if name else ()
        found = [(word.start(), word.end()) for word in words]
        free = [(at, to) for at, to in found if not any(at < end and start < to for start, end, _ in places)]
        if free:
            places.append((*free[0], member))
        else:
            before.append(f"<@{member}>")
    parts: list[str] = []
    end = 0
    for start, until, member in sorted(places):
        parts += [escape(text[end:start]), f"<@{member}>"]
        end = until
    greeting = " ".join([*before, "".join([*parts, escape(text[end:])])]).strip()
    if len(greeting) <= MAX_CONTENT:
        return greeting, ""
    return " ".join(f"<@{member}>" for member in card.greets)[:MAX_CONTENT], escape(card.text)


def _rows(card: Card) -> tuple[list[Payload], dict[str, str], bool]:
    """Return rows of what can be pressed and chosen, the values they hold digests of, and if that is all."""
    rows: list[Payload] = []
    kept: dict[str, str] = {}
    whole = True
    number = 0
    for select in card.selects:
        part = select_of(select, named(number, select.name, select.value), kept)
        number += 1
        if part is None or len(rows) == MAX_ROWS - bool(card.buttons):
            whole = False
            continue
        rows.append({"type": _ROW, "components": [part]})
    buttons: list[Payload] = []
    for button in card.buttons:
        made = _button(button, named(number, button.name, button.value), kept)
        number += 1
        if made is None or len(buttons) == (MAX_ROWS - len(rows)) * MAX_BUTTONS_IN_A_ROW:
            whole = False
            continue
        buttons.append(made)
    for first in range(0, len(buttons), MAX_BUTTONS_IN_A_ROW):
        rows.append({"type": _ROW, "components": buttons[first : first + MAX_BUTTONS_IN_A_ROW]})
    return rows, kept, whole


def _button(button: Button, name: Name | None, kept: dict[str, str]) -> Payload | None:
    if name is None:
        return None
    keep(name, kept)
    return {
        "type": _BUTTON,
        "style": _STYLES[button.style],
        "label": _label(button.label, MAX_LABEL),
        "custom_id": name.custom_id,
    }


def select_of(select: Select, name: Name | None, kept: dict[str, str]) -> Payload | None:
    """Return a select; None where it has nothing that Discord could show."""
    if name is None:
        return None
    part: Payload = {"custom_id": name.custom_id, "placeholder": _label(select.label, MAX_PLACEHOLDER)}
    given = bool(_ID.fullmatch(select.chosen))
    if select.among == "channels":
        part |= {"type": _CHANNELS, "channel_types": list(POSTABLE)}
        part |= {"default_values": [{"id": select.chosen, "type": "channel"}]} if given else {}
    elif select.among == "members":
        part |= {"type": _PEOPLE}
        part |= {"default_values": [{"id": select.chosen, "type": "user"}]} if given else {}
    else:
        options = {
            option.value: {"label": _label(option.label, MAX_OPTION), "value": option.value}
            for option in select.options
            if 0 < len(option.value) <= MAX_OPTION
        }
        shown = list(options.values())[:MAX_OPTIONS]
        if not shown:
            return None
        for option in shown:
            if option["value"] == select.chosen:
                option["default"] = True  # type: ignore[assignment]  # a payload holds anything
        part |= {"type": _STRINGS, "options": shown}
    keep(name, kept)
    return part


def keep(name: Name, kept: dict[str, str]) -> None:
    """Note the value that a custom id holds a digest of."""
    if name.kept is not None:
        kept[digest_of(name.kept)] = name.kept


def _label(text: str, most: int) -> str:
    """Return a text of which nothing means anything to Discord, in one line."""
    said = " ".join(text.split())
    return (said if len(said) <= most else said[: most - 1] + "…") or "…"
