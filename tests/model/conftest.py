"""A community for each test of what a language model adds."""

from collections.abc import Callable, Iterator

import pytest
from pydantic import JsonValue

from storage.database import Database
from tests.features.world import SETTINGS, Community

Founds = Callable[..., Community]


@pytest.fixture
def found(sqlite_template: object, sqlite_url: str, opened: Callable[[str], Database]) -> Iterator[Founds]:
    """Founds the test's community, with what its managers set; no feature fails in it."""
    founded: list[Community] = []

    def begin(**settings: JsonValue) -> Community:
        founded.append(Community(opened(sqlite_url), {**SETTINGS, "model": "all", **settings}))
        return founded[-1]

    yield begin
    for community in founded:
        assert not community.failures()
