"""Pictures that the host for uploads does not take keep no card back."""

from collections.abc import AsyncIterator
from typing import Any

import pytest
from aiohttp import ClientSession

from adapters.slack.arrival import client_for, enter
from adapters.slack.manifest import manifest
from adapters.slack.workspace import Workspace
from bot.cards import Card, Picture
from bot.ports import TryLater
from tests.fakes.pretend_slack import HANGS_UP, UNAVAILABLE, Fault, PretendSlack, serve

PICTURE = Picture(title="Messages", labels=("Mon",), lines=(), alt="12 on Monday")
CARD = Card(text="This week", pictures=(PICTURE,))


@pytest.fixture
async def pottery() -> AsyncIterator[tuple[PretendSlack, Workspace]]:
    """A workspace that Hearth has entered."""
    async with serve() as slack, ClientSession() as session:
        made = slack.workspace("Pottery")
        dana = made.person("Dana", owner=True)
        token = made.install(slack.app(dict(manifest())), dana).token
        yield slack, await enter(client_for(token, slack.api_url, session))


async def test_a_picture_is_uploaded_once_and_by_the_way_of_all_calls(
    pottery: tuple[PretendSlack, Workspace], monkeypatch: pytest.MonkeyPatch
) -> None:
    slack, workspace = pottery
    workspace.calls.client.proxy = slack.address
    post, ways = ClientSession.post, []

    def posted(session: ClientSession, address: str, **more: Any) -> Any:
        ways.append(more["proxy"])
        return post(session, address, **{**more, "proxy": None})

    monkeypatch.setattr(ClientSession, "post", posted)
    first = (await workspace.look(CARD)).files

    assert first == (await workspace.look(CARD)).files != {}
    assert ways == [slack.address]


async def test_words_stand_for_a_picture_that_is_refused(pottery: tuple[PretendSlack, Workspace]) -> None:
    slack, workspace = pottery
    slack.faults.plan("upload", Fault(status=403))

    assert (await workspace.look(CARD)).files == {}


@pytest.mark.parametrize("fault", [HANGS_UP, UNAVAILABLE, Fault(status=429)], ids=["none", "503", "429"])
async def test_a_picture_that_nobody_takes_is_tried_a_few_times(
    pottery: tuple[PretendSlack, Workspace], fault: Fault
) -> None:
    slack, workspace = pottery
    slack.faults.plan("upload", *[fault] * 3)
    for _ in range(2):
        with pytest.raises(TryLater):
            await workspace.look(CARD)

    assert (await workspace.look(CARD)).files == {}
    # The host takes them again.
    assert (await workspace.look(CARD)).files.keys() == {PICTURE}
