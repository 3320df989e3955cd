"""Hearth in a workspace of pretend Slack."""

import random
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from adapters.slack.manifest import manifest
from bot.clock import Clock
from tests.fakes.hearth import MONDAY, Elsewhere, hours
from tests.fakes.pretend_slack import Channel, Installation, Message, Person, PretendSlack, Workspace, serve

__all__ = ["ADDRESS", "MONDAY", "SlackHearth", "hours", "slack_hearth"]

ADDRESS = "https://hearth.example.com"


@dataclass(eq=False, kw_only=True)
class SlackHearth(Elsewhere[Person, Channel, Message]):
    """A workspace with a manager, a few channels, and Hearth in them."""

    slack: PretendSlack
    workspace: Workspace
    installation: Installation
    by_socket: bool

    def given(self) -> dict[str, Any]:
        app = self.installation.app
        return {
            "slack_bot_token": self.installation.token,
            "slack_signing_secret": app.signing_secret,
            "slack_api_url": self.slack.api_url,
            **({"slack_app_token": app.app_token} if self.by_socket else {}),
        }

    async def start(self) -> None:
        await super().start()
        if not self.by_socket:
            self.installation.app.address = self.address

    async def heard(self) -> None:
        await self.slack.settled()

    async def joins(self, name: str) -> Person:
        person = self.workspace.arrives(name, joins=(self.help,))
        self.installation.may_ping.add(person.id)
        return person

    async def says(self, by: Person, channel: Channel, text: str, *, to: Message | None = None) -> Message:
        return by.says(channel, text, thread=to)

    async def edits(self, by: Person, message: Message, text: str) -> None:
        by.edits(message, text)

    async def deletes(self, by: Person, message: Message) -> None:
        by.deletes(message)

    async def reacts(self, by: Person, message: Message, emoji: str) -> None:
        by.reacts(message, emoji)

    async def presses(self, by: Person, message: Message, label: str) -> None:
        assert (await by.clicks(message, label)).acknowledged

    async def picks(self, by: Person, shortcut: str, message: Message) -> Message:
        channel = self.workspace.channels[message.channel]
        before = self._only_for(by, channel)
        assert (await by.uses_shortcut(shortcut, message)).acknowledged
        return await self._answered(by, channel, before)

    async def command(self, line: str, *, by: Person | None = None) -> Message:
        person = by or self.dana
        channel = self.managers if person.id in self.managers.members else self.help
        before = self._only_for(person, channel)
        assert (await person.runs("/community", line, channel=channel)).acknowledged
        return await self._answered(person, channel, before)

    async def draft(self, name: str, value: "str | Channel") -> Message:
        said = f"#{value.name}" if isinstance(value, Channel) else value
        return await self.command(f"settings {name} {said}")

    async def read(self, channel: Channel, *, to: Person | None = None) -> list[Message]:
        there = to.sees(channel) if to else channel.shown
        return [each for each in there if each.author.bot == self.installation.bot_id]

    async def words(self, message: Message) -> str:
        return message.shown

    def id_of(self, message: Message) -> str:
        return message.ts

    async def pings(self, message: Message) -> set[str]:
        return message.pings

    async def offers(self, message: Message) -> list[str]:
        parts = [part for block in message.blocks or [] for part in block.get("elements", ())]
        return [str(part["text"]["text"]) for part in parts if part["type"] == "button"]

    async def links(self, message: Message) -> list[str]:
        return [target for target, _ in message.links]

    def hold(self) -> None:
        self.slack.deliveries(self.installation.app).hold()

    async def release(self, seed: int) -> None:
        self.slack.deliveries(self.installation.app).release(shuffled=random.Random(seed), twice=True)
        await self.heard()

    async def tells_again(self) -> None:
        deliveries = self.slack.deliveries(self.installation.app)
        once = {each.body["event_id"]: each for each in deliveries.log if each.kind == "events_api"}
        for delivery in once.values():
            deliveries.again(delivery)
        await self.heard()

    @staticmethod
    def _only_for(person: Person, channel: Channel) -> set[str]:
        return {message.ts for message in person.sees(channel) if message.only_for}

    async def _answered(self, person: Person, channel: Channel, before: set[str]) -> Message:
        """Wait for what only somebody sees in a channel, besides what was there before."""

        def answered() -> Message | None:
            return next((m for m in person.sees(channel) if m.only_for and m.ts not in before), None)

        message: Message = await self.until(answered, "an answer")
        return message


@asynccontextmanager
async def slack_hearth(
    url: str,
    *,
    by_socket: bool = True,
    at: datetime | None = MONDAY,
    left_out: frozenset[str] | set[str] = frozenset(),
    limited: bool = True,
) -> AsyncIterator[SlackHearth]:
    """Make a workspace with Hearth installed, yet to be started; see in the end that it did nothing wrong."""
    clock = Clock()
    if at is not None:
        clock.forward(at - clock.now())
    async with serve(clock) as slack:
        slack.limits.on = limited
        workspace = slack.workspace("Pottery")
        help_, managers = workspace.channel("help"), workspace.channel("managers", private=True)
        dana = workspace.person("Dana", owner=True, admin=True, joins=(help_, managers))
        app = slack.app(dict(manifest(None if by_socket else ADDRESS)))
        scopes = set(app.scopes) - left_out
        installed = workspace.install(app, dana, scopes=scopes, into=(workspace.general, help_, managers))
        slack.deliveries(app).retry_after_s = (0.05, 0.5, 2.0)
        hearth = SlackHearth(
            url=url,
            clock=clock,
            slack=slack,
            workspace=workspace,
            installation=installed,
            by_socket=by_socket,
            dana=dana,
            general=workspace.general,
            help=help_,
            managers=managers,
        )
        try:
            yield hearth
        finally:
            await hearth.stop()
        slack.check()
