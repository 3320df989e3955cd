"""Hearth comes into a workspace: it tells what is there and what changed, and survives what is wrong."""

from collections.abc import AsyncIterator, Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

import pytest
from aiohttp import ClientSession

from adapters.slack.arrival import Arrival, client_for, enter, forget_installed, look_up
from adapters.slack.calls import Calls, Denied
from adapters.slack.manifest import manifest
from adapters.slack.workspace import Workspace as Entered
from bot.clock import Clock
from bot.core import Core
from bot.events import (
    CapabilityFound,
    ChannelFound,
    CommunityFound,
    Installed,
    MemberChanged,
    MemberJoined,
    MemberLeft,
)
from bot.features import FEATURES
from bot.memory import Memories
from storage.database import Database
from tests.fakes.ear import Ear
from tests.fakes.pretend_slack import Fault, Person, Workspace, rate_limited, serve


@pytest.fixture
async def pottery() -> AsyncIterator[Workspace]:
    """A workspace with two people, and Hearth in #help."""
    async with serve() as slack:
        workspace = slack.workspace("Pottery")
        help_ = workspace.channel("help")
        workspace.channel("old").archived = True
        dana = workspace.person("Dana", owner=True, admin=True, email="dana@pottery.example", joins=(help_,))
        workspace.person("Finn")
        workspace.group("crew", (dana,))
        workspace.install(slack.app(dict(manifest())), dana, into=(help_,))
        yield workspace


@pytest.fixture
def memory(sqlite_url: str) -> Iterator[Memories]:
    database = Database(sqlite_url, synchronous="OFF")
    yield Memories(database)
    database.close()


async def arrived(workspace: Workspace, memory: Memories) -> tuple[Ear, Entered]:
    """Come in as at a start of Hearth; return what was told."""
    ear, installed = Ear(), workspace.only
    async with ClientSession() as session:
        entered = await enter(client_for(installed.token, workspace.slack.api_url, session))
        await Arrival(entered, ear, memory, Clock().now).tell()
    return ear, entered


async def test_everything_that_is_there_is_told(pottery: Workspace, memory: Memories) -> None:
    pottery.slack.page_most = 2
    ear, entered = await arrived(pottery, memory)

    assert [event.name for event in ear.of(CommunityFound)] == ["Pottery"]
    assert {(event.name, event.heard, event.archived) for event in ear.of(ChannelFound)} == {
        ("general", False, False),
        ("help", True, False),
        ("old", False, True),
    }
    told = {event.name: event for event in ear.of(MemberChanged)}
    assert told["Dana"].admin
    assert set(told["Dana"].roles or ()) >= {"pottery.example", "crew"}
    assert not told["Finn"].admin
    assert told["Slackbot"].bot
    assert all(event.works for event in ear.of(CapabilityFound))
    [installed] = ear.of(Installed)
    assert installed.member == told["Dana"].member
    assert entered.scopes is not None


async def test_a_second_time_only_what_changed_is_told(pottery: Workspace, memory: Memories) -> None:
    await arrived(pottery, memory)
    finn = next(person for person in pottery.people.values() if person.name == "Finn")
    pottery.person("Cleo")
    finn.deleted = True
    ear, _ = await arrived(pottery, memory)

    assert [event.name for event in ear.of(MemberJoined)] == ["Cleo"]
    assert [event.member for event in ear.of(MemberLeft)] == [finn.id]
    assert ear.of(MemberChanged) == []
    assert ear.of(Installed) == []

    await forget_installed(memory, f"slack:{pottery.id}")
    again, _ = await arrived(pottery, memory)
    assert len(again.of(Installed)) == 1


async def test_who_left_and_comes_back_while_nobody_listens_has_joined_anew(
    pottery: Workspace, memory: Memories
) -> None:
    finn = next(person for person in pottery.people.values() if person.name == "Finn")
    await arrived(pottery, memory)
    finn.deleted = True
    await arrived(pottery, memory)
    finn.deleted = False
    ear, _ = await arrived(pottery, memory)

    [came] = ear.of(MemberJoined)
    assert came.member == finn.id
    # Not by the name under which they joined the first time.
    assert came.id != f"3-joined:{finn.id}"
    assert ear.of(MemberChanged) == []
    again, _ = await arrived(pottery, memory)
    assert again.of(MemberJoined) == []


