"""Shows each member Hearth's own page: managers how things are and what is set, everybody what is theirs."""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Row, and_, bindparam, case, func, select

from bot.actions import Action, ShowHome
from bot.cards import Button, Card, Entry, Item, Section
from bot.communities import (
    EXPLAINED,
    changes_by,
    is_manager,
    settings_of,
    standing,
    value_in_words,
)
from bot.events import ButtonPressed, CommandGiven, Event, HomeOpened, Interaction
from bot.manners import manners_of
from bot.own import own_card
from storage.tables import Broadcast, Digest, Message, Question, Welcome, table
from storage.transaction import Transaction

_DAYS = 7

_question, _broadcast, _message = table(Question), table(Broadcast), table(Message)
_digest, _welcome = table(Digest), table(Welcome)
_OPEN = select(func.count().label("number"), func.min(_question.c.asked_at).label("oldest")).where(
    _question.c.community == bindparam("in_community"), _question.c.state == "unanswered"
)
_LAST_DIGEST = (
    select(_digest.c.made_at, _digest.c.skipped)
    .where(_digest.c.community == bindparam("in_community"), _digest.c.subscription == "")
    .order_by(_digest.c.window_from.desc())
    .limit(1)
)
_WELCOMED = select(func.count().label("number")).where(
    _welcome.c.community == bindparam("in_community"),
    _welcome.c.state == "welcomed",
    _welcome.c.decided_at >= bindparam("since"),
)
_SAID = select(func.count().label("number")).where(
    and_(
        _message.c.community == bindparam("in_community"),
        _message.c.posted_at >= bindparam("since"),
        _message.c.deleted_at.is_(None),
        ~_message.c.bot,
    )
)
_SALESY = select(
    func.count().label("number"),
    func.coalesce(func.sum(case((_broadcast.c.verdict == "salesy", 1), else_=0)), 0).label("salesy"),
).where(_broadcast.c.community == bindparam("in_community"), _broadcast.c.posted_at >= bindparam("since"))


def handle(event: Event, tx: Transaction) -> Sequence[Action]:
    """Show the page to who opens it, and anew to who changed something that stands there."""
    match event:
        case HomeOpened():
            return [_show(event, tx)]
        case ButtonPressed() | CommandGiven() if manners_of(event.community).home and _changed(event, tx):
            return [_show(event, tx)]
        case _:
            return []


def _changed(event: ButtonPressed | CommandGiven, tx: Transaction) -> bool:
    if changes_by(event, tx):
        return True
    row = standing(tx, event.community, event.member)
    return row is not None and row.event == event.id


def _show(event: HomeOpened | Interaction, tx: Transaction) -> Action:
    own = own_card(tx, event.community, event.member)
    cards: tuple[Card, ...] = (own,)
    if is_manager(tx, event):
        cards = (_glance(tx, event.community, event.at), *_settings(tx, event.community), own)
    return ShowHome(key=f"home:{event.id}", community=event.community, member=event.member, cards=cards)


def _glance(tx: Transaction, community: str, at: datetime) -> Card:
    """Return how the community does, at a glance."""
    place = {"in_community": community}
    since = at - timedelta(days=_DAYS)
    zone = settings_of(tx, community).zone
    waiting, digest = tx.row(_OPEN, **place), tx.row(_LAST_DIGEST, **place)
    welcomed, said, sold = (tx.row(each, **place, since=since) for each in (_WELCOMED, _SAID, _SALESY))
    number, salesy = (said.number if said else 0), (sold.salesy if sold else 0)
    open_now = f"{waiting.number if waiting else 0}"
    if waiting is not None and waiting.number:
        asked = waiting.oldest.astimezone(zone)
        open_now += f", the oldest since {asked.day} {asked:%B}"
    share = (
        f" of {number:,} message{'' if number == 1 else 's'} ({100 * salesy / number:.1f} %)"
        if number
        else ""
    )
    fields = (
        Entry(name="Open questions", value=open_now),
        Entry(name="Last digest", value=_last_digest(digest, zone)),
        Entry(name=f"Welcomed in the last {_DAYS} days", value=f"{welcomed.number if welcomed else 0}"),
        Entry(name="Read like selling", value=f"{salesy}{share}"),
    )
    return Card(
        title="The community at a glance",
        fields=fields,
        footer="/community questions, digest, health and status say more.",
        tone="warning" if waiting is not None and waiting.number else "good",
    )


def _last_digest(row: Row[Any] | None, zone: ZoneInfo) -> str:
    if row is None:
        return "none yet"
    made = row.made_at.astimezone(zone)
    skipped = f"; not posted: {row.skipped}" if row.skipped else ""
    return f"{made.day} {made:%B}{skipped}"


def _settings(tx: Transaction, community: str) -> Iterator[Card]:
    """Yield what is set, a card for each kind of settings, each setting with a button that opens a form."""
    settings = settings_of(tx, community)
    groups: dict[str, list[str]] = {}
    for name, explained in EXPLAINED.items():
        groups.setdefault(explained.group, []).append(name)
    for group, names in groups.items():
        values = (f"{name}: {value_in_words(tx, community, settings, name)}" for name in names)
        yield Card(
            title=group,
            sections=(Section(name="What is set here", items=tuple(Item(text=each) for each in values)),),
            buttons=tuple(Button(label=name, name="settings.ask", value=name) for name in names),
            footer="A button opens a form; what it would change is shown before it does.",
        )
