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
from bot.language.parents import WINDOW, Parent, Said, parent_of
from bot.language.questions import read_question
from bot.language.replies import read_reply

# A native reply that goes further back is not guessed by anybody.
_NEAR = 100

Rule = Callable[[Said, Sequence[Said]], Parent]


def _previous(message: Said, before: Sequence[Said]) -> Parent:
    return Parent(before[-1].id, "next") if before else Parent(None, "new")


def _last_mention(message: Said, before: Sequence[Said]) -> Parent:
    called = (said for said in reversed(before) if said.author in message.mentions)
    first = next(called, None)
    return Parent(first.id, "mention") if first is not None else _previous(message, before)


RULES: dict[str, Rule] = {
    "ours": parent_of,
    "previous message": _previous,
    "last of whom it mentions, else previous": _last_mention,
}


def links(channel: Channel, rule: Rule) -> dict[str, str]:
    """Return the parent of every message read by hand; what starts something is its own."""
    claimed: dict[str, str] = {}
    for place, said in enumerate(channel.talk):
        if said.id in channel.parents:
            claimed[said.id] = rule(said, channel.talk[max(0, place - WINDOW) : place]).id or said.id
    return claimed


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
    for name, rule in RULES.items():
        counts: Counter[str] = Counter()
        exact = Found(0, 0, 0)
        for channel in channels:
            claimed = links(channel, rule)
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
    for name, rule in RULES.items():
        right = total = 0
        for channel in channels:
            places = {said.id: place for place, said in enumerate(channel.talk)}
            for place, said in enumerate(channel.talk):
                true = channel.parents.get(said.id, frozenset())
                if not any(place - _NEAR <= places.get(id, place) < place for id in true):
                    continue
                others = [
                    one for one in channel.talk[max(0, place - _NEAR) : place] if one.author != said.author
                ]
                guess = rule(said, others[-WINDOW:]).id
                total += 1
                right += (guess or (others[-1].id if others else "")) in true
        figures[name] = Rate(right, total)
    show(
        f"Native replies, first guess within {_NEAR} messages",
        ["rule", "right"],
        [[name, figure] for name, figure in figures.items()],
    )
    return {"first_guess": figures["ours"].value, "rules": figures}


def _guess(rule: Rule, said: Said, before: Sequence[Said]) -> str:
    others = {one.id: one for one in before if one.author != said.author}
    guess = rule(said, before[-WINDOW:]).id
    return guess if guess in others else next(reversed(others), "")


def speeds(channels: Sequence[Channel]) -> tuple[float, float]:
    """Messages a second: everything that is read of one, nothing remembered; and linking alone."""
    texts = [said.text for channel in channels for said in channel.talk]
    read_question.forget()
    read_reply.forget()
    started = time.perf_counter()
    for text in texts:
        read_question(text)
        read_reply(text, by_asker=False)
        read_feedback(text)
    reading = time.perf_counter() - started
    started = time.perf_counter()
    for channel in channels:
        for place, said in enumerate(channel.talk):
            parent_of(said, channel.talk[max(0, place - WINDOW) : place])
    linking = time.perf_counter() - started
    return len(texts) / (reading + linking), len(texts) / linking


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
