"""What platforms gave for working in communities, sealed in rows; the only place where it is committed."""

import asyncio
from collections.abc import Callable, Sequence
from typing import TypeVar

from sqlalchemy import bindparam, delete, select

from bot.ports import Closed
from bot.sealing import BadKey, Seal
from storage.database import Database, DatabaseTrouble
from storage.tables import Installation, table
from storage.transaction import Transaction

Found = TypeVar("Found")

_installation = table(Installation)
_OF = select(_installation.c.sealed).where(_installation.c.community == bindparam("in_community"))
_ALL = select(_installation.c.community).order_by(_installation.c.community)
_FORGET = delete(_installation).where(_installation.c.community == bindparam("in_community"))


class SealedInstallations:
    """The `Installations` of a running Hearth. What another key sealed is `Closed` too."""

    def __init__(self, database: Database, seal: Seal) -> None:
        self._database = database
        self._seal = seal

    async def load(self, community: str) -> str | None:
        """Return what was saved for a community."""
        row = await self._read(lambda tx: tx.row(_OF, in_community=community))
        try:
            return None if row is None else self._seal.open(row.sealed)
        except BadKey as bad:
            raise Closed(str(bad)) from bad

    async def save(self, community: str, data: str) -> None:
        """Keep it, sealed with the key of now."""
        sealed = self._seal.close(data)
        await self._write(lambda tx: tx.put(Installation, community=community, sealed=sealed))

    async def forget(self, community: str) -> None:
        """Erase it."""
        await self._write(lambda tx: tx.run(_FORGET, in_community=community))

    async def communities(self) -> Sequence[str]:
        """Return the communities that something is saved for, in order."""
        return await self._read(lambda tx: [row.community for row in tx.rows(_ALL)])

    async def _write(self, write: Callable[[Transaction], object]) -> None:
        def work() -> None:
            with self._database.transaction() as tx:
                write(tx)

        try:
            await self._database.in_writer(work)
        except DatabaseTrouble as trouble:
            raise Closed(str(trouble)) from trouble

    async def _read(self, look: Callable[[Transaction], Found]) -> Found:
        def work() -> Found:
            with self._database.reading() as tx:
                return look(tx)

        try:
            return await asyncio.to_thread(work)
        except DatabaseTrouble as trouble:
            raise Closed(str(trouble)) from trouble
