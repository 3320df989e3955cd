"""Hearth in a server of pretend Discord."""

import random
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from adapters.discord.rights import permissions
from bot.clock import Clock
from bot.events import SHORTCUTS
from tests.fakes.hearth import MONDAY, Elsewhere, hours
from tests.fakes.pretend_discord import CONTENT, MEMBERS, TOKEN, Person, PretendDiscord, Server
from tests.fakes.pretend_discord.interactions import Interaction
from tests.fakes.pretend_discord.permissions import MANAGE_GUILD, VIEW_CHANNEL
from tests.fakes.pretend_discord.things import Channel, Message, Overwrite, remaining

__all__ = ["MONDAY", "DiscordHearth", "discord_hearth", "hours"]


@dataclass(eq=False, kw_only=True)
class DiscordHearth(Elsewhere[Person, Channel, Message]):
    """A server with a manager, a few channels, and Hearth in it."""

    discord: PretendDiscord
    server: Server

    def given(self) -> dict[str, Any]:
        return {"discord_token": TOKEN, "discord_api_url": self.discord.api}

    async def heard(self) -> None:
        # What was told before a command has come in when that is answered, and is kept a while later.
        await self.command("help")

        async def kept() -> bool:
            return await self.figure("hearth_discord_under_way") == 0

        await self.until(kept, "what was told")

    async def joins(self, name: str) -> Person:
        person = self.server.joins(name)
        self.discord.may_ping(person)
        return person

    async def says(self, by: Person, channel: Channel, text: str, *, to: Message | None = None) -> Message:
        return by.says(channel, text, to=to)

    async def edits(self, by: Person, message: Message, text: str) -> None:
        by.edits(message, text)

    async def deletes(self, by: Person, message: Message) -> None:
        by.deletes(message)

    async def reacts(self, by: Person, message: Message, emoji: str) -> None:
        by.reacts(message, emoji)

    async def presses(self, by: Person, message: Message, label: str) -> None:
        given = by.presses(message, label)
        await self.until(lambda: given.answered, f"an answer to {label}")

    async def picks(self, by: Person, shortcut: str, message: Message) -> Message:
        return await self.answer(by.uses(SHORTCUTS[shortcut], message))

    async def command(self, line: str, *, by: Person | None = None, **options: object) -> Message:
        channel = self.managers if by is None or by is self.dana else self.help
        return await self.answer((by or self.dana).runs(channel, f"community {line}", **options))

    async def draft(self, name: str, value: "str | Channel") -> Message:
        option = {"channel": value} if isinstance(value, Channel) else {"to": value}
        return await self.command("settings", set=name, **option)

    async def answer(self, given: Interaction) -> Message:
        """Wait for the answer to something somebody did, which only they see."""
        message: Message = (await self.until(lambda: given.shown, "an answer"))[0]
        assert message.only == given.user.id
        return message

    async def read(self, channel: Channel, *, to: Person | None = None) -> list[Message]:
        there = self.server.seen_by(to, channel) if to else remaining(channel)
        return [each for each in there if each.author is self.discord.world.me]

    async def words(self, message: Message) -> str:
        return message.words

    def id_of(self, message: Message) -> str:
        return message.id

    async def pings(self, message: Message) -> set[str]:
        return message.pings

    async def offers(self, message: Message) -> list[str]:
        parts = [part for row in message.components for part in row["components"]]
        return [str(part["label"]) for part in parts if "label" in part]

    async def links(self, message: Message) -> list[str]:
        titles = [str(embed["url"]) for embed in message.embeds if "url" in embed]
        return titles + re.findall(r"\]\((https://[^)]+)\)", message.words)

    def hold(self) -> None:
        self.discord.gateway.hold()

    async def release(self, seed: int) -> None:
        self.discord.gateway.release(shuffled=random.Random(seed))
        await self.heard()

    async def tells_again(self) -> None:
        self.discord.gateway.again()
        await self.heard()


@asynccontextmanager
async def discord_hearth(
    url: str, *, at: datetime = MONDAY, granted: int = MEMBERS | CONTENT
) -> AsyncIterator[DiscordHearth]:
    """Make a server with Hearth in it, yet to be started; see in the end that it did nothing wrong."""
    clock = Clock()
    clock.forward(at - clock.now())
    discord = PretendDiscord(clock, granted=granted)
    await discord.start()
    server = discord.server("Pottery", rights=permissions().value)
    general, help_ = server.channel("general"), server.channel("help")
    managers = server.channel("managers", hidden=True, to_me=True)
    dana = server.person("Dana", rights=MANAGE_GUILD)
    managers.overwrites.append(Overwrite(dana.id, 1, allow=VIEW_CHANNEL))
    hearth = DiscordHearth(
        url=url,
        clock=clock,
        discord=discord,
        server=server,
        dana=dana,
        general=general,
        help=help_,
        managers=managers,
    )
    try:
        yield hearth
    finally:
        await hearth.stop()
        await discord.close()
    assert discord.problems == []
