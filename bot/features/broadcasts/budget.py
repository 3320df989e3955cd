"""Tells managers once when a channel has more promotion in a week than it is meant to have."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from pydantic import JsonValue
from sqlalchemy import BindParameter, String, bindparam, func, select

from bot.actions import Action, Post, Update
from bot.cards import Card, Entry, Item, MessageRef, Section
from bot.communities import changes_by, channel_name, may_quote, readers_changed_by, settings_of, shown_in
from bot.days import day_of
from bot.events import ButtonPressed, ChannelFound, CommandGiven, Happened
from bot.features.broadcasts.context import Place
from bot.features.broadcasts.words import TO_CHANGE, may_still_be_changed
from bot.scores import CALLED_FINE, PROMOTIONAL
from bot.weeks import Window, week_of
from storage.tables import Broadcast, Outgoing, table
from storage.transaction import Transaction

# A private word may be on its way for a while before its author has time to change what it is about.
_AFTER = timedelta(hours=1)
# What a card is known by; the channel, the week's Monday and the budget follow.
_BUDGET = "budget:"
# As many messages as a card links to.
_LINKED = 10

_broadcast, _outgoing = table(Broadcast), table(Outgoing)
_IN_WEEK = (
    select(_broadcast.c.message, _broadcast.c.thread, _broadcast.c.posted_at, _broadcast.c.salesy)
    .where(
        _broadcast.c.community == bindparam("in_community"),
        _broadcast.c.channel == bindparam("in_channel"),
        _broadcast.c.posted_at >= bindparam("since"),
        _broadcast.c.posted_at < bindparam("until"),
        _broadcast.c.verdict.in_(PROMOTIONAL),
        ~CALLED_FINE,
    )
    .order_by(_broadcast.c.posted_at, _broadcast.c.message)
)
_begins: BindParameter[str] = bindparam("begins", type_=String)
_TOLD_OF = select(_outgoing.c.key).where(
    _outgoing.c.community == bindparam("in_community"),
    func.substr(_outgoing.c.key, 1, func.length(_begins)) == _begins,
)


@dataclass(frozen=True, slots=True)
class _Spent:
    """What of a channel's week promotes something and was left so, and by what the card on it is known."""

    channel: str
    week: Window
    budget: int
    rows: Sequence[Any]
    key: str


def over_changed_budgets(event: ButtonPressed | CommandGiven, tx: Transaction) -> Sequence[Action]:
    """Return the cards of channels that have a budget, by an event, that is spent already."""
    change = changes_by(event, tx).get("channels")
    if change is None:
        return []
    before, after = _budgets(change.before), _budgets(change.after)
    return [
        action
        for channel in sorted(after)
        if after[channel] != before.get(channel)
        for action in over_budget(event, tx, channel, event.at)
    ]


def _budgets(rules: JsonValue) -> dict[str, JsonValue]:
    """Return the budget of each channel that there are rules of."""
    of_channels = rules.items() if isinstance(rules, dict) else ()
    return {channel: of.get("promotion_budget") for channel, of in of_channels if isinstance(of, dict)}


def over_budget(event: Happened, tx: Transaction, channel: str, posted_at: datetime) -> Sequence[Action]:
    """Return the card for managers, if what was posted is too much for its week, and that is this one."""
    found = _spent(event, tx, channel, posted_at)
    managers = settings_of(tx, event.community).managers_channel
    # What was posted in its last minutes its authors could change until after it.
    if (
        found is None
        or managers is None
        or not found.week.start <= event.at < found.week.end + TO_CHANGE + _AFTER
    ):
        return []
    if len(found.rows) <= found.budget:
        return []
    card = _card(event, tx, found, managers)
    return [Post(key=found.key, community=event.community, channel=managers, card=card)]


def budget_again(event: Happened, tx: Transaction, channel: str, posted_at: datetime) -> Sequence[Action]:
    """Return the update of the card about a week, if there is one: it may not be too much any more."""
    found = _spent(event, tx, channel, posted_at)
    return [] if found is None else _shown_again(event, tx, found)


def budgets_read_anew(
    event: ButtonPressed | CommandGiven | ChannelFound, tx: Transaction
) -> Sequence[Action]:
    """Return the updates of the cards about channels whose words others may read than before."""
    actions: list[Action] = []
    for channel in readers_changed_by(event, tx):
        begins = f"{_BUDGET}{channel}:"
        for row in tx.rows(_TOLD_OF, in_community=event.community, begins=begins):
            monday, _, budget = row.key.removeprefix(begins).partition(":")
            zone = settings_of(tx, event.community).zone
            week = week_of(datetime.combine(date.fromisoformat(monday), time(12), zone), zone)
            actions += _shown_again(event, tx, _spent_in(tx, event.community, channel, week, int(budget)))
    return actions


def _shown_again(event: Happened, tx: Transaction, found: _Spent) -> Sequence[Action]:
    shown = shown_in(tx, event.community, found.key)
    if shown is None:
        return []
    card = _card(event, tx, found, shown)
    key = f"update:{event.id}:{found.key}"
    return [Update(key=key, community=event.community, channel=shown, post=found.key, card=card)]


def _spent(event: Happened, tx: Transaction, channel: str, posted_at: datetime) -> _Spent | None:
    """Return what was spent of a budget; None where there is none."""
    settings = settings_of(tx, event.community)
    budget = settings.promotion_budget(channel)
    if budget is None:
        return None
    return _spent_in(tx, event.community, channel, week_of(posted_at, settings.zone), budget)


def _spent_in(tx: Transaction, community: str, channel: str, week: Window, budget: int) -> _Spent:
    place = {"in_community": community, "in_channel": channel}
    rows = tx.rows(_IN_WEEK, **place, since=week.start, until=week.end)
    if len(rows) > budget:
        waiting = may_still_be_changed(tx, community, [Place(channel, row.message) for row in rows])
        rows = [row for row in rows if Place(channel, row.message) not in waiting]
    monday = day_of(week.start, settings_of(tx, community).zone).isoformat()
    return _Spent(channel, week, budget, rows, f"{_BUDGET}{channel}:{monday}:{budget}")


def _card(event: Happened, tx: Transaction, found: _Spent, to_channel: str) -> Card:
    settings = settings_of(tx, event.community)
    where = channel_name(tx, event.community, found.channel)
    quoted = may_quote(tx, event.community, found.channel, to_channel)
    over = len(found.rows) > found.budget
    items = tuple(
        Item(
            text=f"{row.posted_at.astimezone(settings.zone):%A}, {row.salesy:.2f}",
            refs=(MessageRef(channel=found.channel, message=row.message, thread=row.thread),),
        )
        for row in found.rows[:_LINKED]
    )
    posts = "post" if len(found.rows) == 1 else "posts"
    return Card(
        title=f"More promotion than #{where} is meant to have"
        if over
        else f"#{where} is within its budget again",
        text=f"{len(found.rows)} promotional {posts} since Monday; its budget is {found.budget} a week.",
        fields=(Entry(name="Where", value=f"#{where}"),),
        sections=(Section(name="They are", items=items),) if quoted and items else (),
        footer="You are told once a week, and again for another budget. /community rules says what is set, "
        "/community health how it goes.",
        tone="warning" if over else "good",
    )
