"""Brings what was shown of questions in line with who may read them, when others may than before."""

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import bindparam, select, tuple_, union

from bot.actions import Action
from bot.communities import readers_changed_by, settings_of
from bot.events import ButtonPressed, ChannelFound, CommandGiven, FellDue
from bot.features.questions.asked import key_of
from bot.features.questions.flags import update
from bot.features.questions.live import LIST
from bot.features.questions.reminders import update_reminders
from bot.features.questions.similar import Key
from bot.features.questions.states import as_it_stands, let_go
from bot.features.questions.volunteers import keep_told
from storage.tables import Decision, Hint, Question, SimilarQuestion, table
from storage.transaction import Transaction

# How what is due begins when the cards that show something of a channel are to be gone over; the channel
# follows, and after which question to go on.
READERS = "readers:"
# So many questions are gone over at once: everybody else waits for it.
_AT_ONCE = 50

_question, _similar = table(Question), table(SimilarQuestion)
_decision, _hint = table(Decision), table(Hint)
_shown = union(
    select(_question.c.channel, _question.c.message).where(
        _question.c.community == bindparam("in_community"),
        _question.c.channel == bindparam("of_channel"),
        _question.c.flagged_at.is_not(None),
    ),
    select(_similar.c.channel, _similar.c.message).where(
        _similar.c.community == bindparam("in_community"), _similar.c.other_channel == bindparam("of_channel")
    ),
    select(_hint.c.channel, _hint.c.message).where(
        _hint.c.community == bindparam("in_community"), _hint.c.other_channel == bindparam("of_channel")
    ),
    # Of what was put off on a page nobody was told before.
    select(_decision.c.channel, _decision.c.message).where(
        _decision.c.community == bindparam("in_community"),
        _decision.c.about == "question",
        _decision.c.channel == bindparam("of_channel"),
        _decision.c.decision == "later",
    ),
).subquery()
_SHOWN = (
    select(_shown)
    .where(
        tuple_(_shown.c.channel, _shown.c.message)
        > tuple_(bindparam("after_channel"), bindparam("after_message"))
    )
    .order_by(_shown.c.channel, _shown.c.message)
    .limit(bindparam("most"))
)


def go_over_soon(event: ChannelFound | ButtonPressed | CommandGiven, tx: Transaction) -> None:
    """Have cards gone over that show something of a channel whose words others may read than before."""
    for channel in readers_changed_by(event, tx):
        if _next(tx, event.community, channel, ("", "")):
            _go_on_with(tx, event.community, channel, ("", ""), event.at)
        if settings_of(tx, event.community).open_list:
            tx.schedule(event.community, "questions", LIST, event.at)


def go_over(event: FellDue, tx: Transaction) -> list[Action]:
    """Show some questions on their cards as those who read them now may see them, and go on with the next."""
    channel, _, after = event.key.removeprefix(READERS).partition("/")
    after_channel, _, after_message = after.partition("/")
    places = _next(tx, event.community, channel, (after_channel, after_message))
    actions: list[Action] = []
    for place in places:
        asked = as_it_stands(tx, event.community, *place)
        if asked is not None:
            actions += update(tx, asked, event.at, event.id)
            actions += update_reminders(tx, asked, event.at, event.id)
            actions += keep_told(tx, asked, event.id)
    for each in _channels(places):
        let_go(tx, event.community, each)
    if len(places) == _AT_ONCE:
        _go_on_with(tx, event.community, channel, places[-1], event.at)
    return actions


def _next(tx: Transaction, community: str, channel: str, after: Key) -> list[Key]:
    """Return questions whose cards show something of a channel: its own, and those like one of its own."""
    rows = tx.rows(
        _SHOWN,
        in_community=community,
        of_channel=channel,
        after_channel=after[0],
        after_message=after[1],
        most=_AT_ONCE,
    )
    return [(row.channel, row.message) for row in rows]


def _go_on_with(tx: Transaction, community: str, channel: str, after: Key, at: datetime) -> None:
    tx.schedule(community, "questions", f"{READERS}{channel}/{key_of(*after)}", at)


def _channels(places: Iterable[Key]) -> list[str]:
    return sorted({channel for channel, _ in places})
