"""What features ask a language model: put down in a row, without what is nobody's business, within a budget.

Nothing is asked where none is set up, where managers did not want it for a purpose, of words that not
everybody may read, or once the day's budget is spent; then everything goes on without.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from hashlib import sha256
from json import dumps, loads
from typing import Any, TypeVar

from pydantic import BaseModel, JsonValue
from sqlalchemy import Row, and_, bindparam, case, exists, func, null, select, update

from bot.actions import Ask
from bot.communities import (
    Purpose,
    first_names,
    ids_called,
    is_hidden,
    may_quote,
    member_name,
    settings_of,
)
from bot.days import day_of
from bot.events import Happened, Judged
from bot.keys import MODEL, value_of
from bot.language.redaction import Hiding, may_be_names, put_back
from prompts import PROMPTS
from storage.tables import Message, ModelCall, ModelSource, Outgoing, table
from storage.transaction import Transaction

Shape = TypeVar("Shape", bound=BaseModel)

# Bytes of a token, at the least: what a question may cost is not to be underestimated. Of letters that are
# not Latin each is about one.
_BYTES = 3

# What one member asks for may take so much of a day's tokens: the first part of so many equal ones. The rest
# is there for others, and for what nobody asked for.
_SHARES = 5

_call, _source, _message, _outgoing = table(ModelCall), table(ModelSource), table(Message), table(Outgoing)
_HERE = and_(_call.c.community == bindparam("in_community"), _call.c.key == bindparam("with_key"))
_CALL = select(_call).where(_HERE)
_SPENT = select(func.coalesce(func.sum(_call.c.tokens_in + _call.c.tokens_out), 0).label("tokens")).where(
    _call.c.community == bindparam("in_community"), _call.c.day == bindparam("on_day")
)
_SPENT_BY = _SPENT.where(_call.c.member == bindparam("by_member"))
_JUDGED = (
    update(_call)
    .where(_HERE)
    .values(
        state=bindparam("to_state"),
        # What it rests on may have been forgotten while it was asked.
        answer=case((_call.c.sent == "", ""), else_=bindparam("as_answer")),
        came_of_it=bindparam("in_words"),
        tokens_in=func.coalesce(bindparam("used_in"), _call.c.tokens_in),
        tokens_out=func.coalesce(bindparam("used_out"), _call.c.tokens_out),
        took_s=bindparam("in_s"),
    )
)
# Who asked for an answer is told that there is none; that needs no words.
_TO_TELL = case((_call.c.member.is_(None), null()), else_=_call.c.context)
# What nobody needs without an answer; of a draft of who asked for one nothing stays.
_IN_VAIN = update(_call).where(_HERE, _call.c.answer == "").values(hidden=None, context=_TO_TELL)
_NOBODYS = (
    update(_call)
    .where(
        _HERE,
        _call.c.answer == "",
        _call.c.member.is_not(None),
        ~exists().where(_source.c.community == _call.c.community, _source.c.key == _call.c.key),
    )
    .values(sent="")
)
_DONE = update(_call).where(_HERE).values(came_of_it=bindparam("in_words"), hidden=None, context=None)
_CHANNELS = (
    select(_source.c.channel)
    .where(_source.c.community == bindparam("in_community"), _source.c.key == bindparam("with_key"))
    .distinct()
)
# Words that begin sentences, though somebody may call themselves so: as "The Wizard".
_NO_NAMES = frozenset(
    """
    a about after all also am an and any are as at be because been before but by can could did do does done
    for from get got had has have he hello her here hey hi his how i if in into is it its just let like
    maybe me more most my no not now of ok okay on one only or our out please she should since so some
    something still sure than thank thanks that the their them then there these they this to too up us use
    was we well were what when where which while who why will with without would yes you your aber alle als
    am an auch auf aus bei beim bitte da danke das dass dem den der des die dies diese doch ein eine er es
    für gibt hallo hat ich ihr im in ist ja kann mit nach nein nicht noch nur oder ohne schon sie sind so
    und uns vom von vor wann warum was wenn wer wie wir wird wo zu zum zur
    """.split()
)
# What is left of a question when what it rests on is gone.
NO_WORDS: Mapping[str, Any] = {"sent": "", "answer": "", "question": "", "hidden": None, "context": None}
_FORGET = update(_call).where(_HERE).values(**NO_WORDS)
_ABOUT = and_(_source.c.community == _call.c.community, _source.c.key == _call.c.key)
_FORGET_OF_MESSAGE = (
    update(_call)
    .where(
        _call.c.community == bindparam("in_community"),
        exists().where(
            _ABOUT, _source.c.channel == bindparam("in_channel"), _source.c.message == bindparam("of_message")
        ),
    )
    .values(**{**NO_WORDS, "context": _TO_TELL})
)
_FORGET_OF_AUTHOR = (
    update(_call)
    .where(
        _call.c.community == bindparam("in_community"),
        exists().where(
            _ABOUT,
            _message.c.community == _source.c.community,
            _message.c.channel == _source.c.channel,
            _message.c.id == _source.c.message,
            _message.c.author == bindparam("by_author"),
        ),
    )
    .values(**NO_WORDS)
)
_FORGET_OF_ASKER = (
    update(_call)
    .where(_call.c.community == bindparam("in_community"), _call.c.member == bindparam("by_author"))
    .values(**NO_WORDS)
)
_OF_ASKER = (
    select(_call.c.key)
    .where(_call.c.community == bindparam("in_community"), _call.c.member == bindparam("by_author"))
    .order_by(_call.c.key)
)
_UNNAME = (
    update(_call).where(_HERE).values(key=bindparam("as_key"), member=None, **NO_WORDS),
    update(_source)
    .where(_source.c.community == bindparam("in_community"), _source.c.key == bindparam("with_key"))
    .values(key=bindparam("as_key")),
)


@dataclass(frozen=True, slots=True)
class SetUp:
    """The language model that this Hearth was given: which one for each purpose, and the tokens of a day."""

    models: Mapping[str, str]
    tokens: int

    def written(self) -> str:
        """Return it as it is kept."""
        return dumps({"models": dict(self.models), "tokens": self.tokens}, sort_keys=True)


@dataclass(frozen=True, slots=True)
class Source:
    """Words of a message that go into a question: where they stand, and who takes part in them."""

    channel: str
    message: str
    people: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Call:
    """A question that was answered: the answer with its placeholders, and what stands for what."""

    key: str
    purpose: str
    model: str
    sent: Any
    context: Mapping[str, Any]
    hidden: Mapping[str, str]
    _answer: str

    def answer(self, shape: type[Shape]) -> Shape:
        """Return the answer in its shape, as it came."""
        return shape.model_validate_json(self._answer)

    def put_back(self, text: str) -> str | None:
        """Return words of the answer with what was taken out; None if they name what never was."""
        return put_back(text, self.hidden)


def set_up(tx: Transaction) -> SetUp | None:
    """Return the language model there is."""
    if "model" not in tx.memo:
        value = value_of(tx, MODEL)
        tx.memo["model"] = SetUp(**loads(value)) if value else None
    found: SetUp | None = tx.memo["model"]
    return found


def wanted(tx: Transaction, community: str, purpose: Purpose) -> bool:
    """Return whether a language model is asked for this in a community."""
    return not tx.history and purpose in settings_of(tx, community).model and set_up(tx) is not None


def may_send(tx: Transaction, community: str, channel: str) -> bool:
    """Return whether what is said in a channel may leave: everybody reads it, or it was opened for that."""
    settings = settings_of(tx, community)
    return (
        settings.may_ask_about(channel)
        and not settings.is_for_managers(channel)
        and may_quote(tx, community, channel, "")
    )


def spent(tx: Transaction, community: str, day: str) -> int:
    """Return the tokens that a community used on a day, with what is under way."""
    row = tx.row(_SPENT, in_community=community, on_day=day)
    return int(row.tokens) if row is not None else 0


def _is_too_much(
    tx: Transaction, community: str, day: str, tokens: int, most: int, member: str | None
) -> bool:
    """Return whether so many more tokens are more than a day has, or its part for a member who asks."""
    if spent(tx, community, day) + tokens > most:
        return True
    if member is None:
        return False
    row = tx.row(_SPENT_BY, in_community=community, on_day=day, by_member=member)
    return (row.tokens if row is not None else 0) + tokens > most // _SHARES


def ask(
    tx: Transaction,
    event: Happened,
    purpose: Purpose,
    prompt: str,
    key: str,
    said: Mapping[str, JsonValue],
    *,
    within: timedelta,
    sources: Sequence[Source] = (),
    member: str | None = None,
    context: Mapping[str, JsonValue] | None = None,
) -> Ask | None:
    """Put a question down and return what asks it; None where it is not to be asked, or was before.

    `said` is what goes along with the words of the `prompt`: names, addresses and the like are taken out of
    it here. It rests on `sources`, or is of `member`, who asks. `context` is kept for when the answer comes.
    """
    community = event.community
    there = set_up(tx)
    if there is None or not wanted(tx, community, purpose):
        return None
    if not all(may_send(tx, community, source.channel) for source in sources):
        return None
    if member is not None and is_hidden(tx, community, member):
        return None
    if tx.row(_CALL, in_community=community, with_key=key) is not None:
        return None
    hiding = _hiding(tx, community, said, {person for source in sources for person in source.people})
    sent = dumps(_without(said, hiding), ensure_ascii=False)
    chosen = PROMPTS[prompt]
    day = str(day_of(event.at, settings_of(tx, community).zone))
    guess = len(f"{chosen.words}{sent}".encode()) // _BYTES
    if _is_too_much(tx, community, day, guess + chosen.most, there.tokens, member):
        return None
    model = there.models[purpose]
    tx.put(
        ModelCall,
        community=community,
        key=key,
        purpose=purpose,
        prompt=chosen.called,
        model=model,
        question=sha256("\n".join((chosen.fingerprint, model, sent)).encode()).hexdigest(),
        member=member,
        asked_at=event.at,
        day=day,
        sent=sent,
        hidden=hiding.hidden,
        context=dict(context or {}),
        state="waiting",
        answer="",
        came_of_it="",
        tokens_in=guess,
        tokens_out=chosen.most,
        took_s=0.0,
    )
    for source in sources:
        tx.add(
            ModelSource,
            community=community,
            key=key,
            channel=source.channel,
            message=source.message,
            at=event.at,
        )
    return Ask(key=key, community=community, purpose=purpose, until=event.at + within)


def may_still_send(tx: Transaction, call: Row[Any]) -> bool:
    """Return whether a question that waits may leave: it may not be wanted by now, or a channel be closed."""
    if not wanted(tx, call.community, call.purpose):
        return False
    rows = tx.rows(_CHANNELS, in_community=call.community, with_key=call.key)
    if not rows and call.context and "channel" in call.context:
        # What rests on no message is of the channel it was tried in, and of the one it is for.
        settings = settings_of(tx, call.community)
        places = (call.context["channel"], call.context.get("for", call.context["channel"]))
        return all(settings.may_ask_about(place) for place in places)
    return all(may_send(tx, call.community, row.channel) for row in rows)


def judged(event: Judged, tx: Transaction) -> None:
    """Write down what came of a question."""
    tx.run(
        _JUDGED,
        in_community=event.community,
        with_key=event.key,
        to_state="answered" if event.answer else "failed",
        as_answer=event.answer,
        in_words=event.reason,
        used_in=event.tokens_in,
        used_out=event.tokens_out,
        in_s=event.took_s,
    )
    if not event.answer:
        for statement in (_IN_VAIN, _NOBODYS):
            tx.run(statement, in_community=event.community, with_key=event.key)


def call_of(event: Judged, tx: Transaction) -> Call | None:
    """Return what was asked and answered; None without an answer, or where what it rests on is forgotten."""
    row: Row[Any] | None = tx.row(_CALL, in_community=event.community, with_key=event.key)
    if row is None or not row.answer or row.hidden is None:
        return None
    return Call(
        key=row.key,
        purpose=row.purpose,
        model=row.model,
        sent=loads(row.sent),
        context=row.context or {},
        hidden=row.hidden,
        _answer=row.answer,
    )


def context_of(event: Judged, tx: Transaction) -> Mapping[str, Any] | None:
    """Return what was kept for when an answer comes, or none does; None where that is forgotten."""
    row = tx.row(_CALL, in_community=event.community, with_key=event.key)
    return row.context if row is not None else None


def done(event: Judged, tx: Transaction, came_of_it: str, *, forget: bool = False) -> None:
    """Write down what was made of an answer, which nobody needs any more; `forget` what was sent too."""
    place = {"in_community": event.community, "with_key": event.key}
    tx.run(_DONE, **place, in_words=came_of_it)
    if forget:
        tx.run(_FORGET, **place)


def forget_message(tx: Transaction, community: str, channel: str, message: str) -> None:
    """Forget the words of questions and answers that rest on a message."""
    tx.run(_FORGET_OF_MESSAGE, in_community=community, in_channel=channel, of_message=message)


def forget_author(tx: Transaction, community: str, member: str) -> None:
    """Forget the words of questions and answers that rest on what a member said, or that they asked."""
    for statement in (_FORGET_OF_AUTHOR, _FORGET_OF_ASKER):
        tx.run(statement, in_community=community, by_author=member)


def unname_asker(tx: Transaction, community: str, member: str) -> None:
    """Forget who asked what a member asked; that it was asked, and what of a day's tokens it took, stays."""
    for row in tx.rows(_OF_ASKER, in_community=community, by_author=member):
        # Keys may be made of ids of events, and those of a member's.
        new = f"forgotten:{sha256(row.key.encode()).hexdigest()[:16]}"
        for statement in _UNNAME:
            tx.run(statement, in_community=community, with_key=row.key, as_key=new)


def _hiding(
    tx: Transaction, community: str, said: JsonValue | Mapping[str, JsonValue], people: Collection[str]
) -> Hiding:
    """Return what takes out of a question the names of who takes part, and of members it seems to name."""
    names = {member_name(tx, community, person) for person in people}
    maybe = {name for text in _texts(said) for name in may_be_names(text)}
    called = ids_called(tx, community, sorted(maybe)) if maybe else {}
    first = first_names(tx, community, [name for name in maybe if " " not in name and name not in _NO_NAMES])
    return Hiding(names, [*(name for name, ids in called.items() if ids), *first])


def _texts(said: JsonValue | Mapping[str, JsonValue]) -> list[str]:
    if isinstance(said, str):
        return [said]
    parts = said.values() if isinstance(said, Mapping) else said if isinstance(said, list) else ()
    return [text for part in parts for text in _texts(part)]


def _without(said: JsonValue | Mapping[str, JsonValue], hiding: Hiding) -> JsonValue:
    if isinstance(said, str):
        return hiding.hide(said)
    if isinstance(said, Mapping):
        return {name: _without(value, hiding) for name, value in said.items()}
    return [_without(value, hiding) for value in said] if isinstance(said, list) else said
