"""Pretend Slack refuses what Slack refuses, asked by the bare SDK."""

import json
from collections.abc import AsyncIterator, Awaitable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest
from aiohttp import ClientConnectionError, ClientSession, FormData
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bot.clock import Clock
from tests.fakes.pretend_slack import (
    BadManifest,
    Channel,
    Installation,
    Person,
    PretendSlack,
    Workspace,
    serve,
)
from tests.fakes.pretend_slack.faults import DIES_AFTER, HANGS_UP, UNAVAILABLE, rate_limited
from tests.fakes.slack_app import manifest

PNG = b"\x89PNG\r\n\x1a\n" + bytes(40)


@dataclass
class World:
    """A workspace with two people, two channels, and an app that is in one of them."""

    slack: PretendSlack
    workspace: Workspace
    installation: Installation
    client: AsyncWebClient
    ada: Person
    bob: Person
    here: Channel
    elsewhere: Channel

    async def error(self, call: Awaitable[Any]) -> str:
        """Return what a call is refused with."""
        with pytest.raises(SlackApiError) as caught:
            await call
        return str(caught.value.response["error"])

    async def post(self, **given: Any) -> str:
        """Post into the channel that the app is in; return why not."""
        return await self.error(
            self.client.api_call("chat.postMessage", json={"channel": self.here.id, **given})
        )

    async def blocks(self, *blocks: Any) -> str:
        """Post blocks; return what is said against the first that is wrong."""
        with pytest.raises(SlackApiError) as caught:
            await self.client.chat_postMessage(channel=self.here.id, text="words", blocks=list(blocks))
        response = caught.value.response
        assert response["response_metadata"]["messages"] == [
            f"[ERROR] {error}" for error in response["errors"]
        ]
        assert response["error"] == "invalid_blocks"
        return str(response["errors"][0])


@pytest.fixture
async def world() -> AsyncIterator[World]:
    clock = Clock()
    async with serve(clock) as slack:
        workspace = slack.workspace("Pottery")
        here, elsewhere = workspace.channel("here"), workspace.channel("elsewhere")
        ada = workspace.person("Ada", admin=True, email="ada@example.com", joins=(here, elsewhere))
        bob = workspace.person("Bob", joins=(here,))
        installation = workspace.install(slack.app(manifest()), ada, into=(here,))
        # Nobody listens in these tests.
        slack.deliveries(installation.app).lost = True
        client = AsyncWebClient(installation.token, base_url=slack.api_url, retry_handlers=[])
        yield World(slack, workspace, installation, client, ada, bob, here, elsewhere)
        slack.check()


def section(text: str = "words", **more: Any) -> dict[str, Any]:
    return {"type": "section", "text": {"type": "mrkdwn", "text": text}, **more}


def button(**more: Any) -> dict[str, Any]:
    return {"type": "button", "text": {"type": "plain_text", "text": "Press"}, "action_id": "press", **more}


def actions(*elements: Any, **more: Any) -> dict[str, Any]:
    return {"type": "actions", "elements": list(elements), **more}


def option(label: str, value: str | None = None) -> dict[str, Any]:
    return {"text": {"type": "plain_text", "text": label}, "value": label if value is None else value}


def select(**more: Any) -> dict[str, Any]:
    return {"type": "static_select", "action_id": "choose", "options": [option("a")], **more}


# Who asks.


async def test_tokens_are_asked_for(world: World) -> None:
    def client(token: str | None) -> AsyncWebClient:
        return AsyncWebClient(token, base_url=world.slack.api_url)

    assert await world.error(client(None).auth_test()) == "not_authed"
    assert await world.error(client("xoxb-nobody").auth_test()) == "invalid_auth"
    assert await world.error(client(world.installation.app.app_token).auth_test()) == "not_allowed_token_type"
    assert await world.error(world.client.apps_connections_open(app_token=world.client.token or "")) == (
        "not_allowed_token_type"
    )
    async with ClientSession() as session:
        url = f"{world.slack.api_url}auth.test?token={world.client.token}"
        async with session.get(url) as response:
            assert (await response.json())["error"] == "invalid_auth"

    who = await world.client.auth_test()

    assert (who["team_id"], who["user_id"]) == (world.workspace.id, world.installation.bot.id)


