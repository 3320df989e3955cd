"""Questions like one that were answered before, found by the words of those that were.

The words of each answered question are rows, as numbers; they come and go with its state and its text, so
that what was erased is found no more.
"""

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import BindParameter, Row, Select, Table, and_, bindparam, delete, func, select

from bot.cards import Item, MessageRef, Section, shorten
from bot.communities import may_quote
from bot.features.questions.asked import Asked
from bot.features.questions.rulings import HELPED
from bot.heard import of_message
from bot.language.similar import ALIKE, SAME, VERY_ALIKE, likeness, telling_words, weight
from storage.tables import AskedWord, Hint, Message, Question, SimilarQuestion, Turn, table
from storage.transaction import Transaction

Key = tuple[str, str]

# More than this many nobody looks at.
_SHOWN = 3
# Words that so many questions have do not lead to a question; nobody counts further than this.
_LEADING, _COUNTED = 500, 3_000
# Of more answered questions than this it makes no difference how many there are: each would be counted.
_ALL_COUNTED = 10_000
# So many questions are looked up in all, and so many compared word by word.
_LOOKED_UP, _COMPARED = 2_000, 10
_QUOTED = 140
# What is shown with a question is named so.
BEFORE = "Answered before"

_word, _similar, _hint = table(AskedWord), table(SimilarQuestion), table(Hint)
_question, _message, _turn = table(Question), table(Message), table(Turn)
_OF_QUESTION = and_(
    _word.c.community == bindparam("in_community"),
    _word.c.channel == bindparam("in_channel"),
    _word.c.message == bindparam("of_head"),
)
_THERE = select(_word.c.word).where(_OF_QUESTION)
_FORGET = delete(_word).where(_OF_QUESTION)
_HAVING = and_(_word.c.community == bindparam("in_community"), _word.c.word == bindparam("with_word"))
_COUNT = select(func.count().label("number")).select_from(
    select(_word.c.word).where(_HAVING).limit(_COUNTED).subquery()
)
_WITH_WORD = (
    select(_word.c.channel, _word.c.message).where(_HAVING).order_by(_word.c.channel, _word.c.message)
)
_ANSWERED = select(func.count().label("number")).select_from(
    select(_question.c.asked_at)
    .where(_question.c.community == bindparam("in_community"), _question.c.state == "answered")
    .limit(_ALL_COUNTED)
    .subquery()
)
_PUT_OUT = delete(_similar).where(
    _similar.c.community == bindparam("in_community"),
    _similar.c.channel == bindparam("in_channel"),
    _similar.c.message == bindparam("of_head"),
)


def _still_answered(of: Table) -> Select[Any]:
    """Return the statement for the questions that rows of a table name as others, answered still."""
    return (
        select(
            of.c.channel.label("of_channel"),
            of.c.message.label("of_head"),
            _question.c.channel,
            _question.c.message,
            _question.c.thread,
            _question.c.asker,
            _question.c.helper,
            _question.c.evidence,
        )
        .select_from(
            of.join(
                _question,
                and_(
                    _question.c.community == of.c.community,
                    _question.c.channel == of.c.other_channel,
                    _question.c.message == of.c.other_message,
                ),
            )
        )
        .where(
            of.c.community == bindparam("in_community"),
            of.c.channel.in_(bindparam("of_channels", expanding=True)),
            of.c.message.in_(bindparam("of_messages", expanding=True)),
            _question.c.state == "answered",
        )
        .order_by(of.c.channel, of.c.message)
    )


