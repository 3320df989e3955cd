"""The benchmark of prompts counts what is right, what stands the checks, and what it took."""

import json
from collections.abc import Mapping
from typing import Any

import pytest

from adapters.model import OpenAIModel
from benchmarks.figures import read_rows
from benchmarks.prompts import CASES, LIES, PURPOSES, checked, main, measure
from bot.language.salesy import judge
from prompts import PROMPTS
from tests.fakes.pretend_model import KEY, Question, answers, pretend_model, says

ROWS = list(read_rows(CASES))
MODELS = dict.fromkeys(PURPOSES.values(), "pretend")


def as_labelled(question: Question) -> Any:
    """Answer as the labels have it, write what rests on the items, and sell all the same."""
    said = question.data
    right: Mapping[str, Any] = {
        json.dumps(row["said"], ensure_ascii=False): row["right"] for row in ROWS if row["right"] is not None
    }
    label = right.get(question.said)
    match question.shape:
        case "digest":
            return {
                "sentences": [
                    {"text": f"Somebody said: {item['words']}", "cites": [item["number"]]}
                    for item in said["items"]
                ]
            }
        case "answer":
            return {
                "sentences": [
                    {"text": each["words"], "cites": [each["number"]]}
                    for each in (said["answers"] if label is None else ())
                ]
            }
        case "rewrite":
            return {"text": said["draft"]}
        case "question":
            return {"wants_an_answer": label is True}
        case "answered":
            words = {each["number"]: each["words"] for each in said["after"]}
            return {"number": label, "quote": words.get(label, "")}
        case _:
            return {"kind": label or "none"}


async def test_what_is_right_is_counted() -> None:
    async with pretend_model(answers(as_labelled)) as served:
        model = OpenAIModel(KEY, served.address, 20)
        found = await measure(model, MODELS, ROWS)
        await model.close()

    assert found.keys() == PROMPTS.keys()
    for name in ("question", "answered", "feedback", "digest", "answer"):
        assert (found[name].right, found[name].problems) == (found[name].cases, {}), name
    assert found["rewrite"].right == 0
    assert found["rewrite"].problems["it still reads like selling"] == found["rewrite"].cases
    assert found["digest"].stood == found["digest"].written > 0
    assert found["question"].tokens_in == 100 * found["question"].cases


async def test_what_is_no_answer_is_counted_too() -> None:
    async with pretend_model(says("no")) as served:
        model = OpenAIModel(KEY, served.address, 20)
        found = await measure(model, MODELS, ROWS[:2])
        await model.close()

    assert found["question"].problems == {"another shape": 2}


def test_lies_fall_and_true_sentences_stand() -> None:
    for rate in checked(list(read_rows(LIES))):
        assert rate.hits == rate.of > 0


async def test_a_number_without_a_quote_from_its_message_is_no_answer() -> None:
    rows = [row for row in ROWS if row["prompt"] == "answered" and row["right"] is not None][:1]
    said = answers({"number": rows[0]["right"], "quote": "what nobody said"})
    async with pretend_model(said) as served:
        model = OpenAIModel(KEY, served.address, 20)
        found = await measure(model, MODELS, rows)
        await model.close()

    assert found["answered"].right == 0


def test_every_prompt_has_cases_and_every_draft_sells() -> None:
    assert {row["prompt"] for row in ROWS} == PROMPTS.keys()
    assert all(judge(row["said"]["draft"]).verdict == "salesy" for row in ROWS if row["prompt"] == "rewrite")


def test_without_a_model_it_says_so() -> None:
    with pytest.raises(SystemExit, match="OPENAI_API_KEY"):
        main([])
