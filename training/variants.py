"""Logs as other platforms would show them: people who do not call each other by name, and less of a crowd."""

import random
import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from benchmarks.replies import conversations
from benchmarks.talk import Channel
from bot.language.parents import Said

# How many calls are taken out where people are not to call each other, and how many conversations go.
_UNCALLED = 0.85
_GONE = 0.5
# What somebody says in a row within this is one message elsewhere.
_TOGETHER = timedelta(minutes=1.5)
_CALL = re.compile(r"^\s*@?(?P<name>[^\s:,]+)\s*[:,]+\s*")


def without_names(channel: Channel, chance: random.Random) -> Channel:
    """Return a log in which hardly anybody calls another by name."""
    return Channel(channel.name, [_uncalled(said, chance) for said in channel.talk], channel.parents)


def _uncalled(said: Said, chance: random.Random) -> Said:
    if not said.mentions or chance.random() >= _UNCALLED:
        return said
    text = said.text
    names = {name.lower() for name in said.mentions}
    call = _CALL.match(text)
    if call is not None and call["name"].lower() in names:
        text = text[call.end() :]
    for name in said.mentions:
        text = re.sub(rf"(?<!\w){re.escape(name)}(?!\w)", "", text, flags=re.IGNORECASE)
    return replace(said, text=text.strip() or said.text, mentions=frozenset())


def quieter(channel: Channel, chance: random.Random) -> Channel:
    """Return a log in which every second conversation is missing, nobody calls, and what somebody says in a
    row is one message."""
    groups = conversations(channel.parents.items())
    of = {id: number for number, group in enumerate(sorted(groups, key=min)) for id in group}
    gone = {number for number in set(of.values()) if chance.random() < _GONE}
    kept = [said for said in channel.talk if said.id in channel.parents and of.get(said.id, -1) not in gone]
    kept = [said for said in kept if said.id in of or chance.random() >= _GONE]
    return _joined(channel, [_uncalled(said, chance) for said in kept])


def _joined(channel: Channel, talk: Sequence[Said]) -> Channel:
    found = Channel(channel.name)
    into: dict[str, str] = {}
    said_at: dict[str, datetime] = {}
    for said in talk:
        last = found.talk[-1] if found.talk else None
        parents = channel.parents[said.id]
        if (
            last is not None
            and last.author == said.author
            and said.at - said_at[last.id] <= _TOGETHER
            and any(into.get(id) == last.id for id in parents)
        ):
            found.talk[-1] = replace(
                last, text=f"{last.text}\n{said.text}", mentions=last.mentions | said.mentions
            )
            into[said.id] = last.id
        else:
            found.talk.append(said)
            into[said.id] = said.id
            known = frozenset(into[id] for id in parents if id in into and id != said.id)
            found.parents[said.id] = known or frozenset({said.id})
        said_at[into[said.id]] = said.at
    return found
