"""Tells the feedback channel each week what members asked, wanted, reported and praised."""

from collections.abc import Iterable, Sequence
from datetime import UTC, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Row, and_, bindparam, func, select

from bot.actions import Action, Post, answer
from bot.cards import Card, Item, MessageRef, Section, shorten
from bot.commands import given
from bot.communities import Settings, changes_by, may_quote, member_name, settings_of
from bot.events import ButtonPressed, CommandGiven, CommunityFound, Event, FellDue
from bot.weeks import Window, next_monday, week_of
from storage.tables import Community, Digest, Due, Failure, Feedback, Message, Question, Turn, table
from storage.transaction import Transaction

# The hour of Monday at which people begin to read.
HOUR = 9
# With fewer lines than this a week is thin, and nobody is bothered.
THIN = 3
_LINES = 7
_QUOTED = 180

_message = table(Message)
_question = table(Question)
_feedback = table(Feedback)
_failure = table(Failure)
_turn = table(Turn)
_community = table(Community)
_FOUND = select(_community.c.found_at).where(_community.c.id == bindparam("in_community"))
_due = table(Due)
_DUE = select(_due.c.since).where(
    _due.c.community == bindparam("in_community"), _due.c.feature == "digest", _due.c.key == "weekly"
)
_READ = select(
    func.count().label("messages"),
    func.count(func.distinct(_message.c.author)).label("members"),
    func.count(func.distinct(_message.c.channel)).label("channels"),
).where(
    _message.c.community == bindparam("in_community"),
    _message.c.posted_at >= bindparam("since"),
    _message.c.posted_at < bindparam("until"),
    _message.c.deleted_at.is_(None),
    ~_message.c.bot,
)
_UNREAD = select(func.count(func.distinct(_failure.c.event)).label("number")).where(
    _failure.c.community == bindparam("in_community"),
    _failure.c.at >= bindparam("since"),
    _failure.c.at < bindparam("until"),
)
_ASKED = (
    select(
        _question.c.channel,
        _question.c.message,
        _question.c.thread,
        _question.c.asker.label("author"),
        _question.c.state,
        _question.c.helper,
    )
    .where(
        _question.c.community == bindparam("in_community"),
        _question.c.asked_at >= bindparam("since"),
        _question.c.asked_at < bindparam("until"),
        _question.c.state != "dismissed",
    )
    # What is open first; then the ones the rules are surest of.
    .order_by(
        (_question.c.state != "unanswered"),
        _question.c.probability.desc(),
        _question.c.asked_at,
        _question.c.message,
    )
)
_TEXTS = (
    select(_message.c.text, _message.c.posted_at, _message.c.id)
    .select_from(
        _turn.join(
            _message,
            and_(
                _message.c.community == _turn.c.community,
                _message.c.channel == _turn.c.channel,
                _message.c.id == _turn.c.message,
            ),
        )
    )
    .where(
        _turn.c.community == bindparam("in_community"),
        _turn.c.channel == bindparam("in_channel"),
        _turn.c.head == bindparam("of_head"),
        _message.c.deleted_at.is_(None),
    )
)
_SAID = (
    select(
        _feedback.c.channel,
        _feedback.c.message,
        _feedback.c.thread,
        _feedback.c.author,
        _message.c.text,
    )
    .select_from(
        _feedback.join(
            _message,
            and_(
                _message.c.community == _feedback.c.community,
                _message.c.channel == _feedback.c.channel,
                _message.c.id == _feedback.c.message,
            ),
        )
    )
    .where(
        _feedback.c.community == bindparam("in_community"),
        _feedback.c.verdict == bindparam("of_kind"),
        _feedback.c.posted_at >= bindparam("since"),
        _feedback.c.posted_at < bindparam("until"),
    )
    .order_by(_feedback.c.probability.desc(), _feedback.c.posted_at, _feedback.c.message)
)
_KINDS = (
    ("Wanted", "request"),
    ("Reported", "bug"),
    ("Complained about", "complaint"),
    ("Praised", "praise"),
)


def handle(event: Event, tx: Transaction) -> Sequence[Action]:
    """Make each week's digest once it is over; show how this week's stands to a manager who asks."""
    match event:
        case CommunityFound():
            zone = settings_of(tx, event.community).zone
            due_at = next_monday(event.at, zone, HOUR)
            tx.schedule(event.community, "digest", "weekly", due_at, unless_there=True)
            return []
        case ButtonPressed() if (change := changes_by(event, tx).get("timezone")) is not None:
            _move(event, tx, ZoneInfo(str(change.before or Settings().timezone)))
            return []
        case FellDue(feature="digest"):
            return _weekly(event, tx)
        case CommandGiven() if given(event, tx, "digest") is not None:
            window = week_of(event.at, settings_of(tx, event.community).zone)
            sections = _sections(event.community, tx, window, event.channel)
            return [answer(event, _card(event.community, tx, window, sections, "This week so far"))]
        case _:
            return []


def _move(event: ButtonPressed, tx: Transaction, before: ZoneInfo) -> None:
    """Have the digest that comes next come at the same local time of the new timezone, on the same day."""
    due = tx.row(_DUE, in_community=event.community)
    if due is not None:
        then = due.since.astimezone(before).replace(tzinfo=settings_of(tx, event.community).zone)
        tx.schedule(event.community, "digest", "weekly", then.astimezone(UTC))


