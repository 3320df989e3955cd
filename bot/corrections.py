"""What managers overruled of what was read of questions, and how far that moves what counts in a community.

No weights change: a threshold is moved, by what was decided in this community in the last weeks, and never
far. Nothing is counted of what was undone.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import groupby
from typing import Any

from sqlalchemy import Row, and_, bindparam, exists, or_, select

from bot.communities import MOST_MOVED, settings_at, settings_of
from bot.decisions import OPEN, UNDONE_WITHIN
from storage.tables import Decision, Question, SeemsReplied, SettingChange, table
from storage.transaction import Transaction

# How a change of a setting came about that Hearth made itself.
BY_CORRECTIONS, BY_TALK = "corrections", "talk"
MADE_BY_HEARTH = (BY_CORRECTIONS, BY_TALK)
# What was asked longer ago says little of how people talk now.
_LOOKED_AT = timedelta(weeks=8)
# As if so many more flags had been right: one correction is to move little.
_DOUBT = 10
# Of a hundred flags so many may be wrong before more is asked for.
_TOLERATED = 0.05
# How much of a share moves a threshold, and how far at most.
_STRENGTH, _FARTHEST = 0.6, 0.15
# Further than this nothing moves at once.
_STEP = 0.03
# Two decimals are kept.
_SEEN = 0.005
# What says that a flag was wrong.
_FLAG = frozenset({"asks", "unanswered", "flagged"})
_EVER = datetime(1, 1, 1, tzinfo=UTC)

_question, _decision, _change = table(Question), table(Decision), table(SettingChange)
_seems = table(SeemsReplied)
# Whether it was read how likely somebody had replied: elsewhere it is known, and no threshold asked.
_READ = exists().where(
    _seems.c.community == _question.c.community,
    _seems.c.channel == _question.c.channel,
    _seems.c.message == _question.c.message,
    _seems.c.replied.is_not(None),
)
_JUDGED = (
    select(
        _question.c.asked_at,
        _question.c.flagged_at,
        _question.c.channel,
        _question.c.message,
        _decision.c.decision,
        _decision.c.overrules,
        _decision.c.at,
        _READ.label("read"),
    )
    .select_from(
        _question.outerjoin(
            _decision,
            and_(
                _decision.c.community == _question.c.community,
                _decision.c.about == "question",
                _decision.c.channel == _question.c.channel,
                _decision.c.message == _question.c.message,
                _decision.c.undone_at.is_(None),
                or_(
                    _decision.c.overrules.is_not(None),
                    _decision.c.decision == OPEN,
                    # What an asker says of their own question moves nothing.
                    and_(_decision.c.decision == "answered", _decision.c.by != _question.c.asker),
                ),
            ),
        )
    )
    .where(
        _question.c.community == bindparam("in_community"),
        _question.c.asked_at >= bindparam("since"),
        _question.c.asked_at < bindparam("until"),
        or_(_question.c.flagged_at.is_not(None), _decision.c.event.is_not(None)),
    )
    .order_by(_question.c.channel, _question.c.message, _decision.c.at, _decision.c.event)
)
_SET_BY_HAND = (
    select(_change.c.at)
    .where(
        _change.c.community == bindparam("in_community"),
        _change.c.name == bindparam("of_name"),
        _change.c.how.not_in(MADE_BY_HEARTH),
    )
    .order_by(_change.c.at.desc())
    .limit(1)
)


@dataclass(frozen=True, slots=True)
class Flag:
    """A question that managers were told of, and whether they said that this was wrong."""

    asked_at: datetime
    overruled: bool


@dataclass(frozen=True, slots=True)
class Corrections:
    """What managers said of what was judged: of so many questions shown, how many were none.

    Of those of which it was read how likely somebody had replied: how many were shown, how many of these had
    been answered before, and how often what counted as answered was not.
    """

    shown: int = 0
    no_questions: int = 0
    shown_unsure: int = 0
    answered_before: int = 0
    not_answered: int = 0


def flags_of(tx: Transaction, community: str, since: datetime, until: datetime) -> list[Flag]:
    """Return the flags about questions that were asked in that time."""
    rows = tx.rows(_JUDGED, in_community=community, since=since, until=until)
    return [
        Flag(of_one[0].asked_at, not _overruled(of_one).isdisjoint(_FLAG))
        for of_one in _by_question(rows)
        if _told_of(tx, community, of_one[0]) is not None
    ]


def corrections(tx: Transaction, community: str, since: datetime, at: datetime) -> Corrections:
    """Return what managers said since a time of what was judged in the last weeks, as far as it can no longer
    be undone."""
    rows = tx.rows(_JUDGED, in_community=community, since=at - _LOOKED_AT, until=at)
    found: Counter[str] = Counter()
    for of_one in _by_question(rows):
        said = [row for row in of_one if row.at is not None and since < row.at <= at - UNDONE_WITHIN]
        overruled = _overruled(said)
        flagged_at = _told_of(tx, community, of_one[0])
        # What is said of an older flag counts, so that no more are overruled than were shown.
        shown = (flagged_at is not None and flagged_at > since) or not overruled.isdisjoint(_FLAG)
        found["shown"] += shown
        found["unsure"] += shown and (of_one[0].read or "unanswered" in overruled)
        found.update(overruled)
    return Corrections(
        shown=found["shown"],
        no_questions=found["asks"],
        shown_unsure=found["unsure"],
        answered_before=found["unanswered"],
        not_answered=found["answered"],
    )


def _told_of(tx: Transaction, community: str, row: Row[Any]) -> datetime | None:
    """Return when managers were told of a question: without a channel of theirs, nobody saw that it waits."""
    at: datetime | None = row.flagged_at
    seen = at is not None and settings_at(tx, community, at).managers_channel is not None
    return at if seen else None


def moved(tx: Transaction, community: str, name: str, at: datetime) -> float:
    """Return what a threshold is to be now, by what managers corrected since it was last set by hand."""
    since, base = by_hand(tx, community, name)
    now: float = getattr(settings_of(tx, community), name)
    wanted = base + _MOVES[name](corrections(tx, community, since, at))
    wanted = max(-MOST_MOVED, min(MOST_MOVED, wanted))
    return round(now + max(-_STEP, min(_STEP, wanted - now)), 2)


def moved_in_words(tx: Transaction, community: str, at: datetime) -> dict[str, str]:
    """Return why a threshold stands elsewhere than where people set it, by the names of the settings."""
    said: dict[str, str] = {}
    for name, words in _WORDS.items():
        since, base = by_hand(tx, community, name)
        by: float = getattr(settings_of(tx, community), name) - base
        if abs(by) >= _SEEN:
            said[name] = words(corrections(tx, community, since, at), more=by > 0)
    return said


def by_hand(tx: Transaction, community: str, name: str) -> tuple[datetime, float]:
    """Return since when a threshold stands where people set it, and where: what came before is forgotten."""
    row = tx.row(_SET_BY_HAND, in_community=community, of_name=name)
    since = _EVER if row is None else row.at
    base: float = getattr(settings_at(tx, community, since), name)
    return since, base


def _by_question(rows: Sequence[Row[Any]]) -> Iterable[list[Row[Any]]]:
    for _, of_one in groupby(rows, key=lambda row: (row.channel, row.message)):
        yield list(of_one)


def _overruled(rows: Iterable[Row[Any]]) -> set[str]:
    """Return what stands of what managers overruled of one question, in the order in which they did."""
    found: set[str] = set()
    for row in rows:
        if row.decision == OPEN:
            # It was one after all, and open: only that it was called answered can still be wrong.
            found -= _FLAG
        if row.decision == "answered":
            # It was one after all, and answered: only that it was flagged can still be wrong.
            found -= {"asks", "answered"}
        if row.overrules is not None:
            found.add(row.overrules)
    return found


def _of_questions(found: Corrections) -> float:
    """A message has to read the more like a question, the more flags were about none."""
    over = found.no_questions / (found.shown + _DOUBT) - _TOLERATED
    return min(_FARTHEST, max(0.0, _STRENGTH * over))


def _of_answers(found: Corrections) -> float:
    """It has to be the surer that nobody replied, the more flags were about what had been answered; and the
    less sure, the more of what counted as answered was not."""
    judged = found.shown_unsure + found.not_answered + _DOUBT
    share = (found.answered_before - found.not_answered) / judged
    return max(-_FARTHEST, min(_FARTHEST, _STRENGTH * share))


def _of_questions_in_words(found: Corrections, *, more: bool) -> str:
    were = "was no question" if found.no_questions == 1 else "were no questions"
    asks = "asks for more" if more else "asks for less"
    return f"You said {found.no_questions} of {found.shown} {were}: Hearth {asks} now."


def _of_answers_in_words(found: Corrections, *, more: bool) -> str:
    before, after = found.answered_before, found.not_answered
    parts = [f"{before} of {found.shown_unsure} had been answered already"] if before or not after else []
    parts += [f"{after} that counted as answered {'was' if after == 1 else 'were'} not"] if after else []
    does = "wants to be surer that nobody replied before it flags" if more else "flags more readily"
    return f"You said {' and '.join(parts)}: Hearth {does} now."


# The settings that corrections move.
_MOVES = {"question_bar": _of_questions, "waiting_bar": _of_answers}
_WORDS = {"question_bar": _of_questions_in_words, "waiting_bar": _of_answers_in_words}
MOVED = tuple(_MOVES)
