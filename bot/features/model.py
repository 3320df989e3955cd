"""Keeps what a language model was asked and answered, shows managers what was sent, and forgets it."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from sqlalchemy import Row, bindparam, select

from bot.actions import Action, answer
from bot.asking import forget_author, forget_message, judged, set_up, spent
from bot.cards import Card, Entry, Item, MessageRef, Section, shorten
from bot.commands import given
from bot.communities import excluded_by, may_quote, settings_of
from bot.days import day_of
from bot.events import ButtonPressed, CommandGiven, Event, Judged, MessageDeleted, MessageEdited
from storage.tables import ModelCall, ModelSource, table
from storage.transaction import Transaction

_SHOWN = 10
_QUOTED = 300
# As much of one question as fits into a card.
_WHOLE = 3_000
_WEEK = timedelta(days=7)

_call, _source = table(ModelCall), table(ModelSource)
_NEWEST = (
    select(_call)
    .where(_call.c.community == bindparam("in_community"))
    .order_by(_call.c.asked_at.desc(), _call.c.key)
    .limit(bindparam("most"))
)
_SINCE = select(_call.c.purpose, _call.c.state, _call.c.tokens_in, _call.c.tokens_out).where(
    _call.c.community == bindparam("in_community"), _call.c.asked_at >= bindparam("since")
)
_SOURCES = select(_source.c.channel, _source.c.message).where(
    _source.c.community == bindparam("in_community"), _source.c.key == bindparam("with_key")
)
_STATES = {"waiting": "no answer yet", "answered": "answered", "failed": "no answer"}


def handle(event: Event, tx: Transaction) -> Sequence[Action]:
    """Take down what came of questions; forget with messages and members; answer managers."""
    match event:
        case Judged():
            judged(event, tx)
        case MessageDeleted() | MessageEdited():
            forget_message(tx, event.community, event.channel, event.message)
        case CommandGiven() if (rest := given(event, tx, "model")) is not None:
            return [answer(event, _shown(event, tx, rest))]
        case ButtonPressed() | CommandGiven():
            for member in excluded_by(event, tx):
                forget_author(tx, event.community, member)
        case _:
            pass
    return []


def _shown(event: CommandGiven, tx: Transaction, rest: str) -> Card:
    word, _, number = rest.lower().partition(" ")
    if not word:
        return _overview(event, tx)
    if word != "log" or (number and not number.strip().isdecimal()):
        return Card(text="After model comes log, log with a number, or nothing.")
    rows = tx.rows(_NEWEST, in_community=event.community, most=_SHOWN)
    if number:
        place = int(number)
        if not 1 <= place <= len(rows):
            return Card(text=f"There is no {place} in the log; it shows the last {len(rows)}.")
        return _one(event, tx, rows[place - 1])
    return _log(event, tx, rows)


def _overview(event: CommandGiven, tx: Transaction) -> Card:
    there, settings = set_up(tx), settings_of(tx, event.community)
    if there is None:
        return Card(
            title="There is no language model",
            text="Nothing is sent anywhere, and nothing is missing. Whoever runs Hearth can set one up.",
        )
    day = str(day_of(event.at, settings.zone))
    rows = tx.rows(_SINCE, in_community=event.community, since=event.at - _WEEK)
    used = sum(row.tokens_in + row.tokens_out for row in rows)
    answered = sum(row.state == "answered" for row in rows)
    models = sorted({there.models[purpose] for purpose in settings.model})
    return Card(
        title="The language model is asked here" if settings.model else "The language model is off here",
        text=""
        if settings.model
        else "Nothing is sent to it. /community settings set model all turns it on.",
        fields=(
            Entry(name="Asked for", value=", ".join(settings.model) or "nothing"),
            *(Entry(name="Model", value=model) for model in models),
            Entry(
                name="Tokens today",
                value=f"{spent(tx, event.community, day):,} of {there.tokens:,} a day",
            ),
            Entry(
                name="Last seven days",
                value=f"{answered} of {len(rows)} questions answered, {used:,} tokens",
            ),
        ),
        footer="/community model log shows what was sent, and what came of it.",
    )


def _log(event: CommandGiven, tx: Transaction, rows: Sequence[Row[Any]]) -> Card:
    if not rows:
        return Card(text="Nothing was sent to a language model that is still kept.")
    items = tuple(
        Item(text=f"{place}. {_line(event, tx, row)}: {_sent(event, tx, row, _QUOTED)}")
        for place, row in enumerate(rows, 1)
    )
    return Card(
        title="What was sent to the language model",
        sections=(Section(name="Newest first", items=items),),
        footer="/community model log 1 shows the first of them whole. Words go with their message.",
    )


def _one(event: CommandGiven, tx: Transaction, row: Row[Any]) -> Card:
    sources = _sources(event.community, tx, row)
    return Card(
        title="What was sent to the language model",
        text=_sent(event, tx, row, _WHOLE),
        fields=(
            Entry(name="For", value=f"{row.purpose}, by the prompt {row.prompt}"),
            Entry(name="Model", value=row.model),
            Entry(name="Tokens", value=f"{row.tokens_in:,} in, {row.tokens_out:,} out, {row.took_s:.1f} s"),
            Entry(name="What came of it", value=row.came_of_it or _STATES[row.state]),
        ),
        sections=(
            Section(
                name="It rests on",
                items=tuple(Item(text="A message", refs=(ref,)) for ref in sources),
            ),
        )
        if sources and row.sent
        else (),
    )


def _line(event: CommandGiven, tx: Transaction, row: Row[Any]) -> str:
    at = row.asked_at.astimezone(settings_of(tx, event.community).zone)
    said = row.came_of_it or _STATES[row.state]
    tokens = row.tokens_in + row.tokens_out
    return f"{at.day} {at:%B} {at.hour}:{at:%M}, {row.purpose}, {row.model}, {tokens:,} tokens, {said}"


def _sent(event: CommandGiven, tx: Transaction, row: Row[Any], most: int) -> str:
    if not row.sent:
        return "what was sent is forgotten"
    # What could be read by all when it was sent may be closed by now.
    channels = {ref.channel for ref in _sources(event.community, tx, row)}
    if row.member is not None and not channels:
        return "a draft, which only its author is shown"
    if not all(may_quote(tx, event.community, channel, event.channel) for channel in channels):
        return "out of a channel whose words stay there"
    return shorten(row.sent, most)


def _sources(community: str, tx: Transaction, row: Row[Any]) -> list[MessageRef]:
    found = tx.rows(_SOURCES, in_community=community, with_key=row.key)
    return [MessageRef(channel=each.channel, message=each.message) for each in found]
