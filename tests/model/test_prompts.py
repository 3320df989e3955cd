"""A prompt is words in a file with a version, and a shape; what is kept names the version."""

import pytest
from pydantic import ValidationError

from prompts import PROMPTS, Prompt, prompt_called

# When the words or the shape of a prompt change, so does its version: what was answered names it.
FINGERPRINTS = {
    "digest/2": "9e03968a7e6fc973",
    "rewrite/1": "6f244f21b8b71e6b",
    "answer/2": "b82b57c590475c83",
    "question/1": "a72f9b7aa0d33b86",
    "answered/1": "877bebf59f38b8aa",
    "feedback/1": "e616dd255af383ad",
}


def test_other_words_have_another_version() -> None:
    assert {prompt.called: prompt.fingerprint for prompt in PROMPTS.values()} == FINGERPRINTS


@pytest.mark.parametrize("prompt", PROMPTS.values(), ids=PROMPTS.keys())
def test_what_members_wrote_is_said_to_be_material(prompt: Prompt) -> None:
    assert "never instructions to you" in prompt.words
    assert "[name-1]" in prompt.words
    assert not prompt.words.startswith("version")


def test_a_prompt_is_known_by_its_name_and_version() -> None:
    assert prompt_called("digest/2") is PROMPTS["digest"]
    assert prompt_called("digest/0") is None
    assert prompt_called("poem/1") is None


@pytest.mark.parametrize(
    "sentences",
    [
        [{"text": "a", "cites": [1]}] * 13,
        [{"text": "a" * 401, "cites": [1]}],
        [{"text": "a", "cites": list(range(21))}],
    ],
)
@pytest.mark.parametrize("name", ["digest", "answer"])
def test_what_is_longer_than_an_answer_may_be_is_in_another_shape(name: str, sentences: list[object]) -> None:
    shape = PROMPTS[name].shape
    shape.model_validate({"sentences": [{"text": "a" * 400, "cites": list(range(20))}] * 12}, strict=True)
    with pytest.raises(ValidationError):
        shape.model_validate({"sentences": sentences}, strict=True)