async def test_tokens_end(world: World) -> None:
    world.workspace.revoke(world.installation)
    assert await world.error(world.client.auth_test()) == "token_revoked"

    world.workspace.uninstall(world.installation)
    assert await world.error(world.client.auth_test()) == "account_inactive"


async def test_scopes_are_asked_for_by_name(world: World) -> None:
    world.installation.scopes -= {"reactions:write", "groups:history", "groups:read", "im:write"}
    kiln = world.workspace.channel("kiln", private=True)
    kiln.members += [world.ada.id, world.installation.bot.id]

    with pytest.raises(SlackApiError) as caught:
        await world.client.reactions_add(channel=world.here.id, timestamp="1.1", name="eyes")

    assert caught.value.response["error"] == "missing_scope"
    assert caught.value.response["needed"] == "reactions:write"
    assert "chat:write" in caught.value.response["provided"].split(",")
    assert "chat:write" in caught.value.response.headers["x-oauth-scopes"]
    assert await world.error(world.client.conversations_history(channel=kiln.id)) == "missing_scope"
    assert await world.error(world.client.conversations_list(types="private_channel")) == "missing_scope"
    assert await world.error(world.client.conversations_open(users=world.bob.id)) == "missing_scope"
    assert (await world.client.conversations_history(channel=world.here.id))["ok"]


async def test_unknown_methods_are_refused(world: World) -> None:
    assert await world.error(world.client.api_call("chat.postMassage")) == "unknown_method"
    assert await world.error(world.client.api_call("files.upload")) == "method_deprecated"


@pytest.mark.parametrize(
    ("body", "headers", "error"),
    [
        (b"{", {"Content-Type": "application/json; charset=utf-8"}, "invalid_json"),
        (b"[1]", {"Content-Type": "application/json; charset=utf-8"}, "json_not_object"),
        (b"<xml/>", {"Content-Type": "text/xml"}, "invalid_post_type"),
    ],
)
async def test_bodies_are_read_by_their_type(
    world: World, body: bytes, headers: dict[str, str], error: str
) -> None:
    token = {"Authorization": f"Bearer {world.client.token}"}
    async with (
        ClientSession() as session,
        session.post(
            f"{world.slack.api_url}chat.postMessage", data=body, headers=headers | token
        ) as response,
    ):
        assert (await response.json())["error"] == error


async def test_reading_methods_take_no_json(world: World) -> None:
    call = world.client.api_call("conversations.history", json={"channel": world.here.id})

    assert await world.error(call) == "invalid_arguments"


async def test_json_without_a_charset_is_warned_of(world: World) -> None:
    headers = {"Authorization": f"Bearer {world.client.token}", "Content-Type": "application/json"}
    body = json.dumps({"channel": world.here.id, "text": "hello"}).encode()
    async with (
        ClientSession() as session,
        session.post(f"{world.slack.api_url}chat.postMessage", data=body, headers=headers) as response,
    ):
        told = await response.json()

    assert told["ok"]
    assert told["warning"] == "missing_charset"


# Posting.


async def test_a_message_is_posted_and_read_back(world: World) -> None:
    metadata = {"event_type": "tried", "event_payload": {"key": "a"}}
    sent = await world.client.chat_postMessage(
        channel=world.here.id, text="*hello* &amp; <https://example.com|more>", metadata=metadata
    )

    told = await world.client.conversations_history(channel=world.here.id, include_all_metadata=True)
    without = await world.client.conversations_history(channel=world.here.id)

    assert told["messages"][0]["ts"] == sent["ts"]
    assert told["messages"][0]["metadata"] == metadata
    assert "metadata" not in without["messages"][0]
    assert world.here.messages[sent["ts"]].shown == "*hello* & more"
    assert world.here.messages[sent["ts"]].links == [("https://example.com", "more")]


