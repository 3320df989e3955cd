"""The shape of an opinion on whether a message asks something."""

from pydantic import BaseModel, ConfigDict


class Asks(BaseModel):
    """Whether somebody wants an answer from others."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    wants_an_answer: bool
