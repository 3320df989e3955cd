"""Who sees what sells: its author first, in private; then managers, on one card wherever it was said."""

from collections.abc import Iterable, Iterator, Sequence
from types import SimpleNamespace
from typing import Any

from bot.actions import Action, Post, Tell, Update
from bot.authors import TOLD, came_of, note_outcome, outcome_of
from bot.cards import Card, MessageRef, Quote, shorten
from bot.communities import channel_name, is_bot, is_staff, may_quote, member_name, settings_of, shown_in
from bot.decisions import latest_decision
from bot.events import FellDue, Happened, MessageEdited, MessagePosted
from bot.features.broadcasts.budget import over_budget
from bot.features.broadcasts.cards import QUOTED, card_of, settled_card, word_card
from bot.features.broadcasts.context import Place, kept_copies, past_of
from bot.features.broadcasts.outcomes import is_done, way_out
from bot.features.broadcasts.verdicts import AboutMessage, called_fine, note_fine_too, place_of, row_at
from bot.features.broadcasts.words import (
    TO_CHANGE,
    has_heard_enough,
    knows,
    may_still_be_changed,
    told_anew,
    word_of,
)
from bot.heard import Heard, message_of
from bot.language.context import in_numbers
from bot.language.unmarked import unmarked
from bot.manners import manners_of
from storage.transaction import Transaction