async def test_where_a_bot_may_post(world: World) -> None:
    post = world.client.chat_postMessage
    world.installation.scopes.discard("chat:write.public")
    hidden = world.workspace.channel("hidden", private=True)

    assert await world.error(post(channel="C404", text="hello")) == "channel_not_found"
    assert await world.error(post(channel=hidden.id, text="hello")) == "channel_not_found"
    assert await world.error(post(channel=world.elsewhere.id, text="hello")) == "not_in_channel"
    assert await world.error(post(channel="", text="hello")) == "invalid_arguments"
    assert await world.error(post(channel="USLACKBOT", text="hello")) == "cannot_dm_bot"
    world.installation.scopes.add("chat:write.public")
    assert (await post(channel=world.elsewhere.id, text="hello"))["ok"]
    world.workspace.archive(world.here)
    assert await world.error(post(channel=world.here.id, text="hello")) == "is_archived"
    world.bob.leaves_workspace()
    assert await world.error(post(channel=world.bob.id, text="hello")) == "user_disabled"


async def test_what_a_message_may_hold(world: World) -> None:
    assert await world.post() == "no_text"
    assert await world.post(text="  ") == "no_text"
    assert await world.post(text="x" * 40_001) == "msg_too_long"
    assert await world.post(text="x", blocks="{not json") == "invalid_blocks_format"
    assert await world.post(text="x", blocks={"type": "section"}) == "invalid_blocks_format"
    assert await world.post(text="x", attachments=[{}] * 101) == "too_many_attachments"
    assert await world.post(text="x", metadata="words") == "invalid_metadata_format"
    assert await world.post(text="x", metadata={"event_type": "a b", "event_payload": {}}) == (
        "invalid_metadata_schema"
    )
    assert await world.post(text="x", metadata={"event_type": "a", "event_payload": {"a": None}}) == (
        "invalid_metadata_schema"
    )
    big = {"event_type": "a", "event_payload": {"a": "x" * 16_000}}
    assert await world.post(text="x", metadata=big) == "metadata_too_large"
    assert await world.post(text="x", thread_ts="1.000001") == "thread_not_found"
    world.installation.scopes.discard("chat:write.customize")
    assert await world.post(text="x", username="Somebody") == "missing_scope"


async def test_blocks_are_too_long_together_before_any_is_alone(world: World) -> None:
    assert await world.post(text="x", blocks=[section("x" * 3_000)] * 5) == "msg_blocks_too_long"
    fits = [section("x" * 2_900)] * 4
    assert (await world.client.chat_postMessage(channel=world.here.id, text="x", blocks=fits))["ok"]


async def test_messages_are_changed_and_deleted_by_who_posted_them(world: World) -> None:
    theirs = world.ada.says(world.here, "mine")
    ours = (await world.client.chat_postMessage(channel=world.here.id, text="x", blocks=[section()]))["ts"]
    update, delete = world.client.chat_update, world.client.chat_delete

    assert await world.error(update(channel=world.here.id, ts=theirs.ts, text="x")) == "cant_update_message"
    assert await world.error(update(channel=world.here.id, ts="1.1", text="x")) == "message_not_found"
    assert await world.error(update(channel=world.here.id, ts=ours, text="x" * 4_001)) == "msg_too_long"
    assert await world.error(delete(channel=world.here.id, ts=theirs.ts)) == "cant_delete_message"
    await update(channel=world.here.id, ts=ours, text="kept")
    assert world.here.messages[ours].blocks
    await update(channel=world.here.id, ts=ours, text="gone", blocks=[])
    assert world.here.messages[ours].shown == "gone"
    await delete(channel=world.here.id, ts=ours)
    assert ours not in world.here.messages


async def test_ephemeral_words_are_for_who_is_there(world: World) -> None:
    cid = world.workspace.person("Cid")
    say = world.client.chat_postEphemeral

    assert await world.error(say(channel=world.here.id, user=cid.id, text="x")) == "user_not_in_channel"
    assert await world.error(say(channel=world.elsewhere.id, user=world.ada.id, text="x")) == "not_in_channel"
    await say(channel=world.here.id, user=world.bob.id, text="psst")
    assert [message.shown for message in world.bob.sees(world.here)] == ["psst"]
    assert world.ada.sees(world.here) == []
    world.bob.reloads()
    assert world.bob.sees(world.here) == []


# Blocks.


