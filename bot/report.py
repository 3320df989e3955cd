"""What a replay found: the same for scripts (docs/replay.schema.json) and for people."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy import BindParameter, Select, Table, bindparam, func, select

from bot.cards import MessageRef, shorten
from bot.communities import Settings
from bot.facts import Facts
from bot.features.digests.lines import ASKED
from bot.heard import of_message
from bot.language.unmarked import begins_with_others, unmarked
from bot.ports import Past
from bot.reported import QuestionEvidence, ReportedQuestion, ReportedQuestions
from storage.tables import (
    Broadcast,
    Channel,
    Digest,
    Failure,
    Feedback,
    Member,
    Message,
    Question,
    Welcome,
    table,
)
from storage.transaction import Transaction

# Where the questions stand in it. Within a text its quotation marks would be escaped.
_FIRST_LIST = '"broadcasts": ['


class _Part(BaseModel):
    model_config = ConfigDict(
        frozen=True, extra="forbid", populate_by_name=True, arbitrary_types_allowed=True
    )


class ReportedSignal(_Part):
    """A signal of a message, with the places in its text it rests on."""

    name: str
    axis: Literal["broadcast", "commercial"]
    weight: float
    spans: list[tuple[int, int]]


class ReportedBroadcast(_Part):
    """A message that reads like selling."""

    id: str
    channel: str
    author: str
    salesy: float
    signals: list[ReportedSignal]


class ReportedItem(_Part):
    """A line of a digest, with the way to the messages it rests on."""

    text: str
    links: list[str]
    # For people: whether the rules are sure enough of it to show it as an example.
    sure: bool = Field(default=False, exclude=True)


class ReportedSection(_Part):
    """A part of a digest."""

    name: str
    items: list[ReportedItem]


class ReportedDigest(_Part):
    """A digest of [from, to), and why it would not have been posted, if so."""

    start: str = Field(alias="from")
    end: str = Field(alias="to")
    skipped: str | None
    sections: list[ReportedSection]

    def of_what_is_sure(self) -> "ReportedDigest":
        """Return it with those lines alone that the rules are sure of."""
        kept = (
            ReportedSection(name=section.name, items=[item for item in section.items if item.sure])
            for section in self.sections
        )
        return self.model_copy(update={"sections": [section for section in kept if section.items]})


class ReportedProblem(_Part):
    """What of the export could not be taken as it stands."""

    where: str
    what: str


class Seen(_Part):
    """A message worth a look, as people are shown it."""

    channel: str
    words: str
    link: str
    at: datetime
    score: float


class Report(_Part):
    """Everything a replay found."""

    version: Literal[1] = 1
    messages: int
    members: int
    welcomes: int
    first_seen: int
    # Kept apart from what scripts are given in one piece, for there may be a hundred thousand.
    questions: ReportedQuestions = Field(exclude=True)
    broadcasts: list[ReportedBroadcast]
    digests: list[ReportedDigest]
    problems: list[ReportedProblem]
    seconds: float
    # For people alone: scripts have the ids.
    still_open: list[Seen] = Field(default_factory=list, exclude=True)
    most_salesy: list[Seen] = Field(default_factory=list, exclude=True)
    # For a page alone, where one was asked for.
    facts: Facts | None = Field(default=None, exclude=True)

    @property
    def example(self) -> ReportedDigest | None:
        """The digest to show of those that would have been posted, with the lines the rules are sure of.

        It is the one with most of them, among those with several kinds.
        """
        posted = (digest.of_what_is_sure() for digest in self.digests if digest.skipped is None)
        return max(
            (digest for digest in posted if digest.sections),
            key=lambda digest: (
                min(len(digest.sections), _KINDS),
                sum(len(each.items) for each in digest.sections),
            ),
            default=None,
        )

    def json_parts(self) -> Iterator[str]:
        """Yield the report as docs/replay.schema.json describes it, piece by piece: it may be long."""
        rest = self.model_dump_json(by_alias=True, indent=1)
        before, _, after = rest.partition(_FIRST_LIST)
        yield f'{before}"questions": ['
        for place, question in enumerate(self.questions.as_json()):
            yield ",\n  " if place else "\n  "
            yield question
        yield "\n ]," if self.questions else "],"
        yield f"\n {_FIRST_LIST}{after}"


_message, _member, _welcome = table(Message), table(Member), table(Welcome)
_question, _broadcast, _digest = table(Question), table(Broadcast), table(Digest)
_channel, _failure, _feedback = table(Channel), table(Failure), table(Feedback)
# So many messages people are shown, of so many characters.
_LOOKED_AT = 5
_WORDS = 90
_HERE: BindParameter[str] = bindparam("in_community")
_MESSAGES = select(func.count().label("number")).where(_message.c.community == _HERE, _message.c.author != "")
_MEMBERS = select(func.count().label("number")).where(_member.c.community == _HERE, ~_member.c.bot)
_WELCOMES = select(func.count().label("number")).where(
    _welcome.c.community == _HERE, _welcome.c.state.in_(("welcomed", "raid"))
)
_JOINED = select(_welcome.c.member).where(_welcome.c.community == _HERE, _welcome.c.joined_at.is_not(None))
_FIRST_SEEN = _MEMBERS.where(_member.c.id.not_in(_JOINED))
_QUESTIONS = (
    select(
        _question.c.message,
        _question.c.channel,
        _question.c.asker,
        _question.c.asked_at,
        _question.c.state,
        _question.c.evidence,
        _question.c.flagged_at,
        _question.c.first_response_at,
    )
    .where(_question.c.community == _HERE)
    .order_by(_question.c.asked_at, _question.c.message)
)
_BROADCASTS = (
    select(_broadcast)
    .where(_broadcast.c.community == _HERE, _broadcast.c.verdict == "salesy")
    .order_by(_broadcast.c.posted_at, _broadcast.c.message)
)
_DIGESTS = (
    select(_digest)
    .where(_digest.c.community == _HERE, _digest.c.subscription == "")
    .order_by(_digest.c.window_from)
)
# From these probabilities on a line is an example; of feedback few are more probable.
_SURE_ASKED, _SURE_SAID = 0.8, 0.65
# A digest with lines of so many kinds shows what digests are; from then on it is how many lines that counts.
_KINDS = 3
_SURE_QUESTIONS, _SURE_FEEDBACK = (
    select(of.c.channel, of.c.message).where(
        of.c.community == _HERE,
        of.c.probability >= least,
        of.c.message.in_(bindparam("of_messages", expanding=True)),
    )
    for of, least in ((_question, _SURE_ASKED), (_feedback, _SURE_SAID))
)
_CHANNELS = select(_channel.c.id, _channel.c.name).where(_channel.c.community == _HERE)
_FAILURES = select(_failure).where(_failure.c.community == _HERE).order_by(_failure.c.at)


def _with_words(of: Table, at: Any, score: Any) -> Select[Any]:
    return select(
        of.c.channel,
        of.c.message,
        of.c.thread,
        at.label("at"),
        score.label("score"),
        _message.c.text,
    ).select_from(of.join(_message, of_message(of)))


_STILL_OPEN = (
    _with_words(_question, _question.c.asked_at, _question.c.probability)
    .where(
        _question.c.community == _HERE, _question.c.state == "unanswered", _question.c.flagged_at.is_not(None)
    )
    .order_by(_question.c.asked_at.desc(), _question.c.message)
    .limit(_LOOKED_AT)
)
_MOST_SALESY = (
    _with_words(_broadcast, _broadcast.c.posted_at, _broadcast.c.salesy)
    .where(_broadcast.c.community == _HERE, _broadcast.c.verdict == "salesy")
    .order_by(_broadcast.c.salesy.desc(), _broadcast.c.posted_at, _broadcast.c.message)
    .limit(_LOOKED_AT)
)


def report(tx: Transaction, past: Past, settings: Settings, *, seconds: float) -> Report:
    """Report what the rows of a replay say; `seconds` is how long it took."""
    place = {"in_community": past.community}

    def number(statement: Any) -> int:
        row = tx.row(statement, **place)
        return int(row.number) if row else 0

    problems = [ReportedProblem(where=problem.where, what=problem.what) for problem in past.problems]
    problems += [
        ReportedProblem(
            where=f"{row.feature}, {row.event}", what=f"could not be handled ({row.reason}): this is our bug."
        )
        for row in tx.rows(_FAILURES, **place)
    ]
    names = {row.id: row.name for row in tx.rows(_CHANNELS, **place)}
    return Report(
        messages=number(_MESSAGES),
        members=number(_MEMBERS),
        welcomes=number(_WELCOMES),
        first_seen=number(_FIRST_SEEN),
        questions=ReportedQuestions(_as_question(row) for row in tx.each(_QUESTIONS, **place)),
        broadcasts=[_as_broadcast(row) for row in tx.rows(_BROADCASTS, **place)],
        digests=[_as_digest(tx, row, past) for row in tx.rows(_DIGESTS, **place)],
        problems=problems,
        seconds=round(seconds, 3),
        still_open=_seen(tx.rows(_STILL_OPEN, **place), names, past),
        most_salesy=_seen(tx.rows(_MOST_SALESY, **place), names, past),
    )


def _seen(rows: Sequence[Any], names: Mapping[str, str], past: Past) -> list[Seen]:
    return [
        Seen(
            channel=names.get(row.channel, row.channel),
            words=shorten(" ".join(unmarked(row.text).split()), _WORDS),
            link=past.permalink(MessageRef(channel=row.channel, message=row.message, thread=row.thread)),
            at=row.at,
            score=row.score,
        )
        for row in rows
    ]


def _as_question(row: Any) -> ReportedQuestion:
    evidence = row.evidence
    wait = None
    if row.first_response_at is not None:
        wait = (row.first_response_at - row.asked_at).total_seconds()
    return ReportedQuestion(
        id=row.message,
        channel=row.channel,
        asker=row.asker,
        asked_at=_iso(row.asked_at),
        state=row.state,
        evidence=QuestionEvidence(kind=evidence["kind"], message_id=evidence["message_id"], by=evidence["by"])
        if evidence
        else None,
        flagged_at=_iso(row.flagged_at) if row.flagged_at else None,
        first_response_s=wait,
    )


def _as_broadcast(row: Any) -> ReportedBroadcast:
    signals = [
        ReportedSignal(
            name=signal["name"], axis=signal["axis"], weight=signal["weight"], spans=signal["spans"]
        )
        for signal in row.signals
    ]
    return ReportedBroadcast(
        id=row.message, channel=row.channel, author=row.author, salesy=row.salesy, signals=signals
    )


def _as_digest(tx: Transaction, row: Any, past: Past) -> ReportedDigest:
    return ReportedDigest(
        start=_iso(row.window_from),
        end=_iso(row.window_to),
        skipped=row.skipped,
        sections=[_as_section(tx, section, past) for section in row.sections],
    )


def _as_section(tx: Transaction, section: Mapping[str, Any], past: Past) -> ReportedSection:
    name: str = section["name"]
    refs = [[MessageRef.model_validate(ref) for ref in item["refs"]] for item in section["items"]]
    sure = tx.rows(
        _SURE_QUESTIONS if name == ASKED else _SURE_FEEDBACK,
        in_community=past.community,
        of_messages=[ref.message for listed in refs for ref in listed],
    )
    there = {(found.channel, found.message) for found in sure}
    return ReportedSection(
        name=name,
        items=[
            ReportedItem(
                text=item["text"],
                links=[past.permalink(ref) for ref in listed],
                sure=any((ref.channel, ref.message) in there for ref in listed)
                and not begins_with_others(item["text"]),
            )
            for item, listed in zip(section["items"], refs, strict=True)
        ],
    )


def _iso(at: datetime) -> str:
    return at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
