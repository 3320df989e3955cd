"""What no message can hold is said in a clear sentence, and what is no export is refused in one."""

import json
import os
from datetime import UTC, datetime
from pathlib import Path

import pytest

from adapters.exports import NotAnExport, open_export
from bot.events import MAX_TEXT, MessagePosted
from tests.exports.made import MadeDiscord, MadeSlack, discord_message, read, ts

DAY = "general/2024-01-02.json"


@pytest.fixture
def slack() -> MadeSlack:
    made = MadeSlack()
    made.says("ada", "what is right", minutes=2_000)
    return made


@pytest.fixture
def discord() -> MadeDiscord:
    made = MadeDiscord()
    made.channel([discord_message("ada", "what is right", 2_000)], "990", "right")
    return made


def test_ten_megabytes_in_one_message_are_cut(slack: MadeSlack, discord: MadeDiscord, tmp_path: Path) -> None:
    flood = "a flood of words &amp; " * 500_000
    slack.says("ada", flood)
    slack.says("bob", "after the flood", minutes=1)
    file = discord.channel([discord_message("ada", flood), discord_message("bob", "after the flood", 1)])

    for outcome, where in (read(slack.zip(tmp_path)), DAY), (read(discord.folder(tmp_path)), file):
        assert len(outcome.texts[0]) == MAX_TEXT
        assert outcome.texts[0].endswith("…")
        assert outcome.texts[1:] == ["after the flood", "what is right"]
        (complaint,) = outcome.complaints
        assert complaint.startswith(f"{where}, message 1: is ")
        assert complaint.endswith("characters long or longer; what follows the first 40,000 was left out.")


def test_nuls_and_halves_of_characters_are_replaced(
    slack: MadeSlack, discord: MadeDiscord, tmp_path: Path
) -> None:
    slack.says("ada", "nul \x00 half \ud83d smile \U0001f600")
    file = discord.channel([discord_message("ada", "nul \x00 half \ud83d smile \U0001f600")])

    for outcome, where in (read(slack.zip(tmp_path)), DAY), (read(discord.folder(tmp_path)), file):
        assert outcome.texts[0].startswith("nul \ufffd half \ufffd")
        assert outcome.texts[0].endswith(" smile \U0001f600")
        assert outcome.complaints == [
            f"{where}, message 1: holds NUL bytes or halves of characters, which were replaced by \ufffd."
        ]


def test_bytes_that_are_not_utf8_are_replaced(slack: MadeSlack, tmp_path: Path) -> None:
    message = {"type": "message", "user": "UADA", "text": "caf? au lait", "ts": ts(0)}
    slack.put(DAY, json.dumps([message]).encode().replace(b"caf?", b"caf\xe9"))

    outcome = read(slack.zip(tmp_path))

    assert outcome.texts[0].startswith("caf\ufffd")
    assert len(outcome.problems) == 1


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16"])
def test_what_windows_puts_before_a_text_is_borne(
    slack: MadeSlack, discord: MadeDiscord, tmp_path: Path, encoding: str
) -> None:
    message = {"type": "message", "user": "UADA", "text": "voilà", "ts": ts(0)}
    slack.put(DAY, json.dumps([message], ensure_ascii=False).encode(encoding))
    file = discord.channel([discord_message("ada", "voilà")])
    discord.put(file, discord.files[file].decode().encode(encoding))

    for outcome in read(slack.zip(tmp_path)), read(discord.folder(tmp_path)):
        assert outcome.texts == ["voilà", "what is right"]
        assert outcome.problems == []


def test_dates_that_cannot_be_are_read_and_not_followed(
    slack: MadeSlack, discord: MadeDiscord, tmp_path: Path
) -> None:
    dates = {
        "long ago": datetime(1970, 1, 1, 0, 0, 9, tzinfo=UTC),
        "to come": datetime(2100, 1, 1, tzinfo=UTC),
    }
    for text, at in dates.items():
        slack.wire({"type": "message", "user": "UBOB", "text": text, "ts": f"{at.timestamp():.6f}"})
    file = discord.channel(
        [
            discord_message("bob", text, n, timestamp=at.isoformat())
            for n, (text, at) in enumerate(dates.items())
        ]
    )

    for outcome, where in (read(slack.zip(tmp_path)), DAY), (read(discord.folder(tmp_path)), file):
        assert outcome.texts == ["long ago", "what is right", "to come"]
        unclocked = [each.text for each in outcome.unclocked if isinstance(each, MessagePosted)]
        assert unclocked == ["long ago", "to come"]
        not_followed = "it was read, but the clock does not follow it."
        assert outcome.complaints == [
            f"{where}, message 1: is dated 1970-01-01, before there was such talk; {not_followed}",
            f"{where}, message 2: is dated 2100-01-01, after the export was made; {not_followed}",
        ]