async def test_each_kind_of_block_has_its_limits(world: World) -> None:
    words = {"type": "plain_text", "text": "x"}
    cases: list[tuple[dict[str, Any], str]] = [
        (section("x" * 3_001), "must be less than 3001 characters [json-pointer:/blocks/0/text/text]"),
        (section(""), "must be more than 0 characters [json-pointer:/blocks/0/text/text]"),
        ({"type": "section"}, "missing required field: text [json-pointer:/blocks/0]"),
        ({"type": "section", "fields": [words] * 11}, "must have 1 to 10 items"),
        (
            {"type": "section", "fields": [{**words, "text": "x" * 2_001}]},
            "must be less than 2001 characters",
        ),
        ({"type": "header", "text": {"type": "mrkdwn", "text": "x"}}, "unsupported type: mrkdwn"),
        ({"type": "header", "text": {**words, "text": "x" * 151}}, "must be less than 151 characters"),
        ({"type": "context", "elements": [words] * 11}, "must have 1 to 10 items"),
        ({"type": "context", "elements": []}, "must have 1 to 10 items"),
        ({"type": "dialog"}, "unsupported type: dialog [json-pointer:/blocks/0/type]"),
        (section(color="red"), "invalid additional property: color"),
        (section(block_id="x" * 256), "must be less than 256 characters [json-pointer:/blocks/0/block_id]"),
        ({"type": "section", "text": {**words, "verbatim": True}}, "invalid additional property: verbatim"),
        (actions(), "must have 1 to 25 items"),
        (actions(*[button(action_id=str(n)) for n in range(26)]), "must have 1 to 25 items"),
        (actions(button(), button()), "`action_id` press already exists for another action"),
        (actions(button(text={**words, "text": "x" * 76})), "must be less than 76 characters"),
        (actions(button(text={"type": "mrkdwn", "text": "x"})), "unsupported type: mrkdwn"),
        (actions(button(value="x" * 2_001)), "must be less than 2001 characters"),
        (actions(button(action_id="x" * 256)), "must be less than 256 characters"),
        (actions(button(style="plain")), "must be one of primary, danger"),
        (actions(button(url="https://example.com/" + "x" * 3_000)), "must be less than 3001 characters"),
        (actions(button(accessibility_label="x" * 76)), "must be less than 76 characters"),
        (actions({"type": "plain_text_input", "action_id": "a"}), "unsupported type: plain_text_input"),
        (actions({"type": "multi_users_select", "action_id": "a"}), "unsupported type: multi_users_select"),
        (actions(select(options=[])), "must have 1 to 100 items"),
        (actions(select(options=[option(str(n)) for n in range(101)])), "must have 1 to 100 items"),
        (actions(select(options=[option("a"), option("b", "a")])), "options must have different values"),
        (actions(select(options=[option("x" * 76)])), "must be less than 76 characters"),
        (actions(select(options=[option("a", "x" * 151)])), "must be less than 151 characters"),
        (actions(select(initial_option=option("b"))), "initial option is not among the options"),
        (actions(select(placeholder={**words, "text": "x" * 151})), "must be less than 151 characters"),
        ({"type": "image", "image_url": "https://example.com/a.png", "alt_text": "x"}, "downloading image"),
        ({"type": "image", "alt_text": "x"}, "must provide either image_url or slack_file"),
        ({"type": "image", "slack_file": {"id": "F404"}, "alt_text": "x"}, "invalid slack file"),
        (
            {"type": "image", "slack_file": {"id": "F404"}},
            "must be a string [json-pointer:/blocks/0/alt_text]",
        ),
    ]
    for block, error in cases:
        assert (await world.blocks(block)).startswith(error), block
    assert (await world.blocks(*[section()] * 51)).startswith("no more than 50 items allowed")
    assert (await world.blocks(section(block_id="a"), section(block_id="a"))).startswith(
        "`block_id` a already"
    )


