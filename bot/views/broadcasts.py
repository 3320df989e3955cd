"""The page of messages that speak at people: their verdicts, with the words they rest on marked."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise
from typing import Any

from sqlalchemy import Row, bindparam, select

from bot.cards import Card, MessageRef
from bot.communities import channel_name, settings_of, staff_among
from bot.features.broadcasts.cards import card_of
from bot.features.broadcasts.outcomes import is_done, way_out
from bot.ports import Visitor
from bot.scores import PROMOTION
from bot.views.lookups import QUOTED, channels_of, decisions_about, names_of, note, places, texts_of
from bot.views.paging import Page, from_here, turned_to
from storage.tables import Broadcast, Decision, table
from storage.transaction import Transaction

VERDICTS = {
    "salesy": "Read like selling",
    "broadcast": "Speak at everyone",
    PROMOTION: "Promotion where it is welcome",
}

_broadcast = table(Broadcast)
_OF_VERDICT = from_here(
    select(_broadcast).where(
        _broadcast.c.community == bindparam("in_community"), _broadcast.c.verdict == bindparam("of_verdict")
    ),
    _broadcast.c.posted_at,
    _broadcast.c.channel,
    _broadcast.c.message,
    newest_first=True,
)
_OUTCOMES = decisions_about("word")
_DECISIONS = decisions_about("broadcast").where(table(Decision).c.undone_at.is_(None))


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of a text; `reasons` are why it counts, empty where it does not."""

    text: str
    reasons: str = ""


@dataclass(frozen=True, slots=True)
class Judged:
    """A message with its verdict; `pieces` are its words, where they may be shown."""

    card: Card
    author: str
    posted_at: datetime
    ref: MessageRef
    pieces: tuple[Piece, ...]


@dataclass(frozen=True, slots=True)
class BroadcastsPage:
    """Messages of one verdict, newest first."""

    verdict: str
    verdicts: Mapping[str, str]
    page: Page[Judged]


def broadcasts(tx: Transaction, visitor: Visitor, query: Mapping[str, str], _: datetime) -> BroadcastsPage:
    """Return a page of messages; the query says of which `verdict`, and where it begins."""
    verdict = query.get("verdict", "")
    verdict = verdict if verdict in VERDICTS else "salesy"
    place = {"in_community": visitor.community, "of_verdict": verdict}
    rows, after = turned_to(tx, _OF_VERDICT, query, "posted_at", newest_first=True, **place)
    return BroadcastsPage(verdict, VERDICTS, Page(tuple(_judged(tx, visitor, rows)), after))


def _judged(tx: Transaction, visitor: Visitor, rows: Iterable[Row[Any]]) -> list[Judged]:
    rows = list(rows)
    keys = sorted((row.channel, row.message) for row in rows)
    decided = {
        (row.channel, row.message): row
        for row in tx.rows(_DECISIONS, in_community=visitor.community, **places(keys))
    }
    outcomes = {
        (row.channel, row.message): row.decision
        for row in tx.rows(_OUTCOMES, in_community=visitor.community, **places(keys))
    }
    channels = channels_of(tx, visitor, (row.channel for row in rows))
    texts = texts_of(tx, visitor.community, (key for key in keys if key[0] in channels.readable))
    names = names_of(
        tx, visitor.community, [*(row.author for row in rows), *(row.by for row in decided.values())]
    )
    staff = staff_among(tx, visitor.community, {row.author for row in rows})
    shown: list[Judged] = []
    for row in rows:
        decision = decided.get((row.channel, row.message))
        to = way_out(tx, visitor.community, row.channel)
        card = card_of(
            row,
            quotes=(),
            where=channels.name(row.channel),
            decision=decision.decision if decision else None,
            by=names(decision.by) if decision else "",
            # Of who did not leave it managers never saw a card.
            told=outcomes.get((row.channel, row.message)) in ("left", "still_sells"),
            changed=outcomes.get((row.channel, row.message)) == "still_sells",
            done=decision is None or is_done(tx, visitor.community, row, decision.decision),
            move_to=channel_name(tx, visitor.community, to) if to is not None else "",
            strict=settings_of(tx, visitor.community).wants_no_promotion(row.channel),
            coaching=row.author in staff,
        )
        text = texts.get((row.channel, row.message), "")
        shown.append(
            Judged(
                card=card.model_copy(update={"text": note(row, channels.readable)}),
                author=names(row.author),
                posted_at=row.posted_at,
                ref=MessageRef(channel=row.channel, message=row.message, thread=row.thread),
                pieces=tuple(pieces_of(text, row.signals)),
            )
        )
    return shown


def pieces_of(text: str, signals: Iterable[Mapping[str, Any]], most: int = QUOTED) -> list[Piece]:
    """Return a text cut where signals begin and end, shortened to `most` characters."""
    whole = len(text)
    text = text[:most]
    spans = [
        (max(0, start), min(end, len(text)), str(signal["reason"]))
        for signal in signals
        for start, end in signal["spans"]
        if start < len(text)
    ]
    edges = sorted({0, len(text), *(edge for start, end, _ in spans for edge in (start, end))})
    pieces: list[Piece] = []
    for start, end in pairwise(edges):
        reasons = dict.fromkeys(why for first, last, why in spans if first <= start and end <= last)
        pieces.append(Piece(text[start:end], "; ".join(reasons)))
    if whole > most:
        pieces.append(Piece("…"))
    return pieces
