"""The real SDK against a model on a loopback port that behaves, and misbehaves, as models do."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from adapters.model import OpenAIModel
from bot.ports import Doubtful, Refused, Reply, TryLater, Wanted
from prompts import PROMPTS
from tests.fakes.pretend_model import (
    KEY,
    Manner,
    PretendModel,
    answers,
    body,
    breaks_off,
    drips,
    hangs,
    knows_no,
    packed,
    pretend_model,
    refuses,
    says,
    status,
    stops_in_the_middle,
    wants_limit,
)

ASKS = {"wants_an_answer": True}
PROMPT = PROMPTS["question"]
WANTED = Wanted("small", PROMPT.words, '{"words": "how?"}', PROMPT.name, PROMPT.schema, PROMPT.most)


@asynccontextmanager
async def asked(
    manner: Manner, patience_s: float = 20, key: str = KEY
) -> AsyncIterator[tuple[OpenAIModel, PretendModel]]:
    """Serve a model, and give what asks it."""
    async with pretend_model(manner) as served:
        model = OpenAIModel(key, served.address, patience_s)
        yield model, served
        await model.close()


async def replied(manner: Manner) -> Reply:
    async with asked(manner) as (model, _):
        return await model.answer(WANTED)


async def test_an_answer_comes_in_its_shape_with_what_it_cost() -> None:
    async with asked(answers(ASKS)) as (model, served):
        reply = await model.answer(WANTED)

    assert reply == Reply('{"wants_an_answer": true}', "", 100, 20)
    [question] = served.asked
    assert (question.words, question.said, question.shape) == (PROMPT.words, WANTED.said, "question")
    assert question.body["max_tokens"] == PROMPT.most


@pytest.mark.parametrize("prompt", PROMPTS.values(), ids=PROMPTS.keys())
async def test_every_prompt_has_a_shape_that_strict_servers_take(prompt: object) -> None:
    chosen = PROMPTS[prompt.name]  # type: ignore[attr-defined]  # it is one of them
    async with asked(answers({})) as (model, served):
        await model.answer(Wanted("m", chosen.words, "{}", chosen.name, chosen.schema, chosen.most))

    assert [question.shape for question in served.asked] == [chosen.name]


@pytest.mark.parametrize(
    ("unknown", "way"),
    [(("json_schema",), {"type": "json_object"}), (("json_schema", "json_object"), None)],
)
async def test_a_server_without_schemas_is_asked_more_simply_from_then_on(
    unknown: tuple[str, ...], way: object
) -> None:
    async with asked(knows_no(*unknown, then=answers(ASKS))) as (model, served):
        assert (await model.answer(WANTED)).text
        tries = len(served.asked)
        assert (await model.answer(WANTED)).text

    assert tries == 1 + len(unknown)
    assert len(served.asked) == tries + 1
    assert served.asked[-1].body.get("response_format") == way
    assert '"wants_an_answer"' in served.asked[-1].words


async def test_one_refused_question_does_not_have_others_asked_more_simply() -> None:
    async with asked(status(400)) as (model, served):
        assert await model.answer(WANTED) == Reply("", "it refused the question (400)", 0, 0, refused=True)
        served.usual = answers(ASKS)
        assert (await model.answer(WANTED)).text

    assert served.asked[-1].shape == "question"


@pytest.mark.parametrize(
    ("manner", "problem"),
    [
        (refuses(), "it refused to answer"),
        (stops_in_the_middle(), "it stopped in the middle of its answer"),
        (says(""), "it answered nothing"),
        (says(None), "it answered nothing"),
    ],
)
async def test_an_answer_of_no_use_says_why_and_what_it_cost(manner: Manner, problem: str) -> None:
    assert await replied(manner) == Reply("", problem, 100, 20)


@pytest.mark.parametrize(
    "manner",
    [
        body("<html>welcome</html>", "text/html"),
        body("{not json"),
        body("[]"),
        body('"words"'),
        body("{}"),
        body('{"choices": []}'),
        body('{"choices": "many", "usage": {"prompt_tokens": "all"}}'),
        body('{"choices": [], "usage": {"prompt_tokens": 1' + "0" * 30 + ', "completion_tokens": 1}}'),
        body('{"choices": [], "usage": {"prompt_tokens": 0, "completion_tokens": 0}}'),
        body('{"choices": [{"message": null, "finish_reason": null}], "usage": null}'),
        body('{"choices": [{"message": {"content": {"a": 1}}, "finish_reason": "stop"}]}'),
        body("[" * 100_000),
        body('"' + "a" * 1_000_000 + '"'),
        body("a" * 1_000_001, code=500),
        packed('{"choices": []}'),
    ],
)
async def test_what_is_no_completion_is_an_answer_of_no_use(manner: Manner) -> None:
    reply = await replied(manner)

    assert reply.text == ""
    assert reply.problem
    assert reply.tokens_in is None


@pytest.mark.parametrize(
    ("manner", "after"),
    [
        (status(429, retry_after="7"), 7.0),
        (status(429, retry_after="Wed, 21 Oct 2026 07:28:00 GMT"), 10.0),
        (status(429, retry_after="-3"), 0.0),
        (status(429, retry_after="nan"), 10.0),
        (status(429, retry_after="1e99"), 3_600.0),
        (status(503, retry_after="3"), 3.0),
        (status(529), 10.0),
    ],
)
async def test_a_busy_server_is_asked_again_later(manner: Manner, after: float) -> None:
    async with asked(manner) as (model, served):
        with pytest.raises(TryLater) as later:
            await model.answer(WANTED)

    assert later.value.after == after
    assert len(served.asked) == 1
    assert "SECRET" not in str(later.value)


@pytest.mark.parametrize("manner", [status(408), status(500), status(502), status(504), breaks_off()])
async def test_what_it_may_have_worked_on_is_not_asked_again(manner: Manner) -> None:
    async with asked(manner) as (model, _):
        with pytest.raises(Doubtful):
            await model.answer(WANTED)


@pytest.mark.parametrize("says_which", [True, False])
async def test_a_server_that_knows_another_limit_is_asked_by_that_from_then_on(says_which: bool) -> None:
    async with asked(wants_limit("max_completion_tokens", answers(ASKS), says_which)) as (model, served):
        assert (await model.answer(WANTED)).text
        tries = len(served.asked)
        assert (await model.answer(WANTED)).text

    assert len(served.asked) == tries + 1
    assert served.asked[-1].body["max_completion_tokens"] == PROMPT.most
    assert "max_tokens" not in served.asked[-1].body
    if says_which:
        assert (tries, served.asked[-1].shape) == (2, "question")


async def test_openai_itself_is_asked_by_its_own_limit_under_whatever_address(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async with pretend_model(answers(ASKS)) as served:
        monkeypatch.setattr("adapters.model._OPENAIS", served.address)
        for address in (None, f"{served.address}/"):
            model = OpenAIModel(KEY, address, 5)
            assert (await model.answer(WANTED)).text
            await model.close()

    assert [question.body["max_completion_tokens"] for question in served.asked] == [PROMPT.most] * 2


@pytest.mark.parametrize("code", [402, 403, 404, 405])
async def test_a_server_that_says_no_is_not_asked_again(code: int) -> None:
    async with asked(status(code)) as (model, _):
        with pytest.raises(Refused) as refused:
            await model.answer(WANTED)

    assert "SECRET" not in str(refused.value)


async def test_a_wrong_key_and_an_empty_account_are_said() -> None:
    async with asked(answers(ASKS), key="sk-wrong") as (model, _):
        with pytest.raises(Refused, match="does not take the key"):
            await model.answer(WANTED)
    async with asked(status(429, kind="insufficient_quota")) as (model, _):
        with pytest.raises(Refused, match="no credit"):
            await model.answer(WANTED)


@pytest.mark.parametrize("manner", [hangs(), drips()])
async def test_an_answer_is_waited_for_so_long_and_no_longer(manner: Manner) -> None:
    async with asked(manner, patience_s=0.2) as (model, _):
        with pytest.raises(Doubtful):
            await model.answer(WANTED)


async def test_nobody_there_is_asked_later() -> None:
    async with pretend_model(answers(ASKS)) as served:
        address = served.address
    model = OpenAIModel(KEY, address, 5)
    with pytest.raises(TryLater, match="cannot be reached"):
        await model.answer(WANTED)
    await model.close()


async def test_an_empty_address_is_none(monkeypatch: pytest.MonkeyPatch) -> None:
    async with pretend_model(answers(ASKS)) as served:
        monkeypatch.setattr("adapters.model._OPENAIS", served.address)
        monkeypatch.setenv("OPENAI_BASE_URL", "")
        model = OpenAIModel(KEY, None, 5)
        assert (await model.answer(WANTED)).text
        await model.close()


async def test_a_real_model_is_out_of_reach_of_tests() -> None:
    model = OpenAIModel(KEY, None, 5)
    with pytest.raises(TryLater, match="cannot be reached"):
        await model.answer(WANTED)
    await model.close()
