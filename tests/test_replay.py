"""A replay runs an export through the core as if it were there, sends nothing, and reports what it found."""

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator
from pydantic import JsonValue
from sqlalchemy import select

from adapters.exports import open_export
from bot import replay as replay_module
from bot.communities import settings_from
from bot.compose import replay_exports
from bot.replay import Options, replay
from bot.report import Report
from storage.database import Database
from storage.tables import Outgoing, table
from tests.exports.made import Made, MadeDiscord, MadeSlack, after, discord_message, discord_user
from tests.features.test_broadcasts import NEWSLETTER
from tests.features.test_feedback import BUG, PRAISE, REQUEST

SCHEMA = json.loads((Path(__file__).parents[1] / "docs" / "replay.schema.json").read_text())
DAY = 24 * 60.0


def replayed(
    *exports: Path,
    digest: bool = True,
    tell: Callable[[str, int, int], None] = lambda doing, done, of: None,
    **settings: JsonValue,
) -> dict[str, Any]:
    """Replay, see that the report is as its schema says, and return it."""
    options = Options(settings_from(settings), digests=digest)
    report: dict[str, Any] = json.loads("".join(replay_exports(exports, options, tell).json_parts()))
    Draft202012Validator(SCHEMA).validate(report)
    return report


def slack() -> MadeSlack:
    """A workspace in which people talk for ten days, from a Tuesday on."""
    made = MadeSlack()
    made.channel("CHELP", "help")
    made.says("ada", "How do I export my boards to CSV?", where="help")
    made.says("bob", "Settings → Export", 5, where="help", thread_ts=_ts(0))
    made.says("bob", "Where do I find my old invoices?", 60)
    made.says("cleo", NEWSLETTER, 300)
    made.says("cleo", REQUEST, 400)
    made.says("ada", BUG, 500)
    made.says("bob", "Does anybody know how to print a board?", 2 * DAY)
    made.says("ada", PRAISE, 9 * DAY)
    made.wire({"type": "message", "subtype": "channel_join", "user": "UBOB", "text": "", "ts": _ts(1)}, 1)
    return made


def _ts(minutes: float) -> str:
    return f"{after(minutes).timestamp():.6f}"


def discord() -> MadeDiscord:
    """A server in which people talk for a day."""
    made = MadeDiscord()
    made.channel(
        [
            discord_message("ada", "", -5, type="GuildMemberJoin"),
            discord_message("ada", "How do I export my boards to CSV?"),
            discord_message("bob", "Settings → Export", 3, type="Reply", reference=_reference(0)),
            discord_message("bob", "Where do I find my old invoices?", 60),
            discord_message("cleo", NEWSLETTER, 300),
            discord_message("feeds", BUG, 400, author=discord_user("feeds", isBot=True)),
            discord_message("cleo", "Good morning!", DAY),
        ]
    )
    return made


def _reference(minutes: float) -> dict[str, str]:
    return {"messageId": discord_message("", "", minutes)["id"], "channelId": "910", "guildId": "900"}


@pytest.mark.parametrize("packed", [True, False])
def test_a_slack_export(tmp_path: Path, packed: bool) -> None:
    made = slack()
    report = replayed(made.zip(tmp_path) if packed else made.folder(tmp_path))

    assert (report["messages"], report["members"]) == (8, 3)
    assert (report["welcomes"], report["first_seen"]) == (1, 2)
    asked = [(found["asker"], found["state"], found["first_response_s"]) for found in report["questions"]]
    assert asked == [
        ("UADA", "answered", 300.0),
        ("UBOB", "unanswered", None),
        ("UBOB", "unanswered", None),
    ]
    assert report["questions"][0]["asked_at"] == "2024-01-02T09:00:00.000Z"
    assert report["questions"][0]["evidence"] == {"kind": "reply", "message_id": _ts(5), "by": "rule"}
    assert report["questions"][1]["evidence"] is None
    assert [found["flagged_at"] for found in report["questions"]] == [
        None,
        "2024-01-02T14:00:00.000Z",
        "2024-01-04T13:00:00.000Z",
    ]
    [broadcast] = report["broadcasts"]
    assert (broadcast["id"], broadcast["channel"], broadcast["author"]) == (_ts(300), "CGENERAL", "UCLEO")
    [off] = [signal for signal in broadcast["signals"] if signal["name"] == "percent off"]
    assert [NEWSLETTER[start:end] for start, end in off["spans"]] == ["50% off"]


def test_its_digests_are_of_weeks_and_link_each_line(tmp_path: Path) -> None:
    full, thin = replayed(slack().zip(tmp_path))["digests"]

    assert (full["from"], full["to"], full["skipped"]) == (
        "2024-01-01T00:00:00.000Z",
        "2024-01-08T00:00:00.000Z",
        None,
    )
    assert [section["name"] for section in full["sections"]] == ["Asked", "Wanted", "Reported"]
    for section in full["sections"]:
        for item in section["items"]:
            assert len(item["links"]) == 1
            assert item["links"][0].startswith("https://")
    assert (thin["from"], thin["skipped"]) == ("2024-01-08T00:00:00.000Z", "a thin week: 1 line")


def test_a_discord_export(tmp_path: Path) -> None:
    report = replayed(discord().folder(tmp_path))

    assert (report["messages"], report["members"], report["welcomes"]) == (6, 3, 1)
    states = [(found["asker"], found["state"]) for found in report["questions"]]
    assert states == [("801", "answered"), ("802", "unanswered")]
    assert [found["author"] for found in report["broadcasts"]] == ["803"]
    assert report["digests"][0]["skipped"] == "a thin week: 2 lines"


