"""Tells managers of messages that speak at people, and says why; everyone's by the same rules."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict
from datetime import datetime, timedelta
from types import SimpleNamespace
from typing import Any

from sqlalchemy import and_, bindparam, delete, select

from bot.actions import Action, Post, Tell, Update, answer
from bot.authors import ASKED, MOVED, TOLD, came_of, note_outcome, outcome_of
from bot.cards import Card, MessageRef, Quote, shorten
from bot.commands import given
from bot.communities import (
    MANAGERS_ONLY,
    changes_by,
    channel_name,
    excluded_by,
    forgotten_by,
    is_bot,
    is_manager,
    is_staff,
    may_quote,
    member_name,
    readers_changed_by,
    settings_at,
    settings_of,
    shown_in,
)
from bot.daily import count_again
from bot.decisions import (
    decide,
    decide_alike,
    forget_who,
    latest_decision,
    let_stand,
    undo_all,
)
from bot.events import (
    ON_A_PAGE,
    ButtonPressed,
    ChannelFound,
    CommandGiven,
    CommunityFound,
    Delivered,
    Event,
    FellDue,
    FormSubmitted,
    Happened,
    Judged,
    MessageDeleted,
    MessageEdited,
    MessageFiltered,
    MessagePosted,
    ShortcutUsed,
)
from bot.features.broadcasts.budget import (
    budget_again,
    budgets_read_anew,
    over_budget,
    over_changed_budgets,
)
from bot.features.broadcasts.cards import QUOTED, card_of, settled_card, thanks_card, verdict_card, word_card
from bot.features.broadcasts.context import (
    SETTLED,
    Place,
    forget_trace,
    forget_traces_of,
    keep_trace,
    kept_copies,
    past_of,
    those_that_count,
)
from bot.features.broadcasts.drafts import ask_draft, drafted
from bot.features.broadcasts.filtered import forget_filtered, keep_filtered, said_about_then, was_filtered
from bot.features.broadcasts.outcomes import Outcome, is_done, pressed, way_out
from bot.features.broadcasts.rewriting import SENT, ask_for_rewrite, is_rewrite, rewritten
from bot.features.broadcasts.threshold import begin, move
from bot.features.broadcasts.words import (
    TO_CHANGE,
    has_heard_enough,
    knows,
    may_still_be_changed,
    note_left,
    thanked,
    told_anew,
    word_of,
)
from bot.heard import Heard, as_it_reads, author_of, is_new, message_of, posted
from bot.language.context import Past, in_context, in_numbers, needs_context, sells_anyhow
from bot.language.edits import smallest_edit
from bot.language.links import Link
from bot.language.messages import read_message
from bot.language.salesy import Verdict, and_flagged, verdict_at
from bot.language.unmarked import unmarked
from bot.manners import manners_of
from bot.scores import ALIKE, FINE, PROMOTION, SCORE_KEPT
from storage.tables import Broadcast, table
from storage.transaction import Transaction

# How what is due begins when the cards of a channel are to be gone over; the channel follows, and after which
# message to go on. So many are gone over at once.
_READERS = "readers:"
_AT_ONCE = 50
# What falls due when a message is to be judged by what was before it too.
_LOOK = "look:"

_broadcast = table(Broadcast)
_HERE = and_(
    _broadcast.c.community == bindparam("in_community"),
    _broadcast.c.channel == bindparam("in_channel"),
    _broadcast.c.message == bindparam("of_message"),
)
_THERE = select(_broadcast).where(_HERE)
_SALESY_AFTER = (
    select(_broadcast)
    .where(
        _broadcast.c.community == bindparam("in_community"),
        _broadcast.c.channel == bindparam("in_channel"),
        _broadcast.c.message > bindparam("after"),
        _broadcast.c.verdict == "salesy",
    )
    .order_by(_broadcast.c.message)
    .limit(bindparam("most"))
)
_FORGET = delete(_broadcast).where(_HERE)
_OF_AUTHOR = and_(
    _broadcast.c.community == bindparam("in_community"), _broadcast.c.author == bindparam("by_author")
)
_BY_AUTHOR = (
    select(_broadcast.c.channel, _broadcast.c.message, _broadcast.c.author)
    .where(_OF_AUTHOR)
    .order_by(_broadcast.c.posted_at, _broadcast.c.message)
)
_FORGET_AUTHOR = delete(_broadcast).where(_OF_AUTHOR)
AboutMessage = MessagePosted | MessageEdited | MessageDeleted | MessageFiltered


def handle(event: Event, tx: Transaction) -> Sequence[Action]:
    """Judge what is said anew, and remember what managers say of it."""
    match event:
        case MessagePosted() if _is_of_no_concern(event, tx):
            return []
        case MessagePosted():
            place = Place(event.channel, event.message)
            verdict = _verdict_on(tx, event.community, place, posted(event))
            return _judge(event, tx) if _is_kept(verdict) or needs_context(verdict) else []
        case MessageEdited() | MessageDeleted():
            return _judge(event, tx)
        case MessageFiltered():
            return _filtered(event, tx)
        case ButtonPressed() if event.button.startswith("broadcast.") or event.button == "settings.never":
            return _pressed(event, tx)
        case CommandGiven() if (draft := given(event, tx, "check")) is not None:
            if draft or event.interaction.startswith(ON_A_PAGE):
                return _check(event, draft, event.channel, tx)
            return [ask_draft(event, tx)]
        case FormSubmitted(form="broadcast.check"):
            draft, channel = drafted(event, tx)
            return _check(event, draft, channel, tx)
        case Judged() if is_rewrite(event):
            return rewritten(event, tx)
        case ShortcutUsed(shortcut="salesy"):
            return [answer(event, _check_message(event, tx))]
        case ButtonPressed() | CommandGiven():
            actions = [
                action for member in excluded_by(event, tx) for action in _forget_author(event, member, tx)
            ]
            _go_over_soon(event, tx)
            actions += [
                *_wanted_none(event, tx),
                *budgets_read_anew(event, tx),
                *over_changed_budgets(event, tx),
            ]
            forgotten = forgotten_by(event, tx)
            return [*actions, *_undecide(event, forgotten, tx)] if forgotten is not None else actions
        case ChannelFound():
            _go_over_soon(event, tx)
            return budgets_read_anew(event, tx)
        case Delivered() if event.key.startswith(TOLD):
            return _word_delivered(event, tx)
        case Delivered(outcome="failed" | "doubtful") if event.key.startswith((ASKED, MOVED)):
            return _shown_again(event, event.key.partition(":")[2], tx)
        case CommunityFound():
            begin(event, tx)
            return []
        case FellDue(key="threshold"):
            move(event, tx)
            return []
        case FellDue() if event.key.startswith(_READERS):
            return _go_over(event, tx)
        case FellDue() if event.key.startswith(_LOOK):
            return _look(event, _place(event.key.removeprefix(_LOOK)), tx)
        case FellDue():
            return _still_there(event, tx)
        case _:
            return []


def _is_of_no_concern(event: MessagePosted, tx: Transaction) -> bool:
    """Tell whether nobody asked for it to be judged."""
    return not _concerns(tx, event.community, event.channel, event.at, bot=event.author_is_bot)


def _concerns(tx: Transaction, community: str, channel: str, posted_at: datetime, *, bot: bool) -> bool:
    """Return whether a message is judged: managers' among themselves never, apps' where that is asked."""
    settings = settings_at(tx, community, posted_at)
    return not settings.is_for_managers(channel) and (settings.judge_apps or not bot)


def _verdict(text: str, links: tuple[Link, ...], threshold: float) -> Verdict:
    return verdict_at(read_message(text, links).salesy, threshold)


def _threshold(tx: Transaction, community: str, channel: str, posted_at: datetime) -> float:
    """Return what held when a message was posted: whenever it is judged, the same comes out."""
    return settings_at(tx, community, posted_at).salesy_in(channel)


def _verdict_on(tx: Transaction, community: str, place: Place, said: Heard) -> Verdict:
    """Judge a message by its text, and by what the platform's own filter said of it."""
    threshold = _threshold(tx, community, place.channel, said.posted_at)
    verdict = _verdict(said.text, said.links, threshold)
    if verdict.salesy and was_filtered(tx, community, said.author, place.message, said.posted_at):
        return and_flagged(verdict, threshold)
    return verdict


