"""An import gives an installation its past; nothing follows from it."""

import json
from collections.abc import Callable, Collection
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from adapters.exports import open_export
from bot import importing
from bot.core import Core
from bot.events import CommunityFound, Event, MemberJoined, MessagePosted, Tick
from bot.features import FEATURES
from bot.imported import Imported
from bot.importing import import_past
from storage.database import Database
from storage.tables import Daily, Due, Member, Message, Outgoing, Welcome, table
from storage.versions import migrate
from tests.core.contents import contents
from tests.exports.made import MadeSlack, after, ts
from tests.features.test_broadcasts import NEWSLETTER
from tests.features.test_feedback import BUG, PRAISE, REQUEST

ROOT = Path(__file__).parents[1]
DAY = 24 * 60.0
HOME = "slack:T0MADE"
# A Monday, a hundred days after all made talk begins: the first ten days are past keeping.
NOW = datetime(2024, 4, 11, 12, tzinfo=UTC)
OLD, KEPT = 0.0, 30 * DAY
CHANNELS = {"managers_channel": "CMANAGERS", "feedback_channel": "CMANAGERS", "welcome_channel": "CGENERAL"}


def imported(database: Database, *exports: Path, into: str | None = None, now: datetime = NOW) -> Imported:
    with open_export(exports) as past:
        return import_past(past, database, into or past.community, now, lambda doing, done, of: None)


def slack() -> MadeSlack:
    """A workspace in which people talk for ninety days."""
    made = MadeSlack()
    made.channel("CHELP", "help")
    for week in range(13):
        start = week * 7 * DAY
        made.says("ada", f"How do I export my boards to CSV, take {week}?", start, where="help")
        made.says("bob", "Settings → Export", start + 5, where="help", thread_ts=ts(start))
        made.says("ada", "thanks, that worked!", start + 6, where="help", thread_ts=ts(start))
        made.says("bob", "Where do I find my old invoices?", start + 60, where="help")
        made.says("cleo", (NEWSLETTER, REQUEST, BUG, PRAISE)[week % 4], start + DAY)
        made.says("bob", "Good morning!", start + 2 * DAY, edited={"user": "UBOB", "ts": ts(start + 3 * DAY)})
        reactions = [{"name": "tada", "users": ["UADA", "UCLEO"], "count": 2}]
        made.says("ada", "We did it.", start + 2 * DAY + 1, reactions=reactions)
    # Somebody comes back to a question that was asked months ago.
    made.says("cleo", "Did you ever find them?", 89 * DAY, where="help", thread_ts=ts(60))
    joined = {"type": "message", "subtype": "channel_join", "user": "UBOB", "text": "", "ts": ts(1)}
    made.wire(joined, 1)
    return made


def rows(database: Database, model: Any, *where: Any) -> list[Any]:
    with database.reading() as tx:
        return list(tx.rows(select(table(model)).where(*where)))


def counts(database: Database) -> dict[str, int]:
    """Return how many messages each day counts, in all channels."""
    found: dict[str, int] = {}
    for row in rows(database, Daily):
        found[row.day] = found.get(row.day, 0) + row.messages
    return found


def tables(database: Database, but: Collection[str] = ()) -> dict[str, list[dict[str, Any]]]:
    return contents(database, but=but)


# What it keeps.


def test_talk_is_kept_as_far_back_as_the_community_keeps_it_and_all_of_it_counted(
    database: Database, tmp_path: Path
) -> None:
    found = imported(database, slack().zip(tmp_path))

    assert (found.messages, found.members, found.channels) == (13 * 7 + 1, 3, 2)
    assert (found.first, found.last) == ("2024-01-02T09:00:00.000Z", "2024-03-31T09:00:00.000Z")
    assert sum(counts(database).values()) == found.messages
    assert counts(database)["2024-01-02"] == 4
    kept_from = datetime(2024, 1, 12, tzinfo=UTC)
    assert found.kept_from == "2024-01-12T00:00:00.000Z"
    kept = rows(database, Message)
    assert len(kept) == found.kept < found.messages
    assert min(row.posted_at for row in kept) >= kept_from
    assert (found.questions, found.answered) == (26, 13)
    assert found.left_out == []
    assert found.problems == []
    assert {row.id for row in rows(database, Member)} == {"UADA", "UBOB", "UCLEO"}


