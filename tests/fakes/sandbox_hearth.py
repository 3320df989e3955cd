"""Hearth in the sandbox, played over its HTTP API."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from aiohttp import ClientSession

from adapters.sandbox.records import RECORD, Heard
from bot.cards import Card, plain
from bot.clock import Clock
from bot.compose import run_sandbox
from tests.fakes.hearth import MONDAY, Hearth

Json = dict[str, Any]


@dataclass(frozen=True)
class Seen:
    """A message, where it is, and somebody who sees it."""

    id: str
    channel: str
    by: str


@dataclass(eq=False, kw_only=True)
class SandboxHearth(Hearth[str, str, Seen]):
    """The sandbox's own community, in which people and channels are known by their ids."""

    journal: Path
    session: ClientSession

    def given(self) -> dict[str, Any]:
        return {"sandbox_file": str(self.journal)}

    async def run(self, say: Callable[[str], None]) -> None:
        await run_sandbox(self.process(), self.clock, say)

    async def tells_again(self) -> None:
        """Have Hearth end before it is written down what it heard, and start."""
        await self.stop()
        records = [RECORD.validate_json(line) for line in self.journal.read_bytes().splitlines()]
        unheard = [
            record.model_copy(update={"fact": Heard(upto=0)}) if isinstance(record.fact, Heard) else record
            for record in records
        ]
        self.journal.write_bytes(b"".join(RECORD.dump_json(record) + b"\n" for record in unheard))
        await self.start()

    async def heard(self) -> None:
        """Nothing: the sandbox answers when it is."""

    async def joins(self, name: str) -> str:
        return str((await self._ask("POST", "members", {"name": name}))["member"])

    async def says(self, by: str, channel: str, text: str, *, to: Seen | None = None) -> Seen:
        said = {"as": by, "channel": channel, "text": text, "reply_to": to.id if to else None}
        return Seen((await self._ask("POST", "messages", said))["message"], channel, by)

    async def edits(self, by: str, message: Seen, text: str) -> None:
        await self._ask("PATCH", f"messages/{message.id}", {"as": by, "text": text})

    async def deletes(self, by: str, message: Seen) -> None:
        await self._ask("DELETE", f"messages/{message.id}?as={by}")

    async def reacts(self, by: str, message: Seen, emoji: str) -> None:
        await self._ask("PUT", f"messages/{message.id}/reactions/{emoji}", {"as": by})

    async def presses(self, by: str, message: Seen, label: str) -> None:
        card = await self._card(message)
        [button] = [each for each in card.buttons if each.label == label]
        pressed = {"as": by, "message": message.id, "button": button.name, "value": button.value}
        await self._ask("POST", "buttons", pressed)

    async def picks(self, by: str, shortcut: str, message: Seen) -> Seen:
        before = await self._only_for(by)
        await self._ask("POST", f"messages/{message.id}/shortcuts", {"as": by, "shortcut": shortcut})
        return await self._answered(by, before)

    async def command(self, line: str, *, by: str | None = None) -> Seen:
        person = by or self.dana
        before = await self._only_for(person)
        channel = self.managers if person == self.dana else self.help
        await self._ask("POST", "commands", {"as": person, "channel": channel, "text": line})
        return await self._answered(person, before)

    async def draft(self, name: str, value: str) -> Seen:
        return await self.command(f"settings {name} {value}")

    async def read(self, channel: str, *, to: str | None = None) -> list[Seen]:
        by = to or self.dana
        there = (await self._state(by))["messages"]
        own = [each for each in there if each["channel"] == channel and each["hearth"]]
        return [Seen(each["id"], channel, by) for each in own if to or not each["only_you"]]

    async def words(self, message: Seen) -> str:
        return plain(await self._card(message))

    def id_of(self, message: Seen) -> str:
        return message.id

    async def pings(self, message: Seen) -> set[str]:
        return set((await self._card(message)).greets)

    async def offers(self, message: Seen) -> list[str]:
        return [button.label for button in (await self._card(message)).buttons]

    async def links(self, message: Seen) -> list[str]:
        card = await self._card(message)
        refs = [quote.ref for quote in card.quotes]
        refs += [ref for section in card.sections for item in section.items for ref in item.refs]
        return [f"/{ref.channel}/{ref.message}" for ref in refs]

    async def _card(self, message: Seen) -> Card:
        state = await self._state(message.by)
        [card] = [each["card"] for each in state["messages"] if each["id"] == message.id]
        # Pictures are shown drawn, with their words.
        said = "\n".join(each["alt"] for each in card.pop("pictures"))
        return Card.model_validate(card | {"footer": "\n".join((card["footer"], said)).strip()})

    async def _only_for(self, person: str) -> set[str]:
        return {each["id"] for each in (await self._state(person))["messages"] if each["only_you"]}

    async def _answered(self, person: str, before: set[str]) -> Seen:
        async def answered() -> list[Seen]:
            there = (await self._state(person))["messages"]
            new = [each for each in there if each["only_you"] and each["id"] not in before]
            return [Seen(each["id"], each["channel"], person) for each in new]

        found: list[Seen] = await self.until(answered, "an answer")
        return found[0]

    async def _state(self, member: str) -> Json:
        return await self._ask("GET", f"state?as={member}")

    async def _ask(self, method: str, path: str, body: Json | None = None) -> Json:
        async with self.session.request(method, f"{self.address}/api/{path}", json=body) as answer:
            said: Json = await answer.json()
            assert answer.status in (200, 201), said
            return said


@asynccontextmanager
async def sandbox_hearth(url: str, folder: Path) -> AsyncIterator[SandboxHearth]:
    """Make a sandbox, yet to be started."""
    clock = Clock()
    clock.forward(MONDAY - clock.now())
    async with ClientSession() as session:
        hearth = SandboxHearth(
            url=url,
            clock=clock,
            journal=folder / "sandbox.jsonl",
            session=session,
            dana="you",
            general="general",
            help="help",
            managers="managers",
        )
        try:
            yield hearth
        finally:
            await hearth.stop()