def _is_kept(verdict: Verdict) -> bool:
    """Return whether a verdict is worth a row: of what hardly scores nothing is kept."""
    return verdict.verdict != "fine" or verdict.salesy >= SCORE_KEPT


def _filtered(event: MessageFiltered, tx: Transaction) -> Sequence[Action]:
    """Judge anew what the platform's own filter flagged, or what its author said about then."""
    keep_filtered(event, tx)
    if event.message is not None:
        return _judge(event, tx)
    actions: list[Action] = []
    for row in said_about_then(tx, event):
        about = {"channel": row.channel, "message": row.id}
        actions += _judge(event.model_copy(update=about), tx)
    return actions


def _judge(event: AboutMessage, tx: Transaction) -> Sequence[Action]:
    """Judge a message as it reads now; what was before it is looked at a moment later."""
    assert event.message is not None
    place = Place(event.channel, event.message)
    said = (
        message_of(tx, event.community, place.channel, place.message)
        if isinstance(event, MessageFiltered)
        else as_it_reads(event, tx)
    )
    verdict = None
    if said is not None and _concerns(tx, event.community, place.channel, said.posted_at, bot=said.bot):
        verdict = _verdict_on(tx, event.community, place, said)
    new = isinstance(event, MessagePosted) and is_new(event, tx)
    row = None if new else tx.row(_THERE, **_at(event.community, place))
    copies = _copies_of(tx, event.community, row)
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
            threshold = _threshold(tx, event.community, place.channel, said.posted_at)
            verdict = in_context(verdict, past, threshold)
    told = _told_of(event, tx, place, said, verdict, past, row, new=new)
    return [*told, *_those_left(event, tx, row, copies)]


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
    key = f"{_LOOK}{place.channel}/{place.message}"
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
        again = f"{_LOOK}{there.channel}/{there.message}"
        tx.schedule(event.community, "broadcasts", again, event.at, unless_there=True)
    return looks


