"""The shape of a digest's prose."""

from pydantic import BaseModel, ConfigDict


class Sentence(BaseModel):
    """A sentence, and the numbers of the items that it rests on."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    text: str
    cites: list[int]


class Prose(BaseModel):
    """A few sentences, in order."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    sentences: list[Sentence]
