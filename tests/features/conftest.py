"""A community for each test of a feature."""

from collections.abc import Callable, Iterator

import pytest
from pydantic import JsonValue

from storage.database import Database
from tests.features.world import SETTINGS, Community, Founds


@pytest.fixture
def founds_carelessly(sqlite_url: str, opened: Callable[[str], Database]) -> Founds:
    """Founds the test's community, with what its managers set beside the channels; features may fail."""
    return lambda **settings: Community(opened(sqlite_url), {**SETTINGS, **settings})


@pytest.fixture
def found(founds_carelessly: Founds) -> Iterator[Founds]:
    """Founds the test's community; no feature fails in it."""
    founded: list[Community] = []

    def begin(**settings: JsonValue) -> Community:
        founded.append(founds_carelessly(**settings))
        return founded[-1]

    yield begin
    for community in founded:
        assert not community.failures()


@pytest.fixture
def community(found: Founds) -> Community:
    """A community whose managers named all its channels."""
    return found()
