"""What the pretend Discord refuses over HTTP, each by its code."""

import asyncio
import io
from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import pytest

from tests.fakes.discord_calls import Caller, calling
from tests.fakes.pretend_discord import MEMBERS, PretendDiscord, Server
from tests.fakes.pretend_discord.permissions import (
    ATTACH_FILES,
    EMBED_LINKS,
    EVERYONE,
    MANAGE_MESSAGES,
    MANAGE_THREADS,
    MENTION_EVERYONE,
    READ_MESSAGE_HISTORY,
    SEND_IN_THREADS,
    SEND_MESSAGES,
)
from tests.fakes.pretend_discord.things import CATEGORY, Channel, Overwrite


class Tea:
    """A server with a channel, and a caller."""

    def __init__(self, pretend: PretendDiscord, http: Caller) -> None:
        self.pretend = pretend
        self.http = http
        self.server: Server = pretend.server("Tea")
        self.general: Channel = self.server.channel("general")
        self.ada = self.server.person("Ada")
        self.at = f"/channels/{self.general.id}/messages"

    async def post(self, form: Any, at: str = "") -> tuple[int, Any]:
        return await self.http.call("POST", at or self.at, form)

    async def wrong(self, form: Any) -> list[tuple[str, str]]:
        return await self.http.mistakes("POST", self.at, form)

    async def refused(self, method: str, path: str, body: Any = None, **more: Any) -> tuple[int, int]:
        return await self.http.refusal(method, path, body, **more)


@pytest.fixture
async def tea() -> AsyncIterator[Tea]:
    pretend = PretendDiscord(scale=1e-5)
    async with calling(pretend) as http:
        yield Tea(pretend, http)


async def test_who_asks_and_how(tea: Tea) -> None:
    assert await tea.refused("GET", "/users/@me", token=None) == (401, 0)
    assert await tea.refused("GET", "/users/@me", token="another") == (401, 0)
    assert await tea.refused("GET", "/users/@me", agent="curl/8") == (403, 40333)
    assert await tea.refused("GET", "/nowhere") == (404, 0)
    status, _ = await tea.http.call("PATCH", "/users/@me")
    assert status == 405 or status == 404
    base = tea.pretend.api.replace("v10", "v5")
    assert await tea.refused("GET", "/users/@me", base=base) == (400, 50041)
    assert await tea.refused("POST", tea.at, b"{no", kind="application/json") == (400, 50109)
    wrong = await tea.http.mistakes("POST", tea.at, b"{}", kind="text/plain")
    assert wrong == [("", "CONTENT_TYPE_INVALID")]
    wrong = await tea.http.mistakes("POST", tea.at, b"{}", kind="application/json; charset=utf-8")
    assert wrong == [("", "CONTENT_TYPE_INVALID")]
    form = aiohttp.FormData()
    form.add_field("payload_json", "{}", content_type="application/json")
    form.add_field("files[0]", io.BytesIO(b"0" * (10 * 1024**2 + 1)), filename="large.txt")
    assert await tea.refused("POST", tea.at, form) == (413, 40005)


