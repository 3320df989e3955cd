"""A community with a language model: what is asked goes to a server on a loopback port, and comes back."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import datetime

from sqlalchemy import select

from adapters.model import OpenAIModel
from bot.actions import Ask
from bot.asker import Asker
from bot.asking import SetUp
from bot.clock import Clock
from bot.events import Judged
from bot.installation import settle_in
from bot.ports import Judgement, TryLater
from storage.tables import ModelCall, table
from tests.fakes.pretend_model import KEY, Manner, PretendModel, pretend_model
from tests.features.world import HOME, Community

MODELS = {"digest": "large", "rewrite": "large", "answer": "large", "opinion": "small"}


class _ClockOf(Clock):
    """Tells the time of a community."""

    def __init__(self, community: Community) -> None:
        super().__init__()
        self._community = community

    def now(self) -> datetime:
        return self._community.now


class WithModel:
    """A community whose questions are asked whenever a test says so."""

    def __init__(self, community: Community, model: PretendModel, sdk: OpenAIModel) -> None:
        self.community = community
        self.model = model
        self.asker = Asker(community.database, sdk, _ClockOf(community))
        self._done: set[str] = set()

    async def answers(self, meanwhile: Callable[[], object] = lambda: None) -> list[Judgement]:
        """Have what was asked answered; return what came of each. What is `meanwhile` comes first."""
        found: list[Judgement] = []
        for action in self.community.actions():
            if isinstance(action, Ask) and action.key not in self._done:
                try:
                    judgement = await self.asker.ask(action)
                except TryLater:
                    continue
                self._done.add(action.key)
                found.append(judgement)
                meanwhile()
                self.community.receives(
                    Judged(
                        id=f"judged:{action.key}",
                        community=HOME,
                        at=self.community.now,
                        key=action.key,
                        answer=judgement.answer,
                        reason=judgement.reason,
                        tokens_in=judgement.tokens_in,
                        tokens_out=judgement.tokens_out,
                        took_s=judgement.took_s,
                    )
                )
        return found

    @property
    def came_of_it(self) -> list[str]:
        """What came of each question, in the order they were asked."""
        call = table(ModelCall)
        with self.community.database.reading() as tx:
            rows = tx.rows(select(call.c.came_of_it).order_by(call.c.asked_at, call.c.key))
        return [row.came_of_it for row in rows]

    def kept(self) -> str:
        """Return all that is kept of questions and answers."""
        with self.community.database.reading() as tx:
            return str([tuple(row) for row in tx.rows(select(table(ModelCall)))])


def sets_up(community: Community, tokens: int = 1_000_000) -> None:
    """Give a community's Hearth a language model."""
    settle_in(community.database, "https://hearth.example.com", SetUp(MODELS, tokens))


@asynccontextmanager
async def with_model(community: Community, usual: Manner) -> AsyncIterator[WithModel]:
    """Serve a model, and have the community ask it."""
    sets_up(community)
    async with pretend_model(usual) as served:
        sdk = OpenAIModel(KEY, served.address, 5)
        yield WithModel(community, served, sdk)
        await sdk.close()