def _look(event: FellDue, place: Place, tx: Transaction) -> Sequence[Action]:
    """Judge a message by what was before it too."""
    said = message_of(tx, event.community, place.channel, place.message)
    if said is None or not _concerns(tx, event.community, place.channel, said.posted_at, bot=said.bot):
        return []
    verdict = _verdict_on(tx, event.community, place, said)
    if not needs_context(verdict):
        return []
    threshold = _threshold(tx, event.community, place.channel, said.posted_at)
    waited = not sells_anyhow(verdict, threshold)
    past = past_of(tx, event.community, place, said)
    verdict = in_context(verdict, past, threshold)
    row = tx.row(_THERE, **_at(event.community, place))
    copies = _copies_of(tx, event.community, row)
    told = _told_of(event, tx, place, said, verdict, past, row, new=False, waited=waited)
    return [*told, *_those_left(event, tx, row, copies)]


def _stand(
    community: str, tx: Transaction, place: Place, said: Heard, verdict: Verdict, past: Past | None
) -> dict[str, Any] | None:
    """Keep the row of a verdict that is worth one, and return it; else forget what there was."""
    if not _is_kept(verdict):
        tx.run(_FORGET, **_at(community, place))
        return None
    welcome = settings_at(tx, community, said.posted_at).welcomes_promotion(place.channel)
    values = {
        "community": community,
        "channel": place.channel,
        "message": place.message,
        "thread": said.thread,
        "author": said.author,
        "posted_at": said.posted_at,
        "salesy": verdict.salesy,
        "verdict": PROMOTION if welcome and verdict.verdict == "salesy" else verdict.verdict,
        "signals": [asdict(signal) for signal in verdict.signals],
        "past": None if past is None else asdict(past),
    }
    tx.put(Broadcast, **values)
    return values


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
    if said is not None and verdict is not None and (known or _is_kept(verdict)):
        values = _stand(event.community, tx, place, said, verdict, past)
    elif known:
        tx.run(_FORGET, **_at(event.community, place))
    if said is not None and values is not None and values["verdict"] == "salesy":
        assert verdict is not None
        _is_fine_no_more(event, tx, before, values)
        threshold = _threshold(tx, event.community, place.channel, said.posted_at)
        if past is None and not said.bot and not sells_anyhow(verdict, threshold):
            # What was before it may speak for it: that is looked at before anybody is told.
            return []
        known_of = before if before is None or before.past is not None or not waited else None
        return _shown(event, tx, values, said, known_of, new=new)
    over: Sequence[Action] = []
    if values is not None and values["verdict"] == PROMOTION:
        over = over_budget(event, tx, place.channel, values["posted_at"])
    settled = _settled(tx, event.community, place.channel, taken_back=said is None)
    sold = before is not None and before.verdict == "salesy"
    thanks = thanked(event, tx, before, gone=said is None) if sold else []
    budget = budget_again(event, tx, place.channel, before.posted_at) if sold else []
    return [*over, *thanks, *budget, *(_update(event, tx, key, settled) if known else [])]