MESSAGES: list[tuple[Any, str, str]] = [
    ({"content": "x" * 2_001}, "content", "BASE_TYPE_MAX_LENGTH"),
    ({"content": 5}, "content", "STRING_TYPE_CONVERT"),
    ({"content": "x", "nonce": "n" * 26}, "nonce", "BASE_TYPE_MAX_LENGTH"),
    ({"embeds": [{"title": "t"}] * 11}, "embeds", "BASE_TYPE_MAX_LENGTH"),
    ({"embeds": {}}, "embeds", "LIST_TYPE_CONVERT"),
    ({"embeds": [5]}, "embeds.0", "MODEL_TYPE_CONVERT"),
    ({"embeds": [{"title": "t" * 257}]}, "embeds.0.title", "BASE_TYPE_MAX_LENGTH"),
    ({"embeds": [{"description": "t" * 4_097}]}, "embeds.0.description", "BASE_TYPE_MAX_LENGTH"),
    ({"embeds": [{"footer": {"text": "t" * 2_049}}]}, "embeds.0.footer.text", "BASE_TYPE_MAX_LENGTH"),
    ({"embeds": [{"author": {"name": "t" * 257}}]}, "embeds.0.author.name", "BASE_TYPE_MAX_LENGTH"),
    (
        {"embeds": [{"fields": [{"name": "n", "value": "v"}] * 26}]},
        "embeds.0.fields",
        "BASE_TYPE_MAX_LENGTH",
    ),
    (
        {"embeds": [{"fields": [{"name": "n" * 257, "value": "v"}]}]},
        "embeds.0.fields.0.name",
        "BASE_TYPE_MAX_LENGTH",
    ),
    (
        {"embeds": [{"fields": [{"name": "n", "value": "v" * 1_025}]}]},
        "embeds.0.fields.0.value",
        "BASE_TYPE_MAX_LENGTH",
    ),
    (
        {"embeds": [{"fields": [{"name": "n", "value": ""}]}]},
        "embeds.0.fields.0.value",
        "BASE_TYPE_REQUIRED",
    ),
    ({"embeds": [{"description": "t" * 3_001}] * 2}, "embeds", "MAX_EMBED_SIZE_EXCEEDED"),
    ({"embeds": [{"color": 0x1000000, "title": "t"}]}, "embeds.0.color", "NUMBER_TYPE_MAX"),
    ({"embeds": [{"url": "javascript:1", "title": "t"}]}, "embeds.0.url", "URL_TYPE_INVALID_URL"),
    ({"embeds": [{"image": {"url": "no"}, "title": "t"}]}, "embeds.0.image.url", "URL_TYPE_INVALID_URL"),
    ({"embeds": [{"timestamp": "noon", "title": "t"}]}, "embeds.0.timestamp", "DATE_TIME_TYPE_PARSE"),
    (
        {"content": "x", "attachments": [{"id": 0, "description": "d" * 1_025}]},
        "attachments.0.description",
        "BASE_TYPE_MAX_LENGTH",
    ),
    ({"content": "x", "attachments": [{}]}, "attachments.0.id", "BASE_TYPE_REQUIRED"),
    (
        {"content": "x", "allowed_mentions": {"parse": ["all"]}},
        "allowed_mentions.parse.0",
        "BASE_TYPE_CHOICES",
    ),
    (
        {"content": "x", "allowed_mentions": {"parse": ["users"], "users": ["1"]}},
        "allowed_mentions",
        "MESSAGE_ALLOWED_MENTIONS_PARSE_EXCLUSIVE",
    ),
    (
        {"content": "x", "allowed_mentions": {"users": ["1"] * 101}},
        "allowed_mentions.users",
        "BASE_TYPE_MAX_LENGTH",
    ),
    (
        {"content": "x", "message_reference": {"message_id": "1"}},
        "message_reference",
        "REPLIES_UNKNOWN_MESSAGE",
    ),
]


async def test_messages_out_of_bounds(tea: Tea) -> None:
    for form, place, code in MESSAGES:
        assert (place, code) in await tea.wrong(form), place
    assert tea.pretend.said == []


def button(**more: Any) -> Any:
    return {"type": 2, "style": 1, "label": "Yes", "custom_id": "yes"} | more


def select(**more: Any) -> Any:
    return {"type": 3, "custom_id": "pick", "options": [{"label": "a", "value": "a"}]} | more


def rows(*parts: Any) -> Any:
    return [{"type": 1, "components": list(parts)}]