# What is shown with a question: those like it, or the one in which its asker found an answer.
_LIKE = _still_answered(_similar).order_by(_similar.c.place)
_FOUND = _still_answered(_hint).where(_hint.c.outcome == HELPED)
_ASKED = select(
    _question.c.channel,
    _question.c.message,
    _question.c.thread,
    _question.c.asker,
    _question.c.helper,
    _question.c.evidence,
).where(
    _question.c.community == bindparam("in_community"),
    _question.c.channel.in_(bindparam("of_channels", expanding=True)),
    _question.c.message.in_(bindparam("of_messages", expanding=True)),
    _question.c.state == "answered",
)
_SHOWING = tuple(
    select(of.c.channel, of.c.message)
    .where(
        of.c.community == bindparam("in_community"),
        of.c.other_channel == bindparam("in_channel"),
        of.c.other_message.in_(bindparam("of_messages", expanding=True)),
    )
    .distinct()
    for of in (_similar, _hint)
)
_OF_CHANNELS: BindParameter[list[str]] = bindparam("of_channels", expanding=True)
_OF_MESSAGES: BindParameter[list[str]] = bindparam("of_messages", expanding=True)
_WORDS = (
    select(_turn.c.channel, _turn.c.head, _message.c.text, _message.c.posted_at, _message.c.id)
    .select_from(_turn.join(_message, of_message(_turn)))
    .where(
        _turn.c.community == bindparam("in_community"),
        _turn.c.channel.in_(_OF_CHANNELS),
        _turn.c.head.in_(_OF_MESSAGES),
        _message.c.deleted_at.is_(None),
    )
)
_SAID = (_message.c.channel, _message.c.id, _message.c.thread, _message.c.author, _message.c.posted_at)
_RESTING = select(*_SAID).where(
    _message.c.community == bindparam("in_community"),
    _message.c.channel.in_(_OF_CHANNELS),
    _message.c.id.in_(_OF_MESSAGES),
    _message.c.deleted_at.is_(None),
)
_HELPED = (
    select(_turn.c.question, *_SAID)
    .select_from(_turn.join(_message, of_message(_turn)))
    .where(
        _turn.c.community == bindparam("in_community"),
        _turn.c.channel.in_(_OF_CHANNELS),
        _turn.c.question.in_(_OF_MESSAGES),
        _message.c.author.in_(bindparam("by_helpers", expanding=True)),
        _message.c.deleted_at.is_(None),
    )
)


def keep_words(tx: Transaction, asked: Asked, before: Asked | None) -> None:
    """Have a question be found by its words as long as it is answered; `before` is how it stood until now."""
    if before is not None and (before.state, before.text) == (asked.state, asked.text):
        return
    # What was found in an earlier answer leads to none of its own.
    leads = asked.state == "answered" and not was_found(asked)
    words = telling_words(asked.text) if leads else frozenset()
    if before is not None and before.state == "answered":
        if words == (telling_words(before.text) if before.text else _words_kept(tx, before)):
            return
        forget_words(tx, before)
    for word in sorted(words):
        tx.put(AskedWord, community=asked.community, word=word, channel=asked.channel, message=asked.message)


def was_found(asked: Asked) -> bool:
    """Return whether a question counts as answered as its asker found that in an earlier answer."""
    return asked.evidence is not None and asked.evidence["kind"] == "earlier"


def forget_words(tx: Transaction, asked: Asked) -> None:
    """Have a question be found no more."""
    if asked.state == "answered":
        tx.run(_FORGET, **_place(asked))


def keep_similar(tx: Transaction, asked: Asked, to_channel: str) -> None:
    """Keep which answered questions are like one that is shown in a channel, whose readers may see them."""
    tx.run(_PUT_OUT, **_place(asked))
    if not may_quote(tx, asked.community, asked.channel, to_channel):
        return
    for place, (channel, message) in enumerate(likest(tx, asked, to_channel)[:_SHOWN]):
        tx.put(
            SimilarQuestion,
            community=asked.community,
            channel=asked.channel,
            message=asked.message,
            place=place,
            asked_at=asked.asked_at,
            other_channel=channel,
            other_message=message,
        )


