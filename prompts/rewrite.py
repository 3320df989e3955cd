"""The shape of a draft written anew."""

from pydantic import BaseModel, ConfigDict


class Rewrite(BaseModel):
    """The draft as it could be said to people."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    text: str