COMPONENTS: list[tuple[Any, str, str]] = [
    (
        [{"type": 1, "components": [button(custom_id=str(n))]} for n in range(6)],
        "",
        "BASE_TYPE_MAX_LENGTH",
    ),
    ([button()], ".0.type", "UNION_TYPE_CHOICES"),
    (rows(), ".0.components", "BASE_TYPE_BAD_LENGTH"),
    (rows(*(button(custom_id=str(n)) for n in range(6))), ".0.components", "BASE_TYPE_BAD_LENGTH"),
    (rows(button(), select()), ".0.components", "COMPONENT_LAYOUT_WIDTH_EXCEEDED"),
    (rows({"type": 4}), ".0.components.0.type", "UNION_TYPE_CHOICES"),
    (rows(button(), button()), ".0.components.1.custom_id", "COMPONENT_CUSTOM_ID_DUPLICATED"),
    (rows(button(custom_id="c" * 101)), ".0.components.0.custom_id", "BASE_TYPE_BAD_LENGTH"),
    (rows(button(custom_id=None)), ".0.components.0.custom_id", "BASE_TYPE_REQUIRED"),
    (rows(button(label="l" * 81)), ".0.components.0.label", "BASE_TYPE_MAX_LENGTH"),
    (rows(button(label="")), ".0.components.0.label", "BASE_TYPE_REQUIRED"),
    (rows(button(style=9)), ".0.components.0.style", "BASE_TYPE_CHOICES"),
    (rows(button(style=5)), ".0.components.0", "BUTTON_COMPONENT_CUSTOM_ID_AND_URL"),
    (
        rows({"type": 2, "style": 5, "label": "l", "url": "no"}),
        ".0.components.0.url",
        "URL_TYPE_INVALID_URL",
    ),
    (rows(select(options=[])), ".0.components.0.options", "BASE_TYPE_BAD_LENGTH"),
    (
        rows(select(options=[{"label": "a", "value": str(n)} for n in range(26)])),
        ".0.components.0.options",
        "BASE_TYPE_BAD_LENGTH",
    ),
    (
        rows(select(options=[{"label": "a" * 101, "value": "a"}])),
        ".0.components.0.options.0.label",
        "BASE_TYPE_MAX_LENGTH",
    ),
    (
        rows(select(options=[{"label": "a", "value": "a"}] * 2)),
        ".0.components.0.options.1.value",
        "SELECT_COMPONENT_OPTION_VALUE_DUPLICATED",
    ),
    (rows(select(placeholder="p" * 151)), ".0.components.0.placeholder", "BASE_TYPE_MAX_LENGTH"),
    (rows(select(max_values=26)), ".0.components.0.max_values", "NUMBER_TYPE_MAX"),
    (rows(select(min_values=-1)), ".0.components.0.min_values", "NUMBER_TYPE_MAX"),
    (
        rows(select(options=[{"label": "a", "value": str(n), "default": True} for n in range(2)])),
        ".0.components.0.options",
        "SELECT_COMPONENT_TOO_MANY_DEFAULTS",
    ),
    (
        rows({"type": 8, "custom_id": "c", "default_values": [{"type": "tea"}]}),
        ".0.components.0.default_values.0.type",
        "BASE_TYPE_CHOICES",
    ),
]


async def test_components_out_of_bounds(tea: Tea) -> None:
    for components, place, code in COMPONENTS:
        wrong = await tea.wrong({"content": "x", "components": components})
        assert (f"components{place}", code) in wrong, place


async def test_what_says_nothing(tea: Tea) -> None:
    assert await tea.refused("POST", tea.at, {}) == (400, 50006)
    status, said = await tea.post({"content": "x"})
    assert status == 200
    assert await tea.refused("PATCH", f"{tea.at}/{said['id']}", {"content": ""}) == (400, 50006)


async def test_a_picture_that_did_not_come_along_is_not_shown(tea: Tea) -> None:
    status, said = await tea.post({"embeds": [{"title": "t", "image": {"url": "attachment://a.png"}}]})
    assert (status, said["embeds"]) == (200, [{"type": "rich", "title": "t"}])


async def test_what_is_not_there(tea: Tea) -> None:
    assert await tea.refused("GET", "/channels/1") == (404, 10003)
    assert await tea.refused("GET", f"{tea.at}/1") == (404, 10008)
    assert await tea.refused("GET", "/guilds/1") == (404, 10004)
    assert await tea.refused("GET", f"/guilds/{tea.server.id}/members/1") == (404, 10013)
    stranger = tea.pretend.server("Elsewhere").person("Eve")
    assert await tea.refused("GET", f"/guilds/{tea.server.id}/members/{stranger.id}") == (404, 10007)
    assert await tea.refused("GET", "/users/1") == (404, 10013)
    assert await tea.refused("POST", "/users/@me/channels", {"recipient_id": "1"}) == (404, 10013)
    said = tea.ada.says(tea.general, "hello")
    reactions = f"{tea.at}/{said.id}/reactions"
    assert await tea.refused("PUT", f"{reactions}/tick/@me") == (400, 10014)
    assert await tea.refused("PUT", f"{reactions}/tick:5/@me") == (400, 10014)
    own = tea.server.emoji("tick")
    assert (await tea.http.call("PUT", f"{reactions}/{own}/@me"))[0] == 204
    elsewhere = tea.pretend.server("Far", with_me=False)
    assert await tea.refused("GET", f"/guilds/{elsewhere.id}") == (404, 10004)


