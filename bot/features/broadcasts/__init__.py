"""Tells managers of messages that speak at people, and says why; everyone's by the same rules."""

from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime, timedelta
from types import SimpleNamespace
from typing import Any

from sqlalchemy import and_, bindparam, delete, select

from bot.actions import Action, Post, Tell, Update, answer
from bot.cards import Card, MessageRef, Quote, shorten
from bot.commands import given
from bot.communities import (
    MANAGERS_ONLY,
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
from bot.decisions import decide, forget_who, latest_decision
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
from bot.features.broadcasts.budget import over_budget
from bot.features.broadcasts.cards import QUOTED, card_of, settled_card, verdict_card, word_card
from bot.features.broadcasts.drafts import ask_draft, drafted
from bot.features.broadcasts.filtered import forget_filtered, keep_filtered, said_about_then, was_filtered
from bot.features.broadcasts.outcomes import ASKED, came_of, outcome_of, way_out
from bot.features.broadcasts.rewriting import SENT, ask_for_rewrite, is_rewrite, rewritten
from bot.features.broadcasts.threshold import begin, move
from bot.heard import Heard, as_it_reads, is_new, message_of
from bot.language.edits import smallest_edit
from bot.language.links import Link
from bot.language.messages import read_message
from bot.language.salesy import Verdict, and_flagged, verdict_at
from bot.language.unmarked import unmarked
from bot.manners import manners_of
from bot.scores import PROMOTION, PROMOTIONAL, SCORE_KEPT
from storage.tables import Broadcast, table
from storage.transaction import Transaction

# For so long after the private word an author can change what they posted before managers see it.
_TO_CHANGE = timedelta(minutes=10)
_TOLD = "broadcast.told:"
# How what is due begins when the cards of a channel are to be gone over; the channel follows, and after which
# message to go on. So many are gone over at once.
_READERS = "readers:"
_AT_ONCE = 50

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
    select(_broadcast.c.channel, _broadcast.c.message)
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
            said = Heard(event.author, event.author_is_bot, event.at, event.text, event.links, event.thread)
            return _judge(event, tx) if _is_kept(_verdict_on(event, said, tx)) else []
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
            forgotten = forgotten_by(event, tx)
            return [*actions, *_undecide(event, forgotten, tx)] if forgotten is not None else actions
        case ChannelFound():
            _go_over_soon(event, tx)
            return []
        case Delivered() if event.key.startswith(_TOLD):
            # Who cannot be told in private need not be waited for.
            wait = _TO_CHANGE if event.outcome == "sent" else timedelta(0)
            tx.schedule(event.community, "broadcasts", event.key.removeprefix(_TOLD), event.at + wait)
            return []
        case Delivered(outcome="failed" | "doubtful") if event.key.startswith(ASKED):
            return _shown_again(event, event.key.removeprefix(ASKED), tx)
        case CommunityFound():
            begin(event, tx)
            return []
        case FellDue(key="threshold"):
            move(event, tx)
            return []
        case FellDue() if event.key.startswith(_READERS):
            return _go_over(event, tx)
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


def _verdict_on(event: AboutMessage, said: Heard, tx: Transaction) -> Verdict:
    """Judge by the threshold that held when a message was posted: whenever that is, the same comes out."""
    threshold = settings_at(tx, event.community, said.posted_at).salesy_in(event.channel)
    verdict = _verdict(said.text, said.links, threshold)
    message = event.message or ""
    if verdict.salesy and was_filtered(tx, event.community, said.author, message, said.posted_at):
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
    """Judge a message as it reads now."""
    assert event.message is not None
    said = (
        message_of(tx, event.community, event.channel, event.message)
        if isinstance(event, MessageFiltered)
        else as_it_reads(event, tx)
    )
    verdict = None
    if said is not None and _concerns(tx, event.community, event.channel, said.posted_at, bot=said.bot):
        verdict = _verdict_on(event, said, tx)
    new = isinstance(event, MessagePosted) and is_new(event, tx)
    place = {"in_community": event.community, "in_channel": event.channel, "of_message": event.message}
    there = not new and tx.row(_THERE, **place) is not None
    key = f"broadcast:{event.channel}/{event.message}"
    if said is None or verdict is None or not _is_kept(verdict):
        if not there:
            return []
        tx.run(_FORGET, **place)
        return _update(event, tx, key, _settled(tx, event.community, event.channel, taken_back=said is None))
    welcome = settings_at(tx, event.community, said.posted_at).welcomes_promotion(event.channel)
    called = PROMOTION if welcome and verdict.verdict == "salesy" else verdict.verdict
    values = {
        "community": event.community,
        "channel": event.channel,
        "message": event.message,
        "thread": said.thread,
        "author": said.author,
        "posted_at": said.posted_at,
        "salesy": verdict.salesy,
        "verdict": called,
        "signals": [asdict(signal) for signal in verdict.signals],
    }
    tx.put(Broadcast, **values)
    over = over_budget(event, tx, event.channel, said.posted_at) if called in PROMOTIONAL else []
    if called != "salesy":
        settled = _settled(tx, event.community, event.channel, taken_back=False)
        return [*over, *(_update(event, tx, key, settled) if there else [])]
    return [*over, *_shown(event, tx, values, said, new=new, there=there)]


def _shown(
    event: AboutMessage, tx: Transaction, values: dict[str, Any], said: Heard, *, new: bool, there: bool
) -> Sequence[Action]:
    """Show a salesy message to its author, or to managers, or on the card that they have of it."""
    key = f"broadcast:{event.channel}/{event.message}"
    row = SimpleNamespace(**values)
    shown = None if new else shown_in(tx, event.community, key)
    if shown is not None:
        return _update(event, tx, key, _card(event.community, tx, row, said.text, shown))
    # A message of the past that is told again, as it was read from an export: it was judged then.
    if there and isinstance(event, MessagePosted):
        return []
    if said.bot or is_bot(tx, event.community, said.author):
        return _show(event.community, tx, row, said.text)
    return _private_word(event, tx, row, said.text)


def _show(community: str, tx: Transaction, row: Any, text: str) -> Sequence[Action]:
    """Return the post of a card for managers, if they have a channel."""
    channel = settings_of(tx, community).managers_channel
    if channel is None:
        return []
    card = _card(community, tx, row, text, channel)
    key = f"broadcast:{row.channel}/{row.message}"
    return [Post(key=key, community=community, channel=channel, card=card)]


def _word(tx: Transaction, community: str, row: Any) -> str | None:
    """Return what came of the private word to the author of a message; None where there was to be none."""
    return came_of(tx, community, f"{_TOLD}{row.channel}/{row.message}")


def _is_coached(tx: Transaction, community: str, author: str) -> bool:
    """Return whether somebody is of the company: what they sell is for coaching."""
    return is_staff(tx, community, author) and not is_bot(tx, community, author)


def _private_word(event: AboutMessage, tx: Transaction, row: Any, text: str) -> Sequence[Action]:
    """Tell an author, before any manager sees it; the next time it sells, as much later."""
    place = f"{row.channel}/{row.message}"
    if not manners_of(event.community).private_words:
        return _show(event.community, tx, row, text)
    if _word(tx, event.community, row) is not None:
        tx.schedule(event.community, "broadcasts", place, event.at + _TO_CHANGE)
        return []
    card = word_card(
        row,
        text,
        where=channel_name(tx, event.community, row.channel),
        managers_see=settings_of(tx, event.community).managers_channel is not None,
        coaching=_is_coached(tx, event.community, row.author),
    )
    return [Tell(key=f"{_TOLD}{place}", community=event.community, member=row.author, card=card)]


def _still_there(event: FellDue, tx: Transaction) -> Sequence[Action]:
    """Show managers what its author was told of and left as it was."""
    channel, _, message = event.key.partition("/")
    row = tx.row(_THERE, in_community=event.community, in_channel=channel, of_message=message)
    said = message_of(tx, event.community, channel, message)
    if row is None or said is None or row.verdict != "salesy":
        return []
    return _show(event.community, tx, row, said.text)


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
    for row in tx.rows(_BY_AUTHOR, **by_author):
        card = _settled(tx, event.community, row.channel, taken_back=True)
        actions += _update(event, tx, f"broadcast:{row.channel}/{row.message}", card)
    tx.run(_FORGET_AUTHOR, **by_author)
    forget_filtered(tx, event.community, member)
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


def _card(community: str, tx: Transaction, row: Any, text: str, to_channel: str) -> Card:
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
        told=_word(tx, community, row) == "sent",
        asked=came_of(tx, community, f"{ASKED}{row.channel}/{row.message}") not in ("failed", "doubtful"),
        move_to=channel_name(tx, community, to) if to is not None else "",
        strict=settings_of(tx, community).wants_no_promotion(row.channel),
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
    card = verdict_card(verdict, draft, smallest_edit(draft, (), threshold), welcome=welcome)
    asked = ask_for_rewrite(event, tx, draft, verdict, threshold, channel=channel)
    if asked:
        card = card.model_copy(update={"footer": f"{card.footer} {SENT}"})
    return [answer(event, card), *asked]


def _check_message(event: ShortcutUsed, tx: Transaction) -> Card:
    """Return the verdict on a message as it reads now, for who asked alone; nothing of it is kept."""
    if not event.text.strip() and not event.links:
        return Card(text="There are no words in that message that I read.")
    threshold = settings_at(tx, event.community, event.posted_at).salesy_in(event.channel)
    return _told(event.text, event.links, threshold)


def _told(text: str, links: tuple[Link, ...], threshold: float) -> Card:
    return verdict_card(_verdict(text, links, threshold), text, smallest_edit(text, links, threshold))


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
    outcome = outcome_of(event, tx, row, said.text, said.links)
    if outcome is None:
        return [answer(event, "I do not know that button; the card may be from another version of me.")]
    if outcome.decision is None:
        return [answer(event, outcome.says)]
    decide(event, tx, "broadcast", channel, message, outcome.decision)
    told = [answer(event, outcome.says)] if answers else []
    key = f"broadcast:{channel}/{message}"
    shown = shown_in(tx, event.community, key)
    if shown is None:
        return [*told, *outcome.actions]
    card = _card(event.community, tx, row, said.text, shown)
    return [*told, *outcome.actions, *_update(event, tx, key, card)]
