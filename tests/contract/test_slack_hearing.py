"""What Hearth hears in Slack: all of it, once, from Slack alone, whatever the line does."""

import asyncio
from collections.abc import Callable
from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from aiohttp import ClientSession

from adapters.slack import calls, connection
from storage.database import Database, DatabaseTrouble
from storage.tables import Capability, Channel, Member, Message
from tests.fakes.browsing import opened
from tests.fakes.pretend_slack import Fault, rate_limited
from tests.fakes.pretend_slack.deliveries import Kind
from tests.fakes.pretend_slack.limits import LIMITED_HISTORY_PAGE
from tests.fakes.slack_hearth import SlackHearth, slack_hearth

QUESTION = "How do I export my glaze recipes to CSV?"


# What Slack notes in a channel, in somebody's name; there is more each year.
NOTICES = (
    "bot_add bot_remove channel_archive channel_convert_to_private channel_join channel_leave channel_name "
    "channel_posting_permissions channel_purpose channel_topic channel_unarchive document_mention "
    "ekm_access_denied file_mention group_archive group_join group_leave group_name group_purpose "
    "group_topic group_unarchive huddle_thread message_replied pinned_item reminder_add sh_room_created "
    "tombstone unpinned_item"
).split()


def heard(hearth: SlackHearth) -> list[str]:
    """Return what is kept of what was said in #help, in order."""
    rows = [row for row in hearth.rows(Message) if row.channel == hearth.help.id and row.deleted_at is None]
    return [row.text for row in sorted(rows, key=lambda row: row.posted_at)]


async def test_what_slack_alone_tells_is_kept_by_requests_too(sqlite_url: str) -> None:
    async with slack_hearth(sqlite_url, by_socket=False) as hearth:
        await hearth.start()
        sam = await hearth.joins("Sam")
        await hearth.heard()
        workspace = hearth.workspace
        hearth.hold()
        first = sam.says(hearth.help, "first")
        sam.says(hearth.help, "for all to see", thread=first, also_to_channel=True)
        sam.says(hearth.help, "with its words", files=("glaze.txt",))
        sam.says(hearth.help, "waves", subtype="me_message")
        workspace.unfurl(sam.says(hearth.help, "see https://example.com"), "An example")
        gone = sam.says(hearth.help, "deleted with replies below")
        sam.says(hearth.help, "below what is gone", thread=gone)
        sam.deletes(gone)
        for notice in NOTICES:
            sam.says(hearth.help, "a notice of Slack's", subtype=notice)
        await hearth.release(seed=5)
        # The same event_id once more, long after.
        deliveries = hearth.slack.deliveries(hearth.installation.app)
        await deliveries.again(deliveries.log[-1]).over.wait()

        said = ["first", "for all to see", "with its words", "waves", "see https://example.com"]
        assert heard(hearth) == [*said, "below what is gone"]
        rows = {row.text: row for row in hearth.rows(Message)}
        assert rows["for all to see"].thread == first.ts
        assert all(delivery.acked_at for delivery in deliveries.log)