async def test_right_blocks_are_taken_and_given_ids(world: World) -> None:
    blocks = [
        {"type": "header", "text": {"type": "plain_text", "text": "A title"}},
        section(accessory=button(value="1")),
        actions(button(), select(initial_option=option("a")), {"type": "users_select", "action_id": "who"}),
        {"type": "divider"},
        {"type": "context", "elements": [{"type": "mrkdwn", "text": "small"}]},
    ]
    sent = await world.client.chat_postMessage(channel=world.here.id, text="x", blocks=blocks)

    message = world.here.messages[sent["ts"]]

    assert message.shown == "A title\nwords\nPress\nPress\na\nsmall"
    assert all(block["block_id"] for block in sent["message"]["blocks"])


# Lists and histories.


async def test_lists_come_in_pages(world: World) -> None:
    for number in range(4):
        world.workspace.channel(f"more-{number}")
    world.slack.page_most = 3

    pages = [page["channels"] async for page in await world.client.conversations_list(limit=100)]

    assert [len(page) for page in pages] == [3, 3, 1]
    assert await world.error(world.client.conversations_list(cursor="nonsense")) == "invalid_cursor"
    first = await world.client.conversations_list(limit=2)
    cursor = first["response_metadata"]["next_cursor"]
    assert await world.error(world.client.users_list(cursor=cursor)) == "invalid_cursor"
    assert await world.error(world.client.conversations_list(limit=1_000)) == "invalid_limit"
    assert await world.error(world.client.conversations_list(types="rooms")) == "invalid_types"
    mine = await world.client.users_conversations()
    assert [channel["name"] for channel in mine["channels"]] == ["here"]


async def test_histories_are_read_where_the_bot_is(world: World) -> None:
    first = world.ada.says(world.here, "first")
    reply = world.bob.says(world.here, "reply", thread=first)
    loud = world.bob.says(world.here, "loud reply", thread=first, also_to_channel=True)
    last = world.ada.says(world.here, "last")
    history, replies = world.client.conversations_history, world.client.conversations_replies
    here = world.here.id

    assert await world.error(history(channel=world.elsewhere.id)) == "not_in_channel"
    assert await world.error(replies(channel=here, ts="1.1")) == "thread_not_found"
    assert await world.error(history(channel=here, oldest="soon")) == "invalid_ts_oldest"
    assert await world.error(history(channel=here, limit=1_001)) == "invalid_limit"
    told = (await history(channel=here))["messages"]
    assert [message["ts"] for message in told] == [last.ts, loud.ts, first.ts]
    assert told[2]["reply_count"] == 2
    later = (await history(channel=here, oldest=loud.ts))["messages"]
    assert [message["ts"] for message in later] == [last.ts]
    with_it = (await history(channel=here, oldest=loud.ts, inclusive=True))["messages"]
    assert [message["ts"] for message in with_it] == [last.ts, loud.ts]
    under = (await replies(channel=here, ts=first.ts))["messages"]
    assert [message["ts"] for message in under] == [first.ts, reply.ts, loud.ts]


async def test_a_limited_history_is_read_slowly(world: World) -> None:
    for number in range(20):
        world.ada.says(world.here, f"message {number}")
    world.slack.limits.limited_history = True
    history = world.client.conversations_history

    page = await history(channel=world.here.id, limit=100)

    assert len(page["messages"]) == 15
    with pytest.raises(SlackApiError) as caught:
        await history(channel=world.here.id, cursor=page["response_metadata"]["next_cursor"])
    assert caught.value.response.status_code == 429
    assert int(caught.value.response.headers["Retry-After"]) == 60
    world.workspace.forward(timedelta(seconds=60))
    rest = await history(channel=world.here.id, cursor=page["response_metadata"]["next_cursor"])
    assert len(rest["messages"]) == 5
    assert not rest["has_more"]


async def test_channels_are_opened_and_joined(world: World) -> None:
    client = world.client
    opened = await client.conversations_open(users=world.bob.id)
    hidden = world.workspace.channel("hidden", private=True)
    hidden.members.append(world.installation.bot.id)

    assert opened["channel"]["id"] == world.bob.direct().id
    assert (await client.conversations_open(users=world.bob.id))["already_open"]
    assert await world.error(client.conversations_open(users="U404")) == "user_not_found"
    assert await world.error(client.conversations_join(channel=hidden.id)) == (
        "method_not_supported_for_channel_type"
    )
    await client.conversations_join(channel=world.elsewhere.id)
    assert world.installation.bot.id in world.elsewhere.members
    assert (await client.conversations_join(channel=world.elsewhere.id))["warning"] == "already_in_channel"
    world.workspace.archive(world.elsewhere)
    assert await world.error(client.conversations_join(channel=world.elsewhere.id)) == "is_archived"
    members = await client.conversations_members(channel=world.here.id)
    assert members["members"] == [world.ada.id, world.bob.id, world.installation.bot.id]
    assert (await client.conversations_info(channel=hidden.id))["channel"]["is_private"]


