"""Who offered to help is asked to, one after the other, when nobody answers what they know about."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Row, bindparam, case, func, select, update

from bot.actions import Action, Tell, Update
from bot.cards import Button, Card, Entry, MessageRef, Quote, shorten
from bot.communities import (
    channel_name,
    has_left,
    is_bot,
    may_quote,
    member_name,
    next_within,
    settings_of,
    working_hours,
)
from bot.features.questions.asked import Asked, key_of
from bot.features.questions.drafting import draft_button
from bot.language.topics import topics_of
from bot.language.unmarked import unmarked
from bot.manners import manners_of
from storage.tables import Asking, Volunteer, table
from storage.transaction import Transaction

# How what is due begins when the next volunteer is to be asked; the question follows.
NEXT = "help:"
HELP, PASS = "question.help", "question.pass"
HELPS, PASSED, UNREACHABLE = "helps", "passed", "unreachable"
# Of one question so many are asked; who could answer it is not among those who offered.
_MOST_ASKED = 3
# More names than this nobody reads.
_NAMED = 5
_QUOTED = 600
_WEEK = timedelta(days=7)

_volunteer, _asking = table(Volunteer), table(Asking)
_so_far = (
    select(
        _asking.c.member,
        func.max(_asking.c.asked_at).label("last_asked_at"),
        func.sum(case((_asking.c.asked_at > bindparam("week_ago"), 1), else_=0)).label("this_week"),
    )
    .where(_asking.c.community == bindparam("in_community"))
    .group_by(_asking.c.member)
    .subquery()
)
# Each volunteer, when they were asked last of anything, and how often since a time.
_VOLUNTEERS = (
    select(_volunteer, _so_far.c.last_asked_at, func.coalesce(_so_far.c.this_week, 0).label("this_week"))
    .select_from(_volunteer.outerjoin(_so_far, _so_far.c.member == _volunteer.c.member))
    .where(_volunteer.c.community == bindparam("in_community"))
)
_ASKED = (
    select(_asking.c.member, _asking.c.asked_at, _asking.c.outcome)
    .where(
        _asking.c.community == bindparam("in_community"),
        _asking.c.channel == bindparam("in_channel"),
        _asking.c.message == bindparam("of_message"),
    )
    .order_by(_asking.c.asked_at, _asking.c.member)
)
_SETTLE = (
    update(_asking)
    .where(
        _asking.c.community == bindparam("in_community"),
        _asking.c.channel == bindparam("in_channel"),
        _asking.c.message == bindparam("of_message"),
        _asking.c.member == bindparam("of_member"),
    )
    .values(outcome=bindparam("as_outcome"))
)


@dataclass(frozen=True, slots=True)
class _Knowing:
    """A volunteer who knows about a question: of which topics, and when they may be asked."""

    member: str
    topics: tuple[str, ...]
    # None where they have had their share of the week.
    from_then: datetime | None
    last_asked_at: datetime | None


def ask_next(tx: Transaction, asked: Asked, at: datetime) -> Sequence[Action]:
    """Ask whose turn it is among those who know about an open question, and set a time for the next.

    Nobody is asked outside of their hours, more often in seven days than they said, or about what is said
    where they might not read it.
    """
    if not manners_of(asked.community).offered_words:
        return []
    before = _asked_so_far(tx, asked)
    if len(before) >= _MOST_ASKED:
        return []
    able = [each for each in _knowing(tx, asked, at) if each.from_then is not None]
    able = [each for each in able if each.member not in {row.member for row in before}]
    if not able:
        return []
    due = f"{NEXT}{key_of(asked.channel, asked.message)}"
    settings = settings_of(tx, asked.community)
    now = [each for each in able if each.from_then == at]
    if not now:
        tx.schedule(asked.community, "questions", due, min(filter(None, (each.from_then for each in able))))
        return []
    whose_turn = now[0]
    tx.put(Asking, **_place(asked), member=whose_turn.member, asked_at=at, outcome=None)
    tx.schedule(asked.community, "questions", due, settings.after(at, settings.limit_in(asked.channel)))
    card = _request(tx, asked, whose_turn)
    return [
        Tell(
            key=_key(asked, whose_turn.member),
            community=asked.community,
            member=whose_turn.member,
            offered=True,
            card=card,
        )
    ]


def asked_by(key: str) -> tuple[str, str, str] | None:
    """Return channel and head of the question, and the member whom the action with this key asked to help."""
    question, _, member = key.removeprefix(NEXT).rpartition(":")
    channel, _, head = question.partition("/")
    return (channel, head, member) if key.startswith(NEXT) and head else None


def may_help(tx: Transaction, asked: Asked, member: str) -> bool:
    """Return whether a member was asked to help with a question, and did not pass."""
    return any(row.member == member and row.outcome != PASSED for row in _asked_so_far(tx, asked))


def settle(tx: Transaction, asked: Asked, member: str, outcome: str, because: str) -> Sequence[Action] | None:
    """Write down what came of asking a volunteer, and show it to them; None if they were not asked."""
    row = next((row for row in _asked_so_far(tx, asked) if row.member == member), None)
    if row is None:
        return None
    place = {"in_community": asked.community, "in_channel": asked.channel, "of_message": asked.message}
    tx.run(_SETTLE, **place, of_member=member, as_outcome=outcome)
    if outcome == UNREACHABLE:
        return []
    return [_shown(tx, asked, member, outcome, because)]


def keep_told(tx: Transaction, asked: Asked, because: str) -> Sequence[Action]:
    """Return what shows those who were asked how a question stands now."""
    if asked.flagged_at is None:
        return []  # Nobody is asked before managers are told.
    return [
        _shown(tx, asked, row.member, row.outcome, because)
        for row in _asked_so_far(tx, asked)
        if row.outcome not in (PASSED, UNREACHABLE)
    ]


def who_helps(tx: Transaction, asked: Asked, at: datetime) -> tuple[Entry, ...]:
    """Say who was asked to help with an open question, and who else knows about it."""
    if asked.state != "unanswered":
        return ()
    before = _asked_so_far(tx, asked)
    words = {HELPS: " (will look)", PASSED: " (passed)", UNREACHABLE: " (could not be told)", None: ""}
    entries = []
    if before:
        named = (member_name(tx, asked.community, row.member) + words[row.outcome] for row in before)
        entries.append(Entry(name="Asked to help", value=", ".join(named)))
    others = [each.member for each in _knowing(tx, asked, at)]
    others = [member for member in others if member not in {row.member for row in before}]
    if others:
        named = (member_name(tx, asked.community, member) for member in others[:_NAMED])
        more = f" and {len(others) - _NAMED} more" if len(others) > _NAMED else ""
        entries.append(Entry(name="Also offered to help", value=", ".join(named) + more))
    return tuple(entries)


def _knowing(tx: Transaction, asked: Asked, at: datetime) -> list[_Knowing]:
    """Return the volunteers who know about a question, in their turn: who waited longest comes first."""
    # Whoever offers is anybody: they are told only of what everybody can read.
    if not asked.text or not may_quote(tx, asked.community, asked.channel, ""):
        return []
    rows = tx.rows(_VOLUNTEERS, in_community=asked.community, week_ago=at - _WEEK)
    text = f"{asked.text}\n{channel_name(tx, asked.community, asked.channel).replace('-', ' ')}"
    found = [
        _Knowing(row.member, tuple(topics), _from_then(tx, asked.community, row, at), row.last_asked_at)
        for row in rows
        if (topics := topics_of(text, row.topics))
        and row.member != asked.asker
        and not is_bot(tx, asked.community, row.member)
        and not has_left(tx, asked.community, row.member, row.since)
    ]
    found.sort(key=lambda each: (each.last_asked_at is not None, each.last_asked_at or at, each.member))
    return found


def _from_then(tx: Transaction, community: str, row: Row[Any], at: datetime) -> datetime | None:
    if row.this_week >= row.per_week:
        return None
    hours = working_hours(row.hours)
    zone = ZoneInfo(row.timezone) if row.timezone else settings_of(tx, community).zone
    return next_within(hours, zone, at)


def _asked_so_far(tx: Transaction, asked: Asked) -> Sequence[Row[Any]]:
    return tx.rows(_ASKED, in_community=asked.community, in_channel=asked.channel, of_message=asked.message)


def _place(asked: Asked) -> dict[str, str]:
    return {"community": asked.community, "channel": asked.channel, "message": asked.message}


def _key(asked: Asked, member: str) -> str:
    return f"{NEXT}{key_of(asked.channel, asked.message)}:{member}"


def _request(tx: Transaction, asked: Asked, to: _Knowing) -> Card:
    return Card(
        title="Can you help with this?",
        text=f"Nobody has answered it yet, and you said that you know about {' and '.join(to.topics)}.",
        quotes=_quotes(tx, asked),
        fields=(Entry(name="Where", value=f"#{channel_name(tx, asked.community, asked.channel)}"),),
        buttons=(*_buttons(asked), *draft_button(tx, asked)),
        footer="You offered to be asked; /community help-with changes that, or ends it.",
    )


def _shown(tx: Transaction, asked: Asked, member: str, outcome: str | None, because: str) -> Update:
    key = _key(asked, member)
    return Update(
        key=f"update:{because}:{key}",
        community=asked.community,
        member=member,
        post=key,
        card=_settled(tx, asked, member, outcome),
    )


def _settled(tx: Transaction, asked: Asked, member: str, outcome: str | None) -> Card:
    """Return what somebody who was asked sees from now on."""
    if not asked.stands:
        return Card(text="What you were asked to help with was taken back, or reads otherwise now.")
    quotes = _quotes(tx, asked)
    if asked.state != "unanswered":
        by_them = asked.helper == member
        return Card(
            title="You answered it. Thank you!" if by_them else "This is settled",
            text="" if by_them else "Thank you for being there!",
            quotes=quotes,
            tone="good",
        )
    if outcome == PASSED:
        return Card(text="You passed; I ask somebody else, or leave it to the managers.")
    if outcome == HELPS:
        return Card(
            title="It waits for you",
            text="Thank you! Answer where it was asked.",
            quotes=quotes,
            buttons=(
                Button(label="I can't after all", name=PASS, value=key_of(asked.channel, asked.message)),
                *draft_button(tx, asked),
            ),
        )
    return Card(
        title="Can you help with this?", quotes=quotes, buttons=(*_buttons(asked), *draft_button(tx, asked))
    )


def _buttons(asked: Asked) -> tuple[Button, ...]:
    value = key_of(asked.channel, asked.message)
    return (
        Button(label="I'll answer it", name=HELP, value=value, style="primary"),
        Button(label="Not this time", name=PASS, value=value),
    )


def _quotes(tx: Transaction, asked: Asked) -> tuple[Quote, ...]:
    if not asked.text or not may_quote(tx, asked.community, asked.channel, ""):
        return ()
    ref = MessageRef(channel=asked.channel, message=asked.message, thread=asked.thread)
    author = member_name(tx, asked.community, asked.asker)
    return (Quote(author=author, text=shorten(unmarked(asked.text), _QUOTED), ref=ref, at=asked.asked_at),)
