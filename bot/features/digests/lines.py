"""The lines of a digest: what was asked, wanted, reported and praised, each with the messages it rests on."""

from collections.abc import Collection, Iterable, Sequence
from typing import Any

from sqlalchemy import ColumnElement, Row, Table, and_, bindparam, case, func, select

from bot.cards import Item, MessageRef, Section, shorten
from bot.communities import member_name
from bot.features.digests.plans import Kind
from bot.heard import of_message
from bot.language.unmarked import begins_with_others, unmarked
from bot.scores import CALLED_FINE
from bot.weeks import Window
from storage.tables import Broadcast, Feedback, Message, Question, Turn, table
from storage.transaction import Transaction

ASKED = "Asked"
_ANSWERED = "Answered: "
_LINES = 7
_QUOTED = 180
# What stands under "Asked" already is not told twice, so more is read of the rest than is shown.
_CANDIDATES = 2 * _LINES

_message, _question, _feedback = table(Message), table(Question), table(Feedback)
_broadcast, _turn = table(Broadcast), table(Turn)


def _of(what: Table, at: Any) -> Any:
    """Return the condition for what was said in a window, where it may be shown."""
    return and_(
        what.c.community == bindparam("in_community"),
        at >= bindparam("since"),
        at < bindparam("until"),
        what.c.channel.not_in(bindparam("hidden", expanding=True)),
    )


# What is open first; then the ones the rules are surest of.
_URGENCY = case((_question.c.state == "unanswered", 0), else_=1)
_RANKED = (
    select(
        _question.c.channel,
        _question.c.message,
        _question.c.thread,
        _question.c.state,
        _question.c.helper,
        _question.c.asked_at,
        _question.c.probability,
        _URGENCY.label("urgency"),
        # Each author once before anyone twice: many voices, not the loudest.
        func.row_number()
        .over(
            partition_by=_question.c.asker,
            order_by=(_URGENCY, _question.c.probability.desc(), _question.c.asked_at, _question.c.message),
        )
        .label("turn"),
    )
    .where(_of(_question, _question.c.asked_at), _question.c.state != "dismissed")
    .subquery()
)
_ASKED = (
    select(_RANKED)
    .order_by(
        _RANKED.c.turn,
        _RANKED.c.urgency,
        _RANKED.c.probability.desc(),
        _RANKED.c.asked_at,
        _RANKED.c.message,
    )
    .limit(_LINES)
)
_TEXTS = (
    select(_turn.c.channel, _turn.c.head, _message.c.id, _message.c.text, _message.c.posted_at)
    .select_from(_turn.join(_message, of_message(_turn)))
    .where(
        _turn.c.community == bindparam("in_community"),
        # Of pairs SQLite would look through all turns; a few too many are found so, and left.
        _turn.c.channel.in_(bindparam("in_channels", expanding=True)),
        _turn.c.head.in_(bindparam("of_heads", expanding=True)),
        _message.c.deleted_at.is_(None),
    )
)


def _said(what: Table, weight: Any, *those: ColumnElement[bool]) -> Any:
    """Return the strongest of each verdict, each author once before anyone twice, with their texts."""
    by_author = (
        select(
            what.c.channel,
            what.c.message,
            what.c.thread,
            what.c.verdict,
            what.c.posted_at,
            weight.label("weight"),
            func.row_number()
            .over(
                partition_by=(what.c.verdict, what.c.author),
                order_by=(weight.desc(), what.c.posted_at, what.c.message),
            )
            .label("turn"),
        )
        .where(
            _of(what, what.c.posted_at),
            what.c.verdict.in_(bindparam("of_verdicts", expanding=True)),
            *those,
        )
        .subquery()
    )
    by_verdict = select(
        by_author,
        func.row_number()
        .over(
            partition_by=by_author.c.verdict,
            order_by=(
                by_author.c.turn,
                by_author.c.weight.desc(),
                by_author.c.posted_at,
                by_author.c.message,
            ),
        )
        .label("place"),
    ).subquery()
    same = and_(
        _message.c.community == bindparam("in_community"),
        _message.c.channel == by_verdict.c.channel,
        _message.c.id == by_verdict.c.message,
    )
    return (
        select(by_verdict, _message.c.text)
        .select_from(by_verdict.join(_message, same))
        .where(by_verdict.c.place <= _CANDIDATES)
        .order_by(by_verdict.c.verdict, by_verdict.c.place)
    )


