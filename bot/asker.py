"""Asks a language model what communities ask it: few at once, in time, and not while it keeps failing."""

import asyncio
from collections.abc import Mapping
from datetime import timedelta
from json import loads
from typing import Any

from pydantic import BaseModel
from sqlalchemy import Row, bindparam, select

from bot.actions import Ask
from bot.asking import may_still_send
from bot.clock import Clock, stopwatch
from bot.logs import named, short
from bot.metrics import Metrics
from bot.ports import Doubtful, Judgement, LanguageModel, Refused, Reply, TryLater, Wanted
from prompts import Prompt, prompt_called
from storage.database import Database
from storage.tables import ModelCall, table

log = named(__name__)

# So many questions are under way at once, of all communities.
MOST_AT_ONCE = 4
_AGAIN_S = 3.0
# After so many times in a row that it was not to be reached, took too long or would not look at what it was
# asked, it is left alone for a while.
MOST_FAILURES = 5
REST_S = 120.0

_call = table(ModelCall)
_CALL = select(_call).where(
    _call.c.community == bindparam("in_community"), _call.c.key == bindparam("with_key")
)
_SAME = (
    select(_call.c.answer)
    .where(
        _call.c.community == bindparam("in_community"),
        _call.c.question == bindparam("of_question"),
        _call.c.answer != "",
    )
    .order_by(_call.c.asked_at.desc(), _call.c.key)
    .limit(1)
)


class Asker:
    """The `Asks` of a running Hearth."""

    def __init__(
        self, database: Database, model: LanguageModel, clock: Clock, metrics: Metrics | None = None
    ) -> None:
        self._database = database
        self._model = model
        self._clock = clock
        self._metrics = metrics or Metrics()
        self._under_way = 0
        self._failures = 0
        self._rests_until: float | None = None

    async def ask(self, action: Ask) -> Judgement:
        """Ask, and return what came of it, whatever that is. Raises TryLater."""
        call, known, still = await asyncio.to_thread(self._look, action)
        if call is None or not call.sent:
            return Judgement(reason="what it was about is gone")
        if not still:
            return Judgement(reason="it is not wanted any more")
        prompt = prompt_called(call.prompt)
        if prompt is None:
            return Judgement(reason="it was asked by another version of Hearth")
        if known:
            judgement = Judgement(answer=known, reason="the same was asked before")
            return self._told(action, "known", judgement)
        if self._clock.now() > action.until:
            return self._told(action, "failed", Judgement(reason="it took too long to be asked"))
        rest = 0.0 if self._rests_until is None else self._rests_until - stopwatch()
        if rest > 0:
            return self._later(action, TryLater("the model failed several times in a row", rest))
        # After a rest one question tries it.
        if self._under_way >= (MOST_AT_ONCE if self._rests_until is None else 1):
            raise TryLater("the model is asked other things", _AGAIN_S)
        self._under_way += 1
        try:
            return await self._ask(action, call, prompt)
        finally:
            self._under_way -= 1

    def _look(self, action: Ask) -> tuple[Row[Any] | None, str, bool]:
        """Return the question, what was answered to the same one before, and whether it may leave yet."""
        with self._database.reading() as tx:
            call = tx.row(_CALL, in_community=action.community, with_key=action.key)
            if call is None:
                return None, "", False
            same = tx.row(_SAME, in_community=action.community, of_question=call.question)
            return call, same.answer if same is not None else "", may_still_send(tx, call)

    async def _ask(self, action: Ask, call: Row[Any], prompt: Prompt) -> Judgement:
        wanted = Wanted(call.model, prompt.words, call.sent, prompt.name, prompt.schema, prompt.most)
        begun = stopwatch()
        try:
            reply = await self._model.answer(wanted)
        except TryLater as later:
            self._failed()
            return self._later(action, later)
        except Refused as refused:
            self._failed()
            return self._told(action, "failed", Judgement(reason=str(refused)))
        except Doubtful as doubt:
            self._failed()
            judgement = Judgement("", str(doubt), None, None, stopwatch() - begun)
            return self._told(action, "failed", judgement)
        if reply.refused:
            self._failed()
        else:
            # Whatever it says, and though it is of no use, it is there.
            self._failures, self._rests_until = 0, None
        judgement = judgement_of(reply, prompt.shape, stopwatch() - begun)
        return self._told(action, "answered" if judgement.answer else "failed", judgement)

    def _later(self, action: Ask, later: TryLater) -> Judgement:
        """Have it asked later. Raises TryLater while an answer would still be of use."""
        if self._clock.now() + timedelta(seconds=later.after) > action.until:
            return self._told(action, "failed", Judgement(reason=str(later)))
        raise later

    def _told(self, action: Ask, outcome: str, judgement: Judgement) -> Judgement:
        self._metrics.judged(action.purpose, outcome, judgement)
        if outcome == "failed":
            log.warning(
                "model_not_answered",
                community=action.community,
                key=short(action.key),
                purpose=action.purpose,
                reason=judgement.reason,
            )
        return judgement

    def _failed(self) -> None:
        self._failures += 1
        if self._failures >= MOST_FAILURES:
            self._rests_until = stopwatch() + REST_S
            log.warning("model_rests", seconds=REST_S)


def judgement_of(reply: Reply, shape: type[BaseModel], took_s: float) -> Judgement:
    """Return an answer in its shape, or why it is none."""
    cost: Mapping[str, Any] = {
        "tokens_in": reply.tokens_in,
        "tokens_out": reply.tokens_out,
        "took_s": took_s,
    }
    if reply.problem:
        return Judgement(reason=reply.problem, **cost)
    try:
        found = shape.model_validate(_json_in(reply.text), strict=True)
    except (ValueError, RecursionError):
        return Judgement(reason="it answered in another shape than was asked for", **cost)
    return Judgement(answer=found.model_dump_json(), **cost)


def _json_in(text: str) -> object:
    """Return the JSON of an answer, which some models put between other words. Raises ValueError."""
    start, end = text.find("{"), text.rfind("}")
    return loads(text[start : end + 1] if 0 <= start < end else text)