def test_who_comes_at_the_very_end_is_welcomed_too(tmp_path: Path) -> None:
    made = MadeSlack()
    made.says("ada", "Good morning!")
    made.wire({"type": "message", "subtype": "channel_join", "user": "UBOB", "text": "", "ts": _ts(1)}, 1)
    report = replayed(made.zip(tmp_path))

    assert (report["welcomes"], report["first_seen"]) == (1, 1)


@pytest.mark.parametrize(
    ("minutes", "weeks"),
    [
        (0, ["2024-01-01"]),
        (6 * DAY - 60, ["2024-01-01", "2024-01-08"]),  # Monday, 8:00: the digest of last week is not made yet
        (6 * DAY + 60, ["2024-01-01", "2024-01-08"]),  # Monday, 10:00
        (12 * DAY, ["2024-01-01", "2024-01-08"]),
    ],
)
def test_the_week_that_an_export_ends_in_is_closed(tmp_path: Path, minutes: float, weeks: list[str]) -> None:
    made = MadeSlack()
    made.says("ada", "Good morning!")
    made.says("bob", "Good morning to you!", minutes)

    assert [digest["from"][:10] for digest in replayed(made.zip(tmp_path))["digests"]] == weeks


# Options.


def test_the_limit_and_working_hours_are_chosen(tmp_path: Path) -> None:
    export = slack().zip(tmp_path)

    def flagged(report: dict[str, Any]) -> list[str | None]:
        return [found["flagged_at"] for found in report["questions"][1:]]

    assert flagged(replayed(export, limit="30m")) == ["2024-01-02T10:30:00.000Z", "2024-01-04T09:30:00.000Z"]
    assert flagged(replayed(export, limit="9d")) == [None, None]
    report = replayed(export, working_hours="Mon-Fri 9-12", timezone="Europe/Berlin")
    assert flagged(report) == [
        "2024-01-03T11:00:00.000Z",
        "2024-01-05T10:00:00.000Z",
    ]


def test_weeks_are_those_of_the_timezone(tmp_path: Path) -> None:
    [first, *_] = replayed(slack().zip(tmp_path), timezone="America/New_York")["digests"]

    assert (first["from"], first["to"]) == ("2024-01-01T05:00:00.000Z", "2024-01-08T05:00:00.000Z")


def test_there_need_be_no_digests(tmp_path: Path) -> None:
    assert replayed(slack().zip(tmp_path), digest=False)["digests"] == []


def test_what_is_salesy_is_chosen(tmp_path: Path) -> None:
    export = slack().zip(tmp_path)
    salesy = replayed(export)["broadcasts"][0]["salesy"]

    assert replayed(export, salesy_threshold=0.9999)["broadcasts"] == []
    assert len(replayed(export, salesy_threshold=salesy)["broadcasts"]) == 1


# What is odd.


def test_the_clock_does_not_follow_what_cannot_be_true(tmp_path: Path) -> None:
    made = slack()
    plain = replayed(made.zip(tmp_path))
    for year, text in ((1970, "How did they talk then?"), (2100, "How will they talk then?")):
        at = datetime(year, 1, 1, tzinfo=UTC).timestamp()
        message = {"type": "message", "user": "UADA", "text": text, "ts": f"{at:.6f}"}
        made.wire(message, 30)
    report = replayed(made.zip(tmp_path, "odd.zip"))

    assert report["messages"] == plain["messages"] + 2
    assert report["digests"] == plain["digests"]
    assert len(report["problems"]) == 2
    of_their_time = [found for found in report["questions"] if found["asked_at"][:4] == "2024"]
    assert of_their_time == plain["questions"]


def test_problems_are_told_and_lose_nothing_else(tmp_path: Path) -> None:
    made = slack()
    made.put("help/2024-01-05.json", "[{broken")
    report = replayed(made.zip(tmp_path))

    assert report["messages"] == 8
    [problem] = report["problems"]
    assert "2024-01-05" in problem["where"]
    assert problem["what"].endswith(".")


@pytest.mark.parametrize("made", [slack, discord], ids=["slack", "discord"])
def test_batches_of_any_size_find_the_same(
    tmp_path: Path, made: Callable[[], Made], monkeypatch: pytest.MonkeyPatch
) -> None:
    export = made().folder(tmp_path)
    reports = []
    for size in (1, 2, 37, 1_000):
        monkeypatch.setattr(replay_module, "_AT_ONCE", size)
        reports.append(replayed(export) | {"seconds": 0})

    assert reports[0]["questions"]
    for report in reports[1:]:
        assert report == reports[0]


def test_nothing_is_sent(tmp_path: Path, sqlite_url: str, opened: Callable[[str], Database]) -> None:
    database = opened(sqlite_url)
    with open_export([slack().zip(tmp_path)]) as past:
        report = replay(past, database, Options(settings_from({})), lambda doing, done, of: None)

    assert isinstance(report, Report)
    with database.reading() as tx:
        assert {row.state for row in tx.rows(select(table(Outgoing)))} <= {"waiting"}


def test_progress_is_told_to_the_end(tmp_path: Path) -> None:
    told: list[tuple[str, int, int]] = []
    replayed(slack().zip(tmp_path), tell=lambda doing, done, of: told.append((doing, done, of)))

    assert [doing for doing, _, _ in told if doing == "Replaying"]
    doing, done, of = told[-1]
    assert doing == "Replaying"
    assert done == of > 8
    assert all(0 <= done <= of for _, done, of in told)


def test_the_report_says_how_long_it_took(tmp_path: Path) -> None:
    began = datetime.now(UTC)
    seconds = replayed(slack().zip(tmp_path))["seconds"]

    assert 0 < seconds <= (datetime.now(UTC) - began) / timedelta(seconds=1)
