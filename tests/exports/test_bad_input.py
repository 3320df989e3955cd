"""Whatever is wrong in an export is said in a clear sentence, and loses nothing else."""

import json
import os
from datetime import UTC, datetime
from pathlib import Path

import pytest

from adapters.exports import NotAnExport, open_export
from bot.events import MAX_TEXT, ChannelFound, MessagePosted, ReactionAdded
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


# The files of a Slack export.


@pytest.mark.parametrize(
    ("day", "complaint"),
    [
        ("", "holds nothing that can be read, so it was left out; export it again."),
        ("not JSON", "is not JSON, so it was left out; export it again."),
        ("{}", "is one object where a list belongs, so it was left out; export it again."),
        ("[", "is cut short; what stands before the cut was read. Export it again."),
        (b"\x00\xff\xfe\x80", "is not JSON, so it was left out; export it again."),
    ],
)
def test_a_day_that_is_none_costs_that_day(
    slack: MadeSlack, tmp_path: Path, day: str | bytes, complaint: str
) -> None:
    slack.put(DAY, day)

    outcome = read(slack.zip(tmp_path))

    assert outcome.texts == ["what is right"]
    assert outcome.complaints == [f"{DAY}: {complaint}"]


@pytest.mark.parametrize(
    "broken",
    [
        '{"type": "message", "user": "UADA" "text": "no comma"}',
        '{"type": "message", "user": "UADA", "text": "\\q"}',
        '{"type": "message", "user": "UADA", "text": unquoted}',
        '{"type": "message", "user": "UADA", "text": "not closed}',
    ],
)
def test_a_broken_message_costs_that_message(slack: MadeSlack, tmp_path: Path, broken: str) -> None:
    good = [
        json.dumps({"user": "UADA", "type": "message", "text": text, "ts": ts(at)})
        for at, text in enumerate(["before", "after"])
    ]
    slack.put(DAY, f"[{good[0]},\n{broken},\n{good[1]}]")

    outcome = read(slack.zip(tmp_path))

    assert outcome.texts == ["before", "after", "what is right"]
    (complaint,) = outcome.complaints
    assert complaint.startswith(f"{DAY}: is not valid JSON (line ")
    assert complaint.endswith("so something was left out there; the rest was read.")


def test_a_day_that_was_cut_short_gives_what_it_has(slack: MadeSlack, tmp_path: Path) -> None:
    messages = [{"type": "message", "user": "UADA", "text": f"line {n}", "ts": ts(n)} for n in range(3)]
    slack.put(DAY, json.dumps(messages)[:-20])

    outcome = read(slack.zip(tmp_path))

    assert outcome.texts == ["line 0", "line 1", "what is right"]
    assert outcome.complaints == [
        f"{DAY}: is cut short; what stands before the cut was read. Export it again."
    ]


def test_nesting_without_end_costs_that_message(slack: MadeSlack, tmp_path: Path) -> None:
    deep = "[" * 100_000 + "]" * 100_000
    after = json.dumps({"type": "message", "user": "UADA", "text": "after", "ts": ts(1)})
    slack.put(DAY, f'[{{"type": "message", "user": "UADA", "blocks": {deep}, "ts": "{ts(0)}"}}, {after}]')

    outcome = read(slack.zip(tmp_path))

    assert outcome.texts == ["after", "what is right"]
    (complaint,) = outcome.complaints
    assert complaint.startswith(
        f"{DAY}: is nested deeper than any message (line 1), so something was left out"
    )


def test_blocks_in_blocks_are_followed_only_so_far(slack: MadeSlack, tmp_path: Path) -> None:
    block: dict[str, object] = {"type": "rich_text_section", "elements": [{"type": "text", "text": "deep"}]}
    for _ in range(300):
        block = {"type": "rich_text_section", "elements": [block]}
    slack.says("ada", "", blocks=[{"type": "rich_text", "elements": [block]}])

    assert read(slack.zip(tmp_path)).texts == ["", "what is right"]


@pytest.mark.parametrize(
    ("wire", "complaint"),
    [
        (["a", "list"], "number 1: is no object but something else, so it was left out."),
        (None, "number 1: is no object but something else, so it was left out."),
        ({"type": "message", "user": "UADA", "text": "no ts"},
         "message 1: has no time that can be read (`ts`), so it was left out."),
        ({"type": "message", "user": "UADA", "text": "bad ts", "ts": "yesterday"},
         "message 1: has no time that can be read (`ts`), so it was left out."),
        ({"type": "message", "user": "UADA", "text": "ts beyond all time", "ts": "999999999999.0"},
         "message 1: has no time that can be read (`ts`), so it was left out."),
        ({"type": "message", "user": "UADA", "text": "no number", "ts": float("nan")},
         "message 1: has no time that can be read (`ts`), so it was left out."),
        ({"type": "message", "text": "nobody's", "ts": ts(0)},
         "message 1: names no author, so it was left out."),
        ({"type": "message", "user": "U\n", "user_profile": {"name": "x"}, "text": "?", "ts": ts(0)},
         "message 1: holds no valid `author`, so it or a part of it was left out."),
        ({"type": "message", "user": "UADA", "subtype": "brand_new", "text": "?", "ts": ts(0)},
         "message 1: is of a kind that Hearth does not know (`brand_new`), so it was left out."),
    ],
)  # fmt: skip
def test_a_message_that_is_none_is_named(
    slack: MadeSlack, tmp_path: Path, wire: object, complaint: str
) -> None:
    slack.wire(wire)

    outcome = read(slack.zip(tmp_path))

    assert outcome.texts == ["what is right"]
    assert outcome.complaints == [f"{DAY}, {complaint}"]


