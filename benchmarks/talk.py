"""Reads measured talk, in the forms it is published in, as messages with their times and true links."""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from itertools import groupby
from typing import Any

from bot.language.parents import Said
from bot.language.questions import ASKS, read_question

Row = dict[str, Any]

_NAME = re.compile(r"[\w\[\]\\`^{}|\-]+")
# A shorter name is a word as often as it is a call ("it", "so").
_SHORTEST_NAME = 3
# In IRC people are often called by the beginning of their name; before a comma a short word is no such call.
# Who has not spoken for so many messages is not meant.
_CALL = re.compile(r"\s*@?([^\s:,]{3,}):\s|\s*@?([^\s:,]{5,}),\s")
_LATELY = 120
_FORMS = ("%Y-%m-%d %I:%M %p", "%b %d %Y at %H:%M")
_START = datetime(2000, 1, 1, tzinfo=UTC)


@dataclass(slots=True)
class Channel:
    """A channel's messages in order, the true parents of those that have been read by hand, and how many
    notices of the server count as conversations of their own in the published figures."""

    name: str
    talk: list[Said] = field(default_factory=list)
    parents: dict[str, frozenset[str]] = field(default_factory=dict)
    notices: int = 0


def when(text: str | None, before: datetime = _START) -> datetime:
    """Read a time in any of the forms of the data; where there is none, it is that of the message before."""
    if not text:
        return before
    text = text.replace("a.m.", "AM").replace("p.m.", "PM")
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        at = next(found for form in _FORMS if (found := _parsed(text, form)) is not None)
    return at if at.tzinfo else at.replace(tzinfo=UTC)


def _parsed(text: str, form: str) -> datetime | None:
    try:
        return datetime.strptime(text, form).replace(tzinfo=UTC)
    except ValueError:
        return None


def linked_channels(rows: Iterable[Row]) -> list[Channel]:
    """Channels of rows with hand-made `reply_to` (a list of places) in files that are windows of a log."""
    files: dict[str, list[Row]] = defaultdict(list)
    for row in rows:
        files[row["file"]].append(row)
    return [_linked(name, found) for name, found in files.items()]


def _linked(name: str, rows: Sequence[Row]) -> Channel:
    channel = Channel(name)
    names: dict[str, str] = {}
    spoke: dict[str, int] = {}
    at = _START
    for row in rows:
        if row["system"] or row["user"] is None:
            channel.notices += row["annotated"] and not row["reply_to"]
            continue
        at = when(row["ts"], at)
        names[row["user"].lower()] = row["user"]
        said = spoken(_place(row["idx"]), row["user"], at, row["text"], names)
        spoke.pop(row["user"], None)
        if not said.mentions and (called := _called_in_short(row["text"], spoke, len(channel.talk))):
            said = replace(said, mentions=frozenset({called}))
        spoke[row["user"]] = len(channel.talk)
        channel.talk.append(said)
        if row["annotated"]:
            channel.parents[said.id] = frozenset(_place(idx) for idx in row["reply_to"]) or frozenset(
                {said.id}
            )
    channel.talk = spread(channel.talk)
    return channel


def _called_in_short(text: str, spoke: dict[str, int], now: int) -> str | None:
    """Return whom a text calls first by part of a name, of those who `spoke` lately, the latest last."""
    found = _CALL.match(text.lower())
    if found is None:
        return None
    word = found[1] or found[2]
    for name, place in reversed(spoke.items()):
        if now - place > _LATELY:
            return None
        low = name.lower()
        if low.startswith(word) or low.strip("_-|[]`^{}\\").startswith(word):
            return name
        if len(low) > _SHORTEST_NAME and word.startswith(low):
            return name
    return None


def _place(idx: int) -> str:
    return f"{idx:06}"


def native_channels(rows: Iterable[Row]) -> list[Channel]:
    """Channels of rows with a platform's native `reply_to` (one id); they are the truth, and hidden."""
    channels: dict[str, list[Row]] = defaultdict(list)
    for row in rows:
        channels[f"{row.get('forum', '')}/{row['channel']}"].append(row)
    return [_native(name, found) for name, found in channels.items()]


def _native(name: str, rows: Sequence[Row]) -> Channel:
    names = {row["user"].lower(): row["user"] for row in rows}
    channel = Channel(name)
    for row in rows:
        channel.talk.append(spoken(row["id"], row["user"], when(row["ts"]), row["text"], names))
        if row["reply_to"]:
            channel.parents[row["id"]] = frozenset({row["reply_to"]})
    channel.talk.sort(key=lambda said: (said.at, said.id))
    channel.talk = spread(channel.talk)
    return channel


def spread(talk: Sequence[Said]) -> list[Said]:
    """Return messages in order whose times are known to the minute with the minute shared out among them."""
    apart: list[Said] = []
    for at, group in groupby(talk, key=lambda said: said.at):
        together = list(group)
        coarse = not at.second and not at.microsecond
        step = timedelta(minutes=1) / (len(together) + 1) if coarse else timedelta()
        apart += [replace(said, at=at + place * step) for place, said in enumerate(together, 1)]
    return apart


def spoken(id: str, author: str, at: datetime, text: str, names: dict[str, str]) -> Said:
    """Make a message; who of `names` (by lower-case name) its text calls is mentioned."""
    called = (names.get(word) for word in _NAME.findall(text.lower()) if len(word) >= _SHORTEST_NAME)
    mentions = frozenset(name for name in called if name is not None and name != author)
    asks = read_question(text).probability >= ASKS
    return Said(id, author, at, text, mentions=mentions, asks=asks)


def conversation(row: Row) -> list[Said]:
    """The messages of a row that is one thread or dialog, first to last, in the order given."""
    names = {str(message["user"]).lower(): str(message["user"]) for message in row["messages"]}
    said: list[Said] = []
    at = _START
    for place, message in enumerate(row["messages"]):
        at = when(message.get("ts"), at)
        text = message["text"] or ""
        one = spoken(f"{place:06}", str(message["user"]), at, text, names)
        said.append(replace(one, bot=True) if message.get("bot") else one)
    return said


def opening(talk: Sequence[Said]) -> tuple[str, int]:
    """Return what the first author says before anybody else speaks, and how many messages that is."""
    last = next((place for place, said in enumerate(talk) if said.author != talk[0].author), len(talk))
    return "\n".join(said.text for said in talk[:last]), last


def in_order(talk: Iterable[Said]) -> Iterator[Said]:
    """Yield messages by time and id, as a channel shows them."""
    yield from sorted(talk, key=lambda said: (said.at, said.id))
