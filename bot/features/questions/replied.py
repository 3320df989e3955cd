"""Whether somebody replied to an open question in a flat channel after all, told when it is asked for.

The rules follow what each message most likely belongs to. Here all that a message may reply to counts, as it
stands at a moment; nothing of it is kept, so it is the same in whatever order messages came.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from bot.communities import settings_of
from bot.features.questions.asked import Asked
from bot.features.questions.talk import (
    Glance,
    Scope,
    counting,
    known_recent,
    last_before,
    people_since,
    reader_after,
)
from bot.features.questions.window import Standing
from bot.language.linker.reader import Links
from bot.language.replied import REPLIED_WITHIN, WAITS, Waiting, waiting
from storage.transaction import Transaction

# Messages of people since it was asked that are looked at: what answers is seldom further down.
_MOST = 300
# Less than this share more was said since a glance, and it was so long ago at most: the same is seen again.
_HARDLY = 0.1
_LATELY = timedelta(minutes=10)


def read_waiting(tx: Transaction, asked: Asked, at: datetime) -> Waiting | None:
    """Return how likely nobody has replied to an open question by `at`.

    None where that is known: in a thread, where somebody's message is about it and was no answer, and where
    nobody else said anything.
    """
    if _is_known(asked):
        return None
    since, links = _remembered(tx, asked) or _read(tx, asked)
    return _waiting(asked, since, links, at)


def glance(tx: Transaction, asked: Asked, at: datetime) -> Waiting | None:
    """Return what `read_waiting` does, for a list that somebody waits for.

    It is what was read for a list before, where hardly anything was said since or that is remembered no more.
    """
    talk = known_recent(tx, asked.community, asked.channel)
    if _is_known(asked) or talk is None:
        return read_waiting(tx, asked, at)
    remembered, before = _remembered(tx, asked), talk.glances.get(asked.message)
    if before is not None and at - before.at <= _LATELY:
        said = before.said if remembered is None else len(remembered[0])
        if said - before.said <= before.said * _HARDLY:
            return before.found
    since, links = remembered or _read(tx, asked)
    found = _waiting(asked, since, links, at)
    talk.glances.pop(asked.message, None)
    talk.glances[asked.message] = Glance(len(since), at, found)
    return found


def _waiting(
    asked: Asked, since: Sequence[Standing], links: Mapping[str, Links], at: datetime
) -> Waiting | None:
    opening = [each.said for each in since if each.head == asked.message]
    until = min(at, asked.asked_at + REPLIED_WITHIN)
    after = [each.said for each in since if each.head != asked.message and each.said.at <= until]
    spoken = any(said.author != asked.asker for said in after)
    return waiting(asked.asker, opening, after, links, at) if opening and spoken else None


def seems_replied(tx: Transaction, community: str, found: Waiting | None) -> bool:
    """Return whether it is likelier than not that somebody replied, as far as managers' corrections go."""
    return found is not None and found.unanswered < WAITS + settings_of(tx, community).waiting_bar


def is_at_hand(tx: Transaction, asked: Asked) -> bool:
    """Return whether to `glance` at a question takes no reading of talk again."""
    talk = known_recent(tx, asked.community, asked.channel)
    glanced = talk is not None and asked.message in talk.glances
    return _is_known(asked) or glanced or _remembered(tx, asked) is not None


def _is_known(asked: Asked) -> bool:
    return asked.thread is not None or asked.state != "unanswered" or asked.first_response_at is not None


def _remembered(tx: Transaction, asked: Asked) -> tuple[Sequence[Standing], Mapping[str, Links]] | None:
    """Return what people said since at the top level, with what it may reply to, if that is remembered."""
    talk = known_recent(tx, asked.community, asked.channel)
    return talk.since(asked.message, _MOST) if talk is not None else None


def _read(tx: Transaction, asked: Asked) -> tuple[Sequence[Standing], Mapping[str, Links]]:
    place = (asked.asked_at, asked.message)
    since = people_since(tx, asked.community, asked.channel, *place, _MOST)
    reader = reader_after(last_before(tx, Scope(asked.community, asked.channel, None), *place))
    read = zip(since, reader.read([each.said for each in since]), strict=True)
    return since, {each.said.id: counting(each, links) for each, links in read}
