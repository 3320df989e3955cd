"""A community for each test of what a language model adds."""

import shutil
from collections.abc import Callable, Iterator
from itertools import count
from pathlib import Path

import pytest
from pydantic import JsonValue

from storage.database import Database
from tests.features.world import SETTINGS, Community

Founds = Callable[..., Community]


@pytest.fixture
def found(tmp_path: Path, sqlite_template: Path, opened: Callable[[str], Database]) -> Iterator[Founds]:
    """Founds communities, each on a database of its own, with what managers set; no feature fails in them."""
    founded: list[Community] = []
    numbers = count()

    def begin(**settings: JsonValue) -> Community:
        path = tmp_path / f"hearth{next(numbers)}.db"
        shutil.copy(sqlite_template, path)
        founded.append(Community(opened(f"sqlite:///{path}"), {**SETTINGS, "model": "all", **settings}))
        return founded[-1]

    yield begin
    for community in founded:
        assert not community.failures()
