"""Each action is done once, in order within its lane, whatever a platform does meanwhile."""

import asyncio
from datetime import UTC, datetime

import pytest
from sqlalchemy import update

from bot import outbox as outbox_module
from bot.actions import Action, Update
from bot.ports import Refused, Sent, TryLater
from storage.database import Database
from storage.tables import Outgoing, table
from tests.core.contents import outgoing
from tests.core.features import post, reply, tell, whisper
from tests.core.features import update as updated
from tests.core.posting import last, posting, put
from tests.core.waiting import until
from tests.fakes.sender import Hangs, PretendSender, Unsure, then

_outgoing = table(Outgoing)

pytestmark = pytest.mark.usefixtures("in_haste")


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


async def test_a_change_that_is_put_off_holds_up_only_other_changes(database: Database) -> None:
    sender = PretendSender({"c1": then(TryLater("too many changes", after=3_600))})
    async with posting(database, sender) as at_work:
        at_work.add(post("p1"), updated("c1", "p1"), updated("c2", "p1"), post("p2"))
        await until(lambda: outgoing(database)["p2"][0] == "sent")

    assert sender.keys == ["p1", "p2"]
    assert [outgoing(database)[key][0] for key in ("c1", "c2")] == ["waiting", "waiting"]


async def test_what_is_shown_to_one_is_left_once_they_look_on_no_more(database: Database) -> None:
    sender = PretendSender()
    async with posting(database, sender) as at_work:
        at_work.add(
            whisper("late", datetime(2020, 1, 1, tzinfo=UTC)),
            whisper("soon", datetime(2100, 1, 1, tzinfo=UTC)),
        )
        assert await at_work.all_settled() == {"late": "failed", "soon": "sent"}

    assert sender.keys == ["soon"]


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