def _is_fine_no_more(event: Happened, tx: Transaction, before: Any, values: dict[str, Any]) -> None:
    """Let no manager's word stand that a message is fine once it was changed and reads worse."""
    if not isinstance(event, MessageEdited) or (before is not None and values["salesy"] <= before.salesy):
        return
    if _called_fine(tx, event.community, SimpleNamespace(**values)) is not None:
        undo_all(tx, event.community, "broadcast", values["channel"], values["message"], event.at)
        count_again(tx, event.community, values["posted_at"])


def _shown(
    event: AboutMessage | FellDue,
    tx: Transaction,
    values: dict[str, Any],
    said: Heard,
    before: Any,
    *,
    new: bool,
) -> Sequence[Action]:
    """Show a salesy message to its author, or to managers, or on the card that they have of it."""
    key = f"broadcast:{values['channel']}/{values['message']}"
    row = SimpleNamespace(**values)
    shown = None if new else shown_in(tx, event.community, key)
    if shown is not None:
        if isinstance(event, FellDue) and before is not None and before.signals == _as_kept(values):
            return []
        again = _told_again(event, tx, row, said, before)
        return [*again, *_update(event, tx, key, _card(event.community, tx, row, said.text, shown))]
    # A message of the past that is told again, as it was read from an export: it was judged then. One that
    # sold before it was looked at was told of then.
    if before is not None and isinstance(event, MessagePosted):
        return []
    if isinstance(event, FellDue) and before is not None and before.verdict == "salesy":
        return []
    if said.bot or is_bot(tx, event.community, said.author):
        return _show(event, tx, row, said.text)
    return _private_word(event, tx, row, said, before)


def _as_kept(values: dict[str, Any]) -> list[dict[str, Any]]:
    """Return the signals of a row as they are read again."""
    return [signal | {"spans": [list(span) for span in signal["spans"]]} for signal in values["signals"]]


def _place(key: str) -> Place:
    channel, _, message = key.partition("/")
    return Place(channel, message)


def _place_of(row: Any) -> Place:
    return Place(row.channel, row.message)


def _at(community: str, place: Place) -> dict[str, str]:
    return {"in_community": community, "in_channel": place.channel, "of_message": place.message}


def _called_fine(tx: Transaction, community: str, row: Any) -> Any:
    """Return what a manager decided last of a message, if it is that it is fine; else None."""
    decided = latest_decision(tx, community, "broadcast", row.channel, row.message)
    return decided if decided is not None and decided.decision in FINE else None


def _is_fine_too(event: Happened, tx: Transaction, row: Any, *, by: str) -> None:
    """Note that what somebody said is fine was said in another place too."""
    decide_alike(event, tx, "broadcast", row.channel, row.message, ALIKE, by=by)
    count_again(tx, event.community, row.posted_at)


def _show(event: Happened, tx: Transaction, row: Any, text: str) -> Sequence[Action]:
    """Return the post of a card for managers, if they have a channel; of a copy the card there is."""
    channel = settings_of(tx, event.community).managers_channel
    if channel is None:
        return []
    # Nothing of it was counted while its author could change it.
    over = over_budget(event, tx, row.channel, row.posted_at)
    here = Place(row.channel, row.message)
    named = _named_on(event, tx, _selling(event, tx, kept_copies(tx, event.community, here)), new=here)
    if named is not None:
        return [*over, *named]
    card = _card(event.community, tx, row, text, channel)
    key = f"broadcast:{row.channel}/{row.message}"
    return [*over, Post(key=key, community=event.community, channel=channel, card=card)]


def _copies_of(tx: Transaction, community: str, row: Any) -> Sequence[Place]:
    """Return where else nearly the same was said as in a message that sells."""
    sells = row is not None and row.verdict == "salesy"
    return kept_copies(tx, community, Place(row.channel, row.message)) if sells else []


def _those_left(event: Happened, tx: Transaction, before: Any, copies: Sequence[Place]) -> Sequence[Action]:
    """Have the card on what nearly said the same as a message did `before` go on without it, if it has to."""
    if not copies:
        return []
    still = set(_copies_of(tx, event.community, tx.row(_THERE, **_at(event.community, _place_of(before)))))
    return _next_of(event, tx, before, [there for there in copies if there not in still])


