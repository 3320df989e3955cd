"""How salesy messages were scored, and from which score on one is called so in a community.

What counts is its own talk of the last weeks, so that no more of it is called salesy by mistake than it
takes, and what managers decided about flags. No weights change: a threshold is moved, never far, and every
message is judged by the one that held when it was posted.
"""

import math
from collections import Counter
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import bindparam, func, select

from bot.communities import MOST_MOVED, Settings, changed_from_default, settings_of
from bot.corrections import by_hand, moved_in_words
from bot.days import day_of
from bot.heard import of_message
from storage.tables import Broadcast, Daily, Decision, Message, table
from storage.transaction import Transaction

# What scores less is not worth a row: no sensible rule would call it salesy.
SCORE_KEPT = 0.1
# The verdict on what would be salesy anywhere else, in a channel that is there for it.
PROMOTION = "promotion"
# What is promotion, where it is welcome or not.
PROMOTIONAL = ("salesy", PROMOTION)
# The setting that is moved.
BAR = "salesy_bar"

_TALK, _DECIDED = timedelta(weeks=4), timedelta(weeks=8)
# So many false alarms have to be allowed by a community's talk before it says where they begin.
_ENOUGH = 5
# What scores this much sells, whoever says so or not: it is no ordinary talk that could be a false alarm.
_SELLS = 0.8
# However often somebody posts what scores, so many of it say where ordinary talk ends.
_OF_ONE = 3
# Talk with nothing that scores lowers the threshold by no more: other communities' announcements need room.
_LOWEST = -0.1
# As if so many more flags had been right and wrong: one decision is to move little.
_DOUBT = 10
# How much of a share moves the threshold, and how far at most, up where flags were wrong and down.
_STRENGTH, _FARTHEST_UP, _FARTHEST_DOWN = 0.6, 0.15, 0.05
# Further than this nothing moves in a night.
_STEP = 0.03
# What managers say of a message that is no selling, and what that makes of others that say the same.
ALIKE = "fine_alike"
FINE = ("fine", ALIKE)

_broadcast, _daily, _decision, _message = table(Broadcast), table(Daily), table(Decision), table(Message)
_MESSAGES = select(func.coalesce(func.sum(_daily.c.messages), 0).label("number")).where(
    _daily.c.community == bindparam("in_community"),
    _daily.c.day >= bindparam("since"),
    _daily.c.day < bindparam("until"),
    _daily.c.channel.not_in(bindparam("left_out", expanding=True)),
)
# What apps post is counted as no talk, so that it gives no false alarms either.
_SCORES = (
    select(_broadcast.c.channel, _broadcast.c.message, _broadcast.c.author, _broadcast.c.salesy)
    .select_from(_broadcast.join(_message, of_message(_broadcast)))
    .where(
        _broadcast.c.community == bindparam("in_community"),
        _broadcast.c.posted_at >= bindparam("since"),
        _broadcast.c.posted_at < bindparam("until"),
        _broadcast.c.salesy >= SCORE_KEPT,
        ~_message.c.bot,
        _broadcast.c.channel.not_in(bindparam("left_out", expanding=True)),
    )
    .order_by(_broadcast.c.salesy.desc(), _broadcast.c.posted_at, _broadcast.c.message)
)
_DECISIONS = (
    select(_decision.c.channel, _decision.c.message, _decision.c.decision, _decision.c.at)
    .where(
        _decision.c.community == bindparam("in_community"),
        _decision.c.about == "broadcast",
        _decision.c.undone_at.is_(None),
        _decision.c.at >= bindparam("since"),
        _decision.c.at <= bindparam("until"),
    )
    .order_by(_decision.c.at, _decision.c.event)
)
# Managers said of a broadcast at last that it is fine: it is counted as none that sells.
CALLED_FINE = func.coalesce(
    select(_decision.c.decision)
    .where(
        _decision.c.community == _broadcast.c.community,
        _decision.c.about == "broadcast",
        _decision.c.channel == _broadcast.c.channel,
        _decision.c.message == _broadcast.c.message,
        _decision.c.undone_at.is_(None),
    )
    .order_by(_decision.c.at.desc(), _decision.c.event.desc())
    .limit(1)
    .correlate(_broadcast)
    .scalar_subquery(),
    "",
).in_(FINE)


@dataclass(frozen=True, slots=True)
class Talk:
    """A community's talk of the last weeks, and from which score on it would give few enough false alarms.

    `needed` is how many messages it takes to say so. `threshold` is None where there were fewer, or nobody
    asks for it.
    """

    messages: int
    needed: int
    threshold: float | None


