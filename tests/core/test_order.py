"""What waits is taken up as it came; but in a crowd nobody waits for an answer for long."""

import asyncio

import pytest

from bot.core import Core
from bot.events import Delivered, Event, MemberChanged
from bot.inbox import Inbox
from bot.order import Order
from storage.database import Database
from tests.core.made import HOME, NOON, commanded, found, posted

ALL = 100


@pytest.fixture(autouse=True)
def three_are_a_crowd(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bot.order.MOST_BEFORE", 2)


def said(number: int) -> list[Event]:
    return [posted(str(each), "said") for each in range(number)]


async def waiting(*events: Event) -> Order:
    order = Order()
    for event in events:
        order.add(event, asyncio.get_running_loop().create_future())
    return order


def batches(order: Order, most: int = ALL) -> list[list[Event]]:
    found = []
    while order:
        found.append([each.event for each in order.take(most)])
    return found


async def test_a_few_are_taken_as_they_came() -> None:
    one, two = said(2)
    name, asked = found(), commanded("questions")
    assert batches(await waiting(one, name, two, asked)) == [[one, name, two, asked]]


async def test_what_crossed_on_its_way_is_taken_as_it_was_said_in_its_channel() -> None:
    later, elsewhere, earlier = (
        posted(text, "said", minute=minute, channel=channel)
        for text, minute, channel in (("later", 2, "help"), ("elsewhere", 3, "other"), ("earlier", 1, "help"))
    )
    name = found()
    order = await waiting(later, name, elsewhere, earlier)
    batch = order.take(ALL)
    assert [each.event for each in batch] == [earlier, name, elsewhere, later]
    order.give_back(batch[1:])
    assert batches(order) == [[later, name, elsewhere]]


async def test_nothing_comes_between_somebody_and_their_answer() -> None:
    one, two = said(2)
    first, second = commanded("questions"), commanded("status")
    assert batches(await waiting(one, first, second, two)) == [[one, first, second], [two]]


async def test_in_a_crowd_who_waits_goes_before_what_is_said_and_sees_what_was_told_of_the_community() -> (
    None
):
    messages = said(3)
    name, asked, again = found(), commanded("questions"), commanded("status")
    sent = Delivered(id="d", community=HOME, at=NOON, key="k", outcome="sent")
    order = await waiting(messages[0], name, *messages[1:], sent, asked, again)
    assert order.awaited == 2
    assert batches(order) == [[name, sent, asked, again], messages]
    assert order.awaited == 0


async def test_without_anybody_waiting_a_crowd_is_taken_as_it_came() -> None:
    messages, name = said(5), found()
    assert batches(await waiting(*messages, name), most=4) == [messages[:4], [messages[4], name]]


async def test_what_is_given_back_comes_next_in_its_order() -> None:
    one, two, three = said(3)
    name, asked = found(), commanded("questions")
    order = await waiting(one, name, two, asked)
    taken = order.take(ALL)
    assert order.awaited == 0
    order.give_back(taken[1:])
    order.add(three, asyncio.get_running_loop().create_future())
    assert order.awaited == 1
    assert batches(order) == [[name, two, asked], [three]]


async def test_in_a_crowd_what_was_told_of_who_does_something_goes_before_it() -> None:
    demoted = MemberChanged(id="m", community=HOME, at=NOON, member="ada", name="Ada", admin=False)
    other = demoted.model_copy(update={"id": "o", "member": "bob"})
    messages, asked = said(3), commanded("questions", by="ada")
    order = await waiting(messages[0], demoted, other, *messages[1:], asked)
    assert batches(order) == [[demoted, asked], [messages[0], other, *messages[1:]]]

    order = await waiting(messages[0], demoted, other, *messages[1:], asked)
    order.give_back(order.take(ALL))
    assert batches(order) == [[demoted, asked], [messages[0], other, *messages[1:]]]


async def test_a_batch_ends_early_only_where_that_gains_who_waits_something(
    monkeypatch: pytest.MonkeyPatch, database: Database
) -> None:
    monkeypatch.setattr("bot.inbox.MOST_BEFORE", 2)
    inbox = Inbox(Core(database, {}), database, lambda: None)
    inbox._order.add(commanded("questions"), asyncio.get_running_loop().create_future())
    told = [found() for _ in range(10)]

    assert not inbox._hurry([*told, *said(2)])(12)
    assert inbox._hurry([*told, *said(3)])(12)
    assert not inbox._hurry([*said(10), *told])(10)
