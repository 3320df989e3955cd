"""Members offer to help with what they know about; only they are ever asked to."""

import re
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Row, bindparam, delete, select

from bot.actions import Action, answer
from bot.cards import Card, Entry
from bot.commands import given
from bot.communities import settings_of, timezone, working_hours
from bot.events import CommandGiven, Event
from storage.tables import Volunteer, table
from storage.transaction import Transaction

_MOST_TOPICS, _LONGEST_TOPIC = 20, 60
# How often in a week somebody is asked who does not say how often.
_USUAL = 3
_MOST_A_WEEK = 50
_NOTHING = ("nothing", "stop", "off")
_A_WEEK = re.compile(r"(?:at most |max )?(\d{1,3})(?: times)?(?: a| per|/) ?week")
_HOW = (
    "/community help-with printing, exports; Mon-Fri 9:00-17:00; Europe/Berlin; 2 a week. "
    "Only the topics are needed; /community help-with nothing ends it."
)

_volunteer = table(Volunteer)
_MINE = select(_volunteer).where(
    _volunteer.c.community == bindparam("in_community"), _volunteer.c.member == bindparam("of_member")
)
_END = delete(_volunteer).where(
    _volunteer.c.community == bindparam("in_community"), _volunteer.c.member == bindparam("of_member")
)


class _Wrong(ValueError):
    """What somebody wrote cannot be read; says what would be right."""


def handle(event: Event, tx: Transaction) -> Sequence[Action]:
    """Write down who offers to help with what, or show them what they offered."""
    if not isinstance(event, CommandGiven) or (said := given(event, tx, "help-with")) is None:
        return []
    place = {"in_community": event.community, "of_member": event.member}
    mine = tx.row(_MINE, **place)
    if not said:
        return [answer(event, _shown(event, tx, mine) if mine else _offer())]
    if said.lower() in _NOTHING:
        tx.run(_END, **place)
        return [answer(event, "You are asked no more. Thank you!" if mine else "You had offered nothing.")]
    try:
        offered = _read(said)
    except _Wrong as wrong:
        return [answer(event, f"{wrong} For example: {_HOW}")]
    since: datetime = mine.since if mine else event.at
    tx.put(Volunteer, community=event.community, member=event.member, since=since, **offered)
    return [answer(event, _shown(event, tx, tx.row(_MINE, **place)))]


def _read(said: str) -> dict[str, Any]:
    """Read topics, and after a semicolon each the hours, the timezone and how often a week. Raises _Wrong."""
    first, *more = (part.strip() for part in re.split(r"[;\n]", said))
    topics = list(dict.fromkeys(" ".join(topic.lower().split()) for topic in first.split(",")))
    topics = [topic for topic in topics if topic]
    if not topics:
        raise _Wrong("Say first what you can help with.")
    if len(topics) > _MOST_TOPICS or any(len(topic) > _LONGEST_TOPIC for topic in topics):
        raise _Wrong(
            f"There may be {_MOST_TOPICS} topics of {_LONGEST_TOPIC} characters, with commas between them."
        )
    offered: dict[str, Any] = {"topics": topics, "hours": None, "timezone": None, "per_week": _USUAL}
    for part in filter(None, more):
        offered |= _term(part)
    return offered


def _term(part: str) -> dict[str, Any]:
    """Read one of the terms of an offer. Raises _Wrong."""
    often = _A_WEEK.fullmatch(part.lower())
    if often is not None:
        if not 1 <= int(often[1]) <= _MOST_A_WEEK:
            raise _Wrong(f"You can be asked from once to {_MOST_A_WEEK} times a week.")
        return {"per_week": int(often[1])}
    try:
        if any(letter.isdigit() for letter in part) and "/" not in part:
            return {"hours": str(working_hours(part))}
        return {"timezone": timezone(part)}
    except ValueError as error:
        told = str(error)
        raise _Wrong(f"{told[0].upper()}{told[1:]}.") from None


def _offer() -> Card:
    return Card(
        title="Help others with what you know",
        text="When a question about it stays unanswered, I ask you in private whether you can help: in turn "
        "with others who offered, never more often than you say, and you may always pass.",
        fields=(Entry(name="Say", value=_HOW),),
    )


def _shown(event: CommandGiven, tx: Transaction, mine: Row[Any] | None) -> Card:
    assert mine is not None
    zone = mine.timezone or settings_of(tx, event.community).timezone
    return Card(
        title="Thank you for helping!",
        text="When a question about this stays unanswered, I ask you in private, in turn with others.",
        fields=(
            Entry(name="You know about", value=", ".join(mine.topics)),
            Entry(name="I ask you", value=f"{mine.hours} ({zone})" if mine.hours else "at any time"),
            Entry(
                name="At most", value="once a week" if mine.per_week == 1 else f"{mine.per_week} times a week"
            ),
        ),
        footer="/community help-with, followed by topics, changes it; /community help-with nothing ends it.",
        tone="good",
    )