def test_a_whole_day_of_the_next_century_is_not_followed(slack: MadeSlack, tmp_path: Path) -> None:
    at = datetime(2100, 1, 1, tzinfo=UTC)
    message = {"type": "message", "user": "UBOB", "text": "to come", "ts": f"{at.timestamp():.6f}"}
    slack.put("general/2100-01-01.json", [message])

    outcome = read(slack.folder(tmp_path))

    assert [each.text for each in outcome.unclocked if isinstance(each, MessagePosted)] == ["to come"]


def test_a_reply_to_what_is_not_there_is_kept(slack: MadeSlack, discord: MadeDiscord, tmp_path: Path) -> None:
    slack.says("ada", "in reply", thread_ts="1600000000.000100")
    discord.channel([discord_message("ada", "in reply", type="Reply", reference={"messageId": "5"})])

    for outcome, name in (
        (read(slack.zip(tmp_path)), "export"),
        (read(discord.folder(tmp_path)), "Made server"),
    ):
        reply = outcome.all(MessagePosted)[0]
        assert (reply.thread or reply.reply_to) in ("1600000000.000100", "5")
        assert outcome.complaints == [
            f"{name}: replies to messages that are not there were kept, without what they answer (1)."
        ]


def test_what_is_no_export_is_said_in_one_sentence(tmp_path: Path) -> None:
    folder = tmp_path / "holiday"
    folder.mkdir()
    (folder / "beach.txt").write_text("sun")
    text = tmp_path / "notes.txt"
    text.write_text("nothing")
    day = tmp_path / "2024-01-02.json"
    day.write_text("[]")
    (tmp_path / "none").touch()
    os.mkfifo(tmp_path / "pipe")
    neither = (
        "is neither a Slack export (a zip or folder with users.json and channels.json) "
        "nor JSON of DiscordChatExporter: name the whole export."
    )
    said = {
        folder: f"{folder} {neither}",
        text: f"{text} {neither}",
        day: f"{day} {neither}",
        tmp_path / "gone": f"There is no {tmp_path / 'gone'}: check the path.",
        text / "in": f"There is no {text / 'in'}: check the path.",
        tmp_path / "none": f"{tmp_path / 'none'} is empty: export it again, or copy it again.",
        tmp_path
        / "pipe": f"{tmp_path / 'pipe'} is neither a file nor a folder: name a zip, a folder or a JSON file.",
    }

    for path, sentence in said.items():
        with pytest.raises(NotAnExport) as refused:
            open_export([path])
        assert str(refused.value) == sentence


def test_a_folder_of_zips_says_so(slack: MadeSlack, tmp_path: Path) -> None:
    slack.zip(tmp_path)

    with pytest.raises(NotAnExport, match="holds zips and no unpacked export: name the zip itself"):
        open_export([tmp_path])


def test_nothing_named_is_said(tmp_path: Path) -> None:
    with pytest.raises(NotAnExport, match="No export was named"):
        open_export([])


def test_two_communities_are_not_mixed(slack: MadeSlack, discord: MadeDiscord, tmp_path: Path) -> None:
    with pytest.raises(NotAnExport) as refused:
        open_export([slack.zip(tmp_path), discord.zip(tmp_path, "discord.zip")])

    assert str(refused.value) == (
        "These are exports of several communities: export (slack:T0MADE), Made server (discord:900). "
        "Read one at a time."
    )


def test_an_export_without_messages_says_so(tmp_path: Path) -> None:
    outcome = read(MadeSlack().zip(tmp_path))

    assert outcome.events == []
    assert outcome.complaints == ["export: holds no messages that can be read."]
