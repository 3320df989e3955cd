"""The archive of digests, newest first, each with its sections and links."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Row, bindparam, select

from bot.cards import Item, Section
from bot.features.digests.wording import dates
from bot.ports import Visitor
from bot.retention import erased_before
from bot.views.lookups import Channels, channels_of
from bot.views.paging import Page, from_here, turned_to
from bot.weeks import Window
from storage.tables import Digest, Subscription, table
from storage.transaction import Transaction

_NOT_SHOWN = "Something from a private channel"

_digest = table(Digest)
_subscription = table(Subscription)
_ALL = from_here(
    select(_digest, _digest.c.subscription.label("channel"), _digest.c.subscription.label("message")).where(
        _digest.c.community == bindparam("in_community")
    ),
    _digest.c.window_from,
    _digest.c.subscription,
    _digest.c.subscription,
    newest_first=True,
)
_SUBSCRIPTIONS = select(
    _subscription.c.id, _subscription.c.channel, _subscription.c.every, _subscription.c.timezone
).where(
    _subscription.c.community == bindparam("in_community"),
    _subscription.c.id.in_(bindparam("of_ids", expanding=True)),
)


@dataclass(frozen=True, slots=True)
class ShownDigest:
    """A digest of a window, by the dates it says itself; `skipped` is why it was not posted.

    Of what is `erased` the lines are no longer kept.
    """

    dates: str
    made_at: datetime
    whose: str
    lines: int
    skipped: str | None
    sections: tuple[Section, ...]
    erased: bool


@dataclass(frozen=True, slots=True)
class DigestsPage:
    """Some of the archive."""

    page: Page[ShownDigest]


def digests(tx: Transaction, visitor: Visitor, query: Mapping[str, str], _: datetime) -> DigestsPage:
    """Return a page of the archive; the query says where it begins."""
    rows, after = turned_to(tx, _ALL, query, "window_from", newest_first=True, in_community=visitor.community)
    subscriptions = {
        row.id: row
        for row in tx.rows(
            _SUBSCRIPTIONS,
            in_community=visitor.community,
            of_ids=sorted({row.subscription for row in rows if row.subscription}),
        )
    }
    sections = [tuple(Section.model_validate(section) for section in row.sections) for row in rows]
    channels = channels_of(
        tx,
        visitor,
        [
            *(
                ref.channel
                for of_row in sections
                for each in of_row
                for item in each.items
                for ref in item.refs
            ),
            *(row.channel for row in subscriptions.values()),
        ],
    )
    kept_from = erased_before(tx, visitor.community)
    shown = tuple(
        _shown(row, of_row, visitor, channels, subscriptions, kept_from)
        for row, of_row in zip(rows, sections, strict=True)
    )
    return DigestsPage(Page(shown, after))


def _shown(
    row: Row[Any],
    sections: Sequence[Section],
    visitor: Visitor,
    channels: Channels,
    subscriptions: Mapping[str, Row[Any]],
    kept_from: datetime,
) -> ShownDigest:
    subscription = subscriptions.get(row.subscription)
    if not row.subscription:
        whose = "The weekly digest"
    elif subscription is None:
        whose = "A subscription that is no more"
    else:
        whose = f"{str(subscription.every).capitalize()}, to #{channels.name(subscription.channel)}"
    return ShownDigest(
        dates=dates(
            Window(row.window_from, row.window_to),
            visitor.zone if subscription is None else ZoneInfo(subscription.timezone),
        ),
        made_at=row.made_at,
        whose=whose,
        lines=sum(len(section.items) for section in sections),
        skipped=row.skipped,
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
