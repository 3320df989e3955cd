"""What is wrong in the files of a Slack export is named, and loses nothing else."""

import json
from pathlib import Path

import pytest

from bot.events import ChannelFound, MessagePosted, ReactionAdded
from tests.exports.made import MadeSlack, read, ts

DAY = "general/2024-01-02.json"


@pytest.fixture
def slack() -> MadeSlack:
    made = MadeSlack()
    made.says("ada", "what is right", minutes=2_000)
    return made


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