def _selling(event: Happened, tx: Transaction, places: Sequence[Place]) -> Iterator[tuple[str, Any, str]]:
    """Yield what of these sells: by which key its card is known, its row and text."""
    for there in places:
        row = tx.row(_THERE, **_at(event.community, there))
        said = message_of(tx, event.community, there.channel, there.message)
        if row is not None and row.verdict == "salesy" and said is not None:
            yield f"broadcast:{there.channel}/{there.message}", row, said.text


def _named_on(
    event: Happened, tx: Transaction, copies: Iterable[tuple[str, Any, str]], new: Place | None = None
) -> Sequence[Action] | None:
    """Return the update of the card that stands for messages that nearly say the same; None if there is none.

    What is `new`, and not among those that the card names, changes nothing on it.
    """
    for key, row, text in copies:
        shown = shown_in(tx, event.community, key)
        if shown is not None and came_of(tx, event.community, key) != "failed":
            if new is not None and (fine := _called_fine(tx, event.community, row)) is not None:
                said = tx.row(_THERE, **_at(event.community, new))
                _is_fine_too(event, tx, said, by=fine.by)
            if new is not None and new not in kept_copies(
                tx, event.community, Place(row.channel, row.message)
            ):
                return []
            return _update(event, tx, key, _card(event.community, tx, row, text, shown))
    return None


def _next_of(event: Happened, tx: Transaction, gone: Any, places: Sequence[Place]) -> Sequence[Action]:
    """Have the card on what nearly says the same as what is gone name it no more, or go on with the first."""
    copies = list(_selling(event, tx, places))
    if not copies:
        return []
    if (named := _named_on(event, tx, copies)) is not None:
        return named
    _, row, _ = copies[0]
    said = message_of(tx, event.community, row.channel, row.message)
    fine = _called_fine(tx, event.community, row) is not None
    if said is None or fine or may_still_be_changed(tx, event.community, [_place_of(row)]):
        return []
    if row.author == gone.author and not said.bot and word_of(tx, event.community, row) is None:
        return _private_word(event, tx, row, said, None)
    return _show(event, tx, row, said.text)


def _is_coached(tx: Transaction, community: str, author: str) -> bool:
    """Return whether somebody is of the company: what they sell is for coaching."""
    return is_staff(tx, community, author) and not is_bot(tx, community, author)


def _private_word(event: Happened, tx: Transaction, row: Any, said: Heard, before: Any) -> Sequence[Action]:
    """Tell an author, before any manager sees it; where it was fine `before`, they have as long once more."""
    if not manners_of(event.community).private_words:
        return _show(event, tx, row, said.text)
    if word_of(tx, event.community, row) is not None:
        return _told_again(event, tx, row, said, before)
    place = _place_of(row)
    copies = [each for _, each, _ in _selling(event, tx, kept_copies(tx, event.community, place))]
    if any(_called_fine(tx, event.community, each) for each in copies):
        return _show(event, tx, row, said.text)
    theirs = [
        _place_of(each) for each in copies if each.author == row.author and each.posted_at <= row.posted_at
    ]
    if theirs and knows(tx, event.community, row.author, event.at):
        # Managers hear of both with the first, and anew when that is long ago.
        waits = may_still_be_changed(tx, event.community, theirs)
        return [] if waits else _show(event, tx, row, said.text)
    if has_heard_enough(tx, event.community, row.author, event.at):
        return _show(event, tx, row, said.text)
    key = f"{TOLD}{place.channel}/{place.message}"
    return [
        Tell(key=key, community=event.community, member=row.author, card=_word_card(event, tx, row, said))
    ]


def _told_again(event: Happened, tx: Transaction, row: Any, said: Heard, before: Any) -> Sequence[Action]:
    """Have the word that an author had say how what they changed reads now; managers see it after as long."""
    came_of_it = word_of(tx, event.community, row)
    if came_of_it is None or isinstance(event, MessagePosted):
        return []
    sold_before = before is not None and before.verdict == "salesy"
    shown = shown_in(tx, event.community, f"broadcast:{row.channel}/{row.message}")
    if not (sold_before and shown):
        due = event.at + TO_CHANGE
        place = f"{row.channel}/{row.message}"
        tx.schedule(event.community, "broadcasts", place, due, unless_there=sold_before)
    if came_of_it != "sent":
        return []
    if sold_before and isinstance(event, MessageEdited):
        note_outcome(event, tx, row.channel, row.message, "still_sells")
    return [told_anew(event, row, _word_card(event, tx, row, said))]


