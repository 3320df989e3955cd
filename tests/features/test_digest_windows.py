"""Windows of a digest follow each other without gap or overlap, whatever happens to Hearth in between."""

import shutil
import tempfile
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select, update

from bot.core import Core
from bot.features import FEATURES
from storage.database import Database
from storage.tables import Community as CommunityRow
from storage.tables import Digest, Due, Subscription, table
from tests.features.test_feedback import BUG
from tests.features.world import HOME, SETTINGS, Community, Words, ada, bob, cleo, dan, posted

ZONES = (
    "UTC",
    "Europe/Berlin",
    "America/New_York",
    "America/Santiago",
    "America/Havana",
    "Africa/Cairo",
    "Asia/Kathmandu",
    "Asia/Beirut",
    "Australia/Lord_Howe",
    "Pacific/Chatham",
    "Antarctica/Troll",
)
WHEN = (
    "daily",
    "weekly",
    "monthly",
    "friday",
    "sunday 23:59",
    "on the 1st",
    "on the 31st at 0:00",
    "daily 2:30",
)


@dataclass(frozen=True)
class Step:
    """Something that happens: what, and how long after what happened before."""

    what: str
    hours: float


STEPS = st.builds(
    Step,
    st.sampled_from(
        ("talk", "talk", "talk", "pass", "sleep", "restart", "now", "now weekly", "pause", "resume", "move")
    ),
    st.one_of(st.floats(0.01, 40), st.floats(40, 900)),
)


@contextmanager
def begun(template: Path) -> Iterator[Community]:
    with tempfile.TemporaryDirectory() as folder:
        shutil.copy(template, f"{folder}/hearth.db")
        database = Database(f"sqlite:///{folder}/hearth.db", synchronous="OFF")
        yield Community(database, {**SETTINGS})
        database.close()


def happen(community: Community, id: str, step: Step, zone: str, said: list[Words]) -> None:
    match step.what:
        case "talk":
            community.passes(hours=step.hours)
            words = [
                posted(f"{BUG} {len(said)} {by}", by=by) for by in (ada, bob, cleo, dan)[: len(said) % 5]
            ]
            community.says(*words)
            said += words
        case "sleep":
            community.sleeps(days=step.hours / 24)
        case "restart":
            community.core = Core(community.database, FEATURES)
        case "move":
            community.passes(hours=step.hours)
            changed = update(table(CommunityRow)).values(settings={**SETTINGS, "timezone": zone})
            with community.database.transaction() as tx:
                tx.run(changed)
        case "now weekly":
            community.passes(hours=step.hours)
            community.commands("now weekly")
        case "now" | "pause" | "resume":
            community.passes(hours=step.hours)
            community.commands(f"{step.what} {id}")
        case _:
            community.passes(hours=step.hours)


def rows(community: Community, what: Any) -> list[Any]:
    with community.database.reading() as tx:
        return list(tx.rows(what))


def quoted(row: Any) -> list[str]:
    return [ref["message"] for section in row.sections for item in section["items"] for ref in item["refs"]]


@settings(
    max_examples=4,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)
@given(
    zone=st.sampled_from(ZONES),
    when=st.sampled_from(WHEN),
    steps=st.lists(st.tuples(STEPS, st.sampled_from(ZONES)), min_size=3, max_size=8),
)
def test_windows_tile_time_whatever_happens(
    sqlite_template: Path, zone: str, when: str, steps: list[tuple[Step, str]]
) -> None:
    with begun(sqlite_template) as community:
        card = community.commands(f"subscribe all {when} {zone} in #announcements")
        id = card.title.removeprefix("Subscribed, as ")
        said: list[Words] = []
        for step, moved in steps:
            happen(community, id, step, moved, said)
        community.passes(days=62)

        assert not community.failures()
        digests = rows(community, select(table(Digest)).order_by(table(Digest).c.window_from))
        plans = {row.id: row for row in rows(community, select(table(Subscription)))}
        for kept_under, plan in (("", plans["weekly"]), (id, plans[id])):
            windows = [row for row in digests if row.subscription == kept_under]
            assert all(one.window_from < one.window_to for one in windows)
            assert all(one.window_to <= one.made_at for one in windows)
            assert all(one.window_to == other.window_from for one, other in pairwise(windows))
            # The last one has ended, or is thin and waits to be joined.
            assert plan.next_from in (windows[-1].window_to, windows[-1].window_from)
            told = Counter(message for row in windows for message in quoted(row))
            assert set(told.values()) <= {1}
            # What falls into no window is still to come: nothing is lost.
            first = windows[0].window_from
            assert all(first <= community.said_at(words) for words in said)
        for channel in ("announcements", "feedback"):
            keys = [post.key for post in community.posts(channel)]
            assert len(keys) == len(set(keys))
        due = {row.key for row in rows(community, select(table(Due)).where(table(Due).c.feature == "digest"))}
        assert due == {"weekly", id}


@pytest.mark.parametrize(
    ("zone", "at", "hours"), [("Europe/Berlin", "2:30", 23), ("Australia/Lord_Howe", "2:00", 24.5)]
)
def test_each_day_is_told_of_once_when_the_clocks_change(
    sqlite_template: Path, zone: str, at: str, hours: float
) -> None:
    with begun(sqlite_template) as community:
        card = community.commands(f"subscribe bugs daily {at} {zone} in #announcements")
        id = card.title.removeprefix("Subscribed, as ")
        for _ in range(40):
            community.says(*(posted(f"{BUG} {by}", by=by) for by in (ada, bob, cleo)))
            community.passes(days=1)

        windows = [row for row in community.digests() if row.subscription == id and row.skipped is None]
        lengths = Counter(row.window_to - row.window_from for row in windows)
        assert lengths[timedelta(hours=hours)] == 1
        assert all(one.window_to == other.window_from for one, other in pairwise(windows))
        assert {post.key for post in community.posts("announcements")} == {
            f"digest:{id}:{row.window_from.isoformat()}" for row in windows
        }


def test_a_digest_is_told_of_in_order_with_others_of_the_same_moment(community: Community) -> None:
    community.commands("subscribe bugs monday 9:00 in #help")
    community.says(*(posted(f"{BUG} {by}", by=by) for by in (ada, bob, cleo)))
    community.passes(days=7)

    assert len(community.cards("help")) == len(community.cards("feedback")) == 1
    assert community.posts("help")[0].community == HOME


def test_a_timezone_set_later_makes_the_first_week_longer_or_shorter_and_loses_none(
    community: Community,
) -> None:
    community.says(*(posted(f"{BUG} {by}", by=by) for by in (ada, bob, cleo)))
    community.passes(days=7)
    changed = update(table(CommunityRow)).values(settings={**SETTINGS, "timezone": "America/Los_Angeles"})
    with community.database.transaction() as tx:
        tx.run(changed)
    community.says(*(posted(f"{BUG} {by} again", by=by) for by in (ada, bob, cleo)))
    community.passes(days=8)

    assert [card.text for card in community.cards("feedback")] == [
        "2 March to 8 March 2026",
        "8 March 17:00 to 15 March 2026",
    ]