async def test_what_may_not_be_seen_or_done(tea: Tea) -> None:
    hidden = tea.server.channel("hidden", hidden=True)
    there = f"/channels/{hidden.id}/messages"
    assert await tea.refused("GET", f"/channels/{hidden.id}") == (403, 50001)
    assert await tea.refused("GET", there) == (403, 50001)
    assert await tea.refused("POST", there, {"content": "x"}) == (403, 50001)
    tea.server.change(hidden, overwrites=[Overwrite(tea.server.id, 0, deny=SEND_MESSAGES)])
    assert await tea.refused("POST", there, {"content": "y"}) == (403, 50013)
    tea.server.change(hidden, overwrites=[Overwrite(tea.server.id, 0, deny=EMBED_LINKS)])
    assert await tea.refused("POST", there, {"embeds": [{"title": "t"}]}) == (403, 50013)
    form = aiohttp.FormData()
    form.add_field("payload_json", '{"content": "x"}')
    form.add_field("files[0]", b"0", filename="a.txt")
    tea.server.change(hidden, overwrites=[Overwrite(tea.server.id, 0, deny=ATTACH_FILES)])
    assert await tea.refused("POST", there, form) == (403, 50013)
    theirs = tea.ada.says(hidden, "mine")
    assert await tea.refused("PATCH", f"{there}/{theirs.id}", {"content": "ours"}) == (403, 50005)
    assert await tea.refused("DELETE", f"{there}/{theirs.id}") == (403, 50013)
    tea.server.allow_me(EVERYONE | MANAGE_MESSAGES)
    assert (await tea.http.call("DELETE", f"{there}/{theirs.id}"))[0] == 204
    joined = tea.server.says_joined(tea.ada, tea.general)
    wrong = await tea.http.mistakes(
        "POST", tea.at, {"content": "x", "message_reference": {"message_id": joined.id}}
    )
    assert wrong == [("message_reference", "REPLIES_CANNOT_REPLY_TO_SYSTEM_MESSAGE")]
    blind = tea.server.channel("blind", deny=READ_MESSAGE_HISTORY)
    first = tea.ada.says(blind, "x")
    assert await tea.http.call("GET", f"/channels/{blind.id}/messages") == (200, [])
    assert await tea.refused("GET", f"/channels/{blind.id}/messages/{first.id}") == (403, 50013)
    reply = {"content": "x", "message_reference": {"message_id": first.id}}
    assert await tea.refused("POST", f"/channels/{blind.id}/messages", reply) == (400, 160002)


async def test_roles_and_overwrites_say_who_may_what(tea: Tea) -> None:
    let_in = tea.server.channel("let in", hidden=True, to_me=True)
    assert (await tea.post({"content": "x"}, f"/channels/{let_in.id}/messages"))[0] == 200
    role = tea.server.role("Guest")
    tea.server.guild.members[tea.pretend.world.me.id].roles.append(role.id)
    by_role = tea.server.channel("by role", hidden=True)
    by_role.overwrites.append(Overwrite(role.id, 0, allow=1 << 10))
    assert (await tea.post({"content": "x"}, f"/channels/{by_role.id}/messages"))[0] == 200
    by_role.overwrites.append(Overwrite(tea.pretend.world.me.id, 1, deny=1 << 10))
    assert await tea.refused("GET", f"/channels/{by_role.id}") == (403, 50001)
    tea.server.allow_me(1 << 3)
    assert (await tea.http.call("GET", f"/channels/{by_role.id}"))[0] == 200


async def test_direct_messages_reach_only_those_who_take_them(tea: Tea) -> None:
    _, direct = await tea.http.call("POST", "/users/@me/channels", {"recipient_id": tea.ada.id})
    there = f"/channels/{direct['id']}/messages"
    assert (await tea.post({"content": "hello"}, there))[0] == 200
    tea.ada.user.takes_direct = False
    assert await tea.refused("POST", there, {"content": "again"}) == (403, 50007)
    tea.ada.user.takes_direct = True
    tea.ada.leaves()
    assert await tea.refused("POST", there, {"content": "and again"}) == (403, 50007)
    me = {"recipient_id": tea.pretend.world.me.id}
    assert await tea.refused("POST", "/users/@me/channels", me) == (403, 50007)


