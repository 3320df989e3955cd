"""What managers have done about a message that sells: its author told, or shown where it belongs."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from bot.actions import Action, Post, Tell
from bot.authors import ASKED, MOVED, came_of
from bot.communities import channel_name, is_archived, is_bot, is_private, member_name, settings_of
from bot.events import ButtonPressed
from bot.features.broadcasts.cards import asked_card, how_to_ask, way_card
from bot.language.context import Past
from bot.language.edits import Edit, smallest_edit
from bot.language.links import Link
from bot.manners import manners_of
from storage.transaction import Transaction

# What came of something that was not done, for certain; and what is not known to have been.
_FAILED = ("failed", "left")
_NOT_KNOWN = (*_FAILED, "doubtful")


@dataclass(frozen=True, slots=True)
class Outcome:
    """What is noted of a pressed button, if anything is, what its manager is told, and what is done.

    What does not stand counts only once a rule was made of it.
    """

    decision: str | None
    says: str
    actions: Sequence[Action] = ()
    stands: bool = True


def is_done(tx: Transaction, community: str, row: Any, decision: str) -> bool:
    """Return whether what somebody decided about a message came about, or still can."""
    what = {"tell": ASKED, "move": MOVED}.get(decision)
    return what is None or _tried(tx, community, what, row).state not in _NOT_KNOWN


@dataclass(frozen=True, slots=True)
class _Tried:
    """What came of the last try to say something, None where there was none; the next is known by `key`."""

    state: str | None
    key: str


def _tried(tx: Transaction, community: str, what: str, row: Any) -> _Tried:
    place, state, number = f"{row.channel}/{row.message}", None, 1
    key = f"{what}:{place}"
    while (found := came_of(tx, community, key)) is not None:
        state, number = found, number + 1
        key = f"{what}{number}:{place}"
    return _Tried(state, key)


def way_out(tx: Transaction, community: str, channel: str) -> str | None:
    """Return a channel that is there for promotion, which all who read `channel` can read; None without one.

    Promotion needs no way out of where it is welcome.
    """
    settings = settings_of(tx, community)
    if settings.welcomes_promotion(channel):
        return None
    return next(
        (
            each
            for each in settings.promotion_channels
            if not is_private(tx, community, each) and not is_archived(tx, community, each)
        ),
        None,
    )


def pressed(
    event: ButtonPressed, tx: Transaction, row: Any, text: str, links: tuple[Link, ...]
) -> Outcome | None:
    """Return what comes of a button on the card of a message; None for one that is not known."""
    match event.button:
        case "broadcast.fine":
            return Outcome("fine", "Noted: it is fine here.")
        case "broadcast.salesy":
            return Outcome("salesy", "Noted: it is salesy.")
        case "broadcast.tell":
            return _tell(event, tx, row, text, links)
        case "broadcast.move":
            return _move(event, tx, row)
        case "settings.never":
            # What it is to mean from then on, the feature `settings` previews.
            return Outcome("never", "", stands=False)
        case _:
            return None


def _tell(
    event: ButtonPressed, tx: Transaction, row: Any, text: str, links: tuple[Link, ...]
) -> Outcome | None:
    """Ask an author in private to look at it again, or tell the manager how to."""
    where = channel_name(tx, event.community, row.channel)
    edit = _edit(tx, event.community, row, text, links)
    if is_bot(tx, event.community, row.author):
        return Outcome("talk", "An app posted it: whoever set that up is the one to talk to.")
    if not manners_of(event.community).private_words:
        name = member_name(tx, event.community, row.author)
        return Outcome("talk", how_to_ask(name, where, edit))
    tried = _tried(tx, event.community, ASKED, row)
    if tried.state in _NOT_KNOWN:
        return Outcome("tell", "What I wrote to them could not be delivered: a word from you is needed.")
    if tried.state is not None:
        return Outcome("tell", "They were asked already, and are not asked twice.")
    unwanted = settings_of(tx, event.community).wants_no_promotion(row.channel)
    card = asked_card(row, text, where=where, edit=edit, unwanted=unwanted)
    tell = Tell(key=tried.key, community=event.community, member=row.author, card=card)
    return Outcome("tell", "I ask them in private to look at it again, without saying who wants it.", [tell])


def _edit(tx: Transaction, community: str, row: Any, text: str, links: tuple[Link, ...]) -> Edit | None:
    past = Past(**row.past) if row.past is not None else None
    return smallest_edit(text, links, settings_of(tx, community).salesy_in(row.channel), past)


def _move(event: ButtonPressed, tx: Transaction, row: Any) -> Outcome | None:
    """Show an author the way, in a kind reply in the thread of what they posted."""
    to = way_out(tx, event.community, row.channel)
    if to is None:
        return Outcome(
            None,
            "No public channel is there for promotion any more: nothing was posted. /community settings set "
            "channels #channel promotion=welcome makes one.",
        )
    name = channel_name(tx, event.community, to)
    card = way_card(name, to)
    tried = _tried(tx, event.community, MOVED, row)
    says = f"I show them the way to #{name}, in a reply to it. The message stays."
    if tried.state == "doubtful":
        return Outcome("move", "Whether my reply arrived is not known: look at the message before you write.")
    if tried.state is not None and tried.state not in _FAILED:
        return Outcome("move", f"They were shown the way to #{name} already.")
    post = Post(
        key=tried.key,
        community=event.community,
        channel=row.channel,
        thread=row.thread or row.message,
        card=card,
    )
    return Outcome("move", says, [post])
