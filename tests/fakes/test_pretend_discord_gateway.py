"""The pretend Discord's gateway by hand: what closes it, what is told again, what is told to whom."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest

from tests.fakes.discord_calls import Caller, calling, identity
from tests.fakes.pretend_discord import CONTENT, MEMBERS, TOKEN, PretendDiscord
from tests.fakes.pretend_discord.permissions import EVERYONE, MANAGE_GUILD
from tests.fakes.pretend_discord.world import (
    AUTOMOD_HITS,
    DIRECT_MESSAGES,
    GUILDS,
    MESSAGES,
    PRESENCES,
    REACTIONS,
)

ALL = GUILDS | MEMBERS | MESSAGES | REACTIONS | DIRECT_MESSAGES | CONTENT | AUTOMOD_HITS


@pytest.fixture
async def pretend() -> PretendDiscord:
    return PretendDiscord()


@pytest.fixture
async def http(pretend: PretendDiscord) -> AsyncIterator[Caller]:
    async with calling(pretend) as caller:
        yield caller


@pytest.mark.parametrize(
    ("said", "code"),
    [
        ([(2, identity(ALL) | {"token": "another"})], 4004),
        ([(2, identity(1 << 40))], 4013),
        ([(2, {"token": TOKEN, "properties": {"os": "linux"}})], 4013),
        ([(2, identity(ALL | PRESENCES))], 4014),
        ([(2, identity(ALL, shard=[2, 2]))], 4010),
        ([(2, identity(ALL, properties={}))], 4002),
        ([(8, {"guild_id": "1"})], 4003),
        ([(2, identity(ALL)), (2, identity(ALL))], 4005),
        ([(99, None)], 4001),
        ([(6, {"token": "another", "session_id": "1", "seq": 1})], 4004),
        ([(1, None)] * 121, 4008),
    ],
)
async def test_what_closes_it(
    pretend: PretendDiscord, http: Caller, said: list[tuple[int, Any]], code: int
) -> None:
    async with http.gateway() as line:
        for op, data in said:
            await line.send(op, data)
        assert await line.closed() == code
    assert pretend.gateway.closes == [code]


@pytest.mark.parametrize("query", [{"v": "6"}, {"encoding": "etf"}])
async def test_other_versions_and_codings_are_not_spoken(http: Caller, query: dict[str, str]) -> None:
    async with http.gateway(**query) as line:
        assert await line.closed() == 4012


async def test_noise_is_not_understood(http: Caller) -> None:
    async with http.gateway() as line:
        await line.send_raw("hello")
        assert await line.closed() == 4002


async def test_too_many_servers_have_to_be_shared_out(
    pretend: PretendDiscord, http: Caller, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tests.fakes.pretend_discord.gateway._MOST_GUILDS", 1)
    pretend.server("A")
    pretend.server("B")
    async with http.gateway() as line:
        await line.send(2, identity(ALL))
        assert await line.closed() == 4011


async def test_a_heart_has_to_beat(pretend: PretendDiscord, http: Caller) -> None:
    pretend.gateway.heartbeat_s = 0.02
    async with http.gateway() as line:
        assert (await line.next())["d"] == {"heartbeat_interval": 20}
        await line.send(1, None)
        assert (await line.next())["op"] == 11
        assert await line.closed() == 4009


async def test_it_asks_for_a_heartbeat(pretend: PretendDiscord, http: Caller) -> None:
    async with http.gateway(compress="zlib-stream") as line:
        await line.identify(ALL)
        pretend.gateway.ask_for_heartbeat()
        assert (await line.next())["op"] == 1


async def test_servers_come_after_it_is_ready(pretend: PretendDiscord, http: Caller) -> None:
    tea = pretend.server("Tea")
    hidden, general = tea.channel("hidden", hidden=True), tea.channel("general")
    ada = tea.person("Ada")
    thread = tea.thread(general, "Why", ada, on=ada.says(general, "why?"))
    tea.thread(hidden, "No", ada, on=ada.says(hidden, "no"))
    async with http.gateway() as line:
        ready = await line.identify(ALL)
        assert ready["guilds"] == [{"id": tea.id, "unavailable": True}]
        assert ready["application"] == {"id": pretend.world.me.id, "flags": (1 << 15) | (1 << 19)}
        guild = await line.until("GUILD_CREATE")
    assert guild["member_count"] == 3
    assert [each["user"]["id"] for each in guild["members"]] == [pretend.world.me.id]
    # Discord tells of hidden channels too, only not what is in them.
    assert {each["name"] for each in guild["channels"]} == {"hidden", "general"}
    assert [each["id"] for each in guild["threads"]] == [thread.id]


async def test_what_was_missed_is_told_again(pretend: PretendDiscord, http: Caller) -> None:
    tea = pretend.server("Tea")
    general, ada = tea.channel("general"), tea.person("Ada")
    async with http.gateway() as line:
        ready = await line.identify(ALL)
        await line.until("GUILD_CREATE")
    await pretend.until(lambda: not pretend.gateway.connections)
    ada.says(general, "one")
    ada.says(general, "two")
    resume = {"token": TOKEN, "session_id": ready["session_id"], "seq": 2}
    async with http.gateway() as line:
        await line.next()
        await line.send(6, resume)
        assert [(await line.until("MESSAGE_CREATE"))["content"] for _ in range(2)] == ["one", "two"]
        assert (await line.next())["t"] == "RESUMED"
    async with http.gateway() as line:
        await line.next()
        await line.send(6, resume | {"seq": 99})
        assert await line.closed() == 4007


@pytest.mark.parametrize("why", ["unknown", "forgotten", "too long ago", "left for good"])
async def test_sessions_that_cannot_be_resumed(pretend: PretendDiscord, http: Caller, why: str) -> None:
    tea = pretend.server("Tea")
    general, ada = tea.channel("general"), tea.person("Ada")
    async with http.gateway() as line:
        session = (await line.identify(ALL))["session_id"]
        if why == "left for good":
            await line.leave(1000)
    await pretend.until(lambda: not pretend.gateway.connections)
    match why:
        case "unknown":
            session = "1"
        case "forgotten":
            pretend.gateway.forget()
        case "too long ago":
            pretend.gateway.buffered = 1
            ada.says(general, "one")
            ada.says(general, "two")
    async with http.gateway() as line:
        await line.next()
        await line.send(6, {"token": TOKEN, "session_id": session, "seq": 2})
        heard = await line.next()
        assert (heard["op"], heard["d"]) == (9, False)


async def test_it_asks_to_come_again(pretend: PretendDiscord, http: Caller) -> None:
    async with http.gateway() as line:
        await line.identify(ALL)
        pretend.gateway.ask_to_reconnect()
        assert (await line.next())["op"] == 7
        pretend.gateway.invalidate(resumable=True)
        heard = await line.next()
        assert (heard["op"], heard["d"]) == (9, True)


async def test_it_can_fall_silent(pretend: PretendDiscord, http: Caller) -> None:
    tea = pretend.server("Tea")
    general, ada = tea.channel("general"), tea.person("Ada")
    async with http.gateway() as line:
        await line.identify(ALL)
        await line.until("GUILD_CREATE")
        pretend.gateway.silent = True
        ada.says(general, "hello?")
        waiting = asyncio.create_task(line.next())
        await asyncio.wait([waiting], timeout=0.01)
        assert not waiting.done()
        pretend.gateway.speak()
        assert (await waiting)["d"]["content"] == "hello?"


async def test_identifying_too_often(pretend: PretendDiscord, http: Caller) -> None:
    pretend.gateway.identify_gap_s = 60.0
    async with http.gateway() as line, http.gateway() as other:
        await line.identify(ALL)
        await other.next()
        await other.send(2, identity(ALL))
        assert (await other.next())["op"] == 9
    pretend.gateway.identify_gap_s, pretend.gateway.identifies_left = 0.0, 0
    async with http.gateway() as line:
        await line.send(2, identity(ALL))
        assert await line.closed() == 4004
    assert pretend.problems == ["identified again too soon", "identified more often than a day allows"]
    _, told = await http.call("GET", "/gateway/bot")
    assert told["session_start_limit"]["remaining"] == 0
    assert (await http.call("GET", "/gateway", token=None))[1] == {"url": pretend.gateway.url}


async def test_members_come_in_chunks(pretend: PretendDiscord, http: Caller) -> None:
    tea = pretend.server("Tea")
    ada = tea.person("Ada")
    async with http.gateway() as line:
        await line.identify(ALL)
        await line.send(8, {"guild_id": tea.id, "query": "", "limit": 0, "nonce": "n"})
        chunk = await line.until("GUILD_MEMBERS_CHUNK")
        assert (len(chunk["members"]), chunk["nonce"], chunk["chunk_count"]) == (3, "n", 1)
        await line.send(8, {"guild_id": tea.id, "user_ids": [ada.id, "5"]})
        chunk = await line.until("GUILD_MEMBERS_CHUNK")
        assert [each["user"]["id"] for each in chunk["members"]] == [ada.id]
        assert chunk["not_found"] == ["5"]
    async with http.gateway() as line:
        await line.identify(GUILDS)
        await line.send(8, {"guild_id": tea.id, "query": "", "limit": 0})
        await pretend.until(lambda: pretend.problems)
    assert pretend.problems == ["asked for all members without the intent for them"]


async def test_what_was_not_asked_for_is_not_told(pretend: PretendDiscord, http: Caller) -> None:
    tea = pretend.server("Tea", rights=EVERYONE)
    general, hidden = tea.channel("general"), tea.channel("hidden", hidden=True)
    ada = tea.person("Ada")
    me = pretend.world.me.id
    async with http.gateway() as line, http.gateway() as bare:
        await line.identify(ALL)
        await bare.identify(GUILDS | MESSAGES | DIRECT_MESSAGES)
        for each in (line, bare):
            await each.until("GUILD_CREATE")
        tea.joins("Eve")
        ada.says(hidden, "hidden")
        # Nobody manages the server here, so AutoMod's doings are not told.
        tea.automod(ada, general, "buy", "buy")
        said = ada.says(general, "secret", files=1)
        ada.reacts(said, "👍")
        ada.says(general, f"<@{me}> to you")
        ada.says(general, "an answer", to=said)
        ada.writes_direct("directly")
        kinds = [(await line.next())["t"] for _ in range(6)]
        assert kinds == [
            "GUILD_MEMBER_ADD",
            "MESSAGE_CREATE",
            "MESSAGE_REACTION_ADD",
            "MESSAGE_CREATE",
            "MESSAGE_CREATE",
            "MESSAGE_CREATE",
        ]
        heard = [(await bare.next())["d"] for _ in range(4)]
        assert [each["content"] for each in heard] == ["", f"<@{me}> to you", "", "directly"]
        assert heard[0]["attachments"] == []
        assert heard[2]["referenced_message"]["content"] == ""
        tea.allow_me(EVERYONE | MANAGE_GUILD)
        tea.automod(ada, general, "buy", "buy")
        assert (await line.until("AUTO_MODERATION_ACTION_EXECUTION"))["matched_keyword"] == "buy"
        # Nor is who did not ask for it; they hear what comes next.
        await bare.until("GUILD_ROLE_UPDATE")
        ada.says(general, "later")
        assert (await bare.next())["t"] == "MESSAGE_CREATE"