async def test_forums_categories_and_threads(tea: Tea) -> None:
    forum = tea.server.forum("help", [str(n) for n in range(7)], needs_tag=True)
    assert await tea.refused("POST", f"/channels/{forum.id}/messages", {"content": "x"}) == (400, 40058)
    assert await tea.refused("GET", f"/channels/{forum.id}/messages") == (400, 50008)
    category = tea.server.channel("all", kind=CATEGORY)
    assert await tea.refused("POST", f"/channels/{category.id}/messages", {"content": "x"}) == (400, 50008)
    posts = f"/channels/{forum.id}/threads"
    form = {"name": "Teapot", "message": {"content": "leaks"}}
    assert await tea.refused("POST", posts, form) == (400, 40067)
    assert await tea.refused("POST", posts, form | {"applied_tags": ["1"]}) == (404, 10087)
    tags = [tag.id for tag in forum.tags]
    wrong = await tea.http.mistakes("POST", posts, form | {"applied_tags": tags[:6]})
    assert wrong == [("applied_tags", "BASE_TYPE_MAX_LENGTH")]
    status, post = await tea.http.call("POST", posts, form | {"applied_tags": tags[:5]})
    assert (status, post["id"]) == (200, post["message"]["id"])
    wrong = await tea.http.mistakes("POST", posts, {"name": "n" * 101, "applied_tags": tags[:1]})
    assert wrong == [("message", "BASE_TYPE_REQUIRED"), ("name", "BASE_TYPE_BAD_LENGTH")]

    thread, _ = tea.ada.posts(forum, "Kettle", "whistles", ["1"])
    there = f"/channels/{thread.id}"
    assert await tea.refused("PATCH", there, {"applied_tags": tags[:1]}) == (403, 50013)
    tea.server.allow_me(EVERYONE | MANAGE_THREADS)
    assert (await tea.http.call("PATCH", there, {"applied_tags": tags[:1]}))[0] == 200
    assert await tea.refused("PATCH", there, {"applied_tags": []}) == (400, 40067)
    assert await tea.refused("PATCH", f"/channels/{tea.general.id}", {"name": "x"}) == (400, 50024)
    asked = tea.ada.says(tea.general, "why?")
    made = f"{tea.at}/{asked.id}/threads"
    assert (await tea.http.call("POST", made, {"name": "Why"}))[0] == 200
    assert await tea.refused("POST", made, {"name": "Why"}) == (400, 160004)
    wrong = await tea.http.mistakes("POST", f"{tea.at}/{tea.ada.says(tea.general, 'x').id}/threads", {})
    assert wrong == [("name", "BASE_TYPE_REQUIRED")]
    assert await tea.refused("POST", f"/channels/{tea.general.id}/threads", {"name": "n"}) == (400, 50024)
    alone = tea.server.private_thread(tea.general, "alone", tea.ada)
    tea.server.allow_me(EVERYONE)
    assert await tea.refused("GET", f"/channels/{alone.id}") == (403, 50001)


async def test_archived_and_locked_threads(tea: Tea) -> None:
    asked = tea.ada.says(tea.general, "why?")
    thread = tea.server.thread(tea.general, "Why", tea.ada, on=asked)
    there = f"/channels/{thread.id}/messages"
    _, said = await tea.post({"content": "because"}, there)
    tea.server.archive(thread)
    assert await tea.refused("PATCH", f"{there}/{said['id']}", {"content": "so"}) == (400, 50083)
    assert await tea.refused("PUT", f"{there}/{said['id']}/reactions/✅/@me") == (400, 50083)
    assert await tea.refused("PUT", f"/channels/{thread.id}/thread-members/@me") == (400, 50083)
    assert await tea.refused("PATCH", f"/channels/{thread.id}", {"name": "x"}) == (403, 50013)
    tea.server.allow_me(EVERYONE | MANAGE_THREADS)
    assert await tea.refused("PATCH", f"/channels/{thread.id}", {"name": "x"}) == (400, 50083)
    _, listed = await tea.http.call("GET", f"/channels/{tea.general.id}/threads/archived/public")
    assert [each["id"] for each in listed["threads"]] == [thread.id]
    assert not listed["has_more"]
    assert (await tea.post({"content": "wake"}, there))[0] == 200
    assert not thread.archived
    _, listed = await tea.http.call("GET", f"/guilds/{tea.server.id}/threads/active")
    assert [each["id"] for each in listed["threads"]] == [thread.id]
    tea.server.allow_me(EVERYONE)
    tea.server.archive(thread, locked=True)
    assert await tea.refused("POST", there, {"content": "hello?"}) == (403, 160005)
    tea.server.change(tea.general, overwrites=[Overwrite(tea.server.id, 0, deny=SEND_IN_THREADS)])
    thread.locked = False
    assert await tea.refused("POST", there, {"content": "hello??"}) == (403, 50013)
    assert await tea.refused("GET", f"/channels/{tea.general.id}/threads/archived/private") == (403, 50013)


async def test_old_messages_are_edited_a_few_times_only(tea: Tea) -> None:
    _, said = await tea.post({"content": "0"})
    there = f"{tea.at}/{said['id']}"
    for number in range(5):
        assert (await tea.http.call("PATCH", there, {"content": f"{number}"}))[0] == 200
    tea.pretend.pass_by(hours=1.1)
    for number in range(3):
        assert (await tea.http.call("PATCH", there, {"content": f"old {number}"}))[0] == 200
    status, answer = await tea.http.call("PATCH", there, {"content": "too old"})
    assert (status, answer["code"]) == (429, 30046)
    assert answer["retry_after"] > 0