def talk_of(tx: Transaction, community: str, at: datetime) -> Talk:
    """Return what a community's own talk says of where its threshold should be."""
    settings = settings_of(tx, community)
    percent = settings.salesy_false_alarms
    if percent is None:
        return Talk(0, 0, None)
    today = day_of(at, settings.zone)
    # Of what is erased there are counts, and no scores.
    since = today - min(_TALK, timedelta(days=settings.retention_days))
    left_out = _no_talk(settings)
    window = {"in_community": community, "left_out": left_out}
    row = tx.row(_MESSAGES, **window, since=since.isoformat(), until=today.isoformat())
    messages = int(row.number) if row is not None else 0
    needed = math.ceil(_ENOUGH * 100 / percent)
    if messages < needed:
        return Talk(messages, needed, None)
    decided = _decided(tx, community, at - _DECIDED, at)
    of_one: Counter[str] = Counter()
    alarms: list[float] = []
    for score in tx.rows(_SCORES, **window, since=at - (today - since), until=at):
        said = decided.get((score.channel, score.message), "fine")
        sells = said not in FINE or score.salesy >= _SELLS
        if not sells and of_one[score.author] < _OF_ONE:
            of_one[score.author] += 1
            alarms.append(score.salesy)
    allowed = int(messages * percent / 100)
    # Just above the first that is too many.
    wanted = math.floor(alarms[allowed] * 100 + 1) / 100 if len(alarms) > allowed else 0.0
    return Talk(messages, needed, wanted)


def bar_wanted(tx: Transaction, community: str, at: datetime) -> float:
    """Return where the bar is to be tonight, by talk and by what managers decided, a small step nearer."""
    settings = settings_of(tx, community)
    since, base = _set_by_hand(tx, community)
    wanted = base + _by_decisions(*_right_and_wrong(tx, community, since, at))
    if not base and "salesy_threshold" not in changed_from_default(settings):
        talk = talk_of(tx, community, at)
        if talk.threshold is not None:
            wanted += min(MOST_MOVED, max(_LOWEST, talk.threshold - settings.salesy_threshold))
    wanted = max(-MOST_MOVED, min(MOST_MOVED, wanted))
    return round(settings.salesy_bar + max(-_STEP, min(_STEP, wanted - settings.salesy_bar)), 2)


def threshold_in_words(tx: Transaction, community: str, at: datetime) -> str:
    """Return from which score on a message is salesy, and why from there."""
    settings = settings_of(tx, community)
    said = f"{settings.salesy_anywhere:g}"
    if "salesy_threshold" in changed_from_default(settings):
        return f"{said}, as managers set it{_after_decisions(tx, community, at)}"
    talk = talk_of(tx, community, at)
    percent = settings.salesy_false_alarms
    if percent is None:
        return f"{said}, whatever is said here{_after_decisions(tx, community, at)}"
    if talk.threshold is None:
        return (
            f"{said}: too little was said here to tell, {talk.messages:,} of {talk.needed:,} messages in the "
            f"last weeks{_after_decisions(tx, community, at)}"
        )
    return (
        f"{said}: of {talk.messages:,} messages of the last weeks no more than {percent:g} % are to be "
        f"called salesy by mistake{_after_decisions(tx, community, at)}"
    )


def why_moved(tx: Transaction, community: str, at: datetime) -> dict[str, str]:
    """Return why a threshold stands elsewhere than where people set it, by the names of the settings."""
    said = moved_in_words(tx, community, at)
    if settings_of(tx, community).salesy_bar != _set_by_hand(tx, community)[1]:
        said[BAR] = f"A message is salesy from {threshold_in_words(tx, community, at)}."
    return said


def _after_decisions(tx: Transaction, community: str, at: datetime) -> str:
    since, _ = _set_by_hand(tx, community)
    right, wrong = _right_and_wrong(tx, community, since, at)
    if not (right or wrong):
        return ""
    return f"; of flags decided on, {wrong} of {right + wrong} were fine"


def _set_by_hand(tx: Transaction, community: str) -> tuple[datetime, float]:
    """Return since when people set nothing of it otherwise, and what they had set the bar to."""
    since, base = by_hand(tx, community, BAR)
    return max(since, by_hand(tx, community, "salesy_threshold")[0]), base


def _no_talk(settings: Settings) -> list[str]:
    """Return the channels that are no community's talk: the managers' own, and those for promotion."""
    return [*settings.promotion_channels, *filter(None, (settings.managers_channel,))]


def _decided(tx: Transaction, community: str, since: datetime, until: datetime) -> dict[tuple[str, str], str]:
    """Return the last decision about each message, by its channel and id."""
    rows = tx.rows(_DECISIONS, in_community=community, since=since, until=until)
    return {(row.channel, row.message): row.decision for row in rows}


def _right_and_wrong(tx: Transaction, community: str, since: datetime, at: datetime) -> tuple[int, int]:
    # What was decided once of several that say the same counts once.
    said = Counter(_decided(tx, community, max(since, at - _DECIDED), at).values())
    del said[ALIKE]
    return said.total() - said["fine"], said["fine"]


def _by_decisions(right: int, wrong: int) -> float:
    share = (wrong - right) / (wrong + right + _DOUBT)
    return min(_FARTHEST_UP, max(-_FARTHEST_DOWN, _STRENGTH * share))