async def test_channels_are_known_as_they_are(by_socket: SlackHearth) -> None:
    hearth, workspace = by_socket, by_socket.workspace
    made = workspace.channel("made")
    workspace.rename(hearth.help, "support")
    workspace.rename(hearth.managers, "chiefs")
    old = workspace.channel("old")
    hearth.installation.bot.joins(old)
    workspace.archive(old)
    hearth.installation.bot.leaves(workspace.general)
    await hearth.heard()

    found = {row.id: (row.name, row.private, row.archived, row.heard) for row in hearth.rows(Channel)}
    assert found == {
        made.id: ("made", False, False, False),
        hearth.help.id: ("support", False, False, True),
        hearth.managers.id: ("chiefs", True, False, True),
        old.id: ("old", False, True, True),
        workspace.general.id: ("general", False, False, False),
    }


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

        async def answered(told: dict[str, object], kind: Kind = "events_api", **signature: object) -> object:
            written = requests.written(kind, told)
            headers = requests.signature(written, **signature) if signature else {}  # type: ignore[arg-type]
            return (await requests.send(kind, written, headers, 3.0, told, signed=False))[0]

        assert await answered(forged) == 401
        assert await answered(forged, secret="another") == 401
        assert await answered(forged, age_s=301) == 401
        assert await answered(forged, age_s=-301) == 401
        assert await answered(elsewhere, age_s=0) == 403
        command = {
            "command": "/community",
            "text": "status",
            "team_id": "T0ELSEWHERE",
            "user_id": hearth.dana.id,
            "channel_id": hearth.managers.id,
            "trigger_id": "1.2.3",
        }
        pressed = {
            "type": "block_actions",
            "team": {"id": "T0ELSEWHERE"},
            "user": {"id": hearth.dana.id, "team_id": "T0ELSEWHERE"},
            "actions": [{"type": "button", "action_id": "0:settings.apply", "block_id": "b", "value": "x"}],
            "trigger_id": "1.2.4",
        }
        for told, kind in ((command, "slash_commands"), (pressed, "interactive")):
            assert await answered(told, kind) == 401  # type: ignore[arg-type]
            assert await answered(told, kind, age_s=0) == 403  # type: ignore[arg-type]
        # Before there is anything to tell Slack asks whether somebody listens.
        asked: dict[str, Any] = {
            "type": "url_verification",
            "token": "old",
            "challenge": "3eZbrw1aBm2rZgRNFdxV2595E9CY3gmdALWMmHkvFXO7tYXAYM8P",
        }
        written = requests.written("events_api", asked)
        status, _, text = await requests.send("events_api", written, {}, 3.0, asked)
        assert (status, asked["challenge"] in text) == (200, True)
        assert await answered(asked) == 401
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
    hearth, waits, seen = waiting, [], asyncio.Event()
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
        hearth.clock.forward(timedelta(seconds=seconds))
        if seconds >= 30:
            waits.append(seconds)
        if len(waits) > 1:
            await seen.wait()
        await asyncio.sleep(0)

    # It waits by the story's clock, for which nobody has to wait.
    monkeypatch.setattr(calls, "asyncio", SimpleNamespace(sleep=wait))
    monkeypatch.setattr(calls, "stopwatch", lambda: hearth.clock.now().timestamp())
    await hearth.start()

    await hearth.until(lambda: len(waits) > 1, "that it has to wait")
    assert "15 messages a minute" in off(hearth)["history"]
    seen.set()
    await hearth.until(lambda: len(heard(hearth)) == 1 + 2 * LIMITED_HISTORY_PAGE, "what was missed")
    # What was told while it took so long is over with it.
    await hearth.until(lambda: off(hearth) == {}, "that it is over")
    assert [row.reason for row in hearth.rows(Capability) if row.capability == "history"] == [""]


async def test_a_dropped_socket_comes_back(waiting: SlackHearth, monkeypatch: pytest.MonkeyPatch) -> None:
    # Shorter than five seconds between two looks whether the line still holds.
    monkeypatch.setattr(connection, "_PING_S", 0.3)
    hearth, sockets = waiting, waiting.slack.sockets(waiting.installation.app)
    await hearth.start()
    sam = hearth.workspace.arrives("Sam", joins=(hearth.help,))
    await hearth.slack.settled()
    hearth.slack.deliveries(hearth.installation.app).retry_after_s = (0.2,) * 100
    sockets.drop()
    sam.says(hearth.help, "did you hear?")
    await hearth.slack.settled()
    await sockets.refresh()
    sam.says(hearth.help, "and now?")
    await hearth.slack.settled()

    await sockets.warn()
    sam.says(hearth.help, "all through it?")
    await hearth.slack.settled()

    assert heard(hearth) == ["did you hear?", "and now?", "all through it?"]
    await hearth.until(lambda: sockets.opened >= 4, "as many sockets")


