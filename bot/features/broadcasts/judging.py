"""Judges what is said, edited, deleted or filtered: by its text, and by what was before it and beside it."""

from collections.abc import Sequence
from datetime import timedelta
from types import SimpleNamespace
from typing import Any

from bot.actions import Action
from bot.authors import TOLD, note_outcome
from bot.communities import channel_name, shown_in
from bot.events import Delivered, FellDue, MessageFiltered, MessagePosted
from bot.features.broadcasts.budget import budget_again, over_budget
from bot.features.broadcasts.cards import thanks_card
from bot.features.broadcasts.context import (
    SETTLED,
    Place,
    forget_trace,
    keep_trace,
    past_of,
    those_that_count,
)
from bot.features.broadcasts.filtered import keep_filtered, said_about_then
from bot.features.broadcasts.showing import (
    card_again,
    card_once_settled,
    copies_of,
    show,
    shown_to_its_readers,
    those_left,
)
from bot.features.broadcasts.verdicts import (
    AboutMessage,
    concerns,
    forget_verdict,
    is_kept,
    keep_verdict,
    let_fine_go,
    place_from,
    row_at,
    threshold_then,
    verdict_on,
)
from bot.features.broadcasts.words import TO_CHANGE, note_left, thanked, told_anew
from bot.heard import Heard, as_it_reads, author_of, is_new, message_of
from bot.language.context import Past, in_context, needs_context, sells_anyhow
from bot.language.salesy import Verdict
from bot.scores import PROMOTION
from storage.transaction import Transaction

# What falls due when a message is to be judged by what was before it too.
LOOK = "look:"


def judge(event: AboutMessage, tx: Transaction) -> Sequence[Action]:
    """Judge a message as it reads now; what was before it is looked at a moment later."""
    assert event.message is not None
    place = Place(event.channel, event.message)
    said = (
        message_of(tx, event.community, place.channel, place.message)
        if isinstance(event, MessageFiltered)
        else as_it_reads(event, tx)
    )
    verdict = None
    if said is not None and concerns(tx, event.community, place.channel, said.posted_at, bot=said.bot):
        verdict = verdict_on(tx, event.community, place, said)
    new = isinstance(event, MessagePosted) and is_new(event, tx)
    row = None if new else row_at(tx, event.community, place)
    copies = copies_of(tx, event.community, row)
    looks = _to_be_looked_at(event, tx, place, said, verdict, new=new)
    past = None
    if looks and said is not None and verdict is not None:
        # Of the past nothing falls due; what was before it is there. What was looked at once is judged by
        # that, until it is looked at again.
        if tx.history:
            past = past_of(tx, event.community, place, said)
        elif row is not None and row.past is not None:
            past = Past(**row.past)
        if past is not None:
            threshold = threshold_then(tx, event.community, place.channel, said.posted_at)
            verdict = in_context(verdict, past, threshold)
    told = _told_of(event, tx, place, said, verdict, past, row, new=new)
    return [*told, *those_left(event, tx, row, copies)]


def judge_filtered(event: MessageFiltered, tx: Transaction) -> Sequence[Action]:
    """Judge anew what the platform's own filter flagged, or what its author said about then."""
    keep_filtered(event, tx)
    if event.message is not None:
        return judge(event, tx)
    actions: list[Action] = []
    for row in said_about_then(tx, event):
        about = {"channel": row.channel, "message": row.id}
        actions += judge(event.model_copy(update=about), tx)
    return actions


def _to_be_looked_at(
    event: AboutMessage,
    tx: Transaction,
    place: Place,
    said: Heard | None,
    verdict: Verdict | None,
    *,
    new: bool,
) -> bool:
    """Have what sells or shares something looked at once its copies are there; return whether that is so."""
    key = f"{LOOK}{place.channel}/{place.message}"
    others = [] if new else [*those_that_count(tx, event.community, place)]
    looks = False
    if said is not None and verdict is not None and needs_context(verdict):
        looks = True
        keep_trace(tx, event.community, place, said, sells=verdict.salesy > 0, new=new)
        tx.schedule(event.community, "broadcasts", key, said.posted_at + SETTLED)
        others += those_that_count(tx, event.community, place)
    elif not new:
        forget_trace(tx, event.community, place)
        tx.unschedule(event.community, "broadcasts", key)
    # What came late, or is no more, was a copy of others, or is one now.
    for there in others:
        again = f"{LOOK}{there.channel}/{there.message}"
        tx.schedule(event.community, "broadcasts", again, event.at, unless_there=True)
    return looks


