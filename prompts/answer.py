"""The shape of a draft of an answer."""

from pydantic import BaseModel, ConfigDict

from prompts.digest import Sentence


class Draft(BaseModel):
    """What can be said from earlier answers: sentences in order, or none."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    sentences: list[Sentence]