async def test_a_nonce_makes_one_message_for_a_while(tea: Tea) -> None:
    form = {"content": "once", "nonce": "n1", "enforce_nonce": True}
    _, first = await tea.post(form)
    _, again = await tea.post(form)
    assert first["id"] == again["id"]
    assert first["nonce"] == "n1"
    _, history = await tea.http.call("GET", tea.at)
    assert [each["id"] for each in history] == [first["id"]]
    assert "nonce" not in history[0]
    _, without = await tea.post(form | {"enforce_nonce": False})
    assert without["id"] != first["id"]
    await tea.http.call("DELETE", f"{tea.at}/{first['id']}")
    assert await tea.refused("POST", tea.at, form) == (404, 10008)
    tea.pretend.pass_by(minutes=6)
    assert (await tea.post(form))[0] == 200


async def test_only_so_many_kinds_of_reactions(tea: Tea) -> None:
    said = tea.ada.says(tea.general, "hello")
    for number in range(20):
        tea.ada.reacts(said, chr(0x1F600 + number))
    there = f"{tea.at}/{said.id}/reactions"
    assert await tea.refused("PUT", f"{there}/✅/@me") == (400, 30010)
    assert (await tea.http.call("PUT", f"{there}/{chr(0x1F600)}/@me"))[0] == 204
    _, who = await tea.http.call("GET", f"{there}/{chr(0x1F600)}")
    assert [each["id"] for each in who] == sorted([tea.pretend.world.me.id, tea.ada.id], key=int)


async def test_history_is_read_page_by_page(tea: Tea) -> None:
    said = [tea.ada.says(tea.general, f"{number}") for number in range(7)]

    async def read(**query: Any) -> list[str]:
        status, found = await tea.http.call("GET", tea.at, **query)
        assert status == 200
        return [each["content"] for each in found]

    assert await read(limit=3) == ["6", "5", "4"]
    assert await read(limit=2, before=said[4].id) == ["3", "2"]
    assert await read(limit=2, after=said[1].id) == ["3", "2"]
    assert await read(limit=3, around=said[3].id) == ["4", "3", "2"]
    for limit in (0, 101, "many"):
        assert await tea.http.mistakes("GET", tea.at, None, limit=limit) == [("limit", "NUMBER_TYPE_MAX")]


async def test_members_are_listed_with_the_intent_only(tea: Tea) -> None:
    members = f"/guilds/{tea.server.id}/members"
    _, found = await tea.http.call("GET", members, limit=2)
    _, rest = await tea.http.call("GET", members, limit=1_000, after=found[-1]["user"]["id"])
    assert {each["user"]["username"] for each in found + rest} == {"ada", "owner", "hearth"}
    assert await tea.http.mistakes("GET", members, None, limit=1_001) == [("limit", "NUMBER_TYPE_MAX")]
    _, found = await tea.http.call("GET", f"{members}/search", query="AD", limit=5)
    assert [each["user"]["id"] for each in found] == [tea.ada.id]
    assert await tea.http.mistakes("GET", f"{members}/search", None) == [("query", "BASE_TYPE_REQUIRED")]
    tea.pretend.world.granted &= ~MEMBERS
    assert await tea.refused("GET", members) == (403, 50001)


COMMANDS: list[tuple[Any, str, str]] = [
    ({"name": "Upper", "description": "d"}, "name", "APPLICATION_COMMAND_INVALID_NAME"),
    ({"name": "with space", "description": "d"}, "name", "APPLICATION_COMMAND_INVALID_NAME"),
    ({"name": "n" * 33, "description": "d"}, "name", "BASE_TYPE_BAD_LENGTH"),
    ({"name": "n"}, "description", "BASE_TYPE_REQUIRED"),
    ({"name": "n", "description": "d" * 101}, "description", "BASE_TYPE_BAD_LENGTH"),
    ({"name": "n", "description": "d", "type": 9}, "type", "BASE_TYPE_CHOICES"),
    (
        {"name": "M", "type": 3, "description": "d"},
        "description",
        "APPLICATION_COMMANDS_CONTEXT_MENU_DESCRIPTION",
    ),
    (
        {"name": "n", "description": "d", "description_localizations": {"xx": "d"}},
        "description_localizations.xx",
        "BASE_TYPE_CHOICES",
    ),
]


async def test_commands_out_of_bounds(tea: Tea) -> None:
    for command, place, code in COMMANDS:
        there = f"/applications/{tea.pretend.world.me.id}/commands"
        assert (f"0.{place}", code) in await tea.http.mistakes("PUT", there, [command]), place