def test_nothing_is_sent_and_nothing_falls_due(database: Database, tmp_path: Path) -> None:
    imported(database, slack().zip(tmp_path))

    assert rows(database, Outgoing) == []
    assert rows(database, Due) == []


def test_it_is_as_if_hearth_had_been_there(
    opened: Callable[[str], Database], sqlite_url: str, tmp_path: Path, database: Database
) -> None:
    export = slack().zip(tmp_path)
    imported(database, export)
    there = opened(sqlite_url.replace("hearth.db", "there.db"))
    migrate(there)
    core = Core(there, FEATURES)
    with open_export([export]) as past:
        for event in past.events():
            core.receive([event], catch_up=True)
    day = datetime(2024, 4, 1, tzinfo=UTC)
    while day <= NOW:
        core.receive([Tick(at=day)])
        core.receive([Tick(at=day + timedelta(minutes=5))])
        day += timedelta(hours=12)
    same = ("daily", "message", "turn", "broadcast", "feedback", "reaction", "member", "channel", "erased")

    expected, found = tables(there), tables(database)
    for name in same:
        assert found[name] == expected[name], name
    # Quiet weeks before and after are counted, too, by who was there in them.
    weeks, there_weeks = ([row for row in each["weekly"] if row["messages"]] for each in (found, expected))
    # No manager was told of anything.
    assert {week["flagged"] for week in weeks} == {0}
    assert weeks == there_weeks != []


def test_a_second_community_has_days_of_its_own(database: Database, tmp_path: Path) -> None:
    core = Core(database, FEATURES)
    settings = {"timezone": "Pacific/Auckland", **CHANNELS}
    core.receive(
        [CommunityFound(id="f", community="sandbox:home", at=NOW, name="Home", settings=dict(settings))]
    )
    made = MadeSlack()
    made.says("ada", "Good evening!", 3 * 60)
    imported(database, made.zip(tmp_path), into="sandbox:home")

    assert [(row.community, row.day) for row in rows(database, Daily)] == [("sandbox:home", "2024-01-03")]


# What follows from it: nothing.


def live(database: Database, *events: Event, at: datetime = NOW) -> list[Any]:
    """Have Hearth go on from an import; return what it wants to be done."""
    core = Core(database, FEATURES)
    found = CommunityFound(id="live", community=HOME, at=at, name="Made", settings=dict(CHANNELS))
    core.receive([found, *events])
    for hours in range(1, 48):
        core.receive([Tick(at=at + timedelta(hours=hours))])
    return rows(database, Outgoing)


def test_nothing_old_is_flagged_told_or_digested_when_hearth_goes_on(
    database: Database, tmp_path: Path
) -> None:
    imported(database, slack().zip(tmp_path))

    assert live(database) == []


def test_its_settings_begin_with_whom_finds_it_and_stay(database: Database, tmp_path: Path) -> None:
    live(database, at=NOW - timedelta(days=1))
    before = tables(database)["community"]
    imported(database, slack().zip(tmp_path))
    [community] = tables(database)["community"]

    assert community["settings"] == before[0]["settings"] == CHANNELS
    # What it read of is from longer ago.
    assert community["found_at"] == datetime(2024, 1, 2, 9, tzinfo=UTC)


def joins(member: str, at: datetime) -> MemberJoined:
    return MemberJoined(id=f"joins:{member}", community=HOME, at=at, member=member, name=member)


def test_who_was_there_is_not_welcomed_when_they_come_again(database: Database, tmp_path: Path) -> None:
    imported(database, slack().zip(tmp_path))
    assert {row.state for row in rows(database, Welcome)} == {"known"}
    said = live(database, joins("UADA", NOW), joins("UBOB", NOW), joins("UDAN", NOW))

    assert [row.key for row in said] == ["welcome:UDAN"]


def test_who_was_welcomed_stays_so(database: Database, tmp_path: Path) -> None:
    early = NOW - timedelta(days=3)
    live(database, joins("UADA", early), at=early)
    imported(database, slack().zip(tmp_path))

    assert {row.member: row.state for row in rows(database, Welcome)} == {
        "UADA": "welcomed",
        "UBOB": "known",
        "UCLEO": "known",
    }


