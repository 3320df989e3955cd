"""What the adapter keeps through a restart: how far it has heard, and tokens that nobody can read."""

from datetime import UTC, datetime

import pytest
from sqlalchemy import select

from bot.core import Core
from bot.events import ChannelFound, MessagePosted
from bot.features import FEATURES
from bot.installations import SealedInstallations
from bot.memory import Memories
from bot.ports import Closed
from bot.sealing import BadKey, Seal, new_key
from storage.database import Database
from storage.tables import Installation, table

AT = datetime(2026, 3, 2, 10, tzinfo=UTC)


async def test_cursors_are_kept_by_name_in_each_community(database: Database) -> None:
    memory = Memories(database)
    await memory.write("slack:T1", "gap:C1", "a")
    await memory.write("slack:T1", "gap:C1", "b")
    await memory.write("slack:T1", "gap:C2", "c")
    await memory.write("slack:T1", "gapless", "d")
    await memory.write("slack:T2", "gap:C1", "e")

    assert await memory.read("slack:T1", "gap:C1") == "b"
    assert await memory.read_all("slack:T1", "gap:") == {"gap:C1": "b", "gap:C2": "c"}
    await memory.write("slack:T1", "gap:C1", None)
    assert await memory.read("slack:T1", "gap:C1") is None
    assert await memory.read("slack:T2", "gap:C1") == "e"


async def test_the_last_message_of_each_channel_is_known(database: Database) -> None:
    core = Core(database, FEATURES)
    for number, channel in enumerate(("C1", "C2", "C1")):
        said = MessagePosted(
            id=f"e{number}",
            community="slack:T1",
            at=AT.replace(hour=10 + number),
            channel=channel,
            message=f"{number}",
            author="U1",
            author_name="Ada",
            text="hello",
        )
        core.receive([said])

    assert await Memories(database).last_heard("slack:T1") == {
        "C1": AT.replace(hour=12),
        "C2": AT.replace(hour=11),
    }
    assert await Memories(database).last_messages("slack:T1") == {"C1": "2", "C2": "1"}


async def test_the_channels_that_are_heard_are_known(database: Database) -> None:
    def found(channel: str, *, heard: bool = True, archived: bool = False) -> ChannelFound:
        return ChannelFound(
            id=f"found:{channel}",
            community="slack:T1",
            at=AT,
            channel=channel,
            name=channel.lower(),
            private=channel == "C2",
            archived=archived,
            heard=heard,
        )

    Core(database, FEATURES).receive(
        [found("C1"), found("C2"), found("C3", heard=False), found("C4", archived=True)]
    )

    assert await Memories(database).heard_in("slack:T1") == {"C1": ("c1", False), "C2": ("c2", True)}
    assert await Memories(database).heard_in("slack:T2") == {}


async def test_tokens_are_sealed_and_found_again(database: Database) -> None:
    kept = SealedInstallations(database, Seal(new_key()))
    await kept.save("slack:T1", "xoxb-secret")
    await kept.save("slack:T2", "xoxb-other")
    with database.reading() as tx:
        stored = str(tx.rows(select(table(Installation))))

    assert await kept.load("slack:T1") == "xoxb-secret"
    assert await kept.load("slack:T3") is None
    assert await kept.communities() == ["slack:T1", "slack:T2"]
    assert "xoxb" not in stored
    await kept.forget("slack:T1")
    assert await kept.communities() == ["slack:T2"]


async def test_a_new_key_in_front_of_the_old_opens_what_that_sealed(database: Database) -> None:
    old, new = new_key(), new_key()
    await SealedInstallations(database, Seal(old)).save("slack:T1", "xoxb-secret")

    assert await SealedInstallations(database, Seal(f"{new}, {old}")).load("slack:T1") == "xoxb-secret"
    with pytest.raises(Closed, match="another ENCRYPTION_KEY"):
        await SealedInstallations(database, Seal(new)).load("slack:T1")


@pytest.mark.parametrize("key", ["short", "", "x" * 44, f"{'A' * 43}=,short"])
def test_what_is_no_key_is_said_to_be_none(key: str) -> None:
    with pytest.raises(BadKey, match="ENCRYPTION_KEY has to be a key"):
        Seal(key)
