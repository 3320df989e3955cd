"""What Hearth hears in Slack: all of it, once, from Slack alone, whatever the line does."""

import asyncio
import random
from datetime import timedelta
from types import SimpleNamespace

import pytest

from adapters.slack import calls, connection
from storage.tables import Capability, Message, Reaction
from tests.fakes.pretend_slack import rate_limited
from tests.fakes.pretend_slack.limits import LIMITED_HISTORY_PAGE
from tests.fakes.slack_hearth import SlackHearth, slack_hearth

QUESTION = "How do I export my glaze recipes to CSV?"


def heard(hearth: SlackHearth) -> list[str]:
    """Return what is kept of what was said in #help, in order."""
    rows = [row for row in hearth.rows(Message) if row.channel == hearth.help.id and row.deleted_at is None]
    return [row.text for row in sorted(rows, key=lambda row: row.posted_at)]


async def test_what_is_told_twice_and_in_any_order_is_kept_once(hearth: SlackHearth) -> None:
    sam = hearth.workspace.arrives("Sam", joins=(hearth.help,))
    await hearth.slack.settled()
    deliveries = hearth.slack.deliveries(hearth.installation.app)
    deliveries.hold()
    first = sam.says(hearth.help, "first")
    sam.says(hearth.help, "under it", thread=first)
    second = sam.says(hearth.help, "seccond")
    sam.edits(second, "second")
    gone = sam.says(hearth.help, "gone")
    sam.reacts(first, "wave")
    sam.deletes(gone)
    deliveries.release(shuffled=random.Random(3), twice=True)
    await hearth.slack.settled()
    # The same event_id once more, long after.
    await deliveries.again(deliveries.log[-1]).over.wait()

    assert heard(hearth) == ["first", "under it", "second"]
    assert len(hearth.rows(Reaction)) == 1
    assert all(delivery.acked_at for delivery in deliveries.log)


async def test_only_slack_is_listened_to(sqlite_url: str) -> None:
    async with slack_hearth(sqlite_url, by_socket=False) as hearth:
        await hearth.start()
        sam = hearth.workspace.arrives("Sam", joins=(hearth.help,))
        sam.says(hearth.help, "true")
        await hearth.slack.settled()
        requests = hearth.slack.requests(hearth.installation.app)
        body = hearth.slack.deliveries(hearth.installation.app).log[-1].body
        forged = {
            **body,
            "event_id": "Ev0FORGED",
            "event": {**body["event"], "ts": "1.000001", "text": "false"},
        }
        elsewhere = {**forged, "team_id": "T0ELSEWHERE", "authorizations": []}

        async def answered(told: dict[str, object], **signature: object) -> object:
            written = requests.written("events_api", told)
            headers = requests.signature(written, **signature) if signature else {}  # type: ignore[arg-type]
            return (await requests.send("events_api", written, headers, 3.0, told, signed=False))[0]

        assert await answered(forged) == 401
        assert await answered(forged, secret="another") == 401
        assert await answered(forged, age_s=301) == 401
        assert await answered(forged, age_s=-301) == 401
        assert await answered(elsewhere, age_s=0) == 403
        # A true request that somebody plays again is true, and known.
        assert await answered(body, age_s=0) == 200
        assert heard(hearth) == ["true"]


async def test_words_said_while_it_was_away_are_read_from_history(waiting: SlackHearth) -> None:
    hearth = waiting
    sam = hearth.workspace.person("Sam", joins=(hearth.help,))
    await hearth.start()
    old = sam.says(hearth.help, "before")
    await hearth.slack.settled()
    await hearth.stop()
    deliveries = hearth.slack.deliveries(hearth.installation.app)
    deliveries.lost = True
    hearth.slack.page_most = 2
    for number in range(5):
        sam.says(hearth.help, f"missed {number}")
    sam.says(hearth.help, "missed in a thread", thread=old)
    deliveries.lost = False
    await hearth.start()

    missed = [f"missed {number}" for number in range(5)]
    await hearth.until(lambda: len(heard(hearth)) == 7, "what was missed")
    assert heard(hearth) == ["before", *missed, "missed in a thread"]


