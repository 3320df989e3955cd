"""What platforms' adapters keep through a restart; the one place where their cursors are committed."""

import asyncio
from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import datetime
from typing import TypeVar

from sqlalchemy import bindparam, delete, func, select

from bot.events import ChannelId, MemberId, MessageId
from bot.forgotten import without_forgotten
from bot.ports import MEMBERS, Closed
from storage.database import Database, DatabaseTrouble
from storage.tables import Channel, Cursor, Member, Message, Reaction, table
from storage.transaction import Transaction

Found = TypeVar("Found")

_cursor = table(Cursor)
_channel = table(Channel)
_member = table(Member)
_message = table(Message)
_reaction = table(Reaction)
_HERE = _cursor.c.community == bindparam("in_community")
_OF_NAME = select(_cursor.c.value).where(_HERE, _cursor.c.name == bindparam("of_name"))
_BEGINNING = (
    select(_cursor.c.name, _cursor.c.value)
    .where(_HERE, _cursor.c.name.startswith(bindparam("beginning"), autoescape=False))
    .order_by(_cursor.c.name)
)
_FORGET = delete(_cursor).where(_HERE, _cursor.c.name == bindparam("of_name"))
_HEARD_IN = select(_channel.c.id, _channel.c.name, _channel.c.private).where(
    _channel.c.community == bindparam("in_community"), _channel.c.heard, ~_channel.c.archived
)
_LAST_HEARD = (
    select(_message.c.channel, func.max(_message.c.posted_at).label("at"))
    .where(_message.c.community == bindparam("in_community"))
    .group_by(_message.c.channel)
)
_RANKED = (
    select(
        _message.c.id,
        func.coalesce(_message.c.thread, _message.c.channel).label("place"),
        func.row_number()
        .over(
            partition_by=(_message.c.channel, _message.c.thread),
            order_by=(_message.c.posted_at.desc(), _message.c.id.desc()),
        )
        .label("rank"),
    )
    .where(_message.c.community == bindparam("in_community"))
    .subquery()
)
_LAST_MESSAGES = select(_RANKED.c.place, _RANKED.c.id).where(_RANKED.c.rank == 1)
_IN = (_message.c.community == bindparam("in_community"), _message.c.channel == bindparam("in_channel"))
_THERE = select(_message.c.id).where(*_IN, _message.c.deleted_at.is_(None)).order_by(_message.c.id)
_AMONG = select(_message.c.id).where(*_IN, _message.c.id.in_(bindparam("of_ids", expanding=True)))
_IN_THREAD = _THERE.where(_message.c.thread == bindparam("in_thread"))
_NAMES = select(_member.c.id, _member.c.name).where(
    _member.c.community == bindparam("in_community"), _member.c.id.in_(bindparam("of_ids", expanding=True))
)
_REACTED = (
    select(_reaction.c.member, _reaction.c.emoji)
    .where(
        _reaction.c.community == bindparam("in_community"),
        _reaction.c.channel == bindparam("in_channel"),
        _reaction.c.message == bindparam("on_message"),
        _reaction.c.there,
    )
    .order_by(_reaction.c.member, _reaction.c.emoji)
)
_CHANNEL_OF = (
    select(_message.c.channel)
    .where(
        _message.c.community == bindparam("in_community"),
        _message.c.channel.in_(bindparam("among", expanding=True)),
        _message.c.thread == bindparam("in_thread"),
    )
    .limit(1)
)