_FEEDBACK = _said(_feedback, _feedback.c.probability)
_SOLD = _said(_broadcast, _broadcast.c.salesy, ~CALLED_FINE)
# Of each kind beside questions: its section, its verdict, and where that is kept.
VERDICTS: tuple[tuple[Kind, str, str, Table], ...] = (
    ("requests", "Wanted", "request", _feedback),
    ("bugs", "Reported", "bug", _feedback),
    ("complaints", "Complained about", "complaint", _feedback),
    ("praise", "Praised", "praise", _feedback),
    ("broadcasts", "Read like selling", "salesy", _broadcast),
)


def sections(
    tx: Transaction, community: str, window: Window, kinds: Collection[Kind], hidden: Sequence[str]
) -> tuple[Section, ...]:
    """Return what was said of these kinds in a window; nothing out of `hidden` channels."""
    place = {
        "in_community": community,
        "since": window.start,
        "until": window.end,
        "hidden": list(hidden),
    }
    found: list[Section] = []
    told: set[tuple[str, str]] = set()
    if "questions" in kinds:
        asked = sorted(
            tx.rows(_ASKED, **place),
            key=lambda row: (row.urgency, -row.probability, row.asked_at, row.message),
        )
        told = {(row.channel, row.message) for row in asked}
        found.append(Section(name=ASKED, items=_questions(tx, community, asked)))
    wanted = [verdict for kind, _, verdict, _ in VERDICTS if kind in kinds]
    said: list[Row[Any]] = []
    if wanted:
        said += tx.rows(_FEEDBACK, **place, of_verdicts=wanted)
    if "broadcasts" in kinds:
        said += tx.rows(_SOLD, **place, of_verdicts=wanted)
    for kind, name, verdict, _ in VERDICTS:
        if kind in kinds:
            of_kind = [
                row for row in said if row.verdict == verdict and (row.channel, row.message) not in told
            ]
            # What others said is told of where they said it, if there is enough else.
            of_kind.sort(key=lambda row: begins_with_others(row.text))
            items = tuple(_item(row, quoted(row.text)) for row in _strongest(of_kind[:_LINES]))
            found.append(Section(name=name, items=items))
    return tuple(section for section in found if section.items)


def _strongest(rows: Iterable[Row[Any]]) -> list[Row[Any]]:
    return sorted(rows, key=lambda row: (-row.weight, row.posted_at, row.message))


def _questions(tx: Transaction, community: str, asked: Sequence[Row[Any]]) -> tuple[Item, ...]:
    """Return a line for each question; what was asked in several short messages rests on all of them."""
    if not asked:
        return ()
    heads, channels = [row.message for row in asked], sorted({row.channel for row in asked})
    texts: dict[tuple[str, str], list[Row[Any]]] = {}
    for text in tx.rows(_TEXTS, in_community=community, of_heads=heads, in_channels=channels):
        texts.setdefault((text.channel, text.head), []).append(text)
    items: list[Item] = []
    for row in asked:
        parts = texts.get((row.channel, row.message), [])
        parts.sort(key=lambda part: (part.posted_at, part.id))
        words = quoted(" ".join(part.text for part in parts))
        if row.state == "unanswered":
            said = f"Open: {words}"
        elif row.helper:
            said = f"{_answered_by(member_name(tx, community, row.helper))}{words}"
        else:
            said = f"{_ANSWERED}{words}"
        items.append(
            Item(
                text=said,
                refs=tuple(
                    MessageRef(channel=row.channel, message=part.id, thread=row.thread) for part in parts
                )
                or (MessageRef(channel=row.channel, message=row.message, thread=row.thread),),
            )
        )
    return tuple(items)


def _item(row: Row[Any], text: str) -> Item:
    return Item(text=text, refs=(MessageRef(channel=row.channel, message=row.message, thread=row.thread),))


def _answered_by(name: str) -> str:
    return f"Answered by {name}: "


def unnamed(item: Item, name: str) -> Item:
    """Return the line of a question without the name of who answered it, if it is this one."""
    words = item.text.removeprefix(_answered_by(name))
    return item if words == item.text else item.model_copy(update={"text": f"{_ANSWERED}{words}"})


def quoted(text: str) -> str:
    """Return the beginning of a text in one line, without its markup."""
    return shorten(" ".join(unmarked(text).split()), _QUOTED)