def likest(tx: Transaction, asked: Asked, to_channel: str, alike_from: float = ALIKE) -> list[Key]:
    """Return the answered questions most like one that may be shown in a channel, the likest first."""
    words = telling_words(asked.text)
    if len(words) < SAME:
        return []
    of = _number(tx.row(_ANSWERED, in_community=asked.community))
    having = _having(tx, asked.community, words)
    found: Counter[Key] = Counter()
    weights: Counter[Key] = Counter()
    led: set[int] = set()
    for word in sorted(words, key=lambda word: (having[word], word)):
        if having[word] > _LEADING or found.total() + having[word] > _LOOKED_UP:
            continue
        led.add(word)
        for row in tx.rows(_WITH_WORD, in_community=asked.community, with_word=word):
            key = (str(row.channel), str(row.message))
            found[key] += 1
            # In whole numbers, so that the order in which they are added does not matter.
            weights[key] += round(1_000 * weight(having[word], of))
    found.pop((asked.channel, asked.message), None)
    readable = {
        channel
        for channel in {channel for channel, _ in found}
        if may_quote(tx, asked.community, channel, to_channel)
    }
    # Though it shared all words that lead nowhere, too little may be shared.
    unled = sum(weight(having[word], of) for word in words - led)
    enough = ALIKE * sum(weight(having[word], of) for word in words) - unled
    best = [
        key
        for key, number in found.items()
        if number > 1 and key[0] in readable and weights[key] >= 1_000 * enough - len(words)
    ]
    best.sort(key=lambda key: (-weights[key], key))
    alike: list[tuple[float, Key]] = []
    for channel, message in best[:_COMPARED]:
        place = {"in_community": asked.community, "in_channel": channel, "of_head": message}
        other = {row.word for row in tx.rows(_THERE, **place)}
        # To count words takes longest: it is done where they may be alike, however many have each.
        unknown = other - having.keys()
        if likeness(words, other, {**having, **dict.fromkeys(unknown, _COUNTED)}, of) < alike_from:
            continue
        having |= _having(tx, asked.community, unknown)
        if (how_much := likeness(words, other, having, of)) >= alike_from:
            alike.append((how_much, (channel, message)))
    alike.sort(key=lambda each: (-each[0], each[1]))
    return [key for _, key in alike]


def _words_kept(tx: Transaction, asked: Asked) -> set[int]:
    return {row.word for row in tx.rows(_THERE, **_place(asked))}


def _having(tx: Transaction, community: str, words: Collection[int]) -> dict[int, int]:
    """Return how many answered questions have each of these words, as far as that is counted."""
    return {word: _number(tx.row(_COUNT, in_community=community, with_word=word)) for word in words}


def _number(row: Row[Any] | None) -> int:
    return int(row.number) if row is not None else 0


def similar_to(
    tx: Transaction, community: str, of: Iterable[Asked], may_show: Callable[[str], bool]
) -> Mapping[Key, Section]:
    """Return the answered questions that were kept as like these, by channel and head, in four statements.

    Where an asker found their answer in another question, it is that one, for one statement more. `may_show`
    says of which channels words and links may be shown.
    """
    asked = {(each.channel, each.message): each for each in of if may_show(each.channel)}
    open_ones = {key for key, each in asked.items() if each.state == "unanswered"}
    found = {key for key, each in asked.items() if was_found(each)}
    rows = list(tx.rows(_LIKE, in_community=community, **_places(open_ones)))
    if found:
        rows += tx.rows(_FOUND, in_community=community, **_places(found))
    rows = [row for row in rows if (row.of_channel, row.of_head) in open_ones | found]
    shown = _items(tx, community, [row for row in rows if may_show(row.channel)])
    items: dict[Key, list[Item]] = {}
    for row in rows:
        if (row.channel, row.message) in shown:
            items.setdefault((row.of_channel, row.of_head), []).append(shown[row.channel, row.message])
    return {key: Section(name=BEFORE, items=tuple(each)) for key, each in items.items()}


