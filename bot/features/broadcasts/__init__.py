"""Tells managers of messages that speak at people, and says why; everyone's by the same rules."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import and_, bindparam, delete, select

from bot.actions import Action, answer
from bot.authors import ASKED, MOVED, TOLD
from bot.commands import given
from bot.communities import (
    MANAGERS_ONLY,
    changes_by,
    channel_name,
    excluded_by,
    forgotten_by,
    is_manager,
    readers_changed_by,
    shown_in,
)
from bot.daily import count_again
from bot.decisions import decide, forget_who, let_stand
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
    Judged,
    MessageDeleted,
    MessageEdited,
    MessageFiltered,
    MessagePosted,
    ShortcutUsed,
)
from bot.features.broadcasts.budget import budget_again, budgets_read_anew, over_changed_budgets
from bot.features.broadcasts.checking import check, check_message
from bot.features.broadcasts.context import Place, forget_traces_of, kept_copies
from bot.features.broadcasts.drafts import ask_draft, drafted
from bot.features.broadcasts.filtered import forget_filtered
from bot.features.broadcasts.judging import LOOK, judge, judge_filtered, look, still_there, word_delivered
from bot.features.broadcasts.outcomes import Outcome, pressed
from bot.features.broadcasts.rewriting import is_rewrite, rewritten
from bot.features.broadcasts.showing import (
    card_again,
    card_once_settled,
    copies_of,
    managers_card,
    next_of,
    selling,
    shown_again,
)
from bot.features.broadcasts.threshold import begin, move
from bot.features.broadcasts.verdicts import (
    concerns,
    is_kept,
    note_fine_too,
    place_from,
    place_of,
    row_at,
    verdict_on,
)
from bot.heard import message_of, posted
from bot.language.context import needs_context
from storage.tables import Broadcast, table
from storage.transaction import Transaction

# How what is due begins when the cards of a channel are to be gone over; the channel follows, and after which
# message to go on. So many are gone over at once.
_READERS = "readers:"
_AT_ONCE = 50

_broadcast = table(Broadcast)
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
_OF_AUTHOR = and_(
    _broadcast.c.community == bindparam("in_community"), _broadcast.c.author == bindparam("by_author")
)
_BY_AUTHOR = (
    select(_broadcast.c.channel, _broadcast.c.message, _broadcast.c.author)
    .where(_OF_AUTHOR)
    .order_by(_broadcast.c.posted_at, _broadcast.c.message)
)
_FORGET_AUTHOR = delete(_broadcast).where(_OF_AUTHOR)


def handle(event: Event, tx: Transaction) -> Sequence[Action]:
    """Judge what is said anew, and remember what managers say of it."""
    match event:
        case MessagePosted() if _is_of_no_concern(event, tx):
            return []
        case MessagePosted():
            place = Place(event.channel, event.message)
            verdict = verdict_on(tx, event.community, place, posted(event))
            return judge(event, tx) if is_kept(verdict) or needs_context(verdict) else []
        case MessageEdited() | MessageDeleted():
            return judge(event, tx)
        case MessageFiltered():
            return judge_filtered(event, tx)
        case ButtonPressed() if event.button.startswith("broadcast.") or event.button == "settings.never":
            return _pressed(event, tx)
        case CommandGiven() if (draft := given(event, tx, "check")) is not None:
            if draft or event.interaction.startswith(ON_A_PAGE):
                return check(event, draft, event.channel, tx)
            return [ask_draft(event, tx)]
        case FormSubmitted(form="broadcast.check"):
            draft, channel = drafted(event, tx)
            return check(event, draft, channel, tx)
        case Judged() if is_rewrite(event):
            return rewritten(event, tx)
        case ShortcutUsed(shortcut="salesy"):
            return [answer(event, check_message(event, tx))]
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
            return word_delivered(event, tx)
        case Delivered(outcome="failed" | "doubtful") if event.key.startswith((ASKED, MOVED)):
            return shown_again(event, event.key.partition(":")[2], tx)
        case CommunityFound():
            begin(event, tx)
            return []
        case FellDue(key="threshold"):
            move(event, tx)
            return []
        case FellDue() if event.key.startswith(_READERS):
            return _go_over(event, tx)
        case FellDue() if event.key.startswith(LOOK):
            return look(event, place_from(event.key.removeprefix(LOOK)), tx)
        case FellDue():
            return still_there(event, tx)
        case _:
            return []


def _is_of_no_concern(event: MessagePosted, tx: Transaction) -> bool:
    """Tell whether nobody asked for it to be judged."""
    return not concerns(tx, event.community, event.channel, event.at, bot=event.author_is_bot)


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
            actions += card_again(event, tx, key, managers_card(event.community, tx, row, said.text, shown))
    if len(rows) == _AT_ONCE:
        tx.schedule(event.community, "broadcasts", f"{_READERS}{channel}/{rows[-1].message}", event.at)
    return actions


def _wanted_none(event: ButtonPressed | CommandGiven, tx: Transaction) -> Sequence[Action]:
    """Note of a message that somebody wants none of it in its channel, once they made a rule of that."""
    if not isinstance(event, ButtonPressed) or "channels" not in changes_by(event, tx):
        return []
    place = let_stand(tx, event.community, "broadcast", event.value)
    row = None if place is None else row_at(tx, event.community, Place(*place))
    if row is None:
        return []
    count_again(tx, event.community, row.posted_at)
    return shown_again(event, f"{row.channel}/{row.message}", tx)


def _undecide(event: ButtonPressed | CommandGiven, member: str, tx: Transaction) -> Sequence[Action]:
    """Forget who decided about broadcasts, on managers' cards too."""
    actions: list[Action] = []
    for channel, message in forget_who(tx, event.community, "broadcast", member):
        key = f"broadcast:{channel}/{message}"
        row = row_at(tx, event.community, Place(channel, message))
        said = message_of(tx, event.community, channel, message)
        shown = shown_in(tx, event.community, key)
        if row is not None and said is not None and shown is not None:
            actions += card_again(event, tx, key, managers_card(event.community, tx, row, said.text, shown))
    return actions


