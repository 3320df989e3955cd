"""What a message comes to by its text, the row that is kept of it, and whether a manager calls it fine."""

from dataclasses import asdict
from datetime import datetime
from types import SimpleNamespace
from typing import Any

from sqlalchemy import and_, bindparam, delete, select

from bot.communities import settings_at
from bot.daily import count_again
from bot.decisions import decide_alike, latest_decision, undo_all
from bot.events import Happened, MessageDeleted, MessageEdited, MessageFiltered, MessagePosted
from bot.features.broadcasts.context import Place
from bot.features.broadcasts.filtered import was_filtered
from bot.heard import Heard
from bot.language.context import Past
from bot.language.links import Link
from bot.language.messages import read_message
from bot.language.salesy import Verdict, and_flagged, verdict_at
from bot.scores import ALIKE, FINE, PROMOTION, SCORE_KEPT
from storage.tables import Broadcast, table
from storage.transaction import Transaction

# What tells of one message.
AboutMessage = MessagePosted | MessageEdited | MessageDeleted | MessageFiltered

_broadcast = table(Broadcast)
_HERE = and_(
    _broadcast.c.community == bindparam("in_community"),
    _broadcast.c.channel == bindparam("in_channel"),
    _broadcast.c.message == bindparam("of_message"),
)
_THERE = select(_broadcast).where(_HERE)
_FORGET = delete(_broadcast).where(_HERE)


def concerns(tx: Transaction, community: str, channel: str, posted_at: datetime, *, bot: bool) -> bool:
    """Return whether a message is judged: managers' among themselves never, apps' where that is asked."""
    settings = settings_at(tx, community, posted_at)
    return not settings.is_for_managers(channel) and (settings.judge_apps or not bot)


def verdict_of(text: str, links: tuple[Link, ...], threshold: float) -> Verdict:
    """Judge a text by itself."""
    return verdict_at(read_message(text, links).salesy, threshold)


def threshold_then(tx: Transaction, community: str, channel: str, posted_at: datetime) -> float:
    """Return what held when a message was posted: whenever it is judged, the same comes out."""
    return settings_at(tx, community, posted_at).salesy_in(channel)


def verdict_on(tx: Transaction, community: str, place: Place, said: Heard) -> Verdict:
    """Judge a message by its text, and by what the platform's own filter said of it."""
    threshold = threshold_then(tx, community, place.channel, said.posted_at)
    verdict = verdict_of(said.text, said.links, threshold)
    if verdict.salesy and was_filtered(tx, community, said.author, place.message, said.posted_at):
        return and_flagged(verdict, threshold)
    return verdict


def is_kept(verdict: Verdict) -> bool:
    """Return whether a verdict is worth a row: of what hardly scores nothing is kept."""
    return verdict.verdict != "fine" or verdict.salesy >= SCORE_KEPT


def _at(community: str, place: Place) -> dict[str, str]:
    return {"in_community": community, "in_channel": place.channel, "of_message": place.message}


def row_at(tx: Transaction, community: str, place: Place) -> Any:
    """Return what is kept of a message's verdict; None where nothing is."""
    return tx.row(_THERE, **_at(community, place))


def place_from(key: str) -> Place:
    """Return the message that a key names."""
    channel, _, message = key.partition("/")
    return Place(channel, message)


def place_of(row: Any) -> Place:
    """Return the message that a row is about."""
    return Place(row.channel, row.message)


def keep_verdict(
    community: str, tx: Transaction, place: Place, said: Heard, verdict: Verdict, past: Past | None
) -> dict[str, Any] | None:
    """Keep the row of a verdict that is worth one, and return it; else forget what there was."""
    if not is_kept(verdict):
        forget_verdict(tx, community, place)
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


def forget_verdict(tx: Transaction, community: str, place: Place) -> None:
    """Keep no verdict of a message."""
    tx.run(_FORGET, **_at(community, place))


def called_fine(tx: Transaction, community: str, row: Any) -> Any:
    """Return what a manager decided last of a message, if it is that it is fine; else None."""
    decided = latest_decision(tx, community, "broadcast", row.channel, row.message)
    return decided if decided is not None and decided.decision in FINE else None


def note_fine_too(event: Happened, tx: Transaction, row: Any, *, by: str) -> None:
    """Note that what somebody said is fine was said in another place too."""
    decide_alike(event, tx, "broadcast", row.channel, row.message, ALIKE, by=by)
    count_again(tx, event.community, row.posted_at)


def let_fine_go(event: Happened, tx: Transaction, before: Any, values: dict[str, Any]) -> None:
    """Let no manager's word stand that a message is fine once it was changed and reads worse."""
    if not isinstance(event, MessageEdited) or (before is not None and values["salesy"] <= before.salesy):
        return
    if called_fine(tx, event.community, SimpleNamespace(**values)) is not None:
        undo_all(tx, event.community, "broadcast", values["channel"], values["message"], event.at)
        count_again(tx, event.community, values["posted_at"])