def test_parts_of_a_message_that_are_none_leave_the_rest(slack: MadeSlack, tmp_path: Path) -> None:
    slack.says(
        "ada", "still here", thread_ts=7, edited="yes", files={}, blocks=[1], attachments=None,
        reactions=[{"name": "wave", "users": ["UBOB", 3, None], "count": "many"}, "?"],
    )  # fmt: skip

    outcome = read(slack.zip(tmp_path))

    assert outcome.texts == ["still here", "what is right"]
    assert [each.member for each in outcome.all(ReactionAdded)] == ["UBOB"]
    assert outcome.problems == []


def test_strangers_keep_their_id_and_are_named_once(slack: MadeSlack, tmp_path: Path) -> None:
    for minute in range(3):
        slack.says("stranger", "who am I?", minutes=minute)
    slack.says("guest", "from elsewhere", minutes=5, user_profile={"display_name": "dan"})

    outcome = read(slack.zip(tmp_path))

    names = [message.author_name for message in outcome.all(MessagePosted)]
    assert names == ["USTRANGER", "USTRANGER", "USTRANGER", "dan", "ada"]
    assert outcome.complaints == [
        f"{DAY}, message 1: is by USTRANGER, whom users.json does not name; the id stands for the name."
    ]


def test_thousands_of_a_sort_are_gathered(slack: MadeSlack, tmp_path: Path) -> None:
    for _ in range(2_000):
        slack.wire({"type": "message", "user": "UADA", "text": "no ts"})

    complaints = read(slack.zip(tmp_path)).complaints

    assert len(complaints) == 6
    assert complaints[-1] == f"1,995 more places: the same as in {DAY}, message 1."


def test_an_export_without_its_lists_is_read_by_ids(tmp_path: Path) -> None:
    slack = MadeSlack()
    slack.users, slack.lists = [], {}
    slack.says("ada", "hello", team="T0TEAM")
    slack.put("channels.json", "[")

    outcome = read(slack.zip(tmp_path))

    assert outcome.community == "slack:T0TEAM"
    assert (outcome.only(ChannelFound).name, outcome.only(ChannelFound).private) == ("general", True)
    assert outcome.texts == ["hello"]
    assert "general: is a folder that no list of channels names; it was read as a private channel." in (
        outcome.complaints
    )


# The files of DiscordChatExporter.


def test_a_broken_message_in_a_long_file_costs_that_message(discord: MadeDiscord, tmp_path: Path) -> None:
    file = discord.channel([discord_message("ada", f"line {n}", n) for n in range(2_000)])
    broken = (
        discord.files[file].replace(b'"line 700"', b'"line "700"').replace(b'"line 900"', b'"line\\z 900"')
    )
    discord.put(file, broken)

    outcome = read(discord.zip(tmp_path))

    assert len(outcome.texts) == 1_999
    assert not {"line 700", "line 900"} & set(outcome.texts)
    assert {complaint.partition(" (line ")[0] for complaint in outcome.complaints} == {
        f"{file}: is not valid JSON"
    }


def test_values_that_json_does_not_have_are_borne(discord: MadeDiscord, tmp_path: Path) -> None:
    file = discord.channel(
        [discord_message("ada", "before", isPinned=float("nan")), discord_message("ada", "after", 1)]
    )
    assert b"NaN" in discord.files[file]

    outcome = read(discord.zip(tmp_path))

    assert outcome.texts == ["before", "after", "what is right"]
    assert outcome.problems == []


def test_a_file_that_was_cut_short_gives_what_it_has(discord: MadeDiscord, tmp_path: Path) -> None:
    file = discord.channel([discord_message("ada", f"line {n}", n) for n in range(3)])
    discord.put(file, discord.files[file][:-200])

    outcome = read(discord.zip(tmp_path))

    assert outcome.texts == ["line 0", "line 1", "what is right"]
    assert outcome.complaints == [
        f"{file}: is cut short; what stands before the cut was read. Export it again."
    ]


@pytest.mark.parametrize(
    "content", ["[]", "{}", "no JSON", '{"guild": {"id": "900"}, "messages": []}', "[" * 9_999]
)
def test_json_of_another_kind_is_left_out(discord: MadeDiscord, tmp_path: Path, content: str) -> None:
    discord.put("package.json", content)

    outcome = read(discord.folder(tmp_path))

    assert outcome.texts == ["what is right"]
    assert outcome.complaints == ["package.json: is no export of a Discord channel, so it was left out."]


@pytest.mark.parametrize(
    ("change", "complaint"),
    [
        ({"timestamp": None}, "has no `timestamp` that can be read, so it was left out."),
        ({"timestamp": "soon"}, "has no `timestamp` that can be read, so it was left out."),
        (
            {"timestamp": "0001-01-01T00:00:00+14:00"},
            "has no `timestamp` that can be read, so it was left out.",
        ),
        ({"id": None}, "has no `id`, so it was left out."),
        ({"author": None}, "names no author, so it was left out."),
        ({"type": "Telepathy"}, "is of a kind that Hearth does not know (`Telepathy`), so it was left out."),
        (
            {"type": ["Default"]},
            "is of a kind that Hearth does not know (`['Default']`), so it was left out.",
        ),
        ({"id": "x" * 500}, "holds no valid `id`, so it or a part of it was left out."),
    ],
)
def test_a_discord_message_that_is_none_is_named(
    discord: MadeDiscord, tmp_path: Path, change: dict[str, object], complaint: str
) -> None:
    file = discord.channel([discord_message("ada", "what is wrong") | change])

    outcome = read(discord.zip(tmp_path))

    assert outcome.texts == ["what is right"]
    assert outcome.complaints == [f"{file}, message 1: {complaint}"]


# What messages say, of either platform.


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


# What is no export at all.


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