def _forget_author(event: ButtonPressed | CommandGiven, member: str, tx: Transaction) -> Sequence[Action]:
    """Forget what somebody who is excluded now was seen to broadcast, on managers' cards too."""
    actions: list[Action] = []
    by_author = {"in_community": event.community, "by_author": member}
    copies: list[tuple[Any, Sequence[Place]]] = []
    for row in tx.rows(_BY_AUTHOR, **by_author):
        card = card_once_settled(tx, event.community, row.channel, taken_back=True)
        actions += card_again(event, tx, f"broadcast:{row.channel}/{row.message}", card)
        copies.append((row, kept_copies(tx, event.community, place_of(row))))
    tx.run(_FORGET_AUTHOR, **by_author)
    forget_traces_of(tx, event.community, member)
    forget_filtered(tx, event.community, member)
    # What others said like it stood on these cards too, or named it on theirs.
    for there in {there for _, places in copies for there in places}:
        key = f"{LOOK}{there.channel}/{there.message}"
        tx.schedule(event.community, "broadcasts", key, event.at, unless_there=True)
    nexts = [action for row, places in copies for action in next_of(event, tx, row, places)]
    actions += {action.key: action for action in nexts}.values()
    return actions


def _said_of(event: ButtonPressed, tx: Transaction, row: Any, outcome: Outcome) -> str:
    """Return what a manager is told; of a card on several messages, whom what is done now does not reach."""
    copies = len([*selling(event, tx, copies_of(tx, event.community, row))]) if outcome.actions else 0
    if not copies:
        return outcome.says
    where = channel_name(tx, event.community, row.channel)
    return f"{outcome.says} That is about the one in #{where} alone, not about the other {copies}."


def _pressed(event: ButtonPressed, tx: Transaction) -> Sequence[Action]:
    channel, _, message = event.value.partition("/")
    # Who presses what changes a rule is answered by the feature `settings`.
    answers = event.button != "settings.never"
    if not is_manager(tx, event):
        return [answer(event, MANAGERS_ONLY)] if answers else []
    row = row_at(tx, event.community, Place(channel, message))
    said = message_of(tx, event.community, channel, message)
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
        else [each for _, each, _ in selling(event, tx, copies_of(tx, event.community, row))]
    )
    for each in alike:
        note_fine_too(event, tx, each, by=event.member)
    count_again(tx, event.community, row.posted_at)
    budget = [] if outcome.decision != "fine" else budget_again(event, tx, row.channel, row.posted_at)
    told = [answer(event, _said_of(event, tx, row, outcome))] if answers else []
    key = f"broadcast:{channel}/{message}"
    shown = shown_in(tx, event.community, key)
    if shown is None or not outcome.stands:
        return [*told, *outcome.actions, *budget]
    card = managers_card(event.community, tx, row, said.text, shown, tries=bool(outcome.actions))
    return [*told, *outcome.actions, *budget, *card_again(event, tx, key, card)]
