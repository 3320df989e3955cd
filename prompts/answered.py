"""The shape of an opinion on whether a question was answered."""

from pydantic import BaseModel, ConfigDict


class Replied(BaseModel):
    """The number of the message that answers, or null; and words of it, letter by letter, that do."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    number: int | None
    quote: str