async def test_the_directory(world: World) -> None:
    group = world.workspace.group("helpers", (world.bob,))
    world.bob.leaves_workspace()

    people = {each["id"]: each for each in (await world.client.users_list())["members"]}
    ada = (await world.client.users_info(user=world.ada.id))["user"]
    groups = (await world.client.usergroups_list(include_users=True))["usergroups"]

    assert ada["is_admin"]
    assert ada["profile"]["email"] == "ada@example.com"
    assert people[world.bob.id]["deleted"]
    assert people[world.installation.bot.id]["is_bot"]
    # Slackbot is a bot, though Slack does not say so.
    assert not people["USLACKBOT"]["is_bot"]
    assert groups[0]["users"] == [world.bob.id]
    assert groups[0]["id"] == group
    assert (await world.client.team_info())["team"]["name"] == "Pottery"
    assert await world.error(world.client.users_info(user="U404")) == "user_not_found"
    assert await world.error(world.client.bots_info(bot="B404")) == "bot_not_found"
    world.installation.scopes.discard("users:read.email")
    assert "email" not in (await world.client.users_info(user=world.ada.id))["user"]["profile"]


async def test_reactions(world: World) -> None:
    said = world.ada.says(world.here, "hello")
    there = {"channel": world.here.id, "timestamp": said.ts}
    add, remove = world.client.reactions_add, world.client.reactions_remove

    assert await world.error(remove(name="eyes", **there)) == "no_reaction"
    assert await world.error(add(name="Not An Emoji", **there)) == "invalid_name"
    assert await world.error(add(name="eyes", channel=world.here.id, timestamp="1.1")) == "message_not_found"
    assert await world.error(world.client.api_call("reactions.add", json={"name": "eyes"})) == (
        "no_item_specified"
    )
    await add(name="eyes", **there)
    assert await world.error(add(name="eyes", **there)) == "already_reacted"
    assert said.reactions == {"eyes": [world.installation.bot.id]}
    await remove(name="eyes", **there)
    assert said.reactions == {}
    for number in range(23):
        await add(name=f"e{number}", **there)
    assert await world.error(add(name="one-more", **there)) == "too_many_reactions"


# Files.


async def test_a_picture_is_uploaded_and_shown_once_processed(world: World) -> None:
    world.slack.processing = timedelta(seconds=5)
    sent = await world.client.files_upload_v2(
        filename="week.png", content=PNG, alt_txt="Bars", request_file_info=False
    )
    picture = {"type": "image", "slack_file": {"id": sent["files"][0]["id"]}, "alt_text": "Bars"}

    assert (await world.blocks(picture)).startswith("invalid slack file")
    assert (await world.client.files_info(file=sent["files"][0]["id"]))["file"]["mimetype"] == ""
    world.workspace.forward(timedelta(seconds=5))
    assert (await world.client.files_info(file=sent["files"][0]["id"]))["file"]["mimetype"] == "image/png"
    posted = await world.client.chat_postMessage(channel=world.here.id, text="Bars", blocks=[picture])
    assert world.here.messages[posted["ts"]].shown == "Bars"


