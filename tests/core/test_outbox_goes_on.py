"""What was interrupted is finished, once, by whoever comes next."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlalchemy import text, update

from bot import outbox as outbox_module
from bot.actions import Action
from bot.clock import Clock
from bot.outgoing import LEASE, claim
from bot.ports import TryLater
from storage.database import Database, DatabaseTrouble
from storage.tables import Outgoing, table
from tests.core.contents import outgoing
from tests.core.features import post, reply
from tests.core.made import HOME
from tests.core.posting import last, posting, put
from tests.core.waiting import until
from tests.fakes.sender import PretendSender, then

Open = Callable[[str], Database]
_outgoing = table(Outgoing)

pytestmark = pytest.mark.usefixtures("in_haste")


async def interrupted(database: Database, sender: PretendSender, *actions: Action) -> None:
    """Have actions cut off while they are being sent."""
    sender.open.clear()
    async with posting(database, sender) as at_work:
        at_work.add(*actions)
        await until(lambda: sender.under_way == len(actions))
    sender.open.set()
    assert {state for state, _ in outgoing(database).values()} == {"sending"}


@pytest.fixture
def patient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(outbox_module, "_TIMEOUT_S", 60)


async def test_what_was_interrupted_is_finished_at_the_next_start(
    sqlite_url: str, opened: Open, patient: None
) -> None:
    database = opened(sqlite_url)
    sender = PretendSender()
    await interrupted(database, sender, post("1", "a"), post("2", "b"), reply("3"))
    sender.sent.append(post("2", "b"))  # This one had come through.
    async with posting(database, sender) as at_work:
        assert await at_work.all_settled() == {"1": "sent", "2": "sent", "3": "doubtful"}

    assert sorted(sender.keys) == ["1", "2"]


async def test_what_was_interrupted_has_time_to_arrive_before_it_is_looked_for(
    sqlite_url: str, opened: Open, patient: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(outbox_module, "_DOUBT_PAUSE_S", 3_600)
    database = opened(sqlite_url)
    sender = PretendSender()
    await interrupted(database, sender, post("1", "a"))
    async with posting(database, sender) as at_work:
        at_work.add(post("2", "b"))
        await until(lambda: outgoing(database)["2"][0] == "sent")
        await until(lambda: outgoing(database)["1"][0] == "waiting")

    assert ("find", "1") not in sender.tried
    assert last(database, "1") == ("waiting", 0, True, "interrupted while it was being sent")


async def test_what_another_process_has_in_hand_is_left_to_it_until_its_lease_ends(
    postgresql_url: str, opened: Open, patient: None
) -> None:
    database = opened(postgresql_url)
    sender = PretendSender()
    await interrupted(database, sender, post("1", "a"), reply("2"))
    async with posting(database, sender) as at_work:
        at_work.add(post("3", "b"))
        await until(lambda: outgoing(database)["3"][0] == "sent")
        assert outgoing(database)["1"][0] == "sending"
    with database.transaction() as tx:
        tx.run(update(_outgoing).values(claimed_until=Clock().now() - timedelta(seconds=1)))
    async with posting(database, sender) as at_work:
        assert await at_work.all_settled() == {"1": "sent", "2": "doubtful", "3": "sent"}


async def test_what_takes_longer_than_its_lease_is_not_begun_again(
    database: Database, patient: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(outbox_module, "_LOST_EVERY", timedelta(0))
    monkeypatch.setattr("bot.outgoing.LEASE", timedelta(0))
    sender = PretendSender()
    sender.open.clear()
    async with posting(database, sender) as at_work:
        at_work.add(post("1"))
        await until(lambda: sender.under_way == 1)
        at_work.add(*(post(f"other{number}", f"c{number}") for number in range(3)))
        await until(lambda: sender.under_way == 4)
        sender.open.set()
        await at_work.all_settled()
    assert sender.tried.count(("send", "1")) == 1
    assert ("find", "1") not in sender.tried
    assert timedelta(0) < LEASE


async def test_the_outbox_goes_on_when_the_database_is_back(
    sqlite_url: str, opened: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    database = opened(sqlite_url)
    put(database, [post("1"), reply("2")])
    real = database.in_writer
    troubles = iter([True, True, False, True, False, True])

    async def in_writer(work: Callable[[], object]) -> object:
        if next(troubles, False):
            raise DatabaseTrouble("The database is locked by another program.")
        return await real(work)

    monkeypatch.setattr(database, "in_writer", in_writer)
    monkeypatch.setattr("bot.inbox._FIRST_PAUSE", 0.01)
    sender = PretendSender({"2": then(TryLater("busy", after=0))})
    async with posting(database, sender) as at_work:
        assert await at_work.all_settled() == {"1": "sent", "2": "sent"}
    assert sorted(sender.keys) == ["1", "2"]


async def test_two_outboxes_never_send_the_same_and_keep_the_order(postgresql_url: str, opened: Open) -> None:
    sender = PretendSender()
    lanes = [f"c{number}" for number in range(12)]
    first, second = opened(postgresql_url), opened(postgresql_url)
    async with posting(first, sender) as one, posting(second, sender) as two:
        for number in range(10):
            (one, two)[number % 2].add(*(post(f"{lane}/{number}", lane) for lane in lanes))
            two.outbox.wake()
            one.outbox.wake()
        await one.all_settled()

    assert len(sender.keys) == len(set(sender.keys)) == 120
    for lane in lanes:
        assert [key for key in sender.keys if key.startswith(f"{lane}/")] == [
            f"{lane}/{n}" for n in range(10)
        ]


async def test_two_processes_claim_different_rows(postgresql_url: str, opened: Open) -> None:
    """While one holds its claim uncommitted, the other takes only what is another lane's."""
    first, second = opened(postgresql_url), opened(postgresql_url)
    put(first, [post("a1", "a"), post("a2", "a"), post("b1", "b")])
    now = Clock().now()
    with first.transaction() as one, second.transaction() as two:
        assert [claimed.row.key for claimed in claim(one, "one", now, 1)] == ["a1"]
        assert [claimed.row.key for claimed in claim(two, "two", now, 9)] == ["b1"]


async def test_the_rows_of_a_home_are_its_own(database: Database) -> None:
    """The same lane in two communities is two lanes."""
    sender = PretendSender({"1": then(TryLater("busy", after=3_600))})
    other = post("1").model_copy(update={"community": "sandbox:other", "key": "2"})
    async with posting(database, sender) as at_work:
        at_work.add(post("1"), other)
        await until(lambda: outgoing(database)["2"][0] == "sent")
    assert other.community != HOME
    with database.reading() as tx:
        assert tx.rows(text("SELECT count(*) FROM outgoing"))[0][0] == 2