def _word_delivered(event: Delivered, tx: Transaction) -> Sequence[Action]:
    """Give an author who was told time to change it; thank who changed it, or took it back, before that."""
    key = event.key.removeprefix(TOLD)
    row = tx.row(_THERE, **_at(event.community, _place(key)))
    if row is not None and row.verdict == "salesy":
        # Who cannot be told in private need not be waited for.
        wait = TO_CHANGE if event.outcome == "sent" else timedelta(0)
        tx.schedule(event.community, "broadcasts", key, event.at + wait)
        return []
    place = _place(key)
    author = author_of(tx, event.community, place.channel, place.message)
    if event.outcome != "sent" or author is None:
        return []
    gone = message_of(tx, event.community, place.channel, place.message) is None
    note_outcome(event, tx, place.channel, place.message, "taken_back" if gone else "passes")
    about = SimpleNamespace(channel=place.channel, message=place.message, author=author)
    where = channel_name(tx, event.community, place.channel)
    return [told_anew(event, about, thanks_card(where, gone=gone, changed=True))]


def _word_card(event: Happened, tx: Transaction, row: Any, said: Heard) -> Card:
    settings = settings_of(tx, event.community)
    return word_card(
        row,
        said.text,
        where=channel_name(tx, event.community, row.channel),
        managers_see=settings.managers_channel is not None,
        unwanted=settings.wants_no_promotion(row.channel),
        coaching=_is_coached(tx, event.community, row.author),
        numbers=in_numbers(past_of(tx, event.community, _place_of(row), said)),
    )


def _still_there(event: FellDue, tx: Transaction) -> Sequence[Action]:
    """Show managers what its author was told of and left as it was."""
    place = _place(event.key)
    row = tx.row(_THERE, **_at(event.community, place))
    if row is None or row.verdict != "salesy":
        return []
    # Copies of it may have been taken back.
    changed = _look(event, place, tx)
    row = tx.row(_THERE, **_at(event.community, place))
    said = message_of(tx, event.community, place.channel, place.message)
    if row is None or said is None or row.verdict != "salesy":
        return changed
    note_left(event, tx, row)
    if shown_in(tx, event.community, f"broadcast:{event.key}") is not None:
        return changed
    return _show(event, tx, row, said.text)


def _shown_again(event: Happened, place: str, tx: Transaction) -> Sequence[Action]:
    """Return the update of the card of a message, of which something is known now."""
    channel, _, message = place.partition("/")
    key = f"broadcast:{place}"
    row = tx.row(_THERE, in_community=event.community, in_channel=channel, of_message=message)
    said, shown = message_of(tx, event.community, channel, message), shown_in(tx, event.community, key)
    if row is None or said is None or shown is None or row.verdict != "salesy":
        return []
    return _update(event, tx, key, _card(event.community, tx, row, said.text, shown))


def _go_over_soon(event: ChannelFound | ButtonPressed | CommandGiven, tx: Transaction) -> None:
    """Have cards gone over that quote a channel whose words others may read than before."""
    for channel in readers_changed_by(event, tx):
        place = {"in_community": event.community, "in_channel": channel, "after": ""}
        if tx.row(_SALESY_AFTER, **place, most=1) is not None:
            tx.schedule(event.community, "broadcasts", f"{_READERS}{channel}/", event.at)


def _go_over(event: FellDue, tx: Transaction) -> Sequence[Action]:
    """Show some broadcasts on their cards as their readers now may see them, and go on with the next."""
    channel, _, after = event.key.removeprefix(_READERS).partition("/")
    place = {"in_community": event.community, "in_channel": channel, "after": after}
    rows = tx.rows(_SALESY_AFTER, **place, most=_AT_ONCE)
    actions: list[Action] = []
    for row in rows:
        key = f"broadcast:{channel}/{row.message}"
        said = message_of(tx, event.community, channel, row.message)
        shown = shown_in(tx, event.community, key)
        if said is not None and shown is not None:
            actions += _update(event, tx, key, _card(event.community, tx, row, said.text, shown))
    if len(rows) == _AT_ONCE:
        tx.schedule(event.community, "broadcasts", f"{_READERS}{channel}/{rows[-1].message}", event.at)
    return actions


