"""Check marks: the reaction by which an asker or a manager says that a question was answered."""

from collections.abc import Collection, Sequence

from sqlalchemy import and_, bindparam, select

from bot.communities import settings_of
from bot.features.questions.talk import CHECK_MARKS
from bot.language.answers import Mark
from storage.tables import Member, Reaction, table
from storage.transaction import Transaction

_reaction = table(Reaction)
_member = table(Member)
_MARKS = (
    select(_reaction.c.message, _reaction.c.member, _reaction.c.at, _member.c.admin, _member.c.roles)
    .select_from(
        _reaction.outerjoin(
            _member,
            and_(_member.c.community == _reaction.c.community, _member.c.id == _reaction.c.member),
        )
    )
    .where(
        _reaction.c.community == bindparam("in_community"),
        _reaction.c.channel == bindparam("in_channel"),
        _reaction.c.message.in_(bindparam("on_messages", expanding=True)),
        _reaction.c.emoji.in_(CHECK_MARKS),
        _reaction.c.there,
    )
    .order_by(_reaction.c.at, _reaction.c.message, _reaction.c.member)
)
_ROLES = select(_member.c.id, _member.c.roles).where(
    _member.c.community == bindparam("in_community"), _member.c.roles.is_not(None)
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
_MARKERS = (
    select(_reaction.c.member)
    .where(
        _reaction.c.community == bindparam("in_community"),
        _reaction.c.member.in_(bindparam("by_members", expanding=True)),
        _reaction.c.emoji.in_(CHECK_MARKS),
        _reaction.c.there,
    )
    .distinct()
)


def marks_on(
    tx: Transaction, community: str, channel: str, asker: str, messages: Sequence[str]
) -> list[Mark]:
    """Return the check marks on messages that count: those of the asker, and of managers."""
    if not messages:
        return []
    managers = {*settings_of(tx, community).managers}
    rows = tx.rows(_MARKS, in_community=community, in_channel=channel, on_messages=messages)
    return [
        Mark(row.message, row.member, row.at)
        for row in rows
        if row.member == asker or row.admin or not managers.isdisjoint((row.member, *(row.roles or ())))
    ]


def having(tx: Transaction, community: str, names: Collection[str]) -> list[str]:
    """Return the members named: by their ids, or by a role of theirs."""
    rows = tx.rows(_ROLES, in_community=community)
    by_role = {row.id for row in rows if not set(names).isdisjoint(row.roles)}
    return sorted({*names, *by_role})


def see_markers(tx: Transaction, members: Collection[tuple[str, str]]) -> None:
    """Look, for a whole batch, which of these members, by community and id, put check marks so far."""
    for community in sorted({community for community, _ in members}):
        asked = {member for of, member in members if of == community}
        rows = tx.rows(_MARKERS, in_community=community, by_members=sorted(asked))
        tx.memo["no marks by", community] = asked - {row.member for row in rows}


def marks_now(tx: Transaction, community: str, member: str) -> None:
    """Know that a member put a check mark, or took one away."""
    tx.memo.get(("no marks by", community), set()).discard(member)


def marked_by(tx: Transaction, community: str, member: str) -> list[tuple[str, str]]:
    """Return the channel and id of each message that a member put a check mark on."""
    if member in tx.memo.get(("no marks by", community), ()):
        return []
    rows = tx.rows(_MARKED_BY, in_community=community, by_member=member)
    return [(row.channel, row.message) for row in rows]