async def test_channels_that_are_lost_while_nobody_listens_are_heard_no_more(
    pottery: Workspace, database: Database
) -> None:
    core, memory = Core(database, FEATURES), Memories(database)
    bot = pottery.only.bot.id
    lost, shut, kept, gone = (
        pottery.channel(name, private=name != "gone") for name in ("lost", "shut", "kept", "gone")
    )
    for channel in (lost, shut, kept, gone):
        channel.members.append(bot)
    ear, _ = await arrived(pottery, memory)
    core.receive(ear.heard)
    assert {name for name, _ in (await memory.heard_in(f"slack:{pottery.id}")).values()} == {
        "help",
        "lost",
        "shut",
        "kept",
        "gone",
    }
    lost.members.remove(bot)
    shut.archived = True
    del pottery.channels[gone.id]
    # What only did not come is not taken for lost.
    pottery.slack.faults.plan("conversations.list", Fault(error="missing_scope"))
    ear, _ = await arrived(pottery, memory)
    core.receive(ear.heard)
    assert "lost" in {name for name, _ in (await memory.heard_in(f"slack:{pottery.id}")).values()}

    ear, entered = await arrived(pottery, memory)
    core.receive(ear.heard)
    told = {event.channel: event for event in ear.of(ChannelFound)}
    assert (told[lost.id].heard, told[lost.id].name, told[lost.id].private) == (False, "lost", True)
    assert (told[gone.id].heard, told[gone.id].private) == (False, False)
    assert told[shut.id].archived
    assert {name for name, _ in (await memory.heard_in(f"slack:{pottery.id}")).values()} == {"help", "kept"}
    assert not entered.directory.places[lost.id].heard


async def test_who_is_of_another_organisation_has_not_joined(
    pottery: Workspace, memory: Memories, monkeypatch: pytest.MonkeyPatch
) -> None:
    await arrived(pottery, memory)
    zoe, wire = pottery.person("Zoe", admin=True), Person.wire

    def told(person: Person, *, email: bool) -> dict[str, Any]:
        return {**wire(person, email=email), **({"team_id": "T0OTHER"} if person is zoe else {})}

    monkeypatch.setattr(Person, "wire", told)
    ear, _ = await arrived(pottery, memory)

    assert ear.of(MemberJoined) == []
    assert [(event.name, event.admin) for event in ear.of(MemberChanged)] == [("Zoe", False)]


async def test_what_slack_denies_is_named_and_stops_nothing(pottery: Workspace, memory: Memories) -> None:
    pottery.only.scopes -= {"groups:read", "usergroups:read", "users:read", "users:read.email"}
    ear, _ = await arrived(pottery, memory)
    off = {event.capability: event.reason for event in ear.of(CapabilityFound) if not event.works}

    assert off.keys() == {
        "scope:groups:read",
        "scope:usergroups:read",
        "scope:users:read",
        "scope:users:read.email",
    }
    assert "lacks users:read:" in off["scope:users:read"]
    assert "help" in {event.name for event in ear.of(ChannelFound)}
    assert [event.member for event in ear.of(Installed)] == [None]


async def test_a_list_that_is_cut_short_makes_nobody_a_newcomer(
    pottery: Workspace, memory: Memories, monkeypatch: pytest.MonkeyPatch
) -> None:
    pottery.slack.page_most = 2
    read, asked = Calls.read, 0

    async def cut_short(calls: Calls, method: str, **arguments: Any) -> Mapping[str, Any]:
        nonlocal asked
        if method == "users.list":
            asked += 1
            if "cursor" in arguments and asked in (2, 6):
                raise Denied("invalid_cursor", "Slack refused users.list: invalid_cursor.")
        return await read(calls, method, **arguments)

    monkeypatch.setattr(Calls, "read", cut_short)
    # The first time ever, and once everybody is known.
    for _ in range(4):
        ear, _ = await arrived(pottery, memory)
        assert ear.of(MemberJoined) == []
    pottery.person("Cleo")
    ear, _ = await arrived(pottery, memory)

    assert [event.name for event in ear.of(MemberJoined)] == ["Cleo"]


async def test_it_waits_as_long_as_slack_asks(pottery: Workspace, memory: Memories) -> None:
    for method in ("conversations.list", "users.list", "usergroups.list"):
        pottery.slack.faults.plan(method, rate_limited(1))
    ear, _ = await arrived(pottery, memory)

    assert {"Dana", "Finn"} <= {event.name for event in ear.of(MemberChanged)}
    assert len(pottery.slack.called("users.list")) == 2


async def test_names_that_were_not_known_are_asked_for(pottery: Workspace, memory: Memories) -> None:
    installed = pottery.only
    async with ClientSession() as session:
        entered = await enter(client_for(installed.token, pottery.slack.api_url, session))
        finn = next(person for person in pottery.people.values() if person.name == "Finn")
        help_ = next(channel for channel in pottery.channels.values() if channel.name == "help")
        assert entered.directory.name(finn.id) == finn.id
        assert entered.directory.place(help_.id).name == help_.id
        entered.directory.name("U0NOBODY")
        ear = Ear()
        await look_up(entered, ear, lambda: datetime(2026, 3, 2, tzinfo=UTC))

    assert [event.name for event in ear.of(MemberChanged)] == ["Finn"]
    assert [(event.name, event.heard) for event in ear.of(ChannelFound)] == [("help", True)]
    assert entered.directory.name(finn.id) == "Finn"
