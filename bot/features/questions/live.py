"""The one list of open questions in the managers' channel, kept up to date as time goes by."""

from datetime import datetime, timedelta
from hashlib import sha256

from sqlalchemy import BindParameter, String, bindparam, delete, func, select

from bot.actions import Action, Post, Update
from bot.cards import Card, Section
from bot.communities import settings_of
from bot.days import day_of
from bot.features.questions.asked import Asked
from bot.features.questions.likely import read_likely
from bot.features.questions.overview import NEW, first_open, items_of
from bot.features.questions.states import as_it_stands
from bot.language.replied import REPLIED_WITHIN
from bot.manners import manners_of
from storage.tables import Message, OpenList, Outgoing, SeemsReplied, table
from storage.transaction import Transaction

# What is due for the list.
LIST = "list"
_EVERY = timedelta(minutes=5)
# From this age on a platform may count how often a card is changed.
_OLD = timedelta(hours=1)
# A list that could not be changed so often within a day is taken to be gone.
_TRIES, _TRIED_WITHIN = 3, timedelta(days=1)

_NOT_DONE = ("failed", "doubtful", "left")

_ENDED = Card(text="This list is no longer kept. /community questions shows what is open.")
_GOES_ON = Card(text="This list goes on further down.")

_list, _outgoing, _seems, _message = table(OpenList), table(Outgoing), table(SeemsReplied), table(Message)
_THERE = select(_list).where(_list.c.community == bindparam("in_community"))
_FORGET = delete(_list).where(_list.c.community == bindparam("in_community"))
_STATE = select(_outgoing.c.state).where(
    _outgoing.c.community == bindparam("in_community"), _outgoing.c.key == bindparam("with_key")
)
_begins: BindParameter[str] = bindparam("begins", type_=String)
_REFUSED = select(func.count().label("number")).where(
    _outgoing.c.community == bindparam("in_community"),
    func.substr(_outgoing.c.key, 1, func.length(_begins)) == _begins,
    _outgoing.c.made_at > bindparam("since"),
    _outgoing.c.state.in_(_NOT_DONE),
)
_READ_AT = select(_seems.c.at).where(
    _seems.c.community == bindparam("in_community"),
    _seems.c.channel == bindparam("in_channel"),
    _seems.c.message == bindparam("of_head"),
)
_SPOKEN_AT = select(func.max(_message.c.posted_at).label("at")).where(
    _message.c.community == bindparam("in_community"), _message.c.channel == bindparam("in_channel")
)


def keep_list(tx: Transaction, community: str, at: datetime) -> list[Action]:
    """Post the list, or show in it what is open now, and come back; end it where it is no longer wanted."""
    settings = settings_of(tx, community)
    channel = settings.managers_channel if settings.open_list else None
    row = tx.row(_THERE, in_community=community)
    actions: list[Action] = []
    if row is not None and row.channel != channel:
        actions += _leave(tx, community, row.channel, row.post, at, _ENDED)
        tx.run(_FORGET, in_community=community)
        row = None
    if channel is None:
        return actions
    tx.schedule(community, "questions", LIST, at + _EVERY)
    day = day_of(at, settings.zone).isoformat()
    if row is not None:
        last = _state(tx, community, row.last)
        if last in ("waiting", "sending"):
            return actions  # What it is to say next is told when that was said.
        pace = manners_of(community).old_cards
        again = last in _NOT_DONE and row.last != row.post and _may_try_again(tx, community, row.post, at)
        if day == row.day or ((last == "sent" or again) and pace is None):
            if last != "sent" and not again:
                return actions
            if pace is not None and at - row.posted_at > _OLD and at - row.at < pace:
                return actions
            card = _card(tx, community, channel, at)
            if (shown := _hash(card)) == row.shown and not again:
                return actions
            key = f"update:{row.post}:{at.isoformat()}"
            tx.put(OpenList, **{**row._asdict(), "last": key, "at": at, "shown": shown})
            return [*actions, Update(key=key, community=community, channel=channel, post=row.post, card=card)]
        # Made anew each day where old cards cannot be changed at will, or where this one cannot be changed.
        actions += _leave(tx, community, row.channel, row.post, at, _GOES_ON)
    card = _card(tx, community, channel, at)
    post = f"list:{channel}:{at.isoformat()}"
    tx.put(
        OpenList,
        community=community,
        channel=channel,
        post=post,
        day=day,
        posted_at=at,
        last=post,
        at=at,
        shown=_hash(card),
    )
    return [*actions, Post(key=post, community=community, channel=channel, card=card)]


def _leave(
    tx: Transaction, community: str, channel: str, post: str, at: datetime, card: Card
) -> list[Action]:
    """Return what takes the words out of a list that is not kept any more, where it was posted."""
    if _state(tx, community, post) in (*_NOT_DONE, None):
        return []
    key = f"update:{post}:{at.isoformat()}:end"
    return [Update(key=key, community=community, channel=channel, post=post, card=card)]


def _may_try_again(tx: Transaction, community: str, post: str, at: datetime) -> bool:
    """Return whether a list that could not be changed may be changed yet."""
    row = tx.row(_REFUSED, in_community=community, begins=f"update:{post}:", since=at - _TRIED_WITHIN)
    return row is not None and row.number < _TRIES


def _state(tx: Transaction, community: str, key: str) -> str | None:
    """Return what became of an action; None where that is forgotten."""
    row = tx.row(_STATE, in_community=community, with_key=key)
    return str(row.state) if row is not None else None


def _card(tx: Transaction, community: str, channel: str, at: datetime) -> Card:
    places, number = first_open(tx, community, at)
    if not number:
        return Card(title="No question is open", tone="good")
    found = [as_it_stands(tx, community, *place) for place in places]
    asked = [each for each in found if each is not None and each.state == "unanswered"]
    for each in asked:
        if _may_read_otherwise(tx, each, at):
            read_likely(tx, each, at)
    zone = settings_of(tx, community).zone

    def since(each: Asked) -> str:
        # How long it waits would be another number each time.
        here = each.asked_at.astimezone(zone)
        new = NEW if places.get((each.channel, each.message)) else ""
        return f"{here:%A} {here.day} {here:%B} {here.hour}:{here:%M}{new}"

    more = f"And {number - len(places)} more. " if number > len(places) else ""
    return Card(
        title=f"{number} open question{'' if number == 1 else 's'}",
        sections=(Section(name="Oldest first", items=tuple(items_of(tx, asked, channel, None, since))),),
        footer=f"{more}This list is kept up to date; /community questions shows all.",
    )


def _may_read_otherwise(tx: Transaction, asked: Asked, at: datetime) -> bool:
    """Return whether something was said since a question was read, that may be a reply to it."""
    place = {"in_community": asked.community, "in_channel": asked.channel}
    read = tx.row(_READ_AT, **place, of_head=asked.message)
    if read is None:
        return True
    if read.at >= asked.asked_at + REPLIED_WITHIN and asked.first_response_at is None:
        return False
    spoken = tx.row(_SPOKEN_AT, **place)
    return spoken is None or spoken.at is None or spoken.at > read.at


def _hash(card: Card) -> str:
    return sha256(card.model_dump_json().encode()).hexdigest()
