"""Check marks: the reaction by which an asker or a manager says that a question was answered."""

from collections.abc import Sequence

from sqlalchemy import and_, bindparam, or_, select

from bot.communities import settings_of
from bot.features.questions.talk import CHECK_MARKS
from bot.language.answers import Mark
from storage.tables import Member, Reaction, table
from storage.transaction import Transaction

_reaction = table(Reaction)
_member = table(Member)
_MARKS = (
    select(_reaction.c.message, _reaction.c.member, _reaction.c.at)
    .select_from(
        _reaction.outerjoin(
            _member,
            and_(_member.c.community == _reaction.c.community, _member.c.id == _reaction.c.member),
        )
    )
    .where(
        or_(_reaction.c.member.in_(bindparam("by", expanding=True)), _member.c.admin),
        _reaction.c.community == bindparam("in_community"),
        _reaction.c.channel == bindparam("in_channel"),
        _reaction.c.message.in_(bindparam("on_messages", expanding=True)),
        _reaction.c.emoji.in_(CHECK_MARKS),
        _reaction.c.there,
    )
    .order_by(_reaction.c.at, _reaction.c.message, _reaction.c.member)
)
_MARKED_BY = (
    select(_reaction.c.channel, _reaction.c.message)
    .where(
        _reaction.c.community == bindparam("in_community"),
        _reaction.c.member == bindparam("by_member"),
        _reaction.c.emoji.in_(CHECK_MARKS),
        _reaction.c.there,
    )
    .order_by(_reaction.c.channel, _reaction.c.message)
)


def marks_on(
    tx: Transaction, community: str, channel: str, asker: str, messages: Sequence[str]
) -> list[Mark]:
    """Return the check marks on messages that count: those of the asker, and of managers."""
    if not messages:
        return []
    by = [asker, *settings_of(tx, community).managers]
    rows = tx.rows(_MARKS, in_community=community, in_channel=channel, by=by, on_messages=messages)
    return [Mark(row.message, row.member, row.at) for row in rows]


def marked_by(tx: Transaction, community: str, member: str) -> list[tuple[str, str]]:
    """Return the channel and id of each message that a member put a check mark on."""
    rows = tx.rows(_MARKED_BY, in_community=community, by_member=member)
    return [(row.channel, row.message) for row in rows]
