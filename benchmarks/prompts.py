"""How well a language model does what Hearth asks it, and what that costs: labelled cases for every prompt.

    OPENAI_API_KEY=… python -m benchmarks.prompts --price-in 0.25 --price-out 2 --json figures.json

What is asked, and of whom, the environment says, as for Hearth itself. The cases are made up; others may be
given: JSON lines with `prompt`, `said` and, where there is one, the `right` answer. What a model writes is
right where it stands the checks. Prices are those of a million tokens.
"""

import argparse
import asyncio
import sys
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from json import dumps, loads
from pathlib import Path
from statistics import median
from typing import Any

from pydantic import ValidationError

from adapters.model import OpenAIModel
from benchmarks.figures import Rate, read_rows, save, show
from bot.clock import stopwatch
from bot.communities import Settings
from bot.language.cited import standing
from bot.language.redaction import Hiding
from bot.language.rewrites import passes, why_not
from bot.language.salesy import DEFAULT_THRESHOLD, judge
from bot.ports import Doubtful, LanguageModel, Refused, Reply, TryLater, Wanted
from bot.settings import from_environment
from prompts import PROMPTS

CASES = Path(__file__).with_name("prompt_cases.jsonl")
PURPOSES = {
    "digest": "digest",
    "rewrite": "rewrite",
    "answer": "answer",
    "question": "opinion",
    "answered": "opinion",
    "feedback": "opinion",
}
_MOST_TRIES = 4
_MILLION = 1_000_000


@dataclass
class Measured:
    """What came of a prompt's cases: how many were right, why others were none, what it took."""

    right: int = 0
    cases: int = 0
    # Sentences of digests and answers that stood, of those written.
    stood: int = 0
    written: int = 0
    problems: Counter[str] = field(default_factory=Counter)
    tokens_in: int = 0
    tokens_out: int = 0
    seconds: list[float] = field(default_factory=list)


async def measure(
    model: LanguageModel, models: Mapping[str, str], cases: Sequence[Mapping[str, Any]]
) -> dict[str, Measured]:
    """Ask about every case, one after the other; return what came of each prompt's."""
    found: dict[str, Measured] = {}
    for case in cases:
        name = case["prompt"]
        prompt, measured = PROMPTS[name], found.setdefault(name, Measured())
        said = _as_asked(name, case["said"])
        measured.cases += 1
        begun = stopwatch()
        try:
            wanted = Wanted(
                models[PURPOSES[name]],
                prompt.words,
                dumps(said, ensure_ascii=False),
                name,
                prompt.schema,
                prompt.most,
            )
            reply = await _patiently(model, wanted)
        except (TryLater, Refused, Doubtful) as trouble:
            measured.problems[str(trouble)] += 1
            continue
        measured.seconds.append(stopwatch() - begun)
        measured.tokens_in += reply.tokens_in or 0
        measured.tokens_out += reply.tokens_out or 0
        try:
            text = reply.text[reply.text.find("{") : reply.text.rfind("}") + 1]
            answer = prompt.shape.model_validate(loads(text), strict=True).model_dump()
        except (ValueError, ValidationError):
            measured.problems[reply.problem or "another shape"] += 1
            continue
        _count(name, said, answer, case.get("right"), measured)
    return found


async def _patiently(model: LanguageModel, wanted: Wanted) -> Reply:
    for tries in range(_MOST_TRIES):
        try:
            return await model.answer(wanted)
        except TryLater as later:
            if tries + 1 == _MOST_TRIES:
                raise
            await asyncio.sleep(later.after)
    raise AssertionError


def _as_asked(name: str, said: Mapping[str, Any]) -> dict[str, Any]:
    """Return what is said as Hearth says it: links and the like taken out, a draft with what sells in it."""
    hiding = Hiding()
    whole = {**said}
    if name == "rewrite":
        signals = [signal.reason for signal in judge(said["draft"]).signals if signal.weight > 0]
        whole |= {"reads_like_selling": signals[:6], "voice": Settings().welcome_text}
    hidden: dict[str, Any] = loads(hiding.hide(dumps(whole, ensure_ascii=False)))
    return hidden


def _count(
    name: str, said: Mapping[str, Any], answer: Mapping[str, Any], right: object, measured: Measured
) -> None:
    words = PROMPTS[name].words
    match name:
        case "digest":
            items = {item["number"]: item["words"] for item in said["items"]}
            sentences = [(each["text"], each["cites"]) for each in answer["sentences"]]
            stood = len(standing(sentences, items, words))
            measured.stood += stood
            measured.written += len(sentences)
            is_right = stood >= 2 and 2 * stood >= len(sentences)
            problem = "too little stood"
        case "rewrite":
            text = answer["text"].strip()
            wrong = why_not(said["draft"], text, words)
            problem = wrong or "it still reads like selling"
            is_right = wrong is None and passes(text, DEFAULT_THRESHOLD) is not None
        case "answer" if right is None:
            items = {each["number"]: each["words"] for each in said["answers"]}
            sentences = [(each["text"], each["cites"]) for each in answer["sentences"]]
            stood = len(standing(sentences, items, words))
            measured.stood += stood
            measured.written += len(sentences)
            is_right = stood > 0 and 2 * stood >= len(sentences)
            problem = "too little stood"
        case _:
            is_right = next(iter(answer.values())) == right
            problem = "another answer"
    measured.right += is_right
    if not is_right:
        measured.problems[problem] += 1


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--cases", type=Path, default=CASES)
    parser.add_argument("--price-in", type=float, default=0.0)
    parser.add_argument("--price-out", type=float, default=0.0)
    parser.add_argument("--json", type=Path)
    given = parser.parse_args(arguments)
    process = from_environment()
    if not process.models:
        sys.exit(
            "Set OPENAI_API_KEY, or OPENAI_BASE_URL: without a language model there is nothing to measure."
        )
    key = process.openai_api_key
    model = OpenAIModel(
        key.get_secret_value() if key else "none", process.openai_base_url, process.openai_timeout_s
    )

    async def run() -> dict[str, Measured]:
        try:
            return await measure(model, process.models, list(read_rows(given.cases)))
        finally:
            await model.close()

    found = asyncio.run(run())
    rows, figures = [], {}
    for name, measured in found.items():
        cost = (measured.tokens_in * given.price_in + measured.tokens_out * given.price_out) / _MILLION
        middle = median(measured.seconds) if measured.seconds else 0.0
        rows.append(
            (
                PROMPTS[name].called,
                process.models[PURPOSES[name]],
                Rate(measured.right, measured.cases),
                f"{measured.stood}/{measured.written}" if measured.written else "–",
                f"{measured.tokens_in:,} + {measured.tokens_out:,}",
                f"{cost:.4f}",
                f"{middle:.1f}",
                "; ".join(f"{number} × {why}" for why, number in measured.problems.most_common(3)) or "–",
            )
        )
        figures[PROMPTS[name].called] = {
            "model": process.models[PURPOSES[name]],
            "right": measured.right,
            "cases": measured.cases,
            "stood": measured.stood,
            "written": measured.written,
            "tokens_in": measured.tokens_in,
            "tokens_out": measured.tokens_out,
            "cost": cost,
            "median_s": middle,
            "problems": dict(measured.problems),
        }
    head = ("prompt", "model", "right", "stood", "tokens", "cost", "s", "what else")
    show("What Hearth asks a language model", head, rows)
    save(given.json, figures)


if __name__ == "__main__":
    main()
