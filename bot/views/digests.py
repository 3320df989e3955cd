"""The page of digests: who gets which, a form for another one, and the archive of those made, as posted."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Row, bindparam, select

from bot.cards import Button, Card, Item, MessageRef, Section
from bot.communities import zone_names
from bot.features.digests.listing import button, buttons, line
from bot.features.digests.plans import KINDS, USUAL, everything
from bot.features.digests.posting import key_of
from bot.features.digests.wording import DAYS, about, dates, ordinal
from bot.ports import Visitor
from bot.retention import erased_before
from bot.views.fields import Choice, channels_in_use
from bot.views.lookups import Channels, channels_of
from bot.views.paging import Page, from_here, turned_to
from bot.weeks import Window
from storage.tables import Digest, Outgoing, Subscription, table
from storage.transaction import Transaction

_NOT_SHOWN = "Something from a private channel"
# What became of a post, by its state; the page of sends has more.
_BECAME = {
    "sent": "posted",
    "doubtful": "perhaps not posted",
    "failed": "refused",
    "left": "refused",
}

_digest = table(Digest)
_subscription = table(Subscription)
_outgoing = table(Outgoing)
_ALL = from_here(
    select(_digest, _digest.c.subscription.label("channel"), _digest.c.subscription.label("message")).where(
        _digest.c.community == bindparam("in_community")
    ),
    _digest.c.window_from,
    _digest.c.subscription,
    _digest.c.subscription,
    newest_first=True,
)
_SUBSCRIPTIONS = select(_subscription).where(
    _subscription.c.community == bindparam("in_community"),
    _subscription.c.id.in_(bindparam("of_ids", expanding=True)),
)
_POSTS = select(_outgoing.c.key, _outgoing.c.lane, _outgoing.c.message, _outgoing.c.state).where(
    _outgoing.c.community == bindparam("in_community"),
    _outgoing.c.key.in_(bindparam("with_keys", expanding=True)),
)
# Days that every month has; what is to come later comes on its last.
_DATES = range(1, 29)


@dataclass(frozen=True, slots=True)
class Subscribed:
    """Somewhere a digest goes, in words, with what can be done about it."""

    about: str
    said: str
    buttons: tuple[Button, ...]


@dataclass(frozen=True, slots=True)
class Wanted:
    """What can be said in the form for another one: each value is a word that the command takes."""

    kinds: tuple[Choice, ...]
    days: Mapping[str, tuple[Choice, ...]]
    channels: tuple[Choice, ...]
    zones: Sequence[str]


@dataclass(frozen=True, slots=True)
class ShownDigest:
    """A digest of a window, by the dates it says itself, and what became of it; times are those of `zone`.

    `why` is what it says of itself where it is late.

    `card` is what was posted but for its lines, None where an older version made it; of what is `erased` the
    lines are no longer kept.
    """

    dates: str
    why: str
    zone: ZoneInfo
    made_at: datetime
    whose: str
    became: str
    post: MessageRef | None
    lines: int
    card: Card | None
    sections: tuple[Section, ...]
    erased: bool


@dataclass(frozen=True, slots=True)
class DigestsPage:
    """Who gets which digest, and some of the archive; `weekly` is whether the weekly one has a channel."""

    subscribed: tuple[Subscribed, ...]
    weekly: bool
    wanted: Wanted
    page: Page[ShownDigest]


def digests(tx: Transaction, visitor: Visitor, query: Mapping[str, str], at: datetime) -> DigestsPage:
    """Return who gets a digest, and a page of the archive; the query says where that begins."""
    rows, after = turned_to(tx, _ALL, query, "window_from", newest_first=True, in_community=visitor.community)
    place = {"in_community": visitor.community}
    subscriptions = {
        row.id: row
        for row in tx.rows(
            _SUBSCRIPTIONS,
            **place,
            of_ids=sorted({row.subscription for row in rows if row.subscription}),
        )
    }
    keys = [key_of(row.subscription, row.window_from) for row in rows]
    posts = {row.key: row for row in tx.rows(_POSTS, **place, with_keys=keys)}
    sections = [tuple(Section.model_validate(section) for section in row.sections) for row in rows]
    plans = everything(tx, visitor.community, at)
    quoted = (ref.channel for row in sections for each in row for item in each.items for ref in item.refs)
    went = (row.lane for row in posts.values())
    went_once = (row.channel for row in subscriptions.values())
    goes = (plan.channel for plan in plans)
    channels = channels_of(tx, visitor, [*quoted, *went, *went_once, *goes])
    kept_from = erased_before(tx, visitor.community)
    shown = tuple(
        _shown(row, of_row, visitor, channels, subscriptions, posts.get(key), kept_from)
        for row, of_row, key in zip(rows, sections, keys, strict=True)
    )
    subscribed = tuple(
        Subscribed(
            about=about(plan.kinds),
            said=line(plan, channels.name(plan.channel), at),
            buttons=(
                *([] if plan.paused else [button("now", plan, named=False)]),
                *buttons(plan, named=False),
            ),
        )
        for plan in plans
    )
    weekly = any(not plan.digests for plan in plans)
    return DigestsPage(subscribed, weekly, _wanted(tx, visitor), Page(shown, after))


def _wanted(tx: Transaction, visitor: Visitor) -> Wanted:
    return Wanted(
        kinds=tuple(Choice(kind.capitalize(), kind, chosen=kind in USUAL) for kind in KINDS),
        days={
            "Each week": tuple(Choice(f"Each {day}", f"weekly {day.lower()}") for day in DAYS),
            "Each day": (Choice("Each day", "daily"),),
            "Each month": (
                *(Choice(f"On the {ordinal(day)}", f"monthly {ordinal(day)}") for day in _DATES),
                Choice("On the last day", "monthly last"),
            ),
        },
        channels=channels_in_use(tx, visitor.community),
        zones=zone_names(),
    )


def _shown(
    row: Row[Any],
    sections: Sequence[Section],
    visitor: Visitor,
    channels: Channels,
    subscriptions: Mapping[str, Row[Any]],
    post: Row[Any] | None,
    kept_from: datetime,
) -> ShownDigest:
    subscription = subscriptions.get(row.subscription)
    if not row.subscription:
        whose = "The weekly digest"
    elif subscription is None:
        whose = f"Subscription {row.subscription}, of which no more is known"
    else:
        whose = f"{subscription.every.capitalize()} about {about(subscription.kinds)}"
        whose += ", which has ended since" if subscription.ended_at else ""
    zone = visitor.zone if subscription is None else ZoneInfo(subscription.timezone)
    goes_to = post.lane if post is not None else subscription.channel if subscription is not None else ""
    where = f" in #{channels.name(goes_to)}" if goes_to else ""
    if row.skipped:
        became = f"not posted: {row.skipped}"
    elif post is None:
        # It had no channel then, or what is known of posts is gone by now.
        became = f"to be posted{where}" if goes_to else "kept"
    else:
        became = f"{_BECAME.get(post.state, 'being posted')}{where}"
    card = None if row.card is None else Card.model_validate(row.card)
    # Dates as they were posted: the timezone may be another one by now.
    said = dates(Window(row.window_from, row.window_to), zone) if card is None else card.text
    days, _, why = said.partition(". ")
    return ShownDigest(
        dates=days,
        why=why,
        zone=zone,
        made_at=row.made_at,
        whose=whose,
        became=became,
        post=MessageRef(channel=post.lane, message=post.message)
        if post is not None and post.message
        else None,
        lines=sum(len(section.items) for section in sections),
        card=card,
        sections=tuple(_readable(section, channels.readable) for section in sections),
        erased=row.window_from < kept_from,
    )


def _readable(section: Section, readable: frozenset[str]) -> Section:
    """Return a section without the words that this visitor may not see."""
    items = tuple(
        item if all(ref.channel in readable for ref in item.refs) else Item(text=_NOT_SHOWN)
        for item in section.items
    )
    return section.model_copy(update={"items": items})
