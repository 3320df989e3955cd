"""The page of what members say about the product, newest first, by kind."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import get_args

from sqlalchemy import bindparam, select

from bot.cards import Card, Entry
from bot.language.feedback import FeedbackKind
from bot.ports import Visitor
from bot.views.lookups import channels_of, names_of, note, quote, texts_of
from bot.views.paging import Page, from_here, turned_to
from storage.tables import Feedback, table
from storage.transaction import Transaction

KINDS = {"": "All", "bug": "Bugs", "request": "Requests", "praise": "Praise", "complaint": "Complaints"}
_TITLES = {"bug": "Bug", "request": "Request", "praise": "Praise", "complaint": "Complaint"}

_feedback = table(Feedback)
_OF_KINDS = from_here(
    select(_feedback).where(
        _feedback.c.community == bindparam("in_community"),
        _feedback.c.verdict.in_(bindparam("of_kinds", expanding=True)),
    ),
    _feedback.c.posted_at,
    _feedback.c.channel,
    _feedback.c.message,
    newest_first=True,
)


@dataclass(frozen=True, slots=True)
class FeedbackPage:
    """Feedback of one kind, or of all."""

    kind: str
    kinds: Mapping[str, str]
    page: Page[Card]


def feedback(tx: Transaction, visitor: Visitor, query: Mapping[str, str], _: datetime) -> FeedbackPage:
    """Return a page of feedback; the query says of which `kind`, and where it begins."""
    kind = query.get("kind", "")
    kind = kind if kind in KINDS else ""
    kinds = [kind] if kind else list(get_args(FeedbackKind))
    place = {"in_community": visitor.community, "of_kinds": kinds}
    rows, after = turned_to(tx, _OF_KINDS, query, "posted_at", newest_first=True, **place)
    channels = channels_of(tx, visitor, (row.channel for row in rows))
    readable = (row for row in rows if row.channel in channels.readable)
    texts = texts_of(tx, visitor.community, ((row.channel, row.message) for row in readable))
    names = names_of(tx, visitor.community, (row.author for row in rows))
    cards = tuple(
        Card(
            title=_TITLES[row.verdict],
            text=note(row, channels.readable),
            quotes=quote(row, row.posted_at, names(row.author), texts, channels.readable),
            fields=(Entry(name="Where", value=f"#{channels.name(row.channel)}"),),
            footer=f"Read so because of: {', '.join(row.reasons)}." if row.reasons else "",
        )
        for row in rows
    )
    return FeedbackPage(kind, KINDS, Page(cards, after))
