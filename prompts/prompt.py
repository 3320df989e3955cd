"""The prompts by their names: words and their version from a file, the shape of the answer from a model."""

from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from json import dumps
from pathlib import Path
from types import MappingProxyType
from typing import Any

from pydantic import BaseModel

from prompts.answer import Draft
from prompts.answered import Replied
from prompts.digest import Prose
from prompts.feedback import Kind
from prompts.question import Asks
from prompts.rewrite import Rewrite

_FOLDER = Path(__file__).parent


@dataclass(frozen=True, slots=True)
class Prompt:
    """What is asked, and what an answer has to look like; it may be `most` tokens long."""

    name: str
    version: int
    words: str
    shape: type[BaseModel]
    most: int

    @property
    def called(self) -> str:
        """The name with its version, as it is kept with each answer."""
        return f"{self.name}/{self.version}"

    @property
    def schema(self) -> Mapping[str, Any]:
        """The shape as JSON Schema."""
        return self.shape.model_json_schema()

    @property
    def fingerprint(self) -> str:
        """What is another as soon as the words or the shape are."""
        said = f"{self.words}\n{dumps(self.schema, sort_keys=True)}"
        return sha256(said.encode()).hexdigest()[:16]


def _read(name: str, shape: type[BaseModel], most: int) -> Prompt:
    """Return a prompt as its file has it: the version in the first line, the words after an empty one."""
    first, _, words = (_FOLDER / f"{name}.md").read_text(encoding="utf-8").partition("\n\n")
    return Prompt(name, int(first.removeprefix("version: ")), words.strip(), shape, most)


# A model that thinks before it writes does it within these tokens.
PROMPTS: Mapping[str, Prompt] = MappingProxyType(
    {
        prompt.name: prompt
        for prompt in (
            _read("digest", Prose, 3_000),
            _read("rewrite", Rewrite, 3_000),
            _read("answer", Draft, 3_000),
            _read("question", Asks, 1_000),
            _read("answered", Replied, 1_000),
            _read("feedback", Kind, 1_000),
        )
    }
)


def prompt_called(called: str) -> Prompt | None:
    """Return the prompt of that name and version; None where there is another version by now."""
    prompt = PROMPTS.get(called.partition("/")[0])
    return prompt if prompt is not None and prompt.called == called else None
