"""An outbox at work, and in what state it leaves actions."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass

from bot.actions import Action
from bot.core import Core
from bot.inbox import Inbox
from bot.outbox import Outbox
from bot.outgoing import enqueue
from bot.ports import Sender
from storage.database import Database
from storage.tables import Outgoing, table
from tests.core.contents import outgoing
from tests.core.features import Counts
from tests.core.made import NOON, later
from tests.core.waiting import until

Open = Callable[[str], Database]
_outgoing = table(Outgoing)


@dataclass
class Post:
    """An outbox at work."""

    database: Database
    inbox: Inbox
    outbox: Outbox

    def add(self, *actions: Action) -> None:
        """Decide actions, as the core does."""
        put(self.database, actions)
        self.outbox.wake()

    async def all_settled(self) -> dict[str, str]:
        """Return the state of each action once none is waiting or under way."""
        await until(
            lambda: not {state for state, _ in outgoing(self.database).values()} & {"waiting", "sending"}
        )
        return {key: state for key, (state, _) in outgoing(self.database).items()}


def put(database: Database, actions: Iterable[Action]) -> None:
    with database.transaction() as tx:
        enqueue(tx, actions, NOON)


@asynccontextmanager
async def posting(database: Database, sender: Sender) -> AsyncIterator[Post]:
    """Run an outbox with its inbox; both are cut off in the end, as by a kill."""
    outbox: Outbox
    inbox = Inbox(Core(database, {"counts": Counts()}), database, on_commit=lambda: outbox.wake())
    outbox = Outbox(database, inbox, {"sandbox": sender}, later())
    tasks = [asyncio.create_task(inbox.run()), asyncio.create_task(outbox.run())]
    try:
        yield Post(database, inbox, outbox)
    finally:
        for task in tasks:
            task.cancel()
        for _ in range(2):  # Once to end, and once more for those who want to finish first.
            await asyncio.wait(tasks, timeout=0.05)
            for task in tasks:
                task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


def last(database: Database, key: str) -> tuple[str, int, bool, str]:
    """Return an action's state, tries, whether it is in doubt, and the reason."""
    with database.reading() as tx:
        [row] = tx.rows(_outgoing.select().where(_outgoing.c.key == key))
    return row.state, row.tries, row.doubted, row.reason