def _wanted_none(event: ButtonPressed | CommandGiven, tx: Transaction) -> Sequence[Action]:
    """Note of a message that somebody wants none of it in its channel, once they made a rule of that."""
    if not isinstance(event, ButtonPressed) or "channels" not in changes_by(event, tx):
        return []
    place = let_stand(tx, event.community, "broadcast", event.value)
    row = None if place is None else tx.row(_THERE, **_at(event.community, Place(*place)))
    if row is None:
        return []
    count_again(tx, event.community, row.posted_at)
    return _shown_again(event, f"{row.channel}/{row.message}", tx)


def _undecide(event: ButtonPressed | CommandGiven, member: str, tx: Transaction) -> Sequence[Action]:
    """Forget who decided about broadcasts, on managers' cards too."""
    actions: list[Action] = []
    for channel, message in forget_who(tx, event.community, "broadcast", member):
        key = f"broadcast:{channel}/{message}"
        place = {"in_community": event.community, "in_channel": channel, "of_message": message}
        row, said = tx.row(_THERE, **place), message_of(tx, event.community, channel, message)
        shown = shown_in(tx, event.community, key)
        if row is not None and said is not None and shown is not None:
            actions += _update(event, tx, key, _card(event.community, tx, row, said.text, shown))
    return actions


def _forget_author(event: ButtonPressed | CommandGiven, member: str, tx: Transaction) -> Sequence[Action]:
    """Forget what somebody who is excluded now was seen to broadcast, on managers' cards too."""
    actions: list[Action] = []
    by_author = {"in_community": event.community, "by_author": member}
    copies: list[tuple[Any, Sequence[Place]]] = []
    for row in tx.rows(_BY_AUTHOR, **by_author):
        card = _settled(tx, event.community, row.channel, taken_back=True)
        actions += _update(event, tx, f"broadcast:{row.channel}/{row.message}", card)
        copies.append((row, kept_copies(tx, event.community, _place_of(row))))
    tx.run(_FORGET_AUTHOR, **by_author)
    forget_traces_of(tx, event.community, member)
    forget_filtered(tx, event.community, member)
    # What others said like it stood on these cards too, or named it on theirs.
    for there in {there for _, places in copies for there in places}:
        key = f"{_LOOK}{there.channel}/{there.message}"
        tx.schedule(event.community, "broadcasts", key, event.at, unless_there=True)
    nexts = [action for row, places in copies for action in _next_of(event, tx, row, places)]
    actions += {action.key: action for action in nexts}.values()
    return actions


def _update(event: Happened, tx: Transaction, post: str, card: Card) -> Sequence[Action]:
    """Return the update of the card that `post` made, if managers were shown one."""
    channel = shown_in(tx, event.community, post)
    if channel is None:
        return []
    key = f"update:{event.id}:{post}"
    return [Update(key=key, community=event.community, channel=channel, post=post, card=card)]


def _settled(tx: Transaction, community: str, channel: str, *, taken_back: bool) -> Card:
    return settled_card(channel_name(tx, community, channel), taken_back=taken_back)


def _card(
    community: str, tx: Transaction, row: Any, text: str, to_channel: str, *, tries: bool = False
) -> Card:
    quotes: tuple[Quote, ...] = ()
    if may_quote(tx, community, row.channel, to_channel):
        ref = MessageRef(channel=row.channel, message=row.message, thread=row.thread)
        short = shorten(unmarked(text), QUOTED)
        author = member_name(tx, community, row.author)
        quotes = (Quote(author=author, text=short, ref=ref, at=row.posted_at),)
    decided = latest_decision(tx, community, "broadcast", row.channel, row.message)
    to = way_out(tx, community, row.channel)
    return card_of(
        row,
        quotes=quotes,
        where=channel_name(tx, community, row.channel),
        decision=decided.decision if decided else None,
        by=member_name(tx, community, decided.by) if decided else "",
        coaching=_is_coached(tx, community, row.author),
        told=word_of(tx, community, row) == "sent",
        changed=outcome_of(tx, community, row.channel, row.message) == "still_sells",
        done=tries or decided is None or is_done(tx, community, row, decided.decision),
        move_to=channel_name(tx, community, to) if to is not None else "",
        strict=settings_of(tx, community).wants_no_promotion(row.channel),
        also=[
            channel_name(tx, community, there.channel)
            for there in kept_copies(tx, community, Place(row.channel, row.message))
        ],
    )


