"""The shape of an opinion on what a message says about the product."""

from typing import Literal

from pydantic import BaseModel, ConfigDict


class Kind(BaseModel):
    """What a message says about the product, if anything."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    kind: Literal["bug", "request", "praise", "complaint", "none"]
