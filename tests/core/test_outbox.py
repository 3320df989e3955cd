"""Each action is done once, in order within its lane, whatever a platform does meanwhile."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta

import pytest
from sqlalchemy import text, update

from bot import outbox as outbox_module
from bot.actions import Action, Update
from bot.clock import Clock
from bot.core import Core
from bot.inbox import Inbox
from bot.outbox import Outbox
from bot.outgoing import LEASE, claim, enqueue
from bot.ports import Refused, Sender, Sent, TryLater
from storage.database import Database, DatabaseTrouble
from storage.tables import Outgoing, table
from tests.core.contents import outgoing
from tests.core.features import Counts, post, reply, tell
from tests.core.features import update as updated
from tests.core.made import HOME, NOON
from tests.core.waiting import until
from tests.fakes.sender import Hangs, PretendSender, Unsure, then

Open = Callable[[str], Database]
_outgoing = table(Outgoing)


@pytest.fixture(autouse=True)
def in_haste(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(outbox_module, "_DOUBT_PAUSE_S", 0.01)
    monkeypatch.setattr(outbox_module, "_LOOK_AGAIN_S", 0.02)
    monkeypatch.setattr(outbox_module, "_TIMEOUT_S", 0.1)


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
    outbox = Outbox(database, inbox, {"sandbox": sender}, Clock())
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


async def test_what_is_decided_is_sent(database: Database) -> None:
    sender = PretendSender()
    async with posting(database, sender) as at_work:
        at_work.add(post("1"), tell("2"), reply("3"))
        assert await at_work.all_settled() == {"1": "sent", "2": "sent", "3": "sent"}

    assert sorted(sender.keys) == ["1", "2", "3"]
    assert outgoing(database)["1"] == ("sent", "m-1")


async def test_a_lane_keeps_its_order(database: Database) -> None:
    sender = PretendSender()
    async with posting(database, sender) as at_work:
        at_work.add(*(post(f"{channel}{number}", channel) for number in range(8) for channel in "abc"))
        await at_work.all_settled()

    for channel in "abc":
        assert [key for key in sender.keys if key[0] == channel] == [f"{channel}{n}" for n in range(8)]


async def test_one_lane_does_not_wait_for_another(database: Database) -> None:
    sender = PretendSender({"a1": then(TryLater("busy", after=3_600))})
    async with posting(database, sender) as at_work:
        at_work.add(post("a1", "a"), post("a2", "a"), post("b1", "b"))
        await until(lambda: outgoing(database)["b1"][0] == "sent")
        await until(lambda: last(database, "a1")[3] == "busy")

    assert sender.keys == ["b1"]
    assert outgoing(database)["a2"][0] == "waiting"


async def test_a_busy_platform_is_tried_later(database: Database) -> None:
    sender = PretendSender({"1": then(TryLater("busy", after=0), TryLater("busy", after=0.01))})
    async with posting(database, sender) as at_work:
        at_work.add(post("1"), post("2"))
        await at_work.all_settled()

    assert sender.keys == ["1", "2"]
    assert last(database, "1") == ("sent", 0, False, "")
    assert ("find", "1") not in sender.tried


async def test_a_busy_platform_is_tried_later_with_an_answer_too(database: Database) -> None:
    sender = PretendSender({"1": then(TryLater("busy", after=0))})
    async with posting(database, sender) as at_work:
        at_work.add(reply("1"))
        assert await at_work.all_settled() == {"1": "sent"}
    assert sender.keys == ["1"]


async def test_what_a_platform_refuses_is_given_up_with_its_reason(database: Database) -> None:
    sender = PretendSender({"1": then(Refused("channel_not_found"))})
    async with posting(database, sender) as at_work:
        at_work.add(post("1"), post("2"))
        assert await at_work.all_settled() == {"1": "failed", "2": "sent"}

    assert last(database, "1") == ("failed", 0, False, "channel_not_found")


async def test_a_reason_no_database_takes_is_kept_all_the_same(database: Database) -> None:
    sender = PretendSender(
        {"1": then(Refused("a\x00b\ud800" + "c" * 1_000)), "2": then(TryLater("a\x00b\ud800", after=0))}
    )
    async with posting(database, sender) as at_work:
        at_work.add(post("1"), post("2"))
        assert await at_work.all_settled() == {"1": "failed", "2": "sent"}
    assert last(database, "1")[3].startswith("a\ufffdb")


@pytest.mark.parametrize("done", [True, False])
async def test_a_doubtful_post_is_looked_for_before_it_is_sent_again(database: Database, done: bool) -> None:
    sender = PretendSender({"1": then(Unsure(done))})
    async with posting(database, sender) as at_work:
        at_work.add(post("1"), post("2"))
        await at_work.all_settled()

    assert sender.keys == ["1", "2"]
    assert sender.tried[:2] == [("send", "1"), ("find", "1")]
    assert outgoing(database)["1"] == ("sent", "m-1")


async def test_a_platform_that_never_answers_leaves_a_post_in_doubt(database: Database) -> None:
    sender = PretendSender({"1": then(Hangs())})
    async with posting(database, sender) as at_work:
        at_work.add(post("1"))
        await at_work.all_settled()

    assert sender.tried == [("send", "1"), ("find", "1"), ("send", "1")]
    assert sender.keys == ["1"]


@pytest.mark.parametrize("outcome", [Unsure(True), Unsure(False), Hangs(), RuntimeError("a bug")])
async def test_a_doubtful_answer_is_left_and_shown(
    database: Database, outcome: Unsure | Hangs | Exception
) -> None:
    sender = PretendSender({"1": then(outcome)})
    async with posting(database, sender) as at_work:
        at_work.add(reply("1"))
        assert await at_work.all_settled() == {"1": "doubtful"}

    assert sender.tried == [("send", "1")]


async def test_a_doubtful_update_is_done_again(database: Database) -> None:
    sender = PretendSender({"2": then(Unsure(True))})
    async with posting(database, sender) as at_work:
        at_work.add(post("1"), updated("2", of="1"))
        await at_work.all_settled()

    assert sender.keys == ["1", "2", "2"]
    assert ("find", "2") not in sender.tried


async def test_a_bug_is_given_up_after_some_tries(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(outbox_module, "_MOST_TRIES", 3)
    monkeypatch.setattr(outbox_module, "_BUG_PAUSE_S", 0.01)
    sender = PretendSender({"1": then(*(RuntimeError(f"bug {number}") for number in range(9)))})
    async with posting(database, sender) as at_work:
        at_work.add(post("1"), post("2"))
        assert await at_work.all_settled() == {"1": "failed", "2": "sent"}

    assert sender.tried.count(("send", "1")) == 3
    assert last(database, "1")[3] == "RuntimeError: bug 2"


async def test_an_update_goes_to_the_message_that_was_posted(database: Database) -> None:
    sender = PretendSender()
    async with posting(database, sender) as at_work:
        at_work.add(post("1"), updated("2", of="1"))
        await at_work.all_settled()

    [_, sent] = sender.sent
    assert isinstance(sent, Update)
    assert sent.message == "m-1"


async def test_an_update_of_what_was_never_posted_is_given_up(database: Database) -> None:
    sender = PretendSender({"1": then(Refused("no"))})
    async with posting(database, sender) as at_work:
        at_work.add(post("1"), updated("2", of="1"), updated("3", of="nothing"))
        assert await at_work.all_settled() == {"1": "failed", "2": "failed", "3": "failed"}

    assert last(database, "2")[3] == "the message to update was never posted"
    assert sender.keys == []


async def test_an_action_of_another_version_is_given_up_and_harms_no_other(database: Database) -> None:
    put(database, [post("1"), post("2")])
    with database.transaction() as tx:
        tx.run(update(_outgoing).where(_outgoing.c.key == "1").values(payload='{"kind":"shout"}'))
    async with posting(database, PretendSender()) as at_work:
        assert await at_work.all_settled() == {"1": "failed", "2": "sent"}
    assert last(database, "1")[3] == "it was written by another version of Hearth"


async def test_a_community_without_an_adapter_is_said(database: Database) -> None:
    async with posting(database, PretendSender()) as at_work:
        at_work.add(post("1").model_copy(update={"community": "slack:T1"}))
        assert await at_work.all_settled() == {"1": "failed"}
    assert last(database, "1")[3] == "no adapter runs for slack:T1"


async def test_a_key_as_long_as_keys_may_be_is_sent_once(database: Database) -> None:
    long, other = "k" * 2_000, "k" * 1_999 + "l"
    sender = PretendSender()
    async with posting(database, sender) as at_work:
        at_work.add(post(long), post(other))
        assert set((await at_work.all_settled()).values()) == {"sent"}
    assert sender.keys == [long, other]


async def test_who_waits_for_an_answer_goes_ahead_of_all_else(database: Database) -> None:
    sender = PretendSender()
    put(database, [*(post(f"p{number}", f"c{number}") for number in range(60)), reply("urgent")])
    async with posting(database, sender) as at_work:
        await at_work.all_settled()
    assert sender.tried[0] == ("send", "urgent")


async def test_an_answer_goes_out_while_all_else_is_held_up(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(outbox_module, "_TIMEOUT_S", 60)
    slow = PretendSender()
    slow.open.clear()

    class Platform(PretendSender):
        async def send(self, action: Action) -> Sent:
            return await (super().send(action) if action.urgent else slow.send(action))

    sender = Platform()
    async with posting(database, sender) as at_work:
        at_work.add(*(post(f"p{number}", f"c{number}") for number in range(60)))
        await until(lambda: slow.under_way == 20)
        at_work.add(reply("urgent"))
        await until(lambda: outgoing(database)["urgent"][0] == "sent")
        assert slow.under_way == 20
        slow.open.set()
        await at_work.all_settled()
    assert slow.most_under_way == 20


async def test_pauses_are_left_within_a_lane_only(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    paused: list[float] = []
    real = asyncio.sleep

    async def sleep(seconds: float) -> None:
        paused.append(seconds)
        await real(0)

    monkeypatch.setattr("bot.outbox.asyncio.sleep", sleep)
    sender = PretendSender(pause=30)
    async with posting(database, sender) as at_work:
        at_work.add(*(post(f"{channel}{number}", channel) for number in range(2) for channel in "abc"))
        await at_work.all_settled()
    assert len([seconds for seconds in paused if seconds > 25]) == 3


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
