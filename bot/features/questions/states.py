"""Whether a question was answered, derived from what was said, marked and decided about it."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from sqlalchemy import Row, and_, bindparam, delete, select

from bot.communities import settings_of
from bot.daily import count_again
from bot.features.questions.asked import Asked, asked_from, key_of
from bot.features.questions.marks import marks_on
from bot.features.questions.rulings import NONE, Rulings, overrule, rulings_of
from bot.features.questions.similar import forget_words, keep_words
from bot.features.questions.talk import (
    BURST_CHARACTERS,
    ONE_UTTERANCE,
    TALK_BY_TURN,
    known_recent,
    recent,
    said_of,
)
from bot.features.questions.times import schedule
from bot.features.questions.window import Standing
from bot.language.answers import Evidence, Mark, Outcome, Story, told
from bot.language.parents import Said
from bot.language.questions import QuestionReading, read_question
from storage.tables import Question, Turn, table
from storage.transaction import Transaction

# What others say after so many messages of theirs is no longer about the question.
CONVERSATION = 60
# Questions of a channel that are remembered, those spoken of last; and how much was said about all but one.
_CASES = 20
_SAID = 400

_turn = table(Turn)
_question = table(Question)
_BURST = TALK_BY_TURN.where(_turn.c.head == bindparam("of_head"))
_AFTER = TALK_BY_TURN.where(_turn.c.question == bindparam("of_head"), _turn.c.head != bindparam("of_head"))
_OF_HEAD = and_(
    _question.c.community == bindparam("in_community"),
    _question.c.channel == bindparam("in_channel"),
    _question.c.message == bindparam("of_head"),
)
_THERE = select(_question).where(_OF_HEAD)
_FORGET = delete(_question).where(_OF_HEAD)


@dataclass(slots=True)
class _Case:
    """All that a question's state is derived from; kept while the talk about it goes on."""

    thread: str | None
    known: Asked | None
    rulings: Rulings
    burst: list[Said] = field(default_factory=list)
    after: list[Said] = field(default_factory=list)
    # Of what came after the conversation only who put a check mark on it matters.
    beyond: list[str] = field(default_factory=list)
    marks: list[Mark] = field(default_factory=list)
    # What came out last, of how many messages of the burst.
    result: Outcome | None = None
    parts: int = 0
    others: int = 0
    # What is read of the message of the burst that asks most, of so many.
    _asks_most: QuestionReading | None = None
    _read: int = 0
    # How it stands, as far as what was said and marked was taken in.
    _story: Story | None = None
    _told: int = 0

    def hear_all(self, burst: list[Said], after: Sequence[Said]) -> None:
        """Take in what the asker said in a row, and what was said after it."""
        self.burst = burst
        for said in after:
            self.hear(said)

    def hear(self, said: Said) -> None:
        """Take in what was said after it: all that the asker says, and of others what counts as about it."""
        if said.author != self.burst[0].author:
            self.others += 1
            if self.others > CONVERSATION:
                self.beyond.append(said.id)
                return
        self.after.append(said)

    @property
    def messages(self) -> list[str]:
        """The ids of all that was said in asking and after it: a check mark on any of them counts."""
        return [*(said.id for said in (*self.burst, *self.after)), *self.beyond]

    def outcome(self) -> Outcome:
        """Return what became of the question, by what was said and marked."""
        news = self.after[self._told :]
        # What was said before the last mark was put is not to be heard after it.
        if self._story is None or (news and any(mark.at >= news[0].at for mark in self.marks)):
            self._story = told(self.burst[0].author, self.after, self.marks)
        else:
            for said in news:
                self._story.hear(said)
        self._told = len(self.after)
        return self._story.outcome()

    def read(self) -> tuple[str, QuestionReading]:
        """Return what it says, and what is read of that: of all, or else of the message that asks most."""
        text = "\n".join(said.text for said in self.burst)[:BURST_CHARACTERS]
        for said in self.burst[self._read :]:
            reading = read_question(said.text, starts=False)
            if self._asks_most is None or reading.probability > self._asks_most.probability:
                self._asks_most = reading
        self._read = len(self.burst)
        if len(text) <= ONE_UTTERANCE or self._asks_most is None:
            return text, read_question(text, starts=False)
        return text, self._asks_most

    def mark(self, marks: list[Mark]) -> None:
        """Take these for the check marks on it."""
        if marks != self.marks:
            self.marks = marks
            self._story = None