def option(**more: Any) -> Any:
    return {"type": 3, "name": "o", "description": "d"} | more


OPTIONS: list[tuple[Any, str, str]] = [
    ([option(name=f"o{n}") for n in range(26)], "", "BASE_TYPE_MAX_LENGTH"),
    ([option(), option()], ".1.name", "APPLICATION_COMMAND_OPTIONS_NAME_ALREADY_EXISTS"),
    (
        [option(), option(name="p", required=True)],
        ".1.required",
        "APPLICATION_COMMAND_OPTIONS_REQUIRED_INVALID",
    ),
    ([option(), option(name="p", type=1)], "", "APPLICATION_COMMAND_OPTIONS_TYPE_INVALID"),
    ([option(type=2, options=[option()])], ".0.options", "APPLICATION_COMMAND_OPTIONS_TYPE_INVALID"),
    (
        [option(choices=[{"name": "n", "value": str(n)} for n in range(26)])],
        ".0.choices",
        "BASE_TYPE_MAX_LENGTH",
    ),
    ([option(choices=[{"name": "n" * 101, "value": "v"}])], ".0.choices.0.name", "BASE_TYPE_BAD_LENGTH"),
    ([option(choices=[{"name": "n"}])], ".0.choices.0.value", "BASE_TYPE_REQUIRED"),
    (
        [option(choices=[{"name": "n", "value": "v"}], autocomplete=True)],
        ".0.autocomplete",
        "APPLICATION_COMMAND_AUTOCOMPLETE_WITH_CHOICES",
    ),
    ([option(type=7, autocomplete=True)], ".0.autocomplete", "APPLICATION_COMMAND_OPTIONS_TYPE_INVALID"),
    ([option(max_length=6_001)], ".0.max_length", "NUMBER_TYPE_MAX"),
    ([option(description="")], ".0.description", "BASE_TYPE_REQUIRED"),
]


async def test_options_out_of_bounds(tea: Tea) -> None:
    for options, place, code in OPTIONS:
        there = f"/applications/{tea.pretend.world.me.id}/commands"
        wrong = await tea.http.mistakes("PUT", there, [{"name": "n", "description": "d", "options": options}])
        assert (f"0.options{place}", code) in wrong, place


async def test_how_many_commands(tea: Tea) -> None:
    me = tea.pretend.world.me.id
    there = f"/applications/{me}/guilds/{tea.server.id}/commands"
    menus = [{"name": f"M{n}", "type": 3} for n in range(16)]
    assert await tea.http.mistakes("PUT", there, menus) == [("", "BASE_TYPE_MAX_LENGTH")]
    twice = [{"name": "n", "description": "d"}] * 2
    assert await tea.http.mistakes("PUT", there, twice) == [("1.name", "APPLICATION_COMMANDS_DUPLICATE_NAME")]
    large = option(choices=[{"name": "n", "value": "v" * 100} for n in range(25)])
    many = [{**large, "name": f"o{n}"} for n in range(4)]
    wrong = await tea.http.mistakes("PUT", there, [{"name": "n", "description": "d", "options": many}])
    assert ("0", "APPLICATION_COMMAND_TOO_LARGE") in wrong
    for batch in range(20):
        made = [{"name": f"n{batch}-{n}", "description": "d"} for n in range(10)]
        assert (await tea.http.call("PUT", there, made))[0] == 200
    assert (await tea.http.call("PUT", there, made))[0] == 200
    one = [{"name": "another", "description": "d"}]
    assert await tea.refused("PUT", there, one) == (400, 30034)
    tea.pretend.pass_by(days=1)
    assert (await tea.http.call("PUT", there, one))[0] == 200
    assert await tea.refused("DELETE", f"{there}/1") == (404, 10063)
    assert await tea.refused("GET", "/applications/1/commands") == (403, 50001)


async def test_what_is_asked_too_often(tea: Tea) -> None:
    tea.pretend.front.limiter.scale = 60.0
    statuses = [(await tea.post({"content": f"{n}"}))[0] for n in range(6)]
    assert statuses == [200] * 5 + [429]
    told = tea.http.headers
    assert told["X-RateLimit-Limit"] == "5"
    assert told["X-RateLimit-Remaining"] == "0"
    assert told["X-RateLimit-Scope"] == "user"
    assert float(told["X-RateLimit-Reset-After"]) > 0
    assert float(told["Retry-After"]) > 0
    assert told["X-RateLimit-Bucket"]
    # Another channel has an allowance of its own.
    other = tea.server.channel("other")
    assert (await tea.post({"content": "x"}, f"/channels/{other.id}/messages"))[0] == 200
    for _ in range(60):
        status, answer = await tea.http.call("GET", f"/channels/{tea.general.id}")
        if status == 429:
            break
    assert answer["global"]
    assert tea.http.headers["X-RateLimit-Global"] == "true"


