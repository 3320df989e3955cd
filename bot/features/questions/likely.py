"""How likely somebody has replied to a question, which message speaks for it and whose, as it is shown.

What is read of an open question when its time has come is kept as a row, so that cards and pages show it
without reading the talk again.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row, and_, bindparam, delete, select

from bot.cards import Item, MessageRef, Section
from bot.communities import SOMEBODY
from bot.features.questions.asked import Asked
from bot.features.questions.replied import glance, is_at_hand, read_waiting
from bot.features.questions.states import as_it_stands, said_since
from bot.language.replied import SHOWN, WAITS, Waiting
from bot.language.replies import read_reply
from storage.tables import Member, Message, SeemsReplied, table
from storage.transaction import Transaction

Key = tuple[str, str]

# A reading that is less sure says so beside the question.
SURELY = 0.8
# Of so many questions in a list the talk is read again where it is neither remembered nor kept.
_READ_ANEW = 1
_SOMEBODY_ELSE, _THE_ASKER = "somebody else ", "the asker "

_seems, _message, _member = table(SeemsReplied), table(Message), table(Member)
_READINGS = select(
    _seems.c.channel, _seems.c.message, _seems.c.replied, _seems.c.evidence, _seems.c.reason
).where(
    _seems.c.community == bindparam("in_community"),
    _seems.c.channel.in_(bindparam("of_channels", expanding=True)),
    _seems.c.message.in_(bindparam("of_messages", expanding=True)),
)
_FORGET = delete(_seems).where(
    _seems.c.community == bindparam("in_community"),
    _seems.c.channel == bindparam("in_channel"),
    _seems.c.message == bindparam("of_head"),
)
_SAID = (
    select(_message.c.channel, _message.c.id, _message.c.author, _message.c.thread, _member.c.name)
    .select_from(
        _message.outerjoin(
            _member, and_(_member.c.community == _message.c.community, _member.c.id == _message.c.author)
        )
    )
    .where(
        _message.c.community == bindparam("in_community"),
        _message.c.channel.in_(bindparam("of_channels", expanding=True)),
        _message.c.id.in_(bindparam("of_messages", expanding=True)),
        _message.c.deleted_at.is_(None),
    )
)


@dataclass(frozen=True, slots=True)
class Seems:
    """How likely somebody has replied, 0 to 1, which message speaks for it, and how.

    `replied` is None where what was said is known to be no answer.
    """

    replied: float | None
    evidence: str | None
    reason: str


def read_likely(tx: Transaction, asked: Asked, at: datetime) -> Waiting | None:
    """Read whether somebody replied to an open question by `at`, as `read_waiting` does, and keep it."""
    found = read_waiting(tx, asked, at)
    seems = _seems_so(tx, asked, found)
    if seems is None:
        tx.run(_FORGET, in_community=asked.community, in_channel=asked.channel, of_head=asked.message)
    else:
        place = {"community": asked.community, "channel": asked.channel, "message": asked.message}
        tx.put(SeemsReplied, **place, asked_at=asked.asked_at, at=at, **asdict(seems))
    return found


def was_read(tx: Transaction, asked: Asked) -> bool:
    """Return whether a question was flagged, or not, by how likely somebody had replied.

    In a thread, and where what was said is plainly about it, that is known.
    """
    places = _places([(asked.channel, asked.message)])
    return any(row.replied is not None for row in tx.rows(_READINGS, in_community=asked.community, **places))


def seem_now(tx: Transaction, community: str, asked: Sequence[Asked], at: datetime) -> Mapping[Key, Seems]:
    """Return what is read of open questions at this moment; nothing is kept of it.

    Where their talk is not remembered, it is what was kept of them; one that was never read is read then.
    Somebody waits for this, and to read a talk again takes longer than the rest of a list.
    """
    kept = _kept(tx, community, {(each.channel, each.message): each for each in asked})
    found: dict[Key, Seems] = {}
    left = _READ_ANEW
    for each in asked:
        key = (each.channel, each.message)
        if not is_at_hand(tx, each):
            if key in kept:
                found[key] = kept[key]
                continue
            if not left:
                continue
            left -= 1
        seems = _seems_so(tx, each, glance(tx, each, at))
        if seems is not None:
            found[key] = seems
    return found


def _seems_so(tx: Transaction, asked: Asked, found: Waiting | None) -> Seems | None:
    if found is None:
        return _known(tx, asked)
    return Seems(round(1 - found.unanswered, 2), found.evidence, found.reason)


def _known(tx: Transaction, asked: Asked) -> Seems | None:
    """Return what was said last to a question that is open all the same: asked back, say, or "same here"."""
    if asked.first_response_at is None:
        return None
    as_it_stands(tx, asked.community, asked.channel, asked.message)
    since = said_since(tx, asked.community, asked.channel, asked.message)
    last = next((said for said in reversed(since) if not said.bot), None)
    if last is None:
        return None
    by_asker = last.author == asked.asker
    reason = read_reply(last.text, by_asker=by_asker).reason
    return Seems(None, last.id, f"{_THE_ASKER if by_asker else _SOMEBODY_ELSE}{reason}")


def evidence_of(
    tx: Transaction, community: str, of: Iterable[Asked], now: Mapping[Key, Seems] | None = None
) -> Mapping[Key, Section]:
    """Return what speaks for each of these questions being answered, by channel and head, in two statements.

    Of open ones it is what was kept of them, or else what is read `now`. Nothing is returned where nothing is
    known; whether it may be shown is for the caller to say.
    """
    asked = {(each.channel, each.message): each for each in of if each.stands}
    seems = _kept(tx, community, asked) if now is None else now
    readings = {key: each for key, each in seems.items() if _holds(asked.get(key), each)}
    resting = {
        key: str(each.evidence["message_id"])
        for key, each in asked.items()
        if each.state != "unanswered" and each.evidence is not None
    }
    resting |= {key: each.evidence for key, each in readings.items() if each.evidence is not None}
    places = {(channel, resting[channel, head]) for channel, head in resting}
    said = {(row.channel, row.id): row for row in tx.rows(_SAID, in_community=community, **_places(places))}
    found: dict[Key, Section] = {}
    for key, each in asked.items():
        message = said.get((key[0], resting.get(key, "")))
        section = (
            _of_open(readings[key], message)
            if key in readings
            else _of_settled(each, message)
            if each.state != "unanswered"
            else None
        )
        if section is not None:
            found[key] = section
    return found


def how_likely(replied: float) -> str:
    """Say how likely a question has been answered, from 0 to 1, as "likely answered, 62%"."""
    word = "likely" if replied > 1 - WAITS else "perhaps" if replied >= SHOWN else "hardly"
    return f"{word} answered, {replied:.0%}"


def how_sure(probability: float) -> str:
    """Say how sure it is that something is a question, where that is not plain."""
    return "" if probability >= SURELY else f"{probability:.0%} sure that it is a question"


def _kept(tx: Transaction, community: str, asked: Mapping[Key, Asked]) -> dict[Key, Seems]:
    open_ones = [key for key, each in asked.items() if each.state == "unanswered"]
    rows = tx.rows(_READINGS, in_community=community, **_places(open_ones))
    return {(row.channel, row.message): Seems(row.replied, row.evidence, row.reason) for row in rows}


def _holds(asked: Asked | None, seems: Seems) -> bool:
    """Return whether a reading is of a question as it stands now."""
    if asked is None or asked.state != "unanswered":
        return False
    return (asked.first_response_at is None) == (seems.replied is not None)


def _of_open(reading: Seems, message: Row[Any] | None) -> Section | None:
    if reading.evidence is not None and message is None:
        return None  # What spoke for it is gone since.
    name = "Not answered yet" if reading.replied is None else how_likely(reading.replied).capitalize()
    if message is None:
        return Section(name=name, items=(Item(text=_sentence(reading.reason)),))
    said = reading.reason.removeprefix(_SOMEBODY_ELSE).removeprefix(_THE_ASKER)
    return Section(name=name, items=(Item(text=f"{_who(message)} {said}", refs=(_ref(message),)),))


def _of_settled(asked: Asked, message: Row[Any] | None) -> Section | None:
    # The question itself is shown already.
    if message is None or message.id == asked.message:
        return None
    return Section(
        name="It rests on", items=(Item(text=f"What {_who(message)} said", refs=(_ref(message),)),)
    )


def _sentence(words: str) -> str:
    return words[:1].upper() + words[1:]


def _who(message: Row[Any]) -> str:
    return str(message.name or message.author or SOMEBODY)


def _ref(message: Row[Any]) -> MessageRef:
    return MessageRef(channel=message.channel, message=message.id, thread=message.thread)


def _places(keys: Collection[Key]) -> dict[str, list[str]]:
    return {
        "of_channels": sorted({channel for channel, _ in keys}),
        "of_messages": sorted({message for _, message in keys}),
    }
