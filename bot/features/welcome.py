"""Welcomes members: once a person for good, after screening, and a raid with one note for all."""

from bisect import bisect_right
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Row, bindparam, case, func, or_, select, update

from bot.actions import Action, Post, Update, answer
from bot.cards import Card, Entry
from bot.commands import given
from bot.communities import (
    Settings,
    channel_name,
    forgotten_by,
    is_bot,
    member_name,
    settings_of,
    shown_in,
)
from bot.events import (
    ButtonPressed,
    CommandGiven,
    Event,
    FellDue,
    MemberAdmitted,
    MemberChanged,
    MemberJoined,
    MemberLeft,
)
from storage.tables import Outgoing, Welcome, table
from storage.transaction import Columns, Transaction, Upsert

# Long enough for a raid to show itself, short enough to greet somebody who is still looking around.
SETTLE = timedelta(seconds=5)
RAID_WITHIN = timedelta(minutes=1)
# More who come so soon after a raid was told of belong to it: they get no note of their own.
RAID_LASTS = timedelta(minutes=10)
# More names than this nobody reads.
_NAMES = 20


def _merge(new: Columns, old: Columns) -> Mapping[str, ColumnElement[Any]]:
    """Keep the last joining, the first admission and the last leaving, whatever order they are told in."""

    def first(name: str) -> ColumnElement[Any]:
        return case((or_(old[name].is_(None), new[name] < old[name]), new[name]), else_=old[name])

    def last(name: str) -> ColumnElement[Any]:
        return case((or_(old[name].is_(None), new[name] > old[name]), new[name]), else_=old[name])

    return {
        "joined_at": last("joined_at"),
        "admitted_at": first("admitted_at"),
        "left_at": last("left_at"),
    }


def _merge_known(new: Columns, old: Columns) -> Mapping[str, ColumnElement[Any]]:
    known = case((old.state == "waiting", new.state), else_=old.state)
    return {**_merge(new, old), "state": known}


_ARRIVAL = Upsert(Welcome, _merge)
_WAS_THERE = Upsert(Welcome, _merge_known)
_welcome = table(Welcome)
_OF_MEMBER = select(_welcome).where(
    _welcome.c.community == bindparam("in_community"), _welcome.c.member == bindparam("of_member")
)
_KNOWN = select(_welcome.c.member).where(
    _welcome.c.community == bindparam("in_community"),
    _welcome.c.member.in_(bindparam("of_members", expanding=True)),
)
_JOINED_AROUND = (
    select(_welcome.c.member, _welcome.c.state, _welcome.c.admitted_at)
    .where(
        _welcome.c.community == bindparam("in_community"),
        _welcome.c.admitted_at.between(bindparam("since"), bindparam("until")),
    )
    .order_by(_welcome.c.admitted_at, _welcome.c.member)
)
_LAST_RAID = select(func.max(_welcome.c.decided_at)).where(
    _welcome.c.community == bindparam("in_community"),
    _welcome.c.state == "raid",
    _welcome.c.decided_at >= bindparam("since"),
)
_DECIDE = (
    update(_welcome)
    .where(_welcome.c.community == bindparam("in_community"), _welcome.c.member == bindparam("of_member"))
    .values(state=bindparam("to_state"), decided_at=bindparam("at"))
)
_outgoing = table(Outgoing)
_UNNAME = (
    update(_outgoing)
    .where(_outgoing.c.community == bindparam("in_community"), _outgoing.c.key == bindparam("with_key"))
    .values(key=bindparam("as_key"))
)


def look_ahead(events: Sequence[Event], tx: Transaction) -> None:
    """See of whom a batch tells for the first time."""
    told = {
        (event.community, event.member)
        for event in events
        if isinstance(event, MemberJoined | MemberAdmitted | MemberLeft)
    }
    for community in sorted({community for community, _ in told}):
        members = {member for of, member in told if of == community}
        rows = tx.rows(_KNOWN, in_community=community, of_members=sorted(members))
        tx.memo["not seen coming", community] = members - {row.member for row in rows}


def handle(event: Event, tx: Transaction) -> Sequence[Action]:
    """Note who came and went; welcome who has settled in."""
    if tx.history:
        _was_there(event, tx)
        return []
    match event:
        case MemberJoined(bot=True):
            return []
        case MemberJoined(pending=pending):
            _arrive(event, tx, joined_at=event.at, admitted_at=None if pending else event.at)
            return []
        case MemberAdmitted():
            _arrive(event, tx, admitted_at=event.at)
            return []
        case MemberLeft():
            _arrive(event, tx, left_at=event.at)
            return []
        case FellDue(feature="welcome"):
            return _settled(event, tx)
        case CommandGiven() if given(event, tx, "welcome") is not None:
            return [answer(event, _preview(event, tx))]
        case ButtonPressed() if (member := forgotten_by(event, tx)) is not None:
            return _forget(event, tx, member)
        case _:
            return []


def _forget(event: ButtonPressed, tx: Transaction, member: str) -> Sequence[Action]:
    """Take a name out of the greeting that was posted."""
    tx.unschedule(event.community, "welcome", member)
    key = f"welcome:{member}"
    channel = shown_in(tx, event.community, key)
    if channel is None:
        return []
    # The post is known by a name that says nothing of them from now on.
    unnamed = f"welcome-of-somebody:{event.id}"
    tx.run(_UNNAME, in_community=event.community, with_key=key, as_key=unnamed)
    card = Card(text="A newcomer was welcomed here.", tone="good")
    return [
        Update(key=f"update:{unnamed}", community=event.community, channel=channel, post=unnamed, card=card)
    ]


