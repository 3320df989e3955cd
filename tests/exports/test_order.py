"""Events come in the order in which they happened, each once, whatever the files are like."""

import random
from pathlib import Path

import pytest

from adapters.exports import NoRoom, open_export
from adapters.exports.sorting import FAN_IN, SortedLines
from bot.events import MessagePosted
from tests.exports.made import MadeDiscord, MadeSlack, discord_message, read


def test_channels_are_woven_together_by_time(tmp_path: Path) -> None:
    slack = MadeSlack()
    slack.channel("CRANDOM", "random")
    for minute in (3, 1, 2):
        slack.says("ada", f"general {minute}", minutes=minute)
        slack.says("bob", f"random {minute}", minutes=minute + 0.5, where="random")

    outcome = read(slack.zip(tmp_path))

    assert outcome.texts == ["general 1", "random 1", "general 2", "random 2", "general 3", "random 3"]
    keys = [(event.at, event.id) for event in outcome.all(MessagePosted)]
    assert keys == sorted(keys)


def test_reading_again_gives_the_same(tmp_path: Path) -> None:
    slack = MadeSlack()
    for minute in range(20):
        slack.says("ada", f"line {minute}", minutes=minute, reactions=[{"name": "eyes", "users": ["UBOB"]}])
    path = slack.zip(tmp_path)

    with open_export([path]) as export:
        first, second = list(export.events()), list(export.events())

    assert first == second == read(path).events
    assert len({event.id for event in read(path).all(MessagePosted)}) == 20


def test_exports_that_overlap_are_one(tmp_path: Path) -> None:
    january, february = MadeSlack(), MadeSlack()
    january.says("ada", "in both")
    january.says("ada", "in the first", minutes=1)
    february.says("ada", "in both")
    february.says("bob", "in the second", minutes=2)

    outcome = read(january.zip(tmp_path, "january.zip"), february.zip(tmp_path, "february.zip"))

    assert outcome.texts == ["in both", "in the first", "in the second"]
    assert outcome.complaints == ["january: messages that appear more than once were taken once (1)."]


def test_parts_of_a_channel_are_one_channel(tmp_path: Path) -> None:
    discord = MadeDiscord()
    discord.channel([discord_message("ada", "second", 2)], part=2)
    discord.channel([discord_message("ada", "first", 1)])

    outcome = read(discord.folder(tmp_path))

    assert outcome.texts == ["first", "second"]
    assert len({message.channel for message in outcome.all(MessagePosted)}) == 1


def test_files_of_one_server_can_be_named_one_by_one(tmp_path: Path) -> None:
    discord = MadeDiscord()
    names = [discord.channel([discord_message("ada", f"in {n}", n)], f"91{n}", f"room {n}") for n in range(3)]
    folder = discord.folder(tmp_path)

    assert read(*(folder / name for name in names)).texts == ["in 0", "in 1", "in 2"]


def test_progress_goes_from_reading_to_the_end(tmp_path: Path) -> None:
    slack = MadeSlack()
    slack.says("ada", "hello")
    told: list[tuple[str, int, int]] = []

    with open_export([slack.zip(tmp_path)], lambda *step: told.append(step)):
        pass

    assert told[0][0] == "Reading"
    assert told[-1][0] == "Putting in order"
    assert all(0 <= done <= of for _, done, of in told)
    assert told[-1][1] == told[-1][2]


def test_nothing_is_left_on_the_disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(scratch))
    slack = MadeSlack()
    slack.says("ada", "hello")

    with open_export([slack.zip(tmp_path)]) as export:
        assert list(scratch.iterdir())
        assert export.total == 4

    assert list(scratch.iterdir()) == []


def test_a_disk_without_room_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    slack = MadeSlack()
    slack.says("ada", "hello")
    # A disk that is always full.
    monkeypatch.setattr("adapters.exports.journal.IN_ORDER", "/dev/full")

    with pytest.raises(NoRoom, match="could not be put in order on the disk"):
        open_export([slack.zip(tmp_path)])


@pytest.mark.parametrize("count", [0, 1, 50, 5_000])
def test_lines_are_sorted_however_many_pieces_they_come_in(tmp_path: Path, count: int) -> None:
    lines = [f"{random.Random(n).random()}\n".encode() for n in range(count)]
    held = SortedLines(tmp_path, "lines", chunk=500)

    for line in lines:
        held.add(line)

    if count == 5_000:
        assert len(list(tmp_path.iterdir())) > FAN_IN
    assert list(held.merged()) == sorted(lines)
    assert list(tmp_path.iterdir()) == []
