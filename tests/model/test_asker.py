"""A language model is asked in time, few at once, once the same, and not while it keeps failing."""

import asyncio
from collections import deque
from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlalchemy import select, update

from bot import asker as asker_module
from bot.actions import Ask
from bot.asker import MOST_AT_ONCE, MOST_FAILURES, REST_S, Asker
from bot.asking import SetUp, ask, forget_author
from bot.clock import Clock
from bot.core import Core
from bot.events import CommunityFound, Judged, Tick
from bot.features import FEATURES, record
from bot.installation import settle_in
from bot.metrics import Metrics
from bot.ports import Doubtful, Judgement, Refused, Reply, TryLater, Wanted
from storage.database import Database
from storage.tables import ModelCall, table
from tests.core.waiting import until
from tests.features.world import HOME

GOOD = '{"wants_an_answer": true}'


class ScriptedModel:
    """Answers as it is told, one time after another, then well."""

    def __init__(self, *then: Reply | Exception) -> None:
        self.then = deque(then)
        self.asked: list[Wanted] = []
        self.open = asyncio.Event()
        self.open.set()

    async def answer(self, wanted: Wanted) -> Reply:
        """Answer."""
        self.asked.append(wanted)
        await self.open.wait()
        reply = self.then.popleft() if self.then else Reply(GOOD, "", 10, 2)
        if isinstance(reply, Exception):
            raise reply
        return reply

    async def close(self) -> None:
        """Nothing is to be let go."""


class Asking:
    """Questions put down in a community, and what asks them."""

    def __init__(self, database: Database, model: ScriptedModel) -> None:
        self.database, self.model = database, model
        self.clock, self.metrics = Clock(), Metrics()
        self.asker = Asker(database, model, self.clock, self.metrics)
        settle_in(database, "https://hearth.example.com", SetUp({"opinion": "small"}, 1_000_000))
        with database.transaction() as tx:
            record.handle(
                CommunityFound(
                    id="f", community=HOME, at=self.clock.now(), name="Home", settings={"model": "opinion"}
                ),
                tx,
            )

    def put(self, key: str, words: str = "how?", within: float = 600) -> Ask:
        """Put a question down."""
        event = CommunityFound(id=key, community=HOME, at=self.clock.now(), name="Home")
        with self.database.transaction() as tx:
            asked = ask(
                tx, event, "opinion", "question", key, {"words": words}, within=timedelta(seconds=within)
            )
        assert asked is not None
        return asked

    async def __call__(self, key: str, words: str = "") -> Judgement:
        return await self.asker.ask(self.put(key, words or key))


@pytest.fixture
def asking(sqlite_url: str, opened: Callable[[str], Database]) -> Callable[..., Asking]:
    def begin(*then: Reply | Exception) -> Asking:
        return Asking(opened(sqlite_url), ScriptedModel(*then))

    return begin


async def test_a_good_answer_is_told_with_what_it_cost(asking: Callable[..., Asking]) -> None:
    it = asking()
    judgement = await it("1")

    assert (judgement.answer, judgement.tokens_in, judgement.tokens_out) == (
        '{"wants_an_answer":true}',
        10,
        2,
    )
    assert [wanted.model for wanted in it.model.asked] == ["small"]
    assert 'hearth_model_tokens_total{purpose="opinion",way="in"} 10.0' in it.metrics.show(None).decode()


@pytest.mark.parametrize(
    "text",
    [
        "no JSON",
        "{}",
        '{"wants_an_answer": "perhaps"}',
        '{"wants_an_answer": true, "post": "x"}',
        "[" * 9_999,
        '{"wants_an_answer": ' + "9" * 5_000 + "}",
    ],
)
async def test_another_shape_is_no_answer(asking: Callable[..., Asking], text: str) -> None:
    judgement = await asking(Reply(text, "", 10, 2))("1")

    assert judgement.answer == ""
    assert judgement.reason == "it answered in another shape than was asked for"
    assert judgement.tokens_in == 10


async def test_json_between_other_words_is_found(asking: Callable[..., Asking]) -> None:
    judgement = await asking(Reply(f"Sure!\n```json\n{GOOD}\n```\nAnything else?"))("1")
    assert judgement.answer