def _weekly(event: FellDue, tx: Transaction) -> Sequence[Action]:
    settings = settings_of(tx, event.community)
    window = week_of(event.due_at - timedelta(days=7), settings.zone)
    due_next = next_monday(event.due_at, settings.zone, HOUR)
    tx.schedule(event.community, "digest", "weekly", due_next)
    found = tx.row(_FOUND, in_community=event.community)
    if found is not None and found.found_at >= window.end:
        return []  # Nothing is known of a week before we came.
    channel = settings.feedback_channel
    sections = _sections(event.community, tx, window, channel)
    lines = sum(len(section.items) for section in sections)
    skipped = (
        None
        if lines >= THIN
        else f"a thin week: {_count(lines, 'line')}{_unread(event.community, tx, window)}"
    )
    tx.add(
        Digest,
        community=event.community,
        subscription="",
        window_from=window.start,
        window_to=window.end,
        made_at=event.at,
        skipped=skipped,
        sections=[section.model_dump(mode="json") for section in sections],
    )
    if channel is None or skipped is not None:
        return []
    card = _card(event.community, tx, window, sections, "What the community said")
    key = f"digest:weekly:{window.start.isoformat()}"
    return [Post(key=key, community=event.community, channel=channel, card=card)]


def _sections(community: str, tx: Transaction, window: Window, to_channel: str | None) -> tuple[Section, ...]:
    place = {"in_community": community, "since": window.start, "until": window.end}
    asked = _varied(_readable(tx.rows(_ASKED, **place), community, tx, to_channel))
    sections = [Section(name="Asked", items=tuple(_asked(row, community, tx) for row in asked))]
    # What stands under "Asked" already is not told twice.
    told = {(row.channel, row.message) for row in asked}
    for name, kind in _KINDS:
        rows = _readable(tx.rows(_SAID, **place, of_kind=kind), community, tx, to_channel)
        said = _varied([row for row in rows if (row.channel, row.message) not in told])
        sections.append(Section(name=name, items=tuple(_item(row, _words(row.text)) for row in said)))
    return tuple(section for section in sections if section.items)


def _readable(
    rows: Iterable[Row[Any]], community: str, tx: Transaction, to_channel: str | None
) -> list[Row[Any]]:
    """Leave out what not all readers of the digest can read; without a channel, all that is private."""
    return [row for row in rows if may_quote(tx, community, row.channel, to_channel or "")]


def _varied(rows: Sequence[Row[Any]]) -> list[Row[Any]]:
    """Return the first rows with each author once before anyone twice: many voices, not the loudest."""
    seen: dict[str, int] = {}
    rounds: list[tuple[int, int, Row[Any]]] = []
    for place, row in enumerate(rows):
        seen[row.author] = seen.get(row.author, 0) + 1
        rounds.append((seen[row.author], place, row))
    chosen = sorted(rounds, key=lambda entry: entry[:2])[:_LINES]
    return [row for _, _, row in sorted(chosen, key=lambda entry: entry[1])]


def _asked(row: Row[Any], community: str, tx: Transaction) -> Item:
    texts = tx.rows(_TEXTS, in_community=community, in_channel=row.channel, of_head=row.message)
    # Asked to order them, SQLite would walk the whole channel by its times.
    in_order = sorted(texts, key=lambda found: (found.posted_at, found.id))
    words = _words(" ".join(found.text for found in in_order))
    if row.state == "unanswered":
        return _item(row, f"Open: {words}")
    helper = f" by {member_name(tx, community, row.helper)}" if row.helper else ""
    return _item(row, f"Answered{helper}: {words}")


def _item(row: Row[Any], text: str) -> Item:
    return Item(text=text, refs=(MessageRef(channel=row.channel, message=row.message, thread=row.thread),))


def _words(text: str) -> str:
    return shorten(" ".join(text.split()), _QUOTED)


def _card(community: str, tx: Transaction, window: Window, sections: tuple[Section, ...], title: str) -> Card:
    zone = settings_of(tx, community).zone
    first, last = window.start.astimezone(zone), window.end.astimezone(zone) - timedelta(days=1)
    return Card(
        title=title,
        text=f"{first.day} {first:%B} to {last.day} {last:%B %Y}"
        + ("" if sections else ": nothing to tell yet"),
        sections=sections,
        footer=_what_was_read(community, tx, window, zone),
    )


def _what_was_read(community: str, tx: Transaction, window: Window, zone: ZoneInfo) -> str:
    """Say what the digest rests on, and what it does not know."""
    place = {"in_community": community, "since": window.start, "until": window.end}
    read = tx.row(_READ, **place)
    found = tx.row(_FOUND, in_community=community)
    messages, members, channels = (read.messages, read.members, read.channels) if read else (0, 0, 0)
    said = (
        f"I read {_count(messages, 'message')} by {_count(members, 'member')} "
        f"in {_count(channels, 'channel')}"
    )
    if found is not None and window.start < found.found_at:
        since = found.found_at.astimezone(zone)
        said += f", from {since.day} {since:%B %H:%M} on"
    return f"{said}{_unread(community, tx, window)}."


def _unread(community: str, tx: Transaction, window: Window) -> str:
    """Say what could not be read of it, if anything: then a digest does not know all there was."""
    unread = tx.row(_UNREAD, in_community=community, since=window.start, until=window.end)
    return f"; {_count(unread.number, 'event')} could not be read" if unread and unread.number else ""


def _count(number: int, word: str) -> str:
    return f"{number} {word}{'' if number == 1 else 's'}"
