"""Questions go through the outbox: asked once, answered into the inbox, and never twice where in doubt."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from sqlalchemy import select, update

from adapters.model import OpenAIModel
from bot.actions import Action, Answer
from bot.clock import Clock
from bot.engine import Engine
from storage.database import Database
from storage.tables import ModelCall, Outgoing, table
from tests.core.waiting import until
from tests.fakes.pretend_model import KEY, Manner, PretendModel, answers, hangs, pretend_model, status
from tests.fakes.sender import PretendSender
from tests.features.world import SETTINGS, Community, ada
from tests.model.asked import sets_up
from tests.model.test_rewrite import DRAFT, GOOD

_outgoing, _call = table(Outgoing), table(ModelCall)


@asynccontextmanager
async def running(
    database: Database, manner: Manner, patience_s: float = 5
) -> AsyncIterator[tuple[PretendSender, PretendModel]]:
    """Run Hearth with a model on what is in a database."""
    sender = PretendSender()
    async with pretend_model(manner) as served:
        model = OpenAIModel(KEY, served.address, patience_s)
        engine = Engine(database, {"sandbox": sender}, Clock(), model=model)
        engine.start()
        try:
            yield sender, served
        finally:
            await engine.stop()
            await model.close()


def tries_a_draft(database: Database) -> None:
    """Have somebody try a draft now, so that a model is to be asked."""
    community = Community(database, {**SETTINGS, "model": "rewrite"}, since=Clock().now())
    community.joins("bob")
    sets_up(community)
    community.commands(f"check {DRAFT}", by=ada, channel="general")


def states(database: Database) -> list[tuple[str, str]]:
    """Return what became of the questions: of the action, and of the row."""
    with database.reading() as tx:
        actions = [row.state for row in tx.rows(select(_outgoing.c.state).where(_outgoing.c.kind == "ask"))]
        calls = [row.state for row in tx.rows(select(_call.c.state))]
    return list(zip(actions, calls, strict=True))


def offered(sent: list[Action]) -> list[str]:
    return [
        action.card.text for action in sent if isinstance(action, Answer) and action.key[:8] == "rewrite:"
    ]


async def test_a_question_is_asked_once_and_its_answer_acted_on(database: Database) -> None:
    tries_a_draft(database)
    async with running(database, answers({"text": GOOD})) as (sender, model):
        await until(lambda: offered(sender.sent) != [])

    assert len(model.asked) == 1
    assert states(database) == [("sent", "answered")]


async def test_a_model_that_does_not_answer_in_time_is_not_asked_again(database: Database) -> None:
    tries_a_draft(database)
    async with running(database, hangs(), patience_s=0.05) as (sender, model):
        await until(lambda: states(database) == [("left", "failed")])

    assert len(model.asked) == 1
    assert offered(sender.sent) == []


async def test_a_busy_model_is_asked_again(database: Database) -> None:
    tries_a_draft(database)
    async with running(database, answers({"text": GOOD})) as (sender, model):
        model.then.append(status(429, retry_after="0"))
        await until(lambda: offered(sender.sent) != [])

    assert len(model.asked) == 2


async def test_what_a_process_that_is_gone_was_asking_is_not_asked_again(database: Database) -> None:
    tries_a_draft(database)
    with database.transaction() as tx:
        gone = {"state": "sending", "claimed_by": "gone", "claimed_until": Clock().now()}
        tx.run(update(_outgoing).where(_outgoing.c.kind == "ask").values(**gone))
    async with running(database, answers({"text": GOOD})) as (_, model):
        await until(lambda: states(database) == [("left", "failed")])

    assert model.asked == []


async def test_where_there_is_no_model_any_more_everything_goes_on(database: Database) -> None:
    tries_a_draft(database)
    engine = Engine(database, {"sandbox": PretendSender()}, Clock())
    engine.start()
    try:
        await until(lambda: states(database) == [("left", "failed")])
    finally:
        await engine.stop()
