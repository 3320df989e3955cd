"""Answers what no other feature answers: help, status, and words and shortcuts it does not know."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import bindparam, func, select

from bot.actions import Action, answer
from bot.asking import set_up, spent
from bot.cards import Card, Entry, Item, Section, shorten
from bot.commands import COMMANDS, known, nearest, split
from bot.communities import (
    MANAGERS_ONLY,
    Off,
    Settings,
    capabilities,
    channel_name,
    is_heard,
    is_manager,
    mended,
    settings_of,
)
from bot.corrections import moved_in_words
from bot.days import day_of
from bot.events import SHORTCUTS, CommandGiven, Event, ShortcutUsed
from bot.scores import threshold_in_words
from storage.tables import Failure, Message, Outgoing, table
from storage.transaction import Transaction

_message, _outgoing = table(Message), table(Outgoing)
_failure = table(Failure)
_ACTIONS = (
    select(_outgoing.c.state, func.count().label("number"))
    .where(_outgoing.c.community == bindparam("in_community"), _outgoing.c.kind != "ask")
    .group_by(_outgoing.c.state)
)
_HEARD = (
    select(_message.c.posted_at.label("at"))
    .where(_message.c.community == bindparam("in_community"))
    .order_by(_message.c.community.desc(), _message.c.posted_at.desc())
    .limit(1)
)
# What was off is told for so long after it was mended.
_MENDED = timedelta(days=1)
_FAILURES = select(func.count().label("number")).where(_failure.c.community == bindparam("in_community"))


def handle(event: Event, tx: Transaction) -> Sequence[Action]:
    """Answer what is asked, or say what can be asked."""
    if isinstance(event, ShortcutUsed) and event.shortcut not in SHORTCUTS:
        return [answer(event, "I do not know that shortcut; it may be from another version of me.")]
    if not isinstance(event, CommandGiven):
        return []
    word, _ = split(event.text)
    command = known(word)
    manager = is_manager(tx, event)
    if command is None:
        return [answer(event, _unknown(word, manager=manager))]
    if command.managers and not manager:
        return [answer(event, f"{MANAGERS_ONLY} /community help shows what is for everyone.")]
    if word == "help":
        return [answer(event, _help(manager=manager))]
    if word == "status":
        return [answer(event, _status(event, tx))]
    return []


def _unknown(word: str, *, manager: bool) -> str:
    shown = shorten(word, 30)
    like = nearest(word, manager=manager)
    if like is not None:
        return f'I do not know "{shown}". Did you mean /community {like}?'
    return f'I do not know "{shown}". /community help shows what I do.'


def _help(*, manager: bool) -> Card:
    def lines(managers: bool) -> tuple[Item, ...]:
        return tuple(
            Item(text=f"/community {command.name}: {command.does}")
            for command in COMMANDS
            if command.managers is managers
        )

    sections = [Section(name="For everyone", items=lines(False))]
    if manager:
        sections.append(Section(name="For managers", items=lines(True)))
    return Card(
        title="I look after this community with its managers",
        text="I welcome who joins, see that no question stays unanswered, and carry what you say to the "
        "people who build the product.",
        sections=tuple(sections),
        footer="For example: /community check Join our launch! 50% off today",
    )


def _status(event: CommandGiven, tx: Transaction) -> Card:
    settings = settings_of(tx, event.community)
    failures = tx.row(_FAILURES, in_community=event.community)
    failed = failures.number if failures else 0
    waiting = {row.state: row.number for row in tx.rows(_ACTIONS, in_community=event.community)}
    fields = [
        *_channels(event.community, tx, settings),
        Entry(name="A question is flagged after", value=_limit(settings)),
        *(
            Entry(name="What you corrected", value=why)
            for why in moved_in_words(tx, event.community, event.at).values()
        ),
        Entry(
            name="A post is salesy from",
            value=threshold_in_words(tx, event.community, event.at),
        ),
        Entry(name="Timezone", value=settings.timezone),
        Entry(name="Messages sent", value=f"{waiting.get('sent', 0)}"),
    ]
    if waiting.get("waiting"):
        fields.append(Entry(name="Messages that wait to be sent", value=str(waiting["waiting"])))
    if failed:
        fields.append(Entry(name="What I could not handle, and kept", value=str(failed)))
    for state, words in (("doubtful", "Messages that may not have arrived"), ("failed", "Messages given up")):
        if waiting.get(state):
            fields.append(Entry(name=words, value=str(waiting[state])))
    heard = tx.row(_HEARD, in_community=event.community)
    if heard is not None and heard.at is not None:
        fields.append(Entry(name="Heard last", value=f"{_ago(event.at - heard.at)} ago"))
    works, off = capabilities(tx, event.community)
    if works or off:
        fields.append(
            Entry(name="What works", value=f"{works} of {works + len(off)} things the platform lets me do")
        )
    if settings.model and (there := set_up(tx)) is not None:
        used = spent(tx, event.community, str(day_of(event.at, settings.zone)))
        said = f"{', '.join(settings.model)}; {used:,} of {there.tokens:,} tokens used today"
        fields.append(Entry(name="A language model is asked for", value=said))
    missing = None in (settings.managers_channel, settings.feedback_channel, settings.welcome_channel)
    troubled = bool(off or failed or waiting.get("failed") or waiting.get("doubtful") or missing)
    was_off = mended(tx, event.community, event.at - _MENDED)
    return Card(
        title="Some things need a look" if troubled else "All is well",
        fields=tuple(fields),
        sections=tuple(
            Section(name=name, items=tuple(Item(text=text) for text in items))
            for name, items in (
                ("What is off", [_why(each, event.at) for each in off]),
                (
                    "What was off, and works again",
                    [f"{each.reason} ({_ago(event.at - each.since)} ago)" for each in was_off],
                ),
            )
            if items
        ),
        tone="warning" if troubled else "good",
    )


def _why(each: Off, at: datetime) -> str:
    return f"{each.reason or each.capability} (found {_ago(at - each.since)} ago)"


def _ago(time: timedelta) -> str:
    minutes = int(max(time, timedelta(0)).total_seconds() // 60)
    if minutes < 1:
        return "less than a minute"
    if minutes < 120:
        return f"{minutes} min"
    return f"{minutes // 60} h" if minutes < 48 * 60 else f"{minutes // (24 * 60)} days"


def _channels(community: str, tx: Transaction, settings: Settings) -> list[Entry]:
    def entry(name: str, channel: str | None, off: str) -> Entry:
        if channel is None:
            return Entry(name=name, value=off)
        unseen = "" if is_heard(tx, community, channel) else ", where I see nothing: let me in"
        return Entry(name=name, value=f"#{channel_name(tx, community, channel)}{unseen}")

    return [
        entry("Flags go to", settings.managers_channel, "no channel yet, so they are only kept"),
        entry("Digests go to", settings.feedback_channel, "no channel yet, so they are only kept"),
        entry("Welcomes go to", settings.welcome_channel, "no channel yet, so nobody is greeted"),
    ]


def _limit(settings: Settings) -> str:
    hours = f"{settings.limit.total_seconds() / 3600:g} h"
    return hours if settings.working_hours is None else f"{hours} of working time ({settings.working_hours})"
