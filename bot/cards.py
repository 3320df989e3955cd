"""What Hearth shows: a message in parts, without any platform's markup.

Every text in a card is plain: adapters escape it, cut it to their limits, and turn a `MessageRef`
into a link. Nothing in it pings, but for the members in `greets`.
"""

from datetime import datetime
from typing import Literal

from pydantic import BaseModel, ConfigDict


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class MessageRef(_Part):
    """A message of the same community; adapters make a link of it."""

    channel: str
    message: str
    thread: str | None = None


class Quote(_Part):
    """What somebody said, with the way there."""

    author: str
    text: str
    ref: MessageRef
    at: datetime


class Entry(_Part):
    """A name with a value, as "Waiting: 5 h"."""

    name: str
    value: str


class Item(_Part):
    """A line of a section, with the messages it rests on."""

    text: str
    refs: tuple[MessageRef, ...] = ()


class Section(_Part):
    """Lines under a name."""

    name: str
    items: tuple[Item, ...]


class Line(_Part):
    """A row of numbers in a picture: one for each label, None where nothing is known."""

    name: str
    values: tuple[float | None, ...]


class Picture(_Part):
    """Numbers over time to be drawn, as bars or lines, with words for who does not see it.

    A card holds the numbers; adapters have them drawn (`bot.pictures`) for where they are shown.
    """

    title: str
    labels: tuple[str, ...]
    lines: tuple[Line, ...]
    kind: Literal["bars", "lines"] = "bars"
    # What the numbers count: "messages", "%". A "time" in seconds is shown on a scale on which minutes and
    # weeks can both be seen, each step some times as long as the one below it.
    unit: str = ""
    alt: str


class Button(_Part):
    """Something to press: it comes back as `ButtonPressed` with the same name and value."""

    label: str
    name: str
    value: str = ""
    style: Literal["plain", "primary", "danger"] = "plain"


class Option(_Part):
    """Something that can be chosen: what it says, and what comes back for it."""

    label: str
    value: str


class Select(_Part):
    """Something to choose from; in a card it comes back as `ButtonPressed` with `chosen`.

    `among` says where the choices come from: the `options` given, or the channels or members of the community
    as the platform lists them. `chosen` is what is chosen already.
    """

    label: str
    name: str
    value: str = ""
    among: Literal["options", "channels", "members"] = "options"
    options: tuple[Option, ...] = ()
    chosen: str = ""


class TextField(_Part):
    """Something to write, in a form."""

    label: str
    name: str
    text: str = ""
    hint: str = ""
    lines: bool = False
    optional: bool = False
    most: int = 3_000


class Form(_Part):
    """Questions asked at once in a window of their own; it comes back as `FormSubmitted`."""

    title: str
    name: str
    value: str = ""
    text: str = ""
    fields: tuple[TextField | Select, ...]
    submit: str = "Save"


class Card(_Part):
    """A message in parts, in the order they are shown. Only `title` or `text` must say something.

    `leads_to` is a channel that the text names: a platform shows the way there below it.
    """

    title: str = ""
    text: str = ""
    leads_to: str = ""
    greets: tuple[str, ...] = ()
    quotes: tuple[Quote, ...] = ()
    fields: tuple[Entry, ...] = ()
    sections: tuple[Section, ...] = ()
    pictures: tuple[Picture, ...] = ()
    selects: tuple[Select, ...] = ()
    buttons: tuple[Button, ...] = ()
    footer: str = ""
    tone: Literal["plain", "good", "warning"] = "plain"


def shorten(text: str, most: int) -> str:
    """Return `text` in at most `most` characters, with an ellipsis where it was cut."""
    return text if len(text) <= most else text[: most - 1].rstrip() + "…"


def plain(card: Card) -> str:
    """Return the card's words alone, for a notification, a log of what was said, or a terminal."""
    lines = [card.title, card.text]
    lines += [f"> {quote.author}: {quote.text}" for quote in card.quotes]
    lines += [f"{entry.name}: {entry.value}" for entry in card.fields]
    for section in card.sections:
        lines.append(section.name)
        lines += [f"- {item.text}" for item in section.items]
    lines += [picture.alt for picture in card.pictures]
    lines.append(card.footer)
    return "\n".join(line for line in lines if line)