class Memories:
    """The `Memory` of a running Hearth."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def read(self, community: str, name: str) -> str | None:
        """Return what was written under a name."""

        def look(tx: Transaction) -> str | None:
            row = tx.row(_OF_NAME, in_community=community, of_name=name)
            return None if row is None else str(row.value)

        return await self._read(look)

    async def read_all(self, community: str, prefix: str) -> Mapping[str, str]:
        """Return what was written under names that begin so."""
        return await self._read(
            lambda tx: {
                row.name: row.value for row in tx.rows(_BEGINNING, in_community=community, beginning=prefix)
            }
        )

    async def write(self, community: str, name: str, value: str | None) -> None:
        """Keep it; None forgets."""

        def work() -> None:
            with self._database.transaction() as tx:
                if value is None:
                    tx.run(_FORGET, in_community=community, of_name=name)
                else:
                    kept = without_forgotten(tx, community, value) if name == MEMBERS else value
                    tx.put(Cursor, community=community, name=name, value=kept)

        try:
            await self._database.in_writer(work)
        except DatabaseTrouble as trouble:
            raise Closed(str(trouble)) from trouble

    async def heard_in(self, community: str) -> Mapping[ChannelId, tuple[str, bool]]:
        """Return the channels that are taken to be heard: what each is called, and whether it is private."""
        return await self._read(
            lambda tx: {row.id: (row.name, row.private) for row in tx.rows(_HEARD_IN, in_community=community)}
        )

    async def last_heard(self, community: str) -> Mapping[ChannelId, datetime]:
        """Return when the newest message that is kept of each channel was posted."""
        return await self._read(
            lambda tx: {row.channel: row.at for row in tx.rows(_LAST_HEARD, in_community=community)}
        )

    async def messages_in(self, community: str, channel: str, thread: str | None) -> Sequence[MessageId]:
        """Return the messages that are kept and not deleted, of a channel or of a thread in it."""
        place = {"in_community": community, "in_channel": channel}

        def look(tx: Transaction) -> Sequence[MessageId]:
            if thread is None:
                return [row.id for row in tx.rows(_THERE, **place)]
            return [row.id for row in tx.rows(_IN_THREAD, **place, in_thread=thread)]

        return await self._read(look)

    async def names(self, community: str, members: Sequence[str]) -> Mapping[MemberId, str]:
        """Return what members are called, of those that are known."""
        asked = {"in_community": community, "of_ids": sorted(members)}
        return await self._read(lambda tx: {row.id: row.name for row in tx.rows(_NAMES, **asked)})

    async def reactions_on(
        self, community: str, channel: str, message: str
    ) -> Sequence[tuple[MemberId, str]]:
        """Return who reacted to a message, and with which emoji, as far as they did not take it back."""
        place = {"in_community": community, "in_channel": channel, "on_message": message}
        return await self._read(lambda tx: [(row.member, row.emoji) for row in tx.rows(_REACTED, **place)])

    async def kept_of(self, community: str, channel: str, messages: Sequence[str]) -> Collection[MessageId]:
        """Return those of some messages of a channel that are kept."""
        asked = {"in_community": community, "in_channel": channel, "of_ids": sorted(messages)}
        return await self._read(lambda tx: {str(row.id) for row in tx.rows(_AMONG, **asked)})

    async def channel_of(self, community: str, thread: str, among: Sequence[str]) -> ChannelId | None:
        """Return in which of some channels messages of a thread are kept."""

        def look(tx: Transaction) -> ChannelId | None:
            row = tx.row(_CHANNEL_OF, in_community=community, in_thread=thread, among=list(among))
            return None if row is None else str(row.channel)

        return await self._read(look)

    async def last_messages(self, community: str) -> Mapping[ChannelId | MessageId, MessageId]:
        """Return the newest message that is kept of each channel outside of threads, and of each thread."""

        def look(tx: Transaction) -> Mapping[ChannelId | MessageId, MessageId]:
            rows = tx.rows(_LAST_MESSAGES, in_community=community)
            # A post of a forum has its first message outside of its thread: the newer of both counts.
            return {row.place: row.id for row in sorted(rows, key=lambda row: (len(row.id), row.id))}

        return await self._read(look)

    async def _read(self, look: Callable[[Transaction], Found]) -> Found:
        def work() -> Found:
            with self._database.reading() as tx:
                return look(tx)

        try:
            return await asyncio.to_thread(work)
        except DatabaseTrouble as trouble:
            raise Closed(str(trouble)) from trouble
