"""Pretend Slack tells apps what happens, and they answer: seen with a bare Bolt app."""

import asyncio
import json
import random
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

import pytest
from aiohttp import ClientSession, WSMsgType, web
from slack_bolt.adapter.socket_mode.aiohttp import AsyncSocketModeHandler
from slack_bolt.async_app import AsyncApp
from slack_bolt.oauth.async_oauth_settings import AsyncOAuthSettings
from slack_sdk.errors import SlackApiError
from slack_sdk.oauth.installation_store import FileInstallationStore
from slack_sdk.oauth.state_store import FileOAuthStateStore
from slack_sdk.web.async_client import AsyncWebClient
from slack_sdk.webhook.async_client import AsyncWebhookClient

from bot.clock import Clock
from tests.fakes.pretend_slack import Channel, Installation, Person, PretendSlack, Workspace, serve
from tests.fakes.pretend_slack.apps import App
from tests.fakes.pretend_slack.interactions import Outcome
from tests.fakes.pretend_slack.refusal import Json
from tests.fakes.slack_app import manifest

WORDS = {"type": "section", "text": {"type": "mrkdwn", "text": "Choose"}}
BUTTON = {"type": "button", "text": {"type": "plain_text", "text": "Yes"}, "action_id": "yes", "value": "1"}
FIELD = {
    "type": "input",
    "block_id": "why",
    "label": {"type": "plain_text", "text": "Why"},
    "element": {"type": "plain_text_input", "action_id": "why", "max_length": 20},
}
MODAL = {
    "type": "modal",
    "callback_id": "asked",
    "private_metadata": "7",
    "title": {"type": "plain_text", "text": "Tell us"},
    "submit": {"type": "plain_text", "text": "Send"},
    "blocks": [FIELD],
}


@dataclass
class World:
    """A workspace, and a bare Bolt app in it; `heard` is what the app was told."""

    slack: PretendSlack
    workspace: Workspace
    installation: Installation
    bolt: AsyncApp
    ada: Person
    here: Channel
    heard: list[Json] = field(default_factory=list)
    told: list[Json] = field(default_factory=list)

    @property
    def app(self) -> App:
        return self.installation.app

    @property
    def kinds(self) -> list[str]:
        return [event.get("subtype") or event["type"] for event in self.heard]


@asynccontextmanager
async def living(*, sockets: bool) -> AsyncIterator[World]:
    async with AsyncExitStack() as stack:
        slack = await stack.enter_async_context(serve(Clock()))
        workspace = slack.workspace("Pottery")
        here = workspace.channel("here")
        ada = workspace.person("Ada", joins=(here,))
        installation = workspace.install(slack.app(manifest(sockets=sockets)), ada, into=(here,))
        app = installation.app
        client = AsyncWebClient(installation.token, base_url=slack.api_url)
        bolt = AsyncApp(
            client=client,
            signing_secret=app.signing_secret,
            process_before_response=True,
            ignoring_self_events_enabled=False,
        )
        world = World(slack, workspace, installation, bolt, ada, here)

        async def hear(event: Json) -> None:
            world.heard.append(event)

        for name in ("message", "app_home_opened", "reaction_added", "team_join", "member_joined_channel"):
            bolt.event(name)(hear)
        for name in ("channel_created", "channel_rename", "channel_archive", "channel_left", "user_change"):
            bolt.event(name)(hear)
        bolt.event("app_uninstalled")(hear)
        bolt.event("tokens_revoked")(hear)
        if sockets:
            handler = AsyncSocketModeHandler(bolt, app.app_token, web_client=client, ping_interval=0.2)
            await handler.connect_async()  # type: ignore[no-untyped-call] # Bolt does not say
            stack.push_async_callback(handler.close_async)
        else:
            app.address = await stack.enter_async_context(served(bolt))
        yield world
        slack.check()


