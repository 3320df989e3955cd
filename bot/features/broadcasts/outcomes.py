"""What managers have done about a message that sells: its author told, or shown where it belongs."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import bindparam, select

from bot.actions import Action, Post, Tell
from bot.communities import channel_name, is_archived, is_bot, is_private, member_name, settings_of
from bot.events import ButtonPressed
from bot.features.broadcasts.cards import asked_card, how_to_ask, way_card
from bot.language.edits import Edit, smallest_edit
from bot.language.links import Link
from bot.manners import manners_of
from storage.tables import Outgoing, table
from storage.transaction import Transaction

# What the second private word to an author is known by, that a manager asked for, and the reply in public.
ASKED, MOVED = "broadcast.asked:", "broadcast.moved:"

_outgoing = table(Outgoing)
_STATE = select(_outgoing.c.state).where(
    _outgoing.c.community == bindparam("in_community"), _outgoing.c.key == bindparam("with_key")
)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What is noted of a pressed button, if anything is, what its manager is told, and what is done."""

    decision: str | None
    says: str
    actions: Sequence[Action] = ()


def came_of(tx: Transaction, community: str, key: str) -> str | None:
    """Return what came of something that was to be said; None where nothing was."""
    found = tx.row(_STATE, in_community=community, with_key=key)
    return found.state if found is not None else None


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


def outcome_of(
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
            return Outcome("never", "")
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
    key = f"{ASKED}{row.channel}/{row.message}"
    if came_of(tx, event.community, key) is not None:
        return Outcome("tell", "They were asked already, and are not asked twice.")
    card = asked_card(row, text, where=where, edit=edit)
    tell = Tell(key=key, community=event.community, member=row.author, card=card)
    return Outcome("tell", "I ask them in private to look at it again, without saying who wants it.", [tell])


def _edit(tx: Transaction, community: str, row: Any, text: str, links: tuple[Link, ...]) -> Edit | None:
    return smallest_edit(text, links, settings_of(tx, community).salesy_in(row.channel))


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
    key = f"{MOVED}{row.channel}/{row.message}"
    says = f"I show them the way to #{name}, in a reply to it. The message stays."
    if came_of(tx, event.community, key) is not None:
        return Outcome("move", f"They were shown the way to #{name} already.")
    post = Post(
        key=key, community=event.community, channel=row.channel, thread=row.thread or row.message, card=card
    )
    return Outcome("move", says, [post])