def go_on(
    tx: Transaction, community: str, channel: str, head: str, standing: Standing, *, new: bool
) -> tuple[Asked | None, bool]:
    """Derive a question that the latest message belongs to, from what is remembered and that message.

    `new` says that nothing was heard of the message before.
    """
    cases = _cases(tx, community, channel)
    case = cases.get(head)
    if case is None or not case.burst:
        case = _recent_case(tx, community, channel, head)
        if case is None:
            return derive(tx, community, channel, head)
        cases[head] = case
    else:
        cases[head] = cases.pop(head)
        if standing.head == head:
            case.burst.append(standing.said)
        else:
            case.hear(standing.said)
    if not new:
        # A check mark may be heard of before the message it is on.
        on_it = marks_on(tx, community, channel, case.burst[0].author, [standing.said.id])
        case.mark([*case.marks, *(each for each in on_it if each not in case.marks)])
    return _derived(tx, community, channel, head, case)


def forget_case(tx: Transaction, community: str, channel: str, head: str) -> None:
    """Have a question read anew when it is asked for: something was said that it has not heard."""
    _cases(tx, community, channel).pop(head, None)


def let_go(tx: Transaction, community: str, channel: str) -> None:
    """Let go of what nobody spoke of for longest, where many questions of a channel are remembered."""
    cases = _cases(tx, community, channel)
    # What was put there last is let go of last.
    tx.kept["cases", community, channel] = tx.kept.pop(("cases", community, channel))
    said = 0
    for place, (head, case) in enumerate(reversed(list(cases.items()))):
        said += len(case.after) + len(case.beyond)
        if place >= _CASES or (place and said > _SAID):
            del cases[head]


def _cases(tx: Transaction, community: str, channel: str) -> dict[str, _Case]:
    """Return what is remembered of a channel's questions, by their heads."""
    found: dict[str, _Case] = tx.kept.setdefault(("cases", community, channel), {})
    return found


def mark(tx: Transaction, community: str, channel: str, head: str) -> tuple[Asked | None, bool]:
    """Derive a question anew after a check mark of it came, went, or began to count."""
    cases = _cases(tx, community, channel)
    case = cases.get(head)
    if case is None:
        case = _recent_case(tx, community, channel, head)
        if case is None:
            return derive(tx, community, channel, head)
        cases[head] = case
    elif case.burst:
        case.mark(marks_on(tx, community, channel, case.burst[0].author, case.messages))
    return _derived(tx, community, channel, head, case)


def _recent_case(tx: Transaction, community: str, channel: str, head: str) -> _Case | None:
    """Return the case of a question asked lately; None if the latest talk does not reach back so far."""
    talk = recent(tx, community, channel)
    about = talk.about(head)
    if about is None:
        return None
    case = _Case(
        thread=about[0].thread,
        known=talk.questions.get(head),
        rulings=rulings_of(tx, community, channel, head) if head in talk.ruled else NONE,
    )
    burst = [each.said for each in about if each.head == head]
    case.hear_all(burst, [each.said for each in about if each.head != head])
    marked = [message for message in case.messages if message in talk.marked]
    case.mark(marks_on(tx, community, channel, burst[0].author, marked))
    return case


def as_it_stands(tx: Transaction, community: str, channel: str, head: str) -> Asked | None:
    """Return a question, if it is one: as it is remembered, else derived."""
    case = _cases(tx, community, channel).get(head)
    return case.known if case is not None else derive(tx, community, channel, head)[0]


def derive(tx: Transaction, community: str, channel: str, head: str) -> tuple[Asked | None, bool]:
    """Bring a question's row in line with what was said; return it, and whether it changed.

    What is not, or no longer, a question has no row; but one that was flagged stays, dismissed.
    """
    place = {"in_community": community, "in_channel": channel, "of_head": head}
    burst = _in_order(tx.rows(_BURST, **place))
    row = tx.row(_THERE, **place)
    case = _cases(tx, community, channel)[head] = _Case(
        thread=burst[0].thread if burst else None,
        known=asked_from(row) if row is not None else None,
        rulings=rulings_of(tx, community, channel, head),
    )
    if burst:
        after = _in_order(tx.rows(_AFTER, **place))
        said = [said_of(each, asks=each.asks) for each in burst]
        case.hear_all(said, [said_of(each, asks=each.asks) for each in after])
        case.mark(marks_on(tx, community, channel, said[0].author, case.messages))
    return _derived(tx, community, channel, head, case)


