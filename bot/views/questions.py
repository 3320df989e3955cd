"""The page of questions: open ones oldest first, settled ones newest first, with their cards' buttons."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import Row, bindparam, select

from bot.cards import Card
from bot.communities import may_quote
from bot.features.questions.asked import Asked, asked_from
from bot.features.questions.flags import card_of
from bot.features.questions.likely import evidence_of
from bot.features.questions.rulings import NONE, Decided, Rulings, decided_from, rulings_from
from bot.features.questions.similar import similar_to
from bot.newcomers import FIRST_OF_NEWCOMER, NEWCOMER
from bot.ports import Visitor
from bot.views.lookups import (
    Key,
    among,
    bursts_of,
    channels_of,
    decisions_about,
    names_of,
    note,
    places,
    quote,
)
from bot.views.paging import Page, from_here, turned_to
from storage.tables import Question, table
from storage.transaction import Transaction

# What can be asked for, and how it is called.
STATES = {"unanswered": "Open", "answered": "Answered", "dismissed": "Set aside"}

_question = table(Question)
_OF_STATE = select(_question).where(
    _question.c.community == bindparam("in_community"), _question.c.state == bindparam("of_state")
)
_ORDER = (_question.c.asked_at, _question.c.channel, _question.c.message)
_OLDEST = from_here(_OF_STATE, *_ORDER)
_NEWEST = from_here(_OF_STATE, *_ORDER, newest_first=True)
_FIRST = select(_question.c.channel, _question.c.message).where(
    _question.c.community == bindparam("in_community"),
    among(_question.c.channel, _question.c.message),
    FIRST_OF_NEWCOMER,
)
_DECISIONS = decisions_about("question")


@dataclass(frozen=True, slots=True)
class QuestionsPage:
    """Questions of one state."""

    state: str
    states: Mapping[str, str]
    page: Page[Card]


def questions(tx: Transaction, visitor: Visitor, query: Mapping[str, str], at: datetime) -> QuestionsPage:
    """Return a page of questions; the query says of which `state`, and where it begins."""
    state = query.get("state", "")
    state = state if state in STATES else "unanswered"
    newest_first = state != "unanswered"
    place = {"in_community": visitor.community, "of_state": state}
    statement = _NEWEST if newest_first else _OLDEST
    rows, after = turned_to(tx, statement, query, "asked_at", newest_first=newest_first, **place)
    return QuestionsPage(state, STATES, Page(tuple(cards(tx, visitor, rows, at)), after))


def cards(tx: Transaction, visitor: Visitor, rows: Iterable[Row[Any]], at: datetime) -> list[Card]:
    """Return the cards of questions as they stand."""
    rows = list(rows)
    keys = [(row.channel, row.message) for row in rows]
    rulings = _rulings(tx, visitor.community, keys)
    channels = channels_of(tx, visitor, (row.channel for row in rows))
    texts = bursts_of(tx, visitor.community, (key for key in keys if key[0] in channels.readable))
    firsts = {
        (row.channel, row.message)
        for row in tx.rows(_FIRST, in_community=visitor.community, new_since=at - NEWCOMER, **places(keys))
    }
    names = names_of(
        tx,
        visitor.community,
        (
            member
            for row, key in zip(rows, keys, strict=True)
            for member in _members(row, rulings.get(key, NONE))
        ),
    )
    all_asked = [_asked(row, rulings.get(key, NONE)) for row, key in zip(rows, keys, strict=True)]
    readable = [each for each in all_asked if each.channel in channels.readable]
    evidence = evidence_of(tx, visitor.community, readable)
    similar = similar_to(
        tx, visitor.community, readable, lambda other: may_quote(tx, visitor.community, other, visitor.reads)
    )
    shown: list[Card] = []
    for row, key, asked in zip(rows, keys, all_asked, strict=True):
        card = card_of(
            tx,
            asked,
            at,
            quotes=quote(row, row.asked_at, names(row.asker), texts, channels.readable),
            where=channels.name(row.channel),
            name_of=names,
            first=key in firsts,
            sections=tuple(each[key] for each in (evidence, similar) if key in each),
        )
        shown.append(card.model_copy(update={"text": note(row, channels.readable)}))
    return shown


def _asked(row: Row[Any], rulings: Rulings) -> Asked:
    # What was flagged and reads otherwise now is kept without a reason.
    stands = row.state != "dismissed" or row.evidence is not None
    return replace(asked_from(row), rulings=rulings, stands=stands)


def _rulings(tx: Transaction, community: str, keys: Iterable[Key]) -> Mapping[Key, Rulings]:
    decided: dict[Key, list[Decided]] = {}
    for row in tx.rows(_DECISIONS, in_community=community, **places(keys)):
        decided.setdefault((row.channel, row.message), []).append(decided_from(row))
    return {key: rulings_from(of_key) for key, of_key in decided.items()}


def _members(row: Row[Any], rulings: Rulings) -> list[str | None]:
    ruling = rulings.ruling.by if rulings.ruling else None
    return [row.asker, row.helper, ruling, rulings.taken_by, *(each.by for each in rulings.put_off)]
