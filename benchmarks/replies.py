"""How well a reply's parent is found in flat channels, beside the simple rules.

    python -m benchmarks.replies FILE [--json OUT]

FILE (.jsonl or .jsonl.gz) holds a log's messages in order: with `reply_to` as a list of places, made by
hand, `file`, `annotated` and `system` (links and whole conversations are measured), or with `reply_to`
as one native id (the first guess among the hundred messages before is measured).
"""

import argparse
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import groupby
from pathlib import Path
from typing import Any

from benchmarks.figures import Found, Rate, read_rows, save, show
from benchmarks.scores import f_interval, plain, shown
from benchmarks.talk import Channel, linked_channels, native_channels
from bot.language.feedback import read_feedback
from bot.language.linker import threads
from bot.language.linker.facts import facts_of
from bot.language.linker.reader import Linker, Links
from bot.language.parents import Said
from bot.language.questions import read_question
from bot.language.replies import read_reply

# A native reply that goes further back is not guessed by anybody.
_NEAR = 100
# So many messages are read before they are linked, when it is measured how long that takes.
_AT_ONCE = 250

# For each message of a channel what it may reply to, likeliest first; None is that it starts something.
Reader = Callable[[Sequence[Said]], list[list[str | None]]]


def _ours(talk: Sequence[Said]) -> list[list[str | None]]:
    parents = threads.conversations(Linker().read(talk))
    return [[parents[said.id]] for said in talk]


def _likeliest(talk: Sequence[Said]) -> list[list[str | None]]:
    return [list(links.ids) for links in Linker().read(talk)]


def _previous(talk: Sequence[Said]) -> list[list[str | None]]:
    return [[talk[place - 1].id if place else None] for place in range(len(talk))]


def _last_mention(talk: Sequence[Said]) -> list[list[str | None]]:
    last: dict[str, str] = {}
    found: list[list[str | None]] = []
    order: dict[str, int] = {}
    for place, said in enumerate(talk):
        called = [last[who] for who in said.mentions if who in last]
        before = talk[place - 1].id if place else None
        found.append([max(called, key=lambda id: order[id]) if called else before])
        last[said.author], order[said.id] = said.id, place
    return found


READERS: dict[str, Reader] = {
    "ours": _ours,
    "previous message": _previous,
    "last of whom it mentions, else previous": _last_mention,
}


# Of a native reply it is known that it joins something: only which message is asked.
GUESSING = READERS | {"ours": _likeliest}


def links(channel: Channel, reader: Reader) -> dict[str, str]:
    """Return the parent of every message read by hand; what starts something is its own."""
    return {
        said.id: found[0] or said.id
        for said, found in zip(channel.talk, reader(channel.talk), strict=True)
        if said.id in channel.parents
    }


def link_figures(channel: Channel, claimed: Mapping[str, str]) -> Counter[str]:
    """Count links right, wrong and missed; each notice of the server is a conversation of its own."""
    right = sum(parent in channel.parents[id] for id, parent in claimed.items())
    true = sum(len(parents) for parents in channel.parents.values())
    return Counter(right=right, claimed=len(claimed), true=true, notices=channel.notices)


def conversations(links: Iterable[tuple[str, Iterable[str]]]) -> set[frozenset[str]]:
    """Join linked messages into conversations of two or more."""
    root: dict[str, str] = {}

    def of(id: str) -> str:
        while root.setdefault(id, id) != id:
            root[id] = root[root[id]]
            id = root[id]
        return id

    members: dict[str, set[str]] = defaultdict(set)
    told = [(id, list(parents)) for id, parents in links]
    for id, parents in told:
        for parent in parents:
            root[of(id)] = of(parent)
    for id, _ in told:
        members[of(id)].add(id)
    return {frozenset(each) for each in members.values() if len(each) > 1}