@asynccontextmanager
async def served(bolt: AsyncApp) -> AsyncIterator[str]:
    runner = web.AppRunner(bolt.web_app("/slack/events"), access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    [address] = runner.addresses
    try:
        yield f"http://127.0.0.1:{address[1]}"
    finally:
        await runner.cleanup()


@pytest.fixture
async def by_socket() -> AsyncIterator[World]:
    async with living(sockets=True) as world:
        yield world


@pytest.fixture(params=["socket", "http"])
async def world(request: pytest.FixtureRequest) -> AsyncIterator[World]:
    """Each way in which an app is told things."""
    async with living(sockets=request.param == "socket") as world:
        yield world


# What happens.


async def test_what_happens_is_told(world: World) -> None:
    first = world.ada.says(world.here, "hello @Tried, see https://example.com")
    reply = world.ada.says(world.here, "more", thread=first, also_to_channel=True)
    world.ada.edits(first, "hullo")
    world.ada.reacts(first, "wave")
    world.ada.deletes(first)
    world.ada.deletes(reply)
    bob = world.workspace.arrives("Bob", joins=(world.here,))
    bob.says(world.here, "a file", files=("notes.txt",))
    world.workspace.other_app_posts(world.here, "Mailer", "buy now", classic=True)
    world.workspace.rename(world.here, "there")
    world.workspace.archive(world.here)
    bob.changes(name="Robert")
    await world.slack.settled()

    assert world.kinds == [
        "message",
        "thread_broadcast",
        "message_changed",
        "reaction_added",
        "message_changed",
        "message_deleted",
        "team_join",
        "channel_join",
        "member_joined_channel",
        "file_share",
        "bot_message",
        "channel_rename",
        "channel_archive",
        "user_change",
    ]
    assert world.heard[0]["text"] == (f"hello <@{world.installation.bot.id}>, see <https://example.com>")
    assert world.heard[4]["message"]["subtype"] == "tombstone"
    assert all(delivery.acked_at for delivery in world.slack.deliveries(world.app).log)


async def test_only_what_an_app_may_hear_is_told(world: World) -> None:
    elsewhere = world.workspace.channel("elsewhere")
    world.ada.joins(elsewhere)
    world.ada.says(elsewhere, "not for it")
    world.installation.scopes.discard("reactions:read")
    world.ada.reacts(world.ada.says(world.here, "for it"), "wave")
    await world.slack.settled()

    assert [event.get("text", event["type"]) for event in world.heard] == ["channel_created", "for it"]


async def test_an_app_hears_itself(world: World) -> None:
    await world.bolt.client.chat_postMessage(channel=world.here.id, text="me")
    await world.slack.settled()

    assert world.heard[0]["bot_id"] == world.installation.bot_id
    assert world.heard[0]["user"] == world.installation.bot.id


async def test_it_is_told_when_it_goes(world: World) -> None:
    world.ada.says(world.here, "goodbye")
    await world.slack.settled()
    world.installation.bot.leaves(world.here)
    world.workspace.uninstall(world.installation)
    await world.slack.settled()

    # As on Slack, in no order that could be relied on.
    assert sorted(world.kinds) == ["app_uninstalled", "channel_left", "message", "tokens_revoked"]


async def test_what_is_not_acknowledged_is_told_again(world: World) -> None:
    deliveries = world.slack.deliveries(world.app)
    deliveries.retry_after_s = (0.0, 0.0, 0.0)
    tries = []

    @world.bolt.middleware
    async def fail_twice(next_: Any = None, next: Any = None) -> None:  # Bolt's name
        tries.append(1)
        if len(tries) < 3:
            raise RuntimeError("not now")
        await next()

    deliveries.patience_s = 0.3
    world.ada.says(world.here, "hello")
    await world.slack.settled()

    [delivery] = deliveries.log
    # A slow machine may acknowledge the third too late as well, and then hears a fourth.
    assert delivery.attempts in (3, 4)
    assert delivery.failed in ("timeout", "http_error", "http_timeout")
    assert {event["text"] for event in world.heard} == {"hello"}


async def test_events_come_in_any_order_and_twice(world: World) -> None:
    deliveries = world.slack.deliveries(world.app)
    deliveries.hold()
    for number in range(5):
        world.ada.says(world.here, f"message {number}")
    deliveries.release(shuffled=random.Random(7), twice=True)
    await world.slack.settled()

    texts = [event["text"] for event in world.heard]
    assert sorted(texts) == sorted([f"message {number}" for number in range(5)] * 2)
    assert texts != sorted(texts)


# What people do with apps.


async def test_a_command_is_answered_at_once_and_later(world: World) -> None:
    @world.bolt.command("/try")
    async def tried(ack: Any, respond: Any, command: Json) -> None:
        await ack(f"trying {command['text']}")
        await respond("tried", response_type="in_channel")

    outcome = await world.ada.runs("/try", "this", channel=world.here)
    await world.slack.until(lambda: len(world.ada.sees(world.here)) == 2, "the second answer")

    assert outcome.acknowledged
    assert sorted(message.shown for message in world.ada.sees(world.here)) == ["tried", "trying this"]
    assert [message.shown for message in world.here.shown] == ["tried"]


async def test_a_button_and_a_select_are_told_with_their_message(world: World) -> None:
    pressed: list[Json] = []

    @world.bolt.action("yes")
    @world.bolt.action("who")
    async def press(ack: Any, body: Json) -> None:
        await ack()
        pressed.append(body)

    select = {"type": "users_select", "action_id": "who"}
    blocks: list[Json] = [WORDS, {"type": "actions", "elements": [BUTTON, select]}]
    sent = await world.bolt.client.chat_postMessage(channel=world.here.id, text="x", blocks=blocks)
    message = world.here.messages[sent["ts"]]

    assert (await world.ada.clicks(message, "Yes")).acknowledged
    assert (await world.ada.chooses(message, "who", world.ada.id)).acknowledged

    assert pressed[0]["actions"][0]["value"] == "1"
    assert pressed[0]["message"]["ts"] == message.ts
    assert pressed[1]["actions"][0]["selected_user"] == world.ada.id
    with pytest.raises(AssertionError, match="0 controls are called 'No'"):
        await world.ada.clicks(message, "No")


async def test_a_modal_is_opened_filled_in_and_refused(world: World) -> None:
    sent: list[Json] = []

    @world.bolt.shortcut("try_it")
    async def ask(ack: Any, body: Json, client: AsyncWebClient) -> None:
        await ack()
        await client.views_open(trigger_id=body["trigger_id"], view=MODAL)

    @world.bolt.view("asked")
    async def asked(ack: Any, view: Json) -> None:
        sent.append(view)
        if view["state"]["values"]["why"]["why"]["value"] == "no":
            await ack(response_action="errors", errors={"why": "Say more."})
        else:
            await ack()

    await world.ada.uses_shortcut("try_it", world.ada.says(world.here, "hello"))
    await world.slack.until(lambda: world.ada.modals, "the window")
    assert world.ada.modal.shown == "Tell us\nWhy"
    with pytest.raises(AssertionError, match="Why has to be filled in"):
        await world.ada.submits()
    refused = await world.ada.submits(Why="no")
    assert refused.errors == {"why": "Say more."}
    await world.ada.submits(Why="because")

    assert world.ada.modals == []
    assert sent[-1]["private_metadata"] == "7"


async def test_a_home_is_shown(world: World) -> None:
    world.ada.opens_home()
    await world.slack.settled()
    home = {"type": "home", "blocks": [WORDS]}
    view = (await world.bolt.client.views_publish(user_id=world.ada.id, view=home))["view"]

    assert world.heard[0]["tab"] == "home"
    assert world.ada.home().shown == "Choose"
    with pytest.raises(SlackApiError, match="hash_conflict"):
        await world.bolt.client.views_publish(user_id=world.ada.id, view=home, hash="1.a")
    await world.bolt.client.views_publish(user_id=world.ada.id, view=home, hash=view["hash"])


async def trigger(world: World) -> Json:
    """Return what an app is told with a command."""
    if not world.told:

        @world.bolt.command("/try")
        async def tried(ack: Any, body: Json) -> None:
            await ack()
            world.told.append(body)

    await world.ada.runs("/try", channel=world.here)
    return world.told[-1]


async def test_a_trigger_opens_one_window_within_three_seconds(by_socket: World) -> None:
    world = by_socket
    views_open = world.bolt.client.views_open

    async def error(body: Json, **view: Any) -> str:
        with pytest.raises(SlackApiError) as caught:
            await views_open(trigger_id=body["trigger_id"], view={**MODAL, **view})
        return str(caught.value.response["error"])

    first = await trigger(world)
    assert await error(first, title={"type": "plain_text", "text": "x" * 25}) == "invalid_arguments"
    assert await error(first, private_metadata="x" * 3_001) == "invalid_arguments"
    assert await error(first, submit=None) == "invalid_arguments"
    assert await error(first, blocks=[WORDS] * 101) == "invalid_arguments"
    assert await error(first, external_id="x" * 250_000) == "view_too_large"
    opened = (await views_open(trigger_id=first["trigger_id"], view=MODAL))["view"]
    assert await error(first) == "exchanged_trigger_id"
    assert await error({"trigger_id": "1.2.3"}) == "invalid_trigger_id"
    late = await trigger(world)
    world.workspace.forward(timedelta(seconds=4))
    assert await error(late) == "expired_trigger_id"

    update = world.bolt.client.views_update
    await update(view_id=opened["id"], view=MODAL, hash=opened["hash"])
    with pytest.raises(SlackApiError, match="hash_conflict"):
        await update(view_id=opened["id"], view=MODAL, hash=opened["hash"])
    with pytest.raises(SlackApiError, match="not_found"):
        await update(view_id="V404", view=MODAL)
    for _ in range(2):
        body = await trigger(world)
        await world.bolt.client.views_push(trigger_id=body["trigger_id"], view=MODAL)
    body = await trigger(world)
    with pytest.raises(SlackApiError, match="push_limit_reached"):
        await world.bolt.client.views_push(trigger_id=body["trigger_id"], view=MODAL)
    await world.ada.closes()
    assert len(world.ada.modals) == 2


async def test_a_response_url_is_used_five_times_in_half_an_hour(by_socket: World) -> None:
    world = by_socket
    url = AsyncWebhookClient((await trigger(world))["response_url"])

    async with ClientSession() as session, session.post(url.url, data=b"text=hello") as response:
        assert (response.status, (await response.json())["error"]) == (400, "invalid_payload")
    assert (await url.send(text="")).status_code == 400
    wrong = await url.send(text="x", blocks=[{"type": "dialog"}])
    assert (wrong.status_code, json.loads(wrong.body)["error"]) == (404, "invalid_blocks")
    for _ in range(3):
        assert (await url.send(text="x")).body == "ok"
    assert json.loads((await url.send(text="x")).body)["error"] == "used_url"
    late = AsyncWebhookClient((await trigger(world))["response_url"])
    world.workspace.forward(timedelta(minutes=31))
    assert json.loads((await late.send(text="x")).body)["error"] == "expired_url"


async def test_who_is_not_answered_in_time_is_told_so(world: World) -> None:
    @world.bolt.command("/try")
    async def never(ack: Any) -> None:
        await asyncio.sleep(0.3)

    world.slack.deliveries(world.app).patience_s = 0.1
    outcome = await world.ada.runs("/try", channel=world.here)

    assert outcome == Outcome(acknowledged=False)
    assert len(world.ada.warnings) == 1


# Socket Mode.


async def test_ten_websockets_share_what_is_told(by_socket: World) -> None:
    slack, app = by_socket.slack, by_socket.app
    client = AsyncWebClient(base_url=slack.api_url)
    seen: list[int] = []
    async with ClientSession() as session:

        async def take(number: int, url: str) -> list[str]:
            kinds = []
            async with session.ws_connect(url) as ws:
                async for message in ws:
                    assert message.type == WSMsgType.TEXT
                    told = json.loads(message.data)
                    kinds.append(told.get("reason", told["type"]))
                    if told["type"] == "events_api":
                        seen.append(number)
                        await ws.send_json({"envelope_id": told["envelope_id"]})
            return kinds

        async def url() -> str:
            return str((await client.apps_connections_open(app_token=app.app_token))["url"])

        tasks = [asyncio.create_task(take(number, await url())) for number in range(9)]
        await slack.until(lambda: len(slack.sockets(app).connections) == 10, "ten websockets")
        for number in range(60):
            by_socket.ada.says(by_socket.here, f"message {number}")
        await slack.settled()
        # The one that Bolt has heard the rest.
        assert len(seen) + len(by_socket.heard) == 60
        assert len(set(seen)) > 4

        assert await take(10, await url()) == ["too_many_websockets"]
        used = await url()
        await slack.sockets(app).warn()
        await slack.sockets(app).refresh()
        assert (await asyncio.gather(*tasks))[0][-2:] == ["warning", "refresh_requested"]
        # Bolt comes back by itself.
        await slack.until(lambda: slack.sockets(app).connections, "a new websocket")
        async with session.ws_connect(used):
            pass
        with pytest.raises(Exception, match="404"):
            await session.ws_connect(used)


async def test_a_dropped_websocket_is_opened_again_and_missed_words_are_told(by_socket: World) -> None:
    world, sockets = by_socket, by_socket.slack.sockets(by_socket.app)
    world.slack.deliveries(world.app).retry_after_s = (0.1,) * 50
    sockets.drop()
    await world.slack.until(lambda: not sockets.connections, "the end of the websocket")
    world.ada.says(world.here, "did you hear?")
    await world.slack.settled()

    assert [event["text"] for event in world.heard] == ["did you hear?"]
    assert sockets.opened == 2


@pytest.mark.parametrize("mute", [True, False])
async def test_a_websocket_can_look_alive_and_be_dead(by_socket: World, mute: bool) -> None:
    world, sockets = by_socket, by_socket.slack.sockets(by_socket.app)
    deliveries = world.slack.deliveries(world.app)
    deliveries.patience_s, deliveries.retry_after_s = 0.05, ()
    [connection] = sockets.connections
    connection.mute, connection.deaf = mute, not mute
    world.ada.says(world.here, "is anybody there?")
    await world.slack.settled()

    assert world.heard == []
    assert deliveries.log[0].failed == "timeout"
    connection.mute = connection.deaf = False


async def test_an_address_for_a_websocket_is_asked_for_rightly(by_socket: World) -> None:
    url, token = f"{by_socket.slack.api_url}apps.connections.open", by_socket.app.app_token
    client = AsyncWebClient(base_url=by_socket.slack.api_url)
    headers = {"Authorization": f"Bearer {token}"}
    async with ClientSession(headers=headers) as session, session.get(url) as response:
        assert (await response.json())["error"] == "insecure_request"
    by_socket.app.app_token_scopes.clear()
    with pytest.raises(SlackApiError, match="missing_scope"):
        await client.apps_connections_open(app_token=token)


async def test_acknowledging_wrongly_is_found(by_socket: World) -> None:
    sockets = by_socket.slack.sockets(by_socket.app)
    async with ClientSession() as session, session.ws_connect(sockets.ticket()) as ws:
        await ws.receive_json()
        await ws.send_json({"envelope_id": "never"})
        await ws.send_str("nonsense")
        await by_socket.slack.until(lambda: len(sockets.complaints) == 2, "two complaints")
    sockets.complaints.clear()


# Requests.


async def test_requests_are_signed(by_socket: World) -> None:
    async with living(sockets=False) as world:
        requests = world.slack.requests(world.app)
        body = {"type": "url_verification", "challenge": "abc", "token": world.app.verification_token}
        written = requests.written("events_api", body)

        async def status(**signature: Any) -> int | str:
            headers = requests.signature(written, **signature)
            return (await requests.send("events_api", written, headers, 3.0, body, signed=False))[0]

        assert await status() == 200
        assert await status(age_s=301) == 401
        assert await status(secret="another") == 401
        assert (await requests.send("events_api", written, {}, 3.0, body))[2] == '{"challenge": "abc"}'


async def test_an_app_that_does_not_answer_is_asked_three_more_times() -> None:
    async with living(sockets=False) as world:
        asked: list[tuple[str | None, str | None]] = []

        async def refuse(request: web.Request) -> web.Response:
            asked.append(
                (request.headers.get("x-slack-retry-num"), request.headers.get("x-slack-retry-reason"))
            )
            return web.Response(status=500)

        routes = web.Application()
        routes.router.add_post("/slack/events", refuse)
        runner = web.AppRunner(routes)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        world.app.address = f"http://127.0.0.1:{runner.addresses[0][1]}"
        deliveries = world.slack.deliveries(world.app)
        deliveries.retry_after_s = (0.0, 0.0, 0.0)
        world.ada.says(world.here, "hello")
        await world.slack.settled()
        await runner.cleanup()
        world.ada.says(world.here, "hello?")
        await world.slack.settled()

        assert asked == [(None, None), *((str(number), "http_error") for number in (1, 2, 3))]
        assert deliveries.log[1].failed == "connection_failed"


# OAuth.


# The SDK hands credentials to aiohttp in a way that a later aiohttp will not take.
@pytest.mark.filterwarnings("ignore:BasicAuth is deprecated")
async def test_an_app_is_installed_by_oauth(tmp_path: Any) -> None:
    async with serve(Clock()) as slack:
        workspace = slack.workspace("Pottery")
        ada = workspace.person("Ada", admin=True)
        app = slack.app(manifest(sockets=False, address="http://localhost"))
        store = FileInstallationStore(base_dir=str(tmp_path))
        settings = AsyncOAuthSettings(
            client_id=app.client_id,
            client_secret=app.client_secret,
            scopes=["chat:write"],
            installation_store=store,
            state_store=FileOAuthStateStore(expiration_seconds=60, base_dir=str(tmp_path)),
        )
        bolt = AsyncApp(
            client=AsyncWebClient(base_url=slack.api_url),
            signing_secret=app.signing_secret,
            oauth_settings=settings,
        )
        async with served(bolt) as address, ClientSession() as session:
            async with session.get(f"{address}/slack/install") as response:
                page = await response.text()
                # It is for HTTPS alone, which a browser would keep to.
                [cookie] = response.cookies.values()
            [_, link] = page.split('href="')[1:]
            asked = link.partition('"')[0].replace("&amp;", "&")
            went = slack.allow(asked, workspace, ada)
            path = went.partition("localhost")[2]
            headers = {"Cookie": f"{cookie.key}={cookie.value}"}
            async with session.get(f"{address}{path}", headers=headers) as response:
                assert response.status == 200

            client = AsyncWebClient(base_url=slack.api_url)
            for wrong, error in (
                ({"client_id": "1.2"}, "invalid_client_id"),
                ({"client_secret": "x"}, "bad_client_secret"),
                ({"code": went.partition("code=")[2].partition("&")[0]}, "invalid_code"),
            ):
                given = {"client_id": app.client_id, "client_secret": app.client_secret, "code": "x"}
                with pytest.raises(SlackApiError, match=error):
                    await client.oauth_v2_access(**{**given, **wrong})

        assert workspace.only.scopes == {"chat:write"}
        assert workspace.only.token in "".join(path.read_text() for path in tmp_path.rglob("*bot*latest"))
        wrong_scope = urlencode({"client_id": app.client_id, "scope": "admin"})
        with pytest.raises(AssertionError, match="invalid_scope"):
            slack.allow(f"https://slack.com/oauth/v2/authorize?{wrong_scope}", workspace, ada)
