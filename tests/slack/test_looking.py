"""A post of which nobody knows whether it arrived is looked for, however slowly Slack lets it be."""

from datetime import timedelta
from types import SimpleNamespace
from typing import Any, cast

import pytest
from aiohttp import ClientSession

from adapters.slack.arrival import client_for, enter
from adapters.slack.directory import Directory
from adapters.slack.manifest import manifest
from adapters.slack.sender import SlackSender
from adapters.slack.workspace import Workspace
from bot.actions import Post
from bot.cards import Card
from bot.ports import Sent, TryLater
from tests.fakes.pretend_slack import serve

WANTED = Post(key="flag:1", community="slack:T1", channel="C1", card=Card(text="A question waits"))


class Slow:
    """Lets every other request through, and gives a few messages a page."""

    def __init__(self, pages: list[list[dict[str, Any]]]) -> None:
        self._pages = pages
        self.asked: list[str] = []

    async def read(self, method: str, *, cursor: str = "0", **_: Any) -> dict[str, Any]:
        self.asked.append(cursor)
        if len(self.asked) % 2 == 0:
            raise TryLater("Slack asks to wait.", 60.0)
        last = int(cursor) + 1 == len(self._pages)
        return {
            "messages": self._pages[int(cursor)],
            "response_metadata": {"next_cursor": "" if last else str(int(cursor) + 1)},
        }


def own(ts: str, key: str) -> dict[str, Any]:
    metadata = {"event_type": "hearth_action", "event_payload": {"key": key}}
    return {"ts": ts, "bot_id": "BHEARTH", "user": "UHEARTH", "metadata": metadata}


async def looked_for(slow: Slow) -> Sent | None:
    """Look as often as it is asked to wait."""
    directory = Directory("slack:T1", "UHEARTH", "BHEARTH")
    workspace = cast(Workspace, SimpleNamespace(community="slack:T1", calls=slow, directory=directory))
    sender = SlackSender(lambda _: workspace, lambda _: False, cast(Any, None))
    for _ in range(60):
        try:
            return await sender.find(WANTED)
        except TryLater:
            continue
    pytest.fail("it is still being looked for")


async def test_looking_goes_on_where_it_had_to_stop() -> None:
    slow = Slow([[own("9", "other")], [own("8", "other")], [own("7", "flag:1")]])

    assert await looked_for(slow) == Sent("7")
    assert slow.asked == ["0", "1", "1", "2", "2"]


async def test_only_what_is_nowhere_is_taken_for_not_posted() -> None:
    others = [[own(str(100 - page), "other")] for page in range(25)]

    assert await looked_for(Slow([*others, [own("7", "flag:1")]])) == Sent("7")
    slow = Slow(others)
    assert await looked_for(slow) is None
    assert slow.asked[-1] == "24"


async def test_in_a_long_thread_it_is_looked_for_from_when_it_was_decided() -> None:
    async with serve() as slack, ClientSession() as session:
        workspace = slack.workspace("Pottery")
        dana = workspace.person("Dana", owner=True)
        workspace.install(slack.app(dict(manifest())), dana, into=(workspace.general,))
        begun = dana.says(workspace.general, "a long thread")
        for number in range(60):
            dana.says(workspace.general, f"reply {number}", thread=begun)
        slack.clock.forward(timedelta(hours=1))
        decided = slack.clock.now()
        dana.says(workspace.general, "one more", thread=begun)
        entered = await enter(client_for(workspace.only.token, slack.api_url, session))

        async def told(*_: object) -> None:
            """Whether it may post there is known."""

        sender = SlackSender(lambda _: entered, lambda _: False, told)
        post = WANTED.model_copy(update={"channel": workspace.general.id, "thread": begun.ts})
        sent = await sender.send(post)
        dana.says(workspace.general, "and another", thread=begun)
        # A page for two: from its beginning the thread is longer than anybody looks.
        slack.page_most = 2

        assert await sender.find(post, decided) == sent
        assert len(slack.called("conversations.replies")) <= 2
        flat = await sender.send(WANTED.model_copy(update={"key": "flat", "channel": workspace.general.id}))
        wanted = WANTED.model_copy(update={"key": "flat", "channel": workspace.general.id})
        assert await sender.find(wanted, decided) == flat
        assert await sender.find(wanted, decided + timedelta(hours=1)) is None