def test_a_backfill_of_the_same_talk_changes_nothing(database: Database, tmp_path: Path) -> None:
    export = slack().zip(tmp_path)
    imported(database, export)
    before = tables(database)
    with open_export([export]) as past:
        posted = [event for event in past.events() if isinstance(event, MessagePosted)]
    core = Core(database, FEATURES)
    core.receive([CommunityFound(id="live", community=HOME, at=NOW, name="Made", settings=dict(CHANNELS))])
    # The platform tells of it under names of its own, and of what is erased, too.
    core.receive([event.model_copy(update={"id": f"backfill:{event.message}"}) for event in posted])

    # Who found the community, and that its nights are to come, is new.
    new = ("handled", "community", "due")
    assert tables(database, but=new) == {name: rows for name, rows in before.items() if name not in new}
    # Its nights are to come, and nothing else is.
    assert {row.feature for row in rows(database, Due)} == {
        "broadcasts",
        "counts",
        "digest",
        "retention",
    }


def test_an_answer_to_a_question_of_the_past_raises_no_flag(database: Database, tmp_path: Path) -> None:
    imported(database, slack().zip(tmp_path))
    asked = next(row for row in rows(database, Message) if "invoices" in row.text)
    me_too = MessagePosted(
        id="live:1",
        community=HOME,
        at=NOW,
        channel="CHELP",
        message=f"{NOW.timestamp():.6f}",
        author="UCLEO",
        author_name="cleo",
        text="same here",
        thread=asked.id,
    )

    assert live(database, me_too) == []


# What is odd.


def test_what_cannot_be_dated_truly_is_left_out_and_told(database: Database, tmp_path: Path) -> None:
    made = slack()
    for year in (1970, 2100):
        at = datetime(year, 1, 1, tzinfo=UTC).timestamp()
        made.wire({"type": "message", "user": "UADA", "text": "Hello?", "ts": f"{at:.6f}"}, 30)
    # The export is from later than the clock says it is now.
    found = imported(database, made.zip(tmp_path), now=after(80 * DAY))

    assert {each.why: each.number for each in found.left_out}["dated as cannot be true"] > 2
    assert len(found.problems) == 2
    assert max(counts(database)) < "2024-03-23"
    assert min(counts(database)) == "2024-01-02"


def test_an_edit_of_what_was_past_keeping_does_not_bring_it_back(database: Database, tmp_path: Path) -> None:
    made = MadeSlack()
    made.says("ada", "Good morning!", 0, edited={"user": "UADA", "ts": ts(105 * DAY)})
    made.says("bob", "Good morning to you!", 105 * DAY)
    found = imported(database, made.zip(tmp_path), now=after(106 * DAY))

    assert [row.author for row in rows(database, Message)] == ["UBOB"]
    assert counts(database) == {"2024-01-02": 1, "2024-04-16": 1}
    assert [(each.why, each.number) for each in found.left_out] == [
        ("edits of what was past keeping by then", 1)
    ]


def test_what_a_feature_fails_on_is_kept_and_tried_again_without_a_word(
    database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Fails:
        failing = True

        def handle(self, event: Event, tx: Any) -> list[Any]:
            if self.failing and isinstance(event, MessagePosted) and event.text == NEWSLETTER:
                raise ValueError("a bug")
            whole: list[Any] = FEATURES["broadcasts"].handle(event, tx)  # type: ignore[assignment]  # a list it is
            return whole

    features = {**FEATURES, "broadcasts": Fails()}
    monkeypatch.setattr(importing, "FEATURES", features)
    made = MadeSlack()
    made.says("cleo", NEWSLETTER, KEPT)
    made.says("bob", "Good morning!", KEPT + 1)
    found = imported(database, made.zip(tmp_path))
    assert (found.failures, found.messages, found.salesy) == (1, 2, 0)
    live(database)
    assert Core(database, FEATURES).retry() == (1, 0)

    assert len(tables(database)["broadcast"]) == 1
    assert rows(database, Outgoing) == []


def test_an_empty_export_is_imported_as_such(database: Database, tmp_path: Path) -> None:
    found = imported(database, MadeSlack().zip(tmp_path))

    assert (found.messages, found.first) == (0, None)
    assert rows(database, Daily) == []


def test_the_summary_is_json_for_scripts(database: Database, tmp_path: Path) -> None:
    found = imported(database, slack().zip(tmp_path))

    assert json.loads(found.as_json())["community"] == HOME