def _was_there(event: Event, tx: Transaction) -> None:
    """Note who was there before we came: whenever they come again, they need no welcome."""
    match event:
        case MemberJoined(bot=False) | MemberChanged(bot=False) | MemberAdmitted() | MemberLeft():
            tx.put(
                _WAS_THERE,
                community=event.community,
                member=event.member,
                joined_at=event.at if isinstance(event, MemberJoined) else None,
                admitted_at=event.at if isinstance(event, MemberJoined | MemberAdmitted) else None,
                left_at=event.at if isinstance(event, MemberLeft) else None,
                state="known",
            )
        case _:
            pass


def _called(tx: Transaction, community: str, member: str) -> str:
    """Return a member's name in one line: they chose it, and it is to greet them, no more."""
    return " ".join(member_name(tx, community, member).split()) or member


def _greeting(settings: Settings, name: str) -> str:
    return settings.welcome_text.replace("{name}", name)


def _preview(event: CommandGiven, tx: Transaction) -> Card:
    """Return the welcome as its asker would see it, had they just joined."""
    settings = settings_of(tx, event.community)
    where = settings.welcome_channel
    return Card(
        text=_greeting(settings, _called(tx, event.community, event.member)),
        footer="Nobody is greeted yet: no channel is named for it."
        if where is None
        else f"This is what a newcomer sees in #{channel_name(tx, event.community, where)}.",
    )


def _arrive(
    event: MemberJoined | MemberAdmitted | MemberLeft,
    tx: Transaction,
    *,
    joined_at: datetime | None = None,
    admitted_at: datetime | None = None,
    left_at: datetime | None = None,
) -> None:
    """Note it, and come back when they have settled in, if they may stay."""
    tx.put(
        _ARRIVAL,
        community=event.community,
        member=event.member,
        joined_at=joined_at,
        admitted_at=admitted_at,
        left_at=left_at,
        state="waiting",
    )
    not_seen: set[str] = tx.memo.get(("not seen coming", event.community), set())
    first = event.member in not_seen
    not_seen.discard(event.member)
    if isinstance(event, MemberLeft):
        return
    if not first:
        # Their comings and goings are told in any order.
        row = tx.row(_OF_MEMBER, in_community=event.community, of_member=event.member)
        if row is None or row.state != "waiting":
            return
        joined_at, admitted_at = row.joined_at, row.admitted_at
    if admitted_at is not None:
        came_at = max(admitted_at, joined_at or admitted_at)
        tx.schedule(event.community, "welcome", event.member, came_at + SETTLE)


def _settled(event: FellDue, tx: Transaction) -> Sequence[Action]:
    row = tx.row(_OF_MEMBER, in_community=event.community, of_member=event.key)
    if row is None or row.state != "waiting" or row.admitted_at is None:
        return []
    if row.left_at is not None and row.left_at >= (row.joined_at or row.admitted_at):
        return []  # Gone again; should they come back, that schedules anew.
    if is_bot(tx, event.community, event.key):
        return []
    settings = settings_of(tx, event.community)
    around = tx.rows(
        _JOINED_AROUND,
        in_community=event.community,
        since=row.admitted_at - RAID_WITHIN,
        until=row.admitted_at + RAID_WITHIN,
    )
    crowd = _crowd(around, row.admitted_at)
    if len(crowd) >= settings.raid_joins:
        return _raid(event, tx, settings, around, crowd)
    _decide(event, tx, event.key, "welcomed")
    if settings.welcome_channel is None:
        return []
    name = _called(tx, event.community, event.key)
    return [
        Post(
            key=f"welcome:{event.key}",
            community=event.community,
            channel=settings.welcome_channel,
            card=Card(text=_greeting(settings, name), greets=(event.key,), tone="good"),
        )
    ]


def _crowd(around: Sequence[Row[Any]], at: datetime) -> Sequence[str]:
    """Return who arrived within the fullest minute that `at` lies in."""
    times = [row.admitted_at for row in around]
    ends = [bisect_right(times, start + RAID_WITHIN) for start in times]
    starts = [place for place, start in enumerate(times) if start <= at <= start + RAID_WITHIN]
    fullest = max(starts, key=lambda place: ends[place] - place, default=None)
    return [] if fullest is None else [row.member for row in around[fullest : ends[fullest]]]


def _raid(
    event: FellDue, tx: Transaction, settings: Settings, around: Sequence[Row[Any]], crowd: Sequence[str]
) -> Sequence[Action]:
    """Greet all who wait with one note; those of the crowd who came first may have been greeted already."""
    seen = tx.row(_LAST_RAID, in_community=event.community, since=event.at - RAID_LASTS)
    for row in around:
        if row.state == "waiting":
            _decide(event, tx, row.member, "raid")
    if seen is not None and seen[0] is not None:
        return []
    names = [_called(tx, event.community, member) for member in crowd[:_NAMES]]
    more = f" and {len(crowd) - _NAMES} more" if len(crowd) > _NAMES else ""
    actions: list[Action] = []
    if settings.welcome_channel is not None:
        actions.append(
            Post(
                key=f"raid:{event.key}",
                community=event.community,
                channel=settings.welcome_channel,
                card=Card(
                    text="Welcome, all who just came in! Tell us what brings you here, and ask anything.",
                    tone="good",
                ),
            )
        )
    if settings.managers_channel is not None:
        actions.append(
            Post(
                key=f"raid-told:{event.key}",
                community=event.community,
                channel=settings.managers_channel,
                card=Card(
                    title=f"{len(crowd)} people joined within a minute",
                    text="I greet them together, in one note, and nobody singly while it goes on.",
                    fields=(Entry(name="Who", value=", ".join(names) + more),),
                    tone="warning",
                ),
            )
        )
    return actions


def _decide(event: FellDue, tx: Transaction, member: str, state: str) -> None:
    tx.run(_DECIDE, in_community=event.community, of_member=member, to_state=state, at=event.at)
