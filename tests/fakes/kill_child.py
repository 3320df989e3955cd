"""A process that runs the engine against the pretend platform, to be killed and born again.

    python -m tests.fakes.kill_child PLATFORM_URL DATABASE_URL [forgetful]

It loads everything once. For each line on standard input it forks a child that opens the database and runs,
writes the child's number, and writes how it ended when it has: what a start costs is then the start alone.
"""

import asyncio
import gc
import logging
import os
import signal
import sys
import traceback
from collections.abc import Sequence

from aiohttp import ClientSession

from bot import outbox
from bot.actions import Action, Post, Tell, Update
from bot.cards import Card
from bot.clock import Clock
from bot.engine import Engine
from bot.events import Event, MessagePosted
from bot.features import FEATURES
from storage.database import Database
from storage.transaction import Transaction
from tests.core.features import Counts
from tests.fakes.pretend_adapter import PlatformSender, listen
from tests.fakes.pretend_platform import MAX_CARD_TEXT

# A child lives for some tenths of a second: what it leaves for later should come within that.
_DOUBT_PAUSE_S = 0.05
_TICK_S = 0.1
# What one says that has a card made which the platform refuses.
_TOO_MUCH = "ok"
_UPDATES = 2


class Replies:
    """Answers each message in a channel and in private, and brings its posts up to date."""

    def handle(self, event: Event, tx: Transaction) -> Sequence[Action]:
        if not isinstance(event, MessagePosted):
            return []
        home, id, place = event.community, event.id, f"{event.channel}/{event.author}"
        length = MAX_CARD_TEXT + 1 if event.text == _TOO_MUCH else 1
        return [
            Post(key=f"post:{id}", community=home, channel=place, card=Card(text="." * length)),
            Tell(key=f"tell:{id}", community=home, member=event.author, card=Card(text=id)),
            *(
                Update(
                    key=f"update:{id}:{number}",
                    community=home,
                    channel=place,
                    post=f"post:{id}",
                    card=Card(text=f"{number}"),
                )
                for number in range(_UPDATES)
            ),
        ]


async def live(platform_url: str, database_url: str, *, forgetful: bool) -> None:
    """Receive and send until told to end."""
    outbox._DOUBT_PAUSE_S = _DOUBT_PAUSE_S
    told = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, told.set)
    database = Database(database_url, synchronous="FULL")
    database.lock()
    async with ClientSession() as session:
        sender = PlatformSender(platform_url, session, forgetful=forgetful)
        # What is told here is of long ago, and past keeping.
        kept = {name: feature for name, feature in FEATURES.items() if name != "retention"}
        features = {**kept, "replies": Replies(), "counts": Counts()}
        engine = Engine(database, {"sandbox": sender}, Clock(), features=features, tick_every_s=_TICK_S)
        engine.start()
        listening = asyncio.create_task(listen(platform_url, session, engine.inbox))
        ending = asyncio.create_task(told.wait())
        await asyncio.wait([listening, ending], return_when=asyncio.FIRST_COMPLETED)
        if listening.done():
            listening.result()
        listening.cancel()
        await asyncio.gather(listening, return_exceptions=True)
        await engine.stop()
    database.close()


def main() -> None:
    platform_url, database_url, *rest = sys.argv[1:]
    logging.basicConfig(level=logging.ERROR)
    # A child that looked through all this for garbage would copy it.
    gc.freeze()
    while sys.stdin.readline():
        number = os.fork()
        if number == 0:
            try:
                asyncio.run(live(platform_url, database_url, forgetful="forgetful" in rest))
            except BaseException:
                traceback.print_exc()
                os._exit(1)
            os._exit(0)
        _say(number)
        _, status = os.waitpid(number, 0)
        _say(os.waitstatus_to_exitcode(status))


def _say(number: int) -> None:
    sys.stdout.write(f"{number}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