def measure_links(channels: Sequence[Channel]) -> dict[str, Any]:
    figures: dict[str, Any] = {}
    rows = []
    for name, reader in READERS.items():
        counts: Counter[str] = Counter()
        exact = Found(0, 0, 0)
        for channel in channels:
            claimed = links(channel, reader)
            counts += link_figures(channel, claimed)
            ours = conversations((id, [parent]) for id, parent in claimed.items())
            true = conversations(channel.parents.items())
            both = len(ours & true)
            exact = Found(exact.right + both, exact.wrong + len(ours) - both, exact.missed + len(true) - both)
        talk = _found(counts, 0)
        published = _found(counts, counts["notices"])
        rows.append([name, *shown(published), f"{talk.f:.3f}", f"{exact.f:.3f}"])
        figures[name] = {
            "links": plain(published),
            "links_of_talk": plain(talk),
            "exact_f": exact.f,
            "exact_f_interval": f_interval(exact),
        }
    messages = sum(len(channel.parents) for channel in channels)
    show(
        f"Who replies to whom: {messages} messages in {len(channels)} pieces of log",
        ["rule", "precision", "recall", "F as published", "F, talk alone", "exact conversations, F"],
        rows,
        "As published, a notice of the server counts as a conversation of its own.",
    )
    return {"messages": messages, **figures["ours"], "rules": figures}


def _found(counts: Counter[str], notices: int) -> Found:
    right = counts["right"] + notices
    return Found(right, counts["claimed"] + notices - right, counts["true"] + notices - right)


def measure_native(channels: Sequence[Channel]) -> dict[str, Any]:
    """A native reply never goes to its own author, and always somewhere: the guess knows that much."""
    figures: dict[str, Rate] = {}
    for name, reader in GUESSING.items():
        right = total = 0
        for channel in channels:
            authors = {said.id: said.author for said in channel.talk}
            places = {said.id: place for place, said in enumerate(channel.talk)}
            # Who spoke last before each message and is not its author.
            other = ""
            for place, (said, found) in enumerate(zip(channel.talk, reader(channel.talk), strict=True)):
                if place and channel.talk[place - 1].author != said.author:
                    other = channel.talk[place - 1].id
                true = channel.parents.get(said.id, frozenset())
                if not any(place - _NEAR <= places.get(id, place) < place for id in true):
                    continue
                guess = next((id for id in found if id and authors[id] != said.author), other)
                total += 1
                right += guess in true
        figures[name] = Rate(right, total)
    show(
        f"Native replies, first guess within {_NEAR} messages",
        ["rule", "right"],
        [[name, figure] for name, figure in figures.items()],
    )
    return {"first_guess": figures["ours"].value, "rules": figures}


def speeds(channels: Sequence[Channel]) -> tuple[float, float]:
    """Messages a second: everything that is read of one, as they come; and linking alone."""

    def read(text: str) -> None:
        read_question(text, starts=False)
        read_reply(text, by_asker=False)
        read_feedback(text)

    return _per_second(channels, read), _per_second(channels, lambda text: None)


def _per_second(channels: Sequence[Channel], read: Callable[[str], None]) -> float:
    """Messages a second that are read and linked some at a time, as Hearth does; none was read before."""
    for reading in (read_question, read_reply, facts_of):
        reading.forget()
    started = time.process_time()
    for channel in channels:
        linker = Linker()
        links: list[Links] = []
        for start in range(0, len(channel.talk), _AT_ONCE):
            some = channel.talk[start : start + _AT_ONCE]
            for said in some:
                read(said.text)
            links += linker.read(some)
        threads.conversations(links)
    return sum(len(channel.talk) for channel in channels) / (time.process_time() - started)


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    arguments.add_argument("file", type=Path)
    arguments.add_argument("--json", type=Path)
    given = arguments.parse_args()

    rows = list(read_rows(given.file))
    if not rows or not {"reply_to", "text", "user"} <= rows[0].keys():
        raise SystemExit(f"{given.file.name}: these rows are not messages with a reply_to.")
    figures: dict[str, Any] = {"file": given.file.name}
    if "annotated" in rows[0]:
        for part, some in groupby(rows, key=lambda row: f"{row.get('part', '')} {row['channel']}".strip()):
            figures.setdefault("parts", {}).setdefault(part, []).extend(some)
        figures["parts"] = {
            part: _part(part, linked_channels(some)) for part, some in sorted(figures["parts"].items())
        }
        channels = linked_channels(rows)
        print("\nAll together")
        figures |= measure_links(channels)
    else:
        channels = native_channels(rows)
        figures |= measure_native(channels)
    figures["per_second"], figures["links_per_second"] = speeds(channels)
    print(
        f"{figures['per_second']:,.0f} messages a second on one core: question, kind of reply, feedback "
        f"and link; {figures['links_per_second']:,.0f} links alone"
    )
    save(given.json, figures)


def _part(name: str, channels: Sequence[Channel]) -> dict[str, Any]:
    print(f"\n{name}")
    return measure_links(channels)


if __name__ == "__main__":
    main()
