"""Cards as Slack's blocks: within every limit, with nothing in them that pings, and words in their place.

What does not fit is cut, with a line that says so; nothing is refused for its length.
"""

import json
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from adapters.slack.names import MAX_NAME, numbered
from adapters.wire.slack_text import escape
from bot.cards import Button, Card, MessageRef, Picture, Quote, Section, Select, plain

Block = dict[str, Any]

# Slack answers msg_blocks_too_long at about 13,200 characters of blocks, below every limit it documents.
MAX_CHARACTERS = 12_000
MAX_BLOCKS = 50
MAX_SECTION = 3_000
MAX_HEADER = 150
MAX_FIELD = 2_000
MAX_FIELDS = 10
MAX_CONTEXT = 2_000
MAX_BUTTON = 75
MAX_VALUE = 2_000
MAX_BUTTONS = 25
MAX_OPTIONS = 100
MAX_OPTION = 75
MAX_OPTION_VALUE = 150
MAX_ALT = 2_000
# Words for a notification, and for who sees no blocks: Slack asks for no more than 4,000.
MAX_TEXT = 3_000
# A line of a digest may rest on hundreds of messages; so many of them are linked to.
_LINKS = 5
_CUT = "_Shortened: this was longer than Slack shows._"
_LEFT_OUT = "_Some of what could be pressed here does not fit into a message of Slack's._"
_TONES = {"plain": "", "good": "✅ ", "warning": "⚠️ "}

_LONGEST_ESCAPE = len("&amp;")

# An address, without the mark that ends a sentence or closes a bracket around it.
_URL = re.compile(r"https?://[^\s<>|\"`]*[^\s<>|\"`.,;:!?')\]}*_]")
# What would mean something to Slack where no escapes are read.
_MEANING = re.compile(r"<(?=[@#!])")

_CHANNEL = re.compile(r"[CG][A-Z0-9]{1,30}")

Permalink = Callable[[MessageRef], str]


@dataclass(frozen=True, slots=True)
class Shown:
    """What a card looks like in Slack: its blocks, and the words beside them."""

    blocks: Sequence[Block]
    text: str


@dataclass(slots=True)
class Look:
    """What rendering has to know of a workspace."""

    permalink: Permalink
    # The names of members who are greeted.
    names: Mapping[str, str] = field(default_factory=dict)
    # The ids of pictures that were uploaded, by what they show; without one its words stand there.
    files: Mapping[Picture, str] = field(default_factory=dict)


def show(card: Card, look: Look, *, blocks: int = MAX_BLOCKS, characters: int = MAX_CHARACTERS) -> Shown:
    """Return a card as blocks, so many at most, and the words for who sees none."""
    return Shown(list(_fitting(card, look, blocks, characters)), fallback(card, look))


def show_all(cards: Sequence[Card], look: Look, *, blocks: int) -> list[Block]:
    """Return cards one below the other, as a page shows them."""
    found: list[Block] = []
    for card in cards:
        room = blocks - len(found) - 1
        if room < 2:
            break
        parts = list(_fitting(card, look, min(room, MAX_BLOCKS), MAX_CHARACTERS))
        found += [{"type": "divider"}, *parts] if found else parts
    return _renumbered(found)


def fallback(card: Card, look: Look) -> str:
    """Return a card's words alone, with nothing that means anything to Slack but greetings."""
    rest = plain(card.model_copy(update={"title": "", "text": ""}))
    parts = (escape(card.title), _greeting(card, look) or escape(card.text), escape(rest))
    return cut("\n".join(part for part in parts if part), MAX_TEXT) or "…"


def cut(text: str, most: int) -> str:
    """Return text in Slack's markup in at most `most` characters, with no link or escape cut in two."""
    return text if len(text) <= most else f"{text[: _break(text, most - 1)]}…"


def mrkdwn(text: str) -> Block:
    """Return a text object of markup in which only what is marked means anything."""
    return {"type": "mrkdwn", "text": text, "verbatim": True}


def label(text: str, most: int) -> Block:
    """Return a text object without markup."""
    said = " ".join(_MEANING.sub("‹", text).split())
    return {"type": "plain_text", "text": (said if len(said) <= most else said[: most - 1] + "…") or "…"}


def marked(text: str) -> str:
    """Return a plain text of ours in Slack's markup: addresses in it can be followed."""
    parts: list[str] = []
    end = 0
    for found in _URL.finditer(text):
        parts += [escape(text[end : found.start()]), f"<{escape(found[0])}>"]
        end = found.end()
    return "".join([*parts, escape(text[end:])])


def moment(at: datetime, link: str = "") -> str:
    """Return a time that each reader sees in their own timezone, as a link if there is one."""
    words = f"{at:%Y-%m-%d %H:%M} UTC"
    to = f"^{escape(link)}" if link else ""
    return f"<!date^{int(at.timestamp())}^{{date_short_pretty}}, {{time}}{to}|{words}>"


