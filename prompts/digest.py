"""The shape of a digest's prose."""

from collections.abc import Sized
from typing import Annotated, TypeVar

from pydantic import AfterValidator, BaseModel, ConfigDict

# More is no summary, and takes its time to be checked. The words of the prompts say so too; the schema that
# is sent does not, since servers differ in what bounds they know.
MOST_SENTENCES, MOST_CITES, LONGEST = 12, 20, 400

_Sized = TypeVar("_Sized", bound=Sized)


def at_most(most: int) -> AfterValidator:
    """Return what refuses a text or a list that is longer."""

    def check(value: _Sized) -> _Sized:
        if len(value) > most:
            raise ValueError(f"it is longer than {most}")
        return value

    return AfterValidator(check)


class Sentence(BaseModel):
    """A sentence, and the numbers of the items that it rests on."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    text: Annotated[str, at_most(LONGEST)]
    cites: Annotated[list[int], at_most(MOST_CITES)]


class Prose(BaseModel):
    """A few sentences, in order."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    sentences: Annotated[list[Sentence], at_most(MOST_SENTENCES)]
