"""The shape of a draft of an answer."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict

from prompts.digest import MOST_SENTENCES, Sentence, at_most


class Draft(BaseModel):
    """What can be said from earlier answers: sentences in order, or none."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    sentences: Annotated[list[Sentence], at_most(MOST_SENTENCES)]
