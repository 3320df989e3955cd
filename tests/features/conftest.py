"""A community for each test of a feature."""

from collections.abc import Callable, Iterator
from datetime import datetime

import pytest
from pydantic import JsonValue

from storage.database import Database
from tests.features.world import NOON, SETTINGS, Community, Founds


@pytest.fixture
def founds_carelessly(sqlite_url: str, opened: Callable[[str], Database]) -> Founds:
    """Founds the test's community, with what its managers set beside the channels; features may fail."""

    def begin(*, since: datetime = NOON, **settings: JsonValue) -> Community:
        return Community(opened(sqlite_url), {**SETTINGS, **settings}, since=since)

    return begin


@pytest.fixture
def found(founds_carelessly: Founds) -> Iterator[Founds]:
    """Founds the test's community; no feature fails in it."""
    founded: list[Community] = []

    def begin(*, since: datetime = NOON, **settings: JsonValue) -> Community:
        founded.append(founds_carelessly(since=since, **settings))
        return founded[-1]

    yield begin
    for community in founded:
        assert not community.failures()


@pytest.fixture
def community(found: Founds) -> Community:
    """A community whose managers named all its channels."""
    return found()