def select_of(select: Select, action_id: str) -> Block | None:
    """Return a select's element; None where it has nothing that Slack could show."""
    element: Block = {"action_id": action_id, "placeholder": label("Choose", MAX_OPTION)}
    if select.among == "channels":
        element |= {
            "type": "conversations_select",
            "filter": {"include": ["public", "private"], "exclude_bot_users": True},
        }
        return element | ({"initial_conversation": select.chosen} if select.chosen else {})
    if select.among == "members":
        return element | {"type": "users_select"} | ({"initial_user": select.chosen} if select.chosen else {})
    options = [
        {"text": label(option.label, MAX_OPTION), "value": option.value}
        for option in select.options
        if 0 < len(option.value) <= MAX_OPTION_VALUE
    ][:MAX_OPTIONS]
    if not options:
        return None
    chosen = next((option for option in options if option["value"] == select.chosen), None)
    element |= {"type": "static_select", "options": options}
    return element | ({"initial_option": chosen} if chosen else {})


def size_of(block: Block) -> int:
    """Return how much of a message's room a block takes."""
    return len(json.dumps(block, ensure_ascii=False, separators=(",", ":"))) + 1


def _fitting(card: Card, look: Look, blocks: int, characters: int) -> Iterator[Block]:
    """Give the blocks that fit: what can be pressed goes before what is only read."""
    notes: list[str] = []
    last, whole = _last(card)
    if not whole:
        notes.append(_LEFT_OUT)
    links = [look.permalink(ref) for ref in _refs(card)]
    longest = max((_goes_on(link) for link in links), key=len, default="")
    # Room for a line that says what was cut.
    room, left = characters - size_of(_note(f"{_CUT}{longest}\n{_LEFT_OUT}")), blocks - 1
    kept: list[Block] = []
    for block in last:
        if size_of(block) > room - MAX_SECTION // 2 or left <= 2:
            notes = [_LEFT_OUT]
            continue
        room, left = room - size_of(block), left - 1
        kept.append(block)
    shown = ""
    for block in _read(card, look):
        if size_of(block) > room or left == 0:
            further = [link for link in links if escape(link) not in shown] or links[-1:]
            notes.insert(0, f"{_CUT}{_goes_on(further[0])}" if further else _CUT)
            break
        room, left = room - size_of(block), left - 1
        shown += str(block)
        yield block
    if notes:
        yield _note("\n".join(notes))
    yield from kept


def _refs(card: Card) -> Iterator[MessageRef]:
    """Give the messages that a card rests on, in the order in which it shows them."""
    yield from (quote.ref for quote in card.quotes)
    yield from (ref for section in card.sections for item in section.items for ref in item.refs[:1])


def _goes_on(link: str) -> str:
    return f" <{escape(link)}|It goes on here ↗>"


def _note(text: str) -> Block:
    return {"type": "context", "elements": [mrkdwn(text)]}


def _read(card: Card, look: Look) -> Iterator[Block]:
    """Give what is only read, in the order in which it is shown."""
    if card.title:
        title = f"{_TONES[card.tone]}{card.title}"
        yield {"type": "header", "text": label(title, MAX_HEADER)}
    text = _greeting(card, look) or marked(card.text)
    yield from _sections(text)
    if _CHANNEL.fullmatch(card.leads_to):
        yield from _sections(f"<#{card.leads_to}>")
    for quote in card.quotes:
        yield from _sections(_quoted(quote, look))
    for first in range(0, len(card.fields), MAX_FIELDS):
        entries = card.fields[first : first + MAX_FIELDS]
        texts = [
            mrkdwn(cut(f"*{_one_line(entry.name)}*\n{escape(entry.value)}", MAX_FIELD)) for entry in entries
        ]
        yield {"type": "section", "fields": texts}
    for section in card.sections:
        yield from _sections(_listed(section, look))
    for picture in card.pictures:
        yield _drawn(picture, look)
    if not (card.title or card.text or card.quotes or card.fields or card.sections or card.pictures):
        yield {"type": "section", "text": mrkdwn("…")}


def _last(card: Card) -> tuple[list[Block], bool]:
    """Return what can be pressed and the footer, and whether that is all of it."""
    found: list[Block] = []
    whole = True
    for number, select in enumerate(card.selects):
        name, about = numbered(number, select.name), numbered(number, select.value)
        element = select_of(select, name) if max(len(name), len(about)) <= MAX_NAME else None
        whole = whole and element is not None
        if element is not None:
            text = mrkdwn(cut(escape(select.label) or "…", MAX_SECTION))
            found.append({"type": "section", "block_id": about, "text": text, "accessory": element})
    buttons = [
        _button(number, button)
        for number, button in enumerate(card.buttons)
        if len(button.value) <= MAX_VALUE and len(numbered(number, button.name)) <= MAX_NAME
    ]
    whole = whole and len(buttons) == len(card.buttons)
    for first in range(0, len(buttons), MAX_BUTTONS):
        found.append({"type": "actions", "elements": buttons[first : first + MAX_BUTTONS]})
    if card.footer:
        found.append(_note(cut(marked(card.footer), MAX_CONTEXT)))
    return found, whole


