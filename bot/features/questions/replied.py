"""Whether somebody replied to an open question in a flat channel after all, told when it is asked for.

The rules follow what each message most likely belongs to. Here all that a message may reply to counts, as it
stands at a moment; nothing of it is kept, so it is the same in whatever order messages came.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime

from bot.communities import settings_of
from bot.features.questions.asked import Asked
from bot.features.questions.talk import Scope, known_recent, last_before, people_since, reader_after
from bot.features.questions.window import Standing
from bot.language.linker.reader import Links
from bot.language.messages import speaks_at_everyone
from bot.language.replied import REPLIED_WITHIN, WAITS, Waiting, waiting
from storage.transaction import Transaction

# Messages of people since it was asked that are looked at: what answers is seldom further down.
_MOST = 300


def read_waiting(tx: Transaction, asked: Asked, at: datetime) -> Waiting | None:
    """Return how likely nobody has replied to an open question by `at`.

    None where that is known: in a thread, where somebody's message is about it and was no answer, and where
    nobody else said anything.
    """
    if asked.thread is not None or asked.state != "unanswered" or asked.first_response_at is not None:
        return None
    since, links = _remembered(tx, asked) or _read(tx, asked)
    apart = {each.said.id for each in since if each.head != asked.message and _stands_apart(each)}
    links = {**links, **{message: Links(message, ((None, 1.0),)) for message in apart}}
    opening = [each.said for each in since if each.head == asked.message]
    until = min(at, asked.asked_at + REPLIED_WITHIN)
    after = [each.said for each in since if each.head != asked.message and each.said.at <= until]
    spoken = any(said.author != asked.asker for said in after)
    return waiting(asked.asker, opening, after, links, at) if opening and spoken else None


def seems_replied(tx: Transaction, community: str, found: Waiting | None) -> bool:
    """Return whether it is likelier than not that somebody replied, as far as managers' corrections go."""
    return found is not None and found.unanswered < WAITS + settings_of(tx, community).waiting_bar


def _remembered(tx: Transaction, asked: Asked) -> tuple[Sequence[Standing], Mapping[str, Links]] | None:
    """Return what people said since at the top level, with what it may reply to, if that is remembered."""
    talk = known_recent(tx, asked.community, asked.channel)
    return talk.since(asked.message, _MOST) if talk is not None else None


def _read(tx: Transaction, asked: Asked) -> tuple[Sequence[Standing], Mapping[str, Links]]:
    place = (asked.asked_at, asked.message)
    since = people_since(tx, asked.community, asked.channel, *place, _MOST)
    reader = reader_after(last_before(tx, Scope(asked.community, asked.channel, None), *place))
    return since, {links.message: links for links in reader.read([each.said for each in since])}


def _stands_apart(standing: Standing) -> bool:
    """Return whether a message replies to nobody: it asks something of its own, or speaks at everyone."""
    return standing.asks or speaks_at_everyone(standing.said.text)
