"""Makes digests: each when it is due, once, of a window that begins where the last one ended."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row, bindparam, select

from bot.actions import Action, Post, Update
from bot.cards import Card, Section
from bot.communities import shown_in
from bot.events import ButtonPressed, CommandGiven, FellDue, Happened, MessageDeleted
from bot.features.digests.cards import Made, digest_card
from bot.features.digests.counts import Counts, count
from bot.features.digests.lines import redacted, sections
from bot.features.digests.places import is_private
from bot.features.digests.plans import Kind, Plan, plan_of
from bot.features.digests.wording import PERIOD, counted
from bot.weeks import Window
from storage.tables import Digest, Message, table
from storage.transaction import Transaction

# With fewer lines than this a window is thin: nobody is bothered, and what there is joins the next one.
THIN = 3
# A few lines are old news after so many days, and are told of then.
LONGEST_DAYS = {"daily": 7, "weekly": 28, "monthly": 85}

_digest, _message = table(Digest), table(Message)
_POSTED_AT = select(_message.c.posted_at).where(
    _message.c.community == bindparam("in_community"),
    _message.c.channel == bindparam("in_channel"),
    _message.c.id == bindparam("of_message"),
)
_BY_AUTHOR = select(_message.c.channel, _message.c.id).where(
    _message.c.community == bindparam("in_community"), _message.c.author == bindparam("by_author")
)
_ALL = (
    select(_digest)
    .where(_digest.c.community == bindparam("in_community"))
    .order_by(_digest.c.subscription, _digest.c.window_from)
)
# A question may go on after its window: what is quoted of it was said before the digest was made.
_QUOTING = (
    select(_digest)
    .where(
        _digest.c.community == bindparam("in_community"),
        _digest.c.window_from <= bindparam("said_at"),
        _digest.c.made_at >= bindparam("said_at"),
    )
    .order_by(_digest.c.subscription, _digest.c.window_from)
)


@dataclass(frozen=True, slots=True)
class Found:
    """What a window holds, for the readers of some places."""

    window: Window
    sections: tuple[Section, ...]
    counts: Counts

    @property
    def lines(self) -> int:
        """How many lines there are to tell."""
        return sum(len(section.items) for section in self.sections)


def due(event: FellDue, tx: Transaction) -> Sequence[Action]:
    """Make a digest that has come due.

    What was missed meanwhile is told of in one digest, which says that it is late: nobody wants yesterday's
    news in seven posts.
    """
    plan = plan_of(tx, event.community, event.key, event.due_at)
    if plan is None:
        return []
    tx.schedule(event.community, "digest", plan.id, plan.rhythm.following(event.at).due_at)
    latest = plan.rhythm.latest(event.at)
    window = Window(plan.next_from, latest.end)
    # The timezone may have been changed since, or all been told of on demand.
    if latest.due_at < event.due_at or window.end <= window.start:
        return []
    found = look(tx, plan, window, (plan.channel,))
    if found.counts.found_at is not None and found.counts.found_at >= window.end:
        plan.keep(tx, next_from=window.end)  # Nothing is known of the time before we came.
        return []
    thin = found.lines < THIN and not (found.lines and _is_long(plan, window))
    joins = (
        thin and not plan.paused and bool(found.lines or found.counts.unread) and not _is_long(plan, window)
    )
    plan = plan.keep(tx, next_from=window.start if joins else window.end)
    skipped = "paused" if plan.paused else _why_thin(plan, found) if thin else None
    return _make(event, tx, plan, found, skipped, event.due_at)


def make_now(
    event: CommandGiven | ButtonPressed, tx: Transaction, plan: Plan
) -> tuple[Found, Sequence[Action]]:
    """Make a digest of what there is to tell so far; the next one begins where it ends."""
    found = look(tx, plan, Window(plan.next_from, event.at), (plan.channel,))
    if not found.lines:
        return found, []
    plan = plan.keep(tx, next_from=event.at)
    return found, _make(event, tx, plan, found, None, None)


def look(tx: Transaction, plan: Plan, window: Window, places: Sequence[str]) -> Found:
    """Return what a window holds for those who read all of `places`."""
    counts = count(tx, plan.community, window, _before(plan, window), places, plan.zone)
    kinds: Sequence[Kind] = plan.kinds
    if not all(is_private(tx, plan.community, place) for place in places):
        # Nobody is held up in public for what they wrote.
        kinds = [kind for kind in kinds if kind != "broadcasts"]
    return Found(window, sections(tx, plan.community, window, kinds, counts.hidden), counts)


def redact(event: MessageDeleted, tx: Transaction) -> Sequence[Action]:
    """Take what was deleted out of the digests that quote it, posted or kept."""
    place = {"in_community": event.community, "in_channel": event.channel, "of_message": event.message}
    said = tx.row(_POSTED_AT, **place)
    if said is None:
        return []
    rows = tx.rows(_QUOTING, in_community=event.community, said_at=said.posted_at)
    return _without(event, tx, rows, {(event.channel, event.message)})


def redact_author(
    event: CommandGiven | ButtonPressed, tx: Transaction, author: str, name: str | None
) -> Sequence[Action]:
    """Take all that somebody said out of the digests, and with a `name` what names them."""
    by_author = tx.rows(_BY_AUTHOR, in_community=event.community, by_author=author)
    gone = {(row.channel, row.id) for row in by_author}
    return _without(event, tx, tx.rows(_ALL, in_community=event.community), gone, name)


def _without(
    event: Happened,
    tx: Transaction,
    rows: Sequence[Row[Any]],
    gone: Collection[tuple[str, str]],
    name: str | None = None,
) -> Sequence[Action]:
    """Take lines out of digests that rest on what is gone; return the updates of those that were posted."""
    actions: list[Action] = []
    for row in rows:
        kept = redacted(row.sections, gone, name)
        if kept is None:
            continue
        as_kept = [section.model_dump(mode="json") for section in kept]
        tx.put(Digest, **{**row._asdict(), "sections": as_kept})
        post = key_of(row.subscription, row.window_from)
        channel = shown_in(tx, event.community, post)
        if channel is not None and row.card is not None:
            card = Card.model_validate(row.card).model_copy(update={"sections": kept})
            key = f"update:{event.id}:{post}"
            actions.append(Update(key=key, community=event.community, channel=channel, post=post, card=card))
    return actions


def key_of(subscription: str, start: datetime) -> str:
    """Return the key of the post that shows a digest."""
    return f"digest:{subscription or 'weekly'}:{start.isoformat()}"


def _make(
    event: Happened,
    tx: Transaction,
    plan: Plan,
    found: Found,
    skipped: str | None,
    due_at: datetime | None,
) -> Sequence[Action]:
    card = digest_card(Made(plan, found.sections, found.counts, event.at, due_at))
    tx.put(
        Digest,
        community=plan.community,
        subscription=plan.digests,
        window_from=found.window.start,
        window_to=found.window.end,
        made_at=event.at,
        skipped=skipped,
        sections=[section.model_dump(mode="json") for section in found.sections],
        card=card.model_copy(update={"sections": ()}).model_dump(mode="json"),
    )
    if skipped is not None or not plan.channel:
        return []
    key = key_of(plan.digests, found.window.start)
    return [Post(key=key, community=plan.community, channel=plan.channel, card=card)]


def _before(plan: Plan, window: Window) -> Window:
    """Return what a window is compared with: the period before it, or what is no period with as long."""
    if plan.is_one_period(window):
        return Window(plan.rhythm.start_of(plan.rhythm.closing(window.start)), window.start)
    return Window(window.start - (window.end - window.start), window.start)


def _is_long(plan: Plan, window: Window) -> bool:
    first, last = window.start.astimezone(plan.zone).date(), window.end.astimezone(plan.zone).date()
    return (last - first).days >= LONGEST_DAYS[plan.rhythm.every]


def _why_thin(plan: Plan, found: Found) -> str:
    unread = found.counts.unread
    failed = f"; {counted(unread, 'event')} could not be read" if unread else ""
    return f"a thin {PERIOD[plan.rhythm.every]}: {counted(found.lines, 'line')}{failed}"
