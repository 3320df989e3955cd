"""The file of settings: what is exported and imported again is the same; on both databases."""

import json
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pydantic import JsonValue
from sqlalchemy import update

from bot.cards import plain
from bot.communities import Settings, changed_from_default, settings_from, settings_of
from bot.events import ChannelFound, CommunityFound, MemberChanged
from storage.database import Database
from storage.tables import Community as CommunityRow
from storage.tables import SettingChange, table
from tests.core.test_any_order import embedded
from tests.features.test_settings import applied, current, pressed, rows
from tests.features.world import HOME, NOON, SETTINGS, Community, ada, eve, posted

OTHER = "slack:T1"
# Two have one name, one is named as another's id, one's name begins with a hash.
CHANNELS = {"C1": "help", "C2": "help", "C3": "C1", "#c4": "news", "C5": "#c4", "C6": "Plauderecke ☕"}
ids = st.sampled_from([*CHANNELS, "general", "gone"])
names = st.lists(st.text(st.characters(codec="utf-8", exclude_categories=["C", "Z"]), min_size=1), max_size=3)
rules = st.fixed_dictionaries(
    {},
    optional={
        "limit": st.sampled_from(["30m", "2h", "36h"]),
        "sensitivity": st.sampled_from(["low", "normal", "high"]),
        "salesy_threshold": st.floats(0.01, 0.99),
        "promotion": st.sampled_from(["welcome", "usual", "strict"]),
        "promotion_budget": st.integers(1, 1_000),
        "watch": st.booleans(),
        "model": st.booleans(),
    },
)
every_setting = st.fixed_dictionaries(
    {},
    optional={
        "timezone": st.sampled_from(["UTC", "Europe/Berlin", "Asia/Kathmandu"]),
        "limit": st.integers(1, 30 * 24 * 60).map(lambda number: f"{number}m"),
        "working_hours": st.sampled_from(["off", "Mon-Fri 9:00-17:00", "Sun-Thu 8-24"]),
        "managers_channel": st.none() | ids,
        "feedback_channel": st.none() | ids,
        "welcome_channel": st.none() | ids,
        "welcome_text": st.sampled_from(["Hello {name}", 'Say "hi",\n{name} & <you>', "“Willkommen”"]),
        "raid_joins": st.integers(2, 1_000),
        "salesy_threshold": st.floats(0.01, 0.99),
        "salesy_false_alarms": st.just("off") | st.floats(0.1, 5),
        "salesy_bar": st.floats(-0.2, 0.2),
        "sensitivity": st.sampled_from(["low", "normal", "high"]),
        "channels": st.dictionaries(ids, rules, max_size=3),
        "managers": names,
        "staff": names,
        "excluded_members": names,
        "open_channels": st.lists(ids, max_size=3),
        "retention_days": st.integers(1, 3_650),
        "model": st.lists(st.sampled_from(["digest", "rewrite", "opinion"]), max_size=3),
    },
)


def founded(community: str, values: dict[str, Any]) -> list[CommunityFound | ChannelFound]:
    return [
        CommunityFound(id="first", community=community, at=NOON, name="Other", settings=values),
        *(
            ChannelFound(id=f"c:{id_}", community=community, at=NOON, channel=id_, name=name)
            for id_, name in CHANNELS.items()
        ),
        ChannelFound(id="c:general", community=community, at=NOON, channel="general", name="general"),
    ]


def set_in(database: Database, community: str) -> Settings:
    with database.reading() as tx:
        return settings_of(tx, community)


@settings(
    max_examples=40,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)
@given(values=every_setting, others=every_setting)
def test_what_is_exported_and_imported_is_the_same(
    sqlite_template: Path, values: dict[str, Any], others: dict[str, Any]
) -> None:
    with embedded(sqlite_template) as database:
        community = Community(database, {})
        community.receives(*founded(OTHER, values))
        file = community.commands("settings export", community=OTHER).text

        assert plain(community.commands(f"settings import {file}", community=OTHER)) == (
            "All of it is set so already: there is nothing to change."
        )
        # Elsewhere it is set as it was here, where all its channels are known.
        if "gone" in file:
            return
        elsewhere = "slack:T2"
        community.receives(*founded(elsewhere, {**others, "channels": {}}))
        preview = community.commands(f"settings import {file}", community=elsewhere)
        for button in preview.buttons[:1]:
            community.shown_for(button, community=elsewhere)
        assert set_in(database, elsewhere) == set_in(database, OTHER)
        assert community.commands("settings export", community=elsewhere).text == file


@given(every_setting)
def test_what_is_stored_comes_back_as_it_was(values: dict[str, Any]) -> None:
    read = settings_from(values)
    stored = json.loads(json.dumps(changed_from_default(read)))

    assert settings_from(stored) == read


def test_settings_change_alike_on_both_databases(database: Database) -> None:
    community = Community(database, SETTINGS)
    community.receives(MemberChanged(id="e", community=HOME, at=NOON, member=eve, name="Eve", admin=False))
    community.says(posted("How do I export my board to CSV?", by=eve), posted("Hello", by=ada))
    done = applied(community, "set limit 1h")
    applied(community, "set channels #help limit=2h watch=no")
    applied(community, "set excluded_members eve")
    pressed(community, "Take it back", done)

    kept = [(row["name"], row["before"], row["after"], row["how"]) for row in changes(community)]
    assert kept == [
        ("limit", None, "1h", "command"),
        ("channels", None, {"help": {"limit": "2h", "watch": False}}, "command"),
        ("excluded_members", None, ["eve"], "command"),
        ("limit", "1h", None, "revert"),
    ]
    assert current(community, "excluded_members") == ("eve",)
    community.passes(days=1)
    assert community.cards("managers") == []
    assert community.failures() == []


def changes(community: Community) -> list[dict[str, Any]]:
    return sorted(rows(community, SettingChange), key=lambda row: str(row["at"]))


def test_what_another_version_stored_is_left_out_until_it_is_known(database: Database) -> None:
    community = Community(database, SETTINGS)
    values: dict[str, JsonValue] = {"limit": "1h", "raid_joins": -4, "colours": ["red"]}
    store(database, values)

    assert set_in(database, HOME) == settings_from({"limit": "1h"})
    assert community.commands("settings").title == "What is set here"


def store(database: Database, values: dict[str, JsonValue]) -> None:
    with database.transaction() as tx:
        tx.run(update(table(CommunityRow)).values(settings=values))