def shown_to_its_readers(
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
        again = told_again(event, tx, row, said, before)
        return [
            *again,
            *card_again(event, tx, key, managers_card(event.community, tx, row, said.text, shown)),
        ]
    # A message of the past that is told again, as it was read from an export: it was judged then. One that
    # sold before it was looked at was told of then.
    if before is not None and isinstance(event, MessagePosted):
        return []
    if isinstance(event, FellDue) and before is not None and before.verdict == "salesy":
        return []
    if said.bot or is_bot(tx, event.community, said.author):
        return show(event, tx, row, said.text)
    return private_word(event, tx, row, said, before)


def _as_kept(values: dict[str, Any]) -> list[dict[str, Any]]:
    """Return the signals of a row as they are read again."""
    return [signal | {"spans": [list(span) for span in signal["spans"]]} for signal in values["signals"]]


def show(event: Happened, tx: Transaction, row: Any, text: str) -> Sequence[Action]:
    """Return the post of a card for managers, if they have a channel; of a copy the card there is."""
    channel = settings_of(tx, event.community).managers_channel
    if channel is None:
        return []
    # Nothing of it was counted while its author could change it.
    over = over_budget(event, tx, row.channel, row.posted_at)
    here = place_of(row)
    named = _named_on(event, tx, selling(event, tx, kept_copies(tx, event.community, here)), new=here)
    if named is not None:
        return [*over, *named]
    card = managers_card(event.community, tx, row, text, channel)
    key = f"broadcast:{row.channel}/{row.message}"
    return [*over, Post(key=key, community=event.community, channel=channel, card=card)]


def copies_of(tx: Transaction, community: str, row: Any) -> Sequence[Place]:
    """Return where else nearly the same was said as in a message that sells."""
    sells = row is not None and row.verdict == "salesy"
    return kept_copies(tx, community, place_of(row)) if sells else []


def those_left(event: Happened, tx: Transaction, before: Any, copies: Sequence[Place]) -> Sequence[Action]:
    """Have the card on what nearly said the same as a message did `before` go on without it, if it has to."""
    if not copies:
        return []
    still = set(copies_of(tx, event.community, row_at(tx, event.community, place_of(before))))
    return next_of(event, tx, before, [there for there in copies if there not in still])


def selling(event: Happened, tx: Transaction, places: Sequence[Place]) -> Iterator[tuple[str, Any, str]]:
    """Yield what of these sells: by which key its card is known, its row and text."""
    for there in places:
        row = row_at(tx, event.community, there)
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
            if new is not None and (fine := called_fine(tx, event.community, row)) is not None:
                said = row_at(tx, event.community, new)
                note_fine_too(event, tx, said, by=fine.by)
            if new is not None and new not in kept_copies(
                tx, event.community, Place(row.channel, row.message)
            ):
                return []
            return card_again(event, tx, key, managers_card(event.community, tx, row, text, shown))
    return None


def next_of(event: Happened, tx: Transaction, gone: Any, places: Sequence[Place]) -> Sequence[Action]:
    """Have the card on what nearly says the same as what is gone name it no more, or go on with the first."""
    copies = list(selling(event, tx, places))
    if not copies:
        return []
    if (named := _named_on(event, tx, copies)) is not None:
        return named
    _, row, _ = copies[0]
    said = message_of(tx, event.community, row.channel, row.message)
    fine = called_fine(tx, event.community, row) is not None
    if said is None or fine or may_still_be_changed(tx, event.community, [place_of(row)]):
        return []
    if row.author == gone.author and not said.bot and word_of(tx, event.community, row) is None:
        return private_word(event, tx, row, said, None)
    return show(event, tx, row, said.text)


def _is_coached(tx: Transaction, community: str, author: str) -> bool:
    """Return whether somebody is of the company: what they sell is for coaching."""
    return is_staff(tx, community, author) and not is_bot(tx, community, author)


def private_word(event: Happened, tx: Transaction, row: Any, said: Heard, before: Any) -> Sequence[Action]:
    """Tell an author, before any manager sees it; where it was fine `before`, they have as long once more."""
    if not manners_of(event.community).private_words:
        return show(event, tx, row, said.text)
    if word_of(tx, event.community, row) is not None:
        return told_again(event, tx, row, said, before)
    place = place_of(row)
    copies = [each for _, each, _ in selling(event, tx, kept_copies(tx, event.community, place))]
    if any(called_fine(tx, event.community, each) for each in copies):
        return show(event, tx, row, said.text)
    theirs = [
        place_of(each) for each in copies if each.author == row.author and each.posted_at <= row.posted_at
    ]
    if theirs and knows(tx, event.community, row.author, event.at):
        # Managers hear of both with the first, and anew when that is long ago.
        waits = may_still_be_changed(tx, event.community, theirs)
        return [] if waits else show(event, tx, row, said.text)
    if has_heard_enough(tx, event.community, row.author, event.at):
        return show(event, tx, row, said.text)
    key = f"{TOLD}{place.channel}/{place.message}"
    return [
        Tell(key=key, community=event.community, member=row.author, card=_word_card(event, tx, row, said))
    ]


def told_again(event: Happened, tx: Transaction, row: Any, said: Heard, before: Any) -> Sequence[Action]:
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


def _word_card(event: Happened, tx: Transaction, row: Any, said: Heard) -> Card:
    settings = settings_of(tx, event.community)
    return word_card(
        row,
        said.text,
        where=channel_name(tx, event.community, row.channel),
        managers_see=settings.managers_channel is not None,
        unwanted=settings.wants_no_promotion(row.channel),
        coaching=_is_coached(tx, event.community, row.author),
        numbers=in_numbers(past_of(tx, event.community, place_of(row), said)),
    )


def shown_again(event: Happened, place: str, tx: Transaction) -> Sequence[Action]:
    """Return the update of the card of a message, of which something is known now."""
    channel, _, message = place.partition("/")
    key = f"broadcast:{place}"
    row = row_at(tx, event.community, Place(channel, message))
    said, shown = message_of(tx, event.community, channel, message), shown_in(tx, event.community, key)
    if row is None or said is None or shown is None or row.verdict != "salesy":
        return []
    return card_again(event, tx, key, managers_card(event.community, tx, row, said.text, shown))


def card_again(event: Happened, tx: Transaction, post: str, card: Card) -> Sequence[Action]:
    """Return the update of the card that `post` made, if managers were shown one."""
    channel = shown_in(tx, event.community, post)
    if channel is None:
        return []
    key = f"update:{event.id}:{post}"
    return [Update(key=key, community=event.community, channel=channel, post=post, card=card)]


def card_once_settled(tx: Transaction, community: str, channel: str, *, taken_back: bool) -> Card:
    """Return what managers' card on a message becomes once it is gone, or sells no more."""
    return settled_card(channel_name(tx, community, channel), taken_back=taken_back)


def managers_card(
    community: str, tx: Transaction, row: Any, text: str, to_channel: str, *, tries: bool = False
) -> Card:
    """Return managers' card on a message, with its words where who reads `to_channel` may read them.

    What was decided about it is not said to have failed while somebody `tries` it once more.
    """
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
            channel_name(tx, community, there.channel) for there in kept_copies(tx, community, place_of(row))
        ],
    )
