"""Makes digests: each when it is due, once, of a window that begins where the last one ended."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from bot.actions import Action, Post
from bot.cards import Section
from bot.communities import is_private
from bot.events import ButtonPressed, CommandGiven, FellDue, Happened
from bot.features.digests.cards import Made, digest_card
from bot.features.digests.counts import Counts, count
from bot.features.digests.lines import sections
from bot.features.digests.plans import Plan, plan_of
from bot.features.digests.posting import key_of
from bot.features.digests.prose import ask_for_prose
from bot.features.digests.wording import PERIOD, counted
from bot.weeks import Window
from storage.tables import Digest
from storage.transaction import Transaction

# With fewer lines than this a window is thin: nobody is bothered, and what there is joins the next one.
THIN = 3
# A few lines are old news after so many days, and are told of then.
LONGEST_DAYS = {"daily": 7, "weekly": 28, "monthly": 85}


@dataclass(frozen=True, slots=True)
class Found:
    """What a window holds, for the readers of some places; `plan` is about what they may be told of."""

    plan: Plan
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
    if not all(is_private(tx, plan.community, place) for place in places):
        # Nobody is held up in public for what they wrote.
        plan = replace(plan, kinds=tuple(kind for kind in plan.kinds if kind != "broadcasts"))
    return Found(plan, window, sections(tx, plan.community, window, plan.kinds, counts.hidden), counts)


def _make(
    event: Happened,
    tx: Transaction,
    plan: Plan,
    found: Found,
    skipped: str | None,
    due_at: datetime | None,
) -> Sequence[Action]:
    card = digest_card(Made(found.plan, found.sections, found.counts, event.at, due_at))
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
    asked = ask_for_prose(event, tx, plan.digests, plan.channel, found.window.start, found.sections)
    if asked:
        return asked  # It is posted when there is an answer, or has been none for long enough.
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
