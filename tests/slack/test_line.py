"""A line that is lost is asked for again, at once and then ever more rarely."""

import logging
from types import SimpleNamespace

import pytest
from aiohttp import ClientSession
from slack_bolt.async_app import AsyncApp
from slack_sdk.errors import SlackApiError

from adapters.slack import line
from adapters.slack.arrival import client_for
from adapters.slack.manifest import manifest
from tests.fakes.pretend_slack import Fault, serve


async def test_addresses_are_asked_for_ever_more_rarely_until_a_line_is_good(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    waited: list[float] = []
    now = 0.0

    async def wait(seconds: float) -> None:
        waited.append(seconds)

    monkeypatch.setattr(line, "asyncio", SimpleNamespace(sleep=wait))
    monkeypatch.setattr(line, "stopwatch", lambda: now)
    monkeypatch.setattr(line, "random", SimpleNamespace(uniform=lambda _, most: most))
    async with serve() as slack, ClientSession() as session:
        app = slack.app(dict(manifest()))
        client = client_for(app.app_token, slack.api_url, session)
        bolt = AsyncApp(token="xoxb-unused", signing_secret="unused")
        there = line.Line(bolt, app.app_token, client, logging.getLogger(__name__), 5.0)
        slack.faults.plan("apps.connections.open", *[Fault(error="internal_error")] * 8)
        for _ in range(8):
            with pytest.raises(SlackApiError):
                await there.issue_new_wss_url()
        assert waited == [0.0, 1.0, 2.0, 4.0, 8.0, 16.0, 32.0, 60.0]

        # An address alone is no line yet.
        assert (await there.issue_new_wss_url()).startswith("ws://")
        await there.issue_new_wss_url()
        assert waited[8:] == [60.0, 60.0]
        there.is_good()
        await there.issue_new_wss_url()
        assert waited[10:] == [0.0]
        # Nor is one of which nothing is known but that it held.
        await there.issue_new_wss_url()
        now = 200.0
        await there.issue_new_wss_url()
        assert waited[11:] == [1.0, 0.0]
        await there.close()  # type: ignore[no-untyped-call]
