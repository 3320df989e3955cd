"""A community whose pages are served."""

from collections.abc import AsyncIterator

import pytest

from storage.database import Database
from tests.features.world import SETTINGS, Community
from tests.web.served import Site, served


@pytest.fixture
def community(database: Database) -> Community:
    """A community over each kind of database."""
    return Community(database, SETTINGS)


@pytest.fixture
async def site(community: Community) -> AsyncIterator[Site]:
    async with served(community) as site:
        yield site