def _button(number: int, button: Button) -> Block:
    found: Block = {
        "type": "button",
        "text": label(button.label, MAX_BUTTON),
        "action_id": numbered(number, button.name),
    }
    if button.value:
        found["value"] = button.value
    return found if button.style == "plain" else found | {"style": button.style}


def _greeting(card: Card, look: Look) -> str:
    """Return the text with mentions of who is greeted, in place of their names where these stand in it."""
    if not card.greets:
        return ""
    text, before = card.text, []
    places: list[tuple[int, int, str]] = []
    for member in card.greets:
        name = look.names.get(member, "")
        at = text.find(name) if name else -1
        if at < 0 or any(at < end and start < at + len(name) for start, end, _ in places):
            before.append(f"<@{member}>")
        else:
            places.append((at, at + len(name), member))
    parts: list[str] = []
    end = 0
    for start, until, member in sorted(places):
        parts += [marked(text[end:start]), f"<@{member}>"]
        end = until
    return " ".join([*before, "".join([*parts, marked(text[end:])])]).strip()


def _quoted(quote: Quote, look: Look) -> str:
    when = moment(quote.at, look.permalink(quote.ref))
    lines = "\n".join(f">{escape(line)}" for line in quote.text.splitlines() or [""])
    return f"*{_one_line(quote.author)}*, {when}\n{lines}"


def _listed(section: Section, look: Look) -> str:
    lines = [f"*{_one_line(section.name)}*"] if section.name else []
    for item in section.items:
        links = [f"<{escape(look.permalink(ref))}|↗>" for ref in item.refs[:_LINKS]]
        more = f" +{len(item.refs) - _LINKS}" if len(item.refs) > _LINKS else ""
        lines.append(" ".join([f"• {escape(item.text)}", *links]) + more)
    return "\n".join(lines)


def _drawn(picture: Picture, look: Look) -> Block:
    file = look.files.get(picture)
    if file is None:
        words = f"*{_one_line(picture.title)}*\n{escape(picture.alt)}"
        return {"type": "section", "text": mrkdwn(cut(words, MAX_SECTION))}
    return {
        "type": "image",
        "slack_file": {"id": file},
        "title": label(picture.title, MAX_ALT),
        "alt_text": label(picture.alt or picture.title, MAX_ALT)["text"],
    }


def _sections(text: str) -> Iterator[Block]:
    """Give a text in as many sections as it needs, cut between lines or words."""
    rest = text.strip()
    while len(rest) > MAX_SECTION:
        near = max(rest.rfind("\n", 0, MAX_SECTION), rest.rfind(" ", 0, MAX_SECTION))
        at = _break(rest, near if near > MAX_SECTION // 2 else MAX_SECTION)
        yield {"type": "section", "text": mrkdwn(rest[:at])}
        rest = rest[at:].strip()
    if rest:
        yield {"type": "section", "text": mrkdwn(rest)}


def _break(text: str, at: int) -> int:
    """Return where text in Slack's markup can be cut, at `at` or before: not within a link or an escape."""
    link = text.rfind("<", 0, at)
    if link > 0 and text.rfind(">", link, at) < 0:
        return link
    sign = text.rfind("&", max(at - _LONGEST_ESCAPE, 0), at)
    return sign if sign > 0 and text.rfind(";", sign, at) < 0 else at


def _one_line(text: str) -> str:
    return escape(" ".join(text.split())) or "…"


def _renumbered(blocks: Sequence[Block]) -> list[Block]:
    """Give blocks of several cards names that differ."""
    return [
        {**block, "block_id": numbered(number, block["block_id"].partition(":")[2])}
        if "block_id" in block
        else dict(block)
        for number, block in enumerate(blocks)
    ]


def address_of(team_url: str, team: str, ref: MessageRef) -> str:
    """Return where a message can be read; in the web client where the workspace's address is not known."""
    name = f"p{ref.message.replace('.', '')}"
    if not urlsplit(team_url).hostname:
        return f"https://app.slack.com/client/{team}/{ref.channel}/{name}"
    thread = f"?thread_ts={ref.thread}&cid={ref.channel}" if ref.thread else ""
    return f"{team_url.rstrip('/')}/archives/{ref.channel}/{name}{thread}"