async def test_who_joins_and_what_changes_while_the_socket_is_gone_is_heard_of(
    waiting: SlackHearth, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Shorter than the thirty seconds without a connection after which people are told.
    monkeypatch.setattr(connection, "_PING_S", 0.3)
    monkeypatch.setattr(connection, "_LOST_S", 0.1)
    monkeypatch.setattr(connection, "_LOOK_S", 0.05)
    monkeypatch.setattr(connection, "_ADDRESS_S", 0.1)
    monkeypatch.setattr(connection, "BRIDGED_S", 0.0)
    hearth, deliveries = waiting, waiting.slack.deliveries(waiting.installation.app)
    await hearth.start()
    await hearth.set(managers_channel=hearth.managers, welcome_channel=hearth.general)
    await hearth.heard()
    deliveries.lost = True
    hearth.slack.faults.down = True
    hearth.slack.sockets(hearth.installation.app).drop()
    await hearth.until(lambda: "connection" in off(hearth), "that it is known")
    sam = await hearth.joins("Sam")
    garden = hearth.workspace.channel("garden")
    hearth.installation.bot.joins(garden)
    sam.joins(garden)
    sam.says(garden, "is anybody here?")
    deliveries.lost = hearth.slack.faults.down = False

    await hearth.until(lambda: "is anybody here?" in {row.text for row in hearth.rows(Message)}, "the talk")
    assert [row.heard for row in hearth.rows(Channel) if row.id == garden.id] == [True]
    hearth.later(timedelta(minutes=1))
    assert sam.id in (await hearth.shown(hearth.general, "Tell us what brings you here")).pings


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
    async with ClientSession() as session, session.get(f"{hearth.address}/metrics") as figures:
        assert "hearth_slack_renewals 0.0" not in await figures.text()
    if not mute:
        await hearth.until(lambda: off(hearth) == {}, "that it works again")
        assert "Slack said nothing for" in (await hearth.command("status")).shown


async def test_it_leaves_where_it_is_removed(by_socket: SlackHearth) -> None:
    hearth = by_socket
    await hearth.set(managers_channel=hearth.managers)
    hearth.workspace.uninstall(hearth.installation)
    await hearth.slack.settled()

    await hearth.until(lambda: hearth.community().ended_at is not None, "the end of the community")
    called = len(hearth.slack.calls)
    await hearth.ticked()
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
    await hearth.set(managers_channel=hearth.managers, welcome_channel=hearth.general)
    await hearth.stop()
    hearth.workspace.archive(hearth.workspace.general)
    hearth.slack.faults.plan("conversations.list", rate_limited(1))
    await hearth.start()
    hearth.workspace.arrives("Sam", joins=(hearth.help,))
    await hearth.slack.settled()
    hearth.later(timedelta(minutes=1))
    await hearth.until(
        lambda: [row for row in hearth.rows(Capability) if not row.works], "what is in the way of welcomes"
    )
    status = await hearth.command("status")

    assert "#general: That channel is archived" in status.shown


async def test_what_no_list_disproves_is_off_until_something_is_said_there(waiting: SlackHearth) -> None:
    hearth = waiting
    await hearth.start()
    await hearth.set(managers_channel=hearth.managers, welcome_channel=hearth.help)
    hearth.slack.faults.plan("chat.postMessage", Fault(error="restricted_action"))
    await hearth.joins("Sam")
    await hearth.heard()
    hearth.later(timedelta(minutes=1))
    name = f"channel:{hearth.help.id}"
    await hearth.until(lambda: name in off(hearth), "what is in the way of welcomes")
    await hearth.restart()
    # What is to be told at the start is told.
    await hearth.command("status")
    assert "restricts who may post" in off(hearth)[name]
    await hearth.joins("Kim")
    await hearth.heard()
    hearth.later(timedelta(minutes=1))
    await hearth.until(lambda: name not in off(hearth), "that it works")


def off(hearth: SlackHearth) -> dict[str, str]:
    """Return what does not work, and why."""
    return {row.capability: row.reason for row in hearth.rows(Capability) if not row.works}


async def test_requests_that_do_not_arrive_are_noticed_and_told(
    sqlite_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Shorter than half an hour without an event, and ten seconds between two looks.
    monkeypatch.setattr("adapters.slack.stay.SILENT_S", 0.2)
    # So often nobody asks who is there, and within half an hour each limit is over.
    monkeypatch.setattr(calls, "_MINUTE_S", 0.1)
    monkeypatch.setattr("adapters.slack.missed._WELL_AFTER_S", 0.0)
    monkeypatch.setattr("adapters.slack.stay._COMPLETE_EVERY_S", 0.05)
    async with slack_hearth(sqlite_url, by_socket=False, limited=False) as hearth:
        await hearth.start()
        sam = await hearth.joins("Sam")
        sam.says(hearth.help, "told")
        await hearth.heard()
        deliveries = hearth.slack.deliveries(hearth.installation.app)
        deliveries.lost = True
        hearth.later(timedelta(minutes=45))
        # A quiet workspace is none in which anything is wrong.
        asked = len(hearth.slack.called("conversations.history"))
        await hearth.until(
            lambda: len(hearth.slack.called("conversations.history")) > asked + 6, "a look into history"
        )
        status = await hearth.command("status")
        assert "45 min ago" in status.shown
        assert off(hearth) == {}
        sam.says(hearth.help, "not told")
        await hearth.until(lambda: "connection" in off(hearth), "that it is known")

        assert heard(hearth) == ["told", "not told"]
        # What people do with Hearth still arrives, and is no sign that anything else does.
        status = await hearth.command("status")
        assert "There was a message that Slack did not tell of; look at the Request URL" in status.shown
        deliveries.lost = False
        sam.says(hearth.help, "told again")
        await hearth.until(lambda: off(hearth) == {}, "that it is over")
        assert "Request URL" not in (await hearth.command("status")).shown


async def test_a_socket_that_is_lost_is_told_on_the_pages_and_in_status(
    waiting: SlackHearth, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Shorter than thirty seconds without a connection, and ten for which an address is good.
    monkeypatch.setattr(connection, "_PING_S", 0.3)
    monkeypatch.setattr(connection, "_LOST_S", 0.2)
    monkeypatch.setattr(connection, "_LOOK_S", 0.05)
    monkeypatch.setattr(connection, "_ADDRESS_S", 0.1)
    hearth = waiting
    await hearth.start()
    async with opened(hearth) as browser:
        hearth.slack.faults.down = True
        hearth.slack.sockets(hearth.installation.app).drop()
        await hearth.until(lambda: "connection" in off(hearth), "that it is known")
        # Slack says of /community that the app did not answer; a page does.
        _, page, _ = await browser.post(
            "/pages/do", {"token": await browser.token(), "once": "this", "command": "status"}
        )
        assert "no connection to Slack" in page
        hearth.slack.faults.down = False
        await hearth.until(lambda: off(hearth) == {}, "that it is back")
        status = (await hearth.command("status")).shown
        assert "What is off" not in status
        assert "There was no connection to Slack for" in status.partition("What was off, and works again")[2]


@pytest.mark.parametrize("by_way", ["socket", "http"])
async def test_what_slack_leaves_out_is_told_and_read_later(
    sqlite_url: str, monkeypatch: pytest.MonkeyPatch, by_way: str
) -> None:
    monkeypatch.setattr("adapters.slack.stay._COMPLETE_EVERY_S", 0.05)
    # As if Slack went on to say it until the test is done with that.
    monkeypatch.setattr("adapters.slack.stay._LIMITED_S", 3_600.0)
    async with slack_hearth(sqlite_url, by_socket=by_way == "socket") as hearth:
        await hearth.start()
        sam = await hearth.joins("Sam")
        sam.says(hearth.help, "told")
        await hearth.heard()
        deliveries, app = hearth.slack.deliveries(hearth.installation.app), hearth.installation.app
        deliveries.lost = True
        sam.says(hearth.help, "left out")
        deliveries.lost = False
        minute = int(hearth.clock.now().timestamp()) // 60 * 60
        limited = {
            "token": app.verification_token,
            "type": "app_rate_limited",
            "team_id": hearth.workspace.id,
            "minute_rate_limited": minute,
            "api_app_id": app.id,
        }
        told = deliveries.put("events_api", limited)
        await told.over.wait()
        assert told.acked_at
        assert "More than 30,000 events in an hour" in (await hearth.command("status")).shown
        # Whatever comes in between: a restart does not forget it.
        await hearth.restart()
        await hearth.until(lambda: heard(hearth) == ["told", "left out"], "what was left out")

        hearth.later(timedelta(minutes=1))
        deliveries.lost = True
        sam.says(hearth.help, "left out too")
        deliveries.lost = False
        await deliveries.put("events_api", {**limited, "minute_rate_limited": minute + 60}).over.wait()
        await hearth.until(lambda: "events" in off(hearth), "that it is known")
        monkeypatch.setattr("adapters.slack.stay._LIMITED_S", 0.0)
        await hearth.until(lambda: heard(hearth)[2:] == ["left out too"], "what was left out")
        await hearth.until(lambda: off(hearth) == {}, "that it is over")


async def test_what_is_told_again_is_not_acknowledged_before_it_is_kept(
    by_socket: SlackHearth, monkeypatch: pytest.MonkeyPatch
) -> None:
    hearth, works, in_trouble = by_socket, Database.in_writer, True
    sam = await hearth.joins("Sam")
    await hearth.heard()

    async def in_writer(self: Database, work: Callable[[], Any]) -> Any:
        if in_trouble:
            raise DatabaseTrouble("The disk is full.")
        return await works(self, work)

    monkeypatch.setattr(Database, "in_writer", in_writer)
    deliveries = hearth.slack.deliveries(hearth.installation.app)
    deliveries.patience_s, deliveries.retry_after_s = 0.1, (0.05, 0.05)
    sam.changes(name="Samuel", admin=True)
    told = deliveries.log[-1]
    await told.over.wait()
    assert (told.event["type"], told.attempts, told.acked_at) == ("user_change", 3, None)
    in_trouble = False
    deliveries.patience_s = 3.0
    again = deliveries.again(told)
    await again.over.wait()

    assert again.acked_at
    assert {row.id: row.name for row in hearth.rows(Member)}[sam.id] == "Samuel"


async def test_what_comes_by_socket_from_another_workspace_is_left(by_socket: SlackHearth) -> None:
    hearth = by_socket
    sam = await hearth.joins("Sam")
    sam.says(hearth.help, "true")
    await hearth.heard()
    deliveries = hearth.slack.deliveries(hearth.installation.app)
    deliveries.patience_s, deliveries.retry_after_s = 0.1, ()
    body = deliveries.log[-1].body
    elsewhere = {
        **body,
        "team_id": "T0ELSEWHERE",
        "authorizations": [],
        "event_id": "Ev0",
        "event": {**body["event"], "ts": "1.000001", "text": "false"},
    }
    told = deliveries.put("events_api", elsewhere)
    await told.over.wait()
    assert told.acked_at is None
    assert heard(hearth) == ["true"]