async def test_a_limited_history_is_read_patiently(
    waiting: SlackHearth, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One call a minute and 15 messages, as for apps that are sold outside of Slack's marketplace."""
    hearth, waits = waiting, []
    await hearth.start()
    sam = hearth.workspace.arrives("Sam", joins=(hearth.help,))
    sam.says(hearth.help, "before")
    await hearth.slack.settled()
    await hearth.stop()
    deliveries = hearth.slack.deliveries(hearth.installation.app)
    deliveries.lost = True
    for number in range(2 * LIMITED_HISTORY_PAGE):
        sam.says(hearth.help, f"missed {number}")
    deliveries.lost = False
    hearth.slack.limits.limited_history = True

    async def wait(seconds: float) -> None:
        waits.append(seconds)
        hearth.clock.forward(timedelta(seconds=seconds))
        await asyncio.sleep(0)

    # It waits by the story's clock, for which nobody has to wait.
    monkeypatch.setattr(calls, "asyncio", SimpleNamespace(sleep=wait))
    monkeypatch.setattr(calls, "stopwatch", lambda: hearth.clock.now().timestamp())
    await hearth.start()

    await hearth.until(lambda: len(heard(hearth)) == 1 + 2 * LIMITED_HISTORY_PAGE, "what was missed")
    assert any(seconds >= 30 for seconds in waits)
    told = [row.reason for row in hearth.rows(Capability) if row.capability == "history"]
    assert told != []


async def test_a_dropped_socket_comes_back(by_socket: SlackHearth) -> None:
    hearth, sockets = by_socket, by_socket.slack.sockets(by_socket.installation.app)
    sam = hearth.workspace.arrives("Sam", joins=(hearth.help,))
    await hearth.slack.settled()
    hearth.slack.deliveries(hearth.installation.app).retry_after_s = (0.2,) * 100
    sockets.drop()
    sam.says(hearth.help, "did you hear?")
    await hearth.slack.settled()
    await sockets.refresh()
    sam.says(hearth.help, "and now?")
    await hearth.slack.settled()

    assert heard(hearth) == ["did you hear?", "and now?"]
    assert sockets.opened >= 3


@pytest.mark.parametrize("mute", [True, False])
async def test_a_socket_that_looks_alive_and_is_dead_is_noticed(
    waiting: SlackHearth, monkeypatch: pytest.MonkeyPatch, mute: bool
) -> None:
    hearth, app = waiting, waiting.installation.app
    # Shorter than half an hour without a word, and five seconds without an answer to a ping.
    monkeypatch.setattr(connection, "_PING_S", 0.3)
    defaults = connection.Connection.__init__.__kwdefaults__
    assert defaults
    monkeypatch.setitem(defaults, "silent_s", 2.0)
    await hearth.start()
    sam = hearth.workspace.arrives("Sam", joins=(hearth.help,))
    await hearth.slack.settled()
    sockets, deliveries = hearth.slack.sockets(app), hearth.slack.deliveries(app)
    deliveries.patience_s, deliveries.retry_after_s = 0.1, ()
    for dead in sockets.connections:
        dead.mute, dead.deaf = mute, not mute
    sam.says(hearth.help, "is anybody there?")
    await hearth.until(lambda: sockets.opened > 1 and sockets.connections, "a new socket")
    deliveries.patience_s = 3.0

    # Slack gave up on it: it is read from history.
    await hearth.until(lambda: heard(hearth) == ["is anybody there?"], "what was missed")


async def test_it_leaves_where_it_is_removed(hearth: SlackHearth) -> None:
    await hearth.set("managers_channel #managers")
    hearth.workspace.uninstall(hearth.installation)
    await hearth.slack.settled()

    await hearth.until(lambda: hearth.community().ended_at is not None, "the end of the community")
    called = len(hearth.slack.calls)
    await hearth.ticked(quietly=True)
    assert len(hearth.slack.calls) == called


async def test_it_leaves_where_its_tokens_are_revoked(by_socket: SlackHearth) -> None:
    by_socket.workspace.revoke(by_socket.installation)
    await by_socket.slack.settled()

    await by_socket.until(lambda: by_socket.community().ended_at is not None, "the end of the community")


async def test_it_starts_with_fewer_scopes_and_says_which_are_missing(sqlite_url: str) -> None:
    async with slack_hearth(sqlite_url, left_out={"reactions:read", "usergroups:read"}) as hearth:
        await hearth.start()
        status = await hearth.command("status")

        assert "reactions:read" in status.shown
        assert "usergroups:read" in status.shown
        assert "channels:history" not in status.shown


async def test_an_archived_channel_stops_nothing(waiting: SlackHearth) -> None:
    hearth = waiting
    await hearth.start()
    await hearth.set("managers_channel #managers", "welcome_channel #general")
    await hearth.stop()
    hearth.workspace.archive(hearth.workspace.general)
    hearth.slack.faults.plan("conversations.list", rate_limited(1))
    await hearth.start()
    hearth.workspace.arrives("Sam", joins=(hearth.help,))
    await hearth.slack.settled()
    await hearth.until(
        lambda: [row for row in hearth.rows(Capability) if not row.works], "what is in the way of welcomes"
    )
    status = await hearth.command("status")

    assert "archived" in status.shown
