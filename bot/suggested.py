"""What may be filled in next while somebody types a command: the digests there are, for managers."""

import asyncio
from collections.abc import Mapping

from bot.communities import is_manager
from bot.events import CommandGiven
from bot.features.digests.plans import everything
from bot.features.digests.wording import described
from bot.ports import Closed
from storage.database import Database, DatabaseTrouble


class Suggestions:
    """The `Suggests` of a running Hearth."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def digests(self, typed: CommandGiven) -> Mapping[str, str]:
        """Return by their names the digests that come regularly; none to who is no manager."""

        def look() -> Mapping[str, str]:
            with self._database.reading() as tx:
                if not is_manager(tx, typed):
                    return {}
                return {plan.id: described(tx, plan) for plan in everything(tx, typed.community, typed.at)}

        try:
            return await asyncio.to_thread(look)
        except DatabaseTrouble as trouble:
            raise Closed(str(trouble)) from trouble
