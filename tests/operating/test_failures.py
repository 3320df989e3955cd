"""What failed is listed with ids, without what was said, and can be run again one by one."""

from collections.abc import Callable
from datetime import timedelta
from io import StringIO

from rich.console import Console

from bot.core import Core
from bot.events import Delivered
from bot.failures import kept, show_failed, unsent
from bot.outgoing import enqueue, settle
from storage.database import Database
from tests.core.contents import failures
from tests.core.features import Breaks, Counts, post
from tests.core.made import HOME, NOON, joined, posted

Open = Callable[[str], Database]


def test_failures_are_listed_and_run_again_one_by_one(database: Database) -> None:
    Core(database, {"breaks": Breaks(lambda event: True)}).receive(
        [posted("1", "my diary"), joined("ada", 1)]
    )
    with database.reading() as tx:
        first, second = kept(tx)
    assert (first.kind, second.kind) == ("message_posted", "member_joined")
    assert not first.by_itself

    mended = Core(database, {"breaks": Counts()})
    assert mended.retry([second.id]) == (1, 0)
    assert [event for _, event, _ in failures(database)] == [first.event]
    assert mended.retry([second.id]) == (0, 0)
    assert mended.retry() == (1, 0)
    assert failures(database) == []


def test_the_list_is_for_people_and_holds_no_text(database: Database) -> None:
    Core(database, {"breaks": Breaks(lambda event: True)}).receive([posted("1", "my diary")])
    with database.transaction() as tx:
        enqueue(tx, [post("one")], NOON)
        given_up = Delivered(
            id="d", community=HOME, at=NOON, key="one", outcome="failed", reason='There is no channel "c".'
        )
        settle(tx, given_up)
    paper = StringIO()
    with database.reading() as tx:
        found, actions = kept(tx), unsent(tx)
    show_failed(found, actions, NOON + timedelta(hours=3), Console(file=paper, width=110))
    shown = paper.getvalue()

    assert found[0].id in shown
    assert "message_posted" in shown
    assert "3 h" in shown
    assert "Broken in features.handle" in shown
    assert 'There is no channel "c".' in shown
    assert "diary" not in shown


def test_an_empty_list_says_so() -> None:
    paper = StringIO()
    show_failed([], [], NOON, Console(file=paper))

    assert paper.getvalue() == "Nothing has failed.\n"
