"""Tells managers once when a channel has more promotion in a week than it is meant to have."""

from collections.abc import Sequence
from datetime import datetime

from pydantic import JsonValue
from sqlalchemy import bindparam, select

from bot.actions import Action, Post
from bot.cards import Card, Entry, Item, MessageRef, Section
from bot.communities import changes_by, channel_name, may_quote, settings_of
from bot.days import day_of
from bot.events import ButtonPressed, CommandGiven, Happened
from bot.features.broadcasts.context import Place
from bot.features.broadcasts.outcomes import may_still_be_changed
from bot.scores import CALLED_FINE, PROMOTIONAL
from bot.weeks import week_of
from storage.tables import Broadcast, table
from storage.transaction import Transaction

# As many messages as a card links to.
_LINKED = 10

_broadcast = table(Broadcast)
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
    settings = settings_of(tx, event.community)
    budget, managers = settings.promotion_budget(channel), settings.managers_channel
    week = week_of(posted_at, settings.zone)
    if budget is None or managers is None or not week.start <= event.at < week.end:
        return []
    place = {"in_community": event.community, "in_channel": channel}
    rows = tx.rows(_IN_WEEK, **place, since=week.start, until=week.end)
    if len(rows) > budget:
        waiting = may_still_be_changed(tx, event.community, [Place(channel, row.message) for row in rows])
        rows = [row for row in rows if Place(channel, row.message) not in waiting]
    if len(rows) <= budget:
        return []
    where = channel_name(tx, event.community, channel)
    quoted = may_quote(tx, event.community, channel, managers)
    items = tuple(
        Item(
            text=f"{row.posted_at.astimezone(settings.zone):%A}, {row.salesy:.2f}",
            refs=(MessageRef(channel=channel, message=row.message, thread=row.thread),),
        )
        for row in rows[:_LINKED]
    )
    card = Card(
        title=f"More promotion than #{where} is meant to have",
        text=f"{len(rows)} promotional posts since Monday; its budget is {budget} a week.",
        fields=(Entry(name="Where", value=f"#{where}"),),
        sections=(Section(name="They are", items=items),) if quoted else (),
        footer="You are told once a week, and again for another budget. /community rules says what is set, "
        "/community health how it goes.",
        tone="warning",
    )
    monday = day_of(week.start, settings.zone).isoformat()
    key = f"budget:{channel}:{monday}:{budget}"
    return [Post(key=key, community=event.community, channel=managers, card=card)]
