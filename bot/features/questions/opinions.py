"""A second opinion, by a language model, before managers are told of a question that may be none.

It is asked only where the rules are unsure: a likelihood so close to where it begins to count that a move by
`BOUND` would change what comes of it. All it can do is to put a flag off, once, for a day, or until what it
rests on reads differently; the card says so.
"""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from sqlalchemy import Row, bindparam, exists, select

from bot.actions import Action
from bot.asking import Call, Source, ask, call_of, done, set_up, wanted
from bot.cards import Entry, shorten
from bot.communities import settings_at, settings_of
from bot.events import FellDue, Judged, MessageDeleted, MessageEdited
from bot.features.questions.asked import Asked, key_of
from bot.features.questions.sources import source_of
from bot.features.questions.states import as_it_stands, messages_of
from bot.features.questions.talk import people_since
from bot.features.questions.times import is_awaited_sooner
from bot.language.orders import speaks_to_a_model
from bot.language.quoted import names_an_answer
from bot.language.replied import WAITS, Waiting
from prompts.answered import Replied
from prompts.question import Asks
from storage.tables import ModelCall, ModelSource, table
from storage.transaction import Transaction

# How far an opinion moves a likelihood; and for how long it can put a flag off.
BOUND = 0.2
PUT_OFF = timedelta(days=1)
# For so long a flag waits for an opinion.
_WAITS_FOR_IT = timedelta(minutes=10)
# What is sent of a question, and of what was said after it, in characters; and how many messages.
_QUESTION, _MESSAGE, _MESSAGES = 2_000, 500, 10
_ASKED = "ask:opinion:"
_PROMPTS = ("question", "answered")
_MOVED = {
    "question": "took it for no question, which put this off for a day",
    "answered": "took it for answered, which put this off for a day",
}

_call, _source = table(ModelCall), table(ModelSource)
_OPINIONS = select(_call.c.key, _call.c.came_of_it).where(
    _call.c.community == bindparam("in_community"), _call.c.key.in_(bindparam("with_keys", expanding=True))
)
# What put a flag off, of what rests on a message.
_RESTING_ON = select(_call.c.key).where(
    _call.c.community == bindparam("in_community"),
    _call.c.came_of_it.in_(_MOVED.values()),
    exists().where(
        _source.c.community == _call.c.community,
        _source.c.key == _call.c.key,
        _source.c.channel == bindparam("in_channel"),
        _source.c.message == bindparam("of_message"),
    ),
)


def ask_opinion(event: FellDue, tx: Transaction, asked: Asked, found: Waiting | None) -> list[Action]:
    """Return what asks for an opinion on a question that is about to be flagged; nothing where it is sure.

    The question falls due again when the opinion comes, or has not come for long enough.
    """
    if not wanted(tx, asked.community, "opinion") or asked.rulings.ruling is not None:
        return []
    # A newcomer is not to wait a day because of what a model thinks.
    if speaks_to_a_model(asked.text) or is_awaited_sooner(tx, asked, event.at):
        return []
    if _opinions(tx, asked):
        return []
    enough = settings_at(tx, asked.community, asked.asked_at).asks_in(asked.channel)
    action: Action | None = None
    if asked.probability - BOUND < enough:
        action = ask(
            tx,
            event,
            "opinion",
            "question",
            _key("question", asked),
            {"words": shorten(asked.text, _QUESTION)},
            within=_WAITS_FOR_IT,
            sources=_parts(tx, asked),
        )
    elif (
        found is not None and found.unanswered - BOUND < WAITS + settings_of(tx, asked.community).waiting_bar
    ):
        action = _ask_if_answered(event, tx, asked)
    if action is None:
        return []
    tx.schedule(asked.community, "questions", event.key, event.at + _WAITS_FOR_IT)
    return [action]


def is_opinion(event: Judged) -> bool:
    """Return whether this came of asking for an opinion on a question."""
    return event.key.startswith(tuple(f"{_ASKED}{prompt}:" for prompt in _PROMPTS))