async def test_who_never_learns_is_shut_out(tea: Tea) -> None:
    tea.pretend.front.limiter.most_invalid = 3
    for number in range(3):
        assert (await tea.http.call("GET", "/users/@me", token=f"wrong {number}"))[0] == 401
    assert "shut out" in tea.pretend.problems[-1]
    status, answer = await tea.http.call("GET", "/users/@me")
    assert (status, answer) == (429, "error code: 1015")


async def test_a_refusal_repeated_is_a_problem(tea: Tea) -> None:
    hidden = tea.server.channel("hidden", hidden=True)
    await tea.refused("GET", f"/channels/{hidden.id}")
    assert tea.pretend.problems == []
    await tea.refused("GET", f"/channels/{hidden.id}")
    assert tea.pretend.problems == ["GET /channels/{channel} was asked again after 403"]


@pytest.mark.parametrize(
    ("form", "notified"),
    [
        ({"content": "hello {ada}"}, {"ada"}),
        ({"content": "hello {ada}", "allowed_mentions": {"parse": []}}, set()),
        ({"content": "hello {ada}", "allowed_mentions": {"users": ["{ada id}"]}}, {"ada"}),
        ({"content": "hello {role}"}, {"role"}),
        ({"content": "hello {role}", "allowed_mentions": {"parse": ["users"]}}, set()),
        ({"content": "@everyone"}, {"@everyone"}),
        ({"content": "@here", "allowed_mentions": {"parse": ["users", "roles"]}}, set()),
        ({"embeds": [{"description": "@everyone {ada}"}]}, set()),
        ({"content": "yes", "message_reference": {"message_id": "{asked}"}}, {"ada"}),
        (
            {
                "content": "yes",
                "message_reference": {"message_id": "{asked}"},
                "allowed_mentions": {"parse": []},
            },
            set(),
        ),
    ],
)
async def test_whom_a_message_notifies(tea: Tea, form: Any, notified: set[str]) -> None:
    tea.server.allow_me(EVERYONE | MENTION_EVERYONE)
    role = tea.server.role("Keeper")
    asked = tea.ada.says(tea.general, "?")
    meant = {
        "{ada}": tea.ada.mention,
        "{ada id}": tea.ada.id,
        "{role}": f"<@&{role.id}>",
        "{asked}": asked.id,
    }

    def filled(value: Any) -> Any:
        if isinstance(value, str):
            for name, instead in meant.items():
                value = value.replace(name, instead)
            return value
        if isinstance(value, dict):
            return {key: filled(each) for key, each in value.items()}
        return [filled(each) for each in value]

    assert (await tea.post(filled(form)))[0] == 200
    names = {"ada": tea.ada.id, "role": f"role {role.id}", "@everyone": "@everyone"}
    assert tea.pretend.said[-1].pings == {names[each] for each in notified}
    assert bool(tea.pretend.problems) == bool(notified)


async def test_everyone_is_not_notified_without_the_right(tea: Tea) -> None:
    await tea.post({"content": "@everyone"})
    assert tea.pretend.said[-1].pings == set()


async def test_what_a_test_plans_becomes_of_requests(tea: Tea) -> None:
    route = "/channels/{channel}/messages"
    tea.pretend.plan("POST", route, 503)
    assert (await tea.post({"content": "1"}))[0] == 503
    assert tea.pretend.said == []
    tea.pretend.plan("POST", route, "drops")
    with pytest.raises(aiohttp.ClientError):
        await tea.post({"content": "2"})
    assert tea.pretend.said == []
    tea.pretend.plan("POST", route, "dies")
    with pytest.raises(aiohttp.ClientError):
        await tea.post({"content": "3"})
    assert [each.content for each in tea.pretend.said] == ["3"]
    tea.pretend.plan("POST", route, "hangs")
    hanging = asyncio.create_task(tea.post({"content": "4"}))
    await asyncio.wait([hanging], timeout=0.01)
    assert not hanging.done()
    tea.pretend.front.closing.set()
    with pytest.raises(aiohttp.ClientError):
        await hanging
    tea.pretend.front.latency = 0.01
    assert (await tea.post({"content": "5"}))[0] == 200
