"""Puts dialogs that were told apart by hand back into the channels they ran through, one over the other."""

from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from benchmarks.talk import Row, in_order, spoken, spread, when
from bot.language.linker.reader import Linker, Links
from bot.language.parents import OWN_WITHIN, Said


@dataclass(frozen=True, slots=True)
class Asked:
    """A question of a dialog: the messages it is, who else spoke in the dialog and when, and its label."""

    id: str
    asker: str
    at: datetime
    opening: frozenset[str]
    others: tuple[datetime, ...]
    label: str


@dataclass(slots=True)
class Stream:
    """A channel's messages in order, with the questions among them."""

    name: str
    talk: list[Said] = field(default_factory=list)
    questions: list[Asked] = field(default_factory=list)


def streams(rows: Iterable[Row], talk: Iterable[Row] = ()) -> list[Stream]:
    """Merge the dialogs of each channel by time; `talk`, where given, is all that was said there."""
    files: dict[str, list[Row]] = defaultdict(list)
    for row in rows:
        files[row.get("file") or row.get("channel") or row.get("stream") or ""].append(row)
    more: dict[str, list[Row]] = defaultdict(list)
    for row in talk:
        more[row.get("file") or row["channel"]].append(row)
    return [_stream(name, found, more.get(name, [])) for name, found in files.items()]


def _stream(name: str, rows: Sequence[Row], more: Sequence[Row]) -> Stream:
    # The same dialog may have been told apart twice: what was said at one time by one person is one message.
    wires = [(row["id"], place, message) for row in rows for place, message in enumerate(row["messages"])]
    # Rows of a log are messages, rows of dialogs hold them.
    wires += [(row["id"], place, each) for row in more for place, each in enumerate(row.get("messages", ()))]
    wires += [("", 0, row) for row in more if "messages" not in row and not row["system"] and row["user"]]
    names = {str(message["user"]).lower(): str(message["user"]) for _, _, message in wires}
    said: dict[str, Said] = {}
    twice: dict[tuple[str, str, str], Said] = {}
    last: datetime | None = None
    for dialog, place, message in wires:
        id = _id(dialog, place, message)
        last = when(message["ts"], last) if last is not None else when(message["ts"])
        if id not in said:
            one = spoken(id, str(message["user"]), last, message["text"] or "", names)
            said[id] = twice.setdefault((str(message["ts"]), one.author, one.text), one)
    stream = Stream(name, spread(list(in_order({one.id: one for one in said.values()}.values()))))
    for row in rows:
        dialog = [said[_id(row["id"], place, message)] for place, message in enumerate(row["messages"])]
        stream.questions.append(_asked(row, dialog))
    return stream


def _id(dialog: str, place: int, message: Row) -> str:
    return f"{message['idx']:07}" if "idx" in message else f"{dialog}#{place:05}"


def _asked(row: Row, dialog: Sequence[Said]) -> Asked:
    asker = str(row["asker"])
    opening: list[Said] = []
    for said in dialog:
        if said.author != asker or (opening and said.at - opening[-1].at > OWN_WITHIN):
            break
        opening.append(said)
    others = tuple(said.at for said in dialog if said.author != asker)
    ids = frozenset(said.id for said in opening or dialog[:1])
    return Asked(row["id"], asker, dialog[0].at, ids, others, row["label"])


def read(stream: Stream) -> dict[str, Links]:
    """Return what each message may reply to, as read from the channel alone."""
    return {links.message: links for links in Linker().read(stream.talk)}


def after(stream: Stream, asked: Asked, by: datetime) -> tuple[list[Said], list[Said]]:
    """Return what the asker said in asking, and all that was said in the channel since, up to a moment."""
    start = bisect_left(stream.talk, asked.at, key=lambda said: said.at)
    end = bisect_right(stream.talk, by, key=lambda said: said.at)
    since = stream.talk[start:end]
    opening = [said for said in since if said.id in asked.opening]
    return opening, [said for said in since if said.id not in asked.opening and said.at >= opening[0].at]


def seen_long_enough(stream: Stream, asked: Asked, wait: timedelta) -> bool:
    """Say whether the channel goes on for as long after a question: near its end nothing can be told."""
    return stream.talk[-1].at - asked.at >= wait
