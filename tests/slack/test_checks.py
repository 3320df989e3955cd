"""The doctor looks at Slack: tokens, scopes, channels, the way in, and the clock."""

from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from typing import Any

import pytest

from adapters.slack import look_at_slack
from adapters.slack.manifest import manifest
from bot.clock import Clock
from bot.findings import Finding
from bot.settings import Process
from tests.fakes.pretend_slack import HANGS_UP, Workspace, rate_limited, serve


@pytest.fixture
async def pottery() -> AsyncIterator[Workspace]:
    """A workspace with Hearth in #help, and not in #managers."""
    async with serve() as slack:
        workspace = slack.workspace("Pottery")
        help_ = workspace.channel("help")
        workspace.channel("managers")
        dana = workspace.person("Dana", owner=True, admin=True, joins=(help_,))
        workspace.install(slack.app(dict(manifest())), dana, into=(help_,))
        yield workspace


async def looked(workspace: Workspace, now: datetime | None = None, **given: Any) -> dict[str, Finding]:
    installed = workspace.only
    named = {channel.name: channel.id for channel in workspace.channels.values()}
    settings = {
        "slack_bot_token": installed.token,
        "slack_app_token": installed.app.app_token,
        "slack_api_url": workspace.slack.api_url,
        **given,
    }
    process = Process(_env_file=None, **settings)
    channels = {
        f"slack:{workspace.id}": [("managers channel", named["managers"]), ("welcome channel", named["help"])]
    }
    found = look_at_slack(process, now or Clock().now(), channels, None)
    return {each.about: each async for each in found}


async def test_all_is_well_but_where_hearth_is_not_in_a_channel(pottery: Workspace) -> None:
    found = await looked(pottery)

    assert found["slack"].said == f"Hearth is in Pottery ({pottery.id})."
    assert {name for name, each in found.items() if each.state != "fine"} == {"managers channel"}
    assert found["managers channel"].said.startswith("#managers does not have Hearth in it")


async def test_where_hearth_may_not_post_is_said(pottery: Workspace) -> None:
    help_, managers = (
        next(c for c in pottery.channels.values() if c.name == n) for n in ("help", "managers")
    )
    managers.members.append(pottery.only.bot.id)
    help_.read_only, managers.archived = True, True
    found = await looked(pottery)

    assert found["welcome channel"].said.startswith("#help lets only those post who are named there")
    assert found["managers channel"].said.startswith("#managers is archived")


async def test_a_channel_that_cannot_be_looked_at_is_not_called_wrong(pottery: Workspace) -> None:
    pottery.slack.faults.plan("conversations.list", rate_limited(30))
    listed_not = await looked(pottery)
    pottery.slack.faults.plan("conversations.info", rate_limited(30))
    asked_not = await looked(pottery)

    assert listed_not["channels"].said.startswith("Not all could be looked at")
    assert listed_not["welcome channel"].state == "fine"
    assert listed_not["managers channel"].said.startswith("#managers does not have Hearth in it")
    assert {asked_not[name].state for name in ("welcome channel", "managers channel")} == {"look"}
    assert "could not be looked at" in asked_not["welcome channel"].said


async def test_a_missing_scope_is_named_with_what_it_is_for(pottery: Workspace) -> None:
    pottery.only.scopes -= {"reactions:write", "users:read"}
    found = await looked(pottery)

    assert found["scope reactions:write"].state == "look"
    assert found["scope users:read"].state == "wrong"
    assert "nobody is welcomed" in found["scope users:read"].said


@pytest.mark.parametrize(("minutes", "state"), [(0, "fine"), (2, "look"), (-2, "look"), (10, "wrong")])
async def test_a_clock_that_is_off_is_seen(pottery: Workspace, minutes: int, state: str) -> None:
    found = await looked(pottery, Clock().now() + timedelta(minutes=minutes))

    assert found["slack's clock"].state == state


async def test_tokens_that_are_wrong_are_said_to_be(pottery: Workspace) -> None:
    bad = await looked(pottery, slack_bot_token="xoxb-nothing-of-the-kind")
    bad_app = await looked(pottery, slack_app_token="xapp-nothing-of-the-kind")

    assert bad["SLACK_BOT_TOKEN"].state == "wrong"
    assert "slack" not in bad
    assert bad_app["SLACK_APP_TOKEN"].state == "wrong"


async def test_without_a_way_in_nothing_can_be_heard(pottery: Workspace) -> None:
    assert (await looked(pottery, slack_app_token=None))["way in"].state == "wrong"
    by_requests = await looked(pottery, slack_app_token=None, slack_signing_secret="of-the-app")
    assert by_requests["way in"].state == "fine"


async def test_a_slack_that_does_not_answer_is_wrong(pottery: Workspace) -> None:
    pottery.slack.faults.plan("auth.test", HANGS_UP)

    assert (await looked(pottery))["slack"].state == "wrong"