def _derived(
    tx: Transaction, community: str, channel: str, head: str, case: _Case
) -> tuple[Asked | None, bool]:
    before = case.known
    if not case.burst or not case.burst[-1].asks:
        return _no_question(tx, community, channel, head, case, before)
    first = case.burst[0]
    result = overrule(case.outcome(), case.rulings.ruling, head, first.author, case.after, case.marks)
    if before is not None and case.result == result and case.parts == len(case.burst):
        if before.was != before.state:
            case.known = before = replace(before, was=before.state)
        return before, False
    case.result, case.parts = result, len(case.burst)
    text, reading = case.read()
    asked = Asked(
        community=community,
        channel=channel,
        message=head,
        thread=case.thread,
        asker=first.author,
        asked_at=first.at,
        text=text,
        probability=reading.probability,
        reasons=reading.reasons,
        state=result.state,
        evidence=_as_json(result.evidence),
        helper=result.helper,
        first_response_at=result.first_response,
        flagged_at=before.flagged_at if before else None,
        rulings=case.rulings,
        was=before.state if before else None,
    )
    keep_words(tx, asked, before)
    changed = before is None or asked.row != before.row
    if changed:
        _keep(tx, asked)
        _schedule(tx, asked, before)
        # An answer that comes late changes what is counted of the day it was asked.
        count_again(tx, community, asked.asked_at)
    case.known = asked
    return asked, changed


def _in_order(rows: Sequence[Row[Any]]) -> list[Row[Any]]:
    # Asked to order them, SQLite would walk the whole channel by its times.
    return sorted(rows, key=lambda row: (row.posted_at, row.id))


def _keep(tx: Transaction, asked: Asked) -> None:
    tx.put(Question, **asked.row)
    talk = known_recent(tx, asked.community, asked.channel)
    if talk is not None:
        talk.questions[asked.message] = asked


def mark_flagged(tx: Transaction, asked: Asked, at: datetime) -> Asked:
    """Write down that a question was flagged, so that it is not flagged again."""
    flagged = replace(asked, flagged_at=at)
    _keep(tx, flagged)
    tx.unschedule(asked.community, "questions", key_of(asked.channel, asked.message))
    count_again(tx, asked.community, asked.asked_at)
    _cases(tx, asked.community, asked.channel)[asked.message].known = flagged
    return flagged


def said_since(tx: Transaction, community: str, channel: str, head: str) -> Sequence[Said]:
    """Return what was said about a question that was asked for before, in order."""
    return _cases(tx, community, channel)[head].after


def text_of(tx: Transaction, community: str, channel: str, head: str) -> str:
    """Return all that a question says, in however many messages."""
    rows = tx.rows(_BURST, in_community=community, in_channel=channel, of_head=head)
    return "\n".join(row.text for row in _in_order(rows))


def messages_of(tx: Transaction, community: str, channel: str, head: str) -> list[str]:
    """Return the ids of the messages that a question consists of."""
    rows = tx.rows(_BURST, in_community=community, in_channel=channel, of_head=head)
    return [str(row.id) for row in _in_order(rows)]


def _no_question(
    tx: Transaction, community: str, channel: str, head: str, case: _Case, before: Asked | None
) -> tuple[Asked | None, bool]:
    if before is None:
        return None, False
    tx.unschedule(community, "questions", key_of(channel, head))
    forget_words(tx, before)
    if before.flagged_at is None:
        tx.run(_FORGET, in_community=community, in_channel=channel, of_head=head)
        talk = known_recent(tx, community, channel)
        if talk is not None:
            talk.questions.pop(head, None)
        case.known = None
        return None, True
    text = "\n".join(said.text for said in case.burst)
    # Nothing of how it read before stays, which would depend on what was heard of first.
    asked = replace(
        before,
        text=text,
        probability=0.0,
        reasons=(),
        state="dismissed",
        evidence=None,
        helper=None,
        first_response_at=None,
        rulings=case.rulings,
        stands=False,
        was=before.state,
    )
    _keep(tx, asked)
    case.known = asked
    return asked, before.state != "dismissed"


def _schedule(tx: Transaction, asked: Asked, before: Asked | None) -> None:
    """Have an open question looked at when its time is over; forget that of a settled one."""
    if asked.flagged_at is not None:
        return
    key = key_of(asked.channel, asked.message)
    if asked.state == "unanswered":
        if before is not None and before.state == "unanswered" and before.asked_at == asked.asked_at:
            return  # It waits already; or it is of the past, and nobody is told of it now.
        if heeded(tx, asked.community, asked.channel):
            schedule(tx, asked)
    elif before is not None and before.state == "unanswered":
        tx.unschedule(asked.community, "questions", key)


def heeded(tx: Transaction, community: str, channel: str) -> bool:
    """Return whether questions of a channel are flagged."""
    settings = settings_of(tx, community)
    # Managers read their own channel: a card there about what is asked there helps nobody.
    return settings.watches(channel) and not settings.is_for_managers(channel)


def _as_json(evidence: Evidence | None) -> dict[str, Any] | None:
    if evidence is None:
        return None
    return {
        "kind": evidence.kind,
        "message_id": evidence.message_id,
        "by": evidence.by,
        "reason": evidence.reason,
    }