def _check(
    event: CommandGiven | FormSubmitted, draft: str, channel: str, tx: Transaction
) -> Sequence[Action]:
    """Return the verdict on a draft for a channel, for its author alone; and ask for another wording."""
    if not draft.strip():
        help = "Write the draft after the word: /community check Join our launch! 50% off today"
        return [answer(event, help)]
    settings = settings_of(tx, event.community)
    threshold = settings.salesy_in(channel)
    verdict = _verdict(draft, (), threshold)
    welcome = settings.welcomes_promotion(channel)
    past = None
    if needs_context(verdict):
        said = Heard(event.member, False, event.at, draft, (), None, None)
        past = past_of(tx, event.community, Place(channel, ""), said)
        verdict = in_context(verdict, past, threshold)
    numbers = in_numbers(past) if past is not None else ""
    edit = smallest_edit(draft, (), threshold, past)
    card = verdict_card(verdict, draft, edit, welcome=welcome, numbers=numbers)
    asked = ask_for_rewrite(event, tx, draft, verdict, threshold, channel=channel)
    if asked:
        card = card.model_copy(update={"footer": f"{card.footer} {SENT}"})
    return [answer(event, card), *asked]


def _check_message(event: ShortcutUsed, tx: Transaction) -> Card:
    """Return the verdict on a message as it reads now, for who asked alone; nothing of it is kept."""
    if not event.text.strip() and not event.links:
        return Card(text="There are no words in that message that I read.")
    settings = settings_at(tx, event.community, event.posted_at)
    threshold, welcome = settings.salesy_in(event.channel), settings.welcomes_promotion(event.channel)
    verdict = _verdict(event.text, event.links, threshold)
    row = tx.row(_THERE, **_at(event.community, Place(event.channel, event.message)))
    past = Past(**row.past) if row is not None and row.past is not None else None
    if past is not None and needs_context(verdict):
        verdict = in_context(verdict, past, threshold)
    edit = smallest_edit(event.text, event.links, threshold, past)
    return verdict_card(verdict, event.text, edit, welcome=welcome)


def _said_of(event: ButtonPressed, tx: Transaction, row: Any, outcome: Outcome) -> str:
    """Return what a manager is told; of a card on several messages, whom what is done now does not reach."""
    copies = len([*_selling(event, tx, _copies_of(tx, event.community, row))]) if outcome.actions else 0
    if not copies:
        return outcome.says
    where = channel_name(tx, event.community, row.channel)
    return f"{outcome.says} That is about the one in #{where} alone, not about the other {copies}."


def _pressed(event: ButtonPressed, tx: Transaction) -> Sequence[Action]:
    channel, _, message = event.value.partition("/")
    place = {"in_community": event.community, "in_channel": channel, "of_message": message}
    # Who presses what changes a rule is answered by the feature `settings`.
    answers = event.button != "settings.never"
    if not is_manager(tx, event):
        return [answer(event, MANAGERS_ONLY)] if answers else []
    row, said = tx.row(_THERE, **place), message_of(tx, event.community, channel, message)
    if row is None or said is None or row.verdict != "salesy":
        gone = "That message is gone, or reads differently now: nothing was noted."
        return [answer(event, gone)] if answers else []
    outcome = pressed(event, tx, row, said.text, said.links)
    if outcome is None:
        return [answer(event, "I do not know that button; the card may be from another version of me.")]
    if outcome.decision is None:
        return [answer(event, outcome.says)]
    decide(event, tx, "broadcast", channel, message, outcome.decision, stands=outcome.stands)
    alike = (
        []
        if outcome.decision != "fine"
        else [each for _, each, _ in _selling(event, tx, _copies_of(tx, event.community, row))]
    )
    for each in alike:
        _is_fine_too(event, tx, each, by=event.member)
    count_again(tx, event.community, row.posted_at)
    budget = [] if outcome.decision != "fine" else budget_again(event, tx, row.channel, row.posted_at)
    told = [answer(event, _said_of(event, tx, row, outcome))] if answers else []
    key = f"broadcast:{channel}/{message}"
    shown = shown_in(tx, event.community, key)
    if shown is None or not outcome.stands:
        return [*told, *outcome.actions, *budget]
    card = _card(event.community, tx, row, said.text, shown, tries=bool(outcome.actions))
    return [*told, *outcome.actions, *budget, *_update(event, tx, key, card)]