def hear_opinion(event: Judged, tx: Transaction) -> None:
    """Have a question fall due now; in a day, at work, if it is taken for none or for answered."""
    prompt, _, due = event.key.removeprefix(_ASKED).partition(":")
    channel, _, head = due.partition("/")
    call = call_of(event, tx)
    asked = as_it_stands(tx, event.community, channel, head)
    if asked is None or asked.rulings.ruling is not None or asked.flagged_at is not None:
        if call is not None:
            done(event, tx, "it was settled already")
        return
    at = event.at
    if call is not None:
        moved = _takes_for_none(call) if prompt == "question" else _takes_for_answered(call)
        done(event, tx, _MOVED[prompt] if moved else "it stays as it was")
        if moved:
            at = settings_of(tx, event.community).after(at + PUT_OFF, timedelta(0))
    tx.schedule(event.community, "questions", due, at)


def opinions_on(tx: Transaction, asked: Asked) -> tuple[Entry, ...]:
    """Return what a card says of an opinion that moved something."""
    if "opinion" not in settings_of(tx, asked.community).model:
        return ()
    said = [row.came_of_it for row in _opinions(tx, asked)]
    return tuple(Entry(name="A language model", value=each) for each in said if each in _MOVED.values())


def look_again(event: MessageEdited | MessageDeleted, tx: Transaction) -> None:
    """Have questions fall due now that an opinion put off which rests on what reads differently now."""
    if set_up(tx) is None or tx.history:
        return
    place = {"in_channel": event.channel, "of_message": event.message}
    for row in tx.rows(_RESTING_ON, in_community=event.community, **place):
        prompt, _, due = row.key.removeprefix(_ASKED).partition(":")
        channel, _, head = due.partition("/")
        asked = as_it_stands(tx, event.community, channel, head) if prompt in _PROMPTS else None
        if asked is not None and asked.flagged_at is None:
            tx.schedule(event.community, "questions", due, event.at)


def _opinions(tx: Transaction, asked: Asked) -> Sequence[Row[Any]]:
    """Return what came of asking about a question: that is done once, whatever was asked."""
    keys = [_key(prompt, asked) for prompt in _PROMPTS]
    return tx.rows(_OPINIONS, in_community=asked.community, with_keys=keys)


def _key(prompt: str, asked: Asked) -> str:
    return f"{_ASKED}{prompt}:{key_of(asked.channel, asked.message)}"


def _parts(tx: Transaction, asked: Asked) -> list[Source]:
    ids = messages_of(tx, asked.community, asked.channel, asked.message)
    return [source_of(tx, asked.community, asked.channel, id_) for id_ in ids]


def _ask_if_answered(event: FellDue, tx: Transaction, asked: Asked) -> Action | None:
    since = people_since(tx, asked.community, asked.channel, asked.asked_at, asked.message, _MESSAGES)
    after = [
        each.said
        for each in since
        if each.said.author != asked.asker and each.said.text and not speaks_to_a_model(each.said.text)
    ]
    if not after:
        return None
    return ask(
        tx,
        event,
        "opinion",
        "answered",
        _key("answered", asked),
        {
            "question": shorten(asked.text, _QUESTION),
            "after": [
                {"number": number, "words": shorten(said.text, _MESSAGE)}
                for number, said in enumerate(after, 1)
            ],
        },
        within=_WAITS_FOR_IT,
        sources=[
            *_parts(tx, asked),
            *(Source(asked.channel, said.id, (said.author, *sorted(said.mentions))) for said in after),
        ],
    )


def _takes_for_none(call: Call) -> bool:
    return not call.answer(Asks).wants_an_answer


def _takes_for_answered(call: Call) -> bool:
    """Tell whether an answer is named, with words of it that it holds."""
    found = call.answer(Replied)
    after = {each["number"]: each["words"] for each in call.sent["after"]}
    return names_an_answer(found.number, found.quote, after)
