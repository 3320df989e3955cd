"""The lines to Discord come back, whatever ended them; and where they cannot, it is said why."""

import json
from collections.abc import AsyncIterator
from typing import Any

import pytest
from aiohttp import ClientSession

from tests.fakes.discord_hearth import DiscordHearth, discord_hearth
from tests.fakes.pretend_discord import CONTENT
from tests.fakes.pretend_discord.refusals import Wire

# What a server may leave out of what it tells, and Hearth lives without.
SPARE = {
    "READY": ("v", "session_id", "resume_gateway_url", "shard", "application", "private_channels"),
    "GUILD_CREATE": ("members", "emojis", "stickers", "presences", "voice_states", "member_count"),
}
SPARE_IN = {
    "roles": (
        "color",
        "colors",
        "hoist",
        "position",
        "managed",
        "mentionable",
        "flags",
        "icon",
        "unicode_emoji",
    ),
    "channels": ("position", "topic", "nsfw", "rate_limit_per_user", "flags", "permission_overwrites"),
    "threads": ("owner_id", "message_count", "member_count", "thread_metadata"),
}


@pytest.fixture
async def waiting(sqlite_url: str, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[DiscordHearth]:
    """Hearth in a server, yet to be started; it waits for nothing long."""
    monkeypatch.setattr("adapters.discord.line._IDENTIFY_EVERY_S", 0.0)
    monkeypatch.setattr("adapters.discord.upkeep._FIRST_S", 0.01)
    async with discord_hearth(sqlite_url) as made:
        yield made


@pytest.fixture
async def hearth(waiting: DiscordHearth) -> DiscordHearth:
    """Hearth in a server, running."""
    await waiting.start()
    return waiting


async def heard(hearth: DiscordHearth, statement: str) -> list[Any]:
    """Return what is in the database, once all that was told before is there."""
    await hearth.command("help")
    return hearth.look_up(statement)


async def readiness(hearth: DiscordHearth) -> tuple[int, str]:
    """Return what /readyz says."""
    async with ClientSession() as session, session.get(f"{hearth.address}/readyz") as answer:
        return answer.status, str(json.loads(await answer.text()).get("reason", ""))


async def test_without_a_good_token_it_is_not_ready_and_says_why(hearth: DiscordHearth) -> None:
    assert await readiness(hearth) == (200, "")
    hearth.discord.front.token = "another"
    await hearth.discord.gateway.drop()
    status, reason = await hearth.until(lambda: not_ready(hearth))
    assert status == 503
    assert reason.startswith("DISCORD_TOKEN: Discord does not know it")
    told = "SELECT reason FROM capability WHERE capability = 'connection' AND NOT works"
    await hearth.until(lambda: hearth.look_up(told) == [(reason,)])
    # Nothing more is tried: whoever goes on with a bad token is shut out.
    assert hearth.discord.gateway.closes == [4004]


async def not_ready(hearth: DiscordHearth) -> tuple[int, str] | None:
    """Return what /readyz says while it is not ready."""
    said = await readiness(hearth)
    return said if said[0] != 200 else None


@pytest.mark.parametrize("code", [4004, 4000, 1000])
async def test_a_line_that_discord_ended_is_begun_again(hearth: DiscordHearth, code: int) -> None:
    sam = hearth.server.person("Sam")
    await heard(hearth, "SELECT id FROM message")
    # The token is good all the same: this may pass.
    hearth.discord.gateway.turns_away.extend([code, code])
    hearth.discord.gateway.forget()
    await hearth.discord.gateway.drop()
    said = sam.says(hearth.help, "While nobody heard")
    await hearth.until(lambda: hearth.discord.gateway.identified == 2)
    await hearth.until(lambda: (said.id,) in hearth.look_up("SELECT id FROM message"))
    assert await readiness(hearth) == (200, "")


async def test_a_session_that_begins_unreadably_is_begun_again(waiting: DiscordHearth) -> None:
    broken: list[Wire] = [{"user": {"id": "none"}}, {"guilds": [{"id": "none"}]}]

    def as_told(kind: str, data: Wire) -> Wire:
        return {**data, **broken.pop()} if kind == "READY" and broken else data

    waiting.discord.gateway.as_told = as_told
    await waiting.start()
    assert "/community" in (await waiting.command("help")).words
    assert waiting.discord.gateway.identified == 3


async def test_a_session_that_never_begins_is_given_up(
    waiting: DiscordHearth, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("adapters.discord.gateway._BEGIN_S", 0.1)
    waiting.discord.gateway.turns_away.append(0)
    await waiting.start()
    assert "/community" in (await waiting.command("help")).words


def with_less(kind: str, data: Wire) -> Wire:
    """Return what a server tells that says no more than it has to."""
    if kind == "RESUMED":
        return None  # type: ignore[return-value] # So it says.
    left = {key: value for key, value in data.items() if key not in SPARE.get(kind, ())}
    for key, spare in SPARE_IN.items():
        if kind == "GUILD_CREATE":
            left[key] = [{name: each[name] for name in each if name not in spare} for each in data[key]]
    if kind == "GUILD_CREATE":
        # Nor does it say what everyone may.
        left["roles"] = [role for role in left["roles"] if role["id"] != data["id"]]
    return left


@pytest.mark.parametrize("streams", [True, False])
async def test_servers_that_say_less_than_discord_are_heard(waiting: DiscordHearth, streams: bool) -> None:
    sam = waiting.server.person("Sam")
    asked = sam.says(waiting.help, "Why?")
    waiting.server.thread(waiting.help, "Why", sam, on=asked)
    waiting.discord.gateway.as_told, waiting.discord.gateway.streams = with_less, streams
    waiting.discord.gateway.numbers = streams
    waiting.discord.front.json_type = "application/json; charset=utf-8"
    waiting.discord.plan("GET", "/gateway/bot", 404, times=1)
    waiting.settings |= {"discord_gateway_url": waiting.discord.gateway.url}
    await waiting.start()
    said = sam.says(waiting.help, "Hello")
    assert (said.id,) in await heard(waiting, "SELECT id FROM message")
    # What is done, undone and done again is told apart.
    for done in (sam.reacts, sam.unreacts, sam.reacts):
        done(said, "👍")
    assert await heard(waiting, "SELECT emoji FROM reaction WHERE there") == [("👍",)]
    # Nobody told what the session is called: it cannot be resumed, and begins anew.
    await waiting.discord.gateway.drop()
    again = sam.says(waiting.help, "Hello again")
    await waiting.until(lambda: waiting.discord.gateway.identified == 2)
    await waiting.until(lambda: (again.id,) in waiting.look_up("SELECT id FROM message"))


async def test_intents_that_nobody_says_are_granted_are_tried(waiting: DiscordHearth) -> None:
    waiting.discord.world.says_granted = False
    waiting.discord.world.granted = CONTENT
    await waiting.start()
    sam = waiting.server.person("Sam")
    sam.says(waiting.help, "Hello")
    assert await heard(waiting, "SELECT text FROM message") == [("Hello",)]
    assert "The Server Members Intent is not granted" in (await waiting.command("status")).words
    assert waiting.discord.gateway.closes == [4014]
    assert await readiness(waiting) == (200, "")


@pytest.mark.parametrize(
    ("named", "said", "wanted"),
    [
        (False, None, "/gateway/resume"),
        (True, None, "/gateway/resume"),
        # A server behind another address, which says where it would be without.
        (True, "wss://gateway.example.com", "/gateway"),
        (True, "not an address", "/gateway"),
    ],
)
async def test_a_line_is_resumed_where_it_can_be(
    waiting: DiscordHearth, named: bool, said: str | None, wanted: str
) -> None:
    gateway = waiting.discord.gateway
    if named:
        waiting.settings |= {"discord_gateway_url": gateway.url}
    if said is not None:
        gateway.as_told = lambda kind, data: data | {"resume_gateway_url": said} if kind == "READY" else data
    await waiting.start()
    sam = waiting.server.person("Sam")
    await gateway.drop()
    heard_anyway = sam.says(waiting.help, "Hello")
    await waiting.until(lambda: gateway.resumed == 1)
    assert gateway.opened == ["/gateway", wanted]
    assert await heard(waiting, "SELECT id FROM message") == [(heard_anyway.id,)]


@pytest.mark.parametrize("how", ["reconnect", "resumable", "not resumable", "heartbeat"])
async def test_what_the_gateway_asks_for_loses_nothing(hearth: DiscordHearth, how: str) -> None:
    gateway, sam = hearth.discord.gateway, hearth.server.person("Sam")
    said = [sam.says(hearth.help, "Before")]
    await heard(hearth, "SELECT id FROM message")
    match how:
        case "reconnect":
            gateway.ask_to_reconnect()
        case "heartbeat":
            gateway.ask_for_heartbeat()
        case _:
            gateway.invalidate(resumable=how == "resumable")
    said.append(sam.says(hearth.help, "Meanwhile"))
    if how == "not resumable":
        await hearth.until(lambda: gateway.identified == 2)
    elif how != "heartbeat":
        await hearth.until(lambda: gateway.resumed == 1)
    said.append(sam.says(hearth.help, "After"))
    await hearth.until(lambda: len(hearth.look_up("SELECT id FROM message")) >= len(said))
    assert hearth.look_up("SELECT id FROM message ORDER BY id") == [(each.id,) for each in said]


@pytest.mark.parametrize("how", ["of the future", "refused"])
async def test_a_session_that_cannot_go_on_is_begun_anew(hearth: DiscordHearth, how: str) -> None:
    gateway, sam = hearth.discord.gateway, hearth.server.person("Sam")
    first = sam.says(hearth.help, "Before")
    await heard(hearth, "SELECT id FROM message")
    for session in gateway.sessions.values():
        if how == "refused":
            gateway.refuses_resume = 4000
        else:
            session.sequence = 0
    await gateway.drop()
    missed = sam.says(hearth.help, "Missed")
    await hearth.until(lambda: gateway.identified == 2)
    await hearth.until(lambda: len(hearth.look_up("SELECT id FROM message")) >= 2)
    assert hearth.look_up("SELECT id FROM message ORDER BY id") == [(first.id,), (missed.id,)]
    assert gateway.closes == [4000 if how == "refused" else 4007]
