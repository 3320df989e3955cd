"""When a question that nobody answers is to be flagged: a newcomer's first one maybe sooner than others."""

from datetime import datetime

from bot.communities import settings_of
from bot.features.questions.asked import Asked, key_of
from bot.newcomers import is_first
from storage.transaction import Transaction


def schedule(tx: Transaction, asked: Asked) -> None:
    """Have an open question looked at when it may be over its time by what is set now.

    Whether it is a newcomer's first is seen then: by then all is told that was said before it.
    """
    settings = settings_of(tx, asked.community)
    limit = settings.limit_in(asked.channel)
    soonest = min(limit, settings.newcomer_limit or limit)
    due_at = settings.after(asked.asked_at, soonest)
    tx.schedule(asked.community, "questions", key_of(asked.channel, asked.message), due_at)


def is_awaited_sooner(tx: Transaction, asked: Asked, at: datetime) -> bool:
    """Return whether a question is a newcomer's first, and is not to wait as long as others."""
    settings = settings_of(tx, asked.community)
    sooner = settings.newcomer_limit is not None and settings.newcomer_limit < settings.limit_in(
        asked.channel
    )
    return sooner and is_first(tx, asked.community, asked.channel, asked.message, at)


def may_wait_longer(tx: Transaction, asked: Asked, at: datetime) -> bool:
    """Return whether a question that fell due may wait for longer after all; then it falls due again."""
    settings = settings_of(tx, asked.community)
    limit = settings.limit_in(asked.channel)
    due_at = settings.after(asked.asked_at, limit)
    if at >= due_at or is_awaited_sooner(tx, asked, at):
        return False
    tx.schedule(asked.community, "questions", key_of(asked.channel, asked.message), due_at)
    return True
