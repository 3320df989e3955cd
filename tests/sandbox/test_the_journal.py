"""The sandbox is rebuilt from its journal, and tells Hearth again what it had not committed."""

import asyncio
import os
import sys
from datetime import timedelta
from pathlib import Path

import pytest
from aiohttp import ClientSession
from aiohttp.test_utils import TestServer

from adapters.sandbox import Broken, Sandbox
from adapters.sandbox.journal import Journal
from bot.actions import Post
from bot.cards import Card
from bot.clock import Clock
from bot.events import Happened, MessagePosted
from tests.sandbox.ear import Ear
from tests.sandbox.visitor import Visitor


def hello(sandbox: Sandbox) -> Post:
    return Post(key="k", community=sandbox.community, channel="general", card=Card(text="Hello"))


class Life:
    """One run of the sandbox, from its start to its end."""

    def __init__(self, journal: Path, ear: Ear) -> None:
        self.ear = ear
        self.clock = Clock()
        self.sandbox = Sandbox(journal, self.clock)
        self.server = TestServer(self.sandbox.routes(ear, ear.tick))

    async def __aenter__(self) -> Visitor:
        await self.sandbox.announce(self.ear)
        await self.server.start_server()
        self.session = ClientSession(str(self.server.make_url("/")))
        return Visitor(self.session)

    async def __aexit__(self, *_: object) -> None:
        await self.session.close()
        await self.server.close()
        self.sandbox.close()


async def announced(journal: Path) -> list[Happened]:
    """Return what a new run tells Hearth when it starts."""
    ear = Ear()
    async with Life(journal, ear):
        return ear.heard


def cut(journal: Path, word: bytes) -> None:
    """End the file in the middle of a line, right after a word's first occurrence."""
    os.truncate(journal, journal.read_bytes().index(word) + len(word))


def content(journal: Path) -> bytes:
    return journal.read_bytes()


def replace_second_line(journal: Path, line: bytes) -> None:
    first, _, *others = journal.read_bytes().splitlines(keepends=True)
    journal.write_bytes(b"".join([first, line, *others]))


def texts(events: list[Happened]) -> list[str]:
    return [event.text for event in events if isinstance(event, MessagePosted)]


async def test_a_restart_changes_nothing_that_is_seen(journal: Path, ear: Ear) -> None:
    life = Life(journal, ear)
    async with life as visitor:
        await visitor.ok("POST", "/api/members", {"name": "ada"})
        asked = await visitor.post("ada", "How do I export? ❤️", "help")
        await visitor.post("bob", "So", "help", thread=asked)
        await visitor.ok("PUT", f"/api/messages/{asked}/reactions/👍", {"as": "bob"})
        await visitor.ok("PATCH", f"/api/messages/{asked}", {"as": "ada", "text": "How do I export CSV?"})
        await visitor.ok("POST", "/api/clock", {"forward_s": 14_400})
        sent = await life.sandbox.sender.send(hello(life.sandbox))
        before = await visitor.sees("ada")

    again = Life(journal, ear)
    async with again as visitor:
        after = await visitor.sees("ada")
        assert await again.sandbox.sender.find(hello(again.sandbox)) == sent
    assert after | {"clock": None} == before | {"clock": None}
    assert after["clock"]["ahead_s"] == again.clock.ahead.total_seconds() == 14_400
    assert after["clock"]["now"] >= before["clock"]["now"]


async def test_what_was_not_committed_is_told_again(journal: Path, ear: Ear) -> None:
    async with Life(journal, ear) as visitor:
        await visitor.post("bob", "first")
        ear.deaf = True
        said = {"as": "bob", "channel": "general", "text": "second"}
        sentence = await visitor.refused(503, "POST", "/api/messages", said)
        assert sentence.startswith("Hearth could not take that in.")
        ear.deaf = False
        await visitor.post("bob", "third")
        assert texts(ear.heard) == ["first", "third"]

    # The third goes with the second: the journal remembers up to where all is committed.
    again = await announced(journal)
    assert texts(again) == ["second", "third"]
    assert texts(await announced(journal)) == []
    [third] = [event for event in again if isinstance(event, MessagePosted) and event.text == "third"]
    assert third in ear.heard


