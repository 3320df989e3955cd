"""How a community did: the last seven days in numbers, and the last weeks in pictures."""

from collections.abc import Sequence
from datetime import timedelta
from statistics import median

from sqlalchemy import bindparam, func, select

from bot.actions import Action, answer
from bot.authors import words_to_authors
from bot.cards import Card, Entry, Picture, shorten
from bot.commands import given
from bot.communities import Settings, channel_name, find_channel, may_name, settings_of
from bot.corrections import flags_of
from bot.days import day_of
from bot.events import CommandGiven, Event
from bot.figures import (
    WEEKS,
    Mix,
    first_day,
    last_weeks,
    mix_of,
    pictures_of,
    share_in_words,
    since_something_happened,
    talk_for,
    waited,
)
from bot.scores import CALLED_FINE, why_moved
from bot.weeks import weeks
from storage.tables import Broadcast, Hint, Member, Message, Question, table
from storage.transaction import Transaction

_DAYS = 7
# Of channels where something is sold, so many are drawn on a card.
_DRAWN = 2

# As many pictures as a message of any platform holds.
_MOST_PICTURES = 7
_COUNTED = (
    "Selling reads like it, building asks or tells of the product, caring replies to somebody else; a "
    "message can count for more than one. Counted every night: today comes tomorrow."
)

_message = table(Message)
_member = table(Member)
_question = table(Question)
_broadcast = table(Broadcast)
_hint = table(Hint)
_SPOKE = select(
    func.count().label("messages"), func.count(func.distinct(_message.c.author)).label("members")
).where(
    _message.c.community == bindparam("in_community"),
    _message.c.posted_at >= bindparam("since"),
    _message.c.deleted_at.is_(None),
    ~_message.c.bot,
)
_NEW = select(func.count().label("number")).where(
    _member.c.community == bindparam("in_community"),
    _member.c.first_seen_at >= bindparam("since"),
    ~_member.c.bot,
)
_ASKED = select(_question.c.state, _question.c.asked_at, _question.c.first_response_at).where(
    _question.c.community == bindparam("in_community"),
    _question.c.asked_at >= bindparam("since"),
    _question.c.state != "dismissed",
)
_HINTS = (
    select(_hint.c.outcome, func.count().label("number"))
    .where(_hint.c.community == bindparam("in_community"), _hint.c.at >= bindparam("since"))
    .group_by(_hint.c.outcome)
)
_SOLD = select(func.count().label("number")).where(
    _broadcast.c.community == bindparam("in_community"),
    _broadcast.c.posted_at >= bindparam("since"),
    _broadcast.c.verdict == "salesy",
    ~CALLED_FINE,
)


def handle(event: Event, tx: Transaction) -> Sequence[Action]:
    """Answer a manager who asks."""
    if isinstance(event, CommandGiven) and (asked := given(event, tx, "health")) is not None:
        return [answer(event, _of_channel(event, tx, asked) if asked else _card(event, tx))]
    return []


def _of_channel(event: CommandGiven, tx: Transaction, asked: str) -> Card:
    """Return what a channel was for."""
    channel = find_channel(tx, event.community, asked)
    if channel is None or not may_name(tx, event.community, channel, event.channel):
        return Card(text=f'I know of no channel "{shorten(asked, 80)}" here that I may tell of.')
    mix = _mix(event, tx, settings_of(tx, event.community), [channel])
    name = channel_name(tx, event.community, channel)
    if not (mix.channels or mix.budgets):
        return Card(text=f"Nothing in #{name} was seen to sell, build or care in the last {WEEKS} weeks.")
    return Card(
        title=f"What #{name} was for",
        fields=tuple(Entry(name="Where it tips", value=tip) for tip in mix.tips),
        pictures=(*mix.channels, *mix.budgets),
        footer=_COUNTED,
    )


def _mix(event: CommandGiven, tx: Transaction, settings: Settings, channels: list[str] | None = None) -> Mix:
    """Return what channels were for in the last weeks: those named, or where most is sold."""
    begun = first_day(tx, event.community)
    windows = [
        week
        for week in weeks(event.at - timedelta(weeks=WEEKS - 1), event.at, settings.zone)
        if begun is not None and day_of(week.end, settings.zone) > begun
    ]
    talk = talk_for(tx, event.community, settings.zone, windows, channels=channels, most=_DRAWN)

    def name(channel: str) -> str:
        told = may_name(tx, event.community, channel, event.channel)
        return f"#{channel_name(tx, event.community, channel)}" if told else "a private channel"

    return mix_of(talk, name, settings.promotion_budget, settings.welcomes_promotion, over=False)


def _card(event: CommandGiven, tx: Transaction) -> Card:
    place = {"in_community": event.community, "since": event.at - timedelta(days=_DAYS)}
    spoke, new, sold = (tx.row(statement, **place) for statement in (_SPOKE, _NEW, _SOLD))
    asked = tx.rows(_ASKED, **place)
    answered = sum(row.state == "answered" for row in asked)
    waits = [row.first_response_at - row.asked_at for row in asked if row.first_response_at is not None]
    fields = [
        Entry(name="Messages", value=f"{spoke.messages if spoke else 0}"),
        Entry(name="Members who spoke", value=f"{spoke.members if spoke else 0}"),
        Entry(name="Seen for the first time", value=f"{new.number if new else 0}"),
        Entry(name="Questions answered", value=f"{answered} of {len(asked)}" if asked else "none were asked"),
    ]
    if waits:
        fields.append(Entry(name="Half of those who heard back did within", value=waited(median(waits))))
    hints = {row.outcome: row.number for row in tx.rows(_HINTS, **place)}
    if hints:
        value = f"{hints.get('helped', 0)}, {hints.get('not_helped', 0)} not, of {sum(hints.values())} shown"
        fields.append(Entry(name="Earlier answers that helped who asked", value=value))
    flags = flags_of(tx, event.community, event.at - timedelta(days=_DAYS), event.at)
    if flags:
        stood = sum(not flag.overruled for flag in flags)
        fields.append(Entry(name="Flags that nobody overruled", value=share_in_words(stood, len(flags))))
    fields.extend(
        Entry(name="What that changed", value=why)
        for why in why_moved(tx, event.community, event.at).values()
    )
    fields.append(Entry(name="Messages that read like selling", value=f"{sold.number if sold else 0}"))
    words = words_to_authors(tx, event.community, event.at - timedelta(days=_DAYS), event.at)
    fields.extend(Entry(name=name, value=value) for name, value in words.items())
    mix = _mix(event, tx, settings_of(tx, event.community))
    if mix.listened:
        fields.append(Entry(name="Staff", value=mix.listened))
    fields.extend(Entry(name="Where it tips", value=tip) for tip in (*mix.tips, *mix.staff_tips))
    pictures, said = _pictures(event, tx)
    drawn = (*pictures, *mix.staff, *mix.budgets[:1], *mix.channels)
    return Card(
        title=f"The last {_DAYS} days", fields=tuple(fields), pictures=drawn[:_MOST_PICTURES], footer=said
    )


def _pictures(event: CommandGiven, tx: Transaction) -> tuple[tuple[Picture, ...], str]:
    """Return pictures of the last weeks, and what is to be known about them."""
    settings = settings_of(tx, event.community)
    shown = since_something_happened(last_weeks(tx, event.community, settings.zone, event.at))
    pictures = pictures_of(shown)
    if not pictures:
        return (), ""
    said = f"Pictures: weeks from Monday on, {settings.timezone}."
    if any(week.members is None for week in shown):
        said += " Who spoke is not known of weeks whose messages are no longer kept: only days were counted."
    return pictures, said