def answered_like(tx: Transaction, asked: Asked) -> tuple[Key, Item] | None:
    """Return the question most like one that its asker may read, with its words, its link and its answer's.

    It is one that somebody else asked, and that is very like it: who asks is shown no more than one.
    """
    keys = likest(tx, asked, asked.channel, VERY_ALIKE)
    rows = tx.rows(_ASKED, in_community=asked.community, **_places(keys)) if keys else []
    by_key = {(row.channel, row.message): row for row in rows if row.asker != asked.asker}
    shown = _items(tx, asked.community, list(by_key.values()))
    # Without a link to what answers it, it is a question like theirs and no help.
    return next(((key, shown[key]) for key in keys if key in shown and len(shown[key].refs) > 1), None)


def _items(tx: Transaction, community: str, rows: Collection[Row[Any]]) -> dict[Key, Item]:
    """Return a line for each of these answered questions, with the links to it and to its answer."""
    texts: dict[Key, list[Row[Any]]] = {}
    places = {(row.channel, row.message) for row in rows}
    for said in tx.rows(_WORDS, in_community=community, **_places(places)):
        texts.setdefault((said.channel, said.head), []).append(said)
    answers = _answers(tx, community, rows)
    items: dict[Key, Item] = {}
    for row in rows:
        key = (row.channel, row.message)
        parts = sorted(texts.get(key, ()), key=lambda said: (said.posted_at, said.id))
        words = shorten(" ".join(" ".join(said.text for said in parts).split()), _QUOTED)
        if not words:
            continue
        refs = [MessageRef(channel=row.channel, message=row.message, thread=row.thread)]
        answer = answers.get(key)
        if answer is not None and answer.id != row.message:
            refs.append(MessageRef(channel=answer.channel, message=answer.id, thread=answer.thread))
        items[key] = Item(text=words, refs=tuple(refs))
    return items


def _answers(tx: Transaction, community: str, rows: Collection[Row[Any]]) -> dict[Key, Row[Any]]:
    """Return the message that answers each of these questions, where one is known and there still.

    What a question rests on may be its asker's word, as thanks are: then it is what was said last before
    that by who helped.
    """
    rested = {(row.channel, row.evidence["message_id"]) for row in rows if row.evidence is not None}
    resting = {
        (said.channel, said.id): said for said in tx.rows(_RESTING, in_community=community, **_places(rested))
    }
    found: dict[Key, Row[Any]] = {}
    thanked: dict[Key, tuple[str, datetime]] = {}
    for row in rows:
        said = resting.get((row.channel, row.evidence["message_id"])) if row.evidence is not None else None
        if said is not None and said.author == row.asker and row.helper is not None:
            thanked[row.channel, row.message] = (row.helper, said.posted_at)
        elif said is not None:
            found[row.channel, row.message] = said
    helpers = sorted({helper for helper, _ in thanked.values()})
    helped = tx.rows(_HELPED, in_community=community, by_helpers=helpers, **_places(thanked))
    for said in sorted(helped, key=lambda said: (said.posted_at, said.id)):
        helper, until = thanked.get((said.channel, said.question), ("", said.posted_at))
        if said.author == helper and said.posted_at <= until:
            found[said.channel, said.question] = said
    return found


def showing(tx: Transaction, community: str, channel: str, heads: Collection[str]) -> list[Key]:
    """Return the questions, by channel and head, with which one of these is shown."""
    place = {"in_community": community, "in_channel": channel, "of_messages": sorted(heads)}
    return sorted({(row.channel, row.message) for each in _SHOWING for row in tx.rows(each, **place)})


def _place(asked: Asked) -> dict[str, str]:
    return {"in_community": asked.community, "in_channel": asked.channel, "of_head": asked.message}


def _places(keys: Collection[Key]) -> dict[str, list[str]]:
    return {
        "of_channels": sorted({channel for channel, _ in keys}),
        "of_messages": sorted({message for _, message in keys}),
    }