async def test_the_community_is_announced_the_same_each_time(journal: Path) -> None:
    first = await announced(journal)
    assert await announced(journal) == first
    assert len(first) == 11


async def test_a_new_journal_is_another_community(journal: Path, tmp_path: Path) -> None:
    """Else the database, which outlived the old one, would drop the new one's events as known."""
    first = await announced(journal)
    clock = Clock(timedelta(days=1))
    later = Sandbox(tmp_path / "other.jsonl", clock)
    later.close()
    assert first[0].community != later.community


async def test_a_start_adds_nothing_to_the_journal(journal: Path) -> None:
    await announced(journal)
    before = content(journal)
    await announced(journal)
    assert content(journal) == before


async def test_a_line_cut_short_by_a_crash_is_dropped(journal: Path, ear: Ear) -> None:
    async with Life(journal, ear) as visitor:
        kept = await visitor.post("bob", "kept")
        lost = await visitor.post("bob", "lost: é")
    cut(journal, b'"lost')

    life = Life(journal, ear)
    async with life as visitor:
        assert [message["id"] for message in await visitor.messages("bob")] == [kept]
        await visitor.post("bob", "after")
    async with Life(journal, ear) as visitor:
        assert [message["text"] for message in await visitor.messages("bob")] == ["kept", "after"]
    assert lost != kept


async def test_a_crash_while_the_community_was_made(journal: Path, ear: Ear) -> None:
    whole = await announced(journal)
    cut(journal, b'"kind":"member_made"')
    again = await announced(journal)
    assert [event.id for event in again] == [event.id for event in whole]


@pytest.mark.parametrize(
    "line",
    [
        b"{}\n",
        b"not json\n",
        b'{"n":2,"at":"2026-01-05T09:00:00Z","fact":{"kind":"from_the_future"}}\n',
        b'{"n":7,"at":"2026-01-05T09:00:00Z","fact":{"kind":"founded","name":"Home"}}\n',
    ],
)
async def test_a_journal_broken_in_the_middle_says_where(journal: Path, clock: Clock, line: bytes) -> None:
    await announced(journal)
    replace_second_line(journal, line)
    with pytest.raises(Broken) as broken:
        Sandbox(journal, clock)
    assert "is broken at line 2: move the file away" in str(broken.value)


async def test_what_cannot_be_written_down_did_not_happen(
    sandbox: Sandbox, visitor: Visitor, ear: Ear, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as disk:
        disk.setattr(Journal, "append", full)
        said = {"as": "bob", "channel": "general", "text": "hello"}
        sentence = await visitor.refused(503, "POST", "/api/messages", said)
        assert sentence == "The sandbox cannot write its journal: No space left on device."
    assert await visitor.messages("bob") == []
    assert not ear.heard
    await visitor.post("bob", "now there is room")


# Runs apart, for the limit on files holds for a whole process: 20 bytes are left on this "disk".
FULL_DISK = """
import resource, sys
from datetime import UTC, datetime
from pathlib import Path
from adapters.sandbox.journal import Journal
from adapters.sandbox.records import Founded, Record

path = Path(sys.argv[1])
journal = Journal(path)
resource.setrlimit(resource.RLIMIT_FSIZE, (path.stat().st_size + 20,) * 2)
try:
    journal.append(Record(n=11, at=datetime(2026, 1, 5, tzinfo=UTC), fact=Founded(name="Home")))
except OSError:
    sys.exit(3)
"""


async def test_a_full_disk_leaves_no_half_line(journal: Path) -> None:
    await announced(journal)
    whole = content(journal)
    process = await asyncio.create_subprocess_exec(sys.executable, "-c", FULL_DISK, str(journal))
    assert await process.wait() == 3
    assert content(journal) == whole