async def test_a_model_that_keeps_failing_is_left_alone_for_a_while(
    asking: Callable[..., Asking], monkeypatch: pytest.MonkeyPatch
) -> None:
    it = asking(*[Refused("no")] * (MOST_FAILURES - 1), Doubtful("no answer"))
    for number in range(MOST_FAILURES):
        await it(f"{number}")
    with pytest.raises(TryLater) as later:
        await it("in time")
    assert 0 < later.value.after <= REST_S
    judgement = await it.asker.ask(it.put("too late", within=5))
    assert judgement == Judgement(reason="the model failed several times in a row")
    assert len(it.model.asked) == MOST_FAILURES

    # When the time is over one question tries it, and what it answers is believed.
    monkeypatch.setattr(asker_module, "stopwatch", lambda: 1e12)
    it.model.open.clear()
    again = asyncio.create_task(it("again"))
    await until(lambda: len(it.model.asked) == MOST_FAILURES + 1)
    with pytest.raises(TryLater):
        await it("beside it")
    it.model.open.set()
    assert (await again).answer
    assert (await it("and again")).answer


def test_letters_that_are_not_latin_are_guessed_as_tokens_of_their_own(asking: Callable[..., Asking]) -> None:
    it = asking()
    it.put("1", "a" * 300)
    it.put("2", "あ" * 300)
    with it.database.reading() as tx:
        latin, other = (row.tokens_in for row in tx.rows(select(table(ModelCall)).order_by("key")))

    assert other - latin == 200


async def test_a_model_that_answers_nothing_of_use_is_asked_other_things(
    asking: Callable[..., Asking],
) -> None:
    it = asking(*[Reply("", "it refused to answer"), Reply("no JSON")] * MOST_FAILURES)
    for number in range(2 * MOST_FAILURES):
        assert not (await it(f"{number}")).answer

    assert (await it("at last")).answer


async def test_what_may_have_been_charged_is_not_asked_again(asking: Callable[..., Asking]) -> None:
    judgement = await asking(Doubtful("no answer came in time"))("1")

    assert (judgement.reason, judgement.tokens_in) == ("no answer came in time", None)


async def test_a_busy_model_is_asked_later_only_while_an_answer_is_of_use(
    asking: Callable[..., Asking],
) -> None:
    it = asking(TryLater("it is busy (429)", 30), TryLater("it is busy (429)", 30))
    with pytest.raises(TryLater) as later:
        await it("1")
    assert later.value.after == 30
    assert (await it.asker.ask(it.put("2", within=20))).reason == "it is busy (429)"

    asked = it.put("3", within=20)
    it.clock.forward(timedelta(seconds=21))
    assert (await it.asker.ask(asked)).reason == "it took too long to be asked"
    assert len(it.model.asked) == 2


async def test_few_questions_are_under_way_at_once(asking: Callable[..., Asking]) -> None:
    it = asking()
    it.model.open.clear()
    tasks = [asyncio.create_task(it(f"{number}")) for number in range(MOST_AT_ONCE)]
    await until(lambda: len(it.model.asked) == MOST_AT_ONCE)
    with pytest.raises(TryLater):
        await it("one more")
    it.model.open.set()

    assert all(judgement.answer for judgement in await asyncio.gather(*tasks))
    assert (await it("and another")).answer


async def test_the_same_is_not_asked_twice(asking: Callable[..., Asking]) -> None:
    it = asking()
    first = await it("1", "how do I export?")
    Core(it.database, FEATURES).receive(
        [
            Judged(id="j", community=HOME, at=it.clock.now(), key="1", answer=first.answer),
            Tick(at=it.clock.now()),
        ]
    )
    second = await it("2", "how do I export?")
    assert (second.answer, second.tokens_in, second.reason) == (
        first.answer,
        0,
        "the same was asked before",
    )
    await it("3", "how do I import?")
    assert len(it.model.asked) == 2


async def test_what_is_forgotten_meanwhile_is_not_asked(asking: Callable[..., Asking]) -> None:
    it = asking()
    asked = it.put("1")
    with it.database.transaction() as tx:
        tx.run(update(table(ModelCall)).values(member="ada"))
        forget_author(tx, HOME, "ada")

    assert (await it.asker.ask(asked)).reason == "what it was about is gone"
    assert it.model.asked == []