def look(event: FellDue, place: Place, tx: Transaction) -> Sequence[Action]:
    """Judge a message by what was before it too."""
    said = message_of(tx, event.community, place.channel, place.message)
    if said is None or not concerns(tx, event.community, place.channel, said.posted_at, bot=said.bot):
        return []
    verdict = verdict_on(tx, event.community, place, said)
    if not needs_context(verdict):
        return []
    threshold = threshold_then(tx, event.community, place.channel, said.posted_at)
    waited = not sells_anyhow(verdict, threshold)
    past = past_of(tx, event.community, place, said)
    verdict = in_context(verdict, past, threshold)
    row = row_at(tx, event.community, place)
    copies = copies_of(tx, event.community, row)
    told = _told_of(event, tx, place, said, verdict, past, row, new=False, waited=waited)
    return [*told, *those_left(event, tx, row, copies)]


def _told_of(
    event: AboutMessage | FellDue,
    tx: Transaction,
    place: Place,
    said: Heard | None,
    verdict: Verdict | None,
    past: Past | None,
    before: Any,
    *,
    new: bool,
    waited: bool = False,
) -> Sequence[Action]:
    """Keep what a message comes to, and return who is told of it; its row was so `before`.

    Nobody was told of it by its text alone where they `waited` for what was before it.
    """
    known = before is not None or isinstance(event, FellDue)
    key = f"broadcast:{place.channel}/{place.message}"
    values = None
    if said is not None and verdict is not None and (known or is_kept(verdict)):
        values = keep_verdict(event.community, tx, place, said, verdict, past)
    elif known:
        forget_verdict(tx, event.community, place)
    if said is not None and values is not None and values["verdict"] == "salesy":
        assert verdict is not None
        let_fine_go(event, tx, before, values)
        threshold = threshold_then(tx, event.community, place.channel, said.posted_at)
        if past is None and not said.bot and not sells_anyhow(verdict, threshold):
            # What was before it may speak for it: that is looked at before anybody is told.
            return []
        known_of = before if before is None or before.past is not None or not waited else None
        return shown_to_its_readers(event, tx, values, said, known_of, new=new)
    over: Sequence[Action] = []
    if values is not None and values["verdict"] == PROMOTION:
        over = over_budget(event, tx, place.channel, values["posted_at"])
    settled = card_once_settled(tx, event.community, place.channel, taken_back=said is None)
    sold = before is not None and before.verdict == "salesy"
    thanks = thanked(event, tx, before, gone=said is None) if sold else []
    budget = budget_again(event, tx, place.channel, before.posted_at) if sold else []
    return [*over, *thanks, *budget, *(card_again(event, tx, key, settled) if known else [])]


def still_there(event: FellDue, tx: Transaction) -> Sequence[Action]:
    """Show managers what its author was told of and left as it was."""
    place = place_from(event.key)
    row = row_at(tx, event.community, place)
    if row is None or row.verdict != "salesy":
        return []
    # Copies of it may have been taken back.
    changed = look(event, place, tx)
    row = row_at(tx, event.community, place)
    said = message_of(tx, event.community, place.channel, place.message)
    if row is None or said is None or row.verdict != "salesy":
        return changed
    note_left(event, tx, row)
    if shown_in(tx, event.community, f"broadcast:{event.key}") is not None:
        return changed
    return show(event, tx, row, said.text)


def word_delivered(event: Delivered, tx: Transaction) -> Sequence[Action]:
    """Give an author who was told time to change it; thank who changed it, or took it back, before that."""
    key = event.key.removeprefix(TOLD)
    row = row_at(tx, event.community, place_from(key))
    if row is not None and row.verdict == "salesy":
        # Who cannot be told in private need not be waited for.
        wait = TO_CHANGE if event.outcome == "sent" else timedelta(0)
        tx.schedule(event.community, "broadcasts", key, event.at + wait)
        return []
    place = place_from(key)
    author = author_of(tx, event.community, place.channel, place.message)
    if event.outcome != "sent" or author is None:
        return []
    gone = message_of(tx, event.community, place.channel, place.message) is None
    note_outcome(event, tx, place.channel, place.message, "taken_back" if gone else "passes")
    about = SimpleNamespace(channel=place.channel, message=place.message, author=author)
    where = channel_name(tx, event.community, place.channel)
    return [told_anew(event, about, thanks_card(where, gone=gone, changed=True))]
