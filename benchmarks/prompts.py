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
from bot.language.cited import FEWEST_SENTENCES, enough, standing
from bot.language.orders import speaks_to_a_model
from bot.language.quoted import names_an_answer
from bot.language.redaction import Hiding, put_back
from bot.language.rewrites import passes, sounds_like_selling, why_not
from bot.language.salesy import DEFAULT_THRESHOLD, judge
from bot.ports import Doubtful, LanguageModel, Refused, Reply, TryLater, Wanted
from bot.settings import from_environment
from prompts import PROMPTS

CASES = Path(__file__).with_name("prompt_cases.jsonl")
LIES = Path(__file__).with_name("prompt_lies.jsonl")
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
        said, hidden = _as_asked(name, case["said"])
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
        _count(name, said, answer, case.get("right"), measured, hidden)
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


def _as_asked(name: str, said: Mapping[str, Any]) -> tuple[dict[str, Any], Mapping[str, str]]:
    """Return what is said as Hearth says it, without links, orders to a model and such; and what they were.

    A draft comes with what sells in it.
    """
    hiding = Hiding()
    whole = {**said}
    if name == "rewrite":
        signals = sounds_like_selling(judge(said["draft"]))
        whole |= {"reads_like_selling": signals, "voice": Settings().welcome_text}
    for part in ("items", "answers", "after"):
        if part in whole:
            whole[part] = [each for each in whole[part] if not speaks_to_a_model(each["words"])]
    sent: dict[str, Any] = loads(hiding.hide(dumps(whole, ensure_ascii=False)))
    return sent, hiding.hidden


def _count(
    name: str,
    said: Mapping[str, Any],
    answer: Mapping[str, Any],
    right: object,
    measured: Measured,
    hidden: Mapping[str, str],
) -> None:
    match name:
        case "rewrite":
            wrong = _wrong_with(said["draft"], answer["text"].strip(), hidden)
            is_right, problem = wrong is None, wrong or ""
        case "digest":
            is_right, problem = _stands(name, said, answer, measured), "too little stood"
        case "answer" if right is None:
            is_right, problem = _stands(name, said, answer, measured), "too little stood"
        case "answered" if right is not None:
            after = {each["number"]: each["words"] for each in said["after"]}
            is_right = answer["number"] == right and names_an_answer(answer["number"], answer["quote"], after)
            problem = "another answer, or a quote that is not in it"
        case _:
            is_right = next(iter(answer.values())) == right
            problem = "another answer"
    measured.right += is_right
    if not is_right:
        measured.problems[problem] += 1


def _stands(name: str, said: Mapping[str, Any], answer: Mapping[str, Any], measured: Measured) -> bool:
    """Count the sentences that stand; return whether they are enough to be shown."""
    written = len(answer["sentences"])
    stood = stood_of(name, said, answer)
    measured.stood += stood
    measured.written += written
    return enough(stood, written, FEWEST_SENTENCES if name == "digest" else 1)


def stood_of(name: str, said: Mapping[str, Any], answer: Mapping[str, Any]) -> int:
    """Return how many sentences of a digest or a draft stand, as Hearth checks them."""
    items = {each["number"]: each["words"] for each in said["items" if name == "digest" else "answers"]}
    sentences = [(each["text"], each["cites"]) for each in answer["sentences"]]
    return len(standing(sentences, items, PROMPTS[name].words, to_do=name == "answer"))


def _wrong_with(draft: str, text: str, hidden: Mapping[str, str]) -> str | None:
    wrong = why_not(draft, text, PROMPTS["rewrite"].words)
    whole = put_back(text, hidden)
    if wrong is not None or whole is None:
        return wrong or "it names what was not in the draft"
    return None if passes(whole, DEFAULT_THRESHOLD) is not None else "it still reads like selling"


def checked(cases: Sequence[Mapping[str, Any]]) -> tuple[Rate, Rate]:
    """Return how many labelled lies the checks let fall, and how many true sentences they let stand.

    A case is what was `said`, a `line` that a model may write of all of it, and whether it is `true`.
    """
    found: dict[bool, list[bool]] = {True: [], False: []}
    for case in cases:
        name = case["prompt"]
        part = "items" if name == "digest" else "answers"
        numbered = [{"number": number, "words": words} for number, words in enumerate(case["said"], 1)]
        cites = [each["number"] for each in numbered]
        answer = {"sentences": [{"text": case["line"], "cites": cites}]}
        found[case["true"]].append(stood_of(name, {part: numbered}, answer) == 1)
    lies = found[False]
    return Rate(len(lies) - sum(lies), len(lies)), Rate(sum(found[True]), len(found[True]))


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--cases", type=Path, default=CASES)
    parser.add_argument("--price-in", type=float, default=0.0)
    parser.add_argument("--price-out", type=float, default=0.0)
    parser.add_argument("--json", type=Path)
    given = parser.parse_args(arguments)
    fell, stood = checked(list(read_rows(LIES)))
    show(
        "What the checks make of made-up sentences",
        ("lies that fell", "true ones that stood"),
        [(fell, stood)],
    )
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
