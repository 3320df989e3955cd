"""What Slack's address answers is told as what it means: to wait, to leave it, or to look what was done."""

from collections.abc import AsyncIterator

import pytest
from aiohttp import ClientSession

from adapters.slack.arrival import client_for, enter
from adapters.slack.calls import Calls, Denied, Unreachable
from adapters.slack.manifest import manifest
from bot.ports import Doubtful, TryLater
from tests.fakes.pretend_slack import Fault, Workspace, serve


@pytest.fixture
async def pottery() -> AsyncIterator[Workspace]:
    async with serve() as slack:
        workspace = slack.workspace("Pottery")
        workspace.install(slack.app(dict(manifest())), workspace.person("Dana"), into=(workspace.general,))
        yield workspace


async def asked(workspace: Workspace, fault: Fault) -> None:
    async with ClientSession() as session:
        calls = Calls(client_for(workspace.only.token, workspace.slack.api_url, session))
        workspace.slack.faults.plan("chat.postMessage", fault)
        await calls.do("chat.postMessage", channel=workspace.general.id, text="hello")


@pytest.mark.parametrize(
    ("fault", "meaning"),
    [
        (Fault(status=500, text="<html>oh no</html>"), Doubtful),
        (Fault(status=503), Doubtful),
        # A page of something else that is in good order.
        (Fault(status=200, text="<html>Welcome</html>"), Doubtful),
        (Fault(status=200, error="fatal_error"), Doubtful),
        (Fault(status=404, text="not here"), Unreachable),
        (Fault(status=403, text="<html>Forbidden</html>"), Unreachable),
        (Fault(status=200, error="ratelimited"), TryLater),
        (Fault(status=429, retry_after=3), TryLater),
        (Fault(status=200, error="some_new_word"), Denied),
        (Fault(status=400, error="invalid_arguments"), Denied),
        (Fault(hangs_up=True), Doubtful),
    ],
)
async def test_every_answer_has_a_meaning(pottery: Workspace, fault: Fault, meaning: type[Exception]) -> None:
    with pytest.raises(meaning) as told:
        await asked(pottery, fault)
    assert type(told.value) is meaning


async def test_a_token_of_no_workspace_is_refused(
    pottery: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def nothing(*_: object, **__: object) -> dict[str, object]:
        return {"ok": True, "user_id": "U1"}

    monkeypatch.setattr(Calls, "read", nothing)
    async with ClientSession() as session:
        with pytest.raises(Denied, match="of no workspace"):
            await enter(client_for(pottery.only.token, pottery.slack.api_url, session))