async def test_uploads_are_whole_or_refused(world: World) -> None:
    begun = await world.client.files_getUploadURLExternal(filename="a.png", length=len(PNG))
    complete = world.client.files_completeUploadExternal

    assert await world.error(complete(files=[{"id": "F404"}])) == "file_not_found"
    assert await world.error(complete(files=[{"id": begun["file_id"]}])) == "file_update_failed"
    async with ClientSession() as session:
        async with session.post(begun["upload_url"], data=PNG[:-1]) as response:
            assert response.status == 400
        form = FormData()
        form.add_field("file", PNG, filename="a.png")
        async with session.post(begun["upload_url"], data=form) as response:
            assert response.status == 200
        async with session.post(begun["upload_url"], data=PNG) as response:
            assert response.status == 404
    shared = await complete(files=[{"id": begun["file_id"]}], channel_id=world.here.id)
    assert shared["files"][0]["mimetype"] == "image/png"
    assert await world.error(world.client.files_getUploadURLExternal(filename="a.png", length=0)) == (
        "invalid_arguments"
    )


# What goes wrong on the way.


async def test_too_many_calls_are_refused_until_their_time(world: World) -> None:
    world.slack.limits.on = True
    post = world.client.chat_postMessage
    for _ in range(2):
        await post(channel=world.here.id, text="hello")

    with pytest.raises(SlackApiError) as caught:
        await post(channel=world.here.id, text="hello")

    response = caught.value.response
    assert (response["error"], response.status_code, response.headers["Retry-After"]) == (
        "ratelimited",
        429,
        "1",
    )
    world.workspace.forward(timedelta(seconds=1))
    assert (await post(channel=world.here.id, text="hello"))["ok"]


async def test_who_does_not_wait_is_told_on(world: World) -> None:
    world.slack.faults.plan("auth.test", rate_limited(30))
    assert await world.error(world.client.auth_test()) == "ratelimited"

    await world.client.auth_test()

    with pytest.raises(AssertionError, match=r"auth\.test was called again before Retry-After"):
        world.slack.check()
    world.slack.limits.complaints.clear()


async def test_calls_are_lost_in_each_way(world: World) -> None:
    world.slack.faults.plan("chat.postMessage", HANGS_UP, DIES_AFTER)
    post = world.client.chat_postMessage

    for text in ("lost", "done"):
        with pytest.raises(ClientConnectionError):
            await post(channel=world.here.id, text=text)
    world.slack.faults.plan("chat.postMessage", UNAVAILABLE)
    with pytest.raises(SlackApiError):
        await post(channel=world.here.id, text="lost")

    assert [message.shown for message in world.workspace.posts()] == ["done"]


# What nobody refuses.


@pytest.mark.parametrize("text", ["<!channel> look", "hello <@{bob}>", "<!here|here>", "<!everyone>"])
async def test_pings_that_nobody_meant_are_found(world: World, text: str) -> None:
    text = text.format(bob=world.bob.id)
    await world.client.chat_postMessage(channel=world.here.id, text="x", blocks=[section(text)])

    with pytest.raises(AssertionError, match="a message notifies"):
        world.slack.check()
    world.installation.may_ping |= {"channel", "here", "everyone", world.bob.id}


async def test_links_made_of_typed_words_are_found(world: World) -> None:
    said = world.ada.says(world.here, "see <https://evil.example|our site> or https://good.example/x.")
    assert said.text == ("see &lt;<https://evil.example>|our site&gt; or <https://good.example/x>.")

    await world.client.chat_postMessage(
        channel=world.here.id, text="she said <https://evil.example|our site>"
    )

    with pytest.raises(AssertionError, match=r"became links to \['https://evil\.example'\]"):
        world.slack.check()
    for message in list(world.workspace.posts()):
        world.workspace.remove(message)


def test_manifests_are_checked() -> None:
    slack = PretendSlack(Clock())
    cases = [
        ("settings.event_subscriptions.request_url is missing", False, "request_url"),
        ("needs a scope: channels:history", True, "channels:history"),
    ]
    for error, sockets, left_out in cases:
        made = manifest(sockets=sockets)
        made["oauth_config"]["scopes"]["bot"] = [
            scope for scope in made["oauth_config"]["scopes"]["bot"] if scope != left_out
        ]
        if left_out == "request_url":
            del made["settings"]["event_subscriptions"]["request_url"]
        with pytest.raises(BadManifest, match=error):
            slack.app(made)
    long = manifest()
    long["features"]["shortcuts"][0]["name"] = "x" * 25
    with pytest.raises(BadManifest, match=r"shortcut\.name"):
        slack.app(long)
