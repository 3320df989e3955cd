"""Two processes on one PostgreSQL handle what either hears as one would, and what is due once."""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from random import Random
from threading import Barrier

import pytest

from bot.core import Core
from bot.events import Event, Tick
from bot.features import FEATURES
from storage.database import Database
from tests.core.contents import actions, contents
from tests.core.features import Greets
from tests.core.made import NOON, after, found, posted
from tests.core.script import Script, channels

Open = Callable[[str], Database]
# Cards are posted for how things stood in between, and numbered as they were decided.
IN_BETWEEN = {"outgoing"}


@pytest.fixture
def cores(postgresql_url: str, opened: Open) -> tuple[Core, Core]:
    one, two = (Core(opened(postgresql_url), FEATURES) for _ in range(2))
    return one, two


def at_once(*works: Callable[[], None]) -> None:
    """Begin all together, and wait until all are done."""
    together = Barrier(len(works))

    def begin(work: Callable[[], None]) -> None:
        together.wait()
        work()

    with ThreadPoolExecutor(len(works)) as threads:
        for done in [threads.submit(begin, work) for work in works]:
            done.result()


def hear(core: Core, events: Sequence[Event], size: int) -> Callable[[], None]:
    def work() -> None:
        for start in range(0, len(events), size):
            core.receive(events[start : start + size])

    return work


def test_what_either_hears_ends_in_the_tables_of_one(
    cores: tuple[Core, Core], postgresql_url: str, sqlite_url: str, opened: Open
) -> None:
    chance = Random(7)
    events = Script(chance.randrange, NOON).happen(120)
    start = [found(), *channels(after(-30))]
    ticks = [Tick(at=after(10_000))]
    alone = Core(opened(sqlite_url), FEATURES)
    for batch in (start, events, ticks):
        alone.receive(batch)

    one, two = cores
    one.receive(start)
    # Each hears most of it, so that much is heard by both.
    at_once(
        hear(one, [event for place, event in enumerate(events) if place % 3], 3),
        hear(two, [event for place, event in enumerate(events) if place % 3 != 1], 4),
    )
    at_once(hear(one, ticks, 1), hear(two, ticks, 1))

    together = contents(opened(postgresql_url), but=IN_BETWEEN)
    assert together == contents(opened(sqlite_url), but=IN_BETWEEN)
    assert together["question"]


def test_what_is_due_is_done_once(postgresql_url: str, opened: Open) -> None:
    databases = [opened(postgresql_url) for _ in range(2)]
    cores = [Core(database, {"greets": Greets()}) for database in databases]
    cores[0].receive([posted(str(number), "one") for number in range(50)])
    at_once(*(hear(core, [Tick(at=after(1)), Tick(at=after(2))], 1) for core in cores))

    assert len(actions(databases[0])) == 50
